use std::path::{Path, PathBuf};

use crate::frame::{ItemFrame, Runs};
use crate::load::accumulator::Accumulator;
use crate::load::formats::json;
use crate::load::sink::Sink;

/// The rows of a text, and everything else that was read of it.
fn read(texts: &[&str]) -> (Vec<String>, String) {
    let mut accumulator = Accumulator::default();
    for (file, text) in (0..).zip(texts) {
        let mut sink = Sink::new(&mut accumulator, file, "a.json".to_owned(), text);
        let mended = json::read(&mut sink, true);
        if let Some(text) = &mended {
            let mut sink = sink.restart(text);
            json::read(&mut sink, false);
            sink.finish_part();
        } else {
            sink.finish_part();
        }
    }
    let rows = accumulator.columns.len();
    let columns = std::mem::take(&mut accumulator.columns);
    // Each row is a job of its own, so that none is taken for another's duplicate.
    let mut runs = Runs::default();
    for row in 0..rows {
        runs.add(row + 1, row as u32, 0);
    }
    let (items, _) = ItemFrame::build(vec![columns], runs, rows).expect("a frame");
    let row = |row: usize| {
        let times = items.row(row);
        format!(
            "{:?}",
            (
                items.item_id(row),
                items.item_name(row),
                items.texts(row).work,
                items.status_word(row),
                (times.started_at, times.completed_at, times.effective_at),
                items.error_message(row),
                items.skip_reason(row),
            )
        )
    };
    let rows = (0..rows).map(row).collect();
    let Accumulator {
        groups, jobs, v2, ..
    } = accumulator;
    (rows, format!("{groups:#?}{jobs:#?}{v2:#?}"))
}

fn kinds(text: &str) -> (usize, usize, usize) {
    let mut accumulator = Accumulator::default();
    let mut sink = Sink::new(&mut accumulator, 0, "a.json".to_owned(), text);
    json::read(&mut sink, true);
    sink.finish_part();
    (
        accumulator.columns.len(),
        accumulator.jobs.len(),
        accumulator.v2.len(),
    )
}

const ITEM: &str = r#"{"item_id":"a","status":"failed"}"#;
const JOB: &str = r#"{"id":"bjb-1","job_type":"parse","status":"failed","total_items":1}"#;

#[test]
fn items_are_read_alike_whatever_stood_before_them() {
    let items = [
        r#"{"item_id":"a","status":"failed","error_message":"x"}"#,
        r#"{"item_id":"b","status":"failed","error_message":null}"#,
        r#"{"status":"completed","item_id":"c"}"#,
        r#"{ "item_id" : "d", "status" : "skipped" , "skip_reason":"\u00e9\n\"" }"#,
        r#"{"item_id":"e","status":"completed","started_at":"2026-05-14T08:30:33Z","completed_at":1778747433000}"#,
        r#"{"item_id":"e","item_id":"f","status":"completed","x":{"item_id":"g"},"y":[1,2]}"#,
        r#"{"item_id":"i","status":"failed","started_at":"yesterday"}"#,
        r#"{"item_id":"j","status":"failed","error_message":" "}"#,
        r#"{"\u0069tem_id":"k","status":"failed"}"#,
        r#"{"item_id":"l","status":"failed","skip_reason":"x","body":{}}"#,
        r#"{"item_id":"a","status":"failed","error_message":"y"}"#,
        r#"{"item_id":"a","status":"failed","error_message":"y"}"#,
    ];
    let alone: Vec<String> = items.iter().flat_map(|item| read(&[item]).0).collect();
    assert_eq!(alone.len(), items.len());
    let page = format!("{{\"items\":[{}]}}", items.join(","));
    let array = format!("[{}]", items.join(" ,\n"));
    let pretty = items.join("\n").replace(",\"", ",\n  \"");
    for text in [&page, &array, &pretty, &items.join("\n"), &items.concat()] {
        assert!(read(&[text]).0 == alone, "{text}");
    }
}

fn fixtures(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => fixtures(&path, found),
            false => found.push(path),
        }
    }
}

#[test]
fn white_space_before_a_document_changes_nothing_in_any_fixture_whole_or_cut() {
    let mut files = Vec::new();
    fixtures(Path::new("fixtures"), &mut files);
    let mut at: usize = 7;
    for file in files {
        let bytes = std::fs::read(&file).expect("a file");
        let text = String::from_utf8_lossy(&bytes);
        for _ in 0..6 {
            at = (at * 31 + 17) % 1_000_003;
            let cut = &text[..text.floor_char_boundary(at % text.len().max(1))];
            // Another file before it leaves another skeleton behind.
            assert!(
                read(&[cut]).0[..] == read(&[ITEM, cut]).0[1..],
                "{} up to {}",
                file.display(),
                cut.len()
            );
        }
    }
}

