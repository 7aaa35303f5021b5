//! The columnar frame of items: its schema, the builders that fill it, and the rule by which an
//! item that was recorded more than once becomes one row.
//!
//! | column | type | null | what it holds |
//! |---|---|---|---|
//! | `status` | UInt32 | never | number of the server's word, known or not, in [`ItemFrame::statuses`] |
//! | `started_at` | Datetime(µs), UTC | where absent | |
//! | `completed_at` | Datetime(µs), UTC | where absent | |
//! | `effective_at` | Datetime(µs), UTC | where absent | the instant the record speaks of |
//! | `error_message` | UInt32 | where absent or empty, or not kept | number of the text in [`ItemFrame::messages`]; of the latest attempt |
//! | `skip_reason` | UInt32 | where absent or empty | number of the text in [`ItemFrame::reasons`] |
//!
//! Rows are sorted by job, then in the order in which they were read; a job has an item once. The
//! columns are of the chunks in which they were filled, all of the same lengths: nothing is moved once
//! it has been read, unless records have to be left out or put into another order.
//!
//! Statistics read the columns as slices ([`ItemFrame::rows`]), which are views of the memory that the
//! polars frame ([`ItemFrame::data_frame`]) holds; who wants to ask it something else, asks that.
//!
//! Beside the columns stands what few ask for: which job and which file a row belongs to, which is the
//! same for all rows of a list; and texts: statuses and skip reasons once each, and the others, messages
//! among them, as far as [`KeptTexts`] says.

mod blocks;
mod columns;
mod newest;
mod rows;
mod runs;
mod texts;
mod words;

use std::ops::Range;

use polars::prelude::{
    Column, DataFrame, DataType, Int64Chunked, IntoColumn, PlSmallStr, PolarsError, Schema,
    TimeUnit, UInt32Chunked,
};
use polars_arrow::array::PrimitiveArray;
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::ArrowDataType;
use polars_arrow::types::NativeType;

use self::blocks::{Block, Blocks, NO_TIME, NO_WORD, Starts};
pub use self::columns::ItemColumns;
use self::columns::Joined;
pub use self::newest::Recorded;
pub use self::rows::{Codes, Piece, Row, Rows, Times};
pub use self::runs::Runs;
use self::texts::Texts;
pub use self::texts::{ItemTexts, KeptTexts};
pub use self::words::{WordLists, Words};
use crate::parallel::{self, MANY_ROWS};

/// The names of the columns.
pub mod column {
    #![expect(missing_docs, reason = "the table above says what each holds")]
    pub const STATUS: &str = "status";
    pub const STARTED_AT: &str = "started_at";
    pub const COMPLETED_AT: &str = "completed_at";
    pub const EFFECTIVE_AT: &str = "effective_at";
    pub const ERROR_MESSAGE: &str = "error_message";
    pub const SKIP_REASON: &str = "skip_reason";
}

/// The schema every [`ItemFrame`] has.
pub fn schema() -> Schema {
    let time = || DataType::Datetime(TimeUnit::Microseconds, None);
    [
        (column::STATUS, DataType::UInt32),
        (column::STARTED_AT, time()),
        (column::COMPLETED_AT, time()),
        (column::EFFECTIVE_AT, time()),
        (column::ERROR_MESSAGE, DataType::UInt32),
        (column::SKIP_REASON, DataType::UInt32),
    ]
    .into_iter()
    .map(|(name, dtype)| (PlSmallStr::from_static(name), dtype))
    .collect()
}

/// The frame of items; see the module for its schema.
#[derive(Debug)]
pub struct ItemFrame {
    frame: DataFrame,
    chunks: Vec<Chunk>,
    starts: Starts,
    runs: Runs,
    texts: Texts,
    statuses: Words,
    messages: WordLists,
    reasons: Words,
}

