//! What the bodies say that fetching has to know: how many rows a page has, which items, how many
//! there should be, and how far the job is. Everything else is kept and not looked at.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::api::UtcTime;
use crate::load::note::excerpt;

/// A page of a job's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PageFacts {
    /// Rows, whatever they hold: what the next offset counts.
    pub rows: u64,
    /// The ids in them.
    pub ids: Vec<String>,
    /// The total the list states.
    pub total_size: Option<u64>,
}

/// What a status document, or an element of the list of jobs, says of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct JobFacts {
    /// Its id.
    pub id: Option<String>,
    /// Its status word.
    pub status: Option<String>,
    /// How many items it states.
    pub total_items: Option<u64>,
    /// How many of them are processed.
    pub processed_items: Option<u64>,
    /// When it was made, or else when it last changed.
    pub dated: Option<UtcTime>,
}

/// A page of the list of jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JobsPage {
    /// Rows, whatever they hold.
    pub rows: u64,
    /// The jobs in them.
    pub jobs: Vec<JobFacts>,
}

/// Why a body is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct BadBody(String);

impl JobFacts {
    /// Whether the job will not change by itself any more. A word that is not known is no end.
    pub(super) fn has_ended(&self) -> bool {
        matches!(
            self.status.as_deref(),
            Some("completed" | "failed" | "cancelled")
        )
    }

    fn of(job: &Value) -> Self {
        let text = |name| job.get(name).and_then(Value::as_str).map(str::to_owned);
        let time = |name| {
            job.get(name)
                .and_then(Value::as_str)
                .and_then(UtcTime::parse)
        };
        Self {
            id: text("id"),
            status: text("status"),
            total_items: job.get("total_items").and_then(Value::as_u64),
            processed_items: job.get("processed_items").and_then(Value::as_u64),
            dated: time("created_at").or_else(|| time("effective_at")),
        }
    }
}

/// Reads a page of a job's list.
pub(super) fn page(body: &[u8]) -> Result<PageFacts, BadBody> {
    #[derive(Deserialize)]
    struct Row {
        item_id: String,
    }
    let list = list(body)?;
    Ok(PageFacts {
        rows: list.items.len() as u64,
        ids: list
            .items
            .iter()
            .filter_map(|row| serde_json::from_str::<Row>(row.get()).ok())
            .map(|row| row.item_id)
            .collect(),
        total_size: list.total_size,
    })
}

/// Reads a page of the list of jobs.
pub(super) fn jobs(body: &[u8]) -> Result<JobsPage, BadBody> {
    let list = list(body)?;
    Ok(JobsPage {
        rows: list.items.len() as u64,
        jobs: list
            .items
            .iter()
            .filter_map(|row| serde_json::from_str::<Value>(row.get()).ok())
            .map(|job| JobFacts::of(&job))
            .collect(),
    })
}

struct List<'a> {
    items: Vec<&'a RawValue>,
    total_size: Option<u64>,
}

fn list(body: &[u8]) -> Result<List<'_>, BadBody> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow, default)]
        items: Option<Vec<&'a RawValue>>,
        #[serde(borrow, default)]
        total_size: Option<&'a RawValue>,
        #[serde(borrow, default)]
        detail: Option<&'a RawValue>,
    }
    let text = text(body)?;
    // An array would be read as the fields of the struct, in their order.
    if !text.trim_start().starts_with('{') {
        return Err(not_what_was_asked_for(text, "a list"));
    }
    let wire: Wire<'_> =
        serde_json::from_str(text).map_err(|error| broken(text, &error, "a list"))?;
    if wire.items.is_none() && wire.detail.is_some() {
        return Err(not_what_was_asked_for(text, "a list"));
    }
    Ok(List {
        // No part of a list is required: without rows it is an empty page.
        items: wire.items.unwrap_or_default(),
        total_size: wire.total_size.and_then(|raw| raw.get().parse().ok()),
    })
}

/// Reads a status document.
pub(super) fn status(body: &[u8]) -> Result<JobFacts, BadBody> {
    let text = text(body)?;
    let document: Value =
        serde_json::from_str(text).map_err(|error| broken(text, &error, "a status document"))?;
    let job = document.get("job").filter(|job| job.is_object());
    match job {
        Some(job) => Ok(JobFacts::of(job)),
        None => Err(not_what_was_asked_for(text, "a status document")),
    }
}

fn text(body: &[u8]) -> Result<&str, BadBody> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    std::str::from_utf8(body).map_err(|_| BadBody("the answer is not UTF-8".to_owned()))
}

