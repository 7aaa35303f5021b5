//! Notes about v2 batches: what the dump lacks, and the call that gets it.

use super::code::Code;
use crate::api::id::is_safe_id;
use crate::load::v2::BatchFacts;
use crate::report::model::{JobReport, Note};
use crate::text::{counted, mask, number};

/// Job IDs that a note names; the others are counted.
const NAMED_JOBS: usize = 20;

/// Notes about a batch.
pub(crate) fn of_batch(batch: &BatchFacts, report: &JobReport) -> Vec<Note> {
    let fetch = fetch(report.batch_job_id.as_deref());
    let note = |code: Code, message: String| Note::new(code, Some(&report.label), message);
    let mut notes = Vec::new();
    if !batch.has_results {
        notes.push(note(
            Code::NoResults,
            format!(
                "the results of this batch are not recorded, so its files are unknown; run \
                 `{fetch}`, or record the batch with expand=results"
            ),
        ));
        return notes;
    }
    if batch.unreadable_results > 0 {
        notes.push(note(
            Code::UnreadableItem,
            format!(
                "{} without a file ID {} not counted",
                counted(batch.unreadable_results, "result", "results"),
                if batch.unreadable_results == 1 {
                    "is"
                } else {
                    "are"
                },
            ),
        ));
    }
    if !batch.missing_jobs.is_empty() {
        notes.push(note(Code::MissingJobs, missing_jobs(batch, report, &fetch)));
    }
    let counts = &report.sections.counts;
    let with_jobs = counts.distinct - counts.never_started.min(counts.distinct);
    if with_jobs > 0 && batch.timed_by_data_points == 0 {
        notes.push(note(
            Code::NoDataPoints,
            "no job data points are recorded, so durations, queue times, throughput and the timeline are \
             absent; record them with `batch-report fetch`, npm, llp or curl (Python llama-cloud 2.17 and \
             later cannot)"
                .to_owned(),
        ));
    }
    if counts.partial_items > 0 {
        notes.push(note(
            Code::PartialResults,
            format!(
                "{} {} pages that failed ({}), so the results are partial",
                counted(counts.partial_items, "completed file", "completed files"),
                if counts.partial_items == 1 {
                    "has"
                } else {
                    "have"
                },
                counted(counts.failed_pages, "page", "pages"),
            ),
        ));
    }
    notes
}

/// Command that gets a batch; without an ID that it takes, its first words.
fn fetch(id: Option<&str>) -> String {
    match id.filter(|id| is_safe_id(id)) {
        Some(id) => format!("batch-report fetch {id}"),
        None => "batch-report fetch".to_owned(),
    }
}

/// Jobs that the dump lacks, with the calls that get them.
fn missing_jobs(batch: &BatchFacts, report: &JobReport, fetch: &str) -> String {
    let missing = &batch.missing_jobs;
    let job_type = report.job.as_ref().and_then(|job| job.job_type.as_deref());
    let kind = match job_type {
        Some(word) if word.starts_with("extract") => "extract",
        _ => "parse",
    };
    let named: Vec<String> = missing
        .iter()
        .filter(|id| is_safe_id(id) && mask(id) == id.as_str())
        .take(NAMED_JOBS)
        .map(|id| format!("-d job_ids={id}"))
        .collect();
    let more = match missing.len() - named.len() {
        0 => String::new(),
        more => format!(" and {} more", number(more as u64)),
    };
    let curl = match &named[..] {
        [] => String::new(),
        named => format!(
            ", or with curl: `curl -G -H \"Authorization: Bearer $LLAMA_CLOUD_API_KEY\" \
             https://api.cloud.llamaindex.ai/api/v2/{kind} {}`{more}",
            named.join(" "),
        ),
    };
    format!(
        "{} of this batch {} not in the dump, so the status of {} is unknown; get {} with \
         `{fetch}`{curl}",
        counted(missing.len() as u64, "job", "jobs"),
        if missing.len() == 1 { "is" } else { "are" },
        if missing.len() == 1 {
            "its file"
        } else {
            "their files"
        },
        if missing.len() == 1 { "it" } else { "them" },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples;

    #[test]
    fn only_plain_ids_are_in_a_command() {
        let mut report = samples::typical().jobs.remove(0);
        let mut message = |id: &str, missing: &[&str]| {
            report.batch_job_id = Some(id.to_owned());
            let batch = BatchFacts {
                has_results: true,
                missing_jobs: missing.iter().map(ToString::to_string).collect(),
                ..BatchFacts::default()
            };
            let mut notes = of_batch(&batch, &report);
            notes.retain(|note| note.code == Code::MissingJobs.name());
            notes.remove(0).message
        };
        let found = message("bat-1", &["pjb-1", "$(id)"]);
        assert!(found.contains("`batch-report fetch bat-1`"), "{found}");
        assert!(found.ends_with(" -d job_ids=pjb-1` and 1 more"), "{found}");
        let found = message("$(id)", &["a b"]);
        assert!(
            found.ends_with("; get it with `batch-report fetch`"),
            "{found}"
        );
    }
}
