//! v2 batches: joins batches, their results, jobs, data points and directory files, which lie in
//! any files in any order, to batch jobs with items.
//!
//! An item is a row of a batch's `results`. Its status comes from the newest document of its job;
//! jobs that no recorded results refer to belong to nobody here and are counted.

use std::collections::{BTreeMap, BTreeSet};

use super::accumulator::{FoundJob, ItemGroup, TotalSizes};
pub use super::dump::BatchFacts;
use super::note::{Note, NoteKind};
use crate::api::v2::{Batch, DataPoint, Document, FileJob, ResultRow};
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
}

/// Joins all documents of a dump.
pub(super) fn join(documents: &Documents, notes: &mut Vec<Note>) -> Joined {
    let mut batches: BTreeMap<&str, NewestBatch<'_>> = BTreeMap::new();
    let mut jobs: BTreeMap<&str, JobDocuments<'_>> = BTreeMap::new();
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for (file, document) in documents {
        match document {
            Document::Batch(batch) => batches
                .entry(&batch.id)
                .or_default()
                .add(*file, batch, &mut order),
            Document::Job(job) => {
                let newest = &mut jobs.entry(&job.id).or_default().job;
                if newest.is_none_or(|before| job.updated_at >= before.updated_at) {
                    *newest = Some(job);
                }
            }
            Document::DataPoint(point) => {
                let newest = &mut jobs.entry(&point.id).or_default().point;
                if newest.is_none_or(|before| point.updated_at >= before.updated_at) {
                    *newest = Some(point);
                }
            }
            Document::File(file) => {
                if let Some(name) = &file.display_name {
                    names.insert(&file.id, name);
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
        names: &BTreeMap<&str, &str>,
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
        names: &BTreeMap<&str, &str>,
        facts: &mut BatchFacts,
    ) {
        let none = JobDocuments::default();
        let of = row.job_id.as_deref().and_then(|id| jobs.get(id));
        let documents = of.unwrap_or(&none);
        let name = names.get(&*row.file_id).copied();
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
    // The newer of the two; of two that are as new, the one that has ended.
    let newest = match (of_job, of_point) {
        (Some(job), Some(point)) => {
            let age = |(word, at): (&str, Option<UtcTime>)| (at, status::is_terminal(word));
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
        failed_pages: details
            .map(|job| job.failed_pages)
            .filter(|pages| *pages > 0),
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
    JobRecord {
        api: Api::V2,
        id: batch.id.clone(),
        job_type: batch.job_type.clone(),
        project_id: batch.project_id.clone(),
        status: batch.status.clone(),
        created_at: batch.created_at,
        directory_id: batch.source_directory_id.clone(),
        updated_at: batch.updated_at,
        ..JobRecord::default()
    }
}
