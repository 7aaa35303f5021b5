//! Redaction of free text: messages of others, and our sentences that quote them.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Kind, Redactor};
use crate::text::{one_line, quote};

/// Longest quote of a text in a sentence.
const QUOTE: usize = 2_000;

/// Ids in text: UUIDs with or without a prefix, and long words of hexadecimal digits.
static ID: LazyLock<Regex> = LazyLock::new(|| {
    let uuid = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
    let pattern = format!(
        r"\b(?:[a-z]{{2,5}}-)?{uuid}\b|\b[a-z]{{2,5}}-[0-9a-f]{{8,}}\b|\b[0-9a-f]{{16,}}\b"
    );
    Regex::new(&pattern).expect("a pattern")
});

/// Names of files in text.
static FILE: LazyLock<Regex> = LazyLock::new(|| {
    let file = r#"[^\s'"“”‘’`<>|:*?()\[\]{},;=]+\.[A-Za-z][A-Za-z0-9]{1,4}\b"#;
    Regex::new(file).expect("a pattern")
});

/// Forms in which sentences show a text.
pub(super) fn forms(text: &str) -> Vec<String> {
    let mut forms = vec![
        text.to_owned(),
        one_line(text).into_owned(),
        quote(text, QUOTE),
    ];
    forms.dedup();
    forms
}

/// Parts of a name by which messages may call it.
pub(super) fn parts_of_name(name: &str) -> Vec<String> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let tells = |part: &&str| {
        part.chars().count() >= 8
            || part.len() >= 4 && part.bytes().any(|byte| !byte.is_ascii_alphabetic())
    };
    let mut parts: Vec<String> = [base, stem]
        .into_iter()
        .filter(tells)
        .map(str::to_owned)
        .collect();
    let encoded = encoded(name);
    if encoded != name {
        parts.push(encoded);
    }
    parts
}

/// A text as a URL holds it.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

impl Redactor {
    /// Redacts names and ids within a message or its pattern.
    pub(super) fn message(&self, text: &str) -> String {
        let mut text = self
            .loose
            .replace(text, true)
            .unwrap_or_else(|| text.to_owned());
        if self.kinds.names {
            let name = |found: &Captures<'_>| match &found[0] {
                name if name.contains("name-") || name.contains("path-") => name.to_owned(),
                name => self.pseudonym(Kind::Name, name),
            };
            text = FILE.replace_all(&text, name).into_owned();
        }
        if self.kinds.ids {
            let id = |found: &Captures<'_>| match self.is_pseudonym(&found[0]) {
                true => found[0].to_owned(),
                false => self.pseudonym(Kind::Id, &found[0]),
            };
            text = ID.replace_all(&text, id).into_owned();
        }
        text
    }

    /// Returns whether an id came from the dictionary.
    fn is_pseudonym(&self, id: &str) -> bool {
        self.made.contains(id)
    }

    /// Redacts a sentence of ours. What it quotes is a message, whole or cut.
    pub(super) fn sentence(&self, sentence: &str) -> String {
        let mut out = String::with_capacity(sentence.len());
        let mut rest = sentence;
        while let Some(begin) = rest.find('“') {
            let inside = &rest[begin + '“'.len_utf8()..];
            let Some(length) = inside.find('”') else {
                break;
            };
            out.push_str(&self.words(&rest[..begin]));
            out.push_str(&format!("“{}”", self.quoted(&inside[..length])));
            rest = &inside[length + '”'.len_utf8()..];
        }
        out.push_str(&self.words(rest));
        out
    }

    fn words(&self, text: &str) -> String {
        let text = self
            .strict
            .replace(text, false)
            .unwrap_or_else(|| text.to_owned());
        match self.kinds.ids {
            true => {
                let id = |found: &Captures<'_>| match self.is_pseudonym(&found[0]) {
                    true => found[0].to_owned(),
                    false => self.pseudonym(Kind::Id, &found[0]),
                };
                ID.replace_all(&text, id).into_owned()
            }
            false => text,
        }
    }

    fn quoted(&self, text: &str) -> String {
        if let Some(whole) = self.strict.get(text) {
            return whole.to_owned();
        }
        let begin = text.strip_suffix('…').map(str::trim_end);
        let cut = begin.filter(|begin| begin.len() >= 8);
        if let Some(pseudonym) = cut.and_then(|begin| self.strict.beginning_with(begin)) {
            return pseudonym.to_owned();
        }
        match self.kinds.messages {
            true => "redacted".to_owned(),
            false => self.cut_message(text, begin),
        }
    }

    /// Redacts a message that may be cut within a name.
    fn cut_message(&self, text: &str, begin: Option<&str>) -> String {
        let Some(begin) = begin else {
            return self.message(text);
        };
        // The last words may be the begin of a name: from the first place on at which one begins.
        let words = begin.char_indices().filter(|(at, c)| {
            let before = begin[..*at].chars().next_back();
            !c.is_whitespace() && before.is_none_or(|before| !before.is_alphanumeric())
        });
        let cut = words
            .map(|(at, _)| at)
            .find(|at| self.loose.beginning_with(&begin[*at..]).is_some());
        let kept = &begin[..cut.unwrap_or(begin.len())];
        format!("{}…", self.message(kept))
    }
}
