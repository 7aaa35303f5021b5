//! From files to a [`Dump`]: find them, read them in parallel, recognise what they hold, and pair
//! items with their job.
//!
//! Everything that was skipped, cut or doubtful comes out as data, beside the rows.

mod accumulator;
mod decode;
mod error_answer;
mod find;
mod formats;
mod join;
mod looks;
pub mod note;
mod pair;
mod read;
mod sink;
mod snapshots;
mod tally;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

pub use self::accumulator::{FileRead, NotOurs};
pub use self::error_answer::ErrorResponse;
pub use self::find::{Found, STDIN};
pub use self::looks::{Like, Looks};
use self::note::Note;
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

/// The files that `paths` name, and notes about those that cannot be.
pub fn find(paths: &[PathBuf]) -> (Vec<Found>, Vec<Note>) {
    let mut notes = Vec::new();
    let found = find::find(paths, &mut notes);
    (found, notes)
}

/// Whether a file is a report that this program wrote, in whatever format.
pub fn is_own_report(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| {
        looks::is_own_report(&text)
            || text.starts_with('{')
                && text.contains("\"schema_version\"")
                && text.contains("\"generator\"")
    })
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
    join::join(accumulators, &mut notes, options.job_id)
}
