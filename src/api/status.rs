//! The status words of items and jobs. A word that the server adds later survives as itself: it is
//! counted under its own name and is neither an end nor a failure.

/// Status of an item that waits.
pub const PENDING: &str = "pending";
/// Status of an item that is being worked on.
pub const PROCESSING: &str = "processing";
/// Status of an item that succeeded.
pub const COMPLETED: &str = "completed";
/// Status of an item that failed.
pub const FAILED: &str = "failed";
/// Status of an item that was not worked on.
pub const SKIPPED: &str = "skipped";
/// Status of an item that was given up with its job.
pub const CANCELLED: &str = "cancelled";

/// Status of a file of a v2 batch that has neither a job nor an error.
pub const NOT_STARTED: &str = "not_started";

/// The documented words of items, in the order in which they are reported.
pub const KNOWN: [&str; 6] = [PENDING, PROCESSING, COMPLETED, FAILED, SKIPPED, CANCELLED];

/// The documented words of jobs that are still to end.
const OPEN_JOB: [&str; 4] = [PENDING, "throttled", "running", "dispatched"];

/// Further words for the files of a v2 batch.
pub const OF_FILES: [&str; 2] = ["throttled", NOT_STARTED];

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

/// The documented word that a text means, without regard to case, blanks around it, or what
/// Python's `str` and `repr` put around an enum (`BatchItemStatus.FAILED`,
/// `<BatchItemStatus.FAILED: 'failed'>`). Any other text is itself, without the blanks.
pub fn canonical(text: &str) -> &str {
    let text = text.trim();
    let name = match text
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
    {
        Some(repr) => repr.split(':').next().unwrap_or(repr),
        None => text,
    };
    let word = name.rsplit('.').next().unwrap_or(name).trim();
    KNOWN
        .into_iter()
        .chain(OPEN_JOB)
        .find(|known| known.eq_ignore_ascii_case(word))
        .unwrap_or(text)
}

/// Tells if an item of this status will not change by itself any more.
pub fn is_terminal(word: &str) -> bool {
    matches!(word, COMPLETED | FAILED | SKIPPED | CANCELLED)
}

/// Tells what [`is_terminal`] tells, by the place of the word in [`KNOWN`]; unknown words have places
/// behind it.
pub fn is_terminal_code(code: u32) -> bool {
    (code::COMPLETED..=code::CANCELLED).contains(&code)
}

/// Tells if a job of this status is still to end.
pub fn is_open_job(word: Option<&str>) -> bool {
    word.is_some_and(|word| OPEN_JOB.contains(&word))
}

/// Tells if a job of this status has ended.
pub fn is_ended_job(word: Option<&str>) -> bool {
    matches!(word, Some(COMPLETED | FAILED | CANCELLED))
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

    #[test]
    fn a_word_is_known_however_it_is_written() {
        for text in [
            "failed",
            "FAILED",
            " Failed\t",
            "BatchItemStatus.FAILED",
            "app.models.Status.failed",
            "<BatchItemStatus.FAILED: 'failed'>",
        ] {
            assert_eq!(canonical(text), FAILED, "{text}");
        }
        assert_eq!(canonical("StatusEnum.RUNNING"), "running");
    }

    #[test]
    fn a_new_word_stays_as_it_is() {
        for text in [
            "quarantined",
            "Quarantined",
            "a.b",
            "failed.later",
            "<x>",
            "",
        ] {
            assert_eq!(canonical(text), text);
        }
        assert_eq!(canonical(" on hold "), "on hold");
    }
}
