//! The story of each command: load, build the report, render, put out.

mod baseline;
#[cfg(feature = "fetch")]
mod fetching;
mod github;
mod memory;
mod redaction;
mod retry;
mod saved;
mod signals;
mod tables;
mod targets;
mod texts;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anstream::AutoStream;

use self::baseline::Baseline;
pub use self::baseline::NoBaseline;
pub use self::github::GithubError;
pub use self::saved::SavedError;
pub use self::tables::TableError;
pub use self::targets::OutputConflict;
use self::targets::Targets;
use self::texts::Texts;
use crate::api::UtcTime;
use crate::args::{Color, Command, DEFAULT_SLOWEST, Rendering, ReportArgs, Verbosity};
use crate::clock::WrongClock;
use crate::config::{Config, ConfigError};
use crate::gates::Judging;
use crate::history::{History, HistoryError};
use crate::load::note::Note;
use crate::load::{self, Dump, Found, LoadError, LoadOptions};
use crate::output::{self, WriteError};
use crate::parallel::{self, MANY_ROWS};
use crate::progress::Progress;
use crate::redact::RedactError;
use crate::render::custom::{self, Custom, TemplateError};
use crate::render::{self, Format, Look, Model, RenderError};
use crate::report::{ItemSelection, Report, ReportOptions};
use crate::say;
use crate::say::next::Typed;
use crate::say::stderr::{nothing_found, say_what_is_lost, speak};
use crate::text::joined;

/// End of a run that was not stopped by an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Done,
    /// A gate failed.
    Gate,
    /// With `--strict`: data was lost, cut off, skipped or missing.
    Loss,
    /// Ctrl-C while fetching; what was fetched is kept.
    Interrupted,
}

