//! What is said on standard error while a command runs: how much of it, and the bar of long loads.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Loads that are done sooner show no bar, so that it does not flicker.
const PATIENCE: Duration = Duration::from_millis(400);

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

/// Shows how many of the bytes have been read.
pub struct Progress {
    bar: ProgressBar,
    began: Instant,
    shown: AtomicBool,
    enabled: bool,
}

impl Progress {
    /// For that many bytes; silent where `enabled` is not set or standard error is no terminal.
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

    /// So many bytes more are done.
    pub fn advance(&self, bytes: u64) {
        if !self.enabled {
            return;
        }
        self.bar.inc(bytes);
        if self.began.elapsed() > PATIENCE && !self.shown.swap(true, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
