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
use foldhash::fast::RandomState;
use indexmap::IndexSet;

use super::Longest;
use crate::frame::{ItemFrame, ItemTexts, Row};
use crate::load::Dump;
use crate::metrics::Failures;
use crate::parallel;
use crate::words::clip;

/// The rows of a column that are compressed together.
const ROWS_A_PIECE: usize = 1 << 14;
/// So few, and all columns are.
const FEW_ROWS: usize = 1 << 11;
/// How hard the compressor tries, of no more rows than make a piece: nobody waits for it.
const LEVEL: u32 = 6;
/// And of more, of what repeats, like messages: two thirds of the time, and a hundredth more bytes.
const LEVEL_OF_MANY: u32 = 4;
/// And of what does not, like ids: two thirds of the time again, and a fiftieth more bytes. The level below
/// writes a sixth more bytes of a whole page.
const LEVEL_OF_UNLIKE: u32 = 2;
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
    let (few, many) = (rows.len() <= FEW_ROWS, rows.len() > ROWS_A_PIECE);
    let rows = TableRows::of(&dump.items, rows);
    let pieces = columns(dump, failures, labels, &rows, longest).pieces;
    let packed = if few {
        vec![deflated(LEVEL, pieces)]
    } else {
        parallel::map(true, pieces, |piece| {
            let level = if many { piece.level } else { LEVEL };
            deflated(level, vec![piece])
        })
    };
    let mut text = EncoderStringWriter::new(&BASE64);
    for piece in packed {
        text.write_all(&piece?)?;
    }
    text.write_all(&END)?;
    Ok(text.into_inner())
}

/// What the frame holds of the rows of a table, looked up once for all columns.
struct TableRows<'a> {
    /// Their places in the frame.
    places: &'a [u32],
    looked_up: Vec<Vec<TableRow<'a>>>,
}

#[derive(Clone, Copy)]
struct TableRow<'a> {
    record: Row,
    texts: ItemTexts<'a>,
    /// Its job and its file.
    source: Option<(u32, u32)>,
}

impl<'a> TableRows<'a> {
    fn of(items: &'a ItemFrame, places: &'a [u32]) -> Self {
        let parts: Vec<&[u32]> = places.chunks(ROWS_A_PIECE).collect();
        let row = |place: &u32| {
            let place = *place as usize;
            TableRow {
                record: items.row(place),
                texts: items.texts(place),
                source: items.source(place),
            }
        };
        let looked_up = parallel::map(parts.len() > 1, parts, |part| {
            part.iter().map(row).collect()
        });
        Self { places, looked_up }
    }

    fn len(&self) -> usize {
        self.places.len()
    }

    fn all(&self) -> impl Iterator<Item = &TableRow<'a>> {
        self.looked_up.iter().flatten()
    }

    fn get(&self, row: usize) -> &TableRow<'a> {
        &self.looked_up[row / ROWS_A_PIECE][row % ROWS_A_PIECE]
    }
}

/// What the pieces write, one after the other, up to a byte at which another stream can go on.
fn deflated(level: u32, pieces: Vec<Piece<'_>>) -> io::Result<Vec<u8>> {
    let deflate = DeflateEncoder::new(Vec::new(), Compression::new(level));
    let mut out = BufWriter::with_capacity(1 << 16, deflate);
    for piece in pieces {
        (piece.write)(&mut out)?;
    }
    out.flush()?;
    Ok(mem::take(out.get_mut().get_mut()))
}

type Out = BufWriter<DeflateEncoder<Vec<u8>>>;

/// A part of the JSON.
struct Piece<'a> {
    /// How hard it is to be compressed where it is by itself.
    level: u32,
    write: WriteTo<'a>,
}

type WriteTo<'a> = Box<dyn FnOnce(&mut Out) -> io::Result<()> + Send + 'a>;

