//! A v2 batch: the batch with its results, then its jobs by ID, the data points that hold their
//! times, and the directory's files that hold the names.
//!
//! Requests depend on the files on disk: jobs that have ended are not asked for again, so that a stop
//! at any moment costs at most the pages that were not stored. A part that the server does not have (a
//! job it has forgotten, a directory that is gone, data points it does not give) is a gap in the
//! manifest, not a failure.

use std::collections::{BTreeSet, HashSet};

use super::body::v2::{self, BatchFacts, JobKind, ResultRow};
use super::client::Received;
use super::error::FetchError;
use super::parts::{Parts, referenced};
use super::record::{Context, Look, Record};
use super::url::is_safe_id;
use crate::snapshot::Part;
use crate::text::counted;

/// Jobs per request. URLs with more IDs are refused by some proxies.
const JOBS_PER_REQUEST: usize = 50;
/// Most pages of the list of jobs for one request's IDs.
const MAX_PAGES_PER_REQUEST: usize = 20;
/// Looks at a batch that has ended without results for all files before watching ends.
const PATIENCE_AFTER_END: u32 = 3;

/// A batch that is being fetched.
pub(super) struct BatchFetch<'a> {
    pub(super) record: Record<'a>,
    parts: Parts,
    /// Jobs that the server does not have.
    forgotten: HashSet<String>,
    /// False once the server has listed jobs that were not asked for.
    can_list_by_id: bool,
    looks_after_end: u32,
    /// True once this run has begun or resumed the snapshot.
    begun: bool,
}

impl<'a> BatchFetch<'a> {
    /// Opens the folder of a batch.
    pub(super) fn open(id: &str, context: Context<'a>) -> Result<Self, FetchError> {
        Ok(Self {
            record: Record::open(id, context)?,
            parts: Parts::default(),
            forgotten: HashSet::new(),
            can_list_by_id: true,
            looks_after_end: 0,
            begun: false,
        })
    }

    /// Returns true if nothing has to be asked, because the batch and its jobs have ended and the
    /// snapshot is whole.
    pub(super) fn is_done(&self) -> bool {
        let Some((manifest, newest)) = self.record.claimed_whole() else {
            return false;
        };
        let store = &self.record.store;
        let batch = store.body(newest).ok();
        let batch = batch.and_then(|body| v2::batch(&body).ok());
        let (Some(batch), Ok(parts)) = (batch, Parts::of(store)) else {
            return false;
        };
        let rows = batch.results.as_deref().unwrap_or_default();
        batch.id.as_ref() == Some(&self.record.id)
            && batch.has_ended()
            && batch.results.is_some()
            && referenced(rows).all(|job| parts.has_ended(&job.id))
            && (rows.is_empty() || !parts.files.is_empty() || manifest.has_gap(Part::Files))
            && (parts.jobs.is_empty()
                || !parts.points.is_empty()
                || manifest.has_gap(Part::DataPoints))
    }

    /// Asks for the batch and for everything about it that may have changed. Jobs of a running batch
    /// are asked for only with `every_change`.
    pub(super) fn look(&mut self, every_change: bool) -> Result<Look, FetchError> {
        let (received, batch) = self.ask_batch()?;
        if !self.begun {
            self.begin()?;
            self.begun = true;
        }
        let before = self.record.newest_status();
        let store = &mut self.record.store;
        let name = store.keep_status("batch", &received.response())?;
        store.update(|manifest| {
            manifest.job_status.clone_from(&batch.status);
            manifest.stated_total = batch.results.as_ref().map(|rows| rows.len() as u64);
            manifest.asked_until = received.asked_at;
            manifest.finished = false;
            manifest.whole = None;
        })?;
        let mut changed = before.as_ref() != Some(&name);
        let rows = batch.results.as_deref().unwrap_or_default();
        if batch.has_ended() || every_change {
            changed |= self.read_jobs(rows)?;
        }
        let is_open = |id: &String| !self.parts.has_ended(id) && !self.forgotten.contains(id);
        let has_open_jobs = referenced(rows).any(|job| is_open(&job.id));
        let is_last_look = self.record.context.options.watch.is_none();
        if batch.results.is_some() && (!has_open_jobs || is_last_look) {
            self.parts.read_data_points(&mut self.record, &batch)?;
            self.parts.read_names(&mut self.record, &batch)?;
        }
        self.finish(&batch)?;
        Ok(Look {
            settled: self.is_settled(&batch, has_open_jobs),
            changed,
        })
    }

