//! Checks of the snapshots among the inputs: their pages may have changed since they were fetched, and
//! they may be incomplete. A manifest is an input like any other, and not to be trusted.

use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use super::dump::FileRead;
use super::found::STDIN;
use super::note::{Note, NoteKind};
use crate::snapshot::{MANIFEST, Manifest, Part, Problem, folder_of, is_body_name, verify};
use crate::text::quote;

/// Checks the snapshot that a file describes, if it is a manifest.
pub(super) fn check(file: &FileRead, notes: &mut Vec<Note>) {
    let Some(text) = &file.manifest else {
        return;
    };
    let mut add = |path: String, kind| {
        notes.push(Note {
            path: Some(path),
            kind,
        });
    };
    let manifest = match Manifest::read(text) {
        Ok(manifest) => manifest,
        Err(error) => {
            let error = match error.source() {
                Some(cause) => format!("{error}: {cause}"),
                None => error.to_string(),
            };
            let error = quote(&error, 200);
            return add(file.path.clone(), NoteKind::UnreadableManifest { error });
        }
    };
    if !manifest.finished {
        let kind = NoteKind::StoppedSnapshot(manifest.progress());
        add(file.path.clone(), kind);
    } else if manifest.whole == Some(false) && !manifest.has_gap(Part::Jobs) {
        let kind = NoteKind::PartialSnapshot(manifest.progress());
        add(file.path.clone(), kind);
    }
    let mut gaps: BTreeMap<Part, (u64, &str)> = BTreeMap::new();
    for gap in &manifest.gaps {
        gaps.entry(gap.part).or_insert((0, &gap.message)).0 += 1;
    }
    for (part, (count, message)) in gaps {
        let message = quote(message, 200);
        let kind = NoteKind::SnapshotGap {
            part,
            count,
            message,
        };
        add(file.path.clone(), kind);
    }
    let path = Path::new(&file.path);
    let folder = folder_of(path);
    // A manifest on standard input or in an archive has no folder. A copy of one under another name must
    // not have the pages read again.
    let has_pages = path.file_name().is_some_and(|name| name == MANIFEST) && folder.is_dir();
    if file.path == STDIN || !has_pages {
        return;
    }
    let beside = |name: &str| {
        let name = quote(name, 100);
        path.with_file_name(name).to_string_lossy().into_owned()
    };
    for (name, problem) in verify(folder, &manifest) {
        let kind = match problem {
            Problem::Gone(why) => NoteKind::MissingPage(why),
            Problem::Changed(difference) => NoteKind::ChangedPage(difference),
        };
        add(beside(&name), kind);
    }
    for name in unlisted(folder, &manifest) {
        add(beside(&name), NoteKind::UnlistedPage);
    }
}

/// Names of the files in a folder that are called like pages and are not listed, sorted.
fn unlisted(folder: &Path, manifest: &Manifest) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let listed: HashSet<&str> = manifest
        .files
        .iter()
        .map(|entry| entry.name.as_str())
        .collect();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_body_name(name) && !listed.contains(name.as_str()))
        .collect();
    names.sort();
    names
}
