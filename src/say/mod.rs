//! The sentences that the program says about data: the verdict, findings, notes, and what standard
//! error says.
//!
//! `report` makes a model without words; [`fill`] puts them in.

pub(crate) mod batches;
pub(crate) mod cases;
pub mod code;
pub(crate) mod compare;
mod findings;
pub(crate) mod gates;
pub(crate) mod github;
pub(crate) mod loading;
pub(crate) mod next;
mod notes;
pub(crate) mod retry;
pub(crate) mod stderr;
pub(crate) mod ticket;
pub(crate) mod trend;
mod verdict;

pub(crate) use self::findings::LABEL_CHARS;
use self::next::Typed;
use crate::api::Api;
use crate::load::Dump;
use crate::parallel::{self, MANY_ROWS};
use crate::report::Built;
use crate::report::model::{Finding, Input, Note, Report};
use crate::say::code::Code;
use crate::text::counted;

/// Fills in the title, verdicts, findings and notes of a report.
pub fn fill(built: Built, dump: &Dump, title: Option<&str>) -> Report {
    let Built {
        mut report,
        shapes,
        overall_shape,
    } = built;
    let words = |index: usize| -> (String, Vec<Finding>, Vec<Note>) {
        let job = &report.jobs[index];
        let verdict = verdict::of_job(job);
        let findings = findings::of_job(job, shapes[index].as_deref());
        (verdict, findings, notes::of_job(&dump.jobs[index], job))
    };
    let many = report.jobs.len() > MANY_ROWS / 100;
    let words = parallel::each(many, report.jobs.len(), words);
    let mut job_notes = Vec::new();
    for (job, (verdict, findings, notes)) in report.jobs.iter_mut().zip(words) {
        job.verdict = verdict;
        job.sections.findings = findings;
        job_notes.extend(notes);
    }
    match &report.jobs[..] {
        [only] => {
            report.overall.findings.clone_from(&only.sections.findings);
            report.verdict.clone_from(&only.verdict);
            report.title = match only.api {
                Api::V1 => format!("Batch job {}", only.label),
                Api::V2 => format!("Batch {}", only.label),
            };
        }
        many => {
            report.overall.findings =
                findings::of_jobs(&report.overall, many, overall_shape.as_deref());
            report.verdict = verdict::of_jobs(&report.overall, many);
            let are_v2 = many.iter().all(|job| job.api == Api::V2) && !many.is_empty();
            report.title = match are_v2 {
                true => counted(many.len() as u64, "batch", "batches"),
                false => counted(many.len() as u64, "batch job", "batch jobs"),
            };
        }
    }
    if let Some(title) = title {
        title.clone_into(&mut report.title);
    }
    for (input, file) in report.inputs.iter_mut().zip(&dump.inputs) {
        input.looks_like = file.looks_like.as_ref().map(loading::not_ours);
    }
    report.next_steps = next::steps(&report, Typed::default());
    let of_reruns = notes::of_reruns(&report.overall);
    let notes = notes::of_loading(dump).chain(of_reruns);
    report.notes = notes.chain(job_notes).collect();
    notes::limit(&mut report.notes);
    report.arrange();
    report
}

/// Adds the notes about the files that were given together with the saved summary at `path`. Files of
/// this program are left out.
pub(crate) fn given_beside(report: &mut Report, dump: &Dump, path: &str) {
    let notes: Vec<Note> = notes::of_loading(dump)
        .filter(|note| note.path.as_deref() != Some(path) && note.code != Code::OwnReport.name())
        .collect();
    let is_noted = |input: &Input| {
        let mut notes = notes.iter();
        notes.any(|note| note.path.as_ref() == Some(&input.path))
    };
    let inputs = crate::report::inputs(dump).into_iter().zip(&dump.inputs);
    let inputs = inputs.map(|(input, file)| Input {
        looks_like: file.looks_like.as_ref().map(loading::not_ours),
        ..input
    });
    report.inputs.extend(inputs.filter(is_noted));
    report.notes.extend(notes);
    notes::limit(&mut report.notes);
    report.notes.sort_by_key(|note| note.severity);
}
