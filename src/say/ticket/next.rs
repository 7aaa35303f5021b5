//! What to do next, in at most three steps.

use super::{Line, Span, Words};
use crate::api::status::{FAILED, is_terminal};
use crate::report::Report;
use crate::report::model::Sections;
use crate::say::retry;
use crate::text::{number, percent};

/// Says what to do next; always at least one line.
pub(super) fn steps(report: &Report, whole: &Sections, words: Words) -> Vec<Line> {
    let counts = &whole.counts;
    let mut steps: Vec<Line> = Vec::new();
    if let Some(missing) = counts
        .missing
        .filter(|missing| *missing > 0 && counts.listed)
    {
        let step = format!(
            "Fetch the {} missing {}",
            number(missing),
            words.items(missing)
        );
        let ids: Vec<&str> = match &report.jobs[..] {
            [only] => only.batch_job_id.as_deref().into_iter().collect(),
            _ => Vec::new(),
        };
        steps.push(match ids[..] {
            [id] => vec![
                Span::Words(format!("{step}:")),
                Span::Foreign(format!("batch-report fetch {id} -o dumps/")),
            ],
            _ => vec![Span::Words(format!("{step}."))],
        });
    }
    let open = counts.by_status.iter();
    let open: u64 = open
        .filter(|(word, _)| !is_terminal(word))
        .map(|(_, count)| count)
        .sum();
    if open > 0 {
        let have = if open == 1 { "has" } else { "have" };
        let step = format!(
            "Save the list again when the {} open {} {have} ended.",
            number(open),
            words.items(open)
        );
        steps.push(vec![Span::Words(step)]);
    }
    let failed = counts.by_status.get(FAILED).copied().unwrap_or_default();
    if let Some(first) = whole.error_groups.first().filter(|_| failed > 0) {
        if let Some(step) = report.next_steps.first() {
            steps.push(vec![
                Span::Words(format!("{step}:")),
                Span::Foreign(retry::COMMAND.to_owned()),
            ]);
            return steps;
        }
        let step = match whole.error_groups.len() {
            1 => format!(
                "Look into the {} with the error above.",
                words.count(failed)
            ),
            _ => format!(
                "Start with the first error above: {} ({} of the failures).",
                words.count(first.count),
                percent(first.share)
            ),
        };
        steps.push(vec![Span::Words(step)]);
    }
    if steps.is_empty() {
        let step = match (counts.listed, counts.complete) {
            (false, _) => format!("Save the list of {}, too.", words.items(0)),
            (true, None) => format!(
                "Save the status document as well: it tells how many {} there are.",
                words.items(0)
            ),
            (true, Some(_)) => "Nothing to do.".to_owned(),
        };
        steps.push(vec![Span::Words(step)]);
    }
    steps
}
