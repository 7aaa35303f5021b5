//! Jobs that fail far more often than all others together.

use super::{Figures, Found, ItemFilter, LABEL_CHARS};
use crate::api::status::FAILED;
use crate::metrics::insight::tails::{holm, hypergeometric_at_least};
use crate::metrics::patterns::FEW_FAILURES;
use crate::report::Outline;
use crate::say::code::Code;
use crate::text::{joined, number, percent, quote};

/// The rate of a job is that of all others times this, at least.
const LIFT: f64 = 2.0;
/// Probability below which it is no chance (Fisher's exact test), after Holm's correction for all jobs.
const LEVEL: f64 = 0.01;
/// Jobs that are named.
const NAMED: usize = 3;
const RANK: u8 = 9;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let is_whole = |job: &&Outline<'_>| !job.is_filtered;
    let jobs: Vec<&Outline<'_>> = figures.jobs.iter().filter(is_whole).collect();
    let rate = |job: &Outline<'_>| (job.failed, job.ended);
    let (failed, all) = jobs
        .iter()
        .map(|job| rate(job))
        .fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    let share = |(some, all): (u64, u64)| some as f64 / all.max(1) as f64;
    let others = |job: &Outline<'_>| (failed - rate(job).0, all - rate(job).1);
    let test = |job: &&Outline<'_>| {
        let (own, others) = (rate(job), others(job));
        // Of a job that is not over, items that fail fast have ended first: the others may all complete.
        let begun = own.1 + job.begun;
        let is_high = own.0 >= FEW_FAILURES as u64
            && others.1 > 0
            && share((own.0, begun)) >= LIFT * share(others);
        match is_high {
            true => hypergeometric_at_least(own.0, others.1 + begun, failed, begun),
            false => 1.0,
        }
    };
    let probabilities: Vec<f64> = jobs.iter().map(test).collect();
    let tried = jobs.iter().filter(|job| rate(job).1 > 0).count();
    let mut high: Vec<&Outline<'_>> = holm(&probabilities, tried, LEVEL)
        .into_iter()
        .map(|at| jobs[at])
        .collect();
    high.sort_by(|a, b| share(rate(b)).total_cmp(&share(rate(a))));
    let Some(worst) = high.first() else {
        return Vec::new();
    };
    let named = |job: &&Outline<'_>| {
        let label = quote(&job.label, LABEL_CHARS);
        format!("{label} ({})", percent(share(rate(job))))
    };
    let rest = high.iter().fold((failed, all), |rest, job| {
        let own = rate(job);
        (rest.0 - own.0, rest.1 - own.1)
    });
    let rest = share(rest);
    let message = match &high[..] {
        [only] => {
            let (some, of) = rate(only);
            format!(
                "In {} {}, {} of {} {} failed ({}); in the other {}, {} did.",
                if figures.is_v2 { "batch" } else { "job" },
                quote(&only.label, LABEL_CHARS),
                number(some),
                number(of),
                figures.items(),
                percent(share((some, of))),
                figures.jobs(),
                percent(rest),
            )
        }
        many => {
            let mut names: Vec<String> = many.iter().take(NAMED).map(named).collect();
            if many.len() > NAMED {
                names.push(format!("{} more", number((many.len() - NAMED) as u64)));
            }
            format!(
                "{} of {} {} fail far more often than the others ({}): {}.",
                number(many.len() as u64),
                number(jobs.len() as u64),
                figures.jobs(),
                percent(rest),
                joined(&names),
            )
        }
    };
    vec![Found {
        rank: RANK,
        code: Code::HighFailureRate,
        message,
        evidence: vec![
            ("jobs", high.len() as f64),
            ("highest", share(rate(worst))),
            ("others", rest),
        ],
        filter: Some(ItemFilter {
            job: (high.len() == 1).then(|| worst.label.to_string()),
            status: Some(FAILED.to_owned()),
            ..ItemFilter::default()
        }),
    }]
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::super::Find;
    use super::super::tests::sections;
    use super::*;
    use crate::report::model::JobReport;

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
            jobs: &jobs.iter().map(Outline::of).collect::<Vec<_>>(),
            shape: None,
            is_v2: false,
        };
        find(figures)
            .into_iter()
            .map(|found| found.message)
            .collect()
    }

    #[test]
    fn a_job_is_compared_with_the_others_and_named() {
        assert_eq!(
            messages_of_jobs(find, &jobs(&[(90, 10), (100, 0), (100, 0), (99, 1)])),
            ["In job job-0, 10 of 100 items failed (10.0%); in the other jobs, 0.3% did."]
        );
        // Two jobs suffice, and a big bad job is no part of what it is compared with.
        assert_eq!(
            messages_of_jobs(find, &jobs(&[(500, 500), (99, 1)])).len(),
            1
        );
        assert_eq!(
            messages_of_jobs(find, &jobs(&[(90, 10), (95, 5), (95, 5)])),
            [""; 0]
        );
        assert_eq!(
            messages_of_jobs(find, &jobs(&[(96, 4), (100, 0), (100, 0)])),
            [""; 0]
        );
    }

    #[test]
    fn a_job_is_not_blamed_for_what_has_ended_first() {
        let mut jobs = jobs(&[(0, 8), (95, 5), (95, 5)]);
        assert_eq!(messages_of_jobs(find, &jobs).len(), 1);
        let by_status = &mut jobs[0].sections.counts.by_status;
        by_status.insert("processing".to_owned(), 92);
        assert_eq!(messages_of_jobs(find, &jobs), [""; 0]);
    }

    #[test]
    fn several_bad_jobs_are_named_worst_first_up_to_three() {
        let mut counts = vec![(1_000, 1); 20];
        counts.extend([(80, 20), (70, 30), (90, 10), (60, 40)]);
        assert_eq!(
            messages_of_jobs(find, &jobs(&counts)),
            [
                "4 of 24 jobs fail far more often than the others (0.1%): job-23 (40.0%), job-21 (30.0%), \
                 job-20 (20.0%) and 1 more."
            ]
        );
    }
}
