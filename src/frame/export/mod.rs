//! Tables of all items: the logical frame as Parquet, Arrow, CSV and JSON Lines.
//!
//! All items of a dump, sorted by job, and the same bytes whatever the number of threads. Nothing seeks,
//! so that an output may be a pipe.

#[cfg(feature = "tables")]
mod binary;
pub(crate) mod text;

use std::io::{self, Write};

use super::{ItemFrame, Labels};
#[cfg(feature = "tables")]
pub use binary::{arrow, parquet};
pub use text::{csv, json_lines, unescaped};

/// A format of item tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// Apache Parquet, compressed with zstd, with statistics.
    #[cfg(feature = "tables")]
    Parquet,
    /// An Arrow IPC file, uncompressed.
    #[cfg(feature = "tables")]
    Arrow,
    /// Comma-separated values with a header.
    Csv(Formulas),
    /// A JSON object per line.
    JsonLines,
}

/// Treatment of CSV cells that a spreadsheet would take for a formula.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Formulas {
    /// They get an apostrophe, which [`unescaped`] takes away again.
    #[default]
    Escaped,
    /// They stay as they are.
    Raw,
}

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The output failed.
    #[error("could not write the items")]
    Write(#[from] io::Error),
    /// polars refused the columns, or its writer failed.
    #[error("could not make the table of items")]
    Table(#[from] polars::prelude::PolarsError),
}

/// Writes a table of all items.
///
/// # Errors
///
/// Fails if the output fails, or if there are more items than the format can hold.
pub fn write(
    format: TableFormat,
    items: &ItemFrame,
    labels: &Labels<'_>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    match format {
        #[cfg(feature = "tables")]
        TableFormat::Parquet => parquet(items, labels, out),
        #[cfg(feature = "tables")]
        TableFormat::Arrow => arrow(items, labels, out),
        TableFormat::Csv(formulas) => csv(items, labels, formulas, out),
        TableFormat::JsonLines => json_lines(items, labels, out),
    }
}

#[cfg(test)]
mod tests;
