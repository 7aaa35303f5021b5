//! The columns while they are filled.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use foldhash::quality::RandomState;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::blocks::{Block, BlockRow, Blocks, GrowingBlocks, Identity, NO_TIME, NO_WORD};
use super::texts::{KeptTexts, RowTexts, TextRows, Texts};
use super::words::{WordLists, Words};
use crate::api::{ItemFields, UtcTime, status};
use crate::parallel::{self, MANY_ROWS};

/// The columns while they are filled. Which job and which file a row belongs to is known only once
/// everything has been read, and comes in [`super::ItemFrame::build`].
#[derive(Default)]
pub struct ItemColumns {
    len: usize,
    blocks: GrowingBlocks,
    statuses: Words,
    messages: Words,
    reasons: Words,
    texts: TextRows,
    keeping: Keeping,
    seed: Seed,
}

impl ItemColumns {
    /// No rows yet. `read` counts the rows of all readers that are at work.
    pub fn new(kept: KeptTexts, read: Arc<AtomicUsize>) -> Self {
        Self {
            keeping: Keeping {
                kept,
                read,
                ..Keeping::default()
            },
            ..Self::default()
        }
    }

    /// Rows so far.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Says that the rows to come belong to another list than those so far.
    pub fn begin_list(&mut self) {
        self.keeping.begin_list(self.len);
    }

    /// Adds a row.
    #[inline(always)]
    pub fn push(&mut self, item: &ItemFields<'_>) {
        let micros = |time: Option<UtcTime>| time.map_or(NO_TIME, UtcTime::micros);
        let status = match status::code(item.status) {
            Some(code) => code,
            None => status::KNOWN.len() as u32 + self.statuses.code(item.status),
        };
        let (started_at, completed_at) = (micros(item.started_at), micros(item.completed_at));
        let are_texts_kept = self.keeping.keeps(status, started_at, completed_at);
        if are_texts_kept {
            let texts = RowTexts {
                id: item.item_id,
                name: item.item_name,
                work: item.processing_job_id,
            };
            self.texts.push(self.len, texts);
        }
        let message = item.error_message.filter(|_| are_texts_kept);
        let word = |words: &mut Words, text: Option<&str>| match text {
            Some(text) => words.code(text),
            None => NO_WORD,
        };
        let row = BlockRow {
            identity: self.seed.identity(item),
            status,
            started_at,
            completed_at,
            effective_at: micros(item.effective_at),
            error_message: word(&mut self.messages, message),
            skip_reason: word(&mut self.reasons, item.skip_reason),
        };
        self.blocks.push(row);
        self.len += 1;
    }
}

/// Decides whose texts are kept.
#[derive(Default)]
struct Keeping {
    kept: KeptTexts,
    /// Rows of all readers, as far as they have said so.
    read: Arc<AtomicUsize>,
    /// How many of its own rows this reader has said.
    said: usize,
    /// Whether those of the named items alone are kept from now on.
    few: bool,
    /// The greatest durations of the list at hand, since few are kept.
    slowest: BinaryHeap<Reverse<i64>>,
}

impl Keeping {
    fn begin_list(&mut self, len: usize) {
        self.slowest.clear();
        if let KeptTexts::Reported { beyond, .. } = self.kept
            && !self.few
        {
            let more = len - self.said;
            let read = self.read.fetch_add(more, Ordering::Relaxed) + more;
            self.said = len;
            self.few = read >= beyond;
        }
    }

    /// Whether the texts of a row are kept. Of a list those of a row are that is among its slowest at
    /// that point, for what is among them in the end has been so since it was read.
    #[inline]
    fn keeps(&mut self, status: u32, started_at: i64, completed_at: i64) -> bool {
        let KeptTexts::Reported { slowest, .. } = self.kept else {
            return true;
        };
        if !self.few {
            return true;
        }
        let is_slow = started_at != NO_TIME
            && completed_at >= started_at
            && self.is_slow(completed_at - started_at, slowest);
        is_slow || status != status::code::COMPLETED
    }

