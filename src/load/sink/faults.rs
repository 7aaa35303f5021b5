//! Faults: everything that could not be read. All of it is counted, and the first few are kept with their
//! places.

use super::Sink;
use crate::api::{Field, WrongType};
use crate::load::error_answer::ErrorResponse;
use crate::load::note::{Break, Fault, NoteKind, Place, Sample};

/// The faults of a file.
#[derive(Default)]
pub(super) struct Faults {
    rows: Sample<Fault>,
    pub(super) times: Sample<(Field, String)>,
    pub(super) wrong_types: Sample<WrongType>,
    jobs: Sample<Fault>,
    foreign: Sample<Fault>,
    errors: Sample<ErrorResponse>,
    /// Values among rows of which it is not known yet whether they are rows.
    strangers: Sample<Fault>,
    /// Unreadable rows that no group has counted yet.
    pending: u64,
    /// Documents in strings that break off.
    broken_inside: u64,
}

/// Numbers of faults at some point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    rows: u64,
    times: u64,
    wrong_types: u64,
    jobs: u64,
    foreign: u64,
    pending: u64,
    strangers: Mark,
}

/// Number of strangers at some point.
#[derive(Debug, Clone, Copy)]
pub(in crate::load) struct Mark {
    count: u64,
    kept: usize,
}

impl Faults {
    pub(super) fn has_unreadable_rows(&self) -> bool {
        self.rows.count > 0
    }

    pub(super) fn are_any(&self) -> bool {
        let counts = [
            self.rows.count,
            self.times.count,
            self.wrong_types.count,
            self.jobs.count,
            self.foreign.count,
            self.errors.count,
            self.broken_inside,
        ];
        counts.iter().any(|count| *count > 0)
    }

    pub(super) fn first_error(&self) -> Option<&ErrorResponse> {
        self.errors.first.first().map(|(_, response)| response)
    }

    /// The numbers now.
    pub(super) fn counts(&self) -> Counts {
        Counts {
            rows: self.rows.count,
            times: self.times.count,
            wrong_types: self.wrong_types.count,
            jobs: self.jobs.count,
            foreign: self.foreign.count,
            pending: self.pending,
            strangers: self.mark(),
        }
    }

    /// Forgets the faults since then.
    pub(super) fn return_to(&mut self, counts: Counts) {
        self.rows.return_to(counts.rows);
        self.times.return_to(counts.times);
        self.wrong_types.return_to(counts.wrong_types);
        self.jobs.return_to(counts.jobs);
        self.foreign.return_to(counts.foreign);
        self.pending = counts.pending;
        self.forget_strangers(counts.strangers);
    }

    fn mark(&self) -> Mark {
        Mark {
            count: self.strangers.count,
            kept: self.strangers.first.len(),
        }
    }

    fn forget_strangers(&mut self, mark: Mark) {
        self.strangers.count = self.strangers.count.min(mark.count);
        self.strangers.first.truncate(mark.kept);
    }

    pub(super) fn has_pending(&self) -> bool {
        self.pending > 0
    }

    pub(super) fn take_pending(&mut self) -> u64 {
        std::mem::take(&mut self.pending)
    }

    /// Moves the strangers since a mark to the unreadable rows, or to what is nothing of the API.
    fn resolve(&mut self, mark: Mark, are_rows: bool) {
        let count = self.strangers.count.saturating_sub(mark.count);
        let kept = mark.kept.min(self.strangers.first.len());
        let first = self.strangers.first.split_off(kept);
        self.strangers.count -= count;
        let target = match are_rows {
            true => &mut self.rows,
            false => &mut self.foreign,
        };
        target.count += count;
        let room = Sample::<Fault>::KEPT.saturating_sub(target.first.len());
        target.first.extend(first.into_iter().take(room));
        if are_rows {
            self.pending += count;
        }
    }
}

impl Sink<'_, '_> {
    /// Counts a row that cannot be read.
    pub(in crate::load) fn unreadable(&mut self, fault: impl FnOnce() -> Fault, at: Option<usize>) {
        if self.faults.rows.counts_one_of_the_first() {
            let place = self.place(at);
            self.faults.rows.first.push((place, fault()));
        }
        self.faults.pending += 1;
    }

