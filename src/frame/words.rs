//! Texts that repeat, each held once.

use std::ops::Range;
use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexSet;

/// Texts that repeat, each once and by a number: the order in which they were first seen.
#[derive(Debug, Clone, Default)]
pub struct Words(IndexSet<Box<str>, RandomState>);

impl Words {
    /// Those words, by their place.
    pub(super) fn of(words: &[&str]) -> Self {
        Self(words.iter().map(|word| Box::from(*word)).collect())
    }

    /// The number of a word, which is added where it is new.
    pub(super) fn code(&mut self, word: &str) -> u32 {
        let index = match self.0.get_index_of(word) {
            Some(index) => index,
            None => self.0.insert_full(Box::from(word)).0,
        };
        index as u32
    }

    /// Takes the words of `other`; gives the number that each of them has here.
    pub(super) fn join(&mut self, other: Self) -> Arc<[u32]> {
        if self.0.is_empty() {
            *self = other;
            return (0..self.0.len() as u32).collect();
        }
        let words = other.0.into_iter();
        words
            .map(|word| self.0.insert_full(word).0 as u32)
            .collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The word of that number; empty where there is none.
    pub fn get(&self, code: u32) -> &str {
        self.0.get_index(code as usize).map_or("", |word| word)
    }

    /// Those with these numbers.
    pub fn range(&self, codes: Range<usize>) -> impl Iterator<Item = &str> {
        let words = self.0.get_range(codes).into_iter();
        words.flat_map(|words| words.iter().map(|word| &**word))
    }
}
