//! Sentences for the notes of loading.

use super::code::Code;
use crate::api::WrongType;
use crate::load::note::{Break, Fault, Ids, NoteKind, Place, Sample, SpecialFile};
use crate::load::{ErrorResponse, Like, Looks, NotOurs};
use crate::snapshot::{Difference, Gone, Part};
use crate::text::{counted, joined, number, quote};

/// The code of a note.
pub(crate) fn code(kind: &NoteKind) -> Code {
    match kind {
        NoteKind::UnreadableFile { .. } | NoteKind::SpecialFile { named: true, .. } => {
            Code::UnreadableFile
        }
        NoteKind::SpecialFile { named: false, .. } => Code::SpecialFile,
        NoteKind::Link => Code::LinkLeftAlone,
        NoteKind::ErrorResponse(_) | NoteKind::MoreErrorResponses(_) => Code::ErrorResponse,
        NoteKind::SkippedFile(_) => Code::SkippedFile,
        NoteKind::EmptyFile { .. } => Code::EmptyFile,
        NoteKind::ForeignFiles { .. } => Code::ForeignFiles,
        NoteKind::IgnoredFiles(_) => Code::IgnoredFiles,
        NoteKind::OwnReport | NoteKind::OwnSummary => Code::OwnReport,
        NoteKind::CutDocument(_) => Code::CutDocument,
        NoteKind::BrokenDocument(_)
        | NoteKind::MoreBrokenDocuments(_)
        | NoteKind::BrokenYaml { .. }
        | NoteKind::UnclosedCell(_)
        | NoteKind::BrokenTable { .. } => Code::BrokenDocument,
        NoteKind::NoFinalNewline => Code::MaybeCut,
        NoteKind::StrayText { .. } | NoteKind::StrayValues(_) => Code::StrayText,
        NoteKind::LogLines { .. } => Code::LogLines,
        NoteKind::UnreadableItems(_) => Code::UnreadableItem,
        NoteKind::UnreadableTimes(_) => Code::UnreadableTime,
        NoteKind::WrongTypes(_) => Code::WrongType,
        NoteKind::UnreadableJob(_) => Code::UnreadableJob,
        NoteKind::BrokenCompression { .. }
        | NoteKind::CompressionLimit { .. }
        | NoteKind::ArchiveLimit(_) => Code::BrokenCompression,
        NoteKind::InvalidUtf8 { .. } | NoteKind::InvalidUtf16 => Code::InvalidUtf8,
        NoteKind::NonStandardJson => Code::NonStandardJson,
        NoteKind::AmbiguousName(_) => Code::AmbiguousName,
        NoteKind::AmbiguousJob(_) => Code::AmbiguousJob,
        NoteKind::UnreferencedJobs { .. } => Code::UnreferencedJobs,
        NoteKind::UntiedJobs(_) => Code::UntiedJobs,
        NoteKind::UnreadableManifest { .. } => Code::UnreadableManifest,
        NoteKind::StoppedSnapshot(_) | NoteKind::PartialSnapshot(_) => Code::PartialSnapshot,
        NoteKind::MissingPage(_) => Code::MissingPage,
        NoteKind::ChangedPage(_) => Code::ChangedPage,
        NoteKind::SnapshotGap { .. } => Code::SnapshotGap,
        NoteKind::UnlistedPage => Code::UnlistedPage,
    }
}

