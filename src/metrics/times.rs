//! Instants at which items started and ended, sorted once for all figures that are made from them.

use std::borrow::Cow;
use std::ops::Range;

use crate::api::status::{self, code};
use crate::frame::{ItemFrame, Rows};
use crate::parallel;

/// Years 2000 to 2100, in microseconds since the epoch. A single stray time outside of them would leave no
/// room on an axis for all others.
pub const PLAUSIBLE_MICROS: Range<i64> = 946_684_800_000_000..4_133_980_800_000_000;

/// Time before the start and after the end of a job's run in which its items may still have times, in
/// microseconds.
const GRACE: i64 = 24 * 60 * 60 * 1_000_000;

/// Rows of a job, and when the job ran.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobRows {
    /// Places in the frame.
    pub rows: Range<usize>,
    /// Run of the job.
    pub run: JobRun,
}

/// Run of a job as its own record states it, in microseconds since the epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobRun {
    /// Start of the work on it.
    pub start: Option<i64>,
    /// Its end; while it runs, the instant of its record.
    pub end: Option<i64>,
    /// True if it has ended.
    pub has_ended: bool,
}

impl JobRun {
    /// Range of the times of items that count: the run with a day's grace on both sides, as far as it is known,
    /// and of the years 2000 to 2100.
    pub(super) fn bounds(self) -> Range<i64> {
        let known = |at: Option<i64>| at.filter(is_plausible);
        let (start, end) = (known(self.start), known(self.end));
        let end = end.filter(|_| self.has_ended);
        if start.zip(end).is_some_and(|(start, end)| start > end) {
            return PLAUSIBLE_MICROS;
        }
        let from = start.map_or(i64::MIN, |start| start - GRACE);
        let to = end.map_or(i64::MAX, |end| end + GRACE + 1);
        from.max(PLAUSIBLE_MICROS.start)..to.min(PLAUSIBLE_MICROS.end)
    }
}

fn is_plausible(at: &i64) -> bool {
    PLAUSIBLE_MICROS.contains(at)
}

/// Instants by how the items ended, each list ascending. Most items are completed: these have no list of
/// their own, which would take as much room again as that of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ByOutcome {
    /// Of items of whatever status.
    pub all: Vec<i64>,
    /// Of items with status `failed`.
    pub failed: Vec<i64>,
    /// Of items with status `skipped`.
    pub skipped: Vec<i64>,
    /// Of cancelled items, and of items with an end time and another status.
    pub other: Vec<i64>,
    /// Last instant of an item with status `completed`.
    pub last_completed: Option<i64>,
}

impl ByOutcome {
    #[inline(always)]
    fn add(&mut self, status: u32, at: i64) {
        self.all.push(at);
        match status {
            code::COMPLETED => self.last_completed = self.last_completed.max(Some(at)),
            code::FAILED => self.failed.push(at),
            code::SKIPPED => self.skipped.push(at),
            _ => self.other.push(at),
        }
    }

    fn sort(&mut self) {
        for list in [
            &mut self.all,
            &mut self.failed,
            &mut self.skipped,
            &mut self.other,
        ] {
            list.sort_unstable();
        }
    }

    /// Number of instants of completed items, of those that `count` counts in a list.
    pub fn completed(&self, count: impl Fn(&[i64]) -> usize) -> usize {
        count(&self.all) - count(&self.failed) - count(&self.skipped) - count(&self.other)
    }
}

/// Times of items, in microseconds since the epoch. Times outside of their job's run (with a day's grace) and
/// of the years 2000 to 2100 are left out. All lists are ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Times {
    /// End times, by how the items ended.
    pub ends: ByOutcome,
    /// Instants of the records of items that have ended, by their status, without an end time.
    pub record_ends: ByOutcome,
    /// Start of each item that has an end time. Where the start is missing or after the end, the end stands
    /// for it.
    pub ended_starts: Vec<i64>,
    /// Starts of items that have not ended.
    pub open_starts: Vec<i64>,
    /// Instants up to which each of these is known to be in progress.
    pub open_untils: Vec<i64>,
    /// First and last start.
    pub starts: Option<(i64, i64)>,
    /// First start and last end of the jobs.
    pub run: (Option<i64>, Option<i64>),
    /// Items with a start and an end, in this order.
    pub timed: u64,
    /// Time from start to end of these, summed.
    pub worked_micros: i128,
    /// Other items with a start or an end.
    pub untimed: u64,
    /// Ended items of which neither an end time nor the instant of the record is known.
    pub undated: u64,
    /// Starts and ends that are left out.
    pub excluded: u64,
    /// Times from the first start to the last end of each job, as far as they do not overlap, ascending.
    pub busy: Vec<(i64, i64)>,
    /// The same, up to the newest instant known of a job of which items are in progress.
    pub observed: Vec<(i64, i64)>,
    /// Time from the start of each open item to that instant, summed.
    pub open_micros: i128,
    /// First start of each job of which items are in progress, and the newest instant known of it.
    pub open_jobs: Vec<(i64, i64)>,
    /// Ends in these: those of a job with such a time, not before its first start.
    pub busy_ends: u64,
    /// Ends before the first start of their job.
    pub early: u64,
}

