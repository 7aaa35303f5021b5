//! The kind of a JSON object, recognised by its shape and by the prefix of its id, never by the name of a
//! file. This is the one place that tells the documents of both generations of the API apart.

use super::fields::Fields;
use crate::api::{Field, v2};

/// Kind of a JSON object. Whether an object is a list is known by whoever reads its elements.
pub(super) enum DocumentKind<'f> {
    /// A summary that this program saved.
    Summary,
    /// The manifest of a snapshot.
    Manifest,
    /// An item of a v1 batch job.
    Item,
    /// A v1 batch job in an envelope: `{"job": …}`, or `{"status": …}` beside its items.
    Status(Job<'f>),
    /// A v1 batch job by itself.
    Job(Job<'f>),
    /// A document of v2: a batch, a job with or without its envelope, a data point, a directory file.
    V2(Box<v2::Document>),
    /// None of these: a list, a wrapper, an error response, or nothing of the API.
    Unknown,
}

/// The fields of a v1 batch job.
pub(super) struct Job<'f> {
    pub(super) fields: Fields<'f>,
    /// Progress that the envelope states.
    pub(super) progress: Option<&'f str>,
}

impl<'f> DocumentKind<'f> {
    /// The kind of an object; `raw` is its text if it is complete. An object that breaks off is no job,
    /// but a complete status may stand in front of the break.
    pub(super) fn of(fields: &Fields<'f>, raw: Option<&str>) -> Self {
        if fields.has(Field::Generator) {
            if fields.has(Field::SchemaVersion) && raw.is_some() {
                return Self::Summary;
            }
            if fields.has(Field::SnapshotVersion) {
                return Self::Manifest;
            }
        }
        if fields.is_item() && !fields.has(Field::Job) {
            return Self::Item;
        }
        if let Some(job) = status(fields) {
            return Self::Status(job);
        }
        if fields.is_item() {
            return Self::Item;
        }
        if raw.is_some() && fields.is_job() {
            return Self::Job(Job {
                fields: fields.clone(),
                progress: None,
            });
        }
        let may_be_v2 = fields.has(Field::Id) || fields.has(Field::Job);
        match raw.filter(|_| may_be_v2).and_then(v2::read) {
            Some(document) => Self::V2(Box::new(document)),
            None => Self::Unknown,
        }
    }
}

/// The job of a status document.
fn status<'f>(fields: &Fields<'f>) -> Option<Job<'f>> {
    let progress = fields.raw(Field::ProgressPercentage);
    if let Some(job) = fields.object(Field::Job)
        && (job.is_job() || job.has(Field::Id) && progress.is_some())
    {
        return Some(Job {
            fields: job,
            progress,
        });
    }
    let status = fields.object(Field::Status)?;
    let progress = status.raw(Field::ProgressPercentage).or(progress);
    let fields = status.object(Field::Job).unwrap_or(status);
    fields.is_job().then_some(Job { fields, progress })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(json: &str) -> &'static str {
        let fields = Fields::of(json).expect("an object");
        match DocumentKind::of(&fields, Some(json)) {
            DocumentKind::Summary => "summary",
            DocumentKind::Manifest => "manifest",
            DocumentKind::Item => "item",
            DocumentKind::Status(_) => "status",
            DocumentKind::Job(_) => "job",
            DocumentKind::V2(_) => "v2",
            DocumentKind::Unknown => "unknown",
        }
    }

    #[test]
    fn an_object_with_an_id_is_a_job_only_if_something_else_says_so() {
        for (json, expected) in [
            (r#"{"id":"bjb-1"}"#, "unknown"),
            (r#"{"id":"bjb-1","note":"ours"}"#, "unknown"),
            (r#"{"id":"bjb-1","status":"failed"}"#, "job"),
            (r#"{"id":"x","job_type":"parse","status":"failed"}"#, "job"),
            (r#"{"id":"x"}"#, "unknown"),
            (r#"{"id":"x","status":"open"}"#, "unknown"),
            (r#"{"id":"x","project_id":"p","status":"open"}"#, "unknown"),
            (
                r#"{"id":7,"name":"x","created_at":"2026-05-14"}"#,
                "unknown",
            ),
        ] {
            assert_eq!(kind(json), expected, "{json}");
        }
    }

    #[test]
    fn documents_of_v2_are_no_jobs_of_v1() {
        for json in [
            r#"{"id":"bat-1","project_id":"p","status":"COMPLETED","config":{},"source_directory_id":"dir-1"}"#,
            r#"{"id":"pjb-1","project_id":"p","status":"COMPLETED"}"#,
            r#"{"job":{"id":"pjb-1","project_id":"p","status":"FAILED"},"items":{"pages":[]}}"#,
            r#"{"id":"dfl-1","directory_id":"dir-1","display_name":"a.pdf","unique_id":"u"}"#,
        ] {
            assert_eq!(kind(json), "v2", "{json}");
        }
        let status = r#"{"job":{"id":"bjb-1","job_type":"parse","status":"x","total_items":1}}"#;
        assert_eq!(kind(status), "status");
    }
}
