//! Comparing the files beside a manifest with what it lists.

use std::path::Path;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::{Entry, Manifest, is_body_name, regular};

/// A difference between a listed file and the file on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The file is missing or cannot be read.
    Gone(Gone),
    /// The file differs from what was fetched.
    Changed(Difference),
}

/// Reason why a page is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gone {
    /// A snapshot has no files of that name, so it was not looked for.
    ForeignName,
    /// It is no longer a regular file.
    NotAFile,
    /// It could not be read.
    Unreadable(String),
}

/// Difference between a page and its entry in the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Another size.
    Bytes {
        /// Size on disk.
        found: u64,
        /// Size in the manifest.
        listed: u64,
    },
    /// Another hash, at the same size.
    Hash,
}

/// Compares the files in a folder with its manifest. Returns the names of the files that differ, in
/// the order of the manifest.
///
/// Each file is read once: [`Manifest::read`] refuses a manifest that lists a file twice.
pub fn verify(folder: &Path, manifest: &Manifest) -> Vec<(String, Problem)> {
    manifest
        .files
        .par_iter()
        .filter_map(|entry| Some((entry.name.clone(), problem(folder, entry)?)))
        .collect()
}

fn problem(folder: &Path, entry: &Entry) -> Option<Problem> {
    // A manifest may have been written by anybody: it must not make us read another folder's
    // files, or wait for a pipe.
    if !is_body_name(&entry.name) {
        return Some(Problem::Gone(Gone::ForeignName));
    }
    let unreadable = |error: std::io::Error| Problem::Gone(Gone::Unreadable(error.to_string()));
    let (file, found) = match regular::open(&folder.join(&entry.name)) {
        Ok(opened) => opened,
        Err(error) if regular::is_special(&error) => return Some(Problem::Gone(Gone::NotAFile)),
        Err(error) => return Some(unreadable(error)),
    };
    let listed = entry.bytes;
    if found != listed {
        return Some(Problem::Changed(Difference::Bytes { found, listed }));
    }
    match regular::sha256_of(file) {
        Ok(sha256) if sha256 == entry.sha256 => None,
        Ok(_) => Some(Problem::Changed(Difference::Hash)),
        Err(error) => Some(unreadable(error)),
    }
}
