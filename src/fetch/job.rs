//! One job: from what lies in its folder to a snapshot of its newest state.

use super::FetchOptions;
use super::body::{self, JobFacts};
use super::client::{Answer, now};
use super::error::FetchError;
use super::progress::Reporter;
use super::url::is_safe_id;
use super::worker::Worker;
use crate::render::visible;
use crate::snapshot::{Answered, Manifest, Store};
use crate::words::{counted, number};

/// How often a list is read again because the job ended, or grew, while it was read.
const MAX_READINGS: u32 = 4;

/// A job while it is fetched.
pub(super) struct JobFetch<'a> {
    pub(super) id: String,
    pub(super) options: &'a FetchOptions,
    pub(super) worker: &'a Worker<'a>,
    pub(super) reporter: &'a Reporter,
    pub(super) store: Store,
    /// Whether this run has begun or resumed the snapshot.
    begun: bool,
}

/// How a look at a job went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// Whether the job has ended and its list was read after that.
    pub settled: bool,
    /// Whether anything is new.
    pub changed: bool,
}

impl<'a> JobFetch<'a> {
    /// Opens the folder of a job.
    pub(super) fn open(
        id: &str,
        options: &'a FetchOptions,
        worker: &'a Worker<'a>,
        reporter: &'a Reporter,
    ) -> Result<Self, FetchError> {
        if !is_safe_id(id) {
            return Err(FetchError::Id(visible(id)));
        }
        let store = Store::open(&options.folder.join(id), options.force)?;
        let job = Self {
            id: id.to_owned(),
            options,
            worker,
            reporter,
            store,
            begun: false,
        };
        job.check_server()?;
        Ok(job)
    }

    /// A snapshot of another server is not gone on with.
    fn check_server(&self) -> Result<(), FetchError> {
        let Some(manifest) = self.store.manifest().filter(|_| !self.options.force) else {
            return Ok(());
        };
        let place = |base: &str, project: Option<&str>, organization: Option<&str>| {
            let mut words = visible(base);
            for (name, id) in [("project", project), ("organization", organization)] {
                if let Some(id) = id {
                    words.push_str(&format!(", {name} {}", visible(id)));
                }
            }
            words
        };
        let there = place(
            &manifest.base_url,
            manifest.project_id.as_deref(),
            manifest.organization_id.as_deref(),
        );
        let here = place(
            self.options.base_url.as_str(),
            self.options.project_id.as_deref(),
            self.options.organization_id.as_deref(),
        );
        if there == here && manifest.batch_job_id == self.id {
            return Ok(());
        }
        Err(FetchError::OtherServer {
            folder: self.store.folder().display().to_string(),
            there,
            here,
        })
    }

    /// Whether there is nothing to ask: the job has ended, and its snapshot is whole.
    pub(super) fn is_done(&self) -> bool {
        let Some(manifest) = self.store.manifest() else {
            return false;
        };
        !self.options.force
            && self.store.problems().is_empty()
            && manifest.finished
            && manifest.whole != Some(false)
            && has_ended(manifest.job_status.as_deref())
            && manifest.list_read_under.as_deref() == manifest.newest_status()
    }

    /// Asks how the job is, and reads its list where the newest reading of it is out of date. With
    /// `every_change` a list is out of date when anything has happened since, else when the job
    /// has ended since.
    pub(super) fn look(&mut self, every_change: bool) -> Result<Look, FetchError> {
        let (answer, mut facts) = self.ask_status()?;
        if !self.begun {
            self.begin(&answer)?;
            self.begun = true;
        }
        let before = self.newest_status();
        let mut name = self.keep_status(&answer, &facts)?;
        let changed = before.as_ref() != Some(&name);
        let finished = self.manifest(|manifest| manifest.finished);
        let read_under = self.manifest(|manifest| manifest.list_read_under.clone());
        if finished.unwrap_or_default() {
            let stale = read_under.flatten().as_ref() != Some(&name);
            if !stale || !(facts.has_ended() || every_change) {
                let settled = !stale && facts.has_ended();
                return Ok(Look { settled, changed });
            }
            self.begin_reading(&name)?;
        }
        for attempt in 1.. {
            self.read_list(&facts)?;
            let (answer, facts_after) = self.ask_status()?;
            let grew = facts_after.total_items > facts.total_items;
            facts = facts_after;
            name = self.keep_status(&answer, &facts)?;
            let last = attempt == MAX_READINGS;
            if grew && !last {
                continue;
            }
            // What was read before the job ended may show items in the middle of their work.
            let read_under = self.manifest(|manifest| manifest.list_read_under.clone());
            let stale = facts.has_ended() && read_under.flatten().as_ref() != Some(&name);
            if stale && !last {
                self.reporter.say(&format!(
                    "{}: the job ended; reading its list again",
                    self.id
                ));
                self.begin_reading(&name)?;
                continue;
            }
            break;
        }
        self.finish_reading(&facts)?;
        Ok(Look {
            settled: facts.has_ended(),
            changed: true,
        })
    }

