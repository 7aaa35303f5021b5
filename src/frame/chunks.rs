//! Rows in chunks: as many as a reader added before it began another one.

use std::ops::Range;

use super::columns::{Block, Chunk, Piece, Row};
use super::texts::Place;

/// Most rows of a chunk.
pub(super) const MOST_ROWS: usize = 1 << 16;
/// Rows of a reader's first chunk; each next one is twice as long, so that few rows take little room.
const FIRST_ROWS: usize = 1 << 6;

/// Chunks while rows are added to the last of them.
#[derive(Debug, Default)]
pub(super) struct GrowingChunks {
    full: Vec<Block>,
    last: Block,
    /// Rows that the last one has room for.
    room: usize,
}

impl GrowingChunks {
    /// The block that the next row goes into.
    #[inline(always)]
    pub(super) fn last(&mut self) -> &mut Block {
        if self.last.len() == self.room {
            self.begin_another();
        }
        &mut self.last
    }

    #[cold]
    fn begin_another(&mut self) {
        self.room = (self.room * 2).clamp(FIRST_ROWS, MOST_ROWS);
        let full = std::mem::replace(&mut self.last, Block::with_room(self.room));
        if full.len() > 0 {
            self.full.push(full);
        }
    }

    /// Keeps the first so many rows.
    pub(super) fn truncate(&mut self, rows: usize) {
        let mut before: usize = self.full.iter().map(Block::len).sum();
        while before > rows
            && let Some(block) = self.full.pop()
        {
            before -= block.len();
            self.room = block.len();
            self.last = block;
        }
        self.last.truncate(rows - before);
    }

    /// All of them, none empty.
    pub(super) fn finish(self) -> impl Iterator<Item = Block> {
        let last = Some(self.last).filter(|last| last.len() > 0);
        self.full.into_iter().chain(last)
    }
}

/// All rows, in chunks that do not change any more.
#[derive(Debug)]
pub(super) struct Chunks {
    chunks: Vec<Chunk>,
    /// The first row of each chunk, and, last, the number of rows.
    starts: Vec<usize>,
}

impl Chunks {
    pub(super) fn new(chunks: Vec<Chunk>) -> Self {
        let mut starts = vec![0];
        let mut end = 0;
        starts.extend(chunks.iter().map(|chunk| {
            end += chunk.place.len();
            end
        }));
        Self { chunks, starts }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.last().copied().unwrap_or_default()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Chunk> {
        self.chunks.iter()
    }

    /// Chunk of a row, and its place there.
    #[inline]
    fn find(&self, row: usize) -> (&Chunk, usize) {
        let chunk = self.starts.partition_point(|start| *start <= row) - 1;
        (&self.chunks[chunk], row - self.starts[chunk])
    }

    pub(super) fn row(&self, row: usize) -> Row {
        let (chunk, at) = self.find(row);
        chunk.piece(at..at + 1, row).row(0)
    }

    pub(super) fn place(&self, row: usize) -> Place {
        let (chunk, at) = self.find(row);
        chunk.place[at]
    }

    /// Places of the texts of rows, each with its row.
    pub(super) fn places(&self, rows: Range<usize>) -> impl Iterator<Item = (Place, usize)> {
        self.parts(rows)
            .flat_map(|(chunk, rows, first)| chunk.place[rows].iter().copied().zip(first..))
    }

    /// Rows by the chunks they stand in: the chunk, their places there, and the first row.
    pub(super) fn parts(
        &self,
        rows: Range<usize>,
    ) -> impl Iterator<Item = (&Chunk, Range<usize>, usize)> {
        let mut next = rows.start;
        std::iter::from_fn(move || {
            (next < rows.end).then(|| {
                let first = next;
                let (chunk, at) = self.find(first);
                next = (first + chunk.place.len() - at).min(rows.end);
                (chunk, at..at + (next - first), first)
            })
        })
    }

    /// Views of rows.
    pub(super) fn pieces(&self, rows: Range<usize>) -> impl Iterator<Item = Piece<'_>> {
        self.parts(rows)
            .map(|(chunk, rows, first)| chunk.piece(rows, first))
    }

    /// Hashes of the ids of rows, each with its row.
    pub(super) fn id_hashes(&self, rows: Range<usize>) -> impl Iterator<Item = (u64, usize)> {
        self.parts(rows)
            .flat_map(|(chunk, rows, first)| chunk.id_hash[rows].iter().copied().zip(first..))
    }

    /// Gives back the memory of the hashes.
    pub(super) fn forget_id_hashes(&mut self) {
        for chunk in &mut self.chunks {
            chunk.id_hash = Vec::new();
        }
    }

    /// These rows, in this order.
    pub(super) fn gather(&self, rows: &[u32]) -> Self {
        let chunk = |rows: &[u32]| {
            let mut block = Block::with_room(rows.len());
            for row in rows {
                let (chunk, at) = self.find(*row as usize);
                block.push_row(chunk, at);
            }
            Chunk::from(block)
        };
        Self::new(rows.chunks(MOST_ROWS).map(chunk).collect())
    }
}

/// View of consecutive rows of the frame, in pieces that each lie in one place of memory.
pub struct Rows<'a> {
    pieces: Vec<Piece<'a>>,
    len: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn of(pieces: impl Iterator<Item = Piece<'a>>) -> Self {
        let pieces: Vec<Piece<'a>> = pieces.collect();
        Self {
            len: pieces.iter().map(Piece::len).sum(),
            pieces,
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Tells if there is no row.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The pieces in order, none of them empty.
    pub fn pieces(&self) -> &[Piece<'a>] {
        &self.pieces
    }

    /// Takes each row, with its place in the frame. Columns that a figure does not ask for are not read,
    /// because this is inlined.
    #[inline(always)]
    pub fn each(&self, mut take: impl FnMut(usize, Row)) {
        for piece in &self.pieces {
            let piece = piece.cut(piece.len());
            for at in 0..piece.len() {
                take(piece.first + at, piece.row(at));
            }
        }
    }
}
