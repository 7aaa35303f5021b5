//! Kinds of items, by their names, that take far longer than all others.
//!
//! [`crate::metrics::insight::breakdown`] finds them, and has the thresholds.

use super::{Figures, Found, ItemFilter, capital, items_with, search_for};
use crate::say::code::Code;
use crate::text::{duration, number};

const RANK: u8 = 30;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let slow = figures
        .shape
        .map(|shape| &shape.insight.names.slow[..])
        .unwrap_or_default();
    let told = slow.iter().map(|found| {
        let which = items_with(&found.value, figures);
        Found {
            rank: RANK,
            code: Code::WhereItIsSlow,
            message: format!(
                "{} take {} (median of {}); the others take {}.",
                capital(&which),
                duration(found.median / 1e6),
                number(found.items),
                duration(found.others / 1e6),
            ),
            evidence: vec![
                ("items", found.items as f64),
                ("median_seconds", found.median / 1e6),
                ("others_median_seconds", found.others / 1e6),
            ],
            filter: Some(ItemFilter {
                text: Some(search_for(&found.value)),
                ..ItemFilter::default()
            }),
        }
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{messages, sections, shape};
    use super::*;
    use crate::metrics::insight::breakdown::{Slow, Value};
    use crate::metrics::insight::dimensions::Kind;

    #[test]
    fn slow_kinds_of_items_are_told_with_both_medians() {
        let mut shape = shape(Vec::new());
        assert_eq!(messages(find, &sections(0, &json!([])), &shape), [""; 0]);
        shape.insight.names.slow = vec![Slow {
            value: Value {
                kind: Kind::Stem,
                dimension: None,
                word: "scan".to_owned(),
            },
            items: 40,
            median: 130e6,
            others: 35e6,
        }];
        assert_eq!(
            messages(find, &sections(0, &json!([])), &shape),
            ["Items named “scan…” take 2 min 10 s (median of 40); the others take 35.0 s."]
        );
    }
}
