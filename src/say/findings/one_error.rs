//! One kind of error that explains most failures.

use super::{Figures, Found, ItemFilter, PATTERN_CHARS, of_all};
use crate::api::status::FAILED;
use crate::metrics::insight::tails::binomial_at_least;
use crate::report::model::ErrorGroup;
use crate::say::code::Code;
use crate::text::quote;

/// The share of the error is more than this, ...
const MOST: f64 = 0.5;
/// ... and not only here by chance: the binomial tail is less than this, half of 1% because either of two errors
/// would be told.
const LEVEL: f64 = 0.005;
/// The verdict names the error as well, so that what else there is to say comes first.
const RANK: u8 = 90;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let failed = figures.failed();
    let group = figures.sections.error_groups.first();
    let is_most = |group: &&ErrorGroup| binomial_at_least(group.count, failed, MOST) < LEVEL;
    let Some(group) = group.filter(is_most) else {
        return Vec::new();
    };
    let failures = of_all(group.count, failed, "failures");
    let message = match &group.pattern {
        Some(pattern) => {
            let pattern = quote(pattern, PATTERN_CHARS);
            format!("{failures} have the same error: “{pattern}”.")
        }
        None => format!("{failures} have no error message."),
    };
    vec![Found {
        rank: RANK,
        code: Code::OneError,
        message,
        evidence: vec![("count", group.count as f64), ("failed", failed as f64)],
        filter: Some(ItemFilter {
            status: Some(FAILED.to_owned()),
            error_group: Some(group.id.clone()),
            ..ItemFilter::default()
        }),
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{messages, sections, shape};
    use super::*;

    #[test]
    fn an_error_is_told_if_more_than_half_of_the_failures_is_no_chance() {
        let group = |count: u64, of: u64| {
            let share = count as f64 / of as f64;
            let groups = json!([{ "pattern": "timed out", "count": count, "share": share }]);
            messages(find, &sections(of, &groups), &shape(Vec::new()))
        };
        assert_eq!(
            group(13, 14),
            ["13 of 14 failures (92.9%) have the same error: “timed out”."]
        );
        assert_eq!(
            group(8, 8),
            ["All 8 failures have the same error: “timed out”."]
        );
        assert_eq!(group(11, 15), [""; 0]);
        assert_eq!(group(7, 7), [""; 0]);
    }
}
