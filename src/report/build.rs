//! From a dump to a report: computes the figures of each job and of all.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::OnceLock;

use super::limits::{self, FULL_JOBS, MOST_JOBS, MOST_TIMELINES, message, name};
use super::model::{
    Api, Generator, Input, ItemCounts, JobFacts, JobReport, LeftOut, OpenItem, Report,
    SCHEMA_VERSION, Sections, TotalSource,
};
use super::{ReportOptions, items};
use crate::api::{JobRecord, UtcTime, status};
use crate::load::{Dump, Job};
use crate::metrics::insight::breakdown::{self, ByName};
use crate::metrics::insight::dimensions::Dimensions;
use crate::metrics::{
    self, Completeness, Drawn, DurationsWithOpen, ExpectedEnd, Failures, JobRows, JobRun, Limits,
    Metrics, RatesOfJobs, Replaced, Shape, Spans, Timeline,
};
use crate::parallel::{self, MANY_ROWS};
use crate::text::mask_name;

/// A report without words, and what they are made from.
pub struct Built {
    /// The report. Its jobs are those of the dump, in the same order.
    pub report: Report,
    /// Shape of each job; absent if no item of it ended.
    pub shapes: Vec<Option<Box<Shape>>>,
    /// Shape of all jobs; absent if there is one.
    pub overall_shape: Option<Box<Shape>>,
}

/// Makes the report of a dump, without words.
pub fn build(dump: &Dump, options: &ReportOptions, generated_at: UtcTime) -> Built {
    let labels: Vec<String> = dump.jobs.iter().map(|job| name(&job.label)).collect();
    let much = dump.items.len() > MANY_ROWS;
    let (failures, dimensions) = parallel::both(
        much,
        || Failures::of(&dump.items, &options.named_groups),
        || Dimensions::of(&dump.items, &dump.rows, &options.dimensions, much),
    );
    let replaced = match dump.jobs.len() {
        0 | 1 => Replaced::default(),
        _ => Replaced::of(&dump.items),
    };
    let standing = (!replaced.is_empty()).then(|| failures.standing(&replaced));
    let builder = Builder {
        dump,
        failures: &failures,
        standing: standing.as_ref().unwrap_or(&failures),
        replaced: &replaced,
        labels: &labels,
        options,
        dimensions: &dimensions,
        runs: dump
            .jobs
            .iter()
            .zip(&dump.rows)
            .map(|(job, rows)| JobRows {
                rows: rows.clone(),
                run: job.record.as_ref().map(run).unwrap_or_default(),
            })
            .collect(),
        newest: OnceLock::new(),
    };
    let shapes: Vec<OnceLock<Box<Shape>>> = dump.jobs.iter().map(|_| OnceLock::new()).collect();
    let job = |index: usize| builder.job(index, &shapes[index]);
    let jobs = || parallel::each(much, dump.jobs.len(), job);
    let all = || (dump.jobs.len() != 1).then(|| builder.all());
    let (selection, slowest) = (options.items, options.slowest);
    let rows = || items::rows(dump, &failures, &replaced, &labels, selection, slowest);
    // All jobs together come first: the lists of all times are gone before each job takes room.
    let all = all();
    let (jobs, (items, item_rows)) = parallel::both(much, jobs, rows);
    let mut overall_shape = None;
    let overall = match all {
        Some(all) => {
            let (mut overall, shape) = overall(dump, &jobs, &replaced, all);
            overall_shape = Some(Box::new(shape));
            if jobs.iter().any(|job| job.api == Api::V2) {
                builder.usage(&(0..dump.items.len()), &mut overall);
            }
            overall
        }
        // One job is the whole.
        None => jobs[0].sections.clone(),
    };
    let report = Report {
        schema_version: SCHEMA_VERSION,
        generator: Generator {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        generated_at,
        title: String::new(),
        verdict: String::new(),
        next_steps: Vec::new(),
        jobs,
        jobs_left_out: 0,
        overall,
        items,
        item_rows,
        inputs: inputs(dump),
        notes: Vec::new(),
        comparison: None,
        trend: None,
        gates: Vec::new(),
        named_groups: options
            .named_groups
            .iter()
            .map(|group| name(&group.name))
            .collect(),
    };
    Built {
        report,
        shapes: shapes.into_iter().map(OnceLock::into_inner).collect(),
        overall_shape,
    }
}

/// Computes the figures of jobs.
struct Builder<'a> {
    dump: &'a Dump,
    failures: &'a Failures,
    /// Failures without those that are replaced.
    standing: &'a Failures,
    /// Records that a newer one in another job replaces.
    replaced: &'a Replaced,
    labels: &'a [String],
    options: &'a ReportOptions,
    /// What the names of items tell.
    dimensions: &'a Dimensions,
    /// Rows and run of each job.
    runs: Vec<JobRows>,
    /// The newest instant in the dump, once it is asked for.
    newest: OnceLock<Option<i64>>,
}

