//! Masks secrets in text that others wrote: keys, tokens, passwords, signatures, and e-mail addresses.
//!
//! One pass from left to right stops at the few bytes that a secret can be recognised by, looks back
//! at most [`NAME`] bytes and forward over the secret. What is masked is not looked at again, and a
//! look forward that masks nothing is bounded, so the time is linear in the length of the text.

mod email;
mod field;
mod hidden;
mod word;

use std::borrow::Cow;
use std::ops::Range;

use self::email::address;
use self::field::{Holds, Name, assigned};
use self::hidden::{Gap, Seen, hides};
use self::word::{NO_TOKENS, after_scheme, after_word, is_mixed, is_random};

/// Stands for a secret.
const MASK: &str = "***";
/// The longest name of a field that is looked at.
const NAME: usize = 64;
/// The longest look forward that may be in vain.
const IN_VAIN: usize = 256;

/// Prefixes of keys, with the least number of characters that follow. All but the first have to
/// begin a word.
const PREFIXES: [(&str, usize); 17] = [
    ("llx-", 3),
    ("sk-", 8),
    ("pk-", 16),
    ("sk_", 16),
    ("rk_", 16),
    ("ghp_", 8),
    ("gho_", 8),
    ("ghu_", 8),
    ("ghs_", 8),
    ("ghr_", 8),
    ("github_pat_", 8),
    ("glpat-", 8),
    ("xoxb-", 8),
    ("xoxp-", 8),
    ("xoxa-", 8),
    ("hf_", 20),
    ("npm_", 20),
];

/// A text with its secrets masked; what makes a secret recognisable stays: `llx-***`, `Bearer ***`,
/// `API_KEY=***`.
pub(crate) fn mask(text: &str) -> Cow<'_, str> {
    if hides(text) {
        return mask_hidden(text);
    }
    let mut masked = Masked::of(text);
    each_secret(text, |secret| masked.mask(secret));
    masked.end()
}

/// Masks a text in which not all can be seen: secrets are found in the text that is seen, where what is not
/// seen parts words, and in the text as it is.
fn mask_hidden(text: &str) -> Cow<'_, str> {
    let mut secrets = Vec::new();
    each_secret(text, |secret| secrets.push(secret));
    for gap in [Gap::Nothing, Gap::Blank] {
        let seen = Seen::of(text, gap);
        each_secret(&seen.text, |secret| {
            let place = seen.place(&secret);
            secrets.push(place.start..text.ceil_char_boundary(place.end));
        });
    }
    secrets.sort_unstable_by_key(|secret| (secret.start, secret.end));
    let mut masked = Masked::of(text);
    for secret in secrets {
        masked.mask(secret);
    }
    masked.end()
}

/// A text whose secrets are masked from left to right.
struct Masked<'t> {
    text: &'t str,
    masked: String,
    copied: usize,
}

impl<'t> Masked<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            masked: String::new(),
            copied: 0,
        }
    }

    fn mask(&mut self, secret: Range<usize>) {
        // An address begins before its anchor, and then another one may have ended there.
        if secret.start >= self.copied {
            self.masked.push_str(&self.text[self.copied..secret.start]);
            self.masked.push_str(MASK);
        }
        self.copied = self.copied.max(secret.end);
    }

    fn end(mut self) -> Cow<'t, str> {
        if self.copied == 0 {
            return Cow::Borrowed(self.text);
        }
        self.masked.push_str(&self.text[self.copied..]);
        Cow::Owned(self.masked)
    }
}

/// Finds the secrets of a text, from left to right.
fn each_secret(text: &str, mut found: impl FnMut(Range<usize>)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(offset) = bytes[at..].iter().position(|byte| is_anchor(*byte)) {
        let anchor = at + offset;
        at = anchor + 1;
        if !may_tell(bytes, anchor) {
            continue;
        }
        if let Some(secret) = secret_at(bytes, anchor) {
            at = secret.end.max(at);
            found(secret);
        }
    }
}

