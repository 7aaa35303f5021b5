//! The documents of v2 batches: a batch with its results, the jobs behind its files, the data
//! points of those jobs, and the files of its directory.
//!
//! Each is read from one JSON object, recognised by its shape and the prefix of its id. A field of
//! another type than documented is absent; the user's own content (`extract_result`, parsed pages)
//! is never looked into, except for the `success` of a parsed page.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::field::Value;
use super::status;
use super::time::UtcTime;

/// A document of the v2 API.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// A batch, with or without its results.
    Batch(Box<Batch>),
    /// A parse, extract or classify job.
    Job(FileJob),
    /// The times of a job.
    DataPoint(Box<DataPoint>),
    /// A file of a directory.
    File(DirectoryFile),
}

/// A batch as one response tells it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// `bat-…`.
    pub id: String,
    /// `parse_v2`, `extract_v2`, or another word.
    pub job_type: Option<String>,
    /// `cfg-…`, or the name of a preset.
    pub configuration_id: Option<String>,
    /// The project.
    pub project_id: Option<String>,
    /// The directory that holds the batch's files.
    pub source_directory_id: Option<String>,
    /// The status word in lower case.
    pub status: Option<String>,
    /// When it was created.
    pub created_at: Option<UtcTime>,
    /// The last change of any kind.
    pub updated_at: Option<UtcTime>,
    /// Its files; absent if the response did not hold them.
    pub results: Option<Vec<ResultRow>>,
    /// Rows of `results` without a file id.
    pub unreadable_results: u64,
}

/// One file of a batch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResultRow {
    /// `dfl-…`: the file in its directory.
    pub file_id: String,
    /// The job made for it.
    pub job_id: Option<String>,
    /// Why no job could be made for it.
    pub error_message: Option<String>,
}

/// A parse, extract or classify job. A dump may hold millions of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileJob {
    /// `pjb-…`, `ext-…`, or a classify job's id.
    pub id: Box<str>,
    /// The status word in lower case.
    pub status: Option<Box<str>>,
    /// The last change of any kind.
    pub updated_at: Option<UtcTime>,
    /// What else the job tells; absent if it tells nothing else.
    pub details: Option<Box<Details>>,
}

/// Facts of a job beside its id and status.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Details {
    /// Why it failed.
    pub error_message: Option<String>,
    /// Its display name.
    pub name: Option<String>,
    /// Credits it used.
    pub credits: Option<f64>,
    /// Parsed pages that failed (`success: false`).
    pub failed_pages: u32,
}

/// The times of a job: the only document that tells when it ran.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DataPoint {
    /// The job's id.
    pub id: Box<str>,
    /// The status word in lower case.
    pub status: Option<Box<str>>,
    /// The last change of any kind.
    pub updated_at: Option<UtcTime>,
    /// Why the job failed.
    pub error_message: Option<String>,
    /// When it began to wait.
    pub pending_at: Option<UtcTime>,
    /// When it began to run.
    pub running_at: Option<UtcTime>,
    /// When it completed, failed or was cancelled.
    pub ended_at: Option<UtcTime>,
}

/// A file of a directory, which is where names are told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DirectoryFile {
    /// `dfl-…`.
    pub id: Box<str>,
    /// Its name.
    pub display_name: Option<Box<str>>,
    /// The last change of any kind.
    pub updated_at: Option<UtcTime>,
}

/// Fields of an object that tell v2 documents apart, as JSON text.
#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    status: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    project_id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    created_at: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    updated_at: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error_message: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    config: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    source_directory_id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    results: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    state_transitions: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    custom_tag: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    display_name: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    directory_id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    unique_id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    name: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    tier: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    user_metadata: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    file_input: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    document_input_type: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    job: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    markdown: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    items: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    job_type: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    total_items: Option<&'a RawValue>,
}

/// Reads the v2 document that a JSON object is; `None` if it is no such document.
pub fn read(json: &str) -> Option<Document> {
    let object: Object<'_> = serde_json::from_str(json).ok()?;
    if let Some(inner) = object.job {
        let job: Object<'_> = serde_json::from_str(inner.get()).ok()?;
        let Some(Document::Job(mut job)) = job.document() else {
            return None;
        };
        let failed_pages = object.failed_pages();
        if failed_pages > 0 {
            job.details.get_or_insert_default().failed_pages = failed_pages;
        }
        return Some(Document::Job(job));
    }
    object.document()
}

