//! The scanner, which takes at each place of a message the first form that fits.

mod joined;

use super::clean::OWN_NAME;
use super::dates::{date_in_words, may_begin_date};
use super::forms::{
    ends_in_word, in_apostrophes, is_digit, is_ending, is_hex_number, is_in_word, length_of, path,
    time, word_length,
};
use super::quotes::{QUOTES, Quoted, list_length, quoted};
use super::slot::Slot;
use super::telling::{is_code_of_windows, is_exception, tells};
use super::units::quantity;
use super::{Masked, Place, compound, file_names};

/// Fewest letters and digits of a word that is an id.
const LONG_WORD: usize = 20;

/// Message while it is masked.
pub(super) struct Scanner<'m> {
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
    pub(super) fn new(text: &'m str, out: &'m mut Masked, masks_words: bool) -> Self {
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

    pub(super) fn run(mut self) {
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
