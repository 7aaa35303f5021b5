//! An append-only arena of the texts of items: their ids, their names, the ids of the jobs behind them.
//!
//! Its blocks are never moved, so that nothing is copied when there are more. Before the texts of an
//! item stand their lengths: twice one more than the length, and one more than that if the text ends with
//! a packed UUID; 0 for an absent text.

use std::borrow::Cow;

use super::uuid;

/// Place of the texts of an item: the block in the upper half, the byte in the lower one.
pub(super) type Place = u64;

/// The arena.
#[derive(Debug, Default)]
pub(super) struct TextArena {
    blocks: Vec<Vec<u8>>,
}

const FIRST_BLOCK_BYTES: usize = 1 << 14;
const BLOCK_BYTES: usize = 1 << 20;
/// Bytes of the longest length.
const LENGTH_BYTES: usize = 10;

impl TextArena {
    /// Adds the texts of an item.
    #[inline]
    pub(super) fn push<const N: usize>(&mut self, texts: [Option<&str>; N]) -> Place {
        let wanted: usize = texts
            .iter()
            .map(|text| LENGTH_BYTES + text.map_or(0, str::len))
            .sum();
        let room = |block: &Vec<u8>| block.capacity() - block.len();
        if self.blocks.last().is_none_or(|block| room(block) < wanted) {
            self.begin_block(wanted);
        }
        let index = self.blocks.len() - 1;
        let block = &mut self.blocks[index];
        let at = block.len();
        let packed = texts.map(|text| uuid::pack(text?));
        let mut lengths = [0; N];
        for ((length, text), packed) in lengths.iter_mut().zip(&texts).zip(&packed) {
            *length = text.map_or(0, |text| (text.len() + 1) << 1) | usize::from(packed.is_some());
        }
        if lengths.iter().all(|length| *length <= 0x7f) {
            block.extend_from_slice(&lengths.map(|length| length as u8));
        } else {
            for mut length in lengths {
                while length > 0x7f {
                    block.push(length as u8 | 0x80);
                    length >>= 7;
                }
                block.push(length as u8);
            }
        }
        for (text, packed) in texts.into_iter().zip(&packed) {
            match (text.unwrap_or_default().as_bytes(), packed) {
                (text, None) => block.extend_from_slice(text),
                (text, Some(packed)) => {
                    block.extend_from_slice(&text[..text.len() - uuid::TEXT_BYTES]);
                    block.extend_from_slice(packed);
                }
            }
        }
        (index as Place) << 32 | at as Place
    }

    #[cold]
    fn begin_block(&mut self, wanted: usize) {
        let size = (FIRST_BLOCK_BYTES << self.blocks.len().min(6)).min(BLOCK_BYTES);
        self.blocks.push(Vec::with_capacity(size.max(wanted)));
    }

    /// Takes the blocks of another; gives what its places grow by.
    pub(super) fn join(&mut self, other: Self) -> Place {
        let first = self.blocks.len() as Place;
        self.blocks.extend(other.blocks);
        first << 32
    }

    /// Texts at a place.
    pub(super) fn get<const N: usize>(&self, place: Place) -> [Option<Stored<'_>>; N] {
        let block = self.blocks.get((place >> 32) as usize);
        let mut rest = block
            .and_then(|block| block.get(place as u32 as usize..))
            .unwrap_or_default();
        let mut lengths = [0; N];
        // Nearly all lengths take one byte each.
        if let Some((short, others)) = rest.split_first_chunk::<N>()
            && short.iter().all(|byte| *byte <= 0x7f)
        {
            return texts_of(short.map(usize::from), others);
        }
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
        texts_of(lengths, rest)
    }
}

/// Texts with these lengths, as they are written.
#[inline(always)]
fn texts_of<const N: usize>(lengths: [usize; N], mut rest: &[u8]) -> [Option<Stored<'_>>; N] {
    lengths.map(|length: usize| {
        let is_packed = length & 1 == 1;
        let mut length = (length >> 1).checked_sub(1)?;
        if is_packed {
            length = length.checked_sub(uuid::TEXT_BYTES)?;
        }
        let packed_bytes = if is_packed { uuid::PACKED_BYTES } else { 0 };
        let (text, others) = rest.split_at_checked(length)?;
        let (packed, others) = others.split_at_checked(packed_bytes)?;
        rest = others;
        Some(Stored { text, packed })
    })
}

/// A text in the arena.
#[derive(Clone, Copy)]
pub(super) struct Stored<'a> {
    text: &'a [u8],
    /// The UUID that it ends with; empty if there is none.
    packed: &'a [u8],
}

impl<'a> Stored<'a> {
    /// Its bytes as they are stored: the same for equal texts.
    pub(super) fn bytes(self) -> [&'a [u8]; 2] {
        [self.text, self.packed]
    }

    /// Reads it; a UUID is unpacked.
    pub(super) fn read(self) -> Option<Cow<'a, str>> {
        // It was text when it was written.
        let text = std::str::from_utf8(self.text).ok()?;
        if self.packed.is_empty() {
            return Some(Cow::Borrowed(text));
        }
        let mut whole = String::with_capacity(text.len() + uuid::TEXT_BYTES);
        whole.push_str(text);
        uuid::unpack(self.packed, &mut whole);
        Some(Cow::Owned(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_any_length_are_found_by_their_places() {
        let lengths = [
            0, 1, 126, 127, 128, 16_383, 70_000, 3_000_000, 5, 0, 900_000, 200_000,
        ];
        let text = |length: usize| "ü".repeat(length / 2) + &"x".repeat(length % 2);
        let texts_of = |length: usize| {
            let name = (!length.is_multiple_of(3)).then(|| text(length / 2));
            let job = "pjb-01234567-89ab-cdef-0123-456789abcdef";
            (text(length), name, (length < 130).then_some(job))
        };
        let mut arena = TextArena::default();
        let mut places = Vec::new();
        for _ in 0..2 {
            let mut reader = TextArena::default();
            let of_reader = lengths.map(|length| {
                let (id, name, work) = texts_of(length);
                reader.push([Some(&id), name.as_deref(), work])
            });
            let shift = arena.join(reader);
            places.extend(of_reader.map(|place| place + shift));
        }
        for (place, length) in places.into_iter().zip(lengths.into_iter().cycle()) {
            let (id, name, work) = texts_of(length);
            let found = arena.get(place);
            let found = found.map(|text| text.and_then(Stored::read));
            let found = found.each_ref().map(Option::as_deref);
            assert_eq!(found, [Some(&*id), name.as_deref(), work]);
        }
    }
}
