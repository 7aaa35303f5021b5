//! How long items took.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::UtcTime;
use crate::api::status::code::{COMPLETED, FAILED};
use crate::frame::{ItemFrame, Row, Rows};

/// Items from which on a 95th percentile tells more than the maximum.
pub const LEAST_FOR_P95: u64 = 20;
/// Items from which on a 99th percentile does.
pub const LEAST_FOR_P99: u64 = 100;

/// How long items took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Durations {
    /// Over the completed items.
    pub completed: DurationStats,
    /// Over the failed items.
    pub failed: DurationStats,
}

/// Statistics of `completed_at - started_at` over items that have both and whose difference is not
/// negative. Percentiles interpolate linearly between closest ranks (type 7). All of them are absent if
/// `count` is 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DurationStats {
    /// Items that the statistics are about.
    pub count: u64,
    /// Items left out because a time is missing.
    pub missing_times: u64,
    /// Items left out because they ended before they started.
    pub negative: u64,
    /// Shortest duration.
    pub min_seconds: Option<f64>,
    /// Arithmetic mean.
    pub mean_seconds: Option<f64>,
    /// Median.
    pub p50_seconds: Option<f64>,
    /// 90th percentile.
    pub p90_seconds: Option<f64>,
    /// 95th percentile.
    pub p95_seconds: Option<f64>,
    /// 99th percentile.
    pub p99_seconds: Option<f64>,
    /// Longest duration.
    pub max_seconds: Option<f64>,
    /// Sum of the durations.
    pub total_seconds: Option<f64>,
}

/// An item that took long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlowItem {
    /// Id of the item.
    pub item_id: String,
    /// Name of the item.
    pub item_name: Option<String>,
    /// Status word of the item.
    pub status: String,
    /// `completed_at - started_at`.
    pub duration_seconds: f64,
    /// Start of the item.
    pub started_at: Option<UtcTime>,
    /// `label` of its job.
    pub job: String,
}

/// Durations by status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans {
    /// Durations of the completed items.
    pub completed: Collected,
    /// Durations of the failed items.
    pub failed: Collected,
}

impl Spans {
    /// Collects the durations of these rows.
    pub fn of(rows: &Rows<'_>) -> Self {
        Self::between(rows, |row| (row.started_at, row.completed_at))
    }

    /// Collects the spans between two instants of each of these rows.
    #[inline(always)]
    pub fn between(
        rows: &Rows<'_>,
        mut instants: impl FnMut(&Row) -> (Option<i64>, Option<i64>),
    ) -> Self {
        let mut spans = Self::default();
        // Most items are completed.
        spans.completed.micros.reserve(rows.len());
        rows.each(|_, row| {
            let collected = match row.status {
                COMPLETED => &mut spans.completed,
                FAILED => &mut spans.failed,
                _ => return,
            };
            let (start, end) = instants(&row);
            collected.add(start, end);
        });
        spans.completed.micros.sort_unstable();
        spans.failed.micros.sort_unstable();
        spans
    }

    /// Statistics of each status.
    pub fn stats(&self) -> Durations {
        Durations {
            completed: self.completed.stats(),
            failed: self.failed.stats(),
        }
    }
}

/// Durations of the items of one status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// Durations in microseconds, ascending, which are summed without rounding.
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

    fn stats(&self) -> DurationStats {
        let seconds = |micros: f64| micros / 1e6;
        let count = self.micros.len();
        let total = (count > 0).then(|| seconds(sum(&self.micros) as f64));
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

    /// Share of the slowest twentieth; absent if there are fewer than 20 items, or they took no time.
    pub fn slowest_twentieth(&self) -> Option<SlowestTwentieth> {
        let of = self.micros.len();
        let count = of / 20;
        let (all, slowest) = (sum(&self.micros), sum(&self.micros[of - count..]));
        (count > 0 && all > 0).then(|| SlowestTwentieth {
            count: count as u64,
            of: of as u64,
            share: slowest as f64 / all as f64,
        })
    }
}

fn sum(micros: &[i64]) -> i128 {
    micros.iter().map(|micros| i128::from(*micros)).sum()
}

/// Share of the time spent on items that the slowest of them took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlowestTwentieth {
    /// Number of the slowest items.
    pub count: u64,
    /// Number of all items.
    pub of: u64,
    /// Sum of their durations / sum of all durations, 0–1.
    pub share: f64,
}

/// Percentile at `fraction` (0–1) of ascending values, interpolated linearly between the closest ranks;
/// absent for no values.
///
/// Source: R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American
/// Statistician 50 (1996), type 7, which numpy and polars call `linear`: with `h = (n - 1) · p`,
/// `x[⌊h⌋] + (h - ⌊h⌋) · (x[⌊h⌋ + 1] - x[⌊h⌋])`.
pub fn percentile(sorted: &[i64], fraction: f64) -> Option<f64> {
    let ([low, high], above) = closest_ranks(sorted.len(), fraction)?;
    let (low, high) = (sorted[low], sorted[high]);
    Some(low as f64 + above * (high - low) as f64)
}

