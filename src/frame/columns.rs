//! The columns while they are filled.

use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

use foldhash::fast::RandomState;

use super::chunks::Chunks;
use super::newest::Hashes;
use super::rows::{Place, Which};
use super::texts::{self, RowTexts, TextBlocks};
use super::words::Words;
use crate::api::{ItemRecord, UtcTime, status};
use crate::parallel::{self, MANY_ROWS};

/// What stands for an absent time while columns are filled: no time of the years 0 to 9999.
pub(super) const NO_TIME: i64 = i64::MIN;
/// What stands for an absent word.
pub(super) const NO_WORD: u32 = u32::MAX;

/// Whether the ids of the jobs behind the items are kept: a table of items shows them, no figure
/// needs them, and they are as long as the items' own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WorkIds {
    /// As text.
    #[default]
    Kept,
    /// As text, unless there are more rows than this: then as hashes, which tell whether two records
    /// of an item differ.
    KeptUpTo(usize),
}

impl WorkIds {
    fn kept(self, rows: usize) -> bool {
        match self {
            Self::Kept => true,
            Self::KeptUpTo(most) => rows <= most,
        }
    }
}

/// The columns while they are filled. Which job and which file a row belongs to is known only once
/// everything has been read, and comes in [`super::ItemFrame::build`].
pub struct ItemColumns {
    len: usize,
    /// Where the id of each item stands, and its name.
    text: Chunks<Place>,
    texts: TextBlocks,
    /// The hashes of the ids, by which repeated items are looked for.
    id_hash: Chunks<u64>,
    status: Chunks<u32>,
    statuses: Words,
    started_at: Chunks<i64>,
    completed_at: Chunks<i64>,
    effective_at: Chunks<i64>,
    error_message: Chunks<u32>,
    messages: Words,
    skip_reason: Chunks<u32>,
    reasons: Words,
    work_ids: WorkIds,
    /// Hashes of the ids of the jobs behind the items, once these are no longer kept.
    work_hash: Chunks<u64>,
}

impl Default for ItemColumns {
    fn default() -> Self {
        Self::new(WorkIds::Kept)
    }
}

