//! What could not be read of a file: all of it counted, the first few described.

use super::note::Place;
use crate::api::WrongType;

/// How rows that could not be read are remembered: all counted, the first few with their place.
pub(super) const REMEMBERED: usize = 5;

/// What of one kind was found.
#[derive(Default)]
pub(super) struct Remembered {
    pub(super) count: u64,
    pub(super) first: Vec<String>,
}

impl Remembered {
    /// Counts one; tells whether it is among the first, which are to be described. A description
    /// counts lines from the begin of the text, so that it is made for few.
    pub(super) fn counts_one_of_the_first(&mut self) -> bool {
        self.count += 1;
        self.first.len() < REMEMBERED
    }

    pub(super) fn list(&self) -> String {
        let more = self.count as usize - self.first.len();
        let mut list = self.first.join("; ");
        if more > 0 {
            list.push_str(&format!("; and {more} more"));
        }
        list
    }
}

/// Why something is no record.
pub(super) fn wrong_words(wrong: WrongType) -> String {
    let name = wrong.field.name();
    match (wrong.field, wrong.found) {
        (_, "absent") => format!("`{name}` is missing"),
        (_, found) => format!("`{name}` is {found}"),
    }
}

/// Where something stands, and what it is.
pub(super) fn named_place(place: Option<Place>, what: &str) -> String {
    match place {
        Some(place) => format!("{place}: {what}"),
        None => what.to_owned(),
    }
}
