//! Finds many known texts in another one.

use std::collections::HashSet;

/// Longest text that is looked for: longer ones are cut in every sentence anyway.
const LONGEST: usize = 2_000;

/// Known texts, each with what stands for it.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    /// Sorted by the original.
    entries: Vec<Entry>,
    /// Hashes of the first bytes of all originals.
    begins: HashSet<[u8; BEGIN]>,
}

#[derive(Debug)]
struct Entry {
    original: Box<str>,
    pseudonym: Box<str>,
    /// The longest other original that this one begins with.
    shorter: Option<u32>,
}

/// Number of bytes by which most places are passed over.
const BEGIN: usize = 3;

/// Begin of a text, with zeros behind a shorter one.
fn begin(text: &[u8]) -> [u8; BEGIN] {
    let mut begin = [0; BEGIN];
    let length = text.len().min(BEGIN);
    begin[..length].copy_from_slice(&text[..length]);
    begin
}

impl Dictionary {
    /// Adds a text; [`Self::sort`] has to follow.
    pub(super) fn add(&mut self, original: String, pseudonym: &str) {
        if (BEGIN..=LONGEST).contains(&original.len()) && original != pseudonym {
            self.entries.push(Entry {
                original: original.into(),
                pseudonym: pseudonym.into(),
                shorter: None,
            });
        }
    }

    /// Sorts the texts. Of equal ones the first that was added counts.
    pub(super) fn sort(&mut self) {
        let entries = &mut self.entries;
        entries.sort_by(|a, b| a.original.cmp(&b.original));
        entries.dedup_by(|later, first| later.original == first.original);
        let mut open: Vec<u32> = Vec::new();
        for at in 0..entries.len() {
            let begins = |last: &u32| {
                let last = &entries[*last as usize].original;
                entries[at].original.starts_with(&**last)
            };
            while open.last().is_some_and(|last| !begins(last)) {
                open.pop();
            }
            entries[at].shorter = open.last().copied();
            open.push(at as u32);
        }
        let begins = entries.iter().map(|entry| begin(entry.original.as_bytes()));
        self.begins = begins.collect();
    }

    /// Returns the longest known text that begins at `at`, with what stands for it. `fits` tells if a text may
    /// be one there.
    fn find(&self, text: &str, at: usize, fits: impl Fn(usize) -> bool) -> Option<&Entry> {
        let rest = &text[at..];
        if !self.begins.contains(&begin(rest.as_bytes())) {
            return None;
        }
        let behind = self
            .entries
            .partition_point(|entry| &*entry.original <= rest);
        let mut candidate = behind.checked_sub(1);
        while let Some(index) = candidate {
            let entry = &self.entries[index];
            if rest.starts_with(&*entry.original) && fits(entry.original.len()) {
                return Some(entry);
            }
            candidate = entry.shorter.map(|shorter| shorter as usize);
        }
        None
    }

    /// Returns what stands for a text.
    pub(super) fn get(&self, text: &str) -> Option<&str> {
        let entries = &self.entries;
        let at = entries
            .binary_search_by(|entry| (*entry.original).cmp(text))
            .ok()?;
        Some(&entries[at].pseudonym)
    }

    /// Returns what stands for the first text that begins so.
    pub(super) fn beginning_with(&self, text: &str) -> Option<&str> {
        let at = self
            .entries
            .partition_point(|entry| &*entry.original < text);
        let entry = self.entries.get(at)?;
        let is_it = entry.original.starts_with(text);
        is_it.then_some(&*entry.pseudonym)
    }

    /// Replaces every known text. Within words of ASCII nothing is found, unless it is `anywhere`; and plain
    /// numbers are left alone.
    pub(super) fn replace(&self, text: &str, anywhere: bool) -> Option<String> {
        let bytes = text.as_bytes();
        let is_word = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at))
                .is_some_and(u8::is_ascii_alphanumeric)
        };
        let mut out = String::new();
        let (mut copied, mut at) = (0, 0);
        while at < text.len() {
            let starts_inside = is_word(at.checked_sub(1)) && is_word(Some(at));
            let fits = |length: usize| {
                let end = at + length;
                let ends_inside = is_word(Some(end - 1)) && is_word(Some(end));
                // What is long is no accident.
                let is_free = anywhere && length >= 6;
                is_free || !starts_inside && !ends_inside
            };
            let found = match starts_inside && !anywhere {
                true => None,
                false => self.find(text, at, fits),
            };
            match found.filter(|entry| !is_number(&entry.original)) {
                Some(entry) => {
                    out.push_str(&text[copied..at]);
                    out.push_str(&entry.pseudonym);
                    at += entry.original.len();
                    copied = at;
                }
                None => at = text.ceil_char_boundary(at + 1),
            }
        }
        if copied == 0 {
            return None;
        }
        out.push_str(&text[copied..]);
        Some(out)
    }
}

/// Returns whether a text could be any figure of a report.
fn is_number(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b',' | b' ' | b'%'))
}
