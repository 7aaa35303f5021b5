//! Texts of JSON documents: one, or many one after another with whatever white space between them,
//! HTTP headers before each, and stray text beside them.

use std::ops::ControlFlow;

use super::document::read_document;
use super::error_answer::{ErrorAnswer, error_words};
use super::note::{Code, Place, excerpt};
use super::reader::{FileReader, counted};
use crate::api::field::replace_lone_surrogates;

/// Asks the caller to read the file again with this text, in which what JSON does not have (NaN,
/// half surrogate pairs in names) has been replaced.
pub(super) struct Mended(pub String);

/// Reads all documents of a text.
pub(super) fn read(reader: &mut FileReader<'_, '_>, may_mend: bool) -> ControlFlow<Mended> {
    let text = reader.text();
    let mut stray = Stray::default();
    let mut breaks = Breaks::default();
    let mut at = 0;
    loop {
        at = skip_space(text, at);
        let rest = &text[at..];
        let Some(first) = rest.bytes().next() else {
            break;
        };
        if let Some(headers) = HttpHeaders::read(rest) {
            reader.http_status(Some(headers.status));
            at += headers.length;
            continue;
        }
        if !matches!(first, b'{' | b'[') {
            let line = rest.lines().next().unwrap_or_default();
            let length = next_document(line, 0).unwrap_or(line.len()).max(1);
            let length = floor(rest, length).max(1);
            stray.add(at, length);
            at += length;
            continue;
        }
        let items_before = reader.next_row();
        match read_document(rest, reader) {
            Ok(length) => {
                at += length;
                reader.http_status(None);
            }
            Err(error) => {
                // Once: what there is to mend is mended in the whole text.
                if may_mend
                    && breaks.count == 0
                    && !error.is_eof()
                    && let Some(mended) = mend(text)
                {
                    return ControlFlow::Break(Mended(mended));
                }
                if !looks_like_json(rest) && !reader.has_content() {
                    // A Python or JavaScript object: one note for the whole file says so.
                    break;
                }
                let end = at + error_offset(rest, &error);
                let kept = (reader.next_row() - items_before) as u64;
                breaks.add(text, at, end, kept, error.is_eof());
                match (!error.is_eof()).then(|| resume(text, at, end)).flatten() {
                    Some(next) => at = next,
                    None => break,
                }
            }
        }
    }
    breaks.note(reader);
    if reader.has_content() {
        stray.note(reader, text);
    } else if let Some(status) = reader.current_http_status().filter(|status| *status >= 400) {
        let words = stray.first.map_or_else(
            || format!("HTTP {status}"),
            |(at, length)| error_words(&without_tags(&text[at..at + length]), Some(status)),
        );
        reader.error_answer(ErrorAnswer(words));
    }
    ControlFlow::Continue(())
}

/// White space, byte order marks in the middle of concatenated files, and the separators of JSON
/// text sequences and of arrays that were taken apart.
fn skip_space(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let trimmed = rest.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{feff}' | '\u{1e}' | ',' | '\0')
    });
    at + rest.len() - trimmed.len()
}

fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A status line and headers up to the empty line, as `curl -i` writes them before each body.
struct HttpHeaders {
    status: u16,
    length: usize,
}

impl HttpHeaders {
    fn read(text: &str) -> Option<Self> {
        let version = text.strip_prefix("HTTP/")?;
        if !version.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let status = version.split_ascii_whitespace().nth(1)?.parse().ok()?;
        let mut length = 0;
        for line in text.split_inclusive('\n') {
            length += line.len();
            if line.trim_end().is_empty() {
                break;
            }
        }
        Some(Self { status, length })
    }
}

/// Where in `text` an error stands; at most at its end.
fn error_offset(text: &str, error: &serde_json::Error) -> usize {
    let line_start = match error.line() {
        0 | 1 => 0,
        line => memchr::memchr_iter(b'\n', text.as_bytes())
            .nth(line - 2)
            .map_or(text.len(), |newline| newline + 1),
    };
    (line_start + error.column()).min(text.len())
}

/// Whether a document that cannot be read is JSON at its start, and not a `repr` or the like.
fn looks_like_json(text: &str) -> bool {
    let mut chars = text.chars().filter(|c| !c.is_whitespace());
    match (chars.next(), chars.next()) {
        (Some('{'), second) => matches!(second, None | Some('"' | '}')),
        (Some('['), second) => {
            matches!(second, None | Some('{' | '[' | ']' | '"' | '-' | '0'..='9'))
                && !text[..floor(text, 64)].contains("{'")
        }
        _ => false,
    }
}

/// Documents that broke: all counted, the first few described.
#[derive(Default)]
struct Breaks {
    count: u64,
    described: Vec<(Code, String)>,
}

/// More broken documents than these are only counted; each costs a look through the text for the
/// number of its line.
const DESCRIBED: usize = 3;

