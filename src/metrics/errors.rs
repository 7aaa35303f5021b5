//! Why items failed: groups of messages that are equal once what varies in them is masked.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mask::mask;
use super::timeline::PLAUSIBLE_MICROS;
use crate::api::UtcTime;
use crate::api::status::FAILED;
use crate::frame::ItemFrame;

/// Failures whose messages are equal once what varies is masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorGroup {
    /// The message with ids, numbers, quoted names, paths, URLs and times masked; absent for
    /// failures without a message.
    pub pattern: Option<String>,
    /// Failed items in the group.
    pub count: u64,
    /// count / failed items, 0–1.
    pub share: f64,
    /// The earliest failure: `completed_at`, else `effective_at`.
    pub first_at: Option<UtcTime>,
    /// The latest failure.
    pub last_at: Option<UtcTime>,
    /// Some of the failures, in the order of the inputs.
    pub examples: Vec<Example>,
}

/// A failed item that stands for its group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Example {
    /// The item.
    pub item_id: String,
    /// Its name.
    pub item_name: Option<String>,
    /// The message as the server gave it, cut where it is very long.
    pub error_message: Option<String>,
    /// The `label` of the job it belongs to.
    pub job: String,
}

/// The failed items of a frame, each with its group. Made once, and asked for each job and for all.
pub struct Failures {
    /// Rows in ascending order.
    rows: Vec<(usize, u32)>,
    /// The pattern of each group.
    patterns: Vec<Option<String>>,
}

impl Failures {
    /// Masks the message of every failed item.
    pub fn of(items: &ItemFrame) -> Self {
        let mut groups: BTreeMap<Option<String>, u32> = BTreeMap::new();
        let mut rows = Vec::new();
        let messages = items.error_message().iter();
        for (row, (status, message)) in items.status().iter().zip(messages).enumerate() {
            if status != Some(FAILED) {
                continue;
            }
            let pattern = message.map(|message| mask(message).into_owned());
            let next = groups.len() as u32;
            rows.push((row, *groups.entry(pattern).or_insert(next)));
        }
        let mut patterns = vec![None; groups.len()];
        for (pattern, group) in groups {
            patterns[group as usize] = pattern;
        }
        Self { rows, patterns }
    }

    /// The group of a row, as an index into [`Self::patterns`]; `None` for an item that did not fail.
    pub fn group_of(&self, row: usize) -> Option<u32> {
        let at = self.rows.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        Some(self.rows[at].1)
    }

    /// What the messages of each group have in common; `None` for failures without one.
    pub fn patterns(&self) -> &[Option<String>] {
        &self.patterns
    }

    /// The groups of the failures among `rows`, in the order of [`Self::groups`], as indices into
    /// [`Self::patterns`].
    pub fn ranking(&self, rows: &Range<usize>) -> Vec<u32> {
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        for (_, group) in self.among(rows) {
            *counts.entry(*group).or_default() += 1;
        }
        let mut ranking: Vec<(u32, usize)> = counts.into_iter().collect();
        ranking.sort_by(|(a, a_count), (b, b_count)| {
            let pattern = |group: u32| &self.patterns[group as usize];
            b_count
                .cmp(a_count)
                .then_with(|| by_pattern(pattern(*a).as_deref(), pattern(*b).as_deref()))
        });
        ranking.into_iter().map(|(group, _)| group).collect()
    }

    fn among(&self, rows: &Range<usize>) -> &[(usize, u32)] {
        let from = self.rows.partition_point(|(row, _)| *row < rows.start);
        let to = self.rows.partition_point(|(row, _)| *row < rows.end);
        &self.rows[from..to]
    }

    /// The groups of the failures among `rows`: most first, then by pattern, those without a
    /// message last among equals. Each holds up to `examples` of its items.
    pub fn groups(
        &self,
        items: &ItemFrame,
        rows: &Range<usize>,
        labels: &[String],
        examples: usize,
    ) -> Vec<ErrorGroup> {
        let failures = self.among(rows);
        let mut groups: BTreeMap<u32, ErrorGroup> = BTreeMap::new();
        for (row, group) in failures {
            let entry = groups.entry(*group).or_insert_with(|| ErrorGroup {
                pattern: self.patterns[*group as usize].clone(),
                count: 0,
                share: 0.0,
                first_at: None,
                last_at: None,
                examples: Vec::new(),
            });
            entry.count += 1;
            if let Some(at) = failed_at(items, *row) {
                entry.first_at = Some(entry.first_at.map_or(at, |first| first.min(at)));
                entry.last_at = Some(entry.last_at.map_or(at, |last| last.max(at)));
            }
            if entry.examples.len() < examples {
                entry.examples.push(Example {
                    item_id: items.item_id().get(*row).unwrap_or_default().to_owned(),
                    item_name: items.item_name().get(*row).map(str::to_owned),
                    error_message: items.error_message().get(*row).map(str::to_owned),
                    job: super::label(items, labels, *row),
                });
            }
        }
        let mut groups: Vec<ErrorGroup> = groups.into_values().collect();
        for group in &mut groups {
            group.share = group.count as f64 / failures.len() as f64;
        }
        groups.sort_by(|a, b| {
            order(
                (a.count, a.pattern.as_deref()),
                (b.count, b.pattern.as_deref()),
            )
        });
        groups
    }

