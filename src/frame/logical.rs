//! The logical frame: all columns of items as polars knows them, made when asked for.

use std::borrow::Cow;
use std::ops::Range;

use polars::prelude::{
    Column, DataFrame, Float64Chunked, IntoColumn, NewChunkedArray, PlSmallStr, PolarsError,
};
use polars_arrow::array::PrimitiveArray;

use super::ItemFrame;
use super::chunks::MOST_ROWS;
use super::columns::{Chunk, ItemTexts, Words, item_columns};
use super::kinds::{Count, Kind, Message, Number, Rare, Status, Time, Values, Word, strings};
use crate::text::mask_name;

/// Names that items refer to by numbers.
pub struct Labels<'a> {
    /// Name of each batch job: its id, else its label.
    pub jobs: Vec<&'a str>,
    /// Path of each input file.
    pub sources: Vec<&'a str>,
    /// Name of each error group.
    pub groups: Vec<&'a str>,
    /// Error group of a row, as an index into `groups`.
    pub group_of: &'a (dyn Fn(usize) -> Option<u32> + Sync),
}

impl ItemFrame {
    /// All columns of all items. Columns that are Arrow arrays already are not copied.
    ///
    /// # Errors
    ///
    /// Fails if polars refuses the columns, which it does for more than 2^32 rows.
    pub fn data_frame(&self, labels: &Labels<'_>) -> Result<DataFrame, PolarsError> {
        self.part_frame(labels, 0..self.len())
    }

    /// All columns in parts of [`MOST_ROWS`], which do not depend on the number of threads that read the
    /// items.
    pub(super) fn part_frames(
        &self,
        labels: &Labels<'_>,
    ) -> impl Iterator<Item = Result<DataFrame, PolarsError>> {
        let starts = (0..self.len()).step_by(MOST_ROWS);
        starts.map(move |start| {
            let mut part = self.part_frame(labels, start..self.len().min(start + MOST_ROWS))?;
            part.rechunk_mut();
            Ok(part)
        })
    }

    /// Names of the columns.
    pub(super) fn column_names(&self, labels: &Labels<'_>) -> Result<Vec<PlSmallStr>, PolarsError> {
        Ok(self.part_frame(labels, 0..0)?.get_column_names_owned())
    }

    /// All columns of some items.
    pub(super) fn part_frame(
        &self,
        labels: &Labels<'_>,
        rows: Range<usize>,
    ) -> Result<DataFrame, PolarsError> {
        let height = rows.len();
        let selection = Selection {
            items: self,
            labels,
            rows,
        };
        DataFrame::new(height, logical_columns(&selection))
    }
}

/// Makes the function that makes all columns.
macro_rules! logical_columns {
    ($(
        #[$doc:meta]
        $name:ident: $(stored($kind:ty))? $(text($text:ident))? $(derived($derived:ident))?,
    )+) => {
        /// Columns of the logical frame for the selected rows.
        fn logical_columns(selection: &Selection<'_>) -> Vec<Column> {
            let columns = [$(
                $(selection.stored::<$kind>(stringify!($name), |chunk| &chunk.$name, |words| &words.$name))?
                $(Some(selection.texts(stringify!($name), |texts| texts.$text)))?
                $(Some(selection.$derived(stringify!($name))))?
            ),+];
            columns.into_iter().flatten().collect()
        }
    };
}

item_columns!(logical_columns);

/// Rows of a frame that columns are made of.
struct Selection<'a> {
    items: &'a ItemFrame,
    labels: &'a Labels<'a>,
    rows: Range<usize>,
}

impl Selection<'_> {
    /// A stored column; `None` for a rare one without a value.
    fn stored<K: Kind>(
        &self,
        name: &'static str,
        array: impl Fn(&Chunk) -> &PrimitiveArray<K::Raw>,
        words: impl Fn(&Words) -> &K::Words,
    ) -> Option<Column> {
        let chunks = &self.items.chunks;
        if K::IS_RARE && chunks.all().all(|chunk| array(chunk).values().is_empty()) {
            return None;
        }
        let arrays = chunks.parts(self.rows.clone()).map(|(chunk, rows, _)| {
            let array = array(chunk);
            if rows.end > array.len() {
                let values = Values::<K>(array.values());
                return PrimitiveArray::from_vec(rows.map(|row| values.raw(row)).collect());
            }
            let mut array = array.clone();
            array.slice(rows.start, rows.len());
            array
        });
        Some(K::column(
            name.into(),
            arrays.collect(),
            words(&self.items.words),
        ))
    }

    /// A column of texts.
    fn texts(
        &self,
        name: &'static str,
        text: impl for<'t> Fn(ItemTexts<'t>) -> Option<Cow<'t, str>>,
    ) -> Column {
        self.strings(name, |row| match text(self.items.texts(row))? {
            Cow::Borrowed(text) => Some(mask_name(text)),
            // A packed id holds no secret.
            unpacked => Some(unpacked),
        })
    }

    /// Batch jobs.
    fn job_labels(&self, name: &'static str) -> Column {
        self.strings(name, |row| {
            let (job, _) = self.items.source(row)?;
            self.labels.jobs.get(job as usize).copied()
        })
    }

    /// Input files.
    fn source_labels(&self, name: &'static str) -> Column {
        self.strings(name, |row| {
            let (_, file) = self.items.source(row)?;
            self.labels.sources.get(file as usize).copied()
        })
    }

    /// Error groups.
    fn group_labels(&self, name: &'static str) -> Column {
        self.strings(name, |row| {
            let group = (self.labels.group_of)(row)?;
            self.labels.groups.get(group as usize).copied()
        })
    }

    /// Durations in seconds.
    fn durations(&self, name: &'static str) -> Column {
        let rows = self.rows.clone().map(|row| self.items.row(row).micros());
        let seconds = rows.map(|micros| micros.map(|micros| micros as f64 / 1e6));
        Float64Chunked::from_iter_options(name.into(), seconds).into_column()
    }

    fn strings<S: AsRef<str>>(
        &self,
        name: &'static str,
        text: impl Fn(usize) -> Option<S>,
    ) -> Column {
        strings(name.into(), self.rows.clone().map(text))
    }
}
