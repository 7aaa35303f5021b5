//! Views of the columns: plain slices, so that no statistic knows of polars.

use std::ops::Range;

use polars::prelude::{Int64Chunked, StringChunked, UInt32Chunked};
use polars_arrow::array::{Array, Utf8ViewArray};
use polars_arrow::bitmap::Bitmap;

use super::words::Words;

/// A run of rows, with the columns that figures are made from. Their index counts from the first of
/// these rows.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// The first of them in the frame.
    pub first: usize,
    /// Status words by number, those of [`crate::api::status::KNOWN`] by their place there.
    pub status: &'a [u32],
    /// Starts.
    pub started_at: Times<'a>,
    /// Ends.
    pub completed_at: Times<'a>,
    /// The instants the records speak of.
    pub effective_at: Times<'a>,
    /// Skip reasons.
    pub skip_reason: Codes<'a>,
}

impl Rows<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.status.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.status.is_empty()
    }
}

/// Which values of a column are there.
#[derive(Clone, Copy)]
struct Presence<'a> {
    bits: Option<&'a Bitmap>,
    first: usize,
}

impl Presence<'_> {
    fn has(self, row: usize) -> bool {
        self.bits.is_none_or(|bits| bits.get_bit(self.first + row))
    }

    fn part(self, start: usize) -> Self {
        Self {
            first: self.first + start,
            ..self
        }
    }
}

/// A column of instants, in microseconds since the epoch.
#[derive(Clone, Copy)]
pub struct Times<'a> {
    values: &'a [i64],
    present: Presence<'a>,
}

impl<'a> Times<'a> {
    pub(super) fn of(column: &'a Int64Chunked) -> Self {
        let array = column.downcast_as_array();
        Self {
            values: array.values(),
            present: Presence {
                bits: array.validity(),
                first: 0,
            },
        }
    }

    pub(super) fn part(self, rows: Range<usize>) -> Self {
        Self {
            values: &self.values[rows.clone()],
            present: self.present.part(rows.start),
        }
    }

    /// The instant of a row; `None` where it is absent or there is no such row.
    pub fn get(self, row: usize) -> Option<i64> {
        let value = *self.values.get(row)?;
        self.present.has(row).then_some(value)
    }

    /// All of them.
    pub fn iter(self) -> impl Iterator<Item = Option<i64>> {
        (0..self.values.len()).map(move |row| self.get(row))
    }
}

/// A column of texts that repeat.
#[derive(Clone, Copy)]
pub struct Codes<'a> {
    codes: &'a [u32],
    present: Presence<'a>,
    words: &'a Words,
}

impl<'a> Codes<'a> {
    pub(super) fn of(column: &'a UInt32Chunked, words: &'a Words) -> Self {
        let array = column.downcast_as_array();
        Self {
            codes: array.values(),
            present: Presence {
                bits: array.validity(),
                first: 0,
            },
            words,
        }
    }

    pub(super) fn part(self, rows: Range<usize>) -> Self {
        Self {
            codes: &self.codes[rows.clone()],
            present: self.present.part(rows.start),
            ..self
        }
    }

    /// The number of a row's text; `None` where it is absent or there is no such row.
    pub fn code(self, row: usize) -> Option<u32> {
        let code = *self.codes.get(row)?;
        self.present.has(row).then_some(code)
    }

    /// The text of a row.
    pub fn get(self, row: usize) -> Option<&'a str> {
        self.code(row).map(|code| self.words.get(code))
    }
}

/// A column of texts of which each is another.
#[derive(Clone)]
pub struct Texts<'a> {
    /// The chunks, each with the row it begins at.
    chunks: Vec<(usize, &'a Utf8ViewArray)>,
}

impl<'a> Texts<'a> {
    pub(super) fn of(column: &'a StringChunked) -> Self {
        let mut first = 0;
        let chunks = column.downcast_iter().map(|chunk| {
            let begin = first;
            first += chunk.len();
            (begin, chunk)
        });
        Self {
            chunks: chunks.collect(),
        }
    }

    /// The text of a row; `None` where it is absent or there is no such row.
    pub fn get(&self, row: usize) -> Option<&'a str> {
        let at = self.chunks.partition_point(|(first, _)| *first <= row);
        let (first, chunk) = self.chunks[at.checked_sub(1)?];
        let at = row - first;
        (at < chunk.len() && chunk.is_valid(at)).then(|| chunk.value(at))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Option<&'a str>> {
        self.chunks.iter().flat_map(|(_, chunk)| chunk.iter())
    }
}
