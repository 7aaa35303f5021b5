//! One side of a comparison: its items, each with its newest record over all jobs.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

use foldhash::quality::RandomState;

use crate::api::UtcTime;
use crate::api::status::{self, COMPLETED, FAILED, SKIPPED};
use crate::load::Dump;
use crate::metrics::{Failures, Rate, Rates};
use crate::report::Report;
use crate::report::model::ErrorGroup;

/// Map from a text. Only looked up, never walked: its order differs from run to run.
pub(super) type Lookup<'s, T> = HashMap<&'s str, T, RandomState>;

/// All items of one side.
pub struct Side<'a> {
    pub(super) records: Vec<Record<'a>>,
    pub(super) groups: Vec<Group>,
    pub(super) jobs: Vec<Cow<'a, str>>,
}

/// Record of an item in a job.
pub(super) struct Record<'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) name: Option<Cow<'a, str>>,
    pub(super) status: &'a str,
    pub(super) job: u32,
    /// Instant that the record speaks of.
    pub(super) at: Option<i64>,
    /// Duration, not negative.
    pub(super) micros: Option<i64>,
    /// Error group, as an index into [`Side::groups`].
    pub(super) group: Option<u32>,
    pub(super) message: Option<&'a str>,
}

/// Error group of a side.
pub(super) struct Group {
    pub(super) id: String,
    pub(super) pattern: Option<String>,
}

impl<'a> Side<'a> {
    /// The items of a dump.
    pub fn of_dump(dump: &'a Dump, failures: &Failures) -> Self {
        let items = &dump.items;
        let patterns = failures.patterns().iter().zip(failures.ids());
        let groups = patterns.map(|(pattern, id)| Group {
            id,
            pattern: pattern.clone(),
        });
        let mut records = Vec::with_capacity(items.len());
        items.rows(0..items.len()).each(|at, row| {
            let texts = items.texts(at);
            let status = items.statuses().get(row.status);
            let failed = status == FAILED;
            records.push(Record {
                id: texts.id.unwrap_or_default(),
                name: texts.name,
                status,
                job: items.job(at).unwrap_or_default(),
                at: row.effective_at.or(row.completed_at).or(row.started_at),
                micros: row.micros().filter(|micros| *micros >= 0),
                group: failures.group_of(at).filter(|_| failed),
                message: row.error_message.map(|code| items.messages().get(code)),
            });
        });
        Self {
            records,
            groups: groups.collect(),
            jobs: dump
                .jobs
                .iter()
                .map(|job| job.label.as_str().into())
                .collect(),
        }
    }

    /// The items of a report; absent if it does not hold all of them.
    pub fn of_report(report: &'a Report) -> Option<Self> {
        if report.item_rows.held < report.item_rows.of {
            return None;
        }
        let mut groups: Vec<Group> = Vec::new();
        let mut place_of: Lookup<'_, u32> = Lookup::default();
        for ErrorGroup { id, pattern, .. } in &report.overall.error_groups {
            let (id, pattern) = (id.clone(), pattern.clone());
            groups.push(Group { id, pattern });
        }
        for (place, group) in report.overall.error_groups.iter().enumerate() {
            place_of.insert(&group.id, place as u32);
        }
        let mut jobs: Vec<Cow<'_, str>> = Vec::new();
        let mut job_of: Lookup<'_, u32> = Lookup::default();
        let micros = |time: Option<UtcTime>| time.map(UtcTime::micros);
        let mut records = Vec::with_capacity(report.items.len());
        for row in &report.items {
            let job = *job_of.entry(&row.job).or_insert_with(|| {
                jobs.push(row.job.as_str().into());
                jobs.len() as u32 - 1
            });
            let group = row.error_group.as_deref().map(|id| {
                *place_of.entry(id).or_insert_with(|| {
                    // One that the list of groups leaves out.
                    groups.push(Group {
                        id: id.to_owned(),
                        pattern: row.error_message.clone(),
                    });
                    groups.len() as u32 - 1
                })
            });
            let span = micros(row.started_at).zip(micros(row.completed_at));
            let at = row.effective_at.or(row.completed_at).or(row.started_at);
            records.push(Record {
                id: row.item_id.as_str().into(),
                name: row.item_name.as_deref().map(Cow::from),
                status: &row.status,
                job,
                at: micros(at),
                micros: span
                    .map(|(start, end)| end - start)
                    .filter(|micros| *micros >= 0),
                group: group.filter(|_| row.status == FAILED),
                message: row.error_message.as_deref(),
            });
        }
        Some(Self {
            records,
            groups,
            jobs,
        })
    }
}

impl Record<'_> {
    pub(super) fn has_failed(&self) -> bool {
        self.status == FAILED
    }

    pub(super) fn has_completed(&self) -> bool {
        self.status == COMPLETED
    }

    /// Tells if somebody would run the item again.
    fn calls_for_a_rerun(&self) -> bool {
        !matches!(self.status, COMPLETED | SKIPPED)
    }
}

/// The distinct items of a side.
pub(super) struct Items<'s, 'a> {
    pub(super) side: &'s Side<'a>,
    /// Newest record of each item, in the order of the records.
    pub(super) newest: Vec<u32>,
    /// Item of each id, as an index into `newest`.
    pub(super) of_id: Lookup<'s, u32>,
    /// Ids of the items that are recorded under several.
    pub(super) other_ids: HashMap<u32, Vec<&'s str>, RandomState>,
}

