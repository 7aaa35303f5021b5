//! Which job items belong to, seen from outside.

use serde_json::Value;

use crate::harness::{Folder, codes, finish, item, program, status};

const A: &str = "bjb-5eaf9ad5-8702-4c03-8bfd-9f390195055d";
const B: &str = "bjb-69c17150-74bb-4db0-b4c3-0906e293e9ee";

fn page(items: &[String]) -> String {
    format!(
        r#"{{"items":[{}],"next_page_token":null,"total_size":{}}}"#,
        items.join(","),
        items.len()
    )
}

/// `(batch_job_id or label, distinct items)` of each job, in the order of names.
fn owners(summary: &Value) -> Vec<(String, u64)> {
    let mut owners: Vec<(String, u64)> = summary["jobs"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|job| {
            let name = job["batch_job_id"]
                .as_str()
                .or(job["label"].as_str())
                .expect("a name");
            (
                name.to_owned(),
                job["counts"]["distinct"].as_u64().expect("a count"),
            )
        })
        .collect();
    owners.sort();
    owners
}

fn pairs(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    let pairs = expected.iter();
    let mut pairs: Vec<(String, u64)> = pairs
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect();
    pairs.sort();
    pairs
}

#[test]
fn an_id_in_the_document_goes_before_what_the_user_says() {
    let folder = Folder::new();
    let combined = status(A, 1).replace("\"progress", "\"items\":[ITEM],\"progress");
    folder.write(
        "one.json",
        combined.replace("ITEM", &item("a", "completed")),
    );
    folder.write("two.json", page(&[item("b", "failed")]));
    let summary = folder.summary(&["--job-id", B]).summary();
    assert_eq!(owners(&summary), pairs(&[(A, 1), (B, 1)]));
}

#[test]
fn what_the_user_says_goes_before_names_and_neighbours() {
    let folder = Folder::new();
    folder.write("status.json", status(A, 1));
    folder.write(&format!("{A}.items.json"), page(&[item("a", "completed")]));
    let summary = folder.summary(&["--job-id", B]).summary();
    assert_eq!(owners(&summary), pairs(&[(B, 1), (A, 0)]));
}

#[test]
fn items_find_the_only_job_above_them() {
    let folder = Folder::new();
    folder.write("run/status.json", status(A, 2));
    folder.write("run/pages/1/items.json", page(&[item("a", "completed")]));
    folder.write("run/pages/2/items.json", page(&[item("b", "completed")]));
    let summary = folder.summary(&[]).summary();
    assert_eq!(owners(&summary), pairs(&[(A, 2)]));
}

