//! Texts of which each is another: written one behind the other, and hardly ever looked at again.

use std::sync::atomic::{AtomicBool, Ordering};

/// Which texts of items (their ids, names, the ids of the jobs behind them, and their error messages)
/// are kept. No figure needs them but for the messages of failed items, and they are longer than all
/// figures of an item together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeptTexts {
    /// All.
    #[default]
    All,
    /// All while no more than `beyond` rows have been read; from then on those that a report may name:
    /// of items that are not completed, and of the `slowest` of each list.
    Reported {
        /// So many rows are kept whole.
        beyond: usize,
        /// How many slow items a report names.
        slowest: usize,
    },
}

/// What a row has of such texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowTexts<'a> {
    pub(super) id: &'a str,
    pub(super) name: Option<&'a str>,
    /// The id of the job behind the item.
    pub(super) work: Option<&'a str>,
}

/// The texts of a row that stand in a frame: `None` where they are absent, or not kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ItemTexts<'a> {
    /// The id of the item; absent only where it is not kept.
    pub id: Option<&'a str>,
    /// Its name.
    pub name: Option<&'a str>,
    /// The id of the parse or extract job behind it.
    pub work: Option<&'a str>,
}

/// Where the texts of a row stand: which block, and where in it.
type Place = u64;

/// The texts of some of a reader's rows.
///
/// They stand in blocks that are never moved, so that nothing is copied when there are more. Before
/// the texts of a row stand their lengths, one more than they are, and 0 for a text that is absent.
#[derive(Debug, Default)]
pub(super) struct TextRows {
    /// Which of the reader's rows, ascending.
    rows: Vec<u32>,
    places: Vec<Place>,
    blocks: Vec<Vec<u8>>,
}

const FIRST_BLOCK: usize = 1 << 14;
const BLOCK: usize = 1 << 20;
/// The most bytes that a length takes.
const LONGEST_LENGTH: usize = 10;

impl TextRows {
    /// Adds the texts of a row, which comes after all others.
    pub(super) fn push(&mut self, row: usize, texts: RowTexts<'_>) {
        let texts = [Some(texts.id), texts.name, texts.work];
        let wanted: usize = texts
            .iter()
            .map(|text| LONGEST_LENGTH + text.map_or(0, str::len))
            .sum();
        let room = |block: &Vec<u8>| block.capacity() - block.len();
        if self.blocks.last().is_none_or(|block| room(block) < wanted) {
            let size = (FIRST_BLOCK << self.blocks.len().min(6)).min(BLOCK);
            self.blocks.push(Vec::with_capacity(size.max(wanted)));
        }
        let index = self.blocks.len() - 1;
        let block = &mut self.blocks[index];
        let at = block.len();
        for text in texts {
            let mut length = text.map_or(0, |text| text.len() + 1);
            while length > 0x7f {
                block.push(length as u8 | 0x80);
                length >>= 7;
            }
            block.push(length as u8);
        }
        for text in texts.into_iter().flatten() {
            block.extend_from_slice(text.as_bytes());
        }
        self.rows.push(row as u32);
        self.places.push((index as Place) << 32 | at as Place);
    }

    fn place(&self, row: usize) -> Option<Place> {
        // Where all are kept each stands at its own number.
        let at = match self.rows.get(row) {
            Some(found) if *found as usize == row => row,
            _ => self.rows.binary_search(&(row as u32)).ok()?,
        };
        Some(self.places[at])
    }

    /// The texts at a place.
    fn get(&self, place: Place) -> Option<ItemTexts<'_>> {
        let block = self.blocks.get((place >> 32) as usize)?;
        let mut rest = block.get(place as u32 as usize..)?;
        let mut lengths = [0; 3];
        for length in &mut lengths {
            let mut shift = 0;
            while let Some((byte, others)) = rest.split_first() {
                rest = others;
                *length |= usize::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
        }
        let mut next = |length: usize| {
            let (text, others) = rest.split_at_checked(length.checked_sub(1)?)?;
            rest = others;
            // They were text when they were written.
            std::str::from_utf8(text).ok()
        };
        let [id, name, work] = lengths.map(&mut next);
        Some(ItemTexts { id, name, work })
    }
}

/// The texts of the rows of a frame, as far as they are kept.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// Of each reader, with its first row.
    readers: Vec<(usize, TextRows)>,
    /// Which row was read as the one that stands at each place now; absent where none was moved.
    order: Option<Vec<u32>>,
    /// Whether texts were asked for that are not kept.
    missed: AtomicBool,
}

impl Texts {
    /// Adds the texts of a reader, whose rows begin with that one.
    pub(super) fn add(&mut self, first: usize, texts: TextRows) {
        self.readers.push((first, texts));
    }

    /// Says which row was read as the one that stands at each place from now on.
    pub(super) fn reorder(&mut self, order: Vec<u32>) {
        self.order = Some(order);
    }

    /// The texts of a row.
    pub(super) fn get(&self, row: usize) -> ItemTexts<'_> {
        self.find(row).unwrap_or_default()
    }

    fn find(&self, row: usize) -> Option<ItemTexts<'_>> {
        let row = match &self.order {
            Some(order) => *order.get(row)? as usize,
            None => row,
        };
        let reader = self.readers.partition_point(|(first, _)| *first <= row);
        let (first, texts) = self.readers.get(reader.checked_sub(1)?)?;
        let Some(place) = texts.place(row - first) else {
            self.missed.store(true, Ordering::Relaxed);
            return None;
        };
        texts.get(place)
    }

    /// Whether texts were asked for that are not kept.
    pub(super) fn missed(&self) -> bool {
        self.missed.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_any_length_are_found_by_their_rows() {
        let lengths = [
            0, 1, 126, 127, 128, 16_383, 70_000, 3_000_000, 5, 0, 900_000, 200_000,
        ];
        let text = |length: usize| "ü".repeat(length / 2) + &"x".repeat(length % 2);
        let mut texts = Texts::default();
        for (first, step) in [(0, 1), (12, 3)] {
            let mut rows = TextRows::default();
            for (row, length) in lengths.into_iter().enumerate() {
                let (id, name) = (text(length), text(length / 2));
                let row_texts = RowTexts {
                    id: &id,
                    name: (length % 3 > 0).then_some(&name),
                    work: (length < 130).then_some("pjb"),
                };
                rows.push(row * step, row_texts);
            }
            texts.add(first, rows);
        }
        let rows = (0..12).chain((12..).step_by(3));
        for (row, length) in rows.zip(lengths.into_iter().cycle().take(24)) {
            let (id, name) = (text(length), text(length / 2));
            let expected = ItemTexts {
                id: Some(&id),
                name: (length % 3 > 0).then_some(&name),
                work: (length < 130).then_some("pjb"),
            };
            assert_eq!(texts.get(row), expected);
        }
        assert!(!texts.missed(), "an absent name is not missed");
        assert_eq!(texts.get(13), ItemTexts::default());
        assert!(texts.missed());
    }
}
