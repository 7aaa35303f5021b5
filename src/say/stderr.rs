//! Sentences on standard error, beside the report.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;

use super::code::Code;
use super::loading;
use crate::load::note::NoteKind;
use crate::load::{Dump, FileRead};
use crate::progress::Verbosity;
use crate::report::Report;
use crate::report::model::{Note, Severity};
use crate::text::{clip, counted, joined, mask, mask_name, number, one_line};

/// Notes that are printed without `-v`; the others are counted.
const NOTES: usize = 20;
/// Longest note without `-v`, in characters.
const NOTE_CHARS: usize = 600;
/// Longest path, in characters.
const PATH_CHARS: usize = 300;
/// Paths that are named if there is nothing in them.
const PATHS: usize = 5;

/// Says why nothing can be reported, with what each file is. `None` if something can.
pub(crate) fn nothing_found(dump: &Dump, paths: &[PathBuf]) -> Option<String> {
    // A complete empty list is a result; one that breaks before its first item is none.
    let is_broken = dump.notes.iter().any(|note| {
        matches!(
            loading::code(&note.kind),
            Code::CutDocument
                | Code::BrokenDocument
                | Code::UnreadableItem
                | Code::BrokenCompression
        )
    });
    let has_something = dump
        .jobs
        .iter()
        .zip(&dump.rows)
        .any(|(job, rows)| job.record.is_some() || !rows.is_empty() || !is_broken);
    if has_something {
        return None;
    }
    let about = |path: Option<&str>, kind: &NoteKind| {
        let message = cut(&loading::message(kind), NOTE_CHARS);
        match path {
            Some(path) => format!("{}: {message}", cut(path, PATH_CHARS)),
            None => message,
        }
    };
    let notes: Vec<String> = dump
        .notes
        .iter()
        .filter(|note| note.kind != NoteKind::Link)
        .map(|note| about(note.path.as_deref(), &note.kind))
        .collect();
    let words = match (dump.inputs.len(), &notes[..]) {
        (0, [only]) => return Some(only.clone()),
        (0, _) => {
            let quoted = |path: &PathBuf| format!("`{}`", one_line(&path.display().to_string()));
            let mut given: Vec<String> = paths.iter().take(PATHS).map(quoted).collect();
            if paths.len() > PATHS {
                given.push(format!("{} more", number((paths.len() - PATHS) as u64)));
            }
            format!("found no files in {}", joined(&given))
        }
        (1, _) => "found no jobs and no items in the file".to_owned(),
        (n, _) => format!("found no jobs and no items in {} files", number(n as u64)),
    };
    let mut lines = vec![words];
    lines.extend(notes.iter().take(NOTES).map(|note| format!("  {note}")));
    if notes.len() > NOTES {
        lines.push(format!(
            "  and {} more",
            number((notes.len() - NOTES) as u64)
        ));
    }
    Some(lines.join("\n"))
}

/// Prints the notes of a report, and with `-v` what each file is.
pub(crate) fn speak(dump: &Dump, report: &Report, verbosity: Verbosity) {
    if verbosity == Verbosity::Verbose {
        for file in &dump.inputs {
            say(&read_words(file));
        }
    }
    let least = match verbosity {
        Verbosity::Quiet => Severity::Error,
        Verbosity::Normal => Severity::Warning,
        Verbosity::Verbose => Severity::Info,
    };
    let most = match verbosity {
        Verbosity::Verbose => usize::MAX,
        _ => NOTES,
    };
    let notes: Vec<&Note> = report
        .notes
        .iter()
        .filter(|note| note.severity <= least)
        .collect();
    let lines: Vec<(&Note, u64)> = match verbosity {
        Verbosity::Verbose => notes.into_iter().map(|note| (note, 0)).collect(),
        _ => alike(&notes),
    };
    for (note, more) in lines.iter().take(most) {
        let words = note_words(note);
        match verbosity {
            Verbosity::Verbose => say(&words),
            _ => say(&format!(
                "{}{}",
                cut(&words, NOTE_CHARS),
                same_for(note, *more)
            )),
        }
    }
    if lines.len() > most {
        let more = counted((lines.len() - most) as u64, "more note", "more notes");
        say(&format!("{more}; -v lists them"));
    }
    if verbosity == Verbosity::Normal {
        for note in &dump.notes {
            if let NoteKind::ForeignFiles { count, .. } = &note.kind {
                let files = counted(*count, "other file", "other files");
                let them = if *count == 1 { "it" } else { "them" };
                say(&format!("ignored {files}; -v lists {them}"));
            }
        }
    }
}

