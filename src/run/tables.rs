//! Lists of items among the outputs: all items of a dump as a table, and those to run again.

#[cfg(feature = "tables")]
use std::io::IsTerminal;
use std::io::{self, Write};

use super::signals;
use super::texts::{Written, say_written};
use crate::args::{Rendering, ReportArgs, Verbosity};
use crate::frame::export::{self, ExportError, TableFormat};
use crate::frame::{Labels, TooManyRows};
use crate::load::Dump;
use crate::metrics::Failures;
use crate::output::{self, WriteError};
use crate::redact::Redactor;
use crate::render;
use crate::render::format::Format;
use crate::report::Report;
use crate::report::retry::{Kind, Plan};
use crate::text::mask_name;

/// An item table that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A terminal cannot show it.
    #[cfg(feature = "tables")]
    #[error("{0} is binary and cannot be shown on a terminal: write it to a file with -o")]
    Terminal(&'static str),
    /// The file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Standard output could not be written.
    #[error("cannot write to standard output")]
    Print(#[source] io::Error),
    /// The redacted items do not fit into a frame.
    #[error(transparent)]
    Rows(#[from] TooManyRows),
    /// Signals cannot be handled.
    #[error("cannot prepare for signals")]
    Signal(#[source] io::Error),
}

/// Tells if an output, or what is printed, is an item table.
pub(super) fn are_asked_for(args: &ReportArgs) -> bool {
    is_any(args, |rendering| rendering.table().is_some())
}

/// Tells if an output, or what is printed, is the list of items to run again.
pub(super) fn is_retry_asked_for(args: &ReportArgs) -> bool {
    is_any(args, |rendering| rendering.format() == Some(Format::Retry))
}

fn is_any(args: &ReportArgs, is_it: impl Fn(Rendering) -> bool) -> bool {
    let outputs = args.outputs.iter().map(|(_, rendering)| *rendering);
    outputs.chain(args.print).any(is_it)
}

/// Writes and prints the lists of items among the outputs.
pub(super) fn write(
    dump: &Dump,
    report: &Report,
    args: &ReportArgs,
    redactor: Option<&Redactor>,
) -> Result<(), TableError> {
    if !is_any(args, Rendering::is_from_items) {
        return Ok(());
    }
    let failures = Failures::of(&dump.items, &args.named_groups);
    let groups = failures.ids();
    let group_id = |row| {
        let group = failures.group_of(row)? as usize;
        groups.get(group).cloned()
    };
    let redacted = redactor.map(|redactor| redactor.items(&dump.items, dump.jobs.len(), group_id));
    let redacted = redacted.transpose()?;
    let items = redacted.as_ref().unwrap_or(&dump.items);
    let groups: Vec<String> = match redactor.filter(|redactor| redactor.kinds().messages) {
        Some(redactor) => groups.iter().map(|id| redactor.id_of_group(id)).collect(),
        None => groups.clone(),
    };
    let jobs = dump.jobs.iter();
    let jobs: Vec<_> = jobs
        .map(|job| mask_name(job.id.as_deref().unwrap_or(&job.label)))
        .collect();
    let files = dump.inputs.iter();
    let sources: Vec<_> = files.map(|file| mask_name(&file.path)).collect();
    let labels = Labels {
        jobs: jobs.iter().map(|id| &**id).collect(),
        sources: sources.iter().map(|path| &**path).collect(),
        groups: groups.iter().map(String::as_str).collect(),
        group_of: &|row| failures.group_of(row),
    };
    let put = |rendering: Rendering, out: &mut dyn Write| {
        let format = match rendering.table() {
            Some(TableFormat::Csv(_)) => TableFormat::Csv(args.formulas),
            Some(other) => other,
            None => {
                // A saved summary has no other items than its rows, which are known to be all.
                let plan = match dump.jobs.is_empty() {
                    true => Plan::of_report(report),
                    false => None,
                };
                let plan = plan.unwrap_or_else(|| Plan::of_items(items, dump, &failures));
                let list = render::retry::render(&plan, &Kind::USUAL, render::RetryForm::Ids);
                return out.write_all(list.as_bytes());
            }
        };
        export::write(format, items, &labels, out).map_err(as_io)
    };
    for (path, rendering) in &args.outputs {
        if rendering.is_from_items() {
            signals::prepare_once().map_err(TableError::Signal)?;
            let bytes = output::write_file_with(path, |out| put(*rendering, out))?;
            if args.verbosity > Verbosity::Quiet {
                say_written(&Written::of(path, bytes));
            }
        }
    }
    let Some(rendering) = args.print.filter(|made| made.is_from_items()) else {
        return Ok(());
    };
    #[cfg(feature = "tables")]
    if let Rendering::BuiltIn(format @ (Format::Parquet | Format::Arrow)) = rendering
        && io::stdout().is_terminal()
    {
        return Err(TableError::Terminal(format.row().name));
    }
    output::print_with(|out| put(rendering, out)).map_err(TableError::Print)
}

fn as_io(error: ExportError) -> io::Error {
    match error {
        ExportError::Write(error) => error,
        other => io::Error::other(other),
    }
}
