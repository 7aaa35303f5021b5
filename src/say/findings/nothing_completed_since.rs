//! Failures after which nothing completed.

use super::{Figures, Found};
use crate::metrics::patterns::FEW_FAILURES;
use crate::say::code::Code;
use crate::text::{clock, number};

/// Least share of the failures; by chance the last few of some end last.
const LEAST_SHARE: f64 = 0.25;
const RANK: u8 = 5;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let found = figures.shape.and_then(|shape| {
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
    if later < FEW_FAILURES || (later as f64) < LEAST_SHARE * ends.failed.len() as f64 {
        return Vec::new();
    }
    let message = format!(
        "Nothing completed after {} UTC: the next {} {} all failed.",
        clock(last, line.from.micros(), line.to.micros()),
        number(later as u64),
        figures.items()
    );
    vec![Found {
        rank: RANK,
        code: Code::NothingCompletedSince,
        message,
        evidence: vec![
            ("failed_since", later as f64),
            ("failed", ends.failed.len() as f64),
        ],
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{NINE, SECOND, messages, sections, shape};
    use super::*;

    #[test]
    fn failures_after_the_last_completed_item_are_counted() {
        let of = |failures: i64| {
            let failed = (0..failures)
                .map(|n| NINE + (1_100 + n * 40) * SECOND)
                .collect();
            messages(find, &sections(failures as u64, &json!([])), &shape(failed))
        };
        assert_eq!(
            of(8),
            ["Nothing completed after 09:16:39 UTC: the next 8 items all failed."]
        );
        assert_eq!(of(4), [""; 0]);
    }
}
