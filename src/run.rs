//! The way through the house: load, build the report, render, put out.

#[cfg(feature = "fetch")]
mod fetching;
mod stderr;
mod texts;

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anstream::AutoStream;

use self::stderr::{nothing_found, reads_it_anyway, say_it_lists_fewer, say_what_is_lost, speak};
use self::texts::{Texts, is_page};
use crate::api::UtcTime;
use crate::args::{
    Color, Command, DEFAULT_EXAMPLES, DEFAULT_SLOWEST, Rendering, ReportArgs, Verbosity,
};
use crate::clock::WrongClock;
use crate::load::{self, Dump, Found, LoadError, LoadOptions};
use crate::output::{self, WriteError};
use crate::parallel::{self, MANY_ROWS};
use crate::progress::Progress;
use crate::render::custom::{self, Custom, TemplateError};
use crate::render::{self, Format, Look, Model, RenderError};
use crate::report::model::SCHEMA_VERSION;
use crate::report::{self, ItemSelection, Report, ReportOptions};

/// How a run ended that did what it could.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Done,
    /// With `--strict`: something was lost, cut, skipped or missing.
    Loss,
    /// Ctrl-C while fetching; what was fetched is kept.
    Interrupted,
}

/// Why a run could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An output is one of the inputs.
    #[error("`{}` is an input and would be overwritten; name another file for -o", .0.display())]
    OverwritesInput(PathBuf),
    /// Two outputs are the same file.
    #[error("`{}` and `{}` are the same file; name another one for -o", .0.display(), .1.display())]
    SameOutput(PathBuf, PathBuf),
    /// An option that has no meaning for a saved summary.
    #[error(
        "--job-id pairs items with their job while dumps are read; the summary `{0}` is already paired"
    )]
    JobIdForSummary(String),
    /// Another option that has none.
    #[error(
        "--error-group groups messages while dumps are read; the errors of the summary `{0}` are already \
         grouped"
    )]
    ErrorGroupForSummary(String),
    /// An output is the template.
    #[error("`{}` is the template and would be overwritten; name another file for -o", .0.display())]
    OverwritesTemplate(PathBuf),
    /// The style or script of a page is another output.
    #[error("`{}` is to be written twice: as an output, and beside a page", .0.display())]
    AssetIsOutput(PathBuf),
    /// The rows of a saved summary were chosen when it was made.
    #[error(
        "--table-items chooses rows while dumps are read; the table of the summary `{0}` can only \
         be left out, with --table-items 0"
    )]
    TableItemsForSummary(String),
    /// The time a report is made at is wrong.
    #[error(transparent)]
    Clock(#[from] WrongClock),
    /// Nothing of the API was found.
    #[error("{0}")]
    Nothing(String),
    /// The inputs could not be found.
    #[error(transparent)]
    Find(#[from] load::FindError),
    /// Loading failed as a whole.
    #[error("could not load")]
    Load(#[from] LoadError),
    /// A summary that this version cannot read.
    #[error(
        "the summary `{path}` has schema version {found}; this program reads version {SCHEMA_VERSION}"
    )]
    NewerSummary {
        /// The file.
        path: String,
        /// Its version.
        found: u64,
    },
    /// A summary that is broken.
    #[error("the summary `{path}` could not be read")]
    BrokenSummary {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A template failed.
    #[error("could not render the report")]
    Render(#[from] RenderError),
    /// A template of the user's is at fault.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// An output could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Standard output could not be written.
    #[error("could not write to standard output")]
    Print(#[source] io::Error),
    /// Nothing could be fetched, or the one job that was asked for could not.
    #[cfg(feature = "fetch")]
    #[error("{what} could not be fetched")]
    Fetch {
        /// What.
        what: String,
        /// Why.
        source: crate::fetch::FetchError,
    },
    /// Some jobs could not be fetched; why has been said.
    #[error("{failed} of {jobs} jobs could not be fetched")]
    SomeJobs {
        /// How many could not.
        failed: usize,
        /// How many were asked for.
        jobs: usize,
    },
    /// No signal handler can be set.
    #[cfg(feature = "fetch")]
    #[error("could not set a handler for signals")]
    Signal(#[from] ctrlc::Error),
    /// The schema could not be written as JSON.
    #[error("could not write the schema")]
    Schema(#[source] serde_json::Error),
}

impl RunError {
    /// Whether the command line is at fault, and not the data.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::OverwritesInput(_)
                | Self::SameOutput(..)
                | Self::OverwritesTemplate(_)
                | Self::AssetIsOutput(_)
                | Self::JobIdForSummary(_)
                | Self::ErrorGroupForSummary(_)
                | Self::TableItemsForSummary(_)
                | Self::Clock(_)
                | Self::Find(_)
        )
    }
}

/// Runs a command. `now` gives the time that a report is made at, and is asked for where one is made.
///
/// # Errors
///
/// Where the command could not be done.
pub fn run(
    command: Command,
    now: impl FnOnce() -> Result<UtcTime, WrongClock>,
) -> Result<Outcome, RunError> {
    match command {
        Command::Report(args) => report(&args, now()?),
        #[cfg(feature = "fetch")]
        Command::Fetch(args) => fetching::run(&args),
        Command::PrintSchema => {
            let schema = schemars::schema_for!(Report);
            let text = serde_json::to_string_pretty(&schema).map_err(RunError::Schema)?;
            print(&format!("{text}\n"))
        }
        Command::ExportTemplates { folder, force } => {
            let written = custom::export(&folder, force)?;
            let names = written.iter().map(|file| format!("{}\n", file.display()));
            print(&names.collect::<String>())
        }
        Command::Print(text) => output::print(&text)
            .map_err(RunError::Print)
            .map(|()| Outcome::Done),
    }
}

fn print(text: &str) -> Result<Outcome, RunError> {
    output::print(text.as_bytes()).map_err(RunError::Print)?;
    Ok(Outcome::Done)
}

fn report(args: &ReportArgs, now: UtcTime) -> Result<Outcome, RunError> {
    let template = args.template.as_deref().map(Custom::read).transpose()?;
    let (mut files, notes) = load::find(&args.paths, &load::Ignore::default())?;
    keep_outputs_apart(&mut files, &targets(args)?)?;
    let progress = Progress::new(
        files.iter().filter_map(|file| file.bytes).sum(),
        args.verbosity > Verbosity::Quiet,
    );
    let items = items(args);
    let slowest = args.slowest.unwrap_or(DEFAULT_SLOWEST);
    let load_options = LoadOptions {
        job_id: args.job_id.as_deref(),
    };
    let advance = |bytes| progress.advance(bytes);
    let mut dump = load::load(&files, notes, load_options, &advance)?;
    progress.finish();
    let report = match saved_summary(&dump, args)? {
        Some(report) => report,
        None => {
            if let Some(words) = nothing_found(&dump, &args.paths) {
                return Err(RunError::Nothing(words));
            }
            let options = ReportOptions {
                title: args.title.clone(),
                slowest,
                examples: args.examples.unwrap_or(DEFAULT_EXAMPLES),
                items,
                named_groups: args.named_groups.clone(),
            };
            let report = report::build(&dump, &options, now);
            // The report holds what is said about the items; its text needs the room, but not at once.
            let items = std::mem::take(&mut dump.items);
            parallel::beside(items.len() > MANY_ROWS, move || drop(items));
            report
        }
    };
    if !reads_it_anyway(args) {
        speak(&dump, &report, args.verbosity);
    }
    let texts = Texts {
        model: Model::of(report),
        template: template.as_ref(),
        assets: args.assets,
    };
    texts.write(&args.outputs)?;
    if let Some(rendering) = args.print {
        texts.print(rendering, look(args.color))?;
    }
    let outcome = if args.strict && !texts.model.report().is_whole() {
        say_what_is_lost(texts.model.report());
        Outcome::Loss
    } else {
        Outcome::Done
    };
    // The process ends here: to give back piece by piece what it held would take longer than some
    // reports take to make.
    std::mem::forget((dump, texts));
    Ok(outcome)
}

/// Which items the report holds as rows: none if nothing shows them.
fn items(args: &ReportArgs) -> ItemSelection {
    let outputs = args.outputs.iter().map(|(_, rendering)| *rendering);
    let mut renderings = outputs.chain(args.print);
    let shown = renderings.any(|rendering| {
        !matches!(
            rendering,
            Rendering::BuiltIn(Format::Text | Format::Markdown)
        )
    });
    match (shown, args.table_items) {
        (false, _) | (_, Some(0)) => ItemSelection::None,
        (true, Some(_)) => ItemSelection::All,
        (true, None) => ItemSelection::Failed,
    }
}

/// Every file that is to be written.
fn targets(args: &ReportArgs) -> Result<Vec<PathBuf>, RunError> {
    let mut targets: Vec<PathBuf> = args.outputs.iter().map(|(path, _)| path.clone()).collect();
    for (page, rendering) in &args.outputs {
        for asset in ["css", "js"].map(|ending| page.with_extension(ending)) {
            if !(args.assets && is_page(*rendering)) {
                continue;
            }
            if args.outputs.iter().any(|(path, _)| *path == asset) {
                return Err(RunError::AssetIsOutput(asset));
            }
            targets.push(asset);
        }
    }
    let template = args
        .template
        .as_ref()
        .and_then(|path| fs::canonicalize(path).ok());
    let over_template =
        |path: &&PathBuf| template.is_some() && fs::canonicalize(path).ok() == template;
    match targets.iter().find(over_template) {
        Some(path) => Err(RunError::OverwritesTemplate(path.clone())),
        None => Ok(targets),
    }
}

/// Refuses to write over an input; but a report of ours that an earlier run left in a folder is
/// none.
fn keep_outputs_apart(files: &mut Vec<Found>, outputs: &[PathBuf]) -> Result<(), RunError> {
    if outputs.is_empty() {
        return Ok(());
    }
    let mut targets: HashMap<PathBuf, &PathBuf> = HashMap::new();
    for path in outputs {
        if let Some(other) = targets.insert(real_target(path), path) {
            return Err(RunError::SameOutput(other.clone(), path.clone()));
        }
    }
    let mut clash = None;
    // A file that was found in a folder is no link, so that it keeps its name wherever it really is.
    let name = |path: &Path| path.file_name().map(OsStr::to_ascii_lowercase);
    let names: HashSet<_> = targets.keys().filter_map(|path| name(path)).collect();
    files.retain(|file| {
        let suspect = file.named || name(&file.path).is_some_and(|name| names.contains(&name));
        let overwritten =
            suspect && fs::canonicalize(&file.path).is_ok_and(|path| targets.contains_key(&path));
        if overwritten && (file.named || !load::is_own_report(&file.path)) {
            clash.get_or_insert_with(|| file.path.clone());
        }
        !overwritten
    });
    clash.map_or(Ok(()), |path| Err(RunError::OverwritesInput(path)))
}

/// Where an output really goes, whichever way it is named.
fn real_target(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).unwrap_or_default();
        folder.join(path.file_name().unwrap_or_default())
    })
}

