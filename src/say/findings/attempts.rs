//! Failures on the last attempt.

use super::{Figures, Found, of_all};
use crate::metrics::patterns::FEW_FAILURES;
use crate::say::code::Code;

/// Least share of the failures that name their attempt.
const MOST: f64 = 0.5;
const RANK: u8 = 35;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let Some(attempts) = figures.shape.map(|shape| shape.attempts) else {
        return Vec::new();
    };
    let least = MOST * attempts.named as f64;
    if attempts.named < FEW_FAILURES as u64 || (attempts.last as f64) < least {
        return Vec::new();
    }
    let message = format!(
        "{} happened on the last attempt: retries did not help.",
        of_all(
            attempts.last,
            attempts.named,
            "failures that name their attempt"
        )
    );
    vec![Found {
        rank: RANK,
        code: Code::Attempts,
        message,
        evidence: vec![
            ("last", attempts.last as f64),
            ("named", attempts.named as f64),
        ],
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{messages, sections, shape};
    use super::*;
    use crate::metrics::Attempts;

    #[test]
    fn most_failures_on_the_last_attempt_are_told() {
        let of = |last, named| {
            let mut shape = shape(Vec::new());
            shape.attempts = Attempts { last, named };
            messages(find, &sections(named, &json!([])), &shape)
        };
        assert_eq!(
            of(5, 8),
            [
                "5 of 8 failures that name their attempt (62.5%) happened on the last attempt: retries \
                 did not help."
            ]
        );
        assert_eq!(of(3, 8), [""; 0]);
        assert_eq!(of(4, 4), [""; 0]);
    }
}
