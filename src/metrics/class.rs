//! Classes of errors: what to do about failures of a kind.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mask::Slot;

/// What to do about failures of a kind.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Passes by itself: rate limits, timeouts, connections, errors of servers. Retry.
    Transient,
    /// Lies in the file: encrypted, damaged, unsupported, too large, not found. Fix the file.
    Input,
    /// Stays until something is set up: keys, permissions, credits, configuration.
    Permanent,
    /// Not known from the message.
    #[default]
    Unknown,
}

impl Class {
    /// All classes, in the order in which reports name them.
    pub const ALL: [Self; 4] = [Self::Transient, Self::Input, Self::Permanent, Self::Unknown];

    /// Returns the word for the class.
    pub fn word(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Input => "input",
            Self::Permanent => "permanent",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the class that a word names.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word() == word)
    }

    /// Returns the class of messages with this text, by the words and statuses of HTTP in it. If they tell
    /// several classes, permanent comes before input, and input before transient.
    pub(super) fn of(text: &str) -> Self {
        let text = words_of(text);
        let mut class = Self::Unknown;
        let mut at = 0;
        for word in text.split(' ') {
            let found = of_status(word).or_else(|| of_phrase(&text[at..]));
            if let Some(found) = found
                && found.rank() > class.rank()
            {
                class = found;
            }
            at += word.len() + 1;
        }
        class
    }

    fn rank(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Transient => 1,
            Self::Input => 2,
            Self::Permanent => 3,
        }
    }
}

/// Words that tell a class. Each may be the begin of a longer word; signs between words do not count, and
/// `ReadTimeout` is two words.
const RULES: [(Class, &[&str]); 3] = [
    (
        Class::Permanent,
        &[
            "access denied",
            "accessdenied",
            "account is",
            "api key",
            "authenticat",
            "authoriz",
            "billing",
            "certificate",
            "client secret",
            "config",
            "credential",
            "credit",
            "current quota",
            "do not have access",
            "does not have access",
            "forbidden",
            "insufficient quota",
            "invalid key",
            "invalid param",
            "invalid token",
            "jwt expired",
            "license",
            "method not found",
            "misconfig",
            "no module named",
            "not allowed",
            "not authorized",
            "not permitted",
            "operation not permitted",
            "payment",
            "permission",
            "plan limit",
            "signature does not match",
            "subscription",
            "token expired",
            "token has expired",
            "unauthenticated",
            "unauthorized",
            "unknown model",
            "wrong key",
        ],
    ),
    (
        Class::Input,
        &[
            "bad zip",
            "been deleted",
            "blank",
            "bomb",
            "broken file",
            "cannot identify image",
            "cannot open file",
            "codec can t",
            "content filter",
            "context length",
            "corrupt",
            "damaged",
            "decrypt",
            "does not exist",
            "drm",
            "empty document",
            "empty file",
            "encrypted",
            "eof marker",
            "exceeds the limit",
            "exceeds the max",
            "exceeds the page",
            "file expired",
            "file has expired",
            "file is empty",
            "file not found",
            "filenotfound",
            "has no page",
            "has no stored file",
            "invalid format",
            "invalid pdf",
            "invalid start byte",
            "invalid xref",
            "is empty",
            "link expired",
            "malformed",
            "mime type",
            "no such file",
            "no such key",
            "nosuchkey",
            "no text",
            "not a pdf",
            "not a valid",
            "not a zip",
            "not found",
            "not supported",
            "password",
            "quarantine",
            "size limit",
            "too big",
            "too large",
            "too long",
            "too many pages",
            "truncated",
            "unidentified image",
            "unreadable",
            "unrecognized format",
            "unsupported",
            "virus",
            "was deleted",
            "xref",
            "zero byte",
        ],
    ),
    (
        Class::Transient,
        &[
            "backend error",
            "bad gateway",
            "broken pipe",
            "connect error",
            "connect timeout",
            "connecterror",
            "connection",
            "could not acquire lock",
            "could not resolve host",
            "deadline",
            "deadlock",
            "eai again",
            "econn",
            "enotfound",
            "epipe",
            "etimedout",
            "gateway time",
            "handshake",
            "heartbeat",
            "host unreachable",
            "incomplete read",
            "internal error",
            "internal server",
            "lock wait",
            "max retries",
            "network",
            "no route to host",
            "no space left",
            "oomkilled",
            "out of memory",
            "outofmemory",
            "overloaded",
            "peer",
            "please retry",
            "quota exceeded",
            "rate exceeded",
            "rate limit",
            "ratelimit",
            "read only replica",
            "remote end closed",
            "resource exhausted",
            "retry after",
            "server disconnected",
            "server error",
            "service unavailable",
            "slow down",
            "socket",
            "soft time limit",
            "stream reset",
            "temporar",
            "throttl",
            "time limit",
            "time out",
            "timed out",
            "timeout",
            "too many request",
            "took longer than",
            "try again",
            "unavailable",
            "unreachable",
            "upstream",
            "worker lost",
        ],
    ),
];