/// The report that was saved, where that is what was given. Summaries beside dumps are left alone.
fn saved_summary(dump: &Dump, args: &ReportArgs) -> Result<Option<Report>, RunError> {
    let mut summaries = dump.inputs.iter().filter(|file| file.summary.is_some());
    let (Some(file), true) = (summaries.next(), dump.jobs.is_empty()) else {
        return Ok(None);
    };
    if let Some(second) = summaries.next() {
        return Err(RunError::Nothing(format!(
            "`{}` and `{}` are both saved summaries; name the one to render, or the dumps they were \
             made from",
            file.path, second.path
        )));
    }
    if args.job_id.is_some() {
        return Err(RunError::JobIdForSummary(file.path.clone()));
    }
    if !args.named_groups.is_empty() {
        return Err(RunError::ErrorGroupForSummary(file.path.clone()));
    }
    let text = file.summary.as_deref().unwrap_or_default();
    let mut report = read_summary(text, &file.path)?;
    if let Some(title) = &args.title {
        report.title.clone_from(title);
    }
    match args.table_items {
        Some(0) => report.select_items(ItemSelection::None),
        Some(_) => return Err(RunError::TableItemsForSummary(file.path.clone())),
        None => {}
    }
    if args.verbosity > Verbosity::Quiet {
        let (items, examples) = report.lists_fewer_than(args.slowest, args.examples);
        for (is_lacking, words) in [(items, "--slowest"), (examples, "--examples")] {
            if is_lacking {
                say_it_lists_fewer(&file.path, words);
            }
        }
    }
    report.shorten(args.slowest, args.examples);
    report.given_beside(dump, &file.path);
    Ok(Some(report))
}

fn read_summary(text: &str, path: &str) -> Result<Report, RunError> {
    #[derive(serde::Deserialize)]
    struct Version {
        schema_version: u64,
    }
    let broken = |source| RunError::BrokenSummary {
        path: path.to_owned(),
        source,
    };
    let version: Version = serde_json::from_str(text).map_err(broken)?;
    if version.schema_version != u64::from(SCHEMA_VERSION) {
        return Err(RunError::NewerSummary {
            path: path.to_owned(),
            found: version.schema_version,
        });
    }
    serde_json::from_str(text).map_err(broken)
}

fn look(color: Color) -> Look {
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
    };
    let width = if io::stdout().is_terminal() {
        render::terminal_width()
    } else {
        None
    };
    Look {
        color,
        width: width.unwrap_or(Look::PLAIN.width),
    }
}
