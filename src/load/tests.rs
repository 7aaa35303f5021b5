use std::fmt::Write as _;

use super::*;

/// All that a file gives, read as its layout says or as a whole, and in how many parts it was read.
fn read(path: &Path, in_parts: bool) -> (String, usize) {
    let (files, mut notes) = find(&[path.to_owned()]);
    let layout = match in_parts {
        true => Layout::of(&files[0].path, files[0].bytes),
        false => Layout::Whole,
    };
    let batches = read_files(&files, vec![layout], &[], KeptTexts::All, &|_| {});
    let parts = batches.iter().map(|batch| batch.parts.len()).sum();
    let Dump {
        jobs,
        items,
        rows,
        inputs,
        notes,
    } = join::join(batches, &mut notes, None).expect("a dump");
    let mut all = format!("{jobs:#?}{rows:?}{inputs:#?}{notes:#?}");
    for row in 0..items.len() {
        let texts = (
            items.item_id(row),
            items.item_name(row),
            items.texts(row).work,
            items.status_word(row),
            items.error_message(row).map(str::len),
            items.skip_reason(row),
        );
        let row = items.row(row);
        let times = [row.started_at, row.completed_at, row.effective_at];
        let _ = writeln!(all, "{texts:?} {times:?}");
    }
    (all, parts)
}

/// Items of 2 kB, as many as make a file that is read in parts.
fn items(change: impl Fn(usize) -> Option<String>) -> String {
    let item = |index: usize| {
        let message = "},{ \\\"item_id\\\": [".repeat(100);
        let item = format!(
            "{{\"item_id\":\"i{index}\",\"item_name\":null,\"status\":\"failed\",\
             \"completed_at\":\"2026-05-14T08:30:{:02}Z\",\"error_message\":\"{message}\"}}",
            index % 60
        );
        change(index).unwrap_or(item)
    };
    (0..900).map(item).collect::<Vec<_>>().join(",\n ")
}

#[test]
fn stray_text_is_told_of_wherever_a_part_begins() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lines.jsonl");
    let line = |index| format!("{{\"item_id\":\"i{index}\",\"status\":\"failed\"}}\n");
    let stray = |index| format!("{{'item_id': 'i{index}', 'status': 'failed'}}\n");
    let bytes = |text: &str| text.len();
    // Where the stray text begins a part exactly, that part holds nothing else.
    let part = 1 << 18;
    for (before, off) in [(part, 0), (part, 1), (part + 500, 0)] {
        let mut text: String = (0..)
            .map(line)
            .take(before / bytes(&line(0)) + 9_000)
            .collect();
        text.truncate(text[..before].rfind('\n').expect("a line") + 1);
        text.push_str(&" ".repeat(before - text.len() + off));
        text.extend((0..20_000).map(stray));
        std::fs::write(&path, &text).expect("written");
        let ((whole, _), (joined, _)) = (read(&path, false), read(&path, true));
        assert!(whole.contains("stray-text") || whole.contains("StrayText"));
        assert!(whole == joined, "{before} {off}");
    }
}

#[test]
fn a_long_list_is_read_in_parts_as_it_is_as_a_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("list.json");
    let plain = items(|_| None);
    let job = "\"job\":{\"id\":\"bjb-1\",\"job_type\":\"parse\",\"status\":\"failed\"}";
    let options = "\"options\":{\"path\":\"/api/v1/beta/batch-processing/bjb-2/items\",\
                   \"query\":{\"status\":\"failed\"}}";
    let odd = |odd: &'static str| move |index| (index == 500).then(|| odd.to_owned());
    let list = |items: &str| format!("{{\"items\":[{items}],\"total_size\":900}}");
    let nested = vec!["{\"item_id\":1}"; 90].join(",");
    let nested =
        |index| format!("{{\"item_id\":\"x{index}\",\"status\":\"failed\",\"more\":[{nested}]}}");
    let long = |index: usize| {
        let name = "x".repeat(900_000);
        format!("{{\"item_id\":\"l{index}\",\"item_name\":\"{name}\",\"status\":\"failed\"}}")
    };
    let in_parts = [
        ("an array", format!("[{plain}]\n")),
        ("a page", list(&plain)),
        (
            "a total before the items",
            format!("{{\"total_size\":901,\"items\":[{plain}]}}"),
        ),
        (
            "a status beside them",
            format!("{{{job},\"items\":[{plain}],\"progress_percentage\":9}}"),
        ),
        (
            "a status behind them",
            format!("{{\"items\":[{plain}],{job}}}"),
        ),
        (
            "a page of an SDK",
            format!("{{\"items\":[{plain}],{options}}}"),
        ),
        (
            "an item with a list of the like",
            list(&items(|index| (index == 500).then(|| nested(index)))),
        ),
        (
            "an item of half the file",
            list(&items(|index| (index == 20).then(|| long(index)))),
        ),
    ];
    let as_a_whole = [
        (
            "another document behind it",
            format!("{}\n{{{job}}}", list(&plain)),
        ),
        ("no end", format!("{{\"items\":[{plain}")),
        ("two lists", format!("{{\"items\":[{plain}],\"items\":[]}}")),
        ("a second page", format!("{}{}", list(&plain), list(""))),
        (
            "items with lists of the like",
            list(&items(|index| Some(nested(index)))),
        ),
        ("an item that is none", list(&items(odd("{\"item_id\":7}")))),
        ("a number", format!("[{}]", items(odd("7")))),
        ("a page among items", list(&items(odd("{\"items\":[]}")))),
        (
            "NaN",
            list(&items(odd(
                "{\"item_id\":\"n\",\"status\":\"failed\",\"x\":NaN}",
            ))),
        ),
        (
            "a time that cannot be read",
            list(&items(odd(
                "{\"item_id\":\"t\",\"status\":\"failed\",\"started_at\":\"soon\"}",
            ))),
        ),
    ];
    let texts = in_parts.into_iter().map(|(name, text)| (name, text, true));
    let others = as_a_whole
        .into_iter()
        .map(|(name, text)| (name, text, false));
    for (name, text, cut) in texts.chain(others) {
        std::fs::write(&path, &text).expect("written");
        let ((whole, _), (joined, parts)) = (read(&path, false), read(&path, true));
        assert_eq!(parts > 1, cut, "{name}");
        if whole != joined {
            let differ = whole.lines().zip(joined.lines()).find(|(a, b)| a != b);
            panic!("{name}: {differ:?}");
        }
    }
}
