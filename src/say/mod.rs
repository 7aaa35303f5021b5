//! The sentences that the program says about data: the verdict, findings, notes, and what standard
//! error says.
//!
//! `report` makes a model without words; [`report`] puts them in.

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
use crate::api::{Api, UtcTime};
use crate::load::{Dump, Job};
use crate::metrics::Shape;
use crate::report::model::{Input, JobReport, Note, Report};
use crate::report::{Built, ReportOptions};
use crate::say::code::Code;
use crate::text::counted;

/// Makes the report of a dump, with all its words.
pub fn report(
    dump: &Dump,
    options: &ReportOptions,
    title: Option<&str>,
    generated_at: UtcTime,
) -> Report {
    let words = |job: &Job, report: &mut JobReport, shape: Option<&Shape>| {
        report.verdict = verdict::of_job(report);
        report.sections.findings = findings::of_job(report, shape);
        notes::of_job(job, report)
    };
    let mut notes = notes::Gathered::default();
    let take = |more: Vec<Note>| notes.extend(more);
    let built = crate::report::build(dump, options, generated_at, words, take);
    fill(built, notes, dump, title)
}

/// Fills in the title, verdict, findings and notes of a report.
fn fill(built: Built<'_>, notes: notes::Gathered, dump: &Dump, title: Option<&str>) -> Report {
    let Built {
        mut report,
        jobs,
        overall_shape,
    } = built;
    match &report.jobs[..] {
        [only] => {
            report.verdict.clone_from(&only.verdict);
            report.title = match only.api {
                Api::V1 => format!("Batch job {}", only.label),
                Api::V2 => format!("Batch {}", only.label),
            };
        }
        _ => {
            report.overall.findings =
                findings::of_jobs(&report.overall, &jobs, overall_shape.as_deref());
            report.verdict = verdict::of_jobs(&report.overall, &jobs);
            let are_v2 = jobs.iter().all(|job| job.api == Api::V2) && !jobs.is_empty();
            report.title = match are_v2 {
                true => counted(jobs.len() as u64, "batch", "batches"),
                false => counted(jobs.len() as u64, "batch job", "batch jobs"),
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
    let mut all = notes::Gathered::default();
    all.extend(notes::of_loading(dump));
    all.extend(notes::of_reruns(&report.overall));
    all.append(notes);
    report.notes = all.limited();
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
    let mut all = notes::Gathered::default();
    all.extend(std::mem::take(&mut report.notes));
    report.notes = all.limited();
}
