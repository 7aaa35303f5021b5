//! The formats that records come in. Each is recognised by its content, and each writes into the sink.

pub(super) mod csv;
pub(super) mod json;
pub(super) mod scan;
#[cfg(feature = "tables")]
pub(super) mod table;
pub(super) mod yaml;

use std::ops::ControlFlow;

use self::json::{Again, Ways};
use super::accumulator::Accumulator;
use super::decode::Decoded;
use super::looks;
use super::note::NoteKind;
use super::own::Own;
use super::sink::FileReader;
use super::tally::Shape;

/// Reads the text of a file into an accumulator, in whichever format it is. `bytes` is the size of the file.
pub(super) fn read(
    accumulator: &mut Accumulator,
    index: u32,
    path: String,
    decoded: &Decoded<'_>,
    bytes: u64,
) {
    let text = &*decoded.text;
    let mended;
    let mut reader = FileReader::new(accumulator, index, path, text);
    // What begins like JSON is tried as nothing else.
    let json = text.trim_start().starts_with(['{', '[']);
    let table = if json { None } else { csv::Table::of(text) };
    if let Some(own) = Own::of(text) {
        reader.documents(1);
        reader.count(match own {
            // A page of ours holds items as examples, which are no record.
            Own::Report => Shape::Report,
            Own::Summary => Shape::Summary,
            Own::Manifest => Shape::Manifest,
        });
    } else if let Some(table) = table {
        csv::read(&mut reader, &table);
    } else {
        if !json && yaml::looks_like_yaml(text) {
            yaml::read(&mut reader);
        }
        // A line of a log or a header looks like YAML too, before JSON that follows it.
        if !reader.has_content() {
            reader = reader.restart(text);
            let mut ways = Ways {
                short: true,
                mending: true,
            };
            let mut read = json::read(&mut reader, ways);
            if let ControlFlow::Break(Again::TheLongWay) = read {
                ways.short = false;
                reader = reader.restart(text);
                read = json::read(&mut reader, ways);
            }
            if let ControlFlow::Break(Again::Mended(text)) = read {
                mended = text;
                // What had to be mended is no plain document.
                ways = Ways {
                    short: false,
                    mending: false,
                };
                reader = reader.restart(&mended);
                reader.note(NoteKind::NonStandardJson);
                let _ = json::read(&mut reader, ways);
            }
        }
    }
    reader.finish(Some(bytes), &decoded.notes, || {
        looks::looks_like(text, decoded.packed)
    });
}
