//! Documents other than rows of items: jobs, documents of v2, and how many of each kind there are.

use super::Sink;
use crate::api::{JobRecord, WrongType, v2};
use crate::load::accumulator::FoundJob;
use crate::load::note::Fault;
use crate::load::tally::Shape;
use crate::text::mask;

impl Sink<'_, '_> {
    /// Counts documents that were recognised.
    pub(in crate::load) fn documents(&mut self, count: u64) {
        self.documents += count;
    }

    /// Counts a document of that shape.
    pub(in crate::load) fn count(&mut self, shape: Shape) {
        self.tally.count(shape);
    }

    /// Takes an empty array that is a document by itself. Beside other text it is no empty list.
    pub(in crate::load) fn empty_array(&mut self) {
        self.empty_arrays += 1;
    }

    /// Number of records of jobs so far.
    pub(in crate::load) fn jobs(&self) -> u64 {
        self.jobs
    }

    /// Number of documents of v2 so far.
    pub(in crate::load) fn v2_documents(&self) -> u64 {
        (self.accumulator.v2.len() - self.first_v2) as u64
    }

    /// Takes a record of a job, which begins at `at`, with the fields that could not be read.
    pub(in crate::load) fn job(
        &mut self,
        job: Result<JobRecord, WrongType>,
        wrong: Vec<WrongType>,
        at: Option<usize>,
    ) {
        for wrong in wrong {
            self.unreadable_job(Fault::Field(wrong), at);
        }
        match job {
            Ok(mut record) => {
                self.jobs += 1;
                record.error_message = record.error_message.map(|text| mask(&text).into());
                let found = FoundJob::new(self.file, record);
                let before = self.accumulator.jobs[self.first_job..].last_mut();
                match before.filter(|before| before.record.id == found.record.id) {
                    Some(before) => before.add(found),
                    None => self.accumulator.jobs.push(found),
                }
            }
            Err(wrong) => self.unreadable_job(Fault::Job(wrong), at),
        }
    }

    /// Takes a document of v2. All of them are joined once every file has been read.
    pub(in crate::load) fn v2(&mut self, document: v2::Document) {
        self.accumulator.v2.push((self.file, document));
    }

    /// Sets the status of the HTTP response whose body comes next.
    pub(in crate::load) fn http_status(&mut self, status: Option<u16>) {
        self.http_status = status;
    }

    /// The status of the HTTP response that is being read.
    pub(in crate::load) fn current_http_status(&self) -> Option<u16> {
        self.http_status
    }
}
