//! CSV of items or jobs, as data frames, spreadsheets and database shells write it: a header with the
//! API's names, a row per item or job.

mod rows;

use std::borrow::Cow;

use self::rows::Rows;
use crate::api::record::is_word_for_nothing;
use crate::api::{Field, ItemRecord, JobRecord, Value, v2};
use crate::frame::COLUMNS;
use crate::frame::export::unescaped;
use crate::load::note::{Fault, NoteKind, Place};
use crate::load::sink::Sink;
use crate::load::tally::Shape;

/// A table in a text.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::load) struct Table {
    /// Offset of its header.
    begin: usize,
    delimiter: u8,
    /// True if a database shell drew it with lines: cells are padded, and quotes are part of them.
    is_drawn: bool,
    /// True if this program wrote it: blanks are part of cells, and formulas are escaped.
    is_export: bool,
    /// Number of cells of the header.
    width: usize,
    /// Column of each field.
    columns: [Option<usize>; Field::COUNT],
}

/// The header is looked for in this many bytes.
const HEAD: usize = 64 << 10;
/// A header with more cells is none of ours.
const MOST_COLUMNS: usize = 4_096;
/// Columns of an export without rare ones.
const FEWEST_EXPORTED: usize = 13;
/// Lines that may stand above the header, empty ones not counted: a title, a border.
const MOST_ABOVE: usize = 5;

impl Table {
    /// Finds the table that a text holds: the first row that names an item's id and status, or a job's
    /// id and another of its fields.
    pub(in crate::load) fn of(text: &str) -> Option<Self> {
        let head = &text[..text.floor_char_boundary(HEAD)];
        let mut named = None;
        let mut above = 0;
        let mut behind = 0;
        for line in head.split_inclusive(['\n', '\r']) {
            let begin = behind;
            behind += line.len();
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            if let Some(delimiter) = named_delimiter(line) {
                named = Some(delimiter);
                continue;
            }
            let table = named
                .into_iter()
                .chain(*b",;\t|")
                .find_map(|delimiter| Self::with_header(head, begin, delimiter));
            if table.is_some() || above == MOST_ABOVE {
                return table;
            }
            above += 1;
        }
        None
    }

    /// The table whose header begins at `begin`, if a header begins there.
    fn with_header(text: &str, begin: usize, delimiter: u8) -> Option<Self> {
        let line = text[begin..].lines().next()?;
        let below = text[begin + line.len()..].trim_start().lines().next();
        let is_drawn =
            delimiter == b'|' && (line.trim().starts_with('|') || below.is_some_and(is_ruled));
        let mut table = Self {
            begin,
            delimiter,
            is_drawn,
            is_export: false,
            width: 0,
            columns: [None; Field::COUNT],
        };
        let mut cells = Vec::new();
        table.rows(text).next(&mut cells)?;
        table.width = cells.len();
        if table.width > MOST_COLUMNS {
            return None;
        }
        table.is_export =
            table.width >= FEWEST_EXPORTED && cells.iter().all(|cell| COLUMNS.contains(&&**cell));
        for (at, cell) in cells.iter().enumerate() {
            if let Some(field) = Field::from_heading(cell) {
                table.columns[field as usize].get_or_insert(at);
            }
        }
        (table.is_of_items() || table.is_of_jobs()).then_some(table)
    }

    fn has(&self, field: Field) -> bool {
        self.columns[field as usize].is_some()
    }

    fn is_of_items(&self) -> bool {
        self.has(Field::ItemId) && self.has(Field::Status)
    }

    fn is_of_jobs(&self) -> bool {
        let of_job = [
            Field::JobType,
            Field::TotalItems,
            Field::ProjectId,
            Field::ProcessedItems,
        ];
        self.has(Field::Id)
            && !self.has(Field::ItemId)
            && of_job.into_iter().any(|field| self.has(field))
    }

    /// Tells if rows may be documents of v2, which have an id as jobs of v1 do.
    fn may_be_of_v2(&self) -> bool {
        self.is_of_jobs() && !self.has(Field::JobType) && !self.has(Field::TotalItems)
    }

