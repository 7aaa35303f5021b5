//! The options of `report`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, Args, ValueEnum};

use super::formats::{RawFormat, places};
use super::grouping::{RawGrouping, twice};
use super::outputs::{self, Rendering, TemplateKind};
use super::privacy::{RawPrivacy, RedactArgs};
use super::settings::{ConfigChoice, RawConfig};
use super::typed::typed;
use super::{Command, EXIT_CODES, Refusal, Verbosity, wrong};
use crate::frame::export::Formulas;
use crate::gates::{AbsentGates, Rule};
use crate::load::{Ignore, STDIN};
use crate::metrics::NamedGroup;
use crate::metrics::insight::dimensions::NamedDimension;
use crate::render::Format;
use crate::render::place::Place;
use crate::report::ItemSelection;
use crate::say::stderr::error_words;

/// The options of `report`.
#[derive(Debug, Clone, Default)]
pub struct ReportArgs {
    /// Files, folders, `-`.
    pub paths: Vec<PathBuf>,
    /// Files and folders to leave out.
    pub ignore: Ignore,
    /// Files and folders of the baseline; none if nothing is compared.
    pub baseline: Vec<PathBuf>,
    /// Folder that keeps the summary of every run.
    pub history: Option<PathBuf>,
    /// Files to write, with what makes them.
    pub outputs: Vec<(PathBuf, Rendering)>,
    /// Report on standard output; absent if nothing is printed.
    pub print: Option<Rendering>,
    /// The user's template.
    pub template: Option<PathBuf>,
    /// Write style and script of pages to files beside them.
    pub assets: bool,
    /// Write what a step of GitHub Actions needs.
    pub github: bool,
    /// Items in the table of the page and in JSON, if given.
    pub items: Option<ItemSelection>,
    /// CSV cells that look like formulas.
    pub formulas: Formulas,
    /// Batch job of items that don't name one.
    pub job_id: Option<String>,
    /// Title of the report.
    pub title: Option<String>,
    /// Number of slowest items to list, if given.
    pub slowest: Option<usize>,
    /// Number of examples per error group, if given.
    pub examples: Option<usize>,
    /// Error groups that the user names.
    pub named_groups: Vec<NamedGroup>,
    /// Pseudonyms, if asked for.
    pub redact: Option<RedactArgs>,
    /// Dimensions by which items are broken down.
    pub dimensions: Vec<NamedDimension>,
    /// Fail if anything was lost.
    pub strict: bool,
    /// Rules that fail the run.
    pub gates: Vec<Rule>,
    /// What a rule without a value does, if given.
    pub absent: Option<AbsentGates>,
    /// Rules pass although data is missing.
    pub allow_incomplete: bool,
    /// Options that tell how the inputs are read, as they were typed.
    pub typed: Vec<String>,
    /// Settings file.
    pub config: ConfigChoice,
    /// Amount of messages on standard error.
    pub verbosity: Verbosity,
    /// Colors in what is printed.
    pub color: Color,
}

/// Colors in what is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

const USAGE: &str = "batch-report report [OPTIONS] <PATH>...";

const EXAMPLES: &str = "\
Examples:
  batch-report report dumps/                         print a summary
  batch-report report dumps/ -o report.html          write a page as well
  batch-report report dumps/ -f json | jq .overall.rates.failure
  curl -s …/items?limit=1000 | batch-report report status.json - -f md
  batch-report report dumps/ -o summary.json         keep the numbers …
  batch-report report summary.json -o report.html    … and render them later
  batch-report report dumps/ --strict -q -o ci.html  fail if data is missing
  batch-report report dumps/ --fail-on 'failure_rate > 2%'
  batch-report report new/ --baseline old/ --fail-on 'regressed > 0'
  batch-report report dumps/ -e 'quota=429|quota'    name a group of errors
  batch-report report dumps/ --by 'customer=^(\\w+)_' compare kinds of items";

/// Report on saved responses: summaries, pages, tickets and data
///
/// Reads status documents and item lists of the batch APIs in whatever form they
/// were saved: JSON, JSON Lines, pages one after another, SDK objects, the CLI's
/// YAML, CSV, `curl -i` output, gzip, zstd, UTF-16. The content decides, not the
/// file name. Nothing is fetched.
#[derive(Debug, Args)]
#[command(
    override_usage = USAGE,
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"),
    disable_help_flag = true
)]
pub(super) struct RawReport {
    /// Files, folders (hidden files and links are skipped), `-` for standard
    /// input, or one summary saved with `--format json`
    #[arg(value_name = "PATH", required_unless_present = "print_schema")]
    pub(super) paths: Vec<PathBuf>,

