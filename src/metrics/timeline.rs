//! What happened when: ended items per interval of a round length, and how many were worked on.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Drawn, order, patterns};
use crate::api::UtcTime;
use crate::api::status::{self, code};
use crate::frame::{Row, Rows};

/// The years 2000 to 2100, in microseconds since the epoch: one stray instant outside of them would
/// leave no room on an axis for all others.
pub const PLAUSIBLE_MICROS: Range<i64> = 946_684_800_000_000..4_133_980_800_000_000;

/// The most intervals a timeline has.
pub const MOST_INTERVALS: i64 = 80;
/// The fewest: a shorter time than so many of the shortest interval does not fill its axis.
const FEWEST_INTERVALS: usize = 12;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The lengths an interval may have, in microseconds. Each is at most 2.5 times the one before, so
/// that one of them gives at least 30 intervals wherever the first does.
pub const INTERVALS: [i64; 30] = [
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
];

/// What the job itself says about its time, in microseconds since the epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobSpan {
    /// When work on it began.
    pub start: Option<i64>,
    /// When it ended; while it runs, the instant its record speaks of.
    pub end: Option<i64>,
}

/// Up to which instant the job of a row is known, in microseconds since the epoch; absent where that is not
/// told.
pub type KnownUntil<'a> = &'a (dyn Fn(usize) -> Option<i64> + Sync);

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

    /// Counts instants, in microseconds since the epoch, per interval.
    pub fn bin(&self, instants: &[i64]) -> Vec<u64> {
        let (start, interval) = (self.start_micros(), self.interval_micros());
        Axis::new(start, interval, self.intervals.len()).bin(instants)
    }
}

/// Items that ended as completed, failed, skipped and otherwise.
type Counts = [u64; 4];

/// The place of a way to end in [`Counts`].
#[inline(always)]
fn way(status: u32) -> usize {
    match status {
        code::COMPLETED => 0,
        code::FAILED => 1,
        code::SKIPPED => 2,
        _ => 3,
    }
}

/// Between which instants items began and ended, and when those that failed did. All instants are in
/// microseconds since the epoch, and of [`PLAUSIBLE_MICROS`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ends {
    /// When failed items ended, ascending.
    pub failed: Vec<i64>,
    /// How many completed items have such an instant.
    pub completed: u64,
    /// The last of theirs.
    pub last_completed: Option<i64>,
    /// How many items have one, however they ended.
    pub count: u64,
    /// The first and the last of all.
    pub span: Option<(i64, i64)>,
    /// The first and the last start.
    pub starts: Option<(i64, i64)>,
    /// How many of them are the instant of a record, for want of an end.
    pub by_record: u64,
    /// Ended items of which no plausible instant is known.
    pub undated: u64,
}

impl Ends {
    /// An item has ended where it has an end, or a status that is one; then, without an end, its record speaks
    /// of the instant in which it came to that status.
    pub fn of(rows: &Rows<'_>) -> Self {
        let mut failed = Vec::new();
        let (mut completed, mut last_completed) = (0, i64::MIN);
        let (mut count, mut by_record, mut undated) = (0, 0, 0);
        let (mut span, mut starts) = (Span::NONE, Span::NONE);
        rows.each(|_, row| {
            if let Some(start) = row.started_at.filter(is_plausible) {
                starts.add(start);
            }
            match end_of(&row) {
                None => {}
                Some(None) => undated += 1,
                Some(Some(end)) => {
                    span.add(end);
                    count += 1;
                    by_record += u64::from(row.completed_at.is_none());
                    match row.status {
                        code::COMPLETED => {
                            completed += 1;
                            last_completed = last_completed.max(end);
                        }
                        code::FAILED => failed.push(end),
                        _ => {}
                    }
                }
            }
        });
        order::sort(&mut failed);
        Self {
            failed,
            completed,
            last_completed: (completed > 0).then_some(last_completed),
            count,
            span: span.get(),
            starts: starts.get(),
            by_record,
            undated,
        }
    }
}

fn is_plausible(at: &i64) -> bool {
    PLAUSIBLE_MICROS.contains(at)
}

