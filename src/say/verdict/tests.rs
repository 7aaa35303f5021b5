use serde_json::{Value, json};

use super::*;
use crate::say::findings::tests::sections;

/// A job with these counts by status; `edit` changes its JSON.
fn job(by_status: Value, edit: impl FnOnce(&mut Value)) -> JobReport {
    let count = |word: &str| by_status[word].as_u64().unwrap_or_default();
    let (failed, completed) = (count("failed"), count("completed"));
    let distinct: u64 = by_status
        .as_object()
        .expect("counts")
        .values()
        .filter_map(Value::as_u64)
        .sum();
    let mut job = serde_json::to_value(sections(0, &json!([]))).expect("JSON");
    job["counts"]["by_status"] = by_status;
    job["counts"]["distinct"] = json!(distinct);
    job["counts"]["complete"] = json!(true);
    let processed = failed + completed;
    let rate = failed as f64 / processed.max(1) as f64;
    job["rates"]["failure"] = json!({
        "numerator": failed, "denominator": processed,
        "value": (processed > 0).then_some(rate),
        "ci95": (processed > 0).then_some([rate / 2.0, (rate * 2.0).min(1.0)]),
    });
    for (name, value) in [
        ("batch_job_id", json!("bjb-1")),
        ("label", json!("bjb-1")),
        ("api", json!("v1")),
        ("verdict", json!("")),
        ("job", json!({ "id": "bjb-1", "status": "completed" })),
    ] {
        job[name] = value;
    }
    edit(&mut job);
    serde_json::from_value(job).expect("a job")
}

fn verdict(by_status: Value, edit: impl FnOnce(&mut Value)) -> String {
    of_job(&job(by_status, edit))
}

#[test]
fn the_rate_comes_first_and_others_after_it() {
    assert_eq!(
        verdict(
            json!({ "completed": 190, "failed": 10, "skipped": 9, "pending": 1 }),
            |job| {
                job["error_groups"] = json!([{
                    "id": "x", "pattern": "Timeout", "count": 8, "share": 0.8,
                    "per_interval": [], "undated": 0, "examples": []
                }]);
                job["job"] =
                    json!({ "id": "bjb-1", "status": "running", "progress_percentage": 95.0 });
            }
        ),
        "The job is still running (95.0% done). 10 of 200 processed items failed (5.0%), 8 of them with “Timeout”. 1 is pending and 9 were skipped."
    );
}

#[test]
fn nothing_and_everything_read_like_sentences() {
    let same = |_: &mut Value| {};
    for (by_status, words) in [
        (json!({}), "The list has no items."),
        (json!({ "skipped": 19 }), "All 19 items were skipped."),
        (json!({ "skipped": 1 }), "The only item was skipped."),
        (json!({ "completed": 3 }), "All 3 items completed."),
        (
            json!({ "completed": 1 }),
            "The only processed item completed.",
        ),
        (json!({ "failed": 2 }), "All 2 processed items failed."),
        (
            json!({ "skipped": 2, "queued": 1 }),
            "None of 3 items completed or failed. 2 were skipped and 1 has status “queued”.",
        ),
    ] {
        assert_eq!(verdict(by_status, same), words);
    }
}

#[test]
fn a_failed_job_says_why() {
    let words = verdict(json!({ "failed": 1 }), |job| {
        job["job"] = json!({
            "id": "bjb-1", "status": "failed", "error_message": "Worker lost"
        });
    });
    assert!(
        words.starts_with("The job failed: “Worker lost”. "),
        "{words}"
    );
}

#[test]
fn open_items_of_an_ended_job_are_told_with_the_way_out() {
    let words = verdict(json!({ "completed": 5, "processing": 2 }), |_| {});
    assert!(
        words.starts_with(
            "The job has completed, but 2 items are still open in its list, which was recorded \
             too early; fetch the list again. "
        ),
        "{words}"
    );
    let words = verdict(json!({ "completed": 5, "processing": 2 }), |job| {
        job["job"]["status"] = json!("running");
    });
    assert!(!words.contains("too early"), "{words}");
}

#[test]
fn the_oldest_open_item_is_told_with_its_age() {
    let words = verdict(json!({ "completed": 5, "processing": 2 }), |job| {
        job["job"]["status"] = json!("running");
        job["open"] = json!([{
            "item_id": "a", "item_name": null, "status": "processing", "started_at": null,
            "age_seconds": 172_800.0, "job": "bjb-1"
        }]);
    });
    assert!(
        words.contains("2 are being processed (the oldest for 2 d 0 h)."),
        "{words}"
    );
}

