//! Items with records that do not fit: completed without times, started before their job, skipped without
//! a reason. If many items are so, it is how the dump was made.

use super::{Figures, Found};
use crate::say::code::Code;
use crate::text::{counted, joined};

/// Most of the items that may be odd.
const MOST: f64 = 0.2;
const RANK: u8 = 60;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let Some(odd) = figures.shape.map(|shape| shape.insight.odd) else {
        return Vec::new();
    };
    let (item, items) = (figures.item(), figures.items());
    let one = |some: u64, all: u64, one: &str, many: &str| {
        let is_told = some > 0 && some as f64 <= MOST * all as f64;
        is_told.then(|| counted(some, one, many))
    };
    let job = figures.job_word();
    let told: Vec<String> = [
        one(
            odd.completed_without_times,
            odd.completed,
            &format!("completed {item} has no start or end time"),
            &format!("completed {items} have no start or end time"),
        ),
        one(
            odd.started_before_job,
            odd.started,
            &format!("{item} started before the {job} did"),
            &format!("{items} started before the {job} did"),
        ),
        one(
            odd.skipped_without_reason,
            odd.skipped,
            &format!("{item} was skipped without a reason"),
            &format!("{items} were skipped without a reason"),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    if told.is_empty() {
        return Vec::new();
    }
    vec![Found {
        rank: RANK,
        code: Code::OddItems,
        message: format!("{}.", joined(&told)),
        evidence: vec![
            (
                "completed_without_times",
                odd.completed_without_times as f64,
            ),
            ("started_before_job", odd.started_before_job as f64),
            ("skipped_without_reason", odd.skipped_without_reason as f64),
        ],
        filter: None,
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{messages, sections, shape};
    use super::*;
    use crate::metrics::insight::OddItems;

    #[test]
    fn a_few_odd_items_are_told_and_many_are_not() {
        let of = |odd| {
            let mut shape = shape(Vec::new());
            shape.insight.odd = odd;
            messages(find, &sections(0, &json!([])), &shape)
        };
        let odd = OddItems {
            completed_without_times: 3,
            completed: 100,
            started_before_job: 1,
            started: 100,
            skipped_without_reason: 0,
            skipped: 5,
        };
        assert_eq!(
            of(odd),
            ["3 completed items have no start or end time and 1 item started before the job did."]
        );
        assert_eq!(
            of(OddItems {
                completed_without_times: 21,
                started_before_job: 0,
                ..odd
            }),
            [""; 0]
        );
        assert_eq!(of(OddItems::default()), [""; 0]);
    }
}
