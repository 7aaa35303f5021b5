//! Secrets that the names of their fields tell.

use std::ops::Range;

use super::word::{is_random, on_next_line};
use super::{NAME, ends_word, is_quote, is_word, run};

/// The name of a field, before its `=` or `:`.
pub(super) struct Name {
    /// In lower case without `-`, `_` and `.`.
    letters: [u8; NAME],
    length: usize,
    is_upper: bool,
    is_quoted: bool,
    /// The quote right before it.
    quote: Option<u8>,
    /// First of its line, but for marks that lists, shells and logs put there.
    begins_line: bool,
    /// A parameter of a URL.
    is_parameter: bool,
}

/// Kind of value that a field holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Nothing secret.
    Nothing,
    /// A secret.
    Secret,
    /// A secret if it looks like one.
    Perhaps,
    /// A secret up to the end of the line.
    SecretLine,
}

impl Name {
    /// Reads the name that ends before `end`, blanks and a quote left out.
    pub(super) fn read(bytes: &[u8], mut end: usize) -> Option<Self> {
        while end > 0 && matches!(bytes[end - 1], b' ' | b'\t') {
            end -= 1;
        }
        let with_quote = end;
        while end > 0
            && with_quote - end < 2
            && (is_quote(bytes[end - 1]) || bytes[end - 1] == b'\\')
        {
            end -= 1;
        }
        let is_quoted = end < with_quote;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let from = end.saturating_sub(NAME);
        let length = bytes[from..end]
            .iter()
            .rev()
            .take_while(|byte| is_name(**byte))
            .count();
        let start = end - length;
        let mut name = Self {
            letters: [0; NAME],
            length: 0,
            is_upper: true,
            is_quoted,
            quote: None,
            begins_line: false,
            is_parameter: false,
        };
        for byte in &bytes[start..end] {
            name.is_upper &= !byte.is_ascii_lowercase();
            if byte.is_ascii_alphanumeric() {
                name.letters[name.length] = byte.to_ascii_lowercase();
                name.length += 1;
            }
        }
        let before = start.checked_sub(1).map(|at| bytes[at]);
        name.quote = before.filter(|byte| is_quote(*byte));
        name.is_parameter = matches!(before, Some(b'?' | b'&'));
        name.begins_line = begins_line(&bytes[start.saturating_sub(16)..start], start <= 16);
        (name.length > 0).then_some(name)
    }

    fn letters(&self) -> &[u8] {
        &self.letters[..self.length]
    }

    fn has(&self, part: &str) -> bool {
        memchr::memmem::find(self.letters(), part.as_bytes()).is_some()
    }

    /// Kind of its value; `sign` stands between the two.
    pub(super) fn holds(&self, sign: u8) -> Holds {
        let name = self.letters();
        let is_field = sign == b'=' || self.is_quoted || self.begins_line;
        let when = |is_it: bool| if is_it { Holds::Secret } else { Holds::Perhaps };
        if name.ends_with(b"authorization") || matches!(name, b"cookie" | b"setcookie") {
            return match self.is_parameter {
                true => Holds::Secret,
                false => Holds::SecretLine,
            };
        }
        let is_folder = self.is_upper && matches!(name, b"pwd" | b"oldpwd");
        let secret = ["secret", "password", "passwd", "passphrase"];
        if secret.iter().any(|part| self.has(part))
            || name.ends_with(b"pwd") && !is_folder
            || name.ends_with(b"signature")
            || matches!(name, b"bearer" | b"jwt" | b"sessionid")
        {
            return Holds::Secret;
        }
        if self.has("credential")
            || matches!(
                name,
                b"sig" | b"pass" | b"auth" | b"dbpass" | b"basicauth" | b"proxyauth"
            )
        {
            return if is_field {
                Holds::Secret
            } else {
                Holds::Nothing
            };
        }
        if name.ends_with(b"token") {
            return match name.ends_with(b"pagetoken") || name.ends_with(b"continuationtoken") {
                true => Holds::Nothing,
                false => when(name.len() > 5 || is_field),
            };
        }
        if name.ends_with(b"key") {
            const SECRET: [&str; 13] = [
                "api",
                "access",
                "private",
                "auth",
                "account",
                "subscription",
                "encrypt",
                "sign",
                "client",
                "master",
                "shared",
                "llama",
                "cloud",
            ];
            let is_secret = SECRET.iter().any(|part| self.has(part));
            let is_variable = sign == b'=' && (self.is_upper || self.is_parameter);
            return when(is_secret || is_variable);
        }
        Holds::Nothing
    }
}

