//! A summary that was saved earlier, as the input of a run.

use crate::args::{ReportArgs, Verbosity};
use crate::load::{Dump, FileRead};
use crate::report::model::SCHEMA_VERSION;
use crate::report::{ItemSelection, Report};

use super::tables;
use crate::say;
use crate::say::stderr::say_it_lists_fewer;

/// A saved summary that cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// There are several, and nothing else.
    #[error(
        "`{0}` and `{1}` are both saved summaries: name the one to render, or the dumps they were \
         made from"
    )]
    Several(String, String),
    /// An option has no effect on a saved summary.
    #[error(
        "{option} applies to dumps, but `{path}` is a saved summary: make a new one from the dumps"
    )]
    Option {
        /// The file.
        path: String,
        /// The option.
        option: &'static str,
    },
    /// It holds fewer items than are asked for.
    #[error(
        "the summary `{path}` holds {held} of {of} items: make a new one from the dumps with --items all"
    )]
    FewerItems {
        /// The file.
        path: String,
        /// Number of items it holds.
        held: u64,
        /// Number of all items.
        of: u64,
    },
    /// Another version of the program made it.
    #[error(
        "the summary `{path}` has schema version {found}, but this program reads version \
         {SCHEMA_VERSION}"
    )]
    Version {
        /// The file.
        path: String,
        /// Its version.
        found: u64,
    },
    /// It is broken.
    #[error("cannot read the summary `{path}`")]
    Broken {
        /// The file.
        path: String,
        /// Mistake in it.
        source: serde_json::Error,
    },
}

/// Reads the summary, if the inputs are one. A summary beside dumps is left alone.
pub(super) fn summary(dump: &Dump, args: &ReportArgs) -> Result<Option<Report>, SavedError> {
    let Some(file) = file(dump)? else {
        return Ok(None);
    };
    let inapplicable = [
        (args.job_id.is_some(), "--job-id"),
        (!args.named_groups.is_empty(), "--error-group"),
        (!args.dimensions.is_empty(), "--by"),
        (tables::are_asked_for(args), "an item table"),
    ];
    if let Some((_, option)) = inapplicable.into_iter().find(|(given, _)| *given) {
        let path = file.path.clone();
        return Err(SavedError::Option { path, option });
    }
    let mut report = read(file.summary.as_deref().unwrap_or_default(), &file.path)?;
    if let Some(title) = &args.title {
        report.title.clone_from(title);
    }
    if args.verbosity > Verbosity::Quiet {
        let (items, examples) = report.lists_fewer_than(args.slowest, args.examples);
        for (is_lacking, option) in [(items, "--slowest"), (examples, "--examples")] {
            if is_lacking {
                say_it_lists_fewer(&file.path, option);
            }
        }
    }
    let rows = &report.item_rows;
    match args.items {
        Some(ItemSelection::All) if rows.held < rows.of => {
            return Err(SavedError::FewerItems {
                path: file.path.clone(),
                held: rows.held,
                of: rows.of,
            });
        }
        Some(selection) => report.select_items(selection),
        None => {}
    }
    let rows = &report.item_rows;
    if tables::is_retry_asked_for(args) && rows.held < rows.of {
        return Err(SavedError::FewerItems {
            path: file.path.clone(),
            held: rows.held,
            of: rows.of,
        });
    }
    report.shorten(args.slowest, args.examples);
    say::given_beside(&mut report, dump, &file.path);
    Ok(Some(report))
}

/// Reads the summary, if the inputs are one, as it is; returns its path as well.
pub(super) fn only(dump: &Dump) -> Result<Option<(Report, &str)>, SavedError> {
    let Some(file) = file(dump)? else {
        return Ok(None);
    };
    let report = read(file.summary.as_deref().unwrap_or_default(), &file.path)?;
    Ok(Some((report, &file.path)))
}

/// The file of the summary, if the inputs are one.
fn file(dump: &Dump) -> Result<Option<&FileRead>, SavedError> {
    let mut summaries = dump.inputs.iter().filter(|file| file.summary.is_some());
    let (Some(file), true) = (summaries.next(), dump.jobs.is_empty()) else {
        return Ok(None);
    };
    match summaries.next() {
        Some(second) => Err(SavedError::Several(file.path.clone(), second.path.clone())),
        None => Ok(Some(file)),
    }
}

fn read(text: &str, path: &str) -> Result<Report, SavedError> {
    #[derive(serde::Deserialize)]
    struct Version {
        schema_version: u64,
    }
    let broken = |source| SavedError::Broken {
        path: path.to_owned(),
        source,
    };
    let version: Version = serde_json::from_str(text).map_err(broken)?;
    if version.schema_version != u64::from(SCHEMA_VERSION) {
        return Err(SavedError::Version {
            path: path.to_owned(),
            found: version.schema_version,
        });
    }
    serde_json::from_str(text).map_err(broken)
}
