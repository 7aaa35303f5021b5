//! Histogram of durations, in the same bins for completed and for failed items.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most bins.
const MOST_BINS: usize = 48;
/// Fewest bins of a linear axis.
const FEWEST_LINEAR_BINS: i64 = 10;
/// Least ratio between the longest and the shortest duration for a logarithmic axis.
const LOG_FROM: i64 = 30;
/// Shortest duration that is told from another, in microseconds.
const SHORTEST: i64 = 1_000;

/// 10^(k/10), as written numbers, so that every machine has the same edges.
const TENTHS_OF_A_DECADE: [f64; 10] = [
    1.0,
    1.258_925_411_794_167_2,
    1.584_893_192_461_113_5,
    1.995_262_314_968_879_6,
    2.511_886_431_509_58,
    3.162_277_660_168_379_5,
    3.981_071_705_534_972_5,
    5.011_872_336_272_722,
    6.309_573_444_801_932_5,
    7.943_282_347_242_815,
];

/// Counts of durations per bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Histogram {
    /// True if the bins are equally wide on a logarithmic axis, else on a linear one.
    pub log: bool,
    /// Bins, ascending, one after another. On a logarithmic axis a first bin that begins at 0 holds
    /// everything shorter than the next one begins.
    pub bins: Vec<Bin>,
}

/// Items whose duration lies in a bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bin {
    /// Lower edge, which belongs to the bin.
    pub from_seconds: f64,
    /// Upper edge, which does not.
    pub to_seconds: f64,
    /// Completed items in the bin.
    pub completed: u64,
    /// Failed items in the bin.
    pub failed: u64,
    /// Share of completed items whose duration is below the upper edge, 0–1; absent if none has a duration.
    pub completed_below: Option<f64>,
    /// Share of failed items whose duration is below the upper edge, 0–1; absent if none has a duration.
    pub failed_below: Option<f64>,
}

impl Histogram {
    /// Edges of the bins in microseconds, one more than there are bins.
    pub fn edges_micros(&self) -> Vec<i64> {
        let micros = |seconds: f64| (seconds * 1e6).round() as i64;
        let first = self.bins.first().map(|bin| micros(bin.from_seconds));
        let others = self.bins.iter().map(|bin| micros(bin.to_seconds));
        first.into_iter().chain(others).collect()
    }

    /// Bins with these edges and counts.
    fn of(log: bool, edges: &[i64], completed: &[u64], failed: &[u64]) -> Self {
        let seconds = |micros: i64| micros as f64 / 1e6;
        let (of_completed, of_failed) = (running_shares(completed), running_shares(failed));
        let bins = edges.windows(2).enumerate().map(|(at, edges)| Bin {
            from_seconds: seconds(edges[0]),
            to_seconds: seconds(edges[1]),
            completed: completed[at],
            failed: failed[at],
            completed_below: of_completed[at],
            failed_below: of_failed[at],
        });
        Self {
            log,
            bins: bins.collect(),
        }
    }
}

/// Share of the sum that each value and those before it make up; absent if the sum is 0.
fn running_shares(counts: &[u64]) -> Vec<Option<f64>> {
    let all: u64 = counts.iter().sum();
    let mut below = 0;
    let share = |count: &u64| {
        below += count;
        (all > 0).then(|| below as f64 / all as f64)
    };
    counts.iter().map(share).collect()
}

/// Histogram of ascending durations in microseconds; absent if there are none.
pub fn histogram(completed: &[i64], failed: &[i64]) -> Option<Histogram> {
    let ends = |list: &[i64]| Some((*list.first()?, *list.last()?));
    let (shortest, longest) = match (ends(completed), ends(failed)) {
        (Some(a), Some(b)) => (a.0.min(b.0), a.1.max(b.1)),
        (a, b) => a.or(b)?,
    };
    let floor = shortest.max(SHORTEST);
    let log = longest / floor >= LOG_FROM;
    let edges = if log {
        // The shortest of all may be nothing, which no logarithmic axis holds.
        let mut edges = log_edges(floor, longest);
        if shortest < edges[0] {
            edges.insert(0, 0);
        }
        edges
    } else {
        linear_edges(shortest, longest)
    };
    Some(Histogram::of(
        log,
        &edges,
        &count(completed, &edges),
        &count(failed, &edges),
    ))
}

/// Edges at tenths, fifths, halves or whole decades, whichever is the finest that takes few enough.
fn log_edges(shortest: i64, longest: i64) -> Vec<i64> {
    let mut finest = Vec::new();
    let mut decade = 1_i64;
    'all: loop {
        for factor in TENTHS_OF_A_DECADE {
            finest.push((factor * decade as f64).round() as i64);
            if finest[finest.len() - 1] > longest {
                break 'all;
            }
        }
        match decade.checked_mul(10) {
            Some(next) => decade = next,
            None => break,
        }
    }
    let mut edges = Vec::new();
    for step in [1, 2, 5, 10] {
        // Every step begins at a whole decade. The last edge lies above the longest.
        let reach = finest.len().div_ceil(step) * step;
        let last = finest[finest.len() - 1];
        edges = (0..=reach)
            .step_by(step)
            .map(|at| finest.get(at).copied().unwrap_or(last.saturating_mul(10)))
            .collect();
        let first = edges.partition_point(|edge| *edge <= shortest);
        edges.drain(..first.saturating_sub(1));
        let end = edges.partition_point(|edge| *edge <= longest);
        edges.truncate(end + 1);
        if edges.len() - 1 <= MOST_BINS {
            break;
        }
    }
    edges
}

