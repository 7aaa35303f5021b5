//! What counts, and what it counts for, where documents leave room for doubt.

use serde_json::{Value, json};

use crate::harness::{Folder, codes, fixture, item, status, summary_of};

const JOB: &str = "bjb-5eaf9ad5-8702-4c03-8bfd-9f390195055d";

fn page(items: &[String], total: &str) -> String {
    let items = items.join(",");
    format!(r#"{{"items":[{items}],"next_page_token":null,"total_size":{total}}}"#)
}

/// So many items of that status.
fn items(status: &str, count: usize) -> Vec<String> {
    let id = |number| format!("{status}-{number}");
    (0..count).map(|n| item(&id(n), status)).collect()
}

/// The page object of an SDK, of a list that was asked for by that status.
fn asked_for(status: &str, items: &[String], total: usize) -> String {
    let options = format!(
        r#""options":{{"method":"get","path":"/api/v1/beta/batch-processing/{JOB}/items","query":{{"status":"{status}"}}}}"#
    );
    let page = page(items, &total.to_string());
    format!(r#"{{{options},"body":{page},"items":[],"total_size":0}}"#)
}

/// The counts of the only job.
fn counts(folder: &Folder) -> Value {
    let summary = folder.summary(&["--job-id", JOB]).summary();
    assert_eq!(summary["jobs"].as_array().map(Vec::len), Some(1));
    summary["jobs"][0]["counts"].clone()
}

#[test]
fn lists_of_two_statuses_are_marked_and_no_total_of_a_job() {
    let folder = Folder::new();
    folder.write("a.json", asked_for("failed", &items("failed", 13), 13));
    folder.write("b.json", asked_for("skipped", &items("skipped", 9), 9));
    let found = counts(&folder);
    assert_eq!(found["status_filter"], "failed, skipped");
    assert_eq!(found["filtered_in_part"], false);
    for unknown in ["stated_total", "missing", "complete"] {
        assert_eq!(found[unknown], Value::Null, "{unknown}");
    }
    assert_eq!(
        folder
            .run(&["report", ".", "--strict", "-q", "--format", "json"])
            .code,
        4
    );
    folder.write("status.json", status(JOB, 250));
    let found = counts(&folder);
    assert_eq!(found["status_filter"], "failed, skipped");
    assert_eq!(found["missing"], 228);
    folder.write("status.json", status(JOB, 22));
    assert_eq!(
        counts(&folder)["status_filter"],
        Value::Null,
        "it is all of it"
    );
}

#[test]
fn names_of_files_tell_several_filters_as_well() {
    let folder = Folder::new();
    folder.write("status.json", status(JOB, 250));
    folder.write("failed.json", page(&items("failed", 3), "3"));
    folder.write("skipped.json", page(&items("skipped", 2), "2"));
    assert_eq!(counts(&folder)["status_filter"], "failed, skipped");
    folder.write("others.json", page(&items("completed", 2), "null"));
    let found = counts(&folder);
    assert_eq!(
        found["status_filter"],
        Value::Null,
        "a name alone proves nothing"
    );
}

#[test]
fn a_filtered_list_beside_one_that_may_not_be_whole_is_told() {
    let folder = Folder::new();
    folder.write("a.json", asked_for("failed", &items("failed", 2), 2));
    folder.write("b.json", page(&items("completed", 6), "null"));
    let found = counts(&folder);
    assert_eq!(found["status_filter"], "failed");
    assert_eq!(found["filtered_in_part"], true);
    assert_eq!(
        found["stated_total"],
        Value::Null,
        "2 are those that failed"
    );
    for (format, said) in [
        ("text", "Some lists hold only items with status failed"),
        (
            "markdown",
            "Some lists hold only items with status `failed`",
        ),
        (
            "html",
            "some lists hold only items with the status <code>failed</code>",
        ),
    ] {
        let run = folder.run(&["report", ".", "-q", "--format", format]);
        assert!(run.stdout.contains(said), "{}", run.stdout);
    }
    folder.write("b.json", page(&items("completed", 6), "8"));
    let found = counts(&folder);
    assert_eq!(found["status_filter"], Value::Null, "8 of 8 are there");
    assert_eq!(found["complete"], true);
}

#[test]
fn a_job_that_has_not_counted_its_items_settles_no_filter() {
    let folder = Folder::new();
    folder.write(
        "status.json",
        status(JOB, 0).replace("completed", "pending"),
    );
    folder.write("a.json", asked_for("failed", &items("failed", 2), 2));
    assert_eq!(counts(&folder)["status_filter"], "failed");
}

#[test]
fn a_job_that_runs_has_no_wall_time_whatever_end_it_states() {
    let folder = Folder::new();
    let times = r#""started_at":"2026-05-14T08:00:00Z","completed_at":"2026-05-14T08:01:40Z""#;
    let job = |word: &str| {
        let status = status(JOB, 2).replace(
            r#""status":"completed""#,
            &format!(r#"{times},"status":"{word}""#),
        );
        folder.write("status.json", status);
        folder.summary(&[]).summary()["jobs"][0]["job"]["wall_seconds"].clone()
    };
    assert_eq!(job("completed"), 100.0);
    for open in ["pending", "running", "dispatched"] {
        assert_eq!(job(open), Value::Null, "{open}");
        let text = folder
            .run(&["report", ".", "-q", "--format", "text"])
            .stdout;
        assert!(!text.contains("wall time"), "{text}");
        let markdown = folder
            .run(&["report", ".", "-q", "--format", "markdown"])
            .stdout;
        assert!(
            markdown.contains("| Started | 2026-05-14 08:00:00 UTC |"),
            "{markdown}"
        );
    }
}

/// A record of an item, of that status and, if any, `effective_at`.
fn record(status: &str, effective_at: Option<&str>) -> String {
    json!({"item_id": "x", "item_name": "x.pdf", "status": status, "effective_at": effective_at})
        .to_string()
}

#[test]
fn of_three_records_of_an_item_none_counts_that_is_older_than_another() {
    let newer = record("processing", Some("2026-05-14T09:01:40Z"));
    let undated = record("completed", None);
    let older = record("failed", Some("2026-05-14T09:00:50Z"));
    let order = |records: [&String; 3]| {
        let folder = Folder::new();
        for (name, record) in ["a", "b", "c"].iter().zip(records) {
            folder.write(&format!("{name}.json"), record);
        }
        let found = counts(&folder);
        assert_eq!(found["conflicting_duplicates"], 1);
        found["by_status"].clone()
    };
    for records in [
        [&newer, &undated, &older],
        [&older, &undated, &newer],
        [&undated, &older, &newer],
    ] {
        assert_eq!(order(records)["completed"], 1, "{records:?}");
    }
}

#[test]
fn of_three_records_of_a_job_none_counts_that_is_older_than_another() {
    let record = |word: &str, effective: Option<&str>, updated: Option<&str>| {
        let job = json!({"id": JOB, "job_type": "parse", "project_id": "p", "status": word, "total_items": 1,
            "effective_at": effective, "updated_at": updated});
        json!({"job": job, "progress_percentage": null}).to_string()
    };
    let folder = Folder::new();
    folder.write(
        "a.json",
        record("completed", Some("2026-05-14T09:01:40Z"), None),
    );
    folder.write(
        "b.json",
        record("running", None, Some("2026-05-14T09:01:10Z")),
    );
    folder.write(
        "c.json",
        record(
            "pending",
            Some("2026-05-14T09:00:50Z"),
            Some("2026-05-14T09:01:20Z"),
        ),
    );
    assert_eq!(
        folder.summary(&[]).summary()["jobs"][0]["job"]["status"],
        "completed"
    );
}

#[test]
fn files_count_in_the_order_of_their_paths_and_not_of_the_command_line() {
    let folder = Folder::new();
    folder.write("a.json", record("completed", None));
    folder.write("b.json", record("failed", None));
    let report =
        |names: [&str; 2]| folder.run(&["report", names[0], names[1], "-q", "--format", "json"]);
    let forwards = report(["a.json", "b.json"]);
    assert_eq!(
        forwards.summary()["jobs"][0]["counts"]["by_status"]["failed"],
        1
    );
    assert_eq!(forwards.stdout, report(["b.json", "a.json"]).stdout);
}

#[test]
fn a_list_of_jobs_in_the_page_object_of_an_sdk_is_read_once() {
    let folder = Folder::new();
    let job = json!({"id": JOB, "job_type": "parse", "project_id": "p", "status": "completed", "total_items": 1});
    let body = json!({"items": [job], "next_page_token": null, "total_size": 1});
    let object =
        json!({"body": body, "items": [job], "options": {"method": "get"}, "total_size": 0});
    folder.write("jobs.json", object.to_string());
    let summary = folder.summary(&[]).summary();
    assert!(
        !codes(&summary).contains(&"repeated-status".to_owned()),
        "{:?}",
        codes(&summary)
    );
}

#[test]
fn what_ended_before_the_first_start_is_no_part_of_the_throughput() {
    let folder = Folder::new();
    let early = |id: &str| {
        item(id, "skipped")
            .replace(r#""started_at":"2026-05-14T08:30:00Z","#, "")
            .replace("08:30:10Z", "08:29:00Z")
    };
    folder.write(
        "a.json",
        page(&[item("a", "completed"), early("b"), early("c")], "3"),
    );
    let summary = folder.summary(&[]).summary();
    let throughput = &summary["jobs"][0]["throughput"];
    assert_eq!(throughput["items_per_minute"], 6.0, "1 in 10 s");
    assert_eq!(throughput["ended_items"], 3);
    assert_eq!(throughput["early_items"], 2);
}

#[test]
fn a_page_that_leaves_its_items_out_is_an_empty_one() {
    let folder = Folder::new();
    folder.write("1.json", page(&items("completed", 1), "1"));
    folder.write("2.json", r#"{"next_page_token":null,"total_size":1}"#);
    let run = folder.run(&["report", ".", "--strict", "-q", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    folder.write("2.json", r#"{"total_size":7,"files":[]}"#);
    let run = folder.run(&["report", ".", "--strict", "-q", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(counts(&folder)["stated_total"], 1);
}

#[test]
fn the_rates_beside_the_failure_rate_are_printed_with_their_denominators() {
    let folder = Folder::new();
    let mut all = items("completed", 6);
    all.extend(items("failed", 2));
    all.extend(items("skipped", 2));
    folder.write("a.json", page(&all, "10"));
    let text = folder
        .run(&["report", ".", "-q", "--format", "text"])
        .stdout;
    assert!(text.contains("Of all items"), "{text}");
    assert!(
        text.contains("failed 20.0% (2 of 10), skipped 20.0% (2 of 10)"),
        "{text}"
    );
}

/// Failed items with these messages; nothing where there is none.
fn failed(messages: &[Option<&str>]) -> String {
    let item = |(number, message): (usize, &Option<&str>)| {
        json!({"item_id": number.to_string(), "item_name": null, "status": "failed", "error_message": message})
            .to_string()
    };
    let items: Vec<String> = messages.iter().enumerate().map(item).collect();
    page(&items, "null")
}

/// The groups, each with its expression and how many items it has.
fn groups(summary: &Value) -> Vec<(String, Option<String>, u64)> {
    let of_group = |group: &Value| {
        let text = |field: &str| group[field].as_str().map(str::to_owned);
        let count = group["count"].as_u64().expect("a count");
        (text("pattern").unwrap_or_default(), text("regex"), count)
    };
    let groups = summary["jobs"][0]["error_groups"].as_array();
    groups.expect("a list").iter().map(of_group).collect()
}

#[test]
fn the_first_expression_of_the_user_that_matches_names_the_group_of_a_failure() {
    let folder = Folder::new();
    let messages = [
        Some("429: slow down, attempt 1/3"),
        Some("Too many requests (quota 7)"),
        Some("timed out after 300 s, too many requests"),
        Some("timed out after 301 s"),
        Some("page 7 is broken"),
        Some("page 8 is broken"),
        None,
    ];
    folder.write("a.json", failed(&messages));
    let rules = [
        "--error-group",
        "time=timed OUT",
        "--error-group",
        "rate limit=(?i)429|too many requests",
        "--error-group",
        "everything with digits=[0-9]{9}",
    ];
    let found = folder.summary(&rules).summary();
    let named = |name: &str, regex: &str, count| (name.to_owned(), Some(regex.to_owned()), count);
    assert_eq!(
        groups(&found),
        [
            named("rate limit", "(?i)429|too many requests", 3),
            ("page <n> is broken".to_owned(), None, 2),
            ("timed out after 301 s".to_owned(), None, 1),
            (String::new(), None, 1),
        ]
    );
    let found = folder
        .summary(&["--error-group", "time=timed out", rules[2], rules[3]])
        .summary();
    assert_eq!(
        groups(&found),
        [
            ("page <n> is broken".to_owned(), None, 2),
            named("rate limit", "(?i)429|too many requests", 2),
            named("time", "timed out", 2),
            (String::new(), None, 1),
        ]
    );
}

#[test]
fn a_name_of_the_user_stands_in_every_format_and_its_expression_on_the_page() {
    let folder = Folder::new();
    folder.write("a.json", failed(&[Some("<b>429</b>"), Some("429")]));
    for (format, said) in [
        ("text", "rate <i>limit"),
        ("markdown", "`rate <i>limit`"),
        ("html", "rate &lt;i&gt;limit"),
        ("html", "Messages that match <code>&lt;?429</code>"),
    ] {
        let run = folder.run(&[
            "report",
            ".",
            "-q",
            "--error-group",
            "rate <i>limit=<?429",
            "--format",
            format,
        ]);
        assert!(run.stdout.contains(said), "{}", run.stdout);
    }
}

#[test]
fn every_group_has_a_class_and_the_user_may_set_it() {
    let folder = Folder::new();
    let messages = [
        Some("timed out after 300 s"),
        Some("file is encrypted"),
        Some("401"),
        Some("it broke"),
        Some("it is full"),
        Some("quota 429"),
        None,
    ];
    folder.write("a.json", failed(&messages));
    let rules = [
        "-e",
        "full[transient]=is full",
        "-e",
        "quota[permanent]=quota",
    ];
    let found = folder.summary(&rules).summary();
    let groups = found["overall"]["error_groups"].as_array().expect("groups");
    let mut classes: Vec<_> = groups
        .iter()
        .map(|group| {
            (
                group["pattern"].as_str().unwrap_or_default(),
                group["class"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    classes.sort();
    assert_eq!(
        classes,
        [
            ("", "unknown"),
            ("401", "permanent"),
            ("file is encrypted", "input"),
            ("full", "transient"),
            ("it broke", "unknown"),
            ("quota", "permanent"),
            ("timed out after 300 s", "transient"),
        ]
    );
}

#[test]
fn few_values_of_an_error_are_counted_in_every_format() {
    let folder = Folder::new();
    let messages = ["500", "503", "500", "503", "500"].map(|code| format!("upstream {code}"));
    let messages: Vec<Option<&str>> = messages.iter().map(|message| Some(&**message)).collect();
    folder.write("a.json", failed(&messages));
    for format in ["text", "markdown", "html"] {
        let run = folder.run(&["report", "a.json", "-f", format]);
        let plain = run
            .stdout
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace('\\', "");
        assert!(plain.contains("<n>: 500 ×3, 503 ×2"), "{format}: {plain}");
        assert!(plain.contains("transient"), "{format}: {plain}");
    }
}

#[test]
fn what_is_no_name_or_no_expression_is_wrong_usage_and_so_is_a_name_given_twice() {
    let folder = Folder::new();
    folder.write("a.json", failed(&[Some("429")]));
    for (rules, said) in [
        (&["nothing"][..], "write it as NAME=REGEX"),
        (&["=x"], "write it as NAME=REGEX"),
        (&["x="], "write it as NAME=REGEX"),
        (&["x=(429"], "unclosed group"),
        (&["x=429", "x=500"], "names `x` twice"),
        (&["x[soon]=429"], "`soon` is no class of errors"),
    ] {
        let mut args = vec!["report", "."];
        args.extend(rules.iter().flat_map(|rule| ["--error-group", rule]));
        let run = folder.run(&args);
        assert_eq!(run.code, 2, "{rules:?}");
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
    let summary = folder.summary(&[]).stdout;
    folder.write("summary.json", summary);
    let run = folder.run(&["report", "summary.json", "--error-group", "x=429"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("--error-group applies to dumps"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_is_open_in_a_job_is_worked_on_until_its_own_record_and_not_that_of_another() {
    let folder = Folder::new();
    let open = item("open", "processing").replace(r#""completed_at":"2026-05-14T08:30:10Z","#, "");
    let running = status(JOB, 1).replace(
        r#""status":"completed""#,
        r#""effective_at":"2026-05-14T08:31:00Z","status":"running""#,
    );
    folder.write("a/status.json", running);
    folder.write("a/items.json", page(&[open], "1"));
    let later = "bjb-69c17150-74bb-4db0-b4c3-0906e293e9ee";
    let late = item("late", "completed").replace("08:30", "10:30");
    folder.write("b/status.json", status(later, 1));
    folder.write("b/items.json", page(&[late], "1"));
    let page = folder
        .run(&["report", ".", "-q", "--format", "json", "--items", "none"])
        .stdout;
    let summary: Value = serde_json::from_str(&page).expect("JSON");
    let intervals = &summary["overall"]["timeline"]["intervals"];
    let drawn: Vec<f64> = intervals
        .as_array()
        .expect("a list")
        .iter()
        .map(|interval| interval["concurrency"].as_f64().expect("a number"))
        .collect();
    let busy = drawn
        .iter()
        .filter(|concurrency| **concurrency > 0.0)
        .count();
    assert!(
        busy <= 2,
        "a minute of one job, and 10 s of the other: {drawn:?}"
    );
}

#[test]
fn a_title_of_the_user_heads_every_format_and_a_title_of_nothing_is_wrong_usage() {
    let folder = Folder::new();
    folder.write("status.json", status(JOB, 1));
    folder.write("a.json", page(&items("completed", 1), "1"));
    let first = |format: &str, title: &[&str]| {
        let mut args = vec!["report", ".", "-q", "--format", format];
        args.extend(title);
        let printed = folder.run(&args).stdout;
        printed
            .lines()
            .next()
            .map(str::to_owned)
            .unwrap_or_default()
    };
    let title = ["--title", "INC-4711 *nightly*"];
    assert_eq!(first("text", &title), "INC-4711 *nightly*");
    assert_eq!(first("markdown", &title), r"## ✅ INC-4711 \*nightly\*");
    assert!(
        first("text", &[]).starts_with("The only processed item"),
        "{}",
        first("text", &[])
    );
    assert!(first("markdown", &[]).starts_with("## ✅ Batch job "));
    assert_eq!(folder.run(&["report", ".", "--title", ""]).code, 2);
}

#[test]
fn an_error_is_said_however_quiet_it_is() {
    let folder = Folder::new();
    folder.write("a.json", page(&items("completed", 1), "1"));
    let run = folder.run(&["report", "a.json", "nope", "-q", "-o", "r.html"]);
    assert_eq!(run.code, 0);
    assert!(
        run.stderr.contains("warning: nope: no such file or folder"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_saved_summary_that_lists_fewer_than_is_asked_for_says_so() {
    let folder = Folder::new();
    folder.write("a.json", page(&items("completed", 3), "3"));
    let summary = folder
        .run(&[
            "report",
            "a.json",
            "-q",
            "--format",
            "json",
            "--slowest",
            "2",
        ])
        .stdout;
    folder.write("summary.json", summary);
    for (asked, said) in [("2", false), ("1", false), ("9", true)] {
        let run = folder.run(&["report", "summary.json", "--slowest", asked]);
        assert_eq!(
            run.stderr.contains("fewer than --slowest asks for"),
            said,
            "{}",
            run.stderr
        );
    }
}

#[test]
fn no_end_is_expected_while_items_are_missing_from_the_list() {
    let whole = summary_of(fixture("running")).summary();
    assert!(whole["jobs"][0]["expected_end"].is_object());
    let folder = Folder::new();
    let read = |name: &str| std::fs::read_to_string(fixture("running").join(name)).expect(name);
    folder.write("items.jsonl", read("items.jsonl"));
    let status = read("status.json").replace("\"total_items\": 400", "\"total_items\": 401");
    folder.write("status.json", status);
    let part = folder.summary(&[]).summary();
    assert_eq!(part["jobs"][0]["counts"]["missing"], 1);
    assert!(part["jobs"][0]["expected_end"].is_null());
}
