use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::*;
use crate::frame::{ItemFrame, Runs};
use crate::load::accumulator::Accumulator;
use crate::load::formats::json::{self, Again, Ways};
use crate::load::looks::looks_like;

/// All that was read of a text: rows, groups, records and notes.
fn read(text: &str, short: bool) -> Option<String> {
    let mut batch = Accumulator::default();
    let mut reader = FileReader::new(&mut batch, 0, "a.json".to_owned(), text);
    let mut ways = Ways {
        short,
        mending: true,
    };
    let mut read = json::read(&mut reader, ways);
    if let ControlFlow::Break(Again::TheLongWay) = read {
        assert!(short, "only the short way asks for the long one");
        ways.short = false;
        reader = reader.restart(text);
        read = json::read(&mut reader, ways);
    }
    if read.is_break() {
        return None;
    }
    reader.finish(None, &[], || looks_like(text, None));
    let rows = batch.columns.len();
    let columns = std::mem::take(&mut batch.columns);
    // Each row a job of its own, so that none is told to be another's duplicate.
    let mut runs = Runs::default();
    for row in 0..rows {
        runs.add(row + 1, row as u32, 0);
    }
    let (items, _) = ItemFrame::build(vec![columns], runs, rows).expect("a frame");
    let row = |row: usize| {
        (
            items.item_id(row),
            items.item_name(row),
            items.texts(row).work,
            items.status_word(row),
            items.row(row).started_at,
            items.row(row).completed_at,
            items.row(row).effective_at,
            items.error_message(row),
            items.skip_reason(row),
        )
    };
    let rows: Vec<String> = (0..rows).map(|at| format!("{:?}", row(at))).collect();
    let Accumulator {
        groups,
        jobs,
        files,
        notes,
        ..
    } = batch;
    Some(format!("{rows:#?}{groups:#?}{jobs:#?}{files:#?}{notes:#?}"))
}

fn agree(text: &str) {
    let (short, long) = (read(text, true), read(text, false));
    assert!(
        short == long,
        "{}\n{short:?}\n{long:?}",
        &text[..text.floor_char_boundary(400)]
    );
}

fn fixtures(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            fixtures(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn the_short_way_reads_every_fixture_as_the_long_way_does_whole_cut_and_changed() {
    let mut files = Vec::new();
    fixtures(Path::new("fixtures"), &mut files);
    let mut random: u64 = 7;
    let mut below = |bound: usize| {
        random = random
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        (random >> 33) as usize % bound.max(1)
    };
    for file in files {
        let bytes = std::fs::read(&file).expect("a file");
        let text = String::from_utf8_lossy(&bytes);
        agree(&text);
        for _ in 0..12 {
            let at = text.floor_char_boundary(below(text.len()));
            agree(&text[..at]);
            let bytes = [
                b'"', b'\\', b'{', b'}', b'[', b']', b',', b':', b'n', b'0', b' ', b'\n', 7,
            ];
            let mut changed = text.as_bytes().to_vec();
            if let Some(byte) = changed.get_mut(at) {
                *byte = bytes[below(bytes.len())];
            }
            agree(&String::from_utf8_lossy(&changed));
        }
    }
}

#[test]
fn items_that_differ_in_their_keys_and_white_space_are_read_alike() {
    let items = [
        r#"{"item_id":"a","status":"failed","error_message":"x"}"#,
        r#"{"item_id":"b","status":"failed","error_message":null}"#,
        r#"{"status":"completed","item_id":"c"}"#,
        r#"{ "item_id" : "d", "status" : "skipped" , "skip_reason":"\u00e9\n\"" }"#,
        r#"{"item_id":"e","status":"completed","started_at":"2026-05-14T08:30:33Z","completed_at":1778747433000}"#,
        r#"{"item_id":"e","item_id":"f","status":"completed","x":{"item_id":"g"},"y":[1,2]}"#,
        r#"{"item_id":"","status":"failed"}"#,
        r#"{"item_id":"h","status":5}"#,
        r#"{"item_id":"i","status":"failed","started_at":"yesterday"}"#,
        r#"{"item_id":"j","status":"failed","error_message":" "}"#,
        r#"{"item_id":"a","status":"failed","error_message":"y"}"#,
    ];
    agree(&format!(
        "{{\"items\":[{}],\"total_size\":9}}",
        items.join(",")
    ));
    agree(&format!("[{}]", items.join(" ,\n")));
    agree(&items.join("\n"));
    agree(&items.concat());
    let strange = [
        r#"{"id":"bjb-1","job_type":"parse"}"#,
        r#"{"item_id":"k","job":{"id":"bjb-2"}}"#,
        r#"{"items":[{"item_id":"l","status":"failed"}]}"#,
        r#"{"item_id":"m","status":{"job":{"id":"bjb-3"}}}"#,
        r#"{"item_id":"n","status":"failed","body":{}}"#,
        "[]",
        "null",
        "7",
        "\"x\"",
        "{}",
        "{\"item_id\":\"o\"",
    ];
    for strange in strange {
        for place in [0, 1, items.len()] {
            let mut mixed = items.to_vec();
            mixed.insert(place, strange);
            agree(&format!(
                "{{\"items\":[{}],\"total_size\":9}}",
                mixed.join(",")
            ));
            agree(&format!("[{}]", mixed.join(",")));
            agree(&mixed.join("\n"));
        }
    }
}
