//! Where reports go: to a file, whole or not at all, or to standard output.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once};

/// How the names of temporary files begin; hidden, so that reports leave alone what a run left that
/// was killed.
pub const TEMPORARY_PREFIX: &str = ".batch-report-";

/// Exit code after a signal.
const INTERRUPTED: i32 = 130;
/// Temporary files that exist at the moment.
static TEMPORARIES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("could not write {}", path.display())]
pub struct WriteError {
    path: PathBuf,
    source: io::Error,
}

/// Writes a file so that a reader, or a crash, never meets half of it: beside it first, then over
/// it. A link is followed; a pipe or device is written to as it is.
///
/// # Errors
///
/// Where the folder or the file cannot be written; the old file is untouched then.
pub fn write_file(path: &Path, content: &str) -> Result<(), WriteError> {
    write_file_with(path, |out| out.write_all(content.as_bytes()))
}

/// The same with what `content` writes.
///
/// # Errors
///
/// As for [`write_file`], and where `content` fails.
pub fn write_file_with(path: &Path, content: impl Content) -> Result<(), WriteError> {
    replace(path, content).map_err(|source| WriteError {
        path: path.to_owned(),
        source,
    })
}

/// Something that writes the content of a file.
pub trait Content: FnOnce(&mut dyn Write) -> io::Result<()> {}

impl<F: FnOnce(&mut dyn Write) -> io::Result<()>> Content for F {}

fn replace(path: &Path, content: impl Content) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let old = fs::metadata(&target).ok();
    if old
        .as_ref()
        .is_some_and(|metadata| !metadata.is_file() && !metadata.is_dir())
    {
        return content(&mut File::options().write(true).open(&target)?);
    }
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        let words = format!("there is no folder {}", folder.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, words));
    }
    let mut temporary = Temporary::new_in(folder)?;
    content(&mut temporary.0)?;
    if let Some(old) = old {
        let file = temporary.0.as_file();
        file.set_permissions(old.permissions())?;
    }
    temporary.persist(&target)
}

/// Writes a file as [`write_file`] does, and returns only when its content will survive a power
/// failure; its name does after [`sync_folder`]. A link is replaced and not followed.
///
/// # Errors
///
/// Where the folder or the file cannot be written; the old file is untouched then.
pub fn write_durably(path: &Path, content: &[u8]) -> Result<(), WriteError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let write = || {
        let mut temporary = Temporary::new_in(folder)?;
        temporary.0.write_all(content)?;
        temporary.0.as_file().sync_all()?;
        temporary.persist(path)
    };
    write().map_err(|source| WriteError {
        path: path.to_owned(),
        source,
    })
}

/// Makes the names in a folder survive a power failure, where folders can be synced.
///
/// # Errors
///
/// Where the folder cannot be opened or the disk reports an error.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        match File::open(folder)?.sync_all() {
            // Not every file system can sync a folder.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            result => result,
        }
    } else {
        Ok(())
    }
}

/// A temporary file, removed when it is dropped or when a signal ends the process.
struct Temporary(tempfile::NamedTempFile);

impl Temporary {
    /// Makes a temporary file with the permissions of a new file.
    fn new_in(folder: &Path) -> io::Result<Self> {
        static SIGNALS: Once = Once::new();
        // `fetch` has a handler of its own, which stays.
        SIGNALS.call_once(|| {
            let _ = ctrlc::try_set_handler(|| {
                remove_temporaries();
                std::process::exit(INTERRUPTED);
            });
        });
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY_PREFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        // Held until the file is listed, so that no signal comes in between.
        let mut temporaries = temporaries();
        let file = builder.tempfile_in(folder)?;
        temporaries.push(file.path().to_owned());
        Ok(Self(file))
    }

    /// Moves the file to its final name.
    fn persist(self, target: &Path) -> io::Result<()> {
        let mut temporaries = temporaries();
        let path = self.0.path().to_owned();
        self.0.persist(target).map_err(|error| error.error)?;
        temporaries.retain(|listed| *listed != path);
        Ok(())
    }
}

fn temporaries() -> MutexGuard<'static, Vec<PathBuf>> {
    TEMPORARIES
        .lock()
        .unwrap_or_else(|error| error.into_inner())
}

/// Removes all temporary files, for a signal handler that ends the process after it.
pub fn remove_temporaries() {
    let temporaries = temporaries();
    for path in temporaries.iter() {
        let _ = fs::remove_file(path);
    }
    // Never released: a file made after this would be left behind.
    std::mem::forget(temporaries);
}

/// Prints; a reader that went away has what it wanted.
///
/// # Errors
///
/// Where standard output cannot be written for another reason than that it was closed.
pub fn print(content: &[u8]) -> io::Result<()> {
    print_with(|out| out.write_all(content))
}

/// The same with what `content` writes.
///
/// # Errors
///
/// As for [`print()`], and where `content` fails.
pub fn print_with(content: impl Content) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match content(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.md");
        write_file(&path, "old").expect("written");
        write_file(&path, "new").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("there"), "new");
        assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_named_with_its_cause() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("missing/report.md");
        let error = write_file(&path, "x").expect_err("no such folder");
        assert!(error.to_string().ends_with("missing/report.md"));
        assert!(std::error::Error::source(&error).is_some());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let (target, link) = (folder.path().join("t.md"), folder.path().join("l.md"));
        fs::write(&target, "old").expect("written");
        std::os::unix::fs::symlink(&target, &link).expect("linked");
        write_file(&link, "new").expect("written");
        assert_eq!(fs::read_to_string(&target).expect("there"), "new");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    }
}
