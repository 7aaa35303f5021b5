//! What a report says and in what order.

mod build;
pub mod charts;
mod digest;
mod findings;
pub mod items;
pub mod model;
mod notes;
pub mod table;
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
    /// How many rows the table of items has.
    pub table_items: TableItems,
    /// The kinds of errors that the user names, of which the first that matches counts.
    pub named_groups: Vec<NamedGroup>,
}

/// How many rows the table of items has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableItems {
    /// So many at most; 0 leaves it out.
    UpTo(usize),
    /// All where no more rows were recorded than this, else none: what a table adds to a summary
    /// that machines read is many times its size.
    AllOrNone(usize),
}

impl TableItems {
    /// How many rows there are at most, where so many were recorded.
    pub fn limit(self, recorded: usize) -> usize {
        match self {
            Self::UpTo(most) => most,
            // The same table as in a page.
            Self::AllOrNone(most) if recorded <= most => table::DEFAULT_ROWS,
            Self::AllOrNone(_) => 0,
        }
    }
}
