//! What stands in quotes: the name of a thing, which varies, or words that tell what went wrong.

use super::Slot;
use super::forms::{
    UUID, bytes_of, is_digit, is_ending, is_in_word, is_uuid, length_of, looked_at, path,
    prefixed_id_length,
};
use super::telling::{is_of_failure, is_telling_word, leads_to_telling};

/// Opening quotes and the quotes that close them. The plain apostrophe is not among them, because it is also a
/// part of words.
pub(super) const QUOTES: [(char, &[char]); 9] = [
    ('"', &['"']),
    ('`', &['`']),
    ('“', &['”', '"']),
    ('„', &['“', '”']),
    ('»', &['«']),
    ('«', &['»']),
    ('‘', &['’']),
    ('「', &['」']),
    ('『', &['』']),
];

/// What a quoted text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoted {
    /// Words that are kept as they are.
    Kept,
    /// Text in which something may vary.
    Text,
    /// Something that varies.
    Varies(Slot),
}

/// Longest quoted text that is looked at as a whole, in bytes.
const LONGEST: usize = 300;

/// Tells what a quoted text between these texts is.
pub(super) fn quoted(before: &str, inside: &str, behind: &str) -> Quoted {
    if inside.len() > LONGEST {
        return if leads_to_telling(before) {
            Quoted::Text
        } else {
            Quoted::Varies(Slot::Name)
        };
    }
    looked_at(inside.len());
    if !inside.is_empty()
        && inside
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b".-".contains(&byte))
    {
        return Quoted::Text;
    }
    if inside
        .rsplit_once('.')
        .is_some_and(|(_, end)| is_ending(end))
    {
        return Quoted::Varies(kind(inside));
    }
    if is_key(before, inside, behind) || is_telling_word(inside) {
        return Quoted::Kept;
    }
    if leads_to_telling(before) || is_sentence(inside) {
        return Quoted::Text;
    }
    Quoted::Varies(kind(inside))
}

/// Tells if a quoted word is a key of an object.
pub(super) fn is_key(before: &str, inside: &str, behind: &str) -> bool {
    behind.trim_start_matches(' ').starts_with(':')
        && before.trim_end().ends_with(['{', ','])
        && inside.len() <= 40
        && inside.starts_with(|c: char| c == '_' || c.is_alphabetic())
        && inside
            .chars()
            .all(|c| is_in_word(c) || matches!(c, '-' | ' ' | '.'))
}

/// Tells if a text is of several words, one of which says what went wrong.
fn is_sentence(text: &str) -> bool {
    text.contains(' ') && text.split(|c: char| !is_in_word(c)).any(is_of_failure)
}

fn kind(inside: &str) -> Slot {
    let scheme = bytes_of(inside, |byte| {
        byte.is_ascii_alphanumeric() || b"+.-".contains(&byte)
    });
    if scheme > 0 && inside[scheme..].starts_with("://") {
        Slot::Url
    } else if path(inside) == Some(inside.len()) {
        Slot::Path
    } else if ends_in_uuid(inside) || prefixed_id_length(inside) == Some(inside.len()) {
        Slot::Id
    } else {
        Slot::Name
    }
}

fn ends_in_uuid(text: &str) -> bool {
    let begin = text.len().checked_sub(UUID);
    begin
        .and_then(|begin| text.get(begin..))
        .is_some_and(is_uuid)
}

/// Length of more names in quotes that follow in a list, from the quote that closed the one before.
pub(super) fn list_length(text: &str, open: char, closing: &[char]) -> usize {
    let mut end = 0;
    loop {
        let rest = &text[end..];
        let Some(begin) = [", ", ",", " and ", " or ", " & ", ", and "]
            .iter()
            .find_map(|separator| {
                let names = rest.strip_prefix(separator)?.strip_prefix(open)?;
                Some(rest.len() - names.len())
            })
        else {
            return end;
        };
        let inside = length_of(&rest[begin..], |c| c != '\n' && !closing.contains(&c));
        let close = rest[begin + inside..].chars().next().filter(|c| *c != '\n');
        let Some(close) = close else {
            return end;
        };
        let behind = &rest[begin + inside + close.len_utf8()..];
        let inside = &rest[begin..begin + inside];
        if inside.len() > LONGEST
            || is_telling_word(inside)
            || behind.trim_start_matches(' ').starts_with(':')
            || behind.starts_with(is_in_word)
            || inside.starts_with(is_digit)
        {
            return end;
        }
        end = text.len() - behind.len();
    }
}
