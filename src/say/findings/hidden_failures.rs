//! Failures that the job's own counter does not count.

use super::{Figures, Found, ItemFilter};
use crate::api::status::{FAILED, is_ended_job};
use crate::say::code::Code;
use crate::text::{number, percent};

const RANK: u8 = 4;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let counts = &figures.sections.counts;
    let job = figures
        .job
        .filter(|job| is_ended_job(job.status.as_deref()));
    let stated = job.and_then(|job| job.failed_items);
    let Some(stated) = stated.filter(|_| counts.complete == Some(true)) else {
        return Vec::new();
    };
    let failed = figures.failed();
    if failed <= stated {
        return Vec::new();
    }
    let message = format!(
        "The {} counts {} failed {}, but {} of the {} in its list failed ({}).",
        figures.job_word(),
        match stated {
            0 => "no".to_owned(),
            some => number(some),
        },
        figures.items(),
        number(failed),
        number(counts.distinct),
        percent(failed as f64 / counts.distinct.max(1) as f64),
    );
    vec![Found {
        rank: RANK,
        code: Code::HiddenFailures,
        message,
        evidence: vec![("stated", stated as f64), ("failed", failed as f64)],
        filter: Some(ItemFilter {
            status: Some(FAILED.to_owned()),
            ..ItemFilter::default()
        }),
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{messages_of_job, sections};
    use super::*;
    use crate::report::model::JobFacts;

    #[test]
    fn a_job_that_counts_fewer_failures_than_its_list_is_told() {
        let mut sections = sections(30, &json!([]));
        sections.counts.complete = Some(true);
        let of = |sections: &_, status: &str, failed_items| {
            let job = JobFacts {
                status: Some(status.to_owned()),
                failed_items,
                ..JobFacts::default()
            };
            messages_of_job(find, sections, &job)
        };
        assert_eq!(
            of(&sections, "completed", Some(0)),
            ["The job counts no failed items, but 30 of the 130 in its list failed (23.1%)."]
        );
        assert_eq!(of(&sections, "completed", Some(30)), [""; 0]);
        assert_eq!(of(&sections, "completed", None), [""; 0]);
        assert_eq!(of(&sections, "running", Some(0)), [""; 0]);
        sections.counts.complete = None;
        assert_eq!(of(&sections, "completed", Some(0)), [""; 0]);
    }
}
