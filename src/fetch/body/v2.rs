//! The facts that fetching needs from documents of the v2 API.

use serde_json::value::RawValue;

use super::{BadBody, MAX_ROWS, document, elements, is_end, list, object, text_of, time_of};
use crate::api::UtcTime;

/// A batch with the rows of its results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::fetch) struct BatchFacts {
    /// ID of the batch.
    pub id: Option<String>,
    /// Status word, as the server writes it.
    pub status: Option<String>,
    /// Directory whose files the batch processes.
    pub directory_id: Option<String>,
    /// Creation time.
    pub created_at: Option<UtcTime>,
    /// Time of the last change.
    pub updated_at: Option<UtcTime>,
    /// One row per file; `None` while the batch runs.
    pub results: Option<Vec<ResultRow>>,
}

/// A file of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::fetch) struct ResultRow {
    /// ID of the file in the directory.
    pub file_id: Option<String>,
    /// Job that processes the file.
    pub job: Option<JobReference>,
}

/// A job of a batch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::fetch) struct JobReference {
    /// Kind of the job, which decides about its path.
    pub kind: JobKind,
    /// ID of the job.
    pub id: String,
}

/// Kind of a job that a batch starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::fetch) enum JobKind {
    /// Parsing.
    Parse,
    /// Extraction.
    Extract,
}

impl JobKind {
    /// Both kinds.
    pub(in crate::fetch) const ALL: [Self; 2] = [Self::Parse, Self::Extract];

    /// Name of the kind in paths and parameters.
    pub(in crate::fetch) fn name(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Extract => "extract",
        }
    }
}

/// A page of jobs, data points, directory files or batches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::fetch) struct V2Page {
    /// Rows of any kind, in order.
    pub rows: Vec<V2Row>,
    /// Token of the next page.
    pub next_page_token: Option<String>,
}

/// A row of such a page, or a job that was asked for by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::fetch) struct V2Row {
    /// ID of the job, file or batch.
    pub id: Option<String>,
    /// Status word, as the server writes it.
    pub status: Option<String>,
    /// Creation time.
    pub created_at: Option<UtcTime>,
    /// Time of the last change.
    pub updated_at: Option<UtcTime>,
}

impl BatchFacts {
    /// Returns true if the batch will not change any more.
    pub(in crate::fetch) fn has_ended(&self) -> bool {
        self.status.as_deref().is_some_and(is_end)
    }
}

impl V2Row {
    /// Returns true if the job will not change any more.
    pub(in crate::fetch) fn has_ended(&self) -> bool {
        self.status.as_deref().is_some_and(is_end)
    }

    fn of(row: &RawValue) -> Option<Self> {
        wire!(Wire {
            id,
            status,
            created_at,
            updated_at
        });
        let wire: Wire<'_> = object(row)?;
        Some(Self {
            id: text_of(wire.id),
            status: text_of(wire.status),
            created_at: time_of(wire.created_at),
            updated_at: time_of(wire.updated_at),
        })
    }
}

/// Reads a batch.
pub(in crate::fetch) fn batch(body: &[u8]) -> Result<BatchFacts, BadBody> {
    wire!(Wire {
        id,
        status,
        source_directory_id,
        created_at,
        updated_at,
        results
    });
    const WANTED: &str = "a batch";
    let wire: Wire<'_> = document(body, WANTED)?;
    let id = text_of(wire.id);
    if id.is_none() || wire.status.is_none() {
        return Err(BadBody::Not(WANTED));
    }
    let results = match wire.results {
        Some(results) => {
            let rows = elements(results, MAX_ROWS).ok_or(BadBody::Not(WANTED))?;
            if rows.count > MAX_ROWS {
                return Err(BadBody::TooManyRows(MAX_ROWS));
            }
            Some(rows.kept.into_iter().map(result_row).collect())
        }
        None => None,
    };
    Ok(BatchFacts {
        id,
        status: text_of(wire.status),
        directory_id: text_of(wire.source_directory_id),
        created_at: time_of(wire.created_at),
        updated_at: time_of(wire.updated_at),
        results,
    })
}

