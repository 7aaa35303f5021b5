//! JSON as Python and other writers make it.

use crate::api::field::replace_lone_surrogates;

/// Replaces what JSON does not have: NaN and Infinity become null, half a surrogate pair U+FFFD. `None` if
/// there is none of that.
pub(super) fn mend(text: &str) -> Option<String> {
    let without_nan = without_nan(text);
    let text = without_nan.as_deref().unwrap_or(text);
    let has_surrogates = [&b"\\ud"[..], b"\\uD"]
        .iter()
        .any(|escape| memchr::memmem::find(text.as_bytes(), escape).is_some());
    if !has_surrogates {
        return without_nan;
    }
    let replaced = replace_lone_surrogates(text);
    match replaced == text {
        true => without_nan,
        false => Some(replaced),
    }
}

fn without_nan(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = end_of_string(bytes, at),
            b'N' | b'I' | b'-' => {
                let word = ["NaN", "-NaN", "Infinity", "-Infinity"]
                    .into_iter()
                    .find(|word| text[at..].starts_with(word));
                let Some(word) = word else {
                    at += 1;
                    continue;
                };
                out.push_str(&text[copied..at]);
                out.push_str("null");
                at += word.len();
                copied = at;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return None;
    }
    out.push_str(&text[copied..]);
    Some(out)
}

/// Offset behind the string that begins at `at`.
fn end_of_string(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(next) = memchr::memchr3(b'"', b'\\', b'\n', &bytes[at.min(bytes.len())..]) {
        at += next;
        match bytes[at] {
            b'\\' => at += 2,
            // A string does not go over the end of a line; if one seems to, it is broken.
            _ => return at + 1,
        }
    }
    bytes.len()
}
