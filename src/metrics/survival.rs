//! How long items take where some have not ended: those that take long are open the longest, so that the
//! percentiles of the ended ones alone are too small.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Spans;
use super::open::is_open;
use super::times::PLAUSIBLE_MICROS;
use crate::frame::Rows;

/// Percentiles of the durations of completed, failed and open items, by the Kaplan–Meier estimate. Each is
/// absent if too many items are open to tell it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DurationsWithOpen {
    /// Completed and failed items with a duration.
    pub ended: u64,
    /// Open items with a start: each takes at least as long as its age.
    pub open: u64,
    /// Median.
    pub p50_seconds: Option<f64>,
    /// 90th percentile.
    pub p90_seconds: Option<f64>,
    /// 95th percentile.
    pub p95_seconds: Option<f64>,
    /// 99th percentile.
    pub p99_seconds: Option<f64>,
}

impl DurationsWithOpen {
    /// Estimates the percentiles of these rows, of which `spans` are the durations; `newest` is the instant up to
    /// which open items are known. Absent if no item is open or none has ended.
    pub fn of(rows: &Rows<'_>, spans: &Spans, newest: i64) -> Option<Self> {
        let mut open = Vec::new();
        rows.each(|_, row| {
            if is_open(&row) {
                let start = row.started_at.filter(|at| PLAUSIBLE_MICROS.contains(at));
                open.extend(start.map(|start| (newest - start).max(0)));
            }
        });
        let mut ended = [&spans.completed.micros[..], &spans.failed.micros].concat();
        if ended.is_empty() || open.is_empty() {
            return None;
        }
        // This sort merges ascending parts in one go.
        ended.sort();
        open.sort_unstable();
        Some(Self::estimate(&ended, &open))
    }

    fn estimate(ended: &[i64], open: &[i64]) -> Self {
        let at = quantiles(ended, open, [0.50, 0.90, 0.95, 0.99]);
        let [p50, p90, p95, p99] = at.map(|micros| micros.map(|micros| micros as f64 / 1e6));
        Self {
            ended: ended.len() as u64,
            open: open.len() as u64,
            p50_seconds: p50,
            p90_seconds: p90,
            p95_seconds: p95,
            p99_seconds: p99,
        }
    }
}

/// Quantiles of the time to an end, of ascending times of ends and of ages of what has not ended: the first
/// time at which at least that share has ended.
///
/// Source: E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", JASA 53
/// (1958). What is open at the instant of an end is at risk then.
fn quantiles<const N: usize>(ended: &[i64], open: &[i64], shares: [f64; N]) -> [Option<i64>; N] {
    /// The product of many shares is not exact.
    const ROUNDING_ERROR: f64 = 1e-12;
    let mut found = [None; N];
    let (mut surviving, mut next, mut censored) = (1.0, 0, 0);
    while next < ended.len() {
        let time = ended[next];
        let ends = ended[next..].iter().take_while(|end| **end == time).count();
        censored += open[censored..]
            .iter()
            .take_while(|age| **age < time)
            .count();
        let at_risk = ended.len() - next + open.len() - censored;
        surviving *= 1.0 - ends as f64 / at_risk as f64;
        for (found, share) in found.iter_mut().zip(shares) {
            if found.is_none() && surviving <= 1.0 - share + ROUNDING_ERROR {
                *found = Some(time);
            }
        }
        next += ends;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The weeks to relapse of the treated group of Freireich et al. (1963), the textbook example: the
    /// survival is 0.6902 at 13, 0.6275 at 16, 0.5378 at 22 and 0.4482 at 23 weeks (R's `survfit`).
    #[test]
    fn the_estimate_agrees_with_the_textbook() {
        let ended = [6, 6, 6, 7, 10, 13, 16, 22, 23];
        let open = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
        let found = quantiles(&ended, &open, [0.30, 0.37, 0.46, 0.50, 0.56]);
        assert_eq!(found, [Some(13), Some(16), Some(22), Some(23), None]);
    }

    #[test]
    fn without_open_items_it_is_the_share_that_has_ended() {
        let ended: Vec<i64> = (1..=100).collect();
        let found = quantiles(&ended, &[], [0.50, 0.95, 0.99]);
        assert_eq!(found, [Some(50), Some(95), Some(99)]);
    }
}
