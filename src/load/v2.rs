//! v2 batches: joins batches, their results, jobs, data points and directory files, which lie in
//! any files in any order, to batch jobs with items.
//!
//! An item is a row of a batch's `results`. Its status comes from the newest document of its job;
//! jobs that no recorded results refer to belong to nobody here and are counted.

use std::collections::{BTreeMap, BTreeSet};

use super::accumulator::{FoundJob, ItemGroup, TotalSizes};
pub use super::dump::BatchFacts;
use super::note::{Note, NoteKind};
use crate::api::v2::{Batch, DataPoint, DirectoryFile, Document, FileJob, ResultRow};
use crate::api::{Api, ItemFields, JobRecord, UtcTime, status};
use crate::frame::ItemColumns;

/// The documents of v2 batches in reading order, each with the index of its file.
pub(super) type Documents = Vec<(u32, Document)>;

/// Batch jobs and items made from the documents.
#[derive(Default)]
pub(super) struct Joined {
    pub(super) columns: ItemColumns,
    pub(super) groups: Vec<ItemGroup>,
    pub(super) jobs: Vec<FoundJob>,
    /// Facts of each batch, by its id.
    pub(super) facts: BTreeMap<String, BatchFacts>,
}

/// The newest documents of a job.
#[derive(Default)]
struct JobDocuments<'d> {
    job: Option<&'d FileJob>,
    point: Option<&'d DataPoint>,
    /// Most failed pages that a document of the job tells; lists of jobs tell none.
    failed_pages: u32,
}

/// A document that tells when it was changed, and what it says.
trait Dated: Copy {
    fn updated_at(self) -> Option<UtcTime>;

    /// Tells if it will not change by itself any more.
    fn has_ended(self) -> bool;
}

impl Dated for &FileJob {
    fn updated_at(self) -> Option<UtcTime> {
        self.updated_at
    }

    fn has_ended(self) -> bool {
        self.status.as_deref().is_some_and(status::is_terminal)
    }
}

impl Dated for &DataPoint {
    fn updated_at(self) -> Option<UtcTime> {
        self.updated_at
    }

    fn has_ended(self) -> bool {
        self.status.as_deref().is_some_and(status::is_terminal)
    }
}

impl Dated for &DirectoryFile {
    fn updated_at(self) -> Option<UtcTime> {
        self.updated_at
    }

    fn has_ended(self) -> bool {
        false
    }
}

/// The newer of two documents of one thing, the second of which was read later: by `updated_at`; if one
/// has none, or both are as new, the one that has ended, then the later one.
fn newer<D: Dated>(before: Option<D>, later: D) -> D {
    let Some(before) = before else {
        return later;
    };
    let are_dated = before.updated_at().is_some() && later.updated_at().is_some();
    let age = |document: D| {
        let at = document.updated_at().filter(|_| are_dated);
        (at, document.has_ended())
    };
    match age(later) >= age(before) {
        true => later,
        false => before,
    }
}

/// The newest record of each directory file, by id.
type Names<'d> = BTreeMap<&'d str, &'d DirectoryFile>;

/// Joins all documents of a dump.
pub(super) fn join(documents: &Documents, notes: &mut Vec<Note>) -> Joined {
    let mut batches: BTreeMap<&str, NewestBatch<'_>> = BTreeMap::new();
    let mut jobs: BTreeMap<&str, JobDocuments<'_>> = BTreeMap::new();
    let mut names: Names<'_> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for (file, document) in documents {
        match document {
            Document::Batch(batch) => batches
                .entry(&batch.id)
                .or_default()
                .add(*file, batch, &mut order),
            Document::Job(job) => {
                let of = jobs.entry(&job.id).or_default();
                of.job = Some(newer(of.job, job));
                let details = job.details.as_deref();
                let failed_pages = details.map_or(0, |details| details.failed_pages);
                of.failed_pages = of.failed_pages.max(failed_pages);
            }
            Document::DataPoint(point) => {
                let of = jobs.entry(&point.id).or_default();
                of.point = Some(newer(of.point, point));
            }
            Document::File(file) => {
                if file.display_name.is_some() {
                    let before = names.get(&*file.id).copied();
                    names.insert(&file.id, newer(before, file));
                }
            }
        }
    }
    let mut joined = Joined::default();
    let mut referenced: BTreeSet<&str> = BTreeSet::new();
    for id in order {
        let batch = &batches[id];
        joined.add_batch(batch, &jobs, &names);
        referenced.extend(
            batch
                .results()
                .iter()
                .filter_map(|row| row.job_id.as_deref()),
        );
    }
    let has_results = joined.facts.values().any(|facts| facts.has_results);
    let mut note = |kind| notes.push(Note { path: None, kind });
    if has_results {
        let unreferenced = || jobs.iter().filter(|(id, _)| !referenced.contains(*id));
        let count = |has: fn(&JobDocuments<'_>) -> bool| {
            unreferenced()
                .filter(|(_, documents)| has(documents))
                .count() as u64
        };
        let (jobs, data_points) = (count(|of| of.job.is_some()), count(|of| of.point.is_some()));
        if jobs + data_points > 0 {
            note(NoteKind::UnreferencedJobs { jobs, data_points });
        }
    } else if !jobs.is_empty() {
        let file = documents.iter().find_map(|(file, document)| {
            matches!(document, Document::Job(_) | Document::DataPoint(_)).then_some(*file)
        });
        joined.add_untied(file.unwrap_or_default(), &jobs);
        note(NoteKind::UntiedJobs(jobs.len() as u64));
    }
    joined
}

