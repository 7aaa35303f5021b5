//! Processing time and credits that went into items that failed.

use super::{Figures, Found, kind_of};
use crate::say::code::Code;
use crate::text::{duration, percent};

/// Fewer failures than this cost little.
const LEAST_FAILED: u64 = 10;
/// Least share of the processing time.
const LEAST_SHARE: f64 = 0.15;
/// The share of the time is this many times the share of the items, at least.
const TIMES: f64 = 2.0;
/// An error group with this part of the time explains it.
const MOST: f64 = 0.5;
const RANK: u8 = 42;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let durations = &figures.sections.durations;
    let (failed, completed) = (&durations.failed, &durations.completed);
    let totals = failed.total_seconds.zip(completed.total_seconds);
    let Some((lost, used)) = totals.filter(|_| failed.count >= LEAST_FAILED) else {
        return Vec::new();
    };
    let share = lost / (lost + used);
    let of_items = failed.count as f64 / (failed.count + completed.count) as f64;
    if share < LEAST_SHARE || share < TIMES * of_items {
        return Vec::new();
    }
    let groups = figures
        .shape
        .map(|shape| &shape.groups[..])
        .unwrap_or_default();
    let time = |micros: &[i64]| micros.iter().map(|micros| *micros as f64).sum::<f64>() / 1e6;
    let most = groups
        .iter()
        .zip(&figures.sections.error_groups)
        .map(|(details, group)| (time(&details.micros), group))
        .reduce(|most, next| if next.0 > most.0 { next } else { most })
        .filter(|(seconds, _)| *seconds >= MOST * lost);
    let what_if = most.and_then(|(seconds, group)| {
        let rate = &figures.sections.rates.failure;
        let left = rate.numerator.checked_sub(group.count)?;
        let of = rate.denominator.checked_sub(group.count)?;
        // If all failures are of one kind, nothing else is left to say.
        (of > 0 && left > 0).then(|| {
            format!(
                " Without {}, the failure rate would be {}, with {} less processing.",
                kind_of(group),
                percent(left as f64 / of as f64),
                duration(seconds),
            )
        })
    });
    let credits = figures
        .sections
        .credits
        .as_ref()
        .filter(|credits| credits.failed > 0.0);
    let credits = credits.map(|credits| {
        format!(
            " and {} of the credits",
            percent(credits.failed / credits.total)
        )
    });
    let message = format!(
        "Failures took {} of processing time, {} of all{}.{}",
        duration(lost),
        percent(share),
        credits.unwrap_or_default(),
        what_if.unwrap_or_default(),
    );
    vec![Found {
        rank: RANK,
        code: Code::FailureCost,
        message,
        evidence: vec![
            ("failed_seconds", lost),
            ("completed_seconds", used),
            ("share_of_time", share),
            ("share_of_items", of_items),
        ],
        filter: None,
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{SECOND, messages, sections, shape};
    use super::*;
    use crate::metrics::GroupDetails;

    #[test]
    fn failures_that_took_most_of_the_time_are_told_with_what_would_be_without() {
        let groups = json!([{ "pattern": "timed out", "count": 8, "share": 0.8 }]);
        let mut shape = shape(Vec::new());
        shape.groups = vec![GroupDetails {
            count: 8,
            micros: vec![300 * SECOND; 8],
            ..GroupDetails::default()
        }];
        let of = |failed, seconds| {
            let mut sections = sections(10, &groups);
            sections.durations.failed.count = failed;
            sections.durations.failed.total_seconds = Some(seconds);
            sections.durations.completed.count = 100;
            sections.durations.completed.total_seconds = Some(3_600.0);
            messages(find, &sections, &shape)
        };
        assert_eq!(
            of(10, 2_400.0),
            [
                "Failures took 40 min 00 s of processing time, 40.0% of all. Without “timed out”, the \
                 failure rate would be 2.0%, with 40 min 00 s less processing."
            ]
        );
        assert_eq!(of(10, 700.0), [""; 0]);
        assert_eq!(of(9, 2_400.0), [""; 0]);
        assert_eq!(of(50, 2_400.0), [""; 0]);
    }
}