    #[command(flatten, next_help_heading = "Input")]
    pub(super) input: RawInput,

    #[command(flatten, next_help_heading = "Comparison")]
    pub(super) comparison: RawComparison,

    #[command(flatten)]
    pub(super) common: RawCommon,
}

/// The options of `report` and `compare` alike.
#[derive(Debug, Args)]
pub(super) struct RawCommon {
    #[command(flatten, next_help_heading = "Output")]
    output: RawOutput,

    #[command(flatten, next_help_heading = "Grouping")]
    grouping: RawGrouping,

    #[command(flatten, next_help_heading = "Page")]
    page: RawPage,

    #[command(flatten, next_help_heading = "Privacy")]
    privacy: RawPrivacy,

    #[command(flatten, next_help_heading = "Checks")]
    checks: RawChecks,

    #[command(flatten, next_help_heading = "Settings")]
    config: RawConfig,

    #[command(flatten, next_help_heading = "Messages")]
    messages: RawMessages,
}

#[derive(Debug, Args)]
pub(super) struct RawInput {
    /// Batch job ID for items that don't name one
    #[arg(short, long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(super) job_id: Option<String>,

    /// Leave out files and folders with this name, or with this path if it has a
    /// slash; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub(super) ignore: Vec<String>,
}

#[derive(Debug, Default, Args)]
pub(super) struct RawComparison {
    /// Compare with a dump, an item table or a saved summary; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(super) baseline: Vec<PathBuf>,

    /// Keep the summary of every run in a folder, and show the trend over them
    #[arg(long, value_name = "DIR")]
    pub(super) history: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct RawOutput {
    /// Write a report; the extension gives the format. `-` is standard output,
    /// DIR/ writes DIR/report.html
    #[arg(short, long = "output", value_name = "[FORMAT:]FILE")]
    outputs: Vec<PathBuf>,

    /// Format to print on standard output [default: text]
    #[arg(short, long, value_name = "FORMAT", ignore_case = true)]
    format: Option<RawFormat>,

    /// Print a text for a ticket or a chat, in the place's markup and within its
    /// limits
    #[arg(long = "for", value_name = "PLACE", value_parser = places(), conflicts_with_all = ["format", "brief"])]
    place: Option<Format>,

    /// Print ten lines of plain text, for a chat
    #[arg(long, conflicts_with = "format")]
    brief: bool,

    /// Write what a step of GitHub Actions needs: its summary, its outputs, and up
    /// to ten annotations
    #[arg(long)]
    github: bool,

    /// Items in the table of the page and in JSON [default: failed]
    #[arg(short, long, value_enum, value_name = "WHICH")]
    items: Option<RawItems>,

    /// Write CSV cells as they are, even if a spreadsheet takes them for formulas
    #[arg(long)]
    csv_raw: bool,

    /// Print the JSON Schema of the summary and exit
    #[arg(long, conflicts_with_all = ["paths", "outputs", "format"])]
    print_schema: bool,
}

#[derive(Debug, Args)]
struct RawPage {
    /// Title of the report
    #[arg(short, long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    title: Option<String>,

    /// Render with your own minijinja template; its name tells the format, as in
    /// report.html.j2
    #[arg(short = 'T', long, value_name = "FILE")]
    template: Option<PathBuf>,

    /// Write style and script of NAME.html to NAME.css and NAME.js, for hosts
    /// that forbid inline styles (Jenkins)
    #[arg(long)]
    assets: bool,
}

#[derive(Debug, Args)]
struct RawChecks {
    /// Exit with 4 if data was lost, cut off, skipped or missing; reports are
    /// written all the same
    #[arg(long)]
    strict: bool,

    /// Exit with 3 if a rule is met, as in 'failure_rate > 2%' or 'any:p95 > 90s';
    /// may be repeated; `batch-report help gates` lists all metrics
    #[arg(long, value_name = "RULE", value_parser = Rule::parse)]
    fail_on: Vec<Rule>,

