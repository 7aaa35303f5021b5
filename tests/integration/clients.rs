//! Dumps that real clients left, against the truth about what was served.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::harness::{fixture, summary_of};

fn truth(case: &str) -> Value {
    let path = format!(
        "{}/tests/expected/clients/{case}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    serde_json::from_str(&fs::read_to_string(path).expect("there")).expect("JSON")
}

fn cases() -> Vec<String> {
    let folder = format!("{}/fixtures/clients", env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("there")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    names
}

fn close(ours: &Value, theirs: &Value) -> bool {
    match (ours.as_f64(), theirs.as_f64()) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() < 1e-5,
        _ => ours.is_null() && theirs.is_null(),
    }
}

/// The message template's group, told by what does not vary in it.
fn kind_of(pattern: Option<&str>) -> &'static str {
    let Some(pattern) = pattern else {
        return "(no message)";
    };
    [
        ("could not be rendered", "render"),
        ("Job timed out after", "timeout"),
        ("Failed to parse the file", "status-error"),
        ("An unknown error occurred", "unknown"),
        ("password-protected", "password"),
        ("Rate limit exceeded", "rate"),
        ("Traceback", "traceback"),
    ]
    .into_iter()
    .find_map(|(words, kind)| pattern.contains(words).then_some(kind))
    .expect("a known kind")
}

