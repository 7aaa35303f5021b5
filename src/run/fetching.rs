//! `fetch`: saves jobs, prints their folders, and reports on them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Outcome, RunError, report, signals};
use crate::args::{FetchArgs, ReportArgs, Verbosity};
use crate::fetch::{self, FetchError, Hooks, Selection};
use crate::say::stderr::{error_words, say};
use crate::text::one_line;
use crate::{clock, output};

/// Runs `fetch`.
pub(super) fn run(args: &FetchArgs) -> Result<Outcome, RunError> {
    let interrupted = Arc::new(AtomicBool::new(false));
    signals::survive_large_files().map_err(RunError::Signal)?;
    signals::prepare(Some(Arc::clone(&interrupted))).map_err(RunError::Signal)?;
    let mut unprinted = None;
    let mut done = |folder: &Path| {
        let mut line = folder.as_os_str().as_encoded_bytes().to_vec();
        line.push(b'\n');
        if let Err(error) = output::print(&line) {
            unprinted.get_or_insert(error);
        }
    };
    let quietly = Verbosity::Quiet;
    let mut looked = |folders: &[PathBuf]| {
        // A report that cannot be written now may be written after the next look.
        if let Err(error) = write_reports(args, folders, quietly) {
            say(&format!(
                "warning: cannot write the report yet: {}",
                error_words(&error)
            ));
        }
    };
    let fetched = fetch::fetch(
        &args.options,
        &mut Hooks {
            interrupted: &interrupted,
            done: &mut done,
            looked: &mut looked,
        },
    );
    let mut fetched = match fetched {
        Ok(fetched) => fetched,
        Err(FetchError::Interrupted) => {
            if args.options.verbosity > Verbosity::Quiet {
                say("interrupted; run the same command again to resume");
            }
            return Ok(Outcome::Interrupted);
        }
        Err(source) => {
            let what = match &args.options.jobs {
                Selection::Ids(ids) if ids.len() == 1 => ids[0].clone(),
                Selection::Ids(_) => "the jobs".to_owned(),
                Selection::All(_) => "the list of jobs".to_owned(),
            };
            return Err(RunError::Fetch { what, source });
        }
    };
    if let Some(error) = unprinted {
        return Err(RunError::Print(error));
    }
    let written = write_reports(args, &fetched.snapshots, args.options.verbosity);
    let alone = matches!(&args.options.jobs, Selection::Ids(ids) if ids.len() == 1);
    let failed = fetched.failures.len();
    if alone && let Some((id, source)) = fetched.failures.pop() {
        return Err(RunError::Fetch { what: id, source });
    }
    for (id, error) in &fetched.failures {
        let (id, words) = (one_line(id), error_words(error));
        say(&format!("error: cannot fetch {id}: {words}"));
    }
    written?;
    if failed > 0 {
        return Err(RunError::SomeJobs {
            failed,
            jobs: failed + fetched.snapshots.len(),
        });
    }
    Ok(Outcome::Done)
}

/// Writes the reports that `--report` asks for, in the same way as `report`.
fn write_reports(
    args: &FetchArgs,
    folders: &[PathBuf],
    verbosity: Verbosity,
) -> Result<(), RunError> {
    if args.reports.is_empty() || folders.is_empty() {
        return Ok(());
    }
    let report_args = ReportArgs {
        paths: folders.to_vec(),
        outputs: args.reports.clone(),
        verbosity,
        ..ReportArgs::default()
    };
    // The time is taken now, because a job may have been watched for hours.
    report(&report_args, clock::now()?).map(|_| ())
}