    /// What a rule without a value does [default: fail]
    #[arg(long, value_enum, value_name = "WHAT")]
    absent: Option<RawAbsent>,

    /// Let rules pass although data is missing from the dump
    #[arg(long)]
    allow_incomplete: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RawAbsent {
    /// It fails
    Fail,
    /// It passes
    Pass,
}

#[derive(Debug, Args)]
struct RawMessages {
    /// Print no warnings and no progress; with -o, no summary either
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// Print a line for each file
    #[arg(short, long)]
    verbose: bool,

    /// When to use colors
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    color: Color,

    /// Print help (see more with --help)
    #[arg(short, long, action = ArgAction::Help)]
    help: Option<bool>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RawItems {
    /// Failed, skipped, open and slowest items; all of them up to 10,000 items
    Failed,
    /// All items
    All,
    /// No items
    None,
}

impl From<RawItems> for ItemSelection {
    fn from(items: RawItems) -> Self {
        match items {
            RawItems::Failed => Self::Failed,
            RawItems::All => Self::All,
            RawItems::None => Self::None,
        }
    }
}

/// Turns the raw options into validated ones.
pub(super) fn report(raw: RawReport) -> Result<Command, Refusal> {
    let RawReport {
        paths,
        input,
        comparison,
        common,
    } = raw;
    let RawCommon {
        output,
        grouping,
        page,
        privacy,
        checks,
        config,
        messages,
    } = common;
    let refuse = |words: String| Err(wrong("report", words));
    if output.print_schema {
        return Ok(Command::PrintSchema);
    }
    if paths
        .iter()
        .chain(&comparison.baseline)
        .filter(|path| path.as_os_str() == STDIN)
        .count()
        > 1
    {
        return refuse("standard input (`-`) can be read only once".to_owned());
    }
    if let Some(name) = twice(grouping.named_groups.iter().map(|group| &*group.name)) {
        return refuse(format!(
            "--error-group names `{name}` twice; write one group: '{name}=one|other'"
        ));
    }
    if let Some(name) = twice(grouping.by.iter().map(|dimension| &*dimension.name)) {
        return refuse(format!("--by names `{name}` twice"));
    }
    let ignore = match Ignore::new(&input.ignore) {
        Ok(ignore) => ignore,
        Err(error) => return refuse(error.to_string()),
    };
    let template = page.template.as_deref().map(TemplateKind::of).transpose()?;
    let chosen = outputs::chosen(
        &output.outputs,
        output
            .format
            .map(|format| format.0)
            .or(output.place)
            .or(output.brief.then_some(Format::Ticket(Place::Brief))),
        template.as_ref(),
        messages.quiet,
    )?;
    let is_page = |rendering: Rendering| rendering.format() == Some(Format::Html);
    if page.assets
        && !chosen
            .files
            .iter()
            .any(|(_, rendering)| is_page(*rendering))
    {
        return refuse(
            "--assets writes files beside an HTML report: add -o report.html".to_owned(),
        );
    }
    let typed = typed(
        input.job_id.as_deref(),
        &input.ignore,
        &grouping.named_groups,
        config.file(),
        config.is_off(),
    );
    Ok(Command::Report(Box::new(ReportArgs {
        paths,
        ignore,
        typed,
        baseline: comparison.baseline,
        history: comparison.history,
        outputs: chosen.files,
        print: chosen.print,
        template: page.template,
        assets: page.assets,
        github: output.github,
        items: output.items.map(ItemSelection::from),
        formulas: match output.csv_raw {
            true => Formulas::Raw,
            false => Formulas::Escaped,
        },
        job_id: input.job_id,
        title: page.title,
        slowest: grouping.slowest,
        examples: grouping.examples,
        named_groups: grouping.named_groups,
        redact: match privacy.args() {
            Ok(redact) => redact,
            Err(error) => return refuse(error_words(&error)),
        },
        dimensions: grouping.by,
        strict: checks.strict,
        gates: checks.fail_on,
        absent: checks.absent.map(|absent| match absent {
            RawAbsent::Pass => AbsentGates::Pass,
            RawAbsent::Fail => AbsentGates::Fail,
        }),
        allow_incomplete: checks.allow_incomplete,
        config: config.choice(),
        verbosity: Verbosity::of(messages.quiet, messages.verbose),
        color: messages.color,
    })))
}
