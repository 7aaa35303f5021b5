//! Large files of many documents, or of one long list, read in parts: several at once, and none of them
//! held whole.
//!
//! Between two documents there is a `}`, perhaps white space, and a `{`. Within a document that stands
//! nowhere but in a text, for between two objects of an array there is a comma. So a file may be cut
//! there; where a text held it nevertheless, a part breaks, and the file is read as a whole after all. A
//! list is cut where an item seems to begin, and its parts prove that one does (see [`list`]). A file is
//! read as a whole, too, where there is anything else to be said about a part, for what is said names
//! lines and offsets of the file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;

use super::BUFFER;
use super::batch::Batch;
use super::json::{self, Ways};
use super::reader::FileReader;
use super::scan::list;

/// How many bytes a part has, more or less; fewer in tests, which need no large files then.
const PART: u64 = if cfg!(test) { 256 << 10 } else { 4 << 20 };
/// Smaller files are read as a whole.
const LARGE: u64 = 4 * PART;
/// How far behind the end of a part the begin of the next document is looked for first.
const AHEAD: u64 = 64 << 10;
/// A document or an item that reaches further than this beyond its part is none of many.
const FARTHEST: u64 = 16 * PART;
/// How much white space there may be between two documents or items.
const WIDEST_GAP: u64 = 256;

/// How a file is read.
#[derive(Debug)]
pub(super) enum Layout {
    /// As a whole.
    Whole,
    /// In so many parts.
    Parts(u64, Cuts),
}

/// Where a file is cut into parts.
#[derive(Debug)]
pub(super) enum Cuts {
    /// Between two of its documents.
    Documents,
    /// Between two items of its only document.
    Items(list::Head),
}

impl Layout {
    /// How a file of that size is read.
    pub(super) fn of(path: &Path, bytes: Option<u64>) -> Self {
        let Some(bytes) = bytes.filter(|bytes| *bytes >= LARGE) else {
            return Self::Whole;
        };
        match Cuts::of(path).unwrap_or_default() {
            Some(cuts) => Self::Parts(bytes.div_ceil(PART), cuts),
            None => Self::Whole,
        }
    }

    /// How many parts there are; 1 of what is read as a whole.
    pub(super) fn count(&self) -> u64 {
        match self {
            Self::Whole => 1,
            Self::Parts(count, _) => *count,
        }
    }
}

impl Cuts {
    /// Where a file can be cut that begins like plain JSON: where a second document or an item begins
    /// soon.
    fn of(path: &Path) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(PART).read_to_end(&mut bytes)?;
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        if first == Some(&b'{') && Self::Documents.next(&bytes, 1).is_some() {
            return Ok(Some(Self::Documents));
        }
        let text = match simdutf8::compat::from_utf8(&bytes) {
            Ok(text) => text,
            // The last character may be cut.
            Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
        };
        Ok(list::Head::of(text).map(Self::Items))
    }

    /// Where a document or item seems to begin at `from` or behind it.
    fn next(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let before = |at: usize| {
            let gap = &bytes[at.saturating_sub(WIDEST_GAP as usize)..at];
            gap.iter().rfind(|byte| !byte.is_ascii_whitespace())
        };
        let rest = bytes.get(from..)?;
        match self {
            Self::Documents => memchr::memchr_iter(b'{', rest)
                .map(|at| from + at)
                .find(|at| before(*at) == Some(&b'}')),
            Self::Items(head) => memchr::memmem::find_iter(rest, &head.item)
                .map(|at| from + at)
                .find(|at| before(*at) == Some(&b',')),
        }
    }

    /// Where the file begins that is to be cut: its first document, or its first item.
    fn begin(&self) -> usize {
        match self {
            Self::Documents => 0,
            Self::Items(head) => head.before.len(),
        }
    }

    /// Reads a part of a file into a batch.
    ///
    /// # Errors
    ///
    /// Where the file has to be read as a whole: because it cannot be read, or is not cut where it
    /// seemed to be, or because there is more to be said than which rows it holds.
    pub(super) fn read(
        &self,
        batch: &mut Batch,
        file: u32,
        path: &Path,
        part: u64,
    ) -> Result<(), ReadWhole> {
        let mut buffer = BUFFER.take();
        let result = Part::read(self, path, part, &mut buffer)
            .map_err(|_| ReadWhole)
            .and_then(|part| part.ok_or(ReadWhole))
            .and_then(|part| {
                let bytes = &buffer[part.start..part.end];
                let text = simdutf8::basic::from_utf8(bytes).map_err(|_| ReadWhole)?;
                let path = path.to_string_lossy().into_owned();
                let mut reader = FileReader::new(batch, file, path, text);
                let read = text.is_empty() || self.take(&mut reader, part.is_last);
                (read && reader.finish_part())
                    .then_some(())
                    .ok_or(ReadWhole)
            });
        BUFFER.set(buffer);
        result
    }

    /// Takes what a part holds; tells whether it could be read.
    fn take(&self, reader: &mut FileReader<'_, '_>, is_last: bool) -> bool {
        match self {
            Self::Documents => {
                let ways = Ways {
                    short: true,
                    mending: false,
                };
                matches!(json::read(reader, ways), ControlFlow::Continue(()))
            }
            Self::Items(head) => {
                let mut habit = reader.take_habit();
                let taken = head.read(reader, &mut habit, is_last);
                reader.put_habit(habit);
                taken
            }
        }
    }
}