/// A run that could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No input exists.
    #[error("no such file or folder: {0}")]
    NoInput(String),
    /// An output would overwrite something.
    #[error(transparent)]
    Conflict(#[from] OutputConflict),
    /// A saved summary cannot be rendered.
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// A gate compares, and there is nothing to compare with.
    #[error(transparent)]
    NoBaseline(#[from] NoBaseline),
    /// The history cannot be used.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The settings file cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// `SOURCE_DATE_EPOCH` is wrong.
    #[error(transparent)]
    Clock(#[from] WrongClock),
    /// Nothing of the API was found.
    #[error("{0}")]
    Nothing(String),
    /// The inputs could not be found.
    #[error(transparent)]
    Find(#[from] load::FindError),
    /// Loading failed as a whole.
    #[error("cannot load the dumps")]
    Load(#[from] LoadError),
    /// A built-in template failed.
    #[error("cannot render the report")]
    Render(#[from] RenderError),
    /// The user's template failed.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A file of a step of GitHub Actions could not be written.
    #[error(transparent)]
    Github(#[from] GithubError),
    /// The report could not be redacted.
    #[error(transparent)]
    Redact(#[from] RedactError),
    /// An item table could not be written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// An output could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Standard output could not be written.
    #[error("cannot write to standard output")]
    Print(#[source] io::Error),
    /// Nothing could be fetched.
    #[cfg(feature = "fetch")]
    #[error("cannot fetch {what}")]
    Fetch {
        /// The job, or the jobs.
        what: String,
        /// Cause.
        source: crate::fetch::FetchError,
    },
    /// Some jobs could not be fetched; each has been reported.
    #[error("{failed} of {jobs} jobs could not be fetched")]
    SomeJobs {
        /// Number of jobs that could not.
        failed: usize,
        /// Number of jobs.
        jobs: usize,
    },
    /// Signals cannot be handled.
    #[error("cannot prepare for signals")]
    Signal(#[source] io::Error),
    /// The schema could not be serialized.
    #[error("cannot write the schema")]
    Schema(#[source] serde_json::Error),
}

impl RunError {
    /// Returns whether the command line is at fault, and not the data.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Conflict(_)
                | Self::NoBaseline(_)
                | Self::Config(_)
                | Self::Saved(SavedError::Option { .. })
                | Self::Clock(_)
                | Self::Find(_)
        )
    }
}

/// Returns the message of an error with those of its causes, harmless on a terminal.
pub fn error_words(error: &RunError) -> String {
    say::stderr::error_words(error)
}

/// Runs a command. `now` is asked for the time only if a report is made.
///
/// # Errors
///
/// If the command could not do what it was asked for.
pub fn run(
    command: Command,
    now: impl FnOnce() -> Result<UtcTime, WrongClock>,
) -> Result<Outcome, RunError> {
    match command {
        Command::Report(args) => {
            signals::survive_large_files().map_err(RunError::Signal)?;
            report(&args, now()?)
        }
        #[cfg(feature = "fetch")]
        Command::Fetch(args) => fetching::run(&args),
        Command::Retry(args) => retry::run(&args),
        Command::ShowConfig(choice) => print(Config::load(&choice)?.shown().as_bytes()),
        Command::PrintSchema => {
            let schema = schemars::schema_for!(Report);
            let text = serde_json::to_string_pretty(&schema).map_err(RunError::Schema)?;
            print(format!("{text}\n").as_bytes())
        }
        Command::ExportTemplates { folder, force } => {
            let written = custom::export(&folder, force)?;
            let names = written.iter().map(|file| format!("{}\n", file.display()));
            print(names.collect::<String>().as_bytes())
        }
        Command::Print(text) => print(&text),
    }
}

fn print(text: &[u8]) -> Result<Outcome, RunError> {
    output::print(text).map_err(RunError::Print)?;
    Ok(Outcome::Done)
}

fn report(given: &ReportArgs, now: UtcTime) -> Result<Outcome, RunError> {
    let config = Config::load(&given.config)?;
    let args = &config.under(given);
    let template = args.template.as_deref().map(Custom::read).transpose()?;
    let (mut files, notes) = load::find(&args.paths, &args.ignore)?;
    if files.is_empty() && !args.paths.iter().any(|path| path.exists()) {
        return Err(RunError::NoInput(named(&args.paths)));
    }
    let history = args.history.as_deref().map(History::open).transpose()?;
    let is_kept = |path: &Path| history.as_ref().is_some_and(|history| history.holds(path));
    files.retain(|file| !config.is_at(&file.path) && !is_kept(&file.path));
    let targets = Targets::of(args)?;
    targets.keep_apart(&mut files)?;
    let mut dump = load(args, &files, notes)?;
    let mut report = match saved::summary(&dump, given)? {
        Some(report) => report,
        None => match nothing_found(&dump, &args.paths) {
            Some(words) => return Err(RunError::Nothing(words)),
            None => {
                let mut report = say::report(&dump, &options(args), args.title.as_deref(), now);
                let typed = Typed {
                    paths: &args.paths,
                    options: &args.typed,
                };
                report.next_steps = say::next::steps(&report, typed);
                report
            }
        },
    };
    if let Some(baseline) = Baseline::load(args, &targets, now)? {
        baseline.compare(&mut report, &dump, args);
    }
    let comparing = args.gates.iter().find(|rule| rule.needs_baseline());
    if let (Some(rule), None) = (comparing, &report.comparison) {
        return Err(NoBaseline(rule.metric()).into());
    }
    if !args.gates.is_empty() {
        let judging = Judging {
            absent: args.absent.unwrap_or_default(),
            allow_incomplete: args.allow_incomplete,
        };
        report.judge(&args.gates, judging);
    }
    let gate_failed = !args.gates.is_empty() && report.gates.iter().any(|gate| gate.fails);
    let redactor = redaction::redact(args, &mut dump, &mut report)?;
    if let Some(history) = history {
        say::trend::unreadable(&history.unreadable);
        history.keep(&mut report, redactor.is_some())?;
    }
    let silently = reads_it_anyway(args);
    if let (Some(path), Verbosity::Verbose) = (&config.path, args.verbosity) {
        say::stderr::say(&format!(
            "settings: {}",
            render::visible(&path.to_string_lossy())
        ));
    }
    if !silently {
        speak(&dump, &report, args.verbosity);
    }
    if !args.gates.is_empty() {
        let quiet = silently || args.verbosity == Verbosity::Quiet;
        say::gates::speak(&report, quiet);
    }
    tables::write(&dump, &report, args, redactor.as_ref())?;
    // The report holds what it says about the items, and rendering needs the room.
    let items = std::mem::take(&mut dump.items);
    parallel::beside(items.len() > MANY_ROWS, move || drop(items));
    let texts = Texts {
        model: Model::of(report).beside(full_report(&args.outputs)),
        template: template.as_ref(),
        assets: args.assets,
        is_log: args.github,
    };
    texts.write(&args.outputs, args.verbosity > Verbosity::Quiet)?;
    if let Some(rendering) = args.print.filter(|made| !made.is_from_items()) {
        texts.print(rendering, look(args.color), args.verbosity)?;
    }
    if args.github {
        let first = args.outputs.first();
        let first = first.map(|(path, _)| path.display().to_string());
        let file = full_report(&args.outputs).or(first);
        let beside = args
            .print
            .is_some_and(|made| made.format() != Some(Format::Text));
        github::write(&texts.model, file.as_deref(), beside, args.verbosity)?;
    }
    let outcome = if gate_failed {
        Outcome::Gate
    } else if args.strict && !texts.model.report().is_whole() {
        say_what_is_lost(texts.model.report());
        Outcome::Loss
    } else {
        Outcome::Done
    };
    // The process ends here. Freeing everything piece by piece takes longer than some reports.
    std::mem::forget((dump, texts));
    Ok(outcome)
}

/// Returns true if the summary, with its notes, goes to the terminal that standard error goes to.
fn reads_it_anyway(args: &ReportArgs) -> bool {
    args.print == Some(Rendering::BuiltIn(Format::Text))
        && args.verbosity < Verbosity::Verbose
        && io::stdout().is_terminal()
        && io::stderr().is_terminal()
}

fn load(args: &ReportArgs, files: &[Found], notes: Vec<Note>) -> Result<Dump, LoadError> {
    let progress = Progress::new(
        files.iter().filter_map(|file| file.bytes).sum(),
        args.verbosity > Verbosity::Quiet,
    );
    let options = LoadOptions {
        job_id: args.job_id.as_deref(),
    };
    let dump = load::load(files, notes, options, &|bytes| progress.advance(bytes))?;
    progress.finish();
    Ok(dump)
}

fn options(args: &ReportArgs) -> ReportOptions {
    ReportOptions {
        slowest: args.slowest.unwrap_or(DEFAULT_SLOWEST),
        examples: args.examples,
        items: items(args),
        named_groups: args.named_groups.clone(),
        dimensions: args.dimensions.clone(),
    }
}

/// Items that the report holds as rows: none if nothing shows them.
fn items(args: &ReportArgs) -> ItemSelection {
    let shows = |rendering: Rendering| match rendering {
        Rendering::BuiltIn(format) => format.row().shows_items,
        Rendering::Template(_) => true,
    };
    let outputs = args.outputs.iter().map(|(_, rendering)| *rendering);
    match args.github || outputs.chain(args.print).any(shows) {
        true => args.items.unwrap_or(ItemSelection::Failed),
        false => ItemSelection::None,
    }
}

/// Returns the name of the output that holds the full report.
fn full_report(outputs: &[(PathBuf, Rendering)]) -> Option<String> {
    let full = [Format::Html, Format::Markdown, Format::Text];
    let mut full = full.into_iter().filter_map(|format| {
        let mut outputs = outputs.iter();
        outputs.find(|(_, made)| made.format() == Some(format))
    });
    full.next().map(|(path, _)| path.display().to_string())
}

/// Returns paths as a message names them: the first few, in quotes.
fn named(paths: &[PathBuf]) -> String {
    const MOST: usize = 5;
    let name = |path: &PathBuf| format!("`{}`", render::visible(&path.to_string_lossy()));
    let mut names: Vec<String> = paths.iter().take(MOST).map(name).collect();
    if paths.len() > MOST {
        names.push(format!("{} more", paths.len() - MOST));
    }
    joined(&names)
}

fn look(color: Color) -> Look {
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
    };
    let is_terminal = io::stdout().is_terminal();
    let width = is_terminal.then(render::terminal_width).flatten();
    Look {
        color,
        width: width.unwrap_or(Look::PLAIN.width),
        indented: is_terminal,
    }
}
