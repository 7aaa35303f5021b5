//! The columnar frame of items: its schema, the builders that fill it, and the rule by which an
//! item that was recorded more than once becomes one row.
//!
//! | column | type | null | what it holds |
//! |---|---|---|---|
//! | `job` | UInt32 | never | index of the batch job in [`crate::load::Dump::jobs`] |
//! | `text` | UInt64 | never | place of the item's id, its name, and its own `job_id` (`pjb-…`) where that is kept |
//! | `status` | UInt32 | never | number of the server's word, known or not, in [`ItemFrame::statuses`] |
//! | `started_at` | Datetime(µs), UTC | where absent | |
//! | `completed_at` | Datetime(µs), UTC | where absent | |
//! | `effective_at` | Datetime(µs), UTC | where absent | the instant the record speaks of |
//! | `error_message` | UInt32 | where absent or empty | number of the text in [`ItemFrame::messages`]; of the latest attempt |
//! | `skip_reason` | UInt32 | where absent or empty | number of the text in [`ItemFrame::reasons`] |
//! | `source_file` | UInt32 | never | index of the file in [`crate::load::Dump::inputs`] |
//!
//! Rows are sorted by job, then in the order in which they were read; a job has an item once. Every
//! column is one chunk. Texts stand beside the columns: those that repeat once, the others in the blocks
//! into which they were read, for few of them are ever looked at.

mod chunks;
mod columns;
mod newest;
mod rows;
mod texts;
mod words;

use std::ops::Range;

use polars::prelude::{
    Column, DataFrame, DataType, Int64Chunked, IntoColumn, PlSmallStr, PolarsError, Schema,
    TimeUnit, UInt32Chunked, UInt64Chunked,
};
use polars_arrow::array::PrimitiveArray;
use polars_arrow::bitmap::Bitmap;

pub use self::columns::{ItemColumns, WorkIds};
use self::columns::{Joined, NO_TIME, NO_WORD};
pub use self::newest::Recorded;
pub use self::rows::{Codes, Rows, Texts, Times};
use self::rows::{Place, Which};
use self::texts::TextBlocks;
pub use self::words::Words;

/// The names of the columns.
pub mod column {
    #![expect(missing_docs, reason = "the table above says what each holds")]
    pub const JOB: &str = "job";
    pub const TEXT: &str = "text";
    pub const STATUS: &str = "status";
    pub const STARTED_AT: &str = "started_at";
    pub const COMPLETED_AT: &str = "completed_at";
    pub const EFFECTIVE_AT: &str = "effective_at";
    pub const ERROR_MESSAGE: &str = "error_message";
    pub const SKIP_REASON: &str = "skip_reason";
    pub const SOURCE_FILE: &str = "source_file";
}

/// The schema every [`ItemFrame`] has.
pub fn schema() -> Schema {
    let time = || DataType::Datetime(TimeUnit::Microseconds, None);
    [
        (column::JOB, DataType::UInt32),
        (column::TEXT, DataType::UInt64),
        (column::STATUS, DataType::UInt32),
        (column::STARTED_AT, time()),
        (column::COMPLETED_AT, time()),
        (column::EFFECTIVE_AT, time()),
        (column::ERROR_MESSAGE, DataType::UInt32),
        (column::SKIP_REASON, DataType::UInt32),
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
    arrays: Arrays,
    texts: TextBlocks,
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
        let columns = Columns {
            job: job_of,
            text: joined.text,
            status: joined.status,
            started_at: joined.started_at,
            completed_at: joined.completed_at,
            effective_at: joined.effective_at,
            error_message: joined.error_message,
            skip_reason: joined.skip_reason,
            source_file: file_of,
        };
        let frame = columns.into_frame()?;
        let mut items = Self {
            arrays: Arrays::of(&frame),
            frame,
            texts: joined.texts,
            statuses: joined.statuses,
            messages: joined.messages,
            reasons: joined.reasons,
        };
        let (keep, recorded) = newest::newest_records(&items, &hashes, jobs);
        if let Some(rows) = keep {
            items.frame = items.columns_of(&rows).into_frame()?;
            items.arrays = Arrays::of(&items.frame);
        }
        Ok((items, recorded))
    }

    /// The columns of some rows.
    fn columns_of(&self, rows: &[u32]) -> Columns {
        let words = |codes: Codes<'_>| {
            let code = |row: &u32| codes.code(*row as usize).unwrap_or(NO_WORD);
            rows.iter().map(code).collect()
        };
        let times = |times: Times<'_>| {
            let time = |row: &u32| times.get(*row as usize).unwrap_or(NO_TIME);
            rows.iter().map(time).collect()
        };
        Columns {
            job: of_rows(self.job(), rows),
            text: of_rows(self.places(), rows),
            status: of_rows(self.status(), rows),
            started_at: times(self.started_at()),
            completed_at: times(self.completed_at()),
            effective_at: times(self.effective_at()),
            error_message: words(self.error_message()),
            skip_reason: words(self.skip_reason()),
            source_file: of_rows(self.source_file(), rows),
        }
    }

    /// A frame of no items.
    pub fn empty() -> Self {
        let frame = DataFrame::empty_with_schema(&schema());
        Self {
            arrays: Arrays::of(&frame),
            frame,
            texts: TextBlocks::default(),
            statuses: Words::default(),
            messages: Words::default(),
            reasons: Words::default(),
        }
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

    fn text(&self, which: Which) -> Texts<'_> {
        Texts::of(self.places(), &self.texts, which)
    }

    fn places(&self) -> &[Place] {
        self.arrays.text.values()
    }

    /// Index of the batch job.
    pub fn job(&self) -> &[u32] {
        self.arrays.job.values()
    }

    /// The ids.
    pub fn item_id(&self) -> Texts<'_> {
        self.text(Which::Id)
    }

    /// The names.
    pub fn item_name(&self) -> Texts<'_> {
        self.text(Which::Name)
    }

    /// Status words, by their numbers in [`Self::statuses`].
    pub fn status(&self) -> &[u32] {
        self.arrays.status.values()
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
        Times::of(&self.arrays.started_at)
    }

    /// Ends.
    pub fn completed_at(&self) -> Times<'_> {
        Times::of(&self.arrays.completed_at)
    }

    /// The instants the records speak of.
    pub fn effective_at(&self) -> Times<'_> {
        Times::of(&self.arrays.effective_at)
    }

    /// Error messages, by their numbers in [`Self::messages`].
    pub fn error_message(&self) -> Codes<'_> {
        Codes::of(&self.arrays.error_message, &self.messages)
    }

    /// Every error message once.
    pub fn messages(&self) -> &Words {
        &self.messages
    }

    /// Skip reasons, by their numbers in [`Self::reasons`].
    pub fn skip_reason(&self) -> Codes<'_> {
        Codes::of(&self.arrays.skip_reason, &self.reasons)
    }

    /// Every skip reason once.
    pub fn reasons(&self) -> &Words {
        &self.reasons
    }

    /// Ids of the parse or extract jobs behind the items.
    pub fn processing_job_id(&self) -> Texts<'_> {
        self.text(Which::Work)
    }

    /// Index of the file a row was read from.
    pub fn source_file(&self) -> &[u32] {
        self.arrays.source_file.values()
    }
}

