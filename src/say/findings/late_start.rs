//! A job whose first item starts long after the job.

use super::{Figures, Found};
use crate::say::code::Code;
use crate::text::duration;

/// Least time before the first item.
const LEAST_SECONDS: f64 = 60.0;
/// Least share of the time from the start of the job to its last item.
const LEAST_SHARE: f64 = 0.1;
const RANK: u8 = 38;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let speed = &figures.sections.throughput;
    let times = figures.job.and_then(|job| {
        let start = job.started_at?;
        Some((
            speed.first_start?.seconds_since(start),
            speed.last_end?.seconds_since(start),
        ))
    });
    let is_whole = figures.sections.counts.complete == Some(true);
    let late = times
        .filter(|(late, whole)| is_whole && *late >= LEAST_SECONDS && *late >= LEAST_SHARE * whole);
    let Some((late, whole)) = late else {
        return Vec::new();
    };
    let message = format!(
        "The first {} started {} after the {} did, out of {} in all.",
        figures.item(),
        duration(late),
        figures.job_word(),
        duration(whole),
    );
    vec![Found {
        rank: RANK,
        code: Code::LateStart,
        message,
        evidence: vec![("late_seconds", late), ("span_seconds", whole)],
        filter: None,
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{NINE, SECOND, messages_of_job, sections};
    use super::*;
    use crate::api::UtcTime;
    use crate::report::model::JobFacts;

    #[test]
    fn a_first_item_that_starts_late_is_told() {
        let at = |seconds: i64| UtcTime::from_micros(NINE + seconds * SECOND);
        let of = |first: i64, last: i64, complete| {
            let mut sections = sections(0, &json!([]));
            sections.counts.complete = Some(complete);
            sections.throughput.first_start = at(first);
            sections.throughput.last_end = at(last);
            let job = JobFacts {
                started_at: at(0),
                ..JobFacts::default()
            };
            messages_of_job(find, &sections, &job)
        };
        assert_eq!(
            of(600, 1_800, true),
            ["The first item started 10 min 00 s after the job did, out of 30 min 00 s in all."]
        );
        assert_eq!(of(59, 100, true), [""; 0]);
        assert_eq!(of(600, 6_001, true), [""; 0]);
        assert_eq!(of(600, 1_800, false), [""; 0]);
    }
}