/// The newest record of a batch, and the newest results, which another record may hold.
#[derive(Default)]
struct NewestBatch<'d> {
    record: Option<(u32, &'d Batch)>,
    results: Option<(u32, &'d Batch)>,
    records: Vec<(u32, &'d Batch)>,
}

impl<'d> NewestBatch<'d> {
    fn add(&mut self, file: u32, batch: &'d Batch, order: &mut Vec<&'d str>) {
        if self.record.is_none() {
            order.push(&batch.id);
        }
        self.records.push((file, batch));
        let is_newer = |than: Option<(u32, &Batch)>| {
            than.is_none_or(|(_, before)| batch.updated_at >= before.updated_at)
        };
        if is_newer(self.record) {
            self.record = Some((file, batch));
        }
        if batch.results.is_some() && is_newer(self.results) {
            self.results = Some((file, batch));
        }
    }

    fn results(&self) -> &'d [ResultRow] {
        let results = self.results.and_then(|(_, batch)| batch.results.as_deref());
        results.unwrap_or_default()
    }
}

impl Joined {
    fn add_batch(
        &mut self,
        batch: &NewestBatch<'_>,
        jobs: &BTreeMap<&str, JobDocuments<'_>>,
        names: &Names<'_>,
    ) {
        let Some((_, newest)) = batch.record else {
            return;
        };
        for (file, record) in &batch.records {
            self.jobs.push(FoundJob::new(*file, job_record(record)));
        }
        let mut facts = BatchFacts {
            configuration_id: newest.configuration_id.clone(),
            has_results: batch.results.is_some(),
            ..BatchFacts::default()
        };
        if let Some((file, told_by)) = batch.results {
            facts.unreadable_results = told_by.unreadable_results;
            let start = self.columns.len();
            for row in batch.results() {
                self.add_row(row, jobs, names, &mut facts);
            }
            self.groups.push(ItemGroup {
                rows: start..self.columns.len(),
                unreadable: told_by.unreadable_results,
                batch_job_id: Some(newest.id.clone()),
                total_size: Some(TotalSizes::of(
                    batch.results().len() as u64 + told_by.unreadable_results,
                )),
                loose: false,
                ..ItemGroup::loose(file)
            });
        }
        self.facts.insert(newest.id.clone(), facts);
    }

    fn add_row(
        &mut self,
        row: &ResultRow,
        jobs: &BTreeMap<&str, JobDocuments<'_>>,
        names: &Names<'_>,
        facts: &mut BatchFacts,
    ) {
        let none = JobDocuments::default();
        let of = row.job_id.as_deref().and_then(|id| jobs.get(id));
        let documents = of.unwrap_or(&none);
        let file = names.get(&*row.file_id);
        let name = file.and_then(|file| file.display_name.as_deref());
        let mut item = item_of(documents, &row.file_id, row.job_id.as_deref());
        item.item_name = name.or(item.item_name);
        match (&row.error_message, &row.job_id, of) {
            (Some(message), job, _) => {
                facts.never_started += u64::from(job.is_none());
                item.status = status::FAILED;
                item.error_message = Some(message);
            }
            (None, Some(id), None) => {
                facts.missing_jobs.push(id.clone());
                return;
            }
            (None, Some(_), Some(_)) => {}
            (None, None, _) => item.status = status::NOT_STARTED,
        }
        facts.timed_by_data_points += u64::from(documents.point.is_some());
        let failed_pages = item.failed_pages.unwrap_or_default();
        if item.status == status::COMPLETED && failed_pages > 0 {
            facts.partial_items += 1;
            facts.failed_pages += u64::from(failed_pages);
        }
        self.columns.push(&item);
    }

    /// Jobs that no batch is known of, as one group of items.
    fn add_untied(&mut self, file: u32, jobs: &BTreeMap<&str, JobDocuments<'_>>) {
        let start = self.columns.len();
        for (id, documents) in jobs {
            self.columns.push(&item_of(documents, id, Some(id)));
        }
        self.groups.push(ItemGroup {
            rows: start..self.columns.len(),
            loose: false,
            ..ItemGroup::loose(file)
        });
    }
}

/// An item as the documents of its job tell it.
fn item_of<'a>(
    documents: &JobDocuments<'a>,
    file_id: &'a str,
    job_id: Option<&'a str>,
) -> ItemFields<'a> {
    let (job, point) = (documents.job, documents.point);
    let of_job = job.and_then(|job| Some((item_status(job.status.as_deref()?), job.updated_at)));
    let of_point =
        point.and_then(|point| Some((item_status(point.status.as_deref()?), point.updated_at)));
    // The newer of the two; of two that are as new or of unknown age, the one that has ended.
    let newest = match (of_job, of_point) {
        (Some(job), Some(point)) => {
            let are_dated = job.1.is_some() && point.1.is_some();
            let age = |(word, at): (&str, Option<UtcTime>)| {
                (at.filter(|_| are_dated), status::is_terminal(word))
            };
            Some(if age(point) > age(job) { point } else { job })
        }
        (job, point) => job.or(point),
    };
    let (word, updated_at) = newest.unwrap_or((status::PENDING, None));
    let details = job.and_then(|job| job.details.as_deref());
    let message = details.and_then(|job| job.error_message.as_deref());
    ItemFields {
        item_id: file_id,
        item_name: details.and_then(|job| job.name.as_deref()),
        status: word,
        started_at: point.and_then(|point| point.running_at),
        completed_at: point.and_then(|point| point.ended_at),
        effective_at: updated_at,
        error_message: message.or_else(|| point.and_then(|point| point.error_message.as_deref())),
        processing_job_id: job_id,
        pending_at: point.and_then(|point| point.pending_at),
        credits: details.and_then(|job| job.credits),
        failed_pages: Some(documents.failed_pages).filter(|pages| *pages > 0),
        ..ItemFields::default()
    }
}

