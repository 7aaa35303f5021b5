//! The summary model, schema version 2: what `--format json` prints, what every other format
//! renders from, and what a saved summary is read back into.
//!
//! Conventions: absent is `null`; a ratio is 0–1 (a percentage only exists on the page); every
//! quantity carries its unit as a suffix; times are RFC 3339 in UTC.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::api::Api;
use crate::api::UtcTime;
pub use crate::metrics::{
    Bin, Credits, DurationStats, Durations, ErrorGroup, Example, Gap, Histogram, Interval,
    OpenItem, Rate, Rates, SkipReason, SlowItem, Throughput, Timeline, TotalSource,
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
    /// The program that made the report.
    pub generator: Generator,
    /// When the report was made; `SOURCE_DATE_EPOCH` where that is set.
    pub generated_at: UtcTime,
    /// The heading: `--title`, or one made from the jobs.
    pub title: String,
    /// The answer in one sentence.
    pub verdict: String,
    /// Batch jobs, worst first: those that failed, then by failure rate, then in the order in which the
    /// inputs name them. Up to 20,000.
    pub jobs: Vec<JobReport>,
    /// Jobs that are left out of `jobs`. They are part of all other figures.
    pub jobs_left_out: u64,
    /// The same figures over the items of all jobs.
    pub overall: Sections,
    /// The items themselves: those that `item_rows` describes, in the order of the inputs.
    pub items: Vec<ItemRow>,
    /// Which items are in `items`.
    pub item_rows: ItemRows,
    /// Every file that was found, in path order.
    pub inputs: Vec<Input>,
    /// What the reader has to know to trust the numbers, worst first.
    pub notes: Vec<Note>,
}

/// The program that made a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Generator {
    /// `batch-report`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What is said about one batch job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobReport {
    /// The id of the batch job (`bjb-…`); absent where the dump does not tell it.
    pub batch_job_id: Option<String>,
    /// What the job is called on the page: its id, else the folder or file its items came from.
    pub label: String,
    /// The generation of the API that the job was recorded from.
    pub api: Api,
    /// The answer for this job in one sentence.
    pub verdict: String,
    /// The newest status record of the job; absent where none was recorded.
    pub job: Option<JobFacts>,
    /// The figures over this job's items.
    #[serde(flatten)]
    pub sections: Sections,
}

/// A job as its newest status record tells it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobFacts {
    /// The id of the batch job.
    pub id: String,
    /// parse, extract or classify; another word survives as it is.
    pub job_type: Option<String>,
    /// The project it belongs to.
    pub project_id: Option<String>,
    /// pending, running, dispatched, completed, failed or cancelled; another word survives.
    pub status: Option<String>,
    /// The number of items the job states.
    pub total_items: Option<u64>,
    /// When the job ended.
    pub completed_at: Option<UtcTime>,
    /// When the job was created.
    pub created_at: Option<UtcTime>,
    /// The directory it works on.
    pub directory_id: Option<String>,
    /// The instant this record speaks of.
    pub effective_at: Option<UtcTime>,
    /// The error of the job's latest attempt.
    pub error_message: Option<String>,
    /// Items that failed, as the job counts them.
    pub failed_items: Option<u64>,
    /// The id of this status record.
    pub job_record_id: Option<String>,
    /// Items processed, as the job counts them; whether failed and skipped ones are among them is
    /// not documented.
    pub processed_items: Option<u64>,
    /// Items skipped, as the job counts them.
    pub skipped_items: Option<u64>,
    /// When work on the job began.
    pub started_at: Option<UtcTime>,
    /// When the record was changed last.
    pub updated_at: Option<UtcTime>,
    /// The id of the workflow behind the job.
    pub workflow_id: Option<String>,
    /// Configuration of a v2 batch.
    #[serde(default)]
    pub configuration_id: Option<String>,
    /// `updated_at - created_at` of a v2 batch, which has no start and no end of its own: the span of its
    /// record, not a wall time.
    #[serde(default)]
    pub span_seconds: Option<f64>,
    /// `completed_at - started_at`; absent while the job runs, and where a time is missing or the
    /// difference is negative.
    pub wall_seconds: Option<f64>,
    /// 0–100, as the server said it.
    pub progress_percentage: Option<f64>,
}

/// The figures over a set of items: one job's, or all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sections {
    /// How many items were recorded, and whether that is all of them.
    pub counts: ItemCounts,
    /// Shares, each with its numerator, denominator and interval.
    pub rates: Rates,
    /// How long items took, per status.
    pub durations: Durations,
    /// Waiting times of items, `running_at - pending_at`, by status; absent unless data points of v2 tell
    /// them.
    pub queue: Option<Durations>,
    /// Credits that items cost; absent unless jobs of v2 tell them.
    #[serde(default)]
    pub credits: Option<Credits>,
    /// How fast items ended, and how many were worked on at once.
    pub throughput: Throughput,
    /// Why items were skipped: most first, then by name.
    pub skip_reasons: Vec<SkipReason>,
    /// Why items failed: most first, then by pattern, those without a message last.
    pub error_groups: Vec<ErrorGroup>,
    /// The items that took longest, longest first.
    pub slowest: Vec<SlowItem>,
    /// Items that have not ended, the oldest first, up to 20.
    pub open: Vec<OpenItem>,
    /// What is remarkable about these figures, the most important first; often nothing.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Items that ended over time, and the concurrency; absent if nothing is known to have begun or ended,
    /// and of single jobs if the report holds more than 1,000.
    pub timeline: Option<Timeline>,
    /// Distribution of durations; absent if no item has one, and of single jobs if the report holds more
    /// than 50.
    pub histogram: Option<Histogram>,
    /// Entries that lists of this section leave out because they are too long.
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

