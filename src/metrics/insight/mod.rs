//! What a good engineer would look for by hand: statistics that findings are made from. Each is absent where
//! chance explains the figures as well.

pub mod breakdown;
pub mod burst;
pub mod dimensions;
pub mod drift;
pub mod limit;
pub mod pool;
pub mod tails;

use self::breakdown::ByName;
use self::burst::{LEAST_FAILURES, Window};
use self::drift::{Slowdown, Trend};
use self::limit::Limit;
use self::pool::{IdleTail, WorkersLost};
use super::errors::GroupDetails;
use super::times::{JobRows, Times};
use super::{Ends, Spans};
use crate::api::status::code::{COMPLETED, SKIPPED};
use crate::frame::{ItemFrame, Row};

/// Error groups that are looked at, most failures first.
const GROUPS: usize = 20;
/// Share of the items that ended whose start has to be known for what is ordered by starts.
const TIMED: f64 = 0.9;

/// Patterns in the times and durations of a job's items.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Insight {
    /// Window with far more failures than elsewhere.
    pub burst: Option<Burst>,
    /// Failure rate that rises or falls.
    pub trend: Option<Trend>,
    /// Items that take longer the later they start.
    pub slowdown: Option<Slowdown>,
    /// Workers that are lost.
    pub workers_lost: Option<WorkersLost>,
    /// Workers that wait for the last items.
    pub idle_tail: Option<IdleTail>,
    /// Durations that many failures share: the rank of the error group, absent for failures of any kind.
    pub limits: Vec<(Option<usize>, Limit)>,
    /// Failures that started after the last item that completed did: their number, and the first start. If starts are
    /// not known, those that ended after it.
    pub failed_since: Option<(u64, i64)>,
    /// Odd items.
    pub odd: OddItems,
    /// What the names of items tell.
    pub names: ByName,
}

/// A burst of failures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burst {
    /// Rank of the error group; absent for failures of any kind.
    pub group: Option<usize>,
    /// The window.
    pub window: Window,
    /// Completed items that ended in it.
    pub completed: u64,
}

/// Numbers of items with odd records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OddItems {
    /// Completed items without a start or an end.
    pub completed_without_times: u64,
    /// Completed items.
    pub completed: u64,
    /// Items that started more than a minute before their job.
    pub started_before_job: u64,
    /// Items with a start.
    pub started: u64,
    /// Skipped items without a reason.
    pub skipped_without_reason: u64,
    /// Skipped items.
    pub skipped: u64,
}

impl OddItems {
    /// Start of an item before that of its job that two clocks explain, in microseconds.
    const CLOCKS: i64 = 60_000_000;

    fn of(items: &ItemFrame, job: &JobRows) -> Self {
        let mut odd = Self::default();
        let job_start = job
            .run
            .start
            .map_or(i64::MIN, |start| start.saturating_sub(Self::CLOCKS));
        items.rows(job.rows.clone()).each(|_, row| {
            match row.status {
                COMPLETED => {
                    odd.completed += 1;
                    odd.completed_without_times +=
                        u64::from(row.started_at.is_none() || row.completed_at.is_none());
                }
                SKIPPED => {
                    odd.skipped += 1;
                    odd.skipped_without_reason += u64::from(row.skip_reason.is_none());
                }
                _ => {}
            }
            if let Some(start) = row.started_at {
                odd.started += 1;
                odd.started_before_job += u64::from(start < job_start);
            }
        });
        odd
    }
}

/// Data of one job that insight is made from.
pub(super) struct Figures<'a> {
    pub(super) items: &'a ItemFrame,
    pub(super) job: &'a JobRows,
    pub(super) times: &'a Times,
    pub(super) ends: &'a Ends,
    pub(super) spans: &'a Spans,
    /// Failures by error group, most first.
    pub(super) groups: &'a [GroupDetails],
    /// Rows of the failed items.
    pub(super) failed: &'a [u32],
}

