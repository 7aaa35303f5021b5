//! Parts of a message that tell nothing, whatever stands around them: colour codes, the way letters are
//! composed, and the name of the item itself.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use memchr::{memchr, memmem};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::forms::is_in_word;

/// Character that stands for the item's own name while a message is scanned. Unicode gives it no meaning, as
/// it gives none to the other marks.
pub(super) const OWN_NAME: char = '\u{FDD0}';
/// Characters without a meaning: the marks of what varies, and some more.
const MARKS: RangeInclusive<char> = OWN_NAME..='\u{FDEF}';

/// Fewest characters of a name that is looked for in a message.
const SHORTEST_NAME: usize = 3;
/// Fewest characters of a name without its folder or ending.
const SHORTEST_STEM: usize = 5;

/// Returns the text without colour codes and marks, in composed letters, and with [`OWN_NAME`] for the name.
pub(super) fn clean<'t>(text: &'t str, own_name: Option<&str>) -> Cow<'t, str> {
    let mut text = composed(text);
    if !text.is_ascii() && text.contains(|c| MARKS.contains(&c)) {
        text = Cow::Owned(text.replace(|c| MARKS.contains(&c), "\u{FFFD}"));
    }
    if let Some(plain) = without_colours(&text) {
        text = Cow::Owned(plain);
    }
    if let Some(name) = own_name.map(composed) {
        for name in forms_of_name(&name) {
            if let Some(named) = without_name(&text, name) {
                return Cow::Owned(named);
            }
        }
    }
    text
}

/// Tells if a message holds the name of the item that it is about.
pub fn holds_name(message: &str, name: &str) -> bool {
    let (message, name) = (composed(message), composed(name));
    let [whole, base, stem] = forms_of_name(&name);
    // The stem is a part of the others.
    memmem::find(message.as_bytes(), stem.as_bytes()).is_some()
        && [whole, base, stem]
            .into_iter()
            .any(|name| names_in(&message, name).next().is_some())
}

/// Returns a name whole, without its folders, and without its ending as well. Plain words are no names without
/// an ending.
fn forms_of_name(name: &str) -> [&str; 3] {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let base = if is_telling_stem(base) { base } else { name };
    let stem = base
        .rsplit_once('.')
        .filter(|(stem, ending)| ending.len() <= 5 && is_telling_stem(stem));
    [name, base, stem.map_or(base, |(stem, _)| stem)]
}

fn is_telling_stem(stem: &str) -> bool {
    let is_plain = stem.bytes().all(|byte| byte.is_ascii_alphabetic());
    !is_plain && stem.chars().nth(SHORTEST_STEM - 1).is_some()
}

fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfc().collect())
}

fn without_name(text: &str, name: &str) -> Option<String> {
    let mut places = names_in(text, name).peekable();
    places.peek()?;
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for at in places {
        out.push_str(&text[copied..at]);
        out.push(OWN_NAME);
        copied = at + name.len();
    }
    out.push_str(&text[copied..]);
    Some(out)
}

/// Places at which a name stands in a text, and is no part of a longer word.
fn names_in<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = usize> {
    let is_long = name.chars().nth(SHORTEST_NAME - 1).is_some();
    let found = is_long.then(|| memmem::find_iter(text.as_bytes(), name.as_bytes()));
    found.into_iter().flatten().filter(move |at| {
        let (before, behind) = (&text[..*at], &text[at + name.len()..]);
        let begins = !(name.starts_with(is_in_word) && before.ends_with(is_in_word));
        let ends = !(name.ends_with(is_in_word) && behind.starts_with(is_in_word));
        begins && ends
    })
}

/// Returns the text without the codes by which a terminal is told colours; absent if it holds none.
///
/// Some tools drop the escape character and keep the rest. Codes without it count only if the text resets a
/// colour as well, because `[5m` may also be five minutes.
fn without_colours(text: &str) -> Option<String> {
    const RESETS: [&str; 5] = ["[0m", "[m", "[22m", "[39m", "[49m"];
    let holds = |byte: u8| memchr(byte, text.as_bytes()).is_some();
    let escaped = holds(0x1b) || (!text.is_ascii() && text.contains('\u{9b}'));
    let bare = holds(b'[') && RESETS.iter().any(|reset| text.contains(reset));
    if !escaped && !bare {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\u{1b}', '\u{9b}', '[']) {
        out.push_str(&rest[..at]);
        let code = &rest[at..];
        let length = match code.as_bytes() {
            [0x1b, b'[', ..] => 2 + control_length(&code[2..]),
            [0x1b, ..] => 1,
            [b'[', ..] if bare => colour_length(code).unwrap_or(0),
            [b'[', ..] => 0,
            _ => '\u{9b}'.len_utf8() + control_length(&code['\u{9b}'.len_utf8()..]),
        };
        if length == 0 {
            out.push('[');
        }
        rest = &code[length.max(1)..];
    }
    out.push_str(rest);
    Some(out)
}

/// Length of a control sequence behind its introducer: parameters, and the letter that ends it.
fn control_length(text: &str) -> usize {
    let parameters = text.bytes().take_while(|byte| (0x20..0x40).contains(byte));
    let length = parameters.count();
    match text.as_bytes().get(length) {
        Some(0x40..=0x7e) => length + 1,
        _ => length,
    }
}

/// Length of a colour code that begins with its bracket: `[0m`, `[31m`, `[38;5;9m`.
fn colour_length(text: &str) -> Option<usize> {
    let code = text.strip_prefix('[')?;
    let length = code.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    code[length..].starts_with('m').then_some(1 + length + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_codes_are_no_part_of_a_message() {
        for text in [
            "\u{1b}[31mParseError\u{1b}[0m: page",
            "\u{1b}[38;5;9mParseError\u{1b}[m: page",
            "[2mParseError[22m: page",
            "\u{9b}1mParseError: page",
            "\u{1b}[2K\u{1b}[1GParseError: page",
        ] {
            assert_eq!(clean(text, None), "ParseError: page", "{text:?}");
        }
    }

    #[test]
    fn brackets_that_are_no_colours_stay() {
        for text in ["took [5m 3s]", "a [list] of [0] items", "x["] {
            assert_eq!(clean(text, None), text);
        }
        assert_eq!(clean("[1] \u{1b}[1mx [5m]", None), "[1] x [5m]");
    }

    #[test]
    fn decomposed_letters_are_composed() {
        assert_eq!(clean("u\u{308}ber", None), "über");
        assert!(holds_name(
            "cannot read U\u{308}bersicht.pdf",
            "Übersicht.pdf"
        ));
        assert!(holds_name(
            "cannot read Übersicht.pdf",
            "U\u{308}bersicht.pdf"
        ));
    }

    #[test]
    fn a_name_is_found_in_whole_words_only() {
        assert!(holds_name("no north wing, no plan", "north wing"));
        assert!(!holds_name("a replanning of explain.pdf", "plan"));
        assert!(!holds_name("a b", "a"));
        assert_eq!(
            clean("north wing: north wings", Some("north wing")),
            "\u{FDD0}: north wings"
        );
    }
}
