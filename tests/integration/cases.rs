//! Small inputs that went wrong once, each with the figures that are right: one test per promise.

use serde_json::Value;

use crate::harness::{Folder, Run, codes, finish, program, summary_of};

/// Figures over all jobs of an input.
#[derive(Debug, PartialEq)]
struct Figures {
    distinct: u64,
    completed: u64,
    failed: u64,
    skipped: u64,
    /// Items without an outcome.
    open: u64,
    stated: Option<u64>,
    /// Numerator and denominator of the failure rate.
    rate: (u64, u64),
    /// Count, median, 95th percentile and maximum of the completed items' durations.
    durations: (u64, Option<f64>, Option<f64>, Option<f64>),
}

/// The ten items that most cases hold.
const TEN: Figures = Figures {
    distinct: 10,
    completed: 7,
    failed: 2,
    skipped: 1,
    open: 0,
    stated: Some(10),
    rate: (2, 9),
    durations: (7, Some(13.5), Some(18.125), Some(18.5)),
};

const TEN_OF_UNKNOWN: Figures = Figures {
    stated: None,
    ..TEN
};

fn case(name: &str) -> Run {
    summary_of(format!("fixtures/cases/{name}"))
}

fn figures(summary: &Value) -> Figures {
    let overall = &summary["overall"];
    let counts = &overall["counts"];
    let count = |value: &Value| value.as_u64().unwrap_or_default();
    let number = |value: &Value| value.as_f64().map(|value| (value * 1e6).round() / 1e6);
    let status = |word: &str| count(&counts["by_status"][word]);
    let rate = &overall["rates"]["failure"];
    let durations = &overall["durations"]["completed"];
    Figures {
        distinct: count(&counts["distinct"]),
        completed: status("completed"),
        failed: status("failed"),
        skipped: status("skipped"),
        open: status("pending") + status("processing"),
        stated: counts["stated_total"].as_u64(),
        rate: (count(&rate["numerator"]), count(&rate["denominator"])),
        durations: (
            count(&durations["count"]),
            number(&durations["p50_seconds"]),
            number(&durations["p95_seconds"]),
            number(&durations["max_seconds"]),
        ),
    }
}

/// The patterns of the error groups with their counts, largest first.
fn groups(summary: &Value) -> Vec<(String, u64)> {
    let groups = summary["overall"]["error_groups"].as_array();
    groups
        .into_iter()
        .flatten()
        .map(|group| {
            let pattern = group["pattern"].as_str().unwrap_or("(none)").to_owned();
            (pattern, group["count"].as_u64().unwrap_or_default())
        })
        .collect()
}

/// Tells if any note is a loss.
fn is_lossy(summary: &Value) -> bool {
    let notes = summary["notes"].as_array();
    notes.into_iter().flatten().any(|note| note["loss"] == true)
}

fn strict(path: &str) -> Run {
    crate::harness::run(["report", path, "--strict", "-q", "--format", "json"])
}

#[test]
fn a_message_may_be_of_any_type() {
    let right = Figures {
        completed: 6,
        failed: 3,
        rate: (3, 9),
        durations: (6, Some(12.875), Some(16.9375), Some(17.25)),
        ..TEN
    };
    for name in [
        "object",
        "number-list-bool",
        "skip-reason",
        "unused-field",
        "extended-json-time",
    ] {
        let summary = case(&format!("any-type-of-error/{name}")).summary();
        assert_eq!(figures(&summary), right, "{name}");
        assert!(!is_lossy(&summary), "{name}: {:?}", summary["notes"]);
    }
    let summary = case("any-type-of-error/object").summary();
    let groups = groups(&summary);
    assert_eq!((groups.len(), groups[0].1), (1, 3), "{groups:?}");
    assert!(groups[0].0.contains("PDF_BROKEN"), "{groups:?}");
}

