//! The columnar frame of items: its schema, the builders that fill it, and the rule by which an
//! item that was recorded more than once becomes one row.
//!
//! | column | type | null | what it holds |
//! |---|---|---|---|
//! | `job` | UInt32 | never | index of the batch job in [`crate::load::Dump::jobs`] |
//! | `item_id` | String | never | |
//! | `item_name` | String | where absent | |
//! | `status` | UInt32 | never | number of the server's word, known or not, in [`ItemFrame::statuses`] |
//! | `started_at` | Datetime(µs), UTC | where absent | |
//! | `completed_at` | Datetime(µs), UTC | where absent | |
//! | `effective_at` | Datetime(µs), UTC | where absent | the instant the record speaks of |
//! | `error_message` | UInt32 | where absent or empty | number of the text in [`ItemFrame::messages`]; of the latest attempt |
//! | `skip_reason` | UInt32 | where absent or empty | number of the text in [`ItemFrame::reasons`] |
//! | `processing_job_id` | String | where absent, or not kept | the item's own `job_id` (`pjb-…`) |
//! | `source_file` | UInt32 | never | index of the file in [`crate::load::Dump::inputs`] |
//!
//! Rows are sorted by job, then in the order in which they were read; `(job, item_id)` is unique.
//! Columns of numbers are one chunk. Columns of text stay in the chunks in which they were read, for
//! few of the texts are ever looked at.

mod columns;
mod newest;
mod rows;
mod words;

use std::ops::Range;

use polars::prelude::{
    Column, DataFrame, DataType, IdxCa, Int64Chunked, IntoColumn, PlSmallStr, PolarsError, Schema,
    StringChunked, TimeUnit, UInt32Chunked,
};
use polars_arrow::bitmap::Bitmap;

pub use self::columns::{ItemColumns, WorkIds};
use self::columns::{Joined, NO_TIME, NO_WORD};
pub use self::newest::Recorded;
pub use self::rows::{Codes, Rows, Texts, Times};
pub use self::words::Words;

/// The names of the columns.
pub mod column {
    #![expect(missing_docs, reason = "the table above says what each holds")]
    pub const JOB: &str = "job";
    pub const ITEM_ID: &str = "item_id";
    pub const ITEM_NAME: &str = "item_name";
    pub const STATUS: &str = "status";
    pub const STARTED_AT: &str = "started_at";
    pub const COMPLETED_AT: &str = "completed_at";
    pub const EFFECTIVE_AT: &str = "effective_at";
    pub const ERROR_MESSAGE: &str = "error_message";
    pub const SKIP_REASON: &str = "skip_reason";
    pub const PROCESSING_JOB_ID: &str = "processing_job_id";
    pub const SOURCE_FILE: &str = "source_file";
}

/// The schema every [`ItemFrame`] has.
pub fn schema() -> Schema {
    let time = || DataType::Datetime(TimeUnit::Microseconds, None);
    [
        (column::JOB, DataType::UInt32),
        (column::ITEM_ID, DataType::String),
        (column::ITEM_NAME, DataType::String),
        (column::STATUS, DataType::UInt32),
        (column::STARTED_AT, time()),
        (column::COMPLETED_AT, time()),
        (column::EFFECTIVE_AT, time()),
        (column::ERROR_MESSAGE, DataType::UInt32),
        (column::SKIP_REASON, DataType::UInt32),
        (column::PROCESSING_JOB_ID, DataType::String),
        (column::SOURCE_FILE, DataType::UInt32),
    ]
    .into_iter()
    .map(|(name, dtype)| (PlSmallStr::from_static(name), dtype))
    .collect()
}

/// The frame of items; see the module for its schema.
#[derive(Debug, Clone)]
pub struct ItemFrame {
    frame: DataFrame,
    statuses: Words,
    messages: Words,
    reasons: Words,
}

