//! How fast items ended, and how many were worked on at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::durations::{closest_ranks, percentile_of};
use super::order;
use crate::api::UtcTime;
use crate::frame::Rows;

/// How fast items ended, and how many were worked on at once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Throughput {
    /// `ended_items` without `early_items` per minute between `first_start` and `last_end`; absent where that
    /// is no positive span.
    pub items_per_minute: Option<f64>,
    /// The most items worked on at one instant (`started_at <= t < completed_at`); absent where no
    /// item has both times.
    pub peak_concurrency: Option<u64>,
    /// The time-weighted mean of the items worked on, from `first_start` to `last_end`.
    pub mean_concurrency: Option<f64>,
    /// The earliest `started_at`.
    pub first_start: Option<UtcTime>,
    /// The latest `completed_at`.
    pub last_end: Option<UtcTime>,
    /// `last_end - first_start`; absent where that is no positive span.
    #[serde(default)]
    pub span_seconds: Option<f64>,
    /// From the 95th percentile of the ends (type 7) to the last end.
    pub tail_seconds: Option<f64>,
    /// Items with a `completed_at`.
    pub ended_items: u64,
    /// Those of them that ended before `first_start`: there was work on them that is not known.
    #[serde(default)]
    pub early_items: u64,
    /// Items the concurrency is made from: those with both times, in order.
    pub timed_items: u64,
    /// Items that started or ended but are left out of the concurrency, because a time is missing
    /// or they ended before they started.
    pub untimed_items: u64,
}

/// Throughput, concurrency and tail of these items, of whatever status.
pub fn throughput(rows: &Rows<'_>) -> Throughput {
    let times = Times::of(rows);
    let span_micros = times
        .first_start
        .zip(times.last_end)
        .map(|(first, last)| last - first)
        .filter(|span| *span > 0);
    let order = Order::of(rows, &times);
    let minute = 60e6;
    Throughput {
        items_per_minute: span_micros.map(|span| {
            let ended_within = times.ended - times.early;
            ended_within as f64 * minute / span as f64
        }),
        peak_concurrency: (times.timed > 0).then_some(order.peak),
        mean_concurrency: span_micros
            .filter(|_| times.timed > 0)
            .map(|span| times.worked_micros as f64 / span as f64),
        first_start: times.first_start.and_then(UtcTime::from_micros),
        last_end: times.last_end.and_then(UtcTime::from_micros),
        span_seconds: span_micros.map(|span| span as f64 / 1e6),
        tail_seconds: times
            .last_end
            .and_then(|last| tail_micros(times.ended as usize, order.tail, last))
            .map(|micros| micros / 1e6),
        ended_items: times.ended,
        early_items: times.early,
        timed_items: times.timed,
        untimed_items: times.untimed,
    }
}

/// From the 95th percentile of `count` ends to the last one. Of the ends those at the ranks of
/// [`tail_ranks`] are known. Reckoned back from the last end, because microseconds since 1970 leave a
/// float no digits for what is interpolated between them.
fn tail_micros(count: usize, at_ranks: [i64; 2], last: i64) -> Option<f64> {
    let ranks = tail_ranks(count);
    let end = |rank: usize| at_ranks[usize::from(rank != ranks[0])] - last;
    percentile_of(count, end, TAIL).map(|micros| -micros)
}

/// The percentile at which the tail begins.
const TAIL: f64 = 0.95;

/// The closest ranks of that percentile, the lower one first.
fn tail_ranks(count: usize) -> [usize; 2] {
    closest_ranks(count.saturating_sub(1), TAIL)
}

/// What is known of the times of some items without their order.
struct Times {
    first_start: Option<i64>,
    last_end: Option<i64>,
    /// The first and the last instant of all.
    from: i64,
    to: i64,
    ended: u64,
    /// Those that ended before the first start.
    early: u64,
    timed: u64,
    untimed: u64,
    worked_micros: i128,
}

