//! Records of items that a newer one in another job replaces, as after a rerun.
//!
//! An item is the same in several jobs if it has the same id, else a name that each of them has once. Of several
//! attempts the newest counts. What was skipped, or waits, replaces nothing that completed.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::class::Class;
use crate::api::status::code::{COMPLETED, FAILED, SKIPPED};
use crate::api::status::is_terminal_code;
use crate::frame::{ItemFrame, Row};

/// Items that failed in one job and are recorded in a newer one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reruns {
    /// Items that failed: of one job those that it lists as failed, of all jobs together those that failed in
    /// any of them.
    pub failed: u64,
    /// Items among them that a newer job records.
    pub tried_again: u64,
    /// Items among them that completed in a newer job.
    pub cured: u64,
    /// Items among them that have neither completed nor failed in the newer job.
    pub unsettled: u64,
    /// Items among them whose newest record has failed.
    pub still_failing: u64,
    /// Items among these that completed in an older job; 0 for single jobs.
    pub completed_before: u64,
    /// Items that still fail, of all jobs together, by the class of their errors.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub classes: BTreeMap<Class, u64>,
}

/// Rows that a newer one in another job replaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replaced {
    /// Each row with the newest one of its item, ascending.
    rows: Vec<(u32, u32)>,
}

/// Work of a job, as its record states it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work<'a> {
    /// Type of the job, which is the same in both generations of the API.
    pub kind: Option<&'a str>,
    /// Its project.
    pub project: Option<&'a str>,
    /// Its start, or else its creation, in microseconds since the epoch.
    pub start: Option<i64>,
}

impl Work<'_> {
    /// Type of a job, which v2 names with an ending.
    pub fn kind(job_type: &str) -> &str {
        job_type.strip_suffix("_v2").unwrap_or(job_type)
    }
}

/// Jobs of a frame.
struct Jobs<'a> {
    items: &'a ItemFrame,
    works: &'a [Work<'a>],
}

impl<'a> Jobs<'a> {
    fn work(&self, row: u32) -> Work<'a> {
        let job = self.items.job(row as usize);
        let work = job.and_then(|job| self.works.get(job as usize));
        work.copied().unwrap_or_default()
    }

    /// Rows of jobs that do the same; what is not known is the same if there is no choice.
    fn alike<T: Ord>(&self, rows: &[u32], of: impl Fn(Work<'a>) -> Option<T>) -> Vec<Vec<u32>> {
        let mut groups: BTreeMap<Option<T>, Vec<u32>> = BTreeMap::new();
        for row in rows {
            groups.entry(of(self.work(*row))).or_default().push(*row);
        }
        match groups.keys().flatten().count() {
            0 | 1 => vec![rows.to_vec()],
            _ => groups.into_values().collect(),
        }
    }
}

