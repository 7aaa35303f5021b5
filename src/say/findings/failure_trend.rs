//! A failure rate that rose or fell over the job.
//!
//! [`crate::metrics::insight::drift`] finds it, and has the thresholds.

use super::{Figures, Found, ItemFilter};
use crate::api::status::FAILED;
use crate::metrics::Shape;
use crate::say::code::Code;
use crate::text::percent;

/// A burst of at most this part of the items says it better.
const NARROW: f64 = 0.1;
/// A wider one does if its rate is that of the rest times this, at least.
const LIFT: f64 = 5.0;
const RANK: u8 = 14;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let Some(shape) = figures
        .shape
        .filter(|_| figures.is_over() && figures.is_fair())
    else {
        return Vec::new();
    };
    let Some(trend) = shape.insight.trend.filter(|_| is_told(shape)) else {
        return Vec::new();
    };
    let rate = |(some, all): (u64, u64)| some as f64 / all.max(1) as f64;
    let (first, last) = (rate(trend.first), rate(trend.last));
    let message = format!(
        "The failure rate {} from {} in the first third of the {} to {} in the last third.",
        if last > first { "rose" } else { "fell" },
        percent(first),
        figures.items(),
        percent(last),
    );
    vec![Found {
        rank: RANK,
        code: Code::FailureTrend,
        message,
        evidence: vec![("first_third", first), ("last_third", last)],
        filter: Some(ItemFilter {
            status: Some(FAILED.to_owned()),
            ..ItemFilter::default()
        }),
    }]
}

/// Tells if a trend says more than the burst that there may be as well.
pub(super) fn is_told(shape: &Shape) -> bool {
    let Some(burst) = shape.insight.burst else {
        return shape.insight.trend.is_some();
    };
    let (window, ends) = (burst.window, &shape.ends);
    let rate = |failed: u64, all: u64| failed as f64 / all.max(1) as f64;
    let failed = (ends.failed.len() as u64).saturating_sub(window.failed);
    let all = ends.completed + ends.failed.len() as u64;
    let outside = rate(failed, all.saturating_sub(window.ended));
    let is_narrow = window.ended as f64 <= NARROW * all as f64;
    let is_steep = rate(window.failed, window.ended) >= LIFT * outside;
    shape.insight.trend.is_some() && !is_narrow && !is_steep
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{NINE, messages, sections, shape};
    use super::*;
    use crate::metrics::insight::Burst;
    use crate::metrics::insight::burst::Window;
    use crate::metrics::insight::drift::Trend;

    #[test]
    fn a_trend_is_told_unless_a_burst_explains_it() {
        let mut shape = shape(vec![NINE; 12]);
        assert_eq!(messages(find, &sections(12, &json!([])), &shape), [""; 0]);
        shape.insight.trend = Some(Trend {
            first: (1, 100),
            last: (10, 100),
        });
        assert_eq!(
            messages(find, &sections(12, &json!([])), &shape),
            [
                "The failure rate rose from 1.0% in the first third of the items to 10.0% in the last third."
            ]
        );
        let of_window = |failed, ended| {
            let window = Window {
                from: NINE,
                to: NINE,
                failed,
                ended,
                probability: 0.0,
            };
            let mut shape = shape.clone();
            shape.insight.burst = Some(Burst {
                group: None,
                window,
                completed: ended - failed,
            });
            messages(find, &sections(12, &json!([])), &shape).len()
        };
        // Of 1,012 items: a wide window that is not steep, a steep one, and a narrow one.
        assert_eq!(
            [of_window(6, 200), of_window(9, 200), of_window(6, 100)],
            [1, 0, 0]
        );
    }
}
