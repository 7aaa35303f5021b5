//! The command line: clap's types, turned once into validated options. No type of clap goes
//! further.

#[cfg(feature = "fetch")]
mod fetch;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};

#[cfg(feature = "fetch")]
pub use self::fetch::FetchArgs;
use crate::load::STDIN;
use crate::render::Format;

/// Items in the list of the slowest, where nothing else is asked for.
pub const DEFAULT_SLOWEST: usize = 10;
/// Examples per error group, where nothing else is asked for.
pub const DEFAULT_EXAMPLES: usize = 3;

/// What the program is to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Make a report.
    Report(ReportArgs),
    /// Fetch jobs.
    #[cfg(feature = "fetch")]
    Fetch(Box<FetchArgs>),
    /// Print the JSON Schema of the summary.
    PrintSchema,
    /// Print a text that was made from the command line itself: completions, the manual.
    Print(Vec<u8>),
}

/// The options of `report`.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportArgs {
    /// Files, folders, `-`.
    pub paths: Vec<PathBuf>,
    /// Files to write, with their formats.
    pub outputs: Vec<(PathBuf, Format)>,
    /// What to print; absent where it is silenced.
    pub print: Option<Format>,
    /// The batch job that items without one belong to.
    pub job_id: Option<String>,
    /// The heading.
    pub title: Option<String>,
    /// How many of the slowest items to list, where it was said.
    pub slowest: Option<usize>,
    /// How many examples each error group has, where it was said.
    pub examples: Option<usize>,
    /// Whether a loss fails the run.
    pub strict: bool,
    /// How much to say on standard error.
    pub verbosity: Verbosity,
    /// Whether to colour what is printed.
    pub color: Color,
}

/// How much to say on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors that end the run.
    Quiet,
    /// Also what could not be read.
    Normal,
    /// Also what each file was.
    Verbose,
}

/// Whether to colour what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Why a command line was refused, or what it asked to be shown.
#[derive(Debug)]
pub struct Refusal {
    /// The text for the user, with colours where they may be.
    pub text: clap::builder::StyledStr,
    /// Whether it was asked for (help, version) and is no error.
    pub asked_for: bool,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  a report was made (also when the reader of a pipe went away)
  1  nothing could be reported: nothing readable, or an output could not be written
  2  wrong usage
  4  with --strict: something was lost, cut, skipped or missing";

const EXAMPLES: &str = "\
Examples:
  batch-report report dumps/                              print a summary of everything in a folder
  batch-report report dumps/ -o report.html -o report.md  write both, and print the summary
  batch-report report dumps/ --format json | jq .overall.rates.failure
  curl -s …/items?limit=1000 | batch-report report status.json - --format markdown
  batch-report report summary.json -o report.html         render a summary that was saved earlier
  batch-report report dumps/ --strict -q -o report.html   in CI: fail where the data is not whole";

/// Turns recorded answers of LlamaCloud's batch-processing API into a report, offline.
#[derive(Debug, Parser)]
#[command(
    name = "batch-report",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = EXIT_CODES,
    subcommand_negates_reqs = true
)]
struct Cli {
    /// Print the JSON Schema of the summary (`--format json`) and exit
    #[arg(long, exclusive = true)]
    print_schema: bool,

    #[command(subcommand)]
    command: Option<RawCommand>,
}

#[derive(Debug, Subcommand)]
enum RawCommand {
    Report(Box<RawReport>),
    #[cfg(feature = "fetch")]
    Fetch(Box<fetch::RawFetch>),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Report on recorded dumps
///
/// Reads status documents and item lists of the batch-processing API in whatever form they were
/// saved (JSON, JSON Lines, concatenated pages, SDK objects, the CLI's YAML, CSV, `curl -i`, gzip,
/// zstd, UTF-16 …), recognised by content. Nothing is fetched.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
struct RawReport {
    /// Files, folders (walked recursively; hidden files and links are left alone), `-` for
    /// standard input, or one summary that was saved with `--format json`
    #[arg(value_name = "PATH", required_unless_present = "print_schema")]
    paths: Vec<PathBuf>,

    /// Write a report to FILE; its ending gives the format: .html, .md, .json, .txt
    #[arg(short, long = "output", value_name = "FILE")]
    outputs: Vec<PathBuf>,

    /// What to print on standard output [default: text]
    #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = false)]
    format: Option<RawFormat>,

    /// The batch job that items belong to which do not say so themselves
    #[arg(long, value_name = "ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    job_id: Option<String>,

    /// The heading of the report
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// How many of the slowest items to list [default: 10]
    #[arg(long, value_name = "N")]
    slowest: Option<usize>,

    /// How many examples to give of each kind of error [default: 3]
    #[arg(long, value_name = "N")]
    examples: Option<usize>,

    /// Fail with exit code 4 where anything was lost, cut, skipped or missing; reports are written
    /// all the same
    #[arg(long)]
    strict: bool,

    /// Print no warnings and no progress, and with -o no summary
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// Say what each file was
    #[arg(short, long, action = ArgAction::SetTrue)]
    verbose: bool,

    /// When to colour what is printed
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    color: Color,

