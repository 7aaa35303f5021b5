//! A batch job of the v1 API: from what its folder holds to a snapshot of its newest state.

use super::body::{self, JobFacts};
use super::client::Received;
use super::error::FetchError;
use super::list::recorded;
use super::record::{Context, Look, Record};
use crate::text::{counted, number};

/// Most readings of a list in one look. A list is read again if the job ended or grew meanwhile.
const MAX_READINGS: u32 = 4;

/// A job that is being fetched.
pub(super) struct JobFetch<'a> {
    pub(super) record: Record<'a>,
    /// True once this run has begun or resumed the snapshot.
    begun: bool,
}

impl<'a> JobFetch<'a> {
    /// Opens the folder of a job.
    pub(super) fn open(id: &str, context: Context<'a>) -> Result<Self, FetchError> {
        Ok(Self {
            record: Record::open(id, context)?,
            begun: false,
        })
    }

    /// Returns true if nothing has to be asked, because the job has ended and its snapshot is whole.
    pub(super) fn is_done(&self) -> bool {
        let Some((manifest, newest)) = self.record.claimed_whole() else {
            return false;
        };
        let store = &self.record.store;
        let status = store.body(newest).ok();
        let status = status.and_then(|body| body::status_document(&body).ok());
        let (Some(status), Ok(reading)) = (status, recorded(store)) else {
            return false;
        };
        status.has_ended()
            && manifest.list_read_under.as_deref() == Some(newest)
            && status.id.as_ref() == Some(&self.record.id)
            && match status.total_items.or(reading.total_size) {
                Some(total) => reading.items.len() as u64 >= total,
                None => manifest.whole.is_none(),
            }
    }

    /// Asks for the job's status, and reads its list if the newest reading is out of date. With
    /// `every_change` any change makes a reading out of date, else only the end of the job.
    pub(super) fn look(&mut self, every_change: bool) -> Result<Look, FetchError> {
        let (received, mut facts) = self.ask_status()?;
        if !self.begun {
            self.begin(&received)?;
            self.begun = true;
        }
        let before = self.record.newest_status();
        let mut name = self.keep_status(&received, &facts)?;
        let changed = before.as_ref() != Some(&name);
        let finished = self.record.manifest(|manifest| manifest.finished);
        if finished.unwrap_or_default() {
            let stale = self.was_read_before(&name);
            if !stale || !(facts.has_ended() || every_change) {
                let settled = !stale && facts.has_ended();
                return Ok(Look { settled, changed });
            }
            self.begin_reading(&name)?;
        }
        for attempt in 1.. {
            self.record.read_list(&facts)?;
            let (received, facts_after) = self.ask_status()?;
            let grew = facts_after.total_items > facts.total_items;
            facts = facts_after;
            name = self.keep_status(&received, &facts)?;
            let is_last = attempt == MAX_READINGS;
            if grew && !is_last {
                continue;
            }
            // Pages read before the job ended may show items in the middle of their work.
            if facts.has_ended() && self.was_read_before(&name) && !is_last {
                self.record.say("the job ended; reading its list again");
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

    /// Returns true if the newest reading began under another status document than this.
    fn was_read_before(&self, status: &str) -> bool {
        let read_under = self.record.manifest(|m| m.list_read_under.clone());
        read_under.flatten().as_deref() != Some(status)
    }

    /// Makes the snapshot ready to be written to, given the newest status document.
    fn begin(&mut self, received: &Received) -> Result<(), FetchError> {
        let store = &self.record.store;
        let force = self.record.context.options.force;
        let is_snapshot_of_running_job = store.manifest().is_some_and(|manifest| {
            let status = manifest.job_status.as_deref();
            manifest.finished && !status.is_some_and(body::is_end)
        });
        let is_same = store.is_newest_status(&received.body) && store.problems().is_empty();
        if is_snapshot_of_running_job && is_same && !force {
            // Nothing happened that would be worth an earlier snapshot of its own, but the list is
            // read again.
            let name = self.record.newest_status().unwrap_or_default();
            return self.begin_reading(&name);
        }
        if store.manifest().is_none() || is_snapshot_of_running_job || force {
            return self.record.begin_anew();
        }
        self.record.resume()
    }

    /// Begins a new reading of the list. The pages of the one before stay until it is finished.
    fn begin_reading(&mut self, status: &str) -> Result<(), FetchError> {
        self.record.store.update(|manifest| {
            manifest.reading += 1;
            manifest.list_read_under = Some(status.to_owned());
            manifest.distinct_items = 0;
            manifest.finished = false;
            manifest.whole = None;
        })?;
        Ok(())
    }

    fn finish_reading(&mut self, facts: &JobFacts) -> Result<(), FetchError> {
        self.record.store.finish_reading(|manifest| {
            manifest.finished = true;
            manifest.whole = manifest
                .stated_total
                .map(|total| manifest.distinct_items >= total);
        })?;
        let Some(manifest) = self.record.store.manifest() else {
            return Ok(());
        };
        let mut state = match facts.status.as_deref() {
            Some(status) => format!("job {}", self.record.context.quote(status)),
            None => "job of unknown status".to_owned(),
        };
        if let Some(processed) = facts.processed_items.filter(|_| !facts.has_ended()) {
            state.push_str(&format!(" with {} processed", number(processed)));
        }
        let missing = match (manifest.whole, manifest.stated_total) {
            (Some(false), Some(total)) => {
                let missing = total - manifest.distinct_items;
                format!("; the server did not list the other {}", number(missing))
            }
            (None, _) => "; the server states no total".to_owned(),
            _ => String::new(),
        };
        let progress = manifest.progress();
        self.record.say(&format!("{progress}, {state}{missing}"));
        Ok(())
    }

    fn ask_status(&self) -> Result<(Received, JobFacts), FetchError> {
        let Record { id, context, .. } = &self.record;
        let url = context.options.v1_url(&format!("/{id}"), &[]);
        let (received, facts) = context.worker.get(url, body::status_document)?;
        self.record.check_id(&received, facts.id.as_deref())?;
        Ok((received, facts))
    }

    fn keep_status(&mut self, received: &Received, facts: &JobFacts) -> Result<String, FetchError> {
        let name = self
            .record
            .store
            .keep_status("status", &received.response())?;
        self.record.store.update(|manifest| {
            manifest.job_status.clone_from(&facts.status);
            if facts.total_items.is_some() {
                manifest.stated_total = facts.total_items;
            }
            manifest.list_read_under.get_or_insert_with(|| name.clone());
            manifest.asked_until = received.asked_at;
        })?;
        if let (Some(processed), Some(total)) = (facts.processed_items, facts.total_items) {
            self.record.context.reporter.debug(&format!(
                "{}: {} of {} processed",
                self.record.id,
                number(processed),
                counted(total, "item", "items")
            ));
        }
        Ok(name)
    }
}