impl Breaks {
    /// A document that began at `start` broke at `end`, after `kept` of its items.
    fn add(&mut self, text: &str, start: usize, end: usize, kept: u64, cut: bool) {
        self.count += 1;
        if self.described.len() == DESCRIBED {
            return;
        }
        let kept = match kept {
            0 => "no complete item stands before the break".to_owned(),
            kept => format!(
                "{} before the break {} kept",
                counted(kept, "complete item", "complete items"),
                if kept == 1 { "is" } else { "are" }
            ),
        };
        let place = Place::of(text, end);
        let document = match start {
            0 => "the document".to_owned(),
            _ => format!("the document that begins at {}", Place::of(text, start)),
        };
        self.described.push(if cut {
            let message = format!(
                "{document} is cut off at {place}: {kept}, what came after it is lost; fetch it \
                 again"
            );
            (Code::CutDocument, message)
        } else {
            let message = format!(
                "{document} is broken at {place}: {kept}, the rest of the document is lost; fetch \
                 it again"
            );
            (Code::BrokenDocument, message)
        });
    }

    fn note(self, reader: &mut FileReader<'_, '_>) {
        let more = self.count - self.described.len() as u64;
        for (code, message) in self.described {
            reader.note(code, message);
        }
        if more > 0 {
            let documents = counted(more, "more document is", "more documents are");
            reader.note(
                Code::BrokenDocument,
                format!("{documents} broken or cut off"),
            );
        }
    }
}

/// Where to go on after a document that began at `start` broke at `end`: at the next line that
/// begins a document, or at the next page, which may begin in the middle of a line where pages were
/// appended to a file that was cut.
fn resume(text: &str, start: usize, end: usize) -> Option<usize> {
    // The break is noticed where the text stops making sense, which is a little after the next
    // document has begun.
    let from = floor(text, end.saturating_sub(64).max(start + 1));
    next_document(text, from)
}

fn next_document(text: &str, from: usize) -> Option<usize> {
    let bytes = &text.as_bytes()[from..];
    let line = memchr::memchr_iter(b'\n', bytes)
        .map(|newline| newline + 1)
        .find(|at| matches!(bytes.get(*at), Some(b'{' | b'[')));
    // What begins in a line is looked for only before the next line that begins a document, so that
    // many broken lines do not each look through the whole text.
    let before = &bytes[..line.unwrap_or(bytes.len())];
    let inner = ["{\"items\"", "{\"job\"", "{\"item_id\""]
        .iter()
        .filter_map(|begin| memchr::memmem::find(before, begin.as_bytes()))
        .min();
    inner.or(line).map(|at| from + at)
}

/// Replaces what Python's and other writers put into JSON and JSON does not have: NaN and Infinity
/// become null, half a surrogate pair U+FFFD. `None` where there is none of that.
fn mend(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = end_of_string(bytes, at),
            b'N' | b'I' | b'-' => {
                let word = ["NaN", "-NaN", "Infinity", "-Infinity"]
                    .into_iter()
                    .find(|word| text[at..].starts_with(word));
                let Some(word) = word else {
                    at += 1;
                    continue;
                };
                out.push_str(&text[copied..at]);
                out.push_str("null");
                at += word.len();
                copied = at;
            }
            _ => at += 1,
        }
    }
    out.push_str(&text[copied..]);
    let out = replace_lone_surrogates(&out);
    (out != text).then_some(out)
}

/// The offset behind the string that begins at `at`.
fn end_of_string(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(next) = memchr::memchr3(b'"', b'\\', b'\n', &bytes[at.min(bytes.len())..]) {
        at += next;
        match bytes[at] {
            b'\\' => at += 2,
            // A string does not go over the end of a line: what looks like one is broken.
            _ => return at + 1,
        }
    }
    bytes.len()
}

/// Text that is no document, beside documents.
#[derive(Default)]
struct Stray {
    lines: u64,
    first: Option<(usize, usize)>,
}

impl Stray {
    fn add(&mut self, at: usize, length: usize) {
        self.lines += 1;
        self.first.get_or_insert((at, length));
    }

    fn note(&self, reader: &mut FileReader<'_, '_>, text: &str) {
        let Some((at, length)) = self.first else {
            return;
        };
        let line = excerpt(&text[at..at + length], 80);
        let more = match self.lines {
            1 => String::new(),
            lines => format!(" and {}", counted(lines - 1, "more line", "more lines")),
        };
        let message = format!(
            "beside the documents stands text that is no data, at {}: \"{line}\"{more}; where a \
             client wrote it, what it was asked for may be missing",
            Place::of(text, at)
        );
        reader.note(Code::StrayText, message);
    }
}

/// The text of a small HTML page, for an error message.
fn without_tags(text: &str) -> String {
    let mut out = String::new();
    let mut in_tag = false;
    for c in text.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                out.push(' ');
            }
            c if !in_tag => out.push(c),
            _ => {}
        }
    }
    out
}
