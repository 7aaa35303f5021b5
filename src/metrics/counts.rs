//! Numbers of items: per status, per reason for skipping, and against the stated total.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::status;
use crate::frame::{ItemFrame, Rows};

/// Source of a stated total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TotalSource {
    /// `total_items` of the job.
    #[serde(rename = "job.total_items")]
    JobTotalItems,
    /// `total_size` of its list of items.
    #[serde(rename = "total_size")]
    TotalSize,
    /// Number of `results` of a v2 batch.
    #[serde(rename = "results")]
    Results,
}

/// Completeness of a list of items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Completeness {
    /// Number of items that there should be.
    pub stated_total: Option<u64>,
    /// Source of this number.
    pub source: Option<TotalSource>,
    /// Stated but not recorded items.
    pub missing: Option<u64>,
    /// True if no item is missing.
    pub complete: Option<bool>,
}

impl Completeness {
    /// Compares distinct items with the stated total: that of the job, else that of its list. Without one, the
    /// completeness is unknown.
    pub fn of(distinct: u64, job_total: Option<u64>, total_size: Option<u64>) -> Self {
        let stated = job_total
            .map(|total| (total, TotalSource::JobTotalItems))
            .or_else(|| total_size.map(|total| (total, TotalSource::TotalSize)));
        let Some((total, source)) = stated else {
            return Self::default();
        };
        let missing = total.saturating_sub(distinct);
        Self {
            stated_total: Some(total),
            source: Some(source),
            missing: Some(missing),
            complete: Some(missing == 0),
        }
    }

    /// Sums up two sets of jobs. A sum is unknown if a part is, but one incomplete job makes all incomplete.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let is_incomplete = [self, other].iter().any(|one| one.complete == Some(false));
        Self {
            stated_total: sum(self.stated_total, other.stated_total),
            source: self.source.filter(|source| other.source == Some(*source)),
            missing: sum(self.missing, other.missing),
            complete: match is_incomplete {
                true => Some(false),
                false => self.complete.and(other.complete),
            },
        }
    }
}

/// Sum of two known numbers; absent if it is beyond all bounds, as only a broken dump states.
fn sum(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    a?.checked_add(b?)
}

/// Reason for which items were skipped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SkipReason {
    /// Reason as the server gave it; absent if it gave none.
    pub reason: Option<String>,
    /// Skipped items with this reason.
    pub count: u64,
    /// count / skipped items, 0–1.
    pub share: f64,
    /// True if the reason is harmless: true for `already_processed`, false for `size_limit_exceeded`, absent for
    /// all others, because they are not documented.
    #[serde(default)]
    pub benign: Option<bool>,
}

/// Judges the two reasons that the API documents as examples of this free text.
fn is_benign(reason: Option<&str>) -> Option<bool> {
    match reason {
        Some("already_processed") => Some(true),
        Some("size_limit_exceeded") => Some(false),
        _ => None,
    }
}

/// Counts items per status word: the six known ones in their order, also with zero, then others by name.
pub fn by_status(items: &ItemFrame, rows: &Rows<'_>) -> IndexMap<String, u64> {
    let mut known = [0; status::KNOWN.len()];
    let mut others: BTreeMap<&str, u64> = BTreeMap::new();
    for code in rows.pieces().iter().flat_map(|piece| piece.status) {
        match known.get_mut(*code as usize) {
            Some(count) => *count += 1,
            None => *others.entry(items.statuses().get(*code)).or_default() += 1,
        }
    }
    let known = status::KNOWN.into_iter().zip(known);
    known
        .chain(others)
        .map(|(word, count)| (word.to_owned(), count))
        .collect()
}

/// Counts skipped items per reason: most first, then by name, those without a reason last among equals.
pub fn skip_reasons(items: &ItemFrame, rows: &Rows<'_>) -> Vec<SkipReason> {
    let mut counts: BTreeMap<Option<u32>, u64> = BTreeMap::new();
    for piece in rows.pieces() {
        for (row, code) in piece.status.iter().enumerate() {
            if *code == status::code::SKIPPED {
                *counts.entry(piece.skip_reason.get(row)).or_default() += 1;
            }
        }
    }
    let skipped: u64 = counts.values().sum();
    let reason = |code: Option<u32>| code.map(|code| items.reasons().get(code));
    let mut reasons: Vec<(Option<&str>, u64)> = counts
        .into_iter()
        .map(|(code, count)| (reason(code), count))
        .collect();
    reasons.sort_by(|(a, a_count), (b, b_count)| {
        b_count
            .cmp(a_count)
            .then_with(|| a.is_none().cmp(&b.is_none()))
            .then_with(|| a.cmp(b))
    });
    reasons
        .into_iter()
        .map(|(reason, count)| SkipReason {
            reason: reason.map(str::to_owned),
            count,
            share: count as f64 / skipped as f64,
            benign: is_benign(reason),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_jobs_own_total_goes_before_the_lists() {
        let both = Completeness::of(240, Some(250), Some(240));
        assert_eq!(
            (both.missing, both.source),
            (Some(10), Some(TotalSource::JobTotalItems))
        );
        let list = Completeness::of(240, None, Some(240));
        assert_eq!(
            (list.complete, list.source),
            (Some(true), Some(TotalSource::TotalSize))
        );
    }

    #[test]
    fn without_a_stated_total_it_is_unknown() {
        assert_eq!(Completeness::of(5, None, None), Completeness::default());
    }

    #[test]
    fn more_items_than_stated_miss_none() {
        assert_eq!(Completeness::of(12, Some(10), None).missing, Some(0));
    }

    #[test]
    fn over_several_jobs_unknown_stays_unknown_and_incomplete_incomplete() {
        let known = Completeness::of(9, Some(10), None);
        let all = known.and(Completeness::default());
        assert_eq!(
            (all.missing, all.complete, all.stated_total),
            (None, Some(false), None)
        );
        let all = known.and(known);
        assert_eq!((all.missing, all.stated_total), (Some(2), Some(20)));
        let huge = Completeness::of(0, Some(u64::MAX), None);
        assert_eq!(huge.and(huge).missing, None);
    }
}
