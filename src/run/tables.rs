//! Item tables among the outputs: all items of a dump, written from the frame.

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

/// Returns whether an output, or what is printed, is an item table.
pub(super) fn are_asked_for(args: &ReportArgs) -> bool {
    let outputs = args.outputs.iter().map(|(_, rendering)| *rendering);
    let mut all = outputs.chain(args.print);
    all.any(|rendering| rendering.table().is_some())
}

/// Writes and prints the item tables among the outputs.
pub(super) fn write(
    dump: &Dump,
    args: &ReportArgs,
    redactor: Option<&Redactor>,
) -> Result<(), TableError> {
    if !are_asked_for(args) {
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
    let put = |format, out: &mut dyn Write| {
        let format = match format {
            TableFormat::Csv(_) => TableFormat::Csv(args.formulas),
            other => other,
        };
        export::write(format, items, &labels, out).map_err(as_io)
    };
    for (path, rendering) in &args.outputs {
        if let Some(format) = rendering.table() {
            signals::prepare_once().map_err(TableError::Signal)?;
            let bytes = output::write_file_with(path, |out| put(format, out))?;
            if args.verbosity > Verbosity::Quiet {
                say_written(&Written::of(path, bytes));
            }
        }
    }
    let Some(Rendering::BuiltIn(format)) = args.print else {
        return Ok(());
    };
    match format.table() {
        #[cfg(feature = "tables")]
        Some(TableFormat::Parquet | TableFormat::Arrow) if io::stdout().is_terminal() => {
            Err(TableError::Terminal(format.row().name))
        }
        Some(table) => output::print_with(|out| put(table, out)).map_err(TableError::Print),
        None => Ok(()),
    }
}

fn as_io(error: ExportError) -> io::Error {
    match error {
        ExportError::Write(error) => error,
        other => io::Error::other(other),
    }
}
