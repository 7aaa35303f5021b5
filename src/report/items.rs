//! Rows of items: their selection, and the rows themselves.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::limits::{masked_message, name};
use super::model::{ItemRow, ItemRows, ItemSelection, NewerRecord, Report};
use crate::api::UtcTime;
use crate::api::status::{self, code};
use crate::frame::Row;
use crate::load::Dump;
use crate::metrics::open::is_open;
use crate::metrics::{Failures, Replaced};
use crate::parallel::{self, MANY_ROWS};
use crate::text::mask_name;

/// Maximum number of rows of [`ItemSelection::Failed`], the slowest ones not counted.
pub const MOST_ROWS: usize = 10_000;

/// Reason to hold an item as a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Failed,
    Skipped,
    Open,
    Other,
}

impl Report {
    /// Drops rows that are not in a selection; those that the report does not hold cannot be added.
    pub fn select_items(&mut self, selection: ItemSelection) {
        let of = self.item_rows.of;
        let kinds: Vec<Kind> = self.items.iter().map(kind_of_row).collect();
        let micros = self.items.iter().map(|item| {
            let seconds = item.duration_seconds?;
            Some((seconds * 1e6).round() as i64)
        });
        let rows = kinds.iter().copied().zip(micros);
        let chosen = match selection {
            ItemSelection::None => Vec::new(),
            ItemSelection::Failed if of > MOST_ROWS as u64 => {
                remarkable(rows, self.overall.slowest.len())
            }
            ItemSelection::Failed | ItemSelection::All => return,
        };
        let mut items: Vec<Option<ItemRow>> = self.items.drain(..).map(Some).collect();
        let taken = chosen.iter().filter_map(|row| items[*row].take());
        self.items = taken.collect();
        self.item_rows = held(selection, chosen.iter().map(|row| kinds[*row]), of);
    }
}

/// Makes the rows of a selection, of which those of `slowest` items are a part. Records that are `replaced` name
/// the newer one.
pub(super) fn rows(
    dump: &Dump,
    failures: &Failures,
    replaced: &Replaced,
    labels: &[String],
    selection: ItemSelection,
    slowest: usize,
) -> (Vec<ItemRow>, ItemRows) {
    let items = &dump.items;
    let chosen: Vec<usize> = match selection {
        ItemSelection::None => Vec::new(),
        ItemSelection::Failed if items.len() > MOST_ROWS => {
            let all = items.rows(0..items.len());
            let rows = all.pieces().iter().flat_map(|piece| {
                let row = |at| {
                    let item = piece.row(at);
                    (kind_of(&item), item.micros())
                };
                (0..piece.len()).map(row)
            });
            remarkable(rows, slowest)
        }
        ItemSelection::Failed | ItemSelection::All => (0..items.len()).collect(),
    };
    let words = Words {
        labels,
        groups: failures.ids(),
        statuses: (0..items.statuses().len() as u32)
            .map(|code| name(items.statuses().get(code)))
            .collect(),
        sources: dump
            .inputs
            .iter()
            .map(|file| mask_name(&file.path).into_owned())
            .collect(),
    };
    let newer = |row| {
        let newest = replaced.by(row)?;
        let job = items.job(newest)? as usize;
        Some(Box::new(NewerRecord {
            job: labels.get(job).cloned().unwrap_or_default(),
            status: name(items.status_word(newest)),
        }))
    };
    let row = |at| ItemRow {
        newer: newer(chosen[at]),
        ..item_row(dump, failures, &words, chosen[at])
    };
    let rows = parallel::each(chosen.len() > MANY_ROWS, chosen.len(), row);
    let kinds = chosen.iter().map(|row| kind_of(&items.row(*row)));
    (rows, held(selection, kinds, items.len() as u64))
}

/// Counts the rows of a selection.
fn held(selection: ItemSelection, kinds: impl Iterator<Item = Kind>, of: u64) -> ItemRows {
    let mut held = ItemRows {
        selection,
        of,
        ..ItemRows::default()
    };
    for kind in kinds {
        held.held += 1;
        match kind {
            Kind::Failed => held.failed += 1,
            Kind::Skipped => held.skipped += 1,
            Kind::Open => held.open += 1,
            Kind::Other => {}
        }
    }
    // A page is the same, whichever selection holds all items.
    if held.held == of {
        held.selection = ItemSelection::All;
    }
    held
}

