//! The short way through documents of the plain kind: items one after another, an array of items, and
//! pages of them.
//!
//! Most of what is ever read is items that one client wrote in one go, each with the same keys in the
//! same order and the same white space between them. What stands between the values of one item is
//! remembered and compared as a whole with what stands there in the next; where it differs the item
//! is read key by key. What neither can read is left to [`super::document`], which reads
//! everything, and which this must agree with: where a document is taken here, it gives the same rows,
//! and where it is not, nothing has been said about it yet.

use std::borrow::Cow;

use serde_json::value::RawValue;
use wide::u8x16;

use super::document::finish_page;
use super::object::Fields;
use super::reader::FileReader;
use crate::api::{Field, ItemRecord, PlainTimes, Value, WrongType};

/// What became of a document.
pub(super) enum Scanned {
    /// It was taken; this is its length.
    Taken(usize),
    /// It is of another kind; nothing was taken of it.
    Left,
    /// It broke, or is of another kind, after items of it had been taken: they stand in the
    /// columns already.
    Broken,
}

/// Takes the document a text begins with, if it is of the plain kind.
pub(super) fn read_document(
    text: &str,
    reader: &mut FileReader<'_, '_>,
    habit: &mut Habit,
) -> Scanned {
    let scan = Scan {
        text,
        bytes: text.as_bytes(),
    };
    match scan.bytes.first() {
        Some(b'{') => {}
        Some(b'[') => return scan.array(reader, habit),
        _ => return Scanned::Left,
    }
    let mut item = Item::new();
    if let Some(end) = scan.item(0, habit, &mut item) {
        let (record, part) = (item.record(&mut habit.times), item.part(text));
        reader.loose_item(record, part);
        reader.document();
        return Scanned::Taken(end);
    }
    scan.page(reader, habit)
}

/// What stands between the values of the items at hand.
#[derive(Default)]
pub(super) struct Habit {
    steps: Vec<Step>,
    /// What stands behind the last value.
    end: Between,
    times: PlainTimes,
}

struct Step {
    before: Between,
    field: Option<ItemField>,
}

/// The place of one of an item's fields in [`Item`]: those come first in [`Field`].
type ItemField = u8;
const ITEM_FIELDS: usize = 10;
const _: () = assert!(Field::StartedAt as usize == ITEM_FIELDS - 1);

/// A few bytes that are compared in one go.
#[derive(Default, Clone, Copy)]
struct Between {
    bytes: [u128; 2],
    mask: [u128; 2],
    length: usize,
}

impl Between {
    const LONGEST: usize = 32;

    /// `None` where there are too many.
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > Self::LONGEST {
            return None;
        }
        let mut padded = [0; Self::LONGEST];
        padded[..bytes.len()].copy_from_slice(bytes);
        let mut mask = [0; Self::LONGEST];
        mask[..bytes.len()].fill(0xff);
        Some(Self {
            bytes: halves(&padded),
            mask: halves(&mask),
            length: bytes.len(),
        })
    }

    #[inline]
    fn stands_at(&self, bytes: &[u8], at: usize) -> bool {
        let window = match bytes.get(at..at + Self::LONGEST) {
            Some(window) => halves(window.try_into().unwrap_or(&[0; Self::LONGEST])),
            None => {
                let rest = bytes.get(at..).unwrap_or_default();
                if rest.len() < self.length {
                    return false;
                }
                let mut padded = [0; Self::LONGEST];
                padded[..rest.len()].copy_from_slice(rest);
                halves(&padded)
            }
        };
        let differ = |half: usize| (window[half] ^ self.bytes[half]) & self.mask[half];
        differ(0) | differ(1) == 0
    }
}

#[inline]
fn halves(bytes: &[u8; Between::LONGEST]) -> [u128; 2] {
    let half = |at: usize| {
        let half = bytes[at..at + 16].try_into();
        u128::from_le_bytes(half.unwrap_or_default())
    };
    [half(0), half(16)]
}

