//! Failures that lie close together in time.

use super::{Figures, Found};
use crate::say::code::Code;
use crate::text::{clock, number, percent};

/// The share of completed items that ended in the same time may be this part of the share of failures
/// at most; otherwise it was the job that was quick.
const COMPLETED_PER_FAILURE: f64 = 0.5;
const RANK: u8 = 12;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let found = figures.shape.and_then(|shape| {
        let (line, found) = (shape.timeline.as_ref()?, shape.failure_crowd?);
        Some((line, found, &shape.ends))
    });
    let Some((line, found, ends)) = found else {
        return Vec::new();
    };
    let crowd = found.crowd;
    let of_failures = crowd.count as f64 / ends.failed.len() as f64;
    let of_time = (crowd.to - crowd.from) as f64 / 1e6 / line.to.seconds_since(line.from);
    let of_completed = found.completed as f64 / ends.completed.max(1) as f64;
    if of_completed > of_failures * COMPLETED_PER_FAILURE {
        return Vec::new();
    }
    let clock = |at| clock(at, line.from.micros(), line.to.micros());
    let failures = match ends.failed.len() {
        all if all == crowd.count => format!("All {} failures", number(all as u64)),
        all => format!(
            "{} of {} failures",
            number(crowd.count as u64),
            number(all as u64)
        ),
    };
    let message = format!(
        "{failures} happened between {} and {} UTC, in {} of the {}'s time; {} of {} completed {} ended \
         then.",
        clock(crowd.from),
        clock(crowd.to),
        percent(of_time),
        figures.job_word(),
        number(found.completed),
        number(ends.completed),
        figures.items(),
    );
    vec![Found {
        rank: RANK,
        code: Code::FailuresCluster,
        message,
        evidence: vec![
            ("failures", crowd.count as f64),
            ("share_of_failures", of_failures),
            ("share_of_time", of_time),
            ("share_of_completed", of_completed),
        ],
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{NINE, SECOND, messages, sections, shape};
    use super::*;
    use crate::metrics::{Crowd, FailureCrowd};

    #[test]
    fn failures_are_weighed_against_time_and_completed_items() {
        let mut failed = vec![NINE, NINE + 10 * SECOND, NINE + 900 * SECOND];
        failed.extend((0..9).map(|n| NINE + (600 + n) * SECOND));
        failed.sort_unstable();
        let mut shape = shape(failed);
        let sections = sections(12, &json!([]));
        assert_eq!(messages(find, &sections, &shape), [""; 0]);
        let mut found = FailureCrowd {
            crowd: Crowd {
                from: NINE + 600 * SECOND,
                to: NINE + 608 * SECOND,
                count: 9,
            },
            completed: 9,
        };
        shape.failure_crowd = Some(found);
        assert_eq!(
            messages(find, &sections, &shape),
            [
                "9 of 12 failures happened between 09:10:00 and 09:10:08 UTC, in 0.8% of the job's time; \
                 9 of 1,000 completed items ended then."
            ]
        );
        // If half of the completed items ended as well, it is the job that was quick.
        found.completed = 500;
        shape.failure_crowd = Some(found);
        assert_eq!(messages(find, &sections, &shape), [""; 0]);
    }
}
