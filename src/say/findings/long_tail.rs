//! Workers that wait for the last items, beyond what the size of the pool explains.
//!
//! [`crate::metrics::insight::pool`] measures it, and has the thresholds.

use super::{Figures, Found, ItemFilter};
use crate::api::UtcTime;
use crate::say::code::Code;
use crate::text::{counted, duration, number};

const RANK: u8 = 40;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let found = figures.shape.and_then(|shape| {
        let tail = shape.insight.idle_tail?;
        Some((tail, figures.sections.throughput.span_seconds?))
    });
    let Some((tail, span)) = found.filter(|_| figures.is_over() && figures.is_whole()) else {
        return Vec::new();
    };
    let length = (tail.to - tail.from) as f64 / 1e6;
    let spared = length - tail.usual as f64 / 1e6;
    let idle = tail.idle as f64 / (length * 1e6 * tail.workers as f64);
    let who = match tail.items {
        1 => format!("its last {}", figures.item()),
        many => format!("its last {} {}", number(many), figures.items()),
    };
    let message = format!(
        "The {} waited {} for {who}, with most of its {} idle. Without the wait, it would have taken about \
         {} instead of {}.",
        figures.job_word(),
        duration(length),
        counted(tail.workers, "worker", "workers"),
        duration(span - spared),
        duration(span),
    );
    vec![Found {
        rank: RANK,
        code: Code::LongTail,
        message,
        evidence: vec![
            ("tail_seconds", length),
            ("usual_seconds", tail.usual as f64 / 1e6),
            ("span_seconds", span),
            ("workers", tail.workers as f64),
            ("idle_share", idle),
            ("items", tail.items as f64),
        ],
        filter: UtcTime::from_micros(tail.from.saturating_add(tail.usual)).map(|from| ItemFilter {
            ended_from: Some(from),
            ..ItemFilter::default()
        }),
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{NINE, SECOND, messages, sections, shape};
    use super::*;
    use crate::api::status::PENDING;
    use crate::metrics::insight::pool::IdleTail;

    #[test]
    fn a_tail_is_told_of_a_job_that_is_over_with_what_it_would_have_taken() {
        let mut sections = sections(0, &json!([]));
        let mut shape = shape(Vec::new());
        sections.throughput.span_seconds = Some(1_000.0);
        assert_eq!(messages(find, &sections, &shape), [""; 0]);
        shape.insight.idle_tail = Some(IdleTail {
            from: NINE,
            to: NINE + 500 * SECOND,
            workers: 8,
            idle: 3_400 * SECOND,
            items: 1,
            usual: 60 * SECOND,
        });
        assert_eq!(
            messages(find, &sections, &shape),
            [
                "The job waited 8 min 20 s for its last item, with most of its 8 workers idle. Without the \
                 wait, it would have taken about 9 min 20 s instead of 16 min 40 s."
            ]
        );
        sections.counts.by_status.insert(PENDING.to_owned(), 1);
        assert_eq!(messages(find, &sections, &shape), [""; 0]);
    }
}
