//! From files to a [`Dump`]: find them, read them in parallel, recognise what they hold, and pair
//! items with their job.
//!
//! Everything that was skipped, cut or doubtful comes out as data, beside the rows.

mod batch;
mod bytes;
mod csv;
mod document;
mod error_answer;
mod join;
mod json;
mod looks;
pub mod note;
mod object;
mod pair;
mod parts;
mod reader;
mod remembered;
mod scan;
mod snapshots;
mod tally;
mod walk;
mod yaml;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read as _;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use self::batch::Batch;
pub use self::batch::FileRead;
use self::json::{Again, Ways};
use self::note::{Code, Note};
use self::parts::Layout;
use self::reader::FileReader;
pub use self::walk::{Found, STDIN};
use crate::api::{JobRecord, UtcTime};
use crate::frame::{ItemFrame, KeptTexts, Recorded};
use crate::parallel;

/// What loading gives.
#[derive(Debug)]
pub struct Dump {
    /// The batch jobs, in the order in which the inputs name them.
    pub jobs: Vec<Job>,
    /// Their items.
    pub items: ItemFrame,
    /// The rows of each job in `items`.
    pub rows: Vec<Range<usize>>,
    /// Every file that was found, in path order.
    pub inputs: Vec<FileRead>,
    /// What there is to say.
    pub notes: Vec<Note>,
}

/// A batch job, with what its lists say about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id, where the dump tells it.
    pub id: Option<String>,
    /// What it is called.
    pub label: String,
    /// Its newest status record.
    pub record: Option<JobRecord>,
    /// How many status records there were.
    pub records: u64,
    /// How far the job was by those of its records that tell, oldest first.
    pub history: Vec<Milestone>,
    /// How its rows became items.
    pub recorded: Recorded,
    /// Rows that could not be read.
    pub unreadable: u64,
    /// The largest `total_size` its lists state; where some of them are filtered and others not, of those
    /// that are not; absent where they are filtered by several statuses.
    pub total_size: Option<u64>,
    /// Whether its lists state different ones.
    pub total_sizes_differ: bool,
    /// What its lists were filtered by, where they tell, or where the names of files and their items say
    /// the same.
    pub known_filter: Option<KnownFilter>,
    /// Whether any list of items was found.
    pub has_list: bool,
}

/// What the lists of a job were asked for by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFilter {
    /// The statuses; there is one at least.
    pub statuses: BTreeSet<String>,
    /// Whether there are lists as well that were asked for by none.
    pub in_part: bool,
}

/// How far a job was at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Milestone {
    /// When, by the record itself.
    pub at: UtcTime,
    /// Items processed by then.
    pub processed: u64,
    /// Items there were.
    pub total: Option<u64>,
}

/// What the user chose about loading.
#[derive(Debug, Clone, Copy, Default)]
pub struct LoadOptions<'a> {
    /// The batch job that items without one belong to.
    pub job_id: Option<&'a str>,
    /// Which texts of the items are kept.
    pub texts: KeptTexts,
}

/// Why nothing could be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The rows do not fit into a frame.
    #[error("could not build the frame of items")]
    Frame(#[from] polars::prelude::PolarsError),
    /// Standard input could not be read.
    #[error("could not read standard input")]
    Stdin(#[source] std::io::Error),
}

/// The files that `paths` name, and notes about those that cannot be.
pub fn find(paths: &[PathBuf]) -> (Vec<Found>, Vec<Note>) {
    let mut notes = Vec::new();
    let found = walk::find(paths, &mut notes);
    (found, notes)
}

/// Whether a file is a report that this program wrote, in whatever format.
pub fn is_own_report(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| {
        looks::is_own_report(&text)
            || text.starts_with('{')
                && text.contains("\"schema_version\"")
                && text.contains("\"generator\"")
    })
}

/// Reads the files. `progress` is told the bytes of each file that is done.
///
/// # Errors
///
/// Where standard input cannot be read or the frame cannot be built; a file that cannot be read
/// is a note.
pub fn load(
    files: &[Found],
    mut notes: Vec<Note>,
    options: LoadOptions<'_>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Dump, LoadError> {
    let mut stdin = Vec::new();
    if files.iter().any(|file| file.path.as_os_str() == STDIN) {
        std::io::stdin()
            .lock()
            .read_to_end(&mut stdin)
            .map_err(LoadError::Stdin)?;
    }
    // What is read from a pipe cannot be read again.
    let texts = match files.iter().all(|file| file.bytes.is_some()) {
        true => options.texts,
        false => KeptTexts::All,
    };
    let layout = |file: &Found| Layout::of(&file.path, file.bytes);
    let layouts = files.iter().map(layout).collect();
    let batches = read_files(files, layouts, &stdin, texts, progress);
    for file in batches.iter().flat_map(|batch| &batch.files) {
        snapshots::check(file, &mut notes);
    }
    join::join(batches, &mut notes, options.job_id)
}

