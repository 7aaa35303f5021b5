//! The worst jobs: a report keeps a bounded number of them, however many there are.

use std::cmp::Reverse;

use super::limits::MOST_JOBS;
use super::model::JobReport;

/// Reports of the worst jobs so far, in the order of the dump.
#[derive(Default)]
pub(super) struct Worst {
    kept: Vec<JobReport>,
    left_out: u64,
}

impl Worst {
    /// Jobs beyond the limit that are held until the list is cut.
    const SPARE: usize = 256;

    /// Returns an empty list with room for so many jobs.
    pub(super) fn of(jobs: usize) -> Self {
        Self {
            kept: Vec::with_capacity(jobs.min(MOST_JOBS + Self::SPARE)),
            left_out: 0,
        }
    }

    /// Adds the next job of the dump.
    pub(super) fn add(&mut self, job: JobReport) {
        if self.kept.len() == MOST_JOBS + Self::SPARE {
            self.cut(MOST_JOBS);
        }
        self.kept.push(job);
    }

    /// Keeps the worst jobs; of equal ones those that come first.
    fn cut(&mut self, most: usize) {
        let Some(more @ 1..) = self.kept.len().checked_sub(most) else {
            return;
        };
        let mut ranks: Vec<_> = self.kept.iter().map(rank).zip(0_usize..).collect();
        ranks.sort_unstable();
        let mut stays = vec![false; self.kept.len()];
        for (_, at) in &ranks[..most] {
            stays[*at] = true;
        }
        let mut stays = stays.into_iter();
        self.kept.retain(|_| stays.next() == Some(true));
        self.left_out += more as u64;
    }

    /// Returns the jobs, worst first, and how many are left out.
    pub(super) fn sorted(mut self) -> (Vec<JobReport>, u64) {
        self.cut(MOST_JOBS);
        // By keys, it moves each job once and takes no room for them.
        self.kept.sort_by_cached_key(rank);
        (self.kept, self.left_out)
    }
}

/// Rank of a job: those that failed come before others, then by failure rate; without a rate of their own, by
/// what they state themselves.
fn rank(job: &JobReport) -> Reverse<(bool, Option<u64>)> {
    let (facts, sections) = (job.job.as_ref(), &job.sections);
    let has_failed = facts.is_some_and(|facts| facts.status.as_deref() == Some("failed"));
    let stated = || {
        let (failed, total) = (facts?.failed_items?, facts?.total_items?);
        (total > 0).then(|| failed as f64 / total as f64)
    };
    let own = sections.rates.failure.value;
    let own = own.filter(|_| sections.counts.status_filter.is_none());
    // Numbers from 0 on are in the order of their bits.
    let rate = own.or_else(stated).map(|rate| rate.abs().to_bits());
    Reverse((has_failed, rate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::JobFacts;

    /// A job of which so many of 100,000 items failed by its own account.
    fn job(label: &str, status: &str, failed: Option<u64>) -> JobReport {
        let mut report = crate::render::samples::bare();
        let mut job = report.jobs.swap_remove(0);
        label.clone_into(&mut job.label);
        job.sections.rates.failure = crate::metrics::Rate::of(0, 0);
        job.job = Some(JobFacts {
            status: Some(status.to_owned()),
            total_items: Some(100_000),
            failed_items: failed,
            ..JobFacts::default()
        });
        job
    }

    #[test]
    fn failed_jobs_come_first_then_the_highest_rate_then_the_order_of_the_dump() {
        let mut worst = Worst::of(5);
        for (label, status, failed) in [
            ("unknown", "completed", None),
            ("few", "completed", Some(3)),
            ("none", "completed", Some(0)),
            ("many", "completed", Some(9_000)),
            ("few, later", "completed", Some(3)),
            ("failed", "failed", None),
        ] {
            worst.add(job(label, status, failed));
        }
        let (jobs, left_out) = worst.sorted();
        let labels: Vec<&str> = jobs.iter().map(|job| &*job.label).collect();
        assert_eq!(
            labels,
            ["failed", "many", "few", "few, later", "none", "unknown"]
        );
        assert_eq!(left_out, 0);
    }

    #[test]
    fn the_worst_of_many_jobs_stay_wherever_they_are() {
        let small = job("j", "completed", None);
        let many = MOST_JOBS + 2_007;
        let mut worst = Worst::of(many);
        for n in 0..many {
            let mut job = JobReport {
                label: n.to_string(),
                ..small.clone()
            };
            let failed = if n % 2_000 == 1 { n as u64 } else { 0 };
            job.job.as_mut().expect("facts").failed_items = Some(failed);
            worst.add(job);
        }
        let (jobs, left_out) = worst.sorted();
        assert_eq!(jobs.len(), MOST_JOBS);
        assert_eq!(left_out, (many - MOST_JOBS) as u64);
        let label = |at: usize| &*jobs[at].label;
        assert_eq!((label(0), label(1)), ("12001", "10001"));
        assert_eq!((label(6), label(7), label(8)), ("1", "0", "2"));
    }
}
