//! From a dump to a report: computes the metrics of each job and of all, and puts them into words.

use std::ops::Range;
use std::sync::OnceLock;

use super::charts::{Detail, FULL_JOBS, charts};
use super::model::{
    Api, Generator, Input, ItemCounts, JobFacts, JobReport, Note, OpenItem, Report, SCHEMA_VERSION,
    Sections,
};
use super::table::{self, Longest};
use super::verdict::verdict;
use super::{ReportOptions, findings, items, notes};
use crate::api::{JobRecord, UtcTime};
use crate::load::{Dump, Job};
use crate::metrics::{self, Completeness, Drawn, Failures, JobRows, JobRun, Limits, Metrics};
use crate::parallel::{self, MANY_ROWS};
use crate::say::code::Code;
use crate::say::loading;
use crate::words::{clip, counted};

/// The longest message or pattern a report holds, in characters; a dump may hold 10 MB of one.
pub(super) const MAX_MESSAGE: usize = 2_000;
/// The longest name, id, label, reason or status word.
pub(super) const MAX_NAME: usize = 500;

/// Makes the report of a dump.
pub fn build(dump: &Dump, options: &ReportOptions, generated_at: UtcTime) -> Report {
    let labels: Vec<String> = dump
        .jobs
        .iter()
        .map(|job| clipped(&job.label, MAX_NAME))
        .collect();
    let failures = Failures::of(&dump.items, &options.named_groups);
    let limits = Limits {
        slowest: options.slowest,
        examples: options.examples,
    };
    let compute = |jobs: &[JobRows], drawn: Drawn| {
        metrics::compute(&dump.items, jobs, &failures, &labels, limits, drawn)
    };
    let runs: Vec<JobRows> = (dump.jobs.iter().zip(&dump.rows))
        .map(|(job, rows)| JobRows {
            rows: rows.clone(),
            run: job.record.as_ref().map(run).unwrap_or_default(),
        })
        .collect();
    let newest = OnceLock::new();
    let open = |rows: &Range<usize>| {
        let newest = || *newest.get_or_init(|| newest_instant(dump));
        metrics::open::open(&dump.items, rows, &labels, newest)
    };
    let (detail, drawn) = if dump.jobs.len() > FULL_JOBS {
        (Detail::Row, Drawn::Small)
    } else {
        (Detail::Job, Drawn::Whole)
    };
    let of_job = |index: usize| {
        let (job, rows) = (&dump.jobs[index], &dump.rows[index]);
        let (metrics, shape) = compute(&runs[index..=index], drawn);
        let mut sections = sections_of(job, metrics);
        sections.open = clip_open(open(rows));
        sections.charts = Some(charts(&sections, &shape, detail));
        let mut report = job_report(job, &labels[index], sections);
        let facts = report.job.as_ref();
        report.sections.findings = findings::of_job(&report.sections, facts, &shape);
        let notes = notes::of_job(job, &report);
        (report, notes)
    };
    let of_all = || {
        (dump.jobs.len() != 1).then(|| {
            let rows = 0..dump.items.len();
            (compute(&runs, Drawn::Whole), open(&rows))
        })
    };
    let longest = Longest {
        message: MAX_MESSAGE,
        name: MAX_NAME,
    };
    let recorded: u64 = dump.jobs.iter().map(|job| job.recorded.rows).sum();
    let table_rows = options.table_items.limit(recorded as usize);
    let item_rows = || items::rows(dump, &failures, &labels, options.items, options.slowest);
    let table = || table::table(dump, &failures, &labels, table_rows, longest);
    let much = dump.items.len() > MANY_ROWS;
    // Packing the table takes as long as everything else together.
    let ((jobs, of_all), (item_table, (items, item_rows))) = parallel::both(
        much,
        || {
            parallel::both(
                much,
                || parallel::each(much, dump.jobs.len(), of_job),
                of_all,
            )
        },
        || parallel::both(much, table, item_rows),
    );
    let (jobs, job_notes): (Vec<JobReport>, Vec<Vec<Note>>) = jobs.into_iter().unzip();
    let overall = match (of_all, &jobs[..]) {
        (Some(((metrics, shape), open)), _) => {
            let mut sections = overall(dump, &jobs, metrics);
            sections.open = clip_open(open);
            sections.charts = Some(charts(&sections, &shape, Detail::Overall));
            sections.findings = findings::of_jobs(&sections, &jobs, &shape);
            sections
        }
        // One job is the whole.
        (None, jobs) => jobs[0].sections.clone(),
    };
    let verdict = match &jobs[..] {
        [only] => only.verdict.clone(),
        many => verdict(&overall, many.iter().map(|job| job.job.as_ref())),
    };
    let mut notes: Vec<Note> = notes::of_loading(dump)
        .chain(job_notes.into_iter().flatten())
        .collect();
    // Worst first; what is said about files before what is said about jobs, each in its order.
    notes.sort_by_key(|note| note.severity);
    Report {
        schema_version: SCHEMA_VERSION,
        generator: Generator {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        generated_at,
        title: options.title.clone().unwrap_or_else(|| title(&labels)),
        verdict,
        jobs,
        overall,
        items,
        item_rows,
        item_table,
        inputs: inputs(dump),
        notes,
    }
}

/// Run of a job as its record states it; a job that runs is known up to the instant of its record.
fn run(record: &JobRecord) -> JobRun {
    let ended_at = record.ended_at();
    let end = ended_at.or(record.effective_at).or(record.updated_at);
    JobRun {
        start: record.started_at.map(UtcTime::micros),
        end: end.map(UtcTime::micros),
        has_ended: ended_at.is_some(),
    }
}

/// Returns the newest instant in the dump, of items and of jobs.
fn newest_instant(dump: &Dump) -> Option<i64> {
    let of_jobs = dump.jobs.iter().filter_map(|job| job.record.as_ref());
    let of_jobs = of_jobs.flat_map(|record| {
        [
            record.created_at,
            record.started_at,
            record.completed_at,
            record.effective_at,
            record.updated_at,
        ]
    });
    let of_jobs = of_jobs.flatten().map(UtcTime::micros);
    let plausible = of_jobs.filter(|at| metrics::times::PLAUSIBLE_MICROS.contains(at));
    plausible
        .max()
        .max(metrics::open::newest_instant(&dump.items))
}

fn title(labels: &[String]) -> String {
    match labels {
        [only] => format!("Batch job {only}"),
        many => counted(many.len() as u64, "batch job", "batch jobs"),
    }
}

fn job_report(job: &Job, label: &str, sections: Sections) -> JobReport {
    let facts = job.record.as_ref().map(facts);
    let sentence = verdict(&sections, [facts.as_ref()].into_iter());
    JobReport {
        batch_job_id: job.id.as_deref().map(|id| clipped(id, MAX_NAME)),
        label: label.to_owned(),
        api: Api::V1,
        verdict: capitalised(sentence),
        job: facts,
        sections,
    }
}

/// A sentence may begin with a clause that stands behind a colon elsewhere.
fn capitalised(sentence: String) -> String {
    let mut chars = sentence.chars();
    match chars.next() {
        Some(first) if first.is_ascii_lowercase() => {
            format!("{}{}", first.to_ascii_uppercase(), chars.as_str())
        }
        _ => sentence,
    }
}

fn facts(record: &JobRecord) -> JobFacts {
    let name = |text: &Option<String>| text.as_deref().map(|text| clipped(text, MAX_NAME));
    let wall_seconds = record
        .started_at
        .zip(record.ended_at())
        .map(|(start, end)| end.seconds_since(start))
        .filter(|seconds| *seconds >= 0.0);
    JobFacts {
        id: clipped(&record.id, MAX_NAME),
        job_type: name(&record.job_type),
        project_id: name(&record.project_id),
        status: name(&record.status),
        total_items: record.total_items,
        completed_at: record.completed_at,
        created_at: record.created_at,
        directory_id: name(&record.directory_id),
        effective_at: record.effective_at,
        error_message: record
            .error_message
            .as_deref()
            .map(|text| clipped(text, MAX_MESSAGE)),
        failed_items: record.failed_items,
        job_record_id: name(&record.job_record_id),
        processed_items: record.processed_items,
        skipped_items: record.skipped_items,
        started_at: record.started_at,
        updated_at: record.updated_at,
        workflow_id: name(&record.workflow_id),
        wall_seconds,
        progress_percentage: record.progress_percentage,
    }
}

fn sections_of(job: &Job, metrics: Metrics) -> Sections {
    let job_total = job.record.as_ref().and_then(|record| record.total_items);
    let completeness = Completeness::of(metrics.distinct, job_total, job.total_size);
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
        .or_else(|| filter_that_can_be_seen(job, &metrics, job_total))
        .filter(|_| !whole);
    let items = ItemCounts {
        listed: job.has_list,
        recorded: job.recorded.rows,
        distinct: metrics.distinct,
        duplicates: job.recorded.rows - metrics.distinct,
        conflicting_duplicates: job.recorded.conflicting,
        unreadable: job.unreadable,
        filtered_jobs: u64::from(status_filter.is_some()),
        filtered_in_part: in_part && status_filter.is_some(),
        status_filter: status_filter.map(|filter| clipped(&filter, MAX_NAME)),
        stated_total: completeness.stated_total,
        stated_total_source: completeness.source,
        missing: completeness.missing,
        complete: completeness.complete,
        by_status: metrics.by_status.clone(),
    };
    sections(items, metrics)
}

/// A list of one status that is smaller than the job looks filtered by it; unless the list itself
/// states that it is as long as the job, which makes it the begin of a whole one.
fn filter_that_can_be_seen(job: &Job, metrics: &Metrics, job_total: Option<u64>) -> Option<String> {
    let (status, count) = metrics.by_status.iter().find(|(_, count)| **count > 0)?;
    let alone = *count == metrics.distinct;
    let smaller = job_total.is_some_and(|total| total > metrics.distinct);
    let says_whole = job.total_size.is_some_and(|size| Some(size) >= job_total);
    (alone && smaller && !says_whole).then(|| status.clone())
}

fn overall(dump: &Dump, jobs: &[JobReport], metrics: Metrics) -> Sections {
    let items = || jobs.iter().map(|job| &job.sections.counts);
    let completeness = Completeness::over(items().map(|items| Completeness {
        stated_total: items.stated_total,
        source: items.stated_total_source,
        missing: items.missing,
        complete: items.complete,
    }));
    let first_filter = items().next().and_then(|items| items.status_filter.clone());
    let recorded = items().map(|items| items.recorded).sum::<u64>();
    let items = ItemCounts {
        listed: dump.jobs.iter().any(|job| job.has_list),
        recorded,
        distinct: metrics.distinct,
        duplicates: recorded - metrics.distinct,
        conflicting_duplicates: items().map(|items| items.conflicting_duplicates).sum(),
        unreadable: dump.jobs.iter().map(|job| job.unreadable).sum(),
        filtered_jobs: items().map(|items| items.filtered_jobs).sum(),
        filtered_in_part: items().any(|items| items.filtered_in_part),
        status_filter: first_filter
            .filter(|filter| items().all(|items| items.status_filter.as_ref() == Some(filter))),
        stated_total: completeness.stated_total,
        stated_total_source: completeness.source,
        missing: completeness.missing,
        complete: completeness.complete,
        by_status: metrics.by_status.clone(),
    };
    sections(items, metrics)
}

/// Puts the figures together, and cuts what no page can hold.
fn sections(mut counts: ItemCounts, metrics: Metrics) -> Sections {
    if counts.by_status.keys().any(|word| word.len() > MAX_NAME) {
        let mut by_status = indexmap::IndexMap::new();
        for (word, count) in counts.by_status {
            *by_status.entry(clipped(&word, MAX_NAME)).or_default() += count;
        }
        counts.by_status = by_status;
    }
    let mut sections = Sections {
        counts,
        rates: metrics.rates,
        durations: metrics.durations,
        queue: None,
        throughput: metrics.throughput,
        skip_reasons: metrics.skip_reasons,
        error_groups: metrics.error_groups,
        slowest: metrics.slowest,
        open: Vec::new(),
        findings: Vec::new(),
        charts: None,
    };
    for reason in &mut sections.skip_reasons {
        clip_some(&mut reason.reason, MAX_NAME);
    }
    for group in &mut sections.error_groups {
        clip_some(&mut group.pattern, MAX_MESSAGE);
        clip_some(&mut group.regex, MAX_MESSAGE);
        for example in &mut group.examples {
            clip(&mut example.item_id, MAX_NAME);
            clip_some(&mut example.item_name, MAX_NAME);
            clip_some(&mut example.error_message, MAX_MESSAGE);
        }
    }
    for item in &mut sections.slowest {
        clip(&mut item.item_id, MAX_NAME);
        clip_some(&mut item.item_name, MAX_NAME);
        clip(&mut item.status, MAX_NAME);
    }
    sections
}

fn clip_open(mut open: Vec<OpenItem>) -> Vec<OpenItem> {
    for item in &mut open {
        clip(&mut item.item_id, MAX_NAME);
        clip_some(&mut item.item_name, MAX_NAME);
        clip(&mut item.status, MAX_NAME);
    }
    open
}

fn inputs(dump: &Dump) -> Vec<Input> {
    dump.inputs
        .iter()
        .map(|file| Input {
            path: file.path.clone(),
            bytes: file.bytes,
            kind: file.kind.to_owned(),
            documents: file.documents,
            items: file.items,
            looks_like: file.looks_like.as_ref().map(loading::not_ours),
        })
        .collect()
}

pub(super) fn clipped(text: &str, max: usize) -> String {
    let mut text = text.to_owned();
    clip(&mut text, max);
    text
}

fn clip_some(text: &mut Option<String>, max: usize) {
    if let Some(text) = text {
        clip(text, max);
    }
}

impl Report {
    /// Whether everything that was found was read whole, and nothing stated is missing.
    pub fn is_whole(&self) -> bool {
        !self.notes.iter().any(|note| note.loss)
    }

    /// Adds what is to be said about the files that were given together with the saved summary at `path`,
    /// none of which holds a job or items. What this program wrote itself is left alone.
    pub fn given_beside(&mut self, dump: &Dump, path: &str) {
        let said: Vec<Note> = notes::of_loading(dump)
            .filter(|note| {
                note.path.as_deref() != Some(path) && note.code != Code::OwnReport.name()
            })
            .collect();
        let is_said = |input: &Input| {
            said.iter()
                .any(|note| note.path.as_ref() == Some(&input.path))
        };
        self.inputs.extend(inputs(dump).into_iter().filter(is_said));
        self.notes.extend(said);
        self.notes.sort_by_key(|note| note.severity);
    }

    /// Whether a list is shorter than is asked for, and not because there is no more to list: of the slowest
    /// items, and of examples.
    pub fn lists_fewer_than(
        &self,
        slowest: Option<usize>,
        examples: Option<usize>,
    ) -> (bool, bool) {
        let fewer = |asked: Option<usize>, held: usize, there: u64| {
            asked.is_some_and(|asked| held < asked && (held as u64) < there)
        };
        let jobs = self.jobs.iter().map(|job| &job.sections);
        let all = jobs.chain([&self.overall]);
        let groups = |part: &Sections| {
            let mut groups = part.error_groups.iter();
            groups.any(|group| fewer(examples, group.examples.len(), group.count))
        };
        all.fold((false, false), |(items, of_groups), part| {
            let timed = part.throughput.timed_items;
            (
                items || fewer(slowest, part.slowest.len(), timed),
                of_groups || groups(part),
            )
        })
    }

    /// Cuts the lists of the slowest items and of examples, where they are longer than asked for.
    pub fn shorten(&mut self, slowest: Option<usize>, examples: Option<usize>) {
        let jobs = self.jobs.iter_mut().map(|job| &mut job.sections);
        for sections in jobs.chain([&mut self.overall]) {
            sections.slowest.truncate(slowest.unwrap_or(usize::MAX));
            for group in &mut sections.error_groups {
                group.examples.truncate(examples.unwrap_or(usize::MAX));
            }
        }
    }
}
