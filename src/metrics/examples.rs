//! Small frames that the tests of this room are made of.

use crate::api::{ItemFields, UtcTime};
use crate::frame::{ItemColumns, ItemFrame, Runs};

pub(super) const SECOND: i64 = 1_000_000;
/// 2026-05-14T09:00:00Z.
pub(super) const NINE: i64 = 1_778_749_200 * SECOND;

/// Instant so many seconds after nine o'clock.
pub(super) fn at(seconds: i64) -> Option<i64> {
    Some(NINE + seconds * SECOND)
}

/// Status, start, end and instant of the record.
pub(super) type Item = (&'static str, Option<i64>, Option<i64>, Option<i64>);

/// Frame of these items, of one job.
pub(super) fn frame(items: &[Item]) -> ItemFrame {
    frame_of(items.iter().map(|(status, started, completed, effective)| {
        let time = |at: &Option<i64>| at.and_then(UtcTime::from_micros);
        ItemFields {
            status,
            started_at: time(started),
            completed_at: time(completed),
            effective_at: time(effective),
            ..ItemFields::default()
        }
    }))
}

/// Frame of items with these fields, numbered from 0 if they have no id, of one job.
pub(super) fn frame_of<'a>(items: impl Iterator<Item = ItemFields<'a>>) -> ItemFrame {
    let mut columns = ItemColumns::default();
    for mut fields in items {
        let number = columns.len().to_string();
        if fields.item_id.is_empty() {
            fields.item_id = &number;
        }
        columns.push(&fields);
    }
    let mut runs = Runs::default();
    runs.add(columns.len(), 0, 0);
    let (frame, _) = ItemFrame::build(vec![columns], runs, 1).expect("a frame");
    frame
}
