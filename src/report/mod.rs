//! The summary model, and how it is made from a dump. Its sentences come from `say`.

mod build;
pub mod compare;
mod gate;
pub mod items;
mod job;
mod limits;
mod lists;
pub mod model;
mod outline;
pub mod retry;
mod summary;
mod together;
mod trend;
mod worst;

pub(crate) use self::build::{Built, build, inputs};
pub use self::model::{ItemSelection, Report};
pub(crate) use self::outline::{Outline, RecordOutline};
pub use self::summary::write_summary;
use crate::metrics::NamedGroup;
use crate::metrics::insight::dimensions::NamedDimension;

/// Options of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportOptions {
    /// Number of slowest items to list.
    pub slowest: usize,
    /// Number of examples of each error group. By default these are 3, or 1 for a job of more than 50.
    pub examples: Option<usize>,
    /// Selection of items that the report holds as rows.
    pub items: ItemSelection,
    /// Error groups that the user names; the first that matches counts.
    pub named_groups: Vec<NamedGroup>,
    /// Dimensions that the user names.
    pub dimensions: Vec<NamedDimension>,
}
