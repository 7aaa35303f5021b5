//! What the readers of all formats write into: the columns, and beside them what each file held.

use std::path::Path;

use std::ops::Range;

use super::accumulator::{Accumulator, FileRead, FoundJob, ItemGroup, NotOurs, PartRead};
use super::error_answer::ErrorResponse;
use super::formats::scan::Skeleton;
use super::looks::{Like, Looks};
use super::note::{Fault, Note, NoteKind, Place, Sample};
use super::tally::{Shape, Tally};
use crate::api::{Field, ItemFields, ItemRecord, JobRecord, WrongType};
use crate::text::{mask, quote};

/// Takes what is found in one file.
pub(super) struct FileReader<'b, 't> {
    batch: &'b mut Accumulator,
    file: u32,
    path: String,
    text: &'t str,
    /// Where a text that was made from another one began there.
    made_at: Option<Place>,
    /// Rows of this file that stand in the columns already; a second pass does not add them again.
    kept: usize,
    /// Rows seen in this pass.
    seen: usize,
    first_row: usize,
    first_group: usize,
    first_job: usize,
    first_note: usize,
    tally: Tally,
    documents: u64,
    unreadable: Sample<Fault>,
    unreadable_times: Sample<(Field, String)>,
    wrong_types: Sample<WrongType>,
    unreadable_jobs: Sample<Fault>,
    foreign: Sample<Fault>,
    errors: Sample<ErrorResponse>,
    last_item: Option<usize>,
    /// Rows that name their batch job themselves.
    named: Vec<(Range<usize>, String)>,
    /// The batch job that the next item names.
    next_job: Option<String>,
    /// Unreadable rows since the last group was closed.
    pending_unreadable: u64,
    http_status: Option<u16>,
    /// Whether text that is no data stands beside documents, or in their place.
    has_stray_text: bool,
}

impl<'b, 't> FileReader<'b, 't> {
    /// A reader for the file of that index.
    pub(super) fn new(batch: &'b mut Accumulator, file: u32, path: String, text: &'t str) -> Self {
        Self {
            first_row: batch.columns.len(),
            first_group: batch.groups.len(),
            first_job: batch.jobs.len(),
            first_note: batch.notes.len(),
            batch,
            file,
            path,
            text,
            made_at: None,
            kept: 0,
            seen: 0,
            tally: Tally::default(),
            documents: 0,
            unreadable: Sample::default(),
            unreadable_times: Sample::default(),
            wrong_types: Sample::default(),
            unreadable_jobs: Sample::default(),
            foreign: Sample::default(),
            errors: Sample::default(),
            last_item: None,
            named: Vec::new(),
            next_job: None,
            pending_unreadable: 0,
            http_status: None,
            has_stray_text: false,
        }
    }

