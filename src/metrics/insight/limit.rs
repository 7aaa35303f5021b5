//! Limits: durations that many failures share and hardly any completed item exceeds, as with a timeout.

use super::tails::binomial_at_least;

/// A second in microseconds.
const SECOND: i64 = 1_000_000;
/// Fewer durations than this may be equal by chance.
const LEAST_DURATIONS: usize = 5;
/// Shorter failures are no timeouts.
const LEAST_MICROS: i64 = 5_000_000;
/// The longest duration in the window is longer than the shortest by this factor at most: limits are polled.
const WIDTH: f64 = 1.05;
/// Failures around the window are counted this far to both sides.
const AROUND: f64 = 1.5;
/// Share of the failures around that the window would hold by chance, at most. The densest one holds 0.07 of a
/// lognormal distribution with a sigma of 0.3, and 0.17 of the sum of three attempts with a sigma of 0.2 each.
const BY_CHANCE: f64 = 0.2;
/// Probability below which so many in the window are no chance, times the windows tried.
const LEVEL: f64 = 0.01;
/// Least share of the failures.
const LEAST_SHARE: f64 = 0.1;
/// Most of the completed items that take longer.
const MOST_LONGER: f64 = 0.005;

/// Duration that many failures share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Shortest duration in the window, in microseconds.
    pub from: i64,
    /// Longest duration in the window.
    pub to: i64,
    /// Failures in the window.
    pub count: u64,
    /// Failures with a known duration.
    pub of: u64,
    /// Completed items that took longer than the shortest of these.
    pub completed_longer: u64,
    /// Completed items with a known duration.
    pub completed: u64,
}

/// Finds the limit in ascending durations of failures, against those of completed items.
pub fn limit(failed: &[i64], completed: &[i64]) -> Option<Limit> {
    let all = failed.len();
    if all < LEAST_DURATIONS {
        return None;
    }
    let end_of = |micros: i64, factor: f64| {
        failed.partition_point(|other| *other as f64 <= micros as f64 * factor)
    };
    let first = failed.partition_point(|micros| *micros < LEAST_MICROS);
    let mut end = first;
    let mut densest = 0..0;
    for at in first..all {
        while end < all && failed[end] as f64 <= failed[at] as f64 * WIDTH {
            end += 1;
        }
        if end - at > densest.len() {
            densest = at..end;
        }
    }
    let count = densest.len();
    if count < LEAST_DURATIONS || (count as f64) < LEAST_SHARE * all as f64 {
        return None;
    }
    let (from, to) = (failed[densest.start], failed[densest.end - 1]);
    let around =
        end_of(to, AROUND) - failed.partition_point(|other| *other as f64 * AROUND < from as f64);
    // Durations of whole seconds may be up to a second apart.
    let is_whole = failed[densest].iter().all(|micros| micros % SECOND == 0);
    let width = to - from + if is_whole { SECOND } else { 0 };
    let wider = (width as f64 / ((WIDTH - 1.0) * from as f64)).max(1.0);
    let by_chance = (BY_CHANCE * wider).min(1.0);
    let tail = binomial_at_least(count as u64 - 1, around as u64 - 1, by_chance);
    let longer = completed.len() - completed.partition_point(|micros| *micros <= from);
    let is_limit =
        tail * (all as f64) < LEVEL && longer as f64 <= MOST_LONGER * completed.len() as f64;
    is_limit.then_some(Limit {
        from,
        to,
        count: count as u64,
        of: all as u64,
        completed_longer: longer as u64,
        completed: completed.len() as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(from: i64, count: i64, step_millis: i64) -> Vec<i64> {
        (0..count)
            .map(|n| from * SECOND + n * step_millis * 1_000)
            .collect()
    }

    #[test]
    fn failures_at_one_duration_that_no_other_item_reaches_met_a_limit() {
        let mut failed = [seconds(20, 10, 7_000), seconds(300, 8, 1_000)].concat();
        failed.sort_unstable();
        let completed = seconds(10, 400, 500);
        let found = limit(&failed, &completed).expect("a limit");
        assert_eq!((found.from, found.to), (300 * SECOND, 307 * SECOND));
        assert_eq!((found.count, found.of, found.completed_longer), (8, 18, 0));
    }

    #[test]
    fn completed_items_that_take_as_long_speak_against_it() {
        let failed = seconds(300, 8, 1_000);
        assert_eq!(limit(&failed, &seconds(100, 400, 1_000)), None);
        assert_eq!(limit(&failed, &[]).map(|limit| limit.count), Some(8));
    }

    #[test]
    fn whole_seconds_are_no_limit_by_themselves() {
        // As many at 9, 10 and 11 s: fractions would tell that these are no limit.
        let failed = [
            vec![9 * SECOND; 8],
            vec![10 * SECOND; 12],
            vec![11 * SECOND; 8],
        ]
        .concat();
        assert_eq!(limit(&failed, &[]), None);
        let of_a_limit: Vec<i64> = failed.iter().map(|micros| micros + 290 * SECOND).collect();
        assert!(limit(&of_a_limit, &[]).is_some());
    }

    #[test]
    fn few_short_and_spread_durations_are_none() {
        assert_eq!(limit(&seconds(300, 4, 100), &[]), None);
        assert_eq!(limit(&seconds(3, 40, 1), &[]), None);
        assert_eq!(limit(&seconds(30, 40, 2_000), &[]), None);
        assert_eq!(limit(&[], &[]), None);
    }
}