impl Times {
    fn of(rows: &Rows<'_>) -> Self {
        let (mut first_start, mut first_end, mut last_end) = (i64::MAX, i64::MAX, i64::MIN);
        let (mut started, mut timed, mut ended, mut untimed) = (false, 0, 0, 0);
        let mut worked_micros: i128 = 0;
        rows.each(|_, row| {
            if let Some(start) = row.started_at {
                started = true;
                first_start = first_start.min(start);
            }
            if let Some(end) = row.completed_at {
                ended += 1;
                first_end = first_end.min(end);
                last_end = last_end.max(end);
            }
            match row.micros() {
                Some(micros) if micros >= 0 => {
                    timed += 1;
                    worked_micros += i128::from(micros);
                }
                None if row.started_at.is_none() && row.completed_at.is_none() => {}
                _ => untimed += 1,
            }
        });
        let mut early = 0;
        // Hardly ever.
        if started && first_end < first_start {
            let is_early = |end: i64| end < first_start;
            rows.each(|_, row| early += u64::from(row.completed_at.is_some_and(is_early)));
        }
        Self {
            first_start: started.then_some(first_start),
            last_end: (ended > 0).then_some(last_end),
            from: first_start.min(first_end),
            to: last_end,
            ended,
            early,
            timed,
            untimed,
            worked_micros,
        }
    }
}

/// What depends on the order in which items start and end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Order {
    /// The most intervals `start <= t < end` that share an instant.
    peak: u64,
    /// The ends at the ranks of [`tail_ranks`]; nothing where there is no end.
    tail: [i64; 2],
}

impl Order {
    /// Starts and ends are counted in slots of the time first. How many items are worked on between
    /// two slots follows from that, and how many there may be within one at most; only of the slots
    /// that may hold the peak, or an end of one of those ranks, the events have to be put into order.
    fn of(rows: &Rows<'_>, times: &Times) -> Self {
        if times.ended == 0 {
            return Self::default();
        }
        let mut slots = Slots::new(times);
        each_event(rows, |at, what| slots.count(at, what));
        let ranks = tail_ranks(times.ended as usize);
        let sought = slots.sought(ranks);
        let mut events = Vec::with_capacity(sought.events);
        each_event(rows, |at, what| {
            if sought.holds(slots.slot(at)) {
                events.push(at << 1 | what as i64);
            }
        });
        order::sort(&mut events);
        sought.walk(&events, ranks)
    }
}

/// What happens at an instant: one that ends comes before one that starts at the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    End = 0,
    Start = 1,
}

/// Takes each start and each end that there is to be counted. An end that ends no interval, or one
/// without length, comes with a start at the same instant: before it one less is worked on for no time,
/// and never one more.
#[inline(always)]
fn each_event(rows: &Rows<'_>, mut take: impl FnMut(i64, What)) {
    rows.each(|_, row| {
        let Some(end) = row.completed_at else {
            return;
        };
        let start = row.started_at.filter(|start| *start <= end).unwrap_or(end);
        take(start, What::Start);
        take(end, What::End);
    });
}

/// Parts of the time, all of the same length.
struct Slots {
    from: i64,
    shift: u32,
    /// How many start and end in each, by [`What`].
    counts: Vec<[u32; 2]>,
}

impl Slots {
    /// The most slots, whose counts fit into a cache; else there are about as many as events.
    const MOST: usize = 1 << 16;
    const FEWEST: usize = 1 << 6;

    /// For the whole time; there has to be an end.
    fn new(times: &Times) -> Self {
        let events = 2 * times.ended as usize;
        let count = events.next_power_of_two().clamp(Self::FEWEST, Self::MOST);
        let span = (times.to - times.from) as u64;
        Self {
            from: times.from,
            shift: (64 - span.leading_zeros()).saturating_sub(count.trailing_zeros()),
            counts: vec![[0; 2]; count],
        }
    }

    #[inline(always)]
    fn slot(&self, at: i64) -> usize {
        ((at - self.from) as u64 >> self.shift) as usize
    }

