//! Names of the fields, and the values they may hold.

use std::borrow::Cow;

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// A field of one of the API's documents, or of the objects that clients wrap them in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Field {
            $($(#[$doc])* $variant,)+
        }

        impl Field {
            /// Number of fields.
            pub const COUNT: usize = [$($name),+].len();

            /// Returns the field of that name; `None` for names the API does not have.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    // What exports of this program call it.
                    "processing_job_id" => Some(Self::JobId),
                    _ => None,
                }
            }

            /// Returns the field that a column's heading means: its name, without regard to case, blanks
            /// and dashes, behind the names of the objects it was taken out of.
            pub fn from_heading(heading: &str) -> Option<Self> {
                let name = heading.rsplit('.').next().unwrap_or(heading);
                let is_wanted = |known: &&str| letters(known).eq(letters(name));
                [$($name,)+ "processing_job_id"].into_iter().find(is_wanted).and_then(Self::from_name)
            }

            /// Name on the wire.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

fields! {
    /// Id of an item.
    ItemId = "item_id",
    /// Name of an item.
    ItemName = "item_name",
    /// Status of an item or a job; in a combined object the whole status document.
    Status = "status",
    /// End of an item or a job.
    CompletedAt = "completed_at",
    /// Instant a record of an item or a job describes.
    EffectiveAt = "effective_at",
    /// Error of an item or a job.
    ErrorMessage = "error_message",
    /// Parse or extract job behind an item, not the batch.
    JobId = "job_id",
    /// Id of a record of an item or a job.
    JobRecordId = "job_record_id",
    /// Reason an item was skipped.
    SkipReason = "skip_reason",
    /// Start of an item or a job.
    StartedAt = "started_at",
    /// Id of a job.
    Id = "id",
    /// Type of a job.
    JobType = "job_type",
    /// Project of a job.
    ProjectId = "project_id",
    /// Number of items of a job.
    TotalItems = "total_items",
    /// Creation of a job.
    CreatedAt = "created_at",
    /// Directory of a job.
    DirectoryId = "directory_id",
    /// Failed items of a job.
    FailedItems = "failed_items",
    /// Processed items of a job.
    ProcessedItems = "processed_items",
    /// Skipped items of a job.
    SkippedItems = "skipped_items",
    /// Last change of a job.
    UpdatedAt = "updated_at",
    /// Workflow of a job.
    WorkflowId = "workflow_id",
    /// Job of a status document.
    Job = "job",
    /// Progress in a status document.
    ProgressPercentage = "progress_percentage",
    /// Rows of a list.
    Items = "items",
    /// Total of a list.
    TotalSize = "total_size",
    /// Message of an error response.
    Detail = "detail",
    /// Message of an error response from something before the server.
    Error = "error",
    /// Message of an error response from something before the server.
    Message = "message",
    /// Token of the next page of a list.
    NextPageToken = "next_page_token",
    /// Page as the server sent it, in an SDK's page object.
    Body = "body",
    /// Request of an SDK's page object.
    Options = "options",
    /// Path in the request of an SDK's page object.
    Path = "path",
    /// Query in the request of an SDK's page object.
    Query = "query",
    /// Version of a summary that this program saved.
    SchemaVersion = "schema_version",
    /// Version of the manifest of a snapshot.
    SnapshotVersion = "snapshot_version",
    /// Program that wrote a summary or the manifest of a snapshot.
    Generator = "generator",
    // The fields from here on are those that few items have.
    /// Batch job id that people put beside the items.
    BatchJobId = "batch_job_id",
    /// When an item began to wait; in exports of this program.
    PendingAt = "pending_at",
    /// Credits that an item cost; in exports of this program.
    Credits = "credits",
    /// Pages that failed of a completed item; in exports of this program.
    FailedPages = "failed_pages",
}

impl Field {
    /// Returns true for a field that few items have: [`BatchJobId`](Self::BatchJobId) and all after it.
    pub fn is_rare_in_items(self) -> bool {
        self as usize >= Self::BatchJobId as usize
    }
}

/// Letters and digits of a name, in lower case.
fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes()
        .filter(u8::is_ascii_alphanumeric)
        .map(|byte| byte.to_ascii_lowercase())
}

