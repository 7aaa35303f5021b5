//! Many skipped items.

use super::{Figures, Found, ItemFilter, of_all};
use crate::api::status::SKIPPED;
use crate::say::code::Code;
use crate::text::{number, quote};

/// Least number of skipped items.
const LEAST: u64 = 5;
/// Least share of all items.
const MANY: f64 = 0.2;
/// Longest quote of a reason, in characters.
const REASON_CHARS: usize = 60;
const RANK: u8 = 15;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let sections = figures.sections;
    let rate = &sections.rates.skipped_of_all;
    let skipped = figures.count(SKIPPED);
    let is_many = rate.value.is_some_and(|share| share >= MANY);
    if sections.counts.status_filter.is_some() || skipped < LEAST || !is_many {
        return Vec::new();
    }
    let message = format!(
        "{} were skipped{}.",
        of_all(skipped, rate.denominator, figures.items()),
        why(figures, skipped)
    );
    vec![Found {
        rank: RANK,
        code: Code::ManySkipped,
        message,
        evidence: vec![
            ("skipped", skipped as f64),
            ("items", rate.denominator as f64),
        ],
        filter: Some(ItemFilter {
            status: Some(SKIPPED.to_owned()),
            ..ItemFilter::default()
        }),
    }]
}

fn why(figures: Figures<'_>, skipped: u64) -> String {
    let Some(reason) = figures.sections.skip_reasons.first() else {
        return String::new();
    };
    if reason.count == 1 && skipped > 1 {
        return ", each for a different reason".to_owned();
    }
    let many = match reason.count == skipped {
        true => "all".to_owned(),
        false => format!("{} of them", number(reason.count)),
    };
    let name = match &reason.reason {
        Some(name) => format!("as “{}”", quote(name, REASON_CHARS)),
        None => "without a reason".to_owned(),
    };
    let benign = match reason.benign {
        Some(true) => " (harmless)",
        Some(false) => " (not harmless)",
        None => "",
    };
    format!(", {many} {name}{benign}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{messages, sections, shape};
    use super::*;

    #[test]
    fn a_fifth_of_the_items_is_many() {
        let of = |skipped: u64, share: f64| {
            let mut sections = sections(0, &json!([]));
            sections
                .counts
                .by_status
                .insert(SKIPPED.to_owned(), skipped);
            sections.rates.skipped_of_all = serde_json::from_value(json!({
                "numerator": skipped, "denominator": 100, "value": share,
            }))
            .expect("a rate");
            sections.skip_reasons = serde_json::from_value(json!([
                { "reason": "already_processed", "count": skipped, "share": 1.0, "benign": true },
            ]))
            .expect("reasons");
            messages(find, &sections, &shape(Vec::new()))
        };
        assert_eq!(
            of(20, 0.2),
            ["20 of 100 items (20.0%) were skipped, all as “already_processed” (harmless)."]
        );
        assert_eq!(of(19, 0.19), [""; 0]);
        assert_eq!(of(4, 0.4), [""; 0]);
    }
}
