//! The report of one job: the facts of its record, the counts of its items, and its figures put together.

use super::limits::{message, name};
use super::model::{
    Api, ItemCounts, JobFacts, JobReport, LeftOut, OpenItem, Sections, TotalSource,
};
use crate::api::{JobRecord, UtcTime, status};
use crate::load::Job;
use crate::metrics::{self, Completeness, JobRun, Metrics, Shape, Timeline};

/// Run of a job as its record states it; a job that runs is known up to the instant of its record.
pub(super) fn run(record: &JobRecord) -> JobRun {
    let ended_at = record.ended_at();
    let end = ended_at.or(record.effective_at).or(record.updated_at);
    JobRun {
        start: record.started_at.map(UtcTime::micros),
        end: end.map(UtcTime::micros),
        has_ended: ended_at.is_some(),
    }
}

/// Tells if the record of a job says that it is still to end.
pub(super) fn is_running(job: &Job) -> bool {
    let record = job.record.as_ref();
    record.is_some_and(|record| status::is_open_job(record.status.as_deref()))
}

pub(super) fn job_report(job: &Job, label: &str, sections: Sections) -> JobReport {
    let mut facts = job.record.as_deref().map(facts);
    if let (Some(facts), Some(batch)) = (&mut facts, &job.batch) {
        facts.configuration_id = batch.configuration_id.as_deref().map(name);
    }
    JobReport {
        batch_job_id: job.id.as_deref().map(name),
        label: label.to_owned(),
        api: job.api,
        verdict: String::new(),
        job: facts,
        sections,
    }
}

fn facts(record: &JobRecord) -> JobFacts {
    let some = |text: &Option<Box<str>>| text.as_deref().map(name);
    let wall_seconds = record
        .started_at
        .zip(record.ended_at())
        .map(|(start, end)| end.seconds_since(start))
        .filter(|seconds| *seconds >= 0.0);
    JobFacts {
        id: name(&record.id),
        job_type: some(&record.job_type),
        project_id: some(&record.project_id),
        status: some(&record.status),
        total_items: record.total_items,
        completed_at: record.completed_at,
        created_at: record.created_at,
        directory_id: some(&record.directory_id),
        effective_at: record.effective_at,
        error_message: record.error_message.as_deref().map(message),
        failed_items: record.failed_items,
        job_record_id: some(&record.job_record_id),
        processed_items: record.processed_items,
        skipped_items: record.skipped_items,
        started_at: record.started_at,
        updated_at: record.updated_at,
        workflow_id: some(&record.workflow_id),
        configuration_id: None,
        span_seconds: record
            .created_at
            .zip(record.updated_at)
            .filter(|_| record.api == Api::V2)
            .map(|(created, updated)| updated.seconds_since(created))
            .filter(|seconds| *seconds >= 0.0),
        wall_seconds,
        progress_percentage: record.progress_percentage,
    }
}

pub(super) fn counts_of(job: &Job, metrics: &Metrics) -> ItemCounts {
    let job_total = job.record.as_ref().and_then(|record| record.total_items);
    let batch = job.batch.as_ref();
    let mut completeness = Completeness::of(metrics.distinct, job_total, job.total_size);
    if batch.is_some() && completeness.source.is_some() {
        completeness.source = Some(TotalSource::Results);
    }
    // A list that holds the whole job is whole, whatever it was asked for. A job that states none has not
    // counted its items yet.
    let in_part = job.known_filter.as_ref().is_some_and(|known| known.in_part);
    let whole_total = job_total.or(job.total_size.filter(|_| in_part));
    let whole = whole_total.is_some_and(|total| total > 0 && metrics.distinct >= total);
    let known = job.known_filter.as_ref().map(|known| {
        let statuses: Vec<&str> = known.statuses.iter().map(String::as_str).collect();
        statuses.join(", ")
    });
    let status_filter = known
        .or_else(|| filter_that_can_be_seen(job, metrics, job_total))
        .filter(|_| !whole);
    ItemCounts {
        listed: job.has_list,
        recorded: job.recorded.rows,
        distinct: metrics.distinct,
        duplicates: job.recorded.rows - metrics.distinct,
        conflicting_duplicates: job.recorded.conflicting,
        unreadable: job.unreadable,
        filtered_jobs: u64::from(status_filter.is_some()),
        filtered_in_part: in_part && status_filter.is_some(),
        status_filter: status_filter.map(|filter| name(&filter)),
        stated_total: completeness.stated_total,
        stated_total_source: completeness.source,
        missing: completeness.missing,
        complete: completeness.complete,
        never_started: batch.map_or(0, |batch| batch.never_started),
        partial_items: batch.map_or(0, |batch| batch.partial_items),
        failed_pages: batch.map_or(0, |batch| batch.failed_pages),
        by_status: metrics.by_status.clone(),
    }
}

/// A list of which every record has one status, and which is smaller than the job, looks filtered by it;
/// unless the list itself
/// states that it is as long as the job, which makes it the begin of a whole one.
fn filter_that_can_be_seen(job: &Job, metrics: &Metrics, job_total: Option<u64>) -> Option<String> {
    let (status, count) = metrics.by_status.iter().find(|(_, count)| **count > 0)?;
    let alone = *count == metrics.distinct && !job.recorded.status_changed;
    let smaller = job_total.is_some_and(|total| total > metrics.distinct);
    let says_whole = job.total_size.is_some_and(|size| Some(size) >= job_total);
    (alone && smaller && !says_whole).then(|| status.clone())
}

/// Puts the figures together. The intervals of the timeline are taken out of the shape: no finding asks for
/// them, and those of 1,000 jobs take 5 MB.
pub(super) fn sections(
    counts: ItemCounts,
    metrics: Metrics,
    shape: &mut Shape,
    open: Vec<OpenItem>,
) -> Sections {
    /// Groups whose failures are told by interval.
    const TIMED_GROUPS: usize = 20;
    let mut error_groups = metrics.error_groups;
    let line = shape.timeline.as_ref();
    let is_whole = line.and_then(|line| line.intervals.first()?.concurrency);
    for (group, details) in error_groups
        .iter_mut()
        .zip(&shape.groups)
        .take(TIMED_GROUPS)
    {
        group.undated = details.undated;
        if let (Some(line), Some(_)) = (line, is_whole) {
            group.per_interval = line.count(&details.at);
            group.undated = group.count - group.per_interval.iter().sum::<u64>();
        }
    }
    let timeline = shape.timeline.as_mut().map(|line| Timeline {
        intervals: std::mem::take(&mut line.intervals),
        ..line.clone()
    });
    Sections {
        failure_bounds: metrics::failure_bounds(&metrics.rates.failure, counts.missing)
            .filter(|_| counts.filtered_jobs == 0),
        rates_of_jobs: None,
        reruns: None,
        so_far: false,
        durations_with_open: None,
        expected_end: None,
        counts,
        rates: metrics.rates,
        durations: metrics.durations,
        queue: None,
        credits: None,
        throughput: metrics.throughput,
        skip_reasons: metrics.skip_reasons,
        error_groups,
        slowest: metrics.slowest,
        open,
        breakdowns: std::mem::take(&mut shape.insight.names.breakdowns),
        findings: Vec::new(),
        timeline: timeline.map(Box::new),
        histogram: shape.histogram.clone().map(Box::new),
        left_out: LeftOut {
            error_groups: metrics.error_groups_left_out,
            ..LeftOut::default()
        },
    }
}