impl Builder<'_> {
    /// Makes the report of a job, and sets its shape if an item of it ended.
    fn job(&self, index: usize, told: &OnceLock<Box<Shape>>) -> JobReport {
        let Self { dump, labels, .. } = self;
        let job = &dump.jobs[index];
        let drawn = match dump.jobs.len() <= FULL_JOBS {
            true => Drawn::Whole,
            false => Drawn::Small,
        };
        let open = self.open(&dump.rows[index], None);
        let ((metrics, mut shape, spans), names) = parallel::both(
            dump.rows[index].len() > MANY_ROWS,
            || self.compute(&self.runs[index..=index], dump.jobs.len(), drawn, None),
            || self.by_name(index..index + 1, dump.jobs.len() <= FULL_JOBS, None),
        );
        shape.insight.names = names;
        let counts = counts_of(job, &metrics);
        let has_open = !open.is_empty();
        let mut sections = sections(counts, metrics, &mut shape, open);
        if dump.jobs.len() <= FULL_JOBS {
            add_classes(&mut sections, &shape);
        }
        sections.so_far = is_running(job);
        if !self.replaced.is_empty() {
            let failed = sections.rates.failure.numerator;
            let reruns = self.replaced.of_job(&dump.items, &dump.rows[index], failed);
            sections.reruns = reruns.map(Box::new);
        }
        if sections.so_far
            && let Some(total) = sections.counts.stated_total
            && sections.counts.status_filter.is_none()
        {
            let rows = dump.items.rows(dump.rows[index].clone());
            let known_until = sections.throughput.last_end.map(UtcTime::micros);
            let now = self.runs[index].run.end.max(known_until);
            sections.expected_end = now.and_then(|now| ExpectedEnd::of(&rows, total, now));
        }
        if sections.so_far && has_open {
            let newest = *self.newest.get_or_init(|| newest_instant(dump));
            let rows = dump.items.rows(dump.rows[index].clone());
            let durations = newest.and_then(|newest| DurationsWithOpen::of(&rows, &spans, newest));
            sections.durations_with_open = durations.map(Box::new);
        }
        if dump.jobs.len() > MOST_TIMELINES {
            sections.timeline = None;
        }
        if job.api == Api::V2 {
            self.usage(&dump.rows[index], &mut sections);
        }
        limits::limit(&mut sections, dump.jobs.len());
        if shape.ends.count > 0 || !shape.groups.is_empty() {
            told.get_or_init(|| Box::new(shape));
        }
        job_report(job, &labels[index], sections)
    }

    /// Computes the figures of all jobs together.
    fn all(&self) -> (Metrics, Shape, Vec<OpenItem>) {
        let replaced = Some(self.replaced).filter(|replaced| !replaced.is_empty());
        let ((metrics, mut shape, _), names) = parallel::both(
            self.dump.items.len() > MANY_ROWS,
            || self.compute(&self.runs, 1, Drawn::Whole, replaced),
            || self.by_name(0..self.dump.jobs.len(), true, replaced),
        );
        shape.insight.names = names;
        let open = self.open(&(0..self.dump.items.len()), replaced);
        (metrics, shape, open)
    }

    /// Adds what only v2 batches tell.
    fn usage(&self, rows: &Range<usize>, sections: &mut Sections) {
        let part = self.dump.items.rows(rows.clone());
        sections.queue = metrics::queue(&part).map(Box::new);
        sections.credits = metrics::credits(&self.dump.items, &part);
        let failures = match rows.len() == self.dump.items.len() {
            true => self.standing,
            false => self.failures,
        };
        failures.count_credits(&self.dump.items, rows, &mut sections.error_groups);
    }

    /// Computes the figures of one of `of` jobs, or of all together.
    fn compute(
        &self,
        jobs: &[JobRows],
        of: usize,
        drawn: Drawn,
        replaced: Option<&Replaced>,
    ) -> (Metrics, Shape, Spans) {
        let (items, labels) = (&self.dump.items, self.labels);
        let limits = Limits {
            slowest: self.options.slowest,
            examples: limits::examples(self.options.examples, of),
        };
        let failures = match replaced {
            Some(_) => self.standing,
            None => self.failures,
        };
        metrics::compute(items, jobs, failures, labels, limits, drawn, replaced)
    }

    /// Looks at the items of these jobs by their names.
    fn by_name(&self, jobs: Range<usize>, is_listed: bool, replaced: Option<&Replaced>) -> ByName {
        let Self {
            dump,
            dimensions,
            options,
            ..
        } = self;
        let named = &options.dimensions;
        let rows = &dump.rows[jobs.clone()];
        let items = &dump.items;
        breakdown::by_name(items, rows, jobs, dimensions, named, is_listed, replaced)
    }

    fn open(&self, rows: &Range<usize>, replaced: Option<&Replaced>) -> Vec<OpenItem> {
        let newest = || *self.newest.get_or_init(|| newest_instant(self.dump));
        let is_left_out = |row| replaced.is_some_and(|replaced| replaced.by(row).is_some());
        metrics::open::open(&self.dump.items, rows, self.labels, is_left_out, newest)
    }
}

