//! Masking of what varies in an error message, so that failures of one kind have one text.

use std::borrow::Cow;

/// What a message is told by, in bytes. A traceback's last line may stand behind it, but a message
/// of megabytes is the data that failed, and looking for names in it costs more than it tells.
const TELLING: usize = 4_096;

/// Endings of the names of files.
const ENDINGS: [&str; 35] = [
    "pdf", "doc", "docx", "ppt", "pptx", "xls", "xlsx", "odt", "ods", "odp", "rtf", "txt", "csv",
    "tsv", "md", "htm", "html", "xml", "json", "eml", "msg", "epub", "png", "jpg", "jpeg", "gif",
    "tif", "tiff", "webp", "bmp", "heic", "zip", "gz", "PDF", "JPG",
];

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
/// `'<name>'`, `<path>`, `<url>` and `<time>`, and without white space around it.
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
    let telling = &message[..message.floor_char_boundary(TELLING)];
    // A message that is nothing but a quoted word means that word.
    if is_one_quoted_word(telling) {
        return Cow::Borrowed(telling);
    }
    let mut masking = Masking::new(telling);
    masking.run();
    masking.masked()
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

/// Where to go on looking, from `at` on, where no word has begun: whatever is masked holds a byte that
/// tells (see [`Telling`]), and begins with what that is joined to. Most of a message is words that
/// nothing can be made of, and is skipped.
fn skip_what_tells_nothing(text: &[u8], at: usize) -> usize {
    let Some(telling) = (at..text.len()).find(|place| tells(text, *place)) else {
        return text.len();
    };
    let joined = text[at..telling].iter().rev();
    let joined = joined.take_while(|byte| telling_of(**byte) != Telling::Parting);
    let begin = telling - joined.count();
    // A name in apostrophes or a path begins behind what separates it.
    begin.saturating_sub(1).max(at)
}

/// What a byte says about whether something is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Telling {
    /// Nothing, and nothing that is masked goes over it unless it began with a byte that tells.
    Parting,
    /// Nothing, but what is masked may begin with it or before it.
    Joining,
    /// There may be something to be masked: a digit, a quote, a slash, what is no ASCII.
    Always,
    /// There may be a file: where a letter follows.
    Dot,
    /// There may be a UUID of letters alone: behind four hexadecimal digits.
    Hyphen,
    /// There may be a name: behind what separates it.
    Apostrophe,
}

fn telling_of(byte: u8) -> Telling {
    const TELLING: [Telling; 256] = {
        let mut telling = [Telling::Always; 256];
        let mut byte = 0;
        while byte < 128 {
            telling[byte] = match byte as u8 {
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'+' | b':' | b'@' | b'~' => Telling::Joining,
                b'0'..=b'9' | b'"' | b'`' | b'/' | b'\\' => Telling::Always,
                b'.' => Telling::Dot,
                b'-' => Telling::Hyphen,
                b'\'' => Telling::Apostrophe,
                _ => Telling::Parting,
            };
            byte += 1;
        }
        telling
    };
    TELLING[usize::from(byte)]
}

