//! Failures that are nearly all of different kinds.

use super::{Figures, Found, ItemFilter};
use crate::api::status::FAILED;
use crate::say::code::Code;
use crate::text::number;

/// Fewer failures than this may differ by chance.
const LEAST_FAILED: u64 = 10;
/// Least number of kinds for each failure.
const KINDS_PER_FAILURE: f64 = 0.8;
/// A kind with this share of the failures explains them.
const EXPLAINS: f64 = 0.5;
const RANK: u8 = 25;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let failed = figures.failed();
    let groups = &figures.sections.error_groups;
    let kinds = groups.len() as u64 + figures.sections.left_out.error_groups;
    let explains = groups.first().is_some_and(|group| group.share >= EXPLAINS);
    if failed < LEAST_FAILED || explains || (kinds as f64) < KINDS_PER_FAILURE * failed as f64 {
        return Vec::new();
    }
    let message = format!(
        "The {} failures have {} different errors; no single one explains them.",
        number(failed),
        number(kinds)
    );
    vec![Found {
        rank: RANK,
        code: Code::ManyErrors,
        message,
        evidence: vec![("kinds", kinds as f64), ("failed", failed as f64)],
        filter: Some(ItemFilter {
            status: Some(FAILED.to_owned()),
            ..ItemFilter::default()
        }),
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::{messages, sections, shape};
    use super::*;

    #[test]
    fn nearly_as_many_errors_as_failures_are_told() {
        let kinds = |kinds: u64, failed: u64| {
            let group = |n: u64| json!({ "pattern": n.to_string(), "count": 1, "share": 1.0 / failed as f64 });
            let groups = Value::Array((0..kinds).map(group).collect());
            messages(find, &sections(failed, &groups), &shape(Vec::new()))
        };
        assert_eq!(
            kinds(9, 10),
            ["The 10 failures have 9 different errors; no single one explains them."]
        );
        assert_eq!(kinds(7, 10), [""; 0]);
        assert_eq!(kinds(9, 9), [""; 0]);
    }
}
