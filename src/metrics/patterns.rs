//! What is remarkable about when items ended and how long they took: crowds, quiet spells, and a few
//! that weigh as much as all others.

use super::timeline::{Ends, Timeline, end_of};
use crate::api::status::code;
use crate::frame::Rows;
use crate::parallel::{self, MANY_ROWS};

/// Instants that lie close together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crowd {
    /// The first of them, in microseconds since the epoch.
    pub from: i64,
    /// The last of them.
    pub to: i64,
    /// How many there are.
    pub count: usize,
}

/// The window that holds at least half of the ascending instants and stands out most: by the share
/// of them that it holds, less the share of the `span` that it takes. Absent where there are fewer
/// than two or no span.
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
    /// When, and how many.
    pub crowd: Crowd,
    /// Completed items that ended in the same time.
    pub completed: u64,
}

/// From so many failures on there may be a pattern in them.
pub const FEW_FAILURES: usize = 5;

/// The failures that lie closest together, where more than [`FEW_FAILURES`] have an instant, so many
/// at least lie together, and do so in a quarter of the time at most.
pub fn failure_crowd(rows: &Rows<'_>, ends: &Ends, line: &Timeline) -> Option<FailureCrowd> {
    let span = line.to.micros() - line.from.micros();
    if ends.failed.len() <= FEW_FAILURES {
        return None;
    }
    let crowd = densest(&ends.failed, span)?;
    let share_of_time = (crowd.to - crowd.from) as f64 / span as f64;
    if crowd.count < FEW_FAILURES || share_of_time > 0.25 {
        return None;
    }
    let mut completed = 0;
    rows.each(|_, row| {
        let ended_within = || {
            end_of(&row)
                .flatten()
                .is_some_and(|end| (crowd.from..=crowd.to).contains(&end))
        };
        completed += u64::from(row.status == code::COMPLETED && ended_within());
    });
    Some(FailureCrowd { crowd, completed })
}

/// The longest gap between ends, where it is remarkable: where there are at least 20 ends, it takes at
/// least 10 seconds and 5 % of the time from the first to the last of them, it is three times as long as the longest
/// is expected to be where ends come at random (the mean gap times the logarithm of their number), and
/// at least 5 % of the ends come after it, for what only waits for the last few is a tail. Of gaps of
/// the same length it is the first.
///
/// The ends are in any order. They are dealt out into parts of the time so short
/// that no gap that is long enough lies within one: it begins with the last of a part, and ends with the
/// first of the next part that holds any.
pub fn quiet_spell(ends: &[i64]) -> Option<(i64, i64)> {
    const PARTS: usize = 64;
    const { assert!(2.0 / (PARTS as f64) < LEAST_SHARE) };
    let whole = Stretch::of::<1>(ends, |_| 0)[0];
    let (first, last, count) = (whole.first, whole.last, whole.count);
    if count < 20 {
        return None;
    }
    let span = (last - first) as f64;
    if span < 10e6 {
        return None;
    }
    let per_micro = PARTS as f64 / (span + 1.0);
    let parts = Stretch::of::<PARTS>(ends, |end| {
        let at = ((end - first) as f64 * per_micro) as usize;
        at.min(PARTS - 1)
    });
    let mut longest = (first, first);
    let (mut before, mut ended, mut ended_before_gap) = (first, 0, 0);
    for part in parts.iter().filter(|part| part.count > 0) {
        if part.first - before > longest.1 - longest.0 {
            longest = (before, part.first);
            ended_before_gap = ended;
        }
        before = part.last;
        ended += part.count;
    }
    let gap = (longest.1 - longest.0) as f64;
    let expected = span / (count - 1) as f64 * (count as f64).ln();
    let after = count - ended_before_gap;
    (gap >= least_gap(last - first) && gap >= 3.0 * expected && after * 20 >= count)
        .then_some(longest)
}

/// A gap has to take so much of the time from the first to the last end.
const LEAST_SHARE: f64 = 0.05;

/// The shortest gap that may be remarkable, in microseconds, where the first and the last end are so far
/// from each other.
pub fn least_gap(span: i64) -> f64 {
    (LEAST_SHARE * span as f64).max(10e6)
}

/// Instants of which the first and the last are known.
#[derive(Clone, Copy)]
struct Stretch {
    first: i64,
    last: i64,
    count: usize,
}

impl Stretch {
    const EMPTY: Self = Self {
        first: i64::MAX,
        last: i64::MIN,
        count: 0,
    };

    #[inline(always)]
    fn add(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.count += other.count;
    }

