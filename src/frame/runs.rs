//! The job and the file of rows: the same for all rows of a list.

use std::ops::Range;

/// Consecutive rows of one job from one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    /// The row after the last one.
    end: usize,
    job: u32,
    file: u32,
}

/// The job and the file of each row.
#[derive(Debug, Clone, Default)]
pub struct Runs(Vec<Run>);

impl Runs {
    /// Adds the rows up to `end` that no run holds yet.
    pub fn add(&mut self, end: usize, job: u32, file: u32) {
        match self.0.last_mut() {
            Some(last) if end == last.end => {}
            None if end == 0 => {}
            Some(last) if (last.job, last.file) == (job, file) => last.end = end,
            _ => self.0.push(Run { end, job, file }),
        }
    }

    fn iter(&self) -> impl Iterator<Item = (Range<usize>, Run)> {
        let mut start = 0;
        self.0
            .iter()
            .map(move |run| (std::mem::replace(&mut start, run.end)..run.end, *run))
    }

    /// The job and the file of a row.
    pub(super) fn of(&self, row: usize) -> Option<(u32, u32)> {
        let at = self.0.partition_point(|run| run.end <= row);
        self.0.get(at).map(|run| (run.job, run.file))
    }

    /// Tells if the rows are sorted by job.
    pub(super) fn are_in_order_of_jobs(&self) -> bool {
        self.0.is_sorted_by_key(|run| run.job)
    }

    /// Rows of each of the `jobs`.
    pub(super) fn ranges_by_job(&self, jobs: usize) -> Vec<Vec<Range<usize>>> {
        let mut ranges: Vec<Vec<Range<usize>>> = vec![Vec::new(); jobs];
        for (rows, run) in self.iter() {
            let of_job = &mut ranges[run.job as usize];
            match of_job.last_mut() {
                Some(last) if last.end == rows.start => last.end = rows.end,
                _ => of_job.push(rows),
            }
        }
        ranges
    }

    /// The runs of the same rows in another order.
    pub(super) fn reordered(&self, order: &[u32]) -> Self {
        let mut runs = Self::default();
        for (at, row) in order.iter().enumerate() {
            if let Some((job, file)) = self.of(*row as usize) {
                runs.add(at + 1, job, file);
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_job_and_file_in_any_order() {
        let mut runs = Runs::default();
        for (end, job, file) in [
            (0, 9, 9),
            (3, 1, 0),
            (3, 7, 7),
            (5, 1, 0),
            (6, 0, 0),
            (9, 1, 1),
        ] {
            runs.add(end, job, file);
        }
        let found: Vec<_> = (0..9).filter_map(|row| runs.of(row)).collect();
        let expected = [
            [(1, 0); 5].to_vec(),
            [(0, 0); 1].to_vec(),
            [(1, 1); 3].to_vec(),
        ]
        .concat();
        assert_eq!(found, expected);
        assert_eq!(runs.of(9), None);
        assert!(!runs.are_in_order_of_jobs());
        let ranges = runs.ranges_by_job(3);
        let starts_and_ends = |job: usize| {
            let ranges = ranges[job].iter();
            ranges
                .map(|rows| (rows.start, rows.end))
                .collect::<Vec<_>>()
        };
        assert_eq!(starts_and_ends(0), [(5, 6)]);
        assert_eq!(starts_and_ends(1), [(0, 5), (6, 9)]);
        assert_eq!(starts_and_ends(2), []);
        let order = [5, 0, 4, 8_u32];
        let moved = runs.reordered(&order);
        assert!(moved.are_in_order_of_jobs());
        for (at, row) in order.iter().enumerate() {
            assert_eq!(moved.of(at), runs.of(*row as usize));
        }
    }
}
