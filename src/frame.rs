//! The columnar frame of items: its schema, the builders that fill it, and the rule by which an
//! item that was recorded more than once becomes one row.
//!
//! | column | type | null | what it holds |
//! |---|---|---|---|
//! | `job` | UInt32 | never | index of the batch job in [`crate::load::Dump::jobs`] |
//! | `item_id` | String | never | |
//! | `item_name` | String | where absent | |
//! | `status` | String | never | the server's word, known or not |
//! | `started_at` | Datetime(µs), UTC | where absent | |
//! | `completed_at` | Datetime(µs), UTC | where absent | |
//! | `effective_at` | Datetime(µs), UTC | where absent | the instant the record speaks of |
//! | `duration_seconds` | Float64 | where a time is absent | `completed_at - started_at`, negative ones too |
//! | `error_message` | String | where absent or empty | of the latest attempt |
//! | `skip_reason` | String | where absent or empty | |
//! | `processing_job_id` | String | where absent | the item's own `job_id` (`pjb-…`) |
//! | `source_file` | UInt32 | never | index of the file in [`crate::load::Dump::inputs`] |
//!
//! Rows are sorted by job, then in the order in which they were read; `(job, item_id)` is unique;
//! every column is one chunk.

use std::ops::Range;

use polars::prelude::{
    Column, DataFrame, DataType, Float64Chunked, IdxSize, Int64Chunked, IntoColumn, PlHashMap,
    PlSmallStr, PolarsError, PrimitiveChunkedBuilder, Schema, StringChunked, TimeUnit,
    UInt32Chunked,
};
use polars_core::chunked_array::builder::{ChunkedBuilder, StringChunkedBuilder};
use polars_core::datatypes::Int64Type;
use polars_core::utils::accumulate_dataframes_vertical_unchecked;

use crate::api::{ItemRecord, UtcTime, status};

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
    pub const DURATION_SECONDS: &str = "duration_seconds";
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
        (column::STATUS, DataType::String),
        (column::STARTED_AT, time()),
        (column::COMPLETED_AT, time()),
        (column::EFFECTIVE_AT, time()),
        (column::DURATION_SECONDS, DataType::Float64),
        (column::ERROR_MESSAGE, DataType::String),
        (column::SKIP_REASON, DataType::String),
        (column::PROCESSING_JOB_ID, DataType::String),
        (column::SOURCE_FILE, DataType::UInt32),
    ]
    .into_iter()
    .map(|(name, dtype)| (PlSmallStr::from_static(name), dtype))
    .collect()
}

/// The columns while they are filled. Which job and which file a row belongs to is known only once
/// everything has been read, and comes in [`ItemFrame::build`].
pub struct ItemColumns {
    len: usize,
    item_id: StringChunkedBuilder,
    item_name: StringChunkedBuilder,
    status: StringChunkedBuilder,
    started_at: PrimitiveChunkedBuilder<Int64Type>,
    completed_at: PrimitiveChunkedBuilder<Int64Type>,
    effective_at: PrimitiveChunkedBuilder<Int64Type>,
    error_message: StringChunkedBuilder,
    skip_reason: StringChunkedBuilder,
    processing_job_id: StringChunkedBuilder,
}

impl Default for ItemColumns {
    fn default() -> Self {
        let text = |name| StringChunkedBuilder::new(PlSmallStr::from_static(name), 0);
        let time = |name| PrimitiveChunkedBuilder::new(PlSmallStr::from_static(name), 0);
        Self {
            len: 0,
            item_id: text(column::ITEM_ID),
            item_name: text(column::ITEM_NAME),
            status: text(column::STATUS),
            started_at: time(column::STARTED_AT),
            completed_at: time(column::COMPLETED_AT),
            effective_at: time(column::EFFECTIVE_AT),
            error_message: text(column::ERROR_MESSAGE),
            skip_reason: text(column::SKIP_REASON),
            processing_job_id: text(column::PROCESSING_JOB_ID),
        }
    }
}

impl ItemColumns {
    /// Rows so far.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a row.
    pub fn push(&mut self, item: &ItemRecord<'_>) {
        self.len += 1;
        self.item_id.append_value(&item.item_id);
        self.item_name.append_option(item.item_name.as_deref());
        self.status.append_value(&item.status);
        self.started_at
            .append_option(item.started_at.map(UtcTime::micros));
        self.completed_at
            .append_option(item.completed_at.map(UtcTime::micros));
        self.effective_at
            .append_option(item.effective_at.map(UtcTime::micros));
        self.error_message
            .append_option(item.error_message.as_deref());
        self.skip_reason.append_option(item.skip_reason.as_deref());
        self.processing_job_id
            .append_option(item.processing_job_id.as_deref());
    }

