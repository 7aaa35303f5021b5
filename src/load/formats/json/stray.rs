//! Text that is no document, beside documents.

use super::{PAGES, ROWS, begins};
use crate::load::note::{NoteKind, Place};
use crate::load::sink::Sink;
use crate::text::quote;

/// Lines of text beside documents, and the text before a document in the line at hand.
#[derive(Default)]
pub(super) struct Stray {
    lines: u64,
    first: Option<(usize, usize)>,
    /// A line that is not one of a log, or tells of an error.
    has_others: bool,
    /// Text before a document in the same line.
    prefix: Option<(usize, usize)>,
}

impl Stray {
    /// Tells if there is text before `at` in the same line.
    pub(super) fn is_in_line(&self) -> bool {
        self.prefix.is_some()
    }

    /// Skips the text at `at`, up to the end of its line or to a document in it, or to the end of the line
    /// in any case; returns where to go on.
    pub(super) fn skip(&mut self, text: &str, at: usize, to_end_of_line: bool) -> usize {
        let begin = self.prefix.take().map_or(at, |(begin, _)| begin);
        let first = text[at..].chars().next().map_or(1, char::len_utf8);
        let bytes = text.as_bytes();
        let is_end = |place: &usize| {
            bytes[*place] == b'\n' || !to_end_of_line && may_begin_document(&bytes[*place..])
        };
        let end = memchr::memchr3_iter(b'\n', b'{', b'[', &bytes[at + first..])
            .map(|place| at + first + place)
            .find(is_end)
            .unwrap_or(bytes.len());
        match bytes.get(end) {
            Some(b'{' | b'[') => self.prefix = Some((begin, end)),
            _ => self.add(text, begin, end),
        }
        end
    }

    /// Ends the text before a document. Before one of ours it is the prefix of a log line and nothing is
    /// lost, unless it touches the document: then it is what a client wrote in place of another.
    pub(super) fn end_prefix(&mut self, text: &str, is_ours: bool) {
        if let Some((begin, end)) = self.prefix.take() {
            let touches = text[begin..end].ends_with(|c: char| c.is_alphanumeric() || c == '>');
            if !is_ours || touches {
                self.add(text, begin, end);
            }
        }
    }

    fn add(&mut self, text: &str, begin: usize, end: usize) {
        self.lines += 1;
        self.first.get_or_insert((begin, end));
        self.has_others = self.has_others || !is_of_a_log(&text[begin..end]);
    }

    /// Notes the lines.
    pub(super) fn note(mut self, sink: &mut Sink<'_, '_>, text: &str) {
        self.end_prefix(text, false);
        let Some((begin, end)) = self.first else {
            return;
        };
        sink.met_stray_text();
        if !sink.has_content() {
            return;
        }
        let at = Place::of(text, begin);
        let line = quote(text[begin..end].trim_end(), 80);
        let more = self.lines - 1;
        sink.note(match self.has_others {
            true => NoteKind::StrayText { at, line, more },
            false => NoteKind::LogLines { at, line, more },
        });
    }
}

/// Tells if an object with keys, an array of them or a page may begin here.
fn may_begin_document(bytes: &[u8]) -> bool {
    /// White space between a brace and the first key.
    const WIDEST_GAP: usize = 64;
    let Some((brace, rest)) = bytes.split_first() else {
        return false;
    };
    if *brace == b'[' {
        return rest.starts_with(b"{\"");
    }
    let next = rest
        .iter()
        .take(WIDEST_GAP)
        .find(|byte| !byte.is_ascii_whitespace());
    next == Some(&b'"') || begins(bytes, &PAGES) || begins(bytes, &ROWS)
}

/// Tells if a line is an ordinary one of a log: it begins with a time or with brackets, and tells of
/// nothing that went wrong.
fn is_of_a_log(line: &str) -> bool {
    const WRONG: [&str; 9] = [
        "error",
        "fail",
        "exception",
        "traceback",
        "timeout",
        "timed out",
        "refused",
        "denied",
        "limit",
    ];
    let head = line[..line.floor_char_boundary(400)].to_lowercase();
    let mut bytes = head.bytes();
    let begins_like_one = match bytes.next() {
        Some(b'[') => bytes
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric()),
        Some(b'0'..=b'9') => {
            let time: String = head.chars().take(20).collect();
            time.matches([':', '-', '/']).count() > 1
        }
        _ => false,
    };
    begins_like_one && !WRONG.iter().any(|word| head.contains(word))
}