impl ItemFrame {
    /// Joins the columns of several readers, in their order, keeps one record per item of a job,
    /// and sorts by job.
    ///
    /// `runs` says what each row over all of `parts` belongs to. The second result has an entry for
    /// each of the `jobs`.
    ///
    /// # Errors
    ///
    /// Where polars refuses the columns, which a frame over 2^32 rows would bring about.
    pub fn build(
        parts: Vec<ItemColumns>,
        mut runs: Runs,
        jobs: usize,
    ) -> Result<(Self, Vec<Recorded>), PolarsError> {
        let Joined {
            mut blocks,
            mut texts,
            statuses,
            messages,
            reasons,
        } = Joined::of(parts);
        let (keep, recorded) = newest::newest_records(&blocks, &runs, jobs);
        if let Some(rows) = keep {
            blocks = Blocks::new(blocks.gather(&rows));
            runs = runs.reordered(&rows);
            texts.reorder(rows);
        }
        let (blocks, starts) = blocks.into_parts();
        let chunks = parallel::map(starts.end() > MANY_ROWS, blocks, Chunk::of);
        let items = Self {
            frame: frame_of(&chunks, starts.end())?,
            chunks,
            starts,
            runs,
            texts,
            statuses,
            messages,
            reasons,
        };
        Ok((items, recorded))
    }

    /// Rows, which are distinct items.
    pub fn len(&self) -> usize {
        self.starts.end()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The frame as polars knows it.
    pub fn data_frame(&self) -> &DataFrame {
        &self.frame
    }

    /// The rows of each of the `jobs`.
    pub fn rows_by_job(&self, jobs: usize) -> Vec<Range<usize>> {
        let ranges = self.runs.ranges_by_job(jobs).into_iter();
        // Sorted by job there is one for each at most.
        ranges
            .map(|mut ranges| ranges.pop().unwrap_or_default())
            .collect()
    }

    /// A part of the rows, with the columns that figures are made from; nothing is copied.
    pub fn rows(&self, rows: Range<usize>) -> Rows<'_> {
        let parts = self.starts.parts(rows);
        Rows::of(parts.map(|part| self.chunks[part.block].piece(part.rows, part.first)))
    }

    /// What the columns hold of a row; there has to be one.
    pub fn row(&self, row: usize) -> Row {
        let (chunk, at) = self.starts.find(row);
        self.chunks[chunk].piece(at..at + 1, row).row(0)
    }

    /// Index of the batch job that a row belongs to.
    pub fn job(&self, row: usize) -> Option<u32> {
        self.source(row).map(|(job, _)| job)
    }

    /// Index of the batch job that a row belongs to, and of the file that it was read from.
    pub fn source(&self, row: usize) -> Option<(u32, u32)> {
        self.runs.of(row)
    }

    /// The texts of a row's item, which are looked up in one go.
    pub fn texts(&self, row: usize) -> ItemTexts<'_> {
        self.texts.get(row)
    }

    /// The id of a row's item; absent only where it is not kept.
    pub fn item_id(&self, row: usize) -> Option<&str> {
        self.texts(row).id
    }

    /// Its name.
    pub fn item_name(&self, row: usize) -> Option<&str> {
        self.texts(row).name
    }

    /// Whether a text was asked for that is not kept (see [`KeptTexts`]): a record that was left out in
    /// the end had taken the place of another among the slowest while they were read.
    pub fn missed_texts(&self) -> bool {
        self.texts.missed()
    }

    /// The status word of a row.
    pub fn status_word(&self, row: usize) -> &str {
        self.statuses.get(self.row(row).status)
    }

    /// The error message of a row; absent as well where it is not kept, which is so of rows whose id is not
    /// kept either.
    pub fn error_message(&self, row: usize) -> Option<&str> {
        let message = self.row(row).error_message?;
        Some(self.messages.get(message))
    }

    /// The skip reason of a row.
    pub fn skip_reason(&self, row: usize) -> Option<&str> {
        let reason = self.row(row).skip_reason?;
        Some(self.reasons.get(reason))
    }

    /// Every status word: those of [`crate::api::status::KNOWN`], then those nobody knows.
    pub fn statuses(&self) -> &Words {
        &self.statuses
    }

    /// Every error message that is kept.
    pub fn messages(&self) -> &WordLists {
        &self.messages
    }

    /// Every skip reason once.
    pub fn reasons(&self) -> &Words {
        &self.reasons
    }
}

