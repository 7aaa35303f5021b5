//! How fast items ended, and how many were worked on at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::durations::percentile_of;
use super::order;
use crate::api::UtcTime;
use crate::frame::Rows;

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

/// Throughput, concurrency and tail of these items, of whatever status.
pub fn throughput(rows: &Rows<'_>) -> Throughput {
    let mut first_start: Option<i64> = None;
    let mut events = Vec::with_capacity(2 * rows.len());
    let (mut timed_items, mut untimed_items, mut ended_items) = (0, 0, 0);
    let mut worked_micros: i128 = 0;
    rows.each(|_, row| {
        if let Some(start) = row.started_at {
            first_start = Some(first_start.map_or(start, |first| first.min(start)));
        }
        ended_items += u64::from(row.completed_at.is_some());
        match (row.started_at, row.completed_at) {
            (Some(start), Some(end)) if end > start => {
                timed_items += 1;
                worked_micros += i128::from(end - start);
                events.extend([event(start, START), event(end, END)]);
            }
            (Some(start), Some(end)) if end == start => {
                timed_items += 1;
                events.push(event(end, BARE_END));
            }
            (None, None) => {}
            (_, end) => {
                untimed_items += 1;
                events.extend(end.map(|end| event(end, BARE_END)));
            }
        }
    });
    order::sort(&mut events);
    let last_end = ends(&events).next();
    let span_micros = first_start
        .zip(last_end)
        .map(|(first, last)| last - first)
        .filter(|span| *span > 0);
    Throughput {
        items_per_minute: span_micros.map(|span| ended_items as f64 * 60e6 / span as f64),
        peak_concurrency: (timed_items > 0).then(|| peak_concurrency(&events)),
        mean_concurrency: span_micros
            .filter(|_| timed_items > 0)
            .map(|span| worked_micros as f64 / span as f64),
        first_start: first_start.and_then(UtcTime::from_micros),
        last_end: last_end.and_then(UtcTime::from_micros),
        span_seconds: span_micros.map(|span| span as f64 / 1e6),
        tail_seconds: tail_micros(&events, ended_items as usize).map(|micros| micros / 1e6),
        ended_items,
        timed_items,
        untimed_items,
    }
}

/// What happens at an instant, such that one that ends comes before one that starts at the same, and
/// that one less is by how much the concurrency changes: the end of an interval, an end that ends
/// none, a start.
const END: i64 = 0;
const BARE_END: i64 = 1;
const START: i64 = 2;

/// An instant with what happens then, as a number in whose order things happen. The years 0 to 9999
/// leave room for that.
fn event(micros: i64, what: i64) -> i64 {
    micros << 2 | what
}

/// The ends among sorted events, the last first.
fn ends(events: &[i64]) -> impl Iterator<Item = i64> {
    let ends = events.iter().rev().filter(|event| **event & 3 != START);
    ends.map(|event| event >> 2)
}

/// From the 95th percentile of the ends among sorted events, of which there are so many, to the last
/// one. Reckoned back from the last end, because microseconds since 1970 leave a float no digits for what
/// is interpolated between them.
fn tail_micros(events: &[i64], count: usize) -> Option<f64> {
    let last = ends(events).next()?;
    let end = |rank: usize| {
        ends(events)
            .nth(count - 1 - rank)
            .map_or(0, |end| end - last)
    };
    percentile_of(count, end, 0.95).map(|micros| -micros)
}

/// The most intervals `start <= t < end` that share an instant.
fn peak_concurrency(events: &[i64]) -> u64 {
    let (mut worked_on, mut peak) = (0, 0);
    for event in events {
        worked_on += (event & 3) - 1;
        peak = peak.max(worked_on);
    }
    peak as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The peak of these intervals.
    fn peak(intervals: &[(i64, i64)]) -> u64 {
        let events = intervals.iter().flat_map(|(start, end)| {
            if start < end {
                vec![event(*start, START), event(*end, END)]
            } else {
                vec![event(*end, BARE_END)]
            }
        });
        let mut events: Vec<i64> = events.collect();
        events.sort_unstable();
        peak_concurrency(&events)
    }

    #[test]
    fn the_tail_is_exact_to_the_fraction_of_a_microsecond() {
        let base = 1_778_747_433_233_758;
        let ends = [base, base + 1, base + 2, base + 4].map(|at| event(at, BARE_END));
        let tail = tail_micros(&ends, 4).expect("there are ends");
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
