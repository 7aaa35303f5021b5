//! Taking rows back: what looked like items of a list turns out to be the user's own content, once the
//! object around it has been read.

use super::Sink;
use super::faults::Counts;

/// State of a sink before a list.
#[derive(Debug, Clone, Copy)]
pub(in crate::load) struct Checkpoint {
    seen: usize,
    last_item: Option<usize>,
    named: usize,
    groups: usize,
    jobs: u64,
    found_jobs: usize,
    v2: usize,
    faults: Counts,
}

impl Sink<'_, '_> {
    /// The state now.
    pub(in crate::load) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            seen: self.seen,
            last_item: self.last_item,
            named: self.named.len(),
            groups: self.accumulator.groups.len(),
            jobs: self.jobs,
            found_jobs: self.accumulator.jobs.len(),
            v2: self.accumulator.v2.len(),
            faults: self.faults.counts(),
        }
    }

    /// Takes back all rows, documents and faults since then.
    pub(in crate::load) fn take_back(&mut self, point: Checkpoint) {
        if self.seen > point.seen {
            self.has_taken_back = true;
            // Rows of an earlier pass were of the same object, which broke off there.
            self.kept = self.kept.min(point.seen);
            self.seen = point.seen;
            let rows = self.next_row();
            self.accumulator.columns.truncate(rows);
            self.named.truncate(point.named);
            if let Some((named, _)) = self.named.last_mut() {
                named.end = named.end.min(rows);
            }
            if self.named.last().is_some_and(|(named, _)| named.is_empty()) {
                self.named.pop();
            }
        }
        self.last_item = point.last_item;
        self.jobs = point.jobs;
        self.accumulator.groups.truncate(point.groups);
        self.accumulator.jobs.truncate(point.found_jobs);
        self.accumulator.v2.truncate(point.v2);
        self.faults.return_to(point.faults);
    }
}
