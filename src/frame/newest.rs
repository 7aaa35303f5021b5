//! The rule by which an item that was recorded more than once becomes one row.

use std::ops::Range;

use super::blocks::{BlockRow, Blocks, ItemHash, NO_TIME};
use super::runs::Runs;
use crate::api::status;
use crate::parallel::{self, MANY_ROWS};

/// How many records of a job's items there were, and how many of them were of the same item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Rows read.
    pub rows: u64,
    /// Items that were recorded more than once and whose records differ.
    pub conflicting: u64,
}

/// Which rows to keep, in the order of the result; `None` where that is all of them as they
/// stand.
pub(super) fn newest_records(
    blocks: &Blocks,
    runs: &Runs,
    jobs: usize,
) -> (Option<Vec<u32>>, Vec<Recorded>) {
    let ranges = runs.ranges_by_job(jobs);
    let of_job = |job: usize| Superseded::of(blocks, &ranges[job]);
    let found = parallel::each(blocks.len() > MANY_ROWS, jobs, of_job);
    let none = found.iter().all(|job| job.rows.is_empty());
    let keep = if none && runs.are_in_order_of_jobs() {
        None
    } else {
        let mut keep = Vec::with_capacity(blocks.len());
        for (ranges, superseded) in ranges.iter().zip(&found) {
            let mut superseded = superseded.rows.iter().copied().peekable();
            for row in ranges.iter().cloned().flatten() {
                if superseded.next_if_eq(&row).is_none() {
                    keep.push(row as u32);
                }
            }
        }
        Some(keep)
    };
    let recorded = found.iter().map(|job| job.recorded).collect();
    (keep, recorded)
}

/// The rows of a job whose item has a newer record.
struct Superseded {
    /// Ascending.
    rows: Vec<usize>,
    recorded: Recorded,
}

impl Superseded {
    /// Those among the rows of a job.
    fn of(blocks: &Blocks, ranges: &[Range<usize>]) -> Self {
        let mut recorded = Recorded {
            rows: ranges.iter().map(|range| range.len() as u64).sum(),
            conflicting: 0,
        };
        let mut rows = Vec::new();
        let repeated = repeated(blocks, ranges, recorded.rows as usize);
        for records in repeated.chunk_by(|a, b| a.0 == b.0) {
            let first = blocks.row(records[0].1);
            let records = records.iter().map(|(_, row)| (*row, blocks.row(*row)));
            let conflicting = records.clone().any(|(_, record)| differ(&first, &record));
            recorded.conflicting += u64::from(conflicting);
            let newest = newest(records.clone());
            let others = records.map(|(row, _)| row);
            rows.extend(others.filter(|row| Some(*row) != newest));
        }
        rows.sort_unstable();
        Self { rows, recorded }
    }
}

/// Every row whose item stands in another of these rows too, with its id, those of an item one after
/// another in their order.
fn repeated(blocks: &Blocks, ranges: &[Range<usize>], rows: usize) -> Vec<(ItemHash, usize)> {
    let parts = (rows / PART).next_power_of_two();
    let mut found = if parts == 1 {
        let ids = || each_id(blocks, ranges);
        let suspects = Filter::new(rows).suspects(|| ids().map(|(id, row)| (id[0], (id, row))));
        suspects.into_iter().map(|(_, row)| row).collect()
    } else {
        suspects_of_many(blocks, ranges, parts)
    };
    // Most of them share nothing but their bits.
    found.sort_unstable();
    let same = found.chunk_by(|a, b| a.0 == b.0);
    same.filter(|run| run.len() > 1)
        .flatten()
        .copied()
        .collect()
}

/// So many ids and the bits for them fit into the caches of a core.
const PART: usize = 1 << 15;

/// Rows with their ids.
fn each_id<'a>(
    blocks: &'a Blocks,
    ranges: &'a [Range<usize>],
) -> impl Iterator<Item = (ItemHash, usize)> + 'a {
    let parts = ranges
        .iter()
        .cloned()
        .flat_map(|range| blocks.identities(range));
    parts.flat_map(|(first, identities)| {
        let rows = (first..).zip(identities);
        rows.map(|(row, identity)| (identity.id, row))
    })
}

/// The suspects among many rows: they are dealt out by their ids first, so that each part of them fits
/// into a cache.
fn suspects_of_many(
    blocks: &Blocks,
    ranges: &[Range<usize>],
    parts: usize,
) -> Vec<(ItemHash, usize)> {
    let halves = halves_of(ranges);
    let dealt_out = parallel::each(true, halves.len(), |half| {
        let rows: usize = halves[half].iter().map(Range::len).sum();
        // Ids are spread evenly, so that each part gets about as many, and an eighth more suffices.
        let room = rows / parts * 9 / 8 + 16;
        let mut dealt_out: Vec<Vec<(u32, u32)>> =
            (0..parts).map(|_| Vec::with_capacity(room)).collect();
        // Nested iterators are quick from within.
        each_id(blocks, &halves[half]).for_each(|(id, row)| {
            dealt_out[id[1] as usize & (parts - 1)].push((id[0], row as u32));
        });
        dealt_out
    });
    let suspects = parallel::each(true, parts, |part| {
        let of_part = || dealt_out.iter().flat_map(|half| half[part].iter());
        let rows = of_part().count();
        let suspects = Filter::new(rows)
            .suspects(|| of_part().copied())
            .into_iter();
        suspects
            .map(|(_, row)| (blocks.row(row as usize).identity.id, row as usize))
            .collect::<Vec<_>>()
    });
    suspects.concat()
}

