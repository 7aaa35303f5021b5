//! The baseline of a comparison: loaded like the report's own inputs, or a saved summary.

use std::path::PathBuf;

use super::saved;
use super::targets::Targets;
use super::{RunError, load, named, options};
use crate::api::{Api, UtcTime};
use crate::args::ReportArgs;
use crate::load::{self as loading, Dump};
use crate::metrics::Failures;
use crate::report::compare::{Side, compare};
use crate::report::{ItemSelection, Report, ReportOptions};
use crate::say;
use crate::say::stderr::nothing_found;

/// A baseline that was loaded.
pub(super) struct Baseline {
    report: Report,
    /// The dump; absent if a saved summary was given.
    dump: Option<Dump>,
}

impl Baseline {
    /// Loads the baseline, if there is one.
    pub(super) fn load(
        args: &ReportArgs,
        targets: &Targets,
        now: UtcTime,
    ) -> Result<Option<Self>, RunError> {
        let paths: &[PathBuf] = &args.baseline;
        if paths.is_empty() {
            return Ok(None);
        }
        let (mut files, notes) = loading::find(paths, &args.ignore)?;
        if files.is_empty() && !paths.iter().any(|path| path.exists()) {
            return Err(RunError::NoInput(named(paths)));
        }
        targets.keep_apart(&mut files)?;
        let dump = load(args, &files, notes)?;
        if let Some((report, _)) = saved::only(&dump)? {
            return Ok(Some(Self { report, dump: None }));
        }
        if let Some(words) = nothing_found(&dump, paths) {
            return Err(RunError::Nothing(words));
        }
        let options = ReportOptions {
            items: ItemSelection::None,
            ..options(args)
        };
        let report = say::report(&dump, &options, None, now);
        Ok(Some(Self {
            report,
            dump: Some(dump),
        }))
    }

    /// Compares the report of a dump, or a saved summary, with the baseline.
    pub(super) fn compare(&self, report: &mut Report, dump: &Dump, args: &ReportArgs) {
        let is_saved = dump.jobs.is_empty() && !report.jobs.is_empty();
        let failures = |dump: &Dump| Failures::of(&dump.items, &args.named_groups);
        let base_side = match &self.dump {
            Some(dump) => Some(Side::of_dump(dump, &failures(dump))),
            None => Side::of_report(&self.report),
        };
        let new_side = match is_saved {
            false => Some(Side::of_dump(dump, &failures(dump))),
            true => Side::of_report(report),
        };
        let mut comparison = compare(
            (&self.report, base_side.as_ref()),
            (report, new_side.as_ref()),
        );
        let lacks = |whose: &str, report: &Report| {
            let rows = report.item_rows;
            say::compare::not_compared(whose, rows.held, rows.of)
        };
        comparison.not_compared = match (&base_side, &new_side) {
            (None, _) => Some(lacks("The baseline", &self.report)),
            (_, None) => Some(lacks("The input", report)),
            _ => None,
        };
        comparison.verdict =
            say::compare::verdict(&comparison, is_v2(&self.report) && is_v2(report));
        drop((base_side, new_side));
        report.comparison = Some(Box::new(comparison));
    }
}

fn is_v2(report: &Report) -> bool {
    !report.jobs.is_empty() && report.jobs.iter().all(|job| job.api == Api::V2)
}

/// A rule that needs a baseline, and none is given.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` compares with a baseline: add --baseline PATH, or use `compare BASE --to NEW`")]
pub struct NoBaseline(pub(super) &'static str);
