//! Differences between two sets of items, each with an interval.

use super::rates::Rate;

/// Fewest values whose median has a 95% interval.
const FEWEST: usize = 6;
/// Most values for which the binomial distribution is summed; beyond, the normal one is as good.
const MOST_EXACT: usize = 1_000;

/// Returns `a - b` with its 95% interval; absent if a rate is absent.
///
/// Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions:
/// comparison of eleven methods", Statistics in Medicine 17 (1998), method 10: the Wilson intervals of both
/// rates combined, without continuity correction.
pub fn rate_difference(a: &Rate, b: &Rate) -> Option<(f64, [f64; 2])> {
    let (p, q) = (a.value?, b.value?);
    let ([p_low, p_high], [q_low, q_high]) = (a.ci95?, b.ci95?);
    let difference = p - q;
    let low = difference - (p - p_low).hypot(q_high - q);
    let high = difference + (p_high - p).hypot(q - q_low);
    Some((difference, [low.max(-1.0), high.min(1.0)]))
}

/// Returns the median of ascending values; absent if there are none.
pub fn median(sorted: &[i64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        count if count % 2 == 1 => Some(sorted[middle] as f64),
        _ => Some((sorted[middle - 1] as f64 + sorted[middle] as f64) / 2.0),
    }
}

/// Returns the 95% interval of the median of ascending values: the order statistics between which the sign
/// test does not reject. It assumes nothing about the distribution; absent for fewer than 6 values.
///
/// Source: W. J. Conover, "Practical Nonparametric Statistics", 3rd ed. (1999), section 3.2.
pub fn median_interval(sorted: &[i64]) -> Option<[f64; 2]> {
    let count = sorted.len();
    if count < FEWEST {
        return None;
    }
    let rank = match count {
        0..=MOST_EXACT => exact_rank(count),
        // Below the quantile by half a rank, which keeps the coverage.
        _ => {
            ((count as f64 - 1.959_963_984_540_054 * (count as f64).sqrt()) / 2.0).floor() as usize
        }
    };
    let rank = rank.max(1);
    Some([sorted[rank - 1] as f64, sorted[count - rank] as f64])
}

/// Largest rank such that fewer values lie below the median with a probability of at most 2.5%.
fn exact_rank(count: usize) -> usize {
    let mut probability = 0.5_f64.powi(count as i32);
    let (mut below, mut rank) = (0.0, 0);
    while rank <= count {
        below += probability;
        if below > 0.025 {
            break;
        }
        probability *= (count - rank) as f64 / (rank + 1) as f64;
        rank += 1;
    }
    rank
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table II of the source, method 10.
    #[test]
    fn the_interval_of_a_difference_is_that_of_its_source() {
        for (a, n, b, m, low, high) in [
            (56, 70, 48, 80, 0.0524, 0.3339),
            (9, 10, 3, 10, 0.1705, 0.8090),
            (10, 10, 0, 20, 0.6791, 1.0),
            (10, 10, 0, 10, 0.6075, 1.0),
        ] {
            let (_, interval) =
                rate_difference(&Rate::of(a, n), &Rate::of(b, m)).expect("two rates");
            assert!(
                (interval[0] - low).abs() < 5e-5 && (interval[1] - high).abs() < 5e-5,
                "{a}/{n} - {b}/{m}: {interval:?}"
            );
        }
        assert_eq!(rate_difference(&Rate::of(0, 0), &Rate::of(1, 2)), None);
    }

    /// Ranks as tables of the sign test give them.
    #[test]
    fn the_interval_of_a_median_is_that_of_the_sign_test() {
        for (count, rank) in [
            (6, 1),
            (8, 1),
            (9, 2),
            (10, 2),
            (20, 6),
            (50, 18),
            (100, 40),
        ] {
            assert_eq!(exact_rank(count), rank, "{count}");
        }
        let values: Vec<i64> = (1..=20).collect();
        assert_eq!(median_interval(&values), Some([6.0, 15.0]));
        assert_eq!(median_interval(&values[..5]), None);
        assert_eq!(median(&values), Some(10.5));
        assert_eq!(median(&values[..3]), Some(2.0));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn many_values_have_the_interval_of_fewer_in_proportion() {
        let values: Vec<i64> = (1..=10_000).collect();
        let [low, high] = median_interval(&values).expect("an interval");
        assert!(
            (low - 4_902.0).abs() <= 1.0 && (high - 5_099.0).abs() <= 1.0,
            "{low} {high}"
        );
    }
}