/// What the columns of a frame hold, without looking for them by their names each time. Nothing is
/// copied.
#[derive(Debug, Clone)]
struct Arrays {
    job: PrimitiveArray<u32>,
    text: PrimitiveArray<Place>,
    status: PrimitiveArray<u32>,
    started_at: PrimitiveArray<i64>,
    completed_at: PrimitiveArray<i64>,
    effective_at: PrimitiveArray<i64>,
    error_message: PrimitiveArray<u32>,
    skip_reason: PrimitiveArray<u32>,
    source_file: PrimitiveArray<u32>,
}

impl Arrays {
    fn of(frame: &DataFrame) -> Self {
        const SCHEMA: &str =
            "every frame of items has the columns of the schema, of one chunk each";
        let column = |name| frame.column(name).expect(SCHEMA);
        let number = |name| {
            column(name)
                .u32()
                .expect(SCHEMA)
                .downcast_as_array()
                .clone()
        };
        let time = |name| {
            let times = column(name).datetime().expect(SCHEMA).physical();
            times.downcast_as_array().clone()
        };
        let text = column(column::TEXT).u64().expect(SCHEMA);
        Self {
            job: number(column::JOB),
            text: text.downcast_as_array().clone(),
            status: number(column::STATUS),
            started_at: time(column::STARTED_AT),
            completed_at: time(column::COMPLETED_AT),
            effective_at: time(column::EFFECTIVE_AT),
            error_message: number(column::ERROR_MESSAGE),
            skip_reason: number(column::SKIP_REASON),
            source_file: number(column::SOURCE_FILE),
        }
    }
}

/// The values of the columns, before they are columns.
struct Columns {
    job: Vec<u32>,
    text: Vec<Place>,
    status: Vec<u32>,
    started_at: Vec<i64>,
    completed_at: Vec<i64>,
    effective_at: Vec<i64>,
    error_message: Vec<u32>,
    skip_reason: Vec<u32>,
    source_file: Vec<u32>,
}

impl Columns {
    fn into_frame(self) -> Result<DataFrame, PolarsError> {
        let text = UInt64Chunked::from_vec(PlSmallStr::from_static(column::TEXT), self.text);
        DataFrame::new(
            self.job.len(),
            vec![
                number(column::JOB, self.job),
                text.into_column(),
                number(column::STATUS, self.status),
                time(column::STARTED_AT, self.started_at),
                time(column::COMPLETED_AT, self.completed_at),
                time(column::EFFECTIVE_AT, self.effective_at),
                code(column::ERROR_MESSAGE, self.error_message),
                code(column::SKIP_REASON, self.skip_reason),
                number(column::SOURCE_FILE, self.source_file),
            ],
        )
    }
}

fn of_rows<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|row| values[*row as usize]).collect()
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
fn present<T: PartialEq + Copy>(values: &[T], absent: T) -> Option<Bitmap> {
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