/// Returns true if nothing but a mark stands between the begin of the line and the end of `before`,
/// which begins the text if `is_begin`.
fn begins_line(before: &[u8], is_begin: bool) -> bool {
    let line = match memchr::memrchr(b'\n', before) {
        Some(at) => &before[at + 1..],
        None if is_begin => before,
        None => return false,
    };
    let line = line.trim_ascii();
    line.iter().all(|byte| {
        is_quote(*byte) || matches!(byte, b'-' | b'+' | b'>' | b'<' | b'*' | b'{' | b'#')
    }) || matches!(line, b"export" | b"set" | b"env" | b"ENV" | b"$env:")
}

/// The value of a field whose name tells that it is secret. The sign between them begins at `sign`
/// and ends before `after`.
pub(super) fn assigned(bytes: &[u8], sign: usize, after: usize) -> Option<Range<usize>> {
    if bytes.get(after) == Some(&bytes[sign]) {
        return None;
    }
    let name = Name::read(bytes, sign)?;
    let is_encoded = bytes[sign] == b'%';
    let holds = name.holds(if is_encoded { b'=' } else { bytes[sign] });
    if holds == Holds::Nothing {
        return None;
    }
    let mut start = after;
    let is_gap = |byte| matches!(byte, b' ' | b'\t' | b'>' | b'=' | b'[' | b'(' | b'{');
    start += run(&bytes[start..bytes.len().min(start + 12)], is_gap);
    let marked = bytes.get(start..start + 2).filter(|two| is_quote(two[1]));
    let mark = marked
        .map(|two| two[0])
        .filter(|mark| matches!(mark, b'b' | b'$' | b'\\'));
    start += usize::from(mark.is_some());
    let quote = bytes.get(start).copied().filter(|byte| is_quote(*byte));
    start += usize::from(quote.is_some());
    let rest = &bytes[start..];
    if holds == Holds::Perhaps && !is_random(rest) {
        return None;
    }
    let is_line_end = |byte: u8| matches!(byte, b'\n' | b'\r');
    let length = match (quote, holds) {
        (Some(quote), _) => quoted(rest, quote, mark == Some(b'\\')),
        (None, Holds::SecretLine) => {
            run(rest, |byte| !is_line_end(byte) && Some(byte) != name.quote)
        }
        (None, _) if is_encoded => {
            let end = run(rest, |byte| !ends_word(byte) && byte != b'&');
            memchr::memmem::find(&rest[..end], b"%26").unwrap_or(end)
        }
        (None, _) if name.is_parameter => run(rest, |byte| {
            !ends_word(byte) && !matches!(byte, b'&' | b'#')
        }),
        (None, _) if name.begins_line && (bytes[sign] == b':' || name.is_upper) => {
            run(rest, |byte| !is_line_end(byte) && Some(byte) != name.quote)
        }
        (None, _) => run(rest, |byte| !ends_word(byte)),
    };
    let value = rest[..length].trim_ascii_end();
    if holds == Holds::SecretLine && quote.is_none() {
        // The value of a header that was folded is on the next line.
        let is_scheme = |word: &str| value.eq_ignore_ascii_case(word.as_bytes());
        if ["", "bearer", "basic", "token"].into_iter().any(is_scheme)
            && let Some(folded) = on_next_line(bytes, start + length)
        {
            let start = if value.is_empty() {
                folded.start
            } else {
                start
            };
            return Some(start..folded.end);
        }
    }
    const NOTHING: [&[u8]; 6] = [b"null", b"none", b"true", b"false", b"nil", b"undefined"];
    let is_nothing = NOTHING.iter().any(|nothing| {
        is_word(value, nothing)
            && !value
                .get(nothing.len())
                .is_some_and(u8::is_ascii_alphanumeric)
    });
    (!is_nothing).then_some(start..start + value.len())
}

/// Length of a text up to its closing quote, or to the end of the line. A text within a quoted text has
/// escaped quotes around it.
fn quoted(bytes: &[u8], quote: u8, is_escaped: bool) -> usize {
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if is_escaped && bytes.get(at + 1) == Some(&quote) => return at,
            b'\\' => at += 2,
            b'\n' => return at,
            byte if *byte == quote => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}
