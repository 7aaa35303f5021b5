//! Where reports go: to a file, whole or not at all, or to standard output.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How the names of temporary files begin; hidden, so that reports leave alone what a run left that
/// was killed.
pub const TEMPORARY_PREFIX: &str = ".batch-report-";

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
    let mut file = temporary_in(folder)?;
    content(&mut file)?;
    if let Some(old) = old {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.persist(&target).map_err(|error| error.error)?;
    Ok(())
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
        let mut file = temporary_in(folder)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
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

/// A temporary file with the permissions a file gets that is made anew.
fn temporary_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
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
