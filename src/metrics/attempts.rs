//! Attempts that messages name.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use regex::Regex;

/// Messages of failures that name the attempt they are about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attempts {
    /// Messages that say "attempt 2/3", or "attempt 2 of 3".
    pub named: u64,
    /// Messages about the last attempt there is.
    pub last: u64,
}

/// Attempt that a message names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    NotNamed,
    Earlier,
    Last,
}

impl Attempt {
    /// Reads the first "attempt 2/3" or "attempt 2 of 3" in a message.
    pub(super) fn in_message(message: &str) -> Self {
        static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new("[Aa]ttempt ([0-9]{1,9}) ?(?:/|of) ?([0-9]{1,9})").expect("it is valid")
        });
        static WORD: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("ttempt "));
        // Most messages name none.
        if WORD.find(message.as_bytes()).is_none() {
            return Self::NotNamed;
        }
        let Some(found) = PATTERN.captures(message) else {
            return Self::NotNamed;
        };
        let [attempt, of] = [1, 2].map(|group| found[group].parse::<u64>().unwrap_or_default());
        if attempt >= of {
            Self::Last
        } else {
            Self::Earlier
        }
    }
}
