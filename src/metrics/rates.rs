//! Shares of items, each with its own denominator and interval.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