impl Default for ItemFrame {
    fn default() -> Self {
        let (frame, _) = Self::build(Vec::new(), Runs::default(), 0)
            .expect("polars refuses what is too long, and this is empty");
        frame
    }
}

/// A chunk of each column.
#[derive(Debug)]
struct Chunk {
    status: PrimitiveArray<u32>,
    started_at: PrimitiveArray<i64>,
    completed_at: PrimitiveArray<i64>,
    effective_at: PrimitiveArray<i64>,
    error_message: PrimitiveArray<u32>,
    skip_reason: PrimitiveArray<u32>,
}

impl Chunk {
    fn of(block: Block) -> Self {
        Self {
            status: PrimitiveArray::from_vec(block.status),
            started_at: array(ArrowDataType::Int64, block.started_at, NO_TIME),
            completed_at: array(ArrowDataType::Int64, block.completed_at, NO_TIME),
            effective_at: array(ArrowDataType::Int64, block.effective_at, NO_TIME),
            error_message: array(ArrowDataType::UInt32, block.error_message, NO_WORD),
            skip_reason: array(ArrowDataType::UInt32, block.skip_reason, NO_WORD),
        }
    }

    fn piece(&self, rows: Range<usize>, first: usize) -> Piece<'_> {
        fn part<'a, T: NativeType>(array: &'a PrimitiveArray<T>, rows: &Range<usize>) -> &'a [T] {
            &array.values()[rows.clone()]
        }
        Piece {
            first,
            status: part(&self.status, &rows),
            started_at: Times(part(&self.started_at, &rows)),
            completed_at: Times(part(&self.completed_at, &rows)),
            effective_at: Times(part(&self.effective_at, &rows)),
            error_message: Codes(part(&self.error_message, &rows)),
            skip_reason: Codes(part(&self.skip_reason, &rows)),
        }
    }
}

/// A chunk of a column, null where a value is `absent`; what is null keeps that value below.
fn array<T: NativeType>(dtype: ArrowDataType, values: Vec<T>, absent: T) -> PrimitiveArray<T> {
    let present = values.contains(&absent).then(|| {
        let bits = |eight: &[T]| {
            let bit = |(at, value): (usize, &T)| u8::from(*value != absent) << at;
            eight
                .iter()
                .enumerate()
                .map(bit)
                .fold(0, |bits, bit| bits | bit)
        };
        Bitmap::from_u8_vec(values.chunks(8).map(bits).collect(), values.len())
    });
    PrimitiveArray::new(dtype, values.into(), present)
}

fn frame_of(chunks: &[Chunk], rows: usize) -> Result<DataFrame, PolarsError> {
    let number = |name, of: fn(&Chunk) -> &PrimitiveArray<u32>| -> Column {
        let arrays = chunks.iter().map(|chunk| of(chunk).clone());
        UInt32Chunked::from_chunk_iter(PlSmallStr::from_static(name), arrays).into_column()
    };
    let time = |name, of: fn(&Chunk) -> &PrimitiveArray<i64>| -> Column {
        let arrays = chunks.iter().map(|chunk| of(chunk).clone());
        Int64Chunked::from_chunk_iter(PlSmallStr::from_static(name), arrays)
            .into_datetime(TimeUnit::Microseconds, None)
            .into_column()
    };
    DataFrame::new(
        rows,
        vec![
            number(column::STATUS, |chunk| &chunk.status),
            time(column::STARTED_AT, |chunk| &chunk.started_at),
            time(column::COMPLETED_AT, |chunk| &chunk.completed_at),
            time(column::EFFECTIVE_AT, |chunk| &chunk.effective_at),
            number(column::ERROR_MESSAGE, |chunk| &chunk.error_message),
            number(column::SKIP_REASON, |chunk| &chunk.skip_reason),
        ],
    )
}

#[cfg(test)]
mod tests;
