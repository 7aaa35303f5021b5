//! The verdict: the answer about a job, or about several, in a few short sentences.

use std::collections::BTreeMap;

use crate::api::UtcTime;
use crate::api::status::{self, CANCELLED, COMPLETED, FAILED, PENDING, PROCESSING, SKIPPED};
use crate::report::model::{Api, ErrorGroup, JobFacts, JobReport, Sections};
use crate::text::{are, counted, duration, joined, number, percent, quote, range, were};

/// Longest quote of an error, in characters.
const ERROR_CHARS: usize = 90;
/// Longest quote of a status word.
const STATUS_CHARS: usize = 40;
/// Status words of items that are named; the others are counted.
const NAMED_STATUSES: usize = 5;
/// Status words of jobs that are named: more than there are documented ones.
const NAMED_STATES: usize = 8;

/// The verdict on one job.
pub(super) fn of_job(job: &JobReport) -> String {
    let subject = Subject {
        sections: &job.sections,
        jobs: std::slice::from_ref(job),
    };
    subject.verdict()
}

/// The verdict on all jobs together.
pub(super) fn of_jobs(overall: &Sections, jobs: &[JobReport]) -> String {
    let subject = Subject {
        sections: overall,
        jobs,
    };
    subject.verdict()
}

/// Subject of a verdict.
struct Subject<'a> {
    sections: &'a Sections,
    jobs: &'a [JobReport],
}

