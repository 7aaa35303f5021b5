//! Asks the server for jobs and keeps what it answers: the only room that opens a socket.
//!
//! - `client` makes one request after another, `retry` knows which failures pass, `key` and `url`
//!   what may be sent where; `worker` runs them on a thread of their own.
//! - `body` reads of an answer what fetching has to know.
//! - `jobs` chooses jobs from the server's list, `job` brings the snapshot of one up to date,
//!   `list` reads its list.
//! - `progress` says how far it is.

mod body;
mod client;
mod error;
mod job;
mod jobs;
mod key;
mod list;
mod progress;
mod retry;
mod url;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use self::client::{Client, Manners};
pub use self::error::FetchError;
use self::job::{JobFetch, Look};
pub use self::key::{ApiKey, KeyError};
use self::progress::Reporter;
pub use self::retry::{FIRST_PAUSE, TransportError};
pub use self::url::{
    BaseUrl, BaseUrlError, DEFAULT_BASE_URL, EU_BASE_URL, is_safe_id, looks_like_a_key,
};
use self::worker::Worker;
use crate::api::UtcTime;
use crate::progress::Verbosity;

/// While nothing happens, a watched job is asked less and less often, down to this many times less.
const SLOWEST_WATCH: u32 = 8;
/// So many looks in a row may fail before a watched job is given up.
const MAX_STRIKES: u32 = 5;

/// What to fetch, from where, to where, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchOptions {
    /// The jobs.
    pub jobs: Selection,
    /// The folder that gets a folder for each.
    pub folder: PathBuf,
    /// The server.
    pub base_url: BaseUrl,
    /// The key.
    pub key: ApiKey,
    /// The project, where it was said.
    pub project_id: Option<String>,
    /// The organization, where it was said.
    pub organization_id: Option<String>,
    /// Items to ask for at a time.
    pub page_size: u32,
    /// How often a request is tried again.
    pub max_retries: u32,
    /// How long the server may say nothing.
    pub timeout: Duration,
    /// The most requests a minute.
    pub rate: Option<u32>,
    /// Whether to fetch again what is there.
    pub force: bool,
    /// How long to wait between looks at a job that goes on; absent where it is looked at once.
    pub watch: Option<Duration>,
    /// Whether a watched job's list is read after every change, and not only at the end.
    pub every_change: bool,
    /// The first pause between tries.
    pub backoff: Duration,
    /// How much to say on standard error.
    pub verbosity: Verbosity,
}

/// Which jobs to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Those of these ids.
    Ids(Vec<String>),
    /// Those on the server's list that a filter takes.
    All(Filter),
}

/// Which jobs of the list to take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those with one of these status words; all where there is none.
    pub statuses: Vec<String>,
    /// Those made since then.
    pub since: Option<UtcTime>,
}

/// What fetching needs from outside.
pub struct Hooks<'a> {
    /// Set by Ctrl-C.
    pub interrupted: &'a AtomicBool,
    /// Told the folder of each snapshot that is done.
    pub done: &'a mut dyn FnMut(&std::path::Path),
    /// Told the folders of all snapshots after each look at jobs that are watched.
    pub looked: &'a mut dyn FnMut(&[PathBuf]),
}

/// How it went.
#[derive(Debug)]
pub struct Fetched {
    /// The folders of the snapshots that are done, in the order in which they were asked for.
    pub snapshots: Vec<PathBuf>,
    /// The jobs that could not be fetched, and why.
    pub failures: Vec<(String, FetchError)>,
}

impl FetchOptions {
    fn url(&self, path: &str, parameters: &[(&str, String)]) -> String {
        let mut parameters = parameters.to_vec();
        let more = [
            ("project_id", &self.project_id),
            ("organization_id", &self.organization_id),
        ];
        for (name, id) in more {
            parameters.extend(id.clone().map(|id| (name, id)));
        }
        self.base_url.join(path, &parameters)
    }
}

/// Fetches.
///
/// # Errors
///
/// Where nothing can be asked at all, and [`FetchError::Interrupted`] after Ctrl-C. A job that
/// cannot be fetched is among the failures, and the others are fetched all the same.
pub fn fetch(options: &FetchOptions, hooks: &mut Hooks<'_>) -> Result<Fetched, FetchError> {
    let reporter = Arc::new(Reporter::new(options.verbosity));
    if options.base_url.is_exposed() {
        reporter.say(&format!(
            "warning: the API key crosses the network in the clear on its way to {}",
            options.base_url
        ));
    }
    let manners = Manners {
        key: options.key.clone(),
        max_retries: options.max_retries,
        timeout: options.timeout,
        rate: options.rate,
        backoff: options.backoff,
    };
    let listener = Arc::clone(&reporter);
    let client = Client::new(
        options.base_url.as_str(),
        manners,
        Arc::new(move |event| listener.hear(event)),
    )?;
    let worker = Worker::start(client, hooks.interrupted);
    let ids = match &options.jobs {
        Selection::Ids(ids) => ids.clone(),
        Selection::All(filter) => {
            let chosen = jobs::choose(options, filter, &worker)?;
            reporter.say(&chosen.words);
            chosen.ids
        }
    };
    let run = Run {
        options,
        worker: &worker,
        reporter: &reporter,
        fetched: Fetched {
            snapshots: Vec::new(),
            failures: Vec::new(),
        },
    };
    match options.watch {
        None => run.once(&ids, hooks),
        Some(interval) => run.watch(&ids, interval, hooks),
    }
}

