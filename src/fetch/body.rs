//! The few facts that fetching needs from a body: how many rows a page has, which items, how many
//! there should be, and how far the job is. Everything else is stored unread, so that a hostile body
//! costs little more memory than its own size.

/// Declares a document by its fields, each of which may be absent and stays unread.
macro_rules! wire {
    ($name:ident { $($field:ident),+ }) => {
        #[derive(serde::Deserialize)]
        struct $name<'a> {
            $(#[serde(borrow, default)]
            $field: Option<&'a serde_json::value::RawValue>,)+
        }
    };
}

pub(super) mod v2;

use std::fmt;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use xxhash_rust::xxh3::xxh3_128;

use crate::api::UtcTime;

/// Most rows that a page may have. Requests ask for 1,000 at most.
const MAX_ROWS: usize = 100_000;

/// Hash of an item's ID. Long lists are compared by these.
pub(super) type ItemHash = u128;

/// A page of a job's item list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ItemsPage {
    /// Number of rows of any kind; the next offset counts them.
    pub rows: u64,
    /// Items of the rows that have an ID.
    pub items: Vec<ItemHash>,
    /// Total that the list states.
    pub total_size: Option<u64>,
}

/// Facts about a job, from a status document or from the list of jobs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct JobFacts {
    /// ID of the job.
    pub id: Option<String>,
    /// Status word, as the server writes it.
    pub status: Option<String>,
    /// Number of items that the job states.
    pub total_items: Option<u64>,
    /// Number of items processed so far.
    pub processed_items: Option<u64>,
    /// Creation time, or else the time of the last change.
    pub dated: Option<UtcTime>,
}

/// A page of the list of jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JobsPage {
    /// Jobs of all rows, in order. A row that is not a job has no ID.
    pub jobs: Vec<JobFacts>,
}

/// Reason why a body is not what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadBody {
    /// The body is not UTF-8.
    NotUtf8,
    /// The JSON ends early, after so many bytes.
    Cut(usize),
    /// The page has too many rows.
    TooManyRows(usize),
    /// The body is something else than this.
    Not(&'static str),
}

impl JobFacts {
    /// Returns true if the job will not change any more. An unknown status word is not an end.
    pub(super) fn has_ended(&self) -> bool {
        self.status.as_deref().is_some_and(is_end)
    }

    fn of(job: &RawValue) -> Option<Self> {
        wire!(Wire {
            id,
            status,
            total_items,
            processed_items,
            created_at,
            effective_at
        });
        let wire: Wire<'_> = object(job)?;
        Some(Self {
            id: text_of(wire.id),
            status: text_of(wire.status),
            total_items: count_of(wire.total_items),
            processed_items: count_of(wire.processed_items),
            dated: time_of(wire.created_at).or_else(|| time_of(wire.effective_at)),
        })
    }
}

/// Status word in the one form in which words are compared: in lower case, without the class that
/// some clients put before it.
pub(super) fn status_word(status: &str) -> String {
    let word = status.trim();
    let word = word.rsplit_once('.').map_or(word, |(_, word)| word);
    word.to_lowercase()
}

/// Returns true if a job of this status has ended.
pub(super) fn is_end(status: &str) -> bool {
    matches!(
        status_word(status).as_str(),
        "completed" | "failed" | "cancelled"
    )
}

/// Reads a page of a job's item list.
pub(super) fn items_page(body: &[u8]) -> Result<ItemsPage, BadBody> {
    wire!(Row { item_id });
    let list = list(body)?;
    let ids = list
        .rows
        .iter()
        .filter_map(|row| text_of(object::<Row<'_>>(row)?.item_id));
    Ok(ItemsPage {
        rows: list.rows.len() as u64,
        items: ids.map(|id| xxh3_128(id.as_bytes())).collect(),
        total_size: list.total_size,
    })
}

/// Reads a page of the list of jobs.
pub(super) fn jobs_page(body: &[u8]) -> Result<JobsPage, BadBody> {
    let rows = list(body)?.rows;
    Ok(JobsPage {
        jobs: rows
            .into_iter()
            .map(|row| JobFacts::of(row).unwrap_or_default())
            .collect(),
    })
}

/// Reads a status document.
pub(super) fn status_document(body: &[u8]) -> Result<JobFacts, BadBody> {
    wire!(Wire { job });
    const WANTED: &str = "a status document";
    let wire: Wire<'_> = document(body, WANTED)?;
    let facts = wire.job.and_then(JobFacts::of);
    facts.ok_or(BadBody::Not(WANTED))
}

/// A page of any list.
pub(super) struct List<'a> {
    pub(super) rows: Vec<&'a RawValue>,
    pub(super) total_size: Option<u64>,
    pub(super) next_page_token: Option<String>,
}

/// Reads a page of any list.
pub(super) fn list(body: &[u8]) -> Result<List<'_>, BadBody> {
    wire!(Wire {
        items,
        total_size,
        next_page_token,
        detail
    });
    const WANTED: &str = "a list";
    let wire: Wire<'_> = document(body, WANTED)?;
    let rows = match (wire.items, wire.detail) {
        (Some(items), _) => elements(items, MAX_ROWS).ok_or(BadBody::Not(WANTED))?,
        (None, Some(_)) => return Err(BadBody::Not(WANTED)),
        // No part of a list is required: without rows it is an empty page.
        (None, None) => Elements::default(),
    };
    if rows.count > MAX_ROWS {
        return Err(BadBody::TooManyRows(MAX_ROWS));
    }
    Ok(List {
        rows: rows.kept,
        total_size: count_of(wire.total_size),
        next_page_token: text_of(wire.next_page_token).filter(|token| !token.is_empty()),
    })
}

