//! The columns of consecutive rows, in blocks that are never moved while there are more rows.

use std::ops::Range;

/// What stands for an absent time in a column: no time of the years 0 to 9999.
pub(super) const NO_TIME: i64 = i64::MIN;
/// What stands for an absent word.
pub(super) const NO_WORD: u32 = u32::MAX;

/// What stands for the id of an item.
pub(super) type ItemHash = [u32; 3];

/// What an item is told from others by, and what else is needed to tell whether two records of it are
/// the same, where their texts are not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    /// A hash of the item's id, of 96 bits: among 20 million items the chance that two ids share it is
    /// one in 10^14.
    pub(super) id: ItemHash,
    /// A hash of its name, of the id of the job behind it and of its error message.
    pub(super) rest: u32,
}

/// A row of a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockRow {
    pub(super) identity: Identity,
    pub(super) status: u32,
    pub(super) started_at: i64,
    pub(super) completed_at: i64,
    pub(super) effective_at: i64,
    pub(super) error_message: u32,
    pub(super) skip_reason: u32,
}

/// Consecutive rows in columns.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) identity: Vec<Identity>,
    pub(super) status: Vec<u32>,
    pub(super) started_at: Vec<i64>,
    pub(super) completed_at: Vec<i64>,
    pub(super) effective_at: Vec<i64>,
    pub(super) error_message: Vec<u32>,
    pub(super) skip_reason: Vec<u32>,
}

impl Block {
    pub(super) fn with_room(rows: usize) -> Self {
        Self {
            identity: Vec::with_capacity(rows),
            status: Vec::with_capacity(rows),
            started_at: Vec::with_capacity(rows),
            completed_at: Vec::with_capacity(rows),
            effective_at: Vec::with_capacity(rows),
            error_message: Vec::with_capacity(rows),
            skip_reason: Vec::with_capacity(rows),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.status.len()
    }

    #[inline(always)]
    fn push(&mut self, row: BlockRow) {
        self.identity.push(row.identity);
        self.status.push(row.status);
        self.started_at.push(row.started_at);
        self.completed_at.push(row.completed_at);
        self.effective_at.push(row.effective_at);
        self.error_message.push(row.error_message);
        self.skip_reason.push(row.skip_reason);
    }

    pub(super) fn row(&self, at: usize) -> BlockRow {
        BlockRow {
            identity: self.identity[at],
            status: self.status[at],
            started_at: self.started_at[at],
            completed_at: self.completed_at[at],
            effective_at: self.effective_at[at],
            error_message: self.error_message[at],
            skip_reason: self.skip_reason[at],
        }
    }
}

/// Rows while there are more: blocks double up to this many rows, so that few rows take little room.
const LONGEST: usize = 1 << 16;
const SHORTEST: usize = 1 << 6;

/// Blocks while they are filled.
#[derive(Debug, Default)]
pub(super) struct GrowingBlocks {
    full: Vec<Block>,
    last: Block,
    /// How many rows the last one has room for.
    room: usize,
}

impl GrowingBlocks {
    #[inline(always)]
    pub(super) fn push(&mut self, row: BlockRow) {
        if self.last.len() == self.room {
            self.begin_another();
        }
        self.last.push(row);
    }

    #[cold]
    fn begin_another(&mut self) {
        self.room = (self.room * 2).clamp(SHORTEST, LONGEST);
        let full = std::mem::replace(&mut self.last, Block::with_room(self.room));
        if full.len() > 0 {
            self.full.push(full);
        }
    }

