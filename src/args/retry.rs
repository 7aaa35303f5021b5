//! The options of `retry`.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::grouping::{named_group, twice};
use super::report::RawInput;
use super::settings::RawConfig;
use super::{Command, Refusal, ReportArgs, Verbosity, wrong};
use crate::load::Ignore;
use crate::metrics::NamedGroup;
use crate::render::RetryForm;
use crate::report::retry::Kind;

/// The options of `retry`.
#[derive(Debug, Clone)]
pub struct RetryArgs {
    /// Inputs, and how they are read.
    pub inputs: ReportArgs,
    /// Kinds of items to run again.
    pub kinds: Vec<Kind>,
    /// Form of what is printed.
    pub form: RetryForm,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RawForm {
    /// Item IDs, one a line
    Ids,
    /// A row per item, with its name, job, class and message
    Csv,
    /// An object per item, in an array
    Json,
    /// Request body: {"item_ids": [...]}
    Body,
}

impl From<RawForm> for RetryForm {
    fn from(form: RawForm) -> Self {
        match form {
            RawForm::Ids => Self::Ids,
            RawForm::Csv => Self::Csv,
            RawForm::Json => Self::Json,
            RawForm::Body => Self::Body,
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  batch-report retry dumps/                 transient and unknown errors
  batch-report retry dumps/ --retry all     everything that did not complete
  batch-report retry old/ rerun/            what still fails after a rerun
  batch-report retry dumps/ --format body > body.json";

/// List the items to run again
///
/// Prints the IDs of items that failed with an error that a retry may cure. Items
/// that completed in a later snapshot or in another job are left out. Jobs of the
/// same type share an item if the ID is the same, or, in one project, a name that is
/// unique in each job.
#[derive(Debug, Args)]
#[command(
    override_usage = "batch-report retry [OPTIONS] <PATH>...",
    after_help = EXAMPLES,
    disable_help_flag = true
)]
pub(super) struct RawRetry {
    /// Files, folders, `-` for standard input, or a summary saved with --items all
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// Items to run again: transient, input, permanent, unknown, open, cancelled,
    /// not_started or all
    #[arg(
        long,
        value_name = "CLASS,...",
        default_value = "transient,unknown",
        value_delimiter = ','
    )]
    retry: Vec<String>,

    /// Form of the list
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "ids")]
    format: RawForm,

    /// Name the errors that match a regular expression, and give them a class:
    /// 'quota[permanent]=429'
    #[arg(short = 'e', long = "error-group", value_name = "NAME[CLASS]=REGEX", value_parser = named_group)]
    named_groups: Vec<NamedGroup>,

    #[command(flatten)]
    input: RawInput,

    #[command(flatten)]
    config: RawConfig,

    /// Print nothing on standard error
    #[arg(short, long)]
    quiet: bool,

    /// Print help (see more with --help)
    #[arg(short, long, action = ArgAction::Help)]
    help: Option<bool>,
}

/// Turns the raw options into validated ones.
pub(super) fn retry(raw: RawRetry) -> Result<Command, Refusal> {
    let refuse = |words: String| Err(wrong("retry", words));
    if let Some(name) = twice(raw.named_groups.iter().map(|group| &*group.name)) {
        return refuse(format!("--error-group names `{name}` twice"));
    }
    let ignore = match Ignore::new(&raw.input.ignore) {
        Ok(ignore) => ignore,
        Err(error) => return refuse(error.to_string()),
    };
    let mut kinds: Vec<Kind> = Vec::new();
    for word in raw.retry.iter().map(|word| word.trim()) {
        match Kind::ALL.into_iter().find(|kind| kind.word() == word) {
            Some(kind) => kinds.push(kind),
            None if word == "all" => kinds.extend(Kind::ALL),
            None => {
                let known = Kind::ALL.map(Kind::word).join(", ");
                return refuse(format!("--retry: `{word}` is not one of {known}, all"));
            }
        }
    }
    kinds.sort();
    kinds.dedup();
    Ok(Command::Retry(Box::new(RetryArgs {
        inputs: ReportArgs {
            paths: raw.paths,
            ignore,
            named_groups: raw.named_groups,
            job_id: raw.input.job_id,
            config: raw.config.choice(),
            verbosity: Verbosity::of(raw.quiet, false),
            ..ReportArgs::default()
        },
        kinds,
        form: raw.format.into(),
    })))
}
