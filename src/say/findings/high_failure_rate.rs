//! Jobs that fail far more often than all jobs together.

use super::{Figures, Found, LABEL_CHARS};
use crate::metrics::patterns::FEW_FAILURES;
use crate::report::model::JobReport;
use crate::say::code::Code;
use crate::text::{number, percent, quote};

/// Fewer jobs than this are not compared.
const LEAST_JOBS: usize = 3;
/// The lower bound of a job's rate is more than this many times the rate of all.
const TIMES: f64 = 2.0;
const RANK: u8 = 9;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let jobs = figures.jobs;
    let all = figures.sections.rates.failure.value;
    let Some(all) = all.filter(|_| jobs.len() >= LEAST_JOBS) else {
        return Vec::new();
    };
    let high = |job: &'_ JobReport| -> Option<f64> {
        let rate = &job.sections.rates.failure;
        let low = rate.ci95?[0];
        let is_whole = job.sections.counts.status_filter.is_none();
        let is_high = rate.numerator >= FEW_FAILURES as u64 && low > TIMES * all;
        (is_whole && is_high).then_some(low)
    };
    let mut high: Vec<(f64, &JobReport)> = jobs
        .iter()
        .filter_map(|job| Some((high(job)?, job)))
        .collect();
    high.sort_by(|a, b| b.0.total_cmp(&a.0));
    let Some((_, worst)) = high.first() else {
        return Vec::new();
    };
    let rate = worst.sections.rates.failure.value.unwrap_or_default();
    let label = quote(&worst.label, LABEL_CHARS);
    let message = match high.len() {
        1 => format!(
            "{} {label} has a failure rate of {}; all {} together have {}.",
            if figures.is_v2 { "Batch" } else { "Job" },
            percent(rate),
            figures.jobs(),
            percent(all)
        ),
        many => format!(
            "{} of {} {} fail far more often than the others, {label} most often ({}); the failure rate \
             of all together is {}.",
            number(many as u64),
            number(jobs.len() as u64),
            figures.jobs(),
            percent(rate),
            percent(all)
        ),
    };
    vec![Found {
        rank: RANK,
        code: Code::HighFailureRate,
        message,
        evidence: vec![
            ("jobs", high.len() as f64),
            ("highest", rate),
            ("overall", all),
        ],
    }]
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::super::Find;
    use super::super::tests::sections;
    use super::*;

    /// Completed jobs with these numbers of completed and failed items.
    pub(in crate::say::findings) fn jobs(counts: &[(u64, u64)]) -> Vec<JobReport> {
        let job = |(at, (completed, failed)): (usize, &(u64, u64))| {
            let value = *failed as f64 / (completed + failed) as f64;
            let mut job = serde_json::to_value(sections(*failed, &json!([]))).expect("JSON");
            job["counts"]["by_status"] = json!({ "completed": completed, "failed": failed });
            job["counts"]["distinct"] = json!(completed + failed);
            job["rates"]["failure"] = json!({
                "numerator": failed, "denominator": completed + failed, "value": value,
                "ci95": [value * 0.8, value * 1.2],
            });
            job["batch_job_id"] = json!(null);
            job["label"] = json!(format!("job-{at}"));
            job["api"] = json!("v1");
            job["verdict"] = json!("");
            job["job"] = json!({ "id": "x", "status": "completed" });
            serde_json::from_value(job).expect("a job")
        };
        counts.iter().enumerate().map(job).collect()
    }

    /// The messages of a finding about several jobs.
    pub(in crate::say::findings) fn messages_of_jobs(
        find: Find,
        jobs: &[JobReport],
    ) -> Vec<String> {
        let sum = |part: fn(&JobReport) -> u64| jobs.iter().map(part).sum::<u64>();
        let failed = sum(|job| job.sections.rates.failure.numerator);
        let all = sum(|job| job.sections.rates.failure.denominator);
        let mut overall = sections(failed, &json!([]));
        overall.rates.failure.value = Some(failed as f64 / all as f64);
        let figures = Figures {
            sections: &overall,
            job: None,
            jobs,
            shape: None,
            is_v2: false,
        };
        find(figures)
            .into_iter()
            .map(|found| found.message)
            .collect()
    }

    #[test]
    fn a_job_with_more_than_twice_the_rate_is_named() {
        assert_eq!(
            messages_of_jobs(find, &jobs(&[(90, 10), (100, 0), (100, 0), (99, 1)])),
            ["Job job-0 has a failure rate of 10.0%; all jobs together have 2.8%."]
        );
        assert_eq!(
            messages_of_jobs(find, &jobs(&[(90, 10), (95, 5), (95, 5)])),
            [""; 0]
        );
        assert_eq!(
            messages_of_jobs(find, &jobs(&[(96, 4), (100, 0), (100, 0)])),
            [""; 0]
        );
        assert_eq!(
            messages_of_jobs(find, &jobs(&[(90, 10), (100, 0)])),
            [""; 0]
        );
    }
}
