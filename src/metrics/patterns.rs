//! Patterns in the instants at which items ended: crowds of failures.

use super::timeline::Timeline;
use super::times::Times;
use crate::parallel::{self, MANY_ROWS};

/// Ends of items, in microseconds since the epoch. The instant of its record stands for an end time that an ended
/// item does not state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ends {
    /// Ends of failed items, ascending.
    pub failed: Vec<i64>,
    /// Number of completed items with an end.
    pub completed: u64,
    /// Last end of a completed item.
    pub last_completed: Option<i64>,
    /// Number of items with an end, of whatever status.
    pub count: u64,
    /// First and last of all ends.
    pub span: Option<(i64, i64)>,
}

impl Ends {
    /// Ends of these items.
    pub fn of(times: &Times) -> Self {
        let (ends, records) = (&times.ends, &times.record_ends);
        let mut failed = [&ends.failed[..], &records.failed].concat();
        failed.sort();
        Self {
            failed,
            completed: (ends.completed(<[i64]>::len) + records.completed(<[i64]>::len)) as u64,
            last_completed: ends.last_completed.max(records.last_completed),
            count: times.ended() as u64,
            span: times.ended_span(),
        }
    }
}

/// Instants that lie close together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crowd {
    /// First instant, in microseconds since the epoch.
    pub from: i64,
    /// Last instant.
    pub to: i64,
    /// Number of instants.
    pub count: usize,
}

/// Window that holds at least half of the ascending instants and stands out most: by the share of them that
/// it holds, less the share of the `span` that it takes. Absent if there are fewer than two, or no span.
pub fn densest(times: &[i64], span: i64) -> Option<Crowd> {
    /// With more instants than this not every size of a window is tried.
    const TRIED: usize = 400;
    let all = times.len();
    if all < 2 || span <= 0 {
        return None;
    }
    let score = |crowd: &Crowd| {
        crowd.count as f64 / all as f64 - (crowd.to - crowd.from) as f64 / span as f64
    };
    let smallest = |count: usize| {
        let windows = times.windows(count);
        let smallest = windows.min_by_key(|window| window[count - 1] - window[0])?;
        Some(Crowd {
            from: smallest[0],
            to: smallest[count - 1],
            count,
        })
    };
    let step = (all / TRIED).max(1);
    let sizes: Vec<usize> = (all.div_ceil(2)..=all).step_by(step).collect();
    let crowds = parallel::map(all > MANY_ROWS, sizes, smallest);
    // Of those that stand out alike the smallest.
    crowds.into_iter().flatten().reduce(|best, crowd| {
        let is_better = score(&crowd) > score(&best);
        if is_better { crowd } else { best }
    })
}

/// Failures that lie close together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailureCrowd {
    /// Time and number of the failures.
    pub crowd: Crowd,
    /// Completed items that ended in the same time.
    pub completed: u64,
}

/// Number of failures from which on there may be a pattern in them.
pub const FEW_FAILURES: usize = 5;

/// Failures that lie closest together: more than [`FEW_FAILURES`] have an instant, at least so many of them lie
/// together, and they do so in at most a quarter of the time.
pub fn failure_crowd(times: &Times, ends: &Ends, line: &Timeline) -> Option<FailureCrowd> {
    let span = line.to.micros() - line.from.micros();
    if ends.failed.len() <= FEW_FAILURES {
        return None;
    }
    let crowd = densest(&ends.failed, span)?;
    let share_of_time = (crowd.to - crowd.from) as f64 / span as f64;
    if crowd.count < FEW_FAILURES || share_of_time > 0.25 {
        return None;
    }
    let within = |instants: &[i64]| {
        instants.partition_point(|end| *end <= crowd.to)
            - instants.partition_point(|end| *end < crowd.from)
    };
    let completed = times.ends.completed(within) + times.record_ends.completed(within);
    Some(FailureCrowd {
        crowd,
        completed: completed as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Drawn;
    use crate::metrics::examples::{Item, NINE, SECOND, at, frame};
    use crate::metrics::timeline::timeline;
    use crate::metrics::times::{JobRows, JobRun};

    #[test]
    fn a_crowd_is_told_from_instants_that_are_spread_out() {
        let crowd = densest(&[0, 500, 501, 502, 503, 900], 1_000).expect("instants");
        assert_eq!((crowd.from, crowd.to, crowd.count), (500, 503, 4));
    }

    #[test]
    fn a_crowd_of_all_is_all() {
        let crowd = densest(&[5, 6, 7], 1_000).expect("instants");
        assert_eq!((crowd.from, crowd.to, crowd.count), (5, 7, 3));
        assert_eq!(densest(&[5], 10), None);
        assert_eq!(densest(&[5, 5], 0), None);
    }

    /// The crowd of failures at these seconds, while one item completes each second for 1,000 seconds.
    fn crowd_of(failed: &[i64]) -> Option<FailureCrowd> {
        let completed = (0..1_000).map(|second| ("completed", None, at(second), None));
        let failed = failed
            .iter()
            .map(|second| ("failed", None, at(*second), None));
        let frame = frame(&completed.chain(failed).collect::<Vec<Item>>());
        let job = JobRows {
            rows: 0..frame.len(),
            run: JobRun::default(),
        };
        let times = Times::of(&frame, &[job], false);
        let line = timeline(&times, Drawn::Small)?;
        failure_crowd(&times, &Ends::of(&times), &line)
    }

    #[test]
    fn failures_that_lie_close_together_are_found_with_the_items_that_completed_meanwhile() {
        let found = crowd_of(&[0, 600, 601, 603, 607, 608, 900]).expect("a crowd");
        let (from, to) = (NINE + 600 * SECOND, NINE + 608 * SECOND);
        assert_eq!((found.crowd.from, found.crowd.to), (from, to));
        // Both edges are within: 600, 601, … 608.
        assert_eq!((found.crowd.count, found.completed), (5, 9));
    }

    #[test]
    fn few_failures_and_failures_all_over_the_time_are_no_crowd() {
        assert_eq!(crowd_of(&[600, 601, 602, 603, 604]), None);
        assert_eq!(crowd_of(&[0, 150, 300, 450, 600, 750]), None);
    }

    #[test]
    fn the_ends_of_records_count_among_all_ends() {
        let frame = frame(&[
            ("completed", at(0), at(10), None),
            ("completed", None, None, at(30)),
            ("failed", at(5), at(20), None),
            ("failed", at(5), None, at(15)),
        ]);
        let job = JobRows {
            rows: 0..frame.len(),
            run: JobRun::default(),
        };
        let ends = Ends::of(&Times::of(&frame, &[job], false));
        assert_eq!(ends.failed, [NINE + 15 * SECOND, NINE + 20 * SECOND]);
        assert_eq!((ends.completed, ends.last_completed), (2, at(30)));
        assert_eq!((ends.count, ends.span), (4, at(10).zip(at(30))));
    }
}
