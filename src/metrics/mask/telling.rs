//! Numbers that tell what went wrong, and are not masked: statuses of HTTP, exit codes, codes of errors.

use std::ops::Range;

use super::forms::is_in_word;

/// Words behind which a number of 400 to 599 is a status of HTTP.
const STATUS_WORDS: [&str; 5] = ["http", "http error", "http response", "status", "code"];

/// Words behind which any short number is the code of an error.
const CODE_WORDS: [&str; 12] = [
    "code",
    "exit",
    "exitcode",
    "exit status",
    "exited with",
    "errno",
    "os error",
    "curl",
    "returncode",
    "rc",
    "signal",
    "sqlstate",
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
            || is_numbered_error(before, behind)
            || is_behind_maker(before, behind))
}

/// Tells if a number is that of an error, as in `ERROR 1205: …` or `error 32)`, and not a number of errors.
fn is_numbered_error(before: &str, behind: &str) -> bool {
    let before = before.strip_suffix('#').unwrap_or(before);
    let is_error = ["error ", "Error ", "ERROR "]
        .iter()
        .any(|word| before.ends_with(word));
    is_error
        && (behind.is_empty()
            || behind.starts_with([':', ')', ',', '.'])
            || behind.starts_with(" ("))
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
        || is_behind_exception(before, behind)
}

