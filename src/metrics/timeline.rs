//! What happened when: ended items per interval of a round length, and how many were worked on.

use std::ops::Range;

use super::{Drawn, order, patterns};
use crate::api::status::{self, code};
use crate::frame::Rows;

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

/// Ended items and concurrency over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// The first instant: the job's start, or that of an item where it lies before.
    pub from: i64,
    /// The last instant: the end of the job or of an item, or the instant of a running job's record.
    pub to: i64,
    /// Where the first interval begins: at or before `from`, at a whole multiple of `interval`.
    pub start: i64,
    /// The length of an interval.
    pub interval: i64,
    /// Ended items per interval, by how they ended.
    pub ended: EndedItems<Vec<u64>>,
    /// The longest gap between ends, where it is remarkable: see [`patterns::quiet_spell`].
    pub quiet_spell: Option<(i64, i64)>,
    /// The mean number of items worked on in each interval, over the part of it that lies between
    /// `from` and `to`. Items without a start are not in it. Empty where it is not drawn.
    pub concurrency: Vec<f64>,
    /// Items that had started and not ended: they count as worked on until `to`.
    pub still_worked_on: u64,
    /// Ended items that state no end and stand at the instant their record speaks of.
    pub dated_by_record: u64,
    /// Ended items that are left out because no plausible instant of their end is known.
    pub undated: u64,
}

/// A value for each way in which an item can end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndedItems<T> {
    /// Status `completed`.
    pub completed: T,
    /// Status `failed`.
    pub failed: T,
    /// Status `skipped`.
    pub skipped: T,
    /// Cancelled items, and those with an end and another status.
    pub other: T,
}

impl<T> EndedItems<T> {
    fn of_status(&mut self, status: u32) -> &mut T {
        match status {
            code::COMPLETED => &mut self.completed,
            code::FAILED => &mut self.failed,
            code::SKIPPED => &mut self.skipped,
            _ => &mut self.other,
        }
    }
}

/// When items ended, by how.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ends {
    /// Instants in microseconds since the epoch: those of failed items ascending, others in no order.
    pub at: EndedItems<Vec<i64>>,
    /// How many of them are the instant of a record, for want of an end.
    pub by_record: u64,
    /// Ended items of which no plausible instant is known.
    pub undated: u64,
    /// The first and the last of the instants.
    span: Option<(i64, i64)>,
}

impl Ends {
    /// An item has ended where it has an end, or a status that is one; then, without an end, its
    /// record speaks of the instant in which it came to that status.
    pub fn of(rows: &Rows<'_>) -> Self {
        let mut at: EndedItems<Vec<i64>> = EndedItems::default();
        // Most items are completed.
        at.completed.reserve(rows.len());
        let (mut by_record, mut undated) = (0, 0);
        let mut span = Span::NONE;
        rows.each(|_, row| {
            let end = row.completed_at;
            if end.is_none() && !status::is_terminal_code(row.status) {
                return;
            }
            let instant = end
                .or(row.effective_at)
                .filter(|at| PLAUSIBLE_MICROS.contains(at));
            match instant {
                Some(instant) => {
                    span.add(instant);
                    at.of_status(row.status).push(instant);
                }
                None => undated += 1,
            }
            by_record += u64::from(end.is_none() && instant.is_some());
        });
        order::sort(&mut at.failed);
        Self {
            at,
            by_record,
            undated,
            span: span.get(),
        }
    }

    /// All instants, in several lists.
    pub fn all(&self) -> [&[i64]; 4] {
        let at = &self.at;
        [&at.completed, &at.failed, &at.skipped, &at.other].map(Vec::as_slice)
    }

    /// How many have an instant.
    pub fn count(&self) -> usize {
        self.all().iter().map(|list| list.len()).sum()
    }

