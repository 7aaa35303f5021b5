//! Fetching jobs from the server: the only room that opens a socket.
//!
//! - `client` makes one request after another, `agent` sets up HTTP, `retry` decides about retries,
//!   `key` and `url` say what may be sent where; `worker` runs the client on a thread of its own.
//! - `body` reads the few facts that fetching needs from a response, `quote` quotes error responses.
//! - `listing` chooses jobs from the server's lists, `record` is the snapshot of one job. `job` brings
//!   the snapshot of a v1 job up to date, `list` reads its item list; `batch` that of a v2 batch,
//!   `parts` its data points and names.
//! - `run` goes through the jobs, once or again and again; `progress` shows how far it is.
//!
//! The API key goes into one header and nowhere else. Each way out has its gate: [`Store`] masks what
//! is written to disk, `client` refuses URLs with the key, `record` refuses folders with the key, and
//! `quote` and `progress` mask messages.
//!
//! [`Store`]: crate::snapshot::Store

mod agent;
mod batch;
mod body;
mod client;
mod error;
mod inflate;
mod job;
mod key;
mod list;
mod listing;
mod parts;
mod progress;
mod quote;
mod record;
mod retry;
mod run;
mod url;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use self::client::{Client, RequestOptions};
pub use self::error::FetchError;
pub use self::key::{ApiKey, KeyError};
use self::listing::Chosen;
use self::progress::Reporter;
use self::record::Context;
pub use self::retry::{FIRST_PAUSE, TransportError};
use self::run::Run;
pub use self::url::{
    BaseUrl, BaseUrlError, DEFAULT_BASE_URL, EU_BASE_URL, is_safe_id, looks_like_a_key, pasted_id,
};
use self::worker::Worker;
use crate::api::UtcTime;
use crate::progress::Verbosity;
use crate::text::counted;

/// Default time after which a run without a single success is given up.
pub const FIRST_SUCCESS_WITHIN: Duration = Duration::from_secs(30);

/// Options of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchOptions {
    /// Jobs to fetch.
    pub jobs: Selection,
    /// Folder that gets a folder for each job.
    pub folder: PathBuf,
    /// Server.
    pub base_url: BaseUrl,
    /// API key.
    pub key: ApiKey,
    /// ID of the project, if the user named one.
    pub project_id: Option<String>,
    /// ID of the organization, if the user named one.
    pub organization_id: Option<String>,
    /// Items per request.
    pub page_size: u32,
    /// Most retries per request.
    pub max_retries: u32,
    /// Longest time without data from the server.
    pub timeout: Duration,
    /// Time after which a run without a single success is given up; `None` to go on retrying.
    pub first_success_within: Option<Duration>,
    /// Most requests per minute.
    pub rate: Option<u32>,
    /// True to fetch again what is whole already.
    pub force: bool,
    /// Time between looks at a running job; `None` to look once.
    pub watch: Option<Duration>,
    /// True to read a watched job's list after every change, and not only at the end.
    pub every_change: bool,
    /// First pause between attempts.
    pub backoff: Duration,
    /// Amount of messages on standard error.
    pub verbosity: Verbosity,
}

/// Jobs to fetch: v1 batch jobs (`bjb-…`) and v2 batches (`bat-…`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Jobs with these IDs.
    Ids(Vec<String>),
    /// Jobs on the server's list that pass a filter.
    All(Filter),
}

/// Choice among the jobs on the server's list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Status words in lower case; any status if empty.
    pub statuses: Vec<String>,
    /// Earliest creation time.
    pub since: Option<UtcTime>,
}

/// Connections of a run to its surroundings.
pub struct Hooks<'a> {
    /// Set by a signal that asks the run to end.
    pub interrupted: &'a AtomicBool,
    /// Receives the folder of each snapshot that is done.
    pub done: &'a mut dyn FnMut(&Path),
    /// Receives the folders of all snapshots after each look at watched jobs.
    pub looked: &'a mut dyn FnMut(&[PathBuf]),
}

/// Result of a run.
#[derive(Debug, Default)]
pub struct Fetched {
    /// Folders of the snapshots that are done, in the order of the jobs.
    pub snapshots: Vec<PathBuf>,
    /// Jobs that could not be fetched, with the reason.
    pub failures: Vec<(String, FetchError)>,
}

impl FetchOptions {
    /// URL of the v1 API. `path` follows `batch-processing`.
    fn v1_url(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        self.url(&format!("/api/v1/beta/batch-processing{path}"), parameters)
    }

    /// URL of a path of the API, with the IDs of project and organization.
    fn url(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        let mut parameters = parameters.to_vec();
        let more = [
            ("project_id", &self.project_id),
            ("organization_id", &self.organization_id),
        ];
        for (name, id) in more {
            parameters.extend(id.as_deref().map(|id| (name, id)));
        }
        self.base_url.join(path, &parameters)
    }
}

/// Fetches jobs.
///
/// # Errors
///
/// If no request can be made at all, and [`FetchError::Interrupted`] after a signal. A job that
/// cannot be fetched is among the failures and does not keep the others from being fetched.
pub fn fetch(options: &FetchOptions, hooks: &mut Hooks<'_>) -> Result<Fetched, FetchError> {
    let reporter = Arc::new(Reporter::new(options.verbosity, options.key.clone()));
    if options.base_url.is_exposed() {
        reporter.say(&format!(
            "warning: the API key is sent unencrypted to {}",
            options.base_url
        ));
    }
    let request_options = RequestOptions {
        key: options.key.clone(),
        max_retries: options.max_retries,
        timeout: options.timeout,
        first_success_within: options.first_success_within,
        rate: options.rate,
        backoff: options.backoff,
    };
    let listener = Arc::clone(&reporter);
    let client = Client::new(
        options.base_url.as_str(),
        request_options,
        Arc::new(move |event| listener.report(event)),
    )?;
    let worker = Worker::start(client, hooks.interrupted);
    let context = Context {
        options,
        worker: &worker,
        reporter: &reporter,
    };
    let mut fetched = Fetched::default();
    let ids = match &options.jobs {
        Selection::Ids(ids) => ids.clone(),
        Selection::All(filter) => {
            let mut chosen = Chosen::from_lists(filter, context)?;
            reporter.say(&chosen.words(context));
            if chosen.without_id > 0 {
                let jobs = counted(chosen.without_id, "job", "jobs");
                fetched.failures.push((jobs, FetchError::NoId));
            }
            fetched.failures.append(&mut chosen.failures);
            chosen.ids
        }
    };
    let run = Run { context, fetched };
    match options.watch {
        None => run.once(&ids, hooks),
        Some(interval) => run.watch(&ids, interval, hooks),
    }
}
