//! What the page does in a browser: runs the tests in `tests/browser`, where there is a browser.

use std::env;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Folder, run};

const FOLDER: &str = "tests/browser";

/// What the tests need and is not there.
fn missing() -> Option<String> {
    let chromium = env::var_os("CHROMIUM").map_or("/usr/bin/chromium".into(), PathBuf::from);
    if !chromium.exists() {
        return Some(format!("{} (or $CHROMIUM)", chromium.display()));
    }
    if !Path::new(FOLDER)
        .join("node_modules/playwright-core")
        .exists()
    {
        return Some(format!("its modules (`npm ci` in {FOLDER} installs them)"));
    }
    let node = Command::new("node").arg("--version").output();
    (!node.is_ok_and(|output| output.status.success())).then(|| "node".to_owned())
}

/// Fails in CI. Elsewhere says so past the harness, which keeps to itself what a test prints that passes.
fn skipped(why: &str) {
    assert!(
        env::var_os("CI").is_none(),
        "{why} not found, which CI has to have"
    );
    let words = format!("skipped the browser tests: {why} not found\n");
    std::io::stderr()
        .write_all(words.as_bytes())
        .expect("stderr is there");
}

fn node(args: &[&str]) {
    let output = Command::new("node")
        .args(args)
        .current_dir(FOLDER)
        .env("BATCH_REPORT", env!("CARGO_BIN_EXE_batch-report"))
        .output()
        .expect("node starts");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_page_works_in_a_browser() {
    match missing() {
        Some(what) => skipped(&what),
        None => node(&["--test", "--test-reporter=spec", "page.test.js"]),
    }
}

#[test]
fn the_script_is_typed_linted_and_right_in_its_parts() {
    if let Some(what) = missing() {
        return skipped(&what);
    }
    node(&["--test", "--test-reporter=spec", "unit.test.js"]);
    node(&["node_modules/typescript/bin/tsc", "-p", "."]);
    let eslint = env::current_dir().expect("a folder").join(FOLDER);
    let eslint = eslint.join("node_modules/eslint/bin/eslint.js");
    let linted = Command::new("node")
        .arg(&eslint)
        .args(["-c", "tests/browser/eslint.config.js"])
        .args(["templates/report.js", FOLDER])
        .output()
        .expect("node starts");
    let said = String::from_utf8_lossy(&linted.stdout);
    assert!(linted.status.success() && said.is_empty(), "{said}");
}

#[test]
fn assets_are_written_beside_each_page_and_replaced_by_the_next_run() {
    let folder = Folder::new();
    folder.write(
        "items.json",
        "{\"items\":[{\"item_id\":\"a\",\"status\":\"failed\"}],\"total_size\":1}",
    );
    let args = ["report", ".", "-q", "--assets", "-o", "a b.html"];
    for _ in 0..2 {
        let run = folder.run(&args);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        let page = folder.read("a b.html");
        assert!(page.contains("<link rel=\"stylesheet\" href=\"a%20b.css\">"));
        assert!(page.contains("<script src=\"a%20b.js\"></script>"));
        assert!(page.contains("style-src &#x27;self&#x27;; script-src &#x27;self&#x27;;"));
        assert!(!page.contains("<style"));
        assert!(folder.read("a b.css").starts_with(":root"));
        assert!(folder.read("a b.js").starts_with("'use strict'"));
    }
}

#[test]
fn assets_are_never_written_over_an_input_or_another_output() {
    let folder = Folder::new();
    let list = "{\"items\":[{\"item_id\":\"a\",\"status\":\"failed\"}]}";
    folder.write("r.css", list);
    let run = folder.run(&["report", ".", "-q", "--assets", "-o", "r.html"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert_eq!(folder.read("r.css"), list);
    folder.write("t.css.j2", "x");
    let args = [
        "report",
        "r.css",
        "-q",
        "--assets",
        "-o",
        "o.html",
        "--template",
        "t.css.j2",
        "-o",
        "o.css",
    ];
    let run = folder.run(&args);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("`o.css` belongs to a page with --assets"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_policy_is_of_what_stands_in_the_page() {
    let page = run(["report", "fixtures/typical", "--format", "html"]).stdout;
    assert!(page.contains("default-src &#x27;none&#x27;; style-src &#x27;sha256-"));
    assert!(!page.contains("unsafe"));
    assert!(!page.contains(" style=\""), "the policy forbids it");
}
