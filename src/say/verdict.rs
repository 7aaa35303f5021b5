//! The verdict: the answer about a job, or about several, in a few short sentences.

mod others;
mod reruns;
mod state;

use crate::api::status::{COMPLETED, SKIPPED};
use crate::report::model::{Api, ErrorGroup, JobFacts, JobReport, Sections};
use crate::report::{Outline, RecordOutline};
use crate::text::{counted, joined, number, percent, quote, range};

/// Longest quote of an error, in characters.
const ERROR_CHARS: usize = 90;
/// Longest quote of a status word.
const STATUS_CHARS: usize = 40;

/// The verdict on one job.
pub(super) fn of_job(job: &JobReport) -> String {
    let subject = Subject {
        sections: &job.sections,
        only: job.job.as_ref(),
        jobs: &[Outline::of(job)],
    };
    subject.verdict()
}

/// The verdict on all jobs together.
pub(super) fn of_jobs(overall: &Sections, jobs: &[Outline<'_>]) -> String {
    let subject = Subject {
        sections: overall,
        only: None,
        jobs,
    };
    subject.verdict()
}

/// Subject of a verdict.
struct Subject<'a> {
    sections: &'a Sections,
    /// The only job's facts.
    only: Option<&'a JobFacts>,
    jobs: &'a [Outline<'a>],
}

