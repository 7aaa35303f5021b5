//! Bursts: windows in which far more of the items that ended failed than in the rest of the time.
//!
//! A scan over the ranks of ends. A window begins and ends with a failure. If each of the `n` items that
//! ended in it failed with the overall rate, at least `k - 1` of the `n - 1` after the first one would by the
//! binomial tail; times the number of windows tried, that has to be less than `LEVEL`. Ranks, because a job
//! that works faster for a while has more failures then without being worse.
//!
//! Source: J. I. Naus, "The distribution of the size of the maximum cluster of points on a line", JASA 60
//! (1965), and M. Kulldorff, "A spatial scan statistic", Communications in Statistics 26 (1997), with the
//! exact tail and a Bonferroni bound instead of simulated levels.

use super::tails::{binomial_at_least, hypergeometric_at_least};

/// Fewer failures than this are no burst.
pub const LEAST_FAILURES: usize = 5;
/// Probability below which a window is no chance, after correction for all windows tried.
const LEVEL: f64 = 0.01;
/// The failure rate in the window is this many times that outside, at least.
const LIFT: f64 = 2.0;
/// A window holds at most this part of the items that ended; a larger one is the job itself.
const WIDEST: f64 = 0.25;
/// Longer windows grow by this factor, so that 50,000 failures take no longer than a blink.
const GROWTH: f64 = 1.25;
/// Windows up to so many failures are all tried.
const ALL_SIZES: usize = 12;

/// Window in which far more items failed than outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// End of its first failure, in microseconds since the epoch.
    pub from: i64,
    /// End of its last failure.
    pub to: i64,
    /// Failures in it.
    pub failed: u64,
    /// Items that ended in it, these failures among them.
    pub ended: u64,
    /// Probability of such a window by chance, times the number of windows tried.
    pub probability: f64,
}

/// Finds the window with the most failures too many, if one is no chance. Both lists are ascending;
/// `failed` is part of `ended`. `tried` windows were tried elsewhere for the same question.
pub fn burst(ended: &[i64], failed: &[i64], tried: usize) -> Option<Window> {
    let (all, failures) = (ended.len(), failed.len());
    if failures < LEAST_FAILURES || failures >= all {
        return None;
    }
    let rate = failures as f64 / all as f64;
    let before: Vec<usize> = failed
        .iter()
        .map(|at| ended.partition_point(|end| end < at))
        .collect();
    let up_to: Vec<usize> = failed
        .iter()
        .map(|at| ended.partition_point(|end| end <= at))
        .collect();
    let scan = Scan {
        failures,
        all,
        rate,
        before: &before,
        up_to: &up_to,
    };
    let sizes = sizes(failures);
    let best = sizes
        .iter()
        .flat_map(|size| (0..=failures - size).map(move |first| (first, first + size - 1)))
        .filter_map(|(first, last)| Some((scan.score(first, last)?, first, last)))
        .reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    let (first, last) = scan.climb(best);
    // Failures at one instant belong together, however the items lie in the dump.
    let first = failed.partition_point(|at| *at < failed[first]);
    let last = failed.partition_point(|at| *at <= failed[last]) - 1;
    let (count, of) = scan.size(first, last);
    let windows: usize = sizes.iter().map(|size| failures - size + 1).sum::<usize>() + tried;
    let tail = binomial_at_least(count as u64 - 1, of as u64 - 1, rate);
    let probability = tail * windows as f64;
    (probability < LEVEL && scan.is_high(count, of)).then(|| Window {
        from: failed[first],
        to: failed[last],
        failed: count as u64,
        ended: of as u64,
        probability,
    })
}

/// Number of windows that are tried for so many failures.
pub fn windows(failures: usize) -> usize {
    sizes(failures).iter().map(|size| failures - size + 1).sum()
}

/// Numbers of failures in the windows that are tried.
fn sizes(failures: usize) -> Vec<usize> {
    let mut sizes = Vec::new();
    let mut size = LEAST_FAILURES;
    while size <= failures {
        sizes.push(size);
        let longer = (size as f64 * GROWTH) as usize;
        size = if size < ALL_SIZES { size + 1 } else { longer };
    }
    sizes
}

struct Scan<'a> {
    failures: usize,
    all: usize,
    rate: f64,
    /// Items that ended before each failure, and up to it.
    before: &'a [usize],
    up_to: &'a [usize],
}

