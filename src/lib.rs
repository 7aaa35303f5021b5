//! From recorded dumps to a report.
pub mod api;
pub mod report;
