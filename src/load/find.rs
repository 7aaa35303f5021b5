//! Which files there are: those that were named, and those in the folders that were named.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, FileType, Metadata};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::note::{Note, NoteKind, SpecialFile};
use crate::parallel;

/// The name for standard input.
pub const STDIN: &str = "-";

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// As it was named, or the folder's name with what was found in it.
    pub path: PathBuf,
    /// Its size when it was found; absent for standard input and pipes.
    pub bytes: Option<u64>,
    /// Whether it was named itself, and not found in a folder.
    pub named: bool,
}

impl Found {
    /// The path as text; what is not UTF-8 in it is replaced.
    pub fn display(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }
}

/// Finds the files, each once, sorted by their paths. Hidden
/// files in folders are left alone, as ripgrep does; so are links, which would lead out of the tree
/// or count a file twice, and whatever is no regular file.
pub(super) fn find(paths: &[PathBuf], notes: &mut Vec<Note>) -> Vec<Found> {
    let mut found = Vec::new();
    for path in paths {
        if path.as_os_str() == STDIN {
            found.push(Found {
                path: path.clone(),
                bytes: None,
                named: true,
            });
            continue;
        }
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => walk(path, &mut found, notes),
            Ok(metadata) => named_file(path, &metadata, &mut found, notes),
            Err(error) => notes.push(unreadable(path, &error.to_string())),
        }
    }
    // Within one folder nothing is found twice, for no link is followed.
    if paths.len() < 2 {
        return found;
    }
    // The same files are the same report, in whatever order they are named.
    found.sort_by(|a, b| a.path.cmp(&b.path));
    let mut seen = HashSet::new();
    found.retain(|file| {
        let identity = fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
        seen.insert(identity)
    });
    found
}

fn named_file(path: &Path, metadata: &Metadata, found: &mut Vec<Found>, notes: &mut Vec<Note>) {
    let regular = metadata.is_file();
    if regular || is_pipe(&path.to_string_lossy()) {
        let bytes = regular.then_some(metadata.len());
        found.push(Found {
            path: path.to_owned(),
            bytes,
            named: true,
        });
    } else {
        notes.push(special(path, metadata.file_type(), true));
    }
}

/// Whether a path is standard input, or a pipe the shell has opened for us, `<(command)`: that one
/// has a writer, while another named pipe could keep us waiting for ever.
pub(super) fn is_pipe(path: &str) -> bool {
    path == STDIN
        || ["/dev/fd/", "/proc/self/fd/", "/dev/stdin"]
            .iter()
            .any(|prefix| path.starts_with(prefix))
}

/// Walks a folder, in order, several of the folders in it at once.
fn walk(folder: &Path, found: &mut Vec<Found>, notes: &mut Vec<Note>) {
    /// For fewer folders another thread need not wake up.
    const MANY_FOLDERS: usize = 64;
    let mut listed = Vec::new();
    // What cannot be read of a folder, or of its list, costs nothing else.
    match fs::read_dir(folder) {
        Ok(entries) => {
            for entry in entries {
                match entry {
                    Ok(entry) => listed.push(entry),
                    Err(error) => notes.push(unreadable(folder, &error.to_string())),
                }
            }
        }
        Err(error) => notes.push(unreadable(folder, &error.to_string())),
    }
    listed.retain(|entry| !is_hidden(&entry.file_name()));
    listed.sort_unstable_by_key(fs::DirEntry::file_name);
    let is_folder = |entry: &&fs::DirEntry| entry.file_type().is_ok_and(|it| it.is_dir());
    let folders = listed.iter().filter(is_folder).count();
    let parts = parallel::map(folders > MANY_FOLDERS, listed, |entry| {
        let (mut found, mut notes) = (Vec::new(), Vec::new());
        take(&entry.path(), &mut found, &mut notes);
        (found, notes)
    });
    for (more_found, more_notes) in parts {
        found.extend(more_found);
        notes.extend(more_notes);
    }
}

/// Takes a file, or the files in a folder, sorted, and says what is left alone.
fn take(path: &Path, found: &mut Vec<Found>, notes: &mut Vec<Note>) {
    let visible = |entry: &DirEntry| entry.depth() == 0 || !is_hidden(entry.file_name());
    let entries = WalkDir::new(path)
        .follow_links(false)
        .follow_root_links(false)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(visible);
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(path).to_owned();
                let reason = match error.io_error() {
                    Some(error) => error.to_string(),
                    None => error.to_string(),
                };
                notes.push(unreadable(&path, &reason));
                continue;
            }
        };
        let file_type = entry.file_type();
        let path = entry.path();
        if file_type.is_file() {
            let bytes = entry.metadata().ok().map(|metadata| metadata.len());
            found.push(Found {
                path: path.to_owned(),
                bytes,
                named: false,
            });
        } else if file_type.is_symlink() {
            notes.push(Note {
                path: Some(path.to_string_lossy().into_owned()),
                kind: NoteKind::Link,
            });
        } else if !file_type.is_dir() {
            notes.push(special(path, file_type, false));
        }
    }
}

fn is_hidden(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with('.')
}

fn unreadable(path: &Path, reason: &str) -> Note {
    Note {
        path: Some(path.to_string_lossy().into_owned()),
        kind: NoteKind::UnreadableFile {
            error: reason.to_owned(),
        },
    }
}

fn special(path: &Path, file_type: FileType, named: bool) -> Note {
    let file = kind_of_special(file_type);
    Note {
        path: Some(path.to_string_lossy().into_owned()),
        kind: NoteKind::SpecialFile { file, named },
    }
}

#[cfg(unix)]
fn kind_of_special(file_type: FileType) -> SpecialFile {
    use std::os::unix::fs::FileTypeExt;
    if file_type.is_fifo() {
        SpecialFile::Pipe
    } else if file_type.is_socket() {
        SpecialFile::Socket
    } else {
        SpecialFile::Device
    }
}

#[cfg(not(unix))]
fn kind_of_special(_: FileType) -> SpecialFile {
    SpecialFile::Other
}
