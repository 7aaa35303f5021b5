//! A burst: a time in which far more items failed than else.
//!
//! [`crate::metrics::insight::burst`] finds it, and has the thresholds.

use super::{Figures, Found, ItemFilter, failure_trend, kind_of, nothing_completed_since};
use crate::api::UtcTime;
use crate::api::status::FAILED;
use crate::say::code::Code;
use crate::text::{clock, number, percent};

const RANK: u8 = 12;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let found = figures.shape.and_then(|shape| {
        let (line, burst) = (shape.timeline.as_ref()?, shape.insight.burst?);
        Some((line, burst, &shape.ends, shape.groups.get(burst.group?)))
    });
    let found = found.or_else(|| {
        let shape = figures.shape?;
        Some((
            shape.timeline.as_ref()?,
            shape.insight.burst?,
            &shape.ends,
            None,
        ))
    });
    let is_trend = figures.is_over() && figures.shape.is_some_and(failure_trend::is_told);
    let Some((line, burst, ends, group)) = found.filter(|_| !is_trend && figures.is_fair()) else {
        return Vec::new();
    };
    let window = burst.window;
    // A job that fails from some time on to its end has no "after".
    let is_end = ends.last_completed.is_some_and(|last| window.to > last);
    if is_end && !nothing_completed_since::find(figures).is_empty() {
        return Vec::new();
    }
    let clock = |at| clock(at, line.from.micros(), line.to.micros());
    let failed = group.map_or(ends.failed.len(), |group| group.at.len()) as u64;
    let others = (
        failed.saturating_sub(window.failed),
        (ends.completed + ends.failed.len() as u64).saturating_sub(window.ended),
    );
    let outside = others.0 as f64 / others.1.max(1) as f64;
    let with = match burst
        .group
        .and_then(|rank| figures.sections.error_groups.get(rank))
    {
        Some(group) => format!(" with {}", kind_of(group)),
        None => String::new(),
    };
    let all = match window.failed == window.ended {
        true => format!("all {}", number(window.ended)),
        false => format!("{} of {}", number(window.failed), number(window.ended)),
    };
    let message = format!(
        "Between {} and {} UTC, {all} processed {} failed{with}; {} did before and after.",
        clock(window.from),
        clock(window.to),
        figures.items(),
        match others.0 {
            0 => "none".to_owned(),
            _ => percent(outside),
        },
    );
    let group = burst
        .group
        .and_then(|rank| figures.sections.error_groups.get(rank));
    vec![Found {
        rank: RANK,
        code: Code::FailuresCluster,
        message,
        evidence: vec![
            ("failures", window.failed as f64),
            ("ended", window.ended as f64),
            ("completed", burst.completed as f64),
            (
                "share_of_failures",
                window.failed as f64 / failed.max(1) as f64,
            ),
            ("rate_outside", outside),
            ("probability", window.probability),
        ],
        filter: Some(ItemFilter {
            status: Some(FAILED.to_owned()),
            error_group: group.map(|group| group.id.clone()),
            ended_from: UtcTime::from_micros(window.from),
            ended_to: UtcTime::from_micros(window.to),
            ..ItemFilter::default()
        }),
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{NINE, SECOND, messages, sections, shape};
    use super::*;
    use crate::metrics::insight::Burst;
    use crate::metrics::insight::burst::Window;

    #[test]
    fn a_burst_is_told_with_its_rate_and_that_of_the_rest() {
        let failed = (0..12).map(|n| NINE + (600 + n) * SECOND).collect();
        let mut shape = shape(failed);
        let groups = json!([{ "pattern": "quota", "count": 12, "share": 1.0 }]);
        let sections = sections(12, &groups);
        assert_eq!(messages(find, &sections, &shape), [""; 0]);
        let mut burst = Burst {
            group: None,
            window: Window {
                from: NINE + 600 * SECOND,
                to: NINE + 609 * SECOND,
                failed: 10,
                ended: 14,
                probability: 1e-9,
            },
            completed: 4,
        };
        shape.insight.burst = Some(burst);
        assert_eq!(
            messages(find, &sections, &shape),
            [
                "Between 09:10:00 and 09:10:09 UTC, 10 of 14 processed items failed; 0.2% did before and \
                 after."
            ]
        );
        burst.group = Some(0);
        shape.insight.burst = Some(burst);
        assert_eq!(
            messages(find, &sections, &shape),
            [
                "Between 09:10:00 and 09:10:09 UTC, 10 of 14 processed items failed with “quota”; 0.2% \
                 did before and after."
            ]
        );
    }
}
