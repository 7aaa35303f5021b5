//! The summary model, schema version 2: what `--format json` prints, what every other format
//! renders from, and what a saved summary is read back into.
//!
//! Conventions: absent is `null`; a ratio is 0–1 (a percentage only exists on the page); every
//! quantity carries its unit as a suffix; times are RFC 3339 in UTC.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

pub use super::compare::model::*;
pub use super::gate::{Gate, GateJob, GateOutcome, GateReason, GateScope, GateUnit};
pub use super::trend::{Trend, TrendGroup, TrendMetric, TrendRun};
pub use crate::api::Api;
use crate::api::UtcTime;
pub use crate::metrics::insight::breakdown::{Breakdown, BreakdownValue};
pub use crate::metrics::{
    Bin, Credits, DurationStats, Durations, DurationsWithOpen, ErrorGroup, Example, ExpectedEnd,
    Gap, Histogram, Interval, OpenItem, ROUND_INTERVALS, Rate, Rates, RatesOfJobs, Reruns,
    SkipReason, SlowItem, Throughput, Timeline, TotalSource,
};

/// The version of the model that this program writes and reads.
pub const SCHEMA_VERSION: u32 = 2;

/// Severity of a note or a finding.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something could not be read at all.
    Error,
    /// A number in the report may not be what it seems.
    Warning,
    /// Good to know.
    Info,
}

/// A whole report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Always 2; a change that would break a reader raises it.
    pub schema_version: u32,
    /// Program that made the report.
    pub generator: Generator,
    /// Time the report was made; `SOURCE_DATE_EPOCH` if set.
    pub generated_at: UtcTime,
    /// Heading: `--title`, or one made from the jobs.
    pub title: String,
    /// Answer in one sentence.
    pub verdict: String,
    /// What to do next, the first step first; empty if nothing failed, is missing, open or cancelled.
    #[serde(default, deserialize_with = "next_steps")]
    #[schemars(with = "Vec<NextStep>")]
    pub next_steps: Vec<NextStep>,
    /// Batch jobs, worst first: those that failed, then by failure rate, then in the order in which the
    /// inputs name them. Up to 10,000.
    pub jobs: Vec<JobReport>,
    /// Number of jobs left out of `jobs`. All other figures include them.
    pub jobs_left_out: u64,
    /// Figures over the items of all jobs.
    pub overall: Sections,
    /// Rows of items, in the order of the inputs; `item_rows` tells which.
    pub items: Vec<ItemRow>,
    /// Selection and number of the rows in `items`.
    pub item_rows: ItemRows,
    /// All files found, in path order.
    pub inputs: Vec<Input>,
    /// Notes on the data, worst first.
    pub notes: Vec<Note>,
    /// Comparison with the baseline; absent without one.
    #[serde(default)]
    pub comparison: Option<Box<Comparison>>,
    /// Trend over the runs of a history; absent without one.
    #[serde(default)]
    pub trend: Option<Box<Trend>>,
    /// Rules of `--fail-on`, in their order, with their outcomes; empty without any.
    #[serde(default)]
    pub gates: Vec<Gate>,
    /// Names of the error groups that the user defined, whether or not a failure is in them.
    #[serde(default)]
    pub named_groups: Vec<String>,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NextStep {
    /// Sentence; without a period if a command follows.
    pub message: String,
    /// Command that does it, with the paths that the program was given; absent if there is none, or if the
    /// paths cannot be told.
    pub command: Option<String>,
}

/// Reads the next steps. In summaries saved by early versions they are sentences.
fn next_steps<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<NextStep>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Saved {
        Step(NextStep),
        Sentence(String),
    }
    let saved = Vec::<Saved>::deserialize(from)?;
    let step = |saved| match saved {
        Saved::Step(step) => step,
        Saved::Sentence(message) => NextStep {
            message,
            command: None,
        },
    };
    Ok(saved.into_iter().map(step).collect())
}

/// Program that made a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Generator {
    /// `batch-report`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// One batch job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobReport {
    /// Id of the batch job (`bjb-…`, `bat-…`); absent if the dump does not give it.
    pub batch_job_id: Option<String>,
    /// Name of the job on the page: its id, else the folder or file of its items.
    pub label: String,
    /// Generation of the API.
    pub api: Api,
    /// Answer for this job in one sentence.
    pub verdict: String,
    /// Newest status record of the job; absent if there is none.
    pub job: Option<JobFacts>,
    /// Figures over the items of this job.
    #[serde(flatten)]
    pub sections: Sections,
}

