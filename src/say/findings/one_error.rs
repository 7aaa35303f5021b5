//! One kind of error that explains most failures.

use super::{Figures, Found, PATTERN_CHARS, of_all};
use crate::metrics::patterns::FEW_FAILURES;
use crate::say::code::Code;
use crate::text::quote;

/// Least share of the failures.
const MOST: f64 = 0.5;
const RANK: u8 = 10;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let failed = figures.failed();
    let group = figures.sections.error_groups.first();
    let Some(group) = group.filter(|group| group.share >= MOST && failed >= FEW_FAILURES as u64)
    else {
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
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{messages, sections, shape};
    use super::*;

    #[test]
    fn half_of_at_least_five_failures_are_one_error() {
        let group = |count: u64, of: u64| {
            let share = count as f64 / of as f64;
            let groups = json!([{ "pattern": "timed out", "count": count, "share": share }]);
            messages(find, &sections(of, &groups), &shape(Vec::new()))
        };
        assert_eq!(
            group(7, 12),
            ["7 of 12 failures (58.3%) have the same error: “timed out”."]
        );
        assert_eq!(
            group(5, 5),
            ["All 5 failures have the same error: “timed out”."]
        );
        assert_eq!(group(5, 12), [""; 0]);
        assert_eq!(group(4, 4), [""; 0]);
    }
}