/// The same rows as two lists of about the same length.
fn halves_of(ranges: &[Range<usize>]) -> [Vec<Range<usize>>; 2] {
    let rows: usize = ranges.iter().map(Range::len).sum();
    let mut halves = [Vec::new(), Vec::new()];
    let mut left = rows / 2;
    for range in ranges {
        let middle = range.start + left.min(range.len());
        left -= middle - range.start;
        halves[0].push(range.start..middle);
        halves[1].push(middle..range.end);
    }
    halves.map(|half| half.into_iter().filter(|range| !range.is_empty()).collect())
}

/// Two bits for each id: where both bits of a row are set already, there may be another row of the same
/// id. A table of all ids would take several times as much room. Ids are told by 32 bits of theirs.
struct Filter {
    seen: Vec<u64>,
    again: Vec<u64>,
}

impl Filter {
    /// For about that many rows, with 16 to 32 bits for each.
    fn new(rows: usize) -> Self {
        Self {
            seen: vec![0; (rows / 4).max(1).next_power_of_two()],
            again: Vec::new(),
        }
    }

    /// The word and its bits.
    #[inline]
    fn place(&self, id: u32) -> (usize, u64) {
        let word = (id >> 12) as usize & (self.seen.len() - 1);
        (word, 1 << (id & 63) | 1 << (id >> 6 & 63))
    }

    /// The rows that may share their id with another.
    fn suspects<Row, Ids: Iterator<Item = (u32, Row)>>(
        mut self,
        ids: impl Fn() -> Ids,
    ) -> Vec<(u32, Row)> {
        // Nested iterators are quick from within.
        ids().for_each(|(id, _)| {
            let (word, bits) = self.place(id);
            if self.seen[word] & bits == bits {
                if self.again.is_empty() {
                    self.again = vec![0; self.seen.len()];
                }
                self.again[word] |= bits;
            }
            self.seen[word] |= bits;
        });
        if self.again.is_empty() {
            return Vec::new();
        }
        let is_suspect = |id| {
            let (word, bits) = self.place(id);
            self.again[word] & bits == bits
        };
        let mut suspects = Vec::new();
        ids().for_each(|(id, row)| {
            if is_suspect(id) {
                suspects.push((id, row));
            }
        });
        suspects
    }
}

/// The newest of the records of an item, which come in path order: the latest `effective_at`; without it a
/// terminal status before another; else the later in path order. So of those that have an `effective_at`
/// the latest is compared with the best of those that have none.
fn newest(records: impl Iterator<Item = (usize, BlockRow)> + Clone) -> Option<usize> {
    let rank = |(row, record): &(usize, BlockRow)| (status::is_terminal_code(record.status), *row);
    let is_dated = |(_, record): &(usize, BlockRow)| record.effective_at != NO_TIME;
    let dated = records.clone().filter(is_dated);
    let dated = dated.max_by_key(|found| (found.1.effective_at, rank(found)));
    let undated = records.filter(|found| !is_dated(found)).max_by_key(rank);
    let newest = dated.into_iter().chain(undated).max_by_key(rank);
    newest.map(|(row, _)| row)
}

/// Whether two records of an item say something else of it.
fn differ(a: &BlockRow, b: &BlockRow) -> bool {
    // Their texts are compared by their hashes, and an error message may not have been kept.
    let said = |row: &BlockRow| {
        let times = (row.started_at, row.completed_at, row.effective_at);
        (row.status, times, row.skip_reason, row.identity.rest)
    };
    said(a) != said(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ItemFields;
    use crate::frame::ItemColumns;
    use crate::frame::columns::Joined;

    #[test]
    fn repeated_items_are_found_among_many_rows_and_in_several_ranges() {
        let rows = 3 * PART;
        let mut columns = ItemColumns::default();
        for row in 0..rows {
            // Every hundredth item of the second half stands in the first one, too.
            let id = if row % 100 == 7 {
                row % (rows / 2)
            } else {
                row
            };
            columns.push(&ItemFields {
                item_id: &format!("dfl-{id}"),
                status: "failed",
                ..ItemFields::default()
            });
        }
        let blocks = Joined::of(vec![columns]).blocks;
        let many = [0..PART, PART..rows];
        for ranges in [&many[..1], &many[1..], &many[..]] {
            let all: usize = ranges.iter().map(Range::len).sum();
            let mut found: Vec<usize> = repeated(&blocks, ranges, all)
                .into_iter()
                .map(|(_, row)| row)
                .collect();
            found.sort_unstable();
            let mut by_id = std::collections::BTreeMap::<_, Vec<usize>>::new();
            for row in ranges.iter().cloned().flatten() {
                by_id
                    .entry(blocks.row(row).identity.id)
                    .or_default()
                    .push(row);
            }
            let repeated = by_id.into_values().filter(|rows| rows.len() > 1);
            let mut expected: Vec<usize> = repeated.flatten().collect();
            expected.sort_unstable();
            assert_eq!(found, expected);
        }
    }
}
