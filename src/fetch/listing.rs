//! The server's list of jobs, for `--all`. Jobs are chosen here, because nothing says that the server
//! can filter.

use std::collections::{BTreeMap, HashSet};

use super::Filter;
use super::body::{self, JobFacts};
use super::error::FetchError;
use super::record::Context;
use crate::text::{counted, joined, number};

/// Most jobs of a list.
const MAX_JOBS: usize = 100_000;
/// Most status words that are counted one by one.
const MAX_STATUSES: usize = 12;

/// Jobs that a filter chose from the server's list.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// IDs, in the order of the list.
    pub ids: Vec<String>,
    /// Number of rows without a usable ID.
    pub without_id: u64,
    /// Number of jobs listed.
    listed: usize,
    statuses: BTreeMap<String, u64>,
}

impl Chosen {
    /// Reads the list of jobs and chooses.
    pub(super) fn from_list(filter: &Filter, context: Context<'_>) -> Result<Self, FetchError> {
        let mut chosen = Self::default();
        let mut seen = HashSet::new();
        let limit = context.options.page_size.to_string();
        let mut offset = 0;
        loop {
            let parameters = [("limit", limit.as_str()), ("offset", &offset.to_string())];
            let url = context.options.v1_url("", &parameters);
            let (_, page) = context.worker.get(url, body::jobs_page)?;
            offset += page.jobs.len();
            let before = seen.len();
            for job in page.jobs {
                match &job.id {
                    Some(id) if seen.insert(id.clone()) => chosen.add(job, filter),
                    Some(_) => {}
                    None => chosen.without_id += 1,
                }
            }
            if seen.len() == before {
                return Ok(chosen);
            }
            if seen.len() > MAX_JOBS {
                return Err(FetchError::Endless {
                    what: "jobs",
                    limit: counted(seen.len() as u64, "job", "jobs"),
                    stated: None,
                });
            }
        }
    }

    fn add(&mut self, job: JobFacts, filter: &Filter) {
        self.listed += 1;
        let status = job.status.as_deref().map(body::status_word);
        let dated = job.dated;
        if filter.takes(status.as_deref(), dated) {
            self.ids.extend(job.id);
        }
        let status = status.unwrap_or_else(|| "no status".to_owned());
        *self.statuses.entry(status).or_default() += 1;
    }

    /// Describes the choice: "3 of 5 jobs listed: 1 completed and 4 failed".
    pub(super) fn words(&self, context: Context<'_>) -> String {
        if self.listed == 0 {
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
            counted(self.listed as u64, "job", "jobs"),
            joined(&statuses)
        )
    }
}

impl Filter {
    fn takes(&self, status: Option<&str>, dated: Option<crate::api::UtcTime>) -> bool {
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