/// Something remarkable, in words with its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What kind of thing it is, in kebab-case; stable, for machines.
    pub code: String,
    /// How much it matters.
    pub severity: Severity,
    /// The finding as a sentence.
    pub message: String,
    /// The numbers it rests on, by name.
    pub evidence: IndexMap<String, f64>,
}

/// How many items were recorded, and whether that is all of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemCounts {
    /// Whether any list of items was recorded; where none was, the counts are of nothing, and what
    /// is known is what the status says.
    pub listed: bool,
    /// Rows read, repeated ones included, unreadable ones not.
    pub recorded: u64,
    /// Distinct `item_id`s; every figure is about these, each by its newest record.
    pub distinct: u64,
    /// `recorded - distinct`.
    pub duplicates: u64,
    /// Items recorded more than once whose records differ.
    pub conflicting_duplicates: u64,
    /// Rows that were there but could not be read as items.
    pub unreadable: u64,
    /// The status the list was filtered by, where that is known or can be seen; several, of several lists,
    /// are sorted and parted by a comma. The rates of such a list are not the job's.
    pub status_filter: Option<String>,
    /// Whether lists that are not filtered stand beside it, so that there are other items, but not all.
    #[serde(default)]
    pub filtered_in_part: bool,
    /// Of how many jobs the list is filtered by a status. Where that is some of several, the rates of all
    /// together are not those of the jobs either.
    #[serde(default)]
    pub filtered_jobs: u64,
    /// How many items there should be; absent where nothing states it.
    pub stated_total: Option<u64>,
    /// Where `stated_total` comes from.
    pub stated_total_source: Option<TotalSource>,
    /// Stated but not recorded items; absent where no total is stated.
    pub missing: Option<u64>,
    /// Whether every stated item was recorded; absent where no total is stated.
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
    /// Distinct items per status word: the six known ones, then others by name.
    pub by_status: IndexMap<String, u64>,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemRow {
    /// The `label` of the job it belongs to.
    pub job: String,
    /// Its id.
    pub item_id: String,
    /// Its name.
    pub item_name: Option<String>,
    /// Its status: one of the six known words, or another as it is.
    pub status: String,
    /// When work on it began.
    pub started_at: Option<UtcTime>,
    /// When it ended.
    pub completed_at: Option<UtcTime>,
    /// The instant its record speaks of.
    pub effective_at: Option<UtcTime>,
    /// `completed_at - started_at`; negative if they are swapped.
    pub duration_seconds: Option<f64>,
    /// The error of its latest attempt, cut if it is very long.
    pub error_message: Option<String>,
    /// The `id` of its error group; absent unless it failed.
    pub error_group: Option<String>,
    /// Why it was skipped.
    pub skip_reason: Option<String>,
    /// The id of the parse or extract job behind it.
    pub processing_job_id: Option<String>,
    /// The `path` of the input it was read from.
    pub source: Option<String>,
}

/// Which items a report holds as rows.
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

/// The number of items that a report holds as rows, and of all items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ItemRows {
    /// What was asked for; `all` if every item is in `items`.
    pub selection: ItemSelection,
    /// Items in `items`.
    pub held: u64,
    /// Items there are.
    pub of: u64,
    /// Failed items in `items`.
    pub failed: u64,
    /// Skipped items in `items`.
    pub skipped: u64,
    /// Open items in `items`.
    pub open: u64,
}

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// Its path as it was given or found, `-` for standard input.
    pub path: String,
    /// Its size as it lies there, before decompression; absent where it could not be read.
    pub bytes: Option<u64>,
    /// What it is, in a word: `items`, `status`, `jobs`, `combined`, `sdk-page`, `summary`,
    /// `error-response`, `html`, `text`, `empty`, `unreadable`, …
    pub kind: String,
    /// Documents of the API in it.
    pub documents: u64,
    /// Items read from it.
    pub items: u64,
    /// What it looks like, where it is nothing of the API.
    pub looks_like: Option<String>,
}

/// Something the reader has to know to trust the numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// How much it matters.
    pub severity: Severity,
    /// What it is about, in kebab-case; stable, for machines.
    pub code: String,
    /// The file it is about.
    pub path: Option<String>,
    /// The `label` of the job it is about.
    pub job: Option<String>,
    /// Whether something is lost, cut, skipped or missing: what `--strict` looks at.
    pub loss: bool,
    /// What happened, and the next step where there is one.
    pub message: String,
}
