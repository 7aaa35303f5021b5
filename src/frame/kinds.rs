//! The kinds of stored columns: what a row takes in memory, and what stands for an absent value.

use std::fmt::Debug;
use std::ops::Deref;
use std::sync::Arc;

use polars::prelude::{Column, Int64Chunked, IntoColumn, PlSmallStr, TimeUnit, TimeZone};
use polars_arrow::array::PrimitiveArray;
use polars_arrow::bitmap::Bitmap;
use polars_arrow::types::NativeType;

use super::interner::{Interner, InternerList};
use super::logical::strings;
use crate::api::{UtcTime, status};

/// A kind of column.
pub trait Kind: Copy + Debug + 'static {
    /// What a row takes in memory.
    type Raw: NativeType;
    /// What an item of the API gives.
    type Given<'g>;
    /// What a row holds.
    type Value: Copy;
    /// Words of the column.
    type Words: Debug;
    /// New codes of the words of a reader.
    type Recode: Debug + Clone + Send + Sync;

    /// No words, or those that are known beforehand.
    fn words() -> Self::Words;

    /// What a row takes in memory for what an item gives.
    fn raw(given: Self::Given<'_>, words: &mut Self::Words) -> Self::Raw;

    /// What a row holds.
    fn value(raw: Self::Raw) -> Self::Value;

    /// Adds the words of a reader to those of all.
    fn join(words: &mut Self::Words, reader: Self::Words) -> Self::Recode;

    /// Gives words the codes they have among those of all readers.
    fn recode(column: &mut [Self::Raw], by: &Self::Recode);

    /// The column as polars knows it.
    fn column(
        name: PlSmallStr,
        arrays: Vec<PrimitiveArray<Self::Raw>>,
        words: &Self::Words,
    ) -> Column;
}

/// The values of some rows of a column.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a, K: Kind>(pub(super) &'a [K::Raw]);

impl<'a, K: Kind> Values<'a, K> {
    /// Value of a row.
    #[inline(always)]
    pub fn get(self, row: usize) -> K::Value {
        K::value(self.0[row])
    }

    #[inline(always)]
    pub(super) fn cut(self, rows: usize) -> Self {
        Self(&self.0[..rows])
    }
}

impl<K: Kind> Deref for Values<'_, K> {
    type Target = [K::Raw];

    fn deref(&self) -> &Self::Target {
        self.0
    }
}

impl<'a, K: Kind> IntoIterator for Values<'a, K> {
    type Item = &'a K::Raw;
    type IntoIter = std::slice::Iter<'a, K::Raw>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// New codes of the words of a reader among those of all.
#[derive(Debug, Clone)]
pub enum Recode {
    /// They stay as they are.
    Same,
    /// Each is so much larger.
    Shift(u32),
    /// The new code of each.
    To(Arc<[u32]>),
}

impl Recode {
    fn apply(&self, codes: &mut [u32]) {
        match self {
            Self::Same | Self::Shift(0) => {}
            Self::Shift(by) => {
                for code in codes.iter_mut().filter(|code| **code != NO_WORD) {
                    *code += by;
                }
            }
            Self::To(new) => {
                for code in codes {
                    // `NO_WORD` is beyond all codes.
                    *code = new.get(*code as usize).copied().unwrap_or(NO_WORD);
                }
            }
        }
    }
}

/// Absent time: no time of the years 0 to 9999.
const NO_TIME: i64 = i64::MIN;
/// Absent word.
const NO_WORD: u32 = u32::MAX;

/// Instants in microseconds since the epoch, absent or not.
#[derive(Debug, Clone, Copy)]
pub struct Time;

impl Kind for Time {
    type Raw = i64;
    type Given<'g> = Option<UtcTime>;
    type Value = Option<i64>;
    type Words = ();
    type Recode = ();

    fn words() {}

    #[inline(always)]
    fn raw(given: Option<UtcTime>, (): &mut ()) -> i64 {
        given.map_or(NO_TIME, UtcTime::micros)
    }

    #[inline(always)]
    fn value(raw: i64) -> Option<i64> {
        (raw != NO_TIME).then_some(raw)
    }

