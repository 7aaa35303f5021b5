//! Writes to files, whole or not at all, and to standard output.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

/// Prefix of the names of temporary files; hidden, so that a folder's walk skips what a killed run left.
pub const TEMPORARY_PREFIX: &str = ".batch-report-";
/// Maximum number of links that lead to an output.
const MOST_LINKS: usize = 40;

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`", path.display())]
pub struct WriteError {
    path: PathBuf,
    source: io::Error,
}

/// Writes a file so that neither a reader nor a crash meets half of it: to a temporary file beside it,
/// which then replaces it. Links are followed; a pipe or device is written to directly. Returns the
/// number of bytes.
///
/// # Errors
///
/// If the folder or the file cannot be written; the old file is untouched then.
pub fn write_file(path: &Path, content: &str) -> Result<u64, WriteError> {
    write_file_with(path, |out| out.write_all(content.as_bytes()))
}

/// Writes a file as [`write_file`] does, with what `content` writes.
///
/// # Errors
///
/// As for [`write_file`], and if `content` fails.
pub fn write_file_with(path: &Path, content: impl Content) -> Result<u64, WriteError> {
    replace(path, content).map_err(|source| WriteError {
        path: path.to_owned(),
        source,
    })
}

/// Something that writes the content of a file.
pub trait Content: FnOnce(&mut dyn Write) -> io::Result<()> {}

impl<F: FnOnce(&mut dyn Write) -> io::Result<()>> Content for F {}

fn replace(path: &Path, content: impl Content) -> io::Result<u64> {
    let old = fs::metadata(path).ok();
    if old
        .as_ref()
        .is_some_and(|old| !old.is_file() && !old.is_dir())
    {
        return counted(&mut File::options().write(true).open(path)?, content);
    }
    let target = target(path);
    let folder = folder_of(&target);
    if fs::symlink_metadata(&target).is_ok_and(|it| it.is_symlink()) {
        return Err(io::Error::other("too many links lead to each other"));
    }
    if !folder.is_dir() {
        let words = format!("no such folder: `{}`", folder.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, words));
    }
    if old.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(io::Error::new(
            io::ErrorKind::IsADirectory,
            "it is a folder",
        ));
    }
    let mut file = Temporary::in_folder(folder)?;
    let bytes = counted(&mut file.0, content)?;
    if let Some(old) = old {
        file.0.as_file().set_permissions(old.permissions())?;
    }
    file.persist(&target)?;
    Ok(bytes)
}

/// The file that an output goes to, whether it exists or not and however it is named: links are
/// followed, dangling ones as well.
pub fn target(path: &Path) -> PathBuf {
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&target) {
            Ok(next) => target = folder_of(&target).join(next),
            Err(_) => break,
        }
    }
    match (fs::canonicalize(folder_of(&target)), target.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => target,
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Size of the buffer of an output: small pieces are joined, large ones pass by.
const BUFFER: usize = 1 << 16;

fn counted(out: &mut dyn Write, content: impl Content) -> io::Result<u64> {
    let mut counted = Counted { out, bytes: 0 };
    let mut buffered = BufWriter::with_capacity(BUFFER, &mut counted);
    content(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    Ok(counted.bytes)
}

/// Counts the bytes that are written.
struct Counted<'w> {
    out: &'w mut dyn Write,
    bytes: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.out.write(buffer)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes a file as [`write_file`] does, and returns only when its content will survive a power
/// failure; its name does after [`sync_folder`]. A link is replaced and not followed.
///
/// # Errors
///
/// If the folder or the file cannot be written; the old file is untouched then.
pub fn write_durably(path: &Path, content: &[u8]) -> Result<(), WriteError> {
    let write = || {
        let mut file = Temporary::in_folder(folder_of(path))?;
        file.0.write_all(content)?;
        file.0.as_file().sync_all()?;
        file.persist(path)
    };
    write().map_err(|source| WriteError {
        path: path.to_owned(),
        source,
    })
}

/// Temporary files that exist at the moment.
static TEMPORARIES: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn temporaries() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    TEMPORARIES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes all temporary files; new ones have to wait until the guard is dropped. For a process that a
/// signal is about to end.
#[must_use]
pub fn remove_temporaries() -> impl Sized {
    let paths = temporaries();
    for path in &*paths {
        // It may have got its final name, or have been removed, meanwhile.
        let _ = fs::remove_file(path);
    }
    paths
}

/// A temporary file, which goes away unless it is persisted.
struct Temporary(NamedTempFile);

impl Temporary {
    /// Makes one, with the permissions that a new file gets.
    fn in_folder(folder: &Path) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY_PREFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let mut paths = temporaries();
        let file = builder.tempfile_in(folder)?;
        paths.insert(file.path().to_owned());
        Ok(Self(file))
    }

    fn persist(self, path: &Path) -> io::Result<()> {
        let temporary = self.0.path().to_owned();
        let persisted = self.0.persist(path);
        temporaries().remove(&temporary);
        persisted.map(|_| ()).map_err(|error| error.error)
    }
}

/// Makes the names in a folder survive a power failure, if its file system can sync folders.
///
/// # Errors
///
/// If the folder cannot be opened or the disk reports an error.
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

/// Prints; a reader that closed the pipe has what it wanted.
///
/// # Errors
///
/// If standard output cannot be written for another reason than that it was closed.
pub fn print(content: &[u8]) -> io::Result<()> {
    print_with(|out| out.write_all(content))
}

/// Prints what `content` writes.
///
/// # Errors
///
/// As for [`print()`], and if `content` fails.
pub fn print_with(content: impl Content) -> io::Result<()> {
    let mut pipe = Pipe {
        out: io::stdout().lock(),
        is_closed: false,
    };
    let mut buffered = BufWriter::with_capacity(BUFFER, &mut pipe);
    let written = content(&mut buffered).and_then(|()| buffered.flush());
    drop(buffered);
    match pipe.is_closed {
        true => Ok(()),
        false => written,
    }
}

/// Remembers that the reader closed the pipe: some writers wrap the error in one of their own.
struct Pipe<W> {
    out: W,
    is_closed: bool,
}

impl<W: Write> Write for Pipe<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.out.write(buffer);
        let kind = written.as_ref().err().map(io::Error::kind);
        self.is_closed |= kind == Some(io::ErrorKind::BrokenPipe);
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        let kind = flushed.as_ref().err().map(io::Error::kind);
        self.is_closed |= kind == Some(io::ErrorKind::BrokenPipe);
        flushed
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
        assert_eq!(
            error.to_string(),
            format!("cannot write `{}`", path.display())
        );
        let cause = std::error::Error::source(&error).expect("a cause");
        assert!(
            cause.to_string().starts_with("no such folder: `"),
            "{cause}"
        );
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

    #[cfg(unix)]
    #[test]
    fn a_dangling_link_is_followed_and_a_circle_of_links_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("b.md", at("a.md")).expect("linked");
        std::os::unix::fs::symlink("c.md", at("b.md")).expect("linked");
        write_file(&at("a.md"), "new").expect("written");
        assert_eq!(fs::read_to_string(at("c.md")).expect("there"), "new");
        assert!(
            fs::symlink_metadata(at("b.md"))
                .expect("there")
                .is_symlink()
        );

        std::os::unix::fs::symlink("gone/x.md", at("d.md")).expect("linked");
        let error = write_file(&at("d.md"), "new").expect_err("no such folder");
        let cause = std::error::Error::source(&error).expect("a cause");
        assert!(cause.to_string().contains("gone"), "{cause}");

        std::os::unix::fs::symlink("f.md", at("e.md")).expect("linked");
        std::os::unix::fs::symlink("e.md", at("f.md")).expect("linked");
        write_file(&at("e.md"), "new").expect_err("a circle");
        assert!(
            fs::symlink_metadata(at("e.md"))
                .expect("there")
                .is_symlink()
        );
    }

    #[test]
    fn the_bytes_that_were_written_are_counted() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.md");
        assert_eq!(write_file(&path, "– 3 –").expect("written"), 9);
    }
}
