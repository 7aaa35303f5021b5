//! When a running job is going to end, from the rate of its latest ends.
//!
//! The time for the remaining items is the time that as many latest ones took, as far as there are, times
//! the ratio of two gamma distributions: what a Poisson process leaves open. The upper end allows for
//! items that take longer and longer, and for the last ones, which run alone. `tests/oracle/expected_end.py`
//! simulates how often the interval holds the end; where it would not hold it often enough, there is none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::UtcTime;
use crate::api::status::code::{COMPLETED, FAILED};
use crate::api::status::is_terminal_code;
use crate::frame::Rows;

/// Expected end of a running job: an interval that holds the end in at least 80% of cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExpectedEnd {
    /// Items that have not ended.
    pub remaining: u64,
    /// Begin of the interval.
    pub from: UtcTime,
    /// End of the interval.
    pub to: UtcTime,
}

/// Fewest ends that tell a rate.
const LEAST_ENDS: usize = 20;
/// Largest spread of durations (standard deviation of their logarithms); beyond it, single items decide
/// when a job ends.
const MOST_SPREAD: f64 = 1.0;
/// Share of the normal distribution outside of the interval on each side.
const Z95: f64 = 1.644_853_626_951_472_2;

impl ExpectedEnd {
    /// Estimates the end of a job of `total` items, which are known up to the instant `now`.
    pub fn of(rows: &Rows<'_>, total: u64, now: i64) -> Option<Self> {
        let (mut ended, mut working) = (0, 0);
        rows.each(|_, row| match is_terminal_code(row.status) {
            true => ended += 1,
            false => working += u64::from(row.started_at.is_some()),
        });
        let remaining = total
            .checked_sub(ended)
            .filter(|remaining| *remaining > 0)?;
        let (mut ends, mut finished) = (Vec::new(), Vec::new());
        rows.each(|_, row| {
            if !is_terminal_code(row.status) {
                return;
            }
            let Some(end) = row.completed_at.filter(|end| *end <= now) else {
                return;
            };
            ends.push(end);
            let micros = row.micros().filter(|micros| *micros > 0);
            if matches!(row.status, COMPLETED | FAILED) {
                finished.extend(micros.map(|micros| (end, micros)));
            }
        });
        let [from, to] = bounds(&mut ends, &mut finished, remaining, working, now)?;
        let at = |micros: f64| UtcTime::from_micros(now.checked_add(micros as i64)?);
        Some(Self {
            remaining,
            from: at(from)?,
            to: at(to)?,
        })
    }
}

/// Bounds of the time from now to the end, in microseconds. `finished` are the ends of completed and failed
/// items with their durations. Both lists may have any order, and get another one.
fn bounds(
    ends: &mut [i64],
    finished: &mut [(i64, i64)],
    remaining: u64,
    working: u64,
    now: i64,
) -> Option<[f64; 2]> {
    if ends.len() <= LEAST_ENDS || finished.len() < LEAST_ENDS {
        return None;
    }
    let latest = (ends.len() - 1).min(remaining.max(LEAST_ENDS as u64) as usize);
    let (_, before, after) = ends.select_nth_unstable(ends.len() - 1 - latest);
    let window = (now - *before) as f64;
    let quiet = (now - *after.iter().max()?) as f64;
    // What ended in the first half of all ends comes first.
    finished.select_nth_unstable(finished.len() / 2);
    let logs: Vec<f64> = finished
        .iter()
        .map(|(_, micros)| (*micros as f64).ln())
        .collect();
    let mean = |logs: &[f64]| logs.iter().sum::<f64>() / logs.len() as f64;
    let (early, late) = logs.split_at(logs.len() / 2);
    let (middle, slowdown) = (mean(&logs), (mean(late) - mean(early)).max(0.0));
    let squares = logs.iter().map(|log| (log - middle).powi(2)).sum::<f64>();
    let spread = (squares / (logs.len() - 1) as f64).sqrt();
    let last_ones = (2 * working).min(remaining).max(2) as f64;
    let longest = (middle + spread * normal_quantile(1.0 - 0.05 / last_ones)).exp();
    if window <= 0.0 || spread > MOST_SPREAD || quiet > longest {
        return None;
    }
    let (remaining, latest) = (remaining as f64, latest as f64);
    let expected = window / latest * remaining;
    let ratio = |z: f64| f_quantile(z, 2.0 * remaining, 2.0 * latest);
    let growth = (slowdown * (1.0 + remaining / logs.len() as f64))
        .min(1.0)
        .exp();
    Some([
        expected * ratio(-Z95)?,
        (expected * ratio(Z95)? + longest) * growth,
    ])
}