#[test]
fn two_jobs_that_could_claim_items_are_named_with_the_way_out() {
    let run = crate::harness::summary_of("fixtures/ambiguous");
    let summary = run.summary();
    assert!(codes(&summary).contains(&"ambiguous-job".to_owned()));
    assert!(
        run.stderr.contains("2 jobs are recorded beside it"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("--job-id"), "{}", run.stderr);
}

#[test]
fn items_without_a_job_are_called_by_their_folder() {
    let folder = Folder::new();
    folder.write("one/items.json", page(&[item("a", "completed")]));
    folder.write("two/items_0.json", page(&[item("b", "completed")]));
    folder.write("two/items_1.json", page(&[item("c", "completed")]));
    let summary = folder.summary(&[]).summary();
    assert_eq!(owners(&summary), pairs(&[("one", 1), ("two", 2)]));
}

#[test]
fn a_status_file_and_a_pipe_belong_together() {
    let folder = Folder::new();
    folder.write("status.json", status(A, 1));
    let mut command = program();
    command
        .current_dir(folder.path())
        .args(["report", "status.json", "-", "--format", "json"]);
    let run = finish(command, page(&[item("a", "completed")]).as_bytes());
    assert_eq!(owners(&run.summary()), pairs(&[(A, 1)]));

    folder.write("items.json", page(&[item("a", "completed")]));
    let mut command = program();
    command
        .current_dir(folder.path())
        .args(["report", "items.json", "-", "--format", "json"]);
    let run = finish(command, status(A, 1).as_bytes());
    assert_eq!(owners(&run.summary()), pairs(&[(A, 1)]));
}

#[test]
fn the_newest_record_of_an_item_and_of_a_job_counts() {
    let folder = Folder::new();
    let old = item("a", "processing").replace("08:30:10Z", "08:30:05Z");
    folder.write("2/items.json", page(&[old]));
    folder.write("1/items.json", page(&[item("a", "failed")]));
    let newer = status(A, 1).replace(
        "\"status\"",
        "\"effective_at\":\"2026-05-14T09:00:00Z\",\"status\"",
    );
    folder.write("1/status.json", newer);
    let older = status(A, 7).replace(
        "\"status\"",
        "\"effective_at\":\"2026-05-14T08:00:00Z\",\"status\"",
    );
    folder.write("2/status.json", older);
    let summary = folder.summary(&[]).summary();
    let job = &summary["jobs"][0];
    assert_eq!(job["counts"]["by_status"]["failed"], 1);
    assert_eq!(job["counts"]["conflicting_duplicates"], 1);
    assert_eq!(job["job"]["total_items"], 1);
    assert!(codes(&summary).contains(&"repeated-status".to_owned()));
}

#[test]
fn a_list_of_one_status_against_a_larger_job_is_told_to_be_filtered() {
    let folder = Folder::new();
    folder.write("status.json", status(A, 50));
    folder.write(
        "items.jsonl",
        format!("{}\n{}\n", item("a", "failed"), item("b", "failed")),
    );
    let summary = folder.summary(&[]).summary();
    assert_eq!(summary["jobs"][0]["counts"]["status_filter"], "failed");
    assert!(codes(&summary).contains(&"filtered-list".to_owned()));
}

#[test]
fn a_file_name_tells_a_filter_unless_the_list_holds_the_whole_job() {
    let folder = Folder::new();
    folder.write(
        "failed.json",
        page(&[item("a", "failed"), item("b", "failed")]),
    );
    let filter = |folder: &Folder| {
        folder.summary(&[]).summary()["jobs"][0]["counts"]["status_filter"].clone()
    };
    assert_eq!(filter(&folder), "failed");
    folder.write("status.json", status(A, 2));
    assert_eq!(filter(&folder), Value::Null);
}

#[test]
fn a_list_is_not_taken_for_a_filtered_one_because_its_newest_records_have_one_status() {
    let folder = Folder::new();
    folder.write("status.json", status(A, 50));
    let before = item("a", "processing").replace("08:30:10Z\"}", "08:30:05Z\"}");
    folder.write(
        "1/failed.jsonl",
        format!("{before}\n{}\n", item("b", "failed")),
    );
    folder.write("2/failed.jsonl", item("a", "failed") + "\n");
    let summary = folder.summary(&[]).summary();
    let counts = &summary["jobs"][0]["counts"];
    assert_eq!(counts["by_status"]["failed"], 2);
    assert_eq!(counts["status_filter"], Value::Null);
}

#[test]
fn the_begin_of_a_whole_list_is_not_taken_for_a_filtered_one() {
    let folder = Folder::new();
    folder.write("status.json", status(A, 50));
    let first = page(&[item("a", "completed")]).replace("\"total_size\":1", "\"total_size\":50");
    folder.write("items.json", first);
    let summary = folder.summary(&[]).summary();
    assert_eq!(summary["jobs"][0]["counts"]["status_filter"], Value::Null);
    assert_eq!(summary["jobs"][0]["counts"]["missing"], 49);
}

#[test]
fn counts_that_disagree_with_the_status_are_put_into_words() {
    let run = crate::harness::summary_of("fixtures/clients/py-shifted-list");
    let summary = run.summary();
    let words: Vec<&str> = summary["notes"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|note| note["code"] == "count-mismatch")
        .map(|note| note["message"].as_str().expect("words"))
        .collect();
    assert_eq!(
        words,
        [
            "the job counts 13 failed and 9 skipped, the list holds 12 failed and 8 skipped; 12 items \
             are missing from the list"
        ]
    );
}

#[test]
fn a_folder_is_the_same_whichever_way_it_is_named() {
    let folder = Folder::new();
    folder.write("here/status.json", status(A, 1));
    folder.write("here/items.json", page(&[item("a", "completed")]));
    folder.write("other/items.json", page(&[item("b", "completed")]));
    let here = folder.path().join("here");
    let absolute = here.join("items.json");
    let owners_of = |paths: [&str; 2]| {
        let mut command = program();
        command
            .current_dir(&here)
            .args(["report", "--format", "json"])
            .args(paths);
        owners(&finish(command, b"").summary())
    };
    let absolute = absolute.to_str().expect("UTF-8");
    for paths in [
        ["status.json", absolute],
        ["../here/status.json", "items.json"],
        ["./status.json", "items.json"],
    ] {
        assert_eq!(owners_of(paths), pairs(&[(A, 1)]), "{paths:?}");
    }
    assert_eq!(
        owners_of(["status.json", "../other/items.json"]),
        pairs(&[("../other", 1), (A, 0)])
    );
}

#[test]
fn the_only_job_in_a_file_claims_the_items_of_that_file() {
    let folder = Folder::new();
    folder.write("one.json", status(A, 1) + &page(&[item("a", "completed")]));
    folder.write("two.json", status(B, 1) + &page(&[item("a", "failed")]));
    assert_eq!(
        owners(&folder.summary(&[]).summary()),
        pairs(&[(A, 1), (B, 1)])
    );
}

#[test]
fn a_name_with_two_ids_is_not_settled_by_a_guess() {
    let folder = Folder::new();
    folder.write(&format!("{A}_{B}.json"), page(&[item("a", "completed")]));
    folder.write("status.json", status(A, 1));
    let run = folder.summary(&[]);
    assert!(run.codes().contains(&"ambiguous-name".to_owned()));
    assert_eq!(owners(&run.summary())[0].1 + owners(&run.summary())[1].1, 1);
    assert!(!owners(&run.summary()).contains(&(A.to_owned(), 1)));
}

#[test]
fn rates_of_jobs_of_which_one_list_is_filtered_are_marked_in_every_format() {
    let printed = |format| {
        let mut command = program();
        command.args([
            "report",
            "fixtures/filtered",
            "fixtures/typical",
            "-q",
            "--format",
            format,
        ]);
        finish(command, b"").stdout
    };
    let summary: Value = serde_json::from_str(&printed("json")).expect("JSON");
    assert_eq!(summary["overall"]["counts"]["filtered_jobs"], 1);
    let verdict = summary["verdict"].as_str().expect("a sentence");
    let said = "The list of 1 of 2 jobs is filtered by status, so the rate is not the jobs' own.";
    assert!(verdict.contains(said), "{verdict}");
    assert!(printed("markdown").contains("| 250 | 13 | – (filtered list) |"));
    assert!(printed("html").contains("filtered list</span>"));
    let text = printed("text");
    assert!(
        text.contains("–*") && text.contains("* filtered by status"),
        "{text}"
    );
}
