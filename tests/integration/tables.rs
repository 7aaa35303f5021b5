//! Item tables: what is written is read back to the same numbers, and other engines read the same.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::{Folder, fixture, program};

const TABLES: [&str; 4] = ["parquet", "arrow", "csv", "jsonl"];

/// Writes a fixture's summary and tables into a folder.
fn export(name: &Path, threads: &str) -> Folder {
    let folder = Folder::new();
    let mut command = program();
    command
        .arg("report")
        .arg(name)
        .arg("-q")
        .env("RAYON_NUM_THREADS", threads);
    for ending in TABLES.into_iter().chain(["json"]) {
        command
            .arg("-o")
            .arg(folder.path().join(format!("items.{ending}")));
    }
    let output = command.output().expect("the program runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", name.display());
    folder
}

/// The numbers that depend on items alone: a table holds no status documents.
fn numbers(summary: &Value) -> Value {
    let section = |section: &Value| {
        let groups = section["error_groups"].as_array().expect("a list").iter();
        let groups: Vec<_> = groups
            .map(|group| (&group["id"], &group["count"]))
            .collect();
        json!({
            "by_status": section["counts"]["by_status"],
            "distinct": section["counts"]["distinct"],
            "rates": section["rates"],
            "durations": section["durations"],
            "skip_reasons": section["skip_reasons"],
            "groups": groups,
        })
    };
    let mut jobs: Vec<(String, Value)> = summary["jobs"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|job| job["counts"]["distinct"] != 0)
        .map(|job| {
            let id = job["batch_job_id"].as_str().or(job["label"].as_str());
            (id.unwrap_or_default().to_owned(), section(job))
        })
        .collect();
    jobs.sort_by(|a, b| a.0.cmp(&b.0));
    json!({ "overall": section(&summary["overall"]), "jobs": jobs })
}

fn summary(text: &str) -> Value {
    serde_json::from_str(text).expect("a summary")
}

#[test]
fn every_table_is_read_back_to_the_same_numbers() {
    let mut fixtures: Vec<PathBuf> = fs::read_dir("fixtures")
        .expect("fixtures")
        .map(|entry| entry.expect("a folder").path())
        .collect();
    fixtures.sort();
    for path in fixtures {
        let folder = export(&path, "2");
        let expected = numbers(&summary(&folder.read("items.json")));
        if expected["overall"]["distinct"] == 0 {
            continue;
        }
        for ending in TABLES {
            let name = format!("items.{ending}");
            let run = folder.run(&["report", &name, "--format", "json"]);
            let found = numbers(&run.summary());
            assert_eq!(found, expected, "{} as {ending}", path.display());
        }
    }
}

#[test]
fn tables_are_the_same_bytes_at_any_number_of_threads() {
    let tables = ["1", "8"].map(|threads| export(&fixture("typical"), threads));
    for ending in TABLES {
        let bytes = tables.each_ref().map(|folder| {
            fs::read(folder.path().join(format!("items.{ending}"))).expect("a table")
        });
        assert!(bytes[0] == bytes[1], "{ending}");
    }
}

#[test]
fn a_broken_table_is_a_note_beside_what_can_be_read() {
    let folder = export(&fixture("single"), "2");
    for ending in ["parquet", "arrow"] {
        let name = format!("items.{ending}");
        let whole = fs::read(folder.path().join(&name)).expect("a table");
        let beside = Folder::new();
        beside.write("broken", &whole[..whole.len() / 2]);
        beside.write(
            "page.json",
            r#"{"items":[{"item_id":"a","status":"failed"}]}"#,
        );
        let run = beside.summary(&[]);
        let codes = run.codes();
        assert_eq!(codes[..2], ["broken-document", "skipped-file"], "{ending}");
    }
}

#[test]
fn duckdb_and_pandas_read_the_same_numbers() {
    crate::oracle::check("tests/oracle/tables.py", &["--binary"], &[]);
}