fn broken(text: &str, error: &serde_json::Error, wanted: &str) -> BadBody {
    if error.is_eof() && !text.trim().is_empty() {
        return BadBody(format!(
            "the answer breaks off after {} bytes, in the middle of its JSON",
            text.len()
        ));
    }
    not_what_was_asked_for(text, wanted)
}

fn not_what_was_asked_for(text: &str, wanted: &str) -> BadBody {
    BadBody(format!(
        "the answer is not {wanted}, but {}",
        looks_like(text)
    ))
}

/// What a body looks like that is not what was asked for.
fn looks_like(text: &str) -> String {
    let start = text.trim_start();
    if start.is_empty() {
        return "empty".to_owned();
    }
    let lower: String = start.chars().take(15).collect::<String>().to_lowercase();
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return match title(start) {
            Some(title) => format!("an HTML page “{title}”"),
            None => "an HTML page".to_owned(),
        };
    }
    match detail(start) {
        Some(detail) => format!("an error: {detail}"),
        None => format!("`{}`", excerpt(start, 80)),
    }
}

fn title(html: &str) -> Option<String> {
    let head: String = html.chars().take(4_000).collect();
    let from = head.find("<title>")? + "<title>".len();
    let to = from + head[from..].find("</title>")?;
    Some(excerpt(&head[from..to], 80)).filter(|title| !title.is_empty())
}

/// What the body of an error answer says: its `detail`, or what it looks like; absent where it is
/// empty.
pub(super) fn error_words(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    Some(detail(text).unwrap_or_else(|| match looks_like(text) {
        html if html.starts_with("an HTML") => html,
        _ => format!("“{}”", excerpt(text, 300)),
    }))
}

/// The server's `detail`: a text, or a list of what is invalid and where.
fn detail(text: &str) -> Option<String> {
    let document: Value = serde_json::from_str(text).ok()?;
    let detail = ["detail", "error", "message"]
        .iter()
        .find_map(|name| document.get(name))
        .filter(|detail| !detail.is_null())?;
    let words = match detail {
        Value::String(words) => words.clone(),
        Value::Array(errors) => errors.iter().map(invalid).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    };
    Some(format!("“{}”", excerpt(&words, 300)))
}

/// One of a list of validation errors.
fn invalid(error: &Value) -> String {
    let place = error.get("loc").and_then(Value::as_array).map(|parts| {
        let parts = parts.iter().map(|part| match part {
            Value::String(part) => part.clone(),
            other => other.to_string(),
        });
        parts.collect::<Vec<_>>().join(".")
    });
    let message = error.get("msg").and_then(Value::as_str);
    match (place, message) {
        (Some(place), Some(message)) => format!("{place}: {message}"),
        (None, Some(message)) => message.to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_counts_its_rows_and_names_its_items() {
        let body = br#"{"items":[{"item_id":"a","x":[1]},{"item_id":5},null,{"item_id":"b"}],"next_page_token":"t","total_size":7}"#;
        let page = page(body).expect("a page");
        assert_eq!((page.rows, page.total_size), (4, Some(7)));
        assert_eq!(page.ids, ["a", "b"]);
    }

    #[test]
    fn no_part_of_a_page_is_required() {
        for body in [
            "{}",
            r#"{"items":null,"total_size":null}"#,
            r#"{"items":[],"total_size":"?"}"#,
        ] {
            let page = page(body.as_bytes()).expect(body);
            assert_eq!((page.rows, page.total_size), (0, None));
        }
    }

    #[test]
    fn what_is_no_page_is_named() {
        let words = |body: &str| page(body.as_bytes()).expect_err(body).to_string();
        assert!(
            words("<!DOCTYPE html><html><head><title>Sign in</title>")
                .contains("HTML page “Sign in”")
        );
        assert!(words(r#"{"items":[{"item_id":"a"}"#).contains("breaks off after"));
        assert!(words("").contains("empty"));
        assert!(words("[]").contains("`[]`"));
        assert!(words(r#"{"detail":"Rate limit"}"#).contains("an error: “Rate limit”"));
    }

    #[test]
    fn errors_are_shown_in_the_servers_words() {
        let words = |body: &str| error_words(body.as_bytes());
        assert_eq!(
            words(r#"{"detail":"Invalid API Key"}"#).as_deref(),
            Some("“Invalid API Key”")
        );
        assert_eq!(
            words(r#"{"detail":[{"type":"t","loc":["query","limit"],"msg":"too large"}]}"#)
                .as_deref(),
            Some("“query.limit: too large”")
        );
        assert_eq!(
            words("upstream\ntimeout").as_deref(),
            Some("“upstream timeout”")
        );
        assert_eq!(words(" "), None);
    }
}
