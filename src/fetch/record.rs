//! The snapshot of one job as this run sees it: what the jobs of both API generations share.

use std::sync::Arc;

use super::FetchOptions;
use super::client::{Received, now};
use super::error::FetchError;
use super::progress::Reporter;
use super::quote::quote;
use super::url::is_safe_id;
use super::worker::Worker;
use crate::snapshot::{Manifest, Response, Store};

/// Longest quote of an ID or a status word, in characters.
const LONGEST_WORD: usize = 100;

/// Means of a run, shared by all jobs.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) options: &'a FetchOptions,
    pub(super) worker: &'a Worker<'a>,
    pub(super) reporter: &'a Reporter,
}

impl Context<'_> {
    /// Quotes an ID or a status word that a server or a file chose.
    pub(super) fn quote(&self, text: &str) -> String {
        quote(text, LONGEST_WORD, &self.options.key)
    }
}

/// A job and its snapshot.
pub(super) struct Record<'a> {
    pub(super) id: String,
    pub(super) context: Context<'a>,
    pub(super) store: Store,
}

/// Result of one look at a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// True if the job has ended and everything was read after that.
    pub settled: bool,
    /// True if anything is new.
    pub changed: bool,
}

impl<'a> Record<'a> {
    /// Opens the folder of a job.
    pub(super) fn open(id: &str, context: Context<'a>) -> Result<Self, FetchError> {
        let options = context.options;
        if !is_safe_id(id) || options.key.is_in(id) {
            return Err(FetchError::Id(context.quote(id)));
        }
        let key = options.key.clone();
        let mask = Arc::new(move |bytes: &[u8]| key.mask_body(bytes));
        let store = Store::open(&options.folder.join(id), options.force, mask)?;
        let record = Self {
            id: id.to_owned(),
            context,
            store,
        };
        record.check_server()?;
        Ok(record)
    }

    /// Refuses to continue the snapshot of another server.
    fn check_server(&self) -> Result<(), FetchError> {
        let options = self.context.options;
        let Some(manifest) = self.store.manifest().filter(|_| !options.force) else {
            return Ok(());
        };
        let place = |base: &str, project: Option<&str>, organization: Option<&str>| {
            let mut words = self.context.quote(base);
            for (name, id) in [("project", project), ("organization", organization)] {
                if let Some(id) = id {
                    words.push_str(&format!(", {name} {}", self.context.quote(id)));
                }
            }
            words
        };
        let is_same = manifest.batch_job_id == self.id
            && manifest.base_url == options.base_url.as_str()
            && manifest.project_id == options.project_id
            && manifest.organization_id == options.organization_id;
        if is_same {
            return Ok(());
        }
        Err(FetchError::OtherServer {
            folder: self.store.folder().display().to_string(),
            there: place(
                &manifest.base_url,
                manifest.project_id.as_deref(),
                manifest.organization_id.as_deref(),
            ),
            here: place(
                options.base_url.as_str(),
                options.project_id.as_deref(),
                options.organization_id.as_deref(),
            ),
        })
    }

    /// Manifest and name of the newest status document of a snapshot that claims to be whole, unless everything
    /// is to be fetched anew. The files have to confirm it: the manifest may have been written by anybody.
    pub(super) fn claimed_whole(&self) -> Option<(&Manifest, &str)> {
        let manifest = self.store.manifest()?;
        let claims_it = !self.context.options.force
            && self.store.problems().is_empty()
            && manifest.finished
            && manifest.whole != Some(false);
        let newest = manifest.newest_status().filter(|_| claims_it)?;
        Some((manifest, &newest.name))
    }

    /// Refuses a document of another job than the one that was asked for.
    pub(super) fn check_id(
        &self,
        received: &Received,
        found: Option<&str>,
    ) -> Result<(), FetchError> {
        match found {
            Some(found) if found != self.id => Err(FetchError::OtherJob {
                url: received.url.clone(),
                found: self.context.quote(found),
            }),
            _ => Ok(()),
        }
    }

    /// Says something about the job.
    pub(super) fn say(&self, words: &str) {
        self.context.reporter.say(&format!("{}: {words}", self.id));
    }

    /// Begins a snapshot and moves an earlier one aside.
    pub(super) fn begin_anew(&mut self) -> Result<(), FetchError> {
        let options = self.context.options;
        let mut manifest = Manifest::new(&self.id, options.base_url.as_str(), now());
        manifest.project_id.clone_from(&options.project_id);
        manifest
            .organization_id
            .clone_from(&options.organization_id);
        if let Some(aside) = self.store.begin(manifest)? {
            self.say(&format!("kept the earlier snapshot in {}", aside.display()));
        }
        Ok(())
    }

    /// Continues a snapshot that an earlier run began.
    pub(super) fn resume(&mut self) -> Result<(), FetchError> {
        for (name, _) in self.store.problems() {
            self.say(&format!(
                "{} is missing or was changed; fetching it again",
                self.context.quote(name)
            ));
        }
        self.store.forget_problems()?;
        let progress = self.manifest(Manifest::progress).unwrap_or_default();
        self.say(&format!("resuming, {progress} fetched before"));
        self.store.update(|manifest| {
            manifest.finished = false;
            manifest.whole = None;
        })?;
        Ok(())
    }

    /// Name of the newest status document.
    pub(super) fn newest_status(&self) -> Option<String> {
        let manifest = self.store.manifest()?;
        manifest.newest_status().map(|entry| entry.name.clone())
    }

    /// Reads something from the manifest, if there is one.
    pub(super) fn manifest<T>(&self, read: impl FnOnce(&Manifest) -> T) -> Option<T> {
        self.store.manifest().map(read)
    }
}

impl Received {
    /// The response as it is stored.
    pub(super) fn response(&self) -> Response<'_> {
        Response {
            url: &self.url,
            asked_at: self.asked_at,
            http_status: self.http_status,
            body: &self.body,
        }
    }
}
