//! Views of the columns: plain slices, so that no statistic knows of polars.

use std::ops::Range;

use polars_arrow::array::PrimitiveArray;
use polars_arrow::bitmap::Bitmap;

use super::texts::TextBlocks;
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
    #[inline]
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
    pub(super) fn of(array: &'a PrimitiveArray<i64>) -> Self {
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
    #[inline]
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
    pub(super) fn of(array: &'a PrimitiveArray<u32>, words: &'a Words) -> Self {
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
    #[inline]
    pub fn code(self, row: usize) -> Option<u32> {
        let code = *self.codes.get(row)?;
        self.present.has(row).then_some(code)
    }

    /// The text of a row.
    pub fn get(self, row: usize) -> Option<&'a str> {
        self.code(row).map(|code| self.words.get(code))
    }
}

/// Where the texts of a row stand in [`TextBlocks`].
pub(super) type Place = u64;

/// A column of texts of which each is another.
#[derive(Clone, Copy)]
pub struct Texts<'a> {
    places: &'a [Place],
    texts: &'a TextBlocks,
    which: Which,
}

/// Which of a row's texts, by their place in [`super::texts::RowTexts`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Which {
    Id,
    Name,
    Work,
}

impl<'a> Texts<'a> {
    pub(super) fn of(places: &'a [Place], texts: &'a TextBlocks, which: Which) -> Self {
        Self {
            places,
            texts,
            which,
        }
    }

    /// The text of a row; `None` where it is absent or there is no such row.
    pub fn get(self, row: usize) -> Option<&'a str> {
        self.texts.get(*self.places.get(row)?, self.which as usize)
    }

    /// All of them.
    pub fn iter(self) -> impl Iterator<Item = Option<&'a str>> {
        (0..self.places.len()).map(move |row| self.get(row))
    }
}
