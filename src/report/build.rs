//! From a dump to a report: computes the figures of each job and of all.

use std::ops::Range;
use std::sync::OnceLock;

use super::job::{counts_of, is_running, job_report, run, sections};
use super::limits::{self, FULL_JOBS, MOST_TIMELINES, name};
use super::model::{Api, Generator, Input, JobReport, OpenItem, Report, SCHEMA_VERSION, Sections};
use super::outline::Outline;
use super::together::{Sums, overall};
use super::worst::Worst;
use super::{ReportOptions, items};
use crate::api::UtcTime;
use crate::load::{Dump, Job};
use crate::metrics::insight::breakdown::{self, ByName};
use crate::metrics::insight::dimensions::Dimensions;
use crate::metrics::{
    self, Drawn, DurationsWithOpen, ExpectedEnd, Failures, JobRows, Limits, Metrics, Replaced,
    Shape, Spans, Work,
};
use crate::parallel::{self, MANY_ROWS};
use crate::text::mask_name;

/// A report without words about the whole, and what they are made from.
pub(crate) struct Built<'a> {
    /// The report, with its worst jobs.
    pub(crate) report: Report,
    /// Outlines of all jobs, in the order of the dump.
    pub(crate) jobs: Vec<Outline<'a>>,
    /// Shape of all jobs; absent if there is one.
    pub(crate) overall_shape: Option<Box<Shape>>,
}

/// Makes the report of a dump. `words` puts words into the report of a job, and `take` gets what else it says,
/// in the order of the dump.
pub(crate) fn build<'a, T: Send>(
    dump: &'a Dump,
    options: &ReportOptions,
    generated_at: UtcTime,
    words: impl Fn(&Job, &mut JobReport, Option<&Shape>) -> T + Send + Sync,
    take: impl FnMut(T) + Send,
) -> Built<'a> {
    let labels: Vec<String> = dump.jobs.iter().map(|job| name(&job.label)).collect();
    let much = dump.items.len() > MANY_ROWS;
    let (failures, dimensions) = parallel::both(
        much,
        || Failures::of(&dump.items, &options.named_groups),
        || Dimensions::of(&dump.items, &dump.rows, &options.dimensions, much),
    );
    let runs = dump.jobs.iter().zip(&dump.rows).map(|(job, rows)| JobRows {
        rows: rows.clone(),
        run: job.record.as_deref().map(run).unwrap_or_default(),
    });
    let replaced = match dump.jobs.len() {
        0 | 1 => Replaced::default(),
        _ => Replaced::of(&dump.items, &dump.jobs.iter().map(work).collect::<Vec<_>>()),
    };
    let builder = Builder {
        dump,
        failures: &failures,
        replaced: &replaced,
        labels: &labels,
        options,
        dimensions: &dimensions,
        runs: runs.collect(),
        newest: OnceLock::new(),
    };
    let (selection, slowest) = (options.items, options.slowest);
    let rows = || items::rows(dump, &failures, &replaced, &labels, selection, slowest);
    // All jobs together come first: the lists of all times are gone before each job takes room.
    let all = (dump.jobs.len() != 1).then(|| builder.all());
    let (jobs, (items, item_rows)) = parallel::both(much, || builder.jobs(words, take), rows);
    let Jobs {
        worst,
        outlines,
        sums,
    } = jobs;
    let (jobs, jobs_left_out) = worst.sorted();
    let mut overall_shape = None;
    let overall = match (all, &jobs[..]) {
        // One job is the whole.
        (None, [only]) => only.sections.clone(),
        (all, _) => {
            let reruns = replaced.of_all(&dump.items, failures.standing(&replaced));
            let all = all.unwrap_or_else(|| builder.all());
            let (mut overall, shape) = overall(dump, sums, &outlines, reruns, all);
            overall_shape = Some(Box::new(shape));
            add_classes(&mut overall, &failures, &(0..dump.items.len()));
            if outlines.iter().any(|job| job.api == Api::V2) {
                builder.usage(&(0..dump.items.len()), &mut overall);
            }
            overall
        }
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
        jobs_left_out,
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
        jobs: outlines,
        overall_shape,
    }
}

/// Reports of the worst jobs, and what is kept of all.
struct Jobs<'a> {
    worst: Worst,
    outlines: Vec<Outline<'a>>,
    sums: Sums,
}

