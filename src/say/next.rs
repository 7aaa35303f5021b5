//! What to do next: fetch what is missing, deal with the failures, look again.

use std::path::PathBuf;

use crate::api::id::is_safe_id;
use crate::api::status::{CANCELLED, FAILED, is_open_job, is_terminal};
use crate::load::STDIN;
use crate::metrics::Class;
use crate::report::Report;
use crate::report::model::{Api, Finding, JobReport, NextStep, Sections};
use crate::say::code::Code;
use crate::text::{counted, joined, mask, number, one_line, shell_word};

/// Maximum number of paths in a command.
const MOST_PATHS: usize = 3;
/// Maximum length of a command, in bytes.
const MOST_BYTES: usize = 300;
/// The same of one within a sentence, which every format shows whole.
const MOST_BYTES_WITHIN: usize = 200;

/// Inputs of a run, and the options that say how they are read, as they were typed. Without paths, no
/// step has a command, and options are only named.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Typed<'a> {
    /// Files, folders, `-`.
    pub(crate) paths: &'a [PathBuf],
    /// Options that `retry` takes as well.
    pub(crate) options: &'a [String],
}

/// Returns the next steps; none if nothing failed, is missing, open or cancelled.
pub(crate) fn steps(report: &Report, typed: Typed<'_>) -> Vec<NextStep> {
    let whole = match &report.jobs[..] {
        [only] => &only.sections,
        _ => &report.overall,
    };
    let is_v2 = !report.jobs.is_empty() && report.jobs.iter().all(|job| job.api == Api::V2);
    let items = if is_v2 { "files" } else { "items" };
    // An item that completed in an older job is not listed.
    let reruns = whole.reruns.as_deref();
    let is_bound = reruns.is_some_and(|reruns| reruns.completed_before > 0);
    let mut steps: Vec<NextStep> = Vec::new();
    steps.extend(fetch(report, whole, is_v2, typed));
    let failures = Failures::of(whole);
    let is_listed = reruns.is_none_or(|reruns| {
        reruns.completed_before == 0 || reruns.completed_before < reruns.still_failing
    });
    if let Some(words) = failures.words(is_bound).filter(|_| is_listed) {
        steps.push(sentence(words));
        steps.push(failures.list(items, typed));
    }
    let cancelled = whole.counts.by_status.get(CANCELLED).copied();
    if let Some(cancelled) = cancelled.filter(|cancelled| *cancelled > 0) {
        let (one, many) = match is_v2 {
            true => ("cancelled file", "cancelled files"),
            false => ("cancelled item", "cancelled items"),
        };
        let what = format!("the {}", counted(cancelled, one, many));
        let kinds = ["--retry", "cancelled"].map(str::to_owned);
        steps.push(list(&what, &kinds, typed));
    }
    steps.extend(look_again(report, whole, is_v2));
    steps
}

fn sentence(message: String) -> NextStep {
    NextStep {
        message,
        command: None,
    }
}

fn fetch(report: &Report, whole: &Sections, is_v2: bool, typed: Typed<'_>) -> Option<NextStep> {
    let missing = whole.counts.missing.filter(|missing| *missing > 0)?;
    if !whole.counts.listed {
        return None;
    }
    let (one, many) = match is_v2 {
        true => ("missing file", "missing files"),
        false => ("missing item", "missing items"),
    };
    let message = match whole.counts.status_filter {
        // The others are not lost: nobody asked for them.
        Some(_) => "Fetch the whole list, without the status filter".to_owned(),
        None => format!("Fetch the {}", counted(missing, one, many)),
    };
    let id = match &report.jobs[..] {
        [only] => only.batch_job_id.as_deref(),
        _ => None,
    };
    let id = id.filter(|id| !typed.paths.is_empty() && is_safe_id(id));
    let command = id.and_then(|id| {
        let words = ["batch-report", "fetch", id, "-o", "dumps/"];
        command(&words.map(str::to_owned))
    });
    Some(match command {
        Some(command) => NextStep {
            message,
            command: Some(command),
        },
        None => sentence(format!("{message}.")),
    })
}

