//! Quiet spells: long gaps between the ends of items.

/// Longest gap between ascending ends, if it is remarkable; the first of equally long ones. There are at
/// least 20 ends; the gap takes at least 10 seconds and 5% of the time from the first to the last of them; it
/// is three times as long as the longest is expected to be if ends come at random (the mean gap times the
/// logarithm of their number); and at least 5% of the ends come after it, because what only waits for the
/// last few is a tail.
pub fn quiet_spell(ends: &[i64]) -> Option<(i64, i64)> {
    let count = ends.len();
    if count < 20 {
        return None;
    }
    let longer = |gap: (i64, i64), next: (i64, i64)| {
        let is_longer = next.1 - next.0 > gap.1 - gap.0;
        if is_longer { next } else { gap }
    };
    let (from, to) = ends
        .windows(2)
        .map(|pair| (pair[0], pair[1]))
        .reduce(longer)?;
    let gap = (to - from) as f64;
    let span = (ends[count - 1] - ends[0]) as f64;
    let expected = span / (count - 1) as f64 * (count as f64).ln();
    let after = count - ends.partition_point(|end| *end < to);
    let is_remarkable =
        gap >= 10e6 && gap >= 0.05 * span && gap >= 3.0 * expected && after * 20 >= count;
    is_remarkable.then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::examples::SECOND;

    /// A hundred ends, one each second, with a gap of so many seconds after the first few.
    fn ends(before_gap: i64, gap: i64) -> Vec<i64> {
        (0..100)
            .map(|n| {
                if n < before_gap {
                    n * SECOND
                } else {
                    (n + gap) * SECOND
                }
            })
            .collect()
    }

    #[test]
    fn a_quiet_spell_is_told_from_the_gaps_of_chance_and_from_the_tail() {
        let broken = ends(50, 60);
        assert_eq!(quiet_spell(&broken), Some((49 * SECOND, 110 * SECOND)));
        assert_eq!(quiet_spell(&ends(50, 0)), None);
        assert_eq!(quiet_spell(&ends(98, 60)), None);
    }

    #[test]
    fn few_ends_and_ends_at_one_instant_have_no_quiet_spell() {
        assert_eq!(quiet_spell(&ends(50, 60)[40..58]), None);
        assert_eq!(quiet_spell(&[7 * SECOND; 40]), None);
        assert_eq!(quiet_spell(&[]), None);
    }

    #[test]
    fn of_equally_long_gaps_the_first_one_is_named() {
        let crowd = |at: i64| (0..20).map(move |n| (at + n) * SECOND);
        let ends: Vec<i64> = crowd(0).chain(crowd(60)).chain(crowd(120)).collect();
        assert_eq!(quiet_spell(&ends), Some((19 * SECOND, 60 * SECOND)));
    }
}
