//! Masking of what varies in an error message, so that failures of one kind have one text.

mod forms;
mod telling;

use std::borrow::Cow;

use self::forms::{
    Class, UUID, bytes_of, char_length, class, drive, ends_in_word, in_apostrophes, is_digit,
    is_ending, is_hex_number, is_in_word, is_uuid, length_of, number, path, time, word_length,
};
use self::telling::skip_what_tells_nothing;

/// What a longer message is told by, in bytes: so much of its begin, and so much of its end, where a
/// traceback says what went wrong. A message of megabytes is the data that failed, and looking for names
/// in all of it costs more than it tells.
const TELLING: usize = 4_096;
const TELLING_END: usize = 1_024;

/// Quotes that open, what closes them, and their mask. A plain apostrophe is looked at elsewhere,
/// for it is also a part of words.
const QUOTES: [(char, &[char], &str); 7] = [
    ('"', &['"'], "\"<name>\""),
    ('`', &['`'], "`<name>`"),
    ('“', &['”'], "“<name>”"),
    ('„', &['“', '”'], "„<name>“"),
    ('»', &['«'], "»<name>«"),
    ('«', &['»'], "«<name>»"),
    ('「', &['」'], "「<name>」"),
];

/// The message with ids, numbers, quoted names, paths, URLs and times replaced by `<id>`, `<n>`,
/// `'<name>'`, `<path>`, `<url>` and `<time>`, and without white space around it. What is in the double
/// quotes of a message that is a JSON object is no name, but its words.
///
/// At each place what varies is looked for in this order: quoted names, URLs, times, UUIDs, paths, names of
/// files, other ids, numbers. The tests hold the same as one regular expression; making that one
/// when a program starts would take longer than a small report takes as a whole.
pub fn mask(message: &str) -> Cow<'_, str> {
    let is_seen = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let message = match message.as_bytes() {
        // Nearly always.
        bytes if is_seen(bytes.first()) && is_seen(bytes.last()) => message,
        _ => message.trim(),
    };
    if message.len() > TELLING + TELLING_END {
        return Cow::Owned(format!(
            "{} … {}",
            part(begin_of(message)),
            part(end_of(message))
        ));
    }
    // A message that is nothing but a quoted word means that word.
    if is_one_quoted_word(message) {
        return Cow::Borrowed(message);
    }
    part(message)
}

/// What a long message begins with.
fn begin_of(message: &str) -> &str {
    &message[..message.floor_char_boundary(TELLING)]
}

/// What it ends with: whole words, for what is left of one may look like anything.
fn end_of(message: &str) -> &str {
    let end = &message[message.ceil_char_boundary(message.len() - TELLING_END)..];
    match end.find(char::is_whitespace) {
        Some(space) => end[space..].trim_start(),
        None => end,
    }
}

fn part(text: &str) -> Cow<'_, str> {
    let mut masking = Masking::new(text);
    masking.run();
    masking.masked()
}

fn is_json_object(message: &str) -> bool {
    message.starts_with('{')
        && message.ends_with('}')
        && serde_json::from_str::<serde::de::IgnoredAny>(message).is_ok()
}

fn is_one_quoted_word(message: &str) -> bool {
    ['"', '\'', '`'].into_iter().any(|quote| {
        message
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
            .is_some_and(|inner| !inner.contains(quote))
    })
}

/// A message while it is masked.
struct Masking<'m> {
    text: &'m str,
    /// Whether it is a JSON object, whose quotes hold its words, and not names.
    is_json: bool,
    out: String,
    /// Up to where the text has been copied or masked.
    copied: usize,
    /// Before these no URL, UUID, id with a prefix or name of a file begins: one that was looked for
    /// further ahead was not there, and it would have held them. Without that a long word of many
    /// parts would be looked through once for each part.
    no_url: usize,
    no_uuid: usize,
    no_prefixed: usize,
    no_file: usize,
}

