//! Texts of JSON documents: one, or many one after another with whatever white space between them,
//! HTTP headers before each, and stray text beside them.

pub(super) mod document;
pub(super) mod object;

use std::ops::ControlFlow;

use self::document::read_document;
use super::scan::{self, Scanned, Skeleton};
use crate::api::field::replace_lone_surrogates;
use crate::load::error_answer::ErrorResponse;
use crate::load::note::{Break, NoteKind, Place};
use crate::load::sink::FileReader;
use crate::text::quote;

/// Asks the caller to read the file again.
pub(in crate::load) enum Again {
    /// With this text, in which what JSON does not have (NaN, half surrogate pairs in names) has been
    /// replaced.
    Mended(String),
    /// Without the short way, which met something it cannot read after it had begun.
    TheLongWay,
}

/// Which ways of reading are open.
#[derive(Clone, Copy)]
pub(in crate::load) struct Ways {
    /// The short one through plain documents.
    pub short: bool,
    /// To ask for a mended text.
    pub mending: bool,
}

/// Reads all documents of a text.
pub(in crate::load) fn read(reader: &mut FileReader<'_, '_>, ways: Ways) -> ControlFlow<Again> {
    let mut skeleton = reader.take_skeleton();
    let result = read_all(reader, ways, &mut skeleton);
    reader.put_skeleton(skeleton);
    result
}

/// So many times as long as it is may a text be read in vain, in all attempts together. From then on a
/// document ends where another may begin at the latest: where each begins what goes on to the end of the
/// text, reading all of it from each would never end.
const MOST_IN_VAIN: usize = 16;

fn read_all(
    reader: &mut FileReader<'_, '_>,
    ways: Ways,
    skeleton: &mut Skeleton,
) -> ControlFlow<Again> {
    let text = reader.text();
    let mut stray = Stray::default();
    let mut breaks = Breaks::default();
    let mut read_in_vain = 0;
    let mut at = 0;
    loop {
        at = skip_space(text, at);
        let limit = match read_in_vain / MOST_IN_VAIN > text.len() {
            true => resume(text, at + 1, false).unwrap_or(text.len()),
            false => text.len(),
        };
        let rest = &text[at..limit];
        let Some(first) = rest.bytes().next() else {
            break;
        };
        if let Some(headers) = HttpHeaders::read(rest) {
            reader.http_status(Some(headers.status));
            at += headers.length;
            if headers.status >= 400 {
                at = read_error_body(reader, text, at, headers.status);
            }
            continue;
        }
        if !matches!(first, b'{' | b'[') {
            at += stray.add(text, at);
            continue;
        }
        if ways.short {
            match scan::read_document(rest, reader, skeleton) {
                Scanned::Taken(length) => {
                    at += length;
                    reader.http_status(None);
                    continue;
                }
                Scanned::Left => {}
                Scanned::Broken => return ControlFlow::Break(Again::TheLongWay),
            }
        }
        let items_before = reader.next_row();
        match read_document(rest, reader) {
            Ok(length) => {
                at += length;
                reader.http_status(None);
            }
            // What items were taken from was JSON.
            Err(_) if reader.next_row() == items_before && !looks_like_json(rest) => {
                at += stray.add(text, at);
            }
            Err(error) => {
                // Once: what there is to mend is mended in the whole text.
                if ways.mending
                    && breaks.count == 0
                    && !error.is_eof()
                    && let Some(mended) = mend(text)
                {
                    return ControlFlow::Break(Again::Mended(mended));
                }
                let end = at + error_offset(rest, &error);
                let kept = (reader.next_row() - items_before) as u64;
                let read_until = match kept {
                    0 => at + 1,
                    _ => reader.last_item().unwrap_or_default().max(at + 1),
                };
                let in_list_to_the_end = error.is_eof() && kept > 0 && limit == text.len();
                let next = resume(
                    text,
                    text.floor_char_boundary(read_until),
                    in_list_to_the_end,
                );
                // What stands behind the place to go on from is read again.
                read_in_vain += end.saturating_sub(next.unwrap_or(end));
                // Text that ends in the middle of a document is cut; where another document begins
                // before its end, the one before it is broken.
                let cut = error.is_eof() && next.is_none();
                let end = if cut {
                    end
                } else {
                    end.min(next.unwrap_or(end))
                };
                breaks.add(text, at, end, kept, cut);
                match next {
                    Some(next) => at = next,
                    None => break,
                }
            }
        }
    }
    breaks.note(reader);
    if stray.lines > 0 {
        reader.met_stray_text();
    }
    if reader.has_content() {
        stray.note(reader, text);
    }
    ControlFlow::Continue(())
}

