//! A run over several jobs: once, or again and again until they have ended.

use std::time::Duration;

use super::batch::BatchFetch;
use super::error::FetchError;
use super::job::JobFetch;
use super::record::{Context, Look, Record};
use super::{Fetched, Hooks};

/// The interval between looks grows up to this many times while nothing changes.
const SLOWEST_WATCH: u32 = 8;
/// Looks in a row that may fail before watching a job ends.
const MAX_FAILED_LOOKS: u32 = 5;

/// A job of one of the two API generations.
enum Job<'a> {
    V1(Box<JobFetch<'a>>),
    V2(Box<BatchFetch<'a>>),
}

impl<'a> Job<'a> {
    /// Opens the folder of a job. Its ID tells the generation.
    fn open(id: &str, context: Context<'a>) -> Result<Self, FetchError> {
        Ok(match id.starts_with("bat-") {
            true => Self::V2(Box::new(BatchFetch::open(id, context)?)),
            false => Self::V1(Box::new(JobFetch::open(id, context)?)),
        })
    }

    fn is_done(&self) -> bool {
        match self {
            Self::V1(job) => job.is_done(),
            Self::V2(batch) => batch.is_done(),
        }
    }

    fn look(&mut self, every_change: bool) -> Result<Look, FetchError> {
        match self {
            Self::V1(job) => job.look(every_change),
            Self::V2(batch) => batch.look(every_change),
        }
    }

    fn record(&self) -> &Record<'a> {
        match self {
            Self::V1(job) => &job.record,
            Self::V2(batch) => &batch.record,
        }
    }

    /// Writes what the manifest on disk does not list yet.
    fn flush(&mut self) -> Result<(), FetchError> {
        let store = match self {
            Self::V1(job) => &mut job.record.store,
            Self::V2(batch) => &mut batch.record.store,
        };
        Ok(store.flush()?)
    }

    /// Removes the folder if nothing was stored in it.
    fn discard_if_empty(self) {
        match self {
            Self::V1(job) => job.record.store.discard_if_empty(),
            Self::V2(batch) => batch.record.store.discard_if_empty(),
        }
    }
}

/// A run over several jobs.
pub(super) struct Run<'a> {
    pub(super) context: Context<'a>,
    pub(super) fetched: Fetched,
}

impl<'a> Run<'a> {
    /// Looks at each job once.
    pub(super) fn once(
        mut self,
        ids: &[String],
        hooks: &mut Hooks<'_>,
    ) -> Result<Fetched, FetchError> {
        for id in ids {
            let result = self.fetch_once(id, hooks);
            self.note(id, result)?;
        }
        Ok(self.fetched)
    }

    fn fetch_once(&mut self, id: &str, hooks: &mut Hooks<'_>) -> Result<(), FetchError> {
        let Some(mut job) = self.open(id, hooks)? else {
            return Ok(());
        };
        match self.look(&mut job, true) {
            Ok(_) => {
                self.finish(&job, hooks);
                Ok(())
            }
            Err(error) => {
                job.discard_if_empty();
                Err(error)
            }
        }
    }

    /// Looks at jobs again and again, until all have ended.
    pub(super) fn watch(
        mut self,
        ids: &[String],
        interval: Duration,
        hooks: &mut Hooks<'_>,
    ) -> Result<Fetched, FetchError> {
        let every_change = self.context.options.every_change;
        let mut active: Vec<(Job<'a>, u32)> = Vec::new();
        for id in ids {
            match self.open(id, hooks) {
                Ok(job) => active.extend(job.map(|job| (job, 0))),
                Err(error) => self.note(id, Err(error))?,
            }
        }
        let mut pause = interval;
        while !active.is_empty() {
            let mut changed = false;
            for (mut job, failed_looks) in std::mem::take(&mut active) {
                let id = job.record().id.clone();
                if self.is_hopeless() {
                    job.discard_if_empty();
                    self.note(&id, Err(FetchError::NotAsked))?;
                    continue;
                }
                match self.look(&mut job, every_change) {
                    Ok(look) => {
                        changed |= look.changed;
                        if look.settled {
                            self.finish(&job, hooks);
                        } else {
                            active.push((job, 0));
                        }
                    }
                    Err(error) if error.is_transient() && failed_looks + 1 < MAX_FAILED_LOOKS => {
                        job.record().say(&format!("{error}; looking again later"));
                        active.push((job, failed_looks + 1));
                    }
                    Err(error) => {
                        job.discard_if_empty();
                        self.note(&id, Err(error))?;
                    }
                }
            }
            if active.is_empty() {
                break;
            }
            let mut folders = self.fetched.snapshots.clone();
            let running = active.iter().map(|(job, _)| job.record().store.folder());
            folders.extend(running.map(ToOwned::to_owned));
            (hooks.looked)(&folders);
            pause = if changed {
                interval
            } else {
                (pause + pause / 2).min(interval.saturating_mul(SLOWEST_WATCH))
            };
            self.context.worker.pause(pause)?;
        }
        Ok(self.fetched)
    }

    /// Looks at a job and keeps what was fetched, whatever happens.
    fn look(&self, job: &mut Job<'_>, every_change: bool) -> Result<Look, FetchError> {
        let result = job.look(every_change);
        // The next message must not be written into a bar.
        self.context.reporter.end_list();
        job.flush()?;
        result
    }

    /// Opens a job. One that needs no request is done.
    fn open(&mut self, id: &str, hooks: &mut Hooks<'_>) -> Result<Option<Job<'a>>, FetchError> {
        if self.is_hopeless() {
            return Err(FetchError::NotAsked);
        }
        let job = Job::open(id, self.context)?;
        if !job.is_done() {
            return Ok(Some(job));
        }
        let progress = job.record().manifest(|manifest| manifest.progress());
        job.record().say(&format!(
            "already complete with {}; --force fetches it again",
            progress.unwrap_or_default()
        ));
        self.finish(&job, hooks);
        Ok(None)
    }

    /// Returns true if the run has given up on a server that never answered.
    fn is_hopeless(&self) -> bool {
        let mut failures = self.fetched.failures.iter();
        failures.any(|(_, error)| matches!(error, FetchError::NoSuccess { .. }))
    }

    fn finish(&mut self, job: &Job<'_>, hooks: &mut Hooks<'_>) {
        let folder = job.record().store.folder();
        (hooks.done)(folder);
        self.fetched.snapshots.push(folder.to_owned());
    }

    /// Keeps a failure for the end. An interruption ends the run.
    fn note(&mut self, id: &str, result: Result<(), FetchError>) -> Result<(), FetchError> {
        match result {
            Ok(()) => Ok(()),
            Err(FetchError::Interrupted) => Err(FetchError::Interrupted),
            Err(error) => {
                let id = self.context.options.key.mask(id);
                self.fetched.failures.push((id, error));
                Ok(())
            }
        }
    }
}
