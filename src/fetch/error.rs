//! Reasons why a job could not be fetched.

use std::time::Duration;

use super::retry::{self, TransportError};
use crate::snapshot::StoreError;

/// Failure to fetch a job.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The key cannot be sent.
    #[error("the API key cannot be sent in a header")]
    Key,
    /// A variable does not name a proxy. Its value is not shown, because it may hold a password.
    #[error("{name} is not the URL of a proxy")]
    Proxy {
        /// Name of the variable.
        name: &'static str,
        /// The cause.
        source: Box<ureq::Error>,
    },
    /// An ID cannot be used in a URL or as the name of a folder.
    #[error(
        "`{0}` cannot be a job ID: IDs have letters, digits, `-`, `_` and `.` only, and no API key \
         in them"
    )]
    Id(String),
    /// Jobs on the server's list have no ID.
    #[error("the server lists them without a usable ID")]
    NoId,
    /// A text is not a URL.
    #[error("`{0}` is not a URL")]
    Url(String),
    /// A URL would contain the API key.
    #[error("a request was not sent because its URL would contain the API key")]
    KeyInUrl,
    /// There was no response.
    #[error("no response to GET {url}")]
    Transport {
        /// URL of the request.
        url: String,
        /// The cause.
        source: TransportError,
    },
    /// The server refused.
    #[error(
        "GET {url}: HTTP {status}{}{}{hint}",
        spaced(reason), .words.as_deref().map(|words| format!(": {words}")).unwrap_or_default()
    )]
    Refused {
        /// URL of the request.
        url: String,
        /// HTTP status.
        status: u16,
        /// Name of the status.
        reason: &'static str,
        /// The server's explanation.
        words: Option<String>,
        /// Next step.
        hint: &'static str,
    },
    /// The response is not what was asked for.
    #[error("GET {url}: {words}")]
    Body {
        /// URL of the request.
        url: String,
        /// Description of the response.
        words: String,
    },
    /// The response is about another job.
    #[error("GET {url}: the response is about the job `{found}`")]
    OtherJob {
        /// URL of the request.
        url: String,
        /// ID in the response.
        found: String,
    },
    /// The response has an encoding that was not asked for.
    #[error("GET {url}: the response has the encoding `{encoding}`, which was not asked for")]
    Encoding {
        /// URL of the request.
        url: String,
        /// The encoding.
        encoding: String,
    },
    /// The response is too large.
    #[error(
        "GET {url}: the response is larger than {} MiB after decompression; ask for fewer items at \
         a time with --page-size",
        limit >> 20
    )]
    TooLarge {
        /// URL of the request.
        url: String,
        /// Largest size in bytes.
        limit: u64,
    },
    /// A redirect is not followed.
    #[error("GET {url}: the redirect was not followed because {why}")]
    Redirect {
        /// URL of the request.
        url: String,
        /// The reason.
        why: &'static str,
    },
    /// A list goes on without end.
    #[error(
        "the list of {what} does not end: {limit} read{}",
        .stated.as_deref().map(|stated| format!(", {stated} stated")).unwrap_or_default()
    )]
    Endless {
        /// Content of the list.
        what: &'static str,
        /// Length or size at which reading stopped, with its unit.
        limit: String,
        /// Length that the server states.
        stated: Option<String>,
    },
    /// The server asks for a pause that nobody would wait for.
    #[error(
        "the server asks for a pause of {} min; run the same command again after that",
        wait.as_secs().div_ceil(60)
    )]
    TooLong {
        /// Length of the pause.
        wait: Duration,
        /// Its response.
        source: Box<FetchError>,
    },
    /// All attempts failed.
    #[error("gave up after {attempts} attempts; run the same command again to resume")]
    Attempts {
        /// Number of attempts.
        attempts: u32,
        /// The last one.
        source: Box<FetchError>,
    },
    /// No request of the run has succeeded.
    #[error(
        "gave up after {} s without a single success; --max-retries makes more attempts",
        after.as_secs()
    )]
    NoSuccess {
        /// Time since the first request.
        after: Duration,
        /// The last failure.
        source: Box<FetchError>,
    },
    /// The server did not answer earlier requests.
    #[error("not asked for, because the server did not answer")]
    NotAsked,
    /// The existing snapshot belongs to another server or project.
    #[error(
        "{folder} holds a snapshot of this job from {there}, but the server is now {here}; fetch \
         to another folder, or move it aside with --force"
    )]
    OtherServer {
        /// The folder.
        folder: String,
        /// Server and project of the snapshot.
        there: String,
        /// Server and project of this run.
        here: String,
    },
    /// The snapshot could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The thread that makes requests has ended.
    #[error("the requests ended unexpectedly")]
    Gone,
    /// The run was interrupted by a signal.
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
    /// Failure after all attempts that were allowed.
    pub(super) fn after_attempts(self, attempts: u32) -> Self {
        if attempts <= 1 {
            return self;
        }
        Self::Attempts {
            attempts,
            source: Box::new(self),
        }
    }

    /// A few words without the URL, for a line about the next attempt.
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

    /// Returns true if the server does not have what was asked for.
    pub(super) fn is_absence(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                status: 404 | 410,
                ..
            }
        )
    }

    /// Returns true if the key has no access to what was asked for.
    pub(super) fn is_no_access(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                status: 401..=403,
                ..
            }
        )
    }

    /// Returns true if the server does not accept this form of the request, so that another form may
    /// be accepted.
    pub(super) fn is_refusal_of_request(&self) -> bool {
        let refuses = |status| matches!(status, 400 | 404 | 405 | 410 | 414 | 422 | 431 | 501);
        matches!(self, Self::Refused { status, .. } if refuses(*status))
    }

    /// Returns true if the same request may succeed later, so that watching goes on.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Attempts { .. }
            | Self::TooLong { .. }
            | Self::Transport { .. }
            | Self::Body { .. } => true,
            Self::Refused { status, .. } => retry::is_transient(*status),
            _ => false,
        }
    }
}

/// Next step after an error response.
pub(super) fn hint(status: u16, same_server: bool) -> &'static str {
    match status {
        401 | 403 if !same_server => "; name the server that answers itself with --base-url",
        401 => "; check the API key, and that it belongs to this server (--region or --base-url)",
        403 => "; the key has no access: check --project-id and --organization-id",
        404 => {
            "; check the job ID, the server (--region, --base-url) and the project (--project-id)"
        }
        429 => "; ask less often with --rate, for example --rate 20",
        _ => "",
    }
}