    /// All of them, none of which is empty.
    pub(super) fn finish(self) -> impl Iterator<Item = Block> {
        let last = Some(self.last).filter(|last| last.len() > 0);
        self.full.into_iter().chain(last)
    }
}

/// All rows there are.
#[derive(Debug)]
pub(super) struct Blocks {
    blocks: Vec<Block>,
    starts: Starts,
}

impl Blocks {
    pub(super) fn new(blocks: Vec<Block>) -> Self {
        Self {
            starts: Starts::of(blocks.iter().map(Block::len)),
            blocks,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.end()
    }

    pub(super) fn row(&self, row: usize) -> BlockRow {
        let (block, at) = self.starts.find(row);
        self.blocks[block].row(at)
    }

    /// The identities of some rows, block by block, each with the row of the first.
    pub(super) fn identities(
        &self,
        rows: Range<usize>,
    ) -> impl Iterator<Item = (usize, &[Identity])> {
        let parts = self.starts.parts(rows);
        parts.map(|part| (part.first, &self.blocks[part.block].identity[part.rows]))
    }

    /// Some rows, in that order.
    pub(super) fn gather(&self, rows: &[u32]) -> Vec<Block> {
        let block = |rows: &[u32]| {
            let mut block = Block::with_room(rows.len());
            for row in rows {
                block.push(self.row(*row as usize));
            }
            block
        };
        rows.chunks(LONGEST).map(block).collect()
    }

    /// The blocks, and where they begin.
    pub(super) fn into_parts(self) -> (Vec<Block>, Starts) {
        (self.blocks, self.starts)
    }
}

/// Where blocks begin, and, last, where the last of them ends.
#[derive(Debug)]
pub(super) struct Starts(Vec<usize>);

/// Rows within one block.
pub(super) struct Part {
    pub(super) block: usize,
    /// Where they stand in the block.
    pub(super) rows: Range<usize>,
    /// Which row the first of them is among all.
    pub(super) first: usize,
}

impl Starts {
    fn of(lengths: impl Iterator<Item = usize>) -> Self {
        let mut starts = vec![0];
        let mut end = 0;
        starts.extend(lengths.map(|length| {
            end += length;
            end
        }));
        Self(starts)
    }

    pub(super) fn end(&self) -> usize {
        self.0.last().copied().unwrap_or_default()
    }

    /// In which block a row stands, and where.
    #[inline]
    pub(super) fn find(&self, row: usize) -> (usize, usize) {
        let block = self.0.partition_point(|start| *start <= row) - 1;
        (block, row - self.0[block])
    }

    /// Rows, by the blocks they stand in.
    pub(super) fn parts(&self, rows: Range<usize>) -> impl Iterator<Item = Part> {
        let mut next = rows.start;
        std::iter::from_fn(move || {
            (next < rows.end).then(|| {
                let first = next;
                let (block, at) = self.find(first);
                next = self.0[block + 1].min(rows.end);
                Part {
                    block,
                    rows: at..at + (next - first),
                    first,
                }
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: usize) -> BlockRow {
        BlockRow {
            identity: Identity {
                id: [number as u32, 0, 0],
                rest: 0,
            },
            status: number as u32,
            started_at: NO_TIME,
            completed_at: number as i64,
            effective_at: NO_TIME,
            error_message: NO_WORD,
            skip_reason: NO_WORD,
        }
    }

    fn blocks(counts: &[usize]) -> Blocks {
        let mut number = 0;
        let readers = counts.iter().map(|count| {
            let mut growing = GrowingBlocks::default();
            for _ in 0..*count {
                growing.push(row(number));
                number += 1;
            }
            growing
        });
        Blocks::new(readers.flat_map(GrowingBlocks::finish).collect())
    }

    #[test]
    fn what_was_added_stands_there_in_order() {
        let blocks = blocks(&[71, 0, 200_000, 1]);
        assert_eq!(blocks.len(), 200_072);
        for at in [0, 63, 64, 70, 71, 199_999, 200_071] {
            assert_eq!(blocks.row(at).completed_at, at as i64);
        }
        for range in [0..0, 0..64, 60..80, 5..200_072, 200_071..200_072] {
            let mut found = Vec::new();
            for (first, identities) in blocks.identities(range.clone()) {
                assert_eq!(identities[0].id[0], first as u32);
                found.extend(identities.iter().map(|identity| identity.id[0] as usize));
            }
            assert!(found.into_iter().eq(range));
        }
    }

    #[test]
    fn rows_are_gathered_in_the_order_that_is_asked_for() {
        let blocks = blocks(&[100, 100]);
        let gathered = Blocks::new(blocks.gather(&[199, 3, 150, 4]));
        let found: Vec<i64> = (0..4).map(|at| gathered.row(at).completed_at).collect();
        assert_eq!(found, [199, 3, 150, 4]);
    }
}