/// Edges at whole multiples of 1, 2 or 5 times a power of ten, of about a hundredth of the longest
/// at least.
fn linear_edges(shortest: i64, longest: i64) -> Vec<i64> {
    let mut decade = SHORTEST;
    while decade <= longest / 1_000 {
        decade *= 10;
    }
    let bins = |length: i64| longest / length - shortest / length + 1;
    let few = |length: &i64| bins(*length) <= MOST_BINS as i64;
    let length = loop {
        match [1, 2, 5]
            .map(|factor| factor * decade)
            .into_iter()
            .find(few)
        {
            Some(length) => break length,
            None => decade *= 10,
        }
    };
    let (mut first, mut count) = (shortest / length, bins(length));
    // Durations that are all the same are shown among others that might have been.
    while count < FEWEST_LINEAR_BINS {
        count += 1 + i64::from(first > 0);
        first = (first - 1).max(0);
    }
    (0..=count).map(|at| (first + at) * length).collect()
}

/// Counts ascending values per bin.
pub(super) fn count(sorted: &[i64], edges: &[i64]) -> Vec<u64> {
    let below = |edge: &i64| sorted.partition_point(|value| value < edge);
    let below: Vec<usize> = edges.iter().map(below).collect();
    below
        .windows(2)
        .map(|bin| (bin[1] - bin[0]) as u64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(histogram: &Histogram) -> Vec<u64> {
        histogram.bins.iter().map(|bin| bin.completed).collect()
    }

    #[test]
    fn what_spans_decades_is_binned_by_tenths_of_them() {
        let histogram = histogram(
            &[1_000_000, 1_500_000, 9_000_000, 100_000_000],
            &[2_000_000],
        )
        .expect("durations");
        assert!(histogram.log);
        assert_eq!(
            histogram.edges_micros()[..4],
            [1_000_000, 1_258_925, 1_584_893, 1_995_262]
        );
        assert_eq!(completed(&histogram)[..3], [1, 1, 0]);
        assert_eq!(histogram.bins[3].failed, 1);
        assert_eq!(completed(&histogram).iter().sum::<u64>(), 4);
        assert!(
            histogram
                .bins
                .last()
                .is_some_and(|bin| bin.to_seconds > 100.0)
        );
    }

    #[test]
    fn what_lies_close_together_has_bins_of_one_round_length() {
        let histogram =
            histogram(&[298_000_000, 300_500_000, 305_000_000], &[]).expect("durations");
        assert!(!histogram.log);
        assert_eq!(histogram.edges_micros()[..2], [297_000_000, 298_000_000]);
        assert_eq!(completed(&histogram).iter().sum::<u64>(), 3);
        assert_eq!(completed(&histogram).len(), 10);
    }

    #[test]
    fn nothing_at_all_stands_in_a_bin_of_its_own_on_a_logarithmic_axis() {
        let histogram = histogram(&[0, 0, 5_000, 5_000_000], &[]).expect("durations");
        assert_eq!(histogram.edges_micros()[..2], [0, 1_000]);
        assert_eq!(completed(&histogram)[0], 2);
        assert_eq!(completed(&histogram).iter().sum::<u64>(), 4);
    }

    #[test]
    fn a_bin_holds_its_lower_edge_and_not_its_upper_one() {
        assert_eq!(count(&[0, 9, 10, 20, 21], &[0, 10, 20, 30]), [2, 1, 2]);
        assert_eq!(count(&[-1, 30], &[0, 10, 20, 30]), [0, 0, 0]);
    }

    #[test]
    fn equal_durations_and_none_at_all() {
        let equal = histogram(&[7_000_000; 3], &[]).expect("durations");
        assert_eq!(completed(&equal).iter().sum::<u64>(), 3);
        assert_eq!((equal.bins[0].from_seconds, equal.bins.len()), (6.95, 11));
        assert_eq!(histogram(&[], &[]), None);
    }

    #[test]
    fn no_duration_falls_out_of_bins_that_are_few() {
        for longest in [
            1_i64,
            999,
            1_000,
            99_999,
            3_600_000_000,
            300_000_000_000_000_000,
        ] {
            for shortest in [0, 1, 1_000, 2_500_000] {
                let mut all = vec![shortest.min(longest), longest];
                all.sort_unstable();
                let histogram = histogram(&all, &all).expect("durations");
                assert_eq!(completed(&histogram).iter().sum::<u64>(), 2, "{all:?}");
                assert!(completed(&histogram).len() <= MOST_BINS + 1, "{all:?}");
                assert!(
                    histogram.edges_micros().is_sorted_by(|a, b| a < b),
                    "{all:?}"
                );
            }
        }
    }
}