fn check_items(case: &str, ours: &Value, theirs: &Value) {
    let items = &ours["counts"];
    let pairs = [
        ("recorded", "rows"),
        ("distinct", "distinct_items"),
        ("duplicates", "duplicate_rows"),
        ("conflicting_duplicates", "items_whose_duplicates_differ"),
        ("stated_total", "stated_total"),
        ("complete", "complete"),
        ("missing", "missing"),
        ("status_filter", "status_filter"),
        ("by_status", "per_status"),
    ];
    for (name, theirs_name) in pairs {
        assert_eq!(items[name], theirs[theirs_name], "{case}: {name}");
    }
    let rate = &ours["rates"]["failure"];
    let expected = &theirs["failed_over_completed_plus_failed"];
    assert_eq!(rate["numerator"], expected["failed"], "{case}");
    assert!(
        close(&rate["value"], &expected["value"]),
        "{case}: failure rate"
    );
    let durations = &ours["durations"]["completed"];
    let expected = &theirs["duration_seconds_of_completed"];
    assert_eq!(durations["count"], expected["n"], "{case}");
    for (name, theirs_name) in [
        ("p50_seconds", "p50"),
        ("p90_seconds", "p90"),
        ("p99_seconds", "p99"),
        ("min_seconds", "min"),
        ("max_seconds", "max"),
    ] {
        assert!(
            close(&durations[name], &expected[theirs_name]),
            "{case}: {name}"
        );
    }
    let reasons: BTreeMap<&str, u64> = list(&ours["skip_reasons"])
        .map(|row| (row["reason"].as_str().unwrap_or("(none)"), count(row)))
        .collect();
    let expected: BTreeMap<&str, u64> = theirs["skip_reasons"]
        .as_object()
        .expect("reasons")
        .iter()
        .map(|(reason, count)| (reason.as_str(), count.as_u64().expect("a count")))
        .collect();
    assert_eq!(reasons, expected, "{case}: skip reasons");
    let mut groups: BTreeMap<&str, u64> = BTreeMap::new();
    for group in list(&ours["error_groups"]) {
        let kind = kind_of(group["pattern"].as_str());
        let before = groups.insert(kind, count(group));
        assert_eq!(before, None, "{case}: {kind} is split into several groups");
    }
    let expected: BTreeMap<&str, u64> = theirs["error_kinds"]
        .as_object()
        .expect("kinds")
        .iter()
        .map(|(kind, group)| (kind.as_str(), count(group)))
        .collect();
    assert_eq!(groups, expected, "{case}: error groups");
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

fn count(value: &Value) -> u64 {
    value["count"].as_u64().expect("a count")
}

fn check_job(case: &str, ours: &Value, theirs: &Value) {
    assert_eq!(ours["batch_job_id"], theirs["batch_job_id"], "{case}");
    assert_eq!(
        ours["job"].is_null(),
        theirs["job"].is_null(),
        "{case}: status record"
    );
    if !theirs["job"].is_null() {
        for name in [
            "id",
            "status",
            "job_type",
            "total_items",
            "processed_items",
            "failed_items",
            "skipped_items",
        ] {
            assert_eq!(ours["job"][name], theirs["job"][name], "{case}: job.{name}");
        }
        let job = &ours["job"];
        assert!(
            close(&job["wall_seconds"], &theirs["job"]["duration_seconds"]),
            "{case}: wall"
        );
        let progress = &theirs["job"]["progress_percentage"];
        assert!(
            close(&job["progress_percentage"], progress),
            "{case}: progress"
        );
    }
    if theirs["counts"].is_null() {
        assert_eq!(ours["counts"]["recorded"], 0, "{case}");
    } else {
        check_items(case, ours, &theirs["counts"]);
    }
}

#[test]
fn every_recorded_dump_gives_the_truth_about_it() {
    let cases = cases();
    assert_eq!(cases.len(), 24);
    for case in cases {
        let truth = truth(&case);
        // A page that was cut keeps its complete items here; that case has a test of its own.
        if truth["readable"] == "none" || case == "curl-truncated-page" {
            continue;
        }
        let summary = summary_of(fixture("clients").join(&case)).summary();
        let (ours, theirs): (Vec<_>, Vec<_>) = (
            list(&summary["jobs"]).collect(),
            list(&truth["jobs"]).collect(),
        );
        assert_eq!(ours.len(), theirs.len(), "{case}: jobs");
        for theirs in theirs {
            let ours = ours
                .iter()
                .find(|ours| ours["batch_job_id"] == theirs["batch_job_id"])
                .unwrap_or_else(|| panic!("{case}: job {}", theirs["batch_job_id"]));
            check_job(&case, ours, theirs);
        }
    }
}

#[test]
fn a_cut_page_keeps_its_complete_items_and_says_where_it_breaks() {
    let run = summary_of(fixture("clients/curl-truncated-page"));
    let summary = run.summary();
    let items = &summary["jobs"][0]["counts"];
    // 51 whole items stand before the break in the second page of 100.
    let kept = items["recorded"].as_u64().expect("a count") - 150;
    let page = fs::read_to_string("fixtures/clients/curl-truncated-page/items_100.json");
    let whole = page.expect("there").matches("},{\"status\"").count() as u64;
    assert_eq!(
        (kept, items["missing"].as_u64()),
        (whole, Some(100 - whole))
    );
    let note = list(&summary["notes"])
        .find(|note| note["code"] == "cut-document")
        .expect("a note");
    assert!(
        note["path"]
            .as_str()
            .expect("a path")
            .ends_with("items_100.json")
    );
    assert!(
        note["message"]
            .as_str()
            .expect("words")
            .contains("line 1, byte 20058"),
        "{note}"
    );
}

#[test]
fn dumps_without_anything_readable_say_what_each_file_looks_like() {
    let run = summary_of(fixture("clients/bad-curl-401"));
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    for file in ["items.json", "status.json"] {
        let line = run
            .stderr
            .lines()
            .find(|line| line.contains(file))
            .expect("named");
        assert!(
            line.contains("“Invalid API Key”") && line.contains("401"),
            "{line}"
        );
    }
    let run = summary_of(fixture("clients/bad-ts-console-log"));
    assert_eq!(run.code, 1);
    assert!(
        run.stderr
            .contains("items.log: ignored: looks like JavaScript's console.log")
    );
}

#[test]
fn error_answers_and_noise_beside_pages_are_named() {
    let run = summary_of(fixture("clients/curl-with-error-page"));
    assert!(run.codes().contains(&"error-response".to_owned()));
    assert!(run.stderr.contains("items_100.json"), "{}", run.stderr);
    let run = summary_of(fixture("clients/llp-items-jsonl-interrupted"));
    assert!(run.codes().contains(&"stray-text".to_owned()));
    assert!(run.stdout.contains("at line 201, byte"), "{}", run.stdout);
}
