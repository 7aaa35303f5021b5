//! The columns while they are filled.

use std::hash::BuildHasher;
use std::mem::take;
use std::sync::LazyLock;

use foldhash::fast::RandomState;
use polars::prelude::{ChunkFullNull, Column, IntoColumn, PlSmallStr, StringChunked};
use polars_core::chunked_array::builder::StringChunkedBuilder;

use super::column;
use super::newest::Hashes;
use super::words::Words;
use crate::api::{ItemRecord, UtcTime, status};

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
    /// As a hash, which tells whether two records of an item differ.
    Hashed,
}

/// The columns while they are filled. Which job and which file a row belongs to is known only once
/// everything has been read, and comes in [`super::ItemFrame::build`].
pub struct ItemColumns {
    pub(super) item_id: StringChunkedBuilder,
    /// The hashes of the ids, by which repeated items are looked for.
    pub(super) id_hash: Vec<u64>,
    pub(super) item_name: StringChunkedBuilder,
    pub(super) status: Vec<u32>,
    pub(super) statuses: Words,
    pub(super) started_at: Vec<i64>,
    pub(super) completed_at: Vec<i64>,
    pub(super) effective_at: Vec<i64>,
    pub(super) error_message: Vec<u32>,
    pub(super) messages: Words,
    pub(super) skip_reason: Vec<u32>,
    pub(super) reasons: Words,
    pub(super) work: Work,
}

/// The ids of the jobs behind the items.
pub(super) enum Work {
    Kept(StringChunkedBuilder),
    Hashed(Vec<u64>),
}

impl Default for ItemColumns {
    fn default() -> Self {
        Self::new(WorkIds::Kept)
    }
}

impl ItemColumns {
    /// No rows yet.
    pub fn new(work_ids: WorkIds) -> Self {
        let text = |name| StringChunkedBuilder::new(PlSmallStr::from_static(name), 0);
        Self {
            item_id: text(column::ITEM_ID),
            id_hash: Vec::new(),
            item_name: text(column::ITEM_NAME),
            status: Vec::new(),
            statuses: Words::of(&status::KNOWN),
            started_at: Vec::new(),
            completed_at: Vec::new(),
            effective_at: Vec::new(),
            error_message: Vec::new(),
            messages: Words::default(),
            skip_reason: Vec::new(),
            reasons: Words::default(),
            work: match work_ids {
                WorkIds::Kept => Work::Kept(text(column::PROCESSING_JOB_ID)),
                WorkIds::Hashed => Work::Hashed(Vec::new()),
            },
        }
    }

    /// Rows so far.
    pub fn len(&self) -> usize {
        self.status.len()
    }

    /// Whether there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.status.is_empty()
    }

    /// Adds a row.
    pub fn push(&mut self, item: &ItemRecord<'_>) {
        self.item_id.append_value(&*item.item_id);
        self.id_hash.push(hash(&item.item_id));
        self.item_name.append_option(item.item_name.as_deref());
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
        let work = item.processing_job_id.as_deref();
        match &mut self.work {
            Work::Kept(texts) => texts.append_option(work),
            Work::Hashed(hashes) => hashes.push(work.map_or(0, hash)),
        }
    }
}

/// Another in every run, so that nobody can prepare texts that collide; nothing that is reported
/// depends on it.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);

fn hash(text: &str) -> u64 {
    HASHER.hash_one(text)
}

