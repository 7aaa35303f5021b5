//! Names of files with blanks in them, without quotes: `Board deck (final) v3.pdf`.

use super::forms::looked_at;
use super::telling::is_of_failure;

/// Most words of a name before the one that has the ending, and most bytes of them.
const MOST_WORDS: usize = 6;
const MOST_BYTES: usize = 80;

/// Words that lead to the name of a file and are no part of it.
const LEADING: [&str; 62] = [
    "a",
    "an",
    "and",
    "as",
    "at",
    "attachment",
    "by",
    "called",
    "convert",
    "converting",
    "document",
    "download",
    "downloading",
    "element",
    "extract",
    "extracting",
    "fetch",
    "fetching",
    "file",
    "for",
    "from",
    "handle",
    "image",
    "import",
    "in",
    "ingest",
    "input",
    "is",
    "item",
    "load",
    "loading",
    "move",
    "named",
    "object",
    "of",
    "on",
    "open",
    "opening",
    "or",
    "page",
    "parse",
    "parsing",
    "path",
    "pdf",
    "process",
    "processing",
    "read",
    "reading",
    "render",
    "rendering",
    "save",
    "source",
    "split",
    "the",
    "to",
    "upload",
    "uploaded",
    "uploading",
    "was",
    "while",
    "with",
    "write",
];

/// Start of the name of the file whose last word begins at `at`.
///
/// Words before it belong to the name back to one that leads to a name or says what went wrong. If there is
/// none, those with a capital, a digit or brackets do.
pub(super) fn start(text: &str, at: usize) -> usize {
    let (mut start, mut capitals, mut is_run) = (at, at, true);
    for _ in 0..=MOST_WORDS {
        let Some(before) = text[..start].strip_suffix(' ') else {
            return if start == at || !text[..start].is_empty() {
                capitals
            } else {
                start
            };
        };
        let bytes = before.bytes().rev().take(MOST_BYTES);
        let length = bytes.take_while(|byte| !byte.is_ascii_whitespace()).count();
        looked_at(length);
        let word = &before[before.ceil_char_boundary(before.len() - length)..];
        if word.is_empty() || at - start > MOST_BYTES {
            return capitals;
        }
        if word.ends_with([':', ';', ',', '=', '|', '>', '"', '\'', '`', '[', '(', '.']) {
            return start;
        }
        let first = word.as_bytes()[0].to_ascii_lowercase();
        let is_leading = LEADING
            .iter()
            .any(|known| known.as_bytes()[0] == first && known.eq_ignore_ascii_case(word));
        if is_leading || is_of_failure(word) {
            return start;
        }
        let looks_named = word
            .starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || c == '(')
            || word.contains(['_', '-', '\'']);
        start = before.len() - word.len();
        is_run &= looks_named;
        if is_run {
            capitals = start;
        }
    }
    capitals
}

/// Start of the last word before `end`.
pub(super) fn last_word(text: &str, end: usize) -> usize {
    let bytes = text[..end].bytes().rev().take(MOST_BYTES);
    let length = bytes.take_while(|byte| !byte.is_ascii_whitespace()).count();
    looked_at(length);
    text.ceil_char_boundary(end - length)
}