    fn rows<'t>(&self, text: &'t str) -> Rows<'t> {
        Rows {
            text,
            at: self.begin,
            delimiter: self.delimiter,
            has_quotes: !self.is_drawn,
            keeps_blanks: self.is_export,
            open: None,
        }
    }

    /// The value of a field. An empty cell is what spreadsheets write for "none", and data frames and
    /// databases have words for it.
    fn value<'c>(&self, cells: &'c [Cow<'_, str>], field: Field) -> Value<'c> {
        let cell = self.columns[field as usize].and_then(|column| cells.get(column));
        match cell {
            Some(text) if self.is_export && !text.is_empty() => {
                Value::Text(Cow::Borrowed(unescaped(text)))
            }
            Some(text) if !is_nothing(text) => Value::Text(Cow::Borrowed(text)),
            _ => Value::Absent,
        }
    }
}

fn is_nothing(cell: &str) -> bool {
    cell.is_empty() || is_word_for_nothing(cell)
}

/// The delimiter that a line `sep=;` names, which tells it to spreadsheets.
fn named_delimiter(line: &str) -> Option<u8> {
    let line = line.trim_matches('"');
    let (name, delimiter) = line.split_at_checked(4)?;
    match delimiter.as_bytes() {
        [delimiter] if name.eq_ignore_ascii_case("sep=") && delimiter.is_ascii() => {
            Some(*delimiter)
        }
        // A tab at the end of a line is easily lost.
        [] if name.eq_ignore_ascii_case("sep=") => Some(b'\t'),
        _ => None,
    }
}

/// Tells if a line only draws a table.
fn is_ruled(line: &str) -> bool {
    line.contains('-') && line.bytes().all(|byte| b"-+|=: \r".contains(&byte))
}

/// Reads all rows.
pub(super) fn read(reader: &mut Sink<'_, '_>, table: &Table) {
    let text = reader.text();
    let mut rows = table.rows(text);
    let (mut header, mut cells) = (Vec::new(), Vec::new());
    rows.next(&mut header);
    let is_of_items = table.is_of_items();
    let (of_v2, v2_before) = (table.may_be_of_v2(), reader.v2_documents());
    let mut list = List {
        start: reader.next_row(),
        job: None,
    };
    while let Some(begin) = rows.next(&mut cells) {
        if rows.open.is_some() {
            // The cells before the open one are whole.
            cells.pop();
        }
        let is_empty = cells.iter().all(|cell| cell.is_empty());
        // Files that were put together have their header again.
        if is_empty || cells == header || table.is_drawn && is_line_of_shell(&cells) {
            continue;
        }
        let part = Some(begin);
        let beyond = cells.get(table.width..).unwrap_or_default();
        if !beyond.iter().all(|cell| is_nothing(cell)) {
            let (row, header) = (cells.len(), table.width);
            reader.unreadable(|| Fault::Cells { row, header }, part);
        } else if is_of_items {
            list.go_on(reader, &table.value(&cells, Field::BatchJobId));
            let item = ItemRecord::read(|field| table.value(&cells, field));
            // An item that breaks off before its status is none.
            if item.is_ok() || rows.open.is_none() {
                reader.item(item, part);
            }
        } else if let Some(document) = of_v2
            .then(|| v2::read(&object_of(&header, &cells)))
            .flatten()
        {
            reader.v2(document);
        } else {
            let mut wrong = Vec::new();
            let job = JobRecord::read(|field| table.value(&cells, field), &mut wrong);
            reader.job(job, wrong, part);
        }
    }
    if let Some(at) = rows.open {
        reader.note(NoteKind::UnclosedCell(Place::of(text, at)));
    } else if !text.ends_with(['\n', '\r']) && !table.is_drawn {
        reader.note(NoteKind::NoFinalNewline);
    }
    reader.documents(1);
    if is_of_items {
        reader.count(Shape::Page);
        list.close(reader);
    } else if reader.v2_documents() > v2_before {
        reader.count(Shape::V2);
    } else {
        reader.count(Shape::Job);
    }
}

