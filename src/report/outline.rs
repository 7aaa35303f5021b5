//! Outlines of jobs: the few facts of each job that sentences about all jobs rest on. A report keeps the worst
//! jobs only, and an outline of every job.

use std::borrow::Cow;

use super::model::{ExpectedEnd, JobFacts, JobReport};
use crate::api::status::{CANCELLED, PENDING, PROCESSING};
use crate::api::{Api, JobRecord};
use crate::load::Job;

/// Facts of one of several jobs, borrowed.
#[derive(Debug, Clone)]
pub(crate) struct Outline<'a> {
    /// `label` of the job.
    pub(crate) label: Cow<'a, str>,
    /// Generation of the API.
    pub(crate) api: Api,
    /// Its status record; absent if there is none.
    pub(crate) record: Option<RecordOutline<'a>>,
    /// Failed items.
    pub(crate) failed: u64,
    /// Completed and failed items.
    pub(crate) ended: u64,
    /// Open items.
    pub(crate) open: u64,
    /// Items that may have begun and have neither completed nor failed.
    pub(crate) begun: u64,
    /// True if its list is filtered by status.
    pub(crate) is_filtered: bool,
    /// Expected end of a job that runs.
    pub(crate) expected_end: Option<Box<ExpectedEnd>>,
}

/// Status record of a job: as it was read, or as a report holds it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RecordOutline<'a> {
    Read(&'a JobRecord),
    Held(&'a JobFacts),
}

impl<'a> RecordOutline<'a> {
    /// Status word.
    pub(crate) fn status(self) -> Option<&'a str> {
        match self {
            Self::Read(record) => record.status.as_deref(),
            Self::Held(facts) => facts.status.as_deref(),
        }
    }

    /// Error of the job itself.
    pub(crate) fn error_message(self) -> Option<&'a str> {
        match self {
            Self::Read(record) => record.error_message.as_deref(),
            Self::Held(facts) => facts.error_message.as_deref(),
        }
    }

    /// Number of items that it states.
    pub(crate) fn total_items(self) -> Option<u64> {
        match self {
            Self::Read(record) => record.total_items,
            Self::Held(facts) => facts.total_items,
        }
    }

    /// Number of failed items that it states.
    pub(crate) fn failed_items(self) -> Option<u64> {
        match self {
            Self::Read(record) => record.failed_items,
            Self::Held(facts) => facts.failed_items,
        }
    }

    /// Number of skipped items that it states.
    pub(crate) fn skipped_items(self) -> Option<u64> {
        match self {
            Self::Read(record) => record.skipped_items,
            Self::Held(facts) => facts.skipped_items,
        }
    }
}

impl<'a> Outline<'a> {
    /// Returns the outline of the report of a job.
    pub(crate) fn of(report: &'a JobReport) -> Self {
        let record = report.job.as_ref().map(RecordOutline::Held);
        Self::with(Cow::Borrowed(&report.label), record, report)
    }

    /// Returns the outline of a job that borrows nothing from its report.
    pub(super) fn of_job(job: &'a Job, report: &JobReport) -> Self {
        let record = job.record.as_deref().map(RecordOutline::Read);
        let label = match report.label == job.label {
            true => Cow::Borrowed(&*job.label),
            false => Cow::Owned(report.label.clone()),
        };
        Self::with(label, record, report)
    }

    fn with(label: Cow<'a, str>, record: Option<RecordOutline<'a>>, report: &JobReport) -> Self {
        let counts = &report.sections.counts;
        let rate = &report.sections.rates.failure;
        let count = |words: [&str; 2]| {
            let counts = words.map(|word| counts.by_status.get(word).copied());
            counts.into_iter().flatten().sum()
        };
        Self {
            label,
            api: report.api,
            record,
            failed: rate.numerator,
            ended: rate.denominator,
            open: count([PENDING, PROCESSING]),
            begun: count([PROCESSING, CANCELLED]),
            is_filtered: counts.status_filter.is_some(),
            expected_end: report.sections.expected_end.clone().map(Box::new),
        }
    }

    /// Status word of its record.
    pub(crate) fn status(&self) -> Option<&'a str> {
        self.record?.status()
    }
}
