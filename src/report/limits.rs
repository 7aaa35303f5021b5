//! Limits of texts and lists of a report: a dump may hold a message of 10 MB, or 100,000 kinds of messages.
//! Everything left out is counted.

use std::borrow::Cow;

use indexmap::IndexMap;

use super::model::{ItemCounts, Sections};
use crate::text::{clip, mask_name};

/// Maximum length of a message or pattern, in characters.
const MAX_MESSAGE: usize = 2_000;
/// Maximum length of a value of what varies in messages, in characters.
const MAX_VALUE: usize = 200;
/// Maximum length of a name, id, label, reason or status word, in characters.
const MAX_NAME: usize = 500;
/// Maximum number of jobs of which each has a histogram and the concurrency.
pub(super) const FULL_JOBS: usize = 50;
/// Number of examples of each error group, unless another is asked for.
const EXAMPLES: usize = 3;
/// Number of examples of each error group of a job, if there are more than [`FULL_JOBS`]. Those of all jobs
/// together have more.
const EXAMPLES_OF_MANY: usize = 1;
/// Maximum number of jobs of which each has a timeline.
pub(super) const MOST_TIMELINES: usize = 1_000;
/// Maximum number of jobs in a report.
pub(super) const MOST_JOBS: usize = 10_000;
/// Maximum number of error groups, and of skip reasons, in all jobs together.
const MOST_LISTED: usize = 500;
/// Number of error groups, and of skip reasons, that each job may list however many jobs there are.
const LEAST_LISTED: usize = 10;
/// Maximum number of status words that are counted by name.
const MOST_STATUSES: usize = 100;
/// Name under which all other status words are counted.
const OTHER_STATUSES: &str = "(other statuses)";

/// Returns the number of examples of each error group of one of so many jobs.
pub(super) fn examples(asked: Option<usize>, jobs: usize) -> usize {
    asked.unwrap_or(match jobs <= FULL_JOBS {
        true => EXAMPLES,
        false => EXAMPLES_OF_MANY,
    })
}

/// Returns the number of error groups, and of skip reasons, that one of so many jobs lists.
pub(super) fn listed(jobs: usize) -> usize {
    (MOST_LISTED / jobs.max(1)).max(LEAST_LISTED)
}

/// Returns a message or pattern that is not too long.
pub(super) fn message(text: &str) -> String {
    clipped(text, MAX_MESSAGE)
}

/// Returns a message of an item that is not too long. The frame has masked the secrets in it.
pub(super) fn masked_message(text: &str) -> String {
    let mut text = text.to_owned();
    clip(&mut text, MAX_MESSAGE);
    text
}

/// Returns a name, id, label, reason or status word that is not too long.
pub(super) fn name(text: &str) -> String {
    clipped(text, MAX_NAME)
}

/// Cuts the texts and lists of figures that are one of so many.
pub(super) fn limit(sections: &mut Sections, of: usize) {
    limit_statuses(&mut sections.counts);
    let most = listed(of);
    let left_out = &mut sections.left_out;
    left_out.error_groups += truncate(&mut sections.error_groups, most);
    left_out.skip_reasons = truncate(&mut sections.skip_reasons, most);
    for reason in &mut sections.skip_reasons {
        cut_some(&mut reason.reason, MAX_NAME);
    }
    for group in &mut sections.error_groups {
        cut_some(&mut group.pattern, MAX_MESSAGE);
        cut_some(&mut group.regex, MAX_MESSAGE);
        for value in group.slots.iter_mut().flat_map(|slot| &mut slot.values) {
            cut(&mut value.value, MAX_VALUE);
        }
        for example in &mut group.examples {
            cut(&mut example.item_id, MAX_NAME);
            cut_some(&mut example.item_name, MAX_NAME);
            if let Some(message) = &mut example.error_message {
                clip(message, MAX_MESSAGE);
            }
        }
    }
    for breakdown in &mut sections.breakdowns {
        cut(&mut breakdown.dimension, MAX_NAME);
        for value in &mut breakdown.values {
            cut_some(&mut value.value, MAX_NAME);
        }
    }
    for item in &mut sections.slowest {
        cut(&mut item.item_id, MAX_NAME);
        cut_some(&mut item.item_name, MAX_NAME);
        cut(&mut item.status, MAX_NAME);
    }
    for item in &mut sections.open {
        cut(&mut item.item_id, MAX_NAME);
        cut_some(&mut item.item_name, MAX_NAME);
        cut(&mut item.status, MAX_NAME);
    }
}

/// Counts long status words under what is left of them, and those beyond the first 100 together.
fn limit_statuses(counts: &mut ItemCounts) {
    let is_changed =
        |word: &String| word.len() > MAX_NAME || matches!(mask_name(word), Cow::Owned(_));
    if counts.by_status.len() <= MOST_STATUSES && !counts.by_status.keys().any(is_changed) {
        return;
    }
    let mut by_status: IndexMap<String, u64> = IndexMap::new();
    for (word, count) in std::mem::take(&mut counts.by_status) {
        let word = match by_status.len() < MOST_STATUSES {
            true => name(&word),
            false => OTHER_STATUSES.to_owned(),
        };
        *by_status.entry(word).or_default() += count;
    }
    counts.by_status = by_status;
}

/// Truncates a list; returns how many entries are left out.
fn truncate<T>(list: &mut Vec<T>, most: usize) -> u64 {
    let left_out = list.len().saturating_sub(most);
    list.truncate(most);
    left_out as u64
}

fn clipped(text: &str, max: usize) -> String {
    let mut text = mask_name(text).into_owned();
    clip(&mut text, max);
    text
}

fn cut_some(text: &mut Option<String>, max: usize) {
    if let Some(text) = text {
        cut(text, max);
    }
}

/// Masks the secrets in a text, and cuts it.
fn cut(text: &mut String, max: usize) {
    if let Cow::Owned(masked) = mask_name(text) {
        *text = masked;
    }
    clip(text, max);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_many_jobs_has_one_example_of_an_error_unless_more_are_asked_for() {
        assert_eq!(examples(None, FULL_JOBS), 3);
        assert_eq!(examples(None, FULL_JOBS + 1), 1);
        assert_eq!(examples(Some(7), FULL_JOBS + 1), 7);
    }

    #[test]
    fn statuses_beyond_the_first_hundred_are_counted_together() {
        let words = (0..250_u64).map(|n| (format!("s{n}"), n));
        let mut counts = ItemCounts {
            by_status: words.collect(),
            ..ItemCounts::default()
        };
        limit_statuses(&mut counts);
        assert_eq!(counts.by_status.len(), MOST_STATUSES + 1);
        assert_eq!(
            counts.by_status.values().sum::<u64>(),
            (0..250).sum::<u64>()
        );
        assert_eq!(counts.by_status[OTHER_STATUSES], (100..250).sum::<u64>());
    }
}
