//! From recorded dumps of a batch-processing API to a report.
//!
//! Data flows one way, through one room after another:
//!
//! ```text
//! args -> load -> frame -> metrics -> report -> render -> output
//! ```
//!
//! - [`args`] turns the command line into options.
//! - [`load`] finds files, recognises what they hold and pairs items with their job; [`api`] knows
//!   the names and types of the fields.
//! - [`frame`] holds the items as columns.
//! - [`metrics`] defines every statistic.
//! - [`report`] is the summary model: what is said, in which order and in which words.
//! - [`render`] turns it into text by templates, [`output`] puts that where it belongs.
//! - [`run`] walks the way; [`clock`] and [`progress`] are what it needs from outside.

pub mod api;
pub mod args;
pub mod clock;
pub mod frame;
pub mod load;
pub mod metrics;
pub mod output;
pub mod progress;
pub mod render;
pub mod report;
pub mod run;
