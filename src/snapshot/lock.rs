//! The lock of a snapshot: one fetch at a time writes to a folder.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

use super::error::StoreError;

/// Lock file, held while a fetch writes to the folder. Hidden, so that reports leave it alone.
pub(super) const LOCK: &str = ".batch-report.lock";

/// Locks a folder. Returns `None` if its file system has no locks.
///
/// # Errors
///
/// If another fetch holds the lock, or the lock file is a link or a special file.
pub(super) fn lock(folder: &Path) -> Result<Option<File>, StoreError> {
    let path = folder.join(LOCK);
    let mut options = File::options();
    options.append(true);
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(StoreError::Irregular(path)),
        // A new file is never one that a link points to.
        Err(_) => {
            options.create_new(true);
        }
    }
    let opened = match options.open(&path) {
        // Another fetch made it in between.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            File::options().append(true).open(&path)
        }
        opened => opened,
    };
    let file = opened.map_err(|source| StoreError::Folder {
        path: folder.to_owned(),
        source,
    })?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy(folder.to_owned())),
        // Some network file systems have no locks.
        Err(TryLockError::Error(_)) => Ok(None),
    }
}
