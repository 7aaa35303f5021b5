//! Masking of what varies in an error message, so that failures of one kind have one text.
//!
//! A scanner goes through a message once and takes at each place the first form that fits: quoted name, URL,
//! time, UUID, path, name of a file, other id, joined words, number. A form that was looked for in vain is not
//! looked for again in the same place, so the work grows with the length of the message and no faster.
//!
//! One regular expression would be shorter. It was measured: making it takes 5 ms of every start, and
//! masking with it a tenth of a run over 100,000 items.

mod clean;
mod compound;
mod dates;
mod file_names;
mod forms;
mod quotes;
mod telling;
mod units;

use std::borrow::Cow;
use std::ops::Range;

pub use self::clean::holds_name;
use self::clean::{OWN_NAME, clean};
use self::dates::{date_in_words, may_begin_date};
use self::forms::{
    UUID, bytes_of, drive, ends_in_word, hex_id_length, in_apostrophes, is_digit, is_ending,
    is_hex_number, is_in_word, is_uuid, length_of, looked_at, path, time, word_length,
};
use self::quotes::{QUOTES, Quoted, list_length, quoted};
use self::telling::{is_code_of_windows, tells};
pub(super) use self::telling::{is_exception, is_of_failure};
use self::units::{port, quantity};

/// Longest begin and longest end of a message that are masked, in bytes. A message of megabytes is the data
/// that failed; its begin says what it is, and its end, as of a traceback, what went wrong.
const LONGEST_BEGIN: usize = 4_096;
const LONGEST_END: usize = 1_024;

