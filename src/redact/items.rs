//! Redaction of the items of a dump, for tables of all of them.

use super::{Kind, Redactor};
use crate::frame::{ItemFrame, NewTexts, TooManyRows};

/// Largest number of items whose names and ids are looked for in messages. Of more, those are that the report
/// shows.
const MOST_KNOWN: usize = 100_000;

impl Redactor {
    /// Takes in the names and ids of all items.
    pub fn know_items(&mut self, items: &ItemFrame) {
        if items.len() > MOST_KNOWN {
            return;
        }
        for row in 0..items.len() {
            let texts = items.texts(row);
            for id in [&texts.id, &texts.work].into_iter().flatten() {
                self.know(Kind::Id, id);
            }
            if let Some(name) = &texts.name {
                self.know(Kind::Name, name);
            }
        }
    }

    /// Redacts the items of some jobs. `group` tells the id of a row's error group.
    ///
    /// # Errors
    ///
    /// As for [`ItemFrame::build`].
    pub fn items(
        &self,
        items: &ItemFrame,
        jobs: usize,
        group: impl Fn(usize) -> Option<String>,
    ) -> Result<ItemFrame, TooManyRows> {
        items.with_texts(jobs, |row| {
            let texts = items.texts(row);
            let of = |kind: Kind, text: &str| match self.redacts(kind) {
                true => self.pseudonym(kind, text),
                false => self.message(text),
            };
            let message = items.error_message(row).map(|text| match group(row) {
                Some(group) if self.kinds.messages => self.pseudonym(Kind::Message, &group),
                _ => of(Kind::Message, text),
            });
            let reason = items
                .skip_reason(row)
                .map(|text| match super::is_word_of_the_api(text) {
                    true => text.to_owned(),
                    false => of(Kind::Reason, text),
                });
            NewTexts {
                id: of(Kind::Id, texts.id.as_deref().unwrap_or_default()),
                name: texts.name.as_deref().map(|name| of(Kind::Name, name)),
                work: texts.work.as_deref().map(|id| of(Kind::Id, id)),
                message,
                reason,
            }
        })
    }
}
