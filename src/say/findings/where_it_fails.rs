//! Kinds of items, by their names, that fail far more often than all others.
//!
//! [`crate::metrics::insight::breakdown`] finds them, and has the thresholds.

use super::{Figures, Found, ItemFilter, items_with, search_for};
use crate::api::status::FAILED;
use crate::say::code::Code;
use crate::text::{number, percent};

const RANK: u8 = 11;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let shape = figures.shape.filter(|_| figures.is_fair());
    let failing = shape
        .map(|shape| &shape.insight.names.failing[..])
        .unwrap_or_default();
    let told = failing.iter().map(|found| {
        let rate = |(some, all): (u64, u64)| some as f64 / all.max(1) as f64;
        let others = match found.others.0 {
            0 => "none".to_owned(),
            _ => percent(rate(found.others)),
        };
        Found {
            rank: RANK,
            code: Code::WhereItFails,
            message: format!(
                "{} of {} {} failed ({}); {others} of the others did.",
                number(found.with.0),
                number(found.with.1),
                items_with(&found.value, figures),
                percent(rate(found.with)),
            ),
            evidence: vec![
                ("failed", found.with.0 as f64),
                ("items", found.with.1 as f64),
                ("others_failed", found.others.0 as f64),
                ("others", found.others.1 as f64),
            ],
            filter: Some(ItemFilter {
                status: Some(FAILED.to_owned()),
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
    use crate::metrics::insight::breakdown::{Failing, Value};
    use crate::metrics::insight::dimensions::Kind;

    #[test]
    fn kinds_of_items_are_said_as_one_would_say_them() {
        let of = |kind, dimension: Option<&str>, word: &str, failed| {
            let mut shape = shape(Vec::new());
            shape.insight.names.failing = vec![Failing {
                value: Value {
                    kind,
                    dimension: dimension.map(str::to_owned),
                    word: word.to_owned(),
                },
                with: (31, 40),
                others: (failed, 100),
            }];
            messages(find, &sections(31, &json!([])), &shape).concat()
        };
        assert_eq!(
            of(Kind::Extension, None, "docx", 2),
            "31 of 40 .docx items failed (77.5%); 2.0% of the others did."
        );
        assert_eq!(
            of(Kind::Folder, None, "contracts", 0),
            "31 of 40 items in the folder “contracts” failed (77.5%); none of the others did."
        );
        assert_eq!(
            of(Kind::Stem, None, "scan", 2),
            "31 of 40 items named “scan…” failed (77.5%); 2.0% of the others did."
        );
        assert_eq!(
            of(Kind::Named(0), Some("customer"), "ACME", 2),
            "31 of 40 items with customer “ACME” failed (77.5%); 2.0% of the others did."
        );
        assert_eq!(
            messages(find, &sections(31, &json!([])), &shape(Vec::new())),
            [""; 0]
        );
    }
}