/// The sentence of a note, without the path it is about.
pub(crate) fn message(kind: &NoteKind) -> String {
    match kind {
        NoteKind::UnreadableFile { error } => cannot_read(error),
        NoteKind::SpecialFile { file, .. } => format!(
            "ignored {}; to read the output of a command, pipe it in and name `-`",
            match file {
                SpecialFile::Pipe => "a named pipe",
                SpecialFile::Socket => "a socket",
                SpecialFile::Device => "a device",
                SpecialFile::Other => "a special file",
            }
        ),
        NoteKind::Link => "ignored a link; name its target to read it".to_owned(),
        NoteKind::ErrorResponse(response) => {
            format!(
                "contains an API error response: {}",
                response_words(response)
            )
        }
        NoteKind::MoreErrorResponses(more) => {
            counted(*more, "more API error response", "more API error responses")
        }
        NoteKind::SkippedFile(looks) => format!("ignored: looks like {}", looks_words(looks)),
        NoteKind::EmptyFile { bytes: 0 } => "ignored: empty file".to_owned(),
        NoteKind::EmptyFile { .. } => "ignored: only white space".to_owned(),
        NoteKind::ForeignFiles { count, first } => {
            let mut names = first.join(", ");
            let more = count - first.len() as u64;
            if more > 0 {
                names.push_str(&format!(" and {} more", number(more)));
            }
            let files = counted(*count, "other file", "other files");
            format!("ignored {files}: {names}")
        }
        NoteKind::IgnoredFiles(count) => {
            format!(
                "--ignore left out {}",
                counted(*count, "file or folder", "files or folders")
            )
        }
        NoteKind::OwnReport => "ignored: a report written by batch-report".to_owned(),
        NoteKind::OwnSummary => {
            "ignored: a summary written by batch-report; name it alone to render it".to_owned()
        }
        NoteKind::CutDocument(found) => break_words(found, "cut off"),
        NoteKind::BrokenDocument(found) => break_words(found, "broken"),
        NoteKind::MoreBrokenDocuments(more) => format!(
            "{} broken or cut off",
            counted(*more, "more document is", "more documents are")
        ),
        NoteKind::BrokenYaml {
            count,
            first,
            error,
        } => format!(
            "{} broken and lost from the break on; the first starts at {first}: {}",
            counted(*count, "YAML mapping is", "YAML mappings are"),
            error.as_deref().unwrap_or("it ends too early")
        ),
        NoteKind::UnclosedCell(at) => {
            format!("the quoted cell starting at {at} is never closed; the rows after it are lost")
        }
        NoteKind::BrokenTable {
            format,
            error,
            kept,
        } => format!(
            "the {format} file could not be read to its end: {error}; kept {} before the break",
            counted(*kept, "item", "items")
        ),
        NoteKind::NoFinalNewline => {
            "the last line has no newline; its item may be cut off".to_owned()
        }
        NoteKind::StrayText { at, line, more } => {
            let more = match more {
                0 => String::new(),
                more => format!(" and {}", counted(*more, "more line", "more lines")),
            };
            format!(
                "ignored non-JSON text at {at}: “{line}”{more}; if it is an error message, \
                 a page may be missing"
            )
        }
        NoteKind::LogLines { at, line, more } => match more {
            0 => format!("ignored a log line at {at}: “{line}”"),
            more => format!(
                "ignored {} log lines, the first at {at}: “{line}”",
                more + 1
            ),
        },
        NoteKind::StrayValues(values) => format!(
            "ignored {} that no batch document has: {}",
            counted(values.count, "value", "values"),
            list(values, fault)
        ),
        NoteKind::UnreadableItems(rows) => format!(
            "{} not counted because {} not be read as {}: {}",
            counted(rows.count, "row is", "rows are"),
            if rows.count == 1 {
                "it could"
            } else {
                "they could"
            },
            if rows.count == 1 { "an item" } else { "items" },
            list(rows, fault)
        ),
        NoteKind::UnreadableTimes(times) => {
            let items = counted(times.count, "item has", "items have");
            let first = match times.first.first() {
                Some((place, (field, text))) => {
                    let place = place
                        .map(|place| format!(" at {place}"))
                        .unwrap_or_default();
                    format!(": `{}` is “{text}”{place}", field.name())
                }
                None => String::new(),
            };
            format!(
                "{items} an unreadable time, treated as absent{first}; write times as \
                 2026-05-14T08:30:33Z"
            )
        }
        NoteKind::WrongTypes(fields) => format!(
            "{} a field of the wrong type, treated as absent: {}",
            counted(fields.count, "item has", "items have"),
            list(fields, wrong_words)
        ),
        NoteKind::UnreadableJob(jobs) => {
            format!(
                "parts of a job record could not be read: {}",
                list(jobs, fault)
            )
        }
        NoteKind::BrokenCompression {
            packed,
            unpacked,
            error,
        } => format!(
            "the {packed} data is broken or ends too early; read the first {}{}",
            counted(*unpacked as u64, "byte", "bytes"),
            error
                .as_ref()
                .map(|error| format!(" ({error})"))
                .unwrap_or_default()
        ),
        NoteKind::CompressionLimit {
            packed,
            compressed,
            unpacked,
        } => format!(
            "{} of {packed} unpack to more than {} bytes; the rest was not read",
            counted(*compressed as u64, "byte", "bytes"),
            number(*unpacked as u64)
        ),
        NoteKind::ArchiveLimit(members) => format!(
            "{} of this archive not read: too many, or too large when unpacked",
            counted(*members, "file was", "files were")
        ),
        NoteKind::InvalidUtf8 { byte } => {
            format!("not UTF-8 at byte {byte}; invalid bytes are shown as \u{fffd}")
        }
        NoteKind::InvalidUtf16 => {
            "contains bytes that are not UTF-16; they are shown as \u{fffd}".to_owned()
        }
        NoteKind::NonStandardJson => "contains values that are not JSON: read NaN and Infinity as \
                                      null, half surrogate pairs as \u{fffd}"
            .to_owned(),
        NoteKind::AmbiguousName(ids) => format!(
            "its name contains {} job IDs ({}), so its items were assigned to none; {SETTLE}",
            number(ids.count as u64),
            ids_words(ids)
        ),
        NoteKind::AmbiguousJob(ids) => format!(
            "{} jobs are recorded beside it ({}), so its items were assigned to none; {SETTLE}",
            number(ids.count as u64),
            ids_words(ids)
        ),
        NoteKind::UnreferencedJobs { jobs, data_points } => {
            let jobs = (*jobs > 0).then(|| counted(*jobs, "job", "jobs"));
            let points =
                (*data_points > 0).then(|| counted(*data_points, "data point", "data points"));
            let left_out: Vec<String> = jobs.into_iter().chain(points).collect();
            format!(
                "left out {}: no recorded results refer to them, so they belong to other batches or to \
                 none",
                joined(&left_out)
            )
        }
        NoteKind::UntiedJobs(jobs) => format!(
            "no results of a batch are recorded, so {} reported without a batch; record the batch \
             with expand=results",
            counted(*jobs, "job is", "jobs are")
        ),
        NoteKind::UnreadableManifest { error } => {
            format!("cannot check the pages of this snapshot: {error}")
        }
        NoteKind::StoppedSnapshot(progress) => format!(
            "fetching this snapshot stopped at {progress}; run the same `batch-report fetch` again \
             to resume"
        ),
        NoteKind::PartialSnapshot(progress) => format!(
            "this snapshot is incomplete: the server returned {progress}; run `batch-report fetch` \
             again to ask for the rest"
        ),
        NoteKind::SnapshotGap {
            part,
            count,
            message,
        } => {
            let what = match part {
                Part::Jobs => {
                    let jobs = counted(*count, "job", "jobs");
                    format!("{jobs} of the batch")
                }
                Part::DataPoints => "data points, so times are missing".to_owned(),
                Part::Files => "file names".to_owned(),
            };
            format!("`batch-report fetch` could not get {what}: {message}")
        }
        NoteKind::MissingPage(why) => {
            let why = match why {
                Gone::ForeignName => "the manifest names a file that no snapshot has",
                Gone::NotAFile => "it is not a regular file",
                Gone::Unreadable(error) => error,
            };
            format!("this page of the snapshot is missing ({why}); {REFETCH}")
        }
        NoteKind::ChangedPage(difference) => {
            let what = match difference {
                Difference::Bytes { found, listed } => format!(
                    "it has {} bytes instead of {}",
                    number(*found),
                    number(*listed)
                ),
                Difference::Hash => "its SHA-256 differs".to_owned(),
            };
            format!(
                "this page of the snapshot changed after it was fetched ({what}); read as it is; \
                 {REFETCH}"
            )
        }
        NoteKind::UnlistedPage => {
            "not listed by the snapshot beside it; read like any other file".to_owned()
        }
    }
}