impl Scan<'_> {
    /// Failures in a window, and items that ended in it.
    fn size(&self, first: usize, last: usize) -> (usize, usize) {
        (last - first + 1, self.up_to[last] - self.before[first])
    }

    /// Returns true if the rate in the window is so many times that outside.
    fn is_high(&self, count: usize, of: usize) -> bool {
        let outside = (self.failures - count) as f64 / (self.all - of).max(1) as f64;
        of as f64 <= WIDEST * self.all as f64 && count as f64 / of as f64 >= LIFT * outside
    }

    /// Logarithm of the likelihood of the window against that of chance.
    fn score(&self, first: usize, last: usize) -> Option<f64> {
        let (count, of) = self.size(first, last);
        if !self.is_high(count, of) {
            return None;
        }
        let (k, n) = ((count - 1) as f64, (of - 1).max(count - 1) as f64);
        let part = |count: f64, rate: f64| match count > 0.0 {
            true => count * (count / n / rate).ln(),
            false => 0.0,
        };
        Some(part(k, self.rate) + part(n - k, 1.0 - self.rate))
    }

    /// Moves the edges of a window as long as that makes it less likely.
    fn climb(&self, (mut best, mut first, mut last): (f64, usize, usize)) -> (usize, usize) {
        loop {
            let steps = [
                (first.checked_sub(1), Some(last)),
                (Some(first + 1), Some(last)),
                (Some(first), last.checked_sub(1)),
                (
                    Some(first),
                    Some(last + 1).filter(|last| *last < self.failures),
                ),
            ];
            let better = steps.into_iter().find_map(|(first, last)| {
                let (first, last) = (first?, last?);
                let is_window = last >= first && last - first + 1 >= LEAST_FAILURES;
                let score = is_window.then(|| self.score(first, last))??;
                (score > best + 1e-9).then_some((score, first, last))
            });
            let Some(found) = better else {
                return (first, last);
            };
            (best, first, last) = found;
        }
    }
}

/// Tells if the failures of a window are too many among the items that started when they did, too. Where
/// failures take much longer or shorter than other items, a job begins and ends with more of them, which is no
/// burst.
///
/// `starts` are those of the failures in the window; `count` gives the failures and all items that
/// started between two instants; `failed` of `all` failed.
pub fn is_burst_of_starts(
    starts: &mut [i64],
    count: impl Fn(i64, i64) -> (u64, u64),
    failed: u64,
    all: u64,
) -> bool {
    // The window was chosen for its failures, so that their starts are no fair sample.
    const LEVEL: f64 = 0.0005;
    const LIFT: f64 = 1.5;
    starts.sort_unstable();
    let [Some(from), Some(to)] = [
        starts.len() / 10,
        (starts.len() * 9).div_ceil(10).max(1) - 1,
    ]
    .map(|at| starts.get(at).copied()) else {
        return false;
    };
    let (marked, drawn) = count(from, to);
    let usual = failed as f64 / all as f64;
    marked as f64 >= LIFT * usual * drawn as f64
        && hypergeometric_at_least(marked, all, failed, drawn) < LEVEL
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One item ends each second for 1,000 seconds, these of them with a failure.
    fn burst_of(failed: &[i64]) -> Option<Window> {
        let ended: Vec<i64> = (0..1_000).collect();
        burst(&ended, failed, 0)
    }

    #[test]
    fn failures_close_together_are_found_with_what_else_ended() {
        let found = burst_of(&[10, 300, 600, 601, 603, 607, 608, 609, 950]).expect("a burst");
        assert_eq!(
            (found.from, found.to, found.failed, found.ended),
            (600, 609, 6, 10)
        );
        assert!(found.probability < 1e-3, "{}", found.probability);
    }

    /// `binom.sf(4, 9, 0.009)` of `scipy.stats`, times the windows of 5 to 9 of nine failures.
    #[test]
    fn the_probability_is_the_tail_times_the_windows_tried() {
        let found = burst_of(&[10, 300, 600, 601, 603, 607, 608, 609, 950]).expect("a burst");
        let windows = 5 + 4 + 3 + 2 + 1;
        assert_eq!(windows, super::windows(9));
        let theirs = 7.219_538_050_662_318e-9 * windows as f64;
        assert!(
            (found.probability / theirs - 1.0).abs() < 1e-8,
            "{}",
            found.probability
        );
    }

    #[test]
    fn failures_all_over_the_time_are_none() {
        let spread: Vec<i64> = (0..50).map(|n| n * 20).collect();
        assert_eq!(burst_of(&spread), None);
        assert_eq!(burst_of(&[600, 601, 602, 603]), None);
        // Every fifth of 300 items: one rate.
        let half: Vec<i64> = (0..60).map(|n| n * 5).collect();
        assert_eq!(burst(&(0..300).collect::<Vec<_>>(), &half, 0), None);
    }

    /// A dump that is sorted by status has all failures of an instant side by side.
    #[test]
    fn ends_at_one_instant_are_one_place() {
        let ended: Vec<i64> = (0..1_000).map(|n| n / 50).collect();
        let failed: Vec<i64> = (0..100).map(|n| n / 5).collect();
        assert_eq!(burst(&ended, &failed, 0), None);
    }

    #[test]
    fn a_job_of_slow_failures_ends_with_them_without_a_burst() {
        // Of those that started with them, as few failed as ever.
        let as_ever = |_, _| (6, 60);
        assert!(!is_burst_of_starts(
            &mut [1, 2, 3, 4, 5, 6],
            as_ever,
            100,
            1_000
        ));
        let more = |_, _| (30, 60);
        assert!(is_burst_of_starts(
            &mut [1, 2, 3, 4, 5, 6],
            more,
            100,
            1_000
        ));
        // Without starts nothing speaks for it.
        assert!(!is_burst_of_starts(&mut [], more, 100, 1_000));
    }
}