/// Quantile of the F distribution for a quantile `z` of the normal one; absent if the approximation does
/// not reach that far.
///
/// Source: E. Paulson, "An approximate normalization of the analysis of variance distribution", Annals of
/// Mathematical Statistics 13 (1942).
fn f_quantile(z: f64, above: f64, below: f64) -> Option<f64> {
    let (a, b) = (2.0 / (9.0 * above), 2.0 / (9.0 * below));
    let square = (1.0 - b).powi(2) - z * z * b;
    let linear = (1.0 - a) * (1.0 - b);
    let rest = (1.0 - a).powi(2) - z * z * a;
    if square <= 0.0 {
        return None;
    }
    let root = (linear * linear - square * rest).max(0.0).sqrt();
    let cube_root = (linear + z.signum() * root) / square;
    Some(cube_root.powi(3).max(0.0))
}

/// Quantile of the standard normal distribution in its upper half.
///
/// Source: M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions" (1964), 26.2.23; the error is
/// below 0.00045.
fn normal_quantile(share: f64) -> f64 {
    let t = (-2.0 * (1.0 - share).ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    t - above / below
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    /// One item a second, each of which takes two.
    fn steady(count: i64) -> (Vec<i64>, Vec<(i64, i64)>) {
        let ends: Vec<i64> = (1..=count).map(|n| n * SECOND).collect();
        let finished = ends.iter().map(|end| (*end, 2 * SECOND)).collect();
        (ends, finished)
    }

    #[test]
    fn a_steady_job_ends_when_its_rate_says() {
        let (mut ends, mut finished) = steady(200);
        let [from, to] = bounds(&mut ends, &mut finished, 100, 2, 200 * SECOND).expect("bounds");
        let (from, to) = (from / 1e6, to / 1e6);
        assert!((70.0..100.0).contains(&from), "{from}");
        assert!((100.0..140.0).contains(&to), "{to}");
    }

    #[test]
    fn few_ends_a_wide_spread_and_a_stall_tell_nothing() {
        let (mut ends, mut finished) = steady(20);
        assert_eq!(bounds(&mut ends, &mut finished, 9, 2, 20 * SECOND), None);
        let (mut ends, mut finished) = steady(200);
        assert_eq!(bounds(&mut ends, &mut finished, 9, 2, 900 * SECOND), None);
        for item in &mut finished {
            item.1 *= [1, 100][(item.0 / SECOND) as usize % 2];
        }
        assert_eq!(bounds(&mut ends, &mut finished, 9, 2, 200 * SECOND), None);
    }

    /// Values of R's `qf(0.95, …)`, `qf(0.05, …)` and `qnorm`.
    #[test]
    fn quantiles_agree_with_an_independent_engine() {
        for (z, above, below, expected) in [
            (Z95, 40.0, 40.0, 1.6928),
            (-Z95, 40.0, 40.0, 0.5907),
            (Z95, 200.0, 100.0, 1.3416),
        ] {
            let found = f_quantile(z, above, below).expect("a quantile");
            assert!((found - expected).abs() < 0.005, "{found} {expected}");
        }
        assert!((normal_quantile(0.975) - 1.96).abs() < 0.001);
    }
}
