//! UUIDs in 16 bytes instead of 36: nearly every id ends with one, and ids are most of what an item takes
//! in memory.

/// Length of a UUID as text.
pub(super) const TEXT_BYTES: usize = 36;
/// Length of a packed one.
pub(super) const PACKED_BYTES: usize = 16;

/// Places of its dashes.
const DASHES: [usize; 4] = [8, 13, 18, 23];
/// Places of its digits, four by four.
const DIGITS: [usize; 8] = [0, 4, 9, 14, 19, 24, 28, 32];
/// One in each byte.
const ONES: u64 = 0x0101_0101_0101_0101;

/// Packs the UUID that a text ends with, if it does and all its letters are small.
#[inline]
pub(super) fn pack(text: &str) -> Option<[u8; PACKED_BYTES]> {
    let text: &[u8; TEXT_BYTES] = text.as_bytes().last_chunk()?;
    if DASHES.iter().any(|at| text[*at] != b'-') {
        return None;
    }
    let mut packed = [0; PACKED_BYTES];
    for (eight, out) in DIGITS.chunks_exact(2).zip(packed.chunks_exact_mut(4)) {
        let [begin, end] = [eight[0], eight[1]];
        let mut digits = [0; 8];
        digits[..4].copy_from_slice(&text[begin..begin + 4]);
        digits[4..].copy_from_slice(&text[end..end + 4]);
        out.copy_from_slice(&packed_digits(u64::from_le_bytes(digits))?.to_le_bytes());
    }
    Some(packed)
}

/// Packs eight hexadecimal digits at once.
#[inline(always)]
fn packed_digits(digits: u64) -> Option<u32> {
    let is_letter = digits >> 6 & ONES;
    let values = (digits & (0x0f * ONES)) + 9 * is_letter;
    // What is no digit does not come back.
    let above_nine = (values + 6 * ONES) >> 4 & ONES;
    let is_above_fifteen = values & (0xf0 * ONES) != 0;
    if is_above_fifteen || values + 0x30 * ONES + 0x27 * above_nine != digits {
        return None;
    }
    let pairs = (values << 4 | values >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    Some((fours | fours >> 16) as u32)
}

/// Adds a packed UUID to a text.
pub(super) fn unpack(packed: &[u8], text: &mut String) {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    for (at, byte) in packed.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push(HEX[usize::from(byte >> 4)]);
        text.push(HEX[usize::from(byte & 0xf)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back_and_nothing_else_is_packed() {
        let id = "dfl-01234567-89ab-cdef-fedc-ba9876543210";
        let packed = pack(id).expect("a UUID");
        assert_eq!(packed[..4], [0x01, 0x23, 0x45, 0x67]);
        let mut text = "dfl-".to_owned();
        unpack(&packed, &mut text);
        assert_eq!(text, id);
        // Any other byte in any place is another text.
        let uuid = &id[4..];
        for at in 0..uuid.len() {
            for byte in 0..128 {
                let mut changed = uuid.as_bytes().to_vec();
                changed[at] = byte;
                let changed = String::from_utf8(changed).expect("ASCII");
                if let Some(packed) = pack(&changed) {
                    let mut text = String::new();
                    unpack(&packed, &mut text);
                    assert_eq!(text, changed);
                    assert!(byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte) || byte == b'-');
                }
            }
        }
        assert_eq!(pack(""), None);
        assert_eq!(pack(&"ü".repeat(18)), None);
    }
}
