//! Reading files in parallel: one accumulator for each run of files, in path order.

mod parts;

use std::cell::Cell;
use std::fs::File;
use std::io::Read as _;
use std::ops::Range;

use self::parts::Parts;
use super::accumulator::Accumulator;
use super::dump::{FileRead, NotOurs};
use super::found::{Found, STDIN};
use super::note::{Note, NoteKind};
use super::{decode, formats, found};
#[cfg(feature = "tables")]
use crate::frame::import::BinaryFormat;
use crate::parallel;

/// Fewer bytes are read sooner than another thread is awake.
const WORTH_SHARING: u64 = 1 << 19;

/// Reads all files. `progress` is told the bytes of each file that is done.
pub(super) fn read_files(
    files: &[Found],
    stdin: &[u8],
    progress: &(dyn Fn(u64) + Sync),
) -> Vec<Accumulator> {
    let read_run = |run: Range<usize>| {
        let mut accumulator = Accumulator::default();
        for index in run {
            let file = &files[index];
            read_file(&mut accumulator, index as u32, file, stdin);
            progress(file.bytes.unwrap_or_default());
        }
        accumulator
    };
    let read_several = |run: Range<usize>| {
        let bytes: u64 = files[run.clone()]
            .iter()
            .filter_map(|file| file.bytes)
            .sum();
        if run.len() > 1 && bytes > WORTH_SHARING {
            let of = |part: Range<usize>| read_run(run.start + part.start..run.start + part.end);
            parallel::runs(run.len(), of)
        } else {
            vec![read_run(run)]
        }
    };
    let mut accumulators = Vec::new();
    let mut next = 0;
    for (index, file) in files.iter().enumerate() {
        let Some(parts) = Parts::of(file) else {
            continue;
        };
        if next < index {
            accumulators.extend(read_several(next..index));
        }
        next = index + 1;
        match parts.read(index as u32, file, progress) {
            Some(read) => accumulators.extend(read),
            None => {
                let mut accumulator = Accumulator::default();
                read_file(&mut accumulator, index as u32, file, stdin);
                accumulators.push(accumulator);
            }
        }
    }
    if next < files.len() || accumulators.is_empty() {
        accumulators.extend(read_several(next..files.len()));
    }
    accumulators
}

/// Reads a file as a whole.
fn read_file(accumulator: &mut Accumulator, index: u32, file: &Found, stdin: &[u8]) {
    let mut buffer = BUFFER.take();
    buffer.clear();
    let bytes = if file.path.as_os_str() == STDIN {
        Ok(stdin)
    } else if let Some(content) = &file.content {
        Ok(content.as_slice())
    } else {
        let opened = match file.bytes {
            Some(_) => found::open(&file.path),
            // The shell has opened a pipe for us.
            None => File::open(&file.path),
        };
        opened
            .and_then(|mut opened| {
                buffer.reserve(file.bytes.unwrap_or_default() as usize + 1);
                // The size is known: a file by itself would be asked for it once more.
                opened.by_ref().take(u64::MAX).read_to_end(&mut buffer)
            })
            .map(|_| &*buffer)
    };
    match bytes {
        #[cfg(feature = "tables")]
        Ok(bytes) if let Some(format) = BinaryFormat::of(bytes) => {
            formats::table::read(accumulator, index, file.display(), format, bytes);
        }
        Ok(bytes) => {
            let decoded = decode::decode(bytes);
            let size = bytes.len() as u64;
            formats::read(accumulator, index, file.display(), &decoded, size);
        }
        Err(error) => {
            let error = error.to_string();
            accumulator.notes.push(Note {
                path: Some(file.display()),
                kind: NoteKind::UnreadableFile {
                    error: error.clone(),
                },
            });
            accumulator.files.push(FileRead {
                path: file.display(),
                kind: "unreadable",
                looks_like: Some(NotOurs::Unreadable(error)),
                ..FileRead::default()
            });
        }
    }
    if buffer.capacity() <= KEPT_ROOM {
        BUFFER.set(buffer);
    }
}

thread_local! {
    /// Room for the bytes of a file, used again for the next.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// More room than this is given back after each file.
const KEPT_ROOM: usize = 4 << 20;

#[cfg(test)]
mod tests;
