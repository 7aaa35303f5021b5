//! The codes of notes and findings: one table with name, severity and loss.

use crate::report::model::Severity;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $kind:ident, $severity:ident, $loss:literal;)+) => {
        /// A code of a note or a finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name, in kebab-case.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The code with that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// The part of the report it stands in.
            pub fn kind(self) -> Kind {
                match self {
                    $(Self::$variant => Kind::$kind,)+
                }
            }

            /// The severity.
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)+
                }
            }

            /// Returns true if data was lost, cut, skipped or is missing: `--strict` fails.
            pub fn is_loss(self) -> bool {
                match self {
                    $(Self::$variant => $loss,)+
                }
            }

            /// The meaning, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),+).trim_ascii(),)+
                }
            }
        }
    };
}

/// Part of the report that a code stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A note about a file.
    File,
    /// A note about a job.
    Job,
    /// A finding.
    Finding,
}

codes! {
    /// A file or folder could not be read.
    UnreadableFile = "unreadable-file", File, Error, true;
    /// An API error response was saved as if it were data.
    ErrorResponse = "error-response", File, Error, true;
    /// A file that holds nothing of the API was ignored.
    SkippedFile = "skipped-file", File, Warning, true;
    /// An empty file was ignored.
    EmptyFile = "empty-file", File, Warning, true;
    /// A document ends too early.
    CutDocument = "cut-document", File, Warning, true;
    /// A document is broken in the middle.
    BrokenDocument = "broken-document", File, Warning, true;
    /// A file may end too early; its format does not mark the end.
    MaybeCut = "maybe-cut", File, Warning, false;
    /// Text or values beside the documents were ignored.
    StrayText = "stray-text", File, Warning, true;
    /// Lines of a log beside the documents were ignored.
    LogLines = "log-lines", File, Info, false;
    /// Rows could not be read as items.
    UnreadableItem = "unreadable-item", File, Warning, true;
    /// Jobs, or fields of jobs, could not be read.
    UnreadableJob = "unreadable-job", File, Warning, true;
    /// Times could not be read and count as absent.
    UnreadableTime = "unreadable-time", File, Warning, true;
    /// Fields of items have the wrong type and count as absent.
    WrongType = "wrong-type", File, Warning, true;
    /// A compressed file is broken, ends too early or grows beyond the limit.
    BrokenCompression = "broken-compression", File, Warning, true;
    /// A file contains bytes that are not UTF-8.
    InvalidUtf8 = "invalid-utf8", File, Warning, true;
    /// A file contains NaN, Infinity or half a surrogate pair, which are not JSON.
    NonStandardJson = "non-standard-json", File, Info, false;
    /// A link was ignored.
    LinkLeftAlone = "link-left-alone", File, Info, false;
    /// A pipe, socket or device in a folder was ignored.
    SpecialFile = "special-file", File, Info, false;
    /// Files that have nothing to do with the API were ignored.
    ForeignFiles = "foreign-files", File, Info, false;
    /// Files or folders were left out by `--ignore`.
    IgnoredFiles = "ignored-files", File, Info, false;
    /// A report or summary of this program was ignored.
    OwnReport = "own-report", File, Info, false;
    /// Two or more jobs could claim the items of a file.
    AmbiguousJob = "ambiguous-job", File, Warning, false;
    /// A file or folder name contains several job IDs.
    AmbiguousName = "ambiguous-name", File, Warning, false;
    /// A page of a snapshot changed after it was fetched.
    ChangedPage = "changed-page", File, Warning, true;
    /// A page of a snapshot is missing.
    MissingPage = "missing-page", File, Warning, true;
    /// A snapshot is incomplete.
    PartialSnapshot = "partial-snapshot", File, Warning, true;
    /// Jobs and data points of the v2 API that no recorded results refer to were left out.
    UnreferencedJobs = "unreferenced-jobs", File, Info, false;
    /// Jobs of the v2 API are reported without a batch, because no results are recorded.
    UntiedJobs = "untied-jobs", File, Warning, true;
    /// The results of a v2 batch are not recorded, so its files are unknown.
    NoResults = "no-results", Job, Warning, true;
    /// Jobs that the results of a v2 batch refer to are not in the dump.
    MissingJobs = "missing-jobs", Job, Warning, true;
    /// No job data points are recorded for a v2 batch, so it has no times.
    NoDataPoints = "no-data-points", Job, Info, false;
    /// Completed files of a v2 batch have pages that failed.
    PartialResults = "partial-results", Job, Warning, false;
    /// The manifest of a snapshot cannot be read.
    UnreadableManifest = "unreadable-manifest", File, Warning, true;
    /// A file beside a snapshot is named like a page, but not listed.
    UnlistedPage = "unlisted-page", File, Info, false;
}
