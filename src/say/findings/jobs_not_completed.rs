//! Jobs that failed or were cancelled.

use super::{Figures, Found, ItemFilter, LABEL_CHARS, PATTERN_CHARS};
use crate::report::Outline;
use crate::report::model::Api;
use crate::say::code::Code;
use crate::text::{joined, number, quote};

/// Jobs whose own errors are quoted.
const NAMED: usize = 3;
const RANK: u8 = 8;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let jobs = figures.jobs;
    [("failed", "failed"), ("cancelled", "were cancelled")]
        .into_iter()
        .filter_map(|(status, words)| {
            let has_status = |job: &&Outline<'_>| job.status() == Some(status);
            let of_status: Vec<&Outline<'_>> = jobs.iter().filter(has_status).collect();
            let message = match &of_status[..] {
                [] => return None,
                [only] => format!(
                    "{} {} {}{}.",
                    match only.api {
                        Api::V1 => "Job",
                        Api::V2 => "Batch",
                    },
                    quote(&only.label, LABEL_CHARS),
                    words.replace("were", "was"),
                    error(only)
                        .map(|error| format!(": {error}"))
                        .unwrap_or_default(),
                ),
                many => {
                    let named = many.iter().filter_map(|job| {
                        Some(format!(
                            "{} with {}",
                            quote(&job.label, LABEL_CHARS),
                            error(job)?
                        ))
                    });
                    let mut named: Vec<String> = named.collect();
                    let more = named.len().saturating_sub(NAMED);
                    named.truncate(NAMED);
                    if more > 0 {
                        named.push(format!("{} more", number(more as u64)));
                    }
                    format!(
                        "{} of {} {} {words}{}{}.",
                        number(many.len() as u64),
                        number(jobs.len() as u64),
                        figures.jobs(),
                        if named.is_empty() { "" } else { ": " },
                        joined(&named),
                    )
                }
            };
            Some(Found {
                rank: RANK,
                code: Code::JobsNotCompleted,
                message,
                evidence: vec![
                    (status, of_status.len() as f64),
                    ("jobs", jobs.len() as f64),
                ],
                filter: match &of_status[..] {
                    [only] => Some(ItemFilter {
                        job: Some(only.label.to_string()),
                        ..ItemFilter::default()
                    }),
                    _ => None,
                },
            })
        })
        .collect()
}

/// The job's own error, quoted.
fn error(job: &Outline<'_>) -> Option<String> {
    let error = job.record?.error_message()?;
    Some(format!("“{}”", quote(error, PATTERN_CHARS)))
}

#[cfg(test)]
mod tests {
    use super::super::high_failure_rate::tests::{jobs, messages_of_jobs};
    use super::*;

    #[test]
    fn failed_and_cancelled_jobs_are_counted() {
        let mut jobs = jobs(&[(100, 0), (100, 0), (100, 0)]);
        assert_eq!(messages_of_jobs(find, &jobs), [""; 0]);
        let mut end = |job: usize, status: &str| {
            jobs[job].job.as_mut().expect("facts").status = Some(status.to_owned());
        };
        end(0, "failed");
        end(1, "failed");
        end(2, "cancelled");
        assert_eq!(
            messages_of_jobs(find, &jobs),
            ["2 of 3 jobs failed.", "Job job-2 was cancelled."]
        );
        for job in [1, 2] {
            jobs[job].job.as_mut().expect("facts").error_message =
                Some("out of credits".to_owned());
        }
        assert_eq!(
            messages_of_jobs(find, &jobs),
            [
                "2 of 3 jobs failed: job-1 with “out of credits”.",
                "Job job-2 was cancelled: “out of credits”."
            ]
        );
    }
}
