//! What a report says and in what order.

mod build;
mod findings;
pub mod items;
mod limits;
pub mod model;
mod notes;
mod verdict;

pub use self::build::build;
pub use self::model::{ItemSelection, Report};
use crate::metrics::NamedGroup;

/// What the user chose about the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportOptions {
    /// The heading, where it was given.
    pub title: Option<String>,
    /// How many of the slowest items are listed.
    pub slowest: usize,
    /// How many examples each error group has.
    pub examples: usize,
    /// Which items the report holds as rows.
    pub items: ItemSelection,
    /// The kinds of errors that the user names, of which the first that matches counts.
    pub named_groups: Vec<NamedGroup>,
}
