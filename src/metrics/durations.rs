//! How long items took.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{order, patterns};
use crate::api::UtcTime;
use crate::api::status::code::{COMPLETED, FAILED};
use crate::frame::{ItemFrame, Rows};

/// How long items took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Durations {
    /// Over the completed items.
    pub completed: DurationStats,
    /// Over the failed items.
    pub failed: DurationStats,
}

/// Statistics of `completed_at - started_at` over items that have both and whose difference is not
/// negative. Percentiles interpolate linearly between closest ranks (type 7). All absent where
/// `count` is 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DurationStats {
    /// Items the statistics are about.
    pub count: u64,
    /// Items left out because a time is missing.
    pub missing_times: u64,
    /// Items left out because they ended before they started.
    pub negative: u64,
    /// The shortest.
    pub min_seconds: Option<f64>,
    /// The arithmetic mean.
    pub mean_seconds: Option<f64>,
    /// The median.
    pub p50_seconds: Option<f64>,
    /// The 90th percentile.
    pub p90_seconds: Option<f64>,
    /// The 95th percentile.
    pub p95_seconds: Option<f64>,
    /// The 99th percentile.
    pub p99_seconds: Option<f64>,
    /// The longest.
    pub max_seconds: Option<f64>,
    /// The sum.
    pub total_seconds: Option<f64>,
}

/// An item that took long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlowItem {
    /// The item.
    pub item_id: String,
    /// Its name.
    pub item_name: Option<String>,
    /// Its status.
    pub status: String,
    /// `completed_at - started_at`.
    pub duration_seconds: f64,
    /// When it started.
    pub started_at: Option<UtcTime>,
    /// The `label` of the job it belongs to.
    pub job: String,
}

/// The durations that the statistics are about, by status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans {
    /// Of the completed items.
    pub completed: Collected,
    /// Of the failed items.
    pub failed: Collected,
}

impl Spans {
    /// Those of these rows.
    pub fn of(rows: &Rows<'_>) -> Self {
        let mut spans = Self::default();
        // Most items are completed.
        spans.completed.micros.reserve(rows.len());
        rows.each(|_, row| {
            let collected = match row.status {
                COMPLETED => &mut spans.completed,
                FAILED => &mut spans.failed,
                _ => return,
            };
            collected.add(row.started_at, row.completed_at);
        });
        spans
    }

    /// Their statistics.
    pub fn stats(&mut self) -> Durations {
        Durations {
            completed: self.completed.stats(),
            failed: self.failed.stats(),
        }
    }
}

/// The durations of one status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// In microseconds, which are summed without rounding. Once there are statistics, those at the
    /// ranks that these are made from stand where they would stand in ascending order; others in no order.
    pub micros: Vec<i64>,
    /// Items left out because a time is missing.
    pub missing_times: u64,
    /// Items left out because they ended before they started.
    pub negative: u64,
}

impl Collected {
    fn add(&mut self, start: Option<i64>, end: Option<i64>) {
        match (start, end) {
            (Some(start), Some(end)) if end >= start => self.micros.push(end - start),
            (Some(_), Some(_)) => self.negative += 1,
            _ => self.missing_times += 1,
        }
    }

    fn stats(&mut self) -> DurationStats {
        let seconds = |micros: f64| micros / 1e6;
        let count = self.micros.len();
        order::place(&mut self.micros, &ranks(count));
        let total: i128 = self.micros.iter().map(|micros| i128::from(*micros)).sum();
        let total = (count > 0).then(|| seconds(total as f64));
        let at = |fraction| percentile(&self.micros, fraction).map(seconds);
        DurationStats {
            count: count as u64,
            missing_times: self.missing_times,
            negative: self.negative,
            min_seconds: at(0.0),
            mean_seconds: total.map(|total| total / count as f64),
            p50_seconds: at(0.50),
            p90_seconds: at(0.90),
            p95_seconds: at(0.95),
            p99_seconds: at(0.99),
            max_seconds: at(1.0),
            total_seconds: total,
        }
    }
}

