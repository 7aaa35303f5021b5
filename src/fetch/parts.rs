//! The parts of a batch: an index of those in a snapshot, and requests for data points and directory
//! files.

use std::collections::{HashMap, HashSet};

use super::body::v2::{self, BatchFacts, JobKind, JobReference, ResultRow, V2Row};
use super::client::now;
use super::error::FetchError;
use super::record::Record;
use super::url::is_safe_id;
use crate::api::UtcTime;
use crate::snapshot::{Gap, Part, Store, StoreError};
use crate::text::{counted, number};

/// Rows per page of data points and directory files.
const PAGE_SIZE: &str = "200";
/// Most rows of a list of data points or directory files. Rows of other jobs are among them.
const MAX_LISTED: usize = 200_000;
/// Time added before and after the times of the jobs when data points are asked for.
const MARGIN_MICROS: i64 = 600_000_000;
const HOUR_MICROS: i64 = 3_600_000_000;

/// Parts of a batch in its snapshot, and those that the server does not have.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Jobs by their IDs.
    pub(super) jobs: HashMap<String, RecordedJob>,
    /// Ended jobs that have a data point.
    pub(super) points: HashSet<String>,
    /// Files that have a name.
    pub(super) files: HashSet<String>,
    /// Parts that the server does not have.
    pub(super) gaps: Vec<Gap>,
}

/// A job in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RecordedJob {
    /// True if the job will not change any more.
    pub(super) ended: bool,
    created_at: Option<UtcTime>,
    updated_at: Option<UtcTime>,
    /// Name of the file with its newest state.
    page: String,
}

/// Jobs that the rows of a batch refer to.
pub(super) fn referenced(rows: &[ResultRow]) -> impl Iterator<Item = &JobReference> {
    rows.iter().filter_map(|row| row.job.as_ref())
}

impl Parts {
    /// Reads the parts in a snapshot.
    pub(super) fn of(store: &Store) -> Result<Self, StoreError> {
        let mut parts = Self::default();
        let Some(manifest) = store.manifest() else {
            return Ok(parts);
        };
        for entry in manifest.part(Part::Jobs) {
            let body = store.body(&entry.name)?;
            let rows = match (v2::job(&body), v2::page(&body)) {
                (Ok(job), _) => vec![job],
                (Err(_), Ok(page)) => page.rows,
                (Err(_), Err(_)) => Vec::new(),
            };
            for row in rows {
                parts.add_job(&row, &entry.name);
            }
        }
        for part in [Part::DataPoints, Part::Files] {
            for entry in manifest.part(part) {
                let page = v2::page(&store.body(&entry.name)?).unwrap_or_default();
                for row in page.rows {
                    parts.add(part, row);
                }
            }
        }
        Ok(parts)
    }

    /// Returns true if the snapshot holds a job in its final state.
    pub(super) fn has_ended(&self, id: &str) -> bool {
        self.jobs.get(id).is_some_and(|job| job.ended)
    }

    /// Adds the state of a job, which replaces an earlier one.
    pub(super) fn add_job(&mut self, row: &V2Row, page: &str) {
        let Some(id) = row.id.clone() else {
            return;
        };
        let job = RecordedJob {
            ended: row.has_ended(),
            created_at: row.created_at,
            updated_at: row.updated_at,
            page: page.to_owned(),
        };
        self.jobs.insert(id, job);
    }

    /// Adds a data point or a directory file.
    fn add(&mut self, part: Part, row: V2Row) {
        match part {
            Part::DataPoints if row.has_ended() => self.points.extend(row.id),
            Part::Files => self.files.extend(row.id),
            Part::DataPoints | Part::Jobs => {}
        }
    }

    fn has(&self, part: Part, id: &str) -> bool {
        match part {
            Part::Jobs => self.jobs.contains_key(id),
            Part::DataPoints => self.points.contains(id),
            Part::Files => self.files.contains(id),
        }
    }

    /// Files that hold the newest state of a job.
    pub(super) fn pages_of_jobs(&self) -> impl Iterator<Item = &str> {
        self.jobs.values().map(|job| job.page.as_str())
    }

    /// Time between the creation of the first job and the last change of any, with a margin.
    fn span(&self, batch: &BatchFacts) -> (Option<UtcTime>, Option<UtcTime>) {
        let created = self.jobs.values().filter_map(|job| job.created_at);
        let updated = self.jobs.values().filter_map(|job| job.updated_at);
        let moved = |time: Option<UtcTime>, micros: i64| {
            UtcTime::from_micros(time?.micros().saturating_add(micros))
        };
        let from = created.chain(batch.created_at).min();
        let to = updated.chain(batch.updated_at).max();
        (moved(from, -MARGIN_MICROS), moved(to, MARGIN_MICROS))
    }

    /// Notes that the server does not have a part.
    pub(super) fn add_gap(&mut self, part: Part, id: Option<&str>, message: String) {
        self.gaps.push(Gap {
            part,
            id: id.map(str::to_owned),
            asked_at: now(),
            message,
        });
    }

