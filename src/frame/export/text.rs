//! CSV and JSON Lines. The csv crate and serde_json are here anyway: polars' own writers of these formats
//! would bring polars-io, polars-json and polars-time along, a minute and a half of a cold build.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use polars::prelude::{CompatLevel, DataFrame};
use polars_arrow::array::{Array, PrimitiveArray, StaticArray, Utf8ViewArray};

use super::{ExportError, Formulas};
use crate::api::UtcTime;
use crate::frame::{ItemFrame, Labels};

/// Writes comma-separated values with a header. Absent values are empty cells, times RFC 3339.
///
/// # Errors
///
/// Fails if the output fails.
pub fn csv(
    items: &ItemFrame,
    labels: &Labels<'_>,
    formulas: Formulas,
    out: impl Write,
) -> Result<(), ExportError> {
    let mut writer = csv::Writer::from_writer(out);
    let names = items.column_names(labels)?;
    let header = names.iter().map(|name| name.as_str());
    writer.write_record(header).map_err(io::Error::from)?;
    for part in items.part_frames(labels) {
        each_row(&part?, |row| {
            for cell in row {
                let text = match cell {
                    Cell::Absent => Cow::Borrowed(""),
                    Cell::Text(text) if formulas == Formulas::Escaped => escaped(text),
                    Cell::Text(text) => Cow::Borrowed(text),
                    Cell::Time(time) => time.to_string().into(),
                    Cell::Number(number) => number.to_string().into(),
                    Cell::Count(count) => count.to_string().into(),
                };
                writer.write_field(&*text)?;
            }
            Ok(writer.write_record(None::<&[u8]>)?)
        })?;
    }
    Ok(writer.flush()?)
}

/// Writes a JSON object per line, with all columns as its keys.
///
/// # Errors
///
/// Fails if the output fails.
pub fn json_lines(
    items: &ItemFrame,
    labels: &Labels<'_>,
    out: impl Write,
) -> Result<(), ExportError> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let names = items.column_names(labels)?;
    for part in items.part_frames(labels) {
        each_row(&part?, |row| {
            for (at, (name, cell)) in names.iter().zip(row).enumerate() {
                let before = if at == 0 { '{' } else { ',' };
                write!(out, "{before}\"{name}\":")?;
                match cell {
                    Cell::Absent => out.write_all(b"null")?,
                    Cell::Text(text) => serde_json::to_writer(&mut out, text)?,
                    Cell::Time(time) => serde_json::to_writer(&mut out, &time)?,
                    Cell::Number(number) => serde_json::to_writer(&mut out, &number)?,
                    Cell::Count(count) => serde_json::to_writer(&mut out, &count)?,
                }
            }
            out.write_all(b"}\n")?;
            Ok(())
        })?;
    }
    Ok(out.flush()?)
}

/// A value of the logical frame.
enum Cell<'a> {
    Absent,
    Text(&'a str),
    Time(UtcTime),
    Number(f64),
    Count(u32),
}

/// Takes the cells of each row of a part, in the order of its columns.
fn each_row(
    part: &DataFrame,
    mut take: impl FnMut(&mut dyn Iterator<Item = Cell<'_>>) -> io::Result<()>,
) -> io::Result<()> {
    for batch in part.iter_chunks(CompatLevel::newest(), false) {
        let columns: Vec<Cells<'_>> = batch
            .arrays()
            .iter()
            .map(|array| Cells::of(&**array))
            .collect();
        for row in 0..batch.len() {
            take(&mut columns.iter().map(|cells| cells.get(row)))?;
        }
    }
    Ok(())
}

/// A column of the logical frame.
enum Cells<'a> {
    Texts(&'a Utf8ViewArray),
    Times(&'a PrimitiveArray<i64>),
    Numbers(&'a PrimitiveArray<f64>),
    Counts(&'a PrimitiveArray<u32>),
    /// No column is of another type.
    Others,
}

impl<'a> Cells<'a> {
    fn of(array: &'a dyn Array) -> Self {
        let array = array.as_any();
        let texts = || array.downcast_ref().map(Self::Texts);
        let times = || array.downcast_ref().map(Self::Times);
        let numbers = || array.downcast_ref().map(Self::Numbers);
        {
            let counts = || array.downcast_ref().map(Self::Counts);
            let found = texts().or_else(times).or_else(numbers).or_else(counts);
            found.unwrap_or(Self::Others)
        }
    }

    fn get(&self, row: usize) -> Cell<'a> {
        let cell = match self {
            Self::Texts(texts) => texts.get(row).map(Cell::Text),
            Self::Times(times) => times
                .get(row)
                .and_then(UtcTime::from_micros)
                .map(Cell::Time),
            Self::Numbers(numbers) => numbers.get(row).map(Cell::Number),
            Self::Counts(counts) => counts.get(row).map(Cell::Count),
            Self::Others => None,
        };
        cell.unwrap_or(Cell::Absent)
    }
}

/// Puts an apostrophe before a cell that a spreadsheet would take for a formula, and before one that
/// begins with apostrophes and then like a formula: so that [`unescaped`] gives back every cell.
pub(crate) fn escaped(cell: &str) -> Cow<'_, str> {
    match begins_like_formula(cell) {
        true => format!("'{cell}").into(),
        false => cell.into(),
    }
}

/// Takes away the apostrophe of an escaped cell.
pub fn unescaped(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if begins_like_formula(rest) => rest,
        _ => cell,
    }
}

/// Tells if a cell begins, behind any apostrophes, with what begins a formula in a spreadsheet.
fn begins_like_formula(cell: &str) -> bool {
    let cell = cell.trim_start_matches('\'');
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping_is_reversible() {
        for (cell, expected) in [
            ("", ""),
            ("=1+2", "'=1+2"),
            ("+49", "'+49"),
            ("-", "'-"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=x", "'\t=x"),
            ("\rx", "'\rx"),
            ("\n=x", "'\n=x"),
            ("'=x", "''=x"),
            ("''-", "'''-"),
            ("'quoted'", "'quoted'"),
            ("a=b", "a=b"),
            ("’=x", "’=x"),
        ] {
            assert_eq!(escaped(cell), expected);
            assert_eq!(unescaped(&escaped(cell)), cell);
        }
    }
}