impl Collected {
    /// The share of the slowest twentieth, once there are statistics.
    pub fn slowest_twentieth(&self) -> Option<SlowestTwentieth> {
        let count = twentieth(self.micros.len());
        let share = patterns::share_of_greatest(&self.micros, count)?;
        (count > 0).then_some(SlowestTwentieth {
            count: count as u64,
            of: self.micros.len() as u64,
            share,
        })
    }
}

/// How much of the time worked on items the slowest of them took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlowestTwentieth {
    /// How many they are.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// The sum of their durations / the sum of all, 0–1.
    pub share: f64,
}

fn twentieth(count: usize) -> usize {
    count / 20
}

/// The ranks of the values that statistics of so many are made from, ascending.
fn ranks(count: usize) -> Vec<usize> {
    let Some(last) = count.checked_sub(1) else {
        return Vec::new();
    };
    let mut ranks: Vec<usize> = [0.0, 0.50, 0.90, 0.95, 0.99, 1.0]
        .into_iter()
        .flat_map(|fraction| closest_ranks(last, fraction))
        // All behind it are the slowest twentieth.
        .chain([last.min(count - twentieth(count))])
        .collect();
    ranks.sort_unstable();
    ranks.dedup();
    ranks
}

/// The percentile at `fraction` (0–1) of sorted values, interpolated linearly between the closest
/// ranks; `None` for no values.
///
/// Source: R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American
/// Statistician 50 (1996), type 7, which numpy and polars call `linear`: with `h = (n - 1) · p`,
/// `x[⌊h⌋] + (h - ⌊h⌋) · (x[⌊h⌋ + 1] - x[⌊h⌋])`.
pub fn percentile(sorted: &[i64], fraction: f64) -> Option<f64> {
    percentile_of(sorted.len(), |rank| sorted[rank], fraction)
}

/// The same of `count` values, of which `at` gives the one at a rank.
pub(super) fn percentile_of(count: usize, at: impl Fn(usize) -> i64, fraction: f64) -> Option<f64> {
    let last = count.checked_sub(1)?;
    let rank = last as f64 * fraction;
    let [low, high] = closest_ranks(last, fraction).map(at);
    Some(low as f64 + (rank - rank.floor()) * (high - low) as f64)
}

/// The ranks closest to a percentile, the lower one first, of values whose last has that rank.
pub(super) fn closest_ranks(last: usize, fraction: f64) -> [usize; 2] {
    let below = (last as f64 * fraction) as usize;
    [below, (below + 1).min(last)]
}

/// The `most` of these rows that took longest, longest first, then by id.
pub fn slowest(
    items: &ItemFrame,
    rows: &Rows<'_>,
    labels: &[String],
    most: usize,
) -> Vec<SlowItem> {
    if most == 0 {
        return Vec::new();
    }
    // Only those are held that may still be among the slowest, and some more, so that it is seldom
    // decided which. Of those that took as long as each other any may be, until their ids are asked for.
    let mut held = most.saturating_mul(2).max(256);
    let mut slowest: Vec<(i64, usize)> = Vec::new();
    let mut shortest = 0;
    rows.each(|row, item| {
        let Some(micros) = item.micros().filter(|micros| *micros >= shortest) else {
            return;
        };
        slowest.push((micros, row));
        if slowest.len() == held {
            shortest = keep_longest(&mut slowest, most);
            held = held.max(slowest.len().saturating_mul(2));
        }
    });
    keep_longest(&mut slowest, most);
    slowest.sort_unstable_by(|a, b| {
        b.0.cmp(&a.0)
            .then_with(|| items.item_id(a.1).cmp(&items.item_id(b.1)))
            .then(a.1.cmp(&b.1))
    });
    slowest.truncate(most);
    slowest
        .into_iter()
        .map(|(micros, row)| {
            let (item, texts) = (items.row(row), items.texts(row));
            SlowItem {
                item_id: texts.id.unwrap_or_default().to_owned(),
                item_name: texts.name.map(str::to_owned),
                status: items.statuses().get(item.status).to_owned(),
                duration_seconds: micros as f64 / 1e6,
                started_at: item.started_at.and_then(UtcTime::from_micros),
                job: super::label(items, labels, row),
            }
        })
        .collect()
}

