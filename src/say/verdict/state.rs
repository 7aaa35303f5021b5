//! How jobs ended, or when they are going to end.

use std::collections::BTreeMap;

use super::{STATUS_CHARS, Subject, of_jobs_words};
use crate::api::UtcTime;
use crate::report::Outline;
use crate::report::model::ExpectedEnd;
use crate::text::{are, counted, joined, number, percent, quote};

/// Longest quote of an error of a job, in characters.
const ERROR_CHARS: usize = super::ERROR_CHARS;
/// Longest quote of a job's label.
const LABEL_CHARS: usize = 40;
/// Running jobs whose expected end is named.
const NAMED_ENDS: usize = 2;
/// Status words of jobs that are named: more than there are documented ones.
const NAMED_STATES: usize = 8;

impl Subject<'_> {
    /// How the jobs ended; nothing about a single job that completed.
    pub(super) fn state(&self) -> Option<String> {
        if self.jobs.len() != 1 {
            let jobs = match self.is_v2() {
                true => counted(self.jobs.len() as u64, "batch", "batches"),
                false => counted(self.jobs.len() as u64, "job", "jobs"),
            };
            return Some(format!("{jobs}{}.", states(self.jobs)));
        }
        let (job, name) = (self.only?, self.job());
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

    /// When the jobs that run are going to end, the last ones first.
    pub(super) fn expected_end(&self) -> Option<String> {
        if let [only] = self.jobs {
            let end = only.expected_end.as_deref()?;
            return Some(format!("At the recent rate, it ends {}.", when(end)));
        }
        let jobs = self.jobs.iter();
        let mut ends: Vec<(&Outline<'_>, &ExpectedEnd)> = jobs
            .filter_map(|job| Some((job, job.expected_end.as_deref()?)))
            .collect();
        ends.sort_by(|(a, a_end), (b, b_end)| {
            let latest = (b_end.to, b_end.from).cmp(&(a_end.to, a_end.from));
            latest.then_with(|| a.label.cmp(&b.label))
        });
        let named = ends.iter().take(NAMED_ENDS).map(|(job, end)| {
            let label = quote(&job.label, LABEL_CHARS);
            format!("{label} ends {}", when(end))
        });
        let named: Vec<String> = named.collect();
        let more = match ends.len().saturating_sub(NAMED_ENDS) as u64 {
            0 => String::new(),
            more => format!(
                "; {}",
                counted(
                    more,
                    "more is expected earlier",
                    "more are expected earlier"
                )
            ),
        };
        (!named.is_empty()).then(|| format!("At the recent rate, {}{more}.", joined(&named)))
    }

    /// Open items of jobs that have ended: their lists were recorded too early.
    pub(super) fn older_list(&self) -> Option<String> {
        let older: Vec<u64> = self.jobs.iter().filter_map(open_of_ended).collect();
        let open = counted(older.iter().sum(), "item is", "items are");
        match (&older[..], self.jobs) {
            ([], _) => None,
            // A completed batch has handed its files out; they may still be processed.
            (_, [only]) if self.is_v2() => Some(format!(
                "The batch is {}, but {} of its {} {} still open.",
                only.status()?,
                number(older.iter().sum()),
                self.count(self.sections.counts.distinct),
                are(older.iter().sum())
            )),
            (_, _) if self.is_v2() => None,
            (_, [only]) => {
                let state = only.status()?;
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
}

/// "between 2026-05-14 08:30 and 08:50 UTC (80% likely)".
fn when(end: &ExpectedEnd) -> String {
    let [from, to] = [end.from, end.to].map(minute);
    let day = |time: &str| time.get(..10).map(str::to_owned);
    let short = match day(&from) == day(&to) {
        true => to.get(11..).unwrap_or(&to),
        false => &to,
    };
    match from == to {
        true => format!("about {from} UTC"),
        false => format!("between {from} and {short} UTC (80% likely)"),
    }
}

/// "2026-05-14 08:30".
fn minute(time: UtcTime) -> String {
    let text = time.to_string().replace('T', " ");
    text.get(..16).unwrap_or(&text).to_owned()
}

/// Number of items of an ended job that its list says are open; absent if there are none.
fn open_of_ended(job: &Outline<'_>) -> Option<u64> {
    let has_ended = matches!(job.status()?, "completed" | "failed" | "cancelled");
    (has_ended && job.open > 0).then_some(job.open)
}

/// ": 3 completed, 1 failed", ", both completed": how several jobs ended, most first.
fn states(jobs: &[Outline<'_>]) -> String {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for job in jobs {
        let state = job.record.map_or("without a status document", |record| {
            record.status().unwrap_or("with an unknown status")
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
    match (&counts[..], jobs.len()) {
        ([(state, _)], 2) => format!(", both {state}"),
        ([(state, _)], _) => format!(", all {state}"),
        _ => format!(": {}", words.join(", ")),
    }
}
