//! Items to run again: those that did not complete, neither in a later snapshot nor in another job.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

use foldhash::quality::RandomState;

use super::model::{JobFacts, Report};
use crate::api::UtcTime;
use crate::api::status::{CANCELLED, COMPLETED, FAILED, SKIPPED};
use crate::frame::ItemFrame;
use crate::load::Dump;
use crate::metrics::{Class, Failures, Work};
use crate::text::mask_name;

/// Why an item may be run again. Each kind has the word by which users choose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Failed, with an error of this class.
    Failed(Class),
    /// Not ended yet.
    Open,
    /// Cancelled.
    Cancelled,
    /// Not begun: v2 handed it to no job.
    NotStarted,
}

impl Kind {
    /// All kinds, in the order in which they are named.
    pub const ALL: [Self; 7] = [
        Self::Failed(Class::Transient),
        Self::Failed(Class::Input),
        Self::Failed(Class::Permanent),
        Self::Failed(Class::Unknown),
        Self::Open,
        Self::Cancelled,
        Self::NotStarted,
    ];

    /// Kinds that another run may cure, and those of which nothing is known.
    pub const USUAL: [Self; 2] = [Self::Failed(Class::Transient), Self::Failed(Class::Unknown)];

    /// Returns the word for the kind.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed(class) => class.word(),
            Self::Open => "open",
            Self::Cancelled => "cancelled",
            Self::NotStarted => "not_started",
        }
    }

    fn of(status: &str, class: Option<Class>) -> Option<Self> {
        match status {
            FAILED => Some(Self::Failed(class.unwrap_or_default())),
            CANCELLED => Some(Self::Cancelled),
            COMPLETED | SKIPPED => None,
            "not_started" => Some(Self::NotStarted),
            _ => Some(Self::Open),
        }
    }
}

/// Masks the secrets in an id or a name, as every other output does.
fn masked(text: Cow<'_, str>) -> Cow<'_, str> {
    let masked = match mask_name(&text) {
        Cow::Owned(masked) => Some(masked),
        Cow::Borrowed(_) => None,
    };
    masked.map_or(text, Cow::Owned)
}

/// Record of an item in a job.
#[derive(Debug, Clone, Default)]
pub struct Record<'a> {
    /// Id of the item.
    pub id: Cow<'a, str>,
    /// Name of the item.
    pub name: Option<Cow<'a, str>>,
    /// Status of the item.
    pub status: Cow<'a, str>,
    /// Job, as an index into [`Plan::jobs`].
    pub job: u32,
    /// Instant that the record speaks of.
    pub at: Option<i64>,
    /// Start of the item.
    pub started: Option<i64>,
    /// End of the item.
    pub ended: Option<i64>,
    /// Class of the error of a failed item.
    pub class: Option<Class>,
    /// Message of a failed item.
    pub message: Option<Cow<'a, str>>,
}

/// Items that may be run again.
pub struct Plan<'a> {
    /// Items in the order of the inputs, each with the reason to run it again.
    pub items: Vec<(Kind, Record<'a>)>,
    /// Label of each job.
    pub jobs: Vec<String>,
    /// Items that did not complete in one job, and did in another.
    pub cured: u64,
}

impl<'a> Plan<'a> {
    /// Returns the plan of a dump.
    pub fn of_dump(dump: &'a Dump, failures: &Failures) -> Self {
        Self::of_items(&dump.items, dump, failures)
    }

    /// Returns the plan of a dump whose items may have other names and ids.
    pub fn of_items(items: &'a ItemFrame, dump: &Dump, failures: &Failures) -> Self {
        let mut records = Vec::with_capacity(items.len());
        items.rows(0..items.len()).each(|at, row| {
            let texts = items.texts(at);
            let failed = row.status == crate::api::status::code::FAILED;
            records.push(Record {
                id: texts.id.map(masked).unwrap_or_default(),
                name: texts.name.map(masked),
                status: items.statuses().get(row.status).into(),
                job: items.job(at).unwrap_or_default(),
                at: row.effective_at.or(row.completed_at).or(row.started_at),
                started: row.started_at,
                ended: row.completed_at,
                class: failed.then(|| failures.class_of(at)).flatten(),
                message: row
                    .error_message
                    .filter(|_| failed)
                    .map(|code| items.messages().get(code).into()),
            });
        });
        let jobs = dump.jobs.iter().map(|job| super::limits::name(&job.label));
        let works: Vec<Work<'_>> = dump.jobs.iter().map(super::build::work).collect();
        Self::of(records, jobs.collect(), &works)
    }

