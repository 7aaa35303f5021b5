//! The definition of every statistic, one function each, computed on the frame of items. What comes
//! out is plain numbers: no type of polars leaves this room.

pub mod counts;
pub mod durations;
pub mod errors;
pub mod histogram;
pub mod mask;
pub mod open;
mod order;
pub mod patterns;
pub mod rates;
pub mod throughput;
pub mod timeline;

use std::ops::Range;

use indexmap::IndexMap;

pub use self::counts::{Completeness, SkipReason, TotalSource};
pub use self::durations::{DurationStats, Durations, SlowItem, SlowestTwentieth, Spans};
pub use self::errors::{Attempts, ErrorGroup, Example, Failures, GroupDetails, NamedGroup};
pub use self::histogram::{Bin, Histogram};
pub use self::open::OpenItem;
pub use self::patterns::{Crowd, FailureCrowd};
pub use self::rates::{Rate, Rates};
pub use self::throughput::Throughput;
pub use self::timeline::{Ends, Gap, Interval, JobSpan, KnownUntil, Timeline};
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
    /// Shares.
    pub rates: Rates,
    /// How long items took.
    pub durations: Durations,
    /// How fast they ended.
    pub throughput: Throughput,
    /// Why they were skipped.
    pub skip_reasons: Vec<SkipReason>,
    /// Why they failed.
    pub error_groups: Vec<ErrorGroup>,
    /// Those that took longest.
    pub slowest: Vec<SlowItem>,
}

/// What charts are drawn from and what is remarkable is told by.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// When items ended.
    pub ends: Ends,
    /// The same and the concurrency, per interval.
    pub timeline: Option<Timeline>,
    /// What the slowest of the completed items took of the time; absent where they are few, or took none.
    pub slowest_twentieth: Option<SlowestTwentieth>,
    /// How durations are spread, where that is drawn.
    pub histogram: Option<Histogram>,
    /// In the order of [`Metrics::error_groups`].
    pub groups: Vec<GroupDetails>,
    /// What the failures say about attempts.
    pub attempts: Attempts,
}

/// How much of the lists is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Items in `slowest`.
    pub slowest: usize,
    /// Examples of each error group.
    pub examples: usize,
}

/// How much of a shape is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawn {
    /// All of it.
    Whole,
    /// Ended items over time, alone: there is no histogram, and no concurrency in the timeline.
    Small,
}

/// Computes the metrics of the items in `rows`, and their shape; `labels` says what each job is
/// called; `job` is the time they belong to, and up to which instant the job of each row is known.
pub fn compute(
    items: &ItemFrame,
    rows: &Range<usize>,
    failures: &Failures,
    labels: &[String],
    limits: Limits,
    (job, known_until): (JobSpan, KnownUntil<'_>),
    drawn: Drawn,
) -> (Metrics, Shape) {
    let part = items.rows(rows.clone());
    let distinct = part.len() as u64;
    let much = part.len() > MANY_ROWS;
    let of_time = || {
        let ends = Ends::of(&part);
        let timeline = timeline::timeline(&part, &ends, job, known_until, drawn);
        (ends, timeline)
    };
    let of_durations = || {
        let mut spans = Spans::of(&part);
        let durations = spans.stats();
        let histogram = match drawn {
            Drawn::Whole => histogram::histogram(&spans.completed.micros, &spans.failed.micros),
            Drawn::Small => None,
        };
        (durations, histogram, spans.completed.slowest_twentieth())
    };
    let of_kinds = || {
        let by_status = counts::by_status(items, &part);
        let slowest = durations::slowest(items, &part, labels, limits.slowest);
        (by_status, counts::skip_reasons(items, &part), slowest)
    };
    let of_failures = || {
        let error_groups = failures.groups(items, rows, labels, limits.examples);
        let (details, attempts) = (failures.details(rows), failures.attempts(rows));
        (error_groups, details, attempts)
    };
    // What takes longest begins first, and what is left goes to whoever is done.
    let both_of_items = || parallel::both(much, of_kinds, of_failures);
    let of_order = || throughput::throughput(&part);
    let of_others = || parallel::both(much, of_order, both_of_items);
    let of_rest = || parallel::both(much, of_durations, of_others);
    let ((ends, timeline), (of_durations, (throughput, (of_kinds, of_failures)))) =
        parallel::both(much, of_time, of_rest);
    let (durations, histogram, slowest_twentieth) = of_durations;
    let (by_status, skip_reasons, slowest) = of_kinds;
    let (error_groups, groups, attempts) = of_failures;
    let metrics = Metrics {
        distinct,
        rates: rates_of(&by_status, distinct),
        durations,
        throughput,
        skip_reasons,
        error_groups,
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
    };
    (metrics, shape)
}

/// The rates of items that are counted by status.
fn rates_of(by_status: &IndexMap<String, u64>, distinct: u64) -> Rates {
    let count = |word| by_status.get(word).copied().unwrap_or_default();
    Rates {
        failure: Rate::of(count(FAILED), count(COMPLETED) + count(FAILED)),
        failed_of_all: Rate::of(count(FAILED), distinct),
        skipped_of_all: Rate::of(count(SKIPPED), distinct),
    }
}

/// What the job of a row is called.
fn label(items: &ItemFrame, labels: &[String], row: usize) -> String {
    let job = items.job(row).unwrap_or_default() as usize;
    labels.get(job).cloned().unwrap_or_default()
}