/// Tells if a number stands behind the name of an exception, as in `ServiceUnavailable: 503 The …`.
fn is_behind_exception(before: &str, behind: &str) -> bool {
    let Some(before) = before.strip_suffix(": ") else {
        return false;
    };
    let letters = before.bytes().rev().take(40);
    let mut letters = letters.take_while(u8::is_ascii_alphabetic).peekable();
    let is_lower_case = letters.peek().is_some_and(u8::is_ascii_lowercase);
    let capitals = letters.filter(u8::is_ascii_uppercase).count();
    let next = behind.strip_prefix(' ');
    is_lower_case
        && capitals > 1
        && next.is_none_or(|next| next.starts_with(|c: char| c.is_uppercase() || c == '-'))
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
    let class = if status < 500 {
        "client error"
    } else {
        "server error"
    };
    follows(class)
        || REASONS
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
    let last = text
        .bytes()
        .next_back()
        .map(|byte| byte.to_ascii_lowercase());
    words
        .iter()
        .filter(|word| word.bytes().next_back() == last)
        .any(|word| {
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

/// Begins of words that say what went wrong.
const FAILURES: [&str; 58] = [
    "abort",
    "bad",
    "block",
    "broken",
    "cancel",
    "cannot",
    "conflict",
    "corrupt",
    "crash",
    "damaged",
    "deadline",
    "deadlock",
    "denied",
    "disabled",
    "duplicate",
    "empty",
    "encrypt",
    "error",
    "exceed",
    "exception",
    "exhaust",
    "expired",
    "fail",
    "fatal",
    "forbidden",
    "illegal",
    "incomplete",
    "insufficient",
    "interrupt",
    "invalid",
    "killed",
    "limit",
    "lost",
    "malformed",
    "mismatch",
    "missing",
    "non",
    "not",
    "overflow",
    "overload",
    "password",
    "protected",
    "quota",
    "refused",
    "reject",
    "reset",
    "signed",
    "terminated",
    "throttl",
    "time",
    "too",
    "truncated",
    "unauthor",
    "unavail",
    "unknown",
    "unreachable",
    "unsupported",
    "violat",
];

/// Tells if a word says what went wrong.
pub(crate) fn is_of_failure(word: &str) -> bool {
    let Some(first) = word.bytes().next().map(|byte| byte.to_ascii_lowercase()) else {
        return false;
    };
    let mut alike = FAILURES.iter().filter(|begin| begin.as_bytes()[0] == first);
    alike.any(|begin| {
        let word = word.as_bytes().get(..begin.len());
        word.is_some_and(|word| word.eq_ignore_ascii_case(begin.as_bytes()))
    })
}

/// Ends of names of exceptions.
const EXCEPTIONS: [&str; 12] = [
    "Error",
    "Exception",
    "Exceeded",
    "Exhausted",
    "Failure",
    "Fault",
    "Interrupt",
    "Timeout",
    "Unavailable",
    "Warning",
    "Denied",
    "NotFound",
];

/// Tells if a word is the name of an exception.
pub(crate) fn is_exception(word: &str) -> bool {
    EXCEPTIONS.iter().any(|end| word.ends_with(end)) && word.starts_with(|c: char| c.is_uppercase())
}

/// Names of types that messages of programs quote.
const TYPES: [&str; 14] = [
    "NoneType",
    "bool",
    "bytes",
    "dict",
    "float",
    "int",
    "list",
    "none",
    "null",
    "object",
    "str",
    "string",
    "tuple",
    "undefined",
];

/// Tells if what stands in quotes is no name of a thing, but says what went wrong: a constant in capitals, the
/// name of an exception or of a type, a word of failure made of several, or signs alone.
pub(super) fn is_telling_word(word: &str) -> bool {
    let letters = |of: fn(&u8) -> bool| word.bytes().filter(of).count();
    let is_constant = || {
        word.len() >= 5
            && word
                .bytes()
                .all(|byte| byte == b'_' || byte.is_ascii_uppercase())
            && (word.contains('_') || word.starts_with("SIG") || word.starts_with('E'))
    };
    let is_compound_of_failure = || {
        word.contains(['_', '-'])
            && letters(u8::is_ascii_digit) == 0
            && !word.contains(' ')
            && word.split(['_', '-']).any(is_of_failure)
    };
    let is_sign = || {
        !word.is_empty() && word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_punctuation())
    };
    TYPES.contains(&word)
        || is_exception(word)
        || is_constant()
        || is_compound_of_failure()
        || is_sign()
}

/// Texts behind which a quoted word is the thing that is wrong, and not one of many.
const WORDS_BEFORE_TELLING: [&str; 9] = [
    "KeyError:",
    "No module named",
    "no attribute",
    "cannot import name",
    "NameError: name",
    "(reading",
    "Cannot find module",
    "unexpected keyword argument",
    "is not a member of",
];

/// Keys of objects whose values say what went wrong.
const TELLING_KEYS: [&str; 24] = [
    "category",
    "cause",
    "class",
    "code",
    "description",
    "detail",
    "details",
    "err",
    "errcode",
    "errmsg",
    "error",
    "error_code",
    "error_description",
    "error_message",
    "error_type",
    "errors",
    "exception",
    "message",
    "msg",
    "reason",
    "status",
    "statustext",
    "title",
    "type",
];

/// Tells if what is quoted behind this text says what went wrong.
pub(super) fn leads_to_telling(before: &str) -> bool {
    let spaced = before.trim_end();
    let last = spaced.bytes().next_back();
    let mut alike = WORDS_BEFORE_TELLING
        .iter()
        .filter(|words| words.bytes().next_back() == last);
    if alike.any(|words| spaced.ends_with(words)) {
        return true;
    }
    if let Some(called) = spaced.strip_suffix('(') {
        let called = last_word(called);
        let capitals = called.bytes().filter(u8::is_ascii_uppercase).count();
        return is_exception(called) || (capitals > 1 && capitals < called.len());
    }
    let Some(key) = spaced.strip_suffix([':', '=']) else {
        return false;
    };
    let key = key.trim_end();
    let is_quoted = key.ends_with(['"', '\'']);
    let is_assigned = spaced.ends_with('=') && key.len() == spaced.len() - 1;
    let key = key.trim_end_matches(['"', '\'']);
    (is_quoted || is_assigned)
        && TELLING_KEYS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(last_word(key)))
}

/// Last word of a text, or its end if it is long.
fn last_word(text: &str) -> &str {
    let bytes = text.bytes().rev().take(60);
    let length = bytes
        .take_while(|byte| *byte == b'_' || byte.is_ascii_alphanumeric())
        .count();
    &text[text.len() - length..]
}

/// Tells if a hexadecimal number is the code of an error of Windows, as `0x80070005`.
pub(super) fn is_code_of_windows(word: &str) -> bool {
    word.len() == 10 && matches!(word.as_bytes()[2], b'8' | b'C' | b'c')
}