    fn finish(self) -> Result<DataFrame, PolarsError> {
        let started_at = self.started_at.finish();
        let completed_at = self.completed_at.finish();
        let duration_seconds: Float64Chunked = started_at
            .iter()
            .zip(completed_at.iter())
            .map(|(start, end)| Some((end? - start?) as f64 / 1e6))
            .collect();
        let time = |values: Int64Chunked| values.into_datetime(TimeUnit::Microseconds, None);
        DataFrame::new(
            self.len,
            vec![
                self.item_id.finish().into_column(),
                self.item_name.finish().into_column(),
                self.status.finish().into_column(),
                time(started_at).into_column(),
                time(completed_at).into_column(),
                time(self.effective_at.finish()).into_column(),
                duration_seconds
                    .with_name(PlSmallStr::from_static(column::DURATION_SECONDS))
                    .into_column(),
                self.error_message.finish().into_column(),
                self.skip_reason.finish().into_column(),
                self.processing_job_id.finish().into_column(),
            ],
        )
    }
}

/// How many records of a job's items there were, and how many of them were of the same item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Rows read.
    pub rows: u64,
    /// Items that were recorded more than once and whose records differ.
    pub conflicting: u64,
}

/// The frame of items; see the module for its schema.
#[derive(Debug, Clone)]
pub struct ItemFrame(DataFrame);

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
        let frames = parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(ItemColumns::finish)
            .collect::<Result<Vec<_>, _>>()?;
        let mut frame = if frames.is_empty() {
            ItemColumns::default().finish()?
        } else {
            accumulate_dataframes_vertical_unchecked(frames)
        };
        frame.rechunk_mut();
        let number = |name, values| {
            UInt32Chunked::from_vec(PlSmallStr::from_static(name), values).into_column()
        };
        let mut columns = vec![number(column::JOB, job_of)];
        columns.extend(frame.into_columns());
        columns.push(number(column::SOURCE_FILE, file_of));
        let all = Self(DataFrame::new_infer_height(columns)?);
        let (keep, recorded) = all.newest_records(jobs);
        let frame = match keep {
            Some(rows) => Self(
                all.0
                    .take(&polars::prelude::IdxCa::from_vec(PlSmallStr::EMPTY, rows))?,
            ),
            None => all,
        };
        Ok((frame, recorded))
    }

    /// Which rows to keep, in the order of the result; `None` where that is all of them as they
    /// stand.
    fn newest_records(&self, jobs: usize) -> (Option<Vec<IdxSize>>, Vec<Recorded>) {
        let mut recorded = vec![Recorded::default(); jobs];
        let (job, id) = (self.job(), self.item_id());
        let mut newest: PlHashMap<(u32, &str), Kept> =
            PlHashMap::with_capacity_and_hasher(self.len(), Default::default());
        let mut sorted = true;
        let mut last_job = 0;
        for (row, (job, id)) in job.iter().zip(id.iter()).enumerate() {
            let (Some(job), Some(id)) = (job, id) else {
                continue;
            };
            sorted &= last_job <= job;
            last_job = job;
            let counts = &mut recorded[job as usize];
            counts.rows += 1;
            let kept = newest.entry((job, id)).or_insert(Kept {
                row,
                conflicting: false,
            });
            if kept.row == row {
                continue;
            }
            if !kept.conflicting && self.differ(kept.row, row) {
                kept.conflicting = true;
                counts.conflicting += 1;
            }
            if self.supersedes(row, kept.row) {
                kept.row = row;
            }
        }
        if sorted && newest.len() == self.len() {
            return (None, recorded);
        }
        let mut rows: Vec<(u32, IdxSize)> = newest
            .iter()
            .map(|((job, _), kept)| (*job, kept.row as IdxSize))
            .collect();
        rows.sort_unstable();
        (
            Some(rows.into_iter().map(|(_, row)| row).collect()),
            recorded,
        )
    }

    /// Whether the record at `row` is newer than the one at `earlier`, which was read before it:
    /// the later `effective_at`; without it a terminal status before another; else the later in
    /// path order, which is `row`.
    fn supersedes(&self, row: usize, earlier: usize) -> bool {
        let effective = self.effective_at();
        match (effective.get(row), effective.get(earlier)) {
            (Some(new), Some(old)) if new != old => new > old,
            _ => {
                let terminal = |row| self.status().get(row).is_some_and(status::is_terminal);
                terminal(row) || !terminal(earlier)
            }
        }
    }

    fn differ(&self, a: usize, b: usize) -> bool {
        let text = |c: &StringChunked| c.get(a) != c.get(b);
        let time = |c: &Int64Chunked| c.get(a) != c.get(b);
        text(self.status())
            || time(self.effective_at())
            || time(self.completed_at())
            || time(self.started_at())
            || text(self.error_message())
            || text(self.skip_reason())
            || text(self.item_name())
            || text(self.processing_job_id())
    }

    /// Rows, which are distinct items.
    pub fn len(&self) -> usize {
        self.0.height()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The frame as polars knows it, for exports.
    pub fn data_frame(&self) -> &DataFrame {
        &self.0
    }

    /// The rows of each of the `jobs`.
    pub fn rows_by_job(&self, jobs: usize) -> Vec<Range<usize>> {
        let mut ranges = vec![0..0; jobs];
        for (row, job) in self.job().iter().enumerate() {
            let range = &mut ranges[job.unwrap_or_default() as usize];
            if range.start == range.end {
                *range = row..row;
            }
            range.end = row + 1;
        }
        ranges
    }

    /// A part of the rows; nothing is copied.
    pub fn slice(&self, rows: Range<usize>) -> Self {
        Self(self.0.slice(rows.start as i64, rows.len()))
    }

    fn column(&self, name: &'static str) -> &Column {
        self.0
            .column(name)
            .expect("every ItemFrame has every column of its schema")
    }

    fn text(&self, name: &'static str) -> &StringChunked {
        self.column(name)
            .str()
            .expect("the schema says that this column is text")
    }

    fn time(&self, name: &'static str) -> &Int64Chunked {
        self.column(name)
            .datetime()
            .expect("the schema says that this column is a time")
            .physical()
    }

    fn number(&self, name: &'static str) -> &UInt32Chunked {
        self.column(name)
            .u32()
            .expect("the schema says that this column is a number")
    }

    /// Index of the batch job.
    pub fn job(&self) -> &UInt32Chunked {
        self.number(column::JOB)
    }

    /// The ids.
    pub fn item_id(&self) -> &StringChunked {
        self.text(column::ITEM_ID)
    }

    /// The names.
    pub fn item_name(&self) -> &StringChunked {
        self.text(column::ITEM_NAME)
    }

    /// The status words.
    pub fn status(&self) -> &StringChunked {
        self.text(column::STATUS)
    }

    /// Starts, in microseconds since the epoch.
    pub fn started_at(&self) -> &Int64Chunked {
        self.time(column::STARTED_AT)
    }

    /// Ends, in microseconds since the epoch.
    pub fn completed_at(&self) -> &Int64Chunked {
        self.time(column::COMPLETED_AT)
    }

    /// The instants the records speak of, in microseconds since the epoch.
    pub fn effective_at(&self) -> &Int64Chunked {
        self.time(column::EFFECTIVE_AT)
    }

    /// `completed_at - started_at`; null where one is absent, negative where they are swapped.
    pub fn duration_seconds(&self) -> &Float64Chunked {
        self.column(column::DURATION_SECONDS)
            .f64()
            .expect("the schema says that this column is a float")
    }

    /// Error messages.
    pub fn error_message(&self) -> &StringChunked {
        self.text(column::ERROR_MESSAGE)
    }

    /// Skip reasons.
    pub fn skip_reason(&self) -> &StringChunked {
        self.text(column::SKIP_REASON)
    }

    /// Ids of the parse or extract jobs behind the items.
    pub fn processing_job_id(&self) -> &StringChunked {
        self.text(column::PROCESSING_JOB_ID)
    }

    /// Index of the file a row was read from.
    pub fn source_file(&self) -> &UInt32Chunked {
        self.number(column::SOURCE_FILE)
    }
}

struct Kept {
    row: usize,
    conflicting: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Field, Value};

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
        let words = frame.status().iter().flatten().map(str::to_owned).collect();
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
