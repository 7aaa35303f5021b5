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
mod error_answer;
mod fields;
mod find;
mod formats;
mod ignore;
mod join;
mod looks;
pub mod note;
mod own;
mod pair;
mod read;
mod sink;
mod snapshots;
mod tally;
pub mod v2;

use std::collections::BTreeSet;
use std::io::Read as _;
use std::ops::Range;
use std::path::PathBuf;

use self::accumulator::Accumulator;
pub use self::accumulator::{FileRead, NotOurs};
pub use self::error_answer::ErrorResponse;
pub use self::find::{FindError, Found, STDIN};
pub use self::ignore::{Ignore, IgnoreError};
pub use self::looks::{Like, Looks};
use self::note::{Note, NoteKind};
pub use self::own::is_own_report;
use crate::api::{JobRecord, UtcTime};
use crate::frame::{ItemFrame, Recorded, TooManyRows};

/// Everything that was loaded.
#[derive(Debug)]
pub struct Dump {
    /// Batch jobs, in the order in which the inputs name them.
    pub jobs: Vec<Job>,
    /// Their items.
    pub items: ItemFrame,
    /// The rows of each job in `items`.
    pub rows: Vec<Range<usize>>,
    /// All files that were found, in path order.
    pub inputs: Vec<FileRead>,
    /// Notes about them.
    pub notes: Vec<Note>,
}

/// A batch job, with the facts that its lists state.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Id, if the dump tells it.
    pub id: Option<String>,
    /// Name in the report.
    pub label: String,
    /// Newest status record.
    pub record: Option<JobRecord>,
    /// Number of status records.
    pub records: u64,
    /// Progress by the records that tell it, oldest first.
    pub history: Vec<Milestone>,
    /// Counts of its rows on their way to items.
    pub recorded: Recorded,
    /// Number of rows that could not be read.
    pub unreadable: u64,
    /// Largest `total_size` of its lists; of those without a filter if only some have one; absent if they
    /// are filtered by several statuses.
    pub total_size: Option<u64>,
    /// Its lists state different ones.
    pub total_sizes_differ: bool,
    /// Filter of its lists, if they tell, or if the names of files and their items say the same.
    pub known_filter: Option<KnownFilter>,
    /// A list of items was found.
    pub has_list: bool,
    /// Facts that only a v2 batch has.
    pub batch: Option<v2::BatchFacts>,
    /// Open items in the list of a job that has ended.
    pub older_list: Option<OlderList>,
}

/// A list with open items, of a job that has ended: it was saved before, or the job ended without them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OlderList {
    /// Number of open items.
    pub open: u64,
    /// The newest instant that a record of an item describes.
    pub newest_record: Option<UtcTime>,
    /// End of the job.
    pub ended_at: Option<UtcTime>,
}

/// Filter of the lists of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFilter {
    /// Statuses, at least one.
    pub statuses: BTreeSet<String>,
    /// There are lists without a filter as well.
    pub in_part: bool,
}

/// Progress of a job at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Milestone {
    /// Time that the record states.
    pub at: UtcTime,
    /// Number of items processed by then.
    pub processed: u64,
    /// Number of items.
    pub total: Option<u64>,
}

/// Options of loading.
#[derive(Debug, Clone, Copy, Default)]
pub struct LoadOptions<'a> {
    /// Batch job of items that name none.
    pub job_id: Option<&'a str>,
}

/// Error of loading as a whole.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The rows do not fit into a frame.
    #[error(transparent)]
    Frame(#[from] TooManyRows),
    /// Standard input could not be read.
    #[error("could not read standard input")]
    Stdin(#[source] std::io::Error),
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
