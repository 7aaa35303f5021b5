//! The columns of the table in few bytes: as JSON, deflated, in base64.
//!
//! Times and groups are indices and differences, because it is digits that cost bytes. The JSON is never
//! held: it runs through the compressor. Many rows go through several, for compressing takes longer than all
//! the rest of a page. Each makes a piece that ends at a byte and refers to nothing before it, so that
//! one piece after the other is one stream, and the same one with any number of cores.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::mem;

use base64::engine::general_purpose::STANDARD as BASE64;
use base64::write::EncoderStringWriter;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use indexmap::IndexSet;

use super::Longest;
use crate::load::Dump;
use crate::metrics::Failures;
use crate::parallel;
use crate::report::words::clip;

/// The rows of a column that are compressed together; so few, and all columns are.
const ROWS_A_PIECE: usize = 1 << 14;
/// How hard the compressor tries: of so many rows that nobody waits for it, and of more. The latter takes
/// two thirds of the time, and a hundredth more bytes.
const LEVEL: u32 = 6;
const LEVEL_OF_MANY: u32 = 4;
/// The last block of a deflated stream, empty (RFC 1951, 3.2.3 and 3.2.6).
const END: [u8; 2] = [3, 0];

/// Writes the rows as [`super::ItemTable::data`] describes them.
pub(super) fn pack(
    dump: &Dump,
    failures: &Failures,
    labels: &[String],
    rows: &[u32],
    longest: Longest,
) -> io::Result<String> {
    let many = rows.len() > ROWS_A_PIECE;
    let pieces = columns(dump, failures, labels, rows, longest).pieces;
    let packed = if many {
        parallel::map(true, pieces, |piece| deflated(LEVEL_OF_MANY, vec![piece]))
    } else {
        vec![deflated(LEVEL, pieces)]
    };
    let mut text = EncoderStringWriter::new(&BASE64);
    for piece in packed {
        text.write_all(&piece?)?;
    }
    text.write_all(&END)?;
    Ok(text.into_inner())
}

/// What the pieces write, one after the other, up to a byte at which another stream can go on.
fn deflated(level: u32, pieces: Vec<Piece<'_>>) -> io::Result<Vec<u8>> {
    let deflate = DeflateEncoder::new(Vec::new(), Compression::new(level));
    let mut out = BufWriter::with_capacity(1 << 16, deflate);
    for piece in pieces {
        piece(&mut out)?;
    }
    out.flush()?;
    Ok(mem::take(out.get_mut().get_mut()))
}

type Out = BufWriter<DeflateEncoder<Vec<u8>>>;

/// Writes a part of the JSON.
type Piece<'a> = Box<dyn FnOnce(&mut Out) -> io::Result<()> + Send + 'a>;

/// The object, piece by piece.
fn columns<'a>(
    dump: &'a Dump,
    failures: &'a Failures,
    labels: &'a [String],
    rows: &'a [u32],
    longest: Longest,
) -> Columns<'a> {
    let items = &dump.items;
    let times = rows.iter().flat_map(|row| {
        let item = items.row(*row as usize);
        let times = [item.started_at, item.completed_at, item.effective_at];
        times.into_iter().flatten()
    });
    let base = times.min();
    let zero = base.unwrap_or_default();
    let mut all = Columns {
        rows,
        pieces: Vec::new(),
    };
    all.piece(move |out| {
        write!(out, "{{\"base\":")?;
        Ok(serde_json::to_writer(out, &base)?)
    });
    all.texts("id", longest.name, |row| items.item_id(row));
    all.texts("name", longest.name, |row| items.item_name(row));
    all.texts("message", longest.message, |row| items.error_message(row));
    all.texts("work", longest.name, |row| items.processing_job_id(row));
    all.numbers("started", move |row| {
        Some(items.row(row).started_at? - zero)
    });
    all.numbers("ended", move |row| {
        let item = items.row(row);
        Some(item.completed_at? - item.started_at.unwrap_or(zero))
    });
    all.numbers("effective", move |row| {
        let item = items.row(row);
        let from = item.completed_at.or(item.started_at);
        Some(item.effective_at? - from.unwrap_or(zero))
    });
    all.numbers("job", |row| items.job(row).map(i64::from));
    all.piece(move |out| {
        let labels = labels.iter().map(|label| Some(label.as_str()));
        list(out, "jobs", longest.name, labels)
    });
    all.words(["status", "statuses"], longest, |row| {
        Some(items.status_word(row))
    });
    all.words(["reason", "reasons"], longest, |row| items.skip_reason(row));
    all.words(["file", "files"], longest, |row| {
        let file = items.source_file(row)? as usize;
        Some(dump.inputs.get(file)?.path.as_str())
    });
    all.numbers("group", |row| failures.group_of(row).map(i64::from));
    all.piece(move |out| {
        let patterns = failures.patterns().iter().map(Option::as_deref);
        list(out, "groups", longest.message, patterns)?;
        write!(out, ",\"ranks\":")?;
        let everything = 0..items.len();
        serde_json::to_writer(&mut *out, &failures.ranking(&everything))?;
        array(out, "job_ranks", dump.rows.iter(), |out, rows| {
            Ok(serde_json::to_writer(out, &failures.ranking(rows))?)
        })?;
        write!(out, "}}")
    });
    all
}

