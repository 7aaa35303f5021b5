//! Shares of items, each with its own denominator and interval.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::durations::closest_ranks;

/// Shares of items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rates {
    /// failed / (completed + failed).
    pub failure: Rate,
    /// failed / all distinct items.
    pub failed_of_all: Rate,
    /// skipped / all distinct items.
    pub skipped_of_all: Rate,
}

/// Share with its numerator, denominator and interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rate {
    /// Items counted.
    pub numerator: u64,
    /// Items among which they are counted.
    pub denominator: u64,
    /// numerator / denominator, 0–1; absent if the denominator is 0.
    pub value: Option<f64>,
    /// 95% Wilson score interval, 0–1, low and high; absent if the denominator is 0.
    pub ci95: Option<[f64; 2]>,
}

impl Rate {
    /// Rate of `numerator` in `denominator`.
    pub fn of(numerator: u64, denominator: u64) -> Self {
        let value = (denominator > 0).then(|| numerator as f64 / denominator as f64);
        Self {
            numerator,
            denominator,
            value,
            ci95: wilson95(numerator, denominator),
        }
    }
}

/// The least and the greatest failure rate that a list may have, depending on its missing items: none or
/// all of them failed. Absent if no item is missing.
pub fn failure_bounds(failure: &Rate, missing: Option<u64>) -> Option<[f64; 2]> {
    let missing = missing.filter(|missing| *missing > 0)?;
    let all = failure.denominator.checked_add(missing)?;
    let share = |failed: u64| failed as f64 / all as f64;
    Some([share(failure.numerator), share(failure.numerator + missing)])
}

/// Failure rates of several jobs beside each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RatesOfJobs {
    /// Jobs that have a failure rate; those of filtered lists are left out.
    pub jobs: u64,
    /// Median of their failure rates (type 7).
    pub median: f64,
    /// The highest failure rate.
    pub worst: f64,
    /// `label` of the job that has it; of several, the one with most items.
    pub worst_job: String,
}

impl RatesOfJobs {
    /// Compares the rates of jobs with these labels; absent if fewer than two have one.
    pub fn of<'j>(jobs: impl Iterator<Item = (&'j str, Rate)>) -> Option<Self> {
        let mut rates: Vec<(f64, u64, &str)> = jobs
            .filter_map(|(label, rate)| Some((rate.value?, rate.denominator, label)))
            .collect();
        rates.sort_by(|a, b| {
            let by_rate = a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
            by_rate.then_with(|| b.2.cmp(a.2))
        });
        let (worst, _, worst_job) = *rates.last().filter(|_| rates.len() > 1)?;
        let ([low, high], above) = closest_ranks(rates.len(), 0.5)?;
        Some(Self {
            jobs: rates.len() as u64,
            median: rates[low].0 + above * (rates[high].0 - rates[low].0),
            worst,
            worst_job: worst_job.to_owned(),
        })
    }
}

/// Two-sided 95% quantile of the standard normal distribution.
const Z95: f64 = 1.959_963_984_540_054;

/// 95% Wilson score interval of `successes` in `trials`, as fractions; absent for no trials.
///
/// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
/// JASA 22 (1927), without continuity correction. The bounds are exactly 0 and 1 at the ends, free of the
/// traces of rounding.
pub fn wilson95(successes: u64, trials: u64) -> Option<[f64; 2]> {
    if trials == 0 {
        return None;
    }
    let (k, n) = (successes as f64, trials as f64);
    let z2 = Z95 * Z95;
    let centre = (k + z2 / 2.0) / (n + z2);
    let half = Z95 / (n + z2) * (k * (n - k) / n + z2 / 4.0).sqrt();
    let low = if successes == 0 {
        0.0
    } else {
        (centre - half).max(0.0)
    };
    let high = if successes == trials {
        1.0
    } else {
        (centre + half).min(1.0)
    };
    Some([low, high])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_items_bound_the_rate() {
        let of = |failed, all, missing| failure_bounds(&Rate::of(failed, all), missing);
        assert_eq!(of(0, 100, Some(200)), Some([0.0, 2.0 / 3.0]));
        assert_eq!(of(5, 100, Some(100)), Some([0.025, 0.525]));
        assert_eq!(of(0, 0, Some(7)), Some([0.0, 1.0]));
        assert_eq!((of(5, 100, Some(0)), of(5, 100, None)), (None, None));
    }

    #[test]
    fn rates_of_jobs_are_compared_from_two_on() {
        let rates = [
            Rate::of(1, 10),
            Rate::of(3, 10),
            Rate::of(6, 20),
            Rate::of(0, 0),
        ];
        let labels = ["a", "b", "c", "d"];
        let of = |jobs: usize| RatesOfJobs::of(labels.into_iter().zip(rates.clone()).take(jobs));
        let all = of(4).expect("three rates");
        assert_eq!((all.jobs, all.median, all.worst), (3, 0.3, 0.3));
        assert_eq!(all.worst_job, "c");
        assert_eq!(of(2).map(|two| two.median), Some(0.2));
        assert_eq!(of(1), None);
    }

    /// Bounds as given by `scipy.stats.binomtest(k, n).proportion_ci(0.95, "wilson")`.
    #[test]
    fn the_interval_agrees_with_an_independent_engine() {
        for (k, n, low, high) in [
            (12, 241, 0.028709718155, 0.085002473215),
            (0, 10, 0.000000000000, 0.277532799863),
            (10, 10, 0.722467200137, 1.000000000000),
            (1, 2, 0.094531205734, 0.905468794266),
            (37, 751, 0.035952602865, 0.067170321705),
        ] {
            let [a, b] = wilson95(k, n).expect("there are trials");
            assert!(
                (a - low).abs() < 1e-11 && (b - high).abs() < 1e-11,
                "{k}/{n}: {a} {b}"
            );
        }
    }

    #[test]
    fn a_rate_of_nothing_is_absent() {
        let rate = Rate::of(0, 0);
        assert_eq!((rate.value, rate.ci95), (None, None));
    }

    #[test]
    fn none_and_all_have_a_bound_at_the_end() {
        assert_eq!(wilson95(0, 7).map(|bounds| bounds[0]), Some(0.0));
        assert_eq!(wilson95(7, 7).map(|bounds| bounds[1]), Some(1.0));
    }
}
