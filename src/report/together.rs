//! Figures of all jobs together: sums of what the jobs say, and the figures of all items.

use super::job::sections;
use super::limits;
use super::model::{ItemCounts, JobReport, OpenItem, Sections};
use super::outline::Outline;
use crate::load::Dump;
use crate::metrics::{Completeness, Metrics, Rate, RatesOfJobs, Reruns, Shape};

/// Sums over the jobs.
#[derive(Default)]
pub(super) struct Sums {
    jobs: u64,
    recorded: u64,
    duplicates: u64,
    conflicting_duplicates: u64,
    filtered_jobs: u64,
    filtered_in_part: bool,
    never_started: u64,
    partial_items: u64,
    failed_pages: u64,
    so_far: bool,
    /// The filter of all jobs so far, if they have the same one.
    status_filter: Option<String>,
    completeness: Option<Completeness>,
}

impl Sums {
    /// Adds a job.
    pub(super) fn add(&mut self, job: &JobReport) {
        let counts = &job.sections.counts;
        if self.jobs == 0 {
            self.status_filter.clone_from(&counts.status_filter);
        } else if self.status_filter != counts.status_filter {
            self.status_filter = None;
        }
        self.jobs += 1;
        self.recorded += counts.recorded;
        self.duplicates += counts.duplicates;
        self.conflicting_duplicates += counts.conflicting_duplicates;
        self.filtered_jobs += counts.filtered_jobs;
        self.filtered_in_part |= counts.filtered_in_part;
        self.never_started += counts.never_started;
        self.partial_items += counts.partial_items;
        self.failed_pages += counts.failed_pages;
        self.so_far |= job.sections.so_far;
        let own = Completeness {
            stated_total: counts.stated_total,
            source: counts.stated_total_source,
            missing: counts.missing,
            complete: counts.complete,
        };
        self.completeness = Some(self.completeness.map_or(own, |all| all.and(own)));
    }
}

/// Returns the figures of all jobs, and their shape.
pub(super) fn overall(
    dump: &Dump,
    sums: Sums,
    jobs: &[Outline<'_>],
    reruns: Option<Reruns>,
    (metrics, mut shape, open): (Metrics, Shape, Vec<OpenItem>),
) -> (Sections, Shape) {
    // Between the times of several jobs there are gaps that say nothing.
    if let Some(line) = &mut shape.timeline {
        line.gaps.clear();
    }
    let completeness = sums.completeness.unwrap_or_default();
    let counts = ItemCounts {
        listed: dump.jobs.iter().any(|job| job.has_list),
        recorded: sums.recorded,
        distinct: metrics.distinct,
        duplicates: sums.duplicates,
        conflicting_duplicates: sums.conflicting_duplicates,
        unreadable: dump.jobs.iter().map(|job| job.unreadable).sum(),
        filtered_jobs: sums.filtered_jobs,
        filtered_in_part: sums.filtered_in_part,
        status_filter: sums.status_filter,
        stated_total: completeness.stated_total,
        stated_total_source: completeness.source,
        missing: completeness.missing,
        complete: completeness.complete,
        never_started: sums.never_started,
        partial_items: sums.partial_items,
        failed_pages: sums.failed_pages,
        by_status: metrics.by_status.clone(),
    };
    let mut sections = sections(counts, metrics, &mut shape, open);
    sections.so_far = sums.so_far;
    sections.reruns = reruns.map(Box::new);
    let of_whole_lists = jobs
        .iter()
        .filter(|job| !job.is_filtered)
        .map(|job| (&*job.label, Rate::of(job.failed, job.ended)));
    sections.rates_of_jobs = RatesOfJobs::of(of_whole_lists).map(Box::new);
    limits::limit(&mut sections, 1);
    (sections, shape)
}
