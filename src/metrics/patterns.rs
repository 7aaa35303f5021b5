//! Instants at which items ended, by how they ended.

use super::times::Times;

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

/// Number of failures from which on there may be a pattern in them.
pub const FEW_FAILURES: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::examples::{NINE, SECOND, at, frame};
    use crate::metrics::times::{JobRows, JobRun};

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