impl Insight {
    /// Looks at the items of one job.
    pub(super) fn of(figures: &Figures<'_>) -> Self {
        let is_over = figures.times.open_starts.is_empty();
        let burst = figures.burst();
        let trend = (is_over && figures.has_starts())
            .then(|| {
                drift::trend(
                    &figures.times.ended_starts,
                    &figures.starts_of_failures(|_| true),
                )
            })
            .flatten();
        Self {
            burst,
            trend,
            slowdown: figures.slowdown(),
            workers_lost: (is_over && figures.has_starts())
                .then(|| pool::workers_lost(&figures.times.ended_starts, &figures.times.ends.all))
                .flatten(),
            idle_tail: is_over.then(|| figures.idle_tail()).flatten(),
            limits: limits(figures.spans, figures.groups),
            failed_since: figures.failed_since(),
            odd: OddItems::of(figures.items, figures.job),
            names: ByName::default(),
        }
    }

    /// Looks at the items of several jobs together, of which only the durations are of one kind.
    pub(super) fn of_several(spans: &Spans, groups: &[GroupDetails]) -> Self {
        Self {
            limits: limits(spans, groups),
            ..Self::default()
        }
    }
}

impl Figures<'_> {
    /// Tells if nearly every item that ended has a start.
    fn has_starts(&self) -> bool {
        let ended = self.times.ended();
        ended > 0 && self.times.timed as f64 >= TIMED * ended as f64
    }

    fn each(&self, mut take: impl FnMut(Row)) {
        self.items
            .rows(self.job.rows.clone())
            .each(|_, row| take(row));
    }

    /// Starts of the failures that ended when asked for, ascending.
    fn starts_of_failures(&self, is_wanted: impl Fn(i64) -> bool) -> Vec<i64> {
        let bounds = self.job.run.bounds();
        let start = |row: &u32| {
            let row = self.items.row(*row as usize);
            let end = row.completed_at.or(row.effective_at)?;
            row.started_at
                .filter(|start| is_wanted(end) && *start <= end && bounds.contains(start))
        };
        let mut starts: Vec<i64> = self.failed.iter().filter_map(start).collect();
        starts.sort_unstable();
        starts
    }

    fn burst(&self) -> Option<Burst> {
        let failed = &self.ends.failed;
        if failed.len() < LEAST_FAILURES {
            return None;
        }
        let ended = &self.times.all_instants()[..];
        let (first, last) = (*ended.first()?, *ended.last()?);
        let groups = self.groups.iter().take(GROUPS).enumerate();
        let groups: Vec<(usize, &[i64])> = groups
            .map(|(rank, group)| {
                // A group holds times that the job's bounds leave out.
                let from = group.at.partition_point(|at| *at < first);
                let to = group.at.partition_point(|at| *at <= last);
                (rank, &group.at[from..to])
            })
            .filter(|(_, at)| at.len() >= LEAST_FAILURES && at.len() < failed.len())
            .collect();
        let tried: usize = groups.iter().map(|(_, at)| burst::windows(at.len())).sum();
        let all = (None, &failed[..]);
        let all_tried = tried + burst::windows(failed.len());
        let scans = std::iter::once(all).chain(groups.iter().map(|(rank, at)| (Some(*rank), *at)));
        let found = scans.filter_map(|(group, at)| {
            let window = burst::burst(ended, at, all_tried - burst::windows(at.len()))?;
            self.is_burst_of_starts(group, at, &window)
                .then_some((group, window))
        });
        let (group, window) = found.reduce(|best, next| {
            if next.1.probability < best.1.probability {
                next
            } else {
                best
            }
        })?;
        let within = |list: &[i64]| {
            list.partition_point(|at| *at <= window.to)
                - list.partition_point(|at| *at < window.from)
        };
        let (ends, records) = (&self.times.ends, &self.times.record_ends);
        let completed = ends.completed(within) + records.completed(within);
        Some(Burst {
            group,
            window,
            completed: completed as u64,
        })
    }

    fn is_burst_of_starts(&self, group: Option<usize>, failed: &[i64], window: &Window) -> bool {
        if !self.has_starts() {
            return true;
        }
        let mut starts = self.starts_of_failures(|end| (window.from..=window.to).contains(&end));
        let of_group = self.starts_of_failures(|end| failed.binary_search(&end).is_ok());
        let count = |from: i64, to: i64| {
            let within = |list: &[i64]| {
                list.partition_point(|at| *at <= to) - list.partition_point(|at| *at < from)
            };
            (
                within(&of_group) as u64,
                within(&self.times.ended_starts) as u64,
            )
        };
        if group.is_some() {
            starts.retain(|start| of_group.binary_search(start).is_ok());
        }
        let all = self.times.ended_starts.len() as u64;
        burst::is_burst_of_starts(&mut starts, count, of_group.len() as u64, all)
    }

    fn slowdown(&self) -> Option<Slowdown> {
        let bounds = self.job.run.bounds();
        let mut completed = Vec::new();
        self.each(|row| {
            let times = row.started_at.zip(row.completed_at);
            let times = times.filter(|(start, end)| start <= end && bounds.contains(start));
            if let (COMPLETED, Some((start, end))) = (row.status, times) {
                completed.push((start, end - start));
            }
        });
        drift::slowdown(completed.into_iter(), &self.times.ended_starts)
    }

    fn idle_tail(&self) -> Option<IdleTail> {
        let (first, last_start) = self.times.starts?;
        let last_end = *self.times.ends.all.last()?;
        let starts = &self.times.ended_starts;
        let ends = &self.times.ends.all;
        let mut ended = 0;
        let in_progress = (1..).zip(starts).map(|(started, start): (usize, &i64)| {
            while ends.get(ended).is_some_and(|end| end <= start) {
                ended += 1;
            }
            started.saturating_sub(ended)
        });
        let workers = in_progress.max()? as u64;
        if !pool::may_have_tail(first, last_start, last_end, workers, starts.len()) {
            return None;
        }
        let (mut durations, mut last) = (Vec::new(), Vec::new());
        let bounds = self.job.run.bounds();
        self.each(|row| {
            let times = row.started_at.zip(row.completed_at);
            let Some((start, end)) = times.filter(|(start, end)| {
                start <= end && bounds.contains(start) && bounds.contains(end)
            }) else {
                return;
            };
            match end > last_start {
                true => last.push(end),
                false => durations.push(end - start),
            }
        });
        pool::idle_tail(last_start, workers, &mut durations, &last)
    }

    fn failed_since(&self) -> Option<(u64, i64)> {
        let last = self.ends.last_completed?;
        let after = |list: &[i64], last: i64| {
            let at = list.partition_point(|at| *at <= last);
            list.get(at).map(|first| ((list.len() - at) as u64, *first))
        };
        if !self.has_starts() {
            return after(&self.ends.failed, last);
        }
        if self.ends.failed.len() < LEAST_FAILURES {
            return None;
        }
        let mut last_start = i64::MIN;
        self.each(|row| {
            if row.status == COMPLETED {
                last_start = last_start.max(row.started_at.unwrap_or(i64::MIN));
            }
        });
        after(&self.starts_of_failures(|_| true), last_start)
    }
}

/// Limits of single error groups; of failures of any kind if no group has one.
fn limits(spans: &Spans, groups: &[GroupDetails]) -> Vec<(Option<usize>, Limit)> {
    /// Limits that are told.
    const MOST: usize = 3;
    let completed = &spans.completed.micros;
    let of_groups = groups.iter().take(GROUPS).enumerate();
    let mut limits: Vec<(Option<usize>, Limit)> = of_groups
        .filter_map(|(rank, group)| Some((Some(rank), limit::limit(&group.micros, completed)?)))
        .take(MOST)
        .collect();
    if limits.is_empty() {
        limits.extend(limit::limit(&spans.failed.micros, completed).map(|limit| (None, limit)));
    }
    limits
}
