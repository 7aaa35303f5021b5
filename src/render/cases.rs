//! Items as test cases, as CI servers show them: a suite per job, a case per item row.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr, Serde};
use serde::Serialize;

use crate::api::status::{CANCELLED, COMPLETED, FAILED, SKIPPED, is_terminal};
use crate::report::Report;
use crate::report::model::{Gate, ItemRow, JobReport};
use crate::say;

/// Result of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    /// The item completed.
    Passed,
    /// The item, or the job itself, failed.
    Failed,
    /// The item was skipped or cancelled.
    Skipped,
    /// The item has not ended, or is missing.
    Open,
    /// The item has a status that is new.
    Other,
}

/// A case: an item, or something that is wrong with the job as a whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Case<'r> {
    /// Name of the item; unlike that of any other case of the suite.
    pub(super) name: String,
    /// Folder of the item, else the job.
    pub(super) class: &'r str,
    pub(super) outcome: Outcome,
    /// Pattern of the error group, or the status word.
    pub(super) kind: &'r str,
    /// Error message or skip reason.
    pub(super) message: Option<String>,
    pub(super) seconds: Option<f64>,
    /// The row; absent if the case is about the job.
    #[serde(skip)]
    pub(super) row: Option<&'r ItemRow>,
    /// Id of the item.
    pub(super) item_id: Option<&'r str>,
}

/// A suite: a job with its cases.
#[derive(Debug)]
pub(super) struct Suite {
    /// Label of the job.
    pub(super) name: String,
    /// The job; absent if the report leaves it out.
    pub(super) job: Option<usize>,
    /// Rows of its items.
    rows: Vec<usize>,
    /// The cases are the gates.
    has_gates: bool,
    /// Rows whose name another item of the job has as well.
    alike: HashSet<usize>,
}

/// Error groups of a report: pattern by id.
type Patterns<'r> = HashMap<&'r str, &'r str>;

/// Makes the suites of a report: jobs in its order, then those that it leaves out.
pub(super) fn suites(report: &Report) -> Vec<Suite> {
    let mut suites: Vec<Suite> = Vec::with_capacity(report.jobs.len());
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (at, job) in report.jobs.iter().enumerate() {
        places.entry(&job.label).or_insert(at);
        suites.push(Suite::of(&job.label, Some(at)));
    }
    for (row, item) in report.items.iter().enumerate() {
        let place = *places.entry(&item.job).or_insert_with(|| {
            suites.push(Suite::of(&item.job, None));
            suites.len() - 1
        });
        suites[place].rows.push(row);
    }
    if !report.gates.is_empty() {
        suites.push(Suite {
            has_gates: true,
            ..Suite::of(say::cases::GATES, None)
        });
    }
    for suite in &mut suites {
        let mut first: HashMap<&str, usize> = HashMap::new();
        for row in &suite.rows {
            if let Some(other) = first.insert(name(&report.items[*row]), *row) {
                suite.alike.extend([other, *row]);
            }
        }
    }
    suites
}

impl Suite {
    fn of(name: &str, job: Option<usize>) -> Self {
        Self {
            name: name.to_owned(),
            job,
            rows: Vec::new(),
            has_gates: false,
            alike: HashSet::new(),
        }
    }

    /// Cases that are no items: the job failed, items are missing, gates.
    pub(super) fn of_job<'r>(&self, report: &'r Report) -> Vec<Case<'r>> {
        if self.has_gates {
            return report.gates.iter().map(of_gate).collect();
        }
        let Some(job) = self.job.and_then(|at| report.jobs.get(at)) else {
            return Vec::new();
        };
        let case = |name: &str, outcome, kind, message| Case {
            name: name.to_owned(),
            class: &job.label,
            outcome,
            kind,
            message: Some(message),
            seconds: None,
            row: None,
            item_id: None,
        };
        let failed = say::cases::failed_job(job);
        let failed = failed.map(|words| case("(job)", Outcome::Failed, "job", words));
        let missing = say::cases::missing_items(&job.sections.counts);
        let missing = missing.map(|words| case("(missing)", Outcome::Open, "missing", words));
        failed.into_iter().chain(missing).collect()
    }

    /// Cases of the items.
    pub(super) fn of_items<'r>(
        &'r self,
        report: &'r Report,
        patterns: &'r Patterns<'r>,
    ) -> impl Iterator<Item = Case<'r>> {
        let rows = self.rows.iter();
        rows.map(|row| self.of_item(report, *row, patterns))
    }

    fn of_item<'r>(&self, report: &'r Report, row: usize, patterns: &Patterns<'r>) -> Case<'r> {
        let item = &report.items[row];
        let group = item.error_group.as_deref();
        let kind = match group {
            Some(id) => patterns.get(id).copied().unwrap_or(id),
            None => &item.status,
        };
        let alike = self.alike.contains(&row);
        Case {
            name: match alike {
                true => format!("{} ({})", name(item), item.item_id),
                false => name(item).to_owned(),
            },
            class: folder(item).unwrap_or(&item.job),
            outcome: outcome(item),
            kind,
            message: say::cases::message(item),
            seconds: item.duration_seconds.filter(|seconds| *seconds >= 0.0),
            row: Some(item),
            item_id: Some(&item.item_id),
        }
    }
}

