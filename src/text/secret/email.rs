//! E-mail addresses.

use std::ops::Range;

/// Longest part of an address before and behind its sign.
const PART: usize = 64;

/// Endings of files behind an `@`, as in `scan@2x.png`, that are no domains.
const FILES: [&[u8]; 12] = [
    b"png", b"jpg", b"jpeg", b"gif", b"webp", b"svg", b"pdf", b"tif", b"tiff", b"docx", b"xlsx",
    b"txt",
];

/// Returns the place of an address whose `@` is at `at`.
pub(super) fn address(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let is_local = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || !byte.is_ascii()
            || matches!(
                byte,
                b'.' | b'_' | b'%' | b'+' | b'-' | b'\'' | b'!' | b'#' | b'$' | b'&' | b'~'
            )
    };
    let before = &bytes[at.saturating_sub(PART)..at];
    let length = before
        .iter()
        .rev()
        .take_while(|byte| is_local(byte))
        .count();
    let mut start = at - length;
    // What a quote or a mark of another language begins is none of the address.
    while start < at && !bytes[start].is_ascii_alphanumeric() {
        start += 1;
    }
    let rest = &bytes[at + 1..bytes.len().min(at + 1 + 4 * PART)];
    let is_domain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let mut length = rest.iter().take_while(|byte| is_domain(byte)).count();
    while length > 0 && !rest[length - 1].is_ascii_alphanumeric() {
        length -= 1;
    }
    let domain = &rest[..length];
    let dot = memchr::memrchr(b'.', domain)?;
    let top = &domain[dot + 1..];
    let is_top = top.len() >= 2 && top.iter().all(u8::is_ascii_alphabetic);
    let first = domain.first()?;
    let is_file = |ending: &&[u8]| top.eq_ignore_ascii_case(ending);
    let only_file = memchr::memchr(b'.', domain) == Some(dot) && FILES.iter().any(is_file);
    let is_it = start < at && is_top && first.is_ascii_alphanumeric() && dot > 0 && !only_file;
    is_it.then(|| start..at + 1 + length)
}