impl ItemFrame {
    /// Joins the columns of several readers, in their order, keeps one record per item of a job,
    /// and sorts by job.
    ///
    /// `job_of` and `file_of` hold a value for each row over all of `parts`. The second result
    /// has an entry for each of the `jobs`.
    ///
    /// # Errors
    ///
    /// Where polars refuses the columns, which a frame over 2^32 rows would bring about.
    pub fn build(
        parts: Vec<ItemColumns>,
        job_of: Vec<u32>,
        file_of: Vec<u32>,
        jobs: usize,
    ) -> Result<(Self, Vec<Recorded>), PolarsError> {
        let joined = Joined::of(parts);
        let hashes = joined.hashes;
        let all = Self {
            frame: DataFrame::new(
                job_of.len(),
                vec![
                    number(column::JOB, job_of),
                    joined.item_id,
                    joined.item_name,
                    number(column::STATUS, joined.status),
                    time(column::STARTED_AT, joined.started_at),
                    time(column::COMPLETED_AT, joined.completed_at),
                    time(column::EFFECTIVE_AT, joined.effective_at),
                    code(column::ERROR_MESSAGE, joined.error_message),
                    code(column::SKIP_REASON, joined.skip_reason),
                    joined.work,
                    number(column::SOURCE_FILE, file_of),
                ],
            )?,
            statuses: joined.statuses,
            messages: joined.messages,
            reasons: joined.reasons,
        };
        let (keep, recorded) = newest::newest_records(&all, &hashes, jobs);
        let frame = match keep {
            Some(rows) => Self {
                frame: all.frame.take(&IdxCa::from_vec(PlSmallStr::EMPTY, rows))?,
                ..all
            },
            None => all,
        };
        Ok((frame, recorded))
    }

    /// Rows, which are distinct items.
    pub fn len(&self) -> usize {
        self.frame.height()
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
        let job = self.job();
        let mut end = 0;
        (0..jobs as u32)
            .map(|index| {
                let start = end;
                end += job[start..].partition_point(|of| *of <= index);
                start..end
            })
            .map(|rows| if rows.is_empty() { 0..0 } else { rows })
            .collect()
    }

    /// A part of the rows, with the columns that figures are made from; nothing is copied.
    pub fn rows(&self, rows: Range<usize>) -> Rows<'_> {
        Rows {
            first: rows.start,
            status: &self.status()[rows.clone()],
            started_at: self.started_at().part(rows.clone()),
            completed_at: self.completed_at().part(rows.clone()),
            effective_at: self.effective_at().part(rows.clone()),
            skip_reason: self.skip_reason().part(rows),
        }
    }

    fn column(&self, name: &'static str) -> &Column {
        self.frame
            .column(name)
            .expect("every ItemFrame has every column of its schema")
    }

    fn text(&self, name: &'static str) -> Texts<'_> {
        let column: &StringChunked = self
            .column(name)
            .str()
            .expect("the schema says that this column is text");
        Texts::of(column)
    }

    fn time(&self, name: &'static str) -> Times<'_> {
        let column: &Int64Chunked = self
            .column(name)
            .datetime()
            .expect("the schema says that this column is a time")
            .physical();
        Times::of(column)
    }

    fn number(&self, name: &'static str) -> &UInt32Chunked {
        self.column(name)
            .u32()
            .expect("the schema says that this column is a number")
    }

    fn numbers(&self, name: &'static str) -> &[u32] {
        self.number(name)
            .cont_slice()
            .expect("columns of numbers are one chunk, and these are never null")
    }

    /// Index of the batch job.
    pub fn job(&self) -> &[u32] {
        self.numbers(column::JOB)
    }

    /// The ids.
    pub fn item_id(&self) -> Texts<'_> {
        self.text(column::ITEM_ID)
    }

    /// The names.
    pub fn item_name(&self) -> Texts<'_> {
        self.text(column::ITEM_NAME)
    }

    /// Status words, by their numbers in [`Self::statuses`].
    pub fn status(&self) -> &[u32] {
        self.numbers(column::STATUS)
    }

    /// The status word of a row.
    pub fn status_word(&self, row: usize) -> &str {
        self.status()
            .get(row)
            .map_or("", |code| self.statuses.get(*code))
    }

    /// Every status word: those of [`crate::api::status::KNOWN`], then those nobody knows.
    pub fn statuses(&self) -> &Words {
        &self.statuses
    }

    /// Starts.
    pub fn started_at(&self) -> Times<'_> {
        self.time(column::STARTED_AT)
    }

    /// Ends.
    pub fn completed_at(&self) -> Times<'_> {
        self.time(column::COMPLETED_AT)
    }

    /// The instants the records speak of.
    pub fn effective_at(&self) -> Times<'_> {
        self.time(column::EFFECTIVE_AT)
    }

    /// Error messages, by their numbers in [`Self::messages`].
    pub fn error_message(&self) -> Codes<'_> {
        Codes::of(self.number(column::ERROR_MESSAGE), &self.messages)
    }

    /// Every error message once.
    pub fn messages(&self) -> &Words {
        &self.messages
    }

    /// Skip reasons, by their numbers in [`Self::reasons`].
    pub fn skip_reason(&self) -> Codes<'_> {
        Codes::of(self.number(column::SKIP_REASON), &self.reasons)
    }

    /// Every skip reason once.
    pub fn reasons(&self) -> &Words {
        &self.reasons
    }

    /// Ids of the parse or extract jobs behind the items.
    pub fn processing_job_id(&self) -> Texts<'_> {
        self.text(column::PROCESSING_JOB_ID)
    }

    /// Index of the file a row was read from.
    pub fn source_file(&self) -> &[u32] {
        self.numbers(column::SOURCE_FILE)
    }
}

