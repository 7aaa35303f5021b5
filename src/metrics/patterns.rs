//! What is remarkable about when items ended and how long they took: crowds, quiet spells, and a few
//! that weigh as much as all others.

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
    let mut best: Option<Crowd> = None;
    for count in (all.div_ceil(2)..=all).step_by((all / TRIED).max(1)) {
        let smallest = times
            .windows(count)
            .min_by_key(|window| window[count - 1] - window[0])?;
        let crowd = Crowd {
            from: smallest[0],
            to: smallest[count - 1],
            count,
        };
        if best.is_none_or(|best| score(&crowd) > score(&best)) {
            best = Some(crowd);
        }
    }
    best
}

/// How many of the instants lie in `from..=to`.
pub fn within(times: &[i64], from: i64, to: i64) -> usize {
    times.iter().filter(|at| (from..=to).contains(*at)).count()
}

/// The longest time between one of the ascending instants and the next, where it begins.
pub fn longest_gap(times: &[i64]) -> Option<(i64, i64)> {
    times
        .windows(2)
        .map(|pair| (pair[1] - pair[0], pair[0]))
        // The first of equal ones.
        .min_by_key(|(length, from)| (-length, *from))
        .map(|(length, from)| (from, from + length))
}

/// The longest gap between ends, where it is remarkable: where there are at least 20 ends, it takes at
/// least 10 seconds and 5 % of the time from the first to the last of them, it is three times as long as the longest
/// is expected to be where ends come at random (the mean gap times the logarithm of their number), and
/// at least 5 % of the ends come after it, for what only waits for the last few is a tail.
pub fn quiet_spell(ends: &[i64]) -> Option<(i64, i64)> {
    let (first, last) = (ends.first()?, ends.last()?);
    let count = ends.len();
    let (from, to) = longest_gap(ends)?;
    let span = (last - first) as f64;
    let gap = (to - from) as f64;
    let expected = span / (count - 1) as f64 * (count as f64).ln();
    let after = ends.len() - ends.partition_point(|end| *end < to);
    (count >= 20
        && gap >= 10e6
        && gap >= 0.05 * span
        && gap >= 3.0 * expected
        && after * 20 >= count)
        .then_some((from, to))
}

/// The share of the sum that the `count` greatest of the values make up, 0–1; absent where the sum is
/// nothing.
pub fn share_of_greatest(values: &[i64], count: usize) -> Option<f64> {
    let sum = |values: &[i64]| values.iter().map(|value| i128::from(*value)).sum::<i128>();
    let all = sum(values);
    let mut ordered = values.to_vec();
    let greatest = match values.len().checked_sub(count) {
        Some(others) if count > 0 => {
            ordered.select_nth_unstable(others);
            &ordered[others..]
        }
        Some(_) => &[],
        None => &ordered[..],
    };
    (all > 0).then(|| sum(greatest) as f64 / all as f64)
}

#[cfg(test)]
mod tests {
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
    fn both_ends_of_a_window_are_within_it() {
        assert_eq!(within(&[1, 2, 2, 3, 9], 2, 3), 3);
    }

    #[test]
    fn the_first_of_equally_long_gaps_is_named() {
        assert_eq!(longest_gap(&[0, 5, 6, 11]), Some((0, 5)));
        assert_eq!(longest_gap(&[4]), None);
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
    }

    #[test]
    fn the_greatest_are_weighed_against_all() {
        assert_eq!(share_of_greatest(&[1, 2, 3, 4], 1), Some(0.4));
        assert_eq!(share_of_greatest(&[0, 0], 1), None);
    }
}
