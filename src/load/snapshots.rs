//! Snapshots among the inputs: whether their pages are still those that were fetched, and whether
//! they are whole.

use std::error::Error;
use std::fs;
use std::path::Path;

use super::accumulator::FileRead;
use super::find::STDIN;
use super::note::{Code, Note, excerpt};
use crate::snapshot::{Manifest, Problem, folder_of, is_body_name, verify};

/// Says what is wrong with the snapshot that a file describes, where it is a manifest.
pub(super) fn check(file: &FileRead, notes: &mut Vec<Note>) {
    let Some(text) = &file.manifest else {
        return;
    };
    let mut add = |code, path: String, message| {
        notes.push(Note {
            code,
            path: Some(path),
            message,
        });
    };
    let manifest = match Manifest::read(text) {
        Ok(manifest) => manifest,
        Err(error) => {
            let why = match error.source() {
                Some(cause) => format!("{error}: {cause}"),
                None => error.to_string(),
            };
            let message = format!(
                "the pages of this snapshot could not be checked: {}",
                excerpt(&why, 200)
            );
            return add(Code::UnreadableManifest, file.path.clone(), message);
        }
    };
    if let Some(message) = what_is_missing(&manifest) {
        add(Code::PartialSnapshot, file.path.clone(), message);
    }
    // Piped in, it lies beside nothing.
    if file.path == STDIN {
        return;
    }
    let path = Path::new(&file.path);
    let folder = folder_of(path);
    let beside = |name: &str| {
        let name = excerpt(name, 100);
        path.with_file_name(name).to_string_lossy().into_owned()
    };
    for (name, problem) in verify(folder, &manifest) {
        match problem {
            Problem::Gone(why) => add(
                Code::MissingPage,
                beside(&name),
                format!(
                    "this page of the snapshot is gone ({why}); `batch-report fetch` fetches it again"
                ),
            ),
            Problem::Changed(why) => add(
                Code::ChangedPage,
                beside(&name),
                format!(
                    "this page of the snapshot was changed after it was fetched: {why}; it was \
                     read as it is, and `batch-report fetch` fetches it again"
                ),
            ),
        }
    }
    for name in unlisted(folder, &manifest) {
        add(
            Code::UnlistedPage,
            beside(&name),
            "lies beside a snapshot that does not list it; it was read like any other file"
                .to_owned(),
        );
    }
}

fn what_is_missing(manifest: &Manifest) -> Option<String> {
    let progress = manifest.progress();
    if !manifest.finished {
        return Some(format!(
            "fetching this snapshot was stopped, with {progress}; the same `batch-report fetch` \
             goes on from there"
        ));
    }
    (manifest.whole == Some(false)).then(|| {
        format!(
            "this snapshot is not whole: the server gave {progress}; `batch-report fetch` asks \
             again for the rest"
        )
    })
}

/// The files of a folder that are called like pages and are none of the manifest's, sorted.
fn unlisted(folder: &Path, manifest: &Manifest) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_body_name(name))
        .filter(|name| !manifest.files.iter().any(|entry| entry.name == *name))
        .collect();
    names.sort();
    names
}