/// Masks the secrets in an id or a name. Most hold none of what a secret needs, and are not looked at
/// further.
pub(crate) fn mask_name(name: &str) -> Cow<'_, str> {
    let bytes = name.as_bytes();
    let may_hold_secret = memchr::memchr3(b'=', b':', b' ', bytes).is_some()
        || memchr::memchr3(b'@', b'\n', b'\r', bytes).is_some()
        || memchr::memchr_iter(b'x', bytes)
            .any(|at| is_word(&bytes[at.saturating_sub(2)..], b"llx-"))
        || begins_with_key(bytes)
        || memchr::memchr2_iter(b'/', b'\\', bytes).any(|at| begins_with_key(&bytes[at + 1..]))
        || hides(name);
    match may_hold_secret {
        true => mask(name),
        false => Cow::Borrowed(name),
    }
}

/// Tells if a part of a path begins with a key: `sk-` and a word of letters and digits, not `sk-report.pdf`.
fn begins_with_key(name: &[u8]) -> bool {
    let is_random_behind = |prefix: &str| {
        let rest = name.strip_prefix(prefix.as_bytes());
        rest.is_some_and(|rest| {
            let part = &rest[..run(rest, |byte| !matches!(byte, b'/' | b'\\'))];
            is_random(part) || is_mixed(part)
        })
    };
    match name.first() {
        Some(b's' | b'p' | b'r' | b'g' | b'x' | b'h' | b'n') => {
            PREFIXES.iter().any(|(prefix, _)| is_random_behind(prefix))
        }
        Some(b'e') => is_random_behind("eyJ"),
        Some(b'A') => ["AKIA", "ASIA", "AIza"].into_iter().any(is_random_behind),
        _ => false,
    }
}

/// Bytes at which a secret can be recognised.
#[inline]
fn is_anchor(byte: u8) -> bool {
    const ANCHORS: [bool; 256] = {
        let mut anchors = [false; 256];
        let mut at = 0;
        while at < ANCHOR_BYTES.len() {
            anchors[ANCHOR_BYTES[at] as usize] = true;
            at += 1;
        }
        anchors
    };
    ANCHORS[byte as usize]
}

const ANCHOR_BYTES: &[u8] = b"=:-_%bBKSJz@kwc";

/// Tells if the bytes beside an anchor may be those of a secret. Most are not: UUIDs are full of dashes and
/// of `b`.
#[inline]
fn may_tell(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map_or(b' ', |before| bytes[before]);
    let behind = bytes.get(at + 1).copied().unwrap_or(b' ');
    match bytes[at] {
        b'-' => !before.is_ascii_digit() || behind == b'-',
        b'b' | b'B' => matches!(behind.to_ascii_lowercase(), b'a' | b'e'),
        b'K' | b'S' => before == b'A',
        b'J' => before == b'y',
        b'z' => before == b'I',
        b'k' => behind == b'e',
        b'w' => before == b's' && behind == b'o',
        b'c' => matches!(before, b'e' | b'E') && behind == b'r',
        _ => true,
    }
}

/// The secret that is recognised at an anchor. It begins behind the anchor, unless it is an address, and both
/// of its ends are beside ASCII characters or at an end of the text.
#[inline(never)] // Inlined, it makes the search for anchors take 25 instructions a byte instead of 4.
fn secret_at(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let secret = match bytes[at] {
        b'-' => private_key(bytes, at)
            .or_else(|| prefixed(bytes, at))
            .or_else(|| flag(bytes, at)),
        b'_' => prefixed(bytes, at),
        b':' if bytes[at + 1..].starts_with(b"//") => in_url(bytes, at + 3),
        b'=' | b':' => assigned(bytes, at, at + 1),
        b'%' if is_word(&bytes[at + 1..], b"3d") => assigned(bytes, at, at + 3),
        b'b' | b'B' => after_scheme(bytes, at),
        b'K' | b'S' => aws_key(bytes, at),
        b'J' => web_token(bytes, at),
        b'z' => google_key(bytes, at),
        b'@' => address(bytes, at),
        b'k' | b'w' | b'c' => after_word(bytes, at),
        _ => None,
    };
    let is_told = |secret: &Range<usize>| {
        let text = &bytes[secret.clone()];
        !text.is_empty() && !text.starts_with(b"***") && !is_variable(text)
    };
    let secret = secret.filter(is_told)?;
    Some(with_private_key(bytes, secret))
}

