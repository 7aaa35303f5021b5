//! `--redact`: no output of any format holds an original.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use batch_report::render::format::FORMATS;
use regex::{Regex, RegexBuilder};
use serde_json::Value;

use crate::harness::{Folder, fixture, run};

const KEY: &str = "a key that is long enough, for tests";

const CASES: [&str; 5] = [
    "typical",
    "several-jobs",
    "running",
    "hostile-text",
    "v2/curl-raw-everything",
];

/// An expression for the originals of a kind that a summary of all items holds: one pass over a text looks for
/// all of them.
fn originals(summary: &Value, kind: &str) -> Regex {
    let fields: &[&str] = match kind {
        "names" => &["item_name"],
        "ids" => &[
            "item_id",
            "batch_job_id",
            "processing_job_id",
            "project_id",
            "directory_id",
        ],
        _ => &["error_message"],
    };
    let mut found = BTreeSet::new();
    collect(summary, fields, &mut found);
    // Shorter ones are parts of ordinary words, and figures are everywhere.
    found.retain(|text| text.chars().count() > 5 && text.parse::<f64>().is_err());
    assert!(!found.is_empty(), "no {kind}");
    let found: Vec<String> = found.iter().map(|text| regex::escape(text)).collect();
    RegexBuilder::new(&found.join("|"))
        .size_limit(1 << 30)
        .build()
        .expect("an expression")
}

fn collect(value: &Value, fields: &[&str], found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                match inner {
                    Value::String(text) if fields.contains(&name.as_str()) => {
                        found.insert(text.clone());
                    }
                    inner => collect(inner, fields, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| collect(inner, fields, found)),
        _ => {}
    }
}

fn absolute(case: &str) -> String {
    let path = std::path::absolute(fixture(case)).expect("a path");
    path.to_str().expect("UTF-8").to_owned()
}

/// Writes every format into a folder; returns what standard error said.
fn write_all(folder: &Folder, input: &str, what: &str, tables: bool) -> String {
    folder.write("key", KEY);
    let mut args = vec!["report".to_owned(), input.to_owned(), "-v".to_owned()];
    args.extend(
        [
            "--redact",
            what,
            "--redact-key-file",
            "key",
            "--items",
            "all",
        ]
        .map(str::to_owned),
    );
    for row in FORMATS
        .iter()
        .filter(|row| tables || row.format.table().is_none())
    {
        args.extend(["-o".to_owned(), format!("{0}:out/{0}", row.name)]);
    }
    fs::create_dir_all(folder.path().join("out")).expect("made");
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let run = folder.run(&args);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stderr + &run.stdout
}

/// Unescapes what formats escape, as far as names and ids need it.
fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let text = text
        .replace("&amp;", "&")
        .replace("&#x27;", "'")
        .replace("&apos;", "'");
    let text = text
        .replace("&#x2f;", "/")
        .replace("&quot;", "\"")
        .replace("&lt;", "<");
    text.replace("<!-- -->", "")
        .replace("\\/", "/")
        .replace("\\_", "_")
        .replace('\u{a0}', " ")
}

fn check(folder: &Folder, said: &str, originals: &Regex) {
    let mut texts = vec![("messages".to_owned(), said.to_owned())];
    for row in FORMATS {
        let path = folder.path().join("out").join(row.name);
        if let Ok(bytes) = fs::read(&path) {
            texts.push((row.name.to_owned(), plain(&bytes)));
        }
    }
    for (format, text) in &texts {
        let original = originals.find(text).map(|found| found.as_str());
        assert_eq!(original, None, "in {format}");
    }
}

#[test]
fn no_output_of_any_format_holds_an_original() {
    for case in CASES {
        let input = absolute(case);
        let summary = run(["report", &input, "-q", "-f", "json", "--items", "all"]).summary();
        let originals = ["names", "messages", "ids"].map(|kind| (kind, originals(&summary, kind)));
        for what in ["names", "messages", "ids", "all"] {
            let folder = Folder::new();
            let said = write_all(&folder, &input, what, true);
            for (kind, originals) in &originals {
                if what == *kind || what == "all" {
                    check(&folder, &said, originals);
                }
            }
        }
    }
}