    /// Begins again with a mended text of the same file; rows that were taken stay.
    pub(super) fn restart<'n>(self, text: &'n str) -> FileReader<'b, 'n> {
        let Self {
            batch, file, path, ..
        } = self;
        batch.groups.truncate(self.first_group);
        batch.jobs.truncate(self.first_job);
        batch.notes.truncate(self.first_note);
        let mut again = FileReader::new(batch, file, path, text);
        again.first_row = self.first_row;
        again.kept = self.seen.max(self.kept);
        again
    }

    /// What stood between the values of the items before, of whatever file.
    pub(super) fn take_skeleton(&mut self) -> Skeleton {
        std::mem::take(&mut self.batch.skeleton)
    }

    /// Remembers it for the next file.
    pub(super) fn put_skeleton(&mut self, skeleton: Skeleton) {
        self.batch.skeleton = skeleton;
    }

    /// The text that is read.
    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// Reads a text that was made from a part of the file, which began at `place`.
    pub(super) fn within<R>(
        &mut self,
        place: Place,
        read: impl FnOnce(&mut FileReader<'_, '_>) -> R,
    ) -> R {
        let before = self.made_at.replace(place);
        let result = read(self);
        self.made_at = before;
        result
    }

    /// The status of the HTTP answer whose body comes next.
    pub(super) fn http_status(&mut self, status: Option<u16>) {
        self.http_status = status;
    }

    /// The status of the HTTP answer that is being read.
    pub(super) fn current_http_status(&self) -> Option<u16> {
        self.http_status
    }

    /// Counts documents that were recognised.
    pub(super) fn documents(&mut self, count: u64) {
        self.documents += count;
    }

    /// Status records so far.
    pub(super) fn jobs(&self) -> u64 {
        (self.batch.jobs.len() - self.first_job) as u64
    }

    /// Whether anything of the API was found.
    pub(super) fn has_content(&self) -> bool {
        self.seen > 0
            || self.unreadable.count > 0
            || self.batch.jobs.len() > self.first_job
            || self.batch.groups.len() > self.first_group
    }

    /// Where a part of the text stands that a parser has borrowed from it.
    fn place(&self, part: Option<&str>) -> Option<Place> {
        if self.made_at.is_some() {
            return self.made_at;
        }
        self.offset(part?).map(|at| Place::of(self.text, at))
    }

    /// The offset of something that was borrowed from the text.
    fn offset(&self, part: &str) -> Option<usize> {
        let start = self.text.as_ptr() as usize;
        let at = (part.as_ptr() as usize).checked_sub(start)?;
        (at <= self.text.len()).then_some(at)
    }

    /// The row that the next item gets in the batch.
    pub(super) fn next_row(&self) -> usize {
        self.first_row + self.seen
    }

    /// Whether there were rows from that one on, readable or not, which no document has claimed.
    pub(super) fn has_rows_since(&self, row: usize) -> bool {
        self.next_row() > row || self.pending_unreadable > 0
    }

    /// Takes an item, or says why it is none. `part` is something borrowed from where it stands.
    pub(super) fn item(&mut self, item: Result<ItemRecord<'_>, WrongType>, part: Option<&str>) {
        let job = self.next_job.take();
        match item {
            Ok(item) => {
                if let Some(id) = job {
                    let row = self.next_row();
                    match self.named.last_mut() {
                        Some((rows, named)) if rows.end == row && *named == id => rows.end += 1,
                        _ => self.named.push((row..row + 1, id)),
                    }
                }
                if let Some(time) = &item.unreadable_time
                    && self.unreadable_times.counts_one_of_the_first()
                {
                    let found = (time.field, quote(&time.text, 60));
                    self.unreadable_times.first.push((self.place(part), found));
                }
                if let Some(wrong) = &item.wrong_field
                    && self.wrong_types.counts_one_of_the_first()
                {
                    self.wrong_types
                        .first
                        .push((self.place(part), wrong.clone()));
                }
                self.last_item = part.and_then(|part| self.offset(part));
                self.seen += 1;
                if self.seen > self.kept {
                    self.batch.columns.push(&item.fields());
                }
            }
            Err(wrong) => self.unreadable(|| Fault::Field(wrong), part),
        }
    }

    /// Takes an item of which there is nothing to be said. `part` is something borrowed from where it
    /// stands in the text.
    #[inline(always)]
    pub(super) fn plain_item(&mut self, item: &ItemFields<'_>, part: &str) {
        self.last_item = self.offset(part);
        self.seen += 1;
        if self.seen > self.kept {
            self.batch.columns.push(item);
        }
    }

    /// Takes an item that stands by itself and not in a list.
    pub(super) fn loose_item(
        &mut self,
        item: Result<ItemRecord<'_>, WrongType>,
        part: Option<&str>,
    ) {
        let start = self.next_row();
        self.item(item, part);
        self.were_loose(start, 1);
    }

    /// Says that the items from that row on, so many, which were taken or are unreadable, stood by
    /// themselves and not in a list.
    pub(super) fn were_loose(&mut self, start: usize, count: u64) {
        if count == 0 {
            return;
        }
        self.tally.loose_items(count);
        let end = self.next_row();
        let unreadable = std::mem::take(&mut self.pending_unreadable);
        let file = self.file;
        let named = self.named_job(start).map(str::to_owned);
        if let Some(group) = self.batch.groups[self.first_group..].last_mut()
            && group.loose
            && group.rows.end == start
            && group.batch_job_id == named
        {
            group.rows.end = end;
            group.unreadable += unreadable;
            return;
        }
        self.group(ItemGroup {
            rows: start..end,
            unreadable,
            ..ItemGroup::loose(file)
        });
    }

    /// Says that the next item names its batch job itself.
    pub(super) fn name_job(&mut self, id: &str) {
        self.next_job = Some(id.to_owned());
    }

    /// The batch job that a row names itself.
    fn named_job(&self, row: usize) -> Option<&str> {
        let at = self.named.partition_point(|(rows, _)| rows.end <= row);
        let (rows, id) = self.named.get(at)?;
        rows.contains(&row).then_some(id)
    }

    /// Adds a group, in pieces if some of its rows name their batch job themselves. Rows before it that
    /// no document has claimed would have no job: they become loose items.
    fn group(&mut self, mut group: ItemGroup) {
        self.claim_rows(group.rows.start);
        let first = self
            .named
            .partition_point(|(rows, _)| rows.end <= group.rows.start);
        let mut was_cut = false;
        for (rows, id) in &self.named[first..] {
            if rows.start >= group.rows.end {
                break;
            }
            was_cut = true;
            if group.rows.start < rows.start {
                let mut before = group.clone();
                before.rows.end = rows.start;
                self.batch.groups.push(before);
                group.unreadable = 0;
            }
            let end = rows.end.min(group.rows.end);
            self.batch.groups.push(ItemGroup {
                rows: group.rows.start.max(rows.start)..end,
                batch_job_id: Some(id.clone()),
                // The total of a list is none of a job of it.
                total_size: None,
                ..group.clone()
            });
            group.rows.start = end;
            group.unreadable = 0;
        }
        if !(was_cut && group.rows.is_empty()) {
            self.batch.groups.push(group);
        }
    }

    fn claim_rows(&mut self, until: usize) {
        let claimed = match self.batch.groups[self.first_group..].last() {
            Some(group) => group.rows.end,
            None => self.first_row,
        };
        if claimed < until {
            self.batch.groups.push(ItemGroup {
                rows: claimed..until,
                ..ItemGroup::loose(self.file)
            });
        }
    }

    /// Counts a row that is there but cannot be read.
    pub(super) fn unreadable(&mut self, fault: impl FnOnce() -> Fault, part: Option<&str>) {
        if self.unreadable.counts_one_of_the_first() {
            let place = self.place(part);
            self.unreadable.first.push((place, fault()));
        }
        self.pending_unreadable += 1;
    }

    /// Counts something in a document that is nothing of the API.
    pub(super) fn foreign(&mut self, fault: impl FnOnce() -> Fault, part: Option<&str>) {
        if self.foreign.counts_one_of_the_first() {
            let place = self.place(part);
            self.foreign.first.push((place, fault()));
        }
    }

    /// Where the last item that was taken stands in the text.
    pub(super) fn last_item(&self) -> Option<usize> {
        self.last_item
    }

    /// Closes a list whose rows began at `start`.
    pub(super) fn list(
        &mut self,
        start: usize,
        batch_job_id: Option<String>,
        total_size: Option<u64>,
        status_filter: Option<String>,
    ) {
        let rows = start..self.next_row();
        // Lists of no items state 0 and mean it; an SDK's page object, and a server that does not
        // count, write 0 beside items.
        let total_size = total_size.filter(|total| *total > 0 || rows.is_empty());
        let unreadable = std::mem::take(&mut self.pending_unreadable);
        self.group(ItemGroup {
            file: self.file,
            rows,
            unreadable,
            batch_job_id,
            total_size,
            status_filter,
            loose: false,
        });
    }

    /// Takes a status record.
    pub(super) fn job(
        &mut self,
        job: Result<JobRecord, WrongType>,
        wrong: &[WrongType],
        part: Option<&str>,
    ) {
        for wrong in wrong {
            self.unreadable_job(Fault::Field(wrong.clone()), part);
        }
        match job {
            Ok(mut record) => {
                record.error_message = record.error_message.map(|text| mask(&text).into_owned());
                self.batch.jobs.push(FoundJob {
                    file: self.file,
                    record,
                });
            }
            Err(wrong) => self.unreadable_job(Fault::Job(wrong), part),
        }
    }

    fn unreadable_job(&mut self, fault: Fault, part: Option<&str>) {
        if self.unreadable_jobs.counts_one_of_the_first() {
            let place = self.place(part);
            self.unreadable_jobs.first.push((place, fault));
        }
    }

    /// Counts what a document was.
    pub(super) fn count(&mut self, shape: Shape) {
        self.tally.count(shape);
    }

    /// Takes an error answer.
    pub(super) fn error_answer(&mut self, response: ErrorResponse) {
        if self.errors.counts_one_of_the_first() {
            self.errors.first.push((None, response));
        }
    }

    /// Notes something about the file.
    pub(super) fn note(&mut self, kind: NoteKind) {
        self.batch.notes.push(Note {
            path: Some(self.path.clone()),
            kind,
        });
    }

    /// Says that text which is no data stands beside documents, or in their place.
    pub(super) fn met_stray_text(&mut self) {
        self.has_stray_text = true;
    }

    /// Ends a part of a file; tells whether there is nothing to be said about it.
    pub(super) fn finish_part(self) -> bool {
        let tally = self.tally;
        let counts = [
            self.unreadable.count,
            self.unreadable_times.count,
            self.wrong_types.count,
            self.unreadable_jobs.count,
            self.foreign.count,
            self.errors.count,
        ];
        if counts.iter().any(|count| *count > 0)
            || self.batch.notes.len() > self.first_note
            || self.http_status.is_some()
            || self.has_stray_text
            || tally.has_ours()
        {
            return false;
        }
        self.batch.parts.push(PartRead {
            file: self.file,
            tally,
            documents: self.documents,
            items: self.seen as u64,
        });
        true
    }

    /// Ends the file. `looks_like` is asked for what the file looks like where nothing of the API
    /// was in it.
    pub(super) fn finish(
        mut self,
        bytes: Option<u64>,
        of_decoding: &[NoteKind],
        looks_like: impl FnOnce() -> Looks,
    ) {
        self.claim_rows(self.first_row + self.seen.max(self.kept));
        let tally = self.tally;
        let (kind, looks_like) = match tally.kind() {
            Some(kind) => (kind, None),
            None if tally.has_ours() => (tally.kind_of_ours(), None),
            None if self.has_content() => ("unreadable-items", None),
            None => match self.errors.first.first() {
                Some((_, response)) => (
                    "error-response",
                    Some(NotOurs::ErrorResponse(response.clone())),
                ),
                None => {
                    let looks = looks_like();
                    (looks.kind(), Some(NotOurs::Looks(looks)))
                }
            },
        };
        self.samples_to_notes();
        match kind {
            "summary" => self.note(NoteKind::OwnSummary),
            "own-report" => self.note(NoteKind::OwnReport),
            _ => {}
        }
        let mut is_foreign = false;
        if let Some(NotOurs::Looks(looks)) = &looks_like {
            // A document that broke off may have been one of the API.
            is_foreign = self.batch.notes.len() == self.first_note
                && !looks.is_loss(self.text, Path::new(&self.path));
            if !is_foreign {
                let looks = looks.clone();
                self.note(match looks.like {
                    Like::Empty => NoteKind::EmptyFile {
                        bytes: bytes.unwrap_or_default(),
                    },
                    _ => NoteKind::SkippedFile(looks),
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
        self.batch.files.push(file);
    }

    fn samples_to_notes(&mut self) {
        let errors = std::mem::take(&mut self.errors);
        let more = errors.more();
        for (_, response) in errors.first {
            self.note(NoteKind::ErrorResponse(response));
        }
        if more > 0 {
            self.note(NoteKind::MoreErrorResponses(more));
        }
        let foreign = std::mem::take(&mut self.foreign);
        if foreign.count > 0 && self.has_content() {
            self.note(NoteKind::StrayValues(foreign));
        }
        let items = std::mem::take(&mut self.unreadable);
        if items.count > 0 {
            self.note(NoteKind::UnreadableItems(items));
        }
        let times = std::mem::take(&mut self.unreadable_times);
        if times.count > 0 {
            self.note(NoteKind::UnreadableTimes(times));
        }
        let fields = std::mem::take(&mut self.wrong_types);
        if fields.count > 0 {
            self.note(NoteKind::WrongTypes(fields));
        }
        let jobs = std::mem::take(&mut self.unreadable_jobs);
        if jobs.count > 0 {
            self.note(NoteKind::UnreadableJob(jobs));
        }
    }
}