    /// Returns true if nothing more is to be expected. Jobs of a batch that failed or was cancelled
    /// need not come to an end, and results need not come at all.
    fn is_settled(&mut self, batch: &BatchFacts, has_open_jobs: bool) -> bool {
        if !batch.has_ended() {
            return false;
        }
        self.looks_after_end += 1;
        let status = batch.status.as_deref().unwrap_or_default();
        let is_completed = super::body::status_word(status) == "completed";
        let may_wait_for_ever = batch.results.is_none() || !is_completed;
        (batch.results.is_some() && !has_open_jobs)
            || (may_wait_for_ever && self.looks_after_end >= PATIENCE_AFTER_END)
    }

    /// Makes the snapshot ready to be written to.
    fn begin(&mut self) -> Result<(), FetchError> {
        let force = self.record.context.options.force;
        if self.record.store.manifest().is_none() || force {
            self.record.begin_anew()?;
        } else {
            self.record.resume()?;
        }
        self.parts = Parts::of(&self.record.store)?;
        Ok(())
    }

    fn ask_batch(&self) -> Result<(Received, BatchFacts), FetchError> {
        let Record { id, context, .. } = &self.record;
        let path = format!("/api/v2/batches/{id}");
        let url = context.options.url(&path, &[("expand", "results")]);
        let (received, batch) = context.worker.get(url, v2::batch)?;
        self.record.check_id(&received, batch.id.as_deref())?;
        Ok((received, batch))
    }

    /// Asks for the jobs that have not ended yet. Returns true if one of them is new or has changed.
    fn read_jobs(&mut self, rows: &[ResultRow]) -> Result<bool, FetchError> {
        let before = self.parts.jobs.clone();
        let total = referenced(rows).map(|job| &job.id).collect::<HashSet<_>>();
        let total = total.len() as u64;
        for kind in JobKind::ALL {
            let open: BTreeSet<String> = referenced(rows)
                .filter(|job| job.kind == kind && !self.parts.has_ended(&job.id))
                .filter(|job| !self.forgotten.contains(&job.id))
                .map(|job| job.id.clone())
                .collect();
            let open: Vec<String> = open.into_iter().collect();
            for ids in open.chunks(JOBS_PER_REQUEST) {
                for id in self.list_jobs(kind, ids)? {
                    self.read_job(kind, &id)?;
                }
                let found = self.parts.jobs.len() as u64;
                let reporter = self.record.context.reporter;
                reporter.items(&self.record.id, found, Some(total));
            }
        }
        self.record.context.reporter.end_list();
        Ok(self.parts.jobs != before)
    }

    /// Asks for the list of these jobs. Returns the IDs that the server did not list.
    fn list_jobs(&mut self, kind: JobKind, ids: &[String]) -> Result<Vec<String>, FetchError> {
        let mut missing: BTreeSet<&String> = ids.iter().collect();
        let context = self.record.context;
        let page_size = ids.len().to_string();
        let mut token = None;
        for _ in 0..MAX_PAGES_PER_REQUEST {
            if !self.can_list_by_id {
                break;
            }
            let mut parameters: Vec<(&str, &str)> =
                ids.iter().map(|id| ("job_ids", id.as_str())).collect();
            parameters.push(("page_size", &page_size));
            parameters.extend(token.as_deref().map(|token| ("page_token", token)));
            let path = format!("/api/v2/{}", kind.name());
            let url = context.options.url(&path, &parameters);
            let (received, page) = match context.worker.get(url, v2::page) {
                Ok(listed) => listed,
                // Each job can still be asked for by itself.
                Err(error) if error.is_refusal_of_request() => break,
                Err(error) => return Err(error),
            };
            let is_ours = |id: &String| ids.contains(id);
            self.can_list_by_id = page.rows.iter().all(|row| row.id.iter().all(is_ours));
            if page.rows.iter().any(|row| row.id.iter().any(is_ours)) {
                let name = self
                    .record
                    .store
                    .keep_part(Part::Jobs, &received.response())?;
                for row in page.rows.iter().filter(|row| row.id.iter().any(is_ours)) {
                    missing.retain(|id| Some(*id) != row.id.as_ref());
                    self.parts.add_job(row, &name);
                }
            }
            token = page.next_page_token;
            if missing.is_empty() || token.is_none() || page.rows.is_empty() {
                break;
            }
        }
        Ok(missing.into_iter().cloned().collect())
    }

