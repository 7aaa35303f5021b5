//! The sink that all formats write into: rows, documents and faults of one file, which end up in the
//! accumulator of a thread.

mod documents;
mod faults;
mod rollback;
mod rows;

use std::ops::Range;
use std::path::Path;

use self::faults::Faults;
pub(super) use self::faults::Mark;
pub(super) use self::rollback::Checkpoint;
use super::accumulator::{Accumulator, PartRead};
use super::dump::{FileRead, NotOurs};
use super::formats::scan::Skeleton;
use super::looks::{Like, Looks};
use super::note::{Note, NoteKind, Place};
use super::tally::Tally;

/// The sink of one file.
pub(super) struct Sink<'b, 't> {
    accumulator: &'b mut Accumulator,
    file: u32,
    path: String,
    text: &'t str,
    origin: Origin,
    /// Rows of this file that stand in the columns already; a second pass does not add them again.
    kept: usize,
    /// Rows seen in this pass.
    seen: usize,
    first_row: usize,
    first_group: usize,
    first_job: usize,
    first_v2: usize,
    /// Records of jobs in this pass.
    jobs: u64,
    first_note: usize,
    last_item: Option<usize>,
    /// Rows that name their batch job themselves.
    named: Vec<(Range<usize>, String)>,
    /// Batch job that the next item names.
    next_job: Option<String>,
    tally: Tally,
    documents: u64,
    empty_arrays: u64,
    faults: Faults,
    http_status: Option<u16>,
    /// There is text beside the documents, or in their place.
    has_stray_text: bool,
    /// Rows were taken back in this pass.
    has_taken_back: bool,
}

/// Origin of a text that is read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin {
    /// The text of the file.
    File,
    /// A string in the text of the file, which begins there.
    Offset(usize),
    /// A text that was made from a part of the file.
    Place(Place),
}

impl<'b, 't> Sink<'b, 't> {
    /// A sink for the file of that index.
    pub(super) fn new(
        accumulator: &'b mut Accumulator,
        file: u32,
        path: String,
        text: &'t str,
    ) -> Self {
        Self {
            first_row: accumulator.columns.len(),
            first_group: accumulator.groups.len(),
            first_job: accumulator.jobs.len(),
            first_v2: accumulator.v2.len(),
            first_note: accumulator.notes.len(),
            accumulator,
            file,
            path,
            text,
            origin: Origin::File,
            jobs: 0,
            kept: 0,
            seen: 0,
            last_item: None,
            named: Vec::new(),
            next_job: None,
            tally: Tally::default(),
            documents: 0,
            empty_arrays: 0,
            faults: Faults::default(),
            http_status: None,
            has_stray_text: false,
            has_taken_back: false,
        }
    }