    /// Makes the snapshot ready to be written to; `answer` is how the job is now.
    fn begin(&mut self, answer: &Answer) -> Result<(), FetchError> {
        let running = self.store.manifest().is_some_and(|manifest| {
            manifest.finished && !has_ended(manifest.job_status.as_deref())
        });
        let same = self.store.is_newest_status(&answer.body);
        let intact = self.store.problems().is_empty();
        if running && same && intact && !self.options.force {
            // Nothing happened that would be worth an earlier snapshot of its own; its list is
            // read again all the same.
            let name = self.newest_status().unwrap_or_default();
            return self.begin_reading(&name);
        }
        if self.store.manifest().is_none() || running || self.options.force {
            let mut manifest = Manifest::new(&self.id, self.options.base_url.as_str(), now());
            manifest.project_id.clone_from(&self.options.project_id);
            manifest
                .organization_id
                .clone_from(&self.options.organization_id);
            if let Some(aside) = self.store.begin(manifest)? {
                let aside = aside.display();
                self.reporter.say(&format!(
                    "{}: the earlier snapshot is kept in {aside}",
                    self.id
                ));
            }
            return Ok(());
        }
        for (name, _) in self.store.problems() {
            self.reporter.say(&format!(
                "{}: {} was changed or is gone, and is fetched again",
                self.id,
                visible(name)
            ));
        }
        self.store.forget_problems()?;
        let found = self.manifest(Manifest::progress).unwrap_or_default();
        self.reporter.say(&format!(
            "{}: going on, with {found} fetched before",
            self.id
        ));
        self.store.update(|manifest| {
            manifest.finished = false;
            manifest.whole = None;
        })?;
        Ok(())
    }

    /// Begins a new reading of the list; the pages of the one before stay until it is finished.
    fn begin_reading(&mut self, status: &str) -> Result<(), FetchError> {
        self.store.update(|manifest| {
            manifest.reading = manifest.reading.saturating_add(1);
            manifest.list_read_under = Some(status.to_owned());
            manifest.distinct_items = 0;
            manifest.finished = false;
            manifest.whole = None;
        })?;
        Ok(())
    }

    fn finish_reading(&mut self, facts: &JobFacts) -> Result<(), FetchError> {
        self.store.finish_reading(|manifest| {
            manifest.finished = true;
            manifest.whole = manifest
                .stated_total
                .map(|total| manifest.distinct_items >= total);
        })?;
        let Some(manifest) = self.store.manifest() else {
            return Ok(());
        };
        let mut state = facts.status.as_deref().map_or_else(
            || "job of unknown status".to_owned(),
            |status| format!("job {}", visible(status)),
        );
        if let Some(processed) = facts.processed_items.filter(|_| !facts.has_ended()) {
            state.push_str(&format!(" with {} processed", number(processed)));
        }
        let missing = match (manifest.whole, manifest.stated_total) {
            (Some(false), Some(total)) => {
                let missing = total - manifest.distinct_items;
                format!("; the server did not give the other {}", number(missing))
            }
            (None, _) => "; nothing states how many there should be".to_owned(),
            _ => String::new(),
        };
        let progress = manifest.progress();
        self.reporter
            .say(&format!("{}: {progress}, {state}{missing}", self.id));
        Ok(())
    }

    fn ask_status(&self) -> Result<(Answer, JobFacts), FetchError> {
        let url = self.options.url(&format!("/{}", self.id), &[]);
        let ticket = self.worker.ask(url, body::status);
        let (answer, facts) = self.worker.wait(&ticket)?;
        match &facts.id {
            Some(found) if *found != self.id => Err(FetchError::OtherJob {
                url: answer.url,
                found: visible(found),
            }),
            _ => Ok((answer, facts)),
        }
    }

    fn keep_status(&mut self, answer: &Answer, facts: &JobFacts) -> Result<String, FetchError> {
        let name = self.store.keep_status(&answered(answer))?;
        self.store.update(|manifest| {
            manifest.job_status.clone_from(&facts.status);
            if facts.total_items.is_some() {
                manifest.stated_total = facts.total_items;
            }
            manifest.list_read_under.get_or_insert_with(|| name.clone());
            manifest.asked_until = answer.asked_at;
        })?;
        if let (Some(processed), Some(total)) = (facts.processed_items, facts.total_items) {
            self.reporter.debug(&format!(
                "{}: {} of {} processed",
                self.id,
                number(processed),
                counted(total, "item", "items")
            ));
        }
        Ok(name)
    }

    fn newest_status(&self) -> Option<String> {
        let manifest = self.store.manifest()?;
        manifest.newest_status().map(str::to_owned)
    }

    pub(super) fn manifest<T>(&self, read: impl FnOnce(&Manifest) -> T) -> Option<T> {
        self.store.manifest().map(read)
    }
}

fn has_ended(status: Option<&str>) -> bool {
    JobFacts {
        status: status.map(str::to_owned),
        ..JobFacts::default()
    }
    .has_ended()
}

/// An answer, as it is kept.
pub(super) fn answered(answer: &Answer) -> Answered<'_> {
    Answered {
        url: &answer.url,
        asked_at: answer.asked_at,
        http_status: answer.http_status,
        body: &answer.body,
    }
}
