//! Definition of every statistic, one function each, computed on the frame of items. The results are plain
//! numbers: no type of polars leaves this room.

mod attempts;
pub mod class;
pub mod counts;
pub mod difference;
pub mod durations;
pub mod errors;
#[cfg(test)]
mod examples;
pub mod expected_end;
pub mod histogram;
pub mod insight;
mod kinds;
pub mod mask;
mod named;
pub mod open;
pub mod patterns;
pub mod quiet_spell;
pub mod rates;
pub mod reruns;
pub mod slots;
pub mod survival;
mod template;
pub mod throughput;
pub mod timeline;
pub mod times;
pub mod usage;

use std::ops::Range;

use indexmap::IndexMap;

pub use self::attempts::Attempts;
pub use self::class::Class;
pub use self::counts::{Completeness, SkipReason, TotalSource};
pub use self::durations::{DurationStats, Durations, SlowItem, SlowestTwentieth, Spans};
pub use self::errors::{ErrorGroup, Example, Failures, GroupDetails, Groups};
pub use self::expected_end::ExpectedEnd;
pub use self::histogram::{Bin, Histogram};
pub use self::insight::Insight;
pub use self::named::NamedGroup;
pub use self::open::OpenItem;
pub use self::patterns::Ends;
pub use self::rates::{Rate, Rates, RatesOfJobs, failure_bounds};
pub use self::reruns::{Replaced, Reruns, Work};
pub use self::slots::{SlotValue, SlotValues};
pub use self::survival::DurationsWithOpen;
pub use self::throughput::Throughput;
pub use self::timeline::{Gap, Interval, ROUND_INTERVALS, Timeline};
use self::times::Times;
pub use self::times::{JobRows, JobRun};
pub use self::usage::{Credits, credits, queue};
use crate::api::status::{COMPLETED, FAILED, SKIPPED};
use crate::frame::ItemFrame;
use crate::parallel::{self, MANY_ROWS};

/// Everything that is computed over a set of items.
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics {
    /// Distinct items.
    pub distinct: u64,
    /// Items per status word.
    pub by_status: IndexMap<String, u64>,
    /// Shares of failed and skipped items.
    pub rates: Rates,
    /// Statistics of durations.
    pub durations: Durations,
    /// Throughput and concurrency.
    pub throughput: Throughput,
    /// Skipped items per reason.
    pub skip_reasons: Vec<SkipReason>,
    /// Failed items per kind of error.
    pub error_groups: Vec<ErrorGroup>,
    /// Kinds of error that `error_groups` leaves out.
    pub error_groups_left_out: u64,
    /// Items that took longest.
    pub slowest: Vec<SlowItem>,
}

/// Data of charts and findings.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Ends of items.
    pub ends: Ends,
    /// Ended items and concurrency per interval.
    pub timeline: Option<Timeline>,
    /// Share of the time that the slowest of the completed items took.
    pub slowest_twentieth: Option<SlowestTwentieth>,
    /// Spread of durations.
    pub histogram: Option<Histogram>,
    /// Instants and durations of failures, in the order of [`Metrics::error_groups`].
    pub groups: Vec<GroupDetails>,
    /// Attempts that messages of failures name.
    pub attempts: Attempts,
    /// Patterns in times and durations.
    pub insight: Insight,
}

/// Maximum lengths of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Items in `slowest`.
    pub slowest: usize,
    /// Error groups.
    pub groups: usize,
    /// Examples of each error group.
    pub examples: usize,
}

/// Parts of a shape that are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawn {
    /// All of them.
    Whole,
    /// Ended items over time only: no histogram, and no concurrency in the timeline.
    Small,
}

/// Computes the metrics and the shape of the items of these jobs, whose rows follow each other. `labels`
/// are those of all jobs of the frame. The durations that they were made from are the third result.
pub fn compute(
    items: &ItemFrame,
    jobs: &[JobRows],
    failures: &Failures,
    labels: &[String],
    limits: Limits,
    drawn: Drawn,
) -> (Metrics, Shape, Spans) {
    let rows = covered(jobs);
    let part = items.rows(rows.clone());
    let distinct = part.len() as u64;
    let much = part.len() > MANY_ROWS;
    let of_times = || {
        let times = Times::of(items, jobs, much);
        let ends = Ends::of(&times);
        let timeline = timeline::timeline(&times, drawn);
        (Throughput::of(&times), ends, timeline, times)
    };
    let of_durations = || {
        let spans = Spans::of(&part);
        let histogram = match drawn {
            Drawn::Whole => histogram::histogram(&spans.completed.micros, &spans.failed.micros),
            Drawn::Small => None,
        };
        let slowest_twentieth = spans.completed.slowest_twentieth();
        (spans.stats(), histogram, slowest_twentieth, spans)
    };
    let of_kinds = || {
        let by_status = counts::by_status(items, &part);
        let slowest = durations::slowest(items, &part, labels, limits.slowest);
        let skip_reasons = counts::skip_reasons(items, &part);
        (by_status, skip_reasons, slowest)
    };
    let of_failures = || {
        let lengths = (limits.groups, limits.examples);
        let groups = failures.groups(items, &rows, labels, lengths);
        (groups, failures.attempts(&rows))
    };
    // The longest work begins first.
    let of_items = || parallel::both(much, of_kinds, of_failures);
    let of_rest = || parallel::both(much, of_durations, of_items);
    let (of_times, (of_durations, (of_kinds, of_failures))) =
        parallel::both(much, of_times, of_rest);
    let (throughput, ends, timeline, times) = of_times;
    let (durations, histogram, slowest_twentieth, spans) = of_durations;
    let (by_status, skip_reasons, slowest) = of_kinds;
    let (all, attempts) = of_failures;
    let Groups {
        groups: error_groups,
        details: groups,
        left_out: error_groups_left_out,
    } = all;
    let insight = match jobs {
        [job] => Insight::of(&insight::Figures {
            items,
            job,
            times: &times,
            ends: &ends,
            spans: &spans,
            groups: &groups,
            failed: &failures.rows(&rows),
        }),
        _ => Insight::of_several(&spans, &groups),
    };
    let metrics = Metrics {
        distinct,
        rates: rates_of(&by_status, distinct),
        durations,
        throughput,
        skip_reasons,
        error_groups,
        error_groups_left_out,
        slowest,
        by_status,
    };
    let shape = Shape {
        ends,
        timeline,
        histogram,
        slowest_twentieth,
        groups,
        attempts,
        insight,
    };
    (metrics, shape, spans)
}

/// Rows from the first to the last of these jobs.
fn covered(jobs: &[JobRows]) -> Range<usize> {
    let rows = || {
        jobs.iter()
            .map(|job| &job.rows)
            .filter(|rows| !rows.is_empty())
    };
    let start = rows().map(|rows| rows.start).min().unwrap_or_default();
    start..rows().map(|rows| rows.end).max().unwrap_or(start)
}

/// Rates of items that are counted by status.
fn rates_of(by_status: &IndexMap<String, u64>, distinct: u64) -> Rates {
    let count = |word| by_status.get(word).copied().unwrap_or_default();
    Rates {
        failure: Rate::of(count(FAILED), count(COMPLETED) + count(FAILED)),
        failed_of_all: Rate::of(count(FAILED), distinct),
        skipped_of_all: Rate::of(count(SKIPPED), distinct),
    }
}

/// Label of the job of a row.
fn label(items: &ItemFrame, labels: &[String], row: usize) -> String {
    let job = items.job(row).unwrap_or_default() as usize;
    labels.get(job).cloned().unwrap_or_default()
}
