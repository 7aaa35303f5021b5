//! `--github`: the summary, the outputs and the annotations of a step of GitHub Actions.

use std::env;
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use crate::args::Verbosity;
use crate::output;
use crate::render::github;
use crate::render::{self, Model, RenderError};
use crate::say;

/// A file of the runner that could not be written to.
#[derive(Debug, thiserror::Error)]
pub enum GithubError {
    /// A file could not be written to.
    #[error("cannot write to ${name} (`{}`)", path.display())]
    File {
        /// Name of the variable.
        name: &'static str,
        /// The file.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// The summary could not be rendered.
    #[error("cannot render the summary of the step")]
    Render(#[from] RenderError),
    /// Standard output could not be written.
    #[error("cannot write to standard output")]
    Print(#[source] io::Error),
}

/// Writes what a step needs. Annotations go to standard output, or to standard error if that holds a report
/// that they would break.
pub(super) fn write(
    model: &Model,
    file: Option<&str>,
    beside: bool,
    verbosity: Verbosity,
) -> Result<(), GithubError> {
    let report = model.report();
    let warn = |words: &str| {
        if verbosity > Verbosity::Quiet {
            say::stderr::say(words);
        }
    };
    let summary = variable("GITHUB_STEP_SUMMARY");
    let outputs = variable("GITHUB_OUTPUT");
    if summary.is_none() && outputs.is_none() {
        warn(
            "warning: --github: GITHUB_STEP_SUMMARY and GITHUB_OUTPUT are not set; is this a step of \
             GitHub Actions?",
        );
    }
    if let Some(path) = summary {
        let used = fs::metadata(&path).map_or(0, |file| file.len());
        match render::github::summary(model, used) {
            Some(text) => append("GITHUB_STEP_SUMMARY", path, &text)?,
            None => warn("warning: --github: the summary of this step is full"),
        }
    }
    if let Some(path) = outputs {
        let pairs = say::github::outputs(report, file).into_iter();
        let lines: String = pairs
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect();
        append("GITHUB_OUTPUT", path, &lines)?;
    }
    let annotations = github::commands(&say::github::annotations(report));
    match beside {
        true => io::stderr().lock().write_all(annotations.as_bytes()),
        false => output::print(annotations.as_bytes()),
    }
    .map_err(GithubError::Print)
}

fn variable(name: &str) -> Option<PathBuf> {
    let value: OsString = env::var_os(name)?;
    (!value.is_empty()).then(|| value.into())
}

fn append(name: &'static str, path: PathBuf, text: &str) -> Result<(), GithubError> {
    let file = OpenOptions::new().append(true).create(true).open(&path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|source| GithubError::File { name, path, source })
}