/// A value as it stands in the text.
#[derive(Clone, Copy)]
enum Scalar<'t> {
    Absent,
    /// The inside of a string without escapes.
    Text(&'t str),
    /// Anything else, whole.
    Raw(&'t str),
}

/// The fields of an item as they stand in the text.
struct Item<'t> {
    values: [Scalar<'t>; ITEM_FIELDS],
    /// Where the value of its id begins.
    id_at: usize,
}

impl<'t> Item<'t> {
    fn new() -> Self {
        Self {
            values: [Scalar::Absent; ITEM_FIELDS],
            id_at: usize::MAX,
        }
    }

    #[inline]
    fn set(&mut self, field: ItemField, at: usize, value: Scalar<'t>) {
        // Of a key that stands there twice the last counts.
        self.values[usize::from(field)] = value;
        if field == Field::ItemId as ItemField {
            self.id_at = at;
        }
    }

    fn record(&self, times: &mut PlainTimes) -> Result<ItemRecord<'t>, WrongType> {
        match self.plain_record(times) {
            Some(record) => Ok(record),
            None => self.any_record(),
        }
    }

    /// The record of an item whose values are what they are in nearly all items: text or null, the
    /// times in the server's form. It is what [`ItemRecord::read`] would make of them.
    #[inline]
    fn plain_record(&self, times: &mut PlainTimes) -> Option<ItemRecord<'t>> {
        let text = |field: Field| match self.values[field as usize] {
            Scalar::Absent => Some(None),
            Scalar::Text(text) => Some(Some(text)),
            Scalar::Raw(_) => None,
        };
        let filled = |field: Field| match text(field)? {
            // What begins with white space may be nothing else.
            Some(text)
                if text
                    .as_bytes()
                    .first()
                    .is_none_or(|byte| *byte <= b' ' || *byte > b'~') =>
            {
                None
            }
            text => Some(text),
        };
        let mut time = |field: Field| match text(field)? {
            None => Some(None),
            Some(text) => times.read(text.as_bytes()).map(Some),
        };
        text(Field::JobRecordId)?;
        Some(ItemRecord {
            item_id: filled(Field::ItemId)??.into(),
            item_name: text(Field::ItemName)?.map(Cow::Borrowed),
            status: filled(Field::Status)??.into(),
            started_at: time(Field::StartedAt)?,
            completed_at: time(Field::CompletedAt)?,
            effective_at: time(Field::EffectiveAt)?,
            error_message: filled(Field::ErrorMessage)?.map(Cow::Borrowed),
            skip_reason: filled(Field::SkipReason)?.map(Cow::Borrowed),
            processing_job_id: text(Field::JobId)?.map(Cow::Borrowed),
            unreadable_time: None,
        })
    }

    fn any_record(&self) -> Result<ItemRecord<'t>, WrongType> {
        ItemRecord::read(|field| match self.values[field as usize] {
            Scalar::Absent => Value::Absent,
            Scalar::Text(text) => Value::Text(text.into()),
            Scalar::Raw(raw) => Value::from_json(raw),
        })
    }

    fn part(&self, text: &'t str) -> Option<&'t str> {
        text.get(self.id_at..)
    }

    /// Whether this is an item beyond doubt: with an id, and with a status that is no document.
    fn is_plain(&self) -> bool {
        let status = self.values[Field::Status as usize];
        self.id_at != usize::MAX && !matches!(status, Scalar::Raw(raw) if raw.starts_with('{'))
    }
}

#[derive(Clone, Copy)]
struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
}

impl<'t> Scan<'t> {
    /// An array of items.
    fn array(self, reader: &mut FileReader<'_, '_>, habit: &mut Habit) -> Scanned {
        let begin = self.space(1);
        if self.bytes.get(begin) != Some(&b'{') || !self.is_item(begin, habit) {
            return Scanned::Left;
        }
        let taken = self.items(begin, habit, |item, times| {
            reader.loose_item(item.record(times), item.part(self.text));
        });
        match taken {
            Some(end) => {
                reader.document();
                Scanned::Taken(end)
            }
            None => Scanned::Broken,
        }
    }

    /// An object with a list of items.
    fn page(self, reader: &mut FileReader<'_, '_>, habit: &mut Habit) -> Scanned {
        let start = reader.next_row();
        let mut fields = Fields::new();
        let mut has_list = false;
        match self.members(reader, habit, &mut fields, &mut has_list) {
            Some(end) if has_list => {
                if finish_page(reader, fields, start) {
                    reader.document();
                }
                Scanned::Taken(end)
            }
            _ if has_list => Scanned::Broken,
            _ => Scanned::Left,
        }
    }

