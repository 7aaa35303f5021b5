//! Whether the files beside a manifest are those it lists.

use std::fs;
use std::path::Path;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::{Entry, Manifest, is_body_name, sha256};

/// What is wrong with a file that a manifest lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It is not there, or cannot be read.
    Gone(String),
    /// It is not what was fetched.
    Changed(String),
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
        return Some(Problem::Gone(
            "its name is none of a snapshot's, so that it was not looked for".to_owned(),
        ));
    }
    let path = folder.join(&entry.name);
    let metadata = match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_file() => metadata,
        Ok(_) => return Some(Problem::Gone("it is no regular file any more".to_owned())),
        Err(error) => return Some(Problem::Gone(error.to_string())),
    };
    if metadata.len() != entry.bytes {
        return Some(Problem::Changed(format!(
            "it has {} bytes, and had {} when it was fetched",
            metadata.len(),
            entry.bytes
        )));
    }
    match fs::read(&path) {
        Ok(bytes) if sha256(&bytes) == entry.sha256 => None,
        Ok(_) => Some(Problem::Changed(
            "its SHA-256 is not the one it had when it was fetched".to_owned(),
        )),
        Err(error) => Some(Problem::Gone(error.to_string())),
    }
}