/// Reads a document that is an object.
pub(super) fn document<'a, T: Deserialize<'a>>(
    body: &'a [u8],
    wanted: &'static str,
) -> Result<T, BadBody> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let text = std::str::from_utf8(body).map_err(|_| BadBody::NotUtf8)?;
    // An array would be read as the fields of the struct, in their order.
    if !text.trim_start().starts_with('{') {
        return Err(BadBody::Not(wanted));
    }
    serde_json::from_str(text).map_err(|error| match error.is_eof() {
        true => BadBody::Cut(text.len()),
        false => BadBody::Not(wanted),
    })
}

/// Reads a value that is an object with the fields of `T`.
pub(super) fn object<'a, T: Deserialize<'a>>(value: &'a RawValue) -> Option<T> {
    let text = value.get();
    text.starts_with('{').then_some(())?;
    serde_json::from_str(text).ok()
}

/// The first elements of an array, and how many it has.
#[derive(Default)]
pub(super) struct Elements<'a> {
    pub(super) kept: Vec<&'a RawValue>,
    pub(super) count: usize,
}

/// Reads a value that is an array, and keeps at most `max` of its elements.
pub(super) fn elements(value: &RawValue, max: usize) -> Option<Elements<'_>> {
    struct First(usize);
    impl<'de> Visitor<'de> for First {
        type Value = Elements<'de>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Elements<'de>, A::Error> {
            let mut elements = Elements::default();
            while elements.count < self.0
                && let Some(element) = seq.next_element()?
            {
                elements.kept.push(element);
                elements.count += 1;
            }
            while seq.next_element::<IgnoredAny>()?.is_some() {
                elements.count += 1;
            }
            Ok(elements)
        }
    }
    let mut deserializer = serde_json::Deserializer::from_str(value.get());
    deserializer.deserialize_seq(First(max)).ok()
}

/// The text of a string or a number.
pub(super) fn text_of(value: Option<&RawValue>) -> Option<String> {
    let raw = value?.get();
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str(raw).ok(),
        b'-' | b'0'..=b'9' => Some(raw.to_owned()),
        _ => None,
    }
}

fn count_of(value: Option<&RawValue>) -> Option<u64> {
    value?.get().parse().ok()
}

/// The time in a text or number.
pub(super) fn time_of(value: Option<&RawValue>) -> Option<UtcTime> {
    UtcTime::parse(&text_of(value)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(ids: &[&str]) -> Vec<ItemHash> {
        ids.iter().map(|id| xxh3_128(id.as_bytes())).collect()
    }

    #[test]
    fn a_page_counts_its_rows_and_names_its_items() {
        let body = br#"{"items":[{"item_id":"a","x":[1]},{"item_id":5},null,["c"],{"item_id":{}},{"item_id":"b"}],"next_page_token":"t","total_size":7}"#;
        let page = items_page(body).expect("a page");
        assert_eq!((page.rows, page.total_size), (6, Some(7)));
        assert_eq!(page.items, hashes(&["a", "5", "b"]));
    }

    #[test]
    fn no_part_of_a_page_is_required() {
        for body in [
            "{}",
            r#"{"items":null,"total_size":null}"#,
            r#"{"items":[],"total_size":"?"}"#,
        ] {
            let page = items_page(body.as_bytes()).expect(body);
            assert_eq!((page.rows, page.total_size), (0, None));
        }
    }

    #[test]
    fn a_body_that_is_no_page_is_told_from_one_that_is_cut() {
        let not = BadBody::Not("a list");
        for (body, expected) in [
            ("<!DOCTYPE html><html>", not),
            (r#"{"items":[{"item_id":"a"}"#, BadBody::Cut(25)),
            ("", not),
            ("[]", not),
            (r#"{"items":{}}"#, not),
            (r#"{"detail":"Rate limit"}"#, not),
        ] {
            assert_eq!(items_page(body.as_bytes()), Err(expected), "{body}");
        }
        assert_eq!(items_page(b"{\"items\":\"\xff\"}"), Err(BadBody::NotUtf8));
        let rows = "0,".repeat(MAX_ROWS);
        let many = format!("{{\"items\":[{rows}0]}}");
        assert_eq!(
            items_page(many.as_bytes()),
            Err(BadBody::TooManyRows(MAX_ROWS))
        );
    }

    #[test]
    fn a_job_without_a_usable_id_is_still_a_row() {
        let body = br#"{"items":[{"id":"a","status":"COMPLETED"},{"id":5},{"id":null},{"id":{"a":1}},null]}"#;
        let jobs = jobs_page(body).expect("a page").jobs;
        let ids: Vec<_> = jobs.iter().map(|job| job.id.as_deref()).collect();
        assert_eq!(ids, [Some("a"), Some("5"), None, None, None]);
        assert!(jobs[0].has_ended());
    }

    #[test]
    fn status_words_are_compared_in_one_form() {
        for word in ["completed", " FAILED ", "BatchStatus.CANCELLED"] {
            assert!(is_end(word), "{word}");
        }
        for word in ["running", "THROTTLED", "completed-later", ""] {
            assert!(!is_end(word), "{word}");
        }
    }
}
