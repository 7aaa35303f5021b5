//! The story of `retry`: load, plan, print.

use crate::args::RetryArgs;
use crate::config::Config;
use crate::load::find;
use crate::metrics::Failures;
use crate::progress::Verbosity;
use crate::report::retry::Plan;
use crate::{render, say};

use super::saved::SavedError;
use super::{Outcome, RunError, load, named, print, saved};
use crate::say::stderr::nothing_found;

/// Prints the items to run again.
pub(super) fn run(given: &RetryArgs) -> Result<Outcome, RunError> {
    let config = Config::load(&given.inputs.config)?;
    let args = &config.under(&given.inputs);
    let (mut files, notes) = find(&args.paths, &args.ignore)?;
    if files.is_empty() && !args.paths.iter().any(|path| path.exists()) {
        return Err(RunError::NoInput(named(&args.paths)));
    }
    files.retain(|file| !config.is_at(&file.path));
    let dump = load(args, &files, notes)?;
    let quiet = args.verbosity == Verbosity::Quiet;
    let tell = |plan: &Plan<'_>| {
        if !quiet {
            say::stderr::say(&say::retry::summary(plan, &given.kinds));
        }
        print(render::retry::render(plan, &given.kinds, given.form).as_bytes())
    };
    if let Some((report, path)) = saved::only(&dump)? {
        let plan = Plan::of_report(&report).ok_or_else(|| SavedError::FewerItems {
            path: path.to_owned(),
            held: report.item_rows.held,
            of: report.item_rows.of,
        })?;
        return tell(&plan);
    }
    if let Some(words) = nothing_found(&dump, &args.paths) {
        return Err(RunError::Nothing(words));
    }
    let failures = Failures::of(&dump.items, &args.named_groups);
    tell(&Plan::of_dump(&dump, &failures))
}