impl Times {
    /// Collects the times of the items of these jobs.
    pub fn of(items: &ItemFrame, jobs: &[JobRows], much: bool) -> Self {
        let mut times = Self::default();
        let rows = jobs.iter().map(|job| job.rows.len()).sum();
        times.ended_starts.reserve_exact(rows);
        times.ends.all.reserve_exact(rows);
        for job in jobs {
            times.add(&items.rows(job.rows.clone()), job.run);
        }
        let Self {
            ends, ended_starts, ..
        } = &mut times;
        parallel::both(much, || ends.sort(), || ended_starts.sort_unstable());
        times.record_ends.sort();
        times.observe();
        times.open_starts.sort_unstable();
        times.open_untils.sort_unstable();
        times.busy = union(std::mem::take(&mut times.busy));
        times
    }

    /// Takes open items of jobs without a record as known up to the last instant of all, and adds up what is known of
    /// open items.
    fn observe(&mut self) {
        if self.open_starts.is_empty() {
            self.observed = union(self.busy.clone());
            return;
        }
        let last = [self.ended_span(), self.starts].into_iter().flatten();
        let last = last.map(|(_, last)| last).max();
        let last = last.max(self.run.1).unwrap_or_default();
        let mut observed = self.busy.clone();
        for (start, until) in self.open_starts.iter().zip(&mut self.open_untils) {
            *until = (*until).min(last).max(*start);
            self.open_micros += i128::from(*until - start);
        }
        for (first, until) in std::mem::take(&mut self.open_jobs) {
            observed.push((first, until.min(last)));
        }
        observed.retain(|(from, to)| from < to);
        self.observed = union(observed);
    }

    fn add(&mut self, rows: &Rows<'_>, run: JobRun) {
        let bounds = run.bounds();
        let first_end = self.ends.all.len();
        let (mut last, mut last_end) = (i64::MIN, i64::MIN);
        let (mut first_start, mut last_start) = (i64::MAX, i64::MIN);
        rows.each(|_, row| {
            let counts = |at: &i64| bounds.contains(at);
            let (start, end) = (
                row.started_at.filter(counts),
                row.completed_at.filter(counts),
            );
            self.excluded += u64::from(start != row.started_at);
            self.excluded += u64::from(end != row.completed_at);
            if let Some(start) = start {
                first_start = first_start.min(start);
                last_start = last_start.max(start);
            }
            match start.zip(end) {
                Some((start, end)) if start <= end => {
                    self.timed += 1;
                    self.worked_micros += i128::from(end - start);
                }
                _ if row.started_at.is_none() && row.completed_at.is_none() => {}
                _ => self.untimed += 1,
            }
            if let Some(end) = end {
                last_end = last_end.max(end);
                self.ends.add(row.status, end);
                let start = start.filter(|start| *start <= end).unwrap_or(end);
                self.ended_starts.push(start);
            } else if row.completed_at.is_some() {
                self.undated += 1;
            } else if status::is_terminal_code(row.status) {
                match row.effective_at.filter(counts) {
                    Some(at) => {
                        last = last.max(at);
                        self.record_ends.add(row.status, at);
                    }
                    None => self.undated += 1,
                }
            } else if let Some(start) = start {
                self.open_starts.push(start);
            }
        });
        if first_start <= last_start {
            let (first, last) = self.starts.unwrap_or((first_start, last_start));
            self.starts = Some((first.min(first_start), last.max(last_start)));
        }
        last = last.max(last_end);
        let ends = &self.ends.all[first_end..];
        if first_start <= last_start && !ends.is_empty() {
            let early = ends.iter().filter(|end| **end < first_start).count() as u64;
            self.early += early;
            if last_end > first_start {
                self.busy.push((first_start, last_end));
                self.busy_ends += ends.len() as u64 - early;
            }
        }
        let [start, end] = [run.start, run.end].map(|at| at.filter(is_plausible));
        self.run.0 = [self.run.0, start].into_iter().flatten().min();
        self.run.1 = [self.run.1, end].into_iter().flatten().max();
        // A job without a record is known up to the last instant of all.
        let until = end.map_or(i64::MAX, |end| end.max(last).max(last_start));
        if self.open_starts.len() > self.open_untils.len() {
            self.open_jobs.push((first_start, until));
        }
        self.open_untils.resize(self.open_starts.len(), until);
    }

    /// Number of ended items with a known instant.
    pub fn ended(&self) -> usize {
        self.ends.all.len() + self.record_ends.all.len()
    }