    /// The first and the last instant.
    pub fn span(&self) -> Option<(i64, i64)> {
        self.span
    }
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
pub fn timeline(rows: &Rows<'_>, ends: &Ends, job: JobSpan, drawn: Drawn) -> Option<Timeline> {
    let plausible = |at: &i64| PLAUSIBLE_MICROS.contains(at);
    let mut whole = Span::NONE;
    rows.each(|_, item| {
        if let Some(at) = item.started_at.filter(plausible) {
            whole.add(at);
        }
    });
    let of_ends = ends.span();
    if let Some((first, last)) = of_ends {
        whole.add(first);
        whole.add(last);
    }
    whole.get()?;
    let job = [job.start, job.end].into_iter().flatten();
    job.filter(plausible).for_each(|at| whole.add(at));
    let (from, to) = whole.get()?;
    let interval = interval_for(from, to);
    let start = from.div_euclid(interval) * interval;
    let count = ((to - start).div_euclid(interval) as usize + 1).max(FEWEST_INTERVALS);
    let axis = Axis::new(start, interval, count);
    let binned = |times: &[i64]| axis.bin(times);
    let mut still_worked_on = 0;
    let mut concurrency = Concurrency::of(&axis);
    rows.each(|_, item| {
        let Some(begun) = item.started_at.filter(plausible) else {
            return;
        };
        match item.completed_at {
            Some(end) if drawn == Drawn::Whole && end >= begun && plausible(&end) => {
                concurrency.add(begun, end);
            }
            None if !status::is_terminal_code(item.status) => {
                still_worked_on += 1;
                concurrency.add(begun, to);
            }
            _ => {}
        }
    });
    let ended = EndedItems {
        completed: binned(&ends.at.completed),
        failed: binned(&ends.at.failed),
        skipped: binned(&ends.at.skipped),
        other: binned(&ends.at.other),
    };
    let quiet_spell = may_be_quiet(&ended, interval, of_ends)
        .then(|| patterns::quiet_spell(&ends.all()))
        .flatten();
    Some(Timeline {
        from,
        to,
        start,
        interval,
        ended,
        quiet_spell,
        concurrency: match drawn {
            Drawn::Whole => concurrency.means(from..to),
            Drawn::Small => Vec::new(),
        },
        still_worked_on,
        dated_by_record: ends.by_record,
        undated: ends.undated,
    })
}

/// Whether there may be a remarkable gap between ends, of which the first and the last are known: one that
/// lasts two intervals holds a whole one.
fn may_be_quiet(ended: &EndedItems<Vec<u64>>, interval: i64, of_ends: Option<(i64, i64)>) -> bool {
    let Some((first, last)) = of_ends else {
        return false;
    };
    if patterns::least_gap(last - first) < 2.0 * interval as f64 {
        return true;
    }
    let lists = [
        &ended.completed,
        &ended.failed,
        &ended.skipped,
        &ended.other,
    ];
    let holds_some = |at: &usize| lists.iter().any(|list| list[*at] > 0);
    let mut begun = (0..ended.completed.len()).skip_while(|at| !holds_some(at));
    // The first that holds none, and whether any behind it does.
    begun.any(|at| !holds_some(&at)) && begun.any(|at| holds_some(&at))
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
pub struct Axis {
    start: i64,
    interval: i64,
    count: usize,
    /// `1 / interval`: a division for each instant would take longer than all else.
    inverse: f64,
}

impl Axis {
    /// `count` intervals of that length from `start` on.
    pub fn new(start: i64, interval: i64, count: usize) -> Self {
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

    /// How many of the instants lie in each interval.
    pub fn bin(&self, times: &[i64]) -> Vec<u64> {
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

    fn add(&mut self, begin: i64, end: i64) {
        let index = |at: i64| (self.axis.index(at).max(0) as usize).min(self.axis.count - 1);
        let (first, last) = (index(begin), index(end));
        if first == last {
            self.covered[first] += i128::from(end - begin);
        } else {
            self.covered[first] += i128::from(self.begin_of(first + 1) - begin);
            self.covered[last] += i128::from(end - self.begin_of(last));
            self.whole[first + 1] += 1;
            self.whole[last] -= 1;
        }
    }

    fn begin_of(&self, index: usize) -> i64 {
        self.axis.start + index as i64 * self.axis.interval
    }

    /// The mean over the part of each interval that lies within `known`.
    fn means(&self, known: Range<i64>) -> Vec<f64> {
        let mut running = 0;
        (0..self.axis.count)
            .map(|index| {
                running += self.whole[index];
                let throughout = i128::from(running) * i128::from(self.axis.interval);
                let area = self.covered[index] + throughout;
                let begin = self.begin_of(index).max(known.start);
                let length = self.begin_of(index + 1).min(known.end) - begin;
                if length > 0 {
                    area as f64 / length as f64
                } else {
                    0.0
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
