//! The answer in one sentence.

use std::collections::BTreeMap;

use super::model::{ErrorGroup, JobFacts, Rate, Sections};
use crate::api::status;
use crate::text::quote;
use crate::text::{are, counted, joined, number, percent, range, were};

/// How long an error pattern may be in the sentence.
const PATTERN_CHARS: usize = 90;

/// The answer about the items of `jobs`, of which each is given by its status record where it has
/// one; with a full stop.
pub(super) fn verdict<'a>(
    sections: &'a Sections,
    jobs: impl Iterator<Item = Option<&'a JobFacts>>,
) -> String {
    let jobs: Vec<Option<&JobFacts>> = jobs.collect();
    let subject = Subject {
        sections,
        jobs: &jobs,
    };
    let items = &sections.counts;
    let mut parts = vec![main_clause(&subject)];
    parts.extend(filtered(&subject));
    if items.listed && items.status_filter.is_none() {
        parts.extend(other_statuses(sections));
    }
    if items.unreadable > 0 {
        parts.push(format!(
            "{} could not be read",
            counted(items.unreadable, "row", "rows")
        ));
    }
    if items.listed {
        parts.extend(completeness(&subject));
    }
    format!("{}{}.", opening(&jobs), parts.join("; "))
}

/// What the sentence is about.
struct Subject<'a> {
    sections: &'a Sections,
    jobs: &'a [Option<&'a JobFacts>],
}

/// How the jobs stand; of a single one only where that is not that it was completed.
fn opening(jobs: &[Option<&JobFacts>]) -> String {
    let job = match jobs {
        [Some(job)] => job,
        [None] => return String::new(),
        many => {
            return format!(
                "{}{}: ",
                counted(many.len() as u64, "job", "jobs"),
                states(many)
            );
        }
    };
    let progress = job
        .progress_percentage
        .map(|progress| format!(" ({} done)", percent(progress / 100.0)))
        .unwrap_or_default();
    match job.status.as_deref() {
        Some("completed") | None => String::new(),
        Some("running" | "dispatched") => format!("The job is still running{progress}: "),
        Some("pending") => "The job has not begun: ".to_owned(),
        Some("failed") => match &job.error_message {
            Some(message) => {
                format!("The job failed with “{}”: ", quote(message, PATTERN_CHARS))
            }
            None => "The job failed: ".to_owned(),
        },
        Some("cancelled") => "The job was cancelled: ".to_owned(),
        Some(other) => format!("The job has the status “{}”{progress}: ", quote(other, 40)),
    }
}

/// " (3 completed, 1 failed)": how several jobs ended, most first.
fn states(jobs: &[Option<&JobFacts>]) -> String {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for job in jobs {
        let state = job.map_or("without a status record", |job| {
            job.status.as_deref().unwrap_or("of unknown status")
        });
        *counts.entry(quote(state, 40)).or_default() += 1;
    }
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut words: Vec<String> = counts
        .iter()
        .take(5)
        .map(|(state, count)| format!("{} {state}", number(*count)))
        .collect();
    if counts.len() > 5 {
        words.push("…".to_owned());
    }
    format!(" ({})", words.join(", "))
}

fn main_clause(subject: &Subject<'_>) -> String {
    let sections = subject.sections;
    if !sections.counts.listed {
        return without_list(subject);
    }
    if let Some(filter) = &sections.counts.status_filter {
        let filter = quote(filter, 40);
        if sections.counts.filtered_in_part {
            return format!(
                "some of the lists hold only items with the status “{filter}”, so that the job's own rates \
                 cannot be told from the {} there {}",
                counted(sections.counts.distinct, "item", "items"),
                are(sections.counts.distinct),
            );
        }
        let kind = leading_group(sections, sections.counts.distinct);
        return format!(
            "the list holds only items with the status “{filter}” ({}{kind}), so that the job's own \
             rates cannot be told from it",
            number(sections.counts.distinct),
        );
    }
    let failure = &sections.rates.failure;
    match (failure.numerator, failure.denominator) {
        (0, 0) if sections.counts.distinct == 0 => "the list holds no items".to_owned(),
        (0, 0) if sections.counts.distinct == 1 => {
            "the only item was not processed to an end".to_owned()
        }
        (0, 0) => format!(
            "none of the {} was processed to an end",
            counted(sections.counts.distinct, "item", "items")
        ),
        (0, 1) => format!(
            "the only processed item did not fail ({})",
            interval(failure)
        ),
        (0, processed) => format!(
            "none of {} failed ({})",
            counted(processed, "processed item", "processed items"),
            interval(failure)
        ),
        (failed, processed) => format!(
            "{} of {} failed ({}, {}){}",
            number(failed),
            counted(processed, "processed item", "processed items"),
            percent(failure.value.unwrap_or_default()),
            interval(failure),
            leading_group(sections, failed),
        ),
    }
}

