//! Items that take longer the later they start.
//!
//! [`crate::metrics::insight::drift`] finds it, and has the thresholds.

use super::{Figures, Found, capital};
use crate::say::code::Code;
use crate::text::{clock, duration};

const RANK: u8 = 22;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let found = figures
        .shape
        .and_then(|shape| Some((shape.timeline.as_ref()?, shape.insight.slowdown?)));
    let Some((line, found)) = found else {
        return Vec::new();
    };
    let (before, after) = (found.before as f64 / 1e6, found.after as f64 / 1e6);
    let message = format!(
        "{} got slower: the median duration was {} until {} UTC, and {} for those that started later.",
        capital(figures.items()),
        duration(before),
        clock(found.since, line.from.micros(), line.to.micros()),
        duration(after),
    );
    vec![Found {
        rank: RANK,
        code: Code::Slowdown,
        message,
        evidence: vec![
            ("median_before_seconds", before),
            ("median_after_seconds", after),
            ("items_after", found.items as f64),
        ],
        filter: None,
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{NINE, SECOND, messages, sections, shape};
    use super::*;
    use crate::metrics::insight::drift::Slowdown;

    #[test]
    fn a_slowdown_is_told_with_both_medians_and_its_begin() {
        let mut shape = shape(Vec::new());
        assert_eq!(messages(find, &sections(0, &json!([])), &shape), [""; 0]);
        shape.insight.slowdown = Some(Slowdown {
            since: NINE + 600 * SECOND,
            before: 35 * SECOND,
            after: 70 * SECOND,
            items: 50,
        });
        assert_eq!(
            messages(find, &sections(0, &json!([])), &shape),
            [
                "Items got slower: the median duration was 35.0 s until 09:10:00 UTC, and 1 min 10 s for \
                 those that started later."
            ]
        );
    }
}
