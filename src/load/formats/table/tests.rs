use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;

use crate::frame::Labels;
use crate::frame::export::{self, Formulas, TableFormat};
use crate::load::note::NoteKind;
use crate::load::{Dump, Ignore, LoadOptions, find, load};

const FORMATS: [(&str, TableFormat); 4] = [
    ("parquet", TableFormat::Parquet),
    ("arrow", TableFormat::Arrow),
    ("csv", TableFormat::Csv(Formulas::Escaped)),
    ("jsonl", TableFormat::JsonLines),
];

fn read(path: &Path) -> Dump {
    let (files, notes) = find(&[path.to_owned()], &Ignore::default()).expect("files");
    load(&files, notes, LoadOptions::default(), &|_| {}).expect("a dump")
}

fn read_bytes(folder: &Path, bytes: &[u8]) -> Dump {
    let path = folder.join("items");
    fs::write(&path, bytes).expect("a file");
    read(&path)
}

fn job_name(job: &crate::load::Job) -> &str {
    job.id.as_deref().unwrap_or(&job.label)
}

fn table(dump: &Dump, format: TableFormat) -> Vec<u8> {
    let labels = Labels {
        jobs: dump.jobs.iter().map(job_name).collect(),
        sources: dump.inputs.iter().map(|file| &*file.path).collect(),
        groups: Vec::new(),
        group_of: &|_| None,
    };
    let mut out = Vec::new();
    export::write(format, &dump.items, &labels, &mut out).expect("a table");
    out
}

/// Everything that a dump says about its items, sorted; an empty name is none, as CSV cannot tell them
/// apart.
fn items(dump: &Dump) -> Vec<String> {
    let filled = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let item = |row: usize| {
        let job = dump
            .items
            .job(row)
            .map(|job| job_name(&dump.jobs[job as usize]));
        let texts = dump.items.texts(row);
        let record = dump.items.row(row);
        let times = [record.started_at, record.completed_at, record.effective_at];
        format!(
            "{job:?} {:?} {:?} {:?} {} {times:?} {:?} {:?}",
            texts.id,
            filled(texts.name.as_deref()),
            filled(texts.work.as_deref()),
            dump.items.status_word(row),
            dump.items.error_message(row),
            dump.items.skip_reason(row),
        )
    };
    let mut items: Vec<String> = (0..dump.items.len()).map(item).collect();
    items.sort_unstable();
    items
}

fn fixtures() -> Vec<PathBuf> {
    let folders = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"));
    let mut paths: Vec<PathBuf> = folders
        .expect("fixtures")
        .map(|entry| entry.expect("a folder").path())
        .collect();
    paths.sort();
    paths
}

#[test]
fn tables_of_all_fixtures_give_back_every_item() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut several_jobs = 0;
    for path in fixtures() {
        let dump = read(&path);
        let expected = items(&dump);
        several_jobs += u32::from(dump.jobs.len() > 1);
        for (name, format) in FORMATS {
            let again = read_bytes(folder.path(), &table(&dump, format));
            let found = items(&again);
            let differ = found.iter().zip(&expected).find(|(a, b)| a != b);
            assert_eq!(differ, None, "{} as {name}", path.display());
            assert_eq!(found.len(), expected.len(), "{} as {name}", path.display());
            // JSON Lines of no items are an empty file.
            if !(expected.is_empty() && name == "jsonl") {
                let kinds: Vec<&str> = again.inputs.iter().map(|file| file.kind).collect();
                assert_eq!(kinds, ["items"], "{} as {name}", path.display());
                let notes = again.notes;
                assert!(notes.is_empty(), "{} as {name}: {notes:?}", path.display());
            }
        }
    }
    assert!(several_jobs > 1);
}

#[test]
fn what_an_arrow_or_parquet_file_is_cut_off_from_is_kept_and_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let dump = read(&fixtures()[0]);
    for format in [TableFormat::Parquet, TableFormat::Arrow] {
        let bytes = table(&dump, format);
        for length in (0..bytes.len()).step_by(bytes.len() / 97 + 1).skip(1) {
            let cut = read_bytes(folder.path(), &bytes[..length]);
            let is_said =
                |note: &crate::load::note::Note| matches!(note.kind, NoteKind::BrokenTable { .. });
            assert!(
                cut.notes.iter().any(is_said),
                "{format:?} cut at {length}: {:?}",
                cut.notes
            );
        }
    }
}

/// A table as Arrow and as Parquet.
static WHOLE: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let dump = read(&fixtures()[0]);
    [TableFormat::Arrow, TableFormat::Parquet].map(|format| table(&dump, format))
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn broken_bytes_never_panic(
        parquet in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        tail in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut bytes = WHOLE[usize::from(parquet)].clone();
        // The footers say where everything is.
        let from = if tail { bytes.len() - bytes.len().min(1_500) } else { 0 };
        let length = bytes.len() - from;
        for (at, byte) in changes {
            bytes[from + at.index(length)] = byte;
        }
        let again = read_bytes(folder.path(), &bytes);
        prop_assert!(again.items.len() < 1_000_000);
    }
}
