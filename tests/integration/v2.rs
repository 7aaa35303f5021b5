//! Dumps of v2 batches that real clients left, against the truth about what was served.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::harness::{Folder, fixture, run, summary_of};

const CASES: [&str; 5] = [
    "curl-raw-everything",
    "llp-three-formats",
    "py-cancelled-extract-array",
    "py-job-per-file",
    "ts-page-and-data-points",
];

fn truth(case: &str) -> Value {
    let root = env!("CARGO_MANIFEST_DIR");
    let path = format!("{root}/tests/expected/v2/{case}.json");
    serde_json::from_str(&fs::read_to_string(path).expect("there")).expect("JSON")
}

/// Our word for a status of the truth.
fn word(theirs: &str) -> String {
    match theirs {
        "RUNNING" => "processing".to_owned(),
        "(no job)" => "not_started".to_owned(),
        word => word.to_lowercase(),
    }
}

fn close(ours: &Value, theirs: &Value) -> bool {
    match (ours.as_f64(), theirs.as_f64()) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() < 1e-5,
        _ => ours.is_null() && theirs.is_null(),
    }
}

fn check_statistics(case: &str, ours: &Value, theirs: &Value) {
    if theirs.is_null() {
        assert!(
            ours["count"].is_null() || ours["count"] == 0,
            "{case}: {ours}"
        );
        return;
    }
    assert_eq!(ours["count"], theirs["n"], "{case}");
    for (name, theirs_name) in [
        ("p50_seconds", "p50"),
        ("p90_seconds", "p90"),
        ("p99_seconds", "p99"),
        ("min_seconds", "min"),
        ("max_seconds", "max"),
        ("total_seconds", "sum"),
    ] {
        assert!(close(&ours[name], &theirs[theirs_name]), "{case}: {name}");
    }
}

fn check_batch(case: &str, ours: &Value, theirs: &Value) {
    let (job, batch) = (&ours["job"], &theirs["batch"]);
    assert_eq!(ours["api"], "v2", "{case}");
    assert_eq!(
        job["status"],
        batch["status"].as_str().expect("a word").to_lowercase(),
        "{case}"
    );
    assert_eq!(job["directory_id"], batch["source_directory_id"], "{case}");
    assert_eq!(job["job_type"], batch["job_type"], "{case}");
    assert_eq!(job["configuration_id"], batch["configuration_id"], "{case}");
    assert!(
        close(&job["span_seconds"], &batch["created_to_updated_seconds"]),
        "{case}"
    );
    assert!(job["wall_seconds"].is_null(), "{case}");
    let (counts, items) = (&ours["counts"], &theirs["items"]);
    if items.is_null() {
        assert_eq!(counts["listed"], false, "{case}");
        return;
    }
    assert_eq!(counts["stated_total"], items["stated_total"], "{case}");
    assert_eq!(counts["stated_total_source"], "results", "{case}");
    assert_eq!(counts["missing"], items["jobs_missing"], "{case}");
    assert_eq!(counts["complete"], items["complete"], "{case}");
    assert_eq!(
        counts["never_started"], items["failed_without_a_job"],
        "{case}"
    );
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for (theirs, count) in items["per_status"].as_object().expect("statuses") {
        if theirs != "(unknown)" && count.as_u64() > Some(0) {
            expected.insert(word(theirs), count.as_u64().expect("a count"));
        }
    }
    let by_status: BTreeMap<String, u64> = counts["by_status"]
        .as_object()
        .expect("statuses")
        .iter()
        .map(|(word, count)| (word.clone(), count.as_u64().expect("a count")))
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(by_status, expected, "{case}");
    let (rate, failed) = (
        &ours["rates"]["failure"],
        &items["failed_over_completed_plus_failed"],
    );
    assert_eq!(rate["numerator"], failed["failed"], "{case}");
    assert!(close(&rate["value"], &failed["value"]), "{case}");
    check_statistics(
        case,
        &ours["durations"]["completed"],
        &items["run_seconds_of_completed"],
    );
    check_statistics(
        case,
        &ours["queue"]["completed"],
        &items["queue_seconds_of_completed"],
    );
}