/// Kinds of what varies in messages, each with its mark and its mask.
macro_rules! slots {
    ($($(#[$doc:meta])* $kind:ident = $mark:literal, $mask:literal;)*) => {
        /// Kind of what varies in a message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Slot {
            $($(#[$doc])* $kind,)*
        }

        impl Slot {
            /// Character without a meaning that stands for it in a masked text.
            pub(super) fn mark(self) -> char {
                match self { $(Self::$kind => $mark,)* }
            }

            /// Kind of a mark.
            pub(super) fn of_mark(mark: char) -> Option<Self> {
                match mark { $($mark => Some(Self::$kind),)* _ => None }
            }

            /// Word that stands for it in a pattern.
            pub fn mask(self) -> &'static str {
                match self { $(Self::$kind => $mask,)* }
            }
        }
    };
}

slots! {
    /// Name of the item itself.
    Own = '\u{FDD0}', "<name>";
    /// Name in quotes.
    Name = '\u{FDD1}', "<name>";
    /// Path or name of a file.
    Path = '\u{FDD2}', "<path>";
    /// URL.
    Url = '\u{FDD3}', "<url>";
    /// Id.
    Id = '\u{FDD4}', "<id>";
    /// Number, or a list of them.
    Number = '\u{FDD5}', "<n>";
    /// Time or date.
    Time = '\u{FDD6}', "<time>";
    /// Number with a unit of time.
    Duration = '\u{FDD7}', "<duration>";
    /// Number with a unit of size.
    Size = '\u{FDD8}', "<size>";
    /// Address of mail.
    Email = '\u{FDD9}', "<email>";
    /// IP address.
    Address = '\u{FDDA}', "<address>";
    /// Joined words that name a thing.
    Word = '\u{FDDB}', "<name>";
}

/// Something that varies in a text, in the place of its mark.
#[derive(Debug, Clone)]
struct Place {
    /// Place of the mark in the masked text.
    mark: usize,
    /// Place in the text.
    of: Range<usize>,
}

/// A masked message. It is made again and again, to use its memory for many messages.
#[derive(Debug, Default)]
pub struct Masked {
    text: String,
    places: Vec<Place>,
    values: String,
    ends: Vec<usize>,
}

impl Masked {
    /// Masks a message: the name of the item itself, ids, numbers with their units, quoted names, paths, URLs,
    /// times and joined words with digits. Colour codes and white space around the message are left out, and
    /// composed letters stand for decomposed ones. What tells what went wrong is kept.
    pub fn mask(&mut self, message: &str, own_name: Option<&str>) {
        self.text.clear();
        self.values.clear();
        self.ends.clear();
        let message = message.trim();
        if message.len() <= LONGEST_BEGIN + LONGEST_END {
            self.part(message, own_name);
        } else {
            self.part(begin_of(message), own_name);
            self.text.push_str(" … ");
            self.part(end_of(message), own_name);
        }
    }

    /// Returns the text with a mark for each value.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns what the marks stand for, in the order of the text.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        let begins = [0].into_iter().chain(self.ends.iter().copied());
        begins
            .zip(&self.ends)
            .map(|(begin, end)| &self.values[begin..*end])
    }

    fn part(&mut self, text: &str, own_name: Option<&str>) {
        let text = clean(text, own_name);
        let text = match text {
            Cow::Borrowed(text) => text,
            Cow::Owned(ref text) => text.trim(),
        };
        let base = self.text.len();
        self.places.clear();
        // A message that is nothing but a quoted word means that word.
        if is_one_quoted_word(text) {
            self.text.push_str(text);
            return;
        }
        Scanner::new(text, self, true).run();
        if !has_words(&self.text[base..]) {
            self.text.truncate(base);
            self.places.clear();
            Scanner::new(text, self, false).run();
        }
        for place in &self.places {
            let mut value = &text[place.of.clone()];
            while let Some(name) = value.find(OWN_NAME) {
                self.values.push_str(&value[..name]);
                self.values.push_str(own_name.unwrap_or_default());
                value = &value[name + OWN_NAME.len_utf8()..];
            }
            self.values.push_str(value);
            self.ends.push(self.values.len());
        }
    }
}

/// Returns a masked message with words in the place of its marks: `<id>`, `<n>`, `<name>`, `<path>`, `<url>`,
/// `<time>`, `<duration>`, `<size>`, `<email>` and `<address>`.
pub fn mask(message: &str, own_name: Option<&str>) -> String {
    let mut masked = Masked::default();
    masked.mask(message, own_name);
    let mut text = String::with_capacity(masked.text.len());
    for c in masked.text.chars() {
        match Slot::of_mark(c) {
            Some(slot) => text.push_str(slot.mask()),
            None => text.push(c),
        }
    }
    text
}

fn begin_of(message: &str) -> &str {
    &message[..message.floor_char_boundary(LONGEST_BEGIN)]
}

/// End of a long message, in whole words: the rest of one may look like anything.
fn end_of(message: &str) -> &str {
    let end = &message[message.ceil_char_boundary(message.len() - LONGEST_END)..];
    match end.find(char::is_whitespace) {
        Some(space) => end[space..].trim_start(),
        None => end,
    }
}

fn is_one_quoted_word(message: &str) -> bool {
    ['"', '\'', '`'].into_iter().any(|quote| {
        message
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
            .is_some_and(|inner| !inner.contains(quote))
    })
}

/// Tells if a masked text says anything beside what is masked.
fn has_words(text: &str) -> bool {
    text.chars().any(|c| c.is_alphanumeric()) || !text.contains(Slot::Word.mark())
}

/// Fewest letters and digits of a word that is an id.
const LONG_WORD: usize = 20;

/// Message while it is masked.
struct Scanner<'m> {
    text: &'m str,
    out: &'m mut Masked,
    /// Length of the masked text before this message.
    base: usize,
    /// End of the text that is copied or masked.
    copied: usize,
    /// Joined words are masked.
    masks_words: bool,
    /// Quotes that close a text in which something may vary, and open nothing; the nearest is the last.
    closing: Vec<usize>,
    vain: Vain,
}

/// Places before which no form of a kind begins, because it was looked for and would have been found.
#[derive(Default)]
struct Vain {
    url: usize,
    uuid: usize,
    prefixed: usize,
    file: usize,
    compound: usize,
    quotes: [usize; QUOTES.len()],
}