    /// The instants and durations of each group among `rows`, in the order of [`Failures::groups`].
    pub fn details(&self, items: &ItemFrame, rows: &Range<usize>) -> Vec<GroupDetails> {
        let from = self.rows.partition_point(|(row, _)| *row < rows.start);
        let to = self.rows.partition_point(|(row, _)| *row < rows.end);
        let mut groups: BTreeMap<u32, GroupDetails> = BTreeMap::new();
        for (row, group) in &self.rows[from..to] {
            let details = groups.entry(*group).or_default();
            details.count += 1;
            match failed_at(items, *row).map(UtcTime::micros) {
                Some(at) if PLAUSIBLE_MICROS.contains(&at) => details.at.push(at),
                _ => details.undated += 1,
            }
            let times = (items.started_at().get(*row), items.completed_at().get(*row));
            if let (Some(start), Some(end)) = times
                && end >= start
            {
                details.micros.push(end - start);
            }
        }
        let mut groups: Vec<(u32, GroupDetails)> = groups.into_iter().collect();
        let pattern = |group: u32| self.patterns[group as usize].as_deref();
        groups.sort_by(|(a, a_details), (b, b_details)| {
            order(
                (a_details.count, pattern(*a)),
                (b_details.count, pattern(*b)),
            )
        });
        groups
            .into_iter()
            .map(|(_, mut details)| {
                details.at.sort_unstable();
                details.micros.sort_unstable();
                details
            })
            .collect()
    }
}

/// When the failures of a group were, and how long they took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupDetails {
    /// Failed items in the group.
    pub count: u64,
    /// When they failed, ascending, in microseconds since the epoch.
    pub at: Vec<i64>,
    /// Those of which no plausible instant is known.
    pub undated: u64,
    /// Durations in microseconds, ascending, of those that have one.
    pub micros: Vec<i64>,
}

/// Most first, then by pattern, those without a message last among equals.
fn order(a: (u64, Option<&str>), b: (u64, Option<&str>)) -> Ordering {
    b.0.cmp(&a.0).then_with(|| by_pattern(a.1, b.1))
}

/// How many messages of failures name the attempt they are about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attempts {
    /// Messages that say "attempt 2/3", or "attempt 2 of 3".
    pub named: u64,
    /// Those that were about the last attempt there is.
    pub last: u64,
}

/// Reads the attempts out of the messages of failed items.
pub fn attempts(items: &ItemFrame) -> Attempts {
    static ATTEMPT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[Aa]ttempt ([0-9]{1,9}) ?(?:/|of) ?([0-9]{1,9})").expect("a valid pattern")
    });
    let mut attempts = Attempts::default();
    let messages = items.error_message().iter();
    for (status, message) in items.status().iter().zip(messages) {
        if status != Some(FAILED) {
            continue;
        }
        if let Some(found) = message.and_then(|message| ATTEMPT.captures(message)) {
            attempts.named += 1;
            let number = |at: usize| found[at].parse::<u64>().ok();
            attempts.last += u64::from(number(1).is_some() && number(1) >= number(2));
        }
    }
    attempts
}

/// By name, failures without a message last.
fn by_pattern(a: Option<&str>, b: Option<&str>) -> Ordering {
    a.is_none().cmp(&b.is_none()).then_with(|| a.cmp(&b))
}

/// When an item failed: its end, else the instant its record speaks of, for the server leaves the
/// end of some failures out.
fn failed_at(items: &ItemFrame, row: usize) -> Option<UtcTime> {
    items
        .completed_at()
        .get(row)
        .or_else(|| items.effective_at().get(row))
        .and_then(UtcTime::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ItemRecord;
    use crate::frame::ItemColumns;

    const SECOND: i64 = 1_000_000;
    /// 2026-05-14T09:00:00Z.
    const NINE: i64 = 1_778_749_200 * SECOND;

    fn failed(messages: &[&str]) -> ItemFrame {
        let mut columns = ItemColumns::default();
        for (at, message) in messages.iter().enumerate() {
            let start = NINE + at as i64 * SECOND;
            columns.push(&ItemRecord {
                item_id: at.to_string().into(),
                item_name: None,
                status: FAILED.into(),
                started_at: UtcTime::from_micros(start),
                completed_at: UtcTime::from_micros(start + 5 * SECOND),
                effective_at: None,
                error_message: Some((*message).into()),
                skip_reason: None,
                processing_job_id: None,
                unreadable_time: None,
            });
        }
        let count = messages.len();
        let (frame, _) =
            ItemFrame::build(vec![columns], vec![0; count], vec![0; count], 1).expect("a frame");
        frame
    }

    #[test]
    fn the_last_attempt_is_told_from_an_earlier_one() {
        let frame = failed(&[
            "attempt 3/3",
            "Attempt 2 of 3 failed",
            "(attempt 1/3)",
            "no",
        ]);
        assert_eq!(attempts(&frame), Attempts { named: 3, last: 1 });
    }

    #[test]
    fn details_stand_in_the_order_of_the_groups() {
        let frame = failed(&["one", "page 1 broke", "page 2 broke"]);
        let failures = Failures::of(&frame);
        let groups = failures.groups(&frame, &(0..3), &[String::new()], 0);
        let details = failures.details(&frame, &(0..3));
        let counts = |n: usize| (groups[n].count, details[n].count);
        assert_eq!((counts(0), counts(1)), ((2, 2), (1, 1)));
        assert_eq!(details[0].at, [NINE + 6 * SECOND, NINE + 7 * SECOND]);
        assert_eq!(details[0].micros, [5 * SECOND; 2]);
        assert_eq!(details[1].at, [NINE + 5 * SECOND]);
    }
}