/// Value of a field, whatever format the document has.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// null, or not there.
    Absent,
    /// Text.
    Text(Cow<'a, str>),
    /// A number as it was written.
    Number(&'a str),
    /// A boolean, an array or an object, as it was written in JSON.
    Json(&'a str),
}

impl<'a> Value<'a> {
    /// Reads one JSON value as it stands in a document, without white space around it.
    pub fn from_json(raw: &'a str) -> Self {
        match raw.as_bytes().first() {
            None | Some(b'n') => Self::Absent,
            Some(b'"') => Self::Text(unquote(raw)),
            Some(b't' | b'f' | b'[' | b'{') => Self::Json(raw),
            Some(_) => Self::Number(raw),
        }
    }

    /// Name of its type.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Absent => "null",
            Self::Text(_) => "text",
            Self::Number(_) => "a number",
            Self::Json(raw) => match raw.as_bytes().first() {
                Some(b'[') => "an array",
                Some(b'{') => "an object",
                _ => "a boolean",
            },
        }
    }

    /// The text of a field that may hold any words: a number is its digits, any other value its JSON.
    /// `None` if the value is absent or blank.
    pub fn into_words(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Absent => None,
            Self::Text(text) => Some(text).filter(|text| !text.trim().is_empty()),
            Self::Number(number) => Some(number.into()),
            Self::Json(raw) => Some(compact(raw)),
        }
    }

    /// The text of an id or a name; a number is its digits.
    ///
    /// # Errors
    ///
    /// Returns the value if it is a boolean, an array or an object.
    pub fn into_text(self) -> Result<Option<Cow<'a, str>>, Self> {
        match self {
            Self::Absent => Ok(None),
            Self::Text(text) => Ok(Some(text)),
            Self::Number(number) => Ok(Some(number.into())),
            Self::Json(_) => Err(self),
        }
    }
}

/// JSON without white space between its tokens and without needless escapes, so that two
/// writers of one value give one text.
fn compact(raw: &str) -> Cow<'_, str> {
    if !raw.contains([' ', '\n', '\r', '\t', '\\']) {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'"', rest.as_bytes()) {
        let (between, string) = rest.split_at(at);
        push_without_space(&mut out, between);
        let (string, behind) = string.split_at(string_length(string));
        if string.contains('\\') {
            let text = serde_json::to_string(&unquote(string)).unwrap_or_default();
            out.push_str(&text);
        } else {
            out.push_str(string);
        }
        rest = behind;
    }
    push_without_space(&mut out, rest);
    Cow::Owned(out)
}

fn push_without_space(out: &mut String, text: &str) {
    out.extend(text.split_ascii_whitespace());
}

/// Length of the JSON string that a text begins with, quotes included.
fn string_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(next) = bytes
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        at += next + 1;
        if bytes[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    text.len()
}

/// The text of a JSON string that a JSON parser has passed over; borrowed if nothing in it is
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
    fn the_words_of_a_value_are_its_json_without_white_space() {
        let words = |raw| Value::from_json(raw).into_words().map(Cow::into_owned);
        for (raw, expected) in [
            ("null", None),
            ("\" \"", None),
            ("500", Some("500")),
            ("true", Some("true")),
            ("[\"a b\",\n  1 ]", Some("[\"a b\",1]")),
            (
                "{ \"code\" : \"\\u00e9 \\\" \\\\\" }",
                Some("{\"code\":\"é \\\" \\\\\"}"),
            ),
        ] {
            assert_eq!(words(raw).as_deref(), expected, "{raw}");
        }
    }

    #[test]
    fn every_field_is_found_by_its_own_name() {
        assert_eq!(Field::from_name("item_id"), Some(Field::ItemId));
        assert_eq!(
            Field::from_name("total_size").map(Field::name),
            Some("total_size")
        );
        assert_eq!(Field::from_name("colour"), None);
        for heading in ["item_id", " Item ID", "ITEM-ID", "itemId", "items.item_id"] {
            assert_eq!(
                Field::from_heading(heading),
                Some(Field::ItemId),
                "{heading}"
            );
        }
        assert_eq!(Field::from_heading(""), None);
    }
}
