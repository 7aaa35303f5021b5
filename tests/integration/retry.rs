//! `retry`: the items to run again.

use serde_json::json;

use crate::harness::Folder;

/// Items of this status and message.
fn page(items: &[(&str, &str, Option<&str>)]) -> String {
    let items: Vec<_> = items
        .iter()
        .map(|(id, status, message)| {
            json!({
                "item_id": id, "item_name": format!("{id}.pdf"), "status": status,
                "error_message": message, "effective_at": "2026-05-14T08:30:10Z",
            })
        })
        .collect();
    json!({ "items": items, "total_size": items.len() }).to_string()
}

fn dump() -> Folder {
    let folder = Folder::new();
    let items = [
        ("slow", "failed", Some("timed out after 300 s")),
        ("odd", "failed", Some("it broke")),
        ("locked", "failed", Some("file is encrypted")),
        ("denied", "failed", Some("401")),
        ("open", "processing", None),
        ("stopped", "cancelled", None),
        ("done", "completed", None),
        ("skipped", "skipped", None),
    ];
    folder.write("a.json", page(&items));
    folder
}

#[test]
fn ids_of_transient_and_unknown_errors_are_printed_one_a_line() {
    let run = dump().run(&["retry", "a.json"]);
    assert_eq!((run.code, &*run.stdout), (0, "slow\nodd\n"));
    assert!(
        run.stderr
            .contains("2 items to retry; left out: 1 input, 1 permanent, 1 open, 1 cancelled"),
        "{}",
        run.stderr
    );
}

#[test]
fn classes_are_chosen_by_their_words() {
    let folder = dump();
    let of = |words: &str| {
        folder
            .run(&["retry", "a.json", "-q", "--retry", words])
            .stdout
    };
    assert_eq!(of("input"), "locked\n");
    assert_eq!(of("permanent, open"), "denied\nopen\n");
    assert_eq!(of("cancelled"), "stopped\n");
    assert_eq!(of("all"), "slow\nodd\nlocked\ndenied\nopen\nstopped\n");
    let run = folder.run(&["retry", "a.json", "--retry", "soon"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("`soon` is not one of transient, input"),
        "{}",
        run.stderr
    );
}

#[test]
fn nothing_to_retry_prints_nothing() {
    let folder = Folder::new();
    folder.write("a.json", page(&[("done", "completed", None)]));
    for format in ["ids", "csv", "json", "body"] {
        let run = folder.run(&["retry", "a.json", "--format", format]);
        assert_eq!((run.code, &*run.stdout), (0, ""), "{format}");
        assert!(run.stderr.contains("nothing to retry"), "{}", run.stderr);
    }
}

#[test]
fn every_form_holds_the_items() {
    let folder = dump();
    let of = |form: &str| {
        folder
            .run(&["retry", "a.json", "-q", "--format", form])
            .stdout
    };
    assert_eq!(of("body"), "{\"item_ids\":[\"slow\",\"odd\"]}\n");
    let rows: serde_json::Value = serde_json::from_str(&of("json")).expect("JSON");
    assert_eq!(rows[0]["item_name"], "slow.pdf");
    assert_eq!(rows[0]["class"], "transient");
    assert_eq!(rows[1]["reason"], "it broke");
    let table = of("csv");
    assert!(
        table.starts_with("item_id,item_name,job,class,reason\nslow,slow.pdf,"),
        "{table}"
    );
}

#[test]
fn what_a_rerun_cured_is_left_out() {
    let folder = dump();
    folder.write("bjb-2/items.json", page(&[("slow", "completed", None)]));
    folder.write(
        "bjb-1/items.json",
        page(&[
            ("slow", "failed", Some("timed out")),
            ("odd", "failed", Some("x")),
        ]),
    );
    let run = folder.run(&["retry", "bjb-1", "bjb-2"]);
    assert_eq!(run.stdout, "odd\n", "{}", run.stderr);
    assert!(
        run.stderr.contains("1 completed in another run"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_summary_with_all_items_gives_the_same_list() {
    let folder = dump();
    let all = folder.run(&["report", "a.json", "-f", "json", "--items", "all"]);
    folder.write("s.json", all.stdout);
    let run = folder.run(&["retry", "s.json", "-q"]);
    assert_eq!(run.stdout, "slow\nodd\n", "{}", run.stderr);
}

#[test]
fn a_report_writes_the_same_list_beside_it() {
    let folder = dump();
    let run = folder.run(&["report", "a.json", "-o", "retry:ids.txt", "-o", "r.md"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("Wrote ids.txt"), "{}", run.stderr);
    assert_eq!(folder.read("ids.txt"), "slow\nodd\n");
    assert!(!folder.read("r.md").is_empty());
    let printed = folder.run(&["report", "a.json", "-q", "--format", "retry"]);
    assert_eq!(printed.stdout, "slow\nodd\n");
    let redacted = folder.run(&["report", "a.json", "-q", "-f", "retry", "--redact", "ids"]);
    assert_eq!(redacted.stdout.lines().count(), 2);
    assert!(!redacted.stdout.contains("slow"), "{}", redacted.stdout);
    let all = folder.run(&["report", "a.json", "-f", "json", "--items", "all"]);
    folder.write("s.json", all.stdout);
    let saved = folder.run(&["report", "s.json", "-q", "-f", "retry"]);
    assert_eq!(saved.stdout, "slow\nodd\n", "{}", saved.stderr);
    let fewer = folder.run(&["report", "s.json", "-f", "retry", "--items", "none"]);
    assert!(
        fewer.stderr.contains("holds 0 of 8 items"),
        "{}",
        fewer.stderr
    );
}

#[test]
fn every_report_says_what_to_do_next() {
    let folder = dump();
    for format in ["text", "markdown", "html", "json"] {
        let run = folder.run(&["report", "a.json", "-f", format]);
        let text = run.stdout.replace("&nbsp;", " ");
        assert!(
            text.contains("Retry 1 (transient errors)"),
            "{format}: {text}"
        );
    }
}
