//! The rule by which an item that was recorded more than once becomes one row.

use std::collections::BTreeSet;
use std::ops::Range;

use super::chunks::Chunks;
use super::columns::{ItemTexts, Row};
use super::interner::InternerList;
use super::runs::Runs;
use super::texts::TextArena;
use crate::api::status;
use crate::parallel::{self, MANY_ROWS};

/// Number of records of a job's items, and how they differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Rows read.
    pub rows: u64,
    /// Items that were recorded more than once and whose records differ.
    pub conflicting: u64,
    /// True if an item was recorded with different statuses.
    pub status_changed: bool,
    /// File and status code of the records that are left out because there are newer ones.
    pub superseded: BTreeSet<(u32, u32)>,
}

/// Everything that was read, before records are left out.
#[derive(Clone, Copy)]
pub(super) struct Records<'a> {
    pub(super) chunks: &'a Chunks,
    pub(super) texts: &'a TextArena,
    pub(super) messages: &'a InternerList,
}

impl<'a> Records<'a> {
    /// Rows to keep, in the order of the result; `None` if these are all of them as they stand.
    pub(super) fn newest(self, runs: &Runs, jobs: usize) -> (Option<Vec<u32>>, Vec<Recorded>) {
        let ranges = runs.ranges_by_job(jobs);
        let of_job = |job: usize| self.superseded(runs, &ranges[job]);
        let found = parallel::each(self.chunks.len() > MANY_ROWS, jobs, of_job);
        let none = found.iter().all(|(superseded, _)| superseded.is_empty());
        let keep = if none && runs.are_in_order_of_jobs() {
            None
        } else {
            let mut keep = Vec::with_capacity(self.chunks.len());
            for (ranges, (superseded, _)) in ranges.iter().zip(&found) {
                let mut superseded = superseded.iter().copied().peekable();
                for row in ranges.iter().cloned().flatten() {
                    if superseded.next_if_eq(&row).is_none() {
                        keep.push(row as u32);
                    }
                }
            }
            Some(keep)
        };
        (
            keep,
            found.into_iter().map(|(_, recorded)| recorded).collect(),
        )
    }

    /// Rows of a job whose item has a newer record, ascending.
    fn superseded(self, runs: &Runs, ranges: &[Range<usize>]) -> (Vec<usize>, Recorded) {
        let rows: usize = ranges.iter().map(Range::len).sum();
        let status = |row: usize| self.chunks.row(row).status;
        let mut recorded = Recorded {
            rows: rows as u64,
            ..Recorded::default()
        };
        let mut superseded = Vec::new();
        for records in self.repeated(ranges, rows) {
            let first = records[0];
            recorded.conflicting += u64::from(records.iter().any(|row| self.differ(first, *row)));
            recorded.status_changed |= records.iter().any(|row| status(*row) != status(first));
            let newest = self.newest_of(&records);
            superseded.extend(records.into_iter().filter(|row| Some(*row) != newest));
        }
        superseded.sort_unstable();
        let mut last = None;
        for row in &superseded {
            let found = runs.of(*row).map(|(_, file)| (file, status(*row)));
            if found != last {
                recorded.superseded.extend(found);
                last = found;
            }
        }
        (superseded, recorded)
    }

    /// Rows of each item that has several among these rows, in their order.
    pub(super) fn repeated(self, ranges: &[Range<usize>], rows: usize) -> Vec<Vec<usize>> {
        let parts = (rows / PART_ROWS).next_power_of_two();
        let mut suspects = if parts == 1 {
            let hashes = || self.id_hashes(ranges).map(|(hash, row)| (hash as u32, row));
            Filter::new(rows).suspects(hashes)
        } else {
            self.suspects_of_many(ranges, parts)
        };
        // Most of them share no more than bits of their hashes.
        let id = |row: usize| ItemTexts::at(self.texts, self.chunks.place(row)).id;
        suspects.sort_unstable();
        let mut repeated = Vec::new();
        for same_hash in suspects.chunk_by_mut(|a, b| a.0 == b.0) {
            if same_hash.len() > 1 {
                same_hash.sort_by_key(|(_, row)| id(*row));
                let same_id = same_hash.chunk_by(|a, b| id(a.1) == id(b.1));
                let rows = same_id.filter(|rows| rows.len() > 1);
                repeated.extend(rows.map(|rows| rows.iter().map(|(_, row)| *row).collect()));
            }
        }
        repeated
    }

    fn id_hashes(self, ranges: &'a [Range<usize>]) -> impl Iterator<Item = (u64, usize)> {
        ranges
            .iter()
            .flat_map(move |rows| self.chunks.id_hashes(rows.clone()))
    }

