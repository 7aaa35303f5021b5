//! What a good engineer would look for by hand: statistics that findings are made from. Each is absent where
//! chance explains the figures as well.

pub mod breakdown;
pub mod burst;
pub mod dimensions;
pub mod drift;
pub mod limit;
pub mod pool;
pub mod tails;
pub mod worked;

use self::breakdown::ByName;
use self::burst::{LEAST_FAILURES, Window};
use self::drift::{Slowdown, Trend};
use self::limit::Limit;
use self::pool::{IdleTail, WorkersLost};
use self::worked::Worked;
use super::errors::GroupDetails;
use super::times::{JobRows, Times};
use super::{Ends, Spans, timeline};
use crate::api::status::code::{COMPLETED, PROCESSING, SKIPPED};
use crate::frame::{ItemFrame, Row};

/// Error groups that are looked at, most failures first.
const GROUPS: usize = 20;
/// Share of the completed and of the failed items whose start has to be known for what is ordered by starts.
const TIMED: f64 = 0.9;
/// Workers of a pool of which nothing is known.
const UNKNOWN_POOL: usize = 64;

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
    /// Failures after the last item that completed.
    pub failed_since: Option<FailedSince>,
    /// True if the items in progress do not explain the longest time without an end.
    pub is_stalled: bool,
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

/// Failures after the last item that completed: those that started later, or, if starts are not known, ended later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedSince {
    /// Their number.
    pub failed: u64,
    /// Items that started since then: these failures, and what is open or was cancelled.
    pub items: u64,
    /// First start, or end, of these failures, in microseconds since the epoch.
    pub first: i64,
    /// Failures and items of the whole job that this is compared with.
    pub of: (u64, u64),
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
        let job = Job::of(figures);
        let is_over = figures.times.open_starts.is_empty();
        let (starts, ends) = (&job.worked.starts[..], &job.worked.ends[..]);
        let trend = || drift::trend(starts, &job.starts_of_failures(|_| true));
        Self {
            burst: job.burst(),
            trend: (is_over && job.has_starts).then(trend).flatten(),
            slowdown: job.slowdown(),
            workers_lost: (is_over && job.has_starts)
                .then(|| pool::workers_lost(starts, ends))
                .flatten(),
            idle_tail: is_over.then(|| job.idle_tail()).flatten(),
            limits: limits(figures.spans, figures.groups),
            failed_since: job.failed_since(),
            is_stalled: job.is_stalled(),
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

/// One job, and which of its items were worked on.
struct Job<'a> {
    figures: &'a Figures<'a>,
    worked: Worked<'a>,
    /// Nearly every completed and nearly every failed item has a start.
    has_starts: bool,
}

impl<'a> Job<'a> {
    fn of(figures: &'a Figures<'a>) -> Self {
        let mut job = Self {
            figures,
            worked: Worked::of(figures.items, figures.job, figures.times),
            has_starts: false,
        };
        let is_known = |some: usize, all: usize| some as f64 >= TIMED * all as f64;
        let failed = figures.ends.failed.len();
        job.has_starts = is_known(job.worked.timed as usize, job.worked.outcomes.len().max(1))
            && is_known(job.starts_of_failures(|_| true).len(), failed);
        job
    }

    fn each(&self, mut take: impl FnMut(Row)) {
        let rows = self.figures.job.rows.clone();
        self.figures.items.rows(rows).each(|_, row| take(row));
    }

    /// Starts of the failures that ended when asked for, ascending.
    fn starts_of_failures(&self, is_wanted: impl Fn(i64) -> bool) -> Vec<i64> {
        let bounds = self.figures.job.run.bounds();
        let start = |row: &u32| {
            let row = self.figures.items.row(*row as usize);
            let end = row.completed_at.or(row.effective_at)?;
            row.started_at
                .filter(|start| is_wanted(end) && *start <= end && bounds.contains(start))
        };
        let mut starts: Vec<i64> = self.figures.failed.iter().filter_map(start).collect();
        starts.sort_unstable();
        starts
    }

    /// Number of items that may be in progress at once: as many ended items at the begin and at the end of a job say
    /// nothing if starts are not known, because failures may take longer or shorter than others.
    fn unexplained(&self) -> usize {
        let (timed, all) = (self.worked.timed as usize, self.worked.outcomes.len());
        match timed * 2 < all {
            true => (all / 4).max(UNKNOWN_POOL),
            false => (self.worked.most_in_progress() * all)
                .div_ceil(timed.max(1))
                .max(all / 10),
        }
    }

    fn burst(&self) -> Option<Burst> {
        let failed = &self.figures.ends.failed;
        if failed.len() < LEAST_FAILURES {
            return None;
        }
        let ended = &self.worked.outcomes[..];
        let (first, last) = (*ended.first()?, *ended.last()?);
        let groups = self.figures.groups.iter().take(GROUPS).enumerate();
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
        Some(Burst {
            group,
            window,
            completed: within(ended).saturating_sub(within(failed)) as u64,
        })
    }

