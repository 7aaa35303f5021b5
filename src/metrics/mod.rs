//! The definition of every statistic, one function each, computed on the frame of items. What comes
//! out is plain numbers: no type of polars leaves this room.

pub mod counts;
pub mod durations;
pub mod errors;
pub mod mask;
pub mod rates;
pub mod throughput;

use std::ops::Range;

use indexmap::IndexMap;

pub use self::counts::{Completeness, SkipReason, TotalSource};
pub use self::durations::{DurationStats, Durations, SlowItem};
pub use self::errors::{ErrorGroup, Example, Failures};
pub use self::rates::{Rate, Rates};
pub use self::throughput::Throughput;
use crate::api::status::{COMPLETED, FAILED, SKIPPED};
use crate::frame::ItemFrame;

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

/// How much of the lists is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Items in `slowest`.
    pub slowest: usize,
    /// Examples of each error group.
    pub examples: usize,
}

/// Computes the metrics of the items in `rows`; `labels` says what each job is called.
pub fn compute(
    items: &ItemFrame,
    rows: &Range<usize>,
    failures: &Failures,
    labels: &[String],
    limits: Limits,
) -> Metrics {
    let part = items.slice(rows.clone());
    let by_status = counts::by_status(&part);
    let distinct = part.len() as u64;
    Metrics {
        distinct,
        rates: rates_of(&by_status, distinct),
        durations: durations::durations(&part),
        throughput: throughput::throughput(&part),
        skip_reasons: counts::skip_reasons(&part),
        error_groups: failures.groups(items, rows, labels, limits.examples),
        slowest: durations::slowest(&part, labels, limits.slowest),
        by_status,
    }
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
    let job = items.job().get(row).unwrap_or_default() as usize;
    labels.get(job).cloned().unwrap_or_default()
}
