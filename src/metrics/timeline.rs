//! Items that ended and items in progress, per interval of a round length.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::quiet_spell::quiet_spell;
use super::times::Times;
use super::{Drawn, histogram};
use crate::api::UtcTime;

/// Most intervals of a timeline.
pub const MOST_INTERVALS: i64 = 80;
/// Fewest intervals: a time shorter than so many of the shortest interval does not fill its axis.
const FEWEST_INTERVALS: usize = 12;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Lengths of intervals, in microseconds. Each is at most 2.5 times the one before, so that one of them gives
/// at least 30 intervals if the first does.
pub const ROUND_INTERVALS: [i64; 31] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    5 * DAY,
    10 * DAY,
    15 * DAY,
    30 * DAY,
    60 * DAY,
    120 * DAY,
    240 * DAY,
    360 * DAY,
    720 * DAY,
    1_500 * DAY,
    3_000 * DAY,
    6_000 * DAY,
];

/// Items that ended, and the concurrency, per interval of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    /// First instant: the start of the job, or that of an item that started before it.
    pub from: UtcTime,
    /// Last instant: the end of the job or of an item, or the instant of a running job's record.
    pub to: UtcTime,
    /// Length of an interval.
    pub interval_seconds: f64,
    /// Intervals, one after another. The first begins at the last whole multiple of `interval_seconds` at or
    /// before `from`.
    pub intervals: Vec<Interval>,
    /// Longest time in which no item ended, if it is remarkable; else empty.
    pub gaps: Vec<Gap>,
    /// Items that had started and not ended. They count as in progress until `to`, or until the last
    /// instant at which their job is known.
    pub still_worked_on: u64,
    /// Ended items without an end time, counted at the instant of their record.
    pub dated_by_record: u64,
    /// Ended items that are left out because no plausible end time is known.
    pub undated: u64,
}

/// Items that ended in an interval of time, by how they ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// Begin of the interval, which belongs to it; its end does not.
    pub from: UtcTime,
    /// Items with status `completed`.
    pub completed: u64,
    /// Items with status `failed`.
    pub failed: u64,
    /// Items with status `skipped`.
    pub skipped: u64,
    /// Cancelled items, and items with an end time and another status.
    pub other: u64,
    /// Mean number of items in progress, over the part of the interval between the timeline's `from` and
    /// `to`, to three decimals. Items without a start are not counted. Absent if the report holds more than
    /// 50 jobs.
    pub concurrency: Option<f64>,
}

impl Interval {
    /// Number of items that ended in it.
    pub fn ended(&self) -> u64 {
        let counts = [self.completed, self.failed, self.skipped, self.other];
        counts.into_iter().fold(0, u64::saturating_add)
    }
}

/// Time between two ends in which no item ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// End of the last item before it.
    pub from: UtcTime,
    /// End of the first item after it.
    pub to: UtcTime,
    /// `to - from`.
    pub seconds: f64,
}

impl Gap {
    /// The gap between two instants, in microseconds since the epoch.
    fn between((from, to): (i64, i64)) -> Option<Self> {
        let (from, to) = (UtcTime::from_micros(from)?, UtcTime::from_micros(to)?);
        Some(Self {
            from,
            to,
            seconds: to.seconds_since(from),
        })
    }
}

impl Timeline {
    /// Begin of the first interval, in microseconds since the epoch.
    pub fn start_micros(&self) -> i64 {
        let first = self.intervals.first().map_or(self.from, |first| first.from);
        first.micros()
    }

    /// Length of an interval in microseconds, at least one.
    pub fn interval_micros(&self) -> i64 {
        ((self.interval_seconds * 1e6).round() as i64).max(1)
    }

    /// Begin of an interval, in microseconds since the epoch; the end of the last one is the begin of the
    /// interval after it.
    pub fn begin_of(&self, interval: usize) -> i64 {
        let since = (interval as i64).saturating_mul(self.interval_micros());
        self.start_micros().saturating_add(since)
    }

    /// Counts ascending instants, in microseconds since the epoch, per interval.
    pub fn count(&self, instants: &[i64]) -> Vec<u64> {
        let edges: Vec<i64> = (0..=self.intervals.len())
            .map(|interval| self.begin_of(interval))
            .collect();
        histogram::count(instants, &edges)
    }
}

