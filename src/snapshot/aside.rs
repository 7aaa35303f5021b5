//! Keeping an earlier snapshot in a folder of its own, beside the new one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::{MANIFEST, MAX_MANIFEST, regular};
use crate::api::UtcTime;
use crate::output;

/// Makes a second copy of a snapshot in a folder named after the time at which it began. Until the
/// manifest in `folder` is replaced, the files there are still the snapshot. Returns the new folder.
///
/// # Errors
///
/// If files cannot be linked or copied.
pub(super) fn put_aside(
    folder: &Path,
    bodies: Vec<String>,
    began_at: UtcTime,
) -> Result<PathBuf, StoreError> {
    let whole_seconds = began_at.micros() / 1_000_000 * 1_000_000;
    let time = UtcTime::from_micros(whole_seconds).unwrap_or(began_at);
    let stem = folder.join(time.to_string().replace(':', "-"));
    let failed = |path: &Path, source| StoreError::Aside {
        path: path.to_owned(),
        source,
    };
    let aside = free_folder(folder, &stem).map_err(|source| failed(&stem, source))?;
    let mut names = bodies;
    // The manifest comes last: a folder that has one is complete.
    names.push(MANIFEST.to_owned());
    for name in names {
        let (from, to) = (folder.join(&name), aside.join(&name));
        // A link, pipe or folder of that name is no part of the snapshot.
        if regular::open(&from).is_err() {
            continue;
        }
        copy(&from, &to).map_err(|source| failed(&aside, source))?;
    }
    output::sync_folder(&aside).map_err(|source| failed(&aside, source))?;
    Ok(aside)
}

/// Makes a folder of this name, or of this name and a number. A folder that a stopped run began to
/// fill is used again: it has no manifest, or the same one.
fn free_folder(folder: &Path, stem: &Path) -> io::Result<PathBuf> {
    let ours = regular::read(&folder.join(MANIFEST), MAX_MANIFEST).ok();
    let mut number = 1;
    loop {
        let candidate = match number {
            1 => stem.to_owned(),
            number => PathBuf::from(format!("{}-{number}", stem.display())),
        };
        match fs::create_dir(&candidate) {
            Ok(()) => return Ok(candidate),
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) => {}
        }
        // A link would lead out of the snapshot.
        let is_folder = fs::symlink_metadata(&candidate)?.is_dir();
        let manifest = candidate.join(MANIFEST);
        let is_begun = match regular::read(&manifest, MAX_MANIFEST) {
            Ok(theirs) => Some(theirs) == ours,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        if is_folder && is_begun {
            return Ok(candidate);
        }
        number += 1;
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    match fs::remove_file(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(|_| ()))
}
