//! The formats that records come in. Each is recognised by its content, and each writes into the sink.

pub(super) mod csv;
pub(super) mod json;
pub(super) mod scan;
#[cfg(feature = "tables")]
pub(super) mod table;
pub(super) mod yaml;

use super::accumulator::Accumulator;
use super::decode::Decoded;
use super::looks;
use super::note::NoteKind;
use super::own::Own;
use super::sink::Sink;
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
    let mut sink = Sink::new(accumulator, index, path, text);
    // What begins like JSON is tried as nothing else.
    let json = text.trim_start().starts_with(['{', '[']);
    let table = if json { None } else { csv::Table::of(text) };
    if let Some(own) = Own::of(text) {
        sink.documents(1);
        sink.count(match own {
            // A page of ours holds items as examples, which are no record.
            Own::Report => Shape::Report,
            Own::Summary => Shape::Summary,
            Own::Manifest => Shape::Manifest,
        });
    } else if let Some(table) = table {
        csv::read(&mut sink, &table);
    } else {
        if !json && yaml::looks_like_yaml(text) {
            yaml::read(&mut sink);
        }
        // A line of a log or a header looks like YAML too, before JSON that follows it.
        if !sink.has_content() {
            sink = sink.restart(text);
            if let Some(text) = json::read(&mut sink, true) {
                mended = text;
                sink = sink.restart(&mended);
                sink.note(NoteKind::NonStandardJson);
                json::read(&mut sink, false);
            }
        }
    }
    sink.finish(Some(bytes), &decoded.notes, || {
        looks::looks_like(text, decoded.packed)
    });
}