#[test]
fn documents_are_found_in_what_tools_wrap_around_them() {
    let quoted = |text: &str| serde_json::to_string(text).expect("JSON");
    let page = format!(r#"{{"items":[{ITEM}],"total_size":1}}"#);
    for text in [
        format!(r#"{{"data":[{ITEM}]}}"#),
        format!(r#"{{"data":{page}}}"#),
        format!(r#"[{{"json":{ITEM},"pairedItem":{{"item":0}}}}]"#),
        format!(r#"{{"value":[{ITEM}],"Count":1}}"#),
        format!(r#"{{"statusCode":200,"body":{page}}}"#),
        format!(r#"{{"statusCode":200,"body":{}}}"#, quoted(&page)),
        format!(
            r#"{{"log":{{"entries":[{{"response":{{"content":{{"text":{}}}}}}}]}}}}"#,
            quoted(&page)
        ),
        format!(r#"{{"message":"ok","result":{page}}}"#),
        format!(r#"{{"pages":[{page}]}}"#),
        format!(r#"{{"items":[{{"json":{ITEM}}}]}}"#),
        quoted(&page),
        quoted(&quoted(&page)),
        format!("[{}]", quoted(&page)),
        format!("\n {}\n", quoted(ITEM)),
    ] {
        assert_eq!(kinds(&text), (1, 0, 0), "{text}");
    }
    for text in [
        format!(r#"{{"data":{JOB}}}"#),
        format!(r#"[{{"json":{JOB}}}]"#),
        format!(r#"{{"body":{{"job":{JOB},"progress_percentage":9}}}}"#),
        format!(r#"{{"status":{{"job":{JOB}}},"items":[]}}"#),
        format!(r#"{{"status":{JOB},"items":[]}}"#),
    ] {
        assert_eq!(kinds(&text), (0, 1, 0), "{text}");
    }
}

#[test]
fn what_is_nothing_of_ours_is_not_taken() {
    let foreign = [
        r#"{"id":"x"}"#,
        r#"{"apiVersion":"v1","items":[],"kind":"List"}"#,
        r#"{"items":[{"id":1},{"id":2}],"page":1}"#,
        r#"{"id":"ext-1","project_id":"p","status":"COMPLETED","extract_result":{"items":[{"item_id":"q","status":"failed"}]}}"#,
        r#"{"job":{"id":"pjb-1","project_id":"p","status":"COMPLETED"},"items":[{"item_id":"q","status":"failed"}]}"#,
        "# Notes\n\n[]\n\nand {} too\n",
        "[12:30:00] nothing",
    ];
    for text in foreign {
        let (rows, rest) = read(&[text]);
        assert_eq!(rows.len(), 0, "{text}");
        assert!(
            !rest.contains("ItemGroup") && !rest.contains("FoundJob"),
            "{text}: {rest}"
        );
    }
    assert!(read(&["[]"]).1.contains("ItemGroup"));
    assert!(read(&[r#"{"items":[]}"#]).1.contains("ItemGroup"));
}

#[test]
fn millions_of_empty_lists_are_one() {
    for empty in ["[]", r#"{"items":[]}"#, r#"{"items":[],"total_size":0}"#] {
        let mut accumulator = Accumulator::default();
        let text = empty.repeat(10_000);
        let mut sink = Sink::new(&mut accumulator, 0, "a.json".to_owned(), &text);
        json::read(&mut sink, true);
        sink.finish_part();
        assert_eq!(accumulator.groups.len(), 1);
        assert_eq!(accumulator.parts[0].documents, 10_000);
    }
    let polled = format!("{JOB}\n").repeat(1_000);
    assert_eq!(kinds(&polled), (0, 1, 0));
}

#[test]
fn parsed_content_is_no_item_wherever_the_job_of_v2_stands() {
    let v2 = r#"{"id":"pjb-1","project_id":"p","status":"COMPLETED"}"#;
    let inside = format!("{{\"items\":[{ITEM},{JOB},5,{{\"error_message\":\"x\"}}]}}");
    let many = format!("[{}]", [ITEM; 200].join(","));
    for content in [&inside, &many, &format!("[{ITEM}]")] {
        let before = format!("{{\"items\":{content},\"job\":{v2}}}");
        let behind = format!("{{\"job\":{v2},\"items\":{content}}}");
        assert_eq!(kinds(&before), (0, 0, 1), "{before}");
        assert_eq!(read(&[&before]), read(&[&behind]), "{before}");
        let between = read(&[ITEM, &before, ITEM]);
        assert_eq!(between.0.len(), 2, "{before}");
        // A text that is read twice, because it holds what JSON has not.
        let mended = format!("{before}\n{{\"items\":[{ITEM},NaN]}}");
        assert_eq!(read(&[&mended]).0.len(), 1, "{before}");
        let broken = before.replace("\"job\"", "\"x\":NaN,\"job\"");
        assert_eq!(kinds_mended(&format!("{ITEM}{broken}{ITEM}")), (2, 0, 1));
    }
    let v1 = format!("{{\"items\":[{ITEM}],\"job\":{JOB}}}");
    assert_eq!(kinds(&v1), (1, 1, 0));
}

fn kinds_mended(text: &str) -> (usize, usize, usize) {
    let mut accumulator = Accumulator::default();
    let mut sink = Sink::new(&mut accumulator, 0, "a.json".to_owned(), text);
    let mended = json::read(&mut sink, true).expect("mended");
    let mut sink = sink.restart(&mended);
    json::read(&mut sink, false);
    sink.finish_part();
    (
        accumulator.columns.len(),
        accumulator.jobs.len(),
        accumulator.v2.len(),
    )
}

#[test]
fn a_table_array_of_toml_is_no_document() {
    for text in ["[[source]]\nurl = \"x\"", "[[ a.b ]]", "[[_x-1]]"] {
        assert!(!json::begins_document(text), "{text}");
    }
    for text in [
        "[[1, 2]]",
        "[[null]]",
        "[[true, 1]]",
        "[[\"a\"]]",
        "[[{}]]",
        "[[",
    ] {
        assert!(json::begins_document(text), "{text}");
    }
}