/// Returns true for the name of a shell's variable, as in `Bearer $LLAMA_CLOUD_API_KEY`: it tells nothing.
fn is_variable(text: &[u8]) -> bool {
    let text = match text.split_first_chunk::<7>() {
        Some((scheme, rest)) if is_word(scheme, b"bearer ") => rest,
        _ => text,
    };
    let Some(name) = text.strip_prefix(b"$") else {
        return false;
    };
    let is_name = |byte: &u8| byte.is_ascii_uppercase() || matches!(byte, b'_');
    name.iter().all(is_name)
        && [&b"_KEY"[..], b"_TOKEN"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// Returns true if a text begins with a word in lower case, in whatever case it is.
fn is_word(bytes: &[u8], word: &[u8]) -> bool {
    bytes
        .get(..word.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(word))
}

/// Length of the run of such bytes at the begin.
fn run(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    bytes
        .iter()
        .position(|byte| !is(*byte))
        .unwrap_or(bytes.len())
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'/' | b'=')
}

/// Returns true if no word goes on at that place.
fn begins_word(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| bytes[before]);
    !before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// `llx-…`, `sk-…`, `ghp_…`: `at` is the last byte of the prefix.
fn prefixed(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    // The bytes before the last of all prefixes.
    let before = bytes[at.checked_sub(1)?].to_ascii_lowercase();
    if !matches!(
        before,
        b'x' | b'k' | b't' | b'b' | b'p' | b'a' | b'o' | b'u' | b'h' | b's' | b'r' | b'f' | b'm'
    ) {
        return None;
    }
    let until = &bytes[..=at];
    let last_two = |text: &[u8]| {
        text.last_chunk::<2>()
            .map(|two| two.map(|b| b.to_ascii_lowercase()))
    };
    let ends = last_two(until)?;
    let least = PREFIXES
        .iter()
        .enumerate()
        .find_map(|(index, (prefix, least))| {
            let prefix = prefix.as_bytes();
            let start = until.len().checked_sub(prefix.len())?;
            let is_it = last_two(prefix) == Some(ends) && is_word(&until[start..], prefix);
            (is_it && (index == 0 || begins_word(bytes, start))).then_some(*least)
        })?;
    let length = run(&bytes[at + 1..], is_key_byte);
    (length >= least).then_some(at + 1..at + 1 + length)
}

/// A private key in PEM form, from `-----BEGIN` on.
fn private_key(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = bytes[at..].strip_prefix(b"-----BEGIN ")?;
    let head = &rest[..rest.len().min(64)];
    let label = b"PRIVATE KEY-----";
    let start = at + 11 + memchr::memmem::find(head, label)? + label.len();
    let length = memchr::memmem::find(&bytes[start..], b"-----END");
    Some(start..length.map_or(bytes.len(), |length| start + length))
}

/// A secret with the lines of the private key that begins in it.
fn with_private_key(bytes: &[u8], secret: Range<usize>) -> Range<usize> {
    let head = secret.start..secret.end.min(secret.start + IN_VAIN);
    let begin = memchr::memmem::find(&bytes[head], b"-----BEGIN ");
    let key = begin.and_then(|begin| private_key(bytes, secret.start + begin));
    let end = key.map_or(secret.end, |key| key.end.max(secret.end));
    secret.start..end
}

/// `AKIA…`, `ASIA…`: `at` is the second byte.
fn aws_key(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let prefix = bytes.get(at.checked_sub(1)?..at + 3)?;
    if !matches!(prefix, b"AKIA" | b"ASIA") {
        return None;
    }
    let is_key = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let length = run(&bytes[at + 3..], is_key);
    (length >= 12).then_some(at + 3..at + 3 + length)
}

/// `AIza…`: `at` is the third byte.
fn google_key(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let is_it = bytes.get(at.checked_sub(2)?..at + 2)? == b"AIza";
    let length = is_it.then(|| run(&bytes[at + 2..], is_key_byte))?;
    (length >= 20).then_some(at + 2..at + 2 + length)
}

/// A JSON web token, `eyJ….….…`: `at` is its third byte.
fn web_token(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let start = at.checked_sub(2)?;
    if &bytes[start..at] != b"ey" || !begins_word(bytes, start) {
        return None;
    }
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=');
    let head = run(&bytes[at + 1..], is_base64);
    let dot = at + 1 + head;
    if head < 6 || bytes.get(dot) != Some(&b'.') {
        return None;
    }
    let length = run(&bytes[dot..], |byte| is_base64(byte) || byte == b'.');
    (length > 2).then_some(at + 1..dot + length)
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

fn ends_word(byte: u8) -> bool {
    byte.is_ascii_whitespace() || is_quote(byte) || matches!(byte, b'<' | b'>')
}

/// The password of a URL; `start` is behind the `//`.
fn in_url(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = &bytes[start..bytes.len().min(start + IN_VAIN)];
    let ends_authority = |byte| ends_word(byte) || matches!(byte, b'/' | b'?' | b'#');
    let authority = &rest[..run(rest, |byte| !ends_authority(byte))];
    let last_at = |part: &[u8]| memchr::memrchr(b'@', part);
    let colon = memchr::memchr(b':', authority);
    let end = last_at(authority).or_else(|| {
        // A password may hold a slash; a port does not hold a letter.
        let port = &authority[colon? + 1..];
        let is_port = port.iter().all(u8::is_ascii_digit);
        let word = || &rest[..run(rest, |byte| !ends_word(byte))];
        if is_port { None } else { last_at(word()) }
    })?;
    match colon.filter(|colon| *colon < end) {
        Some(colon) => Some(start + colon + 1..start + end),
        None => (end >= 16 && is_random(&authority[..end])).then_some(start..start + end),
    }
}

/// `--token …`, `-u user:password`: `at` is the last dash.
fn flag(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let is_long = at > 0 && bytes[at - 1] == b'-' && begins_word(bytes, at - 1);
    let is_short = begins_word(bytes, at);
    if !is_long && !is_short {
        return None;
    }
    let name = &bytes[at + 1..bytes.len().min(at + NAME)];
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let name = &name[..run(name, is_name)];
    let end = at + 1 + name.len();
    if name.is_empty() || bytes.get(end) != Some(&b' ') {
        return None;
    }
    let start = end + 1 + run(&bytes[end + 1..bytes.len().min(end + 3)], is_quote);
    let value = || start..start + run(&bytes[start..], |byte| !ends_word(byte));
    if is_short && name == b"u" || is_long && matches!(name, b"user" | b"proxy-user") {
        let word = &bytes[start..bytes.len().min(start + IN_VAIN)];
        let word = &word[..run(word, |byte| !ends_word(byte))];
        let colon = memchr::memchr(b':', word)?;
        return Some(start + colon + 1..value().end);
    }
    let found = Name::read(bytes, end)?;
    if !is_long || !matches!(found.holds(b'='), Holds::Secret) || bytes.get(start) == Some(&b'-') {
        return None;
    }
    let word = value();
    let is_prose = |no: &&str| bytes[word.clone()].eq_ignore_ascii_case(no.as_bytes());
    (!NO_TOKENS.iter().any(is_prose)).then_some(word)
}

#[cfg(test)]
mod tests;