    /// Deals instants out to so many stretches, each to the one that `at` says.
    fn of<const N: usize>(instants: &[i64], at: impl Fn(i64) -> usize + Send + Sync) -> [Self; N] {
        let deal_out = |to: &mut [Self; N], instants: &[i64]| {
            for instant in instants {
                to[at(*instant)].add(Self {
                    first: *instant,
                    last: *instant,
                    count: 1,
                });
            }
        };
        let mut all = [Self::EMPTY; N];
        if instants.len() <= MANY_ROWS {
            deal_out(&mut all, instants);
            return all;
        }
        let dealt_out = parallel::map(true, instants.chunks(MANY_ROWS).collect(), |piece| {
            let mut stretches = [Self::EMPTY; N];
            deal_out(&mut stretches, piece);
            stretches
        });
        for stretches in dealt_out {
            for (whole, part) in all.iter_mut().zip(stretches) {
                whole.add(part);
            }
        }
        all
    }
}

/// The share of the sum that the `count` greatest of the values make up, which stand behind all others,
/// 0–1; absent where the sum is nothing.
pub fn share_of_greatest(values: &[i64], count: usize) -> Option<f64> {
    let sum = |values: &[i64]| values.iter().map(|value| i128::from(*value)).sum::<i128>();
    let all = sum(values);
    let greatest = sum(&values[values.len().saturating_sub(count)..]);
    (all > 0).then(|| greatest as f64 / all as f64)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_crowd_is_told_from_what_is_spread_out() {
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

    #[test]
    fn the_first_of_equally_long_gaps_is_named_wherever_the_ends_stand() {
        const S: i64 = 1_000_000;
        let crowd = |at: i64| (0..20).map(move |n| (at + n) * S);
        let ends: Vec<i64> = crowd(120).chain(crowd(0)).chain(crowd(60)).collect();
        assert_eq!(quiet_spell(&ends), Some((19 * S, 60 * S)));
    }

    /// The same of sorted ends, by looking at each gap.
    fn quiet_spell_in_order(ends: &[i64]) -> Option<(i64, i64)> {
        let gaps = ends.windows(2).map(|pair| (pair[1] - pair[0], pair[0]));
        let (length, from) = gaps.min_by_key(|(length, from)| (-length, *from))?;
        let span = (ends[ends.len() - 1] - ends[0]) as f64;
        let (gap, count) = (length as f64, ends.len());
        let expected = span / (count - 1) as f64 * (count as f64).ln();
        let after = count - ends.partition_point(|end| *end < from + length);
        (count >= 20
            && gap >= 10e6
            && gap >= 0.05 * span
            && gap >= 3.0 * expected
            && after * 20 >= count)
            .then_some((from, from + length))
    }

    proptest! {
        #[test]
        fn a_quiet_spell_is_the_one_found_by_looking_at_each_gap(
            mut ends in vec(0..400_000_000_i64, 0..80),
            far in vec(0..100_000_000_i64, 0..80),
            distance in 1..20_i64,
        ) {
            ends.extend(far.iter().map(|end| end + distance * 100_000_000));
            let found = quiet_spell(&ends);
            ends.sort_unstable();
            prop_assert_eq!(found, quiet_spell_in_order(&ends));
        }
    }

    #[test]
    fn a_quiet_spell_among_very_many_is_the_same_one() {
        const S: i64 = 1_000_000;
        let ends =
            |from: i64| (0..3 * MANY_ROWS as i64).map(move |n| from * S + n * 7_919 % (60 * S));
        let (early, late): (Vec<i64>, Vec<i64>) = (ends(0).collect(), ends(200).collect());
        let mut all = [&early[..], &late].concat();
        all.sort_unstable();
        let expected = quiet_spell_in_order(&all);
        assert!(expected.is_some());
        assert_eq!(quiet_spell(&[late, early].concat()), expected);
    }

    #[test]
    fn a_quiet_spell_is_told_from_the_gaps_of_chance_and_from_the_tail() {
        const S: i64 = 1_000_000;
        let ends = |gap_at: i64, gap: i64| -> Vec<i64> {
            (0..100)
                .map(|n| if n < gap_at { n * S } else { (n + gap) * S })
                .collect()
        };
        assert_eq!(quiet_spell(&ends(50, 0)), None);
        let broken = ends(50, 60);
        assert_eq!(quiet_spell(&broken), Some((49 * S, 110 * S)));
        assert_eq!(quiet_spell(&ends(98, 60)), None);
        assert_eq!(quiet_spell(&[7 * S; 40]), None);
        assert_eq!(quiet_spell(&broken[40..58]), None);
        assert_eq!(quiet_spell(&[]), None);
    }

    #[test]
    fn the_greatest_are_weighed_against_all() {
        assert_eq!(share_of_greatest(&[1, 2, 3, 4], 1), Some(0.4));
        assert_eq!(share_of_greatest(&[0, 0], 1), None);
    }
}
