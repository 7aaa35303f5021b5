//! Order among many numbers.

use crate::parallel;

/// Sorts ascending.
///
/// Times are spread over a span, most of them evenly: they are dealt out into as many parts of the
/// span as a cache holds, and these again, until few are left in each (bucket sort). That takes a
/// few steps for each where comparing would take twenty.
pub(super) fn sort(values: &mut [i64]) {
    match values.len() {
        0..FEW => values.sort_unstable(),
        FEW..MANY => deal_out(values, &mut vec![0; values.len()], 0),
        _ => deal_out_in_place(values),
    }
}

/// Puts the values of these ascending ranks where they would stand in ascending order, and less than
/// them before them, greater behind.
pub(super) fn place(values: &mut [i64], ranks: &[usize]) {
    place_behind(values, ranks, 0);
}

/// The same of values that stand behind `first` others.
fn place_behind(values: &mut [i64], ranks: &[usize], first: usize) {
    if values.len() < FEW {
        return values.sort_unstable();
    }
    if ranks.is_empty() {
        return;
    }
    let (lower, upper) = ranks.split_at(ranks.len() / 2);
    let (less, _, greater) = values.select_nth_unstable(upper[0] - first);
    place_behind(less, lower, first);
    place_behind(greater, &upper[1..], upper[0] + 1);
}

/// Fewer are sorted sooner by comparing them.
const FEW: usize = 100;
/// From so many values on no room is taken for all of them once more, which the kernel would have to give
/// out page by page, and their buckets are sorted on several cores.
const MANY: usize = 1 << 17;
/// The most buckets; how many values each is to hold; and more are sorted by comparing them where a
/// bucket has been dealt out this often and still holds many, for they are not spread evenly.
const MOST_BUCKETS: usize = 1 << 11;
const PER_BUCKET: usize = 2;
const DEEPEST: u32 = 3;
/// So few in a bucket are put into order with their neighbours.
const FEW_IN_BUCKET: u32 = 12;

/// Which bucket each value belongs to.
#[derive(Clone, Copy)]
struct Buckets {
    count: usize,
    least: i64,
    shift: u32,
}

impl Buckets {
    /// Of the span that the values take; there has to be one.
    fn of(values: &[i64]) -> Self {
        let (least, greatest) = values
            .iter()
            .fold((i64::MAX, i64::MIN), |(least, greatest), value| {
                (least.min(*value), greatest.max(*value))
            });
        let span = greatest.wrapping_sub(least) as u64;
        let count = (values.len() / PER_BUCKET)
            .next_power_of_two()
            .min(MOST_BUCKETS);
        Self {
            count,
            least,
            shift: (64 - span.leading_zeros()).saturating_sub(count.trailing_zeros()),
        }
    }

    #[inline(always)]
    fn bucket(self, value: i64) -> usize {
        (value.wrapping_sub(self.least) as u64 >> self.shift) as usize
    }

    /// Whether all values of a bucket are the same.
    fn are_finest(self) -> bool {
        self.shift == 0
    }

    /// How many values there are in each bucket.
    fn counts(self, values: &[i64]) -> [u32; MOST_BUCKETS] {
        let mut counts = [0; MOST_BUCKETS];
        for value in values {
            counts[self.bucket(*value)] += 1;
        }
        counts
    }
}

/// From how many values there are in each bucket to where each begins.
fn begins(counts: &mut [u32]) {
    let mut sum = 0;
    for count in counts {
        sum += std::mem::replace(count, sum);
    }
}

fn deal_out(values: &mut [i64], other: &mut [i64], depth: u32) {
    let buckets = Buckets::of(values);
    let mut places = buckets.counts(values);
    let places = &mut places[..buckets.count];
    let most = places.iter().max().copied().unwrap_or_default();
    begins(places);
    // Each begin of a bucket moves to its end.
    for value in values.iter() {
        let place = &mut places[buckets.bucket(*value)];
        other[*place as usize] = *value;
        *place += 1;
    }
    if most <= FEW_IN_BUCKET && !buckets.are_finest() {
        insert(other, values);
        return;
    }
    values.copy_from_slice(other);
    if !buckets.are_finest() {
        sort_buckets(values, other, places, depth);
    }
}

/// Sorts the buckets that lie one after another in `values`, of which `ends` says where each ends.
fn sort_buckets(values: &mut [i64], other: &mut [i64], ends: &[u32], depth: u32) {
    let mut begin = 0;
    for end in ends.iter().map(|end| *end as usize) {
        let bucket = &mut values[begin..end];
        match bucket.len() {
            0 | 1 => {}
            2..FEW => bucket.sort_unstable(),
            _ if depth == DEEPEST => bucket.sort_unstable(),
            length => deal_out(bucket, &mut other[..length], depth + 1),
        }
        begin = end;
    }
}

