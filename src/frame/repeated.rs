//! Items that did not complete in one job and are recorded in another one, as after a rerun.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use super::chunks::Chunks;
use super::columns::StoredTexts;
use super::newest::Records;
use super::runs::Runs;
use super::texts::TextArena;
use super::{HASHER, Read};
use crate::api::status::code::{CANCELLED, FAILED};
use crate::parallel::{self, MANY_ROWS};

/// Rows of the items that several jobs hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repeated {
    /// Rows of each id that several jobs have; empty if none of these items failed or was cancelled.
    pub by_id: Vec<Vec<u32>>,
    /// Rows of each name that several jobs have, each of them once, and of which an item failed or was
    /// cancelled.
    pub by_name: Vec<Vec<u32>>,
}

impl Repeated {
    /// Finds them among all rows, of which a job has an item once.
    pub(super) fn among(read: &Read, runs: &Runs) -> Self {
        let Read { chunks, texts, .. } = read;
        let unfinished = unfinished(chunks);
        if unfinished.is_empty() {
            return Self::default();
        }
        let all = chunks.len();
        let by_id = match is_any_elsewhere(chunks, runs, &unfinished) {
            true => {
                let records: Records<'_> = read.records();
                let rows = records.repeated(std::slice::from_ref(&(0..all)), all);
                let narrow = |rows: Vec<usize>| rows.into_iter().map(|row| row as u32).collect();
                let mut rows: Vec<Vec<u32>> = rows.into_iter().map(narrow).collect();
                rows.sort_unstable();
                rows
            }
            false => Vec::new(),
        };
        Self {
            by_id,
            by_name: by_name(chunks, texts, runs, &unfinished),
        }
    }
}

/// Rows of failed and of cancelled items.
fn unfinished(chunks: &Chunks) -> Vec<usize> {
    let parts = chunks.parts(0..chunks.len());
    let rows = parts.flat_map(|(chunk, rows, first)| {
        let statuses = chunk.status.values()[rows].iter().enumerate();
        statuses
            .filter(|(_, status)| matches!(**status, FAILED | CANCELLED))
            .map(move |(at, _)| first + at)
    });
    rows.collect()
}

/// Set of hashes with few bits for each: most of those that are not in it are told apart.
struct Bits(Vec<u64>);

impl Bits {
    fn of(hashes: impl ExactSizeIterator<Item = u64>) -> Self {
        let mut bits = Self(vec![0; hashes.len().next_power_of_two()]);
        for hash in hashes {
            let (word, bit) = bits.place(hash);
            bits.0[word] |= bit;
        }
        bits
    }

    fn place(&self, hash: u64) -> (usize, u64) {
        (hash as usize >> 6 & (self.0.len() - 1), 1 << (hash & 63))
    }

    fn may_hold(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        self.0[word] & bit != 0
    }
}

/// Tells if the id of one of these rows is that of an item of another job.
fn is_any_elsewhere(chunks: &Chunks, runs: &Runs, rows: &[usize]) -> bool {
    let job = |row: usize| runs.of(row).map(|(job, _)| job);
    let hash = |row: &usize| {
        let mut hashes = chunks.id_hashes(*row..*row + 1);
        hashes.next().map_or(0, |(hash, _)| hash)
    };
    let first: HashMap<u64, usize, RandomState> =
        rows.iter().map(|row| (hash(row), *row)).collect();
    let bits = Bits::of(first.keys().copied());
    let mut hashes = chunks.id_hashes(0..chunks.len());
    hashes.any(|(hash, row)| {
        let known = || {
            first
                .get(&hash)
                .is_some_and(|first| job(row) != job(*first))
        };
        bits.may_hold(hash) && known()
    })
}

