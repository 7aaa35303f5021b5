//! The short way through documents of the plain kind: items one after another, an array of items, and
//! pages of them.
//!
//! Most of what is ever read is items that one client wrote in one go, each with the same keys in the
//! same order and the same white space between them. What stands between the values of one item is
//! remembered and compared as a whole with what stands there in the next; where it differs the item
//! is read key by key. What neither can read is left to [`super::document`], which reads
//! everything, and which this must agree with: where a document is taken here, it gives the same rows,
//! and where it is not, nothing has been said about it yet.

mod bytes;
mod item;
mod skeleton;

use serde_json::value::RawValue;

use self::bytes::{BLOCK, Between, first_special, is_special};
use self::item::{Found, ITEM_FIELDS, Item, ItemField, Kind};
pub(in crate::load) use self::skeleton::Skeleton;
use self::skeleton::Step;
use super::json::document::finish_page;
use super::json::object::Fields;
use crate::api::Field;
use crate::load::sink::FileReader;

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

/// Takes the document a text begins with, if it is of the plain kind; and all items that follow an item
/// with nothing but white space between them.
pub(super) fn read_document(
    text: &str,
    reader: &mut FileReader<'_, '_>,
    skeleton: &mut Skeleton,
) -> Scanned {
    let scan = Scan::of(text);
    match scan.bytes.first() {
        Some(b'{') => {}
        Some(b'[') => return scan.array(reader, skeleton),
        _ => return Scanned::Left,
    }
    let mut item = Item::new();
    if let Some(end) = scan.item(0, skeleton, &mut item) {
        return Scanned::Taken(scan.loose_items(end, item, reader, skeleton));
    }
    scan.page(reader, skeleton)
}

/// Where the items of an array end.
enum Items {
    /// Behind its bracket.
    Closed(usize),
    /// The text ends where another item would begin.
    Open,
    /// There is something else.
    Broken,
}

/// How far the members of an object were taken.
enum Members {
    /// Up to a list of items, whose first element begins there.
    List(usize),
    /// To the end of the object.
    End(usize),
}

#[derive(Clone, Copy)]
struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
}

