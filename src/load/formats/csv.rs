//! CSV of items, as a data frame writes it: a header with the API's names, a row per item.

use csv::{ReaderBuilder, StringRecord};

use crate::api::{Field, ItemRecord, Value};
use crate::load::note::{Fault, NoteKind, Place};
use crate::load::sink::FileReader;
use crate::load::tally::Shape;

/// The delimiter, where the first line is a header that names an item's id and status.
pub(super) fn delimiter(text: &str) -> Option<u8> {
    let header = text.lines().find(|line| !line.trim().is_empty())?;
    [b',', b';', b'\t', b'|'].into_iter().find(|delimiter| {
        let names: Vec<_> = header
            .split(char::from(*delimiter))
            .filter_map(|name| Field::from_name(name.trim().trim_matches('"')))
            .collect();
        names.contains(&Field::ItemId) && names.contains(&Field::Status)
    })
}

/// Reads all rows.
pub(super) fn read(reader: &mut FileReader<'_, '_>, delimiter: u8) {
    let text = reader.text();
    let mut rows = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(text.as_bytes());
    let Ok(header) = rows.headers().cloned() else {
        return;
    };
    let fields: Vec<Option<Field>> = header
        .iter()
        .map(|name| Field::from_name(name.trim()))
        .collect();
    let start = reader.next_row();
    let mut row = StringRecord::new();
    loop {
        let place = Place {
            line: rows.position().line() as usize,
            byte: None,
        };
        match rows.read_record(&mut row) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let fault = Fault::Csv(error.to_string());
                reader.within(place, |reader| reader.unreadable(|| fault, None));
                continue;
            }
        }
        let place = row.position().map_or(place, |position| Place {
            line: position.line() as usize,
            byte: Some(position.byte() as usize),
        });
        // Files that were put together have their header again.
        if row == header {
            continue;
        }
        reader.within(place, |reader| {
            if row.len() == fields.len() {
                reader.item(ItemRecord::read(|field| cell(&fields, &row, field)), None);
            } else {
                let fault = Fault::Cells {
                    row: row.len(),
                    header: fields.len(),
                };
                reader.unreadable(|| fault, None);
            }
        });
    }
    if let Some(at) = open_cell(text.as_bytes(), delimiter) {
        reader.note(NoteKind::UnclosedCell(Place::of(text, at)));
    } else if !text.ends_with(['\n', '\r']) {
        reader.note(NoteKind::NoFinalNewline);
    }
    reader.documents(1);
    reader.count(Shape::Page);
    reader.list(start, None, None, None);
}

/// Where a quoted cell begins that goes on to the end. Only a quote that a cell begins with opens one.
fn open_cell(text: &[u8], delimiter: u8) -> Option<usize> {
    let mut begins = true;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += 1;
        if begins && *byte == b'"' {
            let cell = at - 1;
            // Two quotes within a cell are one that is meant.
            loop {
                let Some(quote) = memchr::memchr(b'"', &text[at..]) else {
                    return Some(cell);
                };
                at += quote + 1;
                if text.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
            begins = false;
        } else {
            begins = [delimiter, b'\n', b'\r'].contains(byte);
        }
    }
    None
}

/// An empty cell is what data frames write for "none".
fn cell<'r>(fields: &[Option<Field>], row: &'r StringRecord, field: Field) -> Value<'r> {
    let column = fields.iter().position(|name| *name == Some(field));
    match column.and_then(|column| row.get(column)) {
        None | Some("") => Value::Absent,
        Some(text) => Value::Text(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_quote_that_begins_a_cell_can_leave_it_open() {
        for (text, open) in [
            ("a,b\n1,2\n", None),
            ("a\tb\n5\" disk.pdf\t2\n", None),
            ("a,b\n\"x\ny\",\"\"\"\"\n", None),
            ("a,b\n\"x,2\n", Some(4)),
            ("a,b\n1,\"x\"\"\n", Some(6)),
        ] {
            let delimiter = if text.contains('\t') { b'\t' } else { b',' };
            assert_eq!(open_cell(text.as_bytes(), delimiter), open, "{text:?}");
        }
    }

    #[test]
    fn a_header_with_id_and_status_tells_the_delimiter() {
        assert_eq!(delimiter(",item_id,item_name,status\n"), Some(b','));
        assert_eq!(delimiter("\"item_id\";\"status\"\n"), Some(b';'));
        assert_eq!(delimiter("name,size\n"), None);
    }
}
