//! `compare` and `--baseline`: what changed, from dumps, exports and saved summaries.

use serde_json::Value;

use crate::harness::{Folder, Run, item, status};

/// Writes a whole job of items, each with its id, status and error.
fn write_job(folder: &Folder, job: &str, day: u32, items: &[(&str, &str, &str)]) {
    let rows: Vec<String> = items
        .iter()
        .map(|(id, state, error)| {
            let row = item(id, state).replace("2026-05-14", &format!("2026-05-{day}"));
            match error.is_empty() {
                true => row,
                false => row.replacen('{', &format!(r#"{{"error_message":"{error}","#), 1),
            }
        })
        .collect();
    let total = items.len() as u64;
    folder.write(&format!("{job}/status.json"), status(job, total));
    let rows = rows.join(",");
    folder.write(
        &format!("{job}/items.json"),
        format!(r#"{{"items":[{rows}],"total_size":{total}}}"#),
    );
}

/// A job, its rerun, and a later job of the same files.
fn jobs() -> Folder {
    let folder = Folder::new();
    let failed = [
        ("a", "failed", "quota"),
        ("b", "failed", "quota"),
        ("c", "failed", "quota"),
    ];
    let mut items = failed.to_vec();
    items.extend([("d", "completed", ""), ("e", "completed", "")]);
    write_job(&folder, "bjb-1", 14, &items);
    let rerun = [
        ("a", "completed", ""),
        ("b", "failed", "quota"),
        ("c", "failed", "no such page"),
    ];
    write_job(&folder, "bjb-2", 15, &rerun);
    let later = [
        ("a", "completed", ""),
        ("b", "completed", ""),
        ("c", "failed", "quota"),
        ("d", "failed", "a new error"),
        ("f", "completed", ""),
    ];
    write_job(&folder, "bjb-3", 16, &later);
    folder
}

fn comparison(run: &Run) -> Value {
    run.summary()["comparison"].clone()
}

/// Counts of what changed.
fn counts(comparison: &Value) -> [u64; 6] {
    [
        "newly_failing",
        "fixed",
        "still_failing",
        "new_items",
        "gone_items",
        "new_errors",
    ]
    .map(|name| comparison[name]["count"].as_u64().expect(name))
}

#[test]
fn two_jobs_are_compared_item_by_item() {
    let folder = jobs();
    let run = folder.run(&["compare", "bjb-1", "--to", "bjb-3", "-f", "json"]);
    let found = comparison(&run);
    assert_eq!(counts(&found), [1, 2, 1, 1, 1, 1]);
    assert_eq!(found["newly_failing"]["items"][0]["item_id"], "d");
    assert_eq!(found["new_errors"]["groups"][0]["pattern"], "a new error");
    assert_eq!(
        found["verdict"],
        "Of 4 items in both: 1 newly failing, 2 fixed, 1 still failing. 1 item is new. 1 item is gone. \
         The failure rate fell from 60.0% to 40.0% (95% CI of the change -59.9 to +32.2 points, so it may \
         be chance)."
    );
}

#[test]
fn a_rerun_beside_its_first_job_shows_what_still_fails() {
    let folder = jobs();
    let run = folder.run(&["compare", "bjb-1", "--to", "bjb-1", "bjb-2", "-f", "json"]);
    let found = comparison(&run);
    assert_eq!(counts(&found), [0, 1, 2, 0, 0, 1]);
    assert_eq!(found["still_failing"]["other_error"], 1);
    assert_eq!(found["rates"]["failure"]["new"]["numerator"], 2);
    assert_eq!(found["rates"]["failure"]["new"]["denominator"], 5);
}

#[test]
fn a_summary_or_an_export_is_a_baseline_like_its_dump() {
    let folder = jobs();
    let outputs = ["-o", "1.json", "-o", "1.csv", "-o", "1.jsonl"];
    let mut args = vec!["report", "bjb-1", "-q"];
    args.extend(outputs);
    folder.run(&args);
    let mut expected =
        comparison(&folder.run(&["report", "bjb-3", "-f", "json", "--baseline", "bjb-1"]));
    expected["base"]["title"] = Value::Null;
    for file in ["1.json", "1.csv", "1.jsonl"] {
        let run = folder.run(&["report", "bjb-3", "-f", "json", "--baseline", file]);
        let mut found = comparison(&run);
        found["base"]["title"] = Value::Null;
        assert_eq!(found, expected, "{file}");
    }
    // And so is the other side.
    folder.run(&["report", "bjb-3", "-q", "-o", "3.json"]);
    let mut found = comparison(&folder.run(&["compare", "1.json", "--to", "3.json", "-f", "json"]));
    found["base"]["title"] = Value::Null;
    assert_eq!(found, expected);
}

#[test]
fn a_summary_that_lacks_items_compares_rates_and_errors_only() {
    let folder = jobs();
    folder.run(&["report", "bjb-1", "-q", "--items", "none", "-o", "1.json"]);
    let run = folder.run(&["report", "bjb-3", "-f", "json", "--baseline", "1.json"]);
    let found = comparison(&run);
    assert_eq!(found["newly_failing"], Value::Null);
    assert_eq!(found["new_errors"]["count"], 1);
    let words = "The baseline is a summary with 0 of 5 items, so single items are not compared; save it \
                 with --items all";
    assert_eq!(found["not_compared"], words);
    let gate = folder.run(&[
        "report",
        "bjb-3",
        "--baseline",
        "1.json",
        "--fail-on",
        "regressed > 9",
    ]);
    assert_eq!(gate.code, 3);
    assert!(
        gate.stderr
            .contains("the items of the baseline cannot be compared"),
        "{}",
        gate.stderr
    );
}

#[test]
fn gates_compare_with_the_baseline_and_need_one() {
    let folder = jobs();
    for (rule, code) in [
        ("regressed > 0", 3),
        ("regressed > 1", 0),
        ("new_errors >= 1", 3),
        ("new_errors > 1", 0),
    ] {
        let run = folder.run(&["report", "bjb-3", "--baseline", "bjb-1", "--fail-on", rule]);
        assert_eq!(run.code, code, "{rule}: {}", run.stderr);
        let run = folder.run(&["report", "bjb-3", "--fail-on", rule]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{rule}");
        assert!(run.stderr.contains("add --baseline PATH"), "{}", run.stderr);
    }
    let any = folder.run(&[
        "report",
        "bjb-3",
        "--baseline",
        "bjb-1",
        "--fail-on",
        "any:regressed > 0",
    ]);
    assert_eq!(any.code, 2);
    // What is missing from the baseline may hide what regressed.
    folder.write("bjb-1/status.json", status("bjb-1", 9));
    let rule = "regressed > 1";
    let run = folder.run(&["report", "bjb-3", "--baseline", "bjb-1", "--fail-on", rule]);
    assert_eq!(run.code, 3, "{}", run.stderr);
}

#[test]
fn every_format_has_the_comparison() {
    let folder = jobs();
    folder.run(&[
        "compare", "bjb-1", "--to", "bjb-3", "-q", "-o", "c.txt", "-o", "c.md", "-o", "c.html",
    ]);
    for (file, words) in [
        ("c.txt", "Newly failing (1)\n  d  d.pdf  a new error\n"),
        ("c.md", "<summary>Newly failing (1)</summary>"),
        ("c.html", "<summary>Newly failing: 1</summary>"),
    ] {
        let text = folder.read(file);
        assert!(
            text.contains(words) && text.contains("Compared with the baseline"),
            "{file}: {text}"
        );
    }
}

#[test]
fn a_baseline_that_cannot_be_used_is_an_error() {
    let folder = jobs();
    folder.write("x.txt", "nothing of ours");
    for (args, code, words) in [
        (
            &["compare", "bjb-9", "--to", "bjb-1"][..],
            1,
            "no such file or folder: `bjb-9`",
        ),
        (
            &["compare", "x.txt", "--to", "bjb-1"],
            1,
            "found no jobs and no items",
        ),
        (&["compare", "bjb-1"], 2, "--to <NEW>"),
        (
            &["report", "bjb-3", "--baseline", "1.json", "-o", "1.json"],
            2,
            "is an input and would be overwritten",
        ),
    ] {
        folder.run(&["report", "bjb-1", "-q", "-o", "1.json"]);
        let run = folder.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{args:?}");
        assert!(run.stderr.contains(words), "{args:?}: {}", run.stderr);
    }
}