impl Object<'_> {
    fn document(&self) -> Option<Document> {
        let id = text(self.id).filter(|id| !id.is_empty())?;
        let begins = |prefix: &str| id.starts_with(prefix);
        if self.job_type.is_some() || self.total_items.is_some() || begins("bjb-") {
            return None;
        }
        let is_batch = begins("bat-")
            && (self.status.is_some() || self.results.is_some() || self.config.is_some())
            || self.source_directory_id.is_some() && self.config.is_some();
        let is_point = self.state_transitions.is_some() || self.custom_tag.is_some();
        let is_file = self.display_name.is_some()
            && (self.directory_id.is_some() || self.unique_id.is_some());
        let is_parse_job = self.tier.is_some() || self.user_metadata.is_some() || begins("pjb-");
        let is_other_job = self.file_input.is_some()
            || self.document_input_type.is_some()
            || begins("ext-")
            || begins("cls-");
        Some(if is_batch {
            Document::Batch(Box::new(self.batch(id)))
        } else if is_point {
            Document::DataPoint(Box::new(self.data_point(id)))
        } else if is_file {
            Document::File(DirectoryFile {
                id: id.into(),
                display_name: text(self.display_name).map(Box::from),
                updated_at: time(self.updated_at),
            })
        } else if self.status.is_some() && (is_parse_job || is_other_job) {
            Document::Job(self.file_job(id))
        } else {
            return None;
        })
    }

    fn batch(&self, id: String) -> Batch {
        #[derive(Deserialize)]
        struct Config<'a> {
            #[serde(borrow, default)]
            job: Option<ConfigJob<'a>>,
        }
        #[derive(Deserialize)]
        struct ConfigJob<'a> {
            #[serde(borrow, default, rename = "type", deserialize_with = "present")]
            kind: Option<&'a RawValue>,
            #[serde(borrow, default, deserialize_with = "present")]
            configuration_id: Option<&'a RawValue>,
        }
        let config: Option<Config<'_>> = parsed(self.config);
        let job = config.and_then(|config| config.job);
        let rows: Option<Vec<&RawValue>> = parsed(self.results);
        let stated = rows.as_ref().map_or(0, Vec::len);
        let results: Option<Vec<ResultRow>> =
            rows.map(|rows| rows.into_iter().filter_map(result_row).collect());
        Batch {
            id,
            job_type: job.as_ref().and_then(|job| text(job.kind)),
            configuration_id: job.as_ref().and_then(|job| text(job.configuration_id)),
            project_id: text(self.project_id),
            source_directory_id: text(self.source_directory_id),
            status: word(self.status),
            created_at: time(self.created_at),
            updated_at: time(self.updated_at),
            unreadable_results: (stated - results.as_ref().map_or(0, Vec::len)) as u64,
            results,
        }
    }

    fn file_job(&self, id: String) -> FileJob {
        let details = Details {
            error_message: message(self.error_message),
            name: text(self.name),
            credits: credits(self.usage),
            failed_pages: 0,
        };
        FileJob {
            id: id.into(),
            status: word(self.status).map(Box::from),
            updated_at: time(self.updated_at),
            details: (details != Details::default()).then(|| Box::new(details)),
        }
    }

    fn data_point(&self, id: String) -> DataPoint {
        #[derive(Default, Deserialize)]
        struct Transitions<'a> {
            #[serde(borrow, default, deserialize_with = "present")]
            pending_at: Option<&'a RawValue>,
            #[serde(borrow, default, deserialize_with = "present")]
            running_at: Option<&'a RawValue>,
            #[serde(borrow, default, deserialize_with = "present")]
            completed_at: Option<&'a RawValue>,
            #[serde(borrow, default, deserialize_with = "present")]
            failed_at: Option<&'a RawValue>,
            #[serde(borrow, default, deserialize_with = "present")]
            cancelled_at: Option<&'a RawValue>,
        }
        let at: Transitions<'_> = parsed(self.state_transitions).unwrap_or_default();
        DataPoint {
            id: id.into(),
            status: word(self.status).map(Box::from),
            updated_at: time(self.updated_at),
            error_message: message(self.error_message),
            pending_at: time(at.pending_at),
            running_at: time(at.running_at),
            ended_at: time(at.completed_at)
                .or_else(|| time(at.failed_at))
                .or_else(|| time(at.cancelled_at)),
        }
    }

    /// Pages with `success: false`: the larger number of the two views of the same pages.
    fn failed_pages(&self) -> u32 {
        #[derive(Deserialize)]
        struct Pages<'a> {
            #[serde(borrow, default)]
            pages: Vec<&'a RawValue>,
        }
        #[derive(Deserialize)]
        struct Page {
            success: bool,
        }
        let failed = |content: Option<&RawValue>| {
            let pages = parsed::<Pages<'_>>(content).map_or_else(Vec::new, |content| content.pages);
            let failed = |page: &&&RawValue| {
                serde_json::from_str::<Page>(page.get()).is_ok_and(|page| !page.success)
            };
            pages.iter().filter(failed).count() as u32
        };
        failed(self.markdown).max(failed(self.items))
    }
}