    /// Asks for one job. A job that the server does not have is a gap.
    fn read_job(&mut self, kind: JobKind, id: &str) -> Result<(), FetchError> {
        let context = self.record.context;
        if !is_safe_id(id) || context.options.key.is_in(id) {
            let message = "the ID cannot be part of a URL".to_owned();
            self.forgotten.insert(id.to_owned());
            self.parts
                .add_gap(Part::Jobs, Some(&context.quote(id)), message);
            return Ok(());
        }
        let url = context
            .options
            .url(&format!("/api/v2/{}/{id}", kind.name()), &[]);
        let (received, row) = match context.worker.get(url, v2::job) {
            Ok(found) => found,
            Err(error) if error.is_absence() => {
                self.forgotten.insert(id.to_owned());
                self.parts.add_gap(Part::Jobs, Some(id), error.short());
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if row.id.as_deref() != Some(id) {
            return Err(FetchError::OtherJob {
                url: received.url,
                found: context.quote(row.id.as_deref().unwrap_or_default()),
            });
        }
        let name = self
            .record
            .store
            .keep_part(Part::Jobs, &received.response())?;
        self.parts.add_job(&row, &name);
        Ok(())
    }

    fn finish(&mut self, batch: &BatchFacts) -> Result<(), FetchError> {
        let rows = batch.results.as_deref();
        let is_there = |row: &&ResultRow| {
            let job = row.job.as_ref();
            job.is_none_or(|job| self.parts.jobs.contains_key(&job.id))
        };
        let found = rows.map(|rows| rows.iter().filter(is_there).count() as u64);
        let pages: HashSet<&str> = self.parts.pages_of_jobs().collect();
        let gaps = self.parts.gaps.clone();
        self.record.store.finish_reading(|manifest| {
            manifest.finished = true;
            manifest.distinct_items = found.unwrap_or_default();
            manifest.whole = manifest
                .stated_total
                .zip(found)
                .map(|(total, n)| n >= total);
            manifest.gaps = gaps;
            let superseded: HashSet<String> = manifest
                .part(Part::Jobs)
                .filter(|entry| !pages.contains(entry.name.as_str()))
                .map(|entry| entry.name.clone())
                .collect();
            manifest
                .files
                .retain(|entry| !superseded.contains(&entry.name));
        })?;
        self.say_progress(batch);
        Ok(())
    }

    fn say_progress(&self, batch: &BatchFacts) {
        let Some(manifest) = self.record.store.manifest() else {
            return;
        };
        let status = match batch.status.as_deref() {
            Some(status) => self.record.context.quote(&super::body::status_word(status)),
            None => "of unknown status".to_owned(),
        };
        let mut words = match &batch.results {
            Some(_) => format!("{}, batch {status}", manifest.progress()),
            None => format!("batch {status}, no results yet"),
        };
        let running = self.parts.jobs.values().filter(|job| !job.ended).count();
        if running > 0 {
            let jobs = counted(running as u64, "job", "jobs");
            words.push_str(&format!("; {jobs} not ended yet"));
        }
        let forgotten = self.forgotten.len();
        if forgotten > 0 {
            let jobs = counted(forgotten as u64, "job", "jobs");
            words.push_str(&format!("; the server no longer has {jobs}"));
        }
        for gap in self.parts.gaps.iter().filter(|gap| gap.part != Part::Jobs) {
            let part = match gap.part {
                Part::Files => "names",
                _ => "times",
            };
            words.push_str(&format!("; no {part} for some: {}", gap.message));
        }
        self.record.say(&words);
    }
}
