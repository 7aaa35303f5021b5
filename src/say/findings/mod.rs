//! Findings: what is remarkable about the figures, with the numbers it rests on.
//!
//! Each finding is a file with its thresholds at the top. A figure has to bear it out, and there have
//! to be enough items; often there is none.

mod attempts;
mod failure_cost;
mod failure_trend;
mod failures_cluster;
mod few_slow_items;
mod gap;
mod hidden_failures;
mod high_failure_rate;
mod incomplete;
mod jobs_not_completed;
mod late_start;
mod long_tail;
mod many_errors;
mod many_skipped;
mod nothing_completed_since;
mod odd_items;
mod one_error;
mod slowdown;
mod stuck;
mod time_limit;
mod where_it_fails;
mod where_it_is_slow;
mod workers_lost;

use super::code::Code;
use crate::api::status::{FAILED, PENDING, PROCESSING, is_open_job};
use crate::metrics::Shape;
use crate::metrics::insight::breakdown::Value;
use crate::metrics::insight::dimensions::Kind;
use crate::report::Outline;
use crate::report::model::{Api, ErrorGroup, Finding, ItemFilter, JobFacts, JobReport, Sections};
use crate::text::quote;

/// Longest quote of an error pattern, in characters.
const PATTERN_CHARS: usize = 90;
/// Longest quote of a job's label, and of a part of a name.
pub(crate) const LABEL_CHARS: usize = 60;
/// Longest text that a filter searches for.
const SEARCHED_CHARS: usize = 200;

/// Data that findings are made from.
#[derive(Clone, Copy)]
struct Figures<'a> {
    sections: &'a Sections,
    /// The record of the job, if there is one job.
    job: Option<&'a JobFacts>,
    /// The jobs, if there are several.
    jobs: &'a [Outline<'a>],
    /// Absent if no item has ended.
    shape: Option<&'a Shape>,
    /// All jobs are batches of v2, which have files instead of items.
    is_v2: bool,
}

/// A finding with its rank: the lowest comes first.
struct Found {
    rank: u8,
    code: Code,
    message: String,
    evidence: Vec<(&'static str, f64)>,
    /// The items that it is about, if the table can show them.
    filter: Option<ItemFilter>,
}

/// Makes a finding.
type Find = fn(Figures<'_>) -> Vec<Found>;

/// Findings about one job.
const OF_JOB: [Find; 21] = [
    incomplete::find,
    hidden_failures::find,
    stuck::find,
    one_error::find,
    many_errors::find,
    where_it_fails::find,
    time_limit::find,
    attempts::find,
    many_skipped::find,
    failures_cluster::find,
    failure_trend::find,
    nothing_completed_since::find,
    workers_lost::find,
    gap::find,
    slowdown::find,
    where_it_is_slow::find,
    late_start::find,
    long_tail::find,
    failure_cost::find,
    few_slow_items::find,
    odd_items::find,
];

/// Findings about several jobs. Their times may lie anywhere, so there is none about when something
/// happened.
const OF_JOBS: [Find; 11] = [
    incomplete::find,
    jobs_not_completed::find,
    one_error::find,
    many_errors::find,
    where_it_fails::find,
    where_it_is_slow::find,
    time_limit::find,
    attempts::find,
    high_failure_rate::find,
    failure_cost::find,
    many_skipped::find,
];

/// Findings about a job.
pub(super) fn of_job(job: &JobReport, shape: Option<&Shape>) -> Vec<Finding> {
    let figures = Figures {
        sections: &job.sections,
        job: job.job.as_ref(),
        jobs: &[],
        shape,
        is_v2: job.api == Api::V2,
    };
    ranked(&OF_JOB, figures)
}

/// Findings about several jobs together.
pub(super) fn of_jobs(
    overall: &Sections,
    jobs: &[Outline<'_>],
    shape: Option<&Shape>,
) -> Vec<Finding> {
    let figures = Figures {
        sections: overall,
        job: None,
        jobs,
        shape,
        is_v2: !jobs.is_empty() && jobs.iter().all(|job| job.api == Api::V2),
    };
    ranked(&OF_JOBS, figures)
}

fn ranked(finds: &[Find], figures: Figures<'_>) -> Vec<Finding> {
    let mut found: Vec<Found> = finds.iter().flat_map(|find| find(figures)).collect();
    found.sort_by_key(|found| found.rank);
    let finding = |found: Found| Finding {
        code: found.code.name().to_owned(),
        severity: found.code.severity(),
        message: found.message,
        evidence: found
            .evidence
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        filter: found.filter.map(Box::new),
    };
    found.into_iter().map(finding).collect()
}

impl Figures<'_> {
    /// Items with a status.
    fn count(&self, word: &str) -> u64 {
        let by_status = &self.sections.counts.by_status;
        by_status.get(word).copied().unwrap_or_default()
    }

    /// "items", or "files" of v2 batches.
    fn items(&self) -> &'static str {
        if self.is_v2 { "files" } else { "items" }
    }

    /// "item", or "file" of a v2 batch.
    fn item(&self) -> &'static str {
        if self.is_v2 { "file" } else { "item" }
    }

