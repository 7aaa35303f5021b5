//! Numbers with what belongs to them: units, further numbers of a list or range, ports.

use super::Slot;
use super::forms::{is_digit, is_in_word, number};
use super::telling::tells;

/// Longest unit, in bytes.
const LONGEST_UNIT: usize = 12;

/// Length and kind of what begins with the number at `at`.
pub(super) fn quantity(text: &str, at: usize) -> Option<(usize, Slot)> {
    let rest = &text[at..];
    let mut end = number(rest)?;
    match rest[..end].bytes().filter(|byte| *byte == b'.').count() {
        3 => return Some((end + port(&rest[end..]), Slot::Address)),
        // A version.
        2 => return Some((end, Slot::Word)),
        _ => {}
    }
    let mut slot = Slot::Number;
    if let Some((length, kind)) = unit(&rest[end..]) {
        slot = kind;
        end += length;
        while kind == Slot::Duration
            && let Some(length) = another(&rest[end..])
        {
            end += length;
        }
    }
    // A list or a range, of plain numbers and of quantities.
    while let Some(length) = next_of_list(text, at + end) {
        end += length;
    }
    Some((end, slot))
}

/// Length and kind of a unit at the begin of a text, with the blank before it.
fn unit(text: &str) -> Option<(usize, Slot)> {
    let blank = usize::from(text.starts_with(' '));
    let begin = &text.as_bytes()[blank..];
    // The sign of micro is two bytes, and the only one of a unit that is not ASCII.
    let micro = if begin.starts_with("µ".as_bytes()) {
        2
    } else {
        0
    };
    let mut small = [0; LONGEST_UNIT];
    let mut letters = 0;
    for byte in begin[micro..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
    {
        *small.get_mut(letters)? = byte.to_ascii_lowercase();
        letters += 1;
    }
    let slot = match (&small[..letters], blank) {
        (b"s", _) => Slot::Duration,
        _ if micro > 0 => return None,
        (b"h", _) | (b"m" | b"d" | b"w", 0) => Slot::Duration,
        (b"b" | b"k" | b"o", 0) => Slot::Size,
        (
            b"ns" | b"us" | b"ms" | b"msec" | b"msecs" | b"millis" | b"millisecond"
            | b"milliseconds" | b"sec" | b"secs" | b"second" | b"seconds" | b"min" | b"mins"
            | b"minute" | b"minutes" | b"hr" | b"hrs" | b"hour" | b"hours" | b"day" | b"days"
            | b"week" | b"weeks",
            _,
        ) => Slot::Duration,
        (
            b"byte" | b"bytes" | b"kb" | b"mb" | b"gb" | b"tb" | b"ki" | b"mi" | b"gi" | b"ti"
            | b"kib" | b"mib" | b"gib" | b"tib" | b"kbyte" | b"kbytes" | b"mbyte" | b"mbytes"
            | b"gbyte" | b"gbytes" | b"bits",
            _,
        ) => Slot::Size,
        _ => return None,
    };
    let length = blank + micro + letters;
    // Another number joins durations only, as in `5m0s`.
    let ends = match text[length..].chars().next() {
        Some(c) if is_digit(c) => slot == Slot::Duration && blank == 0,
        Some(c) => !is_in_word(c),
        None => true,
    };
    ends.then_some((length, slot))
}

/// Length of another part of a duration, as in `1 minute 30 seconds` and `5m0s`.
fn another(text: &str) -> Option<usize> {
    let separator = ["", " ", ", ", " and "].into_iter().find(|separator| {
        text.strip_prefix(separator)
            .is_some_and(|rest| rest.starts_with(is_digit))
    })?;
    let rest = &text[separator.len()..];
    let digits = number(rest)?;
    let (length, slot) = unit(&rest[digits..])?;
    (slot == Slot::Duration).then_some(separator.len() + digits + length)
}

/// Length of the next number of a list, with what separates it.
fn next_of_list(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    if !rest.starts_with([',', ' ', '-', '–', '—']) {
        return None;
    }
    let separators = [
        ", and ", ", ", ",", " and ", " & ", " und ", " et ", " y ", " - ", " – ", "-", "–", "—",
        " to ",
    ];
    let (separator, next) = separators.into_iter().find_map(|separator| {
        let next = rest.strip_prefix(separator)?;
        next.starts_with(is_digit).then_some((separator, next))
    })?;
    let length = number(next)?;
    let place = at + separator.len();
    if next[length..].starts_with(is_in_word) || tells(text, place..place + length) {
        return None;
    }
    Some(separator.len() + length)
}

/// Length of a port with its colon.
pub(super) fn port(text: &str) -> usize {
    let Some(digits) = text.strip_prefix(':') else {
        return 0;
    };
    let length = digits
        .bytes()
        .take(6)
        .take_while(u8::is_ascii_digit)
        .count();
    let is_port = (1..6).contains(&length) && !digits[length..].starts_with(is_in_word);
    if is_port { 1 + length } else { 0 }
}
