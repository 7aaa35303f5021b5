//! Comparing and searching bytes, many at a time.

use wide::u8x16;

/// A few bytes that are compared in one go.
#[derive(Default, Clone, Copy)]
pub(super) struct Between {
    bytes: [u8x16; 2],
    mask: [u8x16; 2],
    pub(super) length: usize,
}

impl Between {
    const LONGEST: usize = 32;

    /// `None` where there are too many.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > Self::LONGEST {
            return None;
        }
        let mut padded = [0; Self::LONGEST];
        padded[..bytes.len()].copy_from_slice(bytes);
        let mut mask = [0; Self::LONGEST];
        mask[..bytes.len()].fill(0xff);
        Some(Self {
            bytes: halves(&padded),
            mask: halves(&mask),
            length: bytes.len(),
        })
    }

    #[inline(always)]
    pub(super) fn stands_at(&self, bytes: &[u8], at: usize) -> bool {
        match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
            Some(window) => self.is(window),
            None => self.ends(bytes.get(at..).unwrap_or_default()),
        }
    }

    #[inline(always)]
    fn is(&self, window: &[u8; Self::LONGEST]) -> bool {
        let [first, second] = halves(window);
        let differ =
            (first ^ self.bytes[0]) & self.mask[0] | (second ^ self.bytes[1]) & self.mask[1];
        differ.simd_eq(u8x16::splat(0)).to_bitmask() == 0xffff
    }

    /// The same within the last few bytes of a text.
    #[cold]
    #[inline(never)]
    fn ends(&self, rest: &[u8]) -> bool {
        if rest.len() < self.length {
            return false;
        }
        let mut padded = [0; Self::LONGEST];
        padded[..rest.len()].copy_from_slice(rest);
        self.is(&padded)
    }
}

#[inline(always)]
fn halves(bytes: &[u8; Between::LONGEST]) -> [u8x16; 2] {
    let half = |from: usize| u8x16::new(std::array::from_fn(|at| bytes[from + at]));
    [half(0), half(16)]
}

/// Whether a byte ends the plain part of a string.
pub(super) fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// How many bytes of a string are looked at in one go: most strings of an item are no longer.
pub(super) const BLOCK: usize = 32;

/// Where the first byte stands that ends the plain part of a string; [`BLOCK`] where there is none.
#[inline(always)]
pub(super) fn first_special(block: &[u8; BLOCK]) -> usize {
    let specials = |half: usize| {
        let half: [u8; 16] = std::array::from_fn(|at| block[half * 16 + at]);
        let bytes = u8x16::new(half);
        let quote = bytes.simd_eq(u8x16::splat(b'"'));
        let escape = bytes.simd_eq(u8x16::splat(b'\\'));
        let control = bytes.simd_lt(u8x16::splat(0x20));
        u64::from((quote | escape | control).to_bitmask())
    };
    // The bit behind the last is always set.
    (specials(0) | specials(1) << 16 | 1 << BLOCK).trailing_zeros() as usize
}
