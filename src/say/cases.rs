//! Words of test cases, as CI servers show items.

use crate::api::status::FAILED;
use crate::report::model::{ItemCounts, JobReport};
use crate::text::{are, counted, number};

/// Kind of failures without a message.
pub(crate) const NO_MESSAGE: &str = "no message";
/// Name of the suite of gates.
pub(crate) const GATES: &str = "gates";
/// Name of an item that has none.
pub(crate) const NO_NAME: &str = "(no name)";

/// Says that the job itself failed.
pub(crate) fn failed_job(job: &JobReport) -> Option<String> {
    let record = job.job.as_ref()?;
    (record.status.as_deref() == Some(FAILED)).then(|| match &record.error_message {
        Some(message) => format!("The job failed: {message}"),
        None => "The job failed.".to_owned(),
    })
}

/// Says how many items of a job are not in the dump.
pub(crate) fn missing_items(counts: &ItemCounts) -> Option<String> {
    let missing = counts.missing.filter(|missing| *missing > 0)?;
    Some(match counts.stated_total {
        Some(stated) => format!(
            "{} of {} {} not in the dump.",
            number(missing),
            counted(stated, "item", "items"),
            are(missing)
        ),
        None => format!(
            "{} {} not in the dump.",
            counted(missing, "item", "items"),
            are(missing)
        ),
    })
}
