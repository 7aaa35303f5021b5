//! Masking of what varies in an error message, so that failures of one kind have one text.
//!
//! A scanner goes through a message once and takes at each place the first form that fits: quoted name, URL,
//! time, UUID, path, name of a file, other id, joined words, number. A form that was looked for in vain is not
//! looked for again in the same place, so the work grows with the length of the message and no faster.
//!
//! One regular expression would be shorter. It was measured: making it takes 5 ms of every start, and
//! masking with it a tenth of a run over 100,000 items.

mod clean;
mod compound;
mod dates;
mod file_names;
mod forms;
mod quotes;
mod scan;
mod slot;
mod telling;
mod units;

use std::borrow::Cow;
use std::ops::Range;

pub use self::clean::holds_name;
use self::clean::{OWN_NAME, clean};
use self::scan::Scanner;
pub use self::slot::Slot;
pub(super) use self::telling::{is_exception, is_of_failure};

/// Longest begin and longest end of a message that are masked, in bytes. A message of megabytes is the data
/// that failed; its begin says what it is, and its end, as of a traceback, what went wrong.
const LONGEST_BEGIN: usize = 4_096;
const LONGEST_END: usize = 1_024;

/// Something that varies in a text, in the place of its mark.
#[derive(Debug, Clone)]
struct Place {
    /// Place of the mark in the masked text.
    mark: usize,
    /// Place in the text.
    of: Range<usize>,
}

/// A masked message. It is made again and again, to use its memory for many messages.
#[derive(Debug, Default)]
pub struct Masked {
    text: String,
    places: Vec<Place>,
    values: String,
    ends: Vec<usize>,
}

impl Masked {
    /// Masks a message: the name of the item itself, ids, numbers with their units, quoted names, paths, URLs,
    /// times and joined words with digits. Colour codes and white space around the message are left out, and
    /// composed letters stand for decomposed ones. What tells what went wrong is kept.
    pub fn mask(&mut self, message: &str, own_name: Option<&str>) {
        self.text.clear();
        self.values.clear();
        self.ends.clear();
        let message = message.trim();
        if message.len() <= LONGEST_BEGIN + LONGEST_END {
            self.part(message, own_name);
        } else {
            self.part(begin_of(message), own_name);
            self.text.push_str(" … ");
            self.part(end_of(message), own_name);
        }
    }

    /// Returns the text with a mark for each value.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns what the marks stand for, in the order of the text.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        let begins = [0].into_iter().chain(self.ends.iter().copied());
        begins
            .zip(&self.ends)
            .map(|(begin, end)| &self.values[begin..*end])
    }

    fn part(&mut self, text: &str, own_name: Option<&str>) {
        let text = clean(text, own_name);
        let text = match text {
            Cow::Borrowed(text) => text,
            Cow::Owned(ref text) => text.trim(),
        };
        let base = self.text.len();
        self.places.clear();
        // A message that is nothing but a quoted word means that word.
        if is_one_quoted_word(text) {
            self.text.push_str(text);
            return;
        }
        Scanner::new(text, self, true).run();
        if !has_words(&self.text[base..]) {
            self.text.truncate(base);
            self.places.clear();
            Scanner::new(text, self, false).run();
        }
        for place in &self.places {
            let mut value = &text[place.of.clone()];
            while let Some(name) = value.find(OWN_NAME) {
                self.values.push_str(&value[..name]);
                self.values.push_str(own_name.unwrap_or_default());
                value = &value[name + OWN_NAME.len_utf8()..];
            }
            self.values.push_str(value);
            self.ends.push(self.values.len());
        }
    }
}

/// Returns a masked message with words in the place of its marks: `<id>`, `<n>`, `<name>`, `<path>`, `<url>`,
/// `<time>`, `<duration>`, `<size>`, `<email>` and `<address>`.
pub fn mask(message: &str, own_name: Option<&str>) -> String {
    let mut masked = Masked::default();
    masked.mask(message, own_name);
    let mut text = String::with_capacity(masked.text.len());
    for c in masked.text.chars() {
        match Slot::of_mark(c) {
            Some(slot) => text.push_str(slot.mask()),
            None => text.push(c),
        }
    }
    text
}

fn begin_of(message: &str) -> &str {
    &message[..message.floor_char_boundary(LONGEST_BEGIN)]
}

/// End of a long message, in whole words: the rest of one may look like anything.
fn end_of(message: &str) -> &str {
    let end = &message[message.ceil_char_boundary(message.len() - LONGEST_END)..];
    match end.find(char::is_whitespace) {
        Some(space) => end[space..].trim_start(),
        None => end,
    }
}

fn is_one_quoted_word(message: &str) -> bool {
    ['"', '\'', '`'].into_iter().any(|quote| {
        message
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
            .is_some_and(|inner| !inner.contains(quote))
    })
}

/// Tells if a masked text says anything beside what is masked.
fn has_words(text: &str) -> bool {
    text.chars().any(|c| c.is_alphanumeric()) || !text.contains(Slot::Word.mark())
}

#[cfg(test)]
mod tests;