    #[inline(always)]
    fn count(&mut self, at: i64, what: What) {
        let slot = self.slot(at);
        self.counts[slot][what as usize] += 1;
    }

    /// The slots that hold an end of these ranks, and those within which more may be worked on than at
    /// the edge of any.
    fn sought(&self, ranks: [usize; 2]) -> Sought {
        let mut slots = Vec::new();
        let (mut worked_on, mut ended, mut peak) = (0_i64, 0_usize, 0);
        for (slot, [ends, starts]) in self.counts.iter().enumerate() {
            let may_rise_to = worked_on + i64::from(*starts);
            let ended_behind = ended + *ends as usize;
            // The ranks are neighbours.
            let holds_rank = ended <= ranks[1] && ended_behind > ranks[0];
            if holds_rank || may_rise_to > peak {
                slots.push(Slot {
                    slot,
                    events: (starts + ends) as usize,
                    worked_on,
                    ended,
                    may_rise_to: if holds_rank { i64::MAX } else { may_rise_to },
                });
            }
            worked_on = may_rise_to - i64::from(*ends);
            ended = ended_behind;
            peak = peak.max(worked_on);
        }
        // The peak was not known before the end.
        slots.retain(|slot| slot.may_rise_to > peak);
        let mut marks = vec![0; self.counts.len() / 64];
        for Slot { slot, .. } in &slots {
            marks[slot / 64] |= 1 << (slot % 64);
        }
        Sought {
            events: slots.iter().map(|slot| slot.events).sum(),
            slots,
            marks,
            peak,
        }
    }
}

/// A slot whose events have to be put into order.
struct Slot {
    slot: usize,
    /// How many events it holds.
    events: usize,
    /// How many items are worked on where it begins.
    worked_on: i64,
    /// How many have ended before it.
    ended: usize,
    /// How many may be worked on within it.
    may_rise_to: i64,
}

/// The slots whose events have to be put into order.
struct Sought {
    slots: Vec<Slot>,
    /// A bit for each slot.
    marks: Vec<u64>,
    /// How many events they hold.
    events: usize,
    /// The most items worked on at the edge of any slot.
    peak: i64,
}

impl Sought {
    #[inline(always)]
    fn holds(&self, slot: usize) -> bool {
        self.marks[slot / 64] >> (slot % 64) & 1 == 1
    }