impl Subject<'_> {
    fn verdict(&self) -> String {
        let counts = &self.sections.counts;
        let mut sentences: Vec<String> = Vec::new();
        sentences.extend(self.state());
        sentences.extend(self.expected_end());
        sentences.extend(self.older_list());
        sentences.push(self.result());
        sentences.extend(self.reruns());
        sentences.extend(self.never_started());
        sentences.extend(self.filtered_jobs());
        if counts.listed && counts.status_filter.is_none() {
            sentences.extend(self.others());
        }
        if counts.unreadable > 0 {
            let rows = counted(counts.unreadable, "row", "rows");
            sentences.push(format!("{rows} could not be read."));
        }
        sentences.extend(self.completeness());
        sentences.join(" ")
    }

    /// Returns true if all jobs are batches of v2.
    fn is_v2(&self) -> bool {
        !self.jobs.is_empty() && self.jobs.iter().all(|job| job.api == Api::V2)
    }

    /// Word for a job.
    fn job(&self) -> &'static str {
        if self.is_v2() { "batch" } else { "job" }
    }

    /// Word for so many items.
    fn items(&self, count: u64) -> &'static str {
        match (self.is_v2(), count) {
            (false, 1) => "item",
            (false, _) => "items",
            (true, 1) => "file",
            (true, _) => "files",
        }
    }

    /// "1 item", "1,203 items".
    fn count(&self, count: u64) -> String {
        format!("{} {}", number(count), self.items(count))
    }

    /// The main sentence: how many failed.
    fn result(&self) -> String {
        let counts = &self.sections.counts;
        if !counts.listed && self.is_v2() {
            return match self.only.and_then(|job| job.status.as_deref()) {
                Some("completed") => {
                    "The batch is completed; its files are unknown because its results are not \
                     recorded."
                }
                _ => "The files are unknown because no results are recorded.",
            }
            .to_owned();
        }
        if !counts.listed {
            let status = self.only.and_then(|job| job.status.as_deref());
            let total = self.only.and_then(|job| job.total_items);
            if let (Some("pending"), Some(total)) = (status, total) {
                return format!("It has {}.", counted(total, "item", "items"));
            }
            return format!(
                "No item list was recorded{}.",
                match self.stated() {
                    Some(stated) => format!("; {stated}"),
                    None => String::new(),
                }
            );
        }
        if let Some(filter) = &counts.status_filter {
            return self.filtered(&quote(filter, STATUS_CHARS));
        }
        let failure = &self.sections.rates.failure;
        let skipped = counts.by_status.get(SKIPPED).copied().unwrap_or_default();
        match (failure.numerator, failure.denominator) {
            (0, 0) if counts.distinct == 0 => format!(
                "The {} has no {}.",
                match self.is_v2() {
                    true => "batch",
                    false => "list",
                },
                self.items(0)
            ),
            (0, 0) if skipped == counts.distinct => match skipped {
                1 => format!("The only {} was skipped.", self.items(1)),
                all => format!("All {} were skipped.", self.count(all)),
            },
            (0, 0) => match counts.distinct {
                1 => format!("The only {} has not finished.", self.items(1)),
                all => format!("None of {} completed or failed.", self.count(all)),
            },
            (0, 1) => format!(
                "The only processed {} completed{}.",
                self.items(1),
                self.bounds(None)
            ),
            (0, processed) if self.is_all_well(processed) => match processed {
                2 => format!("Both {} completed.", self.items(2)),
                all => format!("All {} completed.", self.count(all)),
            },
            (0, processed) => format!(
                "None of {} processed {} failed{}{}.",
                number(processed),
                self.items(processed),
                self.so_far(),
                self.bounds(None)
            ),
            (1, 1) => format!(
                "The only processed {} failed{}{}.",
                self.items(1),
                self.bounds(None),
                self.leading_error(1)
            ),
            (failed, processed) if failed == processed => format!(
                "All {} processed {} failed{}{}{}.",
                number(failed),
                self.items(failed),
                self.so_far(),
                self.bounds(None),
                self.leading_error(failed)
            ),
            (failed, processed) => format!(
                "{} of {} processed {} failed{}{}{}.",
                number(failed),
                number(processed),
                self.items(processed),
                self.so_far(),
                self.bounds(failure.value),
                self.leading_error(failed)
            ),
        }
    }

    /// Returns true if all items of a list that is whole completed.
    fn is_all_well(&self, completed: u64) -> bool {
        let counts = &self.sections.counts;
        let has_ended_well =
            |job: &Outline<'_>| job.status().is_none_or(|status| status == COMPLETED);
        completed == counts.distinct
            && counts.complete == Some(true)
            && self.sections.reruns.is_none()
            && self.jobs.iter().all(has_ended_well)
    }

    /// " so far" of a job that runs.
    fn so_far(&self) -> &'static str {
        match self.sections.so_far {
            true => " so far",
            false => "",
        }
    }

    /// " (5.0%; 3.3–36.7% depending on the 200 missing)": the rate, and what it may be.
    fn bounds(&self, rate: Option<f64>) -> String {
        let missing = self.sections.counts.missing.unwrap_or_default();
        let bounds = self.sections.failure_bounds.map(|[low, high]| {
            let missing = number(missing);
            format!("{} depending on the {missing} missing", range(low, high))
        });
        let parts: Vec<String> = rate.map(percent).into_iter().chain(bounds).collect();
        match parts.is_empty() {
            true => String::new(),
            false => format!(" ({})", parts.join("; ")),
        }
    }

    /// The main sentence about a list that was filtered by status: its rates are not the job's.
    fn filtered(&self, filter: &str) -> String {
        let counts = &self.sections.counts;
        let (list, whose) = match self.jobs.len() {
            1 => ("The list holds", "the job's"),
            _ => ("The lists hold", "the jobs'"),
        };
        let items = counted(counts.distinct, "item", "items");
        let list = match counts.filtered_in_part {
            true => format!(
                "Some lists hold only items with status “{filter}”, so {whose} failure rate cannot \
                 be computed from the {items} recorded"
            ),
            false => format!(
                "{list} only the {items} with status “{filter}”{}, so {whose} failure rate cannot be \
                 computed from it",
                self.leading_error(counts.distinct)
            ),
        };
        match self.stated() {
            Some(stated) => format!("{list}; {stated}."),
            None => format!("{list}."),
        }
    }

    /// Failed files of v2 for which no job was made.
    fn never_started(&self) -> Option<String> {
        let count = self.sections.counts.never_started;
        let failed = self.sections.rates.failure.numerator;
        (count > 0).then(|| match (count == failed, count) {
            (true, 1) => "It never got a job.".to_owned(),
            (true, _) => "They never got a job.".to_owned(),
            (false, _) => format!("{} never got a job.", self.count(count)),
        })
    }

    /// Some of several lists are filtered.
    fn filtered_jobs(&self) -> Option<String> {
        let counts = &self.sections.counts;
        (counts.filtered_jobs > 0 && counts.status_filter.is_none()).then(|| {
            let (lists, are) = match counts.filtered_jobs {
                1 => ("list", "is"),
                _ => ("lists", "are"),
            };
            format!(
                "The {lists} of {} {are} filtered by status, so the rate is not the jobs' own.",
                of_jobs_words(counts.filtered_jobs as usize, self.jobs.len())
            )
        })
    }

    /// Counts of the status documents; absent if one of them does not.
    fn stated(&self) -> Option<String> {
        let sum = |count: fn(RecordOutline<'_>) -> Option<u64>| -> Option<u64> {
            let mut jobs = self.jobs.iter();
            jobs.try_fold(0_u64, |sum, job| sum.checked_add(count(job.record?)?))
        };
        let counts: Vec<String> = [
            (sum(|record| record.failed_items()), "failed"),
            (sum(|record| record.skipped_items()), "skipped"),
        ]
        .into_iter()
        .filter_map(|(count, word)| Some(format!("{} {word}", number(count?))))
        .collect();
        if counts.is_empty() {
            return None;
        }
        let total = sum(|record| record.total_items())
            .map(|total| format!(" of {}", counted(total, "item", "items")))
            .unwrap_or_default();
        let says = match self.jobs.len() {
            1 => "the job itself counts",
            _ => "the jobs themselves count",
        };
        Some(format!("{says} {}{total}", joined(&counts)))
    }

    /// ", 7 of them with “…”": the most frequent error of `failed` items.
    fn leading_error(&self, failed: u64) -> String {
        let Some(ErrorGroup { pattern, count, .. }) = self.sections.error_groups.first() else {
            return String::new();
        };
        let kind = match pattern {
            Some(pattern) => format!("with “{}”", quote(pattern, ERROR_CHARS)),
            None => "without a message".to_owned(),
        };
        match (*count, failed) {
            (1, 1) => format!(", {kind}"),
            (count, failed) if count == failed => format!(", all {kind}"),
            (1, _) if self.sections.error_groups.len() > 1 => {
                ", each with a different message".to_owned()
            }
            (count, _) => format!(", {} of them {kind}", number(count)),
        }
    }
}

/// "2 of 5 jobs".
fn of_jobs_words(some: usize, all: usize) -> String {
    format!(
        "{} of {}",
        number(some as u64),
        counted(all as u64, "job", "jobs")
    )
}

#[cfg(test)]
mod tests;