/// Keeps the `most` longest durations, and all that are as long as the shortest of these, which is
/// the result.
fn keep_longest(durations: &mut Vec<(i64, usize)>, most: usize) -> i64 {
    if durations.len() <= most {
        return 0;
    }
    let (_, shortest, _) = durations.select_nth_unstable_by(most - 1, |a, b| b.0.cmp(&a.0));
    let shortest = shortest.0;
    durations.retain(|(micros, _)| *micros >= shortest);
    shortest
}

#[cfg(test)]
mod tests {
    use polars::prelude::{ChunkQuantile, Float64Chunked, PlSmallStr, QuantileMethod};

    use super::*;

    #[test]
    fn percentiles_agree_with_those_of_polars() {
        let mut values: Vec<i64> = (1..=997_i64).map(|n| n * n * 7_919 % 1_000_003).collect();
        values.sort_unstable();
        let column = Float64Chunked::from_vec(
            PlSmallStr::EMPTY,
            values.iter().map(|value| *value as f64).collect(),
        );
        for fraction in [0.0, 0.01, 0.5, 0.9, 0.95, 0.99, 1.0] {
            let theirs = column
                .quantile(fraction, QuantileMethod::Linear)
                .expect("a column");
            let ours = percentile(&values, fraction).expect("values");
            assert!((ours - theirs.expect("values")).abs() < 1e-6, "{fraction}");
        }
    }

    #[test]
    fn a_percentile_lies_between_its_closest_ranks() {
        assert_eq!(percentile(&[10, 20, 40], 0.5), Some(20.0));
        assert_eq!(percentile(&[10, 20, 40, 80], 0.5), Some(30.0));
        assert_eq!(percentile(&[10], 0.99), Some(10.0));
        assert_eq!(percentile(&[], 0.5), None);
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let mut collected = Collected::default();
        for (start, end) in [
            (Some(0), Some(1_000_000)),
            (Some(0), Some(3_000_000)),
            (Some(5), Some(4)),
            (None, Some(4)),
            (Some(5), None),
            (None, None),
        ] {
            collected.add(start, end);
        }
        let stats = collected.stats();
        assert_eq!(
            (stats.count, stats.negative, stats.missing_times),
            (2, 1, 3)
        );
        assert_eq!(
            (stats.mean_seconds, stats.total_seconds),
            (Some(2.0), Some(4.0))
        );
    }

    #[test]
    fn statistics_of_nothing_are_absent() {
        let stats = Collected::default().stats();
        assert_eq!(
            (stats.count, stats.total_seconds, stats.p50_seconds),
            (0, None, None)
        );
    }

    #[test]
    fn statistics_are_those_of_sorted_durations() {
        for count in [1, 2, 19, 20, 21, 99, 100, 1_000, 20_000] {
            let micros = (0..count).map(|n: i64| n * n * 7_919 % 1_000_003);
            let mut collected = Collected::default();
            micros.for_each(|micros| collected.add(Some(0), Some(micros)));
            let mut sorted = collected.micros.clone();
            sorted.sort_unstable();
            let stats = collected.stats();
            let at = |fraction| percentile(&sorted, fraction).map(|micros| micros / 1e6);
            assert_eq!(stats.min_seconds, at(0.0), "{count}");
            assert_eq!(stats.p50_seconds, at(0.5), "{count}");
            assert_eq!(stats.p90_seconds, at(0.9), "{count}");
            assert_eq!(stats.p95_seconds, at(0.95), "{count}");
            assert_eq!(stats.p99_seconds, at(0.99), "{count}");
            assert_eq!(stats.max_seconds, at(1.0), "{count}");
            let slowest: i64 = sorted.iter().rev().take(sorted.len() / 20).sum();
            let share = slowest as f64 / sorted.iter().sum::<i64>() as f64;
            let found = collected.slowest_twentieth().map(|slowest| slowest.share);
            assert_eq!(found, (count >= 20).then_some(share), "{count}");
        }
    }
}
