//! Order among many numbers.

use crate::parallel;

/// Sorts ascending.
///
/// Times are spread over a span, most of them evenly: they are dealt out into as many parts of the
/// span as a cache holds, and these again, until few are left in each (bucket sort). That takes a
/// few steps for each where comparing would take twenty.
pub(super) fn sort(values: &mut [i64]) {
    /// Fewer are sorted sooner by comparing them.
    const FEW: usize = 100;
    if values.len() < FEW {
        values.sort_unstable();
    } else {
        deal_out(values, &mut vec![0; values.len()], 0);
    }
}

/// The most buckets; how many values each is to hold; and more are sorted by comparing them where a
/// bucket has been dealt out this often and still holds many, for they are not spread evenly.
const MOST_BUCKETS: usize = 1 << 11;
const PER_BUCKET: usize = 2;
const DEEPEST: u32 = 3;
/// So few in a bucket are put into order with their neighbours.
const FEW_IN_BUCKET: u32 = 12;
/// From so many values on the buckets are sorted on several cores.
const MANY: usize = 1 << 17;

fn deal_out(values: &mut [i64], other: &mut [i64], depth: u32) {
    let (Some(least), Some(greatest)) = (values.iter().min(), values.iter().max()) else {
        return;
    };
    let (least, span) = (*least, greatest.wrapping_sub(*least) as u64);
    let buckets = (values.len() / PER_BUCKET)
        .next_power_of_two()
        .min(MOST_BUCKETS);
    let shift = (64 - span.leading_zeros()).saturating_sub(buckets.trailing_zeros());
    let bucket = |value: i64| (value.wrapping_sub(least) as u64 >> shift) as usize;
    let mut ends = [0_u32; MOST_BUCKETS];
    let ends = &mut ends[..buckets];
    for value in values.iter() {
        ends[bucket(*value)] += 1;
    }
    let most = ends.iter().max().copied().unwrap_or_default();
    let mut sum = 0;
    for end in ends.iter_mut() {
        sum += std::mem::replace(end, sum);
    }
    // Each begin of a bucket moves to its end.
    for value in values.iter() {
        let place = &mut ends[bucket(*value)];
        other[*place as usize] = *value;
        *place += 1;
    }
    values.copy_from_slice(other);
    if shift == 0 {
        return;
    }
    if most <= FEW_IN_BUCKET {
        insert(values);
        return;
    }
    sort_buckets(values, other, ends, 0, depth);
}

/// Sorts the buckets that lie one after another in `values`, of which `ends` says where each ends when
/// the first begins at `begin`.
fn sort_buckets(values: &mut [i64], other: &mut [i64], ends: &[u32], mut begin: usize, depth: u32) {
    if values.len() > MANY && ends.len() > 1 {
        let (lower, upper) = ends.split_at(ends.len() / 2);
        let middle = lower[lower.len() - 1] as usize;
        let (low, high) = values.split_at_mut(middle - begin);
        let (other_low, other_high) = other.split_at_mut(middle - begin);
        parallel::both(
            true,
            || sort_buckets(low, other_low, lower, begin, depth),
            || sort_buckets(high, other_high, upper, middle, depth),
        );
        return;
    }
    let (mut values, mut other) = (values, other);
    for end in ends.iter().map(|end| *end as usize) {
        let length = end - begin;
        let (bucket, rest) = values.split_at_mut(length);
        let (room, other_rest) = other.split_at_mut(length);
        match length {
            0 | 1 => {}
            2..100 => bucket.sort_unstable(),
            _ if depth == DEEPEST => bucket.sort_unstable(),
            _ => deal_out(bucket, room, depth + 1),
        }
        (values, other, begin) = (rest, other_rest, end);
    }
}

/// Sorts values of which each is near its place already.
fn insert(values: &mut [i64]) {
    for at in 1..values.len() {
        let value = values[at];
        let mut place = at;
        while place > 0 && values[place - 1] > value {
            values[place] = values[place - 1];
            place -= 1;
        }
        values[place] = value;
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

    proptest! {
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
