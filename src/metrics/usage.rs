//! Figures that only v2 batches tell: how long items waited, and what they cost.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::durations::{Durations, Spans};
use crate::api::status::code::FAILED;
use crate::frame::{ItemFrame, Rows};

/// Waiting times by status: `started_at - pending_at`. Absent if no item has a `pending_at`.
pub fn queue(rows: &Rows<'_>) -> Option<Durations> {
    let mut any = false;
    let spans = Spans::between(rows, |row| {
        any |= row.pending_at.is_some();
        (row.pending_at, row.started_at)
    });
    any.then(|| spans.stats())
}

/// Credits that items cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Credits {
    /// Sum over all items that state their credits.
    pub total: f64,
    /// Credits by status word, of those statuses that cost anything.
    pub by_status: IndexMap<String, f64>,
    /// Sum over the failed items.
    pub failed: f64,
    /// Items that state their credits.
    pub items: u64,
}

/// Sums up the credits of these rows; absent if no item states any.
pub fn credits(items: &ItemFrame, rows: &Rows<'_>) -> Option<Credits> {
    let mut by_status: Vec<f64> = vec![0.0; items.statuses().len()];
    let mut told = 0;
    rows.each(|_, row| {
        if let Some(credits) = row.credits {
            by_status[row.status as usize] += credits;
            told += 1;
        }
    });
    (told > 0).then(|| Credits {
        total: by_status.iter().sum(),
        failed: by_status[FAILED as usize],
        by_status: (0..)
            .zip(&by_status)
            .filter(|(_, credits)| **credits > 0.0)
            .map(|(code, credits)| (items.statuses().get(code).to_owned(), *credits))
            .collect(),
        items: told,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ItemFields, UtcTime};
    use crate::frame::{ItemColumns, Runs};

    fn frame(items: &[ItemFields<'_>]) -> ItemFrame {
        let mut columns = ItemColumns::default();
        for item in items {
            columns.push(item);
        }
        let mut runs = Runs::default();
        runs.add(items.len(), 0, 0);
        ItemFrame::build(vec![columns], runs, 1).expect("a frame").0
    }

    #[test]
    fn credits_are_summed_by_status() {
        let item = |item_id, status, credits| ItemFields {
            item_id,
            status,
            credits,
            ..ItemFields::default()
        };
        let items = frame(&[
            item("a", "completed", Some(3.0)),
            item("b", "completed", Some(1.5)),
            item("c", "failed", Some(2.0)),
            item("d", "failed", None),
        ]);
        let credits = credits(&items, &items.rows(0..4)).expect("credits");
        assert_eq!(
            (credits.total, credits.failed, credits.items),
            (6.5, 2.0, 3)
        );
        let by_status: Vec<_> = credits.by_status.into_iter().collect();
        assert_eq!(
            by_status,
            [("completed".to_owned(), 4.5), ("failed".to_owned(), 2.0)]
        );
    }

    #[test]
    fn what_nobody_states_is_absent() {
        let items = frame(&[ItemFields {
            item_id: "a",
            status: "completed",
            started_at: UtcTime::from_micros(5),
            ..ItemFields::default()
        }]);
        let rows = items.rows(0..1);
        assert_eq!((queue(&rows), credits(&items, &rows)), (None, None));
    }

    #[test]
    fn the_queue_ends_where_the_item_starts() {
        let at = |seconds: i64| UtcTime::from_micros(seconds * 1_000_000);
        let items = frame(&[ItemFields {
            item_id: "a",
            status: "completed",
            pending_at: at(1_000),
            started_at: at(1_090),
            completed_at: at(1_100),
            ..ItemFields::default()
        }]);
        let queue = queue(&items.rows(0..1)).expect("a queue");
        assert_eq!(queue.completed.p50_seconds, Some(90.0));
    }
}
