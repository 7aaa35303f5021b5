//! The list of jobs, for `--all`: filtered here, because nothing says that the server can.

use std::collections::{BTreeMap, HashSet};

use super::body::{self, JobFacts};
use super::error::FetchError;
use super::worker::Worker;
use super::{FetchOptions, Filter};
use crate::render::visible;
use crate::words::{counted, joined};

/// The jobs a filter chose.
pub(super) struct Chosen {
    /// Their ids, in the order of the list.
    pub ids: Vec<String>,
    /// What was chosen from what, in words.
    pub words: String,
}

/// Reads the list of jobs and chooses.
pub(super) fn choose(
    options: &FetchOptions,
    filter: &Filter,
    worker: &Worker<'_>,
) -> Result<Chosen, FetchError> {
    let mut seen = HashSet::new();
    let mut ids = Vec::new();
    let mut statuses: BTreeMap<String, u64> = BTreeMap::new();
    let mut offset = 0;
    loop {
        let parameters = [
            ("limit", options.page_size.to_string()),
            ("offset", offset.to_string()),
        ];
        let ticket = worker.ask(options.url("", &parameters), body::jobs);
        let (_, page) = worker.wait(&ticket)?;
        offset += page.rows;
        let before = seen.len();
        for job in page.jobs {
            let Some(id) = job.id.clone().filter(|id| seen.insert(id.clone())) else {
                continue;
            };
            let status = job.status.clone().unwrap_or_else(|| "no status".to_owned());
            *statuses.entry(status).or_default() += 1;
            if filter.takes(&job) {
                ids.push(id);
            }
        }
        if page.rows == 0 || seen.len() == before {
            break;
        }
    }
    let listed: Vec<String> = statuses
        .iter()
        .map(|(status, count)| format!("{count} {}", visible(status)))
        .collect();
    let words = match seen.len() {
        0 => "the server lists no jobs".to_owned(),
        n => format!(
            "{} of {} listed: {}",
            ids.len(),
            counted(n as u64, "job", "jobs"),
            joined(&listed)
        ),
    };
    Ok(Chosen { ids, words })
}

impl Filter {
    fn takes(&self, job: &JobFacts) -> bool {
        let status = self.statuses.is_empty()
            || job
                .status
                .as_ref()
                .is_some_and(|status| self.statuses.contains(status));
        // A job that tells no time may be as young as was asked for.
        let since = match (self.since, job.dated) {
            (Some(since), Some(dated)) => dated >= since,
            _ => true,
        };
        status && since
    }
}
