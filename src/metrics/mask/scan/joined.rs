//! Forms that begin with a word and what is joined to it: URLs, ids, names of files, addresses.

use super::Scanner;
use crate::metrics::mask::forms::{
    UUID, bytes_of, drive, hex_id_length, is_digit, is_ending, is_uuid, length_of, looked_at,
    word_length,
};
use crate::metrics::mask::slot::Slot;
use crate::metrics::mask::units::{port, quantity};
use crate::metrics::mask::{compound, file_names};

impl Scanner<'_> {
    /// Masks the form that begins at `at` with a word and what is joined to it, and returns its end.
    pub(super) fn joined(&mut self, at: usize, word: &str, next: Option<u8>) -> Option<usize> {
        let rest = &self.text[at..];
        if matches!(next, Some(b':' | b'+' | b'.' | b'-'))
            && let Some(end) = self.url(at)
        {
            return Some(self.put(at, end, Slot::Url));
        }
        if let Some(end) = self.uuid(at) {
            return Some(self.put(at, end, Slot::Id));
        }
        if next == Some(b':') {
            if let Some(length) = drive(rest) {
                return Some(self.put(at, at + length, Slot::Path));
            }
            if word.len() < 5
                && let Some(end) = self.address(at)
            {
                return Some(end);
            }
        }
        if let Some(end) = self.file(at) {
            let start = file_names::start(self.text, at);
            self.take_back(start);
            return Some(self.put(start, end, Slot::Path));
        }
        if let Some(end) = self.prefixed_id(at) {
            let joined = match self.text.as_bytes().get(end) {
                Some(b'-' | b'_') => compound::length(rest),
                _ => 0,
            };
            return Some(self.put(at, end.max(at + joined), Slot::Id));
        }
        if word.starts_with(is_digit)
            && let Some((length, slot)) = quantity(self.text, at)
            && slot != Slot::Number
        {
            return Some(self.put(at, at + length, slot));
        }
        self.compound(at)
    }

    /// Masks the IP address of version 6 that begins at `at`, and returns its end.
    pub(super) fn address(&mut self, at: usize) -> Option<usize> {
        /// Longest address, with an IPv4 address at its end.
        const LONGEST: usize = 45;
        let rest = self.text.as_bytes()[at..].iter().take(LONGEST + 1);
        let length = rest
            .take_while(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
            .count();
        let word = self.text[at..at + length].trim_end_matches(['.', ':']);
        let colons = || word.bytes().filter(|byte| *byte == b':').count() > 1;
        if !colons() || word.parse::<std::net::Ipv6Addr>().is_err() {
            return None;
        }
        let end = at + word.len();
        let zone = self.text[end..]
            .strip_prefix('%')
            .map_or(0, |zone| 1 + word_length(zone));
        let end = end + zone;
        // With a port it stands in brackets.
        if self.text[..at].ends_with('[') && self.text[end..].starts_with("]:") {
            let port = port(&self.text[end + 1..]);
            return Some(self.put(at - 1, end + 1 + port, Slot::Address));
        }
        Some(self.put(at, end, Slot::Address))
    }

    /// Masks the joined words that begin at `at`, and returns their end.
    fn compound(&mut self, at: usize) -> Option<usize> {
        if at < self.vain.compound {
            return None;
        }
        let text = self.text;
        let length = compound::length(&text[at..]);
        let is_number = text[at..at + length]
            .bytes()
            .all(|byte| b"0123456789.-+/".contains(&byte));
        // What is assigned to, or a key, names itself.
        let is_label = text[at + length..].starts_with('=');
        if self.masks_words
            && !is_number
            && !is_label
            && let Some((length, slot)) = compound::varying(&text[at..], length)
        {
            return Some(self.put(at, at + length, slot));
        }
        self.vain.compound = at + length;
        None
    }

    /// End of the URL that begins at `at`.
    fn url(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        if at < self.vain.url || !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let in_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte);
        let scheme = bytes_of(rest, in_scheme);
        let in_url = |c: char| !c.is_whitespace() && !"'\"<>)]}".contains(c);
        match rest[scheme..]
            .strip_prefix("://")
            .map(|rest| length_of(rest, in_url))
        {
            Some(length @ 1..) => Some(at + scheme + 3 + length),
            _ => {
                self.vain.url = at + scheme;
                None
            }
        }
    }

    /// End of the UUID that begins at `at`, with words before it that are joined to it.
    fn uuid(&mut self, at: usize) -> Option<usize> {
        if at < self.vain.uuid {
            return None;
        }
        let rest = &self.text[at..];
        let mut found = is_uuid(rest).then_some(at + UUID);
        let mut end = 0;
        while rest[end..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            let part = bytes_of(&rest[end..], |byte| byte.is_ascii_alphanumeric());
            if !matches!(rest.as_bytes().get(end + part), Some(b'-' | b'_')) {
                break;
            }
            end += part + 1;
            // The last one there is.
            if is_uuid(&rest[end..]) {
                found = Some(at + end + UUID);
            }
        }
        if found.is_none() {
            self.vain.uuid = at + end;
        }
        found
    }

    /// End of the name of a file that begins at `at`, with folders before it.
    fn file(&mut self, at: usize) -> Option<usize> {
        if at < self.vain.file {
            return None;
        }
        let rest = &self.text[at..];
        let mut found = None;
        let mut part = 0;
        let mut end = 0;
        while let Some(byte) = rest.as_bytes().get(end) {
            match byte {
                b'.' => {
                    let ending = &rest[end + 1..];
                    let ending = &ending[..word_length(ending)];
                    if end > part && is_ending(ending) {
                        found = Some(at + end + 1 + ending.len());
                    }
                    end += 1 + ending.len();
                }
                b'/' | b'\\' if end == part => break,
                b'/' | b'\\' => {
                    end += 1;
                    part = end;
                }
                b'@' | b'-' => end += 1,
                _ => match word_length(&rest[end..]) {
                    0 => break,
                    length => end += length,
                },
            }
        }
        looked_at(end);
        if found.is_none() {
            self.vain.file = at + end;
        }
        found
    }

    /// End of the id that begins at `at`: at least eight hexadecimal digits, behind words that are joined to
    /// them.
    fn prefixed_id(&mut self, at: usize) -> Option<usize> {
        if at < self.vain.prefixed {
            return None;
        }
        let rest = &self.text[at..];
        let (mut found, mut end) = (None, 0);
        loop {
            let part = bytes_of(&rest[end..], |byte| byte.is_ascii_alphabetic());
            if part == 0 || !matches!(rest.as_bytes().get(end + part), Some(b'-' | b'_')) {
                break;
            }
            end += part + 1;
            if let Some(length) = hex_id_length(&rest[end..]) {
                found = Some(at + end + length);
            }
        }
        if found.is_none() {
            self.vain.prefixed = at + end;
        }
        found
    }
}