/// Notes that say different things, each with the number of others that differ in the name alone.
fn alike<'n>(notes: &[&'n Note]) -> Vec<(&'n Note, u64)> {
    let mut places: HashMap<(&str, String), usize> = HashMap::new();
    let mut lines: Vec<(&Note, u64)> = Vec::new();
    for note in notes {
        let name = note.path.as_deref().or(note.job.as_deref());
        let name = name.filter(|name| !name.is_empty());
        let message = match name {
            Some(name) => note.message.replace(name, "\0"),
            // Without a name it is said once.
            None => format!("{}: {}", lines.len(), note.message),
        };
        match places.entry((&note.code, message)) {
            Entry::Occupied(place) => lines[*place.get()].1 += 1,
            Entry::Vacant(place) => {
                place.insert(lines.len());
                lines.push((note, 0));
            }
        }
    }
    lines
}

/// "; the same applies to 6 more batches".
fn same_for(note: &Note, more: u64) -> String {
    let is_batch = |job: &str| job.starts_with("bat-");
    let (one, many) = match (&note.path, note.job.as_deref()) {
        (Some(_), _) => ("more file", "more files"),
        (None, Some(job)) if is_batch(job) => ("more batch", "more batches"),
        _ => ("more job", "more jobs"),
    };
    match more {
        0 => String::new(),
        more => format!("; the same applies to {}", counted(more, one, many)),
    }
}

/// Says why `--strict` fails.
pub(crate) fn say_what_is_lost(report: &Report) {
    let mut losses = report.notes.iter().filter(|note| note.loss);
    let Some(first) = losses.next() else {
        return;
    };
    let more = match losses.count() {
        0 => String::new(),
        more => format!(", and {}", counted(more as u64, "more note", "more notes")),
    };
    let first = cut(&note_words(first), NOTE_CHARS);
    say(&format!("--strict: the dump is incomplete: {first}{more}"));
}

/// Says that a saved summary lists fewer entries than an option asks for.
pub(crate) fn say_it_lists_fewer(path: &str, option: &str) {
    say(&format!(
        "warning: {}: the summary lists fewer than {option} asks for; make a new one from the dumps",
        one_line(path)
    ));
}

/// Says that the user's template takes more memory than it may.
pub(crate) fn say_it_takes_too_much(bytes: u64) {
    say(&format!(
        "error: the template takes more than {} of memory; does a text double itself?",
        crate::text::bytes(bytes)
    ));
}

fn read_words(file: &FileRead) -> String {
    let items = counted(file.items, "item", "items");
    format!(
        "read {}: {}, {items}",
        one_line(&mask_name(&file.path)),
        file.kind
    )
}

/// A text on one line, not too long.
fn cut(text: &str, max: usize) -> String {
    let mut text = one_line(&mask_name(text)).into_owned();
    clip(&mut text, max);
    text
}

/// "warning: items.json: cut off at …". Nothing that ends up in a report is an error.
fn note_words(note: &Note) -> String {
    let severity = match note.severity {
        Severity::Error | Severity::Warning => "warning",
        Severity::Info => "note",
    };
    let message = one_line(&note.message);
    match note.path.as_deref().or(note.job.as_deref()) {
        Some(about) => format!("{severity}: {}: {message}", cut(about, PATH_CHARS)),
        None => format!("{severity}: {message}"),
    }
}

/// Returns the message of an error with those of its causes, one a line. They may quote a file, so they
/// are masked and made harmless.
pub(crate) fn error_words(error: &dyn Error) -> String {
    let harmless = |error: &dyn Error| {
        let words = error.to_string();
        let lines = words.lines().map(|line| one_line(&mask(line)).into_owned());
        lines.collect::<Vec<_>>().join("\n")
    };
    let mut words = harmless(error);
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str("\n  because: ");
        words.push_str(&harmless(error));
        cause = error.source();
    }
    words
}

/// Prints a line. Nobody may be listening any more, which is no reason to fail.
pub(crate) fn say(words: &str) {
    let _ = writeln!(io::stderr().lock(), "batch-report: {words}");
}
