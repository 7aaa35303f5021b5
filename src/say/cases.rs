//! Words of test cases, as CI servers show items.

use crate::api::status::FAILED;
use crate::report::model::{ItemCounts, ItemRow, JobReport};
use crate::text::{are, counted, number, quote};

/// Kind of failures without a message.
pub(crate) const NO_MESSAGE: &str = "no message";
/// Name of the suite of gates.
pub(crate) const GATES: &str = "gates";
/// Name of an item that has none.
pub(crate) const NO_NAME: &str = "(no name)";

/// Longest quote of a job's label, and of a status word.
const QUOTE: usize = 60;

/// Says why an item did not complete, and what became of it in a newer job.
pub(crate) fn message(item: &ItemRow) -> Option<String> {
    let message = item.error_message.as_ref().or(item.skip_reason.as_ref());
    let Some(newer) = &item.newer else {
        return message.cloned();
    };
    let (job, status) = (quote(&newer.job, QUOTE), quote(&newer.status, QUOTE));
    let newer = format!(
        "Recorded again in {job}: {status} there, {} here",
        item.status
    );
    Some(match message {
        Some(message) => format!("{newer}: {message}"),
        None => format!("{newer}."),
    })
}

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