impl<'m> Scanner<'m> {
    fn new(text: &'m str, out: &'m mut Masked, masks_words: bool) -> Self {
        Self {
            text,
            base: out.text.len(),
            out,
            copied: 0,
            masks_words,
            closing: Vec::new(),
            vain: Vain::default(),
        }
    }

    fn run(mut self) {
        let mut at = self.behind_separator(0).unwrap_or(0);
        loop {
            at = self.behind_bare_words(at);
            let Some(first) = self.text[at..].chars().next() else {
                break;
            };
            at = if is_in_word(first) {
                let end = at + word_length(&self.text[at..]);
                // No form begins within a word.
                let is_rest = ends_in_word(&self.text[..at]);
                let found = if is_rest { None } else { self.word(at, end) };
                found.unwrap_or(end)
            } else {
                let end = at + first.len_utf8();
                let found = if self.closing.last() == Some(&at) {
                    self.closing.pop();
                    None
                } else if is_separator(first) {
                    self.behind_separator(end)
                } else if first == OWN_NAME {
                    Some(self.put(at, end, Slot::Own))
                } else if first == ')' {
                    self.numbered_file(end)
                } else {
                    self.quoted(at, first)
                };
                found.unwrap_or(end)
            };
        }
        self.out.text.push_str(&self.text[self.copied..]);
    }

