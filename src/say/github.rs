//! What a step of GitHub Actions says: annotations and outputs.

use crate::report::Report;
use crate::report::model::{ErrorGroup, Sections};
use crate::text::{counted, number, one_line, percent, quote};

use super::cases;

/// Maximum number of annotations: GitHub shows ten of a step.
const MOST: usize = 10;
/// Longest quote in an annotation, in characters.
const QUOTE: usize = 300;

/// Severity of an annotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// A failure.
    Error,
    /// Missing data.
    Warning,
}

/// An annotation, in plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Annotation {
    pub(crate) level: Level,
    pub(crate) title: String,
    pub(crate) message: String,
}

/// Says what has to be annotated, worst first: failed gates, failed jobs, error groups, missing data.
pub(crate) fn annotations(report: &Report) -> Vec<Annotation> {
    let error = |title: String, message: String| Annotation {
        level: Level::Error,
        title,
        message,
    };
    let gates = report.gates.iter().filter(|gate| gate.fails);
    let gates = gates.map(|gate| error("Gate failed".to_owned(), gate.message.clone()));
    let jobs = report.jobs.iter().filter_map(|job| {
        let words = cases::failed_job(job)?;
        Some(error(quote(&job.label, QUOTE), quote(&words, QUOTE)))
    });
    let whole = whole(report);
    let groups = whole.error_groups.iter().map(|group| {
        let failed = counted(group.count, "failure", "failures");
        error(
            format!("{failed} ({})", percent(group.share)),
            pattern(group),
        )
    });
    let missing = cases::missing_items(&whole.counts).map(|message| Annotation {
        level: Level::Warning,
        title: "Incomplete dump".to_owned(),
        message,
    });
    let all = gates.chain(jobs).chain(groups).chain(missing);
    let mut all: Vec<Annotation> = all.collect();
    let left_out = whole.left_out.error_groups as usize;
    let more = (all.len() + left_out).saturating_sub(MOST);
    if more > 0 {
        all.truncate(MOST - 1);
        // The last one makes room for the sentence.
        let more = number(more as u64 + 1);
        all.push(error(
            "More".to_owned(),
            format!("… and {more} more: see the report"),
        ));
    }
    all
}

fn pattern(group: &ErrorGroup) -> String {
    let pattern = match &group.pattern {
        Some(pattern) => quote(pattern, QUOTE),
        None => cases::NO_MESSAGE.to_owned(),
    };
    let named = group
        .examples
        .iter()
        .find_map(|example| example.item_name.as_ref());
    match named {
        Some(name) => format!("{pattern} (for example {})", quote(name, 100)),
        None => pattern,
    }
}

fn whole(report: &Report) -> &Sections {
    match &report.jobs[..] {
        [only] => &only.sections,
        _ => &report.overall,
    }
}

/// Returns the outputs of the step: each name with its value, on one line.
pub(crate) fn outputs(report: &Report, file: Option<&str>) -> Vec<(&'static str, String)> {
    let rate = &whole(report).rates.failure;
    let filtered = whole(report).counts.status_filter.is_some();
    let value = rate.value.filter(|_| !filtered);
    vec![
        ("failed", rate.numerator.to_string()),
        (
            "failure_rate",
            value.map(|rate| rate.to_string()).unwrap_or_default(),
        ),
        ("verdict", one_line(&report.verdict).into_owned()),
        ("report", one_line(file.unwrap_or_default()).into_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples;

    #[test]
    fn ten_annotations_at_most_and_the_last_counts_the_others() {
        let mut report = samples::typical();
        let few = annotations(&report);
        assert_eq!(few.len(), 3);
        assert_eq!(few[0].title, "4 failures (30.8%)");
        assert!(
            few[0]
                .message
                .ends_with(" (for example invoices/2026/Q1 statement.pdf)")
        );
        let groups = &mut report.jobs[0].sections.error_groups;
        *groups = vec![groups[0].clone(); 12];
        report.jobs[0].sections.left_out.error_groups = 3;
        let many = annotations(&report);
        assert_eq!(many.len(), 10);
        assert_eq!(many[9].message, "… and 6 more: see the report");
    }

    #[test]
    fn missing_items_are_a_warning() {
        let mut report = samples::typical();
        let counts = &mut report.jobs[0].sections.counts;
        counts.missing = Some(3);
        let last = annotations(&report).pop().expect("one");
        assert_eq!(
            (last.level, last.message.as_str()),
            (Level::Warning, "3 of 250 items are not in the dump.")
        );
    }
}
