//! What varies in a message, by its form: times, paths, numbers, UUIDs; and what words are made of.

/// Endings of the names of files.
const ENDINGS: [&str; 33] = [
    "pdf", "doc", "docx", "ppt", "pptx", "xls", "xlsx", "odt", "ods", "odp", "rtf", "txt", "csv",
    "tsv", "md", "htm", "html", "xml", "json", "eml", "msg", "epub", "png", "jpg", "jpeg", "gif",
    "tif", "tiff", "webp", "bmp", "heic", "zip", "gz",
];

/// The length of what stands in apostrophes; `inside` begins behind the first. An apostrophe before a
/// letter is a part of a word, unless there is no other.
pub(super) fn in_apostrophes(inside: &str) -> Option<usize> {
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

pub(super) fn path(text: &str) -> Option<usize> {
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

pub(super) fn drive(text: &str) -> Option<usize> {
    let rest = text.strip_prefix(|c: char| c.is_ascii_alphabetic())?;
    let rest = rest.strip_prefix(":\\")?;
    let length = length_of(rest, |c| !c.is_whitespace() && !"'\"<>|".contains(c));
    (length > 0).then_some(3 + length)
}

/// A date, with or without a time of day and its zone, or a time of day by itself.
pub(super) fn time(text: &str) -> Option<usize> {
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

pub(super) fn fraction(text: &str, at: usize) -> Option<usize> {
    let rest = text[at..].strip_prefix(['.', ','])?;
    let digits = length_of(rest, is_digit);
    (digits > 0).then_some(at + 1 + digits)
}

/// Where the text of that form ends that stands at `at`: a zero stands for any digit.
pub(super) fn form(text: &str, at: usize, form: &str) -> Option<usize> {
    let mut rest = text.get(at..)?.chars();
    let fits = form.chars().all(|wanted| match rest.next() {
        Some(c) if wanted == '0' => is_digit(c),
        c => c == Some(wanted),
    });
    fits.then(|| text.len() - rest.as_str().len())
}

pub(super) fn number(text: &str) -> Option<usize> {
    let mut end = length_of(text, is_digit);
    if end == 0 {
        return None;
    }
    while let Some(next) = fraction(text, end) {
        end = next;
    }
    Some(end)
}

pub(super) const UUID: usize = 36;

pub(super) fn is_uuid(text: &str) -> bool {
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

pub(super) fn is_hex_number(word: &str) -> bool {
    let digits = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
    digits.is_some_and(|digits| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

pub(super) fn is_ending(word: &str) -> bool {
    let lengths = 2..=4;
    lengths.contains(&word.len())
        && ENDINGS
            .iter()
            .any(|ending| ending.eq_ignore_ascii_case(word))
}

/// The length of the begin of a text of which each character is such.
pub(super) fn length_of(text: &str, such: impl Fn(char) -> bool) -> usize {
    text.find(|c| !such(c)).unwrap_or(text.len())
}

/// The same for bytes of ASCII.
pub(super) fn bytes_of(text: &str, such: impl Fn(&u8) -> bool) -> usize {
    let bytes = text.as_bytes();
    bytes
        .iter()
        .position(|byte| !such(byte))
        .unwrap_or(bytes.len())
}

pub(super) fn word_length(text: &str) -> usize {
    let mut length = 0;
    loop {
        length += bytes_of(&text[length..], |byte| class(*byte) == Class::Word);
        match text[length..].chars().next() {
            Some(c) if !c.is_ascii() && is_in_word(c) => length += c.len_utf8(),
            _ => return length,
        }
    }
}

pub(super) fn char_length(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

/// What may begin with a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
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

pub(super) fn class(byte: u8) -> Class {
    const CLASSES: [Class; 256] = {
        let mut classes = [Class::Beyond; 256];
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
    CLASSES[usize::from(byte)]
}

pub(super) fn ends_in_word(text: &str) -> bool {
    text.chars().next_back().is_some_and(is_in_word)
}

pub(super) fn is_in_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

pub(super) fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || (!c.is_ascii() && c.is_numeric())
}
