//! Pseudonyms for names, messages and ids: a report that may leave the house.
//!
//! A report is redacted once, when all of its sentences are said, so that every format shows the same
//! pseudonyms. Fields that hold a name, an id or a message become its pseudonym; all other texts are searched
//! for every name, id and message of the dump.

mod dictionary;
mod items;
mod pseudonym;
mod report;
mod text;

use std::collections::HashSet;

use self::dictionary::Dictionary;
pub use self::pseudonym::{Key, KeyError};
pub use self::report::RedactError;

/// Kinds of texts to redact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kinds {
    /// Names of items, and of files and folders.
    pub names: bool,
    /// Error messages and skip reasons.
    pub messages: bool,
    /// Ids of items, jobs, projects and others.
    pub ids: bool,
}

impl Kinds {
    /// Returns whether there is none.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// Makes pseudonyms, and knows every text that gets one.
pub struct Redactor {
    kinds: Kinds,
    key: Key,
    /// Texts that are looked for in our sentences.
    strict: Dictionary,
    /// Texts that are looked for in messages: also parts of names.
    loose: Dictionary,
    /// Pseudonyms of ids, which look like ids.
    made: HashSet<String>,
}

/// Kind of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Name,
    Path,
    Id,
    Message,
    Reason,
}

impl Redactor {
    /// Makes a redactor that knows no text yet.
    pub fn new(kinds: Kinds, key: Key) -> Self {
        Self {
            kinds,
            key,
            strict: Dictionary::default(),
            loose: Dictionary::default(),
            made: HashSet::new(),
        }
    }

    /// Returns the kinds that are redacted.
    pub fn kinds(&self) -> Kinds {
        self.kinds
    }

    /// Redacts the label or the id of a job.
    pub fn label(&self, label: &str) -> String {
        let kind = report::kind_of_label(label);
        match self.redacts(kind) {
            true => self.pseudonym(kind, label),
            false => self.message(label),
        }
    }

    /// Redacts the path of a file.
    pub fn path(&self, path: &str) -> String {
        match self.kinds.names {
            true => self.pseudonym(Kind::Path, path),
            false => self.message(path),
        }
    }

    fn redacts(&self, kind: Kind) -> bool {
        match kind {
            Kind::Name | Kind::Path => self.kinds.names,
            Kind::Id => self.kinds.ids,
            Kind::Message | Kind::Reason => self.kinds.messages,
        }
    }

    fn know(&mut self, kind: Kind, original: &str) {
        if !self.redacts(kind) || original.is_empty() || is_word_of_the_api(original) {
            return;
        }
        let pseudonym = self.pseudonym(kind, original);
        if kind == Kind::Id {
            self.made.insert(pseudonym.clone());
        }
        if kind == Kind::Name {
            for part in text::parts_of_name(original) {
                self.loose.add(part, &pseudonym);
            }
        }
        for form in text::forms(original) {
            self.strict.add(form.clone(), &pseudonym);
            self.loose.add(form, &pseudonym);
        }
    }

    /// Prepares the search for all texts that are known.
    pub fn ready(&mut self) {
        self.strict.sort();
        self.loose.sort();
    }
}

/// Returns whether a text is documented, and says nothing about its user.
fn is_word_of_the_api(text: &str) -> bool {
    matches!(
        text,
        "already_processed" | "size_limit_exceeded" | "-" | "." | ".."
    )
}

#[cfg(test)]
mod tests;
