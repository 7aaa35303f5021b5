//! The comparison of a report with a baseline, in the summary model.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metrics::Rate;

/// Comparison of the report with a baseline.
///
/// Items are matched by their id, else by a name that stands once on each side. If several inputs record an
/// item, its newest record counts. What is about single items is absent if a side does not hold all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// Outcome in one or two sentences.
    pub verdict: String,
    /// The baseline.
    pub base: BaseFacts,
    /// Reason why single items are not compared; absent if they are.
    pub not_compared: Option<String>,
    /// Items that both sides hold.
    pub matched: Option<u64>,
    /// Those among them that were matched by their name.
    pub matched_by_name: Option<u64>,
    /// Items that fail now and did not before.
    pub newly_failing: Option<ItemChanges>,
    /// Items that failed before and are completed now.
    pub fixed: Option<ItemChanges>,
    /// Items that failed before and fail now.
    pub still_failing: Option<StillFailing>,
    /// Items that failed before and have neither completed nor failed now.
    pub unsettled: Option<ItemChanges>,
    /// Items that only this report holds.
    pub new_items: Option<ItemChanges>,
    /// Items that only the baseline holds.
    pub gone_items: Option<ItemChanges>,
    /// Items of this report that could be one of several in the baseline, or the other way round.
    pub ambiguous: Option<Ambiguous>,
    /// Durations of items that completed on both sides; absent if there are none.
    pub slower: Option<Slower>,
    /// Rates of both sides, over distinct items.
    pub rates: RateChanges,
    /// Error groups that only this report has; absent if a side leaves some out.
    pub new_errors: Option<GroupChanges>,
    /// Error groups that only the baseline has.
    pub gone_errors: Option<GroupChanges>,
}

/// The baseline of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BaseFacts {
    /// Title of its report.
    pub title: String,
    /// Number of its jobs.
    pub jobs: u64,
    /// Number of its items.
    pub items: u64,
    /// Number of its failed items.
    pub failed: u64,
    /// True if everything was read whole and nothing stated is missing.
    pub complete: bool,
    /// Number of items of this report.
    pub new_items: u64,
    /// Number of failed items of this report.
    pub new_failed: u64,
}

/// Items that changed in one way, in the order of the inputs, up to 100.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemChanges {
    /// Number of items.
    pub count: u64,
    /// Failed items among them.
    pub failed: u64,
    /// Some of them.
    pub items: Vec<ChangedItem>,
}

/// Items that failed before and fail now.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StillFailing {
    /// Number of items.
    pub count: u64,
    /// Items in the same error group as before.
    pub same_error: u64,
    /// Items in another error group.
    pub other_error: u64,
    /// Some of them, in the order of the inputs, up to 100.
    pub items: Vec<ChangedItem>,
}

/// Items that were not matched, because several could be meant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ambiguous {
    /// Items of this report.
    pub count: u64,
    /// Items of the baseline.
    pub base_count: u64,
    /// Some of this report's items, up to 100.
    pub items: Vec<ChangedItem>,
}

/// An item on both sides, or on one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedItem {
    /// Id of the item; that of this report if the sides differ.
    pub item_id: String,
    /// Name of the item.
    pub item_name: Option<String>,
    /// `label` of its job; that of the baseline if only it holds the item.
    pub job: String,
    /// Status in the baseline.
    pub base_status: Option<String>,
    /// Status now.
    pub status: Option<String>,
    /// `id` of the error group in the baseline.
    pub base_error_group: Option<String>,
    /// `id` of the error group now.
    pub error_group: Option<String>,
    /// Error now, else before, up to 300 characters.
    pub error_message: Option<String>,
    /// Duration in the baseline.
    pub base_duration_seconds: Option<f64>,
    /// Duration now.
    pub duration_seconds: Option<f64>,
}

/// Change of durations, over items that completed on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Slower {
    /// Items that completed on both sides with both times.
    pub compared: u64,
    /// Median of their durations in the baseline.
    pub base_p50_seconds: f64,
    /// Median of their durations now.
    pub p50_seconds: f64,
    /// Median of the change of each item; negative if they got faster.
    pub shift_seconds: f64,
    /// 95% interval of `shift_seconds` (sign test); absent for fewer than 6 items.
    pub ci95_seconds: Option<[f64; 2]>,
    /// Items that took at least 1.5 times as long, and at least a second longer.
    pub count: u64,
    /// Those that took longest beyond before, up to 20.
    pub items: Vec<ChangedItem>,
}

/// Rates of both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RateChanges {
    /// failed / (completed + failed).
    pub failure: RateChange,
    /// failed / all distinct items.
    pub failed_of_all: RateChange,
    /// skipped / all distinct items.
    pub skipped_of_all: RateChange,
}

/// A rate of both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RateChange {
    /// In the baseline.
    pub base: Rate,
    /// Now.
    pub new: Rate,
    /// `new - base`, -1 to 1; absent if a rate is absent.
    pub difference: Option<f64>,
    /// 95% interval of the difference (Newcombe).
    pub ci95: Option<[f64; 2]>,
}

/// Error groups that only one side has: most items first, up to 100.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupChanges {
    /// Number of groups.
    pub count: u64,
    /// Some of them.
    pub groups: Vec<ChangedGroup>,
}

/// Error group that only one side has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedGroup {
    /// Stable id.
    pub id: String,
    /// Pattern; absent for failures without a message.
    pub pattern: Option<String>,
    /// Failed items in it.
    pub count: u64,
}