#[test]
fn a_saved_summary_is_redacted_like_its_dump() {
    let input = absolute("several-jobs");
    let saved = run(["report", &input, "-q", "-f", "json", "--items", "all"]);
    let summary = saved.summary();
    let folder = Folder::new();
    folder.write("summary.json", saved.stdout);
    let said = write_all(&folder, "summary.json", "all", false);
    for kind in ["names", "messages", "ids"] {
        check(&folder, &said, &originals(&summary, kind));
    }
    let of_dump = Folder::new();
    write_all(&of_dump, &input, "all", false);
    assert_eq!(folder.read("out/markdown"), of_dump.read("out/markdown"));
}

#[test]
fn a_comparison_is_redacted_as_well() {
    let folder = Folder::new();
    folder.write("key", KEY);
    let item = |status: &str| {
        format!(
            r#"[{{"item_id":"acme-17","item_name":"Acme offer.pdf","status":"{status}","error_message":"secret of Acme"}}]"#
        )
    };
    folder.write("old/items.json", item("completed"));
    folder.write("new/items.json", item("failed"));
    for format in ["json", "markdown", "text", "slack", "junit"] {
        let args = [
            "compare", "old", "--to", "new", "-q", "-f", format, "--redact", "all",
        ];
        let run = folder.run(&args);
        assert_eq!(run.code, 0, "{}", run.stderr);
        for original in ["acme-17", "Acme", "secret of"] {
            assert!(!run.stdout.contains(original), "{format}: {}", run.stdout);
        }
        assert!(
            format == "junit" || run.stdout.contains("1 newly failing"),
            "{format}: {}",
            run.stdout
        );
    }
}

#[test]
fn the_same_key_gives_the_same_pseudonyms_and_no_key_others() {
    let folder = Folder::new();
    folder.write("key", KEY);
    let input = absolute("typical");
    let with = |more: &[&str]| {
        let args = [
            "report",
            &input,
            "-q",
            "-f",
            "json",
            "--redact",
            "names,ids",
        ];
        let run = folder.run(&[&args[..], more].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.stdout
    };
    let key = ["--redact-key-file", "key"];
    assert_eq!(with(&key), with(&key));
    assert_ne!(with(&[]), with(&[]));
}

#[test]
fn figures_groups_and_findings_are_those_of_the_originals() {
    let input = absolute("typical");
    let numbers = |summary: &Value| {
        let overall = &summary["overall"];
        let list = |name: &str| overall[name].as_array().expect("a list").clone();
        let groups: Vec<Value> = list("error_groups")
            .iter()
            .map(|it| it["count"].clone())
            .collect();
        let findings: Vec<Value> = list("findings")
            .iter()
            .map(|it| it["code"].clone())
            .collect();
        (
            overall["counts"].clone(),
            overall["rates"].clone(),
            groups,
            findings,
        )
    };
    let original = run(["report", &input, "-q", "-f", "json"]).summary();
    let redacted = run(["report", &input, "-q", "-f", "json", "--redact", "all"]).summary();
    assert_eq!(numbers(&original), numbers(&redacted));
}

#[test]
fn a_key_that_can_be_guessed_is_refused() {
    let folder = Folder::new();
    folder.write("key", "short\n");
    let args = ["report", ".", "--redact", "all", "--redact-key-file"];
    let short = folder.run(&[&args[..], &["key"]].concat());
    assert_eq!(short.code, 2);
    assert!(short.stderr.contains("holds 5 bytes"), "{}", short.stderr);
    let absent = folder.run(&[&args[..], &["absent"]].concat());
    assert_eq!(absent.code, 2);
    assert!(Path::new("fixtures").exists());
}

#[test]
fn e_mail_addresses_are_masked_without_being_asked_for() {
    let folder = Folder::new();
    folder.write(
        "items.json",
        r#"[{"item_id":"jane.qdoe+x@mail.example.com","item_name":"CV of jane@example.org.pdf","status":"failed","error_message":"<jo@x.example> may not read scan@2x.png"}]"#,
    );
    let mut args = vec!["report".to_owned(), ".".to_owned(), "-v".to_owned()];
    for row in FORMATS {
        args.extend(["-o".to_owned(), format!("{0}:{0}.out", row.name)]);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let run = folder.run(&args);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for row in FORMATS {
        let bytes = fs::read(folder.path().join(format!("{}.out", row.name))).expect("there");
        let text = String::from_utf8_lossy(&bytes);
        for original in ["jane", "qdoe", "jo@", "mail.example"] {
            assert!(!text.contains(original), "{} holds {original}", row.name);
        }
    }
    assert!(folder.read("json.out").contains("scan@2x.png"));
}