/// When an item ended: absent where it has not, and where no plausible instant of it is known.
///
/// It has ended where it has an end, or a status that is one; then, without an end, its record speaks
/// of the instant in which it came to that status.
#[inline(always)]
pub(super) fn end_of(row: &Row) -> Option<Option<i64>> {
    let has_ended = row.completed_at.is_some() || status::is_terminal_code(row.status);
    let end = || row.completed_at.or(row.effective_at);
    has_ended.then(|| end().filter(is_plausible))
}

/// The first and the last of some instants.
#[derive(Clone, Copy)]
struct Span {
    first: i64,
    last: i64,
}

impl Span {
    const NONE: Self = Self {
        first: i64::MAX,
        last: i64::MIN,
    };

    #[inline(always)]
    fn add(&mut self, at: i64) {
        self.first = self.first.min(at);
        self.last = self.last.max(at);
    }

    fn get(self) -> Option<(i64, i64)> {
        (self.first <= self.last).then_some((self.first, self.last))
    }
}

/// The timeline of these items; absent where nothing is known to have begun or ended.
///
/// `known_until` gives the instant up to which the job of a row is known, where that is another than the
/// last of all: one that has not ended then is worked on until there.
pub fn timeline(
    rows: &Rows<'_>,
    ends: &Ends,
    job: JobSpan,
    known_until: KnownUntil<'_>,
    drawn: Drawn,
) -> Option<Timeline> {
    let mut whole = Span::NONE;
    for (first, last) in [ends.starts, ends.span].into_iter().flatten() {
        whole.add(first);
        whole.add(last);
    }
    whole.get()?;
    let job = [job.start, job.end].into_iter().flatten();
    job.filter(is_plausible).for_each(|at| whole.add(at));
    let (from, to) = whole.get()?;
    let interval = interval_for(from, to);
    let start = from.div_euclid(interval) * interval;
    let count = ((to - start).div_euclid(interval) as usize + 1).max(FEWEST_INTERVALS);
    let axis = Axis::new(start, interval, count);
    let mut still_worked_on = 0;
    let mut ended = vec![Counts::default(); count];
    let mut concurrency = Concurrency::of(&axis);
    rows.each(|number, row| {
        let end = end_of(&row).flatten();
        let at = end.map(|end| axis.place(end));
        if let Some(at) = at {
            ended[at][way(row.status)] += 1;
        }
        let Some(begun) = row.started_at.filter(is_plausible) else {
            return;
        };
        match (row.completed_at, end.zip(at)) {
            (Some(_), Some((end, at))) if drawn == Drawn::Whole && end >= begun => {
                concurrency.add(begun, axis.place(begun), end, at);
            }
            (None, _) if !status::is_terminal_code(row.status) => {
                still_worked_on += 1;
                let until = known_until(number).unwrap_or(to).min(to).max(begun);
                concurrency.add(begun, axis.place(begun), until, axis.place(until));
            }
            _ => {}
        }
    });
    let quiet_spell = may_be_quiet(&ended, interval, ends.span)
        .then(|| patterns::quiet_spell(&instants(rows, ends)))
        .flatten();
    let means = match drawn {
        Drawn::Whole => concurrency.means(from..to),
        Drawn::Small => Vec::new(),
    };
    let intervals = ended.iter().enumerate().map(|(index, counts)| {
        let [completed, failed, skipped, other] = *counts;
        Some(Interval {
            from: UtcTime::from_micros(axis.begin_of(index))?,
            completed,
            failed,
            skipped,
            other,
            concurrency: means.get(index).copied(),
        })
    });
    Some(Timeline {
        from: UtcTime::from_micros(from)?,
        to: UtcTime::from_micros(to)?,
        interval_seconds: interval as f64 / 1e6,
        intervals: intervals.collect::<Option<_>>()?,
        gaps: quiet_spell.and_then(Gap::between).into_iter().collect(),
        still_worked_on,
        dated_by_record: ends.by_record,
        undated: ends.undated,
    })
}

/// All instants at which items ended, in no order.
fn instants(rows: &Rows<'_>, ends: &Ends) -> Vec<i64> {
    let mut instants = Vec::with_capacity(ends.count as usize);
    rows.each(|_, row| instants.extend(end_of(&row).flatten()));
    instants
}