#[test]
fn rows_of_a_spreadsheet_may_be_ragged_or_empty() {
    for name in ["short-rows", "trailing-comma", "empty-rows"] {
        let summary = case(&format!("ragged-csv/{name}")).summary();
        assert_eq!(figures(&summary), TEN_OF_UNKNOWN, "{name}");
        assert!(!is_lossy(&summary), "{name}: {:?}", summary["notes"]);
    }
}

#[test]
fn a_line_that_names_the_separator_is_no_data() {
    let summary = case("separator-line").summary();
    assert_eq!(figures(&summary), TEN_OF_UNKNOWN);
    assert!(!is_lossy(&summary));
}

#[cfg(unix)]
#[test]
fn the_file_that_the_output_goes_to_is_no_input() {
    use std::fs::File;
    let folder = Folder::new();
    for name in ["items.json", "status.json"] {
        let content = std::fs::read(format!("fixtures/cases/output-among-inputs/{name}"));
        folder.write(name, content.expect("there"));
    }
    for _ in 0..2 {
        let mut command = program();
        let file = |name: &str| File::create(folder.path().join(name)).expect("made");
        let status = command
            .current_dir(folder.path())
            .args(["report", ".", "--strict", "--format", "json"])
            .stdout(file("summary.json"))
            .stderr(file("errors.log"))
            .status()
            .expect("it runs");
        assert_eq!(status.code(), Some(0), "{}", folder.read("errors.log"));
        let summary: Value =
            serde_json::from_str(&folder.read("summary.json")).expect("the summary");
        assert_eq!(figures(&summary), TEN);
        assert!(codes(&summary).is_empty(), "{:?}", summary["notes"]);
        assert_eq!(summary["inputs"].as_array().map(Vec::len), Some(2));
    }
}

#[cfg(unix)]
#[test]
fn a_named_file_that_the_output_goes_to_is_an_error() {
    let folder = Folder::new();
    let out = std::fs::File::create(folder.path().join("x.json")).expect("made");
    let output = program()
        .current_dir(folder.path())
        .args(["report", "x.json"])
        .stdout(out)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        words.contains("`x.json` is both an input and standard output"),
        "{words}"
    );
}

#[test]
fn brackets_before_the_object_of_a_log_line_are_beside_the_data() {
    for (name, right) in [
        ("plain", TEN_OF_UNKNOWN),
        ("scheduler", TEN_OF_UNKNOWN),
        ("between", TEN),
    ] {
        let summary = case(&format!("log-prefixes/{name}")).summary();
        assert_eq!(figures(&summary), right, "{name}");
        assert!(
            !codes(&summary).contains(&"broken-document".to_owned()),
            "{name}"
        );
    }
}

#[test]
fn a_job_that_ended_with_open_items_in_its_list_is_incomplete() {
    let right = Figures {
        distinct: 20,
        completed: 8,
        failed: 1,
        skipped: 1,
        open: 10,
        stated: Some(20),
        rate: (1, 9),
        durations: (8, Some(12.875), Some(18.0625), Some(18.5)),
    };
    for name in ["no-counts", "counts-agree"] {
        let path = format!("fixtures/cases/list-older-than-job/{name}");
        let run = strict(&path);
        assert_eq!(run.code, 4, "{name}");
        let summary = summary_of(&path).summary();
        assert_eq!(figures(&summary), right, "{name}");
        assert!(
            codes(&summary).contains(&"list-older-than-job".to_owned()),
            "{name}"
        );
    }
}

#[test]
fn status_words_are_the_same_however_they_are_written() {
    for name in ["capitals", "python-enum", "blank"] {
        let summary = case(&format!("status-spellings/{name}")).summary();
        assert_eq!(figures(&summary), TEN, "{name}");
        assert!(!is_lossy(&summary), "{name}: {:?}", summary["notes"]);
        assert_eq!(summary["jobs"][0]["job"]["status"], "completed", "{name}");
    }
}