#[test]
fn every_dump_of_a_client_gives_what_was_served() {
    for case in CASES {
        let summary = summary_of(fixture(&format!("v2/{case}"))).summary();
        let truth = truth(case);
        let known = truth["batches"].as_array().expect("batches").iter();
        let known: Vec<&Value> = known.filter(|batch| !batch["batch_id"].is_null()).collect();
        let jobs = summary["jobs"].as_array().expect("jobs");
        assert_eq!(jobs.len(), known.len(), "{case}");
        for batch in known {
            let ours = jobs
                .iter()
                .find(|job| job["batch_job_id"] == batch["batch_id"]);
            check_batch(
                case,
                ours.unwrap_or_else(|| panic!("{case}: {batch}")),
                batch,
            );
        }
    }
}

#[test]
fn jobs_of_nobody_are_counted_and_are_no_items() {
    let summary = summary_of(fixture("v2/ts-page-and-data-points")).summary();
    let notes = summary["notes"].as_array().expect("notes");
    let note = notes
        .iter()
        .find(|note| note["code"] == "unreferenced-jobs");
    let message = note.expect("a note")["message"].as_str().expect("words");
    assert!(message.contains("213 data points"), "{message}");
    assert_eq!(note.expect("a note")["loss"], false);
}

#[test]
fn names_come_from_the_files_of_the_directory() {
    let summary = summary_of(fixture("v2/curl-raw-everything")).summary();
    let slowest = &summary["overall"]["slowest"];
    let named = slowest.as_array().expect("a list").iter();
    assert!(named.clone().count() > 0);
    assert!(named.clone().all(|item| item["item_name"].is_string()));
}

#[test]
fn waits_costs_and_the_span_of_the_record_are_shown() {
    let path = fixture("v2/ts-page-and-data-points");
    let path = path.to_str().expect("UTF-8");
    for (format, words) in [
        (
            "text",
            &[
                "Batch  ",
                "Record span  ",
                "Queue  ",
                "Credits  ",
                "files/min",
            ][..],
        ),
        (
            "markdown",
            &[
                "| Batch |",
                "| Span of the record |",
                "| Queue |",
                "| Credits |",
            ],
        ),
        (
            "html",
            &[
                "<h1>Batch bat-",
                "Span of the record",
                "Queue p50",
                "Credits",
                "Configuration",
            ],
        ),
        ("json", &["\"title\":\"Batch bat-"]),
    ] {
        let run = run(["report", path, "--format", format]);
        for word in words {
            assert!(
                run.stdout.contains(word),
                "{format}: no {word}: {}",
                run.stdout
            );
        }
        assert!(!run.stdout.contains("undocumented"), "{format}");
    }
}

#[test]
fn rows_of_a_table_are_jobs_of_the_batch() {
    let folder = Folder::new();
    folder.write(
        "batch.json",
        r#"{"id": "bat-1", "config": {"job": {"type": "parse_v2"}}, "status": "COMPLETED", "results": [
        {"source_directory_file_id": "dfl-1", "job_reference": {"id": "pjb-1", "type": "parse_v2"}},
        {"source_directory_file_id": "dfl-2", "job_reference": {"id": "pjb-2", "type": "parse_v2"}}]}"#,
    );
    folder.write(
        "jobs.csv",
        "id,project_id,status,error_message,usage,updated_at\n\
         pjb-1,prj-1,COMPLETED,,{'credits': 3.0},2026-11-12 09:00:02+00:00\n\
         pjb-2,prj-1,FAILED,broken,{'credits': 1.5},2026-11-12 09:00:02+00:00\n",
    );
    folder.write(
        "points.csv",
        "id,project_id,status,custom_tag,state_transitions.running_at,state_transitions.completed_at\n\
         pjb-1,prj-1,completed,,2026-11-12 09:00:00+00:00,2026-11-12 09:00:02+00:00\n",
    );
    let summary = folder.summary(&[]).summary();
    assert_eq!(summary["jobs"].as_array().map(Vec::len), Some(1));
    let overall = &summary["overall"];
    assert_eq!(overall["counts"]["by_status"]["completed"], 1);
    assert_eq!(overall["counts"]["by_status"]["failed"], 1);
    assert_eq!(overall["credits"]["total"], 4.5);
    assert_eq!(overall["error_groups"][0]["credits"], 1.5);
    let text = folder.run(&["report", ".", "--baseline", "."]).stdout;
    assert!(text.contains("broken (1.5 credits)"), "{text}");
    assert!(text.contains("Of 2 files in both: "), "{text}");
    assert_eq!(overall["durations"]["completed"]["max_seconds"], 2.0);
}