fn look_again(report: &Report, whole: &Sections, is_v2: bool) -> Option<NextStep> {
    let open = whole.counts.by_status.iter();
    let open: u64 = open
        .filter(|(word, _)| !is_terminal(word))
        .map(|(_, count)| count)
        .sum();
    let is_stuck = |finding: &Finding| finding.code == Code::Stuck.name();
    if open > 0 && whole.findings.iter().any(is_stuck) {
        let (items, job) = match is_v2 {
            true => (counted(open, "open file", "open files"), "batch"),
            false => (counted(open, "open item", "open items"), "job"),
        };
        return Some(sentence(format!(
            "Ask support about the {items}, or cancel the {job}."
        )));
    }
    let is_open = |job: &JobReport| {
        let status = job.job.as_ref().and_then(|job| job.status.as_deref());
        is_open_job(status)
    };
    if !whole.counts.listed && !report.jobs.is_empty() && report.jobs.iter().all(is_open) {
        let (job, jobs) = if is_v2 {
            ("batch", "batches")
        } else {
            ("job", "jobs")
        };
        return Some(sentence(match report.jobs.len() {
            1 => format!("Save the {job} again, with its items, when it has ended."),
            _ => format!("Save the {jobs} again, with their items, when they have ended."),
        }));
    }
    let (what, items) = match (is_v2, open) {
        (_, 0) => return None,
        (false, 1) => ("list", "the open item has"),
        (false, _) => ("list", "the open items have"),
        (true, 1) => ("batch and its jobs", "the open file has"),
        (true, _) => ("batch and its jobs", "the open files have"),
    };
    Some(sentence(format!(
        "Save the {what} again when {items} ended."
    )))
}

/// Numbers of failures by the class of their errors.
struct Failures {
    transient: u64,
    input: u64,
    permanent: u64,
    unknown: u64,
}

impl Failures {
    fn of(whole: &Sections) -> Self {
        if let Some(reruns) = whole
            .reruns
            .as_deref()
            .filter(|reruns| reruns.tried_again > 0)
        {
            let [transient, input, permanent, unknown] =
                Class::ALL.map(|class| reruns.classes.get(&class).copied().unwrap_or_default());
            return Self {
                transient,
                input,
                permanent,
                unknown,
            };
        }
        let [transient, input, permanent, unknown] = Class::ALL.map(|class| {
            let groups = whole.error_groups.iter();
            let groups = groups.filter(|group| group.class == class);
            groups.map(|group| group.count).sum::<u64>()
        });
        let failed = whole.counts.by_status.get(FAILED);
        let failed = failed.copied().unwrap_or_default();
        // Of groups beyond those that are listed no class is known.
        let rest = failed.saturating_sub(transient + input + permanent + unknown);
        Self {
            transient,
            input,
            permanent,
            unknown: unknown + rest,
        }
    }

    /// "Retry 7 (transient errors) · fix 1 file (input errors)".
    fn words(&self, is_bound: bool) -> Option<String> {
        let retry = if is_bound { "Retry up to" } else { "Retry" };
        let steps = [
            (
                self.transient,
                format!("{retry} {} (transient errors)", number(self.transient)),
            ),
            (
                self.input,
                format!(
                    "fix {} (input errors)",
                    counted(self.input, "file", "files")
                ),
            ),
            (
                self.permanent,
                format!(
                    "fix access, credits or settings for {}",
                    number(self.permanent)
                ),
            ),
            (
                self.unknown,
                format!("ask support about {}", number(self.unknown)),
            ),
        ];
        let steps = steps
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(_, step)| step);
        let steps = steps.collect::<Vec<_>>().join(" · ");
        let mut letters = steps.chars();
        let first = letters.next()?;
        Some(first.to_uppercase().chain(letters).collect())
    }

    /// Says how to list them.
    fn list(&self, items: &str, typed: Typed<'_>) -> NextStep {
        let others: Vec<&str> = [
            (self.input, Class::Input),
            (self.permanent, Class::Permanent),
            (self.unknown, Class::Unknown),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(_, class)| class.word())
        .collect();
        // By default `retry` lists transient and unknown errors.
        let what = match &others[..] {
            _ if self.transient > 0 => format!("the {items} to retry"),
            ["input"] => "these files".to_owned(),
            _ => format!("these {items}"),
        };
        let kinds = match (self.transient, self.unknown, &others[..]) {
            (0, _, ["unknown"]) => None,
            (0, ..) => Some(others.join(",")),
            (_, 0, _) => None,
            // Support looks at the unknown ones first.
            _ => Some(Class::Transient.word().to_owned()),
        };
        let kinds = kinds.map(|kinds| vec!["--retry".to_owned(), kinds]);
        let kinds = kinds.unwrap_or_default();
        list(&what, &kinds, typed)
    }
}