fn result_row(row: &RawValue) -> Option<ResultRow> {
    #[derive(Deserialize)]
    struct Row<'a> {
        #[serde(borrow, default, deserialize_with = "present")]
        source_directory_file_id: Option<&'a RawValue>,
        #[serde(borrow, default, deserialize_with = "present")]
        job_reference: Option<&'a RawValue>,
        #[serde(borrow, default, deserialize_with = "present")]
        error_message: Option<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct Reference<'a> {
        #[serde(borrow, default, deserialize_with = "present")]
        id: Option<&'a RawValue>,
    }
    let row: Row<'_> = serde_json::from_str(row.get()).ok()?;
    let job = parsed::<Reference<'_>>(row.job_reference).and_then(|job| text(job.id));
    Some(ResultRow {
        file_id: text(row.source_directory_file_id).filter(|id| !id.is_empty())?,
        job_id: job.filter(|id| !id.is_empty()),
        error_message: message(row.error_message),
    })
}

/// `{"credits": 3.0}`, or the same as Python writes a dictionary into a cell.
fn credits(usage: Option<&RawValue>) -> Option<f64> {
    #[derive(Deserialize)]
    struct Usage {
        credits: Option<f64>,
    }
    let told = match parsed::<Usage>(usage) {
        Some(usage) => usage.credits,
        None => {
            let cell = text(usage)?;
            let rest = cell.split_once("'credits':")?.1;
            let end = rest.find([',', '}']).unwrap_or(rest.len());
            rest[..end].trim().parse().ok()
        }
    };
    told.filter(|credits| credits.is_finite() && *credits >= 0.0)
}

/// A field that is there, also if it holds null.
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(value).map(Some)
}

fn parsed<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

/// The text of a string or a number.
fn text(raw: Option<&RawValue>) -> Option<String> {
    match Value::from_json(raw?.get()) {
        Value::Text(text) => Some(text.into_owned()),
        Value::Number(number) => Some(number.to_owned()),
        _ => None,
    }
}

/// Text, or any other value as its JSON text; absent if it is blank.
fn message(raw: Option<&RawValue>) -> Option<String> {
    let raw = raw?;
    let text = match Value::from_json(raw.get()) {
        Value::Absent => return None,
        Value::Text(text) => text.into_owned(),
        _ => raw.get().to_owned(),
    };
    Some(text).filter(|text| !text.trim().is_empty())
}

/// A status word in lower case.
fn word(raw: Option<&RawValue>) -> Option<String> {
    let word = status::canonical(&text(raw)?).to_lowercase();
    Some(word).filter(|word| !word.is_empty())
}

fn time(raw: Option<&RawValue>) -> Option<UtcTime> {
    match Value::from_json(raw?.get()) {
        Value::Text(text) => UtcTime::parse(&text),
        Value::Number(number) => UtcTime::from_epoch(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
