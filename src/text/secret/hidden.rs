//! What is in a text without being seen, terminal codes and characters without width, and the text without it.

use std::ops::Range;

use super::IN_VAIN;
use crate::text::visible::is_unseen;

/// A text without what is not seen in it.
pub(super) struct Seen {
    pub(super) text: String,
    /// Where each run of it begins, here and in the text it was taken of.
    runs: Vec<(usize, usize)>,
}

/// What stands in place of what is not seen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing: a secret may go on behind it.
    Nothing,
    /// A blank: a secret may begin behind it. What a terminal's code holds stays.
    Blank,
}

/// Tells if a text holds what is not seen. Most are ASCII without the bytes that terminals obey.
pub(super) fn hides(text: &str) -> bool {
    let is_plain = text.is_ascii() && memchr::memchr3(0x1b, 0x07, 0x08, text.as_bytes()).is_none();
    !is_plain && text.chars().any(is_hidden)
}

fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' | '\r' => false,
        ' '..='~' => false,
        _ => c.is_control() || is_unseen(c),
    }
}

impl Seen {
    pub(super) fn of(text: &str, gap: Gap) -> Self {
        let mut seen = Self {
            text: String::with_capacity(text.len()),
            runs: Vec::new(),
        };
        let mut at = 0;
        let mut begin = 0;
        while let Some((offset, c)) = text[at..].char_indices().find(|(_, c)| is_hidden(*c)) {
            let hidden = at + offset;
            seen.push(&text[begin..hidden], begin);
            at = hidden + c.len_utf8();
            at += code(&text.as_bytes()[at..], c, gap);
            begin = at;
            if gap == Gap::Blank && !seen.text.ends_with(' ') {
                seen.push(" ", hidden);
            }
        }
        seen.push(&text[begin..], begin);
        seen
    }

    fn push(&mut self, run: &str, at: usize) {
        if !run.is_empty() {
            self.runs.push((self.text.len(), at));
            self.text.push_str(run);
        }
    }

    /// The place of a range in the text it was taken of. What is not seen beside it is left out.
    pub(super) fn place(&self, range: &Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let run = self.runs.partition_point(|(begin, _)| *begin <= at) - 1;
            let (begin, there) = self.runs[run];
            there + (at - begin)
        };
        place(range.start)..place(range.end - 1) + 1
    }
}

/// Length of the rest of the terminal's code that `c` begins; 0 if it begins none.
fn code(rest: &[u8], c: char, gap: Gap) -> usize {
    let (kind, head) = match (c, rest.first()) {
        ('\u{9b}', _) => (b'[', 0),
        ('\x1b', Some(kind)) => (*kind, 1),
        _ => return 0,
    };
    let near = &rest[head..rest.len().min(IN_VAIN)];
    let last = |is_last: fn(&u8) -> bool| near.iter().position(is_last);
    match (kind, gap) {
        // Colours and moves: parameters and a letter.
        (b'[', _) => match last(|byte| !matches!(byte, b' '..=b'?')) {
            Some(end) if matches!(near[end], b'@'..=b'~') => head + end + 1,
            _ => 0,
        },
        (_, Gap::Blank) => 0,
        // Titles and links, up to their end.
        (b']' | b'P' | b'X' | b'^' | b'_', _) => {
            match last(|byte| matches!(byte, 0x07 | 0x1b | b'\n')) {
                Some(end) if near[end] == 0x07 => head + end + 1,
                Some(end) if near[end..].starts_with(b"\x1b\\") => head + end + 2,
                _ => 1,
            }
        }
        // Sets of characters.
        (b'('..=b'+', _) => head + usize::from(near.first().is_some_and(u8::is_ascii_alphanumeric)),
        (b'0'..=b'9' | b'=' | b'>' | b'c' | b'D'..=b'H' | b'M' | b'\\', _) => 1,
        _ => 0,
    }
}