impl<'s, 'a> Items<'s, 'a> {
    pub(super) fn of(side: &'s Side<'a>) -> Self {
        let mut newest: Vec<u32> = Vec::with_capacity(side.records.len());
        let mut of_id =
            Lookup::with_capacity_and_hasher(side.records.len(), RandomState::default());
        for (at, record) in side.records.iter().enumerate() {
            match of_id.get(record.id.as_ref()) {
                Some(item) => {
                    let kept: &mut u32 = &mut newest[*item as usize];
                    if is_newer(side, at as u32, *kept) {
                        *kept = at as u32;
                    }
                }
                None => {
                    of_id.insert(record.id.as_ref(), newest.len() as u32);
                    newest.push(at as u32);
                }
            }
        }
        let mut items = Self {
            side,
            newest,
            of_id,
            other_ids: HashMap::default(),
        };
        if side.jobs.len() > 1 {
            items.join_reruns();
        }
        items
    }

    pub(super) fn record(&self, item: u32) -> &'s Record<'a> {
        &self.side.records[self.newest[item as usize] as usize]
    }

    /// Ids of an item.
    pub(super) fn ids(&self, item: u32) -> impl Iterator<Item = &'s str> + '_ {
        let own = self.record(item).id.as_ref();
        let others = self.other_ids.get(&item).into_iter().flatten().copied();
        others.chain([own])
    }

    /// Joins items that have different ids in different jobs and a name that stands once in each of them:
    /// what failed under it was uploaded and run again.
    fn join_reruns(&mut self) {
        let side = self.side;
        let mut first: Lookup<'s, (u32, bool)> = Lookup::default();
        let named = || {
            let records = side.records.iter();
            records.filter_map(|record| Some((record, record.name.as_deref()?)))
        };
        for (record, name) in named() {
            let item = self.of_id[record.id.as_ref()];
            let (other, several) = first.entry(name).or_insert((item, false));
            *several |= *other != item;
        }
        // In the order of the records.
        let mut names: Vec<Vec<(u32, u32)>> = Vec::new();
        let mut place_of: Lookup<'s, usize> = Lookup::default();
        for (record, name) in named() {
            if first[name].1 {
                let place = *place_of.entry(name).or_insert_with(|| {
                    names.push(Vec::new());
                    names.len() - 1
                });
                names[place].push((record.job, self.of_id[record.id.as_ref()]));
            }
        }
        let mut joined = vec![false; self.newest.len()];
        // An item joined once is not joined again under another name.
        let mut is_done = vec![false; self.newest.len()];
        for mut of_name in names {
            of_name.sort_unstable();
            of_name.dedup();
            let stands_once = of_name.windows(2).all(|pair| pair[0].0 != pair[1].0);
            let mut items: Vec<u32> = of_name.into_iter().map(|(_, item)| item).collect();
            items.sort_unstable();
            items.dedup();
            let newest = items.iter().copied().reduce(|best, item| {
                let (a, b) = (self.newest[item as usize], self.newest[best as usize]);
                if is_newer(side, a, b) { item } else { best }
            });
            let Some(newest) = newest else { continue };
            items.retain(|item| *item != newest);
            let are_reruns = items
                .iter()
                .all(|item| self.record(*item).calls_for_a_rerun());
            let is_joined = |item: &u32| is_done[*item as usize];
            if !stands_once || !are_reruns || is_joined(&newest) || items.iter().any(is_joined) {
                continue;
            }
            is_done[newest as usize] = true;
            for item in items {
                is_done[item as usize] = true;
                joined[item as usize] = true;
                let id = self.record(item).id.as_ref();
                self.of_id.insert(id, newest);
                self.other_ids.entry(newest).or_default().push(id);
            }
        }
        // What was joined to another item is no item of its own.
        let mut place = Vec::with_capacity(joined.len());
        let mut kept = 0_u32;
        for joined in &joined {
            place.push(kept);
            kept += u32::from(!joined);
        }
        let mut at = 0;
        self.newest.retain(|_| {
            at += 1;
            !joined[at - 1]
        });
        for item in self.of_id.values_mut() {
            *item = place[*item as usize];
        }
        let others = std::mem::take(&mut self.other_ids);
        self.other_ids = others
            .into_iter()
            .map(|(item, ids)| (place[item as usize], ids))
            .collect();
    }

    /// Rates over the items.
    pub(super) fn rates(&self) -> Rates {
        let (mut completed, mut failed, mut skipped) = (0, 0, 0);
        for item in 0..self.newest.len() as u32 {
            match self.record(item).status {
                COMPLETED => completed += 1,
                FAILED => failed += 1,
                SKIPPED => skipped += 1,
                _ => {}
            }
        }
        let all = self.newest.len() as u64;
        Rates {
            failure: Rate::of(failed, completed + failed),
            failed_of_all: Rate::of(failed, all),
            skipped_of_all: Rate::of(skipped, all),
        }
    }
}

/// Tells if one record is newer than another: the later instant; without one a status that is an end before
/// another, then the later in the order of the inputs.
fn is_newer(side: &Side<'_>, one: u32, other: u32) -> bool {
    let (a, b) = (&side.records[one as usize], &side.records[other as usize]);
    let instants = match (a.at, b.at) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => Ordering::Equal,
    };
    let ended = |record: &Record<'_>| status::is_terminal(record.status);
    instants
        .then_with(|| ended(a).cmp(&ended(b)))
        .then_with(|| one.cmp(&other))
        .is_gt()
}
