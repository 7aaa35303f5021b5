//! Forms of what varies in a message: times, paths, numbers, UUIDs; and of the words around it.

/// Extensions of names of files.
const ENDINGS: [&str; 33] = [
    "pdf", "doc", "docx", "ppt", "pptx", "xls", "xlsx", "odt", "ods", "odp", "rtf", "txt", "csv",
    "tsv", "md", "htm", "html", "xml", "json", "eml", "msg", "epub", "png", "jpg", "jpeg", "gif",
    "tif", "tiff", "webp", "bmp", "heic", "zip", "gz",
];

/// Length of a name in apostrophes; `inside` begins behind the first. An apostrophe before a letter is a part
/// of a word, unless there is no other.
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
        looked_at(1);
    }
    last
}

/// Length of a path at the begin of a text.
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

/// Length of a path with a drive of Windows at the begin of a text.
pub(super) fn drive(text: &str) -> Option<usize> {
    let rest = text.strip_prefix(|c: char| c.is_ascii_alphabetic())?;
    let rest = rest.strip_prefix(":\\")?;
    let length = length_of(rest, |c| !c.is_whitespace() && !"'\"<>|".contains(c));
    (length > 0).then_some(3 + length)
}

/// Length of a date, with or without a time of day and its zone, or of a time of day by itself.
pub(super) fn time(text: &str) -> Option<usize> {
    // Most numbers are none, which is told by what stands behind them.
    let behind = text.bytes().find(|byte| !byte.is_ascii_digit());
    if !matches!(behind, Some(b'-' | b':' | 0x80..)) || !text.starts_with(is_digit) {
        return None;
    }
    let ends = |at: &usize| !text[*at..].starts_with(is_in_word);
    let Some(date) = form(text, 0, "0000-00-00").or_else(|| form(text, 0, "0000/00/00")) else {
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

/// End of the text of that form that begins at `at`; a zero stands for any digit.
fn form(text: &str, at: usize, form: &str) -> Option<usize> {
    let mut rest = text.get(at..)?.chars();
    let fits = form.chars().all(|wanted| match rest.next() {
        Some(c) if wanted == '0' => is_digit(c),
        c => c == Some(wanted),
    });
    fits.then(|| text.len() - rest.as_str().len())
}

/// Length of a number at the begin of a text.
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

/// Length of a UUID.
pub(super) const UUID: usize = 36;

/// Tells if a text begins with a UUID.
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

/// Length of the hexadecimal digits, eight or more, that are the first word of a text.
pub(super) fn hex_id_length(text: &str) -> Option<usize> {
    let length = bytes_of(text, |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (length >= 8 && !text[length..].starts_with(is_in_word)).then_some(length)
}

/// Length of words that are joined to at least eight hexadecimal digits, at the begin of a text.
pub(super) fn prefixed_id_length(text: &str) -> Option<usize> {
    let mut end = 0;
    loop {
        let part = bytes_of(&text[end..], |byte| byte.is_ascii_alphabetic());
        if part == 0 || !matches!(text.as_bytes().get(end + part), Some(b'-' | b'_')) {
            return None;
        }
        end += part + 1;
        if let Some(length) = hex_id_length(&text[end..]) {
            return Some(end + length);
        }
    }
}

/// Length of the begin of a text in which each character is such.
pub(super) fn length_of(text: &str, such: impl Fn(char) -> bool) -> usize {
    let length = text.find(|c| !such(c)).unwrap_or(text.len());
    looked_at(length);
    length
}

/// Length of the begin of a text in which each byte is such, which only those of ASCII may be.
pub(super) fn bytes_of(text: &str, such: impl Fn(u8) -> bool) -> usize {
    let length = text
        .bytes()
        .position(|byte| !such(byte))
        .unwrap_or(text.len());
    looked_at(length);
    length
}

/// Length of the word at the begin of a text.
pub(super) fn word_length(text: &str) -> usize {
    let mut length = 0;
    loop {
        length += bytes_of(&text[length..], |byte| {
            byte == b'_' || byte.is_ascii_alphanumeric()
        });
        // Nothing of ASCII goes on.
        if text.as_bytes().get(length).is_none_or(u8::is_ascii) {
            return length;
        }
        match text[length..].chars().next() {
            Some(c) if is_in_word(c) => length += c.len_utf8(),
            _ => return length,
        }
    }
}

/// Counts the bytes that were looked at, for the test that they grow with the length of a message and no
/// faster.
pub(super) fn looked_at(bytes: usize) {
    #[cfg(test)]
    super::tests::LOOKED_AT.set(super::tests::LOOKED_AT.get() + bytes);
    #[cfg(not(test))]
    let _ = bytes;
}

pub(super) fn ends_in_word(text: &str) -> bool {
    text.chars().next_back().is_some_and(is_in_word)
}

/// Tells if a character is a part of a word. Letters of scripts that are written without blanks are none, so
/// that numbers and names among them are found.
pub(super) fn is_in_word(c: char) -> bool {
    c == '_'
        || c.is_ascii_alphanumeric()
        || (!c.is_ascii() && c.is_alphanumeric() && !is_unspaced(c))
}

/// Tells if a letter is of a script that puts no blanks between words, or joins them to numbers.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}'
        | '\u{1000}'..='\u{109F}'
        | '\u{1780}'..='\u{17FF}'
        | '\u{3005}'..='\u{30FF}'
        | '\u{3400}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7AF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

pub(super) fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || (!c.is_ascii() && c.is_numeric())
}
