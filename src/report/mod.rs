//! The summary model, and how it is made from a dump. Its sentences come from `say`.

mod build;
pub mod items;
mod limits;
pub mod model;

pub(crate) use self::build::inputs;
pub use self::build::{Built, build};
pub use self::model::{ItemSelection, Report};
use crate::metrics::NamedGroup;

/// What the user chose about the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportOptions {
    /// How many of the slowest items are listed.
    pub slowest: usize,
    /// How many examples each error group has.
    pub examples: usize,
    /// Which items the report holds as rows.
    pub items: ItemSelection,
    /// The kinds of errors that the user names, of which the first that matches counts.
    pub named_groups: Vec<NamedGroup>,
}
