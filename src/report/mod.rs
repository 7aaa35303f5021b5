//! What a report says and in what order.

mod build;
pub mod charts;
mod findings;
pub mod model;
mod notes;
pub mod table;
mod verdict;
pub(crate) mod words;

pub use self::build::build;
pub use self::model::Report;

/// What the user chose about the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportOptions {
    /// The heading, where it was given.
    pub title: Option<String>,
    /// How many of the slowest items are listed.
    pub slowest: usize,
    /// How many examples each error group has.
    pub examples: usize,
    /// How many rows the table of items has; 0 leaves it out.
    pub table_items: usize,
}
