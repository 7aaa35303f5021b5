//! Items that have not ended yet, the oldest first.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::times::PLAUSIBLE_MICROS;
use crate::api::UtcTime;
use crate::api::status::is_terminal_code;
use crate::frame::{ItemFrame, Row};

/// Maximum number of open items that are listed.
const MOST_OPEN: usize = 20;

/// An item that has not ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpenItem {
    /// Id of the item.
    pub item_id: String,
    /// Name of the item.
    pub item_name: Option<String>,
    /// Status word of the item.
    pub status: String,
    /// Start of the item; absent if it has not started.
    pub started_at: Option<UtcTime>,
    /// Time from its start to the newest instant in the dump; absent without a start.
    pub age_seconds: Option<f64>,
    /// `label` of its job.
    pub job: String,
}

/// Returns the oldest open items among `rows`, up to 20; those without a start come last.
///
/// `newest` gives the newest instant in the dump, in microseconds since the epoch.
pub fn open(
    items: &ItemFrame,
    rows: &Range<usize>,
    labels: &[String],
    newest: impl Fn() -> Option<i64>,
) -> Vec<OpenItem> {
    let mut oldest: Vec<(i64, usize)> = Vec::new();
    items.rows(rows.clone()).each(|row, item| {
        if is_open(&item) {
            oldest.push((plausible(item.started_at).unwrap_or(i64::MAX), row));
        }
    });
    if oldest.is_empty() {
        return Vec::new();
    }
    oldest.sort_unstable();
    oldest.truncate(MOST_OPEN);
    let newest = newest();
    let listed = oldest.into_iter().map(|(_, row)| {
        let texts = items.texts(row);
        let start = plausible(items.row(row).started_at);
        OpenItem {
            item_id: texts.id.unwrap_or_default().into_owned(),
            item_name: texts.name.map(Into::into),
            status: items.status_word(row).to_owned(),
            started_at: start.and_then(UtcTime::from_micros),
            age_seconds: start
                .zip(newest)
                .map(|(start, newest)| (newest - start).max(0) as f64 / 1e6),
            job: super::label(items, labels, row),
        }
    });
    listed.collect()
}

/// Tells if an item has neither an end nor a status that is one.
pub fn is_open(item: &Row) -> bool {
    item.completed_at.is_none() && !is_terminal_code(item.status)
}

/// Returns the newest plausible instant of any item, in microseconds since the epoch.
pub fn newest_instant(items: &ItemFrame) -> Option<i64> {
    let mut newest = None;
    items.rows(0..items.len()).each(|_, item| {
        for time in [item.started_at, item.completed_at, item.effective_at] {
            newest = newest.max(plausible(time));
        }
    });
    newest
}

fn plausible(time: Option<i64>) -> Option<i64> {
    time.filter(|time| PLAUSIBLE_MICROS.contains(time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::examples::{at, frame};

    #[test]
    fn the_oldest_open_items_come_first_with_their_age() {
        let frame = frame(&[
            ("processing", at(30), None, None),
            ("completed", at(0), at(40), None),
            ("pending", None, None, None),
            ("processing", at(-10), None, None),
            ("failed", at(0), None, None),
            ("processing", Some(0), None, None),
        ]);
        let newest = || at(50);
        let open = open(&frame, &(0..frame.len()), &["a job".to_owned()], newest);
        let ages: Vec<_> = open
            .iter()
            .map(|item| (&item.item_id[..], item.age_seconds))
            .collect();
        // The last one started in 1970, which is no time.
        let expected = [
            ("3", Some(60.0)),
            ("0", Some(20.0)),
            ("2", None),
            ("5", None),
        ];
        assert_eq!(ages, expected);
        assert_eq!(open[0].started_at.map(UtcTime::micros), at(-10));
        assert_eq!(
            (&open[0].status[..], &open[0].job[..]),
            ("processing", "a job")
        );
        assert_eq!(newest_instant(&frame), at(40));
    }

    #[test]
    fn no_more_than_twenty_are_listed() {
        let items: Vec<_> = (0..30).map(|n| ("processing", at(n), None, None)).collect();
        let frame = frame(&items);
        let open = open(&frame, &(0..30), &[String::new()], || at(30));
        assert_eq!(open.len(), MOST_OPEN);
        assert_eq!(open[19].age_seconds, Some(11.0));
        let none = super::open(&frame, &(0..0), &[String::new()], || None);
        assert_eq!(none, []);
    }
}
