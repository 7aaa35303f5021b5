//! A few items that took as much time as many others.

use super::{Figures, Found};
use crate::say::code::Code;
use crate::text::{number, percent};

/// Least number of items in the slowest 5%.
const LEAST_ITEMS: u64 = 2;
/// Least share of the time.
const LEAST_SHARE: f64 = 0.3;
const RANK: u8 = 45;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let slowest = figures.shape.and_then(|shape| shape.slowest_twentieth);
    let Some(slowest) =
        slowest.filter(|slowest| slowest.count >= LEAST_ITEMS && slowest.share >= LEAST_SHARE)
    else {
        return Vec::new();
    };
    let message = format!(
        "The {} slowest of {} completed {} took {} of the total processing time.",
        number(slowest.count),
        number(slowest.of),
        figures.items(),
        percent(slowest.share)
    );
    vec![Found {
        rank: RANK,
        code: Code::FewSlowItems,
        message,
        evidence: vec![
            ("slowest", slowest.count as f64),
            ("completed", slowest.of as f64),
            ("share_of_time", slowest.share),
        ],
        filter: None,
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{messages, sections, shape};
    use super::*;
    use crate::metrics::SlowestTwentieth;

    #[test]
    fn a_third_of_the_time_for_a_twentieth_of_the_items_is_told() {
        let of = |count, share| {
            let mut shape = shape(Vec::new());
            shape.slowest_twentieth = Some(SlowestTwentieth {
                count,
                of: 100,
                share,
            });
            messages(find, &sections(0, &json!([])), &shape)
        };
        assert_eq!(
            of(5, 0.41),
            ["The 5 slowest of 100 completed items took 41.0% of the total processing time."]
        );
        assert_eq!(of(5, 0.29), [""; 0]);
        assert_eq!(of(1, 0.9), [""; 0]);
    }
}