    /// Begins again with a mended text of the same file; rows that were taken stay.
    pub(super) fn restart<'n>(self, text: &'n str) -> Sink<'b, 'n> {
        let Self {
            accumulator,
            file,
            path,
            ..
        } = self;
        accumulator.groups.truncate(self.first_group);
        accumulator.jobs.truncate(self.first_job);
        accumulator.v2.truncate(self.first_v2);
        accumulator.notes.truncate(self.first_note);
        let mut again = Sink::new(accumulator, file, path, text);
        again.first_row = self.first_row;
        again.kept = self.seen.max(self.kept);
        if self.has_taken_back {
            // Where they stood is not known any more.
            again.accumulator.columns.truncate(self.first_row);
            again.kept = 0;
        }
        again
    }

    /// Takes the skeleton of the items before, of whatever file.
    pub(super) fn take_skeleton(&mut self) -> Skeleton {
        std::mem::take(&mut self.accumulator.skeleton)
    }

    /// Keeps it for the next file.
    pub(super) fn put_skeleton(&mut self, skeleton: Skeleton) {
        self.accumulator.skeleton = skeleton;
    }

    /// The text that is read.
    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// Reads a text that comes from a part of the file. Of texts in texts the outermost is where things
    /// are placed.
    pub(super) fn within<R>(
        &mut self,
        origin: Origin,
        read: impl FnOnce(&mut Sink<'_, '_>) -> R,
    ) -> R {
        let before = self.origin;
        if matches!(before, Origin::File) {
            self.origin = origin;
        }
        let result = read(self);
        self.origin = before;
        result
    }

    /// The place of an offset in the text that is read. It takes a count of lines, so it is asked for
    /// few.
    fn place(&self, at: Option<usize>) -> Option<Place> {
        match self.origin {
            Origin::File => at.map(|at| Place::of(self.text, at)),
            Origin::Offset(at) => Some(Place::of(self.text, at)),
            Origin::Place(place) => Some(place),
        }
    }

    /// Adds a note about the file.
    pub(super) fn note(&mut self, kind: NoteKind) {
        self.accumulator.notes.push(Note {
            path: Some(self.path.clone()),
            kind,
        });
    }

    /// Tells if anything of the API was found.
    pub(super) fn has_content(&self) -> bool {
        self.seen > 0
            || self.faults.has_unreadable_rows()
            || self.accumulator.jobs.len() > self.first_job
            || self.accumulator.v2.len() > self.first_v2
            || self.accumulator.groups.len() > self.first_group
            || self.empty_arrays > 0 && !self.has_stray_text
    }

    /// Ends a part of a file; returns false if the file has to be read as a whole, because there is
    /// something to note, and notes name places in the file.
    pub(super) fn finish_part(mut self) -> bool {
        self.close();
        let tally = self.tally;
        if self.faults.are_any()
            || self.accumulator.notes.len() > self.first_note
            || self.http_status.is_some()
            || self.has_stray_text
            || tally.has_ours()
        {
            return false;
        }
        self.accumulator.parts.push(PartRead {
            file: self.file,
            tally,
            documents: self.documents,
            items: self.seen as u64,
        });
        true
    }

    /// Ends the file. `looks_like` is asked what the file looks like if it holds nothing of the API.
    pub(super) fn finish(
        mut self,
        bytes: Option<u64>,
        of_decoding: &[NoteKind],
        looks_like: impl FnOnce() -> Looks,
    ) {
        self.close();
        let tally = self.tally;
        let (kind, looks_like) = match tally.kind() {
            Some(kind) => (kind, None),
            None if tally.has_ours() => (tally.kind_of_ours(), None),
            None if self.has_content() => ("unreadable-items", None),
            None => match self.faults.first_error() {
                Some(response) => (
                    "error-response",
                    Some(NotOurs::ErrorResponse(response.clone())),
                ),
                None => {
                    let looks = looks_like();
                    (looks.kind(), Some(NotOurs::Looks(looks)))
                }
            },
        };
        self.note_faults();
        match kind {
            "summary" => self.note(NoteKind::OwnSummary),
            "own-report" => self.note(NoteKind::OwnReport),
            _ => {}
        }
        let mut is_foreign = false;
        if let Some(NotOurs::Looks(looks)) = &looks_like {
            // A document that broke off may have been one of the API.
            is_foreign = self.accumulator.notes.len() == self.first_note
                && !looks.is_loss(self.text, Path::new(&self.path));
            if !is_foreign {
                self.note(match looks.like {
                    Like::Empty => NoteKind::EmptyFile {
                        bytes: bytes.unwrap_or_default(),
                    },
                    _ => NoteKind::SkippedFile(looks.clone()),
                });
            }
        }
        for kind in of_decoding {
            // Data of others is seldom text.
            let is_of_text = matches!(kind, NoteKind::InvalidUtf8 { .. } | NoteKind::InvalidUtf16);
            if !(is_foreign && is_of_text) {
                self.note(kind.clone());
            }
        }
        let file = FileRead {
            path: self.path,
            bytes,
            kind,
            documents: self.documents,
            items: self.seen as u64,
            looks_like,
            is_foreign,
            summary: (kind == "summary").then(|| self.text.to_owned()),
            manifest: (kind == "snapshot").then(|| self.text.to_owned()),
        };
        self.accumulator.files.push(file);
    }
}
