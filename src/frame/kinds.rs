//! The kinds of stored columns: what a row takes in memory, and what stands for an absent value.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::ops::{Deref, Range};

use polars::prelude::{
    Column, Float64Chunked, Int64Chunked, IntoColumn, NewChunkedArray, PlSmallStr, StringChunked,
    TimeUnit, TimeZone, UInt32Chunked,
};
use polars_arrow::array::PrimitiveArray;
use polars_arrow::bitmap::Bitmap;
use polars_arrow::types::NativeType;

use super::interner::{Interner, InternerList, NO_WORD, Recode};
use crate::api::{UtcTime, status};

/// A kind of column.
pub trait Kind: Copy + Debug + 'static {
    /// Value of a row in memory.
    type Raw: NativeType + PartialEq;
    /// Value that an item of the API gives.
    type Given<'g>;
    /// Value of a row.
    type Value: Copy;
    /// Words of the column.
    type Words: Debug;
    /// New codes of the words of a reader.
    type Recode: Debug + Clone + Send + Sync;

    /// An absent value in memory.
    const ABSENT: Self::Raw;
    /// True if most dumps have no value at all: such a column ends behind its last value.
    const IS_RARE: bool = false;

    /// Tells if a value is absent.
    fn is_absent(raw: Self::Raw) -> bool {
        raw == Self::ABSENT
    }

    /// No words, or those that are known beforehand.
    fn words() -> Self::Words;

    /// Value in memory of what an item gives.
    fn raw(given: Self::Given<'_>, words: &mut Self::Words) -> Self::Raw;

    /// Value of a row by its value in memory.
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
    /// Values of some rows of a column.
    #[inline(always)]
    pub(super) fn of(column: &'a [K::Raw], rows: Range<usize>) -> Self {
        match K::IS_RARE {
            true => {
                let end = rows.end.min(column.len());
                Self(&column[rows.start.min(end)..end])
            }
            false => Self(&column[rows]),
        }
    }

    /// Value of a row.
    #[inline(always)]
    pub fn get(self, row: usize) -> K::Value {
        K::value(self.raw(row))
    }

    #[inline(always)]
    pub(super) fn raw(self, row: usize) -> K::Raw {
        match K::IS_RARE {
            true => self.0.get(row).copied().unwrap_or(K::ABSENT),
            false => self.0[row],
        }
    }
}

/// Room for so many rows of a column.
pub(super) fn room<K: Kind>(rows: usize) -> Vec<K::Raw> {
    Vec::with_capacity(if K::IS_RARE { 0 } else { rows })
}

