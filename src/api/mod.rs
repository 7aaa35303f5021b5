//! The wire types of the batch-processing API, as documents on disk: the one place that knows the
//! names of its fields and its status words.

pub mod field;
pub mod record;
pub mod status;
pub mod time;
pub mod v2;

pub use field::{Field, Value};
pub use record::{ItemFields, ItemRecord, JobRecord, UnreadableTime, WrongType};
pub use time::{PlainTimes, UtcTime};