fn number(name: &'static str, values: Vec<u32>) -> Column {
    UInt32Chunked::from_vec(PlSmallStr::from_static(name), values).into_column()
}

fn code(name: &'static str, values: Vec<u32>) -> Column {
    let present = present(&values, NO_WORD);
    UInt32Chunked::from_vec_validity(PlSmallStr::from_static(name), values, present).into_column()
}

fn time(name: &'static str, values: Vec<i64>) -> Column {
    let present = present(&values, NO_TIME);
    Int64Chunked::from_vec_validity(PlSmallStr::from_static(name), values, present)
        .into_datetime(TimeUnit::Microseconds, None)
        .into_column()
}

/// Which values are there; `None` where all are.
fn present<T: PartialEq>(values: &[T], absent: T) -> Option<Bitmap> {
    values
        .contains(&absent)
        .then(|| values.iter().map(|value| *value != absent).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Field, ItemRecord, Value};

    /// `id`, status and `effective_at` in seconds; -1 for none.
    fn columns(rows: &[(&'static str, &'static str, i64)]) -> ItemColumns {
        let mut columns = ItemColumns::default();
        for (id, status, effective) in rows {
            let item = ItemRecord::read(|field| match field {
                Field::ItemId => Value::Text((*id).into()),
                Field::Status => Value::Text((*status).into()),
                Field::EffectiveAt if *effective >= 0 => {
                    Value::Text(format!("1970-01-01T00:00:{effective:02}Z").into())
                }
                _ => Value::Absent,
            });
            columns.push(&item.expect("an item"));
        }
        columns
    }

    fn kept(rows: &[(&'static str, &'static str, i64)]) -> (Vec<String>, Recorded) {
        let all = vec![0; rows.len()];
        let (frame, recorded) =
            ItemFrame::build(vec![columns(rows)], all.clone(), all, 1).expect("a frame");
        let rows = 0..frame.len();
        let words = rows.map(|row| frame.status_word(row).to_owned()).collect();
        (words, recorded[0])
    }

    #[test]
    fn every_frame_has_the_documented_schema() {
        let empty = ItemFrame::build(vec![], vec![], vec![], 0)
            .expect("a frame")
            .0;
        let one = ItemFrame::build(vec![columns(&[("a", "failed", 1)])], vec![0], vec![0], 1);
        for frame in [empty, one.expect("a frame").0] {
            assert_eq!(**frame.data_frame().schema(), schema());
        }
    }

    #[test]
    fn the_later_effective_at_wins_wherever_it_stands() {
        let (words, recorded) = kept(&[("a", "failed", 9), ("a", "completed", 5)]);
        assert_eq!(
            (words, recorded.conflicting),
            (vec!["failed".to_owned()], 1)
        );
    }

    #[test]
    fn without_effective_at_an_end_goes_before_what_goes_on_then_the_later() {
        assert_eq!(
            kept(&[("a", "failed", -1), ("a", "processing", 5)]).0,
            ["failed"]
        );
        assert_eq!(
            kept(&[("a", "processing", 5), ("a", "failed", -1)]).0,
            ["failed"]
        );
        assert_eq!(
            kept(&[("a", "failed", 5), ("a", "completed", 5)]).0,
            ["completed"]
        );
        assert_eq!(
            kept(&[("a", "pending", -1), ("a", "processing", -1)]).0,
            ["processing"]
        );
    }

    #[test]
    fn records_that_are_alike_are_no_conflict() {
        let (words, recorded) = kept(&[("a", "failed", 5), ("a", "failed", 5), ("b", "failed", 5)]);
        assert_eq!(
            (words.len(), recorded.rows, recorded.conflicting),
            (2, 3, 0)
        );
    }

    #[test]
    fn rows_are_sorted_by_job_and_keep_their_order_within() {
        let parts = vec![
            columns(&[("a", "failed", 1), ("b", "failed", 1)]),
            columns(&[("a", "skipped", 1), ("c", "failed", 1)]),
        ];
        let (frame, recorded) =
            ItemFrame::build(parts, vec![1, 0, 0, 1], vec![0, 0, 1, 1], 2).expect("a frame");
        let ids: Vec<_> = frame.item_id().iter().flatten().collect();
        assert_eq!(ids, ["b", "a", "a", "c"]);
        assert_eq!(frame.rows_by_job(2), [0..2, 2..4]);
        assert_eq!([recorded[0].rows, recorded[1].rows], [2, 2]);
    }
}
