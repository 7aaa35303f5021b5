//! A long time in which no item ended.

use super::{Figures, Found};
use crate::say::code::Code;
use crate::text::{clock, duration};

const RANK: u8 = 18;

/// The thresholds are those of [`crate::metrics::quiet_spell`], and of [`crate::metrics::insight::pool`], which tells
/// whether items in progress explain the gap.
pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let stalled = figures.shape.filter(|shape| shape.insight.is_stalled);
    let found = stalled.and_then(|shape| {
        let line = shape.timeline.as_ref()?;
        Some((line, line.gaps.first()?, &shape.ends))
    });
    let Some((line, gap, ends)) = found else {
        return Vec::new();
    };
    // Items without an end are dated by their record, which may be older or newer than the run.
    let run = figures.job.map(|job| (job.started_at, job.completed_at));
    let (start, end) = run.unwrap_or_default();
    if start.is_some_and(|start| gap.from < start) || end.is_some_and(|end| gap.from >= end) {
        return Vec::new();
    }
    let span = ends.span.map_or(0, |(first, last)| last - first);
    let usual = span as f64 / 1e6 / ends.count.saturating_sub(1).max(1) as f64;
    let message = format!(
        "No {} ended for {} after {} UTC; on average one ended every {}.",
        figures.item(),
        duration(gap.seconds),
        clock(gap.from.micros(), line.from.micros(), line.to.micros()),
        duration(usual)
    );
    vec![Found {
        rank: RANK,
        code: Code::Gap,
        message,
        evidence: vec![("gap_seconds", gap.seconds), ("usual_seconds", usual)],
        filter: None,
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{NINE, SECOND, messages, sections, shape};
    use super::*;
    use crate::api::UtcTime;
    use crate::metrics::Gap;

    #[test]
    fn a_gap_is_compared_with_the_usual_pace() {
        let sections = sections(0, &json!([]));
        let mut shape = shape(Vec::new());
        assert_eq!(messages(find, &sections, &shape), [""; 0]);
        let at = |seconds: i64| UtcTime::from_micros(NINE + seconds * SECOND).expect("a time");
        let line = shape.timeline.as_mut().expect("a timeline");
        line.gaps = vec![Gap {
            from: at(60),
            to: at(360),
            seconds: 300.0,
        }];
        assert_eq!(messages(find, &sections, &shape), [""; 0]);
        shape.insight.is_stalled = true;
        assert_eq!(
            messages(find, &sections, &shape),
            ["No item ended for 5 min 00 s after 09:01:00 UTC; on average one ended every 1.0 s."]
        );
    }
}
