//! From files to a [`Dump`]: find them, read them in parallel, recognise what they hold, and pair
//! items with their job.
//!
//! Everything that was skipped, cut or doubtful comes out as data, beside the rows.

mod accumulator;
mod archive;
mod classify;
mod decode;
mod error_answer;
mod fields;
mod find;
mod formats;
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
pub use self::find::{FindError, Found, Ignore, IgnoreError, STDIN};
pub use self::looks::{Like, Looks};
use self::note::{Note, NoteKind};
pub use self::own::is_own_report;
use crate::api::{JobRecord, UtcTime};
use crate::frame::{ItemFrame, Recorded, TooManyRows};

/// What loading gives.
#[derive(Debug)]
pub struct Dump {
    /// The batch jobs, in the order in which the inputs name them.
    pub jobs: Vec<Job>,
    /// Their items.
    pub items: ItemFrame,
    /// The rows of each job in `items`.
    pub rows: Vec<Range<usize>>,
    /// Every file that was found, in path order.
    pub inputs: Vec<FileRead>,
    /// What there is to say.
    pub notes: Vec<Note>,
}

/// A batch job, with what its lists say about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id, where the dump tells it.
    pub id: Option<String>,
    /// What it is called.
    pub label: String,
    /// Its newest status record.
    pub record: Option<JobRecord>,
    /// How many status records there were.
    pub records: u64,
    /// How far the job was by those of its records that tell, oldest first.
    pub history: Vec<Milestone>,
    /// How its rows became items.
    pub recorded: Recorded,
    /// Rows that could not be read.
    pub unreadable: u64,
    /// The largest `total_size` its lists state; where some of them are filtered and others not, of those
    /// that are not; absent where they are filtered by several statuses.
    pub total_size: Option<u64>,
    /// Whether its lists state different ones.
    pub total_sizes_differ: bool,
    /// What its lists were filtered by, where they tell, or where the names of files and their items say
    /// the same.
    pub known_filter: Option<KnownFilter>,
    /// Whether any list of items was found.
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

/// What the lists of a job were asked for by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFilter {
    /// The statuses; there is one at least.
    pub statuses: BTreeSet<String>,
    /// Whether there are lists as well that were asked for by none.
    pub in_part: bool,
}

/// How far a job was at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Milestone {
    /// When, by the record itself.
    pub at: UtcTime,
    /// Items processed by then.
    pub processed: u64,
    /// Items there were.
    pub total: Option<u64>,
}

/// What the user chose about loading.
#[derive(Debug, Clone, Copy, Default)]
pub struct LoadOptions<'a> {
    /// The batch job that items without one belong to.
    pub job_id: Option<&'a str>,
}

/// Why nothing could be loaded.
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
/// Where standard input cannot be read or the frame cannot be built; a file that cannot be read
/// is a note.
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