/// Whether there may be a remarkable gap between ends, of which the first and the last are known: one that
/// lasts two intervals holds a whole one.
fn may_be_quiet(ended: &[Counts], interval: i64, of_ends: Option<(i64, i64)>) -> bool {
    let Some((first, last)) = of_ends else {
        return false;
    };
    if patterns::least_gap(last - first) < 2.0 * interval as f64 {
        return true;
    }
    let holds_some = |counts: &&Counts| counts.iter().any(|count| *count > 0);
    let mut begun = ended.iter().skip_while(|counts| !holds_some(counts));
    // The first that holds none, and whether any behind it does.
    begun.any(|counts| !holds_some(&counts)) && begun.any(|counts| holds_some(&counts))
}

/// The shortest length that takes at most [`MOST_INTERVALS`] from the interval that holds `from` to
/// the one that holds `to`.
pub fn interval_for(from: i64, to: i64) -> i64 {
    let longest = INTERVALS[INTERVALS.len() - 1];
    INTERVALS
        .into_iter()
        .find(|length| to.div_euclid(*length) - from.div_euclid(*length) < MOST_INTERVALS)
        .unwrap_or(longest)
}

/// Intervals one after another.
struct Axis {
    start: i64,
    interval: i64,
    count: usize,
    /// `1 / interval`: a division for each instant would take longer than all else.
    inverse: f64,
}

impl Axis {
    /// `count` intervals of that length from `start` on.
    fn new(start: i64, interval: i64, count: usize) -> Self {
        Self {
            start,
            interval,
            count,
            inverse: 1.0 / interval as f64,
        }
    }

    /// Which interval holds an instant, counted from the first; negative before it.
    fn index(&self, at: i64) -> i64 {
        let since = at - self.start;
        // Cut and rounded, and so a little off.
        let mut index = (since as f64 * self.inverse) as i64;
        let mut rest = since - index * self.interval;
        while rest < 0 {
            index -= 1;
            rest += self.interval;
        }
        while rest >= self.interval {
            index += 1;
            rest -= self.interval;
        }
        index
    }

    /// Which interval holds an instant; for what lies outside of all, the one that is next to it.
    #[inline(always)]
    fn place(&self, at: i64) -> usize {
        (self.index(at).max(0) as usize).min(self.count - 1)
    }

    /// Begin of an interval.
    fn begin_of(&self, index: usize) -> i64 {
        self.start + index as i64 * self.interval
    }

    /// How many of the instants lie in each interval.
    fn bin(&self, times: &[i64]) -> Vec<u64> {
        let mut bins = vec![0; self.count];
        for at in times {
            let bin = usize::try_from(self.index(*at)).ok();
            if let Some(bin) = bin.and_then(|index| bins.get_mut(index)) {
                *bin += 1;
            }
        }
        bins
    }
}

/// How many spans `begin <= t < end` hold an instant.
struct Concurrency<'a> {
    axis: &'a Axis,
    /// How much of each interval is covered by spans that begin or end in it.
    covered: Vec<i128>,
    /// Spans that begin to cover, and cease to cover, whole intervals.
    whole: Vec<i64>,
}

impl<'a> Concurrency<'a> {
    fn of(axis: &'a Axis) -> Self {
        Self {
            axis,
            covered: vec![0; axis.count],
            whole: vec![0; axis.count + 1],
        }
    }

    /// Adds a span, which begins in the interval `first` and ends in the interval `last`.
    #[inline(always)]
    fn add(&mut self, begin: i64, first: usize, end: i64, last: usize) {
        if first == last {
            self.covered[first] += i128::from(end - begin);
        } else {
            self.covered[first] += i128::from(self.axis.begin_of(first + 1) - begin);
            self.covered[last] += i128::from(end - self.axis.begin_of(last));
            self.whole[first + 1] += 1;
            self.whole[last] -= 1;
        }
    }

    /// The mean over the part of each interval that lies within `known`.
    fn means(&self, known: Range<i64>) -> Vec<f64> {
        let mut running = 0;
        (0..self.axis.count)
            .map(|index| {
                running += self.whole[index];
                let throughout = i128::from(running) * i128::from(self.axis.interval);
                let area = self.covered[index] + throughout;
                let begin = self.axis.begin_of(index).max(known.start);
                let length = self.axis.begin_of(index + 1).min(known.end) - begin;
                if length > 0 {
                    (area as f64 / length as f64 * 1e3).round() / 1e3
                } else {
                    0.0
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
