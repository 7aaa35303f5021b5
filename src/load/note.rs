//! Notes of loading: everything that was cut, skipped, unreadable or doubtful, as data. The words
//! for it are in `say`.

use std::fmt;

use super::error_answer::ErrorResponse;
use super::looks::Looks;
use crate::api::{Field, WrongType};
use crate::snapshot::{Difference, Gone, Part, Progress};

/// A note about a file or folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// The file or folder.
    pub path: Option<String>,
    /// Event.
    pub kind: NoteKind,
}

/// Event that happened to a file, with the facts known about it.
#[derive(Debug, Clone, PartialEq)]
pub enum NoteKind {
    /// A file or folder could not be read.
    UnreadableFile {
        /// The error of the operating system.
        error: String,
    },
    /// A pipe, socket or device was left alone.
    SpecialFile {
        /// Its type.
        file: SpecialFile,
        /// Named on the command line, not found in a folder.
        named: bool,
    },
    /// A link was left alone.
    Link,
    /// An error response of the API was saved as if it were a page.
    ErrorResponse(ErrorResponse),
    /// More error responses in the same file, only counted.
    MoreErrorResponses(u64),
    /// A file holds nothing of the API.
    SkippedFile(Looks),
    /// A file has no content, or nothing but white space.
    EmptyFile {
        /// Its size on disk, 0 when unknown.
        bytes: u64,
    },
    /// Files that have nothing to do with the API.
    ForeignFiles {
        /// Number of files.
        count: u64,
        /// Paths of the first few.
        first: Vec<String>,
    },
    /// Files and folders that `--ignore` leaves out.
    IgnoredFiles(u64),
    /// A report of this program.
    OwnReport,
    /// A summary of this program, beside dumps.
    OwnSummary,
    /// A document ends too early.
    CutDocument(Break),
    /// A document is broken in the middle.
    BrokenDocument(Break),
    /// More broken or cut documents, only counted.
    MoreBrokenDocuments(u64),
    /// Mappings that are not YAML.
    BrokenYaml {
        /// Number of mappings.
        count: u64,
        /// Begin of the first one.
        first: Place,
        /// The parser's error; absent if the mapping breaks off.
        error: Option<String>,
    },
    /// A quoted CSV cell is not closed.
    UnclosedCell(Place),
    /// The last line has no line end, in a format that does not mark its end.
    NoFinalNewline,
    /// Text beside the documents.
    StrayText {
        /// Begin of the first such line.
        at: Place,
        /// The first line.
        line: String,
        /// Number of further lines; absent if they were not counted.
        more: u64,
    },
    /// Ordinary lines of a log beside the documents.
    LogLines {
        /// Begin of the first such line.
        at: Place,
        /// The first line.
        line: String,
        /// Number of further lines.
        more: u64,
    },
    /// Values in documents that are nothing of the API.
    StrayValues(Sample<Fault>),
    /// Rows that could not be read as items.
    UnreadableItems(Sample<Fault>),
    /// Times of items that could not be read.
    UnreadableTimes(Sample<(Field, String)>),
    /// Fields of items that hold values of a wrong type, and are absent.
    WrongTypes(Sample<WrongType>),
    /// Jobs, or fields of jobs, that could not be read.
    UnreadableJob(Sample<Fault>),
    /// A Parquet or Arrow file is broken, or not of a supported kind.
    BrokenTable {
        /// Name of the format.
        format: &'static str,
        /// The error of its reader.
        error: String,
        /// Items before the break.
        kept: u64,
    },
    /// Compressed data is broken or ends too early.
    BrokenCompression {
        /// Name of the compression.
        packed: &'static str,
        /// Bytes that could be unpacked.
        unpacked: usize,
        /// The error, if it says something to users.
        error: Option<String>,
    },
    /// Compressed data was not unpacked beyond the limit.
    CompressionLimit {
        /// Name of the compression.
        packed: &'static str,
        /// Bytes on disk.
        compressed: usize,
        /// Bytes that were unpacked.
        unpacked: usize,
    },
    /// Members of an archive were not unpacked, because there are too many or they unpack to too much.
    ArchiveLimit(u64),
    /// Bytes that are not UTF-8.
    InvalidUtf8 {
        /// Offset of the first one.
        byte: usize,
    },
    /// Bytes that are not UTF-16, in a file that begins like it.
    InvalidUtf16,
    /// JSON with NaN, Infinity or half a surrogate pair.
    NonStandardJson,
    /// A file or folder name holds several job ids.
    AmbiguousName(Ids),
    /// Several jobs are recorded beside the items.
    AmbiguousJob(Ids),
    /// Jobs and data points that no recorded results of a v2 batch refer to.
    UnreferencedJobs {
        /// Jobs.
        jobs: u64,
        /// Jobs with a data point.
        data_points: u64,
    },
    /// Jobs of the v2 API, without the results of any batch.
    UntiedJobs(u64),
    /// The manifest of a snapshot cannot be read.
    UnreadableManifest {
        /// The error.
        error: String,
    },
    /// Fetching a snapshot was stopped.
    StoppedSnapshot(Progress),
    /// The server did not give everything.
    PartialSnapshot(Progress),
    /// The server did not have a part of a batch when it was fetched.
    SnapshotGap {
        /// The part.
        part: Part,
        /// Number of gaps of this part.
        count: u64,
        /// Explanation of the first.
        message: String,
    },
    /// A page of a snapshot is gone.
    MissingPage(Gone),
    /// A page of a snapshot was changed after it was fetched.
    ChangedPage(Difference),
    /// A file beside a snapshot is named like a page and not listed.
    UnlistedPage,
}