impl<'m> Masking<'m> {
    fn new(text: &'m str) -> Self {
        // Most messages hold no URL and no name of a file at all, which is told sooner at once.
        let none_without = |needle: u8| match memchr::memchr(needle, text.as_bytes()) {
            Some(_) => 0,
            None => text.len(),
        };
        Self {
            text,
            is_json: is_json_object(text),
            out: String::new(),
            copied: 0,
            no_url: none_without(b'/'),
            no_uuid: none_without(b'-'),
            no_prefixed: match memchr::memchr2(b'-', b'_', text.as_bytes()) {
                Some(_) => 0,
                None => text.len(),
            },
            no_file: none_without(b'.'),
        }
    }

    fn run(&mut self) {
        // Nothing stands before the first character, which serves as well as a space.
        let mut at = self.quoted_or_path(0).unwrap_or(0);
        let mut after_word = ends_in_word(&self.text[..at]);
        loop {
            if !after_word {
                at = skip_what_tells_nothing(self.text.as_bytes(), at);
            }
            let Some(byte) = self.text.as_bytes().get(at) else {
                break;
            };
            let class = class(*byte);
            let begins_word = match class {
                Class::Word => true,
                Class::Beyond => self.text[at..].starts_with(is_in_word),
                _ => false,
            };
            if begins_word {
                let length = word_length(&self.text[at..]);
                // Nothing begins within a word.
                let found = if after_word {
                    None
                } else {
                    self.word(at, length)
                };
                at = found.unwrap_or(at + length);
                after_word = found.is_none() || ends_in_word(&self.text[..at]);
                continue;
            }
            let found = match class {
                Class::Separating => self.quoted_or_path(at + 1),
                Class::Joining if after_word => self.file(at),
                Class::Quote | Class::Beyond => self.quoted_or_separated(at),
                _ => None,
            };
            after_word = found.is_some_and(|end| ends_in_word(&self.text[..end]));
            at = found.unwrap_or_else(|| at + char_length(&self.text[at..]));
        }
    }

