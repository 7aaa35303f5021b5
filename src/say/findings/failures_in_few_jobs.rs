//! A few jobs that hold most of the failures, but not most of the items.

use super::{Figures, Found, LABEL_CHARS};
use crate::api::status::FAILED;
use crate::report::model::JobReport;
use crate::say::code::Code;
use crate::text::{number, percent, quote};

/// Fewer failures than this lie in few jobs by chance.
const LEAST_FAILED: u64 = 10;
/// Fewer jobs than this are few anyway.
const LEAST_JOBS: usize = 3;
/// Few jobs are this part of all.
const FEW: usize = 10;
/// Least share of the failures.
const MOST: f64 = 0.5;
/// The share of failures is this many times the share of items, at least.
const TIMES: f64 = 1.5;
const RANK: u8 = 11;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let count = |job: &JobReport| {
        let by_status = &job.sections.counts.by_status;
        by_status.get(FAILED).copied().unwrap_or_default()
    };
    let is_whole = |job: &&JobReport| job.sections.counts.status_filter.is_none();
    let mut ranked: Vec<&JobReport> = figures.jobs.iter().filter(is_whole).collect();
    let sums = |jobs: &[&JobReport]| {
        let failed: u64 = jobs.iter().map(|job| count(job)).sum();
        let items: u64 = jobs.iter().map(|job| job.sections.counts.distinct).sum();
        (failed, items)
    };
    let (failed, items) = sums(&ranked);
    if failed < LEAST_FAILED || ranked.len() < LEAST_JOBS {
        return Vec::new();
    }
    ranked.sort_by_key(|job| std::cmp::Reverse(count(job)));
    let few = (ranked.len() / FEW).max(1);
    let (their_failed, their_items) = sums(&ranked[..few]);
    let share = their_failed as f64 / failed as f64;
    let of_items = their_items as f64 / items as f64;
    if share < MOST || of_items > share / TIMES {
        return Vec::new();
    }
    let who = match ranked[..few] {
        [only] if figures.is_v2 => format!("Batch {} has", quote(&only.label, LABEL_CHARS)),
        [only] => format!("Job {} has", quote(&only.label, LABEL_CHARS)),
        _ => format!(
            "{} of {} {} have",
            number(few as u64),
            number(ranked.len() as u64),
            figures.jobs()
        ),
    };
    let message = format!(
        "{who} {} of {} failures ({}), but only {} of the {}.",
        number(their_failed),
        number(failed),
        percent(share),
        percent(of_items),
        figures.items()
    );
    vec![Found {
        rank: RANK,
        code: Code::FailuresInFewJobs,
        message,
        evidence: vec![
            ("jobs", few as f64),
            ("share_of_failures", share),
            ("share_of_items", of_items),
        ],
    }]
}

#[cfg(test)]
mod tests {
    use super::super::high_failure_rate::tests::{jobs, messages_of_jobs};
    use super::*;

    #[test]
    fn one_job_with_most_failures_is_named() {
        assert_eq!(
            messages_of_jobs(find, &jobs(&[(90, 10), (100, 0), (98, 2)])),
            ["Job job-0 has 10 of 12 failures (83.3%), but only 33.3% of the items."]
        );
        assert_eq!(
            messages_of_jobs(find, &jobs(&[(96, 4), (96, 4), (96, 4)])),
            [""; 0]
        );
        assert_eq!(
            messages_of_jobs(find, &jobs(&[(90, 9), (100, 0), (100, 0)])),
            [""; 0]
        );
        assert_eq!(
            messages_of_jobs(find, &jobs(&[(90, 10), (100, 0)])),
            [""; 0]
        );
    }
}