/// The columns of several readers, joined in their order.
pub(super) struct Joined {
    pub(super) item_id: Column,
    pub(super) item_name: Column,
    pub(super) work: Column,
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
    pub(super) fn of(parts: Vec<ItemColumns>) -> Self {
        let mut parts = parts;
        parts.retain(|part| !part.is_empty());
        if parts.is_empty() {
            parts.push(ItemColumns::default());
        }
        let rows: usize = parts.iter().map(ItemColumns::len).sum();
        let times = |parts: &mut Vec<ItemColumns>, of: fn(&mut ItemColumns) -> &mut Vec<i64>| {
            parts.iter_mut().map(|part| take(of(part))).collect()
        };
        let started_at = times(&mut parts, |part| &mut part.started_at);
        let completed_at = times(&mut parts, |part| &mut part.completed_at);
        let effective_at = times(&mut parts, |part| &mut part.effective_at);
        let (mut id_hash, mut work_hash, mut work) = (Vec::new(), Vec::new(), Vec::new());
        let (mut item_id, mut item_name) = (Vec::new(), Vec::new());
        let (mut status, mut message, mut reason) =
            (Coded::default(), Coded::default(), Coded::default());
        for part in parts {
            id_hash.push(part.id_hash);
            item_id.push(part.item_id.finish());
            item_name.push(part.item_name.finish());
            match part.work {
                Work::Kept(texts) => work.push(texts.finish()),
                Work::Hashed(hashes) => work_hash.push(hashes),
            }
            status.add(part.status, part.statuses);
            message.add(part.error_message, part.messages);
            reason.add(part.skip_reason, part.reasons);
        }
        let ((times, hashes), (codes, work_hash)) = either_way(
            rows,
            || {
                (
                    [started_at, completed_at, effective_at].map(concat),
                    concat(id_hash),
                )
            },
            || {
                let codes = [status, message, reason].map(Coded::concat);
                (codes, (!work_hash.is_empty()).then(|| concat(work_hash)))
            },
        );
        let [started_at, completed_at, effective_at] = times;
        let [
            (status, statuses),
            (error_message, messages),
            (skip_reason, reasons),
        ] = codes;
        Self {
            item_id: chunks(column::ITEM_ID, item_id, rows),
            item_name: chunks(column::ITEM_NAME, item_name, rows),
            work: chunks(column::PROCESSING_JOB_ID, work, rows),
            status,
            started_at,
            completed_at,
            effective_at,
            error_message,
            skip_reason,
            hashes: Hashes {
                id: hashes,
                work: work_hash,
            },
            statuses,
            messages,
            reasons,
        }
    }
}

/// Does both at once where there is much to do: waking another thread takes longer than a little.
fn either_way<A: Send, B: Send>(
    rows: usize,
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    const MUCH: usize = 1 << 15;
    if rows > MUCH {
        rayon::join(a, b)
    } else {
        (a(), b())
    }
}

/// A column of numbers of words, in parts that each number their own words.
#[derive(Default)]
struct Coded {
    words: Words,
    parts: Vec<(Vec<u32>, Vec<u32>)>,
}

impl Coded {
    fn add(&mut self, codes: Vec<u32>, words: Words) {
        let numbers = self.words.join(words);
        self.parts.push((codes, numbers));
    }

    fn concat(self) -> (Vec<u32>, Words) {
        let parts = self.parts.into_iter().map(|(mut codes, numbers)| {
            if !(0..).zip(&numbers).all(|(place, number)| place == *number) {
                for code in codes.iter_mut().filter(|code| **code != NO_WORD) {
                    *code = numbers[*code as usize];
                }
            }
            codes
        });
        (concat(parts.collect()), self.words)
    }
}

/// One after another, in one piece; what is done with is given back at once.
fn concat<T: Copy>(mut parts: Vec<Vec<T>>) -> Vec<T> {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    let mut all = Vec::with_capacity(parts.iter().map(Vec::len).sum());
    for part in parts {
        all.extend_from_slice(&part);
    }
    all
}

/// A column of the chunks as they are; of nulls where there are none.
fn chunks(name: &'static str, parts: Vec<StringChunked>, rows: usize) -> Column {
    let name = PlSmallStr::from_static(name);
    if parts.is_empty() {
        return StringChunked::full_null(name, rows).into_column();
    }
    let arrays = parts.iter().flat_map(|part| part.downcast_iter().cloned());
    StringChunked::from_chunk_iter(name, arrays).into_column()
}
