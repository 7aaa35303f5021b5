//! Lists of a report: their order, and what is asked of their lengths.

use super::model::{Report, Sections};

impl Report {
    /// Tells if everything that was found was read whole, and nothing stated is missing.
    pub fn is_whole(&self) -> bool {
        !self.notes.iter().any(|note| note.loss)
    }

    /// Tells if a list is shorter than is asked for, and not because there is no more to list: of the slowest
    /// items, and of examples.
    pub fn lists_fewer_than(
        &self,
        slowest: Option<usize>,
        examples: Option<usize>,
    ) -> (bool, bool) {
        let fewer = |asked: Option<usize>, held: usize, there: u64| {
            asked.is_some_and(|asked| held < asked && (held as u64) < there)
        };
        let jobs = self.jobs.iter().map(|job| &job.sections);
        let all = jobs.chain([&self.overall]);
        let groups = |part: &Sections| {
            let mut groups = part.error_groups.iter();
            groups.any(|group| fewer(examples, group.examples.len(), group.count))
        };
        all.fold((false, false), |(items, of_groups), part| {
            let timed = part.throughput.timed_items;
            (
                items || fewer(slowest, part.slowest.len(), timed),
                of_groups || groups(part),
            )
        })
    }

    /// Cuts the lists of the slowest items and of examples, where they are longer than asked for.
    pub fn shorten(&mut self, slowest: Option<usize>, examples: Option<usize>) {
        let jobs = self.jobs.iter_mut().map(|job| &mut job.sections);
        for sections in jobs.chain([&mut self.overall]) {
            sections.slowest.truncate(slowest.unwrap_or(usize::MAX));
            for group in &mut sections.error_groups {
                group.examples.truncate(examples.unwrap_or(usize::MAX));
            }
        }
    }
}