impl<'t> Scan<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
        }
    }

    /// Takes an item that ends at `end`, and those that follow it; gives where the last of them ends.
    fn loose_items(
        self,
        mut end: usize,
        mut item: Item,
        reader: &mut FileReader<'_, '_>,
        skeleton: &mut Skeleton,
    ) -> usize {
        let start = reader.next_row();
        let mut count = 0;
        loop {
            self.take(&item, reader);
            count += 1;
            let next = self.space(end);
            if self.bytes.get(next) != Some(&b'{') {
                break;
            }
            match self.item(next, skeleton, &mut item) {
                Some(behind) => end = behind,
                None => break,
            }
        }
        reader.documents(count);
        reader.were_loose(start, count);
        end
    }

    /// An array of items.
    fn array(self, reader: &mut FileReader<'_, '_>, skeleton: &mut Skeleton) -> Scanned {
        let begin = self.space(1);
        if self.bytes.get(begin) != Some(&b'{') || !self.is_item(begin, skeleton) {
            return Scanned::Left;
        }
        match self.loose_elements(begin, reader, skeleton) {
            Items::Closed(end) => {
                reader.documents(1);
                Scanned::Taken(end)
            }
            Items::Open | Items::Broken => Scanned::Broken,
        }
    }

    /// An object with a list of items.
    fn page(self, reader: &mut FileReader<'_, '_>, skeleton: &mut Skeleton) -> Scanned {
        let start = reader.next_row();
        let mut fields = Fields::new();
        let mut has_list = false;
        match self.members(reader, skeleton, &mut fields, &mut has_list) {
            Some(end) if has_list => {
                if finish_page(reader, fields, start) {
                    reader.documents(1);
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
        skeleton: &mut Skeleton,
        fields: &mut Fields<'t>,
        has_list: &mut bool,
    ) -> Option<usize> {
        let Members::List(begin) = self.until_list(self.space(1), fields)? else {
            return None;
        };
        if self.bytes.get(begin) != Some(&b']') && !self.is_item(begin, skeleton) {
            return None;
        }
        *has_list = true;
        let items = self.items(begin, skeleton, |item| {
            self.take(item, reader);
        });
        match items {
            Items::Closed(end) => self.behind_list(end, fields),
            Items::Open | Items::Broken => None,
        }
    }

    /// Takes the members of an object from `at` on, up to its list of items or its end.
    fn until_list(self, mut at: usize, fields: &mut Fields<'t>) -> Option<Members> {
        loop {
            let (name, value) = self.key(at)?;
            match Field::from_name(name) {
                Some(Field::Items) => {
                    return (self.bytes.get(value) == Some(&b'['))
                        .then(|| Members::List(self.space(value + 1)));
                }
                // A summary of ours holds items too.
                Some(Field::Body | Field::SchemaVersion) => return None,
                field => {
                    let (raw, end) = self.raw(value)?;
                    if let Some(field) = field {
                        fields.set(field, raw);
                    }
                    at = self.space(end);
                }
            }
            match self.bytes.get(at)? {
                b',' => at = self.space(at + 1),
                b'}' => return Some(Members::End(at + 1)),
                _ => return None,
            }
        }
    }

    /// Takes the members behind the list of items; gives where the object ends.
    fn behind_list(self, list_end: usize, fields: &mut Fields<'t>) -> Option<usize> {
        let at = self.space(list_end);
        match self.bytes.get(at)? {
            b',' => match self.until_list(self.space(at + 1), fields)? {
                Members::End(end) => Some(end),
                Members::List(_) => None,
            },
            b'}' => Some(at + 1),
            _ => None,
        }
    }

    /// Takes an item of a list.
    #[inline(always)]
    fn take(self, item: &Item, reader: &mut FileReader<'_, '_>) {
        match item.plain(self.text) {
            Some(fields) => reader.plain_item(&fields, &self.text[item.id_at()..]),
            None => reader.item(item.record(self.text), self.text.get(item.id_at()..)),
        }
    }

    /// The elements of an array that is the document, from `at` on: they stand by themselves.
    fn loose_elements(
        self,
        at: usize,
        reader: &mut FileReader<'_, '_>,
        skeleton: &mut Skeleton,
    ) -> Items {
        let start = reader.next_row();
        let mut count = 0;
        let items = self.items(at, skeleton, |item| {
            self.take(item, reader);
            count += 1;
        });
        reader.were_loose(start, count);
        items
    }

    /// The elements of an array from `at` on.
    #[inline]
    fn items(self, mut at: usize, skeleton: &mut Skeleton, mut take: impl FnMut(&Item)) -> Items {
        if self.bytes.get(at) == Some(&b']') {
            return Items::Closed(at + 1);
        }
        let mut item = Item::new();
        loop {
            let Some(end) = self.item(at, skeleton, &mut item) else {
                return match at == self.bytes.len() {
                    true => Items::Open,
                    false => Items::Broken,
                };
            };
            take(&item);
            at = self.space(end);
            match self.bytes.get(at) {
                Some(b',') => at = self.space(at + 1),
                Some(b']') => return Items::Closed(at + 1),
                _ => return Items::Broken,
            }
        }
    }

    /// Whether an item begins at `at`.
    fn is_item(self, at: usize, skeleton: &mut Skeleton) -> bool {
        self.item(at, skeleton, &mut Item::new()).is_some()
    }

    /// Reads the item that begins at `at`; gives where it ends. What `item` holds is what the item
    /// before held, or nothing.
    #[inline]
    fn item(self, at: usize, skeleton: &mut Skeleton, item: &mut Item) -> Option<usize> {
        if let Some(end) = self.item_by_skeleton(at, skeleton, item) {
            return Some(end);
        }
        self.item_by_keys(at, skeleton, item)
    }

    /// Reads an item by its keys, and remembers what stood between its values.
    fn item_by_keys(self, start: usize, skeleton: &mut Skeleton, item: &mut Item) -> Option<usize> {
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
                // An item of an export is read by serde.
                Some(
                    Field::BatchJobId | Field::PendingAt | Field::Credits | Field::FailedPages,
                ) => return None,
                Some(field) => Some(field as ItemField).filter(|at| usize::from(*at) < ITEM_FIELDS),
                None => None,
            };
            let found = self.value(begin)?;
            if let Some(field) = field {
                item.set(field, found, self.bytes, &mut skeleton.times);
                item.has_id |= field == Field::ItemId as ItemField;
            }
            steps = steps.and_then(|mut steps: Vec<Step>| {
                let before = Between::of(&self.bytes[between..begin])?;
                steps.push(Step::new(before, field));
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
        let (steps, end) = steps.zip(end).unwrap_or_default();
        skeleton.change_to(steps, end);
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

#[cfg(test)]
mod tests;
