use regex::Regex;

use super::*;
use crate::api::{ItemFields, UtcTime};
use crate::frame::{ItemColumns, Runs};
use crate::metrics::examples::{NINE, SECOND};

/// Name, failed or not, and duration in seconds.
type Item = (String, bool, i64);

fn told(jobs: &[Vec<Item>], named: &[NamedDimension]) -> ByName {
    let mut columns = ItemColumns::default();
    let (mut runs, mut rows) = (Runs::default(), Vec::new());
    for (job, items) in (0..).zip(jobs) {
        let first = columns.len();
        for (name, has_failed, seconds) in items {
            let time = |seconds: i64| UtcTime::from_micros(NINE + seconds * SECOND);
            columns.push(&ItemFields {
                item_id: &columns.len().to_string(),
                item_name: Some(name),
                status: if *has_failed { "failed" } else { "completed" },
                started_at: time(0),
                completed_at: time(*seconds),
                ..ItemFields::default()
            });
        }
        runs.add(columns.len(), job, job);
        rows.push(first..columns.len());
    }
    let (frame, _) =
        crate::frame::ItemFrame::build(vec![columns], runs, jobs.len()).expect("a frame");
    let dimensions = Dimensions::of(&frame, &rows, named, false);
    by_name(&frame, &rows, 0..jobs.len(), &dimensions, named, true)
}

/// So many items with this name, of which so many failed, that take so long.
fn items(name: &str, failed: usize, of: usize, seconds: i64) -> Vec<Item> {
    (0..of)
        .map(|n| {
            (
                name.replace('#', &n.to_string()),
                n < failed,
                seconds + n as i64 % 7,
            )
        })
        .collect()
}

#[test]
fn failures_are_broken_down_by_the_class_of_their_errors() {
    let classes = vec![
        (Class::Transient, 4, vec![2_000_000, 6_000_000, 4_000_000]),
        (Class::Input, 3, vec![1_000_000]),
        (Class::Unknown, 0, Vec::new()),
    ];
    let classes = by_class(classes).expect("failures");
    assert_eq!(classes.dimension, "error_class");
    let values: Vec<_> = classes
        .values
        .iter()
        .map(|value| (value.value.as_deref(), value.failed, value.median_seconds))
        .collect();
    assert_eq!(
        values,
        [
            (Some("transient"), 4, Some(4.0)),
            (Some("input"), 3, Some(1.0))
        ]
    );
    assert_eq!(classes.values[0].failure_rate, None);
    assert_eq!(by_class(Vec::new()), None);
}

#[test]
fn a_file_type_that_fails_is_named_with_the_others() {
    let job = [items("#.docx", 10, 20, 30), items("#.pdf", 2, 100, 30)].concat();
    let found = told(&[job], &[]).failing;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].value.kind, &found[0].value.word[..]),
        (Kind::Extension, "docx")
    );
    assert_eq!((found[0].with, found[0].others), ((10, 20), (2, 100)));
}

#[test]
fn few_failures_and_small_differences_are_chance() {
    let failing = |docx, pdf| {
        let job = [items("#.docx", docx, 20, 30), items("#.pdf", pdf, 100, 30)].concat();
        told(&[job], &[]).failing.len()
    };
    assert_eq!([failing(4, 0), failing(5, 0), failing(5, 12)], [0, 1, 0]);
}

#[test]
fn a_folder_is_not_named_because_of_the_file_type_in_it() {
    let job = [
        items("a/#.docx", 15, 20, 30),
        items("a/#.pdf", 0, 5, 30),
        items("b/#.pdf", 2, 100, 30),
    ];
    let found = told(&[job.concat()], &[]).failing;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].value.kind, Kind::Extension);
}

#[test]
fn slow_kinds_of_names_are_found() {
    let job = |seconds| {
        [
            items("scan-#.pdf", 0, 12, seconds),
            items("invoice-#.pdf", 0, 60, 30),
        ]
        .concat()
    };
    let found = told(&[job(90)], &[]).slow;
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0].value.word[..], found[0].items), ("scan", 12));
    assert!((found[0].median / found[0].others - 2.8).abs() < 0.1);
    assert_eq!(told(&[job(38)], &[]).slow, []);
}

#[test]
fn jobs_that_differ_are_no_reason_to_blame_a_file_type() {
    // One job fails, whatever it holds; the other does not.
    let bad = [items("#.docx", 40, 80, 90), items("#.pdf", 10, 20, 90)].concat();
    let good = [items("#.docx", 0, 20, 30), items("#.pdf", 0, 80, 30)].concat();
    let both = told(&[bad, good], &[]);
    assert_eq!((both.failing, both.slow), (vec![], vec![]));
    let worse = [items("#.docx", 30, 40, 90), items("#.pdf", 10, 100, 90)].concat();
    let both = told(&[worse.clone(), worse], &[]);
    assert_eq!(both.failing[0].with, (60, 80));
}

#[test]
fn a_breakdown_counts_each_value_and_those_without() {
    let job = [
        items("#.pdf", 1, 4, 30),
        items("#", 0, 2, 60),
        items("#.docx", 0, 2, 90),
    ]
    .concat();
    let breakdowns = told(&[job], &[]).breakdowns;
    assert_eq!(breakdowns.len(), 1);
    let values: Vec<_> = breakdowns[0]
        .values
        .iter()
        .map(|value| {
            (
                value.value.as_deref(),
                value.items,
                value.failure_rate,
                value.median_seconds,
            )
        })
        .collect();
    let expected = [
        (Some("pdf"), 4, Some(0.25), Some(32.0)),
        (Some("docx"), 2, Some(0.0), Some(90.5)),
        (None, 2, Some(0.0), Some(60.5)),
    ];
    assert_eq!(values, expected);
    assert_eq!(
        (&breakdowns[0].dimension[..], breakdowns[0].left_out),
        ("extension", 0)
    );
}

#[test]
fn long_breakdowns_say_how_much_they_leave_out() {
    let job: Vec<Item> = (0..60)
        .map(|n| (format!("f{}/1", n / 2), false, 1))
        .collect();
    let breakdowns = told(&[job], &[]).breakdowns;
    assert_eq!(
        (breakdowns[0].values.len(), breakdowns[0].left_out),
        (LISTED, 10)
    );
}

#[test]
fn the_user_names_dimensions() {
    let customer = NamedDimension {
        name: "customer".to_owned(),
        regex: Regex::new("^([A-Z]+)_").expect("valid"),
    };
    let job = [items("ACME_#", 10, 20, 30), items("ZETA_#", 1, 60, 30)].concat();
    let told = told(&[job], std::slice::from_ref(&customer));
    assert_eq!(told.failing.len(), 1);
    assert_eq!(told.failing[0].value.dimension.as_deref(), Some("customer"));
    assert_eq!(&told.breakdowns[0].dimension[..], "customer");
}
