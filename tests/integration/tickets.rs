//! Texts for tickets and chats, from outside.

use serde_json::Value;

use crate::harness::{Folder, fixture, item, run};
use crate::oracle;

const PLACES: [&str; 7] = [
    "github-comment",
    "github-summary",
    "gitlab",
    "jira",
    "slack",
    "email",
    "plain",
];

const CASES: [&str; 8] = [
    "typical",
    "several-jobs",
    "hostile-text",
    "filtered",
    "running",
    "empty",
    "clients/llp-list-jobs-json",
    "v2/curl-raw-everything",
];

#[test]
fn every_place_gets_its_text_with_for_and_with_o() {
    let folder = Folder::new();
    for case in CASES {
        let dump = std::path::absolute(fixture(case)).expect("a path");
        let dump = dump.to_str().expect("UTF-8");
        for place in PLACES {
            let printed = folder.run(&["report", dump, "-q", "--for", place]);
            assert_eq!(printed.code, 0, "{}", printed.stderr);
            let output = format!("{place}:out");
            let written = folder.run(&["report", dump, "-q", "-o", &output]);
            assert_eq!(written.code, 0, "{}", written.stderr);
            assert_eq!(folder.read("out"), printed.stdout, "{case} {place}");
        }
    }
}

#[test]
fn a_text_names_the_file_that_holds_the_full_report() {
    let folder = Folder::new();
    folder.write("dump/items.json", format!("[{}]", item("a", "failed")));
    let run = folder.run(&["report", "dump", "-q", "-o", "r.html", "--for", "slack"]);
    let message: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let blocks = message["blocks"].as_array().expect("blocks");
    let holds = |block: &Value| block["text"]["text"] == "The full report is in r.html.";
    assert!(blocks.iter().any(holds), "{}", run.stdout);
}

#[test]
fn brief_is_ten_lines_or_fewer() {
    for case in CASES {
        let path = fixture(case);
        let text = run(["report", path.to_str().expect("UTF-8"), "-q", "--brief"]).stdout;
        assert!(text.lines().count() <= 10, "{text}");
        assert!(
            text.lines()
                .any(|line| line.starts_with("Made by batch-report "))
        );
    }
}

#[test]
fn a_place_that_does_not_exist_is_refused_with_those_that_do() {
    let run = run(["report", "fixtures/typical", "--for", "teams"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("github-comment"), "{}", run.stderr);
}

#[test]
fn strict_holds_beside_a_text_for_a_place() {
    let run = run([
        "report",
        "fixtures/partial",
        "-q",
        "--strict",
        "--for",
        "jira",
    ]);
    assert_eq!(run.code, 4);
    assert!(
        run.stdout.starts_with("h3. ❌ Batch job "),
        "{}",
        run.stdout
    );
}

#[test]
fn a_saved_summary_gives_the_same_texts() {
    let folder = Folder::new();
    let json = run([
        "report",
        "fixtures/several-jobs",
        "-q",
        "-f",
        "json",
        "-i",
        "all",
    ])
    .stdout;
    folder.write("summary.json", json);
    for place in PLACES {
        let of_dump = run(["report", "fixtures/several-jobs", "-q", "--for", place]).stdout;
        let of_summary = folder
            .run(&["report", "summary.json", "-q", "--for", place])
            .stdout;
        assert_eq!(of_dump, of_summary, "{place}");
    }
}

#[test]
fn texts_for_places_are_no_input_of_a_later_run() {
    let folder = Folder::new();
    folder.write("items.json", format!("[{}]", item("a", "failed")));
    let outputs: Vec<String> = PLACES
        .iter()
        .chain(&["brief"])
        .map(|place| format!("{place}:{place}.x"))
        .collect();
    let mut args = vec!["report", "."];
    args.extend(outputs.iter().flat_map(|output| ["-o", output.as_str()]));
    for _ in 0..2 {
        let run = folder.run(&args);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let notes = folder.summary(&[]).codes();
    assert_eq!(notes.iter().filter(|code| *code == "own-report").count(), 8);
}

#[test]
fn a_renderer_of_markdown_finds_no_markup_in_foreign_text() {
    oracle::check(
        "tests/oracle/tickets.py",
        &[],
        &["fixtures/hostile-text", "fixtures/typical"],
    );
}