impl Replaced {
    /// Finds them in a frame of these jobs. Only a job of the same type replaces an item, and under a name only one
    /// of the same project.
    pub fn of(items: &ItemFrame, works: &[Work<'_>]) -> Self {
        let repeated = items.repeated();
        let jobs = Jobs { items, works };
        let newest = |rows: &[u32]| newest(&jobs, rows);
        let mut by_id: Vec<(u32, u32)> = Vec::new();
        let same_ids = repeated.by_id.iter();
        for rows in same_ids.flat_map(|rows| jobs.alike(rows, |work| work.kind)) {
            if let Some(newest) = newest(&rows) {
                let older = rows.iter().filter(|row| **row != newest);
                by_id.extend(older.map(|row| (*row, newest)));
            }
        }
        by_id.sort_unstable();
        let find = |among: &[(u32, u32)], row: u32| {
            let at = among.binary_search_by_key(&row, |(row, _)| *row);
            at.ok().map(|at| among[at].1)
        };
        let mut by_name: Vec<(u32, u32)> = Vec::new();
        let first_starts = match repeated.by_name.is_empty() {
            true => Vec::new(),
            false => first_starts(items),
        };
        // A rerun begins when the failure is known. Jobs that run side by side have files of the same names.
        let is_rerun = |older: u32, newer: u32| {
            let job = items.job(newer as usize).map(|job| job as usize);
            let start = job.and_then(|job| *first_starts.get(job)?);
            let start = start.or(jobs.work(newer).start);
            let end = items.row(older as usize).completed_at;
            start.zip(end).is_none_or(|(start, end)| start >= end)
        };
        let same_names = repeated.by_name.iter();
        let same_names = same_names.flat_map(|rows| jobs.alike(rows, |work| work.kind));
        for rows in same_names.flat_map(|rows| jobs.alike(&rows, |work| work.project)) {
            let standing = rows.iter().copied();
            let standing: Vec<u32> = standing
                .filter(|row| find(&by_id, *row).is_none())
                .collect();
            if let Some(newest) = newest(&standing) {
                // Two files of one name that both completed may be two.
                let older = standing.iter().filter(|row| {
                    **row != newest
                        && !matches!(status(items, **row), COMPLETED | SKIPPED)
                        && is_rerun(**row, newest)
                });
                by_name.extend(older.map(|row| (*row, newest)));
            }
        }
        by_name.sort_unstable();
        for (_, newest) in &mut by_id {
            *newest = find(&by_name, *newest).unwrap_or(*newest);
        }
        let mut rows = by_id;
        rows.extend(by_name);
        rows.sort_unstable();
        Self { rows }
    }

    /// Tells if there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Rows among these that are replaced, ascending, each with the newest one.
    pub fn among(&self, rows: &Range<usize>) -> &[(u32, u32)] {
        let before = |end: usize| self.rows.partition_point(|(row, _)| (*row as usize) < end);
        &self.rows[before(rows.start)..before(rows.end)]
    }

    /// Newest row of the item of this one, if that is another.
    pub fn by(&self, row: usize) -> Option<usize> {
        let at = self
            .rows
            .binary_search_by_key(&row, |(row, _)| *row as usize);
        Some(self.rows[at.ok()?].1 as usize)
    }

    /// Counts the failures of one job, of which some are recorded in a newer job; absent if none is.
    pub fn of_job(&self, items: &ItemFrame, rows: &Range<usize>, failed: u64) -> Option<Reruns> {
        let replaced = self.among(rows).iter();
        let replaced = replaced.filter(|(row, _)| status(items, *row) == FAILED);
        let mut found = Reruns {
            failed,
            ..Reruns::default()
        };
        for (_, newest) in replaced {
            found.add(status(items, *newest));
        }
        found.still_failing = failed.saturating_sub(found.cured + found.unsettled);
        (found.tried_again > 0).then_some(found)
    }

    /// Counts the items that failed in any job, if some of them are recorded in a newer one. `classes` are those
    /// whose newest record has failed, by the class of their errors.
    pub fn of_all(&self, items: &ItemFrame, classes: BTreeMap<Class, u64>) -> Option<Reruns> {
        let failing = classes.values().sum();
        let newest_of = |was: u32| {
            let rows = self.rows.iter();
            let rows = rows.filter(|(row, _)| status(items, *row) == was);
            let newest: BTreeSet<u32> = rows.map(|(_, newest)| *newest).collect();
            newest.into_iter()
        };
        let mut found = Reruns {
            still_failing: failing,
            classes,
            ..Reruns::default()
        };
        for newest in newest_of(FAILED) {
            found.add(status(items, newest));
        }
        let completed = newest_of(COMPLETED).filter(|newest| status(items, *newest) == FAILED);
        found.completed_before = completed.count() as u64;
        found.failed = failing + found.cured + found.unsettled;
        (found.tried_again + found.completed_before > 0).then_some(found)
    }
}

impl Reruns {
    fn add(&mut self, status: u32) {
        self.tried_again += 1;
        match status {
            COMPLETED => self.cured += 1,
            FAILED => {}
            _ => self.unsettled += 1,
        }
    }
}

/// First start of the items of each job, in microseconds since the epoch.
fn first_starts(items: &ItemFrame) -> Vec<Option<i64>> {
    let last = items.len().checked_sub(1).and_then(|last| items.job(last));
    let jobs = last.map_or(0, |last| last as usize + 1);
    let first = |rows: Range<usize>| {
        let mut first: Option<i64> = None;
        items.rows(rows).each(|_, row| {
            first = match (first, row.started_at) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        });
        first
    };
    items.rows_by_job(jobs).into_iter().map(first).collect()
}

fn status(items: &ItemFrame, row: u32) -> u32 {
    items.row(row as usize).status
}

/// Newest of several records of an item: the newest attempt, and if that has failed, one that is under way since.
fn newest(jobs: &Jobs<'_>, rows: &[u32]) -> Option<u32> {
    let items = jobs.items;
    let among = |is_asked_for: fn(u32) -> bool| {
        let rows = rows.iter().copied();
        let rows = rows.filter(|row| is_asked_for(status(items, *row)));
        rows.reduce(
            |best, row| {
                if is_newer(jobs, row, best) { row } else { best }
            },
        )
    };
    let is_done = |status: u32| matches!(status, COMPLETED | FAILED);
    among(is_done)
        .filter(|row| status(items, *row) == COMPLETED)
        .or_else(|| {
            among(|status| matches!(status, COMPLETED | FAILED) || !is_terminal_code(status))
        })
        .or_else(|| among(|_| true))
}

/// Orders records by their instants, or by those of their jobs where one has none; without these, ends come behind
/// others, and later ones in the order of the inputs behind earlier ones.
fn is_newer(jobs: &Jobs<'_>, one: u32, other: u32) -> bool {
    let items = jobs.items;
    let (a, b) = (items.row(one as usize), items.row(other as usize));
    let at = |row: &Row| row.effective_at.or(row.completed_at).or(row.started_at);
    let of_records = at(&a).zip(at(&b));
    let of_jobs = || jobs.work(one).start.zip(jobs.work(other).start);
    let instants = match of_records.or_else(of_jobs).unzip() {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => Ordering::Equal,
    };
    let ended = |row: &Row| is_terminal_code(row.status);
    let order = instants.then(ended(&a).cmp(&ended(&b)));
    order.then(one.cmp(&other)).is_gt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ItemFields, UtcTime};
    use crate::frame::{ItemColumns, Runs};