#[inline(always)]
fn tells(text: &[u8], place: usize) -> bool {
    let before = || place.checked_sub(1).map(|place| text[place]);
    match telling_of(text[place]) {
        Telling::Parting | Telling::Joining => false,
        Telling::Always => true,
        Telling::Dot => text.get(place + 1).is_some_and(u8::is_ascii_alphabetic),
        Telling::Hyphen => {
            let before = text[..place].last_chunk::<4>();
            before.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        }
        // White space beyond ASCII separates it as well.
        Telling::Apostrophe => {
            before().is_none_or(|before| !before.is_ascii() || class(before) == Class::Separating)
        }
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

/// The length of what stands in apostrophes; `inside` begins behind the first. An apostrophe before a
/// letter is a part of a word, unless there is no other.
fn in_apostrophes(inside: &str) -> Option<usize> {
    let mut last = None;
    for (place, c) in inside.char_indices() {
        match c {
            '\n' => break,
            '\'' => {
                last = Some(place);
                let next = inside[place + 1..].chars().next();
                if !next.is_some_and(char::is_alphanumeric) {
                    break;
                }
            }
            _ => {}
        }
    }
    last
}

fn path(text: &str) -> Option<usize> {
    let root = ["~", "..", "."]
        .into_iter()
        .find(|root| text.starts_with(root));
    let mut end = root.map_or(0, str::len);
    let mut parts = 0;
    while let Some(part) = text[end..].strip_prefix('/') {
        let length = length_of(part, |c| !c.is_whitespace() && !"/:,;)]}>'\"".contains(c));
        if length == 0 {
            // A slash may end it.
            return (parts > 0).then_some(end + 1);
        }
        parts += 1;
        end += 1 + length;
    }
    (parts > 0).then_some(end)
}

fn drive(text: &str) -> Option<usize> {
    let rest = text.strip_prefix(|c: char| c.is_ascii_alphabetic())?;
    let rest = rest.strip_prefix(":\\")?;
    let length = length_of(rest, |c| !c.is_whitespace() && !"'\"<>|".contains(c));
    (length > 0).then_some(3 + length)
}

/// A date, with or without a time of day and its zone, or a time of day by itself.
fn time(text: &str) -> Option<usize> {
    // Most numbers are none, which is told by what stands behind them.
    let behind = text.bytes().find(|byte| !byte.is_ascii_digit());
    if !matches!(behind, Some(b'-' | b':' | 0x80..)) || !text.starts_with(is_digit) {
        return None;
    }
    let ends = |at: &usize| !text[*at..].starts_with(is_in_word);
    let Some(date) = form(text, 0, "0000-00-00") else {
        let clock = form(text, 0, "00:00:00").or_else(|| form(text, 0, "0:00:00"))?;
        return fraction(text, clock).into_iter().chain([clock]).find(ends);
    };
    let minutes = form(text, date, "T00:00").or_else(|| form(text, date, " 00:00"));
    let seconds = minutes.and_then(|end| form(text, end, ":00"));
    let fraction = seconds.and_then(|end| fraction(text, end));
    let with_zone = |end: usize| {
        let zone = |at: usize| {
            ["Z", "UTC", "+00:00", "-00:00", "+0000", "-0000"]
                .into_iter()
                .find_map(|zone| form(text, at, zone))
        };
        let spaced = text[end..]
            .starts_with(' ')
            .then(|| zone(end + 1))
            .flatten();
        [spaced, zone(end), Some(end)].into_iter().flatten()
    };
    let ends_of_time = [fraction, seconds, minutes].into_iter().flatten();
    ends_of_time
        .flat_map(with_zone)
        .chain([date])
        .find(|end| ends(end))
}

fn fraction(text: &str, at: usize) -> Option<usize> {
    let rest = text[at..].strip_prefix(['.', ','])?;
    let digits = length_of(rest, is_digit);
    (digits > 0).then_some(at + 1 + digits)
}

/// Where the text of that form ends that stands at `at`: a zero stands for any digit.
fn form(text: &str, at: usize, form: &str) -> Option<usize> {
    let mut rest = text.get(at..)?.chars();
    let fits = form.chars().all(|wanted| match rest.next() {
        Some(c) if wanted == '0' => is_digit(c),
        c => c == Some(wanted),
    });
    fits.then(|| text.len() - rest.as_str().len())
}

fn number(text: &str) -> Option<usize> {
    let mut end = length_of(text, is_digit);
    if end == 0 {
        return None;
    }
    while let Some(next) = fraction(text, end) {
        end = next;
    }
    Some(end)
}

const UUID: usize = 36;

fn is_uuid(text: &str) -> bool {
    let Some(uuid) = text.as_bytes().first_chunk::<UUID>() else {
        return false;
    };
    // Hardly anything else has a hyphen there.
    if uuid[8] != b'-' {
        return false;
    }
    let hyphens = [13, 18, 23].iter().all(|at| uuid[*at] == b'-');
    let digits = [0..8, 9..13, 14..18, 19..23, 24..UUID];
    let digits = || digits.into_iter().flat_map(|group| &uuid[group]);
    let digits = hyphens && digits().all(u8::is_ascii_hexdigit);
    digits && !text[UUID..].starts_with(is_in_word)
}

fn is_hex_number(word: &str) -> bool {
    let digits = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
    digits.is_some_and(|digits| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn is_ending(word: &str) -> bool {
    let lengths = 2..=4;
    lengths.contains(&word.len())
        && ENDINGS
            .iter()
            .any(|ending| ending.eq_ignore_ascii_case(word))
}

/// The length of the begin of a text of which each character is such.
fn length_of(text: &str, such: impl Fn(char) -> bool) -> usize {
    text.find(|c| !such(c)).unwrap_or(text.len())
}

/// The same for bytes of ASCII.
fn bytes_of(text: &str, such: impl Fn(&u8) -> bool) -> usize {
    let bytes = text.as_bytes();
    bytes
        .iter()
        .position(|byte| !such(byte))
        .unwrap_or(bytes.len())
}

fn word_length(text: &str) -> usize {
    let mut length = 0;
    loop {
        length += bytes_of(&text[length..], |byte| class(*byte) == Class::Word);
        match text[length..].chars().next() {
            Some(c) if !c.is_ascii() && is_in_word(c) => length += c.len_utf8(),
            _ => return length,
        }
    }
}

fn char_length(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

/// What may begin with a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Nothing.
    Other,
    /// A word.
    Word,
    /// A name in apostrophes, or a path, behind it.
    Separating,
    /// A quoted name.
    Quote,
    /// The rest of the name of a file, behind a word.
    Joining,
    /// It is no ASCII.
    Beyond,
}

fn class(byte: u8) -> Class {
    const CLASSES: [Class; 128] = {
        let mut classes = [Class::Other; 128];
        let mut byte = 0;
        while byte < 128 {
            classes[byte] = match byte as u8 {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => Class::Word,
                b' ' | 9..=13 | b'(' | b'[' | b'{' | b'<' | b'=' | b':' | b',' | b';' => {
                    Class::Separating
                }
                b'"' | b'`' => Class::Quote,
                b'.' | b'@' | b'-' => Class::Joining,
                _ => Class::Other,
            };
            byte += 1;
        }
        classes
    };
    CLASSES
        .get(usize::from(byte))
        .copied()
        .unwrap_or(Class::Beyond)
}

fn ends_in_word(text: &str) -> bool {
    text.chars().next_back().is_some_and(is_in_word)
}

fn is_in_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || (!c.is_ascii() && c.is_numeric())
}

#[cfg(test)]
mod tests;
