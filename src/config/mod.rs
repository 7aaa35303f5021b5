//! The settings file `batch-report.toml`: found, read, put under the options of a run, and shown.

mod read;
mod show;

use std::io;
use std::path::{Path, PathBuf};

use crate::args::{ConfigChoice, RedactArgs, ReportArgs};
use crate::gates::{AbsentGates, Rule};
use crate::load::Ignore;
use crate::metrics::NamedGroup;
use crate::redact::{Key, KeyError, Kinds};
use crate::text::did_you_mean;

/// Name of the file.
pub const FILE_NAME: &str = "batch-report.toml";
/// Maximum size of the file, in bytes.
const MOST_BYTES: u64 = 1_000_000;

/// A value with the line it stands in.
#[derive(Debug, Clone, PartialEq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its line, from 1.
    pub line: usize,
}

/// Settings of a file.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The file; absent if there is none.
    pub path: Option<PathBuf>,
    /// Title of reports.
    pub title: Option<At<String>>,
    /// Files and folders to leave out.
    pub ignore: Option<At<Vec<String>>>,
    /// Rules that fail a run.
    pub gates: Option<At<Vec<Rule>>>,
    /// What a rule without a value does.
    pub absent: Option<At<AbsentGates>>,
    /// Rules pass although data is missing.
    pub allow_incomplete: Option<At<bool>>,
    /// Kinds of texts that get pseudonyms.
    pub redact: Option<At<Kinds>>,
    /// Key file of the pseudonyms, as it is written; below the folder of the settings.
    pub redact_key_file: Option<At<String>>,
    /// Key of the pseudonyms.
    key: Option<Key>,
    /// Error groups.
    pub error_groups: Vec<At<NamedGroup>>,
}

/// A settings file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read the settings in `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// It is far too large.
    #[error("`{}` is too large for settings; the limit is 1 MB", .0.display())]
    TooLarge(PathBuf),
    /// The key file that it names cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It is no TOML, or something in it is wrong.
    #[error("{}:{line}: {words}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Line of the mistake.
        line: usize,
        /// The mistake.
        words: String,
    },
}

impl Config {
    /// Reads the chosen file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or holds a mistake.
    pub fn load(choice: &ConfigChoice) -> Result<Self, ConfigError> {
        let path = match choice {
            ConfigChoice::None => None,
            ConfigChoice::Nearest => nearest(),
            ConfigChoice::File(path) => Some(path.clone()),
        };
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let text = read_text(&path)?;
        let mut config = read::read(&text).map_err(|(line, words)| ConfigError::Wrong {
            path: path.clone(),
            line,
            words,
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let key_file = config.redact_key_file.as_ref();
        let key = key_file.map(|file| Key::read(&folder.join(&file.value)));
        config.key = key.transpose()?;
        config.path = Some(path);
        Ok(config)
    }

    /// Puts the settings under the options of a run, which win. Lists are joined: rules and groups of the
    /// command line come first and replace those about the same.
    pub fn under(&self, args: &ReportArgs) -> ReportArgs {
        let mut all = args.clone();
        let title = self.title.as_ref().map(|title| title.value.clone());
        all.title = args.title.clone().or(title);
        if let Some(globs) = &self.ignore {
            // They were read once already.
            let ignore = Ignore::new(&globs.value).unwrap_or_default();
            all.ignore = args.ignore.joined(&ignore);
        }
        for rule in self.gates.iter().flat_map(|gates| &gates.value) {
            if !args.gates.iter().any(|given| given.is_about_the_same(rule)) {
                all.gates.push(rule.clone());
            }
        }
        let absent = self.absent.as_ref().map(|absent| absent.value);
        all.absent = args.absent.or(absent);
        all.allow_incomplete |= self
            .allow_incomplete
            .as_ref()
            .is_some_and(|allow| allow.value);
        let kinds = self.redact.as_ref().map(|redact| redact.value);
        let kinds = args.redact.as_ref().map(|given| given.kinds).or(kinds);
        all.redact = kinds.filter(|kinds| !kinds.is_empty()).map(|kinds| {
            let given = args.redact.as_ref().and_then(|given| given.key.clone());
            let key = given.or_else(|| self.key.clone());
            RedactArgs { kinds, key }
        });
        for group in &self.error_groups {
            let mut given = args.named_groups.iter();
            if !given.any(|given| given.name == group.value.name) {
                all.named_groups.push(group.value.clone());
            }
        }
        all
    }

    /// The settings as TOML, each with where it comes from.
    pub fn shown(&self) -> String {
        show::show(self)
    }

    /// Tells if a path is that of the file.
    pub fn is_at(&self, path: &Path) -> bool {
        let same = |own: &Path| {
            let names_differ = own.file_name() != path.file_name();
            !names_differ && own.canonicalize().ok() == path.canonicalize().ok()
        };
        self.path.as_deref().is_some_and(same)
    }
}

/// Finds the nearest file, from the working directory upward.
fn nearest() -> Option<PathBuf> {
    let folder = std::env::current_dir().ok()?;
    let mut paths = folder.ancestors().map(|folder| folder.join(FILE_NAME));
    paths.find(|path| path.is_file())
}

fn read_text(path: &Path) -> Result<String, ConfigError> {
    use std::io::Read as _;
    let failed = |source| ConfigError::Read {
        path: path.to_owned(),
        source,
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut text = String::new();
    let read = file.take(MOST_BYTES + 1).read_to_string(&mut text);
    match read.map_err(failed)? as u64 > MOST_BYTES {
        true => Err(ConfigError::TooLarge(path.to_owned())),
        false => Ok(text),
    }
}

/// "unknown key `titel`; did you mean `title`?"
fn unknown(key: &str, known: &[&str]) -> String {
    let shown = crate::text::quote(key, 60);
    let meant = did_you_mean(key, known.iter().copied());
    match meant.is_empty() {
        true => format!("unknown key `{shown}`; known are {}", known.join(", ")),
        false => format!("unknown key `{shown}`{meant}"),
    }
}
