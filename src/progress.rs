//! Amount of messages on standard error, and the progress bar of long loads.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shortest load that shows a bar; on shorter ones it would flicker.
const PATIENCE: Duration = Duration::from_millis(400);

/// Amount of messages on standard error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Only errors that end the run.
    Quiet,
    /// Warnings as well.
    #[default]
    Normal,
    /// A line for each file as well.
    Verbose,
}

impl Verbosity {
    /// The level that `--quiet` or `--verbose` asks for.
    pub fn of(quiet: bool, verbose: bool) -> Self {
        match (quiet, verbose) {
            (true, _) => Self::Quiet,
            (false, true) => Self::Verbose,
            (false, false) => Self::Normal,
        }
    }
}

/// Progress bar over the bytes to read.
pub struct Progress {
    bar: ProgressBar,
    began: Instant,
    shown: AtomicBool,
    enabled: bool,
}

impl Progress {
    /// Makes a bar; it stays hidden unless `enabled` and standard error is a terminal.
    pub fn new(bytes: u64, enabled: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::hidden());
        if let Ok(style) =
            ProgressStyle::with_template("reading {bar:30} {bytes}/{total_bytes} {eta}")
        {
            bar.set_style(style);
        }
        Self {
            bar,
            began: Instant::now(),
            shown: AtomicBool::new(false),
            enabled: enabled && std::io::stderr().is_terminal(),
        }
    }

    /// Advances by a number of bytes.
    pub fn advance(&self, bytes: u64) {
        if !self.enabled {
            return;
        }
        self.bar.inc(bytes);
        if self.began.elapsed() > PATIENCE && !self.shown.swap(true, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
