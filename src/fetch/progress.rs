//! Messages while a job is fetched: a bar on a terminal, plain lines elsewhere.

use std::fmt;
use std::io::{self, IsTerminal, Write as _};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::client::Event;
use super::key::ApiKey;
use crate::progress::Verbosity;
use crate::text::{counted, number};

/// Time between plain lines about the progress.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// Writes messages to standard error. None of them contains the key.
pub(super) struct Reporter {
    verbosity: Verbosity,
    key: ApiKey,
    terminal: bool,
    /// Bar of the list that is being read, on a terminal.
    bar: Mutex<Option<ProgressBar>>,
    last_line: Mutex<Option<Instant>>,
}

impl Reporter {
    pub(super) fn new(verbosity: Verbosity, key: ApiKey) -> Self {
        Self {
            verbosity,
            key,
            terminal: verbosity > Verbosity::Quiet && io::stderr().is_terminal(),
            bar: Mutex::new(None),
            last_line: Mutex::new(None),
        }
    }

    /// Writes a message, above the bar if there is one.
    pub(super) fn say(&self, words: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.print(words);
        }
    }

    /// Writes a message that only `-v` shows.
    pub(super) fn debug(&self, words: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.print(words);
        }
    }

    fn print(&self, words: &str) {
        let line = format!("batch-report: {}\n", self.key.mask(words));
        // A reader of standard error that went away is no reason to stop.
        let print = || drop(io::stderr().lock().write_all(line.as_bytes()));
        match &*self.bar() {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Shows the number of items fetched so far.
    pub(super) fn items(&self, id: &str, found: u64, total: Option<u64>) {
        if self.terminal {
            let mut bar = self.bar();
            let bar = bar.get_or_insert_with(|| {
                ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
                    .with_style(style(false))
            });
            if bar.length() != total {
                bar.set_style(style(total.is_some()));
                match total {
                    Some(total) => bar.set_length(total),
                    None => bar.unset_length(),
                }
            }
            bar.set_message(id.to_owned());
            bar.set_position(found);
            return;
        }
        let mut last = self.last_line();
        if last.is_some_and(|last| last.elapsed() < BETWEEN_LINES) {
            return;
        }
        // A short list ends before anybody needs a line about its first page.
        if last.replace(Instant::now()).is_none() {
            return;
        }
        drop(last);
        let of = total.map(|total| format!(" of {}", number(total)));
        self.say(&format!(
            "{id}: {}{} items so far",
            number(found),
            of.unwrap_or_default()
        ));
    }

    fn bar(&self) -> MutexGuard<'_, Option<ProgressBar>> {
        self.bar.lock().unwrap_or_else(|error| error.into_inner())
    }

    fn last_line(&self) -> MutexGuard<'_, Option<Instant>> {
        self.last_line
            .lock()
            .unwrap_or_else(|error| error.into_inner())
    }

    /// Removes the bar at the end of a list.
    pub(super) fn end_list(&self) {
        if let Some(bar) = self.bar().take() {
            bar.finish_and_clear();
        }
        *self.last_line() = None;
    }

    /// Reports an event of the client.
    pub(super) fn report(&self, event: &Event) {
        match event {
            Event::Received {
                url,
                status,
                bytes,
                took,
            } => self.debug(&format!(
                "GET {url}: HTTP {status}, {} in {:.2} s",
                counted(*bytes as u64, "byte", "bytes"),
                took.as_secs_f64()
            )),
            Event::Waiting { why, pause, asked } => {
                let asked = if *asked { " as the server asks" } else { "" };
                self.say(&format!(
                    "{why}; retrying in {:.1} s{asked}",
                    pause.as_secs_f64()
                ));
            }
        }
    }
}

fn style(with_total: bool) -> ProgressStyle {
    let template = if with_total {
        "{msg} {bar:20} {human_pos}/{human_len} items {rate} {eta}"
    } else {
        "{msg} {spinner} {human_pos} items {rate}"
    };
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
            let _ = write!(out, "{:.0}/s", state.per_sec());
        })
}
