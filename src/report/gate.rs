//! Gates in the summary model: rules of `--fail-on` with their outcome.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A rule of `--fail-on` with its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// The rule, as in `any:failure_rate > 2%`.
    pub rule: String,
    /// Figures that the rule is about.
    pub scope: GateScope,
    /// Name of the metric.
    pub metric: String,
    /// Argument of the metric, as in `error_group("quota")`; absent for most metrics.
    pub argument: Option<String>,
    /// `>`, `>=`, `<`, `<=` or `==`.
    pub operator: String,
    /// Value that the metric is compared with, in `unit`.
    pub limit: f64,
    /// Unit of `limit` and of all values.
    pub unit: GateUnit,
    /// Outcome.
    pub outcome: GateOutcome,
    /// True if the gate fails the run, which then exits with 3.
    pub fails: bool,
    /// Reason why the gate cannot be judged; absent if it can.
    pub reason: Option<GateReason>,
    /// Value over all jobs together; absent if it cannot be computed, and for `any` and `each`.
    pub value: Option<f64>,
    /// Numerator of a rate.
    pub numerator: Option<u64>,
    /// Denominator of a rate.
    pub denominator: Option<u64>,
    /// Number of jobs that meet the condition; absent unless the rule is about single jobs.
    pub jobs_met: Option<u64>,
    /// Number of jobs; absent unless the rule is about single jobs.
    pub jobs_of: Option<u64>,
    /// Jobs that meet the condition, in the order of the report, up to 20.
    pub jobs: Vec<GateJob>,
    /// Outcome in words.
    pub message: String,
}

/// A job that meets the condition of a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateJob {
    /// `label` of the job.
    pub job: String,
    /// Value of the job.
    pub value: f64,
    /// Numerator of a rate.
    pub numerator: Option<u64>,
    /// Denominator of a rate.
    pub denominator: Option<u64>,
}

/// Figures that a gate is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GateScope {
    /// All jobs together.
    #[default]
    All,
    /// Single jobs: the gate fails if at least one meets the condition.
    Any,
    /// Single jobs: the gate fails if every one meets the condition.
    Each,
}

/// Unit of the values of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateUnit {
    /// A number of things.
    Count,
    /// A ratio, 0–1.
    Ratio,
    /// Seconds.
    Seconds,
    /// Items per minute.
    PerMinute,
}

/// Outcome of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GateOutcome {
    /// The condition is not met.
    Passed,
    /// The condition is met.
    Failed,
    /// There is no value to compare: the gate fails, or passes with `--absent pass`.
    Absent,
    /// The condition is not met by what was recorded, but data is missing: the gate fails unless
    /// `--allow-incomplete` is given.
    Incomplete,
}

/// Reason why a gate cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateReason {
    /// A rate has the denominator 0.
    NoDenominator,
    /// No item has the times that are measured.
    NoTimes,
    /// Nothing states how many items there are.
    NoTotal,
    /// No list of items was recorded.
    NoList,
    /// The list is filtered by status, so its rates are not the job's.
    FilteredList,
    /// No error group has the name, and no option defines it.
    NoSuchGroup,
    /// The group may be among those that the report leaves out.
    GroupsLeftOut,
    /// The jobs may be among those that the report leaves out.
    JobsLeftOut,
    /// There is no job.
    NoJobs,
    /// The items of both sides cannot be compared.
    NotCompared,
    /// The dump is incomplete.
    IncompleteDump,
}