/// A run over several jobs.
struct Run<'a> {
    options: &'a FetchOptions,
    worker: &'a Worker<'a>,
    reporter: &'a Reporter,
    fetched: Fetched,
}

impl<'a> Run<'a> {
    /// Looks at each job once.
    fn once(mut self, ids: &[String], hooks: &mut Hooks<'_>) -> Result<Fetched, FetchError> {
        for id in ids {
            let result = self.open(id, hooks).and_then(|job| match job {
                None => Ok(()),
                Some(mut job) => match self.look(&mut job, true) {
                    Ok(_) => {
                        self.finish(&job, hooks);
                        Ok(())
                    }
                    Err(error) => {
                        job.store.discard_if_empty();
                        Err(error)
                    }
                },
            });
            self.note(id, result)?;
        }
        Ok(self.fetched)
    }

    /// Looks at jobs again and again, until all have ended.
    fn watch(
        mut self,
        ids: &[String],
        interval: Duration,
        hooks: &mut Hooks<'_>,
    ) -> Result<Fetched, FetchError> {
        let mut active: Vec<(JobFetch<'a>, u32)> = Vec::new();
        for id in ids {
            match self.open(id, hooks) {
                Ok(job) => active.extend(job.map(|job| (job, 0))),
                Err(error) => self.note(id, Err(error))?,
            }
        }
        let mut pause = interval;
        loop {
            let mut changed = false;
            for (mut job, strikes) in std::mem::take(&mut active) {
                match self.look(&mut job, self.options.every_change) {
                    Ok(look) => {
                        changed |= look.changed;
                        if look.settled {
                            self.finish(&job, hooks);
                        } else {
                            active.push((job, 0));
                        }
                    }
                    Err(error) if error.may_pass() && strikes + 1 < MAX_STRIKES => {
                        self.reporter
                            .say(&format!("{}: {error}; looking again later", job.id));
                        active.push((job, strikes + 1));
                    }
                    Err(error) => {
                        let id = job.id.clone();
                        job.store.discard_if_empty();
                        self.note(&id, Err(error))?;
                    }
                }
            }
            if active.is_empty() {
                return Ok(self.fetched);
            }
            let mut folders = self.fetched.snapshots.clone();
            folders.extend(active.iter().map(|(job, _)| job.store.folder().to_owned()));
            (hooks.looked)(&folders);
            pause = if changed {
                interval
            } else {
                (pause + pause / 2).min(interval.saturating_mul(SLOWEST_WATCH))
            };
            self.worker.pause(pause)?;
        }
    }

    fn look(&self, job: &mut JobFetch<'_>, every_change: bool) -> Result<Look, FetchError> {
        let result = job.look(every_change);
        // Whatever is said next must not be said into a bar.
        self.reporter.end_list();
        result
    }

    /// Opens a job; one with which nothing is left to do is done.
    fn open(
        &mut self,
        id: &str,
        hooks: &mut Hooks<'_>,
    ) -> Result<Option<JobFetch<'a>>, FetchError> {
        let job = JobFetch::open(id, self.options, self.worker, self.reporter)?;
        if !job.is_done() {
            return Ok(Some(job));
        }
        let progress = job.manifest(|manifest| manifest.progress());
        self.reporter.say(&format!(
            "{id}: whole since an earlier run, with {}; --force fetches it again",
            progress.unwrap_or_default()
        ));
        self.finish(&job, hooks);
        Ok(None)
    }

    fn finish(&mut self, job: &JobFetch<'_>, hooks: &mut Hooks<'_>) {
        (hooks.done)(job.store.folder());
        self.fetched.snapshots.push(job.store.folder().to_owned());
    }

    /// Keeps a failure for the end; an interruption ends everything.
    fn note(&mut self, id: &str, result: Result<(), FetchError>) -> Result<(), FetchError> {
        match result {
            Ok(()) => Ok(()),
            Err(FetchError::Interrupted) => Err(FetchError::Interrupted),
            Err(error) => {
                self.fetched.failures.push((id.to_owned(), error));
                Ok(())
            }
        }
    }
}