impl ItemColumns {
    /// No rows yet.
    pub fn new(work_ids: WorkIds) -> Self {
        Self {
            len: 0,
            text: Chunks::default(),
            texts: TextBlocks::default(),
            id_hash: Chunks::default(),
            status: Chunks::default(),
            statuses: Words::of(&status::KNOWN),
            started_at: Chunks::default(),
            completed_at: Chunks::default(),
            effective_at: Chunks::default(),
            error_message: Chunks::default(),
            messages: Words::default(),
            skip_reason: Chunks::default(),
            reasons: Words::default(),
            work_ids,
            work_hash: Chunks::default(),
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

    /// Adds a row.
    #[inline]
    pub fn push(&mut self, item: &ItemRecord<'_>) {
        let work = item.processing_job_id.as_deref();
        self.len += 1;
        let kept = self.work_ids.kept(self.len);
        if !kept {
            if self.work_ids.kept(self.len - 1) {
                self.hash_work();
            }
            self.work_hash.push(hash_of_some(work));
        }
        self.id_hash.push(end_hash(&item.item_id));
        self.text.push(self.texts.push(RowTexts {
            id: &item.item_id,
            name: item.item_name.as_deref(),
            work: work.filter(|_| kept),
        }));
        self.status.push(match status::code(&item.status) {
            Some(code) => code,
            None => self.statuses.code(&item.status),
        });
        let micros = |time: Option<UtcTime>| time.map_or(NO_TIME, UtcTime::micros);
        self.started_at.push(micros(item.started_at));
        self.completed_at.push(micros(item.completed_at));
        self.effective_at.push(micros(item.effective_at));
        let message = item.error_message.as_deref();
        self.error_message
            .push(message.map_or(NO_WORD, |text| self.messages.code(text)));
        let reason = item.skip_reason.as_deref();
        self.skip_reason
            .push(reason.map_or(NO_WORD, |text| self.reasons.code(text)));
    }

    /// Hashes the ids of the jobs behind the items so far.
    fn hash_work(&mut self) {
        for place in self.text.iter() {
            let work = self.texts.get(place, Which::Work as usize);
            self.work_hash.push(hash_of_some(work));
        }
    }
}

/// Another in every run, so that nobody can prepare texts that collide; nothing that is reported
/// depends on it.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);

fn hash_of_some(text: Option<&str>) -> u64 {
    text.map_or(0, hash)
}

fn hash(text: &str) -> u64 {
    let mut hasher = HASHER.build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// What ids are told apart by before they are compared: their last 16 bytes, in which nearly all
/// of them differ.
fn end_hash(id: &str) -> u64 {
    let bytes = id.as_bytes();
    match bytes.last_chunk::<16>() {
        Some(end) => {
            let end = u128::from_le_bytes(*end);
            let mixed = u128::from(end as u64 ^ *SEED)
                .wrapping_mul(u128::from((end >> 64) as u64 ^ 0x9e37_79b9_7f4a_7c15));
            (mixed ^ (mixed >> 64)) as u64
        }
        None => hash(id),
    }
}

static SEED: LazyLock<u64> = LazyLock::new(|| hash("seed"));

/// The columns of several readers, joined in their order.
pub(super) struct Joined {
    pub(super) text: Vec<Place>,
    pub(super) texts: TextBlocks,
    pub(super) status: Vec<u32>,
    pub(super) started_at: Vec<i64>,
    pub(super) completed_at: Vec<i64>,
    pub(super) effective_at: Vec<i64>,
    pub(super) error_message: Vec<u32>,
    pub(super) skip_reason: Vec<u32>,
    pub(super) hashes: Hashes,
    pub(super) statuses: Words,
    pub(super) messages: Words,
    pub(super) reasons: Words,
}

impl Joined {
    pub(super) fn of(mut parts: Vec<ItemColumns>) -> Self {
        parts.retain(|part| !part.is_empty());
        let rows: usize = parts.iter().map(ItemColumns::len).sum();
        let kept = parts.iter().all(|part| part.work_ids.kept(rows));
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        let (mut id_hash, mut work_hash) = (Vec::new(), Vec::new());
        let (mut text, mut texts) = (Vec::new(), TextBlocks::default());
        let mut blocks_before = Vec::new();
        let mut codes = [Coded::default(), Coded::default(), Coded::default()];
        for mut part in parts {
            if !kept {
                if part.work_ids.kept(part.len) {
                    part.hash_work();
                }
                work_hash.push(part.work_hash);
            }
            id_hash.push(part.id_hash);
            blocks_before.push(texts::moved(texts.len()));
            text.push(part.text);
            texts.join(part.texts);
            let [started_at, completed_at, effective_at] = &mut times;
            started_at.push(part.started_at);
            completed_at.push(part.completed_at);
            effective_at.push(part.effective_at);
            let [status, message, reason] = &mut codes;
            status.add(part.status, part.statuses);
            message.add(part.error_message, part.messages);
            reason.add(part.skip_reason, part.reasons);
        }
        let ((times, id_hash, text), (codes, work_hash)) = parallel::both(
            rows > MANY_ROWS,
            || {
                (
                    times.map(|lists| Chunks::join(lists, |_, time| time)),
                    Chunks::join(id_hash, |_, hash| hash),
                    Chunks::join(text, |part, place| place + blocks_before[part]),
                )
            },
            || {
                let work_hash = Chunks::join(work_hash, |_, hash| hash);
                (codes.map(Coded::join), (!kept).then_some(work_hash))
            },
        );
        let [started_at, completed_at, effective_at] = times;
        let [
            (status, statuses),
            (error_message, messages),
            (skip_reason, reasons),
        ] = codes;
        Self {
            text,
            texts,
            status,
            started_at,
            completed_at,
            effective_at,
            error_message,
            skip_reason,
            hashes: Hashes {
                id: id_hash,
                work: work_hash,
            },
            statuses,
            messages,
            reasons,
        }
    }
}

/// A column of numbers of words, in parts that each number their own words.
#[derive(Default)]
struct Coded {
    words: Words,
    parts: Vec<Chunks<u32>>,
    /// What number each word of a part has in the end.
    numbers: Vec<Vec<u32>>,
}

impl Coded {
    fn add(&mut self, codes: Chunks<u32>, words: Words) {
        self.numbers.push(self.words.join(words));
        self.parts.push(codes);
    }

    fn join(self) -> (Vec<u32>, Words) {
        let numbers = self.numbers;
        let codes = Chunks::join(self.parts, |part, code| {
            // What is absent is beyond all numbers.
            numbers[part].get(code as usize).copied().unwrap_or(NO_WORD)
        });
        (codes, self.words)
    }
}