#[test]
fn the_rate_of_a_filtered_list_is_not_the_jobs() {
    let words = verdict(json!({ "failed": 13 }), |job| {
        job["counts"]["status_filter"] = json!("failed");
        job["counts"]["filtered_jobs"] = json!(1);
        job["job"] = json!({
            "id": "bjb-1", "status": "completed", "total_items": 250, "failed_items": 13,
            "skipped_items": 5
        });
    });
    assert_eq!(
        words,
        "The list holds only the 13 items with status “failed”, so the job's failure rate cannot \
             be computed from it; the job itself counts 13 failed and 5 skipped of 250 items."
    );
    assert!(!words.contains('%'));
}

#[test]
fn batches_of_v2_have_files() {
    let v2 = |edit: fn(&mut Value)| {
        verdict(
            json!({ "completed": 45, "failed": 5, "processing": 8 }),
            |job| {
                job["api"] = json!("v2");
                job["counts"]["never_started"] = json!(2);
                edit(job);
            },
        )
    };
    assert_eq!(
        v2(|_| {}),
        "The batch is completed, but 8 of its 58 files are still open. 5 of 50 processed files \
             failed (10.0%). 2 files never got a job. 8 are being processed."
    );
    assert!(v2(|job| job["counts"]["listed"] = json!(false)).contains(
        "The batch is completed; its files are unknown because its results are not recorded."
    ));
}

#[test]
fn completeness_is_told_unless_the_list_is_whole() {
    let missing = verdict(json!({ "completed": 2 }), |job| {
        job["counts"]["complete"] = json!(false);
        job["counts"]["stated_total"] = json!(5);
        job["counts"]["missing"] = json!(3);
    });
    assert!(
        missing.ends_with(" The list is missing 3 of 5 items."),
        "{missing}"
    );
    let unknown = verdict(json!({ "completed": 2 }), |job| {
        job["counts"]["complete"] = json!(null);
    });
    assert!(
        unknown.ends_with(" The list may be incomplete (no total given)."),
        "{unknown}"
    );
}

#[test]
fn several_jobs_are_counted_by_their_ends() {
    let one = job(json!({ "completed": 2 }), |_| {});
    let other = job(json!({ "completed": 2 }), |job| {
        job["job"]["status"] = json!("failed");
    });
    let words = of_jobs(&one.sections, &[&one, &one, &other].map(Outline::of));
    assert!(
        words.starts_with("3 jobs: 2 completed, 1 failed. None of 2 "),
        "{words}"
    );
}

#[test]
fn running_jobs_are_named_with_their_expected_ends_the_last_first() {
    let running = |label: &str, from: &str, to: &str| {
        job(json!({ "completed": 5, "pending": 5 }), |job| {
            job["label"] = json!(label);
            job["job"] = json!({ "id": label, "status": "running" });
            job["expected_end"] = json!({ "remaining": 5, "from": from, "to": to });
        })
    };
    let jobs = [
        running("a", "2026-05-14T09:00:00Z", "2026-05-14T09:10:00Z"),
        running("b", "2026-05-14T23:00:00Z", "2026-05-15T01:00:00Z"),
        running("c", "2026-05-14T12:00:10Z", "2026-05-14T12:00:50Z"),
        job(json!({ "completed": 5 }), |_| {}),
    ];
    let of = |jobs: &[JobReport]| {
        let verdict = of_jobs(
            &jobs[0].sections,
            &jobs.iter().map(Outline::of).collect::<Vec<_>>(),
        );
        let start = verdict.find("At the recent rate").unwrap_or(verdict.len());
        let end = verdict[start..]
            .find(". ")
            .map_or(verdict.len(), |end| start + end + 1);
        verdict[start..end].to_owned()
    };
    assert_eq!(
        of(&jobs),
        "At the recent rate, b ends between 2026-05-14 23:00 and 2026-05-15 01:00 UTC (80% likely) and c ends \
         about 2026-05-14 12:00 UTC; 1 more is expected earlier."
    );
    assert_eq!(
        of(&[jobs[0].clone(), jobs[3].clone()]),
        "At the recent rate, a ends between 2026-05-14 09:00 and 09:10 UTC (80% likely)."
    );
    assert_eq!(of(&[jobs[3].clone(), jobs[3].clone()]), "");
}