    /// Items of several jobs: job, id, name, status, second of the record.
    fn frame(records: &[(u32, &str, &str, &str, i64)]) -> ItemFrame {
        let mut columns = ItemColumns::default();
        let mut runs = Runs::default();
        for (at, (job, item_id, name, status, second)) in records.iter().enumerate() {
            columns.push(&ItemFields {
                item_id,
                item_name: Some(name),
                status,
                effective_at: UtcTime::from_micros(second * 1_000_000),
                ..ItemFields::default()
            });
            runs.add(at + 1, *job, 0);
        }
        ItemFrame::build(vec![columns], runs, 3)
            .expect("few rows")
            .0
    }

    fn replaced(records: &[(u32, &str, &str, &str, i64)]) -> Vec<(u32, u32)> {
        Replaced::of(&frame(records), &[]).rows
    }

    #[test]
    fn the_newest_attempt_of_an_item_counts_whatever_the_order_of_the_inputs() {
        let cured = [(0, "a", "x", "failed", 5), (1, "a", "x", "completed", 9)];
        assert_eq!(replaced(&cured), [(0, 1)]);
        let failed_later = [(0, "a", "x", "failed", 9), (1, "a", "x", "completed", 5)];
        assert_eq!(replaced(&failed_later), [(1, 0)]);
        let again = [
            (0, "a", "x", "failed", 5),
            (1, "a", "x", "failed", 7),
            (2, "a", "x", "failed", 6),
        ];
        assert_eq!(replaced(&again), [(0, 1), (2, 1)]);
    }

    #[test]
    fn what_was_skipped_or_waits_replaces_nothing_that_completed() {
        let records = [
            (0, "a", "x", "completed", 5),
            (0, "b", "y", "failed", 5),
            (0, "c", "z", "completed", 5),
            (1, "a", "x", "skipped", 9),
            (1, "b", "y", "pending", 9),
            (1, "c", "z", "pending", 9),
        ];
        assert_eq!(replaced(&records), [(1, 4), (3, 0), (5, 2)]);
    }

    #[test]
    fn a_file_that_was_uploaded_again_is_known_by_its_name() {
        let records = [
            (0, "a", "x", "failed", 5),
            (0, "b", "y", "completed", 5),
            (1, "c", "x", "failed", 7),
            (1, "d", "y", "completed", 7),
            (2, "c", "x", "completed", 9),
        ];
        // Failed twice under two ids; the one that completed twice stays two.
        assert_eq!(replaced(&records), [(0, 4), (2, 4)]);
    }