/// Newest status record of a job. It is published and keeps its form; `api::JobRecord`, from which it is
/// made, follows the wire.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobFacts {
    /// Id of the batch job.
    pub id: String,
    /// parse, extract or classify; another word survives as it is.
    pub job_type: Option<String>,
    /// Project.
    pub project_id: Option<String>,
    /// pending, running, dispatched, completed, failed or cancelled; another word survives.
    pub status: Option<String>,
    /// Number of items the job states.
    pub total_items: Option<u64>,
    /// End of the job.
    pub completed_at: Option<UtcTime>,
    /// Creation of the job.
    pub created_at: Option<UtcTime>,
    /// Directory.
    pub directory_id: Option<String>,
    /// Instant this record describes.
    pub effective_at: Option<UtcTime>,
    /// Error of the job's latest attempt.
    pub error_message: Option<String>,
    /// Job counter: failed items.
    pub failed_items: Option<u64>,
    /// Id of this status record.
    pub job_record_id: Option<String>,
    /// Job counter: processed items. It is not documented if it includes failed and skipped ones.
    pub processed_items: Option<u64>,
    /// Job counter: skipped items.
    pub skipped_items: Option<u64>,
    /// Start of the job.
    pub started_at: Option<UtcTime>,
    /// Last change of the record.
    pub updated_at: Option<UtcTime>,
    /// Id of the workflow.
    pub workflow_id: Option<String>,
    /// Configuration of a v2 batch.
    #[serde(default)]
    pub configuration_id: Option<String>,
    /// `updated_at - created_at` of a v2 batch, which has no start and no end of its own: the span of its
    /// record, not a wall time.
    #[serde(default)]
    pub span_seconds: Option<f64>,
    /// `completed_at - started_at`; absent while the job runs, if a time is missing, or if it is negative.
    pub wall_seconds: Option<f64>,
    /// Progress, 0–100, as the server gives it.
    pub progress_percentage: Option<f64>,
}

/// Figures over a set of items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sections {
    /// Numbers of items, and completeness.
    pub counts: ItemCounts,
    /// Rates, each with its numerator, denominator and interval.
    pub rates: Rates,
    /// Least and greatest failure rate, 0–1, that the missing items leave possible; absent if none is
    /// missing, and for filtered lists.
    #[serde(default)]
    pub failure_bounds: Option<[f64; 2]>,
    /// Items that failed in one job and are recorded in a newer one, as after a rerun; absent if there are none.
    /// The figures of all jobs together, other than times and durations, are those of the newest records.
    #[serde(default)]
    pub reruns: Option<Box<Reruns>>,
    /// Failure rates of the jobs beside each other; absent for one job.
    #[serde(default)]
    pub rates_of_jobs: Option<Box<RatesOfJobs>>,
    /// True if a job is still running: all figures are those so far.
    #[serde(default)]
    pub so_far: bool,
    /// Durations with the open items taken into account; absent unless a job is running and items of it
    /// are open.
    #[serde(default)]
    pub durations_with_open: Option<Box<DurationsWithOpen>>,
    /// Expected end of a running job, at its recent rate; absent if that tells too little.
    #[serde(default)]
    pub expected_end: Option<ExpectedEnd>,
    /// Durations of items, by status.
    pub durations: Durations,
    /// Waiting times of items, `running_at - pending_at`, by status; absent unless data points of v2 tell
    /// them.
    pub queue: Option<Box<Durations>>,
    /// Credits that items cost; absent unless jobs of v2 tell them.
    #[serde(default)]
    pub credits: Option<Credits>,
    /// Speed and concurrency.
    pub throughput: Throughput,
    /// Skip reasons: most first, then by name.
    pub skip_reasons: Vec<SkipReason>,
    /// Error groups: most first, then by pattern, failures without a message last.
    pub error_groups: Vec<ErrorGroup>,
    /// Slowest items, longest first.
    pub slowest: Vec<SlowItem>,
    /// Open items, oldest first, up to 20.
    pub open: Vec<OpenItem>,
    /// Failures by the class of their errors, and items by what their names tell; a dimension of names is left out if fewer than two values have two items, or if
    /// there are more than 2,000 values, and for single jobs if there are more than 50.
    #[serde(default)]
    pub breakdowns: Vec<Breakdown>,
    /// Findings, most important first; often none.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Ended items and concurrency over time; absent if no item has a time, and for single jobs if there
    /// are more than 1,000.
    pub timeline: Option<Box<Timeline>>,
    /// Distribution of durations; absent if no item has one, and for single jobs if there are more than 50.
    pub histogram: Option<Box<Histogram>>,
    /// Number of entries that the lists of this section leave out.
    pub left_out: LeftOut,
}

/// Entries that lists leave out. A report of one job lists 500 error groups and skip reasons; one of
/// several lists as many of each for all jobs together, and at least 10 for each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// Error groups.
    pub error_groups: u64,
    /// Skip reasons.
    pub skip_reasons: u64,
}

/// A remarkable pattern, in words with its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Stable code, in kebab-case.
    pub code: String,
    /// Severity.
    pub severity: Severity,
    /// Sentence.
    pub message: String,
    /// Numbers behind it, by name.
    pub evidence: IndexMap<String, f64>,
    /// The items that it is about; absent if they are not told by what the table of items filters by.
    #[serde(default)]
    pub filter: Option<Box<ItemFilter>>,
}

