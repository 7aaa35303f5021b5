//! Texts that repeat, each held once.

use std::ops::Range;
use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexSet;

use crate::text::mask;

/// Texts that repeat, each held once under a code: its place in the order in which they were first seen.
#[derive(Debug, Clone, Default)]
pub struct Interner(IndexSet<Box<str>, RandomState>);

impl Interner {
    /// These words, whose codes are their places.
    pub(super) fn of(words: &[&str]) -> Self {
        Self(words.iter().map(|word| Box::from(*word)).collect())
    }

    /// Code of a word, which is added if it is new. Secrets in it are masked here, once for each word, so
    /// that no output can hold them.
    pub(super) fn code(&mut self, word: &str) -> u32 {
        let index = match self.0.get_index_of(word) {
            Some(index) => index,
            None => self.0.insert_full(Box::from(&*mask(word))).0,
        };
        index as u32
    }

    /// Adds the words of another.
    pub(super) fn join(&mut self, other: Self) -> Recode {
        if self.0.is_empty() {
            *self = other;
            return Recode::Same;
        }
        let words = other.0.into_iter();
        let codes: Vec<u32> = words
            .map(|word| self.0.insert_full(word).0 as u32)
            .collect();
        match (0..).zip(&codes).all(|(own, code)| own == *code) {
            true => Recode::Same,
            false => Recode::To(codes.into()),
        }
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells if there is no word.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Word of a code; empty if there is none.
    pub fn get(&self, code: u32) -> &str {
        self.0.get_index(code as usize).map_or("", |word| word)
    }

    /// Words of these codes.
    pub fn range(&self, codes: Range<usize>) -> impl Iterator<Item = &str> {
        let words = self.0.get_range(codes).into_iter();
        words.flat_map(|words| words.iter().map(|word| &**word))
    }
}

/// The interners of several readers one after another. A word has one code in each, and may have several
/// in all: looking each word up among those of all readers takes longer than looking at some twice.
#[derive(Debug, Default)]
pub struct InternerList {
    lists: Vec<Interner>,
    /// Code of the first word of each list.
    firsts: Vec<u32>,
    len: u32,
}

impl InternerList {
    /// Code of a word in the only list of a reader.
    pub(super) fn code(&mut self, word: &str) -> u32 {
        if self.lists.is_empty() {
            self.lists.push(Interner::default());
            self.firsts.push(0);
        }
        let code = self.lists[0].code(word);
        self.len = self.len.max(code + 1);
        code
    }

    /// Adds the lists of another; gives the code of its first word.
    pub(super) fn join(&mut self, other: Self) -> u32 {
        let first = self.len;
        self.firsts
            .extend(other.firsts.iter().map(|own| first + own));
        self.lists.extend(other.lists);
        self.len += other.len;
        first
    }

    /// Number of codes.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Tells if there is no word.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The lists in order, none of them empty.
    pub fn lists(&self) -> &[Interner] {
        &self.lists
    }

    /// Word of a code; empty if there is none.
    pub fn get(&self, code: u32) -> &str {
        let list = self.firsts.partition_point(|first| *first <= code);
        list.checked_sub(1)
            .map_or("", |list| self.lists[list].get(code - self.firsts[list]))
    }
}

/// New codes of the words of a reader among those of all.
#[derive(Debug, Clone)]
pub enum Recode {
    /// They stay as they are.
    Same,
    /// Each is so much larger.
    Shift(u32),
    /// The new code of each.
    To(Arc<[u32]>),
}

impl Recode {
    pub(super) fn apply(&self, codes: &mut [u32]) {
        match self {
            Self::Same | Self::Shift(0) => {}
            Self::Shift(by) => {
                for code in codes.iter_mut().filter(|code| **code != NO_WORD) {
                    *code += by;
                }
            }
            Self::To(new) => {
                for code in codes {
                    // `NO_WORD` is beyond all codes.
                    *code = new.get(*code as usize).copied().unwrap_or(NO_WORD);
                }
            }
        }
    }
}

/// No code of a word.
pub(super) const NO_WORD: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_several_lists_are_found_by_their_codes() {
        let mut lists = InternerList::default();
        let firsts = [&["a", "b"][..], &[], &["b"], &["c", "a"]].map(|words| {
            let mut list = InternerList::default();
            for word in words {
                list.code(word);
            }
            lists.join(list)
        });
        assert_eq!(firsts, [0, 2, 2, 3]);
        let words: Vec<&str> = (0..6).map(|code| lists.get(code)).collect();
        assert_eq!(words, ["a", "b", "b", "c", "a", ""]);
        assert_eq!((lists.len(), lists.lists().len()), (5, 3));
    }
}