    /// Returns the plan of a report; absent if it does not hold all items.
    pub fn of_report(report: &'a Report) -> Option<Self> {
        if report.item_rows.held < report.item_rows.of {
            return None;
        }
        let groups = report.overall.error_groups.iter();
        let classes: HashMap<&str, Class, RandomState> =
            groups.map(|group| (&*group.id, group.class)).collect();
        let mut jobs: Vec<String> = Vec::new();
        let mut works: Vec<Work<'_>> = Vec::new();
        let facts = report.jobs.iter();
        let facts = facts.filter_map(|job| Some((&*job.label, job.job.as_ref()?)));
        let facts: HashMap<&str, &JobFacts, RandomState> = facts.collect();
        let mut places: HashMap<&str, u32, RandomState> = HashMap::default();
        let micros = |time: Option<UtcTime>| time.map(UtcTime::micros);
        let mut records = Vec::with_capacity(report.items.len());
        for row in &report.items {
            let job = *places.entry(&row.job).or_insert_with(|| {
                jobs.push(row.job.clone());
                let facts = facts.get(&*row.job);
                works.push(facts.map_or_else(Work::default, |facts| Work {
                    kind: facts.job_type.as_deref().map(Work::kind),
                    project: facts.project_id.as_deref(),
                    start: None,
                }));
                jobs.len() as u32 - 1
            });
            let at = row.effective_at.or(row.completed_at).or(row.started_at);
            let class = row.error_group.as_deref();
            records.push(Record {
                id: row.item_id.as_str().into(),
                name: row.item_name.as_deref().map(Cow::from),
                status: row.status.as_str().into(),
                job,
                at: micros(at),
                started: micros(row.started_at),
                ended: micros(row.completed_at),
                class: class.and_then(|id| classes.get(id).copied()),
                message: row.error_message.as_deref().map(Cow::from),
            });
        }
        Some(Self::of(records, jobs, &works))
    }

    /// Returns the plan of these records, of jobs that do such work.
    pub fn of(records: Vec<Record<'a>>, jobs: Vec<String>, works: &[Work<'_>]) -> Self {
        // What is not known is the same if there is no choice.
        let kinds = differ(works.iter().filter_map(|work| work.kind));
        let projects = differ(works.iter().filter_map(|work| work.project));
        let works = works.iter().map(|work| Work {
            kind: work.kind.filter(|_| kinds),
            project: work.project.filter(|_| projects),
            start: None,
        });
        let works = &works.collect::<Vec<_>>()[..];
        let mut is_cured = vec![false; records.len()];
        let mut is_older = vec![false; records.len()];
        settle_ids(&records, works, &mut is_cured, &mut is_older);
        if jobs.len() > 1 {
            settle_names(&records, works, &mut is_cured, &mut is_older);
        }
        let mut plan = Self {
            items: Vec::new(),
            jobs,
            cured: 0,
        };
        for (at, record) in records.into_iter().enumerate() {
            let Some(kind) = Kind::of(&record.status, record.class) else {
                continue;
            };
            if is_cured[at] {
                plan.cured += u64::from(!is_older[at]);
            } else if !is_older[at] && !record.id.is_empty() {
                plan.items.push((kind, record));
            }
        }
        plan
    }

    /// Number of items of each kind that occurs and is not chosen.
    pub fn left_out(&self, chosen: &[Kind]) -> Vec<(Kind, u64)> {
        let count = |kind: &Kind| self.items.iter().filter(|(of, _)| of == kind).count() as u64;
        let kinds = Kind::ALL.into_iter().filter(|kind| !chosen.contains(kind));
        kinds
            .map(|kind| (kind, count(&kind)))
            .filter(|(_, count)| *count > 0)
            .collect()
    }
}

fn differ<'w>(mut known: impl Iterator<Item = &'w str>) -> bool {
    let first = known.next();
    known.any(|other| Some(other) != first)
}

