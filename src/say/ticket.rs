//! The report as a ticket or a chat shows it: short lines, the most important first, in no markup yet.

mod next;
mod words;

use serde::Serialize;

use self::words::Words;
use crate::api::status::{CANCELLED, FAILED, is_open_job, is_terminal};
use crate::metrics::Class;
use crate::report::Report;
use crate::report::model::{ErrorGroup, JobReport, Sections, Severity};
use crate::text::{amount, counted, duration, joined, number, percent};

/// Error groups that are listed.
const GROUPS: usize = 20;
/// Jobs that are listed.
const JOBS: usize = 50;
/// Failed items that are listed.
const FAILED_ITEMS: usize = 50;
/// Entries of any other list.
const OTHERS: usize = 10;
/// Status words that are named.
const STATUSES: usize = 8;

/// State of the jobs, as a mark at the begin of a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mark {
    /// Items, or a job, failed.
    Failed,
    /// Nothing failed, but items or a job have not ended.
    Open,
    /// Nothing failed, but data is missing, or items or a job were cancelled.
    Incomplete,
    /// All is well.
    Fine,
}

impl Mark {
    /// Symbol of the state.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Failed => "❌",
            Self::Open => "⏳",
            Self::Incomplete => "⚠️",
            Self::Fine => "✅",
        }
    }

    fn of(report: &Report) -> Self {
        let whole = whole(report);
        let states = || {
            report
                .jobs
                .iter()
                .filter_map(|job| job.job.as_ref()?.status.as_deref())
        };
        let open = |(word, count): (&String, &u64)| *count > 0 && !is_terminal(word);
        // What a rerun cured is counted as failed where it failed.
        let is_cured = |sections: &Sections| {
            let reruns = sections.reruns.as_deref();
            reruns.is_some_and(|reruns| reruns.still_failing + reruns.unsettled == 0)
        };
        let stated = |job: &JobReport| {
            let failed = job.job.as_ref().and_then(|job| job.failed_items);
            failed.is_some_and(|failed| failed > 0) && !is_cured(&job.sections)
        };
        let failed = whole
            .counts
            .by_status
            .get(FAILED)
            .is_some_and(|count| *count > 0)
            && !is_cured(whole);
        let gate = report.gates.iter().any(|gate| gate.fails);
        if failed || gate || states().any(|state| state == FAILED) || report.jobs.iter().any(stated)
        {
            return Self::Failed;
        }
        if whole.counts.by_status.iter().any(open) || states().any(|state| is_open_job(Some(state)))
        {
            return Self::Open;
        }
        let cancelled = whole.counts.by_status.get(CANCELLED);
        let is_cancelled =
            cancelled.is_some_and(|count| *count > 0) || states().any(|state| state == CANCELLED);
        match report.is_whole() && whole.counts.complete != Some(false) && !is_cancelled {
            true => Self::Fine,
            false => Self::Incomplete,
        }
    }
}

/// Subject of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Numbers of items, and the failure rate.
    Counts,
    /// Error groups, most failures first.
    Errors,
    /// Next steps.
    Next,
    /// Rules of `--fail-on`, failed ones first.
    Gates,
    /// Comparison with a baseline.
    Comparison,
    /// Findings.
    Findings,
    /// Jobs, worst first.
    Jobs,
    /// Skip reasons.
    Skipped,
    /// Durations and speed.
    Figures,
    /// Notes on the data.
    Notes,
    /// Failed items.
    Failed,
    /// Slowest items.
    Slowest,
}

/// Kinds in the order in which they are left out of a text that is too long: the last line of the first
/// kind goes first. The first error group and the kinds that are not listed always stay.
pub(crate) const LEFT_OUT_FIRST: [Kind; 10] = [
    Kind::Slowest,
    Kind::Failed,
    Kind::Figures,
    Kind::Skipped,
    Kind::Notes,
    Kind::Jobs,
    Kind::Findings,
    Kind::Comparison,
    Kind::Gates,
    Kind::Errors,
];

