//! Words that are joined by signs: `parse-worker-7d9f8b6c5d-x2x9k`, `eu-west-1`, `jane.roe@acme.com`.

use super::Slot;
use super::forms::{is_in_word, length_of};
use super::telling::{is_exception, is_of_failure};
use super::units::port;

/// Terms with digits that are the same in all messages of a kind.
const TERMS: [&str; 12] = [
    "utf-8",
    "utf-16",
    "iso-8859-1",
    "latin-1",
    "cp-1252",
    "sha-256",
    "sha-1",
    "base-64",
    "x86_64",
    "x86-64",
    "md-5",
    "http-2",
];

/// Length of the words that begin a text and are joined by signs.
pub(super) fn length(text: &str) -> usize {
    let length = length_of(text, |c| is_in_word(c) || "-./+@~".contains(c));
    text[..length]
        .trim_end_matches(['-', '.', '/', '+', '@', '~'])
        .len()
}

/// Length and kind of joined words that vary, at the begin of a text: those with digits, addresses of mail,
/// names of hosts, and tokens.
pub(super) fn varying(text: &str, length: usize) -> Option<(usize, Slot)> {
    let word = &text[..length];
    if !word.contains(['-', '_', '.', '/', '@', '+']) {
        return mixes_letters_and_digits(word).then_some((length, Slot::Id));
    }
    if is_mail(word) {
        return Some((length, Slot::Email));
    }
    if word.starts_with("eyJ") && length > 20 {
        return Some((length, Slot::Id));
    }
    let parts = || {
        word.split(['-', '_', '.', '/', '@', '+'])
            .filter(|part| !part.is_empty())
    };
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    if !has_letter || TERMS.iter().any(|term| term.eq_ignore_ascii_case(word)) {
        return None;
    }
    // A code like `ORA-01555`, a constant, or a class.
    let first_is_capital = parts()
        .next()
        .is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_uppercase()));
    let last = parts().next_back().unwrap_or_default();
    if first_is_capital || is_exception(last) || parts().any(is_of_failure) {
        return None;
    }
    let is_host = !has_digit
        && word.bytes().filter(|byte| *byte == b'.').count() > 1
        && parts().all(|part| part.bytes().all(|byte| byte.is_ascii_lowercase()));
    let is_token = || parts().any(|part| part.len() >= 5 && !part.bytes().any(is_vowel));
    let port = port(&text[length..]);
    (has_digit || is_host || port > 0 || is_token()).then_some((length + port, Slot::Word))
}

fn is_vowel(byte: u8) -> bool {
    b"aeiouyAEIOUY".contains(&byte) || !byte.is_ascii()
}

fn is_mail(word: &str) -> bool {
    word.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !host.contains(['@', '/'])
    })
}

/// Tells if a word goes back and forth between letters and digits, as ids do.
fn mixes_letters_and_digits(word: &str) -> bool {
    let bytes = word.as_bytes();
    let changes = bytes
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit());
    bytes.len() >= 6
        && changes.count() >= 3
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
