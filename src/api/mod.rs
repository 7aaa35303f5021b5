//! The wire types of the batch-processing API, as documents on disk: the one place that knows the
//! names of its fields and its status words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub mod field;
pub mod id;
pub mod record;
pub mod status;
pub mod time;
pub mod v2;

/// A generation of the API.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Api {
    /// Batch jobs (`bjb-…`).
    #[default]
    V1,
    /// Batches (`bat-…`).
    V2,
}

pub use field::{Field, Value};
pub use record::{ItemFields, ItemRecord, JobRecord, UnreadableTime, WrongType};
pub use time::{PlainTimes, UtcTime};
