//! The trend over the runs of a history (`--history`), in the summary model.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gate::GateUnit;
use crate::api::UtcTime;

/// Trend over the runs of a history, oldest first, the report itself last. All lists of values follow `runs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trend {
    /// Outcome in a sentence.
    pub verdict: String,
    /// The newest 50 runs.
    pub runs: Vec<TrendRun>,
    /// Number of older runs.
    pub runs_left_out: u64,
    /// Metrics of the gates that have a value in at least one run.
    pub metrics: Vec<TrendMetric>,
    /// Error groups, most failures in the newest run first, then over all runs; up to 20.
    pub error_groups: Vec<TrendGroup>,
    /// Number of error groups that `error_groups` leaves out.
    pub error_groups_left_out: u64,
}

/// A run of a history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrendRun {
    /// `generated_at` of its summary.
    pub at: UtcTime,
    /// Number of its jobs.
    pub jobs: u64,
    /// Number of its items.
    pub items: u64,
}

/// A metric over all runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrendMetric {
    /// Name, as in a gate.
    pub name: String,
    /// Unit of the values.
    pub unit: GateUnit,
    /// Value of each run; absent if it has none.
    pub values: Vec<Option<f64>>,
    /// True if no two runs differ.
    pub is_constant: bool,
}

/// An error group over all runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrendGroup {
    /// Stable id.
    pub id: String,
    /// Pattern; absent for failures without a message.
    pub pattern: Option<String>,
    /// Failed items of each run; absent if a run leaves groups out and this may be one of them.
    pub values: Vec<Option<u64>>,
}
