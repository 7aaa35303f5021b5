//! The dump: everything that was loaded.

use std::collections::BTreeSet;
use std::ops::Range;

use super::error_answer::ErrorResponse;
use super::looks::Looks;
use super::note::Note;
use crate::api::{Api, JobRecord, UtcTime};
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
    /// Generation of the API that told its items.
    pub api: Api,
    /// Newest status record.
    pub record: Option<Box<JobRecord>>,
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
    pub known_filter: Option<Box<KnownFilter>>,
    /// A list of items was found.
    pub has_list: bool,
    /// Facts that only a v2 batch has.
    pub batch: Option<Box<BatchFacts>>,
    /// Open items in the list of a job that has ended.
    pub older_list: Option<Box<OlderList>>,
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

/// Facts of a batch, beside its items.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchFacts {
    /// `cfg-…`, or the name of a preset.
    pub configuration_id: Option<String>,
    /// True if `results` were recorded; without them nothing says which files the batch has.
    pub has_results: bool,
    /// Rows of the results that could not be read.
    pub unreadable_results: u64,
    /// Files for which no job could be made.
    pub never_started: u64,
    /// Jobs that the results refer to and the dump does not hold.
    pub missing_jobs: Vec<String>,
    /// Items whose job has a data point: only these have times.
    pub timed_by_data_points: u64,
    /// Completed items with pages that failed.
    pub partial_items: u64,
    /// Pages that failed of completed items.
    pub failed_pages: u64,
}

/// A file that holds nothing of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotOurs {
    /// It could not be read.
    Unreadable(String),
    /// It holds error responses; the first of them.
    ErrorResponse(ErrorResponse),
    /// It looks like something else.
    Looks(Looks),
}

/// A file that was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileRead {
    /// Its path.
    pub path: String,
    /// Size on disk.
    pub bytes: Option<u64>,
    /// Kind, in a word.
    pub kind: &'static str,
    /// Number of documents.
    pub documents: u64,
    /// Number of rows.
    pub items: u64,
    /// Kind of file, if it is nothing of the API.
    pub looks_like: Option<NotOurs>,
    /// True if it has nothing to do with the API: it is counted and costs nothing.
    pub is_foreign: bool,
    /// The text of a summary of ours, which the caller may render.
    pub summary: Option<String>,
    /// The text of the manifest of a snapshot.
    pub manifest: Option<String>,
}
