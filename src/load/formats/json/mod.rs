//! Texts of JSON documents: one, or many one after another with any white space between them, HTTP headers
//! before each, text before each as in a log, and text beside them.

mod breaks;
mod document;
mod finish;
mod http;
mod mend;
mod stray;

use self::breaks::Breaks;
pub(super) use self::document::read_document;
use self::stray::Stray;
use super::scan::{Broken, Skeleton};
use crate::load::sink::Sink;

/// Reads all documents of a text. Returns a mended text, if `may_mend` and the text holds what JSON does
/// not have: the file has to be read again with it.
pub(in crate::load) fn read(sink: &mut Sink<'_, '_>, may_mend: bool) -> Option<String> {
    let mut skeleton = sink.take_skeleton();
    let mended = read_all(sink, &mut skeleton, may_mend);
    sink.put_skeleton(skeleton);
    mended
}

/// The reading in vain that is allowed, in lengths of the text. From then on a document ends where
/// another may begin at the latest: if each line begins what goes on to the end of the text, reading all
/// of it from each would never end.
const MOST_IN_VAIN: usize = 4;

fn read_all(sink: &mut Sink<'_, '_>, skeleton: &mut Skeleton, may_mend: bool) -> Option<String> {
    let text = sink.text();
    let mut stray = Stray::default();
    let mut breaks = Breaks::default();
    let mut in_vain = 0;
    let mut limit = 0;
    let mut at = 0;
    loop {
        at = skip_space(text, at);
        if at == text.len() {
            break;
        }
        let is_exhausted = in_vain / MOST_IN_VAIN > text.len();
        if !is_exhausted {
            limit = text.len();
        } else if limit <= at || limit == text.len() {
            limit = resume(text, at + 1, false).unwrap_or(text.len());
        }
        if let Some(body) = http::read(text, at, sink) {
            at = body;
            continue;
        }
        if !begins_document(&text[at..]) || is_exhausted && stray.is_in_line() {
            at = stray.skip(text, at, is_exhausted);
            continue;
        }
        let row = sink.next_row();
        let mark = sink.mark();
        let broken = match read_document(&text[..limit], at, sink, skeleton) {
            Ok((end, is_ours)) => {
                if is_ours || text.as_bytes()[at] != b'"' {
                    sink.http_status(None);
                    stray.end_prefix(text, is_ours);
                    at = end;
                } else {
                    sink.forget_strangers(mark);
                    at = stray.skip(text, at, is_exhausted);
                }
                continue;
            }
            Err(broken) => broken,
        };
        let kept = (sink.next_row() - row) as u64;
        // What items were taken from was JSON.
        if kept == 0 && !is_broken_document(text, at, stray.is_in_line()) {
            sink.forget_strangers(mark);
            let next = stray.skip(text, at, is_exhausted);
            in_vain += broken.at.saturating_sub(next);
            at = next;
            continue;
        }
        // Once: what there is to mend is mended in the whole text.
        if may_mend
            && breaks.is_empty()
            && !broken.is_cut
            && let Some(mended) = mend::mend(text)
        {
            return Some(mended);
        }
        stray.end_prefix(text, false);
        let next = after_break(
            text,
            at,
            limit,
            broken,
            sink.last_item().filter(|_| kept > 0),
        );
        // What stands behind the place to go on from is read again.
        in_vain += broken.at.saturating_sub(next.unwrap_or(broken.at));
        // Text that ends in the middle of a document is cut; if another document begins before its end,
        // the one before it is broken.
        let is_cut = broken.is_cut && next.is_none();
        let end = match is_cut {
            true => broken.at,
            false => {
                let end = broken.at.min(next.unwrap_or(broken.at));
                at + text[at..text.floor_char_boundary(end)].trim_end().len()
            }
        };
        breaks.add(text, at, end, kept, is_cut);
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    breaks.note(sink);
    stray.note(sink, text);
    None
}

/// Skips white space, byte order marks in the middle of concatenated files, and the separators of JSON
/// text sequences and of arrays that were taken apart.
fn skip_space(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let trimmed = rest.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{feff}' | '\u{1e}' | ',' | '\0')
    });
    at + rest.len() - trimmed.len()
}

/// Tells if a text begins like a document of ours: an object, an array of objects, arrays or strings, or
/// a string that may hold one. `[12:30:00]` does not, nor does a Python `repr`.
fn begins_document(text: &str) -> bool {
    let mut chars = text.chars().filter(|c| !c.is_whitespace());
    match (chars.next(), chars.next()) {
        (Some('{'), second) => matches!(second, None | Some('"' | '}')),
        (Some('['), Some('{')) => matches!(chars.next(), None | Some('"' | '}')),
        // A table array of TOML: `[[source]]`.
        (Some('['), Some('[')) => !begins_key(chars),
        (Some('['), second) => matches!(second, None | Some(']' | '"')),
        (Some('"'), second) => matches!(second, Some('{' | '[' | '\\')),
        _ => false,
    }
}

/// Tells if a bare key begins, and no value.
fn begins_key(chars: impl Iterator<Item = char>) -> bool {
    let word: String = chars
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .take(6)
        .collect();
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && !matches!(&*word, "true" | "false" | "null")
}

/// Tells if what breaks at `at` is a document, and not text that merely begins like one: behind other text
/// in its line it has to begin like one of ours, and a string is none.
fn is_broken_document(text: &str, at: usize, is_in_line: bool) -> bool {
    let rest = &text.as_bytes()[at..];
    match rest.first() {
        Some(b'"') => false,
        _ if is_in_line => begins(rest, &PAGES) || begins(rest, &ROWS),
        _ => true,
    }
}

/// Finds where to go on after the document that began at `begin` broke; `last_item` is the last that was
/// taken of it.
fn after_break(
    text: &str,
    begin: usize,
    limit: usize,
    broken: Broken,
    last_item: Option<usize>,
) -> Option<usize> {
    let read_until = last_item.unwrap_or_default().max(begin + 1);
    let in_list_to_the_end = broken.is_cut && last_item.is_some() && limit == text.len();
    let from = text.floor_char_boundary(read_until);
    resume(text, from, in_list_to_the_end)
}

/// Finds the next line that begins a document, or the next page, which may begin in the middle of a line
/// if pages were appended to a file that was cut. Within a list that ends with the text, lines that begin
/// like a document are items of that list.
fn resume(text: &str, from: usize, in_list_to_the_end: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let begins_line = |at: usize| at > 0 && bytes[at - 1] == b'\n' && !in_list_to_the_end;
    memchr::memchr2_iter(b'{', b'[', bytes.get(from..).unwrap_or_default())
        .map(|brace| from + brace)
        .find(|at| (*at > from && begins_line(*at)) || begins(&bytes[*at..], &PAGES))
}

/// Begins of pages of ours, wherever they stand in a line.
const PAGES: [&str; 2] = ["{\"items\"", "{\"job\""];
/// Begins of items and jobs.
const ROWS: [&str; 2] = ["{\"item_id\"", "{\"status\""];

fn begins(bytes: &[u8], any: &[&str]) -> bool {
    any.iter().any(|begin| bytes.starts_with(begin.as_bytes()))
}

#[cfg(test)]
mod tests;
