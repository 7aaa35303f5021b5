//! The rule by which an item that was recorded more than once becomes one row.

use polars::prelude::PlHashMap;

use super::ItemFrame;
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

/// What duplicates are told by beside the columns.
pub(super) struct Hashes {
    /// Of the ids.
    pub id: Vec<u64>,
    /// Of the ids of the jobs behind the items, where these are not kept.
    pub work: Option<Vec<u64>>,
}

/// Which rows to keep, in the order of the result; `None` where that is all of them as they
/// stand.
pub(super) fn newest_records(
    items: &ItemFrame,
    hashes: &Hashes,
    jobs: usize,
) -> (Option<Vec<u32>>, Vec<Recorded>) {
    let mut recorded = vec![Recorded::default(); jobs];
    let job = items.job();
    let mut sorted = true;
    for run in job.chunk_by(|a, b| a == b) {
        recorded[run[0] as usize].rows += run.len() as u64;
    }
    for pair in job.windows(2) {
        sorted &= pair[0] <= pair[1];
    }
    let suspects = suspects(job, &hashes.id);
    let mut newest: PlHashMap<(u32, &str), Kept> = PlHashMap::default();
    let mut superseded = Vec::new();
    let ids = items.item_id();
    for row in suspects {
        let Some(id) = ids.get(row) else { continue };
        let kept = newest.entry((job[row], id)).or_insert(Kept {
            row,
            conflicting: false,
        });
        if kept.row == row {
            continue;
        }
        if !kept.conflicting && differ(items, hashes, kept.row, row) {
            kept.conflicting = true;
            recorded[job[row] as usize].conflicting += 1;
        }
        if supersedes(items, row, kept.row) {
            superseded.push(kept.row);
            kept.row = row;
        } else {
            superseded.push(row);
        }
    }
    if sorted && superseded.is_empty() {
        return (None, recorded);
    }
    superseded.sort_unstable();
    let mut superseded = superseded.into_iter().peekable();
    let mut keep: Vec<u32> = (0..items.len())
        .filter(|row| superseded.next_if_eq(row).is_none())
        .map(|row| row as u32)
        .collect();
    if !sorted {
        keep.sort_by_key(|row| job[*row as usize]);
    }
    (Some(keep), recorded)
}

struct Kept {
    row: usize,
    conflicting: bool,
}

/// Every row whose id stands in another row of its job too, ascending, unless two hashes are the
/// same by chance.
///
/// A table of all ids would not fit into any cache. A bit for each hash does, nearly: where the bit
/// of a row is set already, there is another row of the same bit.
fn suspects(job: &[u32], hashes: &[u64]) -> Vec<usize> {
    /// Each part looks at all hashes and takes its share of them.
    const PARTS: usize = 2;
    // Ids repeat within a job; in another job they are others.
    let mixed = |row: usize| hashes[row] ^ u64::from(job[row]).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    if job.len() <= MANY_ROWS {
        let suspects = Filter::new(job.len()).suspects(0..job.len(), mixed);
        return of_the_same_hash(suspects, mixed);
    }
    let parts = parallel::each(true, PARTS, |part| {
        let rows = (0..job.len()).filter(|row| mixed(*row) >> 63 == part as u64);
        of_the_same_hash(Filter::new(job.len() / PARTS).suspects(rows, mixed), mixed)
    });
    let mut all = parts.concat();
    all.sort_unstable();
    all
}

/// Those of the rows that share their hash with another, ascending.
fn of_the_same_hash(rows: Vec<usize>, hash: impl Fn(usize) -> u64) -> Vec<usize> {
    let mut hashed: Vec<(u64, usize)> = rows.into_iter().map(|row| (hash(row), row)).collect();
    hashed.sort_unstable();
    let runs = hashed.chunk_by(|a, b| a.0 == b.0);
    let shared = runs.filter(|run| run.len() > 1).flatten();
    let mut rows: Vec<usize> = shared.map(|(_, row)| *row).collect();
    rows.sort_unstable();
    rows
}

/// Bits by hash.
struct Filter {
    seen: Vec<u64>,
    again: Vec<u64>,
}

impl Filter {
    /// For about that many rows: with 16 to 32 bits for each, few share one by chance.
    fn new(rows: usize) -> Self {
        let words = (rows / 4).max(1).next_power_of_two();
        Self {
            seen: vec![0; words],
            again: vec![0; words],
        }
    }

    fn place(&self, hash: u64) -> (usize, u64) {
        let bits = (self.seen.len() as u64 * 64) - 1;
        let bit = hash & bits;
        ((bit / 64) as usize, 1 << (bit % 64))
    }

    fn suspects(
        mut self,
        rows: impl Iterator<Item = usize> + Clone,
        hash: impl Fn(usize) -> u64,
    ) -> Vec<usize> {
        let mut any = false;
        for row in rows.clone() {
            let (word, bit) = self.place(hash(row));
            if self.seen[word] & bit != 0 {
                self.again[word] |= bit;
                any = true;
            }
            self.seen[word] |= bit;
        }
        if !any {
            return Vec::new();
        }
        rows.filter(|row| {
            let (word, bit) = self.place(hash(*row));
            self.again[word] & bit != 0
        })
        .collect()
    }
}

/// Whether the record at `row` is newer than the one at `earlier`, which was read before it:
/// the later `effective_at`; without it a terminal status before another; else the later in
/// path order, which is `row`.
fn supersedes(items: &ItemFrame, row: usize, earlier: usize) -> bool {
    let effective = items.effective_at();
    match (effective.get(row), effective.get(earlier)) {
        (Some(new), Some(old)) if new != old => new > old,
        _ => {
            let terminal = |row: usize| status::is_terminal_code(items.status()[row]);
            terminal(row) || !terminal(earlier)
        }
    }
}

fn differ(items: &ItemFrame, hashes: &Hashes, a: usize, b: usize) -> bool {
    let time = |times: super::Times<'_>| times.get(a) != times.get(b);
    let code = |codes: super::Codes<'_>| codes.code(a) != codes.code(b);
    let text = |texts: super::Texts<'_>| texts.get(a) != texts.get(b);
    items.status()[a] != items.status()[b]
        || time(items.effective_at())
        || time(items.completed_at())
        || time(items.started_at())
        || code(items.error_message())
        || code(items.skip_reason())
        || text(items.item_name())
        || match &hashes.work {
            Some(hashes) => hashes[a] != hashes[b],
            None => text(items.processing_job_id()),
        }
}
