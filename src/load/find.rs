//! Finds the files to read: those that were named, and those in the folders and archives that were
//! named.

use std::collections::HashSet;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use same_file::Handle;
use walkdir::{DirEntry, WalkDir};

use super::archive;
use super::found::{Found, STDIN, is_hidden, is_pipe};
use super::ignore::Ignore;
use super::natural_order::{natural_order, natural_order_of_names};
use super::note::{Note, NoteKind, SpecialFile};
use crate::parallel;

/// Reason nothing can be read.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// A file that was named is where the output goes.
    #[error("`{}` is both an input and standard output", .0.display())]
    IsOutput(PathBuf),
}

/// Finds the files, each once, in natural order of their paths. Hidden files in folders are left alone,
/// as ripgrep does; so are links, which would lead out of the tree or count a file twice, whatever is no
/// regular file, and the files that standard output and standard error go to.
///
/// # Errors
///
/// Fails if a file that was named is standard output.
pub(super) fn find(
    paths: &[PathBuf],
    ignore: &Ignore,
    notes: &mut Vec<Note>,
) -> Result<Vec<Found>, FindError> {
    let mut finding = Finding {
        ignore,
        outputs: &Outputs::of_process(),
        found: Vec::new(),
        ignored: 0,
        notes: Vec::new(),
    };
    for path in paths {
        if path.as_os_str() == STDIN {
            finding.found.push(Found::new(path, None, true));
            continue;
        }
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => finding.walk(path),
            Ok(metadata) => finding.named_file(path, &metadata)?,
            Err(error) => finding.notes.push(unreadable(path, &error.to_string())),
        }
    }
    let Finding {
        mut found,
        ignored,
        notes: more_notes,
        ..
    } = finding;
    notes.extend(more_notes);
    if ignored > 0 {
        notes.push(Note {
            path: None,
            kind: NoteKind::IgnoredFiles(ignored),
        });
    }
    // Within one folder nothing is found twice, because no link is followed.
    if paths.len() < 2 {
        return Ok(found);
    }
    // The same files are the same report, in whatever order they are named.
    found.sort_by(|a, b| natural_order(&a.path, &b.path));
    let mut seen = HashSet::new();
    found.retain(|file| {
        let identity = fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
        seen.insert(identity)
    });
    Ok(found)
}

/// The regular files that standard output and standard error go to: the shell has made them before this
/// program starts, maybe in the folder that is read.
#[derive(Default)]
struct Outputs {
    stdout: Option<Output>,
    stderr: Option<Output>,
}

struct Output {
    handle: Handle,
    bytes: u64,
}

impl Outputs {
    fn of_process() -> Self {
        let regular = |handle: io::Result<Handle>| {
            let handle = handle.ok()?;
            let metadata = handle.as_file().metadata().ok()?;
            metadata.is_file().then(|| Output {
                handle,
                bytes: metadata.len(),
            })
        };
        Self {
            stdout: regular(Handle::stdout()),
            stderr: regular(Handle::stderr()),
        }
    }

    fn is_stdout(&self, path: &Path, bytes: u64) -> bool {
        self.stdout
            .as_ref()
            .is_some_and(|output| output.is(path, bytes))
    }

    fn are(&self, path: &Path, bytes: u64) -> bool {
        let is =
            |output: &Option<Output>| output.as_ref().is_some_and(|output| output.is(path, bytes));
        is(&self.stdout) || is(&self.stderr)
    }
}

impl Output {
    /// Tells if it is the file at a path. Its size is asked first, which is known.
    fn is(&self, path: &Path, bytes: u64) -> bool {
        bytes == self.bytes && Handle::from_path(path).is_ok_and(|handle| handle == self.handle)
    }
}

/// Files while they are found.
struct Finding<'i> {
    ignore: &'i Ignore,
    outputs: &'i Outputs,
    found: Vec<Found>,
    /// Number of files and folders that `--ignore` leaves out.
    ignored: u64,
    notes: Vec<Note>,
}

impl<'i> Finding<'i> {
    /// Begins anew with the same options.
    fn another(&self) -> Self {
        Self {
            ignore: self.ignore,
            outputs: self.outputs,
            found: Vec::new(),
            ignored: 0,
            notes: Vec::new(),
        }
    }

    fn named_file(&mut self, path: &Path, metadata: &Metadata) -> Result<(), FindError> {
        let regular = metadata.is_file();
        if regular && self.outputs.is_stdout(path, metadata.len()) {
            return Err(FindError::IsOutput(path.to_owned()));
        }
        if regular && archive::is_zip(path) {
            self.archive(path, metadata.len(), true);
        } else if regular || is_pipe(&path.to_string_lossy()) {
            let bytes = regular.then_some(metadata.len());
            self.found.push(Found::new(path, bytes, true));
        } else {
            self.notes.push(special(path, metadata.file_type(), true));
        }
        Ok(())
    }

