//! Items that were worked on: completed, failed, and those that started and are open or were cancelled.
//!
//! Skipped items end without work and cancelled ones all at once, so that neither says anything about when items
//! fail. Open items count among those that started: of the last ones, those that fail fast have ended first.

use std::borrow::Cow;

use super::super::open::is_open;
use super::super::times::{JobRows, Times};
use crate::api::status::code::{COMPLETED, FAILED, SKIPPED};
use crate::frame::ItemFrame;

/// Times of the items of a job that were worked on, in microseconds since the epoch, each list ascending.
pub struct Worked<'a> {
    /// Starts. The end stands for the start of an item that states none.
    pub starts: Cow<'a, [i64]>,
    /// Ends. The instant of the record stands for an end that is not stated.
    pub ends: Cow<'a, [i64]>,
    /// Ends of completed and failed items. The instant of the record stands for an end that is not stated.
    pub outcomes: Cow<'a, [i64]>,
    /// Completed and failed items with a start and an end.
    pub timed: u64,
}

impl<'a> Worked<'a> {
    /// Collects the times of a job's items: those of all that ended, without what was not worked on.
    pub fn of(items: &ItemFrame, job: &JobRows, times: &'a Times) -> Self {
        let (ends, records) = (&times.ends, &times.record_ends);
        let without_work = [
            &ends.skipped[..],
            &ends.other,
            &records.skipped,
            &records.other,
        ];
        if without_work.iter().all(|list| list.is_empty())
            && records.all.is_empty()
            && times.undated == 0
        {
            return Self {
                starts: merged(&times.ended_starts, &times.open_starts),
                ends: Cow::Borrowed(&ends.all),
                outcomes: Cow::Borrowed(&ends.all),
                timed: times.timed,
            };
        }
        let others = Others::of(items, job);
        let starts = without(&times.ended_starts, others.left_out_starts);
        let more = sorted([others.starts, times.open_starts.clone()].concat());
        Self {
            starts: Cow::Owned(merged(&starts, &more).into_owned()),
            ends: Cow::Owned(
                merged(
                    &without(&ends.all, others.left_out_ends),
                    &sorted(others.ends),
                )
                .into_owned(),
            ),
            outcomes: Cow::Owned(without(&times.all_instants(), without_work.concat())),
            timed: times.timed.saturating_sub(others.timed),
        }
    }

    /// Most items in progress at once, as far as their times are known.
    pub fn most_in_progress(&self) -> usize {
        let mut ended = 0;
        let in_progress = (1..)
            .zip(&self.starts[..])
            .map(|(started, start): (usize, &i64)| {
                while self.ends.get(ended).is_some_and(|end| end <= start) {
                    ended += 1;
                }
                started.saturating_sub(ended)
            });
        in_progress.max().unwrap_or_default()
    }
}

/// Items whose times are not those of a completed or failed item with an end.
#[derive(Default)]
struct Others {
    /// Starts of items that were worked on and state no end.
    starts: Vec<i64>,
    /// Instants of their records, by which they had ended.
    ends: Vec<i64>,
    /// What stands for starts and ends of items that were not worked on.
    left_out_starts: Vec<i64>,
    left_out_ends: Vec<i64>,
    /// Items with a start and an end that did not complete or fail.
    timed: u64,
}

impl Others {
    fn of(items: &ItemFrame, job: &JobRows) -> Self {
        let bounds = job.run.bounds();
        let mut others = Self::default();
        items.rows(job.rows.clone()).each(|_, row| {
            let known = |at: Option<i64>| at.filter(|at| bounds.contains(at));
            let (start, end) = (known(row.started_at), known(row.completed_at));
            match (row.status, end) {
                (COMPLETED | FAILED, Some(_)) | (SKIPPED, None) => {}
                (status, Some(end)) => {
                    let before = start.filter(|start| *start <= end);
                    others.timed += u64::from(before.is_some());
                    if status == SKIPPED || start.is_none() {
                        others.left_out_starts.push(before.unwrap_or(end));
                        others.left_out_ends.push(end);
                    }
                }
                (_, None) if !is_open(&row) => {
                    others.starts.extend(start);
                    let record = known(row.effective_at);
                    let ended = start.zip(record).filter(|(start, record)| start <= record);
                    others.ends.extend(ended.map(|(_, record)| record));
                }
                // Starts of open items are known already.
                (_, None) => {}
            }
        });
        others
    }
}

fn sorted(mut list: Vec<i64>) -> Vec<i64> {
    // A stable sort merges lists that are sorted already.
    list.sort();
    list
}

/// Two ascending lists as one.
fn merged<'l>(list: &'l [i64], more: &[i64]) -> Cow<'l, [i64]> {
    match more.is_empty() {
        true => Cow::Borrowed(list),
        false => Cow::Owned(sorted([list, more].concat())),
    }
}

/// The ascending list without these of its members.
fn without(list: &[i64], left_out: Vec<i64>) -> Vec<i64> {
    let left_out = sorted(left_out);
    let mut next = 0;
    let is_kept = |at: &&i64| {
        let is_left_out = left_out.get(next) == Some(*at);
        next += usize::from(is_left_out);
        !is_left_out
    };
    list.iter().filter(is_kept).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::examples::{NINE, SECOND, at, frame};
    use crate::metrics::times::JobRun;

    #[test]
    fn skipped_items_are_no_work_and_open_ones_have_started() {
        let frame = frame(&[
            ("completed", at(0), at(10), None),
            ("failed", None, at(5), None),
            ("failed", at(3), None, at(9)),
            ("skipped", at(1), at(1), None),
            ("cancelled", at(4), None, at(20)),
            ("processing", at(6), None, at(20)),
            ("pending", None, None, at(20)),
            ("quarantined", None, at(7), None),
        ]);
        let job = JobRows {
            rows: 0..frame.len(),
            run: JobRun::default(),
        };
        let times = Times::of(&frame, std::slice::from_ref(&job), false);
        let worked = Worked::of(&frame, &job, &times);
        let seconds =
            |list: &[i64]| -> Vec<i64> { list.iter().map(|at| (at - NINE) / SECOND).collect() };
        assert_eq!(seconds(&worked.starts), [0, 3, 4, 5, 6]);
        assert_eq!(seconds(&worked.ends), [5, 9, 10, 20]);
        assert_eq!(seconds(&worked.outcomes), [5, 9, 10]);
        assert_eq!((worked.timed, worked.most_in_progress()), (1, 4));
    }
}
