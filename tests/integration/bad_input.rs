//! Broken and hostile input: it costs what is broken, it is named, and nothing panics or hangs.

use std::fs;
use std::path::PathBuf;

use batch_report::load::note::NoteKind;
use batch_report::load::{self, Dump};
use proptest::prelude::*;
use serde_json::Value;

use crate::harness::{Folder, codes, finish, item, program, status, summary_of_file};

fn page(items: &[String]) -> String {
    format!(
        r#"{{"items":[{}],"next_page_token":null,"total_size":3}}"#,
        items.join(",")
    )
}

fn three() -> Vec<String> {
    ["a", "b", "c"]
        .iter()
        .map(|id| item(id, "completed"))
        .collect()
}

/// Loads a file of that content without starting the program.
fn load_bytes(folder: &Folder, content: &[u8]) -> Dump {
    folder.write("x", content);
    let (files, notes) =
        load::find(&[PathBuf::from(folder.path())], &load::Ignore::default()).expect("no output");
    load::load(&files, notes, load::LoadOptions::default(), &|_| {})
        .expect("a bad file costs that file only")
}

fn ids(dump: &Dump) -> Vec<String> {
    let ids = (0..dump.items.len()).filter_map(|row| dump.items.item_id(row));
    ids.map(Into::into).collect()
}

/// Cuts a text at every byte: the items before the cut are kept, each once and in order, and unless
/// all of it is there a note says what is lost.
fn cut_everywhere(text: &str) {
    let folder = Folder::new();
    let whole = ids(&load_bytes(&folder, text.as_bytes()));
    assert_eq!(whole, ["a", "b", "c"]);
    let mut before = 0;
    for end in 0..text.len() {
        let dump = load_bytes(&folder, &text.as_bytes()[..end]);
        let kept = ids(&dump);
        assert!(whole.starts_with(&kept), "cut at {end}: {kept:?}");
        assert!(kept.len() >= before, "cut at {end}: an item is lost again");
        before = kept.len();
        assert!(
            kept.len() == 3 || !dump.notes.is_empty() || end == 0 || lines_end(text, end),
            "cut at {end}"
        );
    }
    assert!(before >= 2);
}

/// Whether a text of lines is whole up to there, so that nobody can tell that more should come.
fn lines_end(text: &str, end: usize) -> bool {
    !text.starts_with("{\"items\"") && !text.starts_with('[') && {
        let rest = &text[end..];
        rest.starts_with('\n')
            || rest.starts_with('\r')
            || text[..end].ends_with('\n')
            || !text.starts_with('{')
    }
}

#[test]
fn a_page_cut_at_any_byte_keeps_what_came_before() {
    cut_everywhere(&page(&three()));
}

#[test]
fn an_array_cut_at_any_byte_keeps_what_came_before() {
    cut_everywhere(&format!("[\n{}\n]", three().join(",\n")));
}

#[test]
fn lines_cut_at_any_byte_keep_what_came_before() {
    cut_everywhere(&three().join("\n"));
}

#[test]
fn headers_and_bodies_cut_at_any_byte_keep_what_came_before() {
    let body = |items: &[String]| {
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{}",
            page(items)
        )
    };
    cut_everywhere(&(body(&three()[..2]) + &body(&three()[2..])));
}

#[test]
fn yaml_cut_at_any_byte_keeps_what_came_before() {
    let yaml: String = ["a", "b", "c"]
        .iter()
        .map(|id| format!("item_id: {id}\nitem_name: \"{id}.pdf\"\nstatus: completed\nerror_message: |-\n  one\n\n  two\n"))
        .collect();
    let folder = Folder::new();
    for end in 0..yaml.len() {
        let kept = ids(&load_bytes(&folder, &yaml.as_bytes()[..end]));
        assert!(
            ["a", "b", "c"]
                .iter()
                .zip(&kept)
                .all(|(id, kept)| id == kept),
            "{end}: {kept:?}"
        );
    }
}

