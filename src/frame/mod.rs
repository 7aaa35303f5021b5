//! The columnar frame of items: its columns, the builder that fills them, and the rule by which an item
//! that was recorded more than once becomes one row.
//!
//! `columns.rs` declares the columns. Statistics read the stored ones as slices ([`ItemFrame::rows`]);
//! exports read all of them as a polars frame ([`ItemFrame::data_frame`]).
//!
//! Rows are sorted by job, then in the order in which they were read; a job has an item once. They lie in
//! the chunks in which they were filled: nothing is moved once it has been read, unless records are left
//! out or sorted.

mod chunks;
mod columns;
pub mod export;
#[cfg(feature = "tables")]
pub mod import;
mod interner;
mod kinds;
mod logical;
mod newest;
mod renamed;
mod repeated;
mod runs;
mod texts;
mod uuid;

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::LazyLock;

use foldhash::quality::RandomState;

pub use self::chunks::Rows;
use self::chunks::{Chunks, GrowingChunks};
pub use self::columns::{COLUMNS, ItemTexts, Piece, Row, Words};
use self::columns::{Chunk, StoredTexts};
pub use self::interner::{Interner, InternerList};
pub use self::logical::Labels;
pub use self::newest::Recorded;
use self::newest::Records;
pub use self::renamed::NewTexts;
pub use self::repeated::Repeated;
pub use self::runs::Runs;
use self::texts::{Stored, TextArena};
use crate::api::ItemFields;
use crate::parallel::{self, MANY_ROWS};

/// Hashes ids: with another seed in every run, so that nobody can prepare ids that collide. Nothing that
/// is reported depends on it.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);

/// Rows of a reader, in the order in which it adds them. The job and the file of a row are known only
/// once everything has been read, and come in [`ItemFrame::build`].
pub struct ItemColumns {
    len: usize,
    chunks: GrowingChunks,
    words: Words,
    texts: TextArena,
    hasher: RandomState,
}

impl Default for ItemColumns {
    fn default() -> Self {
        Self {
            len: 0,
            chunks: GrowingChunks::default(),
            words: Words::default(),
            texts: TextArena::default(),
            hasher: HASHER.clone(),
        }
    }
}

impl ItemColumns {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Tells if there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a row.
    #[inline(always)]
    pub fn push(&mut self, item: &ItemFields<'_>) {
        let id_hash = self.hasher.hash_one(item.item_id.as_bytes());
        let place = ItemTexts::keep(item, &mut self.texts);
        self.chunks
            .last()
            .push(item, id_hash, place, &mut self.words);
        self.len += 1;
    }

    /// Takes back all but the first so many rows; their texts stay where they are.
    pub fn truncate(&mut self, rows: usize) {
        self.chunks.truncate(rows);
        self.len = self.len.min(rows);
    }
}

/// Rows of several readers in their order.
struct Read {
    chunks: Chunks,
    words: Words,
    texts: TextArena,
}

impl Read {
    fn join(readers: Vec<ItemColumns>) -> Self {
        let rows: usize = readers.iter().map(ItemColumns::len).sum();
        let (mut words, mut texts) = (Words::default(), TextArena::default());
        let mut blocks = Vec::with_capacity(readers.len());
        for reader in readers {
            let recodes = words.join(reader.words);
            let shift = texts.join(reader.texts);
            let of_reader = reader.chunks.finish();
            blocks.extend(of_reader.map(|block| (block, recodes.clone(), shift)));
        }
        let chunks = parallel::map(rows > MANY_ROWS, blocks, |(mut block, recodes, shift)| {
            block.recode(&recodes);
            for place in &mut block.place {
                *place += shift;
            }
            Chunk::from(block)
        });
        Self {
            chunks: Chunks::new(chunks),
            words,
            texts,
        }
    }

    fn records(&self) -> Records<'_> {
        Records {
            chunks: &self.chunks,
            texts: &self.texts,
            messages: &self.words.error_message,
        }
    }
}

/// More rows than a frame can hold.
#[derive(Debug, thiserror::Error)]
#[error("the dump holds {0} items; more than {max} cannot be reported at once", max = u32::MAX)]
pub struct TooManyRows(usize);

/// The frame of items.
#[derive(Debug)]
pub struct ItemFrame {
    repeated: Repeated,
    chunks: Chunks,
    runs: Runs,
    texts: TextArena,
    words: Words,
}

