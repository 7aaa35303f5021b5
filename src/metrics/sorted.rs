//! Sorting of many numbers.

use rayon::slice::ParallelSliceMut;

/// Sorts ascending.
pub(super) fn sort(values: &mut [i64]) {
    /// For fewer, waking another thread takes longer.
    const MANY: usize = 1 << 15;
    if values.len() > MANY {
        values.par_sort_unstable();
    } else {
        values.sort_unstable();
    }
}

/// Merges two ascending lists.
pub(super) fn merge(a: &[i64], b: &[i64]) -> Vec<i64> {
    let mut merged = Vec::with_capacity(a.len() + b.len());
    let mut rest = a;
    for value in b {
        let before = rest.partition_point(|other| other <= value);
        merged.extend_from_slice(&rest[..before]);
        merged.push(*value);
        rest = &rest[before..];
    }
    merged.extend_from_slice(rest);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_lists_are_in_order() {
        assert_eq!(merge(&[1, 3, 3, 9], &[0, 3, 10]), [0, 1, 3, 3, 3, 9, 10]);
        assert_eq!(merge(&[], &[1]), [1]);
        assert_eq!(merge(&[1], &[]), [1]);
    }

    #[test]
    fn many_numbers_are_sorted_like_few() {
        let many: Vec<i64> = (0..70_000_i64).map(|n| n * 7_919 % 70_001 - 9).collect();
        let mut sorted = many.clone();
        sort(&mut sorted);
        assert!(sorted.is_sorted() && sorted.len() == many.len());
    }
}