    #[inline]
    fn is_slow(&mut self, micros: i64, most: usize) -> bool {
        match self.slowest.peek() {
            Some(Reverse(least)) if self.slowest.len() >= most => {
                // Of those that took as long as the fastest of them any may be named.
                if micros <= *least {
                    return micros == *least;
                }
                self.slowest.pop();
            }
            None if most == 0 => return false,
            _ => {}
        }
        self.slowest.push(Reverse(micros));
        true
    }
}

/// Begins the hashes: another in every run, so that nobody can prepare texts that collide; nothing that
/// is reported depends on it.
#[derive(Clone)]
struct Seed {
    ids: u64,
    others: RandomState,
}

static SEED: LazyLock<Seed> = LazyLock::new(|| {
    let others = RandomState::default();
    Seed {
        ids: others.hash_one("seed"),
        others,
    }
});

impl Default for Seed {
    fn default() -> Self {
        SEED.clone()
    }
}

impl Seed {
    #[inline]
    fn identity(&self, item: &ItemFields<'_>) -> Identity {
        let id = xxh3_128_with_seed(item.item_id.as_bytes(), self.ids);
        let rest = [item.item_name, item.processing_job_id, item.error_message];
        let rest = rest.into_iter().fold(0_u64, |rest, text| {
            // A text does not pass for the same one in another field. What is absent counts, too.
            rest.rotate_left(21)
                ^ text.map_or(1, |text| {
                    let mut hasher = self.others.build_hasher();
                    hasher.write(text.as_bytes());
                    hasher.finish()
                })
        });
        Identity {
            id: [id as u32, (id >> 32) as u32, (id >> 64) as u32],
            rest: (rest ^ rest >> 32) as u32,
        }
    }
}

/// The rows of several readers in their order, with the words of all.
pub(super) struct Joined {
    pub(super) blocks: Blocks,
    pub(super) texts: Texts,
    pub(super) statuses: Words,
    pub(super) messages: WordLists,
    pub(super) reasons: Words,
}

impl Joined {
    pub(super) fn of(mut readers: Vec<ItemColumns>) -> Self {
        readers.retain(|reader| !reader.is_empty());
        let rows: usize = readers.iter().map(ItemColumns::len).sum();
        let mut statuses = Words::of(&status::KNOWN);
        let (mut messages, mut reasons) = (WordLists::default(), Words::default());
        let mut texts = Texts::default();
        let mut first = 0;
        let mut columns = Vec::with_capacity(readers.len());
        for reader in readers {
            let numbers = Numbers {
                statuses: statuses.join(reader.statuses),
                first_message: messages.add(reader.messages),
                reasons: reasons.join(reader.reasons),
            };
            texts.add(first, reader.texts);
            first += reader.len;
            columns.extend(reader.blocks.finish().map(|block| (block, numbers.clone())));
        }
        let numbered = |(mut block, numbers): (Block, Numbers)| {
            numbers.put_into(&mut block);
            block
        };
        Self {
            blocks: Blocks::new(parallel::map(rows > MANY_ROWS, columns, numbered)),
            texts,
            statuses,
            messages,
            reasons,
        }
    }
}

/// What number each word of a reader has among those of all.
#[derive(Clone)]
struct Numbers {
    statuses: Arc<[u32]>,
    first_message: u32,
    reasons: Arc<[u32]>,
}

impl Numbers {
    fn put_into(&self, block: &mut Block) {
        for code in &mut block.error_message {
            if *code != NO_WORD {
                *code += self.first_message;
            }
        }
        renumber(&mut block.skip_reason, &self.reasons);
        let known = status::KNOWN.len() as u32;
        if !self.statuses.is_empty() {
            for code in &mut block.status {
                if let Some(unknown) = code.checked_sub(known) {
                    *code = self.statuses[unknown as usize];
                }
            }
        }
    }
}

/// Gives words the numbers they have among those of all readers.
fn renumber(codes: &mut [u32], numbers: &[u32]) {
    if (0..).zip(numbers).all(|(own, number)| own == *number) {
        return;
    }
    for code in codes {
        // What is absent is beyond all numbers.
        *code = numbers.get(*code as usize).copied().unwrap_or(NO_WORD);
    }
}