/// The object, piece by piece.
fn columns<'a>(
    dump: &'a Dump,
    failures: &'a Failures,
    labels: &'a [String],
    rows: &'a TableRows<'a>,
    longest: Longest,
) -> Columns<'a> {
    let items = &dump.items;
    let times = rows.all().flat_map(|TableRow { record, .. }| {
        let times = [record.started_at, record.completed_at, record.effective_at];
        times.into_iter().flatten()
    });
    let base = times.min();
    let zero = base.unwrap_or_default();
    let mut all = Columns {
        rows: rows.len(),
        pieces: Vec::new(),
    };
    let (record, texts) = (|row| &rows.get(row).record, |row| rows.get(row).texts);
    let (job, file) = (
        |row| Some(rows.get(row).source?.0),
        |row| Some(rows.get(row).source?.1),
    );
    let (names, messages) = (longest.name, longest.message);
    all.piece(LEVEL_OF_MANY, move |out| {
        write!(out, "{{\"base\":")?;
        Ok(serde_json::to_writer(out, &base)?)
    });
    all.texts(LEVEL_OF_UNLIKE, "id", names, move |row| texts(row).id);
    all.texts(LEVEL_OF_MANY, "name", names, move |row| texts(row).name);
    all.texts(LEVEL_OF_MANY, "message", messages, move |row| {
        Some(items.messages().get(record(row).error_message?))
    });
    all.texts(LEVEL_OF_UNLIKE, "work", names, move |row| texts(row).work);
    all.numbers(LEVEL_OF_UNLIKE, "started", move |row| {
        Some(record(row).started_at? - zero)
    });
    all.numbers(LEVEL_OF_UNLIKE, "ended", move |row| {
        let item = record(row);
        Some(item.completed_at? - item.started_at.unwrap_or(zero))
    });
    all.numbers(LEVEL_OF_UNLIKE, "effective", move |row| {
        let item = record(row);
        let from = item.completed_at.or(item.started_at);
        Some(item.effective_at? - from.unwrap_or(zero))
    });
    all.numbers(LEVEL_OF_MANY, "job", move |row| job(row).map(i64::from));
    all.piece(LEVEL_OF_MANY, move |out| {
        let labels = labels.iter().map(|label| Some(label.as_str()));
        list(out, "jobs", names, labels)
    });
    all.words(
        ["status", "statuses"],
        names,
        move |row| Some(record(row).status),
        |code| Some(items.statuses().get(code)),
    );
    all.words(
        ["reason", "reasons"],
        names,
        move |row| record(row).skip_reason,
        |code| Some(items.reasons().get(code)),
    );
    all.words(["file", "files"], names, file, |file| {
        Some(dump.inputs.get(file as usize)?.path.as_str())
    });
    all.numbers(LEVEL_OF_MANY, "group", move |row| {
        failures.group_of(rows.places[row] as usize).map(i64::from)
    });
    all.piece(LEVEL_OF_MANY, move |out| {
        let patterns = failures.patterns().iter().map(Option::as_deref);
        list(out, "groups", messages, patterns)?;
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
    /// How many rows the table has.
    rows: usize,
    pieces: Vec<Piece<'a>>,
}

impl<'a> Columns<'a> {
    fn piece(&mut self, level: u32, write: impl FnOnce(&mut Out) -> io::Result<()> + Send + 'a) {
        let write = Box::new(write);
        self.pieces.push(Piece { level, write });
    }

    /// A column in pieces of so many rows.
    fn column<T>(
        &mut self,
        level: u32,
        name: &'static str,
        of: impl Fn(usize) -> T + Copy + Send + 'a,
        write: impl Fn(&mut Out, T) -> io::Result<()> + Copy + Send + 'a,
    ) {
        let all = self.rows;
        let parts = all.div_ceil(ROWS_A_PIECE).max(1);
        for part in 0..parts {
            let rows = part * ROWS_A_PIECE..all.min((part + 1) * ROWS_A_PIECE);
            self.piece(level, move |out| {
                match part {
                    0 => begin(out, name)?,
                    _ => write!(out, ",")?,
                }
                separated(out, rows.map(of), write)?;
                match part + 1 == parts {
                    true => write!(out, "]"),
                    false => Ok(()),
                }
            });
        }
    }

    fn texts(
        &mut self,
        level: u32,
        name: &'static str,
        longest: usize,
        of: impl Fn(usize) -> Option<&'a str> + Copy + Send + 'a,
    ) {
        self.column(level, name, of, move |out, value| text(out, value, longest));
    }

    fn numbers(
        &mut self,
        level: u32,
        name: &'static str,
        of: impl Fn(usize) -> Option<i64> + Copy + Send + 'a,
    ) {
        self.column(level, name, of, |out, value| {
            Ok(serde_json::to_writer(out, &value)?)
        });
    }

    /// A column of words that repeat: an index per row, and the list of the words, in the order of
    /// their rows.
    fn words(
        &mut self,
        [name, words]: [&'static str; 2],
        longest: usize,
        code: impl Fn(usize) -> Option<u32> + Send + 'a,
        word: impl Fn(u32) -> Option<&'a str> + Send + 'a,
    ) {
        let rows = 0..self.rows;
        self.piece(LEVEL_OF_MANY, move |out| {
            let mut known: IndexSet<u32, RandomState> = IndexSet::default();
            array(out, name, rows, |out, row| {
                let index = code(row).map(|code| known.insert_full(code).0);
                Ok(serde_json::to_writer(out, &index)?)
            })?;
            list(out, words, longest, known.into_iter().map(word))
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
