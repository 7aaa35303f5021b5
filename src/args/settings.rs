//! Choice of the settings file.

use std::path::{Path, PathBuf};

use clap::Args;

/// Variable that names the file; empty for none.
const VARIABLE: &str = "BATCH_REPORT_CONFIG";

/// Choice of the settings file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ConfigChoice {
    /// No file.
    #[default]
    None,
    /// The nearest one, from the working directory upward.
    Nearest,
    /// This one.
    File(PathBuf),
}

#[derive(Debug, Args)]
pub(super) struct RawConfig {
    /// Settings file [default: the nearest batch-report.toml, from the working
    /// directory upward]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Read no settings file
    #[arg(long, conflicts_with = "config")]
    no_config: bool,
}

impl RawConfig {
    /// The file that the command line names.
    pub(super) fn file(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    /// Returns true if the command line asks for no file.
    pub(super) fn is_off(&self) -> bool {
        self.no_config
    }

    /// Chooses the settings file; an option wins over the variable.
    pub(super) fn choice(self) -> ConfigChoice {
        match (self.config, self.no_config) {
            (Some(path), _) => ConfigChoice::File(path),
            (None, true) => ConfigChoice::None,
            (None, false) => match std::env::var_os(VARIABLE) {
                Some(path) if path.is_empty() => ConfigChoice::None,
                Some(path) => ConfigChoice::File(path.into()),
                None => ConfigChoice::Nearest,
            },
        }
    }
}
