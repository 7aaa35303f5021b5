//! Durations that many failures share and hardly any completed item exceeds, as with a timeout.
//!
//! [`crate::metrics::insight::limit`] finds them, and has the thresholds.

use super::{Figures, Found, ItemFilter, kind_of};
use crate::api::status::FAILED;
use crate::metrics::insight::limit::Limit;
use crate::report::model::ErrorGroup;
use crate::say::code::Code;
use crate::text::{duration, number};

/// Words of messages that call it a timeout themselves.
const TIMEOUTS: [&str; 4] = ["timeout", "timed out", "time out", "time limit"];
const RANK: u8 = 20;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let limits = figures
        .shape
        .map(|shape| &shape.insight.limits[..])
        .unwrap_or_default();
    let told = limits.iter().filter_map(|(rank, limit)| {
        let group = match rank {
            Some(rank) => Some(figures.sections.error_groups.get(*rank)?),
            None => None,
        };
        Some(say(figures, group, limit))
    });
    told.collect()
}

fn say(figures: Figures<'_>, group: Option<&ErrorGroup>, limit: &Limit) -> Found {
    let seconds = |micros: i64| duration(micros as f64 / 1e6);
    let (from, to) = (seconds(limit.from), seconds(limit.to));
    let took = match from == to {
        true => from,
        false => format!("{from} to {to}"),
    };
    let failures = match limit.count == limit.of {
        true => format!("All {} failures", number(limit.of)),
        false => format!("{} of {} failures", number(limit.count), number(limit.of)),
    };
    let known = match group {
        Some(group) if group.count > limit.of => " with a known duration",
        _ => "",
    };
    let with = group
        .map(|group| match group.pattern {
            Some(_) => format!(" of {}", kind_of(group)),
            None => format!(" with {}", kind_of(group)),
        })
        .unwrap_or_default();
    let items = figures.items();
    let longer = match (limit.completed_longer, limit.completed) {
        (_, 0) => String::new(),
        (0, _) => format!(", and no {} that completed took longer", figures.item()),
        (some, all) => {
            format!(
                ", and only {} of {} completed {items} took longer",
                number(some),
                number(all)
            )
        }
    };
    let pattern = group.and_then(|group| group.pattern.as_deref());
    let says_so = pattern.is_some_and(|pattern| {
        let pattern = pattern.to_ascii_lowercase();
        TIMEOUTS.iter().any(|word| pattern.contains(word))
    });
    let guess = match says_so {
        true => "",
        false => ": that looks like a timeout",
    };
    Found {
        rank: RANK,
        code: Code::TimeLimit,
        message: format!("{failures}{known}{with} took {took}{longer}{guess}."),
        evidence: vec![
            ("count", limit.count as f64),
            ("failures", limit.of as f64),
            ("shortest_seconds", limit.from as f64 / 1e6),
            ("longest_seconds", limit.to as f64 / 1e6),
            ("completed_longer", limit.completed_longer as f64),
            ("completed", limit.completed as f64),
        ],
        filter: Some(ItemFilter {
            status: Some(FAILED.to_owned()),
            error_group: group.map(|group| group.id.clone()),
            ..ItemFilter::default()
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{SECOND, messages, sections, shape};
    use super::*;

    #[test]
    fn a_limit_is_told_with_the_completed_items_that_speak_for_it() {
        let groups = json!([{ "pattern": "timed out", "count": 7, "share": 1.0 }]);
        let of = |group, limit| {
            let mut shape = shape(Vec::new());
            shape.insight.limits = vec![(group, limit)];
            messages(find, &sections(7, &groups), &shape)
        };
        let limit = Limit {
            from: 300 * SECOND,
            to: 308 * SECOND,
            count: 7,
            of: 7,
            completed_longer: 0,
            completed: 400,
        };
        assert_eq!(
            of(Some(0), limit),
            [
                "All 7 failures of “timed out” took 5 min 00 s to 5 min 08 s, and no item that completed \
                 took longer."
            ]
        );
        let mixed = Limit {
            to: 300 * SECOND,
            of: 12,
            completed_longer: 1,
            ..limit
        };
        assert_eq!(
            of(None, mixed),
            [
                "7 of 12 failures took 5 min 00 s, and only 1 of 400 completed items took longer: that looks \
                 like a timeout."
            ]
        );
        assert_eq!(of(Some(5), limit), [""; 0]);
    }
}
