//! The generated fixtures, against numbers worked out by a program that shares nothing with this
//! one: `tests/oracle/generate.py` knows the truth because it made the dumps from it.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::harness::{fixture, summary_of};

/// Compares every number the truth knows; what it does not know is left alone. Times are compared
/// as instants, numbers to a relative
/// 1e-9, or to a microsecond where they are seconds.
fn compare(path: &str, ours: &Value, theirs: &Value) {
    match theirs {
        Value::Object(fields) => {
            for (name, theirs) in fields {
                let ours = ours.get(name).unwrap_or(&Value::Null);
                compare(&format!("{path}.{name}"), ours, theirs);
            }
        }
        Value::Array(rows) => {
            let ours = ours
                .as_array()
                .unwrap_or_else(|| panic!("{path}: {ours} is no list"));
            assert_eq!(ours.len(), rows.len(), "{path}: length");
            for (at, (ours, theirs)) in ours.iter().zip(rows).enumerate() {
                compare(&format!("{path}[{at}]"), ours, theirs);
            }
        }
        Value::Number(_) => {
            let (a, b) = (ours.as_f64(), theirs.as_f64().expect("a number"));
            let exact = 1e-9 * b.abs().max(1.0);
            let within = if path.ends_with("_seconds") {
                exact.max(1e-6)
            } else {
                exact
            };
            let close = a.is_some_and(|a| (a - b).abs() <= within);
            assert!(close, "{path}: {ours} is not {theirs}");
        }
        Value::String(text) if text.ends_with('Z') => {
            assert_eq!(instant(ours.as_str()), instant(Some(text)), "{path}");
        }
        Value::String(text) => {
            // What no page can hold is cut, and says so.
            let ours = ours
                .as_str()
                .unwrap_or_else(|| panic!("{path}: {ours} is no text"));
            match ours
                .rsplit_once('…')
                .filter(|(_, end)| end.contains("characters cut"))
            {
                Some((begin, _)) => assert!(text.starts_with(begin), "{path}"),
                None => assert_eq!(ours, text, "{path}"),
            }
        }
        _ => assert_eq!(ours, theirs, "{path}"),
    }
}

/// A time without the zeros its fraction may end in.
fn instant(text: Option<&str>) -> Option<String> {
    let text = text?.strip_suffix('Z')?;
    Some(match text.split_once('.') {
        Some((seconds, fraction)) => format!("{seconds}.{}", fraction.trim_end_matches('0'))
            .trim_end_matches('.')
            .to_owned(),
        None => text.to_owned(),
    })
}

fn check_sections(path: &str, ours: &Value, theirs: &Value) {
    for name in [
        "counts",
        "rates",
        "durations",
        "throughput",
        "skip_reasons",
        "job",
    ] {
        if let Some(theirs) = theirs.get(name).filter(|theirs| !theirs.is_null()) {
            compare(&format!("{path}.{name}"), &ours[name], theirs);
        }
    }
    if let Some(groups) = theirs.get("error_group_counts") {
        let ours: Vec<&Value> = ours["error_groups"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|g| &g["count"])
            .collect();
        let theirs: Vec<&Value> = groups["sorted"]
            .as_array()
            .expect("a list")
            .iter()
            .collect();
        assert_eq!(ours, theirs, "{path}: error groups");
    }
}

fn by_id(jobs: &Value) -> BTreeMap<String, &Value> {
    jobs.as_array()
        .expect("a list")
        .iter()
        .map(|job| (job["batch_job_id"].as_str().unwrap_or("~").to_owned(), job))
        .collect()
}

fn check(case: &str) {
    let path = format!("{}/tests/expected/{case}.json", env!("CARGO_MANIFEST_DIR"));
    let truth: Value =
        serde_json::from_str(&fs::read_to_string(path).expect("there")).expect("JSON");
    let summary = summary_of(fixture(case)).summary();
    let (ours, theirs) = (by_id(&summary["jobs"]), by_id(&truth["jobs"]));
    assert_eq!(
        ours.keys().collect::<Vec<_>>(),
        theirs.keys().collect::<Vec<_>>(),
        "{case}"
    );
    for (id, theirs) in theirs {
        check_sections(&format!("{case} {id}"), ours[&id], theirs);
    }
    check_sections(
        &format!("{case} overall"),
        &summary["overall"],
        &truth["overall"],
    );
    for theirs in truth["inputs"].as_array().into_iter().flatten() {
        let name = theirs["path"].as_str().expect("a path");
        let ours = summary["inputs"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|ours| {
                ours["path"]
                    .as_str()
                    .is_some_and(|path| path.ends_with(name))
            })
            .unwrap_or_else(|| panic!("{case}: {name} is not among the inputs"));
        assert_eq!(ours["items"], theirs["items"], "{case}: items of {name}");
        assert_eq!(ours["bytes"], theirs["bytes"], "{case}: bytes of {name}");
    }
}

macro_rules! cases {
    ($($name:ident: $case:literal,)+) => {
        $(#[test] fn $name() { check($case); })+

        #[test]
        fn every_generated_fixture_is_checked() {
            let folder = format!("{}/tests/expected", env!("CARGO_MANIFEST_DIR"));
            let mut names: Vec<String> = fs::read_dir(folder)
                .expect("there")
                .filter_map(|entry| entry.expect("readable").file_name().into_string().ok())
                .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
                .collect();
            names.sort();
            assert_eq!(names, [$($case),+]);
        }
    };
}

#[test]
fn generator_writes_the_committed_fixtures_and_numbers() {
    crate::oracle::check_plain(&["tests/oracle/generate.py", "fixtures", "--check"]);
}

cases! {
    all_skipped: "all-skipped",
    ambiguous: "ambiguous",
    cancelled: "cancelled",
    empty: "empty",
    encodings: "encodings",
    filtered: "filtered",
    flat_jobs: "flat-jobs",
    formats: "formats",
    hostile_text: "hostile-text",
    malformed: "malformed",
    no_status: "no-status",
    partial: "partial",
    running: "running",
    sdk_page: "sdk-page",
    several_jobs: "several-jobs",
    single: "single",
    snapshots: "snapshots",
    typical: "typical",
}
