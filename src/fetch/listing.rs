//! The server's lists of jobs, for `--all`: v1 batch jobs and v2 batches. Jobs are chosen here,
//! because nothing says that the server can filter.

use std::collections::{BTreeMap, HashSet};

use super::Filter;
use super::body::v2::{self, V2Page};
use super::body::{self, JobFacts};
use super::client::Received;
use super::error::FetchError;
use super::record::Context;
use crate::api::UtcTime;
use crate::text::{counted, joined, number};

/// Most jobs of a list.
const MAX_JOBS: usize = 100_000;
/// Most status words that are counted one by one.
const MAX_STATUSES: usize = 12;
/// Batches per request.
const BATCHES_PER_REQUEST: &str = "100";

/// Jobs that a filter chose from the server's lists.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// IDs, in the order of the lists.
    pub ids: Vec<String>,
    /// Number of rows without a usable ID.
    pub without_id: u64,
    /// A list that could not be read, if the other one could.
    pub failures: Vec<(String, FetchError)>,
    seen: HashSet<String>,
    statuses: BTreeMap<String, u64>,
}

impl Chosen {
    /// Reads both lists and chooses. A server of one generation does not have the other's list.
    pub(super) fn from_lists(filter: &Filter, context: Context<'_>) -> Result<Self, FetchError> {
        let mut chosen = Self::default();
        let v1 = chosen.read_jobs(filter, context);
        let has_v1 = match v1 {
            Err(ref error) if error.is_refusal_of_request() => false,
            Err(error) => return Err(error),
            Ok(()) => true,
        };
        match chosen.read_batches(filter, context) {
            Ok(()) => Ok(chosen),
            Err(error @ (FetchError::Interrupted | FetchError::Endless { .. })) => Err(error),
            Err(error) if !has_v1 => v1.and(Err(error)),
            Err(error) if error.is_refusal_of_request() => Ok(chosen),
            Err(error) => {
                let list = "the list of v2 batches".to_owned();
                chosen.failures.push((list, error));
                Ok(chosen)
            }
        }
    }

    /// Reads the list of v1 jobs, page by page by offset.
    fn read_jobs(&mut self, filter: &Filter, context: Context<'_>) -> Result<(), FetchError> {
        let limit = context.options.page_size.to_string();
        let mut offset = 0;
        loop {
            let parameters = [("limit", limit.as_str()), ("offset", &offset.to_string())];
            let url = context.options.v1_url("", &parameters);
            let (_, page) = context.worker.get(url, body::jobs_page)?;
            offset += page.jobs.len();
            if !self.add(page.jobs, filter)? {
                return Ok(());
            }
        }
    }

    /// Reads the list of v2 batches, page by page by token.
    fn read_batches(&mut self, filter: &Filter, context: Context<'_>) -> Result<(), FetchError> {
        let since = filter.since.map(|time| time.to_string());
        let mut token: Option<String> = None;
        loop {
            let mut parameters = vec![("page_size", BATCHES_PER_REQUEST)];
            let since = since.as_deref();
            parameters.extend(since.map(|time| ("created_at_on_or_after", time)));
            parameters.extend(token.as_deref().map(|token| ("page_token", token)));
            let url = context.options.url("/api/v2/batches", &parameters);
            let (_, page): (Received, V2Page) = match token {
                None => context.worker.probe(url, v2::page)?,
                Some(_) => context.worker.get(url, v2::page)?,
            };
            let batches = page.rows.into_iter().map(|row| JobFacts {
                id: row.id,
                status: row.status,
                dated: row.created_at,
                ..JobFacts::default()
            });
            let brings_something = self.add(batches.collect(), filter)?;
            token = page.next_page_token;
            if !brings_something || token.is_none() {
                return Ok(());
            }
        }
    }

    /// Adds the jobs of a page. Returns false if none of them is new.
    fn add(&mut self, jobs: Vec<JobFacts>, filter: &Filter) -> Result<bool, FetchError> {
        let before = self.seen.len();
        for job in jobs {
            let Some(id) = job.id else {
                self.without_id += 1;
                continue;
            };
            if !self.seen.insert(id.clone()) {
                continue;
            }
            let status = job.status.as_deref().map(body::status_word);
            if filter.takes(status.as_deref(), job.dated) {
                self.ids.push(id);
            }
            let status = status.unwrap_or_else(|| "no status".to_owned());
            *self.statuses.entry(status).or_default() += 1;
        }
        if self.seen.len() > MAX_JOBS {
            return Err(FetchError::Endless {
                what: "jobs",
                limit: counted(self.seen.len() as u64, "job", "jobs"),
                stated: None,
            });
        }
        Ok(self.seen.len() > before)
    }

    /// Describes the choice: "3 of 5 jobs listed: 1 completed and 4 failed".
    pub(super) fn words(&self, context: Context<'_>) -> String {
        if self.seen.is_empty() {
            return "the server lists no jobs".to_owned();
        }
        let mut statuses: Vec<String> = self
            .statuses
            .iter()
            .take(MAX_STATUSES)
            .map(|(status, count)| format!("{} {}", number(*count), context.quote(status)))
            .collect();
        if let more @ 1.. = self.statuses.len().saturating_sub(MAX_STATUSES) {
            statuses.push(format!("{more} more kinds"));
        }
        format!(
            "{} of {} listed: {}",
            number(self.ids.len() as u64),
            counted(self.seen.len() as u64, "job", "jobs"),
            joined(&statuses)
        )
    }
}

impl Filter {
    fn takes(&self, status: Option<&str>, dated: Option<UtcTime>) -> bool {
        let has_status = self.statuses.is_empty()
            || status.is_some_and(|status| self.statuses.iter().any(|wanted| wanted == status));
        // A job without a time may be recent enough.
        let is_recent = match (self.since, dated) {
            (Some(since), Some(dated)) => dated >= since,
            _ => true,
        };
        has_status && is_recent
    }
}
