//! What is remarkable about some jobs among several.

use super::Findings;
use crate::api::status::FAILED;
use crate::metrics::patterns::FEW_FAILURES;
use crate::report::model::{JobReport, Sections};
use crate::text::quote;
use crate::text::{number, percent};

impl Findings {
    pub(super) fn unfinished(&mut self, jobs: &[JobReport]) {
        for (status, words) in [("failed", "failed"), ("cancelled", "was cancelled")] {
            let of_status: Vec<&JobReport> = jobs
                .iter()
                .filter(|job| {
                    let facts = job.job.as_ref();
                    facts.and_then(|facts| facts.status.as_deref()) == Some(status)
                })
                .collect();
            match &of_status[..] {
                [] => {}
                [only] => self.warn(
                    8,
                    "jobs-not-completed",
                    format!("One job {words}: {}.", quote(&only.label, 60)),
                ),
                many => self.warn(
                    8,
                    "jobs-not-completed",
                    format!(
                        "{} of {} jobs {}.",
                        number(many.len() as u64),
                        number(jobs.len() as u64),
                        words.replace("was", "were")
                    ),
                ),
            }
        }
    }

    /// The few jobs that hold most of the failures, while they do not hold most of the items.
    pub(super) fn worst_jobs(&mut self, jobs: &[JobReport]) {
        let count = |job: &JobReport, word: &str| {
            let by_status = &job.sections.counts.by_status;
            by_status.get(word).copied().unwrap_or_default()
        };
        let whole = |job: &&JobReport| job.sections.counts.status_filter.is_none();
        let mut ranked: Vec<&JobReport> = jobs.iter().filter(whole).collect();
        let failed: u64 = ranked.iter().map(|job| count(job, FAILED)).sum();
        let items: u64 = ranked.iter().map(|job| job.sections.counts.distinct).sum();
        if failed < 10 || ranked.len() < 3 {
            return;
        }
        ranked.sort_by_key(|job| std::cmp::Reverse(count(job, FAILED)));
        let few = (ranked.len() / 10).max(1);
        let (their_failed, their_items) = ranked[..few].iter().fold((0, 0), |sums, job| {
            (
                sums.0 + count(job, FAILED),
                sums.1 + job.sections.counts.distinct,
            )
        });
        let (share, of_items) = (
            their_failed as f64 / failed as f64,
            their_items as f64 / items as f64,
        );
        if share < 0.5 || of_items > share / 1.5 {
            return;
        }
        let who = match ranked[..few] {
            [only] => format!("The job {} holds", quote(&only.label, 60)),
            _ => format!("{} of {} jobs hold", few, number(ranked.len() as u64)),
        };
        self.warn(
            11,
            "failures-in-few-jobs",
            format!(
                "{who} {} of {} failures ({}) and {} of the items.",
                number(their_failed),
                number(failed),
                percent(share),
                percent(of_items)
            ),
        );
    }

    /// Jobs that fail more than twice as often as all together, by the lower bound of their interval.
    pub(super) fn high_rates(&mut self, overall: &Sections, jobs: &[JobReport]) {
        let Some(all) = overall.rates.failure.value.filter(|_| jobs.len() >= 3) else {
            return;
        };
        let mut high: Vec<(f64, &JobReport)> = jobs
            .iter()
            .filter(|job| job.sections.counts.status_filter.is_none())
            .filter_map(|job| {
                let rate = &job.sections.rates.failure;
                let low = rate.ci95?[0];
                (rate.numerator >= FEW_FAILURES as u64 && low > 2.0 * all).then_some((low, job))
            })
            .collect();
        high.sort_by(|a, b| b.0.total_cmp(&a.0));
        let Some((_, worst)) = high.first() else {
            return;
        };
        let rate = percent(worst.sections.rates.failure.value.unwrap_or_default());
        let label = quote(&worst.label, 60);
        let message = match high.len() {
            1 => format!("The job {label} failed on {rate} of its processed items"),
            many => format!(
                "{} of {} jobs failed far more often than the others, most of all {label} with {rate}",
                number(many as u64),
                number(jobs.len() as u64)
            ),
        };
        self.warn(
            9,
            "high-failure-rate",
            format!("{message}; all jobs together on {}.", percent(all)),
        );
    }
}