impl Kind {
    /// Heading of the part; absent if it needs none.
    pub(crate) fn heading(self) -> Option<&'static str> {
        Some(match self {
            Self::Counts => return None,
            Self::Errors => "Errors",
            Self::Next => "What to do next",
            Self::Gates => "Gates",
            Self::Comparison => "Compared with the baseline",
            Self::Findings => "Findings",
            Self::Jobs => "Jobs, worst first",
            Self::Skipped => "Skipped",
            Self::Figures => "Durations",
            Self::Notes => "Notes on the data",
            Self::Failed => "Failed items",
            Self::Slowest => "Slowest items",
        })
    }

    /// Number of lines that always stay.
    pub(crate) fn least(self) -> usize {
        match self {
            Self::Counts | Self::Next => usize::MAX,
            Self::Errors => 1,
            _ => 0,
        }
    }

    /// "3 error groups".
    fn count(self, lines: u64) -> String {
        let (one, many) = match self {
            Self::Counts | Self::Next => ("line", "lines"),
            Self::Errors => ("error group", "error groups"),
            Self::Gates => ("gate", "gates"),
            Self::Comparison => ("line of the comparison", "lines of the comparison"),
            Self::Findings => ("finding", "findings"),
            Self::Jobs => ("job", "jobs"),
            Self::Skipped => ("skip reason", "skip reasons"),
            Self::Figures => ("line of durations", "lines of durations"),
            Self::Notes => ("note", "notes"),
            Self::Failed => ("failed item", "failed items"),
            Self::Slowest => ("slow item", "slow items"),
        };
        counted(lines, one, many)
    }
}

/// Piece of a line. Pieces are joined by a blank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Span {
    /// Sentence of ours, which may quote others.
    Words(String),
    /// Text of others.
    Foreign(String),
    /// Command, which is never cut.
    Command(String),
}

/// A line.
pub(crate) type Line = Vec<Span>;

/// Lines on one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Part {
    pub(crate) kind: Kind,
    /// At least one.
    pub(crate) lines: Vec<Line>,
    /// Number of entries that are not listed.
    pub(crate) more: u64,
}

/// A report in short lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Ticket {
    pub(crate) mark: Mark,
    /// Symbol of the mark.
    pub(crate) symbol: &'static str,
    pub(crate) title: String,
    pub(crate) verdict: String,
    /// How far the numbers can be trusted.
    pub(crate) trust: String,
    /// Parts that are not empty, in the order in which they are shown.
    pub(crate) parts: Vec<Part>,
    /// Last line: the program and the time.
    pub(crate) made_by: String,
}

/// Returns the figures of the only job, or of all.
fn whole(report: &Report) -> &Sections {
    match &report.jobs[..] {
        [only] => &only.sections,
        _ => &report.overall,
    }
}

impl Ticket {
    /// Says a report in short lines.
    pub(crate) fn of(report: &Report) -> Self {
        let whole = whole(report);
        let words = Words::of(report);
        let parts = [
            (Kind::Counts, words.counts(whole, report.jobs.len()), 0),
            of_groups(whole),
            (Kind::Next, next::steps(report, whole, words), 0),
            of_gates(report),
            of_comparison(report),
            listed(Kind::Findings, OTHERS, whole.findings.len() as u64, {
                let findings = whole.findings.iter();
                findings.map(|finding| vec![Span::Words(finding.message.clone())])
            }),
            words.jobs(report),
            of_skip_reasons(whole, words),
            (Kind::Figures, words.figures(whole), 0),
            of_notes(report),
            of_failed(report, whole),
            of_slowest(whole),
        ];
        let parts = parts.into_iter().filter(|(_, lines, _)| !lines.is_empty());
        let generator = &report.generator;
        let time = report.generated_at.to_string();
        let mark = Mark::of(report);
        Self {
            mark,
            symbol: mark.symbol(),
            title: report.title.clone(),
            verdict: report.verdict.clone(),
            trust: words.trust(report, whole),
            parts: parts
                .map(|(kind, lines, more)| Part { kind, lines, more })
                .collect(),
            made_by: format!(
                "Made by {} {} on {} {} UTC",
                generator.name,
                generator.version,
                time.get(..10).unwrap_or_default(),
                time.get(11..19).unwrap_or_default()
            ),
        }
    }
}

/// "… and 12 more": entries that a part does not list.
pub(crate) fn more(count: u64) -> String {
    format!("… and {} more", number(count))
}

/// Says what was left out of a text, and where it is.
pub(crate) fn left_out(kinds: &[(Kind, u64)], whole: Option<&str>) -> String {
    let kinds: Vec<String> = kinds
        .iter()
        .map(|(kind, lines)| kind.count(*lines))
        .collect();
    let left_out = match kinds.is_empty() {
        true => String::new(),
        false => format!("Left out to fit: {}. ", joined(&kinds)),
    };
    match whole {
        Some(whole) => format!("{left_out}The full report is in {whole}."),
        None => format!("{left_out}Add -o report.html for the full report."),
    }
}

type Lines = (Kind, Vec<Line>, u64);

fn listed(kind: Kind, most: usize, of: u64, lines: impl Iterator<Item = Line>) -> Lines {
    let lines: Vec<Line> = lines.take(most).collect();
    let more = of.saturating_sub(lines.len() as u64);
    (kind, lines, more)
}

