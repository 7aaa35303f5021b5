//! IDs of jobs, batches and directories.

/// Prefix of the keys of this service.
const KEY_PREFIX: &str = "llx-";

/// Returns true if a text can be an ID: safe in a URL and as the name of a folder, whatever server
/// or user it came from.
pub fn is_safe_id(text: &str) -> bool {
    (1..=200).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !text.starts_with(['.', '-'])
        && !looks_like_a_key(text)
}

/// Returns true if a text contains something like a key of this service, so that it must not get
/// into a URL.
pub fn looks_like_a_key(text: &str) -> bool {
    text.to_ascii_lowercase().contains(KEY_PREFIX)
}