/// Moves each value into its bucket, in the place of one that moves on to its own, and sorts the buckets.
fn deal_out_in_place(values: &mut [i64]) {
    let buckets = Buckets::of(values);
    let mut places = buckets.counts(values);
    let places = &mut places[..buckets.count];
    begins(places);
    let mut ends: Vec<u32> = places[1..].to_vec();
    ends.push(values.len() as u32);
    for (bucket, end) in ends.iter().enumerate() {
        while places[bucket] < *end {
            let mut value = values[places[bucket] as usize];
            loop {
                let home = buckets.bucket(value);
                let place = &mut places[home];
                std::mem::swap(&mut value, &mut values[*place as usize]);
                *place += 1;
                if home == bucket {
                    break;
                }
            }
        }
    }
    if !buckets.are_finest() {
        sort_halves(values, &ends, 0);
    }
}

/// Sorts buckets as [`sort_buckets`] does, on several cores; the first begins at `begin`.
fn sort_halves(values: &mut [i64], ends: &[u32], begin: u32) {
    if values.len() > MANY {
        if ends.len() == 1 {
            // Most of them lie close together. Each time the span is a small part of what it was.
            return deal_out_in_place(values);
        }
        let (lower, upper) = ends.split_at(ends.len() / 2);
        let middle = lower[lower.len() - 1];
        let (low, high) = values.split_at_mut((middle - begin) as usize);
        parallel::both(
            true,
            || sort_halves(low, lower, begin),
            || sort_halves(high, upper, middle),
        );
        return;
    }
    let ends: Vec<u32> = ends.iter().map(|end| end - begin).collect();
    let lengths = ends
        .iter()
        .zip([0].iter().chain(&ends))
        .map(|(end, begin)| end - begin);
    let most = lengths.max().unwrap_or_default();
    sort_buckets(values, &mut vec![0; most as usize], &ends, 0);
}

/// Sorts values of which each is near its place already into `sorted`, which has as many places.
fn insert(values: &[i64], sorted: &mut [i64]) {
    for (at, value) in values.iter().enumerate() {
        let mut place = at;
        while place > 0 && sorted[place - 1] > *value {
            sorted[place] = sorted[place - 1];
            place -= 1;
        }
        sorted[place] = *value;
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn so_many_that_they_are_sorted_on_several_cores() {
        let mut numbers: Vec<i64> = (0..400_000_i64).map(|n| n * 7_919 % 400_009).collect();
        numbers.extend((0..200_000).map(|n| n * n));
        let mut expected = numbers.clone();
        expected.sort_unstable();
        sort(&mut numbers);
        assert_eq!(numbers, expected);
    }

    #[test]
    fn so_many_close_together_and_one_far_away() {
        let close = (0..3 * MANY as i64).map(|n| n * 7_919 % 400_009);
        let mut numbers: Vec<i64> = close.chain([i64::MIN / 2, i64::MAX / 3]).collect();
        let mut expected = numbers.clone();
        expected.sort_unstable();
        sort(&mut numbers);
        assert_eq!(numbers, expected);
    }

    proptest! {
        #[test]
        fn values_of_some_ranks_are_those_of_sorted_values(
            mut numbers in vec(0..5_000_i64, 1..2_000),
            ranks in vec(any::<proptest::sample::Index>(), 0..12),
        ) {
            let mut ranks: Vec<usize> =
                ranks.iter().map(|rank| rank.index(numbers.len())).collect();
            ranks.sort_unstable();
            ranks.dedup();
            let mut expected = numbers.clone();
            expected.sort_unstable();
            place(&mut numbers, &ranks);
            for rank in ranks {
                prop_assert_eq!(numbers[rank], expected[rank]);
                prop_assert!(numbers[..rank].iter().all(|less| *less <= numbers[rank]));
                prop_assert!(numbers[rank..].iter().all(|more| *more >= numbers[rank]));
            }
        }

        #[test]
        fn in_their_own_place_they_are_sorted_as_the_library_sorts_them(
            numbers in vec(any::<i64>(), 1..2_000),
            shift in 0..64_u32,
        ) {
            let mut numbers: Vec<i64> = numbers.iter().map(|number| number >> shift).collect();
            let mut expected = numbers.clone();
            expected.sort_unstable();
            deal_out_in_place(&mut numbers);
            prop_assert_eq!(numbers, expected);
        }

        #[test]
        fn many_numbers_are_sorted_as_the_library_sorts_them(
            numbers in vec(any::<i64>(), 0..2_000),
            shift in 0..64_u32,
            copies in 1..40_usize,
        ) {
            let mut numbers: Vec<i64> = numbers.iter().map(|number| number >> shift).collect();
            numbers = numbers.repeat(copies);
            let mut expected = numbers.clone();
            expected.sort_unstable();
            sort(&mut numbers);
            prop_assert_eq!(numbers, expected);
        }
    }
}
