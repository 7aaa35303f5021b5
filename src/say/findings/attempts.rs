//! Failures on the last attempt.

use super::{Figures, Found, ItemFilter, of_all};
use crate::api::status::FAILED;
use crate::metrics::insight::tails::binomial_at_least;
use crate::say::code::Code;

/// The share among the failures that name their attempt is more than this, ...
const MOST: f64 = 0.6;
/// ... and not only here by chance: the binomial tail is less than this. Of random attempts a third to a half are the
/// last.
const LEVEL: f64 = 0.01;
const RANK: u8 = 35;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let Some(attempts) = figures.shape.map(|shape| shape.attempts) else {
        return Vec::new();
    };
    if binomial_at_least(attempts.last, attempts.named, MOST) >= LEVEL {
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
        filter: Some(ItemFilter {
            status: Some(FAILED.to_owned()),
            ..ItemFilter::default()
        }),
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
            of(19, 21),
            [
                "19 of 21 failures that name their attempt (90.5%) happened on the last attempt: retries \
                 did not help."
            ]
        );
        assert_eq!(of(12, 16), [""; 0]);
        assert_eq!(of(5, 5), [""; 0]);
    }
}
