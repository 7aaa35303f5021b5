//! Comparing and searching bytes, many at a time.

use wide::u8x16;

/// A few bytes that are compared in one go.
#[derive(Default, Clone, Copy)]
pub(super) struct Between {
    bytes: Block,
    mask: Block,
    pub(super) length: usize,
}

/// Bytes that are looked at in one go: most strings of an item are no longer, and the text between two of
/// them hardly ever is.
pub(super) const BLOCK: usize = 32;
pub(super) type Block = [u8; BLOCK];

impl Between {
    /// Takes bytes to compare with; `None` if there are too many.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > BLOCK {
            return None;
        }
        let mut between = Self {
            length: bytes.len(),
            ..Self::default()
        };
        between.bytes[..bytes.len()].copy_from_slice(bytes);
        between.mask[..bytes.len()].fill(0xff);
        Some(between)
    }

    #[inline(always)]
    pub(super) fn stands_at(&self, bytes: &[u8], at: usize) -> bool {
        match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
            Some(window) => are_same(window, &self.bytes, &self.mask),
            None => self.ends(bytes.get(at..).unwrap_or_default()),
        }
    }

    /// Tells if the last few bytes of a text are these.
    #[cold]
    #[inline(never)]
    fn ends(&self, rest: &[u8]) -> bool {
        rest.starts_with(&self.bytes[..self.length])
    }
}

/// Tells if two blocks are the same where the mask is set.
#[inline(always)]
fn are_same(block: &Block, other: &Block, mask: &Block) -> bool {
    let differ = |half: usize| {
        let [block, other, mask] = [block, other, mask].map(|block| half_of(block, half));
        (block ^ other) & mask
    };
    let differ = differ(0) | differ(1);
    differ.simd_eq(u8x16::splat(0)).to_bitmask() == 0xffff
}

/// Position of the first byte that ends the plain part of a string; [`BLOCK`] if there is none.
#[inline(always)]
pub(super) fn first_special(block: &Block) -> usize {
    let specials = |half: usize| {
        let bytes = half_of(block, half);
        let quote = bytes.simd_eq(u8x16::splat(b'"'));
        let escape = bytes.simd_eq(u8x16::splat(b'\\'));
        let control = bytes.simd_lt(u8x16::splat(0x20));
        u64::from((quote | escape | control).to_bitmask())
    };
    // The bit behind the last one is always set.
    (specials(0) | specials(1) << 16 | 1 << BLOCK).trailing_zeros() as usize
}

#[inline(always)]
fn half_of(block: &Block, half: usize) -> u8x16 {
    u8x16::new(std::array::from_fn(|at| block[half * 16 + at]))
}

/// Tells if a byte ends the plain part of a string.
pub(super) fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}