/// Number of random files; `PROPTEST_CASES` tries more than the suite has time for.
fn cases() -> u32 {
    let cases = std::env::var("PROPTEST_CASES").ok();
    cases.and_then(|cases| cases.parse().ok()).unwrap_or(200)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in a file, it is read without a panic, and every row is accounted for.
    #[test]
    fn any_bytes_are_survived(
        cuts in prop::collection::vec((0usize..2_000, any::<u8>()), 0..12),
        tail in prop::collection::vec(any::<u8>(), 0..40),
        form in 0usize..5,
    ) {
        let mut bytes = match form {
            0 => page(&three()).into_bytes(),
            1 => format!("{}\n{}", status("bjb-1", 3), three().join("\n")).into_bytes(),
            2 => b"item_id: a\nstatus: failed\nitem_id: b\nstatus: |-\n  x\n".to_vec(),
            3 => b"item_id,status,started_at\na,failed,1747211403505\n\"b\"\"\",completed,\n".to_vec(),
            _ => b"HTTP/1.1 200 OK\r\n\r\n".iter().copied().chain(page(&three()).into_bytes()).collect(),
        };
        for (at, byte) in cuts {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        bytes.extend(tail);
        let folder = Folder::new();
        let dump = load_bytes(&folder, &bytes);
        let recorded: u64 = dump.jobs.iter().map(|job| job.recorded.rows).sum();
        prop_assert_eq!(recorded, dump.inputs.iter().map(|file| file.items).sum::<u64>());
        prop_assert!(dump.items.len() as u64 <= recorded);
    }
}

#[test]
fn an_empty_file_is_named_and_nothing_else_is_an_error() {
    let run = summary_of_file("items.json", b"");
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("items.json: ignored: empty file"),
        "{}",
        run.stderr
    );
}

#[test]
fn deep_nesting_in_what_we_do_not_read_costs_nothing() {
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    let odd = three()[0].replace("{\"item_id\"", &format!("{{\"extra\":{deep},\"item_id\""));
    let run = summary_of_file("items.json", page(&[odd, three()[1].clone()]).as_bytes());
    assert_eq!(run.summary()["overall"]["counts"]["distinct"], 2);
}

#[test]
fn deep_nesting_instead_of_data_is_named() {
    for deep in [
        "[".repeat(2_000),
        "{\"items\":".repeat(2_000),
        "[".repeat(2_000) + &"]".repeat(2_000),
    ] {
        let run = summary_of_file("items.json", deep.as_bytes());
        assert_eq!(run.code, 1, "{}", run.stdout);
        assert!(run.stderr.contains("items.json"), "{}", run.stderr);
    }
}

#[test]
fn deep_nesting_in_a_field_we_read_makes_that_item_unreadable() {
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    let odd = three()[0].replace("\"completed\"", &deep);
    let summary =
        summary_of_file("items.json", page(&[odd, three()[1].clone()]).as_bytes()).summary();
    assert_eq!(summary["overall"]["counts"]["distinct"], 1);
    assert_eq!(summary["overall"]["counts"]["unreadable"], 1);
}

#[test]
fn a_wrong_type_costs_the_row_only_in_its_id_or_status() {
    for (field, code) in [
        ("item_id", Some("unreadable-item")),
        ("status", Some("unreadable-item")),
        ("item_name", Some("wrong-type")),
        ("job_id", Some("wrong-type")),
        ("started_at", Some("unreadable-time")),
        ("completed_at", Some("unreadable-time")),
        ("effective_at", Some("unreadable-time")),
        ("error_message", None),
        ("skip_reason", None),
        ("job_record_id", None),
    ] {
        for wrong in ["true", "[1]", "{\"a\":1}"] {
            let odd = format!("{{\"item_id\":\"x\",\"status\":\"failed\",\"{field}\":{wrong}}}");
            let content = page(&[three()[0].clone(), odd, three()[1].clone()]);
            let summary = summary_of_file("items.json", content.as_bytes()).summary();
            let items = &summary["overall"]["counts"];
            let lost = u64::from(code == Some("unreadable-item"));
            assert_eq!(
                (&items["distinct"], &items["unreadable"]),
                (&Value::from(3 - lost), &Value::from(lost)),
                "{field}"
            );
            let of_rows = ["unreadable-item", "wrong-type", "unreadable-time"];
            let notes = summary["notes"].as_array().expect("a list");
            let note = notes
                .iter()
                .find(|note| of_rows.iter().any(|code| note["code"] == *code));
            assert_eq!(note.and_then(|note| note["code"].as_str()), code, "{field}");
            let words = note.map_or("", |note| note["message"].as_str().expect("words"));
            assert!(
                code.is_none()
                    || words.contains("line 1, byte ") && words.contains(&format!("`{field}` is ")),
                "{words}"
            );
        }
    }
}

