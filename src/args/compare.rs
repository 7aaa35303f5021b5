//! The options of `compare`.

use std::path::PathBuf;

use clap::Args;

use super::report::{RawCommon, RawComparison, RawInput, RawReport, report};
use super::{Command, EXIT_CODES, Refusal};

const EXAMPLES: &str = "\
Examples:
  batch-report compare last-week/ --to today/
  batch-report compare job-1/ --to job-1/ rerun/     what still fails
  batch-report compare old.json --to new/ -o changes.html
  batch-report compare old/ --to new/ --fail-on 'new_errors > 0'";

/// Compare two dumps: what fails now, what was fixed, what got slower
///
/// Reports on NEW with a section on what changed since BASE. Items are matched by
/// ID, else by a name that is unique on each side. If several inputs hold an item,
/// its newest record counts: a rerun beside its first job shows what still fails.
#[derive(Debug, Args)]
#[command(
    override_usage = "batch-report compare [OPTIONS] <BASE>... --to <NEW>...",
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"),
    disable_help_flag = true
)]
pub(super) struct RawCompare {
    /// Files, folders or a saved summary to compare with
    #[arg(
        id = "paths",
        value_name = "BASE",
        required_unless_present = "print_schema"
    )]
    base: Vec<PathBuf>,

    /// Files, folders or a saved summary to report on
    #[arg(long, value_name = "NEW", num_args = 1.., required_unless_present = "print_schema")]
    to: Vec<PathBuf>,

    #[command(flatten, next_help_heading = "Input")]
    input: RawInput,

    #[command(flatten)]
    common: RawCommon,
}

/// Turns the raw options of `compare` into validated ones: a report with a baseline.
pub(super) fn compare(raw: RawCompare) -> Result<Command, Refusal> {
    report(RawReport {
        paths: raw.to,
        input: raw.input,
        comparison: RawComparison {
            baseline: raw.base,
            history: None,
        },
        common: raw.common,
    })
}