/// The JSON object that a row was made from. A heading with a dot names a member of an object, as data
/// frames write them (`usage.credits`); such values are numbers if they look like it.
fn object_of(header: &[Cow<'_, str>], cells: &[Cow<'_, str>]) -> String {
    let mut object = serde_json::Map::new();
    for (name, cell) in header.iter().zip(cells) {
        if is_nothing(cell) {
            continue;
        }
        match name.split_once('.') {
            None => {
                object.insert(name.to_string(), (&**cell).into());
            }
            Some((outer, inner)) => {
                let value = serde_json::from_str::<serde_json::Number>(cell)
                    .map_or_else(|_| (&**cell).into(), serde_json::Value::Number);
                let members = object
                    .entry(outer)
                    .or_insert_with(|| serde_json::Map::new().into());
                if let Some(members) = members.as_object_mut() {
                    members.insert(inner.to_owned(), value);
                }
            }
        }
    }
    serde_json::Value::Object(object).to_string()
}

/// Tells if a line of a drawn table is none of its rows: a border, or how many rows there are.
fn is_line_of_shell(cells: &[Cow<'_, str>]) -> bool {
    cells.len() == 1 || cells.iter().all(|cell| cell.is_empty() || is_ruled(cell))
}

/// Rows one after another that a column `batch_job_id` gives to the same job.
struct List {
    start: usize,
    job: Option<String>,
}

impl List {
    /// Begins another list if the next row belongs to another job than those so far.
    fn go_on(&mut self, reader: &mut Sink<'_, '_>, job: &Value<'_>) {
        let job = match job {
            Value::Text(id) => Some(&**id),
            _ => None,
        };
        if job != self.job.as_deref() {
            if reader.next_row() > self.start || reader.has_unreadable_rows() {
                self.close(reader);
            }
            self.start = reader.next_row();
            self.job = job.map(str::to_owned);
        }
    }

    fn close(&mut self, reader: &mut Sink<'_, '_>) {
        reader.list(self.start, self.job.take(), None, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::accumulator::Accumulator;
    use crate::load::looks::looks_like;

    #[test]
    fn a_header_is_found_however_it_is_written() {
        for (text, delimiter) in [
            (",item_id,item_name,status\n", b','),
            ("\"item_id\";\"status\"\n", b';'),
            ("sep=;\nitem_id;status\n", b';'),
            ("\"sep=^\"\r\nitem_id^status\r\n", b'^'),
            ("Batch of Tuesday,,\n\n Item ID ,Item Name, STATUS\n", b','),
            (" item_id | status \n---------+--------\n", b'|'),
            ("+---+\n| item_id | status |\n+---+\n", b'|'),
            ("id,job_type,status\n", b','),
            ("job.id\tjob.total_items\n", b'\t'),
        ] {
            let table = Table::of(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(table.delimiter, delimiter, "{text}");
        }
        for text in [
            "name,size\n",
            "id,name\n",
            "item_id: a\nstatus: failed\n",
            "",
        ] {
            assert_eq!(Table::of(text), None, "{text}");
        }
    }

    #[test]
    fn a_table_that_a_database_shell_drew_has_no_rows_but_its_own() {
        for text in [
            " item_id | status \n---------+--------\n a\"     | failed\n b       | NULL\n(2 rows)\n\n",
            "+---------+--------+\n| item_id | status |\n+---------+--------+\n| a\"      | failed |\n\
             | b       | NULL   |\n+---------+--------+\n2 rows in set (0.00 sec)\n",
        ] {
            let mut batch = Accumulator::default();
            let mut reader = Sink::new(&mut batch, 0, "x".to_owned(), text);
            let table = Table::of(text).expect("a table");
            read(&mut reader, &table);
            // The other one has no status.
            assert_eq!(reader.next_row(), 1, "{text}");
            reader.finish(None, &[], || looks_like(text, None));
            assert_eq!(batch.groups[0].unreadable, 1, "{text}");
        }
    }

    #[test]
    fn a_column_tells_the_job_of_each_row() {
        let text = "item_id,status,batch_job_id\na,failed,x\nb,failed,x\nc,failed,\nd,failed,y\n";
        let mut batch = Accumulator::default();
        let mut reader = Sink::new(&mut batch, 0, "x".to_owned(), text);
        read(&mut reader, &Table::of(text).expect("a table"));
        let groups: Vec<_> = batch
            .groups
            .iter()
            .map(|group| (group.rows.clone(), group.batch_job_id.as_deref()))
            .collect();
        assert_eq!(groups, [(0..2, Some("x")), (2..3, None), (3..4, Some("y"))]);
    }
}