    /// Every end time, and every instant of a record that stands for one.
    pub fn all_instants(&self) -> Cow<'_, [i64]> {
        if self.record_ends.all.is_empty() {
            return Cow::Borrowed(&self.ends.all);
        }
        let mut instants = [&self.ends.all[..], &self.record_ends.all].concat();
        // A stable sort merges lists that are sorted already.
        instants.sort();
        Cow::Owned(instants)
    }

    /// First and last of these.
    pub fn ended_span(&self) -> Option<(i64, i64)> {
        let lists = [&self.ends.all, &self.record_ends.all];
        let first = lists.iter().filter_map(|list| list.first()).min()?;
        let last = lists.iter().filter_map(|list| list.last()).max()?;
        Some((*first, *last))
    }
}

/// The union of intervals, ascending.
fn union(mut intervals: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    intervals.sort_unstable();
    let mut union: Vec<(i64, i64)> = Vec::new();
    for (from, to) in intervals {
        match union.last_mut().filter(|last| from <= last.1) {
            Some(last) => last.1 = last.1.max(to),
            None => union.push((from, to)),
        }
    }
    union
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::examples::{Item, NINE, SECOND, at, frame};

    const DAY: i64 = 86_400 * SECOND;

    fn times(items: &[Item], run: JobRun) -> Times {
        let frame = frame(items);
        let rows = 0..frame.len();
        Times::of(&frame, &[JobRows { rows, run }], false)
    }

    #[test]
    fn each_time_has_its_place() {
        let times = times(
            &[
                ("completed", at(10), at(20), None),
                ("failed", None, at(15), None),
                ("failed", at(5), None, at(30)),
                ("skipped", None, None, None),
                ("processing", at(7), None, at(40)),
                ("pending", None, None, at(40)),
                ("quarantined", at(25), at(22), None),
            ],
            JobRun::default(),
        );
        let ends = [20, 15, 22].map(|second| NINE + second * SECOND);
        assert_eq!(times.ends.last_completed, Some(ends[0]));
        assert_eq!(times.ends.completed(<[i64]>::len), 1);
        assert_eq!(times.ends.failed, [ends[1]]);
        assert_eq!(times.ends.other, [ends[2]]);
        assert_eq!(times.record_ends.failed, [NINE + 30 * SECOND]);
        assert_eq!(times.ends.all, [ends[1], ends[0], ends[2]]);
        // The second has no start, and the last one ended before it started.
        assert_eq!(times.ended_starts, [NINE + 10 * SECOND, ends[1], ends[2]]);
        assert_eq!(times.open_starts, [NINE + 7 * SECOND]);
        assert_eq!(times.starts, at(5).zip(at(25)));
        assert_eq!(times.ended_span(), at(15).zip(at(30)));
        assert_eq!((times.timed, times.untimed, times.undated), (1, 4, 1));
        assert_eq!(times.worked_micros, i128::from(10 * SECOND));
        assert_eq!((times.ended(), times.excluded), (4, 0));
    }

    #[test]
    fn times_more_than_a_day_outside_of_the_run_are_left_out_and_counted() {
        let run = JobRun {
            start: Some(NINE),
            end: Some(NINE + DAY),
            has_ended: true,
        };
        let items = [
            ("completed", Some(NINE - DAY), Some(NINE + 2 * DAY), None),
            ("completed", Some(NINE - DAY - 1), Some(NINE + DAY), None),
            ("completed", Some(NINE), Some(NINE + 2 * DAY + 1), None),
        ];
        let known = times(&items, run);
        assert_eq!((known.excluded, known.timed, known.undated), (2, 1, 1));
        assert_eq!(known.ends.all, [NINE + DAY, NINE + 2 * DAY]);
        // A running job may go on, and a run that ends before it starts says nothing.
        let running = JobRun {
            has_ended: false,
            ..run
        };
        assert_eq!(times(&items, running).excluded, 1);
        let swapped = JobRun {
            start: run.end,
            end: run.start,
            has_ended: true,
        };
        assert_eq!(times(&items, swapped).excluded, 0);
    }

    #[test]
    fn times_before_2000_or_after_2100_are_left_out() {
        let items = [
            ("completed", Some(0), at(3), None),
            ("completed", at(1), Some(253_402_300_799_000_000), None),
        ];
        let times = times(&items, JobRun::default());
        assert_eq!((times.excluded, times.timed, times.untimed), (2, 0, 2));
        assert_eq!(times.starts, at(1).zip(at(1)));
    }

    #[test]
    fn open_items_are_in_progress_up_to_what_is_known_of_their_own_job() {
        let frame = frame(&[
            ("processing", at(0), None, None),
            ("completed", at(0), at(50), None),
            ("processing", at(10), None, None),
        ]);
        let job = |rows, end| JobRows {
            rows,
            run: JobRun {
                end,
                ..JobRun::default()
            },
        };
        let jobs = [job(0..2, at(30)), job(2..3, at(20))];
        let times = Times::of(&frame, &jobs, false);
        // The list of the first job is newer than its record.
        assert_eq!(times.open_untils, [NINE + 20 * SECOND, NINE + 50 * SECOND]);
        assert_eq!(times.run, (None, at(30)));
    }
}
