//! A scanner of JSON text: white space, keys, values as they stand, and whole items.
//!
//! Most of what is ever read is items that one client wrote in one go, each with the same keys in the same
//! order and the same white space. The text between the values of one item is remembered and compared as a
//! whole with the next one; if it differs, the item is read key by key. That makes an item cost 10,000
//! instructions instead of 25,000. An object that is no plain item is left to [`super::json`].

mod bytes;
mod item;
mod skeleton;

use std::borrow::Cow;

use serde_json::value::RawValue;

use self::bytes::{BLOCK, Between, first_special, is_special};
use self::item::{Found, ITEM_FIELDS, ItemField, Kind};
pub(in crate::load) use self::skeleton::Skeleton;
use self::skeleton::Step;
use crate::api::Field;
pub(super) use item::Item;

/// A break in a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken {
    /// Offset behind the last byte that was read.
    pub(super) at: usize,
    /// The text ends in the middle of a document.
    pub(super) is_cut: bool,
}

/// A JSON text.
#[derive(Clone, Copy)]
pub(super) struct Scan<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
}

impl<'t> Scan<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
        }
    }

    /// The error of a byte that may not stand at `at`, or of the end of the text.
    pub(super) fn unexpected(self, at: usize) -> Broken {
        Broken {
            at: self.text.len().min(at + 1),
            is_cut: at >= self.text.len(),
        }
    }

    /// Reads the item that begins at `at`, if it is a plain one; returns where it ends. `item` holds the
    /// item that was read before it, or nothing.
    #[inline]
    pub(super) fn item(self, at: usize, skeleton: &mut Skeleton, item: &mut Item) -> Option<usize> {
        if let Some(end) = self.item_by_skeleton(at, skeleton, item) {
            return Some(end);
        }
        // Nothing may be left of an item with other keys.
        *item = Item::new();
        let end = self.item_by_keys(at, skeleton, item);
        if end.is_none() {
            *item = Item::new();
        }
        end
    }

    /// Reads an item by its keys, and remembers the text between its values.
    fn item_by_keys(self, start: usize, skeleton: &mut Skeleton, item: &mut Item) -> Option<usize> {
        if self.bytes.get(start) != Some(&b'{') {
            return None;
        }
        let mut steps = Some(Vec::new());
        let mut between = start;
        let mut at = self.space(start + 1);
        loop {
            let (name, begin) = self.plain_key(at)?;
            let field = match Field::from_name(name) {
                // Members of documents that are no items.
                Some(
                    Field::Items
                    | Field::Body
                    | Field::Job
                    | Field::SchemaVersion
                    | Field::SnapshotVersion
                    | Field::Generator,
                ) => return None,
                Some(field) if field.is_rare_in_items() => return None,
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

    /// Reads the key of the member that begins at `at`; returns its name and where its value begins.
    pub(super) fn key(self, at: usize) -> Result<(Cow<'t, str>, usize), Broken> {
        if let Some((name, value)) = self.plain_key(at) {
            return Ok((name.into(), value));
        }
        if self.bytes.get(at) != Some(&b'"') {
            return Err(self.unexpected(at));
        }
        let (raw, end) = self.raw(at)?;
        let colon = self.space(end);
        if self.bytes.get(colon) != Some(&b':') {
            return Err(self.unexpected(colon));
        }
        let name = serde_json::from_str::<String>(raw).unwrap_or_default();
        Ok((name.into(), self.space(colon + 1)))
    }

    /// Reads a key without escapes; returns its name and where its value begins.
    fn plain_key(self, at: usize) -> Option<(&'t str, usize)> {
        if self.bytes.get(at) != Some(&b'"') {
            return None;
        }
        let end = self.end_of_plain_string(at + 1)?;
        let colon = self.space(end + 1);
        (self.bytes.get(colon) == Some(&b':'))
            .then(|| (&self.text[at + 1..end], self.space(colon + 1)))
    }

    /// Reads what follows a member or an element at `at`: returns where the next one begins, or where
    /// the object or array ends.
    pub(super) fn next(self, at: usize, close: u8) -> Result<Next, Broken> {
        let at = self.space(at);
        match self.bytes.get(at) {
            Some(b',') => Ok(Next::At(self.space(at + 1))),
            Some(byte) if *byte == close => Ok(Next::End(at + 1)),
            _ => Err(self.unexpected(at)),
        }
    }

    /// Reads what follows the opening brace or bracket at `at`.
    pub(super) fn first(self, at: usize, close: u8) -> Next {
        let first = self.space(at + 1);
        match self.bytes.get(first) == Some(&close) {
            true => Next::End(first + 1),
            false => Next::At(first),
        }
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

    #[cold]
    #[inline(never)]
    fn raw_end(self, at: usize) -> Option<usize> {
        self.raw(at).ok().map(|(_, end)| end)
    }

    /// Reads any value; returns it as it stands, and where it ends. Nothing recurses, however deep it is
    /// nested.
    pub(super) fn raw(self, at: usize) -> Result<(&'t str, usize), Broken> {
        if self.bytes.get(at) == Some(&b'"')
            && let Some(end) = self.end_of_plain_string(at + 1)
        {
            return Ok((&self.text[at..=end], end + 1));
        }
        let rest = &self.text[at..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&'t RawValue>();
        match values.next() {
            Some(Ok(raw)) => Ok((raw.get(), at + values.byte_offset())),
            Some(Err(error)) => Err(Broken {
                at: at + error_offset(rest, &error),
                is_cut: error.is_eof(),
            }),
            None => Err(self.unexpected(self.text.len())),
        }
    }

    /// Skips white space.
    #[inline]
    pub(super) fn space(self, mut at: usize) -> usize {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(at) {
            at += 1;
        }
        at
    }

    /// Finds the end of the string whose inside begins at `at`; `None` if it holds an escape or a byte
    /// that may not stand in a string.
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

    /// Returns the end of a string within the last few bytes of the text.
    #[cold]
    #[inline(never)]
    fn end_of_last_string(self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..)?;
        let first = rest.iter().position(|byte| is_special(*byte))?;
        (rest[first] == b'"').then_some(at + first)
    }
}

/// Continuation of an object or an array.
pub(super) enum Next {
    /// The next member or element begins there.
    At(usize),
    /// It ends there.
    End(usize),
}

/// Offset of an error in `text`, at most its end.
fn error_offset(text: &str, error: &serde_json::Error) -> usize {
    let line_start = match error.line() {
        0 | 1 => 0,
        line => memchr::memchr_iter(b'\n', text.as_bytes())
            .nth(line - 2)
            .map_or(text.len(), |newline| newline + 1),
    };
    (line_start + error.column()).min(text.len())
}
