//! The content of files before it is joined and paired.

use std::ops::Range;

use super::dump::{FileRead, Milestone};
use super::formats::scan::Skeleton;
use super::note::Note;
use super::tally::Tally;
use crate::api::{JobRecord, v2};
use crate::frame::ItemColumns;

/// Accumulator of a thread: the content of a run of files, read one after another.
#[derive(Default)]
pub(super) struct Accumulator {
    /// The rows.
    pub columns: ItemColumns,
    /// Groups of the rows.
    pub groups: Vec<ItemGroup>,
    /// The status records.
    pub jobs: Vec<FoundJob>,
    /// The documents of v2 batches, each with the index of its file.
    pub v2: Vec<(u32, v2::Document)>,
    /// The files.
    pub files: Vec<FileRead>,
    /// Parts of files that are read in parts.
    pub parts: Vec<PartRead>,
    /// Notes about them.
    pub notes: Vec<Note>,
    /// The text between the values of the items before.
    pub skeleton: Skeleton,
}

/// Rows that came from one list, or loose items that followed one another in a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ItemGroup {
    /// Index of the file.
    pub file: u32,
    /// Its rows in the accumulator.
    pub rows: Range<usize>,
    /// Number of rows that could not be read.
    pub unreadable: u64,
    /// Batch job that the document names.
    pub batch_job_id: Option<String>,
    /// `total_size` that the document states.
    pub total_size: Option<TotalSizes>,
    /// Status it was filtered by, if the document tells.
    pub status_filter: Option<String>,
    /// The items stand by themselves, not in a list.
    pub loose: bool,
}

impl ItemGroup {
    /// A group of items that stand by themselves, without rows yet.
    pub(super) fn loose(file: u32) -> Self {
        Self {
            file,
            rows: 0..0,
            unreadable: 0,
            batch_job_id: None,
            total_size: None,
            status_filter: None,
            loose: true,
        }
    }
}

/// Totals that lists state: the least and the greatest of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TotalSizes {
    pub least: u64,
    pub most: u64,
}

impl TotalSizes {
    pub(super) fn of(size: u64) -> Self {
        Self {
            least: size,
            most: size,
        }
    }

    /// The totals of two lists, each of which may state none.
    pub(super) fn both(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => Some(Self {
                least: one.least.min(other.least),
                most: one.most.max(other.most),
            }),
            (one, other) => one.or(other),
        }
    }
}

/// Records of a job that follow each other in a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FoundJob {
    /// Index of the file.
    pub file: u32,
    /// The newest record.
    pub record: Box<JobRecord>,
    /// Number of records.
    pub records: u64,
    /// Progress by the records that tell it.
    pub history: Vec<Milestone>,
}

impl FoundJob {
    pub(super) fn new(file: u32, record: JobRecord) -> Self {
        let at = record.effective_at.or(record.updated_at);
        let milestone = at
            .zip(record.processed_items)
            .map(|(at, processed)| Milestone {
                at,
                processed,
                total: record.total_items,
            });
        Self {
            file,
            history: milestone.into_iter().collect(),
            record: Box::new(record),
            records: 1,
        }
    }

    /// Adds records of the same job that were read later.
    pub(super) fn add(&mut self, later: Self) {
        self.records += later.records;
        self.history.extend(later.history);
        if later.record.supersedes(&self.record) {
            self.record = later.record;
        }
    }
}

/// A part of a file.
pub(super) struct PartRead {
    /// Index of the file.
    pub file: u32,
    /// Its documents by kind.
    pub tally: Tally,
    /// Number of documents.
    pub documents: u64,
    /// Number of rows.
    pub items: u64,
}