    /// Print the JSON Schema of the summary (`--format json`) and exit
    #[arg(long, conflicts_with_all = ["paths", "outputs", "format"])]
    print_schema: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RawFormat {
    /// A short summary for a terminal
    Text,
    /// For a ticket
    #[value(alias = "md")]
    Markdown,
    /// A page by itself
    Html,
    /// The summary model, for machines
    Json,
}

impl From<RawFormat> for Format {
    fn from(format: RawFormat) -> Self {
        match format {
            RawFormat::Text => Self::Text,
            RawFormat::Markdown => Self::Markdown,
            RawFormat::Html => Self::Html,
            RawFormat::Json => Self::Json,
        }
    }
}

/// Reads a command line.
///
/// # Errors
///
/// Where it is wrong, or asks for help or the version.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, Refusal> {
    let cli = Cli::try_parse_from(args).map_err(|error| refusal(&error))?;
    match cli.command {
        Some(RawCommand::Report(raw)) => report(*raw),
        #[cfg(feature = "fetch")]
        Some(RawCommand::Fetch(raw)) => fetch::fetch(*raw),
        Some(RawCommand::Completions { shell }) => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "batch-report", &mut text);
            Ok(Command::Print(text))
        }
        Some(RawCommand::Man) => manual(),
        None => Ok(Command::PrintSchema),
    }
}

fn report(raw: RawReport) -> Result<Command, Refusal> {
    if raw.print_schema {
        return Ok(Command::PrintSchema);
    }
    if raw
        .paths
        .iter()
        .filter(|path| path.as_os_str() == STDIN)
        .count()
        > 1
    {
        return Err(wrong(
            "report",
            "standard input (`-`) can be read only once".to_owned(),
        ));
    }
    let outputs = outputs_of("report", raw.outputs)?;
    let print = match raw.format {
        Some(format) => Some(format.into()),
        None if raw.quiet && !outputs.is_empty() => None,
        None => Some(Format::Text),
    };
    Ok(Command::Report(ReportArgs {
        paths: raw.paths,
        outputs,
        print,
        job_id: raw.job_id,
        title: raw.title,
        slowest: raw.slowest,
        examples: raw.examples,
        strict: raw.strict,
        verbosity: match (raw.quiet, raw.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        },
        color: raw.color,
    }))
}

/// The files to write, with the formats their endings give.
fn outputs_of(command: &str, paths: Vec<PathBuf>) -> Result<Vec<(PathBuf, Format)>, Refusal> {
    let mut outputs: Vec<(PathBuf, Format)> = Vec::new();
    for path in paths {
        let format = format_of(command, &path)?;
        if outputs.iter().any(|(other, _)| *other == path) {
            return Err(wrong(
                command,
                format!("`{}` is named twice as an output", path.display()),
            ));
        }
        outputs.push((path, format));
    }
    Ok(outputs)
}

fn format_of(command: &str, path: &Path) -> Result<Format, Refusal> {
    let ending = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("html" | "htm") => Ok(Format::Html),
        Some("md" | "markdown") => Ok(Format::Markdown),
        Some("json") => Ok(Format::Json),
        Some("txt") => Ok(Format::Text),
        _ => Err(wrong(
            command,
            format!(
                "the ending of `{}` does not tell a format; use .html, .md, .json or .txt{}",
                path.display(),
                match command {
                    "report" => ", or --format for standard output",
                    _ => "",
                }
            ),
        )),
    }
}

fn manual() -> Result<Command, Refusal> {
    let mut text = Vec::new();
    let mut command = Cli::command();
    command.build();
    let pages = std::iter::once(command.clone()).chain(
        command
            .get_subcommands()
            .filter(|sub| sub.get_name() != "help")
            .cloned(),
    );
    for page in pages {
        clap_mangen::Man::new(page)
            .render(&mut text)
            .map_err(|error| wrong("man", format!("the manual could not be made: {error}")))?;
    }
    Ok(Command::Print(text))
}

/// A refusal in clap's form, with the usage of the command.
fn wrong(command: &str, message: String) -> Refusal {
    let mut cli = Cli::command();
    cli.build();
    let found = cli
        .find_subcommand_mut(command)
        .map(|command| command.clone());
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
mod tests {
    use super::*;

    fn report_args(args: &[&str]) -> Result<ReportArgs, String> {
        let args = ["batch-report", "report"]
            .iter()
            .chain(args)
            .map(OsString::from);
        match parse(args) {
            Ok(Command::Report(report)) => Ok(report),
            Ok(other) => Err(format!("{other:?}")),
            Err(refusal) => Err(refusal.text.to_string()),
        }
    }

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_ending_of_an_output_gives_its_format() {
        let args = report_args(&["d", "-o", "a.HTML", "-o", "b.md", "-o", "c.txt"]).expect("fine");
        let formats: Vec<_> = args.outputs.iter().map(|(_, format)| *format).collect();
        assert_eq!(formats, [Format::Html, Format::Markdown, Format::Text]);
        assert!(report_args(&["d", "-o", "report.pdf"]).is_err());
    }

    #[test]
    fn quiet_silences_the_summary_only_where_something_else_is_written() {
        let print = |args| report_args(args).expect("fine").print;
        assert_eq!(print(&["d", "-q", "-o", "a.html"]), None);
        assert_eq!(print(&["d", "-q"]), Some(Format::Text));
        assert_eq!(
            print(&["d", "-q", "-o", "a.html", "--format", "md"]),
            Some(Format::Markdown)
        );
    }

    #[test]
    fn standard_input_is_read_once() {
        assert!(report_args(&["-", "-"]).is_err());
    }
}