    #[test]
    fn jobs_that_run_side_by_side_share_names_and_no_items() {
        let of = |second_job_starts: i64| {
            let mut columns = ItemColumns::default();
            let mut runs = Runs::default();
            let at = |second: i64| UtcTime::from_micros(second * 1_000_000);
            for (row, (job, id, name, status, from, to)) in [
                (0, "a", "x", "failed", 0, 10),
                (1, "b", "y", "completed", second_job_starts, 20),
                (1, "c", "x", "completed", 30, 40),
            ]
            .into_iter()
            .enumerate()
            {
                columns.push(&ItemFields {
                    item_id: id,
                    item_name: Some(name),
                    status,
                    started_at: at(from),
                    completed_at: at(to),
                    ..ItemFields::default()
                });
                runs.add(row + 1, job, 0);
            }
            let (items, _) = ItemFrame::build(vec![columns], runs, 3).expect("few rows");
            Replaced::of(&items, &[]).rows
        };
        assert_eq!(of(10), [(0, 2)]);
        assert_eq!(of(9), []);
    }

    #[test]
    fn only_a_job_of_the_same_type_and_under_a_name_of_the_same_project_replaces() {
        let work = |kind, project| Work {
            kind: Some(kind),
            project: Some(project),
            start: None,
        };
        let same_id = [(0, "a", "x", "failed", 5), (1, "a", "x", "completed", 9)];
        let same_name = [(0, "a", "x", "failed", 5), (1, "b", "x", "completed", 9)];
        let of = |records: &[_], works: [Work<'_>; 2]| Replaced::of(&frame(records), &works).rows;
        let parse = work("parse", "p");
        assert_eq!(of(&same_id, [parse, work("extract", "p")]), []);
        assert_eq!(of(&same_id, [parse, work("parse", "q")]), [(0, 1)]);
        assert_eq!(of(&same_name, [parse, work("parse", "q")]), []);
        assert_eq!(of(&same_name, [parse, parse]), [(0, 1)]);
        assert_eq!(of(&same_name, [parse, Work::default()]), [(0, 1)]);
    }

    #[test]
    fn records_without_times_take_the_order_of_their_jobs() {
        let mut columns = ItemColumns::default();
        let mut runs = Runs::default();
        for (at, status) in ["completed", "failed"].into_iter().enumerate() {
            columns.push(&ItemFields {
                item_id: "a",
                status,
                ..ItemFields::default()
            });
            runs.add(at + 1, at as u32, 0);
        }
        let frame = ItemFrame::build(vec![columns], runs, 2)
            .expect("few rows")
            .0;
        let of = |starts: [i64; 2]| {
            let works = starts.map(|start| Work {
                start: Some(start),
                ..Work::default()
            });
            Replaced::of(&frame, &works).rows
        };
        assert_eq!(of([9, 5]), [(1, 0)]);
        assert_eq!(of([5, 9]), [(0, 1)]);
    }

    #[test]
    fn failures_are_counted_once_over_all_jobs() {
        let items = frame(&[
            (0, "a", "1", "failed", 5),
            (0, "b", "2", "failed", 5),
            (0, "c", "3", "failed", 5),
            (0, "d", "4", "failed", 5),
            (1, "a", "1", "failed", 7),
            (1, "b", "2", "completed", 7),
            (1, "c", "3", "processing", 7),
            (2, "a", "1", "completed", 9),
        ]);
        let replaced = Replaced::of(&items, &[]);
        let of = |failed, tried_again, cured, unsettled, still_failing| {
            Some(Reruns {
                completed_before: 0,
                failed,
                tried_again,
                cured,
                unsettled,
                still_failing,
                classes: BTreeMap::new(),
            })
        };
        assert_eq!(replaced.of_job(&items, &(0..4), 4), of(4, 3, 2, 1, 1));
        assert_eq!(replaced.of_job(&items, &(4..7), 1), of(1, 1, 1, 0, 0));
        assert_eq!(replaced.of_job(&items, &(7..8), 0), None);
        let classes = BTreeMap::from([(Class::Input, 1)]);
        let all = Reruns {
            classes: classes.clone(),
            ..of(4, 3, 2, 1, 1).expect("reruns")
        };
        assert_eq!(replaced.of_all(&items, classes), Some(all));
        assert_eq!(replaced.by(0), Some(7));
    }
}
