//! Reports for CI servers: JUnit and CTRF, as other people's schemas and readers see them.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::harness::{Folder, fixture, item, run, status};
use crate::oracle;

const DUMPS: [&str; 9] = [
    "fixtures/typical",
    "fixtures/several-jobs",
    "fixtures/hostile-text",
    "fixtures/malformed",
    "fixtures/running",
    "fixtures/partial",
    "fixtures/empty",
    "fixtures/clients/llp-list-jobs-json",
    "fixtures/v2/curl-raw-everything",
];

#[test]
fn other_readers_see_every_case_and_the_schemas_hold() {
    oracle::check("tests/oracle/ci_formats.py", &[], &DUMPS);
}

#[test]
fn readers_of_the_npm_registry_find_the_same_cases() {
    let modules = Path::new("tests/browser/node_modules");
    if !modules.join("junit2json").exists() {
        let in_ci = std::env::var_os("CI").is_some();
        assert!(!in_ci, "`npm ci` in tests/browser installs the readers");
        return;
    }
    let folder = Folder::new();
    for (dump, expected) in [("typical", "[250,12,9]"), ("hostile-text", "[86,22,18]")] {
        let dump = fixture(dump);
        let args = ["report", dump.to_str().expect("UTF-8"), "-q", "-f", "junit"];
        folder.write("junit.xml", run(args).stdout);
        let output = Command::new("node")
            .args(["--test", "junit.test.js"])
            .current_dir("tests/browser")
            .env("JUNIT_FILE", folder.path().join("junit.xml"))
            .env("JUNIT_EXPECTED", expected)
            .output()
            .expect("node starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
    }
}

#[test]
fn missing_items_are_an_error_so_that_no_pipeline_passes_without_them() {
    let text = run(["report", "fixtures/partial", "-q", "-f", "junit"]).stdout;
    assert!(
        text.contains("<error type=\"missing\" message=\"30 of 130 items are not in the dump.\"/>")
    );
}

#[test]
fn gates_are_cases_of_a_suite_of_their_own() {
    let gates = [
        "--fail-on",
        "failure_rate > 2%",
        "--fail-on",
        "failed > 100",
    ];
    let args = [
        &["report", "fixtures/typical", "-q", "-f", "junit"],
        &gates[..],
    ]
    .concat();
    let run = run(args);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let suite = run
        .stdout
        .split("<testsuite name=\"gates\"")
        .nth(1)
        .expect("a suite");
    assert!(
        suite.starts_with(" tests=\"2\" failures=\"1\" errors=\"0\""),
        "{suite}"
    );
    assert!(
        suite.contains("message=\"failure_rate 5.0% &gt; 2% (12 of 241)"),
        "{suite}"
    );
}

/// A job of 10,100 items, of which every 100th failed.
fn large() -> Folder {
    let folder = Folder::new();
    let items = (0..10_100).map(|n| {
        let status = if n % 100 == 0 { "failed" } else { "completed" };
        item(&format!("dfl-{n}"), status)
    });
    let items = items.collect::<Vec<_>>().join(",");
    folder.write("items.json", format!("{{\"items\":[{items}]}}"));
    folder.write("status.json", status("bjb-1", 10_100));
    folder
}

#[test]
fn passed_items_of_a_large_dump_are_left_out_and_counted() {
    let folder = large();
    let text = folder.run(&["report", ".", "-q", "-f", "junit"]).stdout;
    assert_eq!(text.matches("<failure ").count(), 101);
    // The slowest ones are still there.
    assert_eq!(text.matches("<testcase ").count(), 111);
    assert!(text.contains("<property name=\"items_left_out\" value=\"9989\"/>"));
    let text = folder.run(&["report", ".", "-q", "-f", "ctrf"]).stdout;
    let report: Value = serde_json::from_str(&text).expect("JSON");
    let summary = &report["results"]["summary"];
    assert_eq!(summary["passed"], 9_999);
    assert_eq!(summary["extra"]["tests_left_out"], 9_989);
    let all = folder.run(&["report", ".", "-q", "-f", "junit", "--items", "all"]);
    assert_eq!(all.stdout.matches("<testcase ").count(), 10_100);
}

#[test]
fn reports_for_ci_servers_are_no_input_of_a_later_run() {
    let folder = Folder::new();
    folder.write("items.json", format!("[{}]", item("a", "failed")));
    let outputs = ["-o", "report.xml", "-o", "ctrf:tests.json"];
    for _ in 0..2 {
        let run = folder.run(&[&["report", "."], &outputs[..]].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let notes = folder.summary(&[]).codes();
    assert_eq!(notes.iter().filter(|code| *code == "own-report").count(), 2);
}

#[test]
fn a_saved_summary_gives_the_same_reports() {
    let folder = Folder::new();
    let json = run([
        "report",
        "fixtures/typical",
        "-q",
        "-f",
        "json",
        "--items",
        "all",
    ])
    .stdout;
    folder.write("summary.json", json);
    for format in ["junit", "ctrf"] {
        let of_dump = run(["report", "fixtures/typical", "-q", "-f", format]).stdout;
        let of_summary = folder
            .run(&["report", "summary.json", "-q", "-f", format])
            .stdout;
        assert!(of_dump == of_summary, "{format}");
    }
}
