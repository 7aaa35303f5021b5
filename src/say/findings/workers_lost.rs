//! Workers that were lost while there was still work.
//!
//! [`crate::metrics::insight::pool`] finds them, and has the thresholds.

use super::{Figures, Found};
use crate::say::code::Code;
use crate::text::{clock, number};

const RANK: u8 = 15;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let found = figures
        .shape
        .and_then(|shape| Some((shape.timeline.as_ref()?, shape.insight.workers_lost?)));
    let Some((line, found)) = found.filter(|_| figures.is_over() && figures.is_whole()) else {
        return Vec::new();
    };
    let message = format!(
        "Concurrency fell from {} to {} while {} were still waiting, and stayed low after {} UTC: workers may \
         have been lost.",
        number(found.early),
        number(found.late),
        figures.items(),
        clock(found.since, line.from.micros(), line.to.micros()),
    );
    vec![Found {
        rank: RANK,
        code: Code::WorkersLost,
        message,
        evidence: vec![("before", found.early as f64), ("after", found.late as f64)],
        filter: None,
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{NINE, SECOND, messages, sections, shape};
    use super::*;
    use crate::metrics::insight::pool::WorkersLost;

    #[test]
    fn lost_workers_are_told_with_what_is_left() {
        let mut shape = shape(Vec::new());
        assert_eq!(messages(find, &sections(0, &json!([])), &shape), [""; 0]);
        shape.insight.workers_lost = Some(WorkersLost {
            early: 16,
            late: 4,
            since: NINE + 600 * SECOND,
        });
        assert_eq!(
            messages(find, &sections(0, &json!([])), &shape),
            [
                "Concurrency fell from 16 to 4 while items were still waiting, and stayed low after 09:10:00 \
                 UTC: workers may have been lost."
            ]
        );
    }
}
