//! Which items a report holds as rows, and the rows themselves.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::limits::{message, name};
use super::model::{ItemRow, ItemRows, ItemSelection, Report};
use crate::api::UtcTime;
use crate::api::status::code::{FAILED, SKIPPED};
use crate::frame::ItemFrame;
use crate::load::Dump;
use crate::metrics::Failures;
use crate::metrics::errors::group_id;
use crate::metrics::open::is_open;
use crate::parallel::{self, MANY_ROWS};

/// Maximum number of rows of [`ItemSelection::Failed`], the slowest ones not counted.
pub const MOST_ROWS: usize = 10_000;

impl Report {
    /// Drops rows that are not in a selection; those that the report does not hold cannot be added.
    pub fn select_items(&mut self, selection: ItemSelection) {
        if selection == ItemSelection::None {
            self.items.clear();
            self.item_rows = ItemRows {
                selection,
                of: self.item_rows.of,
                ..ItemRows::default()
            };
        }
    }
}

/// Makes the rows of a selection, of which those of `slowest` items are a part.
pub(super) fn rows(
    dump: &Dump,
    failures: &Failures,
    labels: &[String],
    selection: ItemSelection,
    slowest: usize,
) -> (Vec<ItemRow>, ItemRows) {
    let items = &dump.items;
    let recorded: u64 = dump.jobs.iter().map(|job| job.recorded.rows).sum();
    let chosen: Vec<usize> = match selection {
        ItemSelection::None => Vec::new(),
        ItemSelection::Failed if recorded > MOST_ROWS as u64 => remarkable(items, slowest),
        ItemSelection::Failed | ItemSelection::All => (0..items.len()).collect(),
    };
    let groups: Vec<String> = failures
        .patterns()
        .iter()
        .map(|pattern| group_id(pattern.as_deref()))
        .collect();
    let row = |at| item_row(dump, failures, labels, &groups, chosen[at]);
    let rows = parallel::each(chosen.len() > MANY_ROWS, chosen.len(), row);
    let count = |is: fn(&ItemFrame, usize) -> bool| {
        chosen.iter().filter(|row| is(items, **row)).count() as u64
    };
    let held = ItemRows {
        selection,
        held: rows.len() as u64,
        of: items.len() as u64,
        failed: count(|items, row| items.row(row).status == FAILED),
        skipped: count(|items, row| items.row(row).status == SKIPPED),
        open: count(|items, row| is_open(&items.row(row))),
    };
    (rows, held)
}

/// Chooses failed, then skipped, then open items up to [`MOST_ROWS`], and the slowest of the others.
fn remarkable(items: &ItemFrame, slowest: usize) -> Vec<usize> {
    let (mut chosen, mut skipped, mut open) = (Vec::new(), Vec::new(), Vec::new());
    let mut slow: BinaryHeap<Reverse<(i64, Reverse<usize>)>> = BinaryHeap::new();
    items.rows(0..items.len()).each(|row, item| {
        let list = match item.status {
            FAILED => &mut chosen,
            SKIPPED => &mut skipped,
            _ if is_open(&item) => &mut open,
            _ => {
                if let Some(micros) = item.micros().filter(|micros| *micros >= 0) {
                    slow.push(Reverse((micros, Reverse(row))));
                    if slow.len() > slowest {
                        slow.pop();
                    }
                }
                return;
            }
        };
        if list.len() < MOST_ROWS {
            list.push(row);
        }
    });
    chosen.extend(skipped);
    chosen.extend(open);
    chosen.truncate(MOST_ROWS);
    chosen.extend(slow.into_iter().map(|Reverse((_, Reverse(row)))| row));
    chosen.sort_unstable();
    chosen
}

fn item_row(
    dump: &Dump,
    failures: &Failures,
    labels: &[String],
    groups: &[String],
    row: usize,
) -> ItemRow {
    let items = &dump.items;
    let (item, texts) = (items.row(row), items.texts(row));
    let (job, file) = items.source(row).unzip();
    let label = job.and_then(|job| labels.get(job as usize));
    let source = file.and_then(|file| dump.inputs.get(file as usize));
    let group = failures.group_of(row);
    ItemRow {
        job: label.cloned().unwrap_or_default(),
        item_id: texts.id.map(name).unwrap_or_default(),
        item_name: texts.name.map(name),
        status: name(items.statuses().get(item.status)),
        started_at: item.started_at.and_then(UtcTime::from_micros),
        completed_at: item.completed_at.and_then(UtcTime::from_micros),
        effective_at: item.effective_at.and_then(UtcTime::from_micros),
        duration_seconds: item.micros().map(|micros| micros as f64 / 1e6),
        error_message: item
            .error_message
            .map(|text| message(items.messages().get(text))),
        error_group: group.and_then(|group| groups.get(group as usize).cloned()),
        skip_reason: item
            .skip_reason
            .map(|reason| name(items.reasons().get(reason))),
        processing_job_id: texts.work.map(name),
        source: source.map(|file| file.path.clone()),
    }
}