fn result_row(row: &RawValue) -> ResultRow {
    wire!(Wire {
        source_directory_file_id,
        job_reference
    });
    let wire: Option<Wire<'_>> = object(row);
    ResultRow {
        file_id: wire
            .as_ref()
            .and_then(|wire| text_of(wire.source_directory_file_id)),
        job: wire.and_then(|wire| job_reference(wire.job_reference?)),
    }
}

fn job_reference(value: &RawValue) -> Option<JobReference> {
    wire!(Wire { id, r#type });
    let wire: Wire<'_> = object(value)?;
    let id = text_of(wire.id)?;
    let kind = text_of(wire.r#type).unwrap_or_default().to_lowercase();
    let is_extract = kind.contains("extract") || (kind.is_empty() && id.starts_with("ext-"));
    let kind = match is_extract {
        true => JobKind::Extract,
        false => JobKind::Parse,
    };
    Some(JobReference { kind, id })
}

/// Reads a page of jobs, data points, directory files or batches.
pub(in crate::fetch) fn page(body: &[u8]) -> Result<V2Page, BadBody> {
    let list = list(body)?;
    let rows = list.rows.into_iter();
    Ok(V2Page {
        rows: rows.map(|row| V2Row::of(row).unwrap_or_default()).collect(),
        next_page_token: list.next_page_token,
    })
}

/// Reads a job that was asked for by itself: bare, or in `{"job": …}` beside its content.
pub(in crate::fetch) fn job(body: &[u8]) -> Result<V2Row, BadBody> {
    wire!(Wire { job });
    const WANTED: &str = "a job";
    let wire: Wire<'_> = document(body, WANTED)?;
    let row = match wire.job.and_then(V2Row::of) {
        Some(row) if row.id.is_some() => row,
        _ => V2Row::of(document(body, WANTED)?).unwrap_or_default(),
    };
    if row.id.is_none() || row.status.is_none() {
        return Err(BadBody::Not(WANTED));
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_names_its_jobs_and_files() {
        let body = br#"{"id":"bat-1","status":"COMPLETED","source_directory_id":"dir-1",
            "created_at":"2026-11-01T10:00:00Z","config":{"job":{"type":"parse_v2"}},"results":[
            {"source_directory_file_id":"dfl-1","job_reference":{"id":"pjb-1","type":"parse_v2"}},
            {"source_directory_file_id":"dfl-2","job_reference":null,"error_message":"no"},
            {"source_directory_file_id":"dfl-3","job_reference":{"id":"ext-1"}},7]}"#;
        let batch = batch(body).expect("a batch");
        assert!(batch.has_ended());
        assert_eq!(batch.directory_id.as_deref(), Some("dir-1"));
        let rows = batch.results.expect("results");
        let jobs: Vec<_> = rows.iter().map(|row| row.job.clone()).collect();
        let reference = |kind, id: &str| {
            let id = id.to_owned();
            Some(JobReference { kind, id })
        };
        assert_eq!(
            jobs,
            [
                reference(JobKind::Parse, "pjb-1"),
                None,
                reference(JobKind::Extract, "ext-1"),
                None
            ]
        );
        assert_eq!(rows[1].file_id.as_deref(), Some("dfl-2"));
    }

    #[test]
    fn a_running_batch_has_no_results() {
        let running = batch(br#"{"id":"bat-1","status":"RUNNING","results":null}"#);
        let running = running.expect("a batch");
        assert_eq!(
            (running.results.as_ref(), running.has_ended()),
            (None, false)
        );
        for body in [
            "{}",
            "[]",
            r#"{"detail":"x"}"#,
            r#"{"id":"x","status":"y","results":{}}"#,
        ] {
            assert!(batch(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn a_job_is_bare_or_in_an_envelope() {
        for body in [
            r#"{"job":{"id":"pjb-1","status":"COMPLETED"},"items":{"pages":[]}}"#,
            r#"{"id":"pjb-1","status":"COMPLETED","extract_result":{"id":"mine"}}"#,
        ] {
            let job = job(body.as_bytes()).expect(body);
            assert_eq!(job.id.as_deref(), Some("pjb-1"));
            assert!(job.has_ended());
        }
        assert!(job(br#"{"items":[]}"#).is_err());
    }
}