/// Reads all files, each as its layout says, or as a whole where it turns out that it has none.
fn read_files(
    files: &[Found],
    mut layouts: Vec<Layout>,
    stdin: &[u8],
    texts: KeptTexts,
    progress: &(dyn Fn(u64) + Sync),
) -> Vec<Batch> {
    loop {
        let tasks: Vec<(u32, u64)> = (0..)
            .zip(&layouts)
            .flat_map(|(file, layout)| (0..layout.count()).map(move |part| (file, part)))
            .collect();
        let rows = Arc::new(AtomicUsize::new(0));
        let not_in_parts: Vec<AtomicBool> = files.iter().map(|_| AtomicBool::new(false)).collect();
        let read = |mut batch: Batch, (index, part): &(u32, u64)| {
            let place = *index as usize;
            let (file, layout) = (&files[place], &layouts[place]);
            match layout {
                Layout::Whole => read_file(&mut batch, *index, file, stdin),
                Layout::Parts(_, cuts) if !not_in_parts[place].load(Ordering::Relaxed) => {
                    if *part == 0 {
                        batch.files.push(FileRead {
                            path: file.display(),
                            bytes: file.bytes,
                            ..FileRead::default()
                        });
                    }
                    if cuts.read(&mut batch, *index, &file.path, *part).is_err() {
                        not_in_parts[place].store(true, Ordering::Relaxed);
                    }
                }
                Layout::Parts(..) => {}
            }
            progress(file.bytes.unwrap_or_default() / layout.count());
            batch
        };
        let bytes: u64 = files.iter().filter_map(|file| file.bytes).sum();
        let batches = if tasks.len() > 1 && bytes > WORTH_SHARING {
            let new = || Batch::new(texts, rows.clone());
            parallel::runs(tasks.len(), |run| tasks[run].iter().fold(new(), &read))
        } else {
            vec![tasks.iter().fold(Batch::new(texts, rows), read)]
        };
        let mut again = false;
        for (layout, failed) in layouts.iter_mut().zip(not_in_parts) {
            if failed.into_inner() {
                *layout = Layout::Whole;
                again = true;
            }
        }
        if !again {
            return batches;
        }
    }
}

/// Fewer bytes are read sooner than another thread is awake.
const WORTH_SHARING: u64 = 1 << 19;

fn read_file(batch: &mut Batch, index: u32, file: &Found, stdin: &[u8]) {
    let mut buffer = BUFFER.take();
    buffer.clear();
    let bytes = if file.path.as_os_str() == STDIN {
        Ok(stdin)
    } else {
        File::open(&file.path)
            .and_then(|mut opened| {
                buffer.reserve(file.bytes.unwrap_or_default() as usize + 1);
                // The size is known: a file by itself would be asked for it once more.
                opened.by_ref().take(u64::MAX).read_to_end(&mut buffer)
            })
            .map(|_| &*buffer)
    };
    match bytes {
        Ok(bytes) => read_bytes(batch, index, file, bytes),
        Err(error) => {
            let message = format!("could not be read: {error}");
            batch.notes.push(Note {
                code: Code::UnreadableFile,
                path: Some(file.display()),
                message: message.clone(),
            });
            batch.files.push(FileRead {
                path: file.display(),
                kind: "unreadable",
                looks_like: Some(message),
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
const KEPT_ROOM: usize = 64 << 20;

fn read_bytes(batch: &mut Batch, index: u32, file: &Found, bytes: &[u8]) {
    let decoded = bytes::decode(bytes);
    let text = &*decoded.text;
    let mut reader = FileReader::new(batch, index, file.display(), text);
    let mended;
    // What begins like JSON is looked at as nothing else.
    let json = text.trim_start().starts_with(['{', '[']);
    let delimiter = if json { None } else { csv::delimiter(text) };
    if looks::is_own_report(text) {
        // A page of ours holds items as examples, which are no record.
    } else if let Some(delimiter) = delimiter {
        csv::read(&mut reader, delimiter);
    } else {
        if !json && yaml::looks_like_yaml(text) {
            yaml::read(&mut reader);
        }
        // A line of a log or a header looks like YAML too, before JSON that follows it.
        if !reader.has_content() {
            reader = reader.restart(text);
            let mut ways = Ways {
                short: true,
                mending: true,
            };
            let mut read = json::read(&mut reader, ways);
            if let ControlFlow::Break(Again::TheLongWay) = read {
                ways.short = false;
                reader = reader.restart(text);
                read = json::read(&mut reader, ways);
            }
            if let ControlFlow::Break(Again::Mended(text)) = read {
                mended = text;
                // What had to be mended is no plain document.
                ways = Ways {
                    short: false,
                    mending: false,
                };
                reader = reader.restart(&mended);
                reader.note(Code::NonStandardJson, NON_STANDARD_JSON.to_owned());
                let _ = json::read(&mut reader, ways);
            }
        }
    }
    for (code, message) in decoded.notes {
        reader.note(code, message);
    }
    reader.finish(Some(bytes.len() as u64), || {
        looks::looks_like(text, decoded.packed)
    });
}

const NON_STANDARD_JSON: &str = "holds NaN, Infinity or half a surrogate pair, which JSON does not \
                                 have; the first two are read as null, the last as \u{fffd}";

#[cfg(test)]
mod tests;
