//! The status words of items. A word the server adds later survives as itself: it is counted under
//! its own name and is neither an end nor a failure.

/// Waiting.
pub const PENDING: &str = "pending";
/// Being worked on.
pub const PROCESSING: &str = "processing";
/// Worked on to a good end.
pub const COMPLETED: &str = "completed";
/// Worked on to a bad end.
pub const FAILED: &str = "failed";
/// Not worked on.
pub const SKIPPED: &str = "skipped";
/// Given up with its job.
pub const CANCELLED: &str = "cancelled";

/// The documented words, in the order in which they are reported.
pub const KNOWN: [&str; 6] = [PENDING, PROCESSING, COMPLETED, FAILED, SKIPPED, CANCELLED];

/// Whether an item of this status will not change by itself any more.
pub fn is_terminal(word: &str) -> bool {
    matches!(word, COMPLETED | FAILED | SKIPPED | CANCELLED)
}