fn of_groups(whole: &Sections) -> Lines {
    let line = |group: &ErrorGroup| {
        let share = percent(group.share);
        let class = Some(group.class).filter(|class| *class != Class::Unknown);
        let class = class.map(|class| class.word().to_owned());
        let credits = group.credits.filter(|credits| *credits > 0.0);
        let credits = credits.map(|credits| format!("{} credits", amount(credits)));
        let about: Vec<String> = [Some(share), class, credits]
            .into_iter()
            .flatten()
            .collect();
        let count = format!("{} ({})", number(group.count), about.join(", "));
        vec![
            Span::Words(count),
            match &group.pattern {
                Some(pattern) => Span::Foreign(pattern.clone()),
                None => Span::Words("without a message".to_owned()),
            },
        ]
    };
    let groups = &whole.error_groups;
    let of = groups.len() as u64 + whole.left_out.error_groups;
    listed(Kind::Errors, GROUPS, of, groups.iter().map(line))
}

fn of_gates(report: &Report) -> Lines {
    let with = |fails: bool| report.gates.iter().filter(move |gate| gate.fails == fails);
    let lines = with(true).chain(with(false)).map(|gate| {
        let outcome = if gate.fails { "Failed:" } else { "Passed:" };
        vec![Span::Words(format!("{outcome} {}", gate.message))]
    });
    listed(Kind::Gates, OTHERS, report.gates.len() as u64, lines)
}

fn of_comparison(report: &Report) -> Lines {
    let Some(comparison) = &report.comparison else {
        return (Kind::Comparison, Vec::new(), 0);
    };
    let mut lines = vec![vec![Span::Words(comparison.verdict.clone())]];
    let newly = comparison.newly_failing.as_ref();
    let items = newly.iter().flat_map(|newly| &newly.items).take(OTHERS);
    lines.extend(items.map(|item| {
        let mut line = vec![Span::Words("Newly failing:".to_owned())];
        line.push(Span::Foreign(item.item_id.clone()));
        line.extend(item.item_name.clone().map(Span::Foreign));
        line
    }));
    let listed = lines.len() as u64 - 1;
    let of = newly.map_or(0, |newly| newly.count);
    (Kind::Comparison, lines, of.saturating_sub(listed))
}

fn of_skip_reasons(whole: &Sections, words: Words) -> Lines {
    let reasons = &whole.skip_reasons;
    let of = reasons.len() as u64 + whole.left_out.skip_reasons;
    let lines = reasons.iter().map(|reason| {
        let count = Span::Words(format!("{}:", words.count(reason.count)));
        let reason = match &reason.reason {
            Some(reason) => Span::Foreign(reason.clone()),
            None => Span::Words("no reason given".to_owned()),
        };
        vec![count, reason]
    });
    listed(Kind::Skipped, OTHERS, of, lines)
}

fn of_notes(report: &Report) -> Lines {
    let serious = || {
        let notes = report.notes.iter();
        notes.filter(|note| note.loss || note.severity < Severity::Info)
    };
    let lines = serious().map(|note| {
        let mut line = vec![Span::Words(note.message.clone())];
        if let Some(about) = note.path.as_ref().or(note.job.as_ref()) {
            line.insert(0, Span::Foreign(about.clone()));
        }
        line
    });
    listed(Kind::Notes, OTHERS, serious().count() as u64, lines)
}

fn of_failed(report: &Report, whole: &Sections) -> Lines {
    let failed = report.items.iter();
    let failed = failed.filter(|item| item.status == FAILED && item.newer.is_none());
    let lines = failed.map(|item| {
        let mut line = vec![Span::Foreign(item.item_id.clone())];
        line.extend(item.item_name.clone().map(Span::Foreign));
        if report.jobs.len() > 1 {
            line.extend([
                Span::Words("in".to_owned()),
                Span::Foreign(item.job.clone()),
            ]);
        }
        line
    });
    let recorded = || whole.counts.by_status.get(FAILED).copied();
    let reruns = whole.reruns.as_deref().filter(|_| report.jobs.len() > 1);
    let of = reruns.map(|reruns| reruns.still_failing);
    let of = of.or_else(recorded).unwrap_or_default();
    listed(Kind::Failed, FAILED_ITEMS, of, lines)
}

fn of_slowest(whole: &Sections) -> Lines {
    let lines = whole.slowest.iter().map(|item| {
        let mut line = vec![Span::Words(duration(item.duration_seconds))];
        line.push(Span::Foreign(item.item_id.clone()));
        line.extend(item.item_name.clone().map(Span::Foreign));
        line
    });
    listed(Kind::Slowest, OTHERS, whole.slowest.len() as u64, lines)
}

#[cfg(test)]
mod tests;
