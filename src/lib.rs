//! From recorded dumps of a batch-processing API to a report.
//!
//! Data flows one way, through one room after another:
//!
//! ```text
//! args -> load -> frame -> metrics -> report -> render -> output
//! args -> fetch -> snapshot -> output        (a snapshot is an ordinary input of load)
//! ```
//!
//! - [`args`] turns the command line into options.
//! - [`load`] finds files, recognises what they hold and pairs items with their job; [`api`] knows
//!   the names and types of the fields.
//! - [`frame`] holds the items as columns.
//! - [`metrics`] defines every statistic.
//! - [`report`] is the summary model: what is said, in which order and in which words.
//! - [`render`] turns it into text by templates, [`output`] puts that where it belongs.
//! - `fetch` asks the server, the only room that does; [`snapshot`] keeps what it answers.
//! - [`run`] walks the way; [`clock`] and [`progress`] are what it needs from outside.
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
