//! Large files of many documents, read in parts: several at once, and none of them held whole. JSON Lines
//! of 2 GB take half the time on two cores.
//!
//! Between two documents there is a `}`, perhaps white space, and a `{`. Within a document that is found
//! only inside a string, because there is a comma between two objects of an array. So a file may be cut
//! there. If a string did hold it, a part breaks and the file is read as a whole after all. A file is also
//! read as a whole if there is anything to note about a part, because notes name lines and offsets of the
//! file.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::BUFFER;
use crate::load::accumulator::Accumulator;
use crate::load::dump::FileRead;
use crate::load::formats::json;
use crate::load::found::{self, Found};
use crate::load::sink::Sink;
use crate::parallel;

/// Bytes of a part, more or less; fewer in tests, which need no large files then.
const PART: u64 = if cfg!(debug_assertions) {
    256 << 10
} else {
    4 << 20
};
/// Smaller files are read as a whole.
const LARGE: u64 = 4 * PART;
/// Bytes behind the end of a part in which the next document is looked for first.
const AHEAD: u64 = 64 << 10;
/// A document that reaches further than this beyond its part is not one of many.
const FARTHEST: u64 = 16 * PART;
/// White space that there may be between two documents.
const WIDEST_GAP: u64 = 256;

/// The parts of a large file.
pub(super) struct Parts(u64);

impl Parts {
    /// The parts of a file that begins like many documents; `None` if it has to be read as a whole.
    pub(super) fn of(file: &Found) -> Option<Self> {
        let bytes = file.bytes.filter(|bytes| *bytes >= LARGE)?;
        let mut head = Vec::new();
        let read =
            found::open(&file.path).and_then(|opened| opened.take(PART).read_to_end(&mut head));
        let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
        let is_many = read.is_ok() && first == Some(&b'{') && next_document(&head, 1).is_some();
        is_many.then(|| Self(bytes.div_ceil(PART)))
    }

    /// Reads all parts; `None` if the file has to be read as a whole: because it cannot be read, is not
    /// cut between documents, or needs a note.
    pub(super) fn read(
        &self,
        index: u32,
        file: &Found,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Option<Vec<Accumulator>> {
        let runs = parallel::runs(self.0 as usize, |run| {
            let mut accumulator = Accumulator::default();
            for part in run {
                read_part(&mut accumulator, index, &file.path, part as u64)?;
                progress(file.bytes.unwrap_or_default() / self.0);
            }
            Some(accumulator)
        });
        let mut accumulators: Vec<Accumulator> = runs.into_iter().collect::<Option<_>>()?;
        let first = accumulators.first_mut()?;
        first.files.push(FileRead {
            path: file.display(),
            bytes: file.bytes,
            ..FileRead::default()
        });
        Some(accumulators)
    }
}

fn read_part(accumulator: &mut Accumulator, index: u32, path: &Path, part: u64) -> Option<()> {
    let mut buffer = BUFFER.take();
    let documents = Part::read(path, part, &mut buffer).ok().flatten();
    let read = documents.and_then(|part| {
        let text = simdutf8::basic::from_utf8(&buffer[part.start..part.end]).ok()?;
        let path = path.to_string_lossy().into_owned();
        let mut sink = Sink::new(accumulator, index, path, text);
        json::read(&mut sink, false);
        sink.finish_part().then_some(())
    });
    BUFFER.set(buffer);
    read
}

/// Position of the next document at `from` or behind it.
fn next_document(bytes: &[u8], from: usize) -> Option<usize> {
    let before = |at: usize| {
        let gap = &bytes[at.saturating_sub(WIDEST_GAP as usize)..at];
        gap.iter().rfind(|byte| !byte.is_ascii_whitespace())
    };
    memchr::memchr_iter(b'{', bytes.get(from..)?)
        .map(|at| from + at)
        .find(|at| before(*at) == Some(&b'}'))
}

/// Range of the documents of a part in a buffer.
struct Part {
    start: usize,
    end: usize,
}

impl Part {
    /// Reads the documents that begin in a part; `None` if the last of them does not end.
    fn read(path: &Path, part: u64, buffer: &mut Vec<u8>) -> io::Result<Option<Self>> {
        let (first, last) = (part * PART, (part + 1) * PART);
        let from = first.saturating_sub(WIDEST_GAP);
        let mut file = found::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        buffer.clear();
        // The bytes before the part tell whether a document begins at its first byte.
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
            let next = buffer
                .len()
                .checked_sub(place(last))
                .and_then(|_| next_document(buffer, place(last)));
            if let Some(end) = next.or(at_end.then_some(buffer.len())) {
                return Ok(Some(Self {
                    // If no document begins in the part, one that began before reaches over it.
                    start: start.map_or(end, |start| start.min(end)),
                    end,
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
        assert_eq!(next_document(text, 1), Some(25));
        assert_eq!(next_document(text, 26), Some(40));
        assert_eq!(next_document(text, 41), None);
        assert_eq!(next_document(b"{}", 9), None);
    }

    /// The text of all parts of a file, one behind the other.
    fn joined(path: &Path, text: &str) -> Option<String> {
        std::fs::write(path, text).expect("written");
        let file = Found {
            path: path.to_owned(),
            bytes: Some(text.len() as u64),
            named: true,
            content: None,
        };
        let Parts(count) = Parts::of(&file)?;
        let mut joined = String::new();
        let mut buffer = Vec::new();
        for part in 0..count {
            let part = Part::read(path, part, &mut buffer)
                .expect("read")
                .expect("cut");
            joined.push_str(std::str::from_utf8(&buffer[part.start..part.end]).expect("UTF-8"));
        }
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
}
