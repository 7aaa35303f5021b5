//! What loading has to say beside the rows: what was cut, skipped, unreadable or doubtful.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much a note matters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something could not be read at all.
    Error,
    /// A number on the page may not be what it seems.
    Warning,
    /// Good to know.
    Info,
}

/// What a note is about; its name is the `code` of the report's notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// A file or folder that could not be read.
    UnreadableFile,
    /// An error answer that was saved as if it were a page.
    ErrorAnswer,
    /// A file that is nothing of the API.
    SkippedFile,
    /// A file without content.
    EmptyFile,
    /// A document that ends too early.
    CutDocument,
    /// A document that is broken in the middle.
    BrokenDocument,
    /// A file that may end too early; its format does not tell.
    MaybeCut,
    /// Text beside the documents.
    StrayText,
    /// Rows that could not be read as items.
    UnreadableItem,
    /// Records that could not be read as jobs, or fields of theirs.
    UnreadableJob,
    /// Times that could not be read.
    UnreadableTime,
    /// A compressed file that ends too early, is broken, or grows beyond the limit.
    BrokenCompression,
    /// Bytes that are not UTF-8.
    InvalidUtf8,
    /// JSON as Python writes it, with NaN and the like.
    NonStandardJson,
    /// A link that was left alone.
    LinkLeftAlone,
    /// A pipe, socket or device that was left alone.
    SpecialFile,
    /// A report of ours among the inputs.
    OwnReport,
    /// Items that two jobs could claim.
    AmbiguousJob,
    /// A file or folder name that holds several job ids.
    AmbiguousName,
    /// A page of a snapshot that is not what was fetched.
    ChangedPage,
    /// A page of a snapshot that is gone.
    MissingPage,
    /// A snapshot whose fetching was stopped, or to which the server did not give everything.
    PartialSnapshot,
    /// A manifest of a snapshot that cannot be read.
    UnreadableManifest,
    /// A file beside a snapshot that looks like one of its pages.
    UnlistedPage,
}

impl Code {
    /// In kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnreadableFile => "unreadable-file",
            Self::ErrorAnswer => "error-answer",
            Self::SkippedFile => "skipped-file",
            Self::EmptyFile => "empty-file",
            Self::CutDocument => "cut-document",
            Self::BrokenDocument => "broken-document",
            Self::MaybeCut => "maybe-cut",
            Self::StrayText => "stray-text",
            Self::UnreadableItem => "unreadable-item",
            Self::UnreadableJob => "unreadable-job",
            Self::UnreadableTime => "unreadable-time",
            Self::BrokenCompression => "broken-compression",
            Self::InvalidUtf8 => "invalid-utf8",
            Self::NonStandardJson => "non-standard-json",
            Self::LinkLeftAlone => "link-left-alone",
            Self::SpecialFile => "special-file",
            Self::OwnReport => "own-report",
            Self::AmbiguousJob => "ambiguous-job",
            Self::AmbiguousName => "ambiguous-name",
            Self::ChangedPage => "changed-page",
            Self::MissingPage => "missing-page",
            Self::PartialSnapshot => "partial-snapshot",
            Self::UnreadableManifest => "unreadable-manifest",
            Self::UnlistedPage => "unlisted-page",
        }
    }

    /// How much it matters.
    pub fn severity(self) -> Severity {
        match self {
            Self::UnreadableFile | Self::ErrorAnswer => Severity::Error,
            Self::NonStandardJson
            | Self::LinkLeftAlone
            | Self::SpecialFile
            | Self::OwnReport
            | Self::UnlistedPage => Severity::Info,
            _ => Severity::Warning,
        }
    }

    /// Whether something is lost, cut, skipped or missing.
    pub fn is_loss(self) -> bool {
        !matches!(
            self,
            Self::MaybeCut
                | Self::NonStandardJson
                | Self::LinkLeftAlone
                | Self::SpecialFile
                | Self::OwnReport
                | Self::AmbiguousJob
                | Self::AmbiguousName
                | Self::UnlistedPage
        )
    }
}

/// Something loading has to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// What it is about.
    pub code: Code,
    /// The file it is about.
    pub path: Option<String>,
    /// In words, with the place and the next step where there is one; the path is not repeated.
    pub message: String,
}

/// Where in a file something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Counted from 1.
    pub line: usize,
    /// The offset in the (decompressed, decoded) text; absent where only the line is known.
    pub byte: Option<usize>,
}

impl Place {
    /// The place of a byte of a text.
    pub fn of(text: &str, byte: usize) -> Self {
        let byte = byte.min(text.len());
        let line = memchr::memchr_iter(b'\n', &text.as_bytes()[..byte]).count() + 1;
        Self {
            line,
            byte: Some(byte),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        match self.byte {
            Some(byte) => write!(f, ", byte {byte}"),
            None => Ok(()),
        }
    }
}

/// At most `max` characters of a text, for use inside a message; control characters are shown as
/// spaces, what is cut as "…".
pub fn excerpt(text: &str, max: usize) -> String {
    let mut out = String::new();
    let mut count = 0;
    let mut space = true;
    for c in text.chars() {
        let c = if c.is_control() { ' ' } else { c };
        if c == ' ' && space {
            continue;
        }
        if count == max {
            out.push('…');
            break;
        }
        space = c == ' ';
        out.push(c);
        count += 1;
    }
    out.trim_end().to_owned()
}