    fn join((): &mut (), (): ()) {}

    fn recode(_: &mut [i64], (): &()) {}

    fn column(name: PlSmallStr, arrays: Vec<PrimitiveArray<i64>>, (): &()) -> Column {
        let arrays = arrays.into_iter().map(|array| {
            let present: Bitmap = array.values_iter().map(|time| *time != NO_TIME).collect();
            array.with_validity((present.unset_bits() > 0).then_some(present))
        });
        Int64Chunked::from_chunk_iter(name, arrays)
            .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
            .into_column()
    }
}

/// Status words by their codes, never absent.
#[derive(Debug, Clone, Copy)]
pub struct Status;

impl Kind for Status {
    type Raw = u32;
    type Given<'g> = &'g str;
    type Value = u32;
    type Words = Interner;
    type Recode = Recode;

    fn words() -> Interner {
        Interner::of(&status::KNOWN)
    }

    #[inline(always)]
    fn raw(given: &str, words: &mut Interner) -> u32 {
        status::code(given).unwrap_or_else(|| words.code(given))
    }

    #[inline(always)]
    fn value(raw: u32) -> u32 {
        raw
    }

    fn join(words: &mut Interner, reader: Interner) -> Recode {
        words.join(reader)
    }

    fn recode(column: &mut [u32], by: &Recode) {
        by.apply(column);
    }

    fn column(name: PlSmallStr, arrays: Vec<PrimitiveArray<u32>>, words: &Interner) -> Column {
        let codes = arrays.iter().flat_map(PrimitiveArray::values_iter);
        strings(name, codes.map(|code| Some(words.get(*code))))
    }
}

/// Words by their codes, absent or not, each word once.
#[derive(Debug, Clone, Copy)]
pub struct Word;

impl Kind for Word {
    type Raw = u32;
    type Given<'g> = Option<&'g str>;
    type Value = Option<u32>;
    type Words = Interner;
    type Recode = Recode;

    fn words() -> Interner {
        Interner::default()
    }

    #[inline(always)]
    fn raw(given: Option<&str>, words: &mut Interner) -> u32 {
        given.map_or(NO_WORD, |word| words.code(word))
    }

    #[inline(always)]
    fn value(raw: u32) -> Option<u32> {
        (raw != NO_WORD).then_some(raw)
    }

    fn join(words: &mut Interner, reader: Interner) -> Recode {
        words.join(reader)
    }

    fn recode(column: &mut [u32], by: &Recode) {
        by.apply(column);
    }

    fn column(name: PlSmallStr, arrays: Vec<PrimitiveArray<u32>>, words: &Interner) -> Column {
        let codes = arrays.iter().flat_map(PrimitiveArray::values_iter);
        strings(name, codes.map(|code| Some(words.get(Self::value(*code)?))))
    }
}

/// Messages by their codes, absent or not. Most messages of a dump differ, so that each reader keeps a
/// list of its own, and two codes may mean the same message.
#[derive(Debug, Clone, Copy)]
pub struct Message;

impl Kind for Message {
    type Raw = u32;
    type Given<'g> = Option<&'g str>;
    type Value = Option<u32>;
    type Words = InternerList;
    type Recode = Recode;

    fn words() -> InternerList {
        InternerList::default()
    }

    #[inline(always)]
    fn raw(given: Option<&str>, words: &mut InternerList) -> u32 {
        given.map_or(NO_WORD, |word| words.code(word))
    }

    #[inline(always)]
    fn value(raw: u32) -> Option<u32> {
        (raw != NO_WORD).then_some(raw)
    }

    fn join(words: &mut InternerList, reader: InternerList) -> Recode {
        Recode::Shift(words.join(reader))
    }

    fn recode(column: &mut [u32], by: &Recode) {
        by.apply(column);
    }

    fn column(name: PlSmallStr, arrays: Vec<PrimitiveArray<u32>>, words: &InternerList) -> Column {
        let codes = arrays.iter().flat_map(PrimitiveArray::values_iter);
        strings(name, codes.map(|code| Some(words.get(Self::value(*code)?))))
    }
}
