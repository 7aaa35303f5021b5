use std::fmt::Write as _;
use std::path::Path;

use super::*;
use crate::load::{Dump, Ignore, LoadOptions, find, load};

/// Everything that a file gives, and how many accumulators it was read into.
fn read(path: &Path) -> (String, usize) {
    let (files, notes) = find(&[path.to_owned()], &Ignore::default()).expect("no output");
    let parts = read_files(&files, &[], &|_| {}).len();
    let Dump {
        jobs,
        items,
        rows,
        inputs,
        notes,
    } = load(&files, notes, LoadOptions::default(), &|_| {}).expect("a dump");
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

/// Writes lines to a file and reads it, and then the same behind a line that keeps it from being cut.
fn in_parts_and_whole(text: &str, parts_expected: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lines.jsonl");
    std::fs::write(&path, text).expect("written");
    let (joined, parts) = read(&path);
    assert_eq!(parts > 1, parts_expected);
    std::fs::write(&path, format!("\u{feff}{text}")).expect("written");
    let (whole, one) = read(&path);
    assert_eq!(one, 1);
    let without_size = |text: &str| {
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("bytes: Some("));
        lines
            .filter(|line| line.trim().trim_end_matches(',').parse::<u64>().is_err())
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert!(without_size(&joined) == without_size(&whole));
}

fn line(index: usize) -> String {
    let time = index % 60;
    format!(
        "{{\"item_id\":\"i{index}\",\"status\":\"failed\",\"completed_at\":\"2026-05-14T08:30:{time:02}Z\",\
         \"error_message\":\"}},{{ {index}\"}}\n"
    )
}

#[test]
fn lines_are_read_in_parts_as_they_are_as_a_whole() {
    in_parts_and_whole(&(0..20_000).map(line).collect::<String>(), true);
}

#[test]
fn a_file_with_anything_to_note_is_read_as_a_whole() {
    let odd = |odd: &'static str| {
        let line = move |index| {
            if index == 19_000 {
                odd.to_owned()
            } else {
                line(index)
            }
        };
        (0..20_000).map(line).collect::<String>()
    };
    in_parts_and_whole(&odd("{\"item_id\":7}\n"), false);
    in_parts_and_whole(&odd("no data\n"), false);
    in_parts_and_whole(
        &odd("{\"item_id\":\"n\",\"status\":\"x\",\"y\":NaN}\n"),
        false,
    );
}

#[test]
fn only_the_file_that_could_not_be_cut_is_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines: String = (0..20_000).map(line).collect();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    write("a.jsonl", &lines);
    write("b.jsonl", &format!("{lines}no data\n"));
    write("c.json", &line(1));
    let (files, _) = find(&[folder.path().to_owned()], &Ignore::default()).expect("no output");
    let read = std::sync::atomic::AtomicU64::new(0);
    let add = |bytes| {
        read.fetch_add(bytes, std::sync::atomic::Ordering::Relaxed);
    };
    let accumulators = read_files(&files, &[], &add);
    let rows: usize = accumulators.iter().map(|read| read.columns.len()).sum();
    assert_eq!(rows, 40_001);
    let bytes: u64 = files.iter().filter_map(|file| file.bytes).sum();
    assert!(read.into_inner() <= bytes, "progress counts no byte twice");
}