/// Rows with the names of these, if each job has the name once.
fn by_name(chunks: &Chunks, texts: &TextArena, runs: &Runs, rows: &[usize]) -> Vec<Vec<u32>> {
    let name = |place| {
        let name = StoredTexts::at(texts, place).name;
        name.filter(|name| name.bytes().iter().any(|bytes| !bytes.is_empty()))
    };
    let hash = |place| name(place).map(|name| HASHER.hash_one(name.bytes()));
    let mut found: HashMap<u64, Named, RandomState> = HashMap::default();
    for row in rows {
        if let Some(hash) = hash(chunks.place(*row)) {
            found.entry(hash).or_default();
        }
    }
    if found.is_empty() {
        return Vec::new();
    }
    let bits = Bits::of(found.keys().copied());
    let parts: Vec<_> = chunks.parts(0..chunks.len()).collect();
    let suspects = parallel::map(chunks.len() > MANY_ROWS, parts, |(chunk, rows, first)| {
        let places = chunk.place[rows].iter().zip(first..);
        let suspects = places.filter_map(|(place, row)| {
            let hash = hash(*place).filter(|hash| bits.may_hold(*hash))?;
            Some((hash, row))
        });
        suspects.collect::<Vec<_>>()
    });
    for (hash, row) in suspects.into_iter().flatten() {
        if let (Some(named), Some((job, _))) = (found.get_mut(&hash), runs.of(row)) {
            named.add(row, job);
        }
    }
    let is_one = |rows: &[u32]| {
        let name = |row: u32| name(chunks.place(row as usize)).and_then(|name| name.read());
        rows.iter().all(|row| name(*row) == name(rows[0]))
    };
    let mut rows: Vec<Vec<u32>> = found
        .into_values()
        .map(|named| named.rows)
        .filter(|rows| rows.len() > 1 && is_one(rows))
        .collect();
    rows.sort_unstable();
    rows
}

/// Rows of a name.
#[derive(Default)]
struct Named {
    rows: Vec<u32>,
    last_job: Option<u32>,
    /// A job has the name twice, so nobody knows which item is which.
    is_ambiguous: bool,
}

impl Named {
    /// Adds a row; those of a job follow each other.
    fn add(&mut self, row: usize, job: u32) {
        self.is_ambiguous |= self.last_job == Some(job);
        self.last_job = Some(job);
        match self.is_ambiguous {
            true => self.rows = Vec::new(),
            false => self.rows.push(row as u32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ItemFields;
    use crate::frame::{ItemColumns, ItemFrame};

    /// Rows of several jobs: job, id, name, status.
    fn repeated(records: &[(u32, &str, Option<&str>, &str)]) -> Repeated {
        let mut columns = ItemColumns::default();
        let mut runs = Runs::default();
        for (at, (job, item_id, item_name, status)) in records.iter().enumerate() {
            columns.push(&ItemFields {
                item_id,
                item_name: *item_name,
                status,
                ..ItemFields::default()
            });
            runs.add(at + 1, *job, 0);
        }
        let (items, _) = ItemFrame::build(vec![columns], runs, 3).expect("few rows");
        items.repeated().clone()
    }

    #[test]
    fn items_that_failed_in_one_job_are_looked_up_in_the_others() {
        let found = repeated(&[
            (0, "a", None, "failed"),
            (0, "b", None, "failed"),
            (0, "c", None, "completed"),
            (1, "a", None, "completed"),
            (1, "c", None, "completed"),
            (2, "a", None, "pending"),
        ]);
        assert_eq!(found.by_id, [vec![0, 3, 5], vec![2, 4]]);
        assert_eq!(found.by_name, [[0; 0]; 0]);
    }

    #[test]
    fn jobs_that_share_only_what_completed_share_nothing() {
        let found = repeated(&[
            (0, "a", Some("x.pdf"), "completed"),
            (0, "b", Some("y.pdf"), "failed"),
            (1, "a", Some("x.pdf"), "completed"),
        ]);
        assert_eq!(found, Repeated::default());
    }

    #[test]
    fn a_name_that_a_job_has_twice_tells_nothing() {
        let found = repeated(&[
            (0, "a", Some("once.pdf"), "failed"),
            (0, "b", Some("twice.pdf"), "failed"),
            (1, "c", Some("once.pdf"), "completed"),
            (1, "d", Some("twice.pdf"), "completed"),
            (1, "e", Some("twice.pdf"), "completed"),
            (2, "f", Some("twice.pdf"), "completed"),
        ]);
        assert_eq!(found.by_name, [[0, 2]]);
        assert!(found.by_id.is_empty());
    }
}
