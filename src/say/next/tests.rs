use indexmap::IndexMap;

use super::*;
use crate::render::samples;
use crate::say::ticket::{Mark, Ticket};

fn typed(paths: &[&str], options: &[&str], class: Class) -> Vec<NextStep> {
    let mut report = samples::typical();
    for group in &mut report.jobs[0].sections.error_groups {
        group.class = class;
    }
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let options: Vec<String> = options.iter().map(ToString::to_string).collect();
    let typed = Typed {
        paths: &paths,
        options: &options,
    };
    steps(&report, typed)
}

/// Command, else sentence, that lists the failures.
fn list(paths: &[&str], options: &[&str], class: Class) -> String {
    let steps = typed(paths, options, class);
    let step = steps.last().expect("a step").clone();
    step.command.unwrap_or(step.message)
}

#[test]
fn the_command_has_the_paths_and_options_as_they_were_typed() {
    assert_eq!(
        list(
            &["last night/", "-x.json"],
            &["--job-id", "bjb-1"],
            Class::Transient
        ),
        "batch-report retry ./-x.json 'last night/' --job-id bjb-1"
    );
}

#[test]
fn the_command_lists_the_failures_that_the_step_is_about() {
    let list = |class| list(&["a"], &[], class);
    assert_eq!(list(Class::Unknown), "batch-report retry a");
    assert_eq!(list(Class::Input), "batch-report retry a --retry input");
    assert_eq!(
        list(Class::Permanent),
        "batch-report retry a --retry permanent"
    );
}

#[test]
fn the_command_lists_all_failures_if_none_is_to_be_retried() {
    let mut report = samples::typical();
    let groups = &mut report.jobs[0].sections.error_groups;
    for (group, class) in groups.iter_mut().zip([Class::Permanent, Class::Unknown]) {
        group.class = class;
    }
    groups.truncate(2);
    let paths = [PathBuf::from("a")];
    let typed = Typed {
        paths: &paths,
        options: &[],
    };
    assert_eq!(
        steps(&report, typed)
            .last()
            .and_then(|step| step.command.clone()),
        Some("batch-report retry a --retry permanent,unknown".to_owned())
    );
}

#[test]
fn without_a_command_that_runs_a_sentence_says_what_to_do() {
    let list = |paths: &[&str]| list(paths, &[], Class::Transient);
    assert_eq!(
        list(&["status.json", "-"]),
        "To list the items to retry, pipe the same data into `batch-report retry - status.json`."
    );
    assert_eq!(
        list(&["a", "b", "c", "d"]),
        "To list the items to retry, run `batch-report retry` on the same 4 paths."
    );
    for odd in [
        "a\nb",
        "a\u{202e}b",
        "llx-0123456789abcdefghijklmn",
        &"a".repeat(400),
    ] {
        assert_eq!(
            list(&[odd]),
            "To list the items to retry, run `batch-report retry` on the same path."
        );
    }
    assert_eq!(
        list(&[]),
        "To list the items to retry, run `batch-report retry` on the dump."
    );
}

#[test]
fn a_sentence_keeps_or_names_the_options() {
    let list = |paths: &[&str], options: &[&str]| list(paths, options, Class::Input);
    let named = ["--error-group", "w[input]=timed", "--ignore=-x"];
    assert_eq!(
        list(&["-"], &named),
        "To list these files, pipe the same data into `batch-report retry - --retry input --error-group \
         'w[input]=timed' '--ignore=-x'`."
    );
    assert_eq!(
        list(&["a", "b", "c", "d"], &named),
        "To list these files, run `batch-report retry --retry input --error-group 'w[input]=timed' '--ignore=-x'` on \
         the same 4 paths."
    );
    assert_eq!(
        list(&["-", "a\nb"], &named),
        "To list these files, pipe the same data into `batch-report retry - --retry input --error-group \
         'w[input]=timed' '--ignore=-x'`, with the same path."
    );
    let long = "x".repeat(400);
    for paths in [&["-", "a"][..], &["-"]] {
        let path = if paths.len() > 1 { "path and " } else { "" };
        assert_eq!(
            list(paths, &["--job-id", &long]),
            format!(
                "To list these files, pipe the same data into `batch-report retry - --retry input`, with the same \
                 {path}--job-id."
            )
        );
    }
    // Under `--redact` there are no paths, and the values of options are not shown.
    assert_eq!(
        list(&[], &named),
        "To list these files, run `batch-report retry --retry input` on the dump, with the same --error-group and \
         --ignore."
    );
}

