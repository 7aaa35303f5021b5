//! The names of the fields, and the values they may hold.

use std::borrow::Cow;

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// A field of one of the API's documents, or of the objects that clients wrap them in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Field {
            $($(#[$doc])* $variant,)+
        }

        impl Field {
            /// How many there are.
            pub const COUNT: usize = [$($name),+].len();

            /// The field of that name; `None` for names the API does not have.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// Its name on the wire.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

fields! {
    /// Of an item.
    ItemId = "item_id",
    /// Of an item.
    ItemName = "item_name",
    /// Of an item, a job; in a combined object the whole status document.
    Status = "status",
    /// Of an item, a job.
    CompletedAt = "completed_at",
    /// Of an item, a job.
    EffectiveAt = "effective_at",
    /// Of an item, a job.
    ErrorMessage = "error_message",
    /// Of an item: the parse or extract job behind it. Not the batch.
    JobId = "job_id",
    /// Of an item, a job.
    JobRecordId = "job_record_id",
    /// Of an item.
    SkipReason = "skip_reason",
    /// Of an item, a job.
    StartedAt = "started_at",
    /// Of a job.
    Id = "id",
    /// Of a job.
    JobType = "job_type",
    /// Of a job.
    ProjectId = "project_id",
    /// Of a job.
    TotalItems = "total_items",
    /// Of a job.
    CreatedAt = "created_at",
    /// Of a job.
    DirectoryId = "directory_id",
    /// Of a job.
    FailedItems = "failed_items",
    /// Of a job.
    ProcessedItems = "processed_items",
    /// Of a job.
    SkippedItems = "skipped_items",
    /// Of a job.
    UpdatedAt = "updated_at",
    /// Of a job.
    WorkflowId = "workflow_id",
    /// Of a status document: the job.
    Job = "job",
    /// Of a status document.
    ProgressPercentage = "progress_percentage",
    /// Of a list.
    Items = "items",
    /// Of a list.
    TotalSize = "total_size",
    /// Of an error answer.
    Detail = "detail",
    /// Of an error answer of something before the server.
    Error = "error",
    /// Of an error answer of something before the server.
    Message = "message",
    /// Of a list.
    NextPageToken = "next_page_token",
    /// Of an SDK's page object: the page as the server sent it.
    Body = "body",
    /// Of an SDK's page object: what was asked for.
    Options = "options",
    /// Of an SDK's page object, in its options.
    Path = "path",
    /// Of an SDK's page object, in its options.
    Query = "query",
    /// Put beside the items by people who keep the id with them.
    BatchJobId = "batch_job_id",
    /// Of a summary that this program saved.
    SchemaVersion = "schema_version",
    /// Of the manifest of a snapshot.
    SnapshotVersion = "snapshot_version",
    /// Of a summary that this program saved, and of the manifest of a snapshot.
    Generator = "generator",
}

/// What a field holds, whatever the document was written in.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// null, or not there.
    Absent,
    /// Text.
    Text(Cow<'a, str>),
    /// A number as it was written.
    Number(&'a str),
    /// Something no field of ours holds: a boolean, an array, an object.
    Other(&'static str),
}

impl<'a> Value<'a> {
    /// Reads one JSON value as it stands in a document, without white space around it.
    pub fn from_json(raw: &'a str) -> Self {
        match raw.as_bytes().first() {
            None | Some(b'n') => Self::Absent,
            Some(b'"') => Self::Text(unquote(raw)),
            Some(b't' | b'f') => Self::Other("a boolean"),
            Some(b'[') => Self::Other("an array"),
            Some(b'{') => Self::Other("an object"),
            Some(_) => Self::Number(raw),
        }
    }

    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Absent => "null",
            Self::Text(_) => "text",
            Self::Number(_) => "a number",
            Self::Other(kind) => kind,
        }
    }
}

/// The text of a JSON string that a JSON parser has passed over; borrowed where nothing in it is
/// escaped. Half a surrogate pair, which no text can hold, becomes U+FFFD.
fn unquote(raw: &str) -> Cow<'_, str> {
    let inner = raw
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or_default();
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Cow::Borrowed(inner);
    }
    match serde_json::from_str(raw) {
        Ok(text) => Cow::Owned(text),
        Err(_) => {
            Cow::Owned(serde_json::from_str(&replace_lone_surrogates(raw)).unwrap_or_default())
        }
    }
}

/// Replaces each `\ud800`–`\udfff` that is not half of a pair by `\ufffd`; the length stays.
pub(crate) fn replace_lone_surrogates(raw: &str) -> String {
    let unit = |at: usize| -> Option<u16> {
        let escape = raw.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(escape, 16).ok()
    };
    let mut out = String::with_capacity(raw.len());
    let mut at = 0;
    while let Some(next) = memchr::memchr(b'\\', &raw.as_bytes()[at..]).map(|n| at + n) {
        out.push_str(&raw[at..next]);
        let (taken, text) = match unit(next) {
            Some(0xd800..=0xdbff) if matches!(unit(next + 6), Some(0xdc00..=0xdfff)) => {
                (12, &raw[next..next + 12])
            }
            Some(0xd800..=0xdfff) => (6, "\\ufffd"),
            Some(_) => (6, &raw[next..next + 6]),
            // The character after the backslash goes with it, so that `\\u` is not taken for an
            // escape; it may be longer than a byte in text that is not JSON.
            None => {
                let rest = &raw[next..];
                let taken = rest.chars().take(2).map(char::len_utf8).sum();
                (taken, &rest[..taken])
            }
        };
        out.push_str(text);
        at = next + taken;
    }
    out.push_str(&raw[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(raw: &str) -> String {
        match Value::from_json(raw) {
            Value::Text(text) => text.into_owned(),
            other => panic!("{raw} is {}", other.kind()),
        }
    }

    #[test]
    fn text_without_escapes_is_borrowed() {
        assert!(matches!(
            Value::from_json("\"invoice_1.pdf\""),
            Value::Text(Cow::Borrowed("invoice_1.pdf"))
        ));
    }

    #[test]
    fn half_a_surrogate_pair_costs_that_character_only() {
        assert_eq!(text(r#""a\ud83dz""#), "a\u{fffd}z");
        assert_eq!(text(r#""a\udc00\ud83d""#), "a\u{fffd}\u{fffd}");
        assert_eq!(text(r#""\ud83d\ude00 \\ud83d \n""#), "\u{1f600} \\ud83d \n");
        assert_eq!(text(r#""\ud83d\ud83d\ude00""#), "\u{fffd}\u{1f600}");
    }

    #[test]
    fn every_field_is_found_by_its_own_name() {
        assert_eq!(Field::from_name("item_id"), Some(Field::ItemId));
        assert_eq!(
            Field::from_name("total_size").map(Field::name),
            Some("total_size")
        );
        assert_eq!(Field::from_name("colour"), None);
    }
}