/// Adds the value of a row to its column.
#[inline(always)]
pub(super) fn push<K: Kind>(column: &mut Vec<K::Raw>, row: usize, raw: K::Raw) {
    if K::IS_RARE {
        if K::is_absent(raw) {
            return;
        }
        column.resize(row, K::ABSENT);
    }
    column.push(raw);
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

/// Instants in microseconds since the epoch, absent or not.
#[derive(Debug, Clone, Copy)]
pub struct Time;

impl Kind for Time {
    type Raw = i64;
    type Given<'g> = Option<UtcTime>;
    type Value = Option<i64>;
    type Words = ();
    type Recode = ();

    /// No time of the years 0 to 9999.
    const ABSENT: i64 = i64::MIN;

    fn words() {}

    #[inline(always)]
    fn raw(given: Option<UtcTime>, (): &mut ()) -> i64 {
        given.map_or(Self::ABSENT, UtcTime::micros)
    }

    #[inline(always)]
    fn value(raw: i64) -> Option<i64> {
        (raw != Self::ABSENT).then_some(raw)
    }

    fn join((): &mut (), (): ()) {}

    fn recode(_: &mut [i64], (): &()) {}

    fn column(name: PlSmallStr, arrays: Vec<PrimitiveArray<i64>>, (): &()) -> Column {
        Int64Chunked::from_chunk_iter(name, arrays.into_iter().map(with_nulls::<Self>))
            .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
            .into_column()
    }
}

/// Status words by their codes, never absent.
#[derive(Debug, Clone, Copy)]
pub struct Status;

/// The code of a status word that is not written as documented.
#[cold]
fn unusual_code(given: &str, words: &mut Interner) -> u32 {
    let word = status::canonical(given);
    status::code(word).unwrap_or_else(|| words.code(word))
}

impl Kind for Status {
    type Raw = u32;
    type Given<'g> = &'g str;
    type Value = u32;
    type Words = Interner;
    type Recode = Recode;

    const ABSENT: u32 = NO_WORD;

    fn words() -> Interner {
        Interner::of(&status::KNOWN)
    }

    #[inline(always)]
    fn raw(given: &str, words: &mut Interner) -> u32 {
        status::code(given).unwrap_or_else(|| unusual_code(given, words))
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

    const ABSENT: u32 = NO_WORD;

    fn words() -> Interner {
        Interner::default()
    }

    #[inline(always)]
    fn raw(given: Option<&str>, words: &mut Interner) -> u32 {
        given.map_or(Self::ABSENT, |word| words.code(word))
    }

    #[inline(always)]
    fn value(raw: u32) -> Option<u32> {
        (raw != Self::ABSENT).then_some(raw)
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

    const ABSENT: u32 = NO_WORD;

    fn words() -> InternerList {
        InternerList::default()
    }

    #[inline(always)]
    fn raw(given: Option<&str>, words: &mut InternerList) -> u32 {
        given.map_or(Self::ABSENT, |word| words.code(word))
    }

    #[inline(always)]
    fn value(raw: u32) -> Option<u32> {
        (raw != Self::ABSENT).then_some(raw)
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

/// Numbers, absent or not.
#[derive(Debug, Clone, Copy)]
pub struct Number;

impl Kind for Number {
    type Raw = f64;
    type Given<'g> = Option<f64>;
    type Value = Option<f64>;
    type Words = ();
    type Recode = ();

    const ABSENT: f64 = f64::NAN;

    fn is_absent(raw: f64) -> bool {
        raw.is_nan()
    }

    fn words() {}

    fn raw(given: Option<f64>, (): &mut ()) -> f64 {
        given.unwrap_or(Self::ABSENT)
    }

    fn value(raw: f64) -> Option<f64> {
        (!raw.is_nan()).then_some(raw)
    }

    fn join((): &mut (), (): ()) {}

    fn recode(_: &mut [f64], (): &()) {}

    fn column(name: PlSmallStr, arrays: Vec<PrimitiveArray<f64>>, (): &()) -> Column {
        Float64Chunked::from_chunk_iter(name, arrays.into_iter().map(with_nulls::<Self>))
            .into_column()
    }
}

/// Counts, absent or not.
#[derive(Debug, Clone, Copy)]
pub struct Count;

impl Kind for Count {
    type Raw = u32;
    type Given<'g> = Option<u32>;
    type Value = Option<u32>;
    type Words = ();
    type Recode = ();

    /// More than anything has of anything.
    const ABSENT: u32 = u32::MAX;

    fn words() {}

    fn raw(given: Option<u32>, (): &mut ()) -> u32 {
        given.unwrap_or(Self::ABSENT)
    }

    fn value(raw: u32) -> Option<u32> {
        (raw != Self::ABSENT).then_some(raw)
    }

    fn join((): &mut (), (): ()) {}

    fn recode(_: &mut [u32], (): &()) {}

    fn column(name: PlSmallStr, arrays: Vec<PrimitiveArray<u32>>, (): &()) -> Column {
        UInt32Chunked::from_chunk_iter(name, arrays.into_iter().map(with_nulls::<Self>))
            .into_column()
    }
}

/// A kind of column that most dumps have no value of: it takes no memory then, and is no column of the
/// logical frame.
#[derive(Debug, Clone, Copy)]
pub struct Rare<K>(PhantomData<K>);

impl<K: Kind> Kind for Rare<K> {
    type Raw = K::Raw;
    type Given<'g> = K::Given<'g>;
    type Value = K::Value;
    type Words = K::Words;
    type Recode = K::Recode;

    const ABSENT: K::Raw = K::ABSENT;
    const IS_RARE: bool = true;

    fn is_absent(raw: K::Raw) -> bool {
        K::is_absent(raw)
    }

    fn words() -> K::Words {
        K::words()
    }

    #[inline(always)]
    fn raw(given: K::Given<'_>, words: &mut K::Words) -> K::Raw {
        K::raw(given, words)
    }

    #[inline(always)]
    fn value(raw: K::Raw) -> K::Value {
        K::value(raw)
    }

    fn join(words: &mut K::Words, reader: K::Words) -> K::Recode {
        K::join(words, reader)
    }

    fn recode(column: &mut [K::Raw], by: &K::Recode) {
        K::recode(column, by);
    }

    fn column(name: PlSmallStr, arrays: Vec<PrimitiveArray<K::Raw>>, words: &K::Words) -> Column {
        K::column(name, arrays, words)
    }
}

/// An array whose absent values are null; they are not copied.
fn with_nulls<K: Kind>(array: PrimitiveArray<K::Raw>) -> PrimitiveArray<K::Raw> {
    let present: Bitmap = array.values_iter().map(|raw| !K::is_absent(*raw)).collect();
    array.with_validity((present.unset_bits() > 0).then_some(present))
}

/// A column of strings.
pub(super) fn strings<S: AsRef<str>>(
    name: PlSmallStr,
    texts: impl Iterator<Item = Option<S>>,
) -> Column {
    StringChunked::from_iter_options(name, texts).into_column()
}