#[test]
fn the_command_leaves_out_what_support_is_asked_about() {
    let mut report = samples::typical();
    let groups = &mut report.jobs[0].sections.error_groups;
    for (group, class) in groups.iter_mut().zip([Class::Transient, Class::Unknown]) {
        group.class = class;
    }
    groups.truncate(2);
    let paths = [PathBuf::from("a")];
    let typed = Typed {
        paths: &paths,
        options: &[],
    };
    assert_eq!(
        steps(&report, typed)
            .last()
            .and_then(|step| step.command.clone()),
        Some("batch-report retry a --retry transient".to_owned())
    );
}

#[test]
fn only_ids_that_fetch_takes_have_a_command() {
    let paths = [PathBuf::from("a")];
    let fetch = |id: &str| {
        let mut report = samples::typical();
        let job = &mut report.jobs[0];
        job.batch_job_id = Some(id.to_owned());
        job.sections.counts.missing = Some(3);
        let typed = Typed {
            paths: &paths,
            options: &[],
        };
        steps(&report, typed).remove(0)
    };
    assert_eq!(
        fetch("bjb-1").command.as_deref(),
        Some("batch-report fetch bjb-1 -o dumps/")
    );
    for id in [
        "-x",
        "--help",
        "$(id)",
        "bjb-a b",
        "bjb-../../x",
        "llx-***",
        "",
    ] {
        let step = fetch(id);
        let found = (&*step.message, step.command);
        assert_eq!(found, ("Fetch the 3 missing items.", None), "{id}");
    }
}

#[test]
fn missing_and_open_items_are_steps_as_well() {
    let mut report = samples::typical();
    let counts = &mut report.jobs[0].sections.counts;
    (counts.missing, counts.complete) = (Some(3), Some(false));
    counts.by_status.insert("processing".to_owned(), 1);
    let paths = [PathBuf::from("a")];
    let typed = Typed {
        paths: &paths,
        options: &[],
    };
    let steps = steps(&report, typed);
    assert_eq!(steps[0].message, "Fetch the 3 missing items");
    let command = steps[0].command.as_deref().unwrap_or_default();
    assert!(command.starts_with("batch-report fetch bjb-"), "{command}");
    assert_eq!(
        steps[3].message,
        "Save the list again when the open item has ended."
    );
}

#[test]
fn cancelled_items_are_listed_by_their_own_command() {
    let mut report = samples::typical();
    let part = &mut report.jobs[0].sections;
    part.counts.by_status.insert("failed".to_owned(), 0);
    part.counts.by_status.insert("cancelled".to_owned(), 250);
    part.error_groups.clear();
    let paths = [PathBuf::from("a")];
    let typed = Typed {
        paths: &paths,
        options: &[],
    };
    let found = steps(&report, typed);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "List the 250 cancelled items");
    assert_eq!(
        found[0].command.as_deref(),
        Some("batch-report retry a --retry cancelled")
    );
    report.jobs[0].job = None;
    report.notes.clear();
    assert_eq!(Ticket::of(&report).mark, Mark::Incomplete);
}

#[test]
fn a_job_that_runs_without_a_list_is_saved_again() {
    let mut report = samples::typical();
    let job = &mut report.jobs[0];
    (job.sections.counts.listed, job.sections.counts.missing) = (false, None);
    job.sections.error_groups.clear();
    job.sections.counts.by_status.clear();
    let facts = job.job.as_mut().expect("a status");
    facts.status = Some("pending".to_owned());
    assert_eq!(
        steps(&report, Typed::default())[0].message,
        "Save the job again, with its items, when it has ended."
    );
}

#[test]
fn nobody_is_told_to_wait_for_items_that_are_stuck() {
    let mut report = samples::typical();
    let part = &mut report.jobs[0].sections;
    part.counts.by_status.insert("processing".to_owned(), 2);
    part.findings.push(Finding {
        code: Code::Stuck.name().to_owned(),
        severity: Code::Stuck.severity(),
        message: String::new(),
        evidence: IndexMap::new(),
        filter: None,
    });
    let steps = steps(&report, Typed::default());
    assert_eq!(
        steps.last().map(|step| &*step.message),
        Some("Ask support about the 2 open items, or cancel the job.")
    );
}

#[test]
fn failures_are_counted_by_class() {
    let counts = Failures {
        transient: 7,
        input: 1,
        permanent: 2,
        unknown: 4,
    };
    assert_eq!(
        counts.words(false).as_deref(),
        Some(
            "Retry 7 (transient errors) · fix 1 file (input errors) · fix access, credits or settings for 2 · \
             ask support about 4"
        )
    );
}
