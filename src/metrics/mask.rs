//! Masking of what varies in an error message, so that failures of one kind have one text.
//!
//! A scanner goes through a message once and takes at each place the first form that fits: quoted name, URL,
//! time, UUID, path, name of a file, other id, number. A form that was looked for in vain is not looked for
//! again in the same place, so the work grows with the length of the message and no faster.
//!
//! One regular expression would be shorter. It was measured: making it takes 5 ms of every start, and
//! masking with it a tenth of a run over 100,000 items.

mod clean;
mod forms;
mod telling;

use std::borrow::Cow;

pub use self::clean::holds_name;
use self::clean::{OWN_NAME, clean};
use self::forms::{
    UUID, bytes_of, drive, ends_in_word, hex_id_length, in_apostrophes, is_digit, is_ending,
    is_hex_number, is_in_word, is_uuid, length_of, looked_at, number, path, time, word_length,
};
use self::telling::tells;

/// Longest begin and longest end of a message that are masked, in bytes. A message of megabytes is the data
/// that failed; its begin says what it is, and its end, as of a traceback, what went wrong.
const LONGEST_BEGIN: usize = 4_096;
const LONGEST_END: usize = 1_024;

/// Returns the message with ids, numbers, quoted names, paths, URLs and times replaced by `<id>`, `<n>`,
/// `'<name>'`, `<path>`, `<url>` and `<time>`, the item's own name by `<name>`, and without colour codes and white
/// space around it. Composed letters stand for decomposed ones. Numbers that tell what went wrong are kept,
/// and so are double quotes in a message that is a JSON object, because they hold its words.
pub fn mask<'m>(message: &'m str, own_name: Option<&str>) -> Cow<'m, str> {
    let message = message.trim();
    if message.len() <= LONGEST_BEGIN + LONGEST_END {
        return part(message, own_name);
    }
    let (begin, end) = (begin_of(message), end_of(message));
    Cow::Owned(format!(
        "{} … {}",
        part(begin, own_name),
        part(end, own_name)
    ))
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

fn part<'m>(text: &'m str, own_name: Option<&str>) -> Cow<'m, str> {
    match clean(text, own_name) {
        Cow::Borrowed(text) => scan(text),
        Cow::Owned(text) => Cow::Owned(scan(text.trim()).replace(OWN_NAME, "<name>")),
    }
}

fn scan(text: &str) -> Cow<'_, str> {
    // A message that is nothing but a quoted word means that word.
    if is_one_quoted_word(text) {
        return Cow::Borrowed(text);
    }
    Scanner::new(text).run()
}

fn is_one_quoted_word(message: &str) -> bool {
    ['"', '\'', '`'].into_iter().any(|quote| {
        message
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
            .is_some_and(|inner| !inner.contains(quote))
    })
}

fn is_json_object(message: &str) -> bool {
    message.starts_with('{')
        && message.ends_with('}')
        && serde_json::from_str::<serde::de::IgnoredAny>(message).is_ok()
}

/// Fewest letters and digits of a word that is an id.
const LONG_WORD: usize = 20;

/// Opening quotes, the quotes that close them, and their mask. The plain apostrophe is not among them,
/// because it is also a part of words.
const QUOTES: [(char, &[char], &str); 7] = [
    ('"', &['"'], "\"<name>\""),
    ('`', &['`'], "`<name>`"),
    ('“', &['”'], "“<name>”"),
    ('„', &['“', '”'], "„<name>“"),
    ('»', &['«'], "»<name>«"),
    ('«', &['»'], "«<name>»"),
    ('「', &['」'], "「<name>」"),
];

/// Message while it is masked.
struct Scanner<'m> {
    text: &'m str,
    is_json: bool,
    out: String,
    /// End of the text that is copied or masked.
    copied: usize,
    vain: Vain,
}

/// Places before which no form of a kind begins, because it was looked for and would have been found.
#[derive(Default)]
struct Vain {
    url: usize,
    uuid: usize,
    prefixed: usize,
    file: usize,
    quotes: [usize; QUOTES.len()],
}

impl<'m> Scanner<'m> {
    fn new(text: &'m str) -> Self {
        Self {
            text,
            is_json: is_json_object(text),
            out: String::new(),
            copied: 0,
            vain: Vain::default(),
        }
    }