impl ItemFrame {
    /// Joins the rows of several readers in their order, keeps one record per item of a job, and sorts by
    /// job.
    ///
    /// `runs` says which job and file each row over all of `readers` belongs to. The second result has an
    /// entry for each of the `jobs`.
    ///
    /// # Errors
    ///
    /// Fails for 2^32 rows and more.
    pub fn build(
        readers: Vec<ItemColumns>,
        mut runs: Runs,
        jobs: usize,
    ) -> Result<(Self, Vec<Recorded>), TooManyRows> {
        let mut read = Read::join(readers);
        if u32::try_from(read.chunks.len()).is_err() {
            return Err(TooManyRows(read.chunks.len()));
        }
        let (keep, recorded) = read.records().newest(&runs, jobs);
        if let Some(rows) = keep {
            read.chunks = read.chunks.gather(&rows);
            runs = runs.reordered(&rows);
        }
        let repeated = match jobs {
            0 | 1 => Repeated::default(),
            _ => Repeated::among(&read, &runs),
        };
        read.chunks.forget_id_hashes();
        let items = Self {
            repeated,
            chunks: read.chunks,
            runs,
            texts: read.texts,
            words: read.words,
        };
        Ok((items, recorded))
    }

    /// Items that did not complete in one job and are recorded in another one.
    pub fn repeated(&self) -> &Repeated {
        &self.repeated
    }

    /// Number of rows, which are distinct items.
    pub fn len(&self) -> usize {
        self.chunks.len()
    }

    /// Tells if there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows of each of the `jobs`.
    pub fn rows_by_job(&self, jobs: usize) -> Vec<Range<usize>> {
        let ranges = self.runs.ranges_by_job(jobs).into_iter();
        // Sorted by job there is one for each at most.
        ranges
            .map(|mut ranges| ranges.pop().unwrap_or_default())
            .collect()
    }

    /// View of rows, with the stored columns; nothing is copied.
    pub fn rows(&self, rows: Range<usize>) -> Rows<'_> {
        Rows::of(self.chunks.pieces(rows))
    }

    /// Stored values of a row, which has to be there.
    pub fn row(&self, row: usize) -> Row {
        self.chunks.row(row)
    }

    /// Index of the batch job that a row belongs to.
    pub fn job(&self, row: usize) -> Option<u32> {
        self.source(row).map(|(job, _)| job)
    }

    /// Index of the batch job that a row belongs to, and of the file that it was read from.
    pub fn source(&self, row: usize) -> Option<(u32, u32)> {
        self.runs.of(row)
    }

    /// Texts of a row, looked up in one go.
    pub fn texts(&self, row: usize) -> ItemTexts<'_> {
        ItemTexts::at(&self.texts, self.chunks.place(row))
    }

    /// Id of a row's item.
    pub fn item_id(&self, row: usize) -> Option<Cow<'_, str>> {
        self.texts(row).id
    }

    /// Name of a row's item.
    pub fn item_name(&self, row: usize) -> Option<Cow<'_, str>> {
        // Nothing else is unpacked: it is asked for each failed item.
        let stored = StoredTexts::at(&self.texts, self.chunks.place(row));
        stored.name?.read()
    }

    /// Names of rows in their order, each with its row.
    pub fn item_names(
        &self,
        rows: Range<usize>,
    ) -> impl Iterator<Item = (usize, Option<Cow<'_, str>>)> {
        self.chunks.places(rows).map(|(place, row)| {
            let stored = StoredTexts::at(&self.texts, place);
            (row, stored.name.and_then(Stored::read))
        })
    }

    /// Status word of a row.
    pub fn status_word(&self, row: usize) -> &str {
        self.statuses().get(self.row(row).status)
    }

    /// Error message of a row.
    pub fn error_message(&self, row: usize) -> Option<&str> {
        let message = self.row(row).error_message?;
        Some(self.messages().get(message))
    }

    /// Skip reason of a row.
    pub fn skip_reason(&self, row: usize) -> Option<&str> {
        let reason = self.row(row).skip_reason?;
        Some(self.reasons().get(reason))
    }

    /// Words of all columns that hold some, by their codes.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// Every status word: those of [`crate::api::status::KNOWN`], then the others.
    pub fn statuses(&self) -> &Interner {
        &self.words.status
    }

    /// Every error message.
    pub fn messages(&self) -> &InternerList {
        &self.words.error_message
    }

    /// Every skip reason once.
    pub fn reasons(&self) -> &Interner {
        &self.words.skip_reason
    }
}

impl Default for ItemFrame {
    fn default() -> Self {
        let Read {
            chunks,
            words,
            texts,
        } = Read::join(Vec::new());
        Self {
            repeated: Repeated::default(),
            chunks,
            runs: Runs::default(),
            texts,
            words,
        }
    }
}

#[cfg(test)]
mod tests;
