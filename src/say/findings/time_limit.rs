//! Failures of one kind that all took equally long.

use super::{Figures, Found, kind};
use crate::metrics::GroupDetails;
use crate::metrics::patterns::FEW_FAILURES;
use crate::say::code::Code;
use crate::text::{duration, number};

/// Fewer durations than this may be equal by chance.
const LEAST_DURATIONS: usize = 4;
/// Shorter failures are no timeouts.
const LEAST_MICROS: i64 = 10_000_000;
/// The longest may be longer than the shortest by this part of it.
const SPREAD: i64 = 50;
/// Failures are no longer than other items if half of the completed ones take this part of their time.
const USUAL: f64 = 0.9;
/// Error groups that are looked at.
const GROUPS: usize = 3;
const RANK: u8 = 20;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    if figures.failed() < FEW_FAILURES as u64 {
        return Vec::new();
    }
    let details = figures
        .shape
        .map(|shape| &shape.groups[..])
        .unwrap_or_default();
    let groups = figures
        .sections
        .error_groups
        .iter()
        .zip(details)
        .take(GROUPS);
    // Failures that take as long as any item have met no limit.
    let usual = figures.sections.durations.completed.p50_seconds;
    let is_usual = |details: &&GroupDetails| {
        let shortest = details.micros.first().map(|micros| *micros as f64 / 1e6);
        shortest
            .zip(usual)
            .is_some_and(|(shortest, usual)| usual >= USUAL * shortest)
    };
    groups
        .filter(|(_, details)| !is_usual(details))
        .filter_map(|(group, details)| limit(group.pattern.as_deref(), details))
        .collect()
}

fn limit(pattern: Option<&str>, details: &GroupDetails) -> Option<Found> {
    let micros = &details.micros;
    let (shortest, longest) = (*micros.first()?, *micros.last()?);
    let is_equal = longest - shortest <= shortest / SPREAD;
    if micros.len() < LEAST_DURATIONS || shortest < LEAST_MICROS || !is_equal {
        return None;
    }
    let seconds = |micros: i64| duration(micros as f64 / 1e6);
    let (from, to) = (seconds(shortest), seconds(longest));
    let took = match from == to {
        true => from,
        false => format!("{from} to {to}"),
    };
    let whose = match details.count == micros.len() as u64 {
        true => "",
        false => " with a known duration",
    };
    Some(Found {
        rank: RANK,
        code: Code::TimeLimit,
        message: format!(
            "All {} failures{whose} of {} took {took}, which looks like a timeout.",
            number(micros.len() as u64),
            kind(pattern),
        ),
        evidence: vec![
            ("count", micros.len() as f64),
            ("shortest_seconds", shortest as f64 / 1e6),
            ("longest_seconds", longest as f64 / 1e6),
        ],
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{SECOND, messages, sections, shape};
    use super::*;

    fn of(micros: Vec<i64>) -> Vec<String> {
        let groups = json!([{ "pattern": "timed out", "count": 7, "share": 1.0 }]);
        let mut shape = shape(Vec::new());
        shape.groups = vec![GroupDetails {
            count: 7,
            micros,
            ..GroupDetails::default()
        }];
        messages(find, &sections(7, &groups), &shape)
    }

    #[test]
    fn equal_durations_look_like_a_timeout() {
        assert_eq!(
            of((0..6).map(|n| 300 * SECOND + n * 100_000).collect()),
            [
                "All 6 failures with a known duration of “timed out” took 5 min 00 s to 5 min 01 s, \
                 which looks like a timeout."
            ]
        );
        assert_eq!(
            of(vec![300 * SECOND; 7]),
            ["All 7 failures of “timed out” took 5 min 00 s, which looks like a timeout."]
        );
    }

    #[test]
    fn few_short_or_different_durations_do_not() {
        assert_eq!(of(vec![300 * SECOND; 3]), [""; 0]);
        assert_eq!(of(vec![9 * SECOND; 7]), [""; 0]);
        assert_eq!(
            of(vec![300 * SECOND, 300 * SECOND, 300 * SECOND, 310 * SECOND]),
            [""; 0]
        );
        // The end of an item that has none, as some write it: 9999-12-31.
        assert_eq!(
            of(vec![
                20 * SECOND,
                20 * SECOND,
                20 * SECOND,
                251_623_549_767 * SECOND
            ]),
            [""; 0]
        );
    }
}