/// That some of several lists are filtered, where the rate does not say so itself.
fn filtered(subject: &Subject<'_>) -> Option<String> {
    let items = &subject.sections.counts;
    let (filtered, jobs) = (items.filtered_jobs, subject.jobs.len() as u64);
    (filtered > 0 && items.status_filter.is_none()).then(|| {
        format!(
            "the {} of {} of {} filtered by a status, so that the jobs' own rates cannot be told",
            if filtered == 1 { "list" } else { "lists" },
            number(filtered),
            counted(
                jobs,
                "job is",
                if filtered == 1 { "jobs is" } else { "jobs are" }
            ),
        )
    })
}

/// What the status records alone tell; nothing where one of them does not tell it.
fn without_list(subject: &Subject<'_>) -> String {
    let jobs = subject.jobs;
    let sum = |count: fn(&JobFacts) -> Option<u64>| -> Option<u64> {
        jobs.iter()
            .try_fold(0_u64, |sum, job| sum.checked_add(job.and_then(count)?))
    };
    let counts: Vec<String> = [
        (sum(|job| job.failed_items), "failed"),
        (sum(|job| job.skipped_items), "skipped"),
    ]
    .into_iter()
    .filter_map(|(count, word)| Some(format!("{} {word}", number(count?))))
    .collect();
    if counts.is_empty() {
        return "no item list was recorded".to_owned();
    }
    let total = sum(|job| job.total_items)
        .map(|total| format!(" of {}", counted(total, "item", "items")))
        .unwrap_or_default();
    let says = if jobs.len() > 1 {
        "the status records say"
    } else {
        "the status says"
    };
    format!(
        "no item list was recorded; {says} {}{total}",
        joined(&counts)
    )
}

/// ", 7 of them with “…”": the most frequent error, of `failed` items.
fn leading_group(sections: &Sections, failed: u64) -> String {
    let Some(ErrorGroup { pattern, count, .. }) = sections.error_groups.first() else {
        return String::new();
    };
    let kind = match pattern {
        Some(pattern) => format!("with “{}”", quote(pattern, PATTERN_CHARS)),
        None => "without a message".to_owned(),
    };
    match (*count, failed) {
        (1, 1) => format!(", {kind}"),
        (count, failed) if count == failed => format!(", all of them {kind}"),
        (1, _) if sections.error_groups.len() > 1 => ", each with another message".to_owned(),
        (count, _) => format!(", {} of them {kind}", number(count)),
    }
}

fn interval(rate: &Rate) -> String {
    let [low, high] = rate.ci95.unwrap_or_default();
    format!("95% CI {}", range(low, high))
}

fn other_statuses(sections: &Sections) -> Vec<String> {
    /// More unknown words than these are only counted.
    const UNKNOWN_WORDS: usize = 5;
    let unknown = |word: &str| !status::KNOWN.contains(&word);
    let there = || {
        sections
            .counts
            .by_status
            .iter()
            .filter(|(_, count)| **count > 0)
    };
    let mut unknown_words: Vec<(&String, &u64)> =
        there().filter(|(word, _)| unknown(word)).collect();
    unknown_words.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let more = unknown_words.split_off(unknown_words.len().min(UNKNOWN_WORDS));
    let known = there().filter(|(word, _)| !unknown(word));
    let others = (!more.is_empty()).then(|| {
        let items = more.iter().map(|(_, count)| **count).sum::<u64>();
        let words = counted(more.len() as u64, "other status", "other statuses");
        format!(
            "{} {} {words}",
            number(items),
            if items == 1 { "has" } else { "have" }
        )
    });
    known
        .chain(unknown_words)
        .filter_map(|(word, count)| {
            let n = number(*count);
            Some(match word.as_str() {
                status::COMPLETED | status::FAILED => return None,
                status::SKIPPED | status::CANCELLED => format!("{n} {} {word}", were(*count)),
                status::PENDING => format!("{n} {} pending", are(*count)),
                status::PROCESSING => format!("{n} {} being processed", are(*count)),
                other => format!(
                    "{n} {} the status “{}”",
                    if *count == 1 { "has" } else { "have" },
                    quote(other, 40)
                ),
            })
        })
        .chain(others)
        .collect()
}

fn completeness(subject: &Subject<'_>) -> Option<String> {
    let items = &subject.sections.counts;
    let lists = if subject.jobs.len() > 1 {
        "the lists are"
    } else {
        "the list is"
    };
    match (items.complete, items.missing, items.stated_total) {
        (_, Some(missing @ 1..), Some(total)) => Some(format!(
            "{lists} missing {} of {}",
            number(missing),
            counted(total, "item", "items")
        )),
        (Some(true), ..) => None,
        (Some(false), ..) => Some(format!("{lists} not whole")),
        (None, ..) => Some(
            if subject.jobs.len() > 1 {
                "whether the lists are whole is unknown"
            } else {
                "whether the list is whole is unknown"
            }
            .to_owned(),
        ),
    }
}