/// Filter of items: all conditions that are not absent hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemFilter {
    /// `label` of the job.
    pub job: Option<String>,
    /// Status word.
    pub status: Option<String>,
    /// `id` of the error group.
    pub error_group: Option<String>,
    /// Text that the name, the id or the message holds, without regard to case.
    pub text: Option<String>,
    /// Earliest end.
    pub ended_from: Option<UtcTime>,
    /// Latest end.
    pub ended_to: Option<UtcTime>,
}

/// Numbers of items, and completeness.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemCounts {
    /// True if a list of items was found. If not, all counts are 0, and only the status record tells
    /// anything.
    pub listed: bool,
    /// Rows read, including repeated ones, excluding unreadable ones.
    pub recorded: u64,
    /// Distinct `item_id`s of each job. All figures use the newest record of each.
    pub distinct: u64,
    /// `recorded - distinct`.
    pub duplicates: u64,
    /// Items recorded more than once whose records differ.
    pub conflicting_duplicates: u64,
    /// Rows that could not be read as items.
    pub unreadable: u64,
    /// Status the list was filtered by; several are sorted and separated by a comma. The rates of such a
    /// list are not the job's.
    pub status_filter: Option<String>,
    /// True if there are lists without a filter beside the filtered one, and still not all items.
    #[serde(default)]
    pub filtered_in_part: bool,
    /// Number of jobs whose list is filtered by status. If it is not 0, the rates of all jobs together are
    /// not those of the jobs either.
    #[serde(default)]
    pub filtered_jobs: u64,
    /// Stated number of items; absent if nothing states it.
    pub stated_total: Option<u64>,
    /// Origin of `stated_total`.
    pub stated_total_source: Option<TotalSource>,
    /// Stated items that were not recorded; absent if no total is stated.
    pub missing: Option<u64>,
    /// True if every stated item was recorded; absent if no total is stated.
    pub complete: Option<bool>,
    /// Failed items of v2 batches for which no job could be made.
    #[serde(default)]
    pub never_started: u64,
    /// Completed items of v2 batches with pages that failed.
    #[serde(default)]
    pub partial_items: u64,
    /// Pages that failed of these items.
    #[serde(default)]
    pub failed_pages: u64,
    /// Distinct items by status word: the six known ones, then others by name. Beyond 100 words the rest is
    /// `(other statuses)`.
    pub by_status: IndexMap<String, u64>,
}

/// An item.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemRow {
    /// `label` of its job.
    pub job: String,
    /// Its id.
    pub item_id: String,
    /// Its name.
    pub item_name: Option<String>,
    /// Its status: one of the six known words, or another as it is.
    pub status: String,
    /// Start.
    pub started_at: Option<UtcTime>,
    /// End.
    pub completed_at: Option<UtcTime>,
    /// The instant its record speaks of.
    pub effective_at: Option<UtcTime>,
    /// `completed_at - started_at`; negative if they are swapped.
    pub duration_seconds: Option<f64>,
    /// Error of its latest attempt, up to 2,000 characters.
    pub error_message: Option<String>,
    /// `id` of its error group; absent unless it failed.
    pub error_group: Option<String>,
    /// Skip reason.
    pub skip_reason: Option<String>,
    /// Id of the parse or extract job behind it.
    pub processing_job_id: Option<String>,
    /// `path` of the input it was read from.
    pub source: Option<String>,
    /// Newer record of the item in another job; left out if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer: Option<Box<NewerRecord>>,
}

/// Newer record of an item, as after a rerun.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NewerRecord {
    /// `label` of its job.
    pub job: String,
    /// Its status.
    pub status: String,
}

/// Selection of the items that a report holds as rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ItemSelection {
    /// Every item if at most 10,000 were recorded; else failed, skipped and open items, in this
    /// order up to 10,000, and the slowest ones.
    #[default]
    Failed,
    /// Every item.
    All,
    /// No item.
    None,
}

/// Numbers of the items that a report holds as rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ItemRows {
    /// Selection; `all` if `items` holds every item.
    pub selection: ItemSelection,
    /// Items in `items`.
    pub held: u64,
    /// All items.
    pub of: u64,
    /// Failed items in `items`.
    pub failed: u64,
    /// Skipped items in `items`.
    pub skipped: u64,
    /// Open items in `items`.
    pub open: u64,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// Path as given or found; `-` for standard input.
    pub path: String,
    /// Size before decompression; absent if the file could not be read.
    pub bytes: Option<u64>,
    /// Kind: `items`, `status`, `jobs`, `combined`, `sdk-page`, `summary`,
    /// `error-response`, `html`, `text`, `empty`, `unreadable`, …
    pub kind: String,
    /// Number of API documents in it.
    pub documents: u64,
    /// Number of items read from it.
    pub items: u64,
    /// Description, if it holds nothing of the API.
    pub looks_like: Option<String>,
}

/// A note on the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// Severity.
    pub severity: Severity,
    /// Stable code, in kebab-case.
    pub code: String,
    /// File.
    pub path: Option<String>,
    /// `label` of the job.
    pub job: Option<String>,
    /// True if something is lost, cut, skipped or missing; `--strict` fails then.
    pub loss: bool,
    /// Sentence about the event, and the next step if there is one.
    pub message: String,
}