/// The status word of an item whose job has this one.
fn item_status(word: &str) -> &str {
    match word {
        "running" => status::PROCESSING,
        word => word,
    }
}

fn job_record(batch: &Batch) -> JobRecord {
    let text = |text: &Option<String>| text.as_deref().map(Box::from);
    JobRecord {
        api: Api::V2,
        id: batch.id.clone(),
        job_type: text(&batch.job_type),
        project_id: text(&batch.project_id),
        status: text(&batch.status),
        created_at: batch.created_at,
        directory_id: text(&batch.source_directory_id),
        updated_at: batch.updated_at,
        ..JobRecord::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(status: &str, updated_at: Option<i64>) -> FileJob {
        FileJob {
            id: "pjb-1".into(),
            status: Some(status.into()),
            updated_at: updated_at.and_then(UtcTime::from_micros),
            details: None,
        }
    }

    #[test]
    fn the_newest_document_counts_and_of_undated_ones_the_one_that_has_ended() {
        for (first, second, newest) in [
            (job("running", Some(2)), job("failed", Some(1)), 0),
            (job("failed", Some(1)), job("running", Some(2)), 1),
            (job("failed", None), job("running", None), 0),
            (job("failed", None), job("running", Some(9)), 0),
            (job("running", Some(9)), job("failed", None), 1),
            (job("failed", None), job("completed", None), 1),
            (job("failed", Some(1)), job("running", Some(1)), 0),
        ] {
            let expected = [&first, &second][newest];
            let found = newer(Some(&first), &second);
            assert!(std::ptr::eq(found, expected), "{first:?} {second:?}");
        }
    }
}