/// Says how to list items of these kinds.
fn list(what: &str, kinds: &[String], typed: Typed<'_>) -> NextStep {
    let is_stdin = |path: &&PathBuf| path.as_os_str() == STDIN;
    let is_piped = typed.paths.iter().any(|path| is_stdin(&path));
    let command = retry(typed, kinds);
    if let Some(command) = command.clone().filter(|_| !is_piped) {
        return NextStep {
            message: format!("List {what}"),
            command: Some(command),
        };
    }
    if let Some(command) = command.filter(|line| line.len() <= MOST_BYTES_WITHIN) {
        return sentence(format!(
            "To list {what}, pipe the same data into `{command}`."
        ));
    }
    let mut words = vec!["batch-report".to_owned(), "retry".to_owned()];
    words.extend(is_piped.then(|| STDIN.to_owned()));
    words.extend(kinds.iter().cloned());
    // Options that cannot be shown as they were typed are named.
    let whole = [&words[..], typed.options].concat();
    let whole = command_within(&whole).filter(|_| !typed.paths.is_empty());
    let mut same: Vec<String> = Vec::new();
    let files = typed.paths.iter().filter(|path| !is_stdin(path)).count();
    let paths = match files {
        1 => "path".to_owned(),
        many => format!("{} paths", number(many as u64)),
    };
    if is_piped && files > 0 {
        same.push(paths.clone());
    }
    if whole.is_none() {
        same.extend(names(typed.options));
    }
    let same = match &same[..] {
        [] => String::new(),
        same => format!(", with the same {}", joined(same)),
    };
    let line = whole.unwrap_or_else(|| words.join(" "));
    sentence(match (is_piped, files) {
        (true, _) => format!("To list {what}, pipe the same data into `{line}`{same}."),
        (false, 0) => format!("To list {what}, run `{line}` on the dump{same}."),
        (false, _) => format!("To list {what}, run `{line}` on the same {paths}{same}."),
    })
}

/// Names of these options, each once.
fn names(options: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for word in options.iter().filter(|word| word.starts_with("--")) {
        let name = word.split('=').next().unwrap_or(word);
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Command that lists failures; absent if it would be too long, or cannot be shown as it is typed.
fn retry(typed: Typed<'_>, kinds: &[String]) -> Option<String> {
    if typed.paths.is_empty() || typed.paths.len() > MOST_PATHS {
        return None;
    }
    let mut words = vec!["batch-report".to_owned(), "retry".to_owned()];
    // Their order tells nothing, and the same files give the same report.
    let mut paths: Vec<&PathBuf> = typed.paths.iter().collect();
    paths.sort();
    for path in paths {
        let path = path.to_str()?;
        words.push(match path.starts_with('-') && path != STDIN {
            true => format!("./{path}"),
            false => path.to_owned(),
        });
    }
    words.extend(kinds.iter().chain(typed.options).cloned());
    command(&words)
}

/// A command line of these words; absent if it is too long, or holds what cannot be shown as it is.
fn command(words: &[String]) -> Option<String> {
    let words: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
    let line = words.join(" ");
    // A path that is no text has a replacement character.
    let is_text = !line.contains(char::REPLACEMENT_CHARACTER);
    let is_shown_as_it_is = is_text && mask(&line) == line && one_line(&line) == line;
    (line.len() <= MOST_BYTES && is_shown_as_it_is).then_some(line)
}

/// The same of one that is short enough for a sentence.
fn command_within(words: &[String]) -> Option<String> {
    command(words).filter(|line| line.len() <= MOST_BYTES_WITHIN)
}

#[cfg(test)]
mod tests;