    fn masked(mut self) -> Cow<'m, str> {
        if self.out.is_empty() && self.copied == 0 {
            return Cow::Borrowed(self.text);
        }
        self.out.push_str(&self.text[self.copied..]);
        Cow::Owned(self.out)
    }

    /// Puts a mask in the place of what stands from `start` to `end`.
    fn put(&mut self, start: usize, end: usize, mask: &str) -> usize {
        if self.out.capacity() == 0 {
            // Hardly ever is more put in than is taken out.
            self.out.reserve(self.text.len());
        }
        self.out.push_str(&self.text[self.copied..start]);
        self.out.push_str(mask);
        self.copied = end;
        end
    }

    /// What begins with a quote, or with white space beyond ASCII.
    fn quoted_or_separated(&mut self, at: usize) -> Option<usize> {
        let first = self.text[at..].chars().next()?;
        let begin = at + first.len_utf8();
        if first.is_whitespace() {
            return self.quoted_or_path(begin);
        }
        if first == '"' && self.is_json {
            return None;
        }
        let (_, closing, mask) = QUOTES.iter().find(|(open, ..)| *open == first)?;
        let rest = &self.text[begin..];
        let end = rest.find(|c: char| c == '\n' || closing.contains(&c))?;
        let close = rest[end..].chars().next().filter(|close| *close != '\n')?;
        Some(self.put(at, begin + end + close.len_utf8(), mask))
    }

    /// A name in apostrophes, or a path, that begins at `at`, behind what separates it.
    fn quoted_or_path(&mut self, at: usize) -> Option<usize> {
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

    /// What begins where a word of that length begins.
    fn word(&mut self, at: usize, length: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let word = &rest[..length];
        if is_bare_word(word, rest.as_bytes().get(length)) {
            return None;
        }
        let digit = word.starts_with(is_digit);
        if !digit
            && at >= self.no_url
            && let Some(length) = self.url(at)
        {
            return Some(self.put(at, at + length, "<url>"));
        }
        if digit && let Some(length) = time(rest) {
            return Some(self.put(at, at + length, "<time>"));
        }
        if at >= self.no_uuid
            && let Some(length) = self.uuid(at)
        {
            return Some(self.put(at, at + length, "<id>"));
        }
        if length == 1
            && let Some(length) = drive(rest)
        {
            return Some(self.put(at, at + length, "<path>"));
        }
        if let Some(end) = self.file(at) {
            return Some(end);
        }
        if digit && is_hex_number(word) {
            return Some(self.put(at, at + word.len(), "<id>"));
        }
        if let Some(length) = self.id(at, word) {
            let id = &rest[..length];
            return Some(match id.bytes().filter(u8::is_ascii_digit).count() {
                // A long word of letters alone is a word.
                0 => at + length,
                digits if digits == length => self.put(at, at + length, "<n>"),
                _ => self.put(at, at + length, "<id>"),
            });
        }
        let length = number(rest)?;
        Some(self.put(at, at + length, "<n>"))
    }

    fn url(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let in_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || b"+.-".contains(byte);
        let scheme = bytes_of(rest, in_scheme);
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let found = rest[scheme..]
            .strip_prefix("://")
            .map(|rest| length_of(rest, |c| !c.is_whitespace() && !"'\"<>)]}".contains(c)));
        match found {
            Some(length @ 1..) => Some(scheme + 3 + length),
            _ => {
                self.no_url = at + scheme;
                None
            }
        }
    }

    /// A UUID, with words before it that are joined to it.
    fn uuid(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let letter_first = |part: &str| part.starts_with(|c: char| c.is_ascii_alphabetic());
        let mut found = is_uuid(rest).then_some(UUID);
        let mut end = 0;
        loop {
            let part = bytes_of(&rest[end..], u8::is_ascii_alphanumeric);
            let joint = rest.as_bytes().get(end + part);
            if !letter_first(&rest[end..]) || !matches!(joint, Some(b'-' | b'_')) {
                break;
            }
            end += part + 1;
            // The last one there is.
            if is_uuid(&rest[end..]) {
                found = Some(end + UUID);
            }
        }
        if found.is_none() {
            self.no_uuid = at + end;
        }
        found
    }

    /// The name of a file, with the folders before it.
    fn file(&mut self, at: usize) -> Option<usize> {
        if at < self.no_file {
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
        match found {
            Some(end) => Some(self.put(at, end, "<path>")),
            None => {
                self.no_file = at + end;
                None
            }
        }
    }

    /// Another id: hexadecimal digits behind words that are joined to them, many hexadecimal digits,
    /// or a very long word. Gives its length.
    fn id(&mut self, at: usize, word: &str) -> Option<usize> {
        let rest = &self.text[at..];
        if at >= self.no_prefixed {
            let (mut found, mut end) = (None, 0);
            loop {
                let part = bytes_of(&rest[end..], u8::is_ascii_alphabetic);
                if part == 0 || !matches!(rest.as_bytes().get(end + part), Some(b'-' | b'_')) {
                    break;
                }
                end += part + 1;
                let id = &rest[end..];
                let id = &id[..word_length(id)];
                if id.len() >= 8 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                    found = Some(end + id.len());
                }
            }
            if found.is_some() {
                return found;
            }
            self.no_prefixed = at + end;
        }
        let hexadecimal = word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let long = word.len() >= 20 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (hexadecimal || long).then_some(word.len())
    }
}

/// Whether a word is one that nothing can be made of, as most are: letters alone, not many, and behind
/// them nothing that joins them to anything.
fn is_bare_word(word: &str, next: Option<&u8>) -> bool {
    let joined = matches!(next, Some(b'+' | b'.' | b'-' | b':' | b'/' | b'\\' | b'@'));
    !joined
        && word.len() < 20
        && word.bytes().all(|byte| byte.is_ascii_alphabetic())
        && (word.len() < 8 || !word.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests;
