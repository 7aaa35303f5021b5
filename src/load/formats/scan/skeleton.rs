//! The text between the values of an item: items of the same keys and white space are read by it.

use super::Scan;
use super::bytes::Between;
use super::item::{self, Item, ItemField};
use crate::api::PlainTimes;

/// Length of a time in the server's form.
const TIME: usize = PlainTimes::WHOLE;

/// Text between the values of the items at hand.
#[derive(Default)]
pub(in crate::load) struct Skeleton {
    steps: Vec<Step>,
    /// Text behind the last value.
    end: Between,
    /// One of the values is the id.
    has_id: bool,
    pub(super) times: PlainTimes,
}

impl Skeleton {
    /// Takes the skeleton of another item with an id: the steps to its values and the text behind the last.
    /// If that text is too long there are none.
    pub(super) fn change_to(&mut self, steps: Vec<Step>, end: Between) {
        (self.steps, self.end, self.has_id) = (steps, end, true);
    }
}

/// Step to a value from the one before.
pub(super) struct Step {
    before: Between,
    field: Option<ItemField>,
    is_time: bool,
}

impl Step {
    /// A step over the text between them, to the value of that field, if it is one of an item's.
    pub(super) fn new(before: Between, field: Option<ItemField>) -> Self {
        Self {
            before,
            field,
            is_time: field.is_some_and(item::is_time),
        }
    }
}

impl Scan<'_> {
    /// Reads the item that begins at `at` if it has the skeleton of the one before; returns where it
    /// ends.
    #[inline(always)]
    pub(super) fn item_by_skeleton(
        self,
        mut at: usize,
        skeleton: &mut Skeleton,
        item: &mut Item,
    ) -> Option<usize> {
        for step in &skeleton.steps {
            if !step.before.stands_at(self.bytes, at) {
                return None;
            }
            let begin = at + step.before.length;
            if step.is_time
                && let Some(field) = step.field
                && let Some(found) = self.time(begin, field, item, &mut skeleton.times)
            {
                at = found;
                continue;
            }
            let found = self.value(begin)?;
            if let Some(field) = step.field {
                item.set(field, found, self.bytes, &mut skeleton.times);
            }
            at = found.behind;
        }
        item.has_id = skeleton.has_id;
        let whole = skeleton.end.length > 0 && skeleton.end.stands_at(self.bytes, at);
        (whole && item.is_plain(self.text)).then_some(at + skeleton.end.length)
    }

    /// Takes a time of the server's form; returns where it ends, which is known before it has been read.
    #[inline(always)]
    fn time(
        self,
        at: usize,
        field: ItemField,
        item: &mut Item,
        times: &mut PlainTimes,
    ) -> Option<usize> {
        let value = self.bytes.get(at..)?.first_chunk::<{ TIME + 2 }>()?;
        let [b'"', time @ .., b'"'] = value else {
            return None;
        };
        item.set_time(field, at + 1, times.read_whole(time)?);
        Some(at + TIME + 2)
    }
}