/// Takes the body of an HTTP answer that is an error, where it is no JSON or empty; a JSON body is
/// left to be read. Gives where to go on.
fn read_error_body(reader: &mut FileReader<'_, '_>, text: &str, at: usize, status: u16) -> usize {
    let length = memchr::memmem::find(&text.as_bytes()[at..], b"HTTP/").unwrap_or(text.len() - at);
    let body = text[at..at + length].trim();
    if body.starts_with(['{', '[']) {
        return at;
    }
    let detail = without_tags(body);
    reader.error_answer(ErrorResponse::new(detail.trim(), Some(status)));
    reader.http_status(None);
    at + length
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
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let end = line.trim_end().is_empty();
            // Where the empty line is missing, the first line that is no header begins the body.
            if at > 0 && !end && !is_header(line) {
                break;
            }
            length += line.len();
            if end {
                break;
            }
        }
        Some(Self { status, length })
    }
}

fn is_header(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    })
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
                && !text[..text.floor_char_boundary(64)].contains("{'")
        }
        _ => false,
    }
}

/// Documents that broke: all counted, the first few described.
#[derive(Default)]
struct Breaks {
    count: u64,
    described: Vec<NoteKind>,
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
        let found = Break {
            begin: (start > 0).then(|| Place::of(text, start)),
            at: Place::of(text, end),
            kept,
        };
        self.described.push(match cut {
            true => NoteKind::CutDocument(found),
            false => NoteKind::BrokenDocument(found),
        });
    }

    fn note(self, reader: &mut FileReader<'_, '_>) {
        let more = self.count - self.described.len() as u64;
        for kind in self.described {
            reader.note(kind);
        }
        if more > 0 {
            reader.note(NoteKind::MoreBrokenDocuments(more));
        }
    }
}

/// Where to go on after a document broke of which the text up to `from` has been read: at the next
/// line that begins a document, or at the next page, which may begin in the middle of a line where
/// pages were appended to a file that was cut. Within a list that ends with the text, lines that
/// begin like a document are items of that list.
fn resume(text: &str, from: usize, in_list_to_the_end: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let begins_line = |at: usize| at > 0 && bytes[at - 1] == b'\n' && !in_list_to_the_end;
    memchr::memchr2_iter(b'{', b'[', bytes.get(from..).unwrap_or_default())
        .map(|brace| from + brace)
        .find(|at| (*at > from && begins_line(*at)) || begins(&bytes[*at..], &PAGES))
}

/// What pages of ours begin with, wherever they stand in a line.
const PAGES: [&str; 2] = ["{\"items\"", "{\"job\""];

fn begins(bytes: &[u8], any: &[&str]) -> bool {
    any.iter().any(|begin| bytes.starts_with(begin.as_bytes()))
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
    /// Takes the line at `at`, up to where a document begins in it; gives the length.
    fn add(&mut self, text: &str, at: usize) -> usize {
        /// What stands in a line behind text and is none.
        const DOCUMENTS: [&str; 2] = ["{\"item_id\"", "{\"status\""];
        let rest = &text.as_bytes()[at..];
        let first = text[at..].chars().next().map_or(1, char::len_utf8);
        let is_end = |at: usize| {
            let rest = &rest[at..];
            rest[0] == b'\n' || begins(rest, &PAGES) || begins(rest, &DOCUMENTS)
        };
        let length = memchr::memchr2_iter(b'\n', b'{', &rest[first..])
            .map(|place| first + place)
            .find(|at| is_end(*at))
            .unwrap_or(rest.len());
        self.lines += 1;
        self.first.get_or_insert((at, length));
        length
    }

    fn note(&self, reader: &mut FileReader<'_, '_>, text: &str) {
        let Some((at, length)) = self.first else {
            return;
        };
        let line = quote(text[at..at + length].trim_end(), 80);
        reader.note(NoteKind::StrayText {
            at: Place::of(text, at),
            line,
            more: self.lines - 1,
        });
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
