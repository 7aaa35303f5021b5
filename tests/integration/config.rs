//! `batch-report.toml`: where it is found, what it sets, and that options win.

use std::ffi::OsString;

use crate::harness::{Folder, Run, finish, fixture, program};

/// Runs in a subfolder of a folder, with the settings files that the program finds by itself.
fn run_in(folder: &Folder, below: &str, args: &[&str]) -> Run {
    let place = folder.path().join(below);
    std::fs::create_dir_all(&place).expect("made");
    let typical = std::fs::canonicalize(fixture("typical")).expect("there");
    let args = args.iter().map(|arg| match *arg {
        "TYPICAL" => typical.clone().into_os_string(),
        arg => OsString::from(arg),
    });
    let mut command = program();
    command
        .current_dir(place)
        .env_remove("BATCH_REPORT_CONFIG")
        .args(args);
    finish(command, b"")
}

const SETTINGS: &str = "\
title = \"Nightly parse\"
gates = [\"failure_rate > 2%\", \"missing > 0\"]

[[error_groups]]
name = \"timeouts\"
regex = \"timed out\"
";

#[test]
fn the_nearest_file_upward_is_used_and_options_win() {
    let folder = Folder::new();
    folder.write("batch-report.toml", SETTINGS);
    let run = run_in(&folder, "a/b", &["report", "TYPICAL", "-f", "json"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("gate failed: failure_rate 5.0% > 2% (12 of 241)"),
        "{}",
        run.stderr
    );
    assert!(run.stdout.contains("\"title\":\"Nightly parse\""));
    assert!(run.stdout.contains("\"pattern\":\"timeouts\""));
    let flags = [
        "report",
        "TYPICAL",
        "-f",
        "json",
        "-t",
        "Mine",
        "--fail-on",
        "failure_rate > 9%",
    ];
    let run = run_in(&folder, "a/b", &flags);
    // The rule about the same metric is replaced; the other one still counts.
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("gate passed: missing 0, not > 0"),
        "{}",
        run.stderr
    );
    assert!(run.stdout.contains("\"title\":\"Mine\""));
    // A nearer file takes its place as a whole.
    folder.write("a/batch-report.toml", "title = \"Nearer\"\n");
    let run = run_in(&folder, "a/b", &["report", "TYPICAL", "-f", "json"]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("\"title\":\"Nearer\""));
}

#[test]
fn the_file_can_be_named_or_left_alone() {
    let folder = Folder::new();
    folder.write("batch-report.toml", SETTINGS);
    folder.write("other.toml", "title = \"Other\"\n");
    for (args, title) in [
        (&["--no-config"][..], "Batch job "),
        (&["--config", "other.toml"], "Other"),
    ] {
        let mut all = vec!["report", "TYPICAL", "-f", "json"];
        all.extend(args);
        let run = run_in(&folder, ".", &all);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(
            run.stdout.contains(&format!("\"title\":\"{title}")),
            "{args:?}"
        );
    }
    let missing = run_in(&folder, ".", &["report", "TYPICAL", "--config", "x.toml"]);
    assert_eq!((missing.code, missing.stdout.as_str()), (2, ""));
    assert!(
        missing
            .stderr
            .contains("cannot read the settings in `x.toml`"),
        "{}",
        missing.stderr
    );
}

#[test]
fn a_mistake_is_wrong_usage_and_names_its_line() {
    let folder = Folder::new();
    for (text, words) in [
        (
            "\ntitel = 1\n",
            "batch-report.toml:2: unknown key `titel`; did you mean `title`?",
        ),
        (
            "gates = [\"failrate > 1%\"]",
            "batch-report.toml:1: `gates`: unknown metric `failrate`; did you mean",
        ),
        ("title = \"x", "batch-report.toml:1: "),
    ] {
        folder.write("batch-report.toml", text);
        for command in [&["report", "TYPICAL"][..], &["config"]] {
            let run = run_in(&folder, ".", command);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{text}");
            assert!(run.stderr.contains(words), "{text}: {}", run.stderr);
        }
    }
}

#[test]
fn settings_are_shown_with_where_they_come_from() {
    let folder = Folder::new();
    folder.write("batch-report.toml", SETTINGS);
    let shown = run_in(&folder, "a", &["config"]).stdout;
    for line in [
        "title = \"Nightly parse\"                  # batch-report.toml:1",
        "gates = [                                # batch-report.toml:2",
        "  \"failure_rate > 2%\",",
        "absent = \"fail\"                          # default",
        "[[error_groups]]                         # batch-report.toml:4",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
    let none = run_in(&folder, "a", &["config", "--no-config"]).stdout;
    assert!(none.starts_with("# no batch-report.toml\n"), "{none}");
}

#[test]
fn settings_redact_with_the_key_file_beside_them() {
    let folder = Folder::new();
    let settings = "redact = [\"names\"]\nredact_key_file = \"redact.key\"\n";
    folder.write("batch-report.toml", settings);
    let missing = run_in(&folder, "a", &["report", "TYPICAL", "-f", "json"]);
    assert_eq!((missing.code, missing.stdout.as_str()), (2, ""));
    folder.write("redact.key", "0123456789abcdef0123456789abcdef");
    let first = run_in(&folder, "a", &["report", "TYPICAL", "-f", "json"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(!first.stdout.contains("Scan 79913"));
    let again = run_in(&folder, "a", &["report", "TYPICAL", "-f", "json"]);
    assert_eq!(again.stdout, first.stdout);
    let plain = run_in(
        &folder,
        "a",
        &["report", "TYPICAL", "-f", "json", "--no-config"],
    );
    assert!(plain.stdout.contains("Scan 79913"));
}

#[test]
fn settings_in_a_dump_are_no_input_and_globs_leave_files_out() {
    let folder = Folder::new();
    folder.write("batch-report.toml", "ignore = [\"old\"]\n");
    let page = r#"{"items":[{"item_id":"a","item_name":"a","status":"completed"}]}"#;
    folder.write("items.json", page);
    folder.write(
        "old/items.json",
        "{\"items\": [{\"item_id\": \"b\", \"item_name\"",
    );
    let run = run_in(&folder, ".", &["report", ".", "-f", "json", "--strict"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let summary = run.summary();
    assert_eq!(summary["inputs"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_saved_summary_keeps_its_title_and_groups_and_is_judged_by_the_settings() {
    let folder = Folder::new();
    run_in(
        &folder,
        ".",
        &["report", "TYPICAL", "-q", "-t", "Mine", "-o", "s.json"],
    );
    folder.write("batch-report.toml", SETTINGS);
    let run = run_in(&folder, ".", &["report", "s.json", "-f", "json"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stdout.contains("\"title\":\"Mine\""));
}
