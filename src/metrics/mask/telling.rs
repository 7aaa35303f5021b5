//! Numbers that tell what went wrong, and are not masked: statuses of HTTP, exit codes, codes of errors.

use std::ops::Range;

use super::forms::is_in_word;

/// Words behind which a number of 400 to 599 is a status of HTTP.
const STATUS_WORDS: [&str; 5] = ["http", "http error", "http response", "status", "code"];

/// Words behind which any short number is the code of an error.
const CODE_WORDS: [&str; 7] = [
    "exit code",
    "exit status",
    "exited with",
    "return code",
    "error code",
    "errno",
    "signal",
];

/// Makers of codes like `ORA-01555`. Other words in capitals count only at the begin of a message and before a
/// colon, because `INV-2024` is an invoice.
const CODE_MAKERS: [&str; 7] = ["ORA", "TNS", "PLS", "SQL", "ERR", "ERROR", "EC"];

/// Begins of the reasons that stand behind statuses of HTTP.
const REASONS: [(u16, &str); 36] = [
    (400, "bad request"),
    (401, "unauthorized"),
    (402, "payment required"),
    (403, "forbidden"),
    (404, "not found"),
    (405, "method not allowed"),
    (406, "not acceptable"),
    (407, "proxy auth"),
    (408, "request time"),
    (409, "conflict"),
    (410, "gone"),
    (411, "length required"),
    (412, "precondition failed"),
    (413, "payload too large"),
    (413, "content too large"),
    (413, "request entity"),
    (414, "uri too long"),
    (414, "request-uri"),
    (415, "unsupported media"),
    (416, "range not"),
    (416, "requested range"),
    (417, "expectation failed"),
    (421, "misdirected"),
    (422, "unprocessable"),
    (423, "locked"),
    (424, "failed dependency"),
    (425, "too early"),
    (426, "upgrade required"),
    (429, "too many requests"),
    (431, "request header"),
    (500, "internal server"),
    (501, "not implemented"),
    (502, "bad gateway"),
    (503, "service unavailable"),
    (503, "service temporarily"),
    (504, "gateway time"),
];

/// Tells if the number in this place of a text says what went wrong.
pub(super) fn tells(text: &str, place: Range<usize>) -> bool {
    let (before, behind) = (&text[..place.start], &text[place.end..]);
    let number = &text[place];
    let is_code = number.len() <= 6 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_code
        && !behind.starts_with(is_in_word)
        && (is_status(number, before, behind)
            || ends_with_any(before, &CODE_WORDS)
            || is_behind_maker(before, behind))
}

fn is_status(number: &str, before: &str, behind: &str) -> bool {
    let Some(status) = number
        .parse()
        .ok()
        .filter(|status| (400..600).contains(status))
    else {
        return false;
    };
    let versions = ["/1.0", "/1.1", "/2.0", "/2", "/3"];
    let unversioned = trimmed(before);
    let unversioned = versions
        .iter()
        .find_map(|version| unversioned.strip_suffix(version));
    ends_with_any(unversioned.unwrap_or(before), &STATUS_WORDS)
        || begins_message(before, behind)
        || is_before_reason(status, behind)
}

/// Tells if a number begins a message as a status does: in brackets, alone, before a colon or a dash, or before
/// a word with a capital.
fn begins_message(before: &str, behind: &str) -> bool {
    match before {
        "[" | "(" | "<" => behind.starts_with([']', ')', '>']),
        "" => {
            let next = behind.trim_start().chars().next();
            next.is_none_or(|next| next.is_uppercase() || [':', '-', '–', '('].contains(&next))
        }
        _ => false,
    }
}

fn is_before_reason(status: u16, behind: &str) -> bool {
    let behind = behind.trim_start_matches([' ', ':', '-', '(', ',', '"', '\'', ']', ')']);
    let follows = |reason: &str| {
        let begin = behind.get(..reason.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(reason))
    };
    REASONS
        .iter()
        .any(|(of, reason)| *of == status && follows(reason))
}

/// Tells if a number stands behind a maker of codes, as in `ORA-01555`.
fn is_behind_maker(before: &str, behind: &str) -> bool {
    let Some(before) = before.strip_suffix('-') else {
        return false;
    };
    // No maker is longer.
    let capitals = before
        .bytes()
        .rev()
        .take(9)
        .take_while(u8::is_ascii_uppercase)
        .count();
    let (before, maker) = before.split_at(before.len() - capitals);
    if !(2..9).contains(&capitals) || before.ends_with(|c: char| is_in_word(c) || c == '-') {
        return false;
    }
    CODE_MAKERS.contains(&maker) || (before.is_empty() && behind.starts_with(':'))
}

/// Tells if a text ends with one of these words, and perhaps signs that lead to a number.
fn ends_with_any(text: &str, words: &[&str]) -> bool {
    let text = trimmed(text);
    words.iter().any(|word| {
        let Some(begin) = text.len().checked_sub(word.len()) else {
            return false;
        };
        let Some((before, end)) = text.split_at_checked(begin) else {
            return false;
        };
        // A word of its own, also in `status_code` and `statusCode`.
        let is_apart = !before.ends_with(|c: char| c.is_alphanumeric())
            || (before.ends_with(char::is_lowercase) && end.starts_with(char::is_uppercase));
        end.eq_ignore_ascii_case(word) && is_apart
    })
}

fn trimmed(text: &str) -> &str {
    text.trim_end_matches([' ', ':', '=', '#', '(', '[', '"', '\'', '-'])
}
