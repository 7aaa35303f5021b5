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

/// Places of the words in [`KNOWN`].
pub mod code {
    #![expect(missing_docs, reason = "the words themselves say what they mean")]
    pub const PENDING: u32 = 0;
    pub const PROCESSING: u32 = 1;
    pub const COMPLETED: u32 = 2;
    pub const FAILED: u32 = 3;
    pub const SKIPPED: u32 = 4;
    pub const CANCELLED: u32 = 5;
}

/// The place of a documented word in [`KNOWN`].
pub fn code(word: &str) -> Option<u32> {
    Some(match word {
        PENDING => code::PENDING,
        PROCESSING => code::PROCESSING,
        COMPLETED => code::COMPLETED,
        FAILED => code::FAILED,
        SKIPPED => code::SKIPPED,
        CANCELLED => code::CANCELLED,
        _ => return None,
    })
}

/// Whether an item of this status will not change by itself any more.
pub fn is_terminal(word: &str) -> bool {
    matches!(word, COMPLETED | FAILED | SKIPPED | CANCELLED)
}

/// The same by the place of the word in [`KNOWN`]; unknown words have places behind it.
pub fn is_terminal_code(code: u32) -> bool {
    (code::COMPLETED..=code::CANCELLED).contains(&code)
}

/// Whether a job of this status is still to end.
pub fn is_open_job(word: Option<&str>) -> bool {
    matches!(word, Some("pending" | "running" | "dispatched"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_word_has_the_code_of_its_place() {
        for (place, word) in KNOWN.iter().enumerate() {
            assert_eq!(code(word), Some(place as u32));
            assert_eq!(is_terminal_code(place as u32), is_terminal(word));
        }
        assert_eq!(code("Completed"), None);
        assert!(!is_terminal_code(KNOWN.len() as u32));
    }
}