    /// End of the bare words from `at` on that have a blank and another word behind them. They are most of a
    /// message, and no form begins there.
    fn behind_bare_words(&self, mut at: usize) -> usize {
        let bytes = self.text.as_bytes();
        loop {
            let letters = bytes[at..].iter().take(LONG_WORD);
            let end = at
                + letters
                    .take_while(|byte| byte.is_ascii_alphabetic())
                    .count();
            let word_follows = || bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric);
            if end == at
                || bytes.get(end) != Some(&b' ')
                || !word_follows()
                || !is_bare_word(&self.text[at..end], None)
                || may_begin_date(&bytes[at..end])
            {
                return at;
            }
            at = end + 1;
        }
    }

    /// Puts a mark in the place of the text from `start` to `end`, and returns this end.
    fn put(&mut self, start: usize, end: usize, slot: Slot) -> usize {
        self.out.text.push_str(&self.text[self.copied..start]);
        self.out.places.push(Place {
            mark: self.out.text.len(),
            of: start..end,
        });
        self.out.text.push(slot.mark());
        self.copied = end;
        end
    }

    /// Takes back what was masked from `start` on.
    fn take_back(&mut self, start: usize) {
        while let Some(place) = self.out.places.pop_if(|place| place.of.end > start) {
            let before = self.out.places.last().map_or(0, |place| place.of.end);
            self.out
                .text
                .truncate(place.mark - (place.of.start - before));
            self.copied = before;
        }
        debug_assert!(
            self.out.text.len() >= self.base,
            "only this message is masked again"
        );
    }

    /// Masks a name in apostrophes, a path, or an address, that begins behind a separator, and returns its end.
    fn behind_separator(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        match rest.as_bytes().first()? {
            b'\'' if self.closing.last() != Some(&at) => {
                let inside = &rest[1..];
                let length = in_apostrophes(inside)?;
                self.put_quoted(at + 1, at + 1 + length, '\'', &['\''])
            }
            // A tag of HTML is closed.
            b'/' if self.text[..at].ends_with('<') => None,
            b'/' | b'.' | b'~' => {
                let length = path(rest)?;
                Some(self.put(at, at + length, Slot::Path))
            }
            b':' => self.address(at),
            _ => None,
        }
    }

    /// Masks the name of a file like `scan (2).pdf` whose bracket closes before `at`, and returns its end.
    fn numbered_file(&mut self, at: usize) -> Option<usize> {
        let ending = self.text[at..].strip_prefix('.')?;
        let length = word_length(ending);
        if !is_ending(&ending[..length]) {
            return None;
        }
        let start = file_names::start(self.text, file_names::last_word(self.text, at));
        self.take_back(start);
        Some(self.put(start, at + 1 + length, Slot::Path))
    }

    /// Masks a name in quotes that open with `first`, and returns its end.
    fn quoted(&mut self, at: usize, first: char) -> Option<usize> {
        if first.is_ascii() && first != '"' && first != '`' {
            return None;
        }
        let kind = QUOTES.iter().position(|(open, _)| *open == first)?;
        if at < self.vain.quotes[kind] {
            return None;
        }
        let (open, closing) = QUOTES[kind];
        let begin = at + first.len_utf8();
        let inside = length_of(&self.text[begin..], |c| c != '\n' && !closing.contains(&c));
        let end = begin + inside;
        if !self.text[end..].starts_with(closing) {
            self.vain.quotes[kind] = end;
            return None;
        }
        self.put_quoted(begin, end, open, closing)
    }

    /// Masks what stands in quotes, and returns the end of it with the quote that closes it.
    fn put_quoted(
        &mut self,
        begin: usize,
        end: usize,
        open: char,
        closing: &[char],
    ) -> Option<usize> {
        let text = self.text;
        let close = text[end..].chars().next().map_or(0, char::len_utf8);
        let before = &text[..begin - open.len_utf8()];
        match quoted(before, &text[begin..end], &text[end + close..]) {
            Quoted::Kept => Some(end + close),
            Quoted::Text => {
                // Texts in quotes of texts in quotes are rare, and those that are not closed are none.
                if self.closing.last().is_none_or(|closing| *closing > end)
                    && self.closing.len() < 8
                {
                    self.closing.push(end);
                }
                self.behind_separator(begin).or(Some(begin))
            }
            Quoted::Varies(slot) => {
                let more = match slot {
                    Slot::Name => list_length(&text[end + close..], open, closing),
                    _ => 0,
                };
                let last = if more > 0 { end + more } else { end };
                self.put(begin, last, slot);
                Some(end + close + more)
            }
        }
    }

    /// Masks the form that begins with the word from `at` to `word_end`, and returns its end.
    fn word(&mut self, at: usize, word_end: usize) -> Option<usize> {
        let (rest, word) = (&self.text[at..], &self.text[at..word_end]);
        let begins_with_digit = word.starts_with(is_digit);
        if begins_with_digit || may_begin_date(word.as_bytes()) {
            let date = date_in_words(rest).or_else(|| time(rest));
            if let Some(length) = date {
                return Some(self.put(at, at + length, Slot::Time));
            }
        }
        let next = self.joined_by(word_end);
        // Most words are bare, and most others are numbers.
        if begins_with_digit && next.is_none() && word.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.number(at);
        }
        if is_bare_word(word, next) {
            return None;
        }
        if next.is_some() || word.contains('_') {
            if let Some(found) = self.joined(at, word, next) {
                return Some(found);
            }
        } else if let Some((length, slot)) = self.unjoined(word) {
            return Some(self.put(at, at + length, slot));
        }
        if is_hex_number(word) {
            if is_code_of_windows(word) {
                return Some(word_end);
            }
            return Some(self.put(at, word_end, Slot::Id));
        }
        if is_id(word) {
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            return Some(match digits {
                // A long word of letters alone is a word.
                0 if !is_hexadecimal(word) => word_end,
                digits if digits == word.len() => self.put(at, word_end, Slot::Number),
                _ => self.put(at, word_end, Slot::Id),
            });
        }
        if begins_with_digit {
            self.number(at)
        } else {
            None
        }
    }

    /// Masks the number that begins at `at` with its unit, unless it tells something, and returns its end.
    fn number(&mut self, at: usize) -> Option<usize> {
        let (length, slot) = quantity(self.text, at)?;
        if tells(self.text, at..at + length) {
            return Some(at + length);
        }
        Some(self.put(at, at + length, slot))
    }

    /// Sign behind a word that joins it to what follows.
    fn joined_by(&self, word_end: usize) -> Option<u8> {
        let [sign, behind] = [0, 1].map(|n| self.text.as_bytes().get(word_end + n));
        let sign = sign.filter(|sign| b"+.-:/\\@~".contains(sign))?;
        behind
            .filter(|behind| !behind.is_ascii_whitespace())
            .map(|_| *sign)
    }

    /// Length and kind of the id that a word is, if nothing joins it to anything.
    fn unjoined(&self, word: &str) -> Option<(usize, Slot)> {
        self.masks_words
            .then(|| compound::varying(word, word.len()))
            .flatten()
    }

    /// Masks the form that begins at `at` with a word and what is joined to it, and returns its end.
    fn joined(&mut self, at: usize, word: &str, next: Option<u8>) -> Option<usize> {
        let rest = &self.text[at..];
        if matches!(next, Some(b':' | b'+' | b'.' | b'-'))
            && let Some(end) = self.url(at)
        {
            return Some(self.put(at, end, Slot::Url));
        }
        if let Some(end) = self.uuid(at) {
            return Some(self.put(at, end, Slot::Id));
        }
        if next == Some(b':') {
            if let Some(length) = drive(rest) {
                return Some(self.put(at, at + length, Slot::Path));
            }
            if word.len() < 5
                && let Some(end) = self.address(at)
            {
                return Some(end);
            }
        }
        if let Some(end) = self.file(at) {
            let start = file_names::start(self.text, at);
            self.take_back(start);
            return Some(self.put(start, end, Slot::Path));
        }
        if let Some(end) = self.prefixed_id(at) {
            let joined = match self.text.as_bytes().get(end) {
                Some(b'-' | b'_') => compound::length(rest),
                _ => 0,
            };
            return Some(self.put(at, end.max(at + joined), Slot::Id));
        }
        if word.starts_with(is_digit)
            && let Some((length, slot)) = quantity(self.text, at)
            && slot != Slot::Number
        {
            return Some(self.put(at, at + length, slot));
        }
        self.compound(at)
    }

    /// Masks the IP address of version 6 that begins at `at`, and returns its end.
    fn address(&mut self, at: usize) -> Option<usize> {
        /// Longest address, with an IPv4 address at its end.
        const LONGEST: usize = 45;
        let rest = self.text.as_bytes()[at..].iter().take(LONGEST + 1);
        let length = rest
            .take_while(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
            .count();
        let word = self.text[at..at + length].trim_end_matches(['.', ':']);
        let colons = || word.bytes().filter(|byte| *byte == b':').count() > 1;
        if !colons() || word.parse::<std::net::Ipv6Addr>().is_err() {
            return None;
        }
        let end = at + word.len();
        let zone = self.text[end..]
            .strip_prefix('%')
            .map_or(0, |zone| 1 + word_length(zone));
        let end = end + zone;
        // With a port it stands in brackets.
        if self.text[..at].ends_with('[') && self.text[end..].starts_with("]:") {
            let port = port(&self.text[end + 1..]);
            return Some(self.put(at - 1, end + 1 + port, Slot::Address));
        }
        Some(self.put(at, end, Slot::Address))
    }

    /// Masks the joined words that begin at `at`, and returns their end.
    fn compound(&mut self, at: usize) -> Option<usize> {
        if at < self.vain.compound {
            return None;
        }
        let text = self.text;
        let length = compound::length(&text[at..]);
        let is_number = text[at..at + length]
            .bytes()
            .all(|byte| b"0123456789.-+/".contains(&byte));
        // What is assigned to, or a key, names itself.
        let is_label = text[at + length..].starts_with('=');
        if self.masks_words
            && !is_number
            && !is_label
            && let Some((length, slot)) = compound::varying(&text[at..], length)
        {
            return Some(self.put(at, at + length, slot));
        }
        self.vain.compound = at + length;
        None
    }

    /// End of the URL that begins at `at`.
    fn url(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        if at < self.vain.url || !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let in_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte);
        let scheme = bytes_of(rest, in_scheme);
        let in_url = |c: char| !c.is_whitespace() && !"'\"<>)]}".contains(c);
        match rest[scheme..]
            .strip_prefix("://")
            .map(|rest| length_of(rest, in_url))
        {
            Some(length @ 1..) => Some(at + scheme + 3 + length),
            _ => {
                self.vain.url = at + scheme;
                None
            }
        }
    }

    /// End of the UUID that begins at `at`, with words before it that are joined to it.
    fn uuid(&mut self, at: usize) -> Option<usize> {
        if at < self.vain.uuid {
            return None;
        }
        let rest = &self.text[at..];
        let mut found = is_uuid(rest).then_some(at + UUID);
        let mut end = 0;
        while rest[end..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            let part = bytes_of(&rest[end..], |byte| byte.is_ascii_alphanumeric());
            if !matches!(rest.as_bytes().get(end + part), Some(b'-' | b'_')) {
                break;
            }
            end += part + 1;
            // The last one there is.
            if is_uuid(&rest[end..]) {
                found = Some(at + end + UUID);
            }
        }
        if found.is_none() {
            self.vain.uuid = at + end;
        }
        found
    }

    /// End of the name of a file that begins at `at`, with folders before it.
    fn file(&mut self, at: usize) -> Option<usize> {
        if at < self.vain.file {
            return None;
        }
        let rest = &self.text[at..];
        let mut found = None;
        let mut part = 0;
        let mut end = 0;
        while let Some(byte) = rest.as_bytes().get(end) {
            match byte {
                b'.' => {
                    let ending = &rest[end + 1..];
                    let ending = &ending[..word_length(ending)];
                    if end > part && is_ending(ending) {
                        found = Some(at + end + 1 + ending.len());
                    }
                    end += 1 + ending.len();
                }
                b'/' | b'\\' if end == part => break,
                b'/' | b'\\' => {
                    end += 1;
                    part = end;
                }
                b'@' | b'-' => end += 1,
                _ => match word_length(&rest[end..]) {
                    0 => break,
                    length => end += length,
                },
            }
        }
        looked_at(end);
        if found.is_none() {
            self.vain.file = at + end;
        }
        found
    }

    /// End of the id that begins at `at`: at least eight hexadecimal digits, behind words that are joined to
    /// them.
    fn prefixed_id(&mut self, at: usize) -> Option<usize> {
        if at < self.vain.prefixed {
            return None;
        }
        let rest = &self.text[at..];
        let (mut found, mut end) = (None, 0);
        loop {
            let part = bytes_of(&rest[end..], |byte| byte.is_ascii_alphabetic());
            if part == 0 || !matches!(rest.as_bytes().get(end + part), Some(b'-' | b'_')) {
                break;
            }
            end += part + 1;
            if let Some(length) = hex_id_length(&rest[end..]) {
                found = Some(at + end + length);
            }
        }
        if found.is_none() {
            self.vain.prefixed = at + end;
        }
        found
    }
}

/// Tells if a name in apostrophes, or a path, may begin behind this character.
fn is_separator(c: char) -> bool {
    matches!(c, '(' | '[' | '{' | '<' | '=' | ':' | ',' | ';') || c.is_whitespace()
}

/// Tells if no form begins with a word, as is so of most: it has few letters and nothing else, and behind it
/// nothing joins it to anything.
fn is_bare_word(word: &str, joined_by: Option<u8>) -> bool {
    joined_by.is_none()
        && word.len() < LONG_WORD
        && word.bytes().all(|byte| byte.is_ascii_alphabetic())
        && (word.len() < 8 || !word.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Tells if a word is an id: eight hexadecimal digits or more, or twenty letters and digits that are not the name
/// of an exception.
fn is_id(word: &str) -> bool {
    let long = word.len() >= LONG_WORD && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_hexadecimal(word) || (long && !is_exception(word))
}

fn is_hexadecimal(word: &str) -> bool {
    word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