/// Orders jobs that failed before others, then by failure rate; without a rate of their own, by what
/// they state themselves.
fn worst_first(a: &JobReport, b: &JobReport) -> Ordering {
    let has_failed = |job: &JobReport| {
        let facts = job.job.as_ref();
        facts.is_some_and(|facts| facts.status.as_deref() == Some("failed"))
    };
    let rate = |job: &JobReport| {
        let (counts, own) = (&job.sections.counts, job.sections.rates.failure.value);
        let stated = || {
            let facts = job.job.as_ref()?;
            let (failed, total) = (facts.failed_items?, facts.total_items?);
            (total > 0).then(|| failed as f64 / total as f64)
        };
        let own = own.filter(|_| counts.status_filter.is_none());
        own.or_else(stated).unwrap_or(-1.0)
    };
    has_failed(b)
        .cmp(&has_failed(a))
        .then_with(|| rate(b).total_cmp(&rate(a)))
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

/// Tells if the record of a job says that it is still to end.
fn is_running(job: &Job) -> bool {
    let record = job.record.as_ref();
    record.is_some_and(|record| status::is_open_job(record.status.as_deref()))
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

fn job_report(job: &Job, label: &str, sections: Sections) -> JobReport {
    let mut facts = job.record.as_ref().map(facts);
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
    let some = |text: &Option<String>| text.as_deref().map(name);
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

fn counts_of(job: &Job, metrics: &Metrics) -> ItemCounts {
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
        replaced: 0,
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

fn overall(
    dump: &Dump,
    jobs: &[JobReport],
    replaced: &Replaced,
    (metrics, mut shape, open): (Metrics, Shape, Vec<OpenItem>),
) -> (Sections, Shape) {
    // Between the times of several jobs there are gaps that say nothing.
    if let Some(line) = &mut shape.timeline {
        line.gaps.clear();
    }
    let items = || jobs.iter().map(|job| &job.sections.counts);
    let completeness = Completeness::over(items().map(|items| Completeness {
        stated_total: items.stated_total,
        source: items.stated_total_source,
        missing: items.missing,
        complete: items.complete,
    }));
    let first_filter = items().next().and_then(|items| items.status_filter.clone());
    let recorded = items().map(|items| items.recorded).sum::<u64>();
    let counts = ItemCounts {
        listed: dump.jobs.iter().any(|job| job.has_list),
        recorded,
        distinct: metrics.distinct,
        duplicates: items().map(|items| items.duplicates).sum(),
        replaced: replaced.len(),
        conflicting_duplicates: items().map(|items| items.conflicting_duplicates).sum(),
        unreadable: dump.jobs.iter().map(|job| job.unreadable).sum(),
        filtered_jobs: items().map(|items| items.filtered_jobs).sum(),
        filtered_in_part: items().any(|items| items.filtered_in_part),
        status_filter: first_filter
            .filter(|filter| items().all(|items| items.status_filter.as_ref() == Some(filter))),
        // An item of several jobs is one.
        stated_total: completeness
            .stated_total
            .map(|total| total.saturating_sub(replaced.len())),
        stated_total_source: completeness.source,
        missing: completeness.missing,
        complete: completeness.complete,
        never_started: items().map(|items| items.never_started).sum(),
        partial_items: items().map(|items| items.partial_items).sum(),
        failed_pages: items().map(|items| items.failed_pages).sum(),
        by_status: metrics.by_status.clone(),
    };
    let mut sections = sections(counts, metrics, &mut shape, open);
    add_classes(&mut sections, &shape);
    sections.so_far = jobs.iter().any(|job| job.sections.so_far);
    let of_whole_lists = jobs
        .iter()
        .filter(|job| job.sections.counts.filtered_jobs == 0);
    let failing = sections.rates.failure.numerator;
    sections.reruns = replaced.of_all(&dump.items, failing).map(Box::new);
    let rates = of_whole_lists.map(|job| (job.label.as_str(), &job.sections.rates.failure));
    sections.rates_of_jobs = RatesOfJobs::of(rates).map(Box::new);
    limits::limit(&mut sections, 1);
    (sections, shape)
}

/// Adds the numbers of each class of errors.
fn add_classes(sections: &mut Sections, shape: &Shape) {
    let ended = sections.rates.failure.denominator;
    let classes = breakdown::by_class(&sections.error_groups, &shape.groups, ended);
    sections.breakdowns.splice(0..0, classes);
}

/// Puts the figures together. The intervals of the timeline are taken out of the shape: no finding asks for
/// them, and those of 1,000 jobs take 5 MB.
fn sections(
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
        left_out: LeftOut::default(),
    }
}

/// The files of a dump.
pub(crate) fn inputs(dump: &Dump) -> Vec<Input> {
    dump.inputs
        .iter()
        .map(|file| Input {
            path: mask_name(&file.path).into_owned(),
            bytes: file.bytes,
            kind: file.kind.to_owned(),
            documents: file.documents,
            items: file.items,
            looks_like: None,
        })
        .collect()
}

impl Report {
    /// Tells if everything that was found was read whole, and nothing stated is missing.
    pub fn is_whole(&self) -> bool {
        !self.notes.iter().any(|note| note.loss)
    }

    /// Sorts jobs and notes worst first, and cuts the list of jobs. Notes about files come before notes
    /// about jobs.
    pub(crate) fn arrange(&mut self) {
        self.notes.sort_by_key(|note| note.severity);
        self.jobs_left_out = self.jobs.len().saturating_sub(MOST_JOBS) as u64;
        // Sorting the jobs themselves would take room for half of them once more.
        let mut order: Vec<usize> = (0..self.jobs.len()).collect();
        order.sort_by(|a, b| worst_first(&self.jobs[*a], &self.jobs[*b]));
        order.truncate(MOST_JOBS);
        let mut jobs: Vec<_> = std::mem::take(&mut self.jobs)
            .into_iter()
            .map(Some)
            .collect();
        self.jobs = order.into_iter().filter_map(|at| jobs[at].take()).collect();
    }

    /// Tells if a list is shorter than is asked for, and not because there is no more to list: of the slowest
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