#[test]
fn numbers_beyond_all_bounds_are_survived() {
    for number in [
        "1e999",
        "-1e999",
        "123456789012345678901234567890",
        "0.00000000000000000001",
    ] {
        let odd = three()[0].replace("\"2026-05-14T08:30:00Z\"", number);
        let content = format!(
            "{}\n{}",
            status("bjb-1", 3).replace(":3}", &format!(":{number}}}")),
            page(&[odd])
        );
        let summary = summary_of_file("items.json", content.as_bytes()).summary();
        assert_eq!(summary["overall"]["counts"]["distinct"], 1, "{number}");
    }
}

#[test]
fn nan_is_absent_and_told() {
    let odd = three()[0]
        .replace("\"2026-05-14T08:30:00Z\"", "NaN")
        .replace("{\"item_id\"", "{\"x\":-Infinity,\"item_id\"");
    let content = format!("{}\n{odd}\n{}\n", three()[1], three()[2]);
    let run = summary_of_file("items.jsonl", content.as_bytes());
    let summary = run.summary();
    assert_eq!(summary["overall"]["counts"]["recorded"], 3);
    assert_eq!(
        summary["overall"]["durations"]["completed"]["missing_times"],
        1
    );
    assert!(codes(&summary).contains(&"non-standard-json".to_owned()));
}

#[test]
fn bytes_that_are_not_utf8_and_lone_surrogates_cost_a_character() {
    let mut bytes = page(&three()).into_bytes();
    let at = bytes
        .windows(5)
        .position(|part| part == b"b.pdf")
        .expect("there");
    bytes[at] = 0xff;
    let summary = summary_of_file("items.json", &bytes).summary();
    assert_eq!(summary["overall"]["counts"]["distinct"], 3);
    assert!(codes(&summary).contains(&"invalid-utf8".to_owned()));

    let odd = three()[0]
        .replace("a.pdf", "\\ud83d.pdf")
        .replace("{\"item_id\"", "{\"\\udc00\":1,\"item_id\"");
    let summary =
        summary_of_file("items.json", page(&[odd, three()[1].clone()]).as_bytes()).summary();
    assert_eq!(summary["overall"]["counts"]["distinct"], 2);
    assert_eq!(
        summary["overall"]["slowest"][0]["item_name"],
        "\u{fffd}.pdf"
    );
}

#[test]
fn of_duplicate_keys_the_last_counts() {
    let odd = three()[0].replace(
        "\"status\":\"completed\"",
        "\"status\":\"failed\",\"status\":\"skipped\"",
    );
    let summary = summary_of_file("items.json", page(&[odd]).as_bytes()).summary();
    assert_eq!(summary["overall"]["counts"]["by_status"]["skipped"], 1);
}

