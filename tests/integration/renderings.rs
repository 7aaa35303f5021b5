//! Whole renderings of every fixture, compared with those that were looked at.

use crate::harness::{fixture, indented, run};

/// The cases that are compared in every format; others are as JSON and as text.
const IN_EVERY_FORMAT: [&str; 3] = ["typical", "several-jobs", "hostile-text"];

fn check(case: &str) {
    let path = fixture(case);
    let path = path.to_str().expect("UTF-8");
    let formats = [
        ("json", "json"),
        ("text", "txt"),
        ("markdown", "md"),
        ("html", "html"),
    ];
    let count = if IN_EVERY_FORMAT.contains(&case) {
        4
    } else {
        2
    };
    for (format, ending) in &formats[..count] {
        let run = run(["report", path, "-q", "--format", format]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        // The version changes with every release and nothing else with it.
        let version = env!("CARGO_PKG_VERSION");
        let text = match *format {
            "json" => indented(&run.stdout),
            _ => run.stdout,
        };
        let text = text
            .replace(&format!("batch-report {version}"), "batch-report VERSION")
            .replace(
                &format!("\"version\": \"{version}\""),
                "\"version\": \"VERSION\"",
            );
        let text = shortened(&text);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("{case}.{ending}"), text);
        });
    }
}

/// Without what nobody reviews in a rendering: style and script are files of their own, and packed
/// rows are unpacked and compared elsewhere.
fn shortened(text: &str) -> String {
    let mut text = text.to_owned();
    for (begin, end) in [
        ("<style>", "</style>"),
        ("<script>", "</script>"),
        ("id=\"items-data\">", "</script>"),
        ("sha256-", "&#x27;"),
    ] {
        let mut from = 0;
        while let Some(at) = text[from..].find(begin) {
            let at = from + at + begin.len();
            let length = text[at..].find(end).expect("an end");
            text.replace_range(at..at + length, "…");
            from = at;
        }
    }
    text
}

macro_rules! cases {
    ($($name:ident: $case:literal,)+) => {
        $(#[test] fn $name() { check($case); })+
    };
}

cases! {
    all_skipped: "all-skipped",
    ambiguous: "ambiguous",
    cancelled: "cancelled",
    empty: "empty",
    filtered: "filtered",
    formats: "formats",
    hostile_text: "hostile-text",
    malformed: "malformed",
    no_status: "no-status",
    partial: "partial",
    running: "running",
    several_jobs: "several-jobs",
    single: "single",
    snapshots: "snapshots",
    typical: "typical",
    jobs_only: "clients/llp-list-jobs-json",
}
