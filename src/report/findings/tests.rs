use serde_json::{Value, json};

use super::*;
use crate::api::UtcTime;
use crate::metrics::{Crowd, Ends, FailureCrowd, Timeline};

const SECOND: i64 = 1_000_000;
/// 2026-05-14T09:00:00Z.
const NINE: i64 = 1_778_749_200 * SECOND;

/// A job of 100 completed and `failed` failed items, with the given error groups.
fn sections(failed: u64, groups: &Value) -> Sections {
    let rate = json!({ "numerator": failed, "denominator": 100 + failed });
    let none = json!({ "count": 0, "missing_times": 0, "negative": 0 });
    serde_json::from_value(json!({
        "counts": {
            "listed": true, "recorded": 0, "distinct": 100 + failed, "duplicates": 0,
            "conflicting_duplicates": 0, "unreadable": 0,
            "by_status": { "completed": 100, "failed": failed },
        },
        "rates": { "failure": rate, "failed_of_all": rate, "skipped_of_all": rate },
        "durations": { "completed": none, "failed": none },
        "throughput": { "ended_items": 0, "timed_items": 0, "untimed_items": 0 },
        "skip_reasons": [], "error_groups": groups, "slowest": [], "open": [],
        "left_out": { "error_groups": 0, "skip_reasons": 0 },
    }))
    .expect("sections")
}

/// Completed items end once a second from 09:00:00 on for 1,000 seconds.
fn shape(failed: Vec<i64>) -> Shape {
    Shape {
        ends: Ends {
            completed: 1_000,
            last_completed: Some(NINE + 999 * SECOND),
            failed,
            ..Ends::default()
        },
        timeline: Some(Timeline {
            from: UtcTime::from_micros(NINE).expect("a time"),
            to: UtcTime::from_micros(NINE + 1_000 * SECOND).expect("a time"),
            interval_seconds: 15.0,
            intervals: Vec::new(),
            gaps: Vec::new(),
            still_worked_on: 0,
            dated_by_record: 0,
            undated: 0,
        }),
        failure_crowd: None,
        slowest_twentieth: None,
        histogram: None,
        groups: Vec::new(),
        attempts: crate::metrics::Attempts::default(),
    }
}

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect()
}

#[test]
fn where_nothing_is_remarkable_nothing_is_said() {
    let spread = shape((0..9).map(|n| NINE + n * 100 * SECOND).collect());
    assert_eq!(of_job(&sections(9, &json!([])), None, &spread), []);
}

#[test]
fn failures_that_cluster_are_weighed_against_time_and_completed_items() {
    let mut failed = vec![NINE, NINE + 10 * SECOND, NINE + 900 * SECOND];
    failed.extend((0..9).map(|n| NINE + (600 + n) * SECOND));
    failed.sort_unstable();
    let mut shape = shape(failed);
    let mut found = FailureCrowd {
        crowd: Crowd {
            from: NINE + 600 * SECOND,
            to: NINE + 608 * SECOND,
            count: 9,
        },
        completed: 9,
    };
    shape.failure_crowd = Some(found);
    let findings = of_job(&sections(12, &json!([])), None, &shape);
    assert_eq!(codes(&findings), ["failures-cluster"]);
    assert_eq!(
        findings[0].message,
        "9 of 12 failures ended between 09:10:00 and 09:10:08 UTC, in 0.8% of the job's time, \
         and with them 9 of 1,000 completed items."
    );
    // Where half of the completed items ended as well, it is the job that was quick.
    found.completed = 500;
    shape.failure_crowd = Some(found);
    let findings = of_job(&sections(12, &json!([])), None, &shape);
    assert_eq!(findings, []);
}

#[test]
fn few_failures_have_no_pattern() {
    let close = shape((0..4).map(|n| NINE + (600 + n) * SECOND).collect());
    let group = json!([{ "id": "0", "pattern": "x", "count": 4, "share": 1.0, "per_interval": [], "undated": 0, "examples": [] }]);
    assert_eq!(of_job(&sections(4, &group), None, &close), []);
}

#[test]
fn one_kind_of_error_and_its_limit_are_named() {
    let group = json!([
        { "id": "0", "pattern": "timed out", "count": 7, "share": 7.0 / 12.0, "per_interval": [], "undated": 0, "examples": [] },
        { "id": "0", "pattern": null, "count": 5, "share": 5.0 / 12.0, "per_interval": [], "undated": 0, "examples": [] },
    ]);
    let mut shape = shape(Vec::new());
    shape.groups = vec![
        GroupDetails {
            count: 7,
            micros: (0..6).map(|n| (300 * SECOND) + n * 100_000).collect(),
            ..GroupDetails::default()
        },
        GroupDetails::default(),
    ];
    let findings = of_job(&sections(12, &group), None, &shape);
    let messages: Vec<&str> = findings.iter().map(|f| f.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "7 of 12 failures (58.3%) are one kind of error: “timed out”.",
            "All 6 failures with a known duration of the kind “timed out” took between \
             5 min 00 s and 5 min 01 s, as if they had met a time limit."
        ]
    );
}

#[test]
fn durations_of_millennia_are_no_time_limit() {
    let group = json!([{ "id": "0", "pattern": "boom", "count": 5, "share": 1.0, "per_interval": [], "undated": 0, "examples": [] }]);
    let mut shape = shape(Vec::new());
    let mut micros = vec![20 * SECOND; 4];
    // The end of an item that has none, as some write it: 9999-12-31.
    micros.push(251_623_549_767 * SECOND);
    shape.groups = vec![GroupDetails {
        count: 5,
        micros,
        ..GroupDetails::default()
    }];
    let findings = of_job(&sections(5, &group), None, &shape);
    assert!(!codes(&findings).contains(&"time-limit"), "{findings:?}");
}

#[test]
fn a_tail_is_a_share_of_a_positive_span() {
    let mut sections = sections(0, &json!([]));
    sections.throughput.ended_items = 60;
    sections.throughput.tail_seconds = Some(89.0);
    let tail = |sections: &Sections| {
        let findings = of_job(sections, None, &shape(Vec::new()));
        findings
            .iter()
            .find(|found| found.code == "long-tail")
            .map(|found| found.message.clone())
    };
    // Of items that started after all others had ended there is none.
    assert_eq!(tail(&sections), None);
    sections.throughput.span_seconds = Some(300.0);
    assert_eq!(
        tail(&sections).as_deref(),
        Some("The last 5% of the items took 1 min 29 s of 5 min 00 s (29.7% of the time).")
    );
}

#[test]
fn after_the_last_completed_item_all_that_fails_is_counted() {
    let failed = (0..8).map(|n| NINE + (1_100 + n * 40) * SECOND).collect();
    let findings = of_job(&sections(8, &json!([])), None, &shape(failed));
    assert_eq!(codes(&findings)[0], "nothing-completed-since");
    assert!(
        findings[0]
            .message
            .starts_with("After 09:16:39 UTC nothing completed")
    );
    assert!(findings[0].message.contains("the 8 items"));
}

#[test]
fn what_is_missing_comes_first() {
    let mut sections = sections(0, &json!([]));
    sections.counts.stated_total = Some(250);
    sections.counts.missing = Some(150);
    let findings = of_job(&sections, None, &shape(Vec::new()));
    assert_eq!(
        findings[0].message,
        "150 of 250 stated items (60.0%) are not in the record, so that the figures speak of \
         the other 100."
    );
}
