//! A file to read, and how it is opened.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name for standard input.
pub const STDIN: &str = "-";

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Path as it was named, or the folder's name with the path in it.
    pub path: PathBuf,
    /// Size when it was found; absent for standard input and pipes.
    pub bytes: Option<u64>,
    /// True if it was named itself, and not found in a folder.
    pub named: bool,
    /// Content of a member of an archive.
    pub content: Option<Arc<Vec<u8>>>,
}

impl Found {
    pub(super) fn new(path: &Path, bytes: Option<u64>, named: bool) -> Self {
        Self {
            path: path.to_owned(),
            bytes,
            named,
            content: None,
        }
    }

    /// The path as text; bytes of it that are not UTF-8 are replaced.
    pub fn display(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }
}

/// Opens a file to read it, and never waits for the writer of a pipe that was put in its place.
///
/// # Errors
///
/// Fails if it cannot be opened, or is no regular file.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(libc::O_NONBLOCK);
    }
    let file = options.open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::other("it is not a regular file any more"))
    }
}

/// Tells if a path is standard input, or a pipe the shell has opened for us, `<(command)`: that one
/// has a writer, while another named pipe could keep us waiting for ever.
pub(super) fn is_pipe(path: &str) -> bool {
    path == STDIN
        || ["/dev/fd/", "/proc/self/fd/", "/dev/stdin"]
            .iter()
            .any(|prefix| path.starts_with(prefix))
}

/// Tells if a file or folder is hidden.
pub(super) fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}
