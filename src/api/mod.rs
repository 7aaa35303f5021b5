//! The wire types of the batch-processing API, as documents on disk: the one place that knows the
//! names of its fields.

pub mod time;

pub use time::UtcTime;