impl Subject<'_> {
    fn verdict(&self) -> String {
        let counts = &self.sections.counts;
        let mut sentences: Vec<String> = Vec::new();
        sentences.extend(self.state());
        sentences.extend(self.expected_end());
        sentences.extend(self.older_list());
        sentences.push(self.result());
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

    /// The only job's facts.
    fn only(&self) -> Option<&JobFacts> {
        match self.jobs {
            [only] => only.job.as_ref(),
            _ => None,
        }
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

    /// How the jobs ended; nothing about a single job that completed.
    fn state(&self) -> Option<String> {
        if self.jobs.len() != 1 {
            let jobs = match self.is_v2() {
                true => counted(self.jobs.len() as u64, "batch", "batches"),
                false => counted(self.jobs.len() as u64, "job", "jobs"),
            };
            return Some(format!("{jobs}: {}.", states(self.jobs)));
        }
        let (job, name) = (self.only()?, self.job());
        let progress = job
            .progress_percentage
            .filter(|progress| progress.is_finite());
        let progress = progress.map(|progress| format!(" ({} done)", percent(progress / 100.0)));
        let progress = progress.unwrap_or_default();
        Some(match job.status.as_deref()? {
            "completed" => return None,
            "running" | "dispatched" => format!("The {name} is still running{progress}."),
            "pending" => format!("The {name} has not started."),
            "failed" => match &job.error_message {
                Some(message) => format!("The {name} failed: “{}”.", quote(message, ERROR_CHARS)),
                None => format!("The {name} failed."),
            },
            "cancelled" => format!("The {name} was cancelled."),
            other => format!(
                "The {name}'s status is “{}”{progress}.",
                quote(other, STATUS_CHARS)
            ),
        })
    }

    /// When the only job, which runs, is going to end.
    fn expected_end(&self) -> Option<String> {
        let end = self.sections.expected_end.as_ref()?;
        let [from, to] = [end.from, end.to].map(minute);
        let (date, to_date) = (from.split_once(' ')?.0, to.split_once(' ')?);
        let to = if to_date.0 == date { to_date.1 } else { &to };
        Some(match from.ends_with(to) {
            true => format!("At the recent rate, it ends about {from} UTC."),
            false => {
                format!("At the recent rate, it ends between {from} and {to} UTC (80% likely).")
            }
        })
    }

    /// Open items of jobs that have ended: their lists were recorded too early.
    fn older_list(&self) -> Option<String> {
        let older: Vec<u64> = self.jobs.iter().filter_map(open_of_ended).collect();
        let open = counted(older.iter().sum(), "item is", "items are");
        match (&older[..], self.jobs) {
            ([], _) => None,
            // A completed batch has handed its files out; they may still be processed.
            (_, [only]) if self.is_v2() => Some(format!(
                "The batch is {}, but {} of its {} {} still open.",
                only.job.as_ref()?.status.as_deref()?,
                number(older.iter().sum()),
                self.count(self.sections.counts.distinct),
                are(older.iter().sum())
            )),
            (_, _) if self.is_v2() => None,
            (_, [only]) => {
                let state = only.job.as_ref()?.status.as_deref()?;
                Some(format!(
                    "The job has {}, but {open} still open in its list, which was recorded too early; \
                     fetch the list again.",
                    match state {
                        "cancelled" => "been cancelled",
                        other => other,
                    }
                ))
            }
            (_, many) => Some(format!(
                "The lists of {} were recorded too early: {open} still open in them, but the jobs \
                 have ended; fetch the lists again.",
                of_jobs_words(older.len(), many.len())
            )),
        }
    }

    /// The main sentence: how many failed.
    fn result(&self) -> String {
        let counts = &self.sections.counts;
        if !counts.listed && self.is_v2() {
            return match self.only().and_then(|job| job.status.as_deref()) {
                Some("completed") => {
                    "The batch is completed; its files are unknown because its results are not \
                     recorded."
                }
                _ => "The files are unknown because no results are recorded.",
            }
            .to_owned();
        }
        if !counts.listed {
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
        (count > 0).then(|| format!("{} never got a job.", self.count(count)))
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
        let sum = |count: fn(&JobFacts) -> Option<u64>| -> Option<u64> {
            let mut jobs = self.jobs.iter();
            jobs.try_fold(0_u64, |sum, job| sum.checked_add(count(job.job.as_ref()?)?))
        };
        let counts: Vec<String> = [
            (sum(|job| job.failed_items), "failed"),
            (sum(|job| job.skipped_items), "skipped"),
        ]
        .into_iter()
        .filter_map(|(count, word)| Some(format!("{} {word}", number(count?))))
        .collect();
        if counts.is_empty() {
            return None;
        }
        let total = sum(|job| job.total_items)
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

    /// Items that neither completed nor failed.
    fn others(&self) -> Option<String> {
        let by_status = || {
            let by_status = self.sections.counts.by_status.iter();
            by_status.filter(|(_, count)| **count > 0)
        };
        let is_known = |word: &str| status::KNOWN.contains(&word);
        let all_skipped = self.sections.rates.failure.denominator == 0;
        let mut parts = Vec::new();
        for (word, count) in by_status().filter(|(word, _)| is_known(word)) {
            let n = number(*count);
            parts.push(match word.as_str() {
                COMPLETED | FAILED => continue,
                SKIPPED if all_skipped && *count == self.sections.counts.distinct => continue,
                SKIPPED | CANCELLED => format!("{n} {} {word}", were(*count)),
                PENDING => format!("{n} {} pending", are(*count)),
                PROCESSING => format!("{n} {} being processed{}", are(*count), self.oldest(*count)),
                _ => continue,
            });
        }
        let mut unknown: Vec<(&String, &u64)> =
            by_status().filter(|(word, _)| !is_known(word)).collect();
        unknown.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let more = unknown.split_off(unknown.len().min(NAMED_STATUSES));
        let have = |count: u64| if count == 1 { "has" } else { "have" };
        for (word, count) in unknown {
            let n = number(*count);
            parts.push(match word.as_str() {
                "not_started" => format!("{n} {} not started", have(*count)),
                "throttled" => format!("{n} {} throttled", are(*count)),
                other => format!(
                    "{n} {} status “{}”",
                    have(*count),
                    quote(other, STATUS_CHARS)
                ),
            });
        }
        if !more.is_empty() {
            let items = more.iter().map(|(_, count)| **count).sum::<u64>();
            let words = counted(more.len() as u64, "other status", "other statuses");
            parts.push(format!("{} {} {words}", number(items), have(items)));
        }
        (!parts.is_empty()).then(|| format!("{}.", joined(&parts)))
    }

    /// " (the oldest for 2 d 3 h)": the age of the oldest open item.
    fn oldest(&self, count: u64) -> String {
        let oldest = self.sections.open.first().and_then(|item| item.age_seconds);
        match oldest.filter(|age| *age > 0.0) {
            Some(age) if count == 1 => format!(" for {}", duration(age)),
            Some(age) => format!(" (the oldest for {})", duration(age)),
            None => String::new(),
        }
    }

    fn completeness(&self) -> Option<String> {
        let counts = &self.sections.counts;
        // A list that was filtered is incomplete by intention.
        if !counts.listed || counts.status_filter.is_some() {
            return None;
        }
        let (is, misses, it) = match self.jobs.len() {
            1 => ("The list is", "The list is missing", "The list"),
            _ => ("The lists are", "The lists are missing", "The lists"),
        };
        match (counts.complete, counts.missing, counts.stated_total) {
            (_, Some(missing @ 1..), Some(total)) if self.is_v2() => Some(format!(
                "The dump is missing the jobs of {} of {}.",
                number(missing),
                self.count(total)
            )),
            (_, Some(missing @ 1..), Some(total)) => Some(format!(
                "{misses} {} of {}.",
                number(missing),
                counted(total, "item", "items")
            )),
            (Some(true), ..) => None,
            _ if self.is_v2() => Some("Some files may be missing from the dump.".to_owned()),
            (Some(false), ..) => Some(format!("{is} incomplete.")),
            (None, ..) => Some(format!("{it} may be incomplete (no total given).")),
        }
    }
}

/// "2026-05-14 08:30".
fn minute(time: UtcTime) -> String {
    let text = time.to_string().replace('T', " ");
    text.get(..16).unwrap_or(&text).to_owned()
}

/// "2 of 5 jobs".
fn of_jobs_words(some: usize, all: usize) -> String {
    format!(
        "{} of {}",
        number(some as u64),
        counted(all as u64, "job", "jobs")
    )
}

/// Number of items of an ended job that its list says are open; absent if there are none.
fn open_of_ended(job: &JobReport) -> Option<u64> {
    let facts = job.job.as_ref()?;
    let has_ended = matches!(
        facts.status.as_deref()?,
        "completed" | "failed" | "cancelled"
    );
    let counts = &job.sections.counts;
    let open = [PENDING, PROCESSING]
        .iter()
        .filter_map(|word| counts.by_status.get(*word))
        .sum::<u64>();
    (has_ended && open > 0).then_some(open)
}

/// "3 completed, 1 failed": how several jobs ended, most first.
fn states(jobs: &[JobReport]) -> String {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for job in jobs {
        let state = job.job.as_ref().map_or("without a status document", |job| {
            job.status.as_deref().unwrap_or("with an unknown status")
        });
        *counts.entry(quote(state, STATUS_CHARS)).or_default() += 1;
    }
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let more: u64 = counts
        .iter()
        .skip(NAMED_STATES)
        .map(|(_, count)| count)
        .sum();
    let mut words: Vec<String> = counts
        .iter()
        .take(NAMED_STATES)
        .map(|(state, count)| format!("{} {state}", number(*count)))
        .collect();
    if more == 1 {
        words.push("1 with another status".to_owned());
    } else if more > 1 {
        words.push(format!("{} with other statuses", number(more)));
    }
    words.join(", ")
}

#[cfg(test)]
mod tests;