/// Returns the class that a text begins with a phrase of.
fn of_phrase(text: &str) -> Option<Class> {
    /// Phrases by their first letter.
    static PHRASES: LazyLock<Vec<Vec<(&str, Class)>>> = LazyLock::new(|| {
        let mut phrases = vec![Vec::new(); 26];
        for (class, of_class) in RULES {
            for phrase in of_class {
                phrases[usize::from(phrase.as_bytes()[0] - b'a')].push((*phrase, class));
            }
        }
        phrases
    });
    let first = text.bytes().next().filter(u8::is_ascii_lowercase)?;
    let mut phrases = PHRASES[usize::from(first - b'a')].iter();
    phrases
        .find(|(phrase, _)| text.starts_with(phrase))
        .map(|(_, class)| *class)
}

fn of_status(word: &str) -> Option<Class> {
    let status = word.parse::<u16>().ok().filter(|_| word.len() == 3)?;
    match status {
        401 | 402 | 403 | 407 => Some(Class::Permanent),
        400 | 404 | 406 | 410 | 411 | 413..=416 | 422 | 451 => Some(Class::Input),
        408 | 409 | 421 | 423 | 425 | 429 | 500 | 502..=504 | 506..=599 => Some(Class::Transient),
        _ => None,
    }
}

/// Returns the words of a masked text in small letters, with a blank between them.
fn words_of(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut is_small = false;
    for c in text.chars() {
        if c.is_alphanumeric() && Slot::of_mark(c).is_none() {
            if is_small && c.is_uppercase() {
                words.push(' ');
            }
            words.extend(c.to_lowercase());
            is_small = c.is_lowercase();
        } else {
            is_small = false;
            if !words.ends_with(' ') {
                words.push(' ');
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_statuses_tell_the_class() {
        for (class, messages) in [
            (
                Class::Transient,
                &[
                    "Job timed out after 300 seconds",
                    "HTTP 429",
                    "upstream answered 503",
                    "httpx.ReadTimeout",
                    "read ECONNRESET",
                    "SlowDown: please reduce your request rate",
                ][..],
            ),
            (
                Class::Input,
                &[
                    "The document is password-protected and cannot be processed.",
                    "unsupported file type",
                    "An error occurred (NoSuchKey)",
                    "404 Client Error",
                    "File size exceeds the limit",
                ],
            ),
            (
                Class::Permanent,
                &[
                    "401",
                    "AccessDenied",
                    "429: You exceeded your current quota, check your billing details",
                    "credits exhausted",
                    "CERTIFICATE_VERIFY_FAILED",
                ],
            ),
            (
                Class::Unknown,
                &[
                    "An unknown error occurred during processing",
                    "exit code 139",
                    "page 3",
                    "",
                ],
            ),
        ] {
            for message in messages {
                assert_eq!(Class::of(message), class, "{message}");
            }
        }
    }

    #[test]
    fn phrases_count_at_the_begin_of_words_only() {
        assert_eq!(Class::of("the speer of it"), Class::Unknown);
        assert_eq!(Class::of("reset by peer"), Class::Transient);
    }

    #[test]
    fn no_phrase_is_hidden_by_the_begin_of_another_class() {
        let all = || {
            RULES
                .iter()
                .flat_map(|(class, of)| of.iter().map(move |phrase| (*class, *phrase)))
        };
        for (class, phrase) in all() {
            for (other, begin) in all() {
                assert!(
                    class == other || !phrase.starts_with(begin),
                    "{begin} and {phrase}"
                );
            }
        }
    }
}
