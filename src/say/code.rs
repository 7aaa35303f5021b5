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
    /// Items that failed or were cancelled in one job are recorded in a newer one.
    RetriedItems = "retried-items", File, Info, false;
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
    /// The server did not have a part of a v2 batch when it was fetched.
    SnapshotGap = "snapshot-gap", File, Info, false;
    /// The manifest of a snapshot cannot be read.
    UnreadableManifest = "unreadable-manifest", File, Warning, true;
    /// A file beside a snapshot is named like a page, but not listed.
    UnlistedPage = "unlisted-page", File, Info, false;
    /// No batch job ID was found for these items.
    UnpairedItems = "unpaired-items", Job, Info, false;
    /// No status document of the job was recorded.
    NoStatus = "no-status", Job, Info, false;
    /// The list is filtered by status, so its rates are not those of the job.
    FilteredList = "filtered-list", Job, Warning, true;
    /// No list of the job's items was recorded.
    NoItems = "no-items", Job, Info, true;
    /// No list was recorded, and the job states no items.
    NoList = "no-list", Job, Info, false;
    /// The list holds fewer items than are stated.
    MissingItems = "missing-items", Job, Warning, true;
    /// The job has ended, but its list holds open items.
    ListOlderThanJob = "list-older-than-job", Job, Warning, true;
    /// The list holds more items than are stated.
    MoreItemsThanStated = "more-items-than-stated", Job, Warning, false;
    /// No total is stated, so the list may be incomplete.
    UnknownTotal = "unknown-total", Job, Info, false;
    /// Different totals are stated.
    TotalMismatch = "total-mismatch", Job, Info, false;
    /// The job counts other numbers of failed or skipped items than its list holds.
    CountMismatch = "count-mismatch", Job, Warning, false;
    /// The job counts another number of processed items than its list holds.
    ProcessedMismatch = "processed-mismatch", Job, Info, false;
    /// Items were recorded more than once.
    DuplicateItems = "duplicate-items", Job, Info, false;
    /// The status of the job was recorded more than once.
    RepeatedStatus = "repeated-status", Job, Info, false;
    /// Items have a status that the API does not document.
    UnknownStatus = "unknown-status", Job, Info, false;
    /// Times lie outside the job's run or the years 2000–2100.
    ImplausibleTimes = "implausible-times", Job, Warning, false;
    /// The job ends before it starts.
    NegativeWallTime = "negative-wall-time", Job, Warning, false;
    /// Items end before they start.
    NegativeDurations = "negative-durations", Job, Warning, false;
    /// Items have no start or no end time.
    MissingTimes = "missing-times", Job, Info, false;
    /// A noticeable part of the items is missing from the dump.
    Incomplete = "incomplete", Finding, Warning, false;
    /// Nothing completed after a certain time, and items went on failing.
    NothingCompletedSince = "nothing-completed-since", Finding, Warning, false;
    /// Jobs failed or were cancelled.
    JobsNotCompleted = "jobs-not-completed", Finding, Warning, false;
    /// The job counts fewer failures than its list holds.
    HiddenFailures = "hidden-failures", Finding, Warning, false;
    /// Items have been processing for far longer than any item that ended took.
    Stuck = "stuck", Finding, Warning, false;
    /// Jobs fail far more often than all others together.
    HighFailureRate = "high-failure-rate", Finding, Warning, false;
    /// Most of the failures are of one kind.
    OneError = "one-error", Finding, Warning, false;
    /// Items with one kind of name fail far more often than all others.
    WhereItFails = "where-it-fails", Finding, Warning, false;
    /// Failures crowd into a part of the time in which few other items ended.
    FailuresCluster = "failures-cluster", Finding, Warning, false;
    /// The failure rate rose or fell over the job.
    FailureTrend = "failure-trend", Finding, Warning, false;
    /// The concurrency fell while items were still waiting.
    WorkersLost = "workers-lost", Finding, Warning, false;
    /// Many items were skipped.
    ManySkipped = "many-skipped", Finding, Info, false;
    /// No item ended for an unusually long time.
    Gap = "gap", Finding, Warning, false;
    /// Many failures took equally long, and hardly any completed item longer, as with a timeout.
    TimeLimit = "time-limit", Finding, Warning, false;
    /// Items took longer the later they started.
    Slowdown = "slowdown", Finding, Warning, false;
    /// Nearly every failure is of a different kind.
    ManyErrors = "many-errors", Finding, Info, false;
    /// Items with one kind of name take far longer than all others.
    WhereItIsSlow = "where-it-is-slow", Finding, Info, false;
    /// Most failures that name their attempt failed on the last one.
    Attempts = "attempts", Finding, Info, false;
    /// The first item started long after the job.
    LateStart = "late-start", Finding, Info, false;
    /// Workers waited for the last items for longer than the size of the pool explains.
    LongTail = "long-tail", Finding, Info, false;
    /// Failures took a large part of the processing time.
    FailureCost = "failure-cost", Finding, Info, false;
    /// A few slow items took a large part of the processing time.
    FewSlowItems = "few-slow-items", Finding, Info, false;
    /// A few items have records that do not fit.
    OddItems = "odd-items", Finding, Info, false;
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// The list of codes as `docs/codes.md` publishes it.
    fn list() -> String {
        let mut list = String::from(
            "# Codes of notes and findings\n\nEvery note and finding has a `code`, which is stable. \
             `--strict` fails if a note with a loss is in the report.\n",
        );
        for (kind, title) in [
            (Kind::File, "Notes about files"),
            (Kind::Job, "Notes about jobs"),
            (Kind::Finding, "Findings"),
        ] {
            let _ = write!(
                list,
                "\n## {title}\n\n| code | severity | loss | meaning |\n"
            );
            list.push_str("| :-- | :-- | :-- | :-- |\n");
            for code in Code::ALL.iter().filter(|code| code.kind() == kind) {
                let severity = format!("{:?}", code.severity()).to_lowercase();
                let loss = if code.is_loss() { "yes" } else { "no" };
                let (name, meaning) = (code.name(), code.meaning());
                let _ = writeln!(list, "| `{name}` | {severity} | {loss} | {meaning} |");
            }
        }
        list
    }

    #[test]
    fn the_published_list_is_true() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/codes.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, list()).expect("written");
        }
        let published = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(
            published,
            list(),
            "UPDATE_DOCS=1 cargo test published_list writes it"
        );
    }

    #[test]
    fn a_code_is_found_by_its_name() {
        for code in Code::ALL {
            assert_eq!(Code::from_name(code.name()), Some(*code));
        }
        assert_eq!(Code::from_name("x"), None);
    }
}