const SETTLE: &str = "name the job with --job-id, or keep each job in its own folder";
const REFETCH: &str = "`batch-report fetch` downloads it again";

/// An error of the operating system, without its number.
fn cannot_read(error: &str) -> String {
    match error.split(" (os error").next().unwrap_or(error) {
        "No such file or directory" => "no such file or folder".to_owned(),
        words => format!("cannot be read: {words}"),
    }
}

/// A file that holds nothing of the API, for the list of inputs.
pub(crate) fn not_ours(what: &NotOurs) -> String {
    match what {
        NotOurs::Unreadable(error) => cannot_read(error),
        NotOurs::ErrorResponse(response) => {
            format!("an API error response: {}", response_words(response))
        }
        NotOurs::Looks(looks) => looks_words(looks),
    }
}

fn looks_words(looks: &Looks) -> String {
    let words = match &looks.like {
        Like::Empty => "an empty file".to_owned(),
        Like::Parquet => "a Parquet file".to_owned(),
        Like::Zip => "a zip archive; name it by itself, or unzip it".to_owned(),
        Like::Pdf => "a PDF".to_owned(),
        Like::Sqlite => "an SQLite database".to_owned(),
        Like::Binary => "binary data".to_owned(),
        Like::Html(Some(title)) => {
            format!("an HTML page titled “{title}”, as a proxy or login page returns")
        }
        Like::Html(None) => "an HTML page, as a proxy or login page returns".to_owned(),
        Like::Xml(begin) => format!("XML: “{begin}”"),
        Like::JavaScriptInspect => "JavaScript's console.log of an object, which is not JSON and \
                                    omits items; print JSON.stringify(…) instead"
            .to_owned(),
        Like::PythonRepr => "a Python repr, which is not JSON; write .to_json() or \
                             json.dump(…, default=str) instead"
            .to_owned(),
        Like::HttpHeaders(line) => format!("HTTP headers without a body: “{line}”"),
        Like::JsonObject { keys, .. } if keys.is_empty() => {
            "a JSON object that is not a batch document".to_owned()
        }
        Like::JsonObject { keys, more } => format!(
            "a JSON object that is not a batch document, with the keys {}{}",
            keys.join(", "),
            if *more { ", …" } else { "" }
        ),
        Like::JsonArray => "a JSON array without batch documents".to_owned(),
        Like::Text(line) => format!("text: “{line}”"),
    };
    match looks.packed {
        Some(packed) => format!("{words}, packed with {packed}"),
        None => words,
    }
}

