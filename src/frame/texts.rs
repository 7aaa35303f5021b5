//! Texts of which each is another: written one behind the other, and hardly ever looked at again.

use super::rows::Place;

/// What a row has of such texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowTexts<'a> {
    pub(super) id: &'a str,
    pub(super) name: Option<&'a str>,
    /// The id of the job behind the item, where it is kept.
    pub(super) work: Option<&'a str>,
}

/// The texts of rows, each at its place.
///
/// They stand in blocks that are never moved, so that nothing is copied when there are more. Before
/// the texts of a row stand their lengths, one more than they are, and 0 for a text that is absent.
#[derive(Debug, Clone, Default)]
pub(super) struct TextBlocks {
    blocks: Vec<Vec<u8>>,
}

const FIRST_BLOCK: usize = 1 << 16;
const BLOCK: usize = 1 << 20;
/// The most bytes that a length takes.
const LONGEST_LENGTH: usize = 10;

impl TextBlocks {
    /// Adds the texts of a row; gives their place.
    pub(super) fn push(&mut self, texts: RowTexts<'_>) -> Place {
        let texts = [Some(texts.id), texts.name, texts.work];
        let wanted: usize = texts
            .iter()
            .map(|text| LONGEST_LENGTH + text.map_or(0, str::len))
            .sum();
        let room = |block: &Vec<u8>| block.capacity() - block.len();
        if self.blocks.last().is_none_or(|block| room(block) < wanted) {
            let size = (FIRST_BLOCK << self.blocks.len().min(4)).min(BLOCK);
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
        (index as Place) << 32 | at as Place
    }

    /// How many blocks there are.
    pub(super) fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Takes the blocks of `other`; places in them move on by [`moved`] of the blocks before.
    pub(super) fn join(&mut self, other: Self) {
        self.blocks.extend(other.blocks);
    }

    /// One of the texts at a place, counted from 0 as they were added.
    pub(super) fn get(&self, place: Place, which: usize) -> Option<&str> {
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
        let before: usize = lengths[..which]
            .iter()
            .map(|length| length.saturating_sub(1))
            .sum();
        let text = rest.get(before..before + lengths[which].checked_sub(1)?)?;
        // They were text when they were written.
        std::str::from_utf8(text).ok()
    }
}

/// By how much places move on that stand behind so many blocks.
pub(super) fn moved(blocks: usize) -> Place {
    (blocks as Place) << 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_any_length_are_found_at_their_places() {
        let mut blocks = TextBlocks::default();
        let lengths = [
            0, 1, 126, 127, 128, 16_383, 70_000, 3_000_000, 5, 0, 900_000, 200_000,
        ];
        let text = |length: usize| "ü".repeat(length / 2) + &"x".repeat(length % 2);
        let places: Vec<Place> = lengths
            .iter()
            .map(|length| {
                blocks.push(RowTexts {
                    id: &text(*length),
                    name: (length % 3 > 0).then_some(&text(length / 2)),
                    work: (*length < 130).then_some("pjb"),
                })
            })
            .collect();
        for (place, length) in places.iter().zip(lengths) {
            let found = |which| blocks.get(*place, which);
            assert_eq!(found(0), Some(&*text(length)));
            let name = (length % 3 > 0).then(|| text(length / 2));
            assert_eq!(found(1), name.as_deref());
            assert_eq!(found(2), (length < 130).then_some("pjb"));
        }
        assert_eq!(blocks.get(moved(999), 0), None);
    }
}