#[test]
fn ten_megabytes_of_text_are_read_and_not_printed() {
    let long = "x1 ".repeat(10 << 20 >> 3);
    let items: Vec<String> = ["item_name", "error_message", "skip_reason"]
        .iter()
        .enumerate()
        .map(|(at, field)| {
            format!("{{\"item_id\":\"{at}\",\"status\":\"failed\",\"{field}\":\"{long}\"}}")
        })
        .collect();
    let folder = Folder::new();
    folder.write("d/items.json", page(&items));
    let run = folder.run(&[
        "report", "d", "-q", "-o", "r.html", "-o", "r.md", "-o", "r.json",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for name in ["r.html", "r.md", "r.json"] {
        assert!(folder.read(name).len() < 100_000, "{name}");
    }
}

#[test]
fn times_of_the_first_and_last_year_and_negative_durations_are_counted() {
    let run = crate::harness::summary_of("fixtures/malformed");
    let summary = run.summary();
    assert_eq!(summary["overall"]["durations"]["completed"]["negative"], 1);
    assert_eq!(
        summary["overall"]["throughput"]["first_start"],
        "2026-06-15T10:00:00.422303Z"
    );
    assert_eq!(summary["overall"]["throughput"]["excluded_times"], 2);
    let codes = codes(&summary);
    for code in ["negative-durations", "implausible-times", "unknown-status"] {
        assert!(codes.contains(&code.to_owned()), "{code}");
    }
}

#[test]
fn pages_appended_to_a_cut_one_are_found_again() {
    let pages: Vec<String> = three()
        .iter()
        .map(|item| page(std::slice::from_ref(item)))
        .collect();
    let cut = &pages[0][..pages[0].len() - 60];
    for between in ["", "\n"] {
        let content = format!("{}{between}{}{between}{}", pages[1], cut, pages[2]);
        let summary = summary_of_file("items.json", content.as_bytes()).summary();
        assert_eq!(
            summary["overall"]["counts"]["distinct"],
            3 - u64::from(!cut.contains("}]")),
            "{content}"
        );
        assert!(codes(&summary).contains(&"broken-document".to_owned()));
    }
}

#[cfg(unix)]
#[test]
fn links_pipes_and_folders_that_cannot_be_read_are_left_alone_and_named() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new();
    folder.write("d/items.json", page(&three()));
    symlink("nowhere", folder.path().join("d/dangling")).expect("linked");
    symlink(".", folder.path().join("d/loop")).expect("linked");
    symlink("/", folder.path().join("d/out")).expect("linked");
    folder.write("d/.hidden.json", page(&[item("hidden", "failed")]));
    let fifo = folder.path().join("d/fifo");
    let made = std::process::Command::new("mkfifo")
        .arg(&fifo)
        .status()
        .expect("runs");
    assert!(made.success());
    folder.write("d/closed/x.json", "{}");
    let closed = folder.path().join("d/closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("set");
    let run = folder.run(&["report", "d", "--format", "json"]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).expect("set");
    let summary = run.summary();
    assert_eq!(summary["overall"]["counts"]["distinct"], 3);
    let codes = codes(&summary);
    assert_eq!(
        codes
            .iter()
            .filter(|code| *code == "link-left-alone")
            .count(),
        3
    );
    assert!(codes.contains(&"special-file".to_owned()));
    // Root may read everything.
    if fs::read_dir(&closed).is_ok() && codes.contains(&"foreign-files".to_owned()) {
        return;
    }
    assert!(codes.contains(&"unreadable-file".to_owned()));
}

#[cfg(unix)]
#[test]
fn a_pipe_that_is_named_is_not_waited_for_unless_the_shell_opened_it() {
    let folder = Folder::new();
    folder.write("items.json", page(&three()));
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join("fifo"))
        .status();
    assert!(made.expect("runs").success());
    let run = folder.run(&["report", "fifo"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("fifo: ignored a named pipe"),
        "{}",
        run.stderr
    );
    let mut command = program();
    command
        .current_dir(folder.path())
        .args(["report", "/dev/stdin", "--format", "json"]);
    let run = finish(command, page(&three()).as_bytes());
    assert_eq!(run.summary()["overall"]["counts"]["distinct"], 3);
}

#[test]
fn a_file_that_vanishes_between_walk_and_read_is_named() {
    let folder = Folder::new();
    folder.write("gone.json", "{}");
    folder.write("items.json", page(&three()));
    let (files, notes) =
        load::find(&[PathBuf::from(folder.path())], &load::Ignore::default()).expect("no output");
    fs::remove_file(folder.path().join("gone.json")).expect("removed");
    let dump = load::load(&files, notes, load::LoadOptions::default(), &|_| {}).expect("loaded");
    assert_eq!(dump.items.len(), 3);
    assert!(
        dump.notes[0]
            .path
            .as_deref()
            .is_some_and(|path| path.ends_with("gone.json"))
    );
    assert!(matches!(
        dump.notes[0].kind,
        NoteKind::UnreadableFile { .. }
    ));
}

#[test]
fn what_does_not_exist_is_named_and_the_rest_is_reported() {
    let folder = Folder::new();
    folder.write("items.json", page(&three()));
    let run = folder.run(&["report", "items.json", "missing.json", "--format", "json"]);
    assert_eq!(run.summary()["overall"]["counts"]["distinct"], 3);
    assert!(
        run.stderr
            .contains("warning: missing.json: no such file or folder"),
        "{}",
        run.stderr
    );
    let run = folder.run(&["report", "missing.json"]);
    assert_eq!(run.code, 1);
}

#[test]
fn a_hostile_name_or_detail_cannot_reach_the_terminal() {
    let folder = Folder::new();
    folder.write(
        "a\u{1b}[31m.json",
        "{\"detail\":\"\\u001b]0;x\\u0007\\u202e\"}",
    );
    let run = folder.run(&["report", "."]);
    assert_eq!(run.code, 1);
    assert!(
        !run.stderr
            .chars()
            .any(|c| c.is_control() && c != '\n' || c == '\u{202e}'),
        "{:?}",
        run.stderr
    );
}

#[test]
fn many_broken_lines_cost_those_lines_and_are_counted() {
    let mut lines = String::new();
    for n in 0..5_000 {
        lines.push_str(&item(&format!("i{n}"), "completed"));
        lines.push_str("\n{\"item_id\":\"cut\",\"sta\n{'item_id': 'python'}\n");
    }
    let run = summary_of_file("items.jsonl", lines.as_bytes());
    let summary = run.summary();
    assert_eq!(summary["overall"]["counts"]["distinct"], 5_000);
    let words: Vec<&str> = summary["notes"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|note| note["code"] == "broken-document")
        .map(|note| note["message"].as_str().expect("words"))
        .collect();
    assert_eq!(words.len(), 4);
    assert_eq!(words[3], "4,997 more documents are broken or cut off");
}

/// What a file of that content gives: distinct items, and the codes of the notes.
fn given(name: &str, content: &str) -> (u64, Vec<String>) {
    let run = summary_of_file(name, content.as_bytes());
    if run.code != 0 {
        return (0, vec![format!("exit {}", run.code)]);
    }
    let summary = run.summary();
    let distinct = summary["overall"]["counts"]["distinct"]
        .as_u64()
        .expect("a count");
    (distinct, codes(&summary))
}

fn has(found: &(u64, Vec<String>), items: u64, code: &str) -> bool {
    found.0 == items && found.1.iter().any(|found| found == code)
}

#[test]
fn an_odd_line_costs_itself_wherever_it_stands() {
    let [a, b, c] = [
        item("a", "failed"),
        item("b", "failed"),
        item("c", "failed"),
    ];
    for odd in [
        "{x}",
        "[INFO] page 2",
        "{'item_id': 'q'}",
        "{",
        "Error: 500",
        "%",
    ] {
        for content in [
            format!("{odd}\n{a}\n{b}\n{c}\n"),
            format!("{a}\n{odd}\n{b}\n{c}\n"),
            format!("{a}\n{b}\n{c}\n{odd}\n"),
        ] {
            let found = given("items.jsonl", &content);
            assert_eq!(found.0, 3, "{odd}: {found:?}");
            let noted = ["stray-text", "log-lines", "broken-document", "cut-document"];
            assert!(
                found.1.iter().any(|code| noted.contains(&code.as_str())),
                "{odd}: {found:?}"
            );
        }
    }
}

#[test]
fn a_body_that_holds_no_list_does_not_hide_the_items() {
    let a = item("a", "failed");
    for content in [
        format!(r#"{{"body":null,"items":[{a}]}}"#),
        format!(r#"{{"body":"x","items":[{a}]}}"#),
        format!(r#"{{"body":{{"items":null}},"items":[{a}]}}"#),
        format!(r#"{{"items":null,"body":{{"items":[{a}]}}}}"#),
        format!(r#"{{"items":[{a}],"body":{{"items":[{a}]}}}}"#),
        a.replace("{\"item_id\"", "{\"body\":null,\"item_id\""),
    ] {
        let summary = summary_of_file("page.json", content.as_bytes()).summary();
        assert_eq!(summary["overall"]["counts"]["recorded"], 1, "{content}");
    }
    assert_eq!(given("x.json", r#"{"body":3,"foo":1}"#).1, ["exit 1"]);
}

#[test]
fn a_file_that_looks_like_a_summary_and_holds_items_costs_nothing() {
    let folder = Folder::new();
    folder.write(
        "x.json",
        format!(
            r#"{{"schema_version":1,"generator":"x","items":[{}]}}"#,
            item("a", "failed")
        ),
    );
    folder.write("y.json", page(&[item("b", "failed")]));
    assert_eq!(
        folder.summary(&[]).summary()["overall"]["counts"]["distinct"],
        2
    );
}

#[test]
fn what_is_nothing_of_ours_beside_items_is_told() {
    let a = item("a", "failed");
    for odd in [
        r#"{"foo":1}"#,
        r#"{"status":"completed","item_name":"x"}"#,
        r#"{"message":"Internal Server Error"}"#,
        r#"{"error":{"message":"boom"}}"#,
    ] {
        let found = given("items.jsonl", &format!("{a}\n{odd}\n"));
        assert!(found.0 == 1 && found.1.len() > 1, "{odd}: {found:?}");
    }
    assert!(has(
        &given("items.json", &format!(r#"[{a},"x",null,5,{{"foo":1}}]"#)),
        1,
        "unreadable-item"
    ));
    let b = item("b", "failed");
    assert_eq!(given("items.json", &format!("[[{a}],[{b}]]")).0, 2);
    assert_eq!(given("items.json", &format!("[{a},[{b}]]")).0, 2);
    assert_eq!(
        given(
            "items.json",
            &format!("{{\"items\":[{},{}]}}", page(&[a]), page(&[b]))
        )
        .0,
        2
    );
}

#[test]
fn csv_that_breaks_off_is_told() {
    let cut = "item_id,status,error_message\na,failed,\"boom\nb,completed,\nc,completed,\n";
    assert!(has(&given("items.csv", cut), 1, "broken-document"));
    assert!(has(
        &given("items.csv", "item_id,status\na,failed\nb,comp"),
        2,
        "maybe-cut"
    ));
    assert_eq!(
        given(
            "items.csv",
            "item_id,status\na,failed\nitem_id,status\nb,failed\n"
        )
        .0,
        2
    );
}

#[test]
fn yaml_that_breaks_off_is_told_and_keeps_what_is_complete() {
    let one = |id: &str| format!("item_id: {id}\nstatus: failed\nitem_name: \"{id}.pdf\"\n");
    let whole = one("a") + &one("b");
    assert_eq!(given("items.yaml", &whole).0, 2);
    assert!(has(
        &given("items.yaml", &(whole.clone() + "item_id: c\nstatus: fai")),
        2,
        "broken-document"
    ));
    assert!(has(&given("items.yaml", whole.trim_end()), 2, "maybe-cut"));
    assert!(has(
        &given("items.yaml", &(one("a") + "Error: 500\n" + &one("b"))),
        2,
        "stray-text"
    ));
    let list = "items:\n- item_id: a\n  status: failed\n- item_id: b\n  status: \"fai";
    assert!(has(&given("items.yaml", list), 1, "broken-document"));
}

#[test]
fn yaml_documents_of_other_keys_than_the_one_before_are_whole() {
    let first = "items:\n- item_id: a\n  status: completed\nnext_page_token: abc\ntotal_size: 3\n";
    let last =
        "items:\n- item_id: b\n  status: failed\n- item_id: c\n  status: failed\ntotal_size: 3\n";
    for between in ["", "---\n", "...\n---\n"] {
        let (items, codes) = given("items.yaml", &format!("{first}{between}{last}"));
        assert_eq!(items, 3, "{codes:?}");
        assert!(!codes.contains(&"broken-document".to_owned()), "{codes:?}");
    }
    let status = "job:\n  id: bjb-1\n  job_type: parse\n  status: failed\n  total_items: 1\n";
    let items = "- item_id: a\n  status: failed\n";
    assert_eq!(given("items.yaml", &format!("{status}---\n{items}")).0, 1);
    // What is absent may be left out, of the last item as well.
    let ended = "item_id: a\nstatus: completed\ncompleted_at: 2026-05-14T08:30:33Z\n";
    assert_eq!(
        given(
            "items.yaml",
            &format!("{ended}item_id: b\nstatus: pending\n")
        )
        .0,
        2
    );
}

#[test]
fn a_verdict_names_few_of_many_unknown_statuses() {
    let items: Vec<String> = (0..40)
        .map(|n| item(&format!("i{n}"), &format!("state{}", n % 20)))
        .collect();
    let run = summary_of_file("items.json", page(&items).as_bytes());
    let summary = run.summary();
    let verdict = summary["verdict"].as_str().expect("a sentence");
    assert!(verdict.contains("30 have 15 other statuses"), "{verdict}");
    assert_eq!(verdict.matches("have status").count(), 5, "{verdict}");
}

#[test]
fn a_job_that_ends_before_it_starts_has_no_wall_time_and_a_note() {
    let status = r#"{"job":{"id":"bjb-1","job_type":"parse","status":"completed","total_items":1,
        "started_at":"2026-05-14T08:30:33Z","completed_at":"2026-05-14T08:30:32Z"}}"#;
    assert!(has(&given("status.json", status), 0, "negative-wall-time"));
}

#[test]
fn a_cut_array_is_read_once_whatever_its_texts_hold() {
    let cut = r#"[{"item_id":"{'","status":"failed"},{"item_id":"b","status":"comp"#;
    let (items, codes) = given("items.json", cut);
    assert_eq!(items, 1);
    assert!(codes.contains(&"cut-document".to_owned()), "{codes:?}");
    assert!(!codes.contains(&"duplicate-items".to_owned()), "{codes:?}");
    assert!(!codes.contains(&"stray-text".to_owned()), "{codes:?}");
}

#[test]
fn lines_that_each_begin_what_never_ends_cost_themselves() {
    let clipped = item("d", "completed").replace('}', ",\"pages\":[1,2,\n");
    for begin in ["[\n", "{\"a\":[\n", "{\"items\":[", "{\"job\":", &clipped] {
        let broken = begin.repeat(8_000);
        let text = page(&three()) + "\n" + &broken + "\n" + &item("z", "failed") + "\n";
        let found = given("items.json", &text);
        assert!(has(&found, 4, "broken-document"), "{found:?}");
    }
}

#[test]
fn headers_of_errors_are_told_with_and_without_a_body() {
    let ok = |id: &str| {
        format!(
            "HTTP/2 200 \r\ndate: x\r\n\r\n{}",
            page(&[item(id, "failed")])
        )
    };
    for error in [
        "HTTP/2 429 \r\nretry-after: 3\r\n\r\n",
        "HTTP/1.1 502 Bad Gateway\r\n\r\n<html><h1>502</h1></html>\n",
    ] {
        for content in [
            format!("{error}{}{}", ok("a"), ok("b")),
            format!("{}{error}{}", ok("a"), ok("b")),
            format!("{}{}{error}", ok("a"), ok("b")),
        ] {
            assert!(
                has(&given("items.txt", &content), 2, "error-response"),
                "{content}"
            );
        }
    }
    let without_empty_line = ok("a").replace("\r\n\r\n", "\r\n") + "\n" + &ok("b");
    assert_eq!(given("items.txt", &without_empty_line).0, 2);
}

#[test]
fn a_first_line_that_is_no_yaml_does_not_hide_json() {
    let a = item("a", "failed");
    for first in ["Warning: slow", "date: Wed, 10 Jun 2026", "note: x"] {
        assert_eq!(
            given("items.jsonl", &format!("{first}\n{a}\n")).0,
            1,
            "{first}"
        );
    }
    assert_eq!(
        given("items.txt", &format!("data: {a}\n\ndata: {a}\n")).0,
        1
    );
}

#[test]
fn a_page_after_a_cut_one_is_found_wherever_it_was_cut() {
    let pages = page(&[item("b", "failed"), item("c", "failed")]);
    let head = format!("{{\"items\":[{},", item("a", "failed"));
    for cut in [
        head.clone(),
        head.clone() + "{\"item_id\":\"q\",\"status\":",
        head.clone() + "{\"item_id\":\"q",
        head + "{\"it",
    ] {
        let found = given("items.json", &(cut.clone() + &pages));
        assert_eq!(found.0, 3, "{cut}: {found:?}");
        assert!(found.1.len() > 1, "{cut}: {found:?}");
    }
    let lines = format!(
        "{}\n{{\"item_id\":\"x\",\"status\":\n{}\n{}\n",
        item("a", "failed"),
        item("b", "failed"),
        item("c", "failed")
    );
    assert_eq!(given("items.jsonl", &lines).0, 3);
}

#[test]
fn rows_before_a_break_are_not_read_twice() {
    let [a, b, c] = [
        item("a", "failed"),
        item("b", "failed"),
        item("c", "failed"),
    ];
    for content in [
        format!("{{\"items\":[{a},{b},X,{c}]}}"),
        format!("{a}\n[\n{b}\n{c}\n"),
    ] {
        let summary = summary_of_file("items.json", content.as_bytes()).summary();
        assert_eq!(summary["overall"]["counts"]["duplicates"], 0, "{content}");
    }
}

#[test]
fn totals_beyond_all_bounds_are_survived() {
    let job = |id: &str| status(id, 7).replace(":7}", ":18446744073709551615}");
    let summary = summary_of_file(
        "jobs.json",
        format!("[{},{}]", job("aaaa"), job("bbbb")).as_bytes(),
    )
    .summary();
    assert_eq!(summary["overall"]["counts"]["missing"], Value::Null);
}

#[test]
fn what_was_mended_in_one_document_costs_no_other() {
    let folder = Folder::new();
    let text = concat!(
        r#"{"items":[{"status":"failed","item_id":"a","x":NaN}],"\u0065":1}"#,
        r#"{"items":[{"status":"failed","item_id":"b"}]}"#,
    );
    assert_eq!(ids(&load_bytes(&folder, text.as_bytes())), ["a", "b"]);
}

#[test]
fn rows_of_an_sdks_page_that_cannot_be_read_are_counted_once() {
    let folder = Folder::new();
    let text = concat!(
        r#"{"body":{"items":[{"item_id":[5],"status":"failed"}],"total_size":null},"#,
        r#""items":[{"item_id":[5],"status":"failed"}],"total_size":0}"#,
    );
    folder.write("good.json", page(&three()));
    let dump = load_bytes(&folder, text.as_bytes());
    let unreadable: u64 = dump.jobs.iter().map(|job| job.unreadable).sum();
    assert_eq!(unreadable, 1);
}

/// Number of lines of a file that is read in several parts; those of a debug build are small.
const MANY: usize = if cfg!(debug_assertions) {
    4_000
} else {
    50_000
};

fn many_lines() -> Vec<String> {
    let filling = "x".repeat(360);
    (0..MANY)
        .map(|n| format!(r#"{{"item_id":"{n}","status":"completed","item_name":"{filling}"}}"#))
        .collect()
}

#[test]
fn a_large_file_of_many_documents_is_read_once_and_in_order() {
    let folder = Folder::new();
    let lines = many_lines();
    for gap in ["\n", ""] {
        let dump = load_bytes(&folder, lines.join(gap).as_bytes());
        let input = &dump.inputs[0];
        assert_eq!(
            (input.kind, input.items, input.documents),
            ("items", MANY as u64, MANY as u64)
        );
        assert_eq!(dump.notes.len(), 0);
        assert!(ids(&dump).into_iter().eq((0..MANY).map(|n| n.to_string())));
    }
}

#[test]
fn a_broken_line_of_a_large_file_is_named_with_its_place_in_the_file() {
    let folder = Folder::new();
    let mut lines = many_lines();
    let broken = MANY * 4 / 5;
    lines[broken].truncate(40);
    let dump = load_bytes(&folder, lines.join("\n").as_bytes());
    assert_eq!(dump.items.len(), MANY - 1);
    let [note] = &dump.notes[..] else {
        panic!("{:?}", dump.notes);
    };
    assert!(
        matches!(&note.kind, NoteKind::BrokenDocument(found) if found.begin.is_some_and(|begin| begin.line == broken + 1)),
        "{note:?}"
    );
}

#[test]
fn text_that_looks_like_the_gap_between_documents_cuts_none() {
    let folder = Folder::new();
    let mut lines = many_lines();
    for line in &mut lines {
        *line = line.replace("xxxxxxxx", "}{} {xxx");
    }
    let dump = load_bytes(&folder, lines.join("\n").as_bytes());
    assert_eq!((dump.items.len(), dump.notes.len()), (MANY, 0));
}
