//! Why a job could not be fetched.

use std::time::Duration;

use super::retry::{self, TransportError};
use crate::snapshot::StoreError;

/// Why a job could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The key cannot be sent.
    #[error("the API key cannot be sent in a header")]
    Key,
    /// A variable names no proxy. Its value is not shown, for it may hold a password.
    #[error("{name} does not name a proxy")]
    Proxy {
        /// The variable.
        name: &'static str,
        /// Why.
        source: Box<ureq::Error>,
    },
    /// An id that cannot be one.
    #[error(
        "`{0}` cannot be the id of a job: ids have letters, digits, `-`, `_` and `.` only, and \
         API keys are none"
    )]
    Id(String),
    /// A URL that is none.
    #[error("`{0}` is no URL")]
    Url(String),
    /// There was no answer.
    #[error("no answer to GET {url}")]
    Transport {
        /// What was asked for.
        url: String,
        /// Why.
        source: TransportError,
    },
    /// The server said no.
    #[error(
        "GET {url} was answered by HTTP {status}{}{}{hint}",
        spaced(reason), .words.as_deref().map(|words| format!(": {words}")).unwrap_or_default()
    )]
    Refused {
        /// What was asked for.
        url: String,
        /// The status.
        status: u16,
        /// What the status means.
        reason: &'static str,
        /// What the server says about it.
        words: Option<String>,
        /// What to do.
        hint: &'static str,
    },
    /// The answer is not what was asked for.
    #[error("GET {url}: {words}")]
    Body {
        /// What was asked for.
        url: String,
        /// What the answer is.
        words: String,
    },
    /// The answer is about something else.
    #[error("GET {url} was answered with the job `{found}`")]
    OtherJob {
        /// What was asked for.
        url: String,
        /// The job it is about.
        found: String,
    },
    /// The answer is packed in a way nobody asked for.
    #[error("the answer to GET {url} is packed with `{encoding}`, which was not asked for")]
    Encoding {
        /// What was asked for.
        url: String,
        /// How it is packed.
        encoding: String,
    },
    /// The answer is too large.
    #[error(
        "the answer to GET {url} is larger than {} MB; ask for fewer items at a time with --page-size",
        limit >> 20
    )]
    TooLarge {
        /// What was asked for.
        url: String,
        /// How much is taken.
        limit: u64,
    },
    /// A redirect that is not followed.
    #[error("the redirect of GET {url} is not followed: {words}")]
    Redirect {
        /// What was asked for.
        url: String,
        /// Why.
        words: &'static str,
    },
    /// The server asks to wait for longer than anybody would.
    #[error("the server asks to be left alone for {} min; run the same command again then", wait.as_secs().div_ceil(60))]
    TooLong {
        /// How long.
        wait: Duration,
        /// Its answer.
        source: Box<FetchError>,
    },
    /// All tries failed.
    #[error(
        "gave up after {tries} tries; what was fetched is kept, and the same command goes on from there"
    )]
    Tries {
        /// How many.
        tries: u32,
        /// The last one.
        source: Box<FetchError>,
    },
    /// The snapshot that is there is of another server or project.
    #[error(
        "{folder} holds a snapshot of this job from {there}, and {here} is asked now; fetch to \
         another folder, or use --force to have it put aside"
    )]
    OtherServer {
        /// The folder.
        folder: String,
        /// Where it is from.
        there: String,
        /// What is asked now.
        here: String,
    },
    /// The snapshot could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The thread that asks has gone.
    #[error("the requests ended unexpectedly")]
    Gone,
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

fn spaced(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!(" {text}")
    }
}

impl FetchError {
    /// The same, after all the tries that were allowed.
    pub(super) fn after_tries(self, tries: u32) -> Self {
        if tries <= 1 {
            return self;
        }
        Self::Tries {
            tries,
            source: Box::new(self),
        }
    }

    /// In a few words, without the URL, for a line about the next try.
    pub(super) fn short(&self) -> String {
        match self {
            Self::Transport { source, .. } => source.to_string(),
            Self::Refused {
                status,
                reason,
                words,
                ..
            } => {
                let words = words.as_deref().map(|words| format!(": {words}"));
                format!(
                    "HTTP {status}{}{}",
                    spaced(reason),
                    words.unwrap_or_default()
                )
            }
            Self::Body { words, .. } => words.clone(),
            other => other.to_string(),
        }
    }

    /// Whether the same request may succeed later, so that somebody who watches a job waits on.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Tries { .. }
            | Self::TooLong { .. }
            | Self::Transport { .. }
            | Self::Body { .. } => true,
            Self::Refused { status, .. } => retry::is_passing(*status),
            _ => false,
        }
    }
}

/// The next step after an error answer.
pub(super) fn hint(status: u16, at_home: bool) -> &'static str {
    match status {
        401 | 403 if !at_home => "; name the server that answers itself with --base-url",
        401 => {
            "; check the API key, and with --region or --base-url that it belongs to this server"
        }
        403 => "; the key may not read this: check --project-id and --organization-id",
        404 => {
            "; check the id of the job, the server (--region, --base-url) and the project \
             (--project-id)"
        }
        429 => "; ask for less with --rate, say --rate 20",
        _ => "",
    }
}
