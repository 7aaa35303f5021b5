//! Sentences about the trend over a history.

use std::path::PathBuf;

use super::stderr::say;
use crate::report::model::Trend;
use crate::text::{counted, one_line, percent};

/// The failure rate now and in the run before.
pub(crate) fn verdict(trend: &Trend) -> String {
    let runs = trend.runs.len() as u64 + trend.runs_left_out;
    if runs < 2 {
        return "This is the first run of the history.".to_owned();
    }
    let runs = counted(runs, "run", "runs");
    let rate = trend
        .metrics
        .iter()
        .find(|metric| metric.name == "failure_rate");
    let values = rate.map(|rate| &rate.values[..]).unwrap_or_default();
    match values {
        [.., Some(before), Some(now)] => {
            let (before, now) = (percent(*before), percent(*now));
            format!("{runs}: the failure rate is {now}; it was {before} in the run before.")
        }
        _ => format!("{runs}."),
    }
}

/// Warns about files of a history that are no summaries of this version.
pub(crate) fn unreadable(files: &[PathBuf]) {
    let Some(first) = files.first() else {
        return;
    };
    let count = counted(files.len() as u64, "file", "files");
    let first = first.display().to_string();
    say(&format!(
        "warning: left {count} out of the trend that {} no summary of this version, such as {}",
        if files.len() == 1 { "is" } else { "are" },
        one_line(&first)
    ));
}
