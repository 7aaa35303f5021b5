//! Order among many numbers: all of it where that is needed, else only what is asked for.

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
    let mut begin = 0;
    for end in ends.iter().map(|end| *end as usize) {
        let (bucket, other) = (&mut values[begin..end], &mut other[begin..end]);
        match bucket.len() {
            0 | 1 => {}
            2..100 => bucket.sort_unstable(),
            _ if depth == DEEPEST => bucket.sort_unstable(),
            _ => deal_out(bucket, other, depth + 1),
        }
        begin = end;
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

/// The percentiles of values in any order at ascending fractions (0–1), interpolated linearly between
/// the closest ranks (see [`super::durations::percentile`]); `None` for no values. The values are
/// put into another order, of which only as much is made as is asked for.
pub(super) fn percentiles<const N: usize>(
    values: &mut [i64],
    fractions: [f64; N],
) -> Option<[f64; N]> {
    let last = values.len().checked_sub(1)?;
    let mut found = [0.0; N];
    let mut from = 0;
    for (found, fraction) in found.iter_mut().zip(fractions) {
        let rank = last as f64 * fraction;
        let below = rank.floor() as usize;
        // What is less than the percentile before lies before `from` already.
        let (_, low, higher) = values[from..].select_nth_unstable(below - from);
        let low = *low;
        let high = higher.iter().min().copied().unwrap_or(low);
        *found = low as f64 + (rank - rank.floor()) * (high - low) as f64;
        from = below;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::durations::percentile;

    #[test]
    fn percentiles_of_nothing_are_absent() {
        assert_eq!(percentiles(&mut [], [0.5]), None);
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

        #[test]
        fn percentiles_are_those_of_sorted_values(mut numbers in vec(-50_000..50_000_i64, 1..500)) {
            let fractions = [0.0, 0.5, 0.5, 0.9, 0.95, 0.99, 1.0];
            let mut sorted = numbers.clone();
            sorted.sort_unstable();
            let expected = fractions.map(|fraction| percentile(&sorted, fraction).unwrap());
            prop_assert_eq!(percentiles(&mut numbers, fractions), Some(expected));
        }
    }
}
