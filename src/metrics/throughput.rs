//! How fast items ended, and how many were worked on at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::durations::percentile_of;
use super::order;
use super::timeline::Ends;
use crate::api::UtcTime;
use crate::frame::{Piece, Rows};

/// How fast items ended, and how many were worked on at once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Throughput {
    /// `ended_items` per minute between `first_start` and `last_end`; absent where that is no
    /// positive span.
    pub items_per_minute: Option<f64>,
    /// The most items worked on at one instant (`started_at <= t < completed_at`); absent where no
    /// item has both times.
    pub peak_concurrency: Option<u64>,
    /// The time-weighted mean of the items worked on, from `first_start` to `last_end`.
    pub mean_concurrency: Option<f64>,
    /// The earliest `started_at`.
    pub first_start: Option<UtcTime>,
    /// The latest `completed_at`.
    pub last_end: Option<UtcTime>,
    /// `last_end - first_start`; absent where that is no positive span.
    #[serde(default)]
    pub span_seconds: Option<f64>,
    /// From the 95th percentile of the ends (type 7) to the last end.
    pub tail_seconds: Option<f64>,
    /// Items with a `completed_at`.
    pub ended_items: u64,
    /// Items the concurrency is made from: those with both times, in order.
    pub timed_items: u64,
    /// Items that started or ended but are left out of the concurrency, because a time is missing
    /// or they ended before they started.
    pub untimed_items: u64,
}

/// Throughput, concurrency and tail of these items, of whatever status; `ends` are theirs.
pub fn throughput(rows: &Rows<'_>, ends: &Ends) -> Throughput {
    let mut first_start: Option<i64> = None;
    // Of the intervals that hold an instant, and the ends of which none does.
    let (mut starts, mut bare_ends) = (Vec::with_capacity(rows.len()), Vec::new());
    let (mut timed_items, mut untimed_items, mut ended_items) = (0, 0, 0);
    let mut worked_micros: i128 = 0;
    for row in rows.pieces().iter().flat_map(Piece::rows) {
        let (start, end) = (row.started_at, row.completed_at);
        if let Some(start) = start {
            first_start = Some(first_start.map_or(start, |first| first.min(start)));
        }
        ended_items += u64::from(end.is_some());
        match (start, end) {
            (Some(start), Some(end)) if end > start => {
                timed_items += 1;
                worked_micros += i128::from(end - start);
                starts.push(start);
            }
            (Some(start), Some(end)) if end == start => {
                timed_items += 1;
                bare_ends.push(end);
            }
            (None, None) => {}
            (_, end) => {
                untimed_items += 1;
                bare_ends.extend(end);
            }
        }
    }
    order::sort(&mut starts);
    order::sort(&mut bare_ends);
    let own;
    let ends = if ends.are_stated() {
        &ends.all
    } else {
        own = stated_ends(rows);
        &own
    };
    let last_end = ends.last().copied();
    let span_micros = first_start
        .zip(last_end)
        .map(|(first, last)| last - first)
        .filter(|span| *span > 0);
    Throughput {
        items_per_minute: span_micros.map(|span| ended_items as f64 * 60e6 / span as f64),
        peak_concurrency: (timed_items > 0).then(|| peak_concurrency(&starts, ends, &bare_ends)),
        mean_concurrency: span_micros
            .filter(|_| timed_items > 0)
            .map(|span| worked_micros as f64 / span as f64),
        first_start: first_start.and_then(UtcTime::from_micros),
        last_end: last_end.and_then(UtcTime::from_micros),
        span_seconds: span_micros.map(|span| span as f64 / 1e6),
        tail_seconds: tail_micros(ends).map(|micros| micros / 1e6),
        ended_items,
        timed_items,
        untimed_items,
    }
}

fn stated_ends(rows: &Rows<'_>) -> Vec<i64> {
    let items = rows.pieces().iter().flat_map(Piece::rows);
    let mut ends: Vec<i64> = items.filter_map(|item| item.completed_at).collect();
    order::sort(&mut ends);
    ends
}

/// From the 95th percentile of sorted ends to the last one. Reckoned back from the last end, because
/// microseconds since 1970 leave a float no digits for what is interpolated between them.
fn tail_micros(ends: &[i64]) -> Option<f64> {
    let last = ends.last()?;
    percentile_of(ends.len(), |rank| ends[rank] - last, 0.95).map(|micros| -micros)
}

/// The most intervals `start <= t < end` that share an instant, by all ascending `starts` and
/// `ends`; `bare_ends` are those among the ends that end no interval.
fn peak_concurrency(starts: &[i64], ends: &[i64], bare_ends: &[i64]) -> u64 {
    let (mut ended, mut bare) = (0, 0);
    let mut peak = 0;
    for (begun, start) in starts.iter().enumerate() {
        while ends.get(ended).is_some_and(|end| end <= start) {
            ended += 1;
        }
        while bare_ends.get(bare).is_some_and(|end| end <= start) {
            bare += 1;
        }
        peak = peak.max(begun + 1 - (ended - bare));
    }
    peak as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The peak of these intervals.
    fn peak(intervals: &[(i64, i64)]) -> u64 {
        let lasting = || intervals.iter().filter(|(start, end)| start < end);
        let mut starts: Vec<i64> = lasting().map(|(start, _)| *start).collect();
        let mut ends: Vec<i64> = intervals.iter().map(|(_, end)| *end).collect();
        let bare = intervals.iter().filter(|(start, end)| start == end);
        let mut bare: Vec<i64> = bare.map(|(_, end)| *end).collect();
        for list in [&mut starts, &mut ends, &mut bare] {
            list.sort_unstable();
        }
        peak_concurrency(&starts, &ends, &bare)
    }

    #[test]
    fn the_tail_is_exact_to_the_fraction_of_a_microsecond() {
        let base = 1_778_747_433_233_758;
        let tail = tail_micros(&[base, base + 1, base + 2, base + 4]).expect("there are ends");
        assert!((tail - 0.3).abs() < 1e-9, "{tail}");
    }

    #[test]
    fn one_that_ends_as_another_starts_is_not_beside_it() {
        assert_eq!(peak(&[(0, 10), (10, 20)]), 1);
        assert_eq!(peak(&[(0, 11), (10, 20)]), 2);
    }

    #[test]
    fn an_interval_without_length_holds_no_instant() {
        assert_eq!(peak(&[(5, 5), (5, 5)]), 0);
        assert_eq!(peak(&[(0, 10), (5, 5)]), 1);
    }

    #[test]
    fn the_peak_agrees_with_counting_at_every_instant() {
        let intervals: Vec<(i64, i64)> = (0..200)
            .map(|n| (n * 37 % 101, n * 37 % 101 + n * 53 % 29))
            .collect();
        let counted = (0..200)
            .map(|t| {
                intervals
                    .iter()
                    .filter(|(start, end)| (*start..*end).contains(&t))
                    .count()
            })
            .max();
        assert_eq!(Some(peak(&intervals) as usize), counted);
    }
}
