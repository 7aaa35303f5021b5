//! Dates in words: `May 14, 2026 at 08:30`, `Tue, 02 Jun 2026 10:00:00 GMT`.

use super::forms::{is_digit, is_in_word, number, time};

const DAYS: [&str; 14] = [
    "Mon",
    "Tue",
    "Wed",
    "Thu",
    "Fri",
    "Sat",
    "Sun",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const MONTHS: [&str; 24] = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Sept",
    "Oct",
    "Nov",
    "Dec",
    "January",
    "February",
    "March",
    "April",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const ZONES: [&str; 8] = ["GMT", "UTC", "Z", "AM", "PM", "am", "pm", "CET"];

/// Longest date in words, in parts.
const MOST_PARTS: usize = 9;

/// Tells if a word may begin a date.
pub(super) fn may_begin_date(word: &[u8]) -> bool {
    const BEGINS: [&[u8; 3]; 19] = [
        b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun", b"Jan", b"Feb", b"Mar", b"Apr",
        b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
    ];
    let is_capital = word.first().is_some_and(u8::is_ascii_uppercase);
    is_capital
        && word
            .first_chunk()
            .is_some_and(|begin| BEGINS.contains(&begin))
}

/// Length of a date in words at the begin of a text.
pub(super) fn date_in_words(text: &str) -> Option<usize> {
    // Most numbers are no days: no month follows.
    let bytes = text.as_bytes();
    if bytes.first().is_some_and(u8::is_ascii_digit) {
        let digits = bytes
            .iter()
            .take(3)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let behind = bytes[digits..].iter().take(5);
        if digits > 2 || !behind.clone().any(u8::is_ascii_uppercase) {
            return None;
        }
    }
    let (mut end, mut found) = (0, None);
    let (mut months, mut numbers) = (0, 0);
    let mut at = 0;
    for part in 0..MOST_PARTS {
        let rest = &text[at..];
        let letters = rest
            .bytes()
            .take(10)
            .take_while(u8::is_ascii_alphabetic)
            .count();
        let word = &rest[..letters];
        let length = if letters > 0 {
            let is_month = MONTHS.contains(&word);
            months += usize::from(is_month);
            let is_zone =
                part > 1 && (ZONES.contains(&word) || (word == "at" && rest[2..].starts_with(' ')));
            if !(is_month || DAYS.contains(&word) || is_zone) {
                break;
            }
            letters
        } else if rest.starts_with(is_digit) {
            numbers += 1;
            let digits = number(rest)?;
            let is_clock = rest[digits..].starts_with(':');
            match is_clock
                .then(|| time(rest).or_else(|| short_clock(rest)))
                .flatten()
            {
                Some(clock) => clock,
                None if digits > 4 => break,
                None => {
                    let ordinal = ["st", "nd", "rd", "th"]
                        .into_iter()
                        .find(|ending| rest[digits..].starts_with(ending));
                    digits + ordinal.map_or(0, str::len)
                }
            }
        } else if part > 1 && rest.starts_with(['+', '-']) && rest[1..].starts_with(is_digit) {
            1 + number(&rest[1..])?
        } else {
            break;
        };
        at += length;
        if text[at..].starts_with(is_in_word) {
            break;
        }
        // A month and a day beside it are the least.
        if word != "at" {
            end = at;
        }
        if months > 0 && numbers > 0 {
            found = Some(end);
        } else if part > 1 {
            break;
        }
        let behind = &text[at..];
        let separator = [", ", ". ", "  ", " ", "-"]
            .into_iter()
            .find(|sign| behind.starts_with(sign));
        let Some(separator) = separator else {
            break;
        };
        at += separator.len();
    }
    found
}

/// Length of a time of day without seconds.
fn short_clock(text: &str) -> Option<usize> {
    let hours = text.bytes().take(3).take_while(u8::is_ascii_digit).count();
    let minutes = text[hours..].strip_prefix(':')?;
    let digits = minutes
        .bytes()
        .take(3)
        .take_while(u8::is_ascii_digit)
        .count();
    ((1..3).contains(&hours) && digits == 2).then_some(hours + 1 + digits)
}
