//! `--history`: every run is kept, and the report shows the trend over them.

use serde_json::Value;

use crate::harness::{Folder, finish, item, program};

/// Reports on as many items of which some failed, on a day of May 2026.
fn run_on(folder: &Folder, day: u32, failed: usize, more: &[&str]) -> Value {
    let items: Vec<String> = (0..10)
        .map(|n| match n < failed {
            true => item(&n.to_string(), "failed").replacen('{', r#"{"error_message":"quota","#, 1),
            false => item(&n.to_string(), "completed"),
        })
        .collect();
    folder.write(
        "items.json",
        format!(r#"{{"items":[{}],"total_size":10}}"#, items.join(",")),
    );
    let mut command = program();
    command
        .current_dir(folder.path())
        .env(
            "SOURCE_DATE_EPOCH",
            (1_777_600_000 + 86_400 * day).to_string(),
        )
        .args(["report", ".", "-f", "json", "--history", "runs"])
        .args(more);
    finish(command, b"").summary()
}

fn kept(folder: &Folder) -> usize {
    std::fs::read_dir(folder.path().join("runs"))
        .expect("made")
        .count()
}

#[test]
fn every_run_is_kept_and_the_trend_is_shown() {
    let folder = Folder::new();
    let first = run_on(&folder, 1, 1, &[]);
    assert_eq!(
        first["trend"]["verdict"],
        "This is the first run of the history."
    );
    run_on(&folder, 2, 4, &[]);
    let third = run_on(
        &folder,
        3,
        2,
        &["-o", "r.html", "-o", "r.md", "-o", "r.txt"],
    );
    let trend = &third["trend"];
    assert_eq!(kept(&folder), 3);
    assert_eq!(
        trend["verdict"],
        "3 runs: the failure rate is 20.0%; it was 40.0% in the run before."
    );
    let metrics = trend["metrics"].as_array().expect("a list");
    let rate = metrics
        .iter()
        .find(|metric| metric["name"] == "failure_rate")
        .expect("there");
    assert_eq!(rate["values"], serde_json::json!([0.1, 0.4, 0.2]));
    assert_eq!(trend["error_groups"][0]["pattern"], "quota");
    assert_eq!(
        trend["error_groups"][0]["values"],
        serde_json::json!([1, 4, 2])
    );
    for file in ["r.html", "r.md", "r.txt"] {
        assert!(
            folder.read(file).contains("it was 40.0% in the run before"),
            "{file}"
        );
    }
    // What is kept is no input of the next run.
    assert_eq!(third["inputs"].as_array().map(Vec::len), Some(1));
}

#[test]
fn the_same_run_again_replaces_itself() {
    let folder = Folder::new();
    let first = run_on(&folder, 1, 1, &[]);
    assert_eq!(run_on(&folder, 1, 1, &[]), first);
    assert_eq!(kept(&folder), 1);
}

#[test]
fn the_newest_fifty_runs_are_shown_and_older_ones_counted() {
    let folder = Folder::new();
    run_on(&folder, 0, 1, &[]);
    let runs = folder.path().join("runs");
    let first = std::fs::read_dir(&runs)
        .expect("made")
        .next()
        .expect("one")
        .expect("one")
        .path();
    let text = std::fs::read_to_string(&first).expect("text");
    for n in 0..60 {
        let at = format!("2026-03-01T10:{n:02}:00Z");
        let time = at.replace(':', "");
        let text = text.replacen("2026-05-01T01:46:40Z", &at, 1);
        folder.write(&format!("runs/{time}-00000000.json"), text);
    }
    folder.write("runs/2026-04-01T000000Z-broken.json", "{");
    folder.write("runs/notes.txt", "mine");
    let trend = run_on(&folder, 2, 2, &[])["trend"].clone();
    assert_eq!(trend["runs"].as_array().map(Vec::len), Some(50));
    assert_eq!(trend["runs_left_out"], 12);
    assert_eq!(trend["runs"][0]["at"], "2026-03-01T10:12:00Z");
}

#[test]
fn a_history_that_cannot_be_used_is_an_error() {
    let folder = Folder::new();
    folder.write("items.json", r#"{"items":[]}"#);
    folder.write("file", "x");
    let run = folder.run(&["report", "items.json", "--history", "file"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr.contains("cannot use the history in `file`"),
        "{}",
        run.stderr
    );
}