/// Type of a file that is neither a regular file nor a folder nor a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecialFile {
    /// A named pipe.
    Pipe,
    /// A socket.
    Socket,
    /// A device.
    Device,
    /// Unknown, on systems that do not tell.
    Other,
}

/// Ids of jobs: all of them counted, the first few kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ids {
    /// Number of all.
    pub count: usize,
    /// The first few.
    pub first: Vec<String>,
}

impl Ids {
    /// Number that is kept.
    const KEPT: usize = 5;

    /// Counts ids.
    pub(super) fn of<'i>(ids: impl ExactSizeIterator<Item = &'i str>) -> Self {
        Self {
            count: ids.len(),
            first: ids.take(Self::KEPT).map(str::to_owned).collect(),
        }
    }
}

/// A break in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Break {
    /// Begin of the document; absent if it begins with the file.
    pub begin: Option<Place>,
    /// The break.
    pub at: Place,
    /// Complete items before it.
    pub kept: u64,
}

/// Fault of a row, a record or a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// A field is missing or has the wrong type.
    Field(WrongType),
    /// A required field of a job is missing or has the wrong type.
    Job(WrongType),
    /// Something else stands where an item should be.
    NotAnItem(&'static str),
    /// Something else stands where the list of items should be.
    NotAList(&'static str),
    /// An object that is neither an item nor a job.
    ForeignObject,
    /// A CSV row has more cells than the header.
    Cells {
        /// Cells of the row.
        row: usize,
        /// Cells of the header.
        header: usize,
    },
}

/// Things of one kind: all of them counted, the first few kept with their places.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample<T> {
    /// Number of all.
    pub count: u64,
    /// The first few.
    pub first: Vec<(Option<Place>, T)>,
}

impl<T> Sample<T> {
    /// Number that is kept.
    pub const KEPT: usize = 5;

    /// Counts one; returns true if it is among the first, which the caller adds to `first`. Finding
    /// a place counts lines from the begin of the text, so it is done for few.
    pub fn counts_one_of_the_first(&mut self) -> bool {
        self.count += 1;
        self.first.len() < Self::KEPT
    }

    /// Forgets all but the first so many.
    pub fn return_to(&mut self, count: u64) {
        self.count = self.count.min(count);
        self.first
            .truncate(self.count.min(Self::KEPT as u64) as usize);
    }

    /// Number that is only counted.
    pub fn more(&self) -> u64 {
        self.count - self.first.len() as u64
    }
}

impl<T> Default for Sample<T> {
    fn default() -> Self {
        Self {
            count: 0,
            first: Vec::new(),
        }
    }
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Counted from 1.
    pub line: usize,
    /// Offset in the (decompressed, decoded) text; absent if only the line is known.
    pub byte: Option<usize>,
}

impl Place {
    /// The place of a byte of a text.
    pub fn of(text: &str, byte: usize) -> Self {
        let byte = byte.min(text.len());
        let line = memchr::memchr_iter(b'\n', &text.as_bytes()[..byte]).count() + 1;
        Self {
            line,
            byte: Some(byte),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        match self.byte {
            Some(byte) => write!(f, ", byte {byte}"),
            None => Ok(()),
        }
    }
}
