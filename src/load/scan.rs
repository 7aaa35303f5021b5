//! The short way through documents of the plain kind: items one after another, an array of items, and
//! pages of them.
//!
//! Most of what is ever read is items that one client wrote in one go, each with the same keys in the
//! same order and the same white space between them. What stands between the values of one item is
//! remembered and compared as a whole with what stands there in the next; where it differs the item
//! is read key by key. What neither can read is left to [`super::document`], which reads
//! everything, and which this must agree with: where a document is taken here, it gives the same rows,
//! and where it is not, nothing has been said about it yet.

use serde_json::value::RawValue;
use wide::u8x16;

use super::document::finish_page;
use super::object::Fields;
use super::reader::FileReader;
use crate::api::{Field, ItemFields, ItemRecord, PlainTimes, Value, WrongType};

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
        scan.take_loose(&item, reader, &mut habit.times);
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
    /// Whether one of them is the id.
    has_id: bool,
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
    bytes: [u8x16; 2],
    mask: [u8x16; 2],
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

    #[inline(always)]
    fn stands_at(&self, bytes: &[u8], at: usize) -> bool {
        match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
            Some(window) => self.is(window),
            None => self.ends(bytes.get(at..).unwrap_or_default()),
        }
    }

    #[inline(always)]
    fn is(&self, window: &[u8; Self::LONGEST]) -> bool {
        let [first, second] = halves(window);
        let differ =
            (first ^ self.bytes[0]) & self.mask[0] | (second ^ self.bytes[1]) & self.mask[1];
        differ.simd_eq(u8x16::splat(0)).to_bitmask() == 0xffff
    }

    /// The same within the last few bytes of a text.
    #[cold]
    #[inline(never)]
    fn ends(&self, rest: &[u8]) -> bool {
        if rest.len() < self.length {
            return false;
        }
        let mut padded = [0; Self::LONGEST];
        padded[..rest.len()].copy_from_slice(rest);
        self.is(&padded)
    }
}

#[inline(always)]
fn halves(bytes: &[u8; Between::LONGEST]) -> [u8x16; 2] {
    let half = |from: usize| u8x16::new(std::array::from_fn(|at| bytes[from + at]));
    [half(0), half(16)]
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// null.
    Absent,
    /// A string without escapes, of which the inside is meant.
    Text,
    /// Anything else, whole.
    Raw,
}

/// A value as it stands in the text, and where it ends there.
///
/// What is read for each field of each item is kept in numbers of one size, and returned only where it
/// is inlined: to read a structure from memory that has just been written in pieces takes longer than
/// to find the value.
#[derive(Clone, Copy)]
struct Found {
    kind: Kind,
    begin: usize,
    end: usize,
    behind: usize,
}

/// The fields of an item, by where they stand in the text.
struct Item {
    kinds: [Kind; ITEM_FIELDS],
    begins: [usize; ITEM_FIELDS],
    ends: [usize; ITEM_FIELDS],
    has_id: bool,
}

impl Item {
    fn new() -> Self {
        Self {
            kinds: [Kind::Absent; ITEM_FIELDS],
            begins: [0; ITEM_FIELDS],
            ends: [0; ITEM_FIELDS],
            has_id: false,
        }
    }

    #[inline(always)]
    fn set(&mut self, field: ItemField, found: Found) {
        // Of a key that stands there twice the last counts.
        let field = usize::from(field);
        self.kinds[field] = found.kind;
        self.begins[field] = found.begin;
        self.ends[field] = found.end;
    }