/// "HTTP 403 “Nope”", "“Not found” (usually HTTP 404)".
fn response_words(response: &ErrorResponse) -> String {
    let detail = response.detail.as_ref().map(|detail| format!("“{detail}”"));
    match (response.status, response.usual_status, detail) {
        (Some(status), _, Some(detail)) => format!("HTTP {status} {detail}"),
        (Some(status), _, None) => format!("HTTP {status}"),
        (None, Some(usual), Some(detail)) => format!("{detail} (usually HTTP {usual})"),
        (None, _, Some(detail)) => detail,
        (None, _, None) => "without a message".to_owned(),
    }
}

fn break_words(found: &Break, what: &str) -> String {
    let subject = match found.begin {
        None => String::new(),
        Some(begin) => format!("the document starting at {begin} is "),
    };
    let kept = match found.kept {
        0 => "no complete item precedes the break".to_owned(),
        1 => "kept the complete item before it".to_owned(),
        kept => format!("kept the {} complete items before it", number(kept)),
    };
    format!(
        "{subject}{what} at {}: {kept}; fetch the file again to get the rest",
        found.at
    )
}

fn fault(fault: &Fault) -> String {
    match fault {
        Fault::Field(wrong) => wrong_words(wrong),
        Fault::Job(wrong) => format!("a job whose {}", wrong_words(wrong)),
        Fault::NotAnItem(what) => format!("{what} instead of an item"),
        Fault::NotAList(what) => format!("{what} instead of the list of items"),
        Fault::ForeignObject => "an object that is neither an item nor a job".to_owned(),
        Fault::Cells { row, header } => format!("{row} cells, but the header has {header}"),
    }
}

fn wrong_words(wrong: &WrongType) -> String {
    let name = wrong.field.name();
    match (wrong.found, &wrong.text) {
        ("absent", _) => format!("`{name}` is missing"),
        (found, None) => format!("`{name}` is {found}"),
        (found, Some(text)) => format!("`{name}` is {found}: “{}”", quote(text, 60)),
    }
}

fn list<T>(sample: &Sample<T>, words: impl Fn(&T) -> String) -> String {
    let placed = |(place, what): &(Option<Place>, T)| match place {
        Some(place) => format!("{place}: {}", words(what)),
        None => words(what),
    };
    let mut parts: Vec<String> = sample.first.iter().map(placed).collect();
    if sample.more() > 0 {
        parts.push(format!("and {} more", number(sample.more())));
    }
    parts.join("; ")
}

fn ids_words(ids: &Ids) -> String {
    let mut words: Vec<String> = ids.first.iter().map(|id| quote(id, 60)).collect();
    if ids.count > words.len() {
        words.push("…".to_owned());
    }
    words.join(", ")
}