    fn is_burst_of_starts(&self, group: Option<usize>, failed: &[i64], window: &Window) -> bool {
        let ended = &self.worked.outcomes;
        if !self.has_starts {
            let before = ended.partition_point(|at| *at < window.from);
            let after = ended.len() - ended.partition_point(|at| *at <= window.to);
            return before.min(after) >= self.unexplained();
        }
        let mut starts = self.starts_of_failures(|end| (window.from..=window.to).contains(&end));
        let of_group = self.starts_of_failures(|end| failed.binary_search(&end).is_ok());
        let count = |from: i64, to: i64| {
            let within = |list: &[i64]| {
                list.partition_point(|at| *at <= to) - list.partition_point(|at| *at < from)
            };
            (within(&of_group) as u64, within(&self.worked.starts) as u64)
        };
        if group.is_some() {
            starts.retain(|start| of_group.binary_search(start).is_ok());
        }
        let all = self.worked.starts.len() as u64;
        burst::is_burst_of_starts(&mut starts, count, of_group.len() as u64, all)
    }

    fn slowdown(&self) -> Option<Slowdown> {
        let bounds = self.figures.job.run.bounds();
        let mut completed = Vec::new();
        self.each(|row| {
            let times = row.started_at.zip(row.completed_at);
            let times = times.filter(|(start, end)| start <= end && bounds.contains(start));
            if let (COMPLETED, Some((start, end))) = (row.status, times) {
                completed.push((start, end - start));
            }
        });
        drift::slowdown(completed.into_iter(), &self.figures.times.ended_starts)
    }

    fn idle_tail(&self) -> Option<IdleTail> {
        let (first, last_start) = self.figures.times.starts?;
        let last_end = *self.figures.times.ends.all.last()?;
        let workers = self.worked.most_in_progress() as u64;
        let items = self.worked.starts.len();
        if !pool::may_have_tail(first, last_start, last_end, workers, items) {
            return None;
        }
        let (mut durations, mut ages, mut last) = (Vec::new(), Vec::new(), Vec::new());
        let bounds = self.figures.job.run.bounds();
        self.each(|row| {
            let times = row.started_at.zip(row.completed_at);
            let Some((start, end)) = times.filter(|(start, end)| {
                row.status != SKIPPED
                    && start <= end
                    && bounds.contains(start)
                    && bounds.contains(end)
            }) else {
                return;
            };
            match end > last_start {
                true => {
                    last.push(end);
                    ages.push(last_start - start);
                }
                false => durations.push(end - start),
            }
        });
        pool::idle_tail(last_start, workers, &mut durations, &mut ages, &last)
    }

    fn failed_since(&self) -> Option<FailedSince> {
        let last = self.figures.ends.last_completed?;
        let failed = &self.figures.ends.failed;
        let after = |list: &[i64], last: i64| list.len() - list.partition_point(|at| *at <= last);
        let first =
            |list: &[i64], last: i64| list.get(list.partition_point(|at| *at <= last)).copied();
        if failed.len() < LEAST_FAILURES {
            return None;
        }
        if !self.has_starts {
            let later = after(failed, last).saturating_sub(self.unexplained()) as u64;
            return Some(FailedSince {
                failed: later,
                items: later,
                first: first(failed, last)?,
                of: (failed.len() as u64, self.worked.outcomes.len() as u64),
            });
        }
        let mut last_start = i64::MIN;
        self.each(|row| {
            if row.status == COMPLETED {
                last_start = last_start.max(row.started_at.unwrap_or(i64::MIN));
            }
        });
        let starts = self.starts_of_failures(|_| true);
        Some(FailedSince {
            failed: after(&starts, last_start) as u64,
            items: after(&self.worked.starts, last_start) as u64,
            first: first(&starts, last_start)?,
            of: (starts.len() as u64, self.worked.starts.len() as u64),
        })
    }

    /// Tells if the items in progress in the longest time without an end do not explain it.
    fn is_stalled(&self) -> bool {
        let Some((from, to)) = timeline::gap_between_ends(self.figures.times) else {
            return false;
        };
        let ended = self.worked.outcomes.len();
        if (self.worked.timed as usize) * 2 < ended {
            return false;
        }
        let newest = self.figures.times.open_untils.last().copied();
        let (mut durations, mut ages, mut longest) = (Vec::new(), Vec::new(), 0);
        self.each(|row| {
            let end = row
                .completed_at
                .or(newest.filter(|_| row.status == PROCESSING));
            let Some((start, end)) = row.started_at.zip(end).filter(|(start, end)| start <= end)
            else {
                return;
            };
            if row.status == SKIPPED {
                return;
            }
            durations.push(end - start);
            match start <= from && end >= to {
                true => ages.push(from - start),
                false => longest = longest.max(end - start),
            }
        });
        match ages.is_empty() {
            true => self.has_starts,
            false => pool::is_stalled(&mut durations, &ages, longest, to - from, ended),
        }
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
