//! Turns saved responses of LlamaCloud's batch APIs into a report.
//!
//! Data flows one way, through one room after another:
//!
//! ```text
//! args -> load -> frame -> metrics -> report -> say -> render -> output
//! args -> fetch -> snapshot -> output        (a snapshot is an ordinary input of load)
//! ```
//!
//! - [`args`] turns the command line into options.
//! - [`load`] finds files, recognizes what they hold and pairs items with their job; [`api`] knows
//!   the names and types of the fields.
//! - [`frame`] holds the items as columns, and exports them.
//! - [`metrics`] defines every statistic.
//! - [`report`] is the summary model: facts, rows of items, data of charts.
//! - [`say`] has every sentence about the data: verdict, findings, notes, messages.
//! - [`render`] turns the model into text by templates; [`render::format`] is the table of formats.
//! - [`output`] writes files, whole or not at all, and standard output.
//! - `fetch` is the only room that talks to the server; [`snapshot`] keeps its responses.
//! - [`run`] tells the story of each command; [`clock`] and [`progress`] are what it needs from outside.
//! - `text` writes numbers, times and lists, and makes foreign text fit to quote.

pub mod api;
pub mod args;
pub mod clock;
#[cfg(feature = "fetch")]
pub mod fetch;
pub mod frame;
pub mod load;
pub mod metrics;
pub mod output;
mod parallel;
pub mod progress;
pub mod render;
pub mod report;
pub mod run;
pub mod say;
pub mod snapshot;
mod text;
