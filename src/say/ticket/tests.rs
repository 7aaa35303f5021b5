use super::*;
use crate::render::samples;
use crate::report::model::NextStep;

fn lines(report: &Report, kind: Kind) -> Vec<String> {
    let ticket = Ticket::of(report);
    let part = ticket.parts.iter().find(|part| part.kind == kind);
    let line = |line: &Line| {
        let spans = line.iter().map(|span| match span {
            Span::Words(text) | Span::Foreign(text) | Span::Command(text) => text.as_str(),
        });
        spans.collect::<Vec<_>>().join(" ")
    };
    part.map_or(Vec::new(), |part| part.lines.iter().map(line).collect())
}

#[test]
fn a_ticket_counts_says_what_is_whole_and_what_to_do_next() {
    let report = samples::typical();
    let ticket = Ticket::of(&report);
    assert_eq!(ticket.mark, Mark::Failed);
    assert_eq!(
        ticket.trust,
        "Complete: all 250 items are in the dump. 1 note reports lost or missing data."
    );
    assert_eq!(
        lines(&report, Kind::Counts),
        [
            "250 of 250 items: 228 completed, 13 failed, 9 skipped.",
            "Failure rate 5.4% (13 of 241)."
        ]
    );
}

#[test]
fn the_steps_are_next_each_with_its_command_in_one_line() {
    let mut report = samples::typical();
    let step = |message: &str, command: Option<&str>| NextStep {
        message: message.to_owned(),
        command: command.map(str::to_owned),
    };
    report.next_steps = vec![
        step(
            "Fetch the 3 missing items",
            Some("batch-report fetch bjb-1"),
        ),
        step("Retry 7 (transient errors)", None),
        step("List the items to retry", Some("batch-report retry a")),
        step("Save the list again.", None),
    ];
    assert_eq!(
        lines(&report, Kind::Next),
        [
            "Fetch the 3 missing items: batch-report fetch bjb-1",
            "Retry 7 (transient errors). List the items to retry: batch-report retry a",
            "Save the list again.",
        ]
    );
}

#[test]
fn an_open_job_is_marked_as_open() {
    let mut report = samples::typical();
    let by_status = &mut report.jobs[0].sections.counts.by_status;
    by_status.insert("processing".to_owned(), 1);
    by_status.insert("failed".to_owned(), 0);
    report.jobs[0].job = None;
    assert_eq!(Ticket::of(&report).mark, Mark::Open);
}

#[test]
fn an_error_is_shown_with_its_class_if_that_is_known() {
    let mut report = samples::typical();
    report.jobs[0].sections.error_groups[1].class = Class::Transient;
    let errors = lines(&report, Kind::Errors);
    assert!(errors[0].starts_with("4 (30.8%) "), "{errors:?}");
    assert!(errors[1].starts_with("8 (61.5%, transient) "), "{errors:?}");
}

#[test]
fn a_job_without_failures_is_fine_if_nothing_is_missing() {
    let mut report = samples::typical();
    report.notes.clear();
    report.jobs[0].job = None;
    let part = &mut report.jobs[0].sections;
    part.counts.by_status.insert("failed".to_owned(), 0);
    part.error_groups.clear();
    assert_eq!(Ticket::of(&report).mark, Mark::Fine);
    assert_eq!(lines(&report, Kind::Next), ["Nothing to do."]);
    report.jobs[0].sections.counts.complete = Some(false);
    assert_eq!(Ticket::of(&report).mark, Mark::Incomplete);
}

#[test]
fn what_was_left_out_is_named_with_its_count() {
    assert_eq!(
        left_out(
            &[(Kind::Errors, 1), (Kind::Failed, 1_203)],
            Some("report.html")
        ),
        "Left out to fit: 1 error group and 1,203 failed items. The full report is in report.html."
    );
    assert_eq!(
        left_out(&[], None),
        "Add -o report.html for the full report."
    );
}