    /// Takes the members of an archive, or the file itself if it is none that can be read.
    fn archive(&mut self, path: &Path, bytes: u64, named: bool) {
        let members = match archive::members(path, self.ignore) {
            Ok(members) => members,
            Err(error) => {
                self.notes
                    .push(unreadable(path, &format!("as a zip archive: {error}")));
                self.found.push(Found::new(path, Some(bytes), named));
                return;
            }
        };
        self.ignored += members.ignored;
        for (path, reason) in members.broken {
            self.notes.push(unreadable(&path, &reason));
        }
        if members.beyond > 0 {
            self.notes
                .push(note(path, NoteKind::ArchiveLimit(members.beyond)));
        }
        self.found.extend(members.found);
    }

    /// Walks a folder, in order, several of the folders in it at once.
    fn walk(&mut self, folder: &Path) {
        /// For fewer folders another thread need not wake up.
        const MANY_FOLDERS: usize = 64;
        let mut listed = Vec::new();
        // What cannot be read of a folder, or of its list, costs nothing else.
        match fs::read_dir(folder) {
            Ok(entries) => {
                for entry in entries {
                    match entry {
                        Ok(entry) => listed.push(entry),
                        Err(error) => self.notes.push(unreadable(folder, &error.to_string())),
                    }
                }
            }
            Err(error) => self.notes.push(unreadable(folder, &error.to_string())),
        }
        listed.retain(|entry| !is_hidden(&entry.file_name()));
        listed.sort_by(|a, b| natural_order_of_names(&a.file_name(), &b.file_name()));
        let is_folder = |entry: &&fs::DirEntry| entry.file_type().is_ok_and(|it| it.is_dir());
        let folders = listed.iter().filter(is_folder).count();
        let this = &*self;
        let parts = parallel::map(folders > MANY_FOLDERS, listed, |entry| {
            let mut part = this.another();
            part.take(folder, &entry.path());
            (part.found, part.ignored, part.notes)
        });
        for (found, ignored, notes) in parts {
            self.found.extend(found);
            self.ignored += ignored;
            self.notes.extend(notes);
        }
    }

    /// Takes a file, or the files in a folder, in order. `root` is the folder that was named.
    fn take(&mut self, root: &Path, path: &Path) {
        let mut ignored = 0;
        let is_taken = |entry: &DirEntry| {
            if entry.depth() > 0 && is_hidden(entry.file_name()) {
                return false;
            }
            let inside = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let is_left_out = self.ignore.leaves_out(inside);
            ignored += u64::from(is_left_out);
            !is_left_out
        };
        let entries: Vec<walkdir::Result<DirEntry>> = WalkDir::new(path)
            .follow_links(false)
            .follow_root_links(false)
            .sort_by(|a, b| natural_order_of_names(a.file_name(), b.file_name()))
            .into_iter()
            .filter_entry(is_taken)
            .collect();
        self.ignored += ignored;
        for entry in entries {
            match entry {
                Ok(entry) => self.entry(&entry),
                Err(error) => {
                    let path = error.path().unwrap_or(path).to_owned();
                    let reason = match error.io_error() {
                        Some(error) => error.to_string(),
                        None => error.to_string(),
                    };
                    self.notes.push(unreadable(&path, &reason));
                }
            }
        }
    }

    fn entry(&mut self, entry: &DirEntry) {
        let file_type = entry.file_type();
        let path = entry.path();
        if file_type.is_file() {
            let bytes = entry.metadata().map_or(0, |metadata| metadata.len());
            if self.outputs.are(path, bytes) {
                return;
            }
            if archive::has_zip_ending(path) && archive::is_zip(path) {
                self.archive(path, bytes, false);
            } else {
                self.found.push(Found::new(path, Some(bytes), false));
            }
        } else if file_type.is_symlink() {
            self.notes.push(note(path, NoteKind::Link));
        } else if !file_type.is_dir() {
            self.notes.push(special(path, file_type, false));
        }
    }
}

fn note(path: &Path, kind: NoteKind) -> Note {
    Note {
        path: Some(path.to_string_lossy().into_owned()),
        kind,
    }
}

fn unreadable(path: &Path, reason: &str) -> Note {
    let error = reason.to_owned();
    note(path, NoteKind::UnreadableFile { error })
}

fn special(path: &Path, file_type: FileType, named: bool) -> Note {
    let file = kind_of_special(file_type);
    note(path, NoteKind::SpecialFile { file, named })
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
