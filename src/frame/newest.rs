//! The rule by which an item that was recorded more than once becomes one row.

use std::ops::Range;

use super::blocks::{BlockRow, Blocks, Identity, NO_TIME};
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
            let mut kept = records[0].1;
            let mut conflicting = false;
            for (_, row) in &records[1..] {
                let (earlier, later) = (blocks.row(kept), blocks.row(*row));
                conflicting |= differ(&earlier, &later);
                rows.push(if supersedes(&later, &earlier) {
                    std::mem::replace(&mut kept, *row)
                } else {
                    *row
                });
            }
            recorded.conflicting += u64::from(conflicting);
        }
        rows.sort_unstable();
        Self { rows, recorded }
    }
}

/// Every row whose item stands in another of these rows too, with its id, those of an item one after
/// another in their order.
///
/// A table of all ids would not fit into any cache. Two bits for each id do, nearly: where both bits
/// of a row are set already, there may be another row of the same id.
fn repeated(blocks: &Blocks, ranges: &[Range<usize>], rows: usize) -> Vec<([u64; 2], usize)> {
    /// Each part looks at all ids and takes its share of them.
    const PARTS: usize = 2;
    if rows <= MANY_ROWS {
        return Filter::new(rows).repeated(blocks, ranges, |_| true);
    }
    let parts = parallel::each(true, PARTS, |part| {
        Filter::new(rows / PARTS).repeated(blocks, ranges, |id| id[1] >> 63 == part as u64)
    });
    parts.concat()
}

/// Bits by id.
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
    fn place(&self, id: &[u64; 2]) -> (usize, u64) {
        let word = (id[0] >> 12) as usize & (self.seen.len() - 1);
        (word, 1 << (id[0] & 63) | 1 << (id[0] >> 6 & 63))
    }

    fn repeated(
        mut self,
        blocks: &Blocks,
        ranges: &[Range<usize>],
        takes: impl Fn(&[u64; 2]) -> bool,
    ) -> Vec<([u64; 2], usize)> {
        let parts = || {
            let ranges = ranges.iter().cloned();
            ranges.flat_map(|range| blocks.identities(range))
        };
        for (_, identities) in parts() {
            for Identity { id, .. } in identities {
                if !takes(id) {
                    continue;
                }
                let (word, bits) = self.place(id);
                if self.seen[word] & bits == bits {
                    if self.again.is_empty() {
                        self.again = vec![0; self.seen.len()];
                    }
                    self.again[word] |= bits;
                }
                self.seen[word] |= bits;
            }
        }
        let mut found = Vec::new();
        if self.again.is_empty() {
            return found;
        }
        for (first, identities) in parts() {
            for (row, Identity { id, .. }) in (first..).zip(identities) {
                let (word, bits) = self.place(id);
                if self.again[word] & bits == bits && takes(id) {
                    found.push((*id, row));
                }
            }
        }
        // Most of them share nothing but their bits.
        found.sort_unstable();
        let same = found.chunk_by(|a, b| a.0 == b.0);
        same.filter(|run| run.len() > 1)
            .flatten()
            .copied()
            .collect()
    }
}

/// Whether a record is newer than an earlier one, which was read before it: the later `effective_at`;
/// without it a terminal status before another; else the later in path order.
fn supersedes(later: &BlockRow, earlier: &BlockRow) -> bool {
    let (new, old) = (later.effective_at, earlier.effective_at);
    if new != NO_TIME && old != NO_TIME && new != old {
        return new > old;
    }
    status::is_terminal_code(later.status) || !status::is_terminal_code(earlier.status)
}

fn differ(a: &BlockRow, b: &BlockRow) -> bool {
    let figures = |row: &BlockRow| {
        let times = (row.started_at, row.completed_at, row.effective_at);
        (row.status, times, row.error_message, row.skip_reason)
    };
    figures(a) != figures(b) || a.identity.rest != b.identity.rest
}