struct Columns<'a> {
    rows: &'a [u32],
    pieces: Vec<Piece<'a>>,
}

impl<'a> Columns<'a> {
    fn piece(&mut self, write: impl FnOnce(&mut Out) -> io::Result<()> + Send + 'a) {
        self.pieces.push(Box::new(write));
    }

    /// A column in pieces of so many rows.
    fn column<T>(
        &mut self,
        name: &'static str,
        of: impl Fn(usize) -> T + Copy + Send + 'a,
        write: impl Fn(&mut Out, T) -> io::Result<()> + Copy + Send + 'a,
    ) {
        let parts = self.rows.len().div_ceil(ROWS_A_PIECE).max(1);
        let rows = self.rows;
        for part in 0..parts {
            let end = rows.len().min((part + 1) * ROWS_A_PIECE);
            let rows = &rows[part * ROWS_A_PIECE..end];
            self.piece(move |out| {
                match part {
                    0 => begin(out, name)?,
                    _ => write!(out, ",")?,
                }
                separated(out, rows.iter().map(|row| of(*row as usize)), write)?;
                match part + 1 == parts {
                    true => write!(out, "]"),
                    false => Ok(()),
                }
            });
        }
    }

    fn texts(
        &mut self,
        name: &'static str,
        longest: usize,
        of: impl Fn(usize) -> Option<&'a str> + Copy + Send + 'a,
    ) {
        self.column(name, of, move |out, value| text(out, value, longest));
    }

    fn numbers(
        &mut self,
        name: &'static str,
        of: impl Fn(usize) -> Option<i64> + Copy + Send + 'a,
    ) {
        self.column(name, of, |out, value| {
            Ok(serde_json::to_writer(out, &value)?)
        });
    }

    /// A column of words that repeat: an index per row, and the list of the words.
    fn words(
        &mut self,
        [name, words]: [&'static str; 2],
        longest: Longest,
        of: impl Fn(usize) -> Option<&'a str> + Send + 'a,
    ) {
        let rows = self.rows;
        self.piece(move |out| {
            let mut known: IndexSet<&str> = IndexSet::new();
            array(out, name, rows.iter(), |out, row| {
                let index = of(*row as usize).map(|word| known.insert_full(word).0);
                Ok(serde_json::to_writer(out, &index)?)
            })?;
            list(out, words, longest.name, known.into_iter().map(Some))
        });
    }
}

fn begin(out: &mut Out, name: impl fmt::Display) -> io::Result<()> {
    write!(out, ",\"{name}\":[")
}

fn separated<T>(
    out: &mut Out,
    values: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut Out, T) -> io::Result<()>,
) -> io::Result<()> {
    for (at, value) in values.enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        write(out, value)?;
    }
    Ok(())
}

/// A list under a name.
fn array<T>(
    out: &mut Out,
    name: &str,
    values: impl Iterator<Item = T>,
    write: impl FnMut(&mut Out, T) -> io::Result<()>,
) -> io::Result<()> {
    begin(out, name)?;
    separated(out, values, write)?;
    write!(out, "]")
}

fn list<'t>(
    out: &mut Out,
    name: &str,
    longest: usize,
    texts: impl Iterator<Item = Option<&'t str>>,
) -> io::Result<()> {
    array(out, name, texts, |out, value| text(out, value, longest))
}

fn text(out: &mut Out, text: Option<&str>, longest: usize) -> io::Result<()> {
    match text {
        Some(text) if text.len() > longest => {
            let mut text = text.to_owned();
            clip(&mut text, longest);
            Ok(serde_json::to_writer(out, &text)?)
        }
        text => Ok(serde_json::to_writer(out, &text)?),
    }
}