    /// "jobs", or "batches".
    fn jobs(&self) -> &'static str {
        if self.is_v2 { "batches" } else { "jobs" }
    }

    /// "job", or "batch".
    fn job_word(&self) -> &'static str {
        if self.is_v2 { "batch" } else { "job" }
    }

    /// Failed items.
    fn failed(&self) -> u64 {
        self.count(FAILED)
    }

    /// Returns true if the list is not filtered by status: of what is missing, no kind is missing more.
    fn is_fair(&self) -> bool {
        let counts = &self.sections.counts;
        counts.status_filter.is_none() && counts.filtered_jobs == 0
    }

    /// Returns true if no item is known to be missing.
    fn is_whole(&self) -> bool {
        self.is_fair() && self.sections.counts.complete != Some(false)
    }

    /// Returns true if no more items will end.
    fn is_over(&self) -> bool {
        let is_running = self
            .job
            .is_some_and(|job| is_open_job(job.status.as_deref()));
        !is_running && self.count(PENDING) == 0 && self.count(PROCESSING) == 0
    }
}

/// "“Timeout”", "no error message".
fn kind_of(group: &ErrorGroup) -> String {
    match &group.pattern {
        Some(pattern) => format!("“{}”", quote(pattern, PATTERN_CHARS)),
        None => "no error message".to_owned(),
    }
}

/// ".docx items", "items in the folder “contracts”", "items named “scan…”", "items with customer “ACME”".
fn items_with(value: &Value, figures: Figures<'_>) -> String {
    let (items, word) = (figures.items(), quote(&value.word, LABEL_CHARS));
    let dimension = value.dimension.as_deref().unwrap_or_default();
    match value.kind {
        Kind::Extension => format!(".{word} {items}"),
        Kind::Folder => format!("{items} in the folder “{word}”"),
        Kind::Stem => format!("{items} named “{word}…”"),
        Kind::Named(_) => format!("{items} with {} “{word}”", quote(dimension, LABEL_CHARS)),
    }
}

/// Text to search items with a value for.
fn search_for(value: &Value) -> String {
    let word = quote(&value.word, SEARCHED_CHARS);
    match value.kind {
        Kind::Extension => format!(".{word}"),
        Kind::Folder | Kind::Stem | Kind::Named(_) => word,
    }
}

/// The text with a capital letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).collect()
}

