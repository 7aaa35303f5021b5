//! The command line: clap's types, turned once into validated options. No type of clap goes
//! further.

#[cfg(feature = "fetch")]
mod fetch;
mod manual;
mod outputs;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use regex::Regex;

#[cfg(feature = "fetch")]
pub use self::fetch::FetchArgs;
use self::outputs::{TemplateKind, format_of, named_twice, printed};
use crate::load::STDIN;
use crate::metrics::NamedGroup;
pub use crate::progress::Verbosity;
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
    /// Write the built-in templates.
    ExportTemplates {
        /// The folder they go to.
        folder: PathBuf,
        /// Whether to write over files that are there.
        force: bool,
    },
    /// Print a text that was made from the command line itself: completions, the manual.
    Print(Vec<u8>),
}

/// The options of `report`.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportArgs {
    /// Files, folders, `-`.
    pub paths: Vec<PathBuf>,
    /// Files to write, with what makes them.
    pub outputs: Vec<(PathBuf, Rendering)>,
    /// What to print; absent where it is silenced.
    pub print: Option<Rendering>,
    /// The user's template.
    pub template: Option<PathBuf>,
    /// Whether style and script of pages are written beside them.
    pub assets: bool,
    /// How many items the table holds, where it was said.
    pub table_items: Option<usize>,
    /// The batch job that items without one belong to.
    pub job_id: Option<String>,
    /// The heading.
    pub title: Option<String>,
    /// How many of the slowest items to list, where it was said.
    pub slowest: Option<usize>,
    /// How many examples each error group has, where it was said.
    pub examples: Option<usize>,
    /// The kinds of errors that the user names.
    pub named_groups: Vec<NamedGroup>,
    /// Whether a loss fails the run.
    pub strict: bool,
    /// How much to say on standard error.
    pub verbosity: Verbosity,
    /// Whether to colour what is printed.
    pub color: Color,
}

/// What makes a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rendering {
    /// The program's own template or writer.
    BuiltIn(Format),
    /// The user's template, which makes this format; another than ours where there is none.
    Template(Option<Format>),
}

impl Rendering {
    /// The format, where it is one of ours.
    pub fn format(self) -> Option<Format> {
        match self {
            Self::BuiltIn(format) => Some(format),
            Self::Template(format) => format,
        }
    }
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
  batch-report report dumps/ --strict -q -o report.html   in CI: fail where the data is not whole
  batch-report report dumps/ --error-group 'quota=429|quota'   name a kind of error
  batch-report report dumps/ --assets -o report.html      for hosts that forbid inline styles (Jenkins)
  batch-report report dumps/ --template ours.html.j2 -o report.html   a page of your own making";

const TEMPLATE_EXAMPLES: &str = "\
Examples:
  batch-report templates export ours/
  batch-report report dumps/ --template ours/report.html.j2 -o report.html";

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
    /// Work with the templates that reports are made from
    #[command(subcommand, after_help = TEMPLATE_EXAMPLES)]
    Templates(RawTemplates),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, Subcommand)]
enum RawTemplates {
    /// Write all built-in templates into a folder, as a start for your own
    #[command(after_help = TEMPLATE_EXAMPLES)]
    Export {
        /// The folder; it is made where it is not there
        #[arg(value_name = "DIR")]
        folder: PathBuf,

        /// Write over files that are there
        #[arg(long)]
        force: bool,
    },
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
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    title: Option<String>,

    /// How many of the slowest items to list [default: 10]
    #[arg(long, value_name = "N")]
    slowest: Option<usize>,

    /// How many examples to give of each kind of error [default: 3]
    #[arg(long, value_name = "N")]
    examples: Option<usize>,

    /// Name a kind of error: failures belong to it whose message the regular expression matches, and to
    /// the first of several; all others are grouped by what their messages have in common
    #[arg(long = "error-group", value_name = "NAME=REGEX", value_parser = named_group)]
    named_groups: Vec<NamedGroup>,