    /// Tells if a row could not be read that no group has counted yet.
    pub(in crate::load) fn has_unreadable_rows(&self) -> bool {
        self.faults.has_pending()
    }

    /// Counts a value among rows which may be an unreadable row, or nothing of the API.
    pub(in crate::load) fn stranger(&mut self, fault: impl FnOnce() -> Fault, at: usize) {
        if self.faults.strangers.counts_one_of_the_first() {
            let place = self.place(Some(at));
            self.faults.strangers.first.push((place, fault()));
        }
    }

    /// The number of strangers so far.
    pub(in crate::load) fn mark(&self) -> Mark {
        self.faults.mark()
    }

    pub(in crate::load) fn has_strangers_since(&self, mark: Mark) -> bool {
        self.faults.strangers.count > mark.count
    }

    /// Says of the strangers since a mark that they are unreadable rows, or nothing of the API.
    pub(in crate::load) fn resolve_strangers(&mut self, mark: Mark, are_rows: bool) {
        self.faults.resolve(mark, are_rows);
    }

    /// Forgets the strangers since a mark.
    pub(in crate::load) fn forget_strangers(&mut self, mark: Mark) {
        self.faults.forget_strangers(mark);
    }

    /// Counts something in a document that is nothing of the API.
    pub(in crate::load) fn foreign(&mut self, fault: impl FnOnce() -> Fault, at: Option<usize>) {
        if self.faults.foreign.counts_one_of_the_first() {
            let place = self.place(at);
            self.faults.foreign.first.push((place, fault()));
        }
    }

    /// Counts a job, or a field of one, that cannot be read.
    pub(super) fn unreadable_job(&mut self, fault: Fault, at: Option<usize>) {
        if self.faults.jobs.counts_one_of_the_first() {
            let place = self.place(at);
            self.faults.jobs.first.push((place, fault));
        }
    }

    /// Takes an error response.
    pub(in crate::load) fn error_response(&mut self, response: ErrorResponse) {
        if self.faults.errors.counts_one_of_the_first() {
            self.faults.errors.first.push((None, response));
        }
    }

    /// Notes that the text in a string breaks off; what is complete before that has been taken.
    pub(in crate::load) fn broken_inside(&mut self) {
        self.faults.broken_inside += 1;
        if self.faults.broken_inside == 1 {
            let at = self.place(None).unwrap_or(Place {
                line: 1,
                byte: None,
            });
            self.note(NoteKind::CutDocument(Break {
                begin: None,
                at,
                kept: self.seen as u64,
            }));
        }
    }

    /// Notes that there is text beside the documents, or in their place.
    pub(in crate::load) fn met_stray_text(&mut self) {
        self.has_stray_text = true;
    }

    /// Makes notes of all faults.
    pub(super) fn note_faults(&mut self) {
        let has_content = self.has_content();
        let faults = std::mem::take(&mut self.faults);
        let more = faults.errors.more();
        for (_, response) in faults.errors.first {
            self.note(NoteKind::ErrorResponse(response));
        }
        if more > 0 {
            self.note(NoteKind::MoreErrorResponses(more));
        }
        if faults.foreign.count > 0 && has_content {
            self.note(NoteKind::StrayValues(faults.foreign));
        }
        if faults.rows.count > 0 {
            self.note(NoteKind::UnreadableItems(faults.rows));
        }
        if faults.times.count > 0 {
            self.note(NoteKind::UnreadableTimes(faults.times));
        }
        if faults.wrong_types.count > 0 {
            self.note(NoteKind::WrongTypes(faults.wrong_types));
        }
        if faults.jobs.count > 0 {
            self.note(NoteKind::UnreadableJob(faults.jobs));
        }
        if faults.broken_inside > 1 {
            self.note(NoteKind::MoreBrokenDocuments(faults.broken_inside - 1));
        }
    }
}