/// A file cannot be read in parts.
#[derive(Debug)]
pub(super) struct ReadWhole;

/// Where the documents or items of a part stand in a buffer.
struct Part {
    start: usize,
    end: usize,
    /// Whether the file ends there.
    is_last: bool,
}

impl Part {
    /// Reads what begins in a part; `None` where the last of it does not end.
    fn read(cuts: &Cuts, path: &Path, part: u64, buffer: &mut Vec<u8>) -> io::Result<Option<Self>> {
        let (first, last) = (part * PART, (part + 1) * PART);
        let from = first.saturating_sub(WIDEST_GAP);
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        buffer.clear();
        // What lies before the part tells whether something begins at its first byte.
        let place = |at: u64| (at - from) as usize;
        let mut wanted = last - from + AHEAD;
        loop {
            let missing = wanted - buffer.len() as u64;
            buffer.reserve(missing as usize);
            let read = (&mut file).take(missing).read_to_end(buffer)?;
            let at_end = (read as u64) < missing;
            let start = match part {
                0 => Some(cuts.begin()),
                _ => cuts.next(buffer, place(first)),
            };
            let next = buffer
                .len()
                .checked_sub(place(last))
                .and_then(|_| cuts.next(buffer, place(last)));
            if let Some(end) = next.or(at_end.then_some(buffer.len())) {
                return Ok(Some(Self {
                    // Where nothing begins in the part, what began before reaches over it.
                    start: start.map_or(end, |start| start.min(end)),
                    end,
                    is_last: next.is_none(),
                }));
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
        assert_eq!(Cuts::Documents.next(text, 1), Some(25));
        assert_eq!(Cuts::Documents.next(text, 26), Some(40));
        assert_eq!(Cuts::Documents.next(text, 41), None);
        assert_eq!(Cuts::Documents.next(b"{}", 9), None);
    }

    #[test]
    fn an_item_begins_behind_a_comma_as_the_first_one_did() {
        let text =
            r#"{"items":[{"item_id":"a","status":"x"} , {"item_id":"b,{\"item_id\":"},{"x":1}"#;
        let cuts = Cuts::Items(list::Head::of(text).expect("a list"));
        assert_eq!(cuts.begin(), 10);
        assert_eq!(cuts.next(text.as_bytes(), 11), Some(41));
        assert_eq!(cuts.next(text.as_bytes(), 42), None);
    }

    /// What all parts of a file hold, one behind the other.
    fn joined(path: &Path, text: &str) -> Option<String> {
        std::fs::write(path, text).expect("written");
        let Layout::Parts(count, cuts) = Layout::of(path, Some(text.len() as u64)) else {
            return None;
        };
        let mut joined = text[..cuts.begin()].to_owned();
        let mut buffer = Vec::new();
        let mut last = 0;
        for part in 0..count {
            let part = Part::read(&cuts, path, part, &mut buffer)
                .expect("read")
                .expect("cut");
            if part.start < part.end {
                last += usize::from(part.is_last);
                joined.push_str(std::str::from_utf8(&buffer[part.start..part.end]).expect("UTF-8"));
            }
        }
        assert_eq!(last, 1, "one part reaches to the end");
        Some(joined)
    }

    #[test]
    fn the_parts_of_a_file_hold_each_of_its_documents_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("many.json");
        for (gap, length) in [
            ("\n", 300),
            ("", 5_000),
            ("\r\n  ", 60_000),
            ("\n", 300_000),
        ] {
            let document =
                |n: usize| format!("{{\"n\":{n},\"x\":\"{}\"}}", "y".repeat(length + n % 97));
            let documents: Vec<String> = (0..1_300_000 / length + 2).map(document).collect();
            let text = documents.join(gap);
            match joined(&path, &text) {
                Some(joined) => assert!(joined == text, "{length}"),
                None => assert!(length > PART as usize, "{length}"),
            }
        }
    }

    #[test]
    fn the_parts_of_a_file_hold_each_item_of_its_list_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("list.json");
        for (before, behind) in [("[", "]"), ("{\"items\": [\n", "],\n\"total_size\": 9}\n")] {
            for (gap, length) in [(",", 300), (",\n  ", 5_000), (" , ", 60_000)] {
                let item = |n: usize| {
                    let name = "y".repeat(length + n % 97);
                    format!(
                        "{{\"item_id\":\"{n}\",\"item_name\":\"{name}\",\"status\":\"failed\"}}"
                    )
                };
                let items: Vec<String> = (0..1_300_000 / length + 2).map(item).collect();
                let text = [before, &items.join(gap), behind].concat();
                assert!(joined(&path, &text) == Some(text), "{before} {length}");
            }
        }
    }
}