fn of_gate(gate: &Gate) -> Case<'_> {
    Case {
        name: gate.rule.clone(),
        class: say::cases::GATES,
        outcome: match gate.fails {
            true => Outcome::Failed,
            false => Outcome::Passed,
        },
        kind: "gate",
        message: Some(gate.message.clone()),
        seconds: None,
        row: None,
        item_id: None,
    }
}

/// Returns the patterns of the error groups by their ids.
pub(super) fn patterns(report: &Report) -> Patterns<'_> {
    let jobs = report.jobs.iter().map(|job| &job.sections);
    let groups = jobs
        .chain([&report.overall])
        .flat_map(|part| &part.error_groups);
    groups
        .map(|group| {
            let pattern = group.pattern.as_deref();
            (&*group.id, pattern.unwrap_or(say::cases::NO_MESSAGE))
        })
        .collect()
}

fn name(item: &ItemRow) -> &str {
    let name = item.item_name.as_deref().unwrap_or(&item.item_id);
    match name.is_empty() {
        true => say::cases::NO_NAME,
        false => name,
    }
}

fn folder(item: &ItemRow) -> Option<&str> {
    let (folder, _) = item.item_name.as_deref()?.rsplit_once(['/', '\\'])?;
    (!folder.is_empty()).then_some(folder)
}

fn outcome(item: &ItemRow) -> Outcome {
    match item.status.as_str() {
        // What is known of the item is said in the other job.
        COMPLETED => Outcome::Passed,
        FAILED => Outcome::Failed,
        SKIPPED | CANCELLED => Outcome::Skipped,
        word if item.completed_at.is_none() && !is_terminal(word) => Outcome::Open,
        _ => Outcome::Other,
    }
}

/// The suites as templates see them, which make the value of a case when they are asked for it.
pub(super) fn value(report: &Arc<Report>) -> Value {
    let patterns: HashMap<String, String> = patterns(report)
        .into_iter()
        .map(|(id, pattern)| (id.to_owned(), pattern.to_owned()))
        .collect();
    let patterns = Arc::new(patterns);
    let suites = suites(report).into_iter().map(|suite| {
        let counted = |outcome: Outcome| {
            let items = suite
                .rows
                .iter()
                .map(|row| self::outcome(&report.items[*row]));
            let job = suite.of_job(report).into_iter().map(|case| case.outcome);
            items.chain(job).filter(|other| *other == outcome).count()
        };
        let job = suite.job.and_then(|at| report.jobs.get(at));
        let of_job = suite.of_job(report);
        Value::from_pairs([
            ("name", Value::from(suite.name.as_str())),
            ("tests", Value::from(suite.rows.len() + of_job.len())),
            ("failures", Value::from(counted(Outcome::Failed))),
            ("errors", Value::from(counted(Outcome::Open))),
            ("skipped", Value::from(counted(Outcome::Skipped))),
            ("left_out", Value::from(left_out(job, suite.rows.len()))),
            ("job", Value::from(Serde(job.map(facts)))),
            ("of_job", Value::from(Serde(&of_job))),
            (
                "cases",
                Value::from_object(Cases {
                    report: Arc::clone(report),
                    patterns: Arc::clone(&patterns),
                    suite,
                }),
            ),
        ])
    });
    suites.collect::<Vec<_>>().into()
}

/// Number of items of a job that are no rows.
pub(super) fn left_out(job: Option<&JobReport>, rows: usize) -> u64 {
    job.map_or(0, |job| {
        job.sections.counts.distinct.saturating_sub(rows as u64)
    })
}

/// Facts of a job that become properties of its suite.
#[derive(Serialize)]
struct Facts<'r> {
    batch_job_id: Option<&'r str>,
    status: Option<&'r str>,
    verdict: &'r str,
    started_at: Option<String>,
    seconds: Option<f64>,
    counts: &'r crate::report::model::ItemCounts,
    failure_rate: Option<f64>,
}

fn facts(job: &JobReport) -> Facts<'_> {
    let record = job.job.as_ref();
    let started_at = record.and_then(|record| record.started_at);
    let started_at = started_at.or(job.sections.throughput.first_start);
    let seconds = record.and_then(|record| record.wall_seconds);
    Facts {
        batch_job_id: job.batch_job_id.as_deref(),
        status: record.and_then(|record| record.status.as_deref()),
        verdict: &job.verdict,
        started_at: started_at.map(|time| time.to_string()),
        seconds: seconds.or(job.sections.throughput.span_seconds),
        counts: &job.sections.counts,
        failure_rate: job.sections.rates.failure.value,
    }
}

#[derive(Debug)]
struct Cases {
    report: Arc<Report>,
    patterns: Arc<HashMap<String, String>>,
    suite: Suite,
}

impl Object for Cases {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let row = *self.suite.rows.get(key.as_usize()?)?;
        let group = self.report.items[row].error_group.as_deref();
        let pattern = group.and_then(|id| self.patterns.get_key_value(id));
        let patterns = pattern.map(|(id, pattern)| (id.as_str(), pattern.as_str()));
        let patterns = patterns.into_iter().collect();
        Some(Value::from(Serde(self.suite.of_item(
            &self.report,
            row,
            &patterns,
        ))))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.suite.rows.len())
    }
}