    /// The suspects among many rows, which are dealt out by their hashes first, so that each part fits
    /// into a cache: 100 ms of 5,000,000 items.
    fn suspects_of_many(self, ranges: &[Range<usize>], parts: usize) -> Vec<(u32, usize)> {
        let halves = halves(ranges);
        let dealt_out = parallel::each(true, halves.len(), |half| {
            let rows: usize = halves[half].iter().map(Range::len).sum();
            // Hashes are spread evenly: an eighth more than the mean suffices.
            let room = rows / parts * 9 / 8 + 16;
            let mut dealt_out: Vec<Vec<(u32, u32)>> =
                (0..parts).map(|_| Vec::with_capacity(room)).collect();
            // Nested iterators are quick from within.
            self.id_hashes(&halves[half]).for_each(|(hash, row)| {
                dealt_out[(hash >> 32) as usize & (parts - 1)].push((hash as u32, row as u32));
            });
            dealt_out
        });
        let suspects = parallel::each(true, parts, |part| {
            let of_part = || dealt_out.iter().flat_map(|half| half[part].iter());
            let hashes = || of_part().map(|(hash, row)| (*hash, *row as usize));
            Filter::new(of_part().count()).suspects(hashes)
        });
        suspects.concat()
    }

    /// The newest record of an item, given its records in path order: the latest `effective_at`; without
    /// it a terminal status before another; else the later in path order. So of the records with an
    /// `effective_at` the latest is compared with the best of those without.
    fn newest_of(self, records: &[usize]) -> Option<usize> {
        let row = |row: &usize| self.chunks.row(*row);
        let rank = |at: &usize| (status::is_terminal_code(row(at).status), *at);
        let is_dated = |at: &&usize| row(at).effective_at.is_some();
        let dated = records.iter().filter(is_dated);
        let dated = dated.max_by_key(|at| (row(at).effective_at, rank(at)));
        let undated = records.iter().filter(|at| !is_dated(at));
        let undated = undated.max_by_key(|at| rank(at));
        dated
            .into_iter()
            .chain(undated)
            .max_by_key(|at| rank(at))
            .copied()
    }

    /// Tells if two records of an item differ.
    fn differ(self, a: usize, b: usize) -> bool {
        let record = |at: usize| {
            let row = self.chunks.row(at);
            let message = row.error_message.map(|message| self.messages.get(message));
            let texts = ItemTexts::at(self.texts, self.chunks.place(at));
            // Two codes may mean the same message.
            let row = Row {
                error_message: None,
                ..row
            };
            (row, message, texts)
        };
        record(a) != record(b)
    }
}

/// So many hashes and the bits for them fit into the caches of a core.
const PART_ROWS: usize = 1 << 15;

/// Splits rows into two lists of about the same length.
fn halves(ranges: &[Range<usize>]) -> [Vec<Range<usize>>; 2] {
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

/// Two bits for each hash: if both bits of a row are set already, there may be another row of the same
/// id. A table of all ids would take several times as much room, and 100 ms of 1,000,000 items.
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
    fn place(&self, hash: u32) -> (usize, u64) {
        let word = (hash >> 12) as usize & (self.seen.len() - 1);
        (word, 1 << (hash & 63) | 1 << (hash >> 6 & 63))
    }

    /// Rows that may share their id with another, with their hashes.
    fn suspects<Hashes: Iterator<Item = (u32, usize)>>(
        mut self,
        hashes: impl Fn() -> Hashes,
    ) -> Vec<(u32, usize)> {
        // Nested iterators are quick from within.
        hashes().for_each(|(hash, _)| {
            let (word, bits) = self.place(hash);
            if self.seen[word] & bits == bits {
                if self.again.is_empty() {
                    self.again = vec![0; self.seen.len()];
                }
                self.again[word] |= bits;
            }
            self.seen[word] |= bits;
        });
        let mut suspects = Vec::new();
        if !self.again.is_empty() {
            hashes().for_each(|(hash, row)| {
                let (word, bits) = self.place(hash);
                if self.again[word] & bits == bits {
                    suspects.push((hash, row));
                }
            });
        }
        suspects
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ItemFields;
    use crate::frame::{ItemColumns, Read};

    #[test]
    fn repeated_items_are_found_among_many_rows_and_in_several_ranges() {
        let rows = 3 * PART_ROWS;
        let id_of = |row: usize| {
            // Every hundredth item of the second half stands in the first one, too.
            match row % 100 {
                7 => format!("dfl-{}", row % (rows / 2)),
                _ => format!("dfl-{row}"),
            }
        };
        let mut columns = ItemColumns::default();
        for row in 0..rows {
            columns.push(&ItemFields {
                item_id: &id_of(row),
                status: "failed",
                ..ItemFields::default()
            });
        }
        let read = Read::join(vec![columns]);
        let many = [0..PART_ROWS, PART_ROWS..rows];
        for ranges in [&many[..1], &many[1..], &many[..]] {
            let all: usize = ranges.iter().map(Range::len).sum();
            let mut found = read.records().repeated(ranges, all);
            found.sort_unstable();
            let mut by_id = std::collections::BTreeMap::<_, Vec<usize>>::new();
            for row in ranges.iter().cloned().flatten() {
                by_id.entry(id_of(row)).or_default().push(row);
            }
            let repeated = by_id.into_values().filter(|rows| rows.len() > 1);
            let mut expected: Vec<_> = repeated.collect();
            expected.sort_unstable();
            assert_eq!(found, expected);
        }
    }
}
