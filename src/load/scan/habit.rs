//! The short way through an item whose keys and white space are those of the item before.

use super::Scan;
use super::bytes::{Between, Halves, Look};
#[cfg(target_arch = "x86_64")]
use super::bytes::{Block, avx2};
use super::item::{self, Item, ItemField};
use crate::api::PlainTimes;

/// How long a time is in the server's form.
const TIME: usize = PlainTimes::WHOLE;

/// What stands between the values of the items at hand.
#[derive(Default)]
pub(in crate::load) struct Habit {
    steps: Vec<Step>,
    /// What stands behind the last value.
    end: Between,
    /// Whether one of them is the id.
    has_id: bool,
    pub(super) times: PlainTimes,
}

impl Habit {
    /// Takes another habit: the steps to the values and what stands behind the last, of an item with an
    /// id; of one that cannot be read by habit there are none.
    pub(super) fn change_to(&mut self, steps: Vec<Step>, end: Between) {
        (self.steps, self.end, self.has_id) = (steps, end, true);
    }
}

/// The way to a value from the one before.
pub(super) struct Step {
    before: Between,
    field: Option<ItemField>,
    is_time: bool,
}

impl Step {
    /// Over what stands between them, to the value of that field, if it is one of an item's.
    pub(super) fn new(before: Between, field: Option<ItemField>) -> Self {
        Self {
            before,
            field,
            is_time: field.is_some_and(item::is_time),
        }
    }
}

impl Scan<'_> {
    /// Reads the item that begins at `at`, if it looks like the one before but for its values; gives where
    /// it ends.
    #[inline]
    pub(super) fn item_by_habit(
        self,
        at: usize,
        habit: &mut Habit,
        item: &mut Item,
    ) -> Option<usize> {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            #[expect(unsafe_code, reason = "it is asked for here, and nowhere else")]
            // SAFETY: The processor has the instructions. Nothing else is unsafe about them: what is
            // looked at are arrays.
            return unsafe { self.item_by_habit_avx2(at, habit, item) };
        }
        self.item_by_habit_with(at, habit, item, &Halves)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn item_by_habit_avx2(self, at: usize, habit: &mut Habit, item: &mut Item) -> Option<usize> {
        /// As closures of a function that may use the instructions, they may as well.
        struct Whole<S, F>(S, F);

        impl<S, F> Look for Whole<S, F>
        where
            S: Fn(&Block, &Block, &Block) -> bool,
            F: Fn(&Block) -> usize,
        {
            #[inline(always)]
            fn are_same(&self, block: &Block, other: &Block, mask: &Block) -> bool {
                (self.0)(block, other, mask)
            }

            #[inline(always)]
            fn first_special(&self, block: &Block) -> usize {
                (self.1)(block)
            }
        }

        let look = Whole(
            |block: &Block, other: &Block, mask: &Block| avx2::are_same(block, other, mask),
            |block: &Block| avx2::first_special(block),
        );
        self.item_by_habit_with(at, habit, item, &look)
    }

    #[inline(always)]
    pub(super) fn item_by_habit_with(
        self,
        mut at: usize,
        habit: &mut Habit,
        item: &mut Item,
        look: &impl Look,
    ) -> Option<usize> {
        for step in &habit.steps {
            if !step.before.stands_at(self.bytes, at, look) {
                return None;
            }
            let begin = at + step.before.length;
            if step.is_time
                && let Some(field) = step.field
                && let Some(found) = self.time(begin, field, item, &mut habit.times)
            {
                at = found;
                continue;
            }
            let found = self.value(begin, look)?;
            if let Some(field) = step.field {
                item.set(field, found, self.bytes, &mut habit.times);
            }
            at = found.behind;
        }
        item.has_id = habit.has_id;
        let whole = habit.end.length > 0 && habit.end.stands_at(self.bytes, at, look);
        (whole && item.is_plain(self.text)).then_some(at + habit.end.length)
    }

    /// Takes a time of the server's form; gives where it ends. It is known where that is before it has been
    /// read.
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
