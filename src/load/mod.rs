//! From files to a [`Dump`]: find them, read them in parallel, recognise their documents, and pair items
//! with their job.
//!
//! ```text
//! find -> read -> decode -> formats -> sink -> accumulator -> join -> Dump
//!                           (classify)                        (pair, v2)
//! ```
//!
//! `formats/` holds one file or folder for each format; all of them write into the one `sink`. Everything
//! that was skipped, cut or doubtful comes out as data (`note`), beside the rows.

mod accumulator;
mod archive;
mod classify;
mod decode;
mod dump;
mod error_answer;
mod fields;
mod find;
mod formats;
mod found;
mod ignore;
mod join;
mod looks;
mod natural_order;
pub mod note;
mod own;
mod pair;
mod read;
mod sink;
mod snapshots;
mod tally;
pub mod v2;

use std::io::Read as _;
use std::path::PathBuf;

use self::accumulator::Accumulator;
pub use self::dump::{
    BatchFacts, Dump, FileRead, Job, KnownFilter, LoadError, Milestone, NotOurs, OlderList,
};
pub use self::error_answer::ErrorResponse;
pub use self::find::FindError;
pub use self::found::{Found, STDIN};
pub use self::ignore::{Ignore, IgnoreError};
pub use self::looks::{Like, Looks};
use self::note::{Note, NoteKind};
pub use self::own::is_own_report;

/// Options of loading.
#[derive(Debug, Clone, Copy, Default)]
pub struct LoadOptions<'a> {
    /// Batch job of items that name none.
    pub job_id: Option<&'a str>,
}

/// Finds the files that `paths` name; returns them with notes about those that cannot be read.
///
/// # Errors
///
/// Fails if a file that was named is standard output.
pub fn find(paths: &[PathBuf], ignore: &Ignore) -> Result<(Vec<Found>, Vec<Note>), FindError> {
    let mut notes = Vec::new();
    let found = find::find(paths, ignore, &mut notes)?;
    Ok((found, notes))
}

/// Reads the files. `progress` is told the bytes of each file that is done.
///
/// # Errors
///
/// Fails if standard input cannot be read, or if there are too many rows. A file that cannot be read is a
/// note.
pub fn load(
    files: &[Found],
    mut notes: Vec<Note>,
    options: LoadOptions<'_>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Dump, LoadError> {
    let mut stdin = Vec::new();
    if files.iter().any(|file| file.path.as_os_str() == STDIN) {
        std::io::stdin()
            .lock()
            .read_to_end(&mut stdin)
            .map_err(LoadError::Stdin)?;
    }
    let accumulators = read::read_files(files, &stdin, progress);
    for file in accumulators.iter().flat_map(|read| &read.files) {
        snapshots::check(file, &mut notes);
    }
    notes.extend(foreign_files(&accumulators));
    join::join(accumulators, &mut notes, options.job_id)
}

/// Counts the files that have nothing to do with the API, in one note.
fn foreign_files(accumulators: &[Accumulator]) -> Option<Note> {
    const NAMED: usize = 3;
    let mut foreign = accumulators
        .iter()
        .flat_map(|read| &read.files)
        .filter(|file| file.is_foreign);
    let first: Vec<String> = foreign
        .by_ref()
        .take(NAMED)
        .map(|file| file.path.clone())
        .collect();
    let count = (first.len() + foreign.count()) as u64;
    (count > 0).then_some(Note {
        path: None,
        kind: NoteKind::ForeignFiles { count, first },
    })
}