fn kind_of(item: &Row) -> Kind {
    match item.status {
        code::FAILED => Kind::Failed,
        code::SKIPPED => Kind::Skipped,
        _ if is_open(item) => Kind::Open,
        _ => Kind::Other,
    }
}

/// Kind of a saved row.
fn kind_of_row(item: &ItemRow) -> Kind {
    match item.status.as_str() {
        status::FAILED => Kind::Failed,
        status::SKIPPED => Kind::Skipped,
        word if item.completed_at.is_none() && !status::is_terminal(word) => Kind::Open,
        _ => Kind::Other,
    }
}

/// Chooses failed, then skipped, then open items up to [`MOST_ROWS`], and the slowest of the others.
fn remarkable(rows: impl Iterator<Item = (Kind, Option<i64>)>, slowest: usize) -> Vec<usize> {
    let (mut chosen, mut skipped, mut open) = (Vec::new(), Vec::new(), Vec::new());
    let mut slow: BinaryHeap<Reverse<(i64, Reverse<usize>)>> = BinaryHeap::new();
    // Nested iterators are quick from within.
    rows.enumerate().for_each(|(row, (kind, micros))| {
        let list = match kind {
            Kind::Failed => &mut chosen,
            Kind::Skipped => &mut skipped,
            Kind::Open => &mut open,
            Kind::Other => {
                let Some(micros) = micros.filter(|micros| *micros >= 0) else {
                    return;
                };
                let item = Reverse((micros, Reverse(row)));
                if slow.len() < slowest {
                    slow.push(item);
                } else if let Some(mut least) = slow.peek_mut()
                    && item < *least
                {
                    *least = item;
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

/// Words that many rows have in common, as a report shows them.
struct Words<'a> {
    labels: &'a [String],
    groups: Vec<String>,
    statuses: Vec<String>,
    sources: Vec<String>,
}

fn item_row(dump: &Dump, failures: &Failures, words: &Words<'_>, row: usize) -> ItemRow {
    let items = &dump.items;
    let (item, texts) = (items.row(row), items.texts(row));
    let (job, file) = items.source(row).unzip();
    let of = |words: &[String], code: Option<u32>| words.get(code? as usize).cloned();
    ItemRow {
        job: of(words.labels, job).unwrap_or_default(),
        item_id: texts.id.as_deref().map(name).unwrap_or_default(),
        item_name: texts.name.as_deref().map(name),
        status: of(&words.statuses, Some(item.status)).unwrap_or_default(),
        started_at: item.started_at.and_then(UtcTime::from_micros),
        completed_at: item.completed_at.and_then(UtcTime::from_micros),
        effective_at: item.effective_at.and_then(UtcTime::from_micros),
        duration_seconds: item.micros().map(|micros| micros as f64 / 1e6),
        error_message: item
            .error_message
            .map(|text| masked_message(items.messages().get(text))),
        error_group: of(&words.groups, failures.group_of(row)),
        skip_reason: item
            .skip_reason
            .map(|code| name(items.words().skip_reason.get(code))),
        processing_job_id: texts.work.as_deref().map(name),
        source: of(&words.sources, file),
        newer: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_items_come_before_skipped_and_open_ones_and_the_slowest_are_added() {
        let other = (0..5).map(|n| (Kind::Other, Some(n)));
        let rows = other.chain([
            (Kind::Open, None),
            (Kind::Failed, None),
            (Kind::Other, None),
        ]);
        assert_eq!(remarkable(rows, 2), [3, 4, 5, 6]);
        let many = |kind, count| std::iter::repeat_n((kind, Some(1)), count);
        let rows = many(Kind::Skipped, MOST_ROWS)
            .chain(many(Kind::Other, 1))
            .chain(many(Kind::Failed, 7));
        let chosen = remarkable(rows, 1);
        assert_eq!(chosen.len(), MOST_ROWS + 1);
        assert_eq!(chosen[MOST_ROWS - 7], MOST_ROWS);
        assert_eq!(chosen[MOST_ROWS], MOST_ROWS + 7);
    }

    #[test]
    fn rows_that_hold_every_item_are_all_of_them() {
        let kinds = [Kind::Failed, Kind::Other].into_iter();
        let rows = held(ItemSelection::Failed, kinds.clone(), 2);
        assert_eq!(
            (rows.selection, rows.held, rows.failed),
            (ItemSelection::All, 2, 1)
        );
        let rows = held(ItemSelection::Failed, kinds, 3);
        assert_eq!(rows.selection, ItemSelection::Failed);
    }
}
