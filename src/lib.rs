//! Turns saved responses of LlamaCloud's batch APIs into a report.
//!
//! Data flows one way, through one room after another:
//!
//! ```text
//! args -> config -> load -> frame -> metrics -> report -> say -> gates -> render -> output
//! args -> fetch -> snapshot -> output        (a snapshot is an ordinary input of load)
//! ```
//!
//! - [`run`] tells the story of each command.
//! - [`args`] turns the command line into validated options.
//! - [`config`] reads `batch-report.toml` and puts it under the options.
//! - [`load`] finds files, recognizes what they hold and pairs items with their job.
//! - [`frame`] holds items as columns, exports them, and reads the exports back.
//! - [`metrics`] defines every statistic.
//! - [`report`] is the summary model: facts, rows of items, data of charts.
//! - [`say`] has every sentence about the data: verdicts, findings, notes, messages.
//! - [`gates`] judges the rules of `--fail-on` on the model.
//! - [`redact`] puts pseudonyms into a report.
//! - [`history`] keeps the summary of every run and computes the trend over them.
//! - [`render`] lays out the model by templates; [`render::format`] is the table of formats.
//! - [`output`] writes files, whole or not at all, and standard output.
//! - `fetch` is the only room that talks to the server; [`snapshot`] keeps its responses.
//!
//! On the ground floor, [`api`] knows the fields and status words of the server, `text` writes numbers
//! and times and makes foreign text safe to quote, and [`clock`], [`progress`] and `parallel` are what
//! runs need from outside. `docs/contributing.md` shows what it takes to add a format, a finding or a
//! column.

pub mod api;
pub mod args;
pub mod clock;
pub mod config;
#[cfg(feature = "fetch")]
pub mod fetch;
pub mod frame;
pub mod gates;
pub mod history;
pub mod load;
pub mod metrics;
pub mod output;
mod parallel;
pub mod progress;
pub mod redact;
pub mod render;
pub mod report;
pub mod run;
pub mod say;
pub mod snapshot;
mod text;
