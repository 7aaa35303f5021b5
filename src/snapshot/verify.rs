//! Whether the files beside a manifest are those it lists.

use std::fs;
use std::path::Path;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::{Entry, Manifest, is_body_name, sha256};

/// What is wrong with a file that a manifest lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It is not there, or cannot be read.
    Gone(Gone),
    /// It is not what was fetched.
    Changed(Difference),
}

/// Reason why a page is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gone {
    /// Its name is not one that a snapshot gives; it was not looked for.
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
    /// The same size, another hash.
    Hash,
}

/// Compares the files in a folder with its manifest; gives the names of the files that are wrong,
/// in the order of the manifest.
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
    let path = folder.join(&entry.name);
    let metadata = match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_file() => metadata,
        Ok(_) => return Some(Problem::Gone(Gone::NotAFile)),
        Err(error) => return Some(Problem::Gone(Gone::Unreadable(error.to_string()))),
    };
    if metadata.len() != entry.bytes {
        return Some(Problem::Changed(Difference::Bytes {
            found: metadata.len(),
            listed: entry.bytes,
        }));
    }
    match fs::read(&path) {
        Ok(bytes) if sha256(&bytes) == entry.sha256 => None,
        Ok(_) => Some(Problem::Changed(Difference::Hash)),
        Err(error) => Some(Problem::Gone(Gone::Unreadable(error.to_string()))),
    }
}
