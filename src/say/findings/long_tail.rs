//! A long time for the last few items.

use super::{Figures, Found};
use crate::say::code::Code;
use crate::text::{duration, percent};

/// Fewer items than this have no last 5%.
const LEAST_ITEMS: u64 = 40;
/// Least share of the whole time.
const LEAST_SHARE: f64 = 0.1;
/// Least length.
const LEAST_SECONDS: f64 = 30.0;
const RANK: u8 = 40;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let speed = &figures.sections.throughput;
    let (Some(tail), Some(span)) = (speed.tail_seconds, speed.span_seconds) else {
        return Vec::new();
    };
    let is_long = tail >= LEAST_SHARE * span && tail >= LEAST_SECONDS;
    if !figures.is_over() || figures.shape.is_none() || speed.ended_items < LEAST_ITEMS || !is_long
    {
        return Vec::new();
    }
    let message = format!(
        "The last 5% of the {} took {} of {} ({} of the time).",
        figures.items(),
        duration(tail),
        duration(span),
        percent(tail / span)
    );
    vec![Found {
        rank: RANK,
        code: Code::LongTail,
        message,
        evidence: vec![("tail_seconds", tail), ("span_seconds", span)],
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{messages, sections, shape};
    use super::*;
    use crate::api::status::PENDING;

    #[test]
    fn a_tail_is_a_share_of_the_span_of_a_job_that_is_over() {
        let mut sections = sections(0, &json!([]));
        let shape = shape(Vec::new());
        sections.throughput.ended_items = 60;
        sections.throughput.tail_seconds = Some(89.0);
        assert_eq!(messages(find, &sections, &shape), [""; 0]);
        sections.throughput.span_seconds = Some(300.0);
        assert_eq!(
            messages(find, &sections, &shape),
            ["The last 5% of the items took 1 min 29 s of 5 min 00 s (29.7% of the time)."]
        );
        sections.counts.by_status.insert(PENDING.to_owned(), 1);
        assert_eq!(messages(find, &sections, &shape), [""; 0]);
        sections.counts.by_status.clear();
        sections.throughput.tail_seconds = Some(29.0);
        assert_eq!(messages(find, &sections, &shape), [""; 0]);
    }
}