/// Median of values in any order, as [`percentile`] defines it, without sorting all of them; absent for no values.
pub fn median(values: &mut [i64]) -> Option<f64> {
    let ([low, high], above) = closest_ranks(values.len(), 0.5)?;
    let (_, low_value, higher) = values.select_nth_unstable(low);
    let low_value = *low_value;
    let high_value = match high > low {
        true => *higher.iter().min()?,
        false => low_value,
    };
    Some(low_value as f64 + above * (high_value - low_value) as f64)
}

/// The two ranks closest to a percentile of `count` values, and how far above the lower one it lies (0–1).
pub(super) fn closest_ranks(count: usize, fraction: f64) -> Option<([usize; 2], f64)> {
    let last = count.checked_sub(1)?;
    let rank = last as f64 * fraction;
    let below = rank as usize;
    Some(([below, (below + 1).min(last)], rank - rank.floor()))
}

/// Items that took longest, at most so many, longest first, then by id.
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
    // The id of each is read once, however many took as long as each other.
    let mut first = BinaryHeap::with_capacity(most.min(slowest.len()) + 1);
    for (micros, row) in slowest {
        first.push((Reverse(micros), items.item_id(row), row));
        if first.len() > most {
            first.pop();
        }
    }
    first
        .into_sorted_vec()
        .into_iter()
        .map(|(Reverse(micros), _, row)| {
            let (item, texts) = (items.row(row), items.texts(row));
            SlowItem {
                item_id: texts.id.unwrap_or_default().into_owned(),
                item_name: texts.name.map(Into::into),
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
    use super::*;
    use crate::metrics::examples::{at, frame};

    /// Values as given by `numpy.percentile(values, [0, 1, 50, 90, 95, 99, 100])`.
    #[test]
    fn percentiles_agree_with_an_independent_engine() {
        let values = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31];
        for (fraction, expected) in [
            (0.0, 2.0),
            (0.01, 2.1),
            (0.50, 13.0),
            (0.90, 29.0),
            (0.95, 30.0),
            (0.99, 30.8),
            (1.0, 31.0),
        ] {
            let found = percentile(&values, fraction).expect("values");
            assert!((found - expected).abs() < 1e-9, "{fraction}: {found}");
        }
    }

    #[test]
    fn a_median_needs_no_order() {
        for count in 0..20_i64 {
            let mut values: Vec<i64> = (0..count).map(|n| n * 7_919 % 31).collect();
            let found = median(&mut values);
            values.sort_unstable();
            assert_eq!(found, percentile(&values, 0.5), "{values:?}");
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
    fn items_without_a_duration_are_counted() {
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
    fn of_items_that_took_as_long_those_with_the_first_ids_are_listed() {
        let item = |n: i64| {
            (
                "completed",
                at(n),
                at(n + if n == 500 { 20 } else { 10 }),
                None,
            )
        };
        let frame = frame(&(0..1_000).map(item).collect::<Vec<_>>());
        let slowest = slowest(&frame, &frame.rows(0..frame.len()), &[], 4);
        let ids: Vec<&str> = slowest.iter().map(|item| &*item.item_id).collect();
        assert_eq!(ids, ["500", "0", "1", "10"]);
    }

    #[test]
    fn the_slowest_twentieth_is_weighed_against_all() {
        let of = |micros: Vec<i64>| Collected {
            micros,
            ..Collected::default()
        };
        // 39 items of 1 s and one of 61 s; the two slowest take 62 s of 100 s.
        let mut micros = vec![1_000_000; 39];
        micros.push(61_000_000);
        let found = of(micros).slowest_twentieth().expect("there are 40");
        assert_eq!((found.count, found.of, found.share), (2, 40, 0.62));
        assert_eq!(of(vec![1; 19]).slowest_twentieth(), None);
        assert_eq!(of(vec![0; 20]).slowest_twentieth(), None);
    }

    #[test]
    fn statistics_are_counted_by_status() {
        let frame = frame(&[
            ("completed", at(0), at(10), None),
            ("completed", at(3), at(5), None),
            ("failed", at(0), at(7), None),
            ("skipped", at(0), at(90), None),
        ]);
        let stats = Spans::of(&frame.rows(0..frame.len())).stats();
        assert_eq!((stats.completed.count, stats.failed.count), (2, 1));
        assert_eq!(stats.completed.p50_seconds, Some(6.0));
        assert_eq!(stats.completed.max_seconds, Some(10.0));
        assert_eq!(stats.failed.mean_seconds, Some(7.0));
    }
}