    /// How many items the table of the HTML report holds [default: 100000]; where there are more, it
    /// holds those that failed or were skipped, and the slowest; 0 leaves the table out. JSON by
    /// itself holds one of up to 10000 items, unless this asks for it
    #[arg(long, value_name = "N")]
    table_items: Option<usize>,

    /// Write the style and script of NAME.html to NAME.css and NAME.js beside it, for hosts whose
    /// policy forbids inline styles
    #[arg(long)]
    assets: bool,

    /// Make reports with your own minijinja template; its name (NAME.html.j2) says which outputs it
    /// is for: those of that ending, or what is printed where there is none
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,

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
    if cli.print_schema && cli.command.is_some() {
        let words = "--print-schema stands alone: it prints the schema and nothing else";
        return Err(wrong("report", words.to_owned()));
    }
    match cli.command {
        Some(RawCommand::Report(raw)) => report(*raw),
        #[cfg(feature = "fetch")]
        Some(RawCommand::Fetch(raw)) => fetch::fetch(*raw),
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
        // clap_complete 4.6 makes two names of a program whose own holds a dash, so that nothing would be
        // completed behind a subcommand (https://github.com/clap-rs/clap/issues/6421).
        let script = String::from_utf8_lossy(&text);
        text = script
            .replace("batch__subcmd__report", "batch__report")
            .into_bytes();
    }
    text
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
    if let Some(name) = named_again(&raw.named_groups) {
        return Err(wrong(
            "report",
            format!("--error-group names `{name}` twice; join what it matches: `{name}=one|other`"),
        ));
    }
    let template = raw.template.as_deref().map(TemplateKind::of).transpose()?;
    let mut outputs: Vec<(PathBuf, Rendering)> = Vec::new();
    for path in raw.outputs {
        let rendering = match &template {
            Some(template) if template.makes(&path) => Rendering::Template(template.format),
            _ => Rendering::BuiltIn(format_of("report", &path)?),
        };
        if outputs.iter().any(|(other, _)| *other == path) {
            return Err(named_twice("report", &path));
        }
        outputs.push((path, rendering));
    }
    let is_page = |rendering: Rendering| rendering.format() == Some(Format::Html);
    if raw.assets && !outputs.iter().any(|(_, rendering)| is_page(*rendering)) {
        return Err(wrong(
            "report",
            "--assets writes files beside an HTML report; name one with -o".to_owned(),
        ));
    }
    let print = printed(
        raw.format.map(Format::from),
        raw.quiet,
        template.as_ref(),
        &outputs,
    )?;
    Ok(Command::Report(ReportArgs {
        paths: raw.paths,
        outputs,
        print,
        template: raw.template,
        assets: raw.assets,
        table_items: raw.table_items,
        job_id: raw.job_id,
        title: raw.title,
        slowest: raw.slowest,
        examples: raw.examples,
        named_groups: raw.named_groups,
        strict: raw.strict,
        verbosity: match (raw.quiet, raw.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        },
        color: raw.color,
    }))
}

/// `NAME=REGEX`. The name ends at the first equals sign.
fn named_group(text: &str) -> Result<NamedGroup, String> {
    let parts = text
        .split_once('=')
        .map(|(name, regex)| (name.trim(), regex));
    let Some((name, regex)) = parts.filter(|(name, regex)| !name.is_empty() && !regex.is_empty())
    else {
        return Err("a name, an equals sign and a regular expression are needed".to_owned());
    };
    // The library's words show the expression, with a mark below the place.
    let regex = Regex::new(regex).map_err(|error| error.to_string())?;
    Ok(NamedGroup {
        name: name.to_owned(),
        regex,
    })
}

/// The first name that stands there for the second time.
fn named_again(groups: &[NamedGroup]) -> Option<&str> {
    let mut names = BTreeSet::new();
    let mut all = groups.iter().map(|group| group.name.as_str());
    all.find(|name| !names.insert(*name))
}

fn manual() -> Result<Command, Refusal> {
    manual::of(Cli::command())
        .map(Command::Print)
        .map_err(|error| wrong("man", format!("the manual could not be made: {error}")))
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
mod tests;