/// Computes the figures of jobs.
struct Builder<'d, 'a> {
    dump: &'d Dump,
    failures: &'a Failures,
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

impl<'d> Builder<'d, '_> {
    /// Makes the reports of all jobs. Those of some jobs are there at once, and then only those of the worst.
    fn jobs<T: Send>(
        &self,
        words: impl Fn(&Job, &mut JobReport, Option<&Shape>) -> T + Sync,
        mut take: impl FnMut(T),
    ) -> Jobs<'d> {
        /// Jobs that are made before some are left out.
        const AT_ONCE: usize = 256;
        /// Jobs without items from which on another thread is worth its while.
        const MANY_JOBS: usize = 160;
        let dump = self.dump;
        let count = dump.jobs.len();
        let mut jobs = Jobs {
            worst: Worst::of(count),
            outlines: Vec::with_capacity(count),
            sums: Sums::default(),
        };
        let much = dump.items.len() > MANY_ROWS || count > MANY_JOBS;
        let make = |index: usize| {
            let (mut report, shape) = self.job(index);
            let said = words(&dump.jobs[index], &mut report, shape.as_ref());
            (report, said)
        };
        for start in (0..count).step_by(AT_ONCE) {
            let made = parallel::each(much, AT_ONCE.min(count - start), |n| make(start + n));
            for ((report, said), job) in made.into_iter().zip(&dump.jobs[start..]) {
                take(said);
                jobs.sums.add(&report);
                jobs.outlines.push(Outline::of_job(job, &report));
                jobs.worst.add(report);
            }
        }
        jobs
    }

    /// Makes the report of a job, and its shape if an item of it ended.
    fn job(&self, index: usize) -> (JobReport, Option<Shape>) {
        let Self { dump, labels, .. } = self;
        let job = &dump.jobs[index];
        let drawn = match dump.jobs.len() <= FULL_JOBS {
            true => Drawn::Whole,
            false => Drawn::Small,
        };
        let open = self.open(&dump.rows[index]);
        let ((metrics, mut shape, spans), names) = parallel::both(
            dump.rows[index].len() > MANY_ROWS,
            || self.compute(&self.runs[index..=index], dump.jobs.len(), drawn),
            || self.by_name(index..index + 1, dump.jobs.len() <= FULL_JOBS),
        );
        shape.insight.names = names;
        let counts = counts_of(job, &metrics);
        let has_open = !open.is_empty();
        let mut sections = sections(counts, metrics, &mut shape, open);
        sections.so_far = is_running(job);
        if !self.replaced.is_empty() {
            let failed = sections.rates.failure.numerator;
            let reruns = self.replaced.of_job(&dump.items, &dump.rows[index], failed);
            sections.reruns = reruns.map(Box::new);
        }
        if sections.so_far
            && let Some(total) = sections.counts.stated_total
            && sections.counts.status_filter.is_none()
            // Of items that are not in the list nobody knows if they have ended.
            && sections.counts.missing == Some(0)
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
        if dump.jobs.len() <= FULL_JOBS {
            add_classes(&mut sections, self.failures, &dump.rows[index]);
        }
        if dump.jobs.len() > MOST_TIMELINES {
            sections.timeline = None;
        }
        if job.api == Api::V2 {
            self.usage(&dump.rows[index], &mut sections);
        }
        limits::limit(&mut sections, dump.jobs.len());
        let has_ended = shape.ends.count > 0 || !shape.groups.is_empty();
        let report = job_report(job, &labels[index], sections);
        (report, has_ended.then_some(shape))
    }

    /// Computes the figures of all jobs together.
    fn all(&self) -> (Metrics, Shape, Vec<OpenItem>) {
        let ((metrics, mut shape, _), names) = parallel::both(
            self.dump.items.len() > MANY_ROWS,
            || self.compute(&self.runs, 1, Drawn::Whole),
            || self.by_name(0..self.dump.jobs.len(), true),
        );
        shape.insight.names = names;
        let open = self.open(&(0..self.dump.items.len()));
        (metrics, shape, open)
    }

    /// Adds what only v2 batches tell.
    fn usage(&self, rows: &Range<usize>, sections: &mut Sections) {
        let part = self.dump.items.rows(rows.clone());
        sections.queue = metrics::queue(&part).map(Box::new);
        sections.credits = metrics::credits(&self.dump.items, &part);
        self.failures
            .count_credits(&self.dump.items, rows, &mut sections.error_groups);
    }

    /// Computes the figures of one of `of` jobs, or of all together.
    fn compute(&self, jobs: &[JobRows], of: usize, drawn: Drawn) -> (Metrics, Shape, Spans) {
        let (items, labels) = (&self.dump.items, self.labels);
        let limits = Limits {
            slowest: self.options.slowest,
            groups: limits::listed(of),
            examples: limits::examples(self.options.examples, of),
        };
        metrics::compute(items, jobs, self.failures, labels, limits, drawn)
    }

    /// Looks at the items of these jobs by their names.
    fn by_name(&self, jobs: Range<usize>, is_listed: bool) -> ByName {
        let Self {
            dump,
            dimensions,
            options,
            ..
        } = self;
        let named = &options.dimensions;
        let rows = &dump.rows[jobs.clone()];
        let items = &dump.items;
        breakdown::by_name(items, rows, jobs, dimensions, named, is_listed)
    }

    fn open(&self, rows: &Range<usize>) -> Vec<OpenItem> {
        let newest = || *self.newest.get_or_init(|| newest_instant(self.dump));
        metrics::open::open(&self.dump.items, rows, self.labels, newest)
    }
}

/// Work of a job as its record states it.
pub(super) fn work(job: &Job) -> Work<'_> {
    let Some(record) = job.record.as_deref() else {
        return Work::default();
    };
    Work {
        kind: record.job_type.as_deref().map(Work::kind),
        project: record.project_id.as_deref(),
        start: record.started_at.or(record.created_at).map(UtcTime::micros),
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

/// Adds the numbers of each class of errors among these rows.
fn add_classes(sections: &mut Sections, failures: &Failures, rows: &Range<usize>) {
    let classes = breakdown::by_class(failures.of_classes(rows));
    sections.breakdowns.splice(0..0, classes);
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
