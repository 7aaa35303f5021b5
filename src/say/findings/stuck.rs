//! Open items that have been worked on for far longer than any item that ended.

use super::{Figures, Found, ItemFilter, LABEL_CHARS};
use crate::api::UtcTime;
use crate::metrics::OpenItem;
use crate::say::code::Code;
use crate::text::{duration, number, quote};

/// A stuck item is open this many times as long as the longest item that ended took, at least.
const TIMES_LONGEST: f64 = 2.0;
/// With fewer ended items than this, the longest of them tells little.
const FEW_ENDED: u64 = 20;
/// The factor with few ended items.
const TIMES_LONGEST_OF_FEW: f64 = 10.0;
/// No item is stuck that is open for less than this.
const LEAST_SECONDS: f64 = 60.0;
const RANK: u8 = 6;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let durations = &figures.sections.durations;
    let ended = [&durations.completed, &durations.failed];
    let longest = ended
        .iter()
        .filter_map(|stats| stats.max_seconds)
        .reduce(f64::max);
    let Some(longest) = longest else {
        return Vec::new();
    };
    let count: u64 = ended.iter().map(|stats| stats.count).sum();
    let times = match count < FEW_ENDED {
        true => TIMES_LONGEST_OF_FEW,
        false => TIMES_LONGEST,
    };
    let least = (times * longest).max(LEAST_SECONDS);
    let newest = newest(figures);
    let age = |item: &OpenItem| {
        let age = newest?.seconds_since(item.started_at?);
        item.age_seconds
            .map(|of_dump| of_dump.min(age))
            .filter(|age| *age >= least)
    };
    let open = &figures.sections.open;
    let stuck: Vec<(f64, &OpenItem)> = open
        .iter()
        .filter_map(|item| Some((age(item)?, item)))
        .collect();
    let (Some((oldest, first)), Some((youngest, _))) = (stuck.first(), stuck.last()) else {
        return Vec::new();
    };
    let name = first.item_name.as_deref().unwrap_or(&first.item_id);
    let name = quote(name, LABEL_CHARS);
    let items = match (stuck.len(), stuck.len() == open.len() && open.len() >= 20) {
        (1, _) => format!("{} “{name}” has", figures.item()),
        (many, false) => format!("{} {} have", number(many as u64), figures.items()),
        (many, true) => format!("{} {} or more have", number(many as u64), figures.items()),
    };
    let ages = match (duration(*youngest), duration(*oldest)) {
        (a, b) if a == b => a,
        (a, b) => format!("{a} to {b}"),
    };
    let longest_word = match stuck.len() {
        1 => String::new(),
        _ => format!(", “{name}” longest"),
    };
    let last_end = figures.sections.throughput.last_end;
    let silence = newest
        .zip(last_end)
        .map(|(newest, last)| newest.seconds_since(last));
    let silence = silence.filter(|silence| *silence >= least);
    let message = match silence {
        Some(silence) => format!(
            "Nothing has ended for {}; {items} been processing for {ages}{longest_word}.",
            duration(silence)
        ),
        None => format!(
            "{} been processing for {ages}{longest_word}; no {} that ended took longer than {}.",
            super::capital(&items),
            figures.item(),
            duration(longest)
        ),
    };
    vec![Found {
        rank: RANK,
        code: Code::Stuck,
        message,
        evidence: [
            Some(("items", stuck.len() as f64)),
            Some(("oldest_seconds", *oldest)),
            Some(("longest_ended_seconds", longest)),
            silence.map(|silence| ("silent_seconds", silence)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        filter: Some(ItemFilter {
            status: Some(first.status.clone()),
            ..ItemFilter::default()
        }),
    }]
}

/// Newest instant at which the job is known. That of the dump may be of another job, which was recorded later.
fn newest(figures: Figures<'_>) -> Option<UtcTime> {
    let job = figures.job.map(|job| [job.effective_at, job.updated_at]);
    let of_items = figures.sections.throughput.last_end;
    job.into_iter().flatten().chain([of_items]).flatten().max()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{NINE, SECOND, messages_of_job, sections};
    use super::*;
    use crate::report::model::JobFacts;

    /// Open items of these ages at 10,000 seconds after nine, when the job was recorded.
    fn of(ended: u64, ages: &[f64], last_end: i64) -> Vec<String> {
        let mut sections = sections(0, &json!([]));
        sections.durations.completed.count = ended;
        sections.durations.completed.max_seconds = Some(100.0);
        let at = |seconds: i64| UtcTime::from_micros(NINE + seconds * SECOND);
        sections.throughput.last_end = at(last_end);
        let item = |age: &f64| OpenItem {
            item_id: format!("dfl-{age}"),
            item_name: None,
            status: "processing".to_owned(),
            started_at: at(10_000 - *age as i64),
            // Another job was recorded an hour later.
            age_seconds: Some(*age + 3_600.0),
            job: String::new(),
        };
        sections.open = ages.iter().map(item).collect();
        let job = JobFacts {
            effective_at: at(10_000),
            ..JobFacts::default()
        };
        messages_of_job(find, &sections, &job)
    }

    #[test]
    fn items_that_are_open_for_far_longer_than_any_took_are_stuck() {
        assert_eq!(
            of(50, &[900.0, 300.0, 199.0], 9_990),
            [
                "2 items have been processing for 5 min 00 s to 15 min 00 s, “dfl-900” longest; no item that \
                 ended took longer than 1 min 40 s."
            ]
        );
        assert_eq!(
            of(50, &[900.0], 9_500),
            [
                "Nothing has ended for 8 min 20 s; item “dfl-900” has been processing for 15 min 00 s."
            ]
        );
        assert_eq!(of(50, &[199.0], 9_990), [""; 0]);
        // The longest of few tells little.
        assert_eq!(of(19, &[999.0], 9_990), [""; 0]);
        assert_eq!(of(19, &[1_000.0], 9_990).len(), 1);
    }
}