/// Timeline of these times; absent if nothing is known to have started or ended.
pub fn timeline(times: &Times, drawn: Drawn) -> Option<Timeline> {
    let (from, to) = span(times)?;
    let interval = interval_for(from, to);
    let start = from.div_euclid(interval) * interval;
    let count = ((to - start).div_euclid(interval) as usize + 1).max(FEWEST_INTERVALS);
    let edges: Vec<i64> = (0..=count as i64).map(|n| start + n * interval).collect();
    let counts = |ends: &[i64], records: &[i64]| -> Vec<u64> {
        let (ends, records) = (
            histogram::count(ends, &edges),
            histogram::count(records, &edges),
        );
        ends.iter().zip(records).map(|(a, b)| a + b).collect()
    };
    let (ends, records) = (&times.ends, &times.record_ends);
    let all = counts(&ends.all, &records.all);
    let failed = counts(&ends.failed, &records.failed);
    let skipped = counts(&ends.skipped, &records.skipped);
    let other = counts(&ends.other, &records.other);
    let concurrency = match drawn {
        Drawn::Whole => concurrency(times, &edges, from..to),
        Drawn::Small => Vec::new(),
    };
    let intervals = (0..count).map(|at| {
        Some(Interval {
            from: UtcTime::from_micros(edges[at])?,
            completed: all[at] - failed[at] - skipped[at] - other[at],
            failed: failed[at],
            skipped: skipped[at],
            other: other[at],
            concurrency: concurrency.get(at).copied(),
        })
    });
    Some(Timeline {
        from: UtcTime::from_micros(from)?,
        to: UtcTime::from_micros(to)?,
        interval_seconds: interval as f64 / 1e6,
        intervals: intervals.collect::<Option<_>>()?,
        gaps: gap_between_ends(times)
            .and_then(Gap::between)
            .into_iter()
            .collect(),
        still_worked_on: times.open_starts.len() as u64,
        dated_by_record: (times.ended() - times.ends.all.len()) as u64,
        undated: times.undated,
    })
}

/// First and last instant of the items and their jobs.
fn span(times: &Times) -> Option<(i64, i64)> {
    let spans = [times.starts, times.ended_span()];
    let (mut from, mut to) = spans
        .into_iter()
        .flatten()
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    for at in [times.run.0, times.run.1].into_iter().flatten() {
        (from, to) = (from.min(at), to.max(at));
    }
    Some((from, to))
}

/// Quiet spell of the items, by the instants of their records if some have no end.
pub(super) fn gap_between_ends(times: &Times) -> Option<(i64, i64)> {
    if times.ended() == times.ends.all.len() {
        return quiet_spell(&times.ends.all);
    }
    quiet_spell(&times.all_instants())
}

/// Shortest length that takes at most [`MOST_INTERVALS`] from the interval that holds `from` to the one that
/// holds `to`.
pub fn interval_for(from: i64, to: i64) -> i64 {
    let longest = ROUND_INTERVALS[ROUND_INTERVALS.len() - 1];
    ROUND_INTERVALS
        .into_iter()
        .find(|length| to.div_euclid(*length) - from.div_euclid(*length) < MOST_INTERVALS)
        .unwrap_or(longest)
}

/// Mean number of items in progress between each two edges, over the part that lies within `known`.
fn concurrency(times: &Times, edges: &[i64], known: Range<i64>) -> Vec<f64> {
    let mut open_untils = times.open_untils.clone();
    for until in &mut open_untils {
        *until = (*until).min(known.end);
    }
    // Time spent on items up to each edge: since their start, without that since their end.
    let worked = |starts: &[i64], ends: &[i64]| -> Vec<i128> {
        let (started, ended) = (elapsed(starts, edges), elapsed(ends, edges));
        started.iter().zip(ended).map(|(a, b)| a - b).collect()
    };
    let ended = worked(&times.ended_starts, &times.ends.all);
    let open = worked(&times.open_starts, &open_untils);
    let mean = |at: usize| {
        let area = ended[at + 1] + open[at + 1] - ended[at] - open[at];
        let length = edges[at + 1].min(known.end) - edges[at].max(known.start);
        let mean = if length > 0 {
            area as f64 / length as f64
        } else {
            0.0
        };
        (mean * 1e3).round() / 1e3
    };
    (0..edges.len() - 1).map(mean).collect()
}

/// Time since each of the ascending instants, summed, at each of the ascending edges.
fn elapsed(instants: &[i64], edges: &[i64]) -> Vec<i128> {
    let (mut passed, mut sum) = (0, 0_i128);
    let at_edge = |edge: &i64| {
        while let Some(instant) = instants.get(passed).filter(|instant| *instant < edge) {
            sum += i128::from(*instant);
            passed += 1;
        }
        i128::from(*edge) * passed as i128 - sum
    };
    edges.iter().map(at_edge).collect()
}

#[cfg(test)]
mod tests;
