//! The command line: clap's types, turned once into validated options. No type of clap goes further.

mod compare;
#[cfg(feature = "fetch")]
mod fetch;
mod formats;
mod grouping;
mod manual;
mod misplaced;
mod outputs;
mod privacy;
mod report;
mod retry;
mod settings;
mod topics;
mod typed;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

#[cfg(feature = "fetch")]
pub use self::fetch::FetchArgs;
pub use self::outputs::Rendering;
pub use self::privacy::RedactArgs;
pub use self::report::{Color, ReportArgs};
pub use self::retry::RetryArgs;
pub use self::settings::ConfigChoice;
pub use crate::progress::Verbosity;

/// Number of slowest items listed by default.
pub const DEFAULT_SLOWEST: usize = 10;

/// A validated command.
#[derive(Debug, Clone)]
pub enum Command {
    /// Make a report.
    Report(Box<ReportArgs>),
    /// Fetch jobs.
    #[cfg(feature = "fetch")]
    Fetch(Box<FetchArgs>),
    /// List the items to run again.
    Retry(Box<RetryArgs>),
    /// Print the settings, each with where it comes from.
    ShowConfig(ConfigChoice),
    /// Print the JSON Schema of the summary.
    PrintSchema,
    /// Write the built-in templates.
    ExportTemplates {
        /// Folder they are written to.
        folder: PathBuf,
        /// Overwrite existing files.
        force: bool,
    },
    /// Print a text made from the command line itself: completions, the manual.
    Print(Vec<u8>),
}

/// A command line that was refused, or that asks for help or the version.
#[derive(Debug)]
pub struct Refusal {
    /// Text for the user, with terminal styles.
    pub text: clap::builder::StyledStr,
    /// The text was asked for (help, version) and is no error.
    pub asked_for: bool,
}

/// Version, commit and target, as far as the build knew them.
const VERSION: &str = match option_env!("BATCH_REPORT_BUILD") {
    Some(build) => build,
    None => env!("CARGO_PKG_VERSION"),
};

const EXIT_CODES: &str = "\
Exit codes:
  0  a report was made
  1  no report: nothing readable, or an output could not be written
  2  wrong usage
  3  a gate of --fail-on failed
  4  with --strict: data was lost, cut off, skipped or missing";

const EXAMPLES: &str = "\
Examples:
  batch-report fetch bjb-… -o dumps/               save a job
  batch-report report dumps/                       print a summary
  batch-report report dumps/ -o report.html        write a page as well
  batch-report compare old/ --to new/              show what changed
  batch-report retry dumps/                        list the items to run again
  batch-report help report                         list all options of a command";

const TEMPLATE_EXAMPLES: &str = "\
Examples:
  batch-report templates export ours/
  batch-report report dumps/ --template ours/report.html.j2 -o report.html";

/// Report on LlamaCloud batch jobs from saved API responses
#[derive(Debug, Parser)]
#[command(
    name = "batch-report",
    version = VERSION,
    override_usage = "batch-report <COMMAND>",
    max_term_width = 80,
    arg_required_else_help = true,
    after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"),
    subcommand_negates_reqs = true
)]
struct Cli {
    /// Print the JSON Schema of the summary and exit
    #[arg(long, exclusive = true)]
    print_schema: bool,

    #[command(subcommand)]
    command: Option<RawCommand>,
}

#[derive(Debug, Subcommand)]
enum RawCommand {
    Report(Box<report::RawReport>),
    Compare(Box<compare::RawCompare>),
    Retry(Box<retry::RawRetry>),
    #[cfg(feature = "fetch")]
    Fetch(Box<fetch::RawFetch>),
    /// Print the settings of batch-report.toml, each with where it comes from
    Config(settings::RawConfig),
    /// Export the built-in templates, to start your own from
    #[command(subcommand, after_help = TEMPLATE_EXAMPLES)]
    Templates(RawTemplates),
    /// Print a completion script for your shell
    Completions {
        /// Shell to complete for
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, Subcommand)]
enum RawTemplates {
    /// Write all built-in templates to a folder, to start your own from
    #[command(after_help = TEMPLATE_EXAMPLES)]
    Export {
        /// Folder to write to; created if missing
        #[arg(value_name = "DIR")]
        folder: PathBuf,

        /// Overwrite existing files
        #[arg(long)]
        force: bool,
    },
}

/// Reads a command line.
///
/// # Errors
///
/// If it is wrong, or asks for help or the version.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, Refusal> {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(text) = topics::asked_for(args.get(1..).unwrap_or_default()) {
        return Ok(Command::Print(text.into_bytes()));
    }
    let cli = Cli::try_parse_from(&args).map_err(|error| {
        let meant = misplaced::report_without_its_name(&error, args.get(1..).unwrap_or_default());
        match meant {
            Some(words) => wrong("", words),
            None => refusal(&error),
        }
    })?;
    if cli.print_schema && cli.command.is_some() {
        return Err(wrong("", "--print-schema takes no command".to_owned()));
    }
    match cli.command {
        Some(RawCommand::Report(raw)) => report::report(*raw),
        Some(RawCommand::Compare(raw)) => compare::compare(*raw),
        Some(RawCommand::Retry(raw)) => retry::retry(*raw),
        #[cfg(feature = "fetch")]
        Some(RawCommand::Fetch(raw)) => fetch::fetch(*raw),
        Some(RawCommand::Config(raw)) => Ok(Command::ShowConfig(raw.choice())),
        Some(RawCommand::Templates(RawTemplates::Export { folder, force })) => {
            Ok(Command::ExportTemplates { folder, force })
        }
        Some(RawCommand::Completions { shell }) => Ok(Command::Print(completions(shell))),
        Some(RawCommand::Man) => manual(),
        None => Ok(Command::PrintSchema),
    }
}

fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "batch-report", &mut text);
    if shell == clap_complete::Shell::Bash {
        // clap_complete 4.6 makes two names of a program whose own name holds a dash, and completes
        // nothing behind a subcommand (https://github.com/clap-rs/clap/issues/6421).
        let script = String::from_utf8_lossy(&text);
        text = script
            .replace("batch__subcmd__report", "batch__report")
            .into_bytes();
    }
    text
}

fn manual() -> Result<Command, Refusal> {
    manual::of(Cli::command())
        .map(Command::Print)
        .map_err(|error| wrong("man", format!("cannot make the manual: {error}")))
}

/// A refusal in clap's form, with the usage of the command.
fn wrong(command: &str, message: String) -> Refusal {
    let mut cli = Cli::command();
    cli.build();
    let found = cli.find_subcommand(command).cloned();
    let mut command = found.unwrap_or(cli);
    refusal(&command.error(clap::error::ErrorKind::ValueValidation, message))
}

fn refusal(error: &clap::Error) -> Refusal {
    Refusal {
        asked_for: !error.use_stderr(),
        text: error.render(),
    }
}

#[cfg(test)]
mod tests;
