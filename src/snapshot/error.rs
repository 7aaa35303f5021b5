//! Failure to open or write a snapshot.

use std::io;
use std::path::PathBuf;

use super::ManifestError;
use crate::output::WriteError;

/// Failure to open or write a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be used.
    #[error("could not use the folder {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The folder, or the lock file in it, is a link or a special file.
    #[error(
        "{} is not a regular file or folder; remove it, or fetch to another folder",
        .0.display()
    )]
    Irregular(PathBuf),
    /// Another fetch has locked the folder.
    #[error(
        "another fetch is writing to {}; wait for it, or fetch to another folder",
        .0.display()
    )]
    Busy(PathBuf),
    /// The folder holds pages without a manifest.
    #[error(
        "{} holds {name} but no snapshot.json that describes it; fetch to another folder, or move \
         the files aside with --force",
        folder.display()
    )]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// One of the files.
        name: String,
    },
    /// The manifest cannot be read.
    #[error("could not read {}; --force moves it aside", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// The cause.
        source: ManifestError,
    },
    /// A file cannot be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// An earlier snapshot could not be kept.
    #[error("could not keep the earlier snapshot in {}", path.display())]
    Aside {
        /// The folder it was to be kept in.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The numbers of the files are used up, which only a forged snapshot does.
    #[error("{} has no file names left; --force begins a new snapshot", .0.display())]
    Full(PathBuf),
}
