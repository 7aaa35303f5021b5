//! Rows of items, and the groups they belong to: lists, and items by themselves.

use super::Sink;
use crate::api::{ItemFields, ItemRecord, WrongType};
use crate::load::accumulator::{ItemGroup, TotalSizes};
use crate::load::note::Fault;
use crate::text::quote;

impl Sink<'_, '_> {
    /// The row that the next item gets in the accumulator.
    pub(in crate::load) fn next_row(&self) -> usize {
        self.first_row + self.seen
    }

    /// Offset of the last item that was taken.
    pub(in crate::load) fn last_item(&self) -> Option<usize> {
        self.last_item
    }

    /// Takes an item that begins at `at`, or the reason why it is none.
    pub(in crate::load) fn item(
        &mut self,
        item: Result<ItemRecord<'_>, WrongType>,
        at: Option<usize>,
    ) {
        let job = self.next_job.take();
        match item {
            Ok(item) => {
                if let Some(id) = job {
                    let row = self.next_row();
                    match self.named.last_mut() {
                        Some((rows, named)) if rows.end == row && *named == id => rows.end += 1,
                        _ => self.named.push((row..row + 1, id)),
                    }
                }
                if let Some(time) = &item.unreadable_time
                    && self.faults.times.counts_one_of_the_first()
                {
                    let found = (time.field, quote(&time.text, 60));
                    let place = self.place(at);
                    self.faults.times.first.push((place, found));
                }
                if let Some(wrong) = &item.wrong_field
                    && self.faults.wrong_types.counts_one_of_the_first()
                {
                    let place = self.place(at);
                    self.faults.wrong_types.first.push((place, wrong.clone()));
                }
                self.push(&item.fields(), at);
            }
            Err(wrong) => self.unreadable(|| Fault::Field(wrong), at),
        }
    }

    /// Takes an item without any fault.
    #[inline(always)]
    pub(in crate::load) fn plain_item(&mut self, item: &ItemFields<'_>, at: usize) {
        self.push(item, Some(at));
    }

    #[inline(always)]
    fn push(&mut self, item: &ItemFields<'_>, at: Option<usize>) {
        self.last_item = at;
        self.seen += 1;
        if self.seen > self.kept {
            self.accumulator.columns.push(item);
        }
    }

    /// Takes an item that stands by itself and not in a list.
    pub(in crate::load) fn loose_item(
        &mut self,
        item: Result<ItemRecord<'_>, WrongType>,
        at: Option<usize>,
    ) {
        let start = self.next_row();
        self.item(item, at);
        self.were_loose(start, 1);
    }

    /// Makes the items from the row `start` on, `count` with those that are unreadable, items that stand
    /// by themselves.
    pub(in crate::load) fn were_loose(&mut self, start: usize, count: u64) {
        let unreadable = self.faults.take_pending();
        if count == 0 && unreadable == 0 {
            return;
        }
        self.tally.loose_items(count);
        let end = self.next_row();
        let named = self.named_job(start).map(str::to_owned);
        if let Some(group) = self.last_group()
            && group.loose
            && group.rows.end == start
            && group.batch_job_id == named
        {
            group.rows.end = end;
            group.unreadable += unreadable;
            return;
        }
        self.group(ItemGroup {
            rows: start..end,
            unreadable,
            ..ItemGroup::loose(self.file)
        });
    }

    /// Closes a list whose rows began at `start`. Lists of a file that follow each other and say the same
    /// are one, so that millions of empty ones take no room.
    pub(in crate::load) fn list(
        &mut self,
        start: usize,
        batch_job_id: Option<String>,
        total_size: Option<u64>,
        status_filter: Option<String>,
    ) {
        let rows = start..self.next_row();
        // Empty lists state 0 and mean it; an SDK's page object, and a server that does not count, write
        // 0 beside items.
        let total_size = total_size
            .filter(|total| *total > 0 || rows.is_empty())
            .map(TotalSizes::of);
        let unreadable = self.faults.take_pending();
        let are_named = self
            .named
            .last()
            .is_some_and(|(named, _)| named.end > start);
        if let Some(group) = self.last_group()
            && !are_named
            && !group.loose
            && group.rows.end == rows.start
            && group.batch_job_id == batch_job_id
            && group.status_filter == status_filter
        {
            group.rows.end = rows.end;
            group.unreadable += unreadable;
            group.total_size = TotalSizes::both(group.total_size, total_size);
        } else {
            self.group(ItemGroup {
                file: self.file,
                rows,
                unreadable,
                batch_job_id,
                total_size,
                status_filter,
                loose: false,
            });
        }
    }

    /// Gives all rows and what is left a group.
    pub(super) fn close(&mut self) {
        if self.empty_arrays > 0 && !self.has_stray_text {
            self.documents += self.empty_arrays;
            self.count(crate::load::tally::Shape::Page);
            self.list(self.next_row(), None, None, None);
        }
        self.claim_rows(self.first_row + self.seen.max(self.kept));
        if self.faults.has_pending() {
            self.were_loose(self.next_row(), 0);
        }
    }

    fn last_group(&mut self) -> Option<&mut ItemGroup> {
        self.accumulator.groups[self.first_group..].last_mut()
    }

    /// Sets the batch job that the next item names itself.
    pub(in crate::load) fn name_job(&mut self, id: &str) {
        self.next_job = Some(id.to_owned());
    }

    /// The batch job that a row names itself.
    fn named_job(&self, row: usize) -> Option<&str> {
        let at = self.named.partition_point(|(rows, _)| rows.end <= row);
        let (rows, id) = self.named.get(at)?;
        rows.contains(&row).then_some(id)
    }

    /// Adds a group, in pieces if some of its rows name their batch job themselves. Rows before it that
    /// no document has claimed become items by themselves, because they would have no job otherwise.
    fn group(&mut self, mut group: ItemGroup) {
        self.claim_rows(group.rows.start);
        let first = self
            .named
            .partition_point(|(rows, _)| rows.end <= group.rows.start);
        let mut was_cut = false;
        for (rows, id) in &self.named[first..] {
            if rows.start >= group.rows.end {
                break;
            }
            was_cut = true;
            if group.rows.start < rows.start {
                let mut before = group.clone();
                before.rows.end = rows.start;
                self.accumulator.groups.push(before);
                group.unreadable = 0;
            }
            let end = rows.end.min(group.rows.end);
            self.accumulator.groups.push(ItemGroup {
                rows: group.rows.start.max(rows.start)..end,
                batch_job_id: Some(id.clone()),
                // The total of a list is none of a job of it.
                total_size: None,
                ..group.clone()
            });
            group.rows.start = end;
            group.unreadable = 0;
        }
        if !(was_cut && group.rows.is_empty()) {
            self.accumulator.groups.push(group);
        }
    }

    fn claim_rows(&mut self, until: usize) {
        let first_row = self.first_row;
        let claimed = self.last_group().map_or(first_row, |group| group.rows.end);
        if claimed < until {
            self.accumulator.groups.push(ItemGroup {
                rows: claimed..until,
                ..ItemGroup::loose(self.file)
            });
        }
    }
}