/// "12 of 12 failures" is "All 12 failures".
fn of_all(some: u64, all: u64, what: &str) -> String {
    use crate::text::{number, percent};
    match some == all {
        true => format!("All {} {what}", number(all)),
        false => format!(
            "{} of {} {what} ({})",
            number(some),
            number(all),
            percent(some as f64 / all as f64)
        ),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::UtcTime;
    use crate::metrics::{Ends, Timeline};

    pub(in crate::say) const SECOND: i64 = 1_000_000;
    /// 2026-05-14T09:00:00Z.
    pub(in crate::say) const NINE: i64 = 1_778_749_200 * SECOND;

    /// A job of 100 completed and `failed` failed items, with these error groups.
    pub(in crate::say) fn sections(failed: u64, groups: &Value) -> Sections {
        let rate = json!({ "numerator": failed, "denominator": 100 + failed });
        let none = json!({ "count": 0, "missing_times": 0, "negative": 0 });
        let mut groups = groups.clone();
        for (at, group) in groups.as_array_mut().into_iter().flatten().enumerate() {
            group["id"] = json!(at.to_string());
            group["per_interval"] = json!([]);
            group["undated"] = json!(0);
            group["examples"] = json!([]);
        }
        serde_json::from_value(json!({
            "counts": {
                "listed": true, "recorded": 0, "distinct": 100 + failed, "duplicates": 0,
                "conflicting_duplicates": 0, "unreadable": 0,
                "by_status": { "completed": 100, "failed": failed },
            },
            "rates": { "failure": rate, "failed_of_all": rate, "skipped_of_all": rate },
            "durations": { "completed": none, "failed": none },
            "throughput": { "ended_items": 0, "timed_items": 0, "untimed_items": 0, "excluded_times": 0 },
            "skip_reasons": [], "error_groups": groups, "slowest": [], "open": [],
            "left_out": { "error_groups": 0, "skip_reasons": 0 },
        }))
        .expect("sections")
    }

    /// Completed items that end once a second from 09:00:00 on for 1,000 seconds.
    pub(in crate::say) fn shape(failed: Vec<i64>) -> Shape {
        let at = |micros| UtcTime::from_micros(micros).expect("a time");
        Shape {
            ends: Ends {
                completed: 1_000,
                last_completed: Some(NINE + 999 * SECOND),
                count: 1_000 + failed.len() as u64,
                span: Some((NINE, NINE + 1_000 * SECOND)),
                failed,
            },
            timeline: Some(Timeline {
                from: at(NINE),
                to: at(NINE + 1_000 * SECOND),
                interval_seconds: 15.0,
                intervals: Vec::new(),
                gaps: Vec::new(),
                still_worked_on: 0,
                dated_by_record: 0,
                undated: 0,
            }),
            slowest_twentieth: None,
            histogram: None,
            groups: Vec::new(),
            attempts: crate::metrics::Attempts::default(),
            insight: crate::metrics::Insight::default(),
        }
    }

    /// The messages of a finding.
    pub(super) fn messages(find: super::Find, sections: &Sections, shape: &Shape) -> Vec<String> {
        let figures = Figures {
            sections,
            job: None,
            jobs: &[],
            shape: Some(shape),
            is_v2: false,
        };
        find(figures)
            .into_iter()
            .map(|found| found.message)
            .collect()
    }

    /// The messages of a finding about a job with this record.
    pub(super) fn messages_of_job(
        find: super::Find,
        sections: &Sections,
        job: &JobFacts,
    ) -> Vec<String> {
        let figures = Figures {
            sections,
            job: Some(job),
            jobs: &[],
            shape: None,
            is_v2: false,
        };
        find(figures)
            .into_iter()
            .map(|found| found.message)
            .collect()
    }

    #[test]
    fn an_ordinary_job_has_no_finding() {
        let spread = shape((0..9).map(|n| NINE + n * 100 * SECOND).collect());
        for find in OF_JOB {
            assert_eq!(messages(find, &sections(9, &json!([])), &spread), [""; 0]);
        }
    }

    #[test]
    fn the_lowest_rank_comes_first() {
        let mut sections = sections(12, &json!([{ "pattern": "x", "count": 12, "share": 1.0 }]));
        sections.counts.stated_total = Some(250);
        sections.counts.missing = Some(138);
        let figures = Figures {
            sections: &sections,
            job: None,
            jobs: &[],
            shape: Some(&shape(Vec::new())),
            is_v2: false,
        };
        let codes = ranked(&OF_JOB, figures)
            .into_iter()
            .map(|finding| finding.code);
        assert_eq!(codes.collect::<Vec<_>>(), ["incomplete", "one-error"]);
    }
}
