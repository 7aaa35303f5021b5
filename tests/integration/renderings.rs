//! Whole renderings of every fixture, compared with those that were looked at.

use indexmap::IndexMap;
use serde_json::value::RawValue;

use crate::harness::{fixture, run};

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
            "json" => reviewable(&run.stdout),
            "html" => few_alike(&without_other_jobs(&run.stdout)),
            _ => run.stdout,
        };
        let text = text
            .replace(&format!("batch-report {version}"), "batch-report VERSION")
            .replace(
                &format!("\"version\":\"{version}\""),
                "\"version\":\"VERSION\"",
            );
        let text = shortened(&text);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("{case}.{ending}"), text);
        });
    }
}

/// A summary as a person would review it: what fits into a line takes one, and of the rows of items and of
/// the data of charts only the first few are left, because `tests/expected` knows them all.
fn reviewable(json: &str) -> String {
    let mut text = String::new();
    let json = json.trim_end();
    write_lines("", &without_repeats(json), 0, &mut text);
    text
}

/// A summary in which all jobs together say no more than the only job does.
fn without_repeats(json: &str) -> String {
    type Fields<'j> = IndexMap<String, &'j RawValue>;
    let fields = |json| serde_json::from_str::<Fields<'_>>(json).expect("an object");
    let summary = fields(json);
    let jobs: Vec<&RawValue> = serde_json::from_str(summary["jobs"].get()).expect("an array");
    let ([job], overall) = (jobs.as_slice(), summary["overall"].get()) else {
        return json.to_owned();
    };
    let (job, parts) = (fields(job.get()), fields(overall));
    let parts: Vec<String> = parts
        .iter()
        .map(|(name, part)| match job.get(name) {
            Some(same) if same.get() == part.get() => format!("\"{name}\":\"… as in the job\""),
            _ => format!("\"{name}\":{}", part.get()),
        })
        .collect();
    json.replacen(overall, &format!("{{{}}}", parts.join(",")), 1)
}

/// A page with the section of one job: those of others are made by the same template.
fn without_other_jobs(html: &str) -> String {
    const BEGIN: &str = "<details class=\"job\">";
    let jobs: Vec<usize> = html.match_indices(BEGIN).map(|(at, _)| at).collect();
    let [_, second, .., last] = jobs[..] else {
        return html.to_owned();
    };
    let end = last
        + html[last..]
            .find("</section>\n<section aria-labelledby=\"trust\"")
            .expect("an end");
    format!("{}… other jobs\n{}", &html[..second], &html[end..])
}

/// A page with the first few of lines that begin with the same tag, and without long geometry. Whether bars
/// are where they belong is tested where they are laid out.
fn few_alike(html: &str) -> String {
    const MOST: usize = 3;
    const GEOMETRY: usize = 24;
    const REPEATED: [&str; 6] = ["<tr", "<path", "<rect", "<text", "<li", "<g"];
    let mut text = String::new();
    let lines: Vec<&str> = html.lines().collect();
    let tag = |line: &str| {
        let tag = line.split([' ', '>']).next().unwrap_or_default();
        REPEATED.iter().position(|other| *other == tag)
    };
    for run in lines.chunk_by(|a, b| tag(a).is_some() && tag(a) == tag(b)) {
        for line in &run[..run.len().min(MOST)] {
            match line
                .split_once(" d=\"")
                .and_then(|(a, b)| Some((a, b.split_once('"')?)))
            {
                Some((before, (d, after))) if d.len() > GEOMETRY => {
                    text += &format!("{before} d=\"{}…\"{after}\n", &d[..GEOMETRY]);
                }
                _ => text += &format!("{line}\n"),
            }
        }
        if run.len() > MOST {
            text += &format!("… and {} more\n", run.len() - MOST);
        }
    }
    text
}

/// Writes the value of a key indented; one that fits into 110 characters takes one line.
fn write_lines(key: &str, json: &str, depth: usize, out: &mut String) {
    const ROWS: usize = 3;
    const LONG: [&str; 7] = [
        "inputs",
        "items",
        "intervals",
        "bins",
        "per_interval",
        "slowest",
        "values",
    ];
    let (open, close) = (&json[..1], &json[json.len() - 1..]);
    if 2 * depth + json.chars().count() <= 110 || !matches!(open, "{" | "[") {
        return out.push_str(json);
    }
    // The order of the fields is part of the format.
    let mut parts: Vec<(String, &RawValue)> = match open {
        "{" => serde_json::from_str::<IndexMap<String, &RawValue>>(json)
            .expect("an object")
            .into_iter()
            .collect(),
        _ => serde_json::from_str::<Vec<&RawValue>>(json)
            .expect("an array")
            .into_iter()
            .map(|part| (String::new(), part))
            .collect(),
    };
    let all = parts.len();
    if LONG.contains(&key) {
        parts.truncate(ROWS);
    }
    out.push_str(open);
    for (at, (key, part)) in parts.iter().enumerate() {
        out.push_str(if at == 0 { "\n" } else { ",\n" });
        out.push_str(&"  ".repeat(depth + 1));
        if open == "{" {
            out.push_str(&format!("\"{key}\": "));
        }
        write_lines(key, part.get(), depth + 1, out);
    }
    if parts.len() < all {
        let indent = "  ".repeat(depth + 1);
        out.push_str(&format!(",\n{indent}… and {} more", all - parts.len()));
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push_str(close);
}

/// Without what nobody reviews in a rendering: style and script are files of their own, the summary is
/// compared as JSON, and packed rows are unpacked and compared elsewhere.
fn shortened(text: &str) -> String {
    let mut text = text.to_owned();
    for (begin, end) in [
        ("<style>", "</style>"),
        ("<script>", "</script>"),
        ("id=\"items-data\">", "</script>"),
        ("id=\"batch-report-summary\">", "</script>"),
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
