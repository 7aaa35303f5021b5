//! What is said on standard error beside the report.

use std::io::{self, IsTerminal, Write as _};
use std::path::PathBuf;

use crate::args::{Rendering, ReportArgs, Verbosity};
use crate::load::note::NoteKind;
use crate::load::{Dump, FileRead};
use crate::render::{self, Format};
use crate::report::Report;
use crate::report::model::{Note, Severity};
use crate::say::code::Code;
use crate::say::loading;
use crate::text::{counted, joined};

/// Why nothing can be reported, with what each file looks like; `None` where something can.
pub(super) fn nothing_found(dump: &Dump, paths: &[PathBuf]) -> Option<String> {
    // A list that is whole and empty is an answer; one that broke before its first item is none.
    let broken = dump.notes.iter().any(|note| {
        matches!(
            loading::code(&note.kind),
            Code::CutDocument
                | Code::BrokenDocument
                | Code::UnreadableItem
                | Code::BrokenCompression
        )
    });
    let something = dump
        .jobs
        .iter()
        .zip(&dump.rows)
        .any(|(job, rows)| job.record.is_some() || !rows.is_empty() || !broken);
    if something {
        return None;
    }
    let mut words = match dump.inputs.len() {
        0 => {
            let given = paths
                .iter()
                .map(|path| one_line(&path.display().to_string()));
            let given: Vec<String> = given.take(5).map(|path| format!("`{path}`")).collect();
            format!(
                "nothing could be reported: there is no file to read in {}",
                joined(&given)
            )
        }
        1 => "nothing could be reported: the file holds neither a job nor items".to_owned(),
        n => format!("nothing could be reported: none of {n} files holds a job or items"),
    };
    for note in dump.notes.iter().filter(|note| note.kind != NoteKind::Link) {
        let path = note.path.as_deref().unwrap_or("?");
        words.push_str(&format!(
            "\n  {}: {}",
            one_line(path),
            one_line(&loading::message(&note.kind))
        ));
    }
    Some(words)
}

/// Whether the summary, with its notes, goes to the terminal that standard error goes to.
pub(super) fn reads_it_anyway(args: &ReportArgs) -> bool {
    args.print == Some(Rendering::BuiltIn(Format::Text))
        && args.verbosity < Verbosity::Verbose
        && io::stdout().is_terminal()
        && io::stderr().is_terminal()
}

/// Says on standard error what could not be read, and with `-v` what each file was.
pub(super) fn speak(dump: &Dump, report: &Report, verbosity: Verbosity) {
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
    for note in report.notes.iter().filter(|note| note.severity <= least) {
        say(&note_words(note));
    }
}

/// Says why `--strict` fails, also where nothing else is said.
pub(super) fn say_what_is_lost(report: &Report) {
    let mut losses = report.notes.iter().filter(|note| note.loss);
    let Some(first) = losses.next() else {
        return;
    };
    let more = match losses.count() {
        0 => String::new(),
        more => format!(", and {}", counted(more as u64, "more note", "more notes")),
    };
    say(&format!(
        "the record is not whole: {}{more}",
        note_words(first)
    ));
}

/// Says that a saved summary lists fewer than an option asks for.
pub(super) fn say_it_lists_fewer(path: &str, option: &str) {
    say(&format!(
        "warning: {}: the summary lists fewer than {option} asks for; make it anew from the dumps",
        one_line(path)
    ));
}

fn read_words(file: &FileRead) -> String {
    let items = counted(file.items, "item", "items");
    format!("read {}: {}, {items}", one_line(&file.path), file.kind)
}

fn note_words(note: &Note) -> String {
    let severity = match note.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    let about = note
        .path
        .as_deref()
        .or(note.job.as_deref())
        .unwrap_or_default();
    format!(
        "{severity}: {}: {}",
        one_line(about),
        one_line(&note.message)
    )
}

/// Standard error may be a terminal, and what is printed there may come from a hostile file.
pub(super) fn one_line(text: &str) -> String {
    render::visible(text)
}

/// Prints a message. If standard error is closed, there is nobody to tell.
pub(super) fn say(words: &str) {
    let _ = writeln!(io::stderr().lock(), "batch-report: {words}");
}
