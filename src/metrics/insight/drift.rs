//! What changes while a job runs: durations that grow, and a failure rate that rises or falls. Items are
//! ordered by their starts; an order by ends would put long ones late.

use super::tails::{normal_at_least, rank_score};

/// Fewer completed items than this on one side say nothing.
const LEAST_ITEMS: usize = 20;
/// Shares of the starts at which a slowdown may begin.
const SPLITS: [f64; 3] = [0.25, 0.5, 0.75];
/// Probability below which a slowdown is no chance, divided among the splits.
const LEVEL: f64 = 0.001;
/// The later median is longer by this factor, at least.
const SLOWER: f64 = 1.3;

/// Completed items that took longer the later they started.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slowdown {
    /// Start of the first item of the later ones, in microseconds since the epoch.
    pub since: i64,
    /// Median duration of the earlier ones, in microseconds.
    pub before: i64,
    /// Median duration of the later ones.
    pub after: i64,
    /// Number of the later ones.
    pub items: u64,
}

/// Finds a slowdown among completed items, given as starts and durations in any order. `starts` are those
/// of all items, ascending: they give the instants at which it may begin.
pub fn slowdown(items: impl Iterator<Item = (i64, i64)>, starts: &[i64]) -> Option<Slowdown> {
    if starts.len() < 2 * LEAST_ITEMS {
        return None;
    }
    let edges = SPLITS.map(|share| starts[(starts.len() as f64 * share) as usize]);
    let mut quarters: [Vec<i64>; 4] = Default::default();
    for (start, micros) in items {
        let quarter = edges.iter().filter(|edge| **edge <= start).count();
        quarters[quarter].push(micros);
    }
    let split = |at: usize| {
        let (early, late) = (quarters[..=at].concat(), quarters[at + 1..].concat());
        if early.len() < LEAST_ITEMS || late.len() < LEAST_ITEMS {
            return None;
        }
        let (before, after) = (median(&early), median(&late));
        let is_slower = before > 0 && after as f64 >= SLOWER * before as f64;
        let score = is_slower.then(|| rank_score(&late, &early))??;
        let is_no_chance = normal_at_least(score) * (SPLITS.len() as f64) < LEVEL;
        let slowdown = Slowdown {
            since: edges[at],
            before,
            after,
            items: late.len() as u64,
        };
        is_no_chance.then_some((score, slowdown))
    };
    let found = (0..SPLITS.len()).filter_map(split);
    let best = found.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    Some(best.1)
}

fn median(values: &[i64]) -> i64 {
    let mut values = values.to_vec();
    let at = values.len() / 2;
    *values.select_nth_unstable(at).1
}

/// Fewer failures than this have no trend.
const LEAST_FAILURES: usize = 10;
/// Standard score above which a trend is no chance: p < 0.005, two-sided.
const SCORE: f64 = 2.81;
/// The rate of one third of the starts is that of another one times this, at least.
const CHANGE: f64 = 2.0;

/// A failure rate that rises or falls from the first third of the starts to the last one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Failures and items of the first third.
    pub first: (u64, u64),
    /// Failures and items of the last third.
    pub last: (u64, u64),
}

/// Finds a trend. Both lists are ascending; `failed` is part of `starts`.
pub fn trend(starts: &[i64], failed: &[i64]) -> Option<Trend> {
    let (all, failures) = (starts.len(), failed.len());
    if failures < LEAST_FAILURES || failures >= all {
        return None;
    }
    let score = trend_score(starts, failed);
    if score.abs() < SCORE {
        return None;
    }
    let edges = [starts[all / 3], starts[all * 2 / 3]];
    let part = |from: i64, to: i64| {
        let count = |list: &[i64]| {
            list.partition_point(|at| *at < to) - list.partition_point(|at| *at < from)
        };
        (count(failed) as u64, count(starts) as u64)
    };
    let first = part(i64::MIN, edges[0]);
    let last = part(edges[1], i64::MAX);
    let (a, b) = (share(first)?, share(last)?);
    let has_changed = match score > 0.0 {
        true => b >= CHANGE * a,
        false => a >= CHANGE * b,
    };
    has_changed.then_some(Trend { first, last })
}

/// Standard score of the rank sum of the starts of failures (Mann–Whitney), positive if they started late.
fn trend_score(starts: &[i64], failed: &[i64]) -> f64 {
    // Equal starts share their ranks.
    let rank = |at: &i64| {
        let (before, up_to) = (
            starts.partition_point(|start| start < at),
            starts.partition_point(|start| start <= at),
        );
        (before + up_to + 1) as f64 / 2.0
    };
    let (n, f) = (starts.len() as f64, failed.len() as f64);
    let mean = failed.iter().map(rank).sum::<f64>() / f;
    let variance = (n + 1.0) * (n - f) / (12.0 * f);
    (mean - (n + 1.0) / 2.0) / variance.sqrt()
}

fn share((some, all): (u64, u64)) -> Option<f64> {
    (all > 0).then(|| some as f64 / all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The score of `mannwhitneyu(failed, others, method="asymptotic", use_continuity=False)` of `scipy.stats`.
    #[test]
    fn the_score_of_a_trend_agrees_with_scipy() {
        let starts: Vec<i64> = (1..=60).collect();
        let failed = [5, 22, 31, 38, 44, 47, 50, 52, 55, 57, 58, 60];
        let score = trend_score(&starts, &failed);
        assert!((score - 2.827_521_361_401_241).abs() < 1e-9, "{score}");
    }

    #[test]
    fn a_slower_second_half_is_found_where_it_begins() {
        let starts: Vec<i64> = (0..200).collect();
        let items = |later: i64| {
            let micros = move |start: i64| 100 + start * 37 % 50;
            (0..200).map(move |start| match start < 100 {
                true => (start, micros(start)),
                false => (start, micros(start) * later / 10),
            })
        };
        let found = slowdown(items(15), &starts).expect("a slowdown");
        assert_eq!((found.since, found.items), (100, 100));
        assert!(found.after > found.before * 14 / 10);
        assert_eq!(slowdown(items(12), &starts), None);
        assert_eq!(slowdown(items(10), &starts), None);
    }

    #[test]
    fn few_items_have_no_slowdown() {
        let starts: Vec<i64> = (0..39).collect();
        let items = (0..39).map(|start| (start, if start < 20 { 1 } else { 100 }));
        assert_eq!(slowdown(items, &starts), None);
    }

    #[test]
    fn a_rate_that_rises_is_told_from_one_that_stays() {
        let starts: Vec<i64> = (0..300).collect();
        let rising: Vec<i64> = (0..300)
            .filter(|n| n % 10 == 0 || (*n >= 200 && n % 4 == 0))
            .collect();
        let found = trend(&starts, &rising).expect("a trend");
        assert_eq!((found.first, found.last), ((10, 100), (30, 100)));
        let same: Vec<i64> = (0..300).step_by(10).collect();
        assert_eq!(trend(&starts, &same), None);
        assert_eq!(trend(&starts, &rising[rising.len() - 9..]), None);
    }

    #[test]
    fn a_rate_that_falls_is_found_as_well() {
        let starts: Vec<i64> = (0..300).collect();
        let falling: Vec<i64> = (0..100).step_by(4).chain([150, 250]).collect();
        let found = trend(&starts, &falling).expect("a trend");
        assert_eq!((found.first, found.last), ((25, 100), (1, 100)));
    }
}