fn work<'w>(works: &[Work<'w>], record: &Record<'_>) -> Work<'w> {
    works.get(record.job as usize).copied().unwrap_or_default()
}

/// Of the records of one id in jobs of one type, a completed one cures all, and the newest stands for the item.
fn settle_ids(
    records: &[Record<'_>],
    works: &[Work<'_>],
    is_cured: &mut [bool],
    is_older: &mut [bool],
) {
    type Key<'a> = (&'a str, Option<&'a str>);
    let mut items: HashMap<Key<'_>, (usize, bool), RandomState> = HashMap::default();
    for (at, record) in records.iter().enumerate() {
        let has_completed = record.status == COMPLETED;
        items
            .entry((&record.id, work(works, record).kind))
            .and_modify(|(newest, completed)| {
                *completed |= has_completed;
                if is_newer(records, at, *newest) {
                    *newest = at;
                }
            })
            .or_insert((at, has_completed));
    }
    for (at, record) in records.iter().enumerate() {
        let (newest, completed) = items[&(&*record.id, work(works, record).kind)];
        is_cured[at] = completed && record.status != COMPLETED;
        is_older[at] = newest != at && (!completed || record.status == COMPLETED);
    }
}

/// A name that stands once in each of several jobs of one type and project is one file, whatever ids it has: it is cured if it
/// completed and was not run later, and its newest record stands for it. Jobs that run side by side have files
/// of the same names: a rerun begins when the failure is known.
fn settle_names(
    records: &[Record<'_>],
    works: &[Work<'_>],
    is_cured: &mut [bool],
    is_older: &mut [bool],
) {
    type Key<'a> = (&'a str, Option<&'a str>, Option<&'a str>);
    let mut names: HashMap<Key<'_>, Vec<usize>, RandomState> = HashMap::default();
    for (at, record) in records.iter().enumerate() {
        if let Some(name) = record.name.as_deref() {
            let Work { kind, project, .. } = work(works, record);
            names.entry((name, kind, project)).or_default().push(at);
        }
    }
    let mut first_starts: HashMap<u32, i64, RandomState> = HashMap::default();
    for record in records {
        if let Some(started) = record.started {
            let first = first_starts.entry(record.job).or_insert(started);
            *first = started.min(*first);
        }
    }
    let is_rerun = |older: usize, newer: usize| {
        let start = first_starts.get(&records[newer].job).copied();
        start
            .zip(records[older].ended)
            .is_none_or(|(start, end)| start >= end)
    };
    for of_name in names.values_mut().filter(|of_name| of_name.len() > 1) {
        of_name.sort_by_key(|at| records[*at].job);
        let jobs = of_name
            .windows(2)
            .all(|pair| records[pair[0]].job != records[pair[1]].job);
        if !jobs {
            continue;
        }
        let completed: Vec<usize> = of_name
            .iter()
            .copied()
            .filter(|at| records[*at].status == COMPLETED)
            .collect();
        let rest = || {
            of_name
                .iter()
                .copied()
                .filter(|at| records[*at].status != COMPLETED)
        };
        for at in rest() {
            let cures = |completed: &usize| {
                let instants = records[*completed].at.zip(records[at].at);
                instants.is_none_or(|(completed, failed)| completed >= failed)
                    && is_rerun(at, *completed)
            };
            is_cured[at] |= completed.iter().any(cures);
        }
        let newest = rest().reduce(|best, at| {
            if is_newer(records, at, best) {
                at
            } else {
                best
            }
        });
        let is_replaced =
            |at: &usize| newest.is_some_and(|newest| newest != *at && is_rerun(*at, newest));
        for at in rest()
            .filter(|at| is_replaced(at) && !is_cured[*at])
            .collect::<Vec<_>>()
        {
            is_older[at] = true;
        }
    }
}

/// Orders records by their instants, and without one by their place.
fn is_newer(records: &[Record<'_>], one: usize, other: usize) -> bool {
    let instants = match (records[one].at, records[other].at) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => Ordering::Equal,
    };
    instants.then_with(|| one.cmp(&other)).is_gt()
}

#[cfg(test)]
mod tests;