    fn members(
        self,
        reader: &mut FileReader<'_, '_>,
        habit: &mut Habit,
        fields: &mut Fields<'t>,
        has_list: &mut bool,
    ) -> Option<usize> {
        let mut at = self.space(1);
        loop {
            let (name, value) = self.key(at)?;
            match Field::from_name(name) {
                Some(Field::Items) => {
                    if *has_list || self.bytes.get(value) != Some(&b'[') {
                        return None;
                    }
                    let begin = self.space(value + 1);
                    if self.bytes.get(begin) != Some(&b']') && !self.is_item(begin, habit) {
                        return None;
                    }
                    *has_list = true;
                    at = self.items(begin, habit, |item, times| {
                        reader.item(item.record(times), item.part(self.text));
                    })?;
                }
                Some(Field::Body) => return None,
                field => {
                    let (raw, end) = self.raw(value)?;
                    if let Some(field) = field {
                        fields.set(field, raw);
                    }
                    at = end;
                }
            }
            at = self.space(at);
            match self.bytes.get(at)? {
                b',' => at = self.space(at + 1),
                b'}' => return Some(at + 1),
                _ => return None,
            }
        }
    }

    /// The elements of an array from `at` on; gives where it ends.
    fn items(
        self,
        mut at: usize,
        habit: &mut Habit,
        mut take: impl FnMut(&Item<'t>, &mut PlainTimes),
    ) -> Option<usize> {
        if self.bytes.get(at) == Some(&b']') {
            return Some(at + 1);
        }
        let mut item = Item::new();
        loop {
            let end = self.item(at, habit, &mut item)?;
            take(&item, &mut habit.times);
            at = self.space(end);
            match self.bytes.get(at)? {
                b',' => at = self.space(at + 1),
                b']' => return Some(at + 1),
                _ => return None,
            }
        }
    }

    /// Whether an item begins at `at`.
    fn is_item(self, at: usize, habit: &mut Habit) -> bool {
        self.item(at, habit, &mut Item::new()).is_some()
    }

    /// Reads the item that begins at `at`; gives where it ends. What `item` holds is what the item
    /// before held, or nothing.
    #[inline]
    fn item(self, at: usize, habit: &mut Habit, item: &mut Item<'t>) -> Option<usize> {
        if let Some(end) = self.item_by_habit(at, habit, item) {
            return Some(end);
        }
        self.item_by_keys(at, habit, item)
    }

    #[inline]
    fn item_by_habit(self, mut at: usize, habit: &Habit, item: &mut Item<'t>) -> Option<usize> {
        for step in &habit.steps {
            if !step.before.stands_at(self.bytes, at) {
                return None;
            }
            let begin = at + step.before.length;
            let (value, end) = self.value(begin)?;
            if let Some(field) = step.field {
                item.set(field, begin, value);
            }
            at = end;
        }
        let whole = habit.end.length > 0 && habit.end.stands_at(self.bytes, at);
        (whole && item.is_plain()).then_some(at + habit.end.length)
    }

    /// Reads an item by its keys, and remembers what stood between its values.
    fn item_by_keys(self, start: usize, habit: &mut Habit, item: &mut Item<'t>) -> Option<usize> {
        // Nothing is left of an item with other keys.
        *item = Item::new();
        if self.bytes.get(start) != Some(&b'{') {
            return None;
        }
        let mut steps = Some(Vec::new());
        let mut between = start;
        let mut at = self.space(start + 1);
        loop {
            let (name, begin) = self.key(at)?;
            let field = match Field::from_name(name) {
                // What makes a document of another kind of it.
                Some(
                    Field::Items
                    | Field::Body
                    | Field::Job
                    | Field::SchemaVersion
                    | Field::SnapshotVersion
                    | Field::Generator,
                ) => return None,
                Some(field) => Some(field as ItemField).filter(|at| usize::from(*at) < ITEM_FIELDS),
                None => None,
            };
            let (value, end) = self.value(begin)?;
            if let Some(field) = field {
                item.set(field, begin, value);
            }
            steps = steps.and_then(|mut steps: Vec<Step>| {
                let before = Between::of(&self.bytes[between..begin])?;
                steps.push(Step { before, field });
                Some(steps)
            });
            (between, at) = (end, self.space(end));
            match self.bytes.get(at)? {
                b',' => at = self.space(at + 1),
                b'}' => break,
                _ => return None,
            }
        }
        if !item.is_plain() {
            return None;
        }
        let end = Between::of(&self.bytes[between..=at]);
        (habit.steps, habit.end) = steps.zip(end).unwrap_or_default();
        Some(at + 1)
    }

    /// The name of the member that begins at `at`, and where its value begins.
    fn key(self, at: usize) -> Option<(&'t str, usize)> {
        if self.bytes.get(at) != Some(&b'"') {
            return None;
        }
        let end = self.end_of_plain_string(at + 1)?;
        let colon = self.space(end + 1);
        (self.bytes.get(colon) == Some(&b':'))
            .then(|| (&self.text[at + 1..end], self.space(colon + 1)))
    }

    #[inline]
    fn value(self, at: usize) -> Option<(Scalar<'t>, usize)> {
        match self.bytes.get(at)? {
            b'"' => {
                if let Some(end) = self.end_of_plain_string(at + 1) {
                    return Some((Scalar::Text(&self.text[at + 1..end]), end + 1));
                }
            }
            b'n' if self.bytes[at..].starts_with(b"null") => {
                return Some((Scalar::Absent, at + 4));
            }
            _ => {}
        }
        let (raw, end) = self.raw(at)?;
        Some((Scalar::Raw(raw.get()), end))
    }

    /// Any value, whole.
    fn raw(self, at: usize) -> Option<(&'t RawValue, usize)> {
        let mut values =
            serde_json::Deserializer::from_str(&self.text[at..]).into_iter::<&'t RawValue>();
        let raw = values.next()?.ok()?;
        Some((raw, at + values.byte_offset()))
    }

    #[inline]
    fn space(self, mut at: usize) -> usize {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(at) {
            at += 1;
        }
        at
    }

    /// Where the string ends whose inside begins at `at`; `None` where something in it is escaped
    /// or may not stand in a string.
    #[inline]
    fn end_of_plain_string(self, mut at: usize) -> Option<usize> {
        while let Some(block) = self.bytes.get(at..at + BLOCK) {
            match first_special(block.try_into().unwrap_or(&[0; BLOCK])) {
                BLOCK => at += BLOCK,
                first => {
                    at += first;
                    return (self.bytes[at] == b'"').then_some(at);
                }
            }
        }
        let rest = self.bytes.get(at..)?;
        let first = rest.iter().position(|byte| is_special(*byte))?;
        (rest[first] == b'"').then_some(at + first)
    }
}

/// Whether a byte ends the plain part of a string.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// How many bytes of a string are looked at in one go.
const BLOCK: usize = 16;

/// Where the first byte stands that ends the plain part of a string; [`BLOCK`] where there is none.
#[inline]
fn first_special(block: &[u8; BLOCK]) -> usize {
    let bytes = u8x16::new(*block);
    let quote = bytes.simd_eq(u8x16::splat(b'"'));
    let escape = bytes.simd_eq(u8x16::splat(b'\\'));
    let control = bytes.simd_lt(u8x16::splat(0x20));
    // The bit behind the last is always set.
    ((quote | escape | control).to_bitmask() | (1 << BLOCK)).trailing_zeros() as usize
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::frame::{ItemFrame, Runs};
    use crate::load::batch::Batch;
    use crate::load::json::{self, Again, Ways};

    /// All that was read of a text: rows, groups, records and notes.
    fn read(text: &str, short: bool) -> Option<String> {
        let mut batch = Batch::default();
        let mut reader = FileReader::new(&mut batch, 0, "a.json".to_owned(), text);
        let mut ways = Ways {
            short,
            mending: true,
        };
        let mut read = json::read(&mut reader, ways);
        if let ControlFlow::Break(Again::TheLongWay) = read {
            assert!(short, "only the short way asks for the long one");
            ways.short = false;
            reader = reader.restart(text);
            read = json::read(&mut reader, ways);
        }
        if read.is_break() {
            return None;
        }
        reader.finish(None, || ("text", "text".to_owned()));
        let rows = batch.columns.len();
        let columns = std::mem::take(&mut batch.columns);
        // Each row a job of its own, so that none is told to be another's duplicate.
        let mut runs = Runs::default();
        for row in 0..rows {
            runs.add(row + 1, row as u32, 0);
        }
        let (items, _) = ItemFrame::build(vec![columns], runs, rows).expect("a frame");
        let row = |row: usize| {
            (
                items.item_id(row),
                items.item_name(row),
                items.processing_job_id(row),
                items.status_word(row),
                items.row(row).started_at,
                items.row(row).completed_at,
                items.row(row).effective_at,
                items.error_message(row),
                items.skip_reason(row),
            )
        };
        let rows: Vec<String> = (0..rows).map(|at| format!("{:?}", row(at))).collect();
        let Batch {
            groups,
            jobs,
            files,
            notes,
            ..
        } = batch;
        Some(format!("{rows:#?}{groups:#?}{jobs:#?}{files:#?}{notes:#?}"))
    }

    fn agree(text: &str) {
        let (short, long) = (read(text, true), read(text, false));
        assert!(
            short == long,
            "{}\n{short:?}\n{long:?}",
            &text[..text.floor_char_boundary(400)]
        );
    }

    fn fixtures(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                fixtures(&path, found);
            } else {
                found.push(path);
            }
        }
    }

    #[test]
    fn the_short_way_reads_every_fixture_as_the_long_way_does_whole_cut_and_changed() {
        let mut files = Vec::new();
        fixtures(Path::new("fixtures"), &mut files);
        let mut random: u64 = 7;
        let mut below = |bound: usize| {
            random = random
                .wrapping_mul(0x5851_f42d_4c95_7f2d)
                .wrapping_add(0x1405_7b7e_f767_814f);
            (random >> 33) as usize % bound.max(1)
        };
        for file in files {
            let bytes = std::fs::read(&file).expect("a file");
            let text = String::from_utf8_lossy(&bytes);
            agree(&text);
            for _ in 0..12 {
                let at = text.floor_char_boundary(below(text.len()));
                agree(&text[..at]);
                let bytes = [
                    b'"', b'\\', b'{', b'}', b'[', b']', b',', b':', b'n', b'0', b' ', b'\n', 7,
                ];
                let mut changed = text.as_bytes().to_vec();
                if let Some(byte) = changed.get_mut(at) {
                    *byte = bytes[below(bytes.len())];
                }
                agree(&String::from_utf8_lossy(&changed));
            }
        }
    }

    #[test]
    fn items_that_differ_in_their_keys_and_white_space_are_read_alike() {
        let items = [
            r#"{"item_id":"a","status":"failed","error_message":"x"}"#,
            r#"{"item_id":"b","status":"failed","error_message":null}"#,
            r#"{"status":"completed","item_id":"c"}"#,
            r#"{ "item_id" : "d", "status" : "skipped" , "skip_reason":"\u00e9\n\"" }"#,
            r#"{"item_id":"e","status":"completed","started_at":"2026-05-14T08:30:33Z","completed_at":1778747433000}"#,
            r#"{"item_id":"e","item_id":"f","status":"completed","x":{"item_id":"g"},"y":[1,2]}"#,
            r#"{"item_id":"","status":"failed"}"#,
            r#"{"item_id":"h","status":5}"#,
            r#"{"item_id":"i","status":"failed","started_at":"yesterday"}"#,
            r#"{"item_id":"j","status":"failed","error_message":" "}"#,
            r#"{"item_id":"a","status":"failed","error_message":"y"}"#,
        ];
        agree(&format!(
            "{{\"items\":[{}],\"total_size\":9}}",
            items.join(",")
        ));
        agree(&format!("[{}]", items.join(" ,\n")));
        agree(&items.join("\n"));
        agree(&items.concat());
        let strange = [
            r#"{"id":"bjb-1","job_type":"parse"}"#,
            r#"{"item_id":"k","job":{"id":"bjb-2"}}"#,
            r#"{"items":[{"item_id":"l","status":"failed"}]}"#,
            r#"{"item_id":"m","status":{"job":{"id":"bjb-3"}}}"#,
            r#"{"item_id":"n","status":"failed","body":{}}"#,
            "[]",
            "null",
            "7",
            "\"x\"",
            "{}",
            "{\"item_id\":\"o\"",
        ];
        for strange in strange {
            for place in [0, 1, items.len()] {
                let mut mixed = items.to_vec();
                mixed.insert(place, strange);
                agree(&format!(
                    "{{\"items\":[{}],\"total_size\":9}}",
                    mixed.join(",")
                ));
                agree(&format!("[{}]", mixed.join(",")));
                agree(&mixed.join("\n"));
            }
        }
    }
}