    /// Goes through their events, which are sorted.
    fn walk(&self, events: &[i64], ranks: [usize; 2]) -> Order {
        let (mut peak, mut tail) = (self.peak, [0; 2]);
        let mut events = events.iter();
        for slot in &self.slots {
            let (mut worked_on, mut ended) = (slot.worked_on, slot.ended);
            for event in events.by_ref().take(slot.events) {
                if event & 1 == What::Start as i64 {
                    worked_on += 1;
                    peak = peak.max(worked_on);
                    continue;
                }
                worked_on -= 1;
                for (rank, at) in ranks.iter().zip(&mut tail) {
                    if *rank == ended {
                        *at = event >> 1;
                    }
                }
                ended += 1;
            }
        }
        Order {
            peak: peak as u64,
            tail,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::api::ItemFields;
    use crate::frame::{ItemColumns, ItemFrame, Runs};

    /// Those of items with these starts and ends.
    fn of(items: &[(Option<i64>, Option<i64>)]) -> Throughput {
        let mut columns = ItemColumns::default();
        for (number, (start, end)) in items.iter().enumerate() {
            columns.push(&ItemFields {
                item_id: &number.to_string(),
                status: "completed",
                started_at: start.and_then(UtcTime::from_micros),
                completed_at: end.and_then(UtcTime::from_micros),
                ..ItemFields::default()
            });
        }
        let mut runs = Runs::default();
        runs.add(items.len(), 0, 0);
        let (frame, _) = ItemFrame::build(vec![columns], runs, 1).expect("a frame");
        throughput(&frame.rows(0..frame.len()))
    }

    /// The peak of these intervals.
    fn peak(intervals: &[(i64, i64)]) -> Option<u64> {
        let items = intervals
            .iter()
            .map(|(start, end)| (Some(*start), Some(*end)));
        of(&items.collect::<Vec<_>>()).peak_concurrency
    }

    #[test]
    fn the_tail_is_exact_to_the_fraction_of_a_microsecond() {
        let base = 1_778_747_433_233_758;
        let ends = [base, base + 4, base + 1, base + 2].map(|at| (None, Some(at)));
        let tail = of(&ends).tail_seconds.expect("there are ends");
        assert!((tail - 0.3e-6).abs() < 1e-15, "{tail}");
        assert_eq!(of(&ends[..1]).tail_seconds, Some(0.0));
    }

    #[test]
    fn one_that_ends_as_another_starts_is_not_beside_it() {
        assert_eq!(peak(&[(0, 10), (10, 20)]), Some(1));
        assert_eq!(peak(&[(0, 11), (10, 20)]), Some(2));
    }

    #[test]
    fn an_interval_without_length_holds_no_instant() {
        assert_eq!(peak(&[(5, 5), (5, 5)]), Some(0));
        assert_eq!(peak(&[(0, 10), (5, 5)]), Some(1));
        assert_eq!(peak(&[]), None);
    }

    #[test]
    fn what_has_no_end_or_ends_before_it_starts_is_counted_apart() {
        let items = [
            (Some(10), Some(20)),
            (Some(5), None),
            (None, Some(30)),
            (Some(40), Some(25)),
            (None, None),
        ];
        let found = of(&items);
        assert_eq!(
            (found.timed_items, found.untimed_items, found.ended_items),
            (1, 3, 3)
        );
        assert_eq!(found.peak_concurrency, Some(1));
        assert_eq!(found.first_start, UtcTime::from_micros(5));
        assert_eq!(found.last_end, UtcTime::from_micros(30));
        assert_eq!(of(&[(Some(5), None)]).last_end, None);
    }

    /// How many of the intervals hold the instant that most of them hold.
    fn counted_peak(items: &[(Option<i64>, Option<i64>)]) -> u64 {
        let timed = || items.iter().filter_map(|(start, end)| start.zip(*end));
        let beside = |t: i64| timed().filter(move |(start, end)| (*start..*end).contains(&t));
        let peaks = timed().map(|(start, _)| beside(start).count() as u64);
        peaks.max().unwrap_or_default()
    }

    proptest! {
        #[test]
        fn peak_and_tail_agree_with_counting_at_each_start_and_with_sorted_ends(
            items in vec((0..2_000_i64, -20..300_i64, 0..30_u8), 1..200),
            scale in prop_oneof![Just(1), Just(1_000_003), Just(30_000_000_000_i64)],
            far in any::<bool>(),
        ) {
            let mut items: Vec<_> = items
                .into_iter()
                .map(|(start, length, odd)| {
                    let (start, end) = (start * scale, (start + length).max(0) * scale);
                    ((odd != 0).then_some(start), (odd != 1).then_some(end))
                })
                .collect();
            if far {
                items.push((Some(0), Some(200_000_000_000_000_000)));
            }
            let found = of(&items);
            let timed = items.iter().filter_map(|(start, end)| start.zip(*end));
            let timed = timed.filter(|(start, end)| start <= end).count();
            prop_assert_eq!(
                found.peak_concurrency,
                (timed > 0).then(|| counted_peak(&items))
            );
            let mut ends: Vec<i64> = items.iter().filter_map(|(_, end)| *end).collect();
            ends.sort_unstable();
            let last = ends.last().copied().unwrap_or_default();
            let end = |rank: usize| ends[rank] - last;
            let tail = percentile_of(ends.len(), end, 0.95).map(|micros| -micros / 1e6);
            prop_assert_eq!(found.tail_seconds, tail);
        }
    }
}