#[test]
fn words_for_nothing_are_no_messages_and_no_reasons() {
    for name in ["nan", "None", "NA"] {
        let summary = case(&format!("words-for-nothing/{name}")).summary();
        assert_eq!(figures(&summary), TEN_OF_UNKNOWN, "{name}");
        let mut groups = groups(&summary);
        groups.sort();
        assert_eq!(groups[0], ("(none)".to_owned(), 1), "{name}");
        assert_eq!(groups.len(), 2, "{name}");
        let reasons = &summary["overall"]["skip_reasons"];
        assert_eq!(reasons[0]["reason"], Value::Null, "{name}");
        assert_eq!(reasons.as_array().map(Vec::len), Some(1), "{name}");
    }
}

#[test]
fn the_zero_of_a_type_is_no_time() {
    for name in ["year-1", "epoch", "zero"] {
        let summary = case(&format!("zero-times/{name}")).summary();
        let durations = figures(&summary).durations;
        assert_eq!(durations.0, 3, "{name}");
        assert_eq!(
            (durations.1, durations.3),
            (Some(12.25), Some(17.25)),
            "{name}"
        );
        let overall = &summary["overall"];
        assert_eq!(
            overall["durations"]["completed"]["missing_times"], 3,
            "{name}"
        );
        assert_eq!(
            overall["throughput"]["first_start"], "2026-11-03T09:00:00Z",
            "{name}"
        );
        assert_eq!(overall["counts"]["stated_total"], 8, "{name}");
        assert!(
            !codes(&summary).contains(&"unreadable-time".to_owned()),
            "{name}"
        );
    }
}

#[test]
fn times_of_a_country_are_shown_once_and_others_read() {
    let summary = case("spreadsheet-times/offset-behind-a-blank").summary();
    assert_eq!(figures(&summary), TEN_OF_UNKNOWN);
    assert!(!is_lossy(&summary));

    let summary = case("spreadsheet-times/us").summary();
    let figures = figures(&summary);
    assert_eq!((figures.distinct, figures.rate), (10, (2, 9)));
    assert_eq!(figures.durations.0, 0);
    let notes = summary["notes"].to_string();
    assert!(notes.contains("11/3/2026 9:00"), "{notes}");
}

#[test]
fn a_message_that_holds_our_mark_hides_no_file() {
    for (name, failed, distinct) in [("yaml", 1, 2), ("csv", 1, 2)] {
        let summary = case(&format!("marks-in-messages/{name}")).summary();
        let figures = figures(&summary);
        assert_eq!(
            (figures.failed, figures.distinct),
            (failed, distinct),
            "{name}"
        );
        assert!(
            !codes(&summary).contains(&"own-report".to_owned()),
            "{name}"
        );
    }
}

