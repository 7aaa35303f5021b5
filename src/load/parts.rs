//! Large files of many documents, read in parts: several at once, and none of them held whole.
//!
//! Between two documents there is a `}`, perhaps white space, and a `{`. Within a document that stands
//! nowhere but in a text, for between two objects of an array there is a comma. So a file may be cut
//! there; where a text held it nevertheless, a part breaks, and the file is read as a whole after all. The
//! same is done where there is anything else to be said about a part, for what is said names lines
//! and offsets of the file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;

use super::BUFFER;
use super::batch::Batch;
use super::json::{self, Ways};
use super::reader::FileReader;

/// Smaller files are read as a whole.
const LARGE: u64 = 16 << 20;
/// How many bytes a part has, more or less.
const PART: u64 = 4 << 20;
/// How far behind the end of a part the begin of the next document is looked for first.
const AHEAD: u64 = 64 << 10;
/// A document that reaches further than this beyond its part is none of many.
const FARTHEST: u64 = 16 * PART;
/// How much white space there may be between two documents.
const WIDEST_GAP: u64 = 256;

/// How many parts a file of that size is read in; 1 where it is read as a whole.
pub(super) fn count(path: &Path, bytes: Option<u64>) -> u64 {
    match bytes {
        Some(bytes) if bytes >= LARGE && holds_many_documents(path).unwrap_or(false) => {
            bytes.div_ceil(PART)
        }
        _ => 1,
    }
}

/// Whether a file begins like plain JSON and a second document begins soon.
fn holds_many_documents(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(PART).read_to_end(&mut head)?;
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    Ok(first == Some(&b'{') && next_document(&head, 1).is_some())
}

/// Where a document begins at `from` or behind it.
fn next_document(bytes: &[u8], from: usize) -> Option<usize> {
    let before = |at: usize| {
        let gap = &bytes[at.saturating_sub(WIDEST_GAP as usize)..at];
        gap.iter().rfind(|byte| !byte.is_ascii_whitespace())
    };
    memchr::memchr_iter(b'{', bytes.get(from..)?)
        .map(|at| from + at)
        .find(|at| before(*at) == Some(&b'}'))
}

/// Reads a part of a file into a batch.
///
/// # Errors
///
/// Where the file has to be read as a whole: because it cannot be read, or is not cut where it seemed
/// to be, or because there is more to be said than which rows it holds.
pub(super) fn read(batch: &mut Batch, file: u32, path: &Path, part: u64) -> Result<(), ReadWhole> {
    let mut buffer = BUFFER.take();
    let result = Part::read(path, part, &mut buffer)
        .map_err(|_| ReadWhole)
        .and_then(|part| part.ok_or(ReadWhole))
        .and_then(|part| take(batch, file, path, &buffer[part.start..part.end]));
    BUFFER.set(buffer);
    result
}

/// A file cannot be read in parts.
#[derive(Debug)]
pub(super) struct ReadWhole;

fn take(batch: &mut Batch, file: u32, path: &Path, bytes: &[u8]) -> Result<(), ReadWhole> {
    let text = simdutf8::basic::from_utf8(bytes).map_err(|_| ReadWhole)?;
    let path = path.to_string_lossy().into_owned();
    let mut reader = FileReader::new(batch, file, path, text);
    let ways = Ways {
        short: true,
        mending: false,
    };
    match json::read(&mut reader, ways) {
        ControlFlow::Continue(()) if reader.finish_part() => Ok(()),
        _ => Err(ReadWhole),
    }
}

/// Where the documents of a part stand in a buffer.
struct Part {
    start: usize,
    end: usize,
}

impl Part {
    /// Reads the documents that begin in a part; `None` where the last of them does not end.
    fn read(path: &Path, part: u64, buffer: &mut Vec<u8>) -> io::Result<Option<Self>> {
        let (first, last) = (part * PART, (part + 1) * PART);
        let from = first.saturating_sub(WIDEST_GAP);
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        buffer.clear();
        // What lies before the part tells whether a document begins at its first byte.
        let place = |at: u64| (at - from) as usize;
        let mut wanted = last - from + AHEAD;
        loop {
            let missing = wanted - buffer.len() as u64;
            buffer.reserve(missing as usize);
            let read = (&mut file).take(missing).read_to_end(buffer)?;
            let at_end = (read as u64) < missing;
            let start = match part {
                0 => Some(0),
                _ => next_document(buffer, place(first)),
            };
            let end = buffer
                .len()
                .checked_sub(place(last))
                .and_then(|_| next_document(buffer, place(last)))
                .or(at_end.then_some(buffer.len()));
            if let Some(end) = end {
                // Where no document begins in the part, one before reaches over it.
                let start = start.map_or(end, |start| start.min(end));
                return Ok(Some(Self { start, end }));
            }
            if wanted - (last - from) > FARTHEST {
                return Ok(None);
            }
            wanted += (wanted - (last - from)).max(AHEAD);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_begins_behind_the_end_of_another() {
        let text = br#"{"a":[{"b":1},{"b":2}]}  {"c":{"d":"}"}}{"e":1}"#;
        assert_eq!(next_document(text, 1), Some(25));
        assert_eq!(next_document(text, 26), Some(40));
        assert_eq!(next_document(text, 41), None);
        assert_eq!(next_document(b"{}", 9), None);
    }

    #[test]
    fn the_parts_of_a_file_hold_each_of_its_documents_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("many.json");
        for (gap, length) in [
            ("\n", 300),
            ("", 70_000),
            ("\r\n  ", 900_000),
            ("\n", 5_000_000),
        ] {
            let document =
                |n: usize| format!("{{\"n\":{n},\"x\":\"{}\"}}", "y".repeat(length + n % 97));
            let documents: Vec<String> = (0..20_000_000 / length + 2).map(document).collect();
            let text = documents.join(gap);
            std::fs::write(&path, &text).expect("written");
            let parts = count(&path, Some(text.len() as u64));
            assert!(parts > 1 || length > PART as usize, "{length}");
            let mut joined = String::new();
            let mut buffer = Vec::new();
            for part in 0..(text.len() as u64).div_ceil(PART) {
                let part = Part::read(&path, part, &mut buffer)
                    .expect("read")
                    .expect("cut");
                joined.push_str(std::str::from_utf8(&buffer[part.start..part.end]).expect("UTF-8"));
            }
            assert_eq!(joined.len(), text.len(), "{length}");
            assert!(joined == text, "{length}");
        }
    }
}