    /// Asks for the data points of ended jobs that have none yet.
    pub(super) fn read_data_points(
        &mut self,
        record: &mut Record<'_>,
        batch: &BatchFacts,
    ) -> Result<(), FetchError> {
        self.gaps.retain(|gap| gap.part != Part::DataPoints);
        let rows = batch.results.as_deref().unwrap_or_default();
        for kind in JobKind::ALL {
            let ended: HashSet<String> = referenced(rows)
                .filter(|job| job.kind == kind && self.has_ended(&job.id))
                .map(|job| job.id.clone())
                .collect();
            let (from, to) = self.span(batch);
            let text = |time: Option<UtcTime>| time.map(|time| time.to_string());
            // Without `hours` the server looks back one hour only. Nothing says which of both counts.
            let hours = from.map(|from| {
                let age = now().micros().saturating_sub(from.micros());
                (age / HOUR_MICROS + 1).max(1).to_string()
            });
            let (from, to) = (text(from), text(to));
            let kind = Some(("job_type", kind.name()));
            let hours = hours.as_deref().map(|hours| ("hours", hours));
            let from = from.as_deref().map(|time| ("created_at_on_or_after", time));
            let to = to.as_deref().map(|time| ("created_at_on_or_before", time));
            let size = Some(("page_size", PAGE_SIZE));
            let forms = [
                [kind, hours, from, to, size],
                [kind, None, from, to, size],
                [kind, hours, None, None, size],
            ];
            let forms = forms.map(|form| form.into_iter().flatten().collect());
            let path = "/api/v1/job-data-points";
            self.read_part(record, Part::DataPoints, path, None, &forms, &ended)?;
        }
        Ok(())
    }

    /// Asks for the directory's files, whose names the batch does not tell.
    pub(super) fn read_names(
        &mut self,
        record: &mut Record<'_>,
        batch: &BatchFacts,
    ) -> Result<(), FetchError> {
        self.gaps.retain(|gap| gap.part != Part::Files);
        let rows = batch.results.as_deref().unwrap_or_default();
        let wanted: HashSet<String> = rows.iter().filter_map(|row| row.file_id.clone()).collect();
        let key = &record.context.options.key;
        let directory = batch.directory_id.as_deref();
        let Some(directory) = directory.filter(|id| is_safe_id(id) && !key.is_in(id)) else {
            if !wanted.is_empty() {
                let message = "the batch does not name its directory".to_owned();
                self.add_gap(Part::Files, None, message);
            }
            return Ok(());
        };
        let path = format!("/api/v1/beta/directories/{directory}/files");
        let forms = [
            vec![("include_deleted", "true"), ("page_size", PAGE_SIZE)],
            vec![("page_size", PAGE_SIZE)],
            Vec::new(),
        ];
        self.read_part(record, Part::Files, &path, Some(directory), &forms, &wanted)
    }

    /// Reads a list until it has named each of the wanted IDs or ends. A server that refuses a form of
    /// the request is asked in the next form; if it refuses all, that is a gap.
    fn read_part(
        &mut self,
        record: &mut Record<'_>,
        part: Part,
        path: &str,
        id: Option<&str>,
        forms: &[Vec<(&str, &str)>],
        wanted: &HashSet<String>,
    ) -> Result<(), FetchError> {
        let mut refusal = None;
        for form in forms {
            if wanted.iter().all(|id| self.has(part, id)) {
                return Ok(());
            }
            match self.read_pages(record, part, path, form, wanted) {
                Ok(()) => {
                    refusal = None;
                    break;
                }
                Err(error) if error.is_refusal_of_request() || error.is_no_access() => {
                    let is_final = error.is_absence() || error.is_no_access();
                    refusal = Some(error);
                    if is_final {
                        break;
                    }
                }
                Err(error) => return Err(error),
            }
        }
        let missing = wanted.iter().filter(|id| !self.has(part, id)).count() as u64;
        if missing == 0 {
            return Ok(());
        }
        let what = match part {
            Part::Files => "file",
            Part::Jobs | Part::DataPoints => "job",
        };
        let message = match refusal {
            Some(error) => error.short(),
            None => {
                let total = counted(wanted.len() as u64, what, &format!("{what}s"));
                format!("the server does not list {} of {total}", number(missing))
            }
        };
        self.add_gap(part, id, message);
        Ok(())
    }

    fn read_pages(
        &mut self,
        record: &mut Record<'_>,
        part: Part,
        path: &str,
        form: &[(&str, &str)],
        wanted: &HashSet<String>,
    ) -> Result<(), FetchError> {
        let context = record.context;
        let mut seen = HashSet::new();
        let mut token: Option<String> = None;
        loop {
            let mut parameters = form.to_vec();
            parameters.extend(token.as_deref().map(|token| ("page_token", token)));
            let url = context.options.url(path, &parameters);
            let (received, page) = context.worker.get(url, v2::page)?;
            let before = seen.len();
            let mut is_ours = false;
            for row in page.rows {
                let id = row.id.clone().unwrap_or_default();
                if wanted.contains(&id) && !self.has(part, &id) {
                    self.add(part, row);
                    is_ours |= self.has(part, &id);
                }
                seen.insert(id);
            }
            // Pages about other jobs only are not ours to keep.
            if is_ours {
                record.store.keep_part(part, &received.response())?;
            }
            token = page.next_page_token;
            let is_complete = wanted.iter().all(|id| self.has(part, id));
            let brings_nothing = seen.len() == before;
            if is_complete || token.is_none() || brings_nothing || seen.len() > MAX_LISTED {
                return Ok(());
            }
        }
    }
}