    fn run(mut self) -> Cow<'m, str> {
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
                let found = if is_separator(first) {
                    self.behind_separator(end)
                } else {
                    self.quoted(at, first)
                };
                found.unwrap_or(end)
            };
        }
        if self.copied == 0 {
            return Cow::Borrowed(self.text);
        }
        self.out.push_str(&self.text[self.copied..]);
        Cow::Owned(self.out)
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
            {
                return at;
            }
            at = end + 1;
        }
    }

    /// Puts a mask in the place of the text from `start` to `end`, and returns this end.
    fn put(&mut self, start: usize, end: usize, mask: &str) -> usize {
        if self.out.capacity() == 0 {
            self.out.reserve(self.text.len());
        }
        self.out.push_str(&self.text[self.copied..start]);
        self.out.push_str(mask);
        self.copied = end;
        end
    }

    /// Masks a name in apostrophes, or a path, that begins behind a separator, and returns its end.
    fn behind_separator(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        if !matches!(rest.as_bytes().first(), Some(b'\'' | b'/' | b'.' | b'~')) {
            return None;
        }
        if let Some(inside) = rest.strip_prefix('\'')
            && let Some(length) = in_apostrophes(inside)
        {
            return Some(self.put(at, at + 1 + length + 1, "'<name>'"));
        }
        let length = path(rest)?;
        Some(self.put(at, at + length, "<path>"))
    }

    /// Masks a name in quotes that open with `first`, and returns its end.
    fn quoted(&mut self, at: usize, first: char) -> Option<usize> {
        if first.is_ascii() && first != '"' && first != '`' {
            return None;
        }
        let kind = QUOTES.iter().position(|(open, ..)| *open == first)?;
        if (first == '"' && self.is_json) || at < self.vain.quotes[kind] {
            return None;
        }
        let (_, closing, mask) = QUOTES[kind];
        let begin = at + first.len_utf8();
        let inside = length_of(&self.text[begin..], |c| c != '\n' && !closing.contains(&c));
        let end = begin + inside;
        match self.text[end..].chars().next().filter(|c| *c != '\n') {
            Some(close) => Some(self.put(at, end + close.len_utf8(), mask)),
            None => {
                self.vain.quotes[kind] = end;
                None
            }
        }
    }

    /// Masks the form that begins with the word from `at` to `word_end`, and returns its end.
    fn word(&mut self, at: usize, word_end: usize) -> Option<usize> {
        let (rest, word) = (&self.text[at..], &self.text[at..word_end]);
        if is_bare_word(word, self.text.as_bytes().get(word_end)) {
            return None;
        }
        let begins_with_digit = word.starts_with(is_digit);
        if let Some(end) = self.url(at) {
            return Some(self.put(at, end, "<url>"));
        }
        if begins_with_digit && let Some(length) = time(rest) {
            return Some(self.put(at, at + length, "<time>"));
        }
        if let Some(end) = self.uuid(at) {
            return Some(self.put(at, end, "<id>"));
        }
        if let Some(length) = drive(rest) {
            return Some(self.put(at, at + length, "<path>"));
        }
        if let Some(end) = self.file(at) {
            return Some(self.put(at, end, "<path>"));
        }
        if is_hex_number(word) {
            return Some(self.put(at, word_end, "<id>"));
        }
        if let Some(end) = self.prefixed_id(at).or(is_id(word).then_some(word_end)) {
            let id = &self.text[at..end];
            return Some(match id.bytes().filter(u8::is_ascii_digit).count() {
                // A long word of letters alone is a word.
                0 => end,
                digits if digits == id.len() => self.put(at, end, "<n>"),
                _ => self.put(at, end, "<id>"),
            });
        }
        let end = at + number(rest)?;
        if tells(self.text, at..end) {
            return Some(end);
        }
        Some(self.put(at, end, "<n>"))
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
fn is_bare_word(word: &str, next: Option<&u8>) -> bool {
    let joined = matches!(next, Some(b'+' | b'.' | b'-' | b':' | b'/' | b'\\' | b'@'));
    !joined
        && word.len() < LONG_WORD
        && word.bytes().all(|byte| byte.is_ascii_alphabetic())
        && (word.len() < 8 || !word.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Tells if a word is an id: eight hexadecimal digits or more, or twenty letters and digits that are not the name
/// of an exception.
fn is_id(word: &str) -> bool {
    let is_exception = || ["Error", "Exception"].iter().any(|end| word.ends_with(end));
    let hexadecimal = word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let long = word.len() >= LONG_WORD && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    hexadecimal || (long && !is_exception())
}

#[cfg(test)]
mod tests;