#[test]
fn a_dump_that_looks_like_our_summary_is_not_overwritten() {
    let folder = Folder::new();
    let dump = std::fs::read("fixtures/cases/looks-like-a-summary/report.json").expect("there");
    folder.write("dumps/report.json", &dump);
    folder.write(
        "dumps/z.json",
        "{\"item_id\":\"z\",\"status\":\"completed\"}",
    );
    let run = folder.run(&["report", "dumps", "-q", "-o", "dumps/report.json"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert_eq!(folder.read("dumps/report.json").as_bytes(), dump);
    let run = folder.run(&["report", "dumps", "-q", "-o", "dumps/summary.json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let first = folder.read("dumps/summary.json");
    // One of ours is no input and may be written again.
    let run = folder.run(&["report", "dumps", "-q", "-o", "dumps/summary.json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let figures_of = |text: &str| figures(&serde_json::from_str(text).expect("JSON"));
    assert_eq!(
        figures_of(&first),
        figures_of(&folder.read("dumps/summary.json"))
    );
}

#[test]
fn files_that_are_none_of_the_apis_are_one_note_and_no_loss() {
    let folder = Folder::new();
    folder.write("items.json", crate::harness::item("a", "completed"));
    folder.write("README.md", "# The nightly batch\n\nSee `items.json`.\n");
    folder.write("package.json", "{\"name\": \"x\", \"version\": \"1\"}\n");
    folder.write("run.log", "");
    folder.write("plot.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0");
    let run = folder.run(&["report", ".", "--strict", "--format", "json"]);
    let summary = run.summary();
    let notes = codes(&summary);
    let of_files = notes.iter().filter(|code| code.contains("file"));
    assert_eq!(of_files.collect::<Vec<_>>(), ["foreign-files"]);
    assert!(
        run.stderr.contains("ignored 4 other files"),
        "{}",
        run.stderr
    );
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert_eq!(summary["inputs"].as_array().map(Vec::len), Some(5));
    // An error response is a loss, wherever it was saved.
    folder.write(
        "page-2.txt",
        "upstream connect error or disconnect/reset before headers",
    );
    let run = folder.run(&["report", ".", "--strict", "-q", "--format", "json"]);
    assert_eq!(run.code, 4);
}

#[test]
fn pages_are_read_in_the_order_of_their_numbers() {
    let folder = Folder::new();
    let record = |status: &str| {
        crate::harness::item("a", status).replace(",\"effective_at\":\"2026-05-14T08:30:10Z\"", "")
    };
    folder.write("items-9.json", record("failed"));
    folder.write("items-10.json", record("completed"));
    let summary = folder.summary(&[]).summary();
    // Without a time the later in path order counts.
    assert_eq!(summary["overall"]["counts"]["by_status"]["completed"], 1);
    let paths: Vec<&str> = summary["inputs"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|input| input["path"].as_str())
        .collect();
    assert_eq!(paths, ["./items-9.json", "./items-10.json"]);
}

#[test]
fn rows_of_jobs_in_a_table_are_jobs() {
    let folder = Folder::new();
    folder.write(
        "jobs.csv",
        "Jobs of November;;;;\r\n\r\nID;Job Type;Status;Total Items;Failed Items\r\n\
         bjb-1;parse;JobStatus.COMPLETED;250.0;13\r\nbjb-2;parse;RUNNING;nan;\r\n;;;;\r\n",
    );
    let summary = folder.summary(&[]).summary();
    assert_eq!(summary["jobs"][0]["batch_job_id"], "bjb-1");
    assert_eq!(summary["jobs"][0]["job"]["total_items"], 250);
    assert_eq!(summary["jobs"][1]["job"]["status"], "running");
    // No row of theirs was lost; their items were not recorded.
    let codes = codes(&summary);
    assert!(
        codes
            .iter()
            .all(|code| code == "no-items" || code == "no-list"),
        "{codes:?}"
    );
}

#[test]
fn a_row_that_cannot_be_read_is_named_by_its_line_whatever_the_line_ends() {
    for end in ["\n", "\r\n"] {
        let rows = [
            "item_id,status,error_message",
            "a,failed,\"two",
            "lines\"",
            "b,completed,,surplus",
        ];
        let text = rows.join(end) + end;
        let folder = Folder::new();
        folder.write("items.csv", &text);
        let notes = folder.summary(&[]).summary()["notes"].to_string();
        let byte = text.find("b,").expect("there");
        assert!(
            notes.contains(&format!("line 4, byte {byte}: 4 cells")),
            "{notes}"
        );
    }
}

#[test]
fn a_file_that_becomes_a_pipe_is_not_waited_for() {
    let folder = Folder::new();
    folder.write("items.json", crate::harness::item("a", "completed"));
    folder.write("x.json", "{}");
    let (files, notes) = batch_report::load::find(
        &[folder.path().to_owned()],
        &batch_report::load::Ignore::default(),
    )
    .expect("no output");
    let path = folder.path().join("x.json");
    std::fs::remove_file(&path).expect("removed");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.expect("runs").success());
    let options = batch_report::load::LoadOptions::default();
    let dump = batch_report::load::load(&files, notes, options, &|_| {}).expect("a dump");
    assert_eq!((dump.items.len(), dump.notes.len()), (1, 1));
}

#[test]
fn a_rerun_cures_in_the_answer_and_leaves_the_figures_of_the_jobs() {
    let run = case("retried-in-another-job");
    let summary = run.summary();
    let figures = figures(&summary);
    assert_eq!((figures.distinct, figures.failed), (12, 2));
    let jobs = summary["jobs"].as_array().expect("jobs");
    let failed = jobs.iter().map(|job| &job["counts"]["by_status"]["failed"]);
    assert_eq!(failed.collect::<Vec<_>>(), [2, 0]);
    assert_eq!(
        summary["verdict"],
        "2 jobs, both completed. 2 of 12 processed items failed (16.7%), all with “Job timed out after 300 seconds”. \
         A rerun cured both failures it tried again."
    );
    let verdict = jobs[0]["verdict"].as_str().expect("a verdict");
    assert!(
        verdict.ends_with("A rerun cured both of them."),
        "{verdict}"
    );
    let reruns = &summary["overall"]["reruns"];
    assert_eq!(
        (&reruns["failed"], &reruns["cured"]),
        (&2.into(), &2.into())
    );
    let notes = summary["notes"].to_string();
    assert!(
        notes.contains("2 items that failed are recorded again in a newer job"),
        "{notes}"
    );
    assert_eq!(summary["next_steps"].as_array().map(Vec::len), Some(0));
    let newer = &summary["items"][0]["newer"];
    assert_eq!(newer["status"], "completed");
}

#[test]
fn keys_beside_the_dumps_are_in_no_output() {
    const KEY: &str = "llx-EXAMPLE";
    for name in ["key-file", "env-file", "xtrace", "curl-v"] {
        let path = format!("fixtures/cases/keys-beside-dumps/{name}");
        assert_eq!(figures(&summary_of(&path).summary()), TEN, "{name}");
        for format in ["text", "markdown", "html", "json"] {
            let run = crate::harness::run(["report", &path, "-v", "--format", format]);
            assert_eq!(run.code, 0, "{name}: {}", run.stderr);
            assert!(!run.stdout.contains(KEY), "{name}, {format}");
            assert!(
                !run.stderr.contains(KEY),
                "{name}, {format}: {}",
                run.stderr
            );
        }
    }
}

#[test]
fn the_name_of_an_item_in_its_own_message_varies() {
    let summary = case("own-name-in-message").summary();
    let right = Figures {
        completed: 4,
        failed: 6,
        skipped: 0,
        rate: (6, 10),
        durations: (4, Some(8.5), Some(9.85), Some(10.0)),
        ..TEN
    };
    assert_eq!(figures(&summary), right);
    let expected = "Failed to parse <name>: file is encrypted";
    assert_eq!(groups(&summary), [(expected.to_owned(), 6)]);
}

#[test]
fn colours_of_a_terminal_are_no_part_of_a_message() {
    let summary = case("coloured-messages").summary();
    let right = Figures {
        distinct: 7,
        completed: 3,
        failed: 4,
        skipped: 0,
        stated: Some(7),
        rate: (4, 7),
        durations: (3, Some(7.0), Some(7.9), Some(8.0)),
        ..TEN
    };
    assert_eq!(figures(&summary), right);
    let expected = "ParseError: page <n> of <n> unreadable";
    assert_eq!(groups(&summary), [(expected.to_owned(), 4)]);
}

#[test]
fn status_codes_tell_kinds_of_errors_apart() {
    let summary = case("telling-numbers").summary();
    let right = [("HTTP 429", 3), ("HTTP 500", 1), ("HTTP 503", 1)];
    let right = right.map(|(pattern, count)| (pattern.to_owned(), count));
    assert_eq!(groups(&summary), right);
}

#[test]
fn open_items_are_listed_with_their_age() {
    let summary = case("nothing-for-two-days").summary();
    let figures = figures(&summary);
    assert_eq!((figures.distinct, figures.open), (20, 10));
    let open = summary["jobs"][0]["open"].as_array().expect("a list");
    let ages: Vec<f64> = open
        .iter()
        .filter_map(|item| item["age_seconds"].as_f64())
        .collect();
    assert_eq!(ages, [176_300.0, 176_290.0, 176_280.0]);
}

#[test]
fn failures_that_take_as_long_as_other_items_are_no_timeouts() {
    let summary = case("alike-durations").summary();
    let right = Figures {
        distinct: 40,
        completed: 35,
        failed: 5,
        skipped: 0,
        stated: Some(40),
        rate: (5, 40),
        durations: (35, Some(12.08), Some(12.16), Some(12.16)),
        ..TEN
    };
    assert_eq!(figures(&summary), right);
    let findings = summary["jobs"][0]["findings"].to_string();
    assert!(!findings.contains("time-limit"), "{findings}");
}

/// A zip archive whose members are stored as they are.
fn zipped(members: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for (name, content) in members {
        let mut crc = flate2::Crc::new();
        crc.update(content.as_bytes());
        let begin = archive.len() as u32;
        let size = content.len() as u32;
        let mut header = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        header.extend(crc.sum().to_le_bytes());
        header.extend([size, size].iter().flat_map(|size| size.to_le_bytes()));
        header.extend((name.len() as u16).to_le_bytes());
        header.extend([0, 0]);
        archive.extend(b"PK\x03\x04");
        archive.extend(&header);
        archive.extend(name.as_bytes());
        archive.extend(content.as_bytes());
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&header);
        directory.extend([0; 10]);
        directory.extend(begin.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let begin = archive.len() as u32;
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    let count = (members.len() as u16).to_le_bytes();
    archive.extend([count, count].concat());
    archive.extend((directory.len() as u32).to_le_bytes());
    archive.extend(begin.to_le_bytes());
    archive.extend([0, 0]);
    archive
}

#[test]
fn members_of_an_archive_are_inputs() {
    let folder = Folder::new();
    let items = std::fs::read_to_string("fixtures/cases/output-among-inputs/items.json");
    let status = std::fs::read_to_string("fixtures/cases/output-among-inputs/status.json");
    let archive = zipped(&[
        ("dump/items.json", &items.expect("there")),
        ("README.md", "# artifact"),
    ]);
    folder.write("run/artifact.zip", &archive);
    folder.write("run/status.json", status.expect("there"));
    let run = folder.run(&["report", ".", "--strict", "--format", "json"]);
    let summary = run.summary();
    assert_eq!(figures(&summary), TEN);
    // The only job in the folder above claims the items.
    assert_eq!(summary["jobs"].as_array().map(Vec::len), Some(1));
    let input = &summary["inputs"][1];
    assert_eq!(input["path"], "./run/artifact.zip/dump/items.json");
    // Cut, it is named and a loss.
    folder.write("run/artifact.zip", &archive[..archive.len() - 30]);
    let run = folder.run(&["report", ".", "--strict", "-q", "--format", "json"]);
    assert_eq!(run.code, 4);
}

#[cfg(unix)]
#[test]
fn a_manifest_is_an_input_like_any_other() {
    let folder = Folder::new();
    folder.write(
        "s/items-000001.json",
        crate::harness::item("a", "completed"),
    );
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join("s/snapshot.json"))
        .status();
    assert!(made.expect("runs").success());
    let summary = folder.summary(&[]).summary();
    assert_eq!(summary["overall"]["counts"]["distinct"], 1);
    assert!(codes(&summary).contains(&"special-file".to_owned()));
}

#[test]
fn a_file_named_by_itself_is_read_from_standard_input_too() {
    let mut command = program();
    command.args(["report", "-", "--format", "json"]);
    let text = "Export,,\nitem_id,status,error_message\na,FAILED,nan\n";
    let summary = finish(command, text.as_bytes()).summary();
    assert_eq!(figures(&summary).failed, 1);
}
