//! Failures after which nothing completed.

use super::{Figures, Found, ItemFilter};
use crate::api::UtcTime;
use crate::api::status::FAILED;
use crate::metrics::insight::tails::hypergeometric_at_least;
use crate::metrics::patterns::FEW_FAILURES;
use crate::say::code::Code;
use crate::text::{clock, number};

/// Probability below which it is no chance that so many of the failures started last.
const LEVEL: f64 = 0.001;
const RANK: u8 = 5;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let shape = figures.shape.filter(|_| figures.is_fair());
    let found = shape.and_then(|shape| {
        Some((
            &shape.ends,
            shape.ends.last_completed?,
            shape.timeline.as_ref()?,
        ))
    });
    let Some((ends, last, line)) = found else {
        return Vec::new();
    };
    let later = ends.failed.len() - ends.failed.partition_point(|at| *at <= last);
    // Failures that take long end last in any job. They do not start last.
    let Some(found) = figures.shape.and_then(|shape| shape.insight.failed_since) else {
        return Vec::new();
    };
    let (failed, all) = found.of;
    let by_chance = hypergeometric_at_least(found.failed, all, failed, found.items);
    if found.failed < FEW_FAILURES as u64 || by_chance > LEVEL {
        return Vec::new();
    }
    let clock = |at| clock(at, line.from.micros(), line.to.micros());
    let (message, from) = match later >= FEW_FAILURES {
        true => {
            let message = format!(
                "Nothing completed after {} UTC: the next {} {} all failed.",
                clock(last),
                number(later as u64),
                figures.items()
            );
            (message, last)
        }
        false => {
            let message = format!(
                "All {} {} that started from {} UTC on {}failed.",
                number(found.failed),
                figures.items(),
                clock(found.first),
                if found.items > found.failed {
                    "and have ended "
                } else {
                    ""
                },
            );
            (message, found.first)
        }
    };
    vec![Found {
        rank: RANK,
        code: Code::NothingCompletedSince,
        message,
        evidence: vec![
            ("failed_since", found.failed as f64),
            ("failed", failed as f64),
        ],
        filter: Some(ItemFilter {
            status: Some(FAILED.to_owned()),
            ended_from: UtcTime::from_micros(from),
            ..ItemFilter::default()
        }),
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{NINE, SECOND, messages, sections, shape};
    use super::*;
    use crate::metrics::insight::FailedSince;

    #[test]
    fn failures_after_the_last_completed_item_are_counted() {
        let of = |failures: i64, since| {
            let failed = (0..failures)
                .map(|n| NINE + (1_100 + n * 40) * SECOND)
                .collect();
            let mut shape = shape(failed);
            shape.insight.failed_since = Some(FailedSince {
                failed: since,
                items: since,
                first: NINE + 900 * SECOND,
                of: (failures as u64, 1_000 + failures as u64),
            });
            messages(find, &sections(failures as u64, &json!([])), &shape)
        };
        assert_eq!(
            of(8, 6),
            ["Nothing completed after 09:16:39 UTC: the next 8 items all failed."]
        );
        assert_eq!(of(8, 4), [""; 0]);
        assert_eq!(
            of(4, 6),
            ["All 6 items that started from 09:15:00 UTC on failed."]
        );
        assert_eq!(of(4, 4), [""; 0]);
    }

    #[test]
    fn a_job_of_many_failures_ends_with_some_by_chance() {
        let mut shape = shape((0..5).map(|n| NINE + (1_100 + n) * SECOND).collect());
        shape.insight.failed_since = Some(FailedSince {
            failed: 5,
            items: 5,
            first: NINE,
            of: (5, 10),
        });
        // One of 252 orders.
        assert_eq!(messages(find, &sections(5, &json!([])), &shape), [""; 0]);
    }
}
