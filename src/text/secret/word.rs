//! Secrets behind a word, and words that look like secrets.

use std::ops::Range;

use super::{IN_VAIN, begins_word, ends_word, is_key_byte, is_quote, is_word, run};

/// Words after `Bearer` that are no token, in sentences about tokens.
pub(super) const NO_TOKENS: &[&str] = &[
    "a",
    "and",
    "auth",
    "authentication",
    "authorization",
    "credentials",
    "error",
    "expired",
    "for",
    "format",
    "header",
    "in",
    "invalid",
    "is",
    "missing",
    "must",
    "not",
    "or",
    "prefix",
    "required",
    "scheme",
    "the",
    "to",
    "token",
    "tokens",
    "type",
    "was",
    "with",
];

/// The word after `token`, `password`, `secret` or `api key` if it looks like a secret: `at` is the `k`, `w` or `c`.
pub(super) fn after_word(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    const WORDS: [(&[u8], usize); 7] = [
        (b"token ", 2),
        (b"password ", 4),
        (b"secret ", 2),
        (b"api key ", 4),
        (b"apikey ", 3),
        (b"secret key ", 7),
        (b"access key ", 7),
    ];
    let found = WORDS.iter().find_map(|(word, before)| {
        let start = at.checked_sub(*before)?;
        let is_it = is_word(&bytes[start..], word) && begins_word(bytes, start);
        is_it.then_some(start + word.len())
    })?;
    let found = found
        + if is_word(&bytes[found..], b"is ") {
            3
        } else {
            0
        };
    let start = found + run(&bytes[found..bytes.len().min(found + 2)], is_quote);
    let value = &bytes[start..];
    if is_random(value) {
        return Some(start..start + run(value, |byte| !ends_word(byte)));
    }
    Some(start..start + short(value)?)
}

/// The token after `Bearer`, or the credentials after `Basic`.
pub(super) fn after_scheme(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    if !begins_word(bytes, at) {
        return None;
    }
    let rest = &bytes[at..];
    let is_basic = is_word(rest, b"basic");
    if !is_basic && !is_word(rest, b"bearer") {
        return None;
    }
    let mut start = at + if is_basic { 5 } else { 6 };
    let gap = &bytes[start..];
    start += match gap.first() {
        _ if is_word(gap, b"%20") => 3,
        Some(b'\n' | b'\r') => return on_next_line(bytes, start),
        Some(b' ' | b'\t' | b':' | b'+' | b'\\') => {
            let is_gap = |byte| matches!(byte, b' ' | b'\t' | b':' | b'+' | b'\\');
            let length = run(&gap[..gap.len().min(8)], is_gap);
            if matches!(gap.get(length), Some(b'\n' | b'\r')) {
                return on_next_line(bytes, start + length);
            }
            length
        }
        _ => return None,
    };
    start += run(&bytes[start..bytes.len().min(start + 2)], is_quote);
    if is_basic {
        let length = run(&bytes[start..bytes.len().min(start + IN_VAIN)], is_key_byte);
        let value = &bytes[start..start + length];
        let tells = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'=' | b'+' | b'/');
        let is_mixed = value.iter().skip(1).any(u8::is_ascii_uppercase);
        let is_encoded = length >= 6 && (is_mixed || value.iter().any(tells));
        return is_encoded.then(|| start..start + run(&bytes[start..], is_key_byte));
    }
    let value = |start: usize| start..start + run(&bytes[start..], |byte| !ends_word(byte));
    let token = value(start);
    let mut word = &bytes[token.clone()];
    while let Some((b':' | b'.' | b',' | b';' | b')', before)) = word.split_last() {
        word = before;
    }
    let challenge = [&b"realm="[..], b"error=", b"scope="];
    if challenge.iter().any(|begin| is_word(word, begin)) {
        return None;
    }
    if NO_TOKENS
        .iter()
        .any(|no| word.eq_ignore_ascii_case(no.as_bytes()))
    {
        // "Bearer token abc123": the word after it may still be one.
        let next = token.end
            + run(&bytes[token.end..bytes.len().min(token.end + 2)], |byte| {
                byte == b' '
            });
        return is_random(&bytes[next..]).then(|| value(next));
    }
    Some(token)
}

/// The first word of the next line, if it looks like a secret; the line at hand ends at `at`.
pub(super) fn on_next_line(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let gap = run(&bytes[at..bytes.len().min(at + 64)], |byte| {
        byte.is_ascii_whitespace()
    });
    let start = at + gap + run(&bytes[at + gap..bytes.len().min(at + gap + 1)], is_quote);
    let value = &bytes[start..];
    if !is_random(value) {
        return Some(start..start + short(value)?);
    }
    Some(start..start + run(value, |byte| !ends_word(byte)))
}

/// Length of a shorter word that looks like a secret: small and capital letters, and a digit among them.
fn short(bytes: &[u8]) -> Option<usize> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let length = run(&bytes[..bytes.len().min(IN_VAIN)], is_part);
    let (word, rest) = bytes.split_at(length);
    let rest = rest.strip_prefix(b".").unwrap_or(rest);
    let ends = |byte: &u8| ends_word(*byte) || matches!(byte, b',' | b'&' | b';' | b')' | b'\\');
    let digit = word.iter().position(u8::is_ascii_digit)?;
    let looks_like_one = (8..IN_VAIN).contains(&length)
        && rest.first().is_none_or(ends)
        && word[digit..].iter().any(u8::is_ascii_alphabetic)
        && word.iter().any(u8::is_ascii_lowercase)
        && word.iter().any(u8::is_ascii_uppercase);
    looks_like_one.then_some(length)
}

/// Returns true if a text begins with a long word of letters and digits.
pub(super) fn is_random(bytes: &[u8]) -> bool {
    let length = run(&bytes[..bytes.len().min(IN_VAIN)], is_key_byte);
    let word = &bytes[..length];
    let is_end = |byte: &u8| ends_word(*byte) || matches!(byte, b',' | b'&' | b';' | b')' | b'\\');
    length >= 16
        && (length == IN_VAIN || bytes.get(length).is_none_or(is_end))
        && word.iter().any(u8::is_ascii_digit)
        && word.iter().any(u8::is_ascii_alphabetic)
}

/// Returns true if a text begins with a long word of small and capital letters, as names have none.
pub(super) fn is_mixed(bytes: &[u8]) -> bool {
    let word = &bytes[..run(&bytes[..bytes.len().min(IN_VAIN)], |byte| {
        byte.is_ascii_alphanumeric()
    })];
    word.len() >= 20
        && word.iter().skip(1).any(u8::is_ascii_uppercase)
        && word.iter().any(u8::is_ascii_lowercase)
}
