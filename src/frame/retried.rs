//! Items that failed in one job and are recorded in another one, where they were tried again.

use std::cmp::Ordering;
use std::collections::HashMap;

use foldhash::quality::RandomState;

use super::chunks::Chunks;
use super::columns::{ItemTexts, Row};
use super::runs::Runs;
use super::texts::TextArena;
use crate::api::status::{code, is_terminal_code};

/// Number of items that failed in one job and are recorded in another one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retried {
    /// Items.
    pub items: u64,
    /// Items among them whose newest record has completed: the others are not cured.
    pub completed: u64,
}

impl Retried {
    /// Counts them among all rows, of which a job has an item once.
    pub(super) fn among(chunks: &Chunks, texts: &TextArena, runs: &Runs) -> Self {
        let status = |row: usize| chunks.row(row).status;
        let job = |row: usize| runs.of(row).map(|(job, _)| job);
        let id = |row: usize| ItemTexts::at(texts, chunks.place(row)).id;
        let mut failed: HashMap<u64, usize, RandomState> = HashMap::default();
        for (chunk, rows, first) in chunks.parts(0..chunks.len()) {
            let statuses = &chunk.status.values()[rows.clone()];
            let hashes = &chunk.id_hash[rows];
            for (at, (status, hash)) in statuses.iter().zip(hashes).enumerate() {
                if *status == code::FAILED {
                    failed.entry(*hash).or_insert(first + at);
                }
            }
        }
        // Of most rows these bits tell that they are none of the failed ones.
        let mut bits = vec![0_u64; failed.len().next_power_of_two()];
        let place = |hash: u64| (hash as usize >> 6, 1 << (hash & 63));
        let mask = bits.len() - 1;
        for hash in failed.keys() {
            let (word, bit) = place(*hash);
            bits[word & mask] |= bit;
        }
        // Newest record of each item that is recorded in another job.
        let mut newest: HashMap<u64, usize, RandomState> = HashMap::default();
        let is_newer = |one: usize, other: usize| {
            let (a, b) = (chunks.row(one), chunks.row(other));
            let at = |row: &Row| row.effective_at.or(row.completed_at).or(row.started_at);
            let instants = match (at(&a), at(&b)) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => Ordering::Equal,
            };
            let ended = |row: &Row| is_terminal_code(row.status);
            let order = instants.then(ended(&a).cmp(&ended(&b)));
            order.then(one.cmp(&other)).is_gt()
        };
        for (hash, row) in chunks.id_hashes(0..chunks.len()) {
            let (word, bit) = place(hash);
            if bits[word & mask] & bit == 0 {
                continue;
            }
            let Some(before) = failed.get(&hash) else {
                continue;
            };
            if job(row) != job(*before) && id(row) == id(*before) {
                let kept = newest.entry(hash).or_insert(*before);
                if is_newer(row, *kept) {
                    *kept = row;
                }
            }
        }
        let completed = newest
            .values()
            .filter(|row| status(**row) == code::COMPLETED);
        Self {
            items: newest.len() as u64,
            completed: completed.count() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ItemFields;
    use crate::frame::{ItemColumns, ItemFrame};

    #[test]
    fn items_that_failed_in_one_job_are_looked_up_in_the_others() {
        let mut columns = ItemColumns::default();
        let mut runs = Runs::default();
        let records = [
            (0, "cured", "failed"),
            (0, "failed again", "failed"),
            (0, "only here", "failed"),
            (0, "never failed", "completed"),
            (1, "cured", "completed"),
            (1, "failed again", "failed"),
            (1, "never failed", "completed"),
            (1, "failed later", "failed"),
            (0, "failed later", "completed"),
            (2, "cured", "pending"),
        ];
        for (at, (job, item_id, status)) in records.into_iter().enumerate() {
            columns.push(&ItemFields {
                item_id,
                status,
                ..ItemFields::default()
            });
            runs.add(at + 1, job, 0);
        }
        let (items, _) = ItemFrame::build(vec![columns], runs, 3).expect("few rows");
        let expected = Retried {
            items: 3,
            completed: 1,
        };
        assert_eq!(items.retried(), expected);
    }
}
