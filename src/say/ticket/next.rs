//! What to do next, each step with its command in one line.

use super::{Line, Span, Words};
use crate::report::Report;
use crate::report::model::Sections;

/// Says what to do next; always at least one line.
pub(super) fn steps(report: &Report, whole: &Sections, words: Words) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut steps = report.next_steps.iter().peekable();
    while let Some(step) = steps.next() {
        let line = match (&step.command, steps.peek()) {
            (Some(command), _) => vec![
                Span::Words(format!("{}:", step.message)),
                Span::Command(command.clone()),
            ],
            // The command for a step that has none.
            (None, Some(next)) if next.command.is_some() => {
                let next = steps.next().unwrap_or(step);
                let mut line = vec![Span::Words(format!("{}. {}:", step.message, next.message))];
                line.extend(next.command.clone().map(Span::Command));
                line
            }
            (None, _) => vec![Span::Words(step.message.clone())],
        };
        lines.push(line);
    }
    if lines.is_empty() {
        let counts = &whole.counts;
        let step = match (counts.listed, counts.complete) {
            (false, _) => format!("Save the list of {}, too.", words.items(0)),
            (true, None) => format!(
                "Save the status document as well: it says how many {} there are.",
                words.items(0)
            ),
            (true, Some(_)) => "Nothing to do.".to_owned(),
        };
        lines.push(vec![Span::Words(step)]);
    }
    lines
}
