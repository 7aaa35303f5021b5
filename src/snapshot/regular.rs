//! Reading files of a folder that a stranger may have prepared: no link is followed, no pipe is
//! waited for, and nothing larger than expected is taken into memory.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// Opens a regular file and returns its size.
///
/// # Errors
///
/// If there is no such file, it is a link, pipe, device or folder, or it cannot be opened.
pub(super) fn open(path: &Path) -> io::Result<(File, u64)> {
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_file() {
        let message = "it is not a regular file";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    Ok((File::open(path)?, metadata.len()))
}

/// Returns true if [`open`] met a link, pipe, device or folder.
pub(super) fn is_special(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidInput
}

/// Reads a regular file of at most `max` bytes.
///
/// # Errors
///
/// As for [`open`], and if the file is larger or cannot be read.
#[cfg(feature = "fetch")]
pub(super) fn read(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    let (file, _) = open(path)?;
    let mut bytes = Vec::new();
    file.take(max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max {
        let message = format!("it is larger than {} MiB", max >> 20);
        return Err(io::Error::other(message));
    }
    Ok(bytes)
}

/// Returns the SHA-256 of a reader's content without holding it in memory.
///
/// # Errors
///
/// If the reader fails.
pub(super) fn sha256_of(mut reader: impl Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; 64 << 10];
    loop {
        match reader.read(&mut chunk)? {
            0 => return Ok(hexadecimal(&hasher.finalize())),
            read => hasher.update(&chunk[..read]),
        }
    }
}

/// Formats bytes in lower-case hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