    /// A field as it stands in the text, without quotes.
    #[inline(always)]
    fn raw<'t>(&self, field: Field, text: &'t str) -> &'t str {
        let field = field as usize;
        &text[self.begins[field]..self.ends[field]]
    }

    /// The text of a field; `None` where it is neither text nor null.
    #[inline(always)]
    fn text<'t>(&self, field: Field, text: &'t str) -> Option<Option<&'t str>> {
        match self.kinds[field as usize] {
            Kind::Absent => Some(None),
            Kind::Text => Some(Some(self.raw(field, text))),
            Kind::Raw => None,
        }
    }

    /// The fields of an item whose values are what they are in nearly all items: text or null, the
    /// times in the server's form. It is what [`ItemRecord::read`] would make of them.
    #[inline(always)]
    fn plain<'t>(&self, text: &'t str, times: &mut PlainTimes) -> Option<ItemFields<'t>> {
        let filled = |field: Field| match self.text(field, text)? {
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
        let mut time = |field: Field| match self.text(field, text)? {
            None => Some(None),
            Some(text) => times.read(text.as_bytes()).map(Some),
        };
        if self.kinds[Field::JobRecordId as usize] == Kind::Raw {
            return None;
        }
        Some(ItemFields {
            item_id: filled(Field::ItemId)??,
            item_name: self.text(Field::ItemName, text)?,
            status: filled(Field::Status)??,
            started_at: time(Field::StartedAt)?,
            completed_at: time(Field::CompletedAt)?,
            effective_at: time(Field::EffectiveAt)?,
            error_message: filled(Field::ErrorMessage)?,
            skip_reason: filled(Field::SkipReason)?,
            processing_job_id: self.text(Field::JobId, text)?,
        })
    }

    /// The record of any item.
    #[cold]
    fn record<'t>(&self, text: &'t str) -> Result<ItemRecord<'t>, WrongType> {
        ItemRecord::read(|field| match self.kinds[field as usize] {
            Kind::Absent => Value::Absent,
            Kind::Text => Value::Text(self.raw(field, text).into()),
            Kind::Raw => Value::from_json(self.raw(field, text)),
        })
    }

    /// Where the value of its id begins, with its quote.
    fn id_at(&self) -> usize {
        let id = Field::ItemId as usize;
        self.begins[id] - usize::from(self.kinds[id] == Kind::Text)
    }

    /// Whether this is an item beyond doubt: with an id, and with a status that is no document.
    #[inline(always)]
    fn is_plain(&self, text: &str) -> bool {
        let is_document = || self.raw(Field::Status, text).starts_with('{');
        self.has_id && !(self.kinds[Field::Status as usize] == Kind::Raw && is_document())
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
            self.take_loose(item, reader, times);
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
                        self.take(item, reader, times);
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

    /// Takes an item of a list.
    #[inline(always)]
    fn take(self, item: &Item, reader: &mut FileReader<'_, '_>, times: &mut PlainTimes) {
        match item.plain(self.text, times) {
            Some(fields) => reader.plain_item(&fields, &self.text[item.id_at()..]),
            None => reader.item(item.record(self.text), self.text.get(item.id_at()..)),
        }
    }

    /// Takes an item that stands by itself.
    #[inline(always)]
    fn take_loose(self, item: &Item, reader: &mut FileReader<'_, '_>, times: &mut PlainTimes) {
        let start = reader.next_row();
        self.take(item, reader, times);
        reader.was_loose(start);
    }

    /// The elements of an array from `at` on; gives where it ends.
    #[inline]
    fn items(
        self,
        mut at: usize,
        habit: &mut Habit,
        mut take: impl FnMut(&Item, &mut PlainTimes),
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
    fn item(self, at: usize, habit: &mut Habit, item: &mut Item) -> Option<usize> {
        if let Some(end) = self.item_by_habit(at, habit, item) {
            return Some(end);
        }
        self.item_by_keys(at, habit, item)
    }

    #[inline]
    fn item_by_habit(self, mut at: usize, habit: &Habit, item: &mut Item) -> Option<usize> {
        for step in &habit.steps {
            if !step.before.stands_at(self.bytes, at) {
                return None;
            }
            let found = self.value(at + step.before.length)?;
            if let Some(field) = step.field {
                item.set(field, found);
            }
            at = found.behind;
        }
        item.has_id = habit.has_id;
        let whole = habit.end.length > 0 && habit.end.stands_at(self.bytes, at);
        (whole && item.is_plain(self.text)).then_some(at + habit.end.length)
    }

    /// Reads an item by its keys, and remembers what stood between its values.
    fn item_by_keys(self, start: usize, habit: &mut Habit, item: &mut Item) -> Option<usize> {
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
            let found = self.value(begin)?;
            if let Some(field) = field {
                item.set(field, found);
                item.has_id |= field == Field::ItemId as ItemField;
            }
            steps = steps.and_then(|mut steps: Vec<Step>| {
                let before = Between::of(&self.bytes[between..begin])?;
                steps.push(Step { before, field });
                Some(steps)
            });
            (between, at) = (found.behind, self.space(found.behind));
            match self.bytes.get(at)? {
                b',' => at = self.space(at + 1),
                b'}' => break,
                _ => return None,
            }
        }
        if !item.is_plain(self.text) {
            return None;
        }
        let end = Between::of(&self.bytes[between..=at]);
        (habit.steps, habit.end) = steps.zip(end).unwrap_or_default();
        habit.has_id = true;
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

    #[inline(always)]
    fn value(self, at: usize) -> Option<Found> {
        let first = *self.bytes.get(at)?;
        if first == b'"'
            && let Some(end) = self.end_of_plain_string(at + 1)
        {
            return Some(Found {
                kind: Kind::Text,
                begin: at + 1,
                end,
                behind: end + 1,
            });
        }
        if first == b'n' && self.bytes.get(at..at + 4) == Some(b"null") {
            return Some(Found {
                kind: Kind::Absent,
                begin: at,
                end: at,
                behind: at + 4,
            });
        }
        let end = self.raw_end(at)?;
        Some(Found {
            kind: Kind::Raw,
            begin: at,
            end,
            behind: end,
        })
    }

    /// Where any value ends.
    #[cold]
    #[inline(never)]
    fn raw_end(self, at: usize) -> Option<usize> {
        self.raw(at).map(|(_, end)| end)
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
    #[inline(always)]
    fn end_of_plain_string(self, mut at: usize) -> Option<usize> {
        while let Some(block) = self
            .bytes
            .get(at..)
            .and_then(|rest| rest.first_chunk::<BLOCK>())
        {
            match first_special(block) {
                BLOCK => at += BLOCK,
                first => {
                    at += first;
                    return (self.bytes[at] == b'"').then_some(at);
                }
            }
        }
        self.end_of_last_string(at)
    }

    /// The same within the last few bytes of the text.
    #[cold]
    #[inline(never)]
    fn end_of_last_string(self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..)?;
        let first = rest.iter().position(|byte| is_special(*byte))?;
        (rest[first] == b'"').then_some(at + first)
    }
}

/// Whether a byte ends the plain part of a string.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// How many bytes of a string are looked at in one go: most strings of an item are no longer.
const BLOCK: usize = 32;

/// Where the first byte stands that ends the plain part of a string; [`BLOCK`] where there is none.
#[inline(always)]
fn first_special(block: &[u8; BLOCK]) -> usize {
    let specials = |half: usize| {
        let half: [u8; 16] = std::array::from_fn(|at| block[half * 16 + at]);
        let bytes = u8x16::new(half);
        let quote = bytes.simd_eq(u8x16::splat(b'"'));
        let escape = bytes.simd_eq(u8x16::splat(b'\\'));
        let control = bytes.simd_lt(u8x16::splat(0x20));
        u64::from((quote | escape | control).to_bitmask())
    };
    // The bit behind the last is always set.
    (specials(0) | specials(1) << 16 | 1 << BLOCK).trailing_zeros() as usize
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
