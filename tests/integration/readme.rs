//! What the README shows is what happens.

use std::fs;

use crate::harness::{Folder, run};

fn readme() -> String {
    fs::read_to_string("README.md").expect("there")
}

/// The first block of that kind after `begin`.
fn block<'a>(text: &'a str, fence: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("```{fence}\n")).expect("a block");
    rest.split_once("\n```").expect("its end").0
}

#[test]
fn the_output_of_the_first_command_begins_as_is_shown() {
    let text = readme();
    let command = block(&text, "sh");
    assert!(command.starts_with("cargo run --release -- report fixtures/typical "));
    let printed = run(["report", "fixtures/typical"]).stdout;
    let shown = block(&text, "text")
        .strip_suffix("…")
        .expect("there is more");
    assert_eq!(shown, &printed[..shown.len()]);
}

#[test]
fn the_exit_codes_are_those_of_the_help() {
    let text = readme().replace('`', "");
    let help = run(["--help"]).stdout;
    let (_, codes) = help.split_once("Exit codes:\n").expect("exit codes");
    for line in codes.lines() {
        let (code, meaning) = line.trim().split_once("  ").expect("a code");
        assert!(text.contains(&format!("| {code} | {meaning} |")), "{line}");
    }
}

#[test]
fn every_option_that_is_shown_exists() {
    let mut help = run(["report", "--help"]).stdout + &run(["--help"]).stdout;
    if cfg!(feature = "fetch") {
        help += &run(["fetch", "--help"]).stdout;
    }
    let text = readme();
    let commands = text
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("batch-report "))
        .filter(|line| cfg!(feature = "fetch") || !line.starts_with("batch-report fetch"));
    let mut options = 0;
    for line in commands {
        for word in line
            .split([' ', '`'])
            .filter(|word| word.starts_with('-') && word.len() > 1)
        {
            if word.starts_with("--") || word == "-o" || word == "-q" {
                assert!(help.contains(word), "{word} in {line}");
                options += 1;
            }
        }
    }
    assert!(options >= 8);
}

/// A line that ends in a pipe or a comment is run up to there.
#[cfg(all(unix, feature = "tables"))]
#[test]
fn every_command_on_a_dump_runs() {
    let folder = Folder::new();
    for name in ["dumps", "last-week", "today"] {
        for file in fs::read_dir("fixtures/typical").expect("a folder") {
            let file = file.expect("readable");
            let text = fs::read(file.path()).expect("readable");
            let name = format!("{name}/{}", file.file_name().display());
            folder.write(&name, text);
        }
    }
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_batch-report"));
    let path = std::env::var("PATH").expect("a path");
    let path = format!("{}:{path}", program.parent().expect("a folder").display());
    let mut commands = 0;
    for line in readme().lines() {
        if !line.starts_with("batch-report ") || line.starts_with("batch-report fetch") {
            continue;
        }
        let command = line.split(" | ").next().unwrap_or_default();
        let output = std::process::Command::new("sh")
            .args(["-c", command])
            .current_dir(folder.path())
            .env("PATH", &path)
            .env("BATCH_REPORT_CONFIG", "")
            .output()
            .expect("sh starts");
        let fails = if line.contains("--fail-on") { 3 } else { 0 };
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(fails), "{line}: {said}");
        commands += 1;
    }
    assert!(commands >= 8);
}

#[cfg(feature = "fetch")]
#[test]
fn what_is_said_of_fetch_is_in_its_help() {
    let help = run(["fetch", "--help"]).stdout;
    let text = fs::read_to_string("docs/fetch.md").expect("there");
    let text = text.replace('`', "");
    let (_, codes) = help.split_once("Exit codes:\n").expect("exit codes");
    for line in codes.lines() {
        let (code, meaning) = line.trim().split_once(' ').expect("a code");
        let row = format!("| {code} | {} |", meaning.trim());
        assert!(text.contains(&row), "{line}");
    }
    let (_, table) = text.split_once("| Option |").expect("a table");
    let (table, _) = table.split_once("\n\n").expect("its end");
    let named = |word: &&str| word.starts_with("--") && word.len() > 3;
    let options = table.split([' ', ',', '|']).filter(named);
    for option in options {
        assert!(help.contains(option), "{option}");
    }
    for line in help.lines().filter(|line| line.starts_with("      --")) {
        let option = line.trim().split(' ').next().expect("an option");
        assert!(table.contains(option), "{option}");
    }
}

#[test]
fn a_summary_that_was_kept_renders_as_shown() {
    let folder = Folder::new();
    folder.write(
        "summary.json",
        run(["report", "fixtures/typical", "--format", "json"]).stdout,
    );
    let run = folder.run(&["report", "summary.json", "-o", "report.html"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.starts_with("Wrote report.html ("),
        "{}",
        run.stderr
    );
}
