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

/// Texts that repeat in several lists, numbered one list after another: those of a list are all others,
/// but two lists may hold the same. To look each of them up among all would take longer than to look
/// at some of them twice.
#[derive(Debug, Default)]
pub struct WordLists {
    lists: Vec<Words>,
    /// The number of the first word of each list.
    firsts: Vec<u32>,
    len: u32,
}

impl WordLists {
    /// Adds a list; gives the number of its first word.
    pub(super) fn add(&mut self, words: Words) -> u32 {
        let first = self.len;
        if !words.is_empty() {
            self.len += words.len() as u32;
            self.lists.push(words);
            self.firsts.push(first);
        }
        first
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The lists, in order; none is empty.
    pub fn lists(&self) -> &[Words] {
        &self.lists
    }

    /// The word of that number; empty where there is none.
    pub fn get(&self, code: u32) -> &str {
        let list = self.firsts.partition_point(|first| *first <= code);
        list.checked_sub(1)
            .map_or("", |list| self.lists[list].get(code - self.firsts[list]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_several_lists_are_found_by_their_numbers() {
        let mut lists = WordLists::default();
        let firsts =
            [&["a", "b"][..], &[], &["b"], &["c", "a"]].map(|list| lists.add(Words::of(list)));
        assert_eq!(firsts, [0, 2, 2, 3]);
        let words: Vec<&str> = (0..6).map(|code| lists.get(code)).collect();
        assert_eq!(words, ["a", "b", "b", "c", "a", ""]);
        assert_eq!((lists.len(), lists.lists().len()), (5, 3));
    }
}
