//! Processing time and credits that went into items that failed.

use super::{Figures, Found, ItemFilter, kind_of};
use crate::api::status::FAILED;
use crate::report::model::ErrorGroup;
use crate::say::code::Code;
use crate::text::{amount, duration, percent};

/// Fewer failures than this cost little.
const LEAST_FAILED: u64 = 10;
/// Least share of the processing time.
const LEAST_SHARE: f64 = 0.15;
/// The share of the time is this many times the share of the items, at least.
const TIMES: f64 = 2.0;
/// An error group with this part of the time explains it.
const MOST: f64 = 0.5;
const RANK: u8 = 42;

/// What failures took: seconds or credits, and how much there was of them in all.
#[derive(Clone, Copy)]
struct Cost {
    lost: f64,
    all: f64,
}

impl Cost {
    fn share(self) -> f64 {
        self.lost / self.all
    }

    /// Tells if it is much, and far more than the share of the items.
    fn is_much(self, of_items: f64) -> bool {
        self.all > 0.0 && self.share() >= LEAST_SHARE && self.share() >= TIMES * of_items
    }
}

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let durations = &figures.sections.durations;
    let (failed, completed) = (&durations.failed, &durations.completed);
    let totals = failed.total_seconds.zip(completed.total_seconds);
    let time = totals.filter(|_| failed.count >= LEAST_FAILED);
    let time = time.map(|(lost, used)| Cost {
        lost,
        all: lost + used,
    });
    let time = time
        .filter(|time| time.is_much(failed.count as f64 / (failed.count + completed.count) as f64));
    let credits = figures.sections.credits.as_ref();
    let credits = credits.filter(|credits| credits.failed > 0.0);
    let credits = credits.map(|credits| Cost {
        lost: credits.failed,
        all: credits.total,
    });
    let rate = &figures.sections.rates.failure;
    let rate = rate.numerator as f64 / rate.denominator.max(1) as f64;
    let is_dear =
        figures.failed() >= LEAST_FAILED && credits.is_some_and(|cost| cost.is_much(rate));
    if time.is_none() && !is_dear {
        return Vec::new();
    }
    let parts: Vec<String> = [
        time.map(|time| {
            let (lost, share) = (duration(time.lost), percent(time.share()));
            format!("{lost} of processing time, {share} of all")
        }),
        credits.map(|credits| {
            let (lost, share) = (amount(credits.lost), percent(credits.share()));
            format!("{lost} credits, {share} of all")
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    let most = dearest(figures, time, credits);
    let message = format!(
        "Failures took {}.{}",
        parts.join(", and "),
        most.and_then(|most| what_if(figures, &most))
            .unwrap_or_default(),
    );
    let evidence = [
        time.map(|time| ("failed_seconds", time.lost)),
        time.map(|time| ("share", time.share())),
        credits.map(|credits| ("failed_credits", credits.lost)),
        credits.map(|credits| ("share_of_credits", credits.share())),
    ];
    vec![Found {
        rank: RANK,
        code: Code::FailureCost,
        message,
        evidence: evidence.into_iter().flatten().collect(),
        filter: Some(ItemFilter {
            status: Some(FAILED.to_owned()),
            error_group: most.map(|most| most.group.id.clone()),
            ..ItemFilter::default()
        }),
    }]
}

/// An error group that explains the cost.
#[derive(Clone, Copy)]
struct Dearest<'a> {
    group: &'a ErrorGroup,
    seconds: Option<f64>,
}

/// Finds the error group that took most of the time, else most of the credits.
fn dearest<'a>(
    figures: Figures<'a>,
    time: Option<Cost>,
    credits: Option<Cost>,
) -> Option<Dearest<'a>> {
    let groups = &figures.sections.error_groups;
    let details = figures.shape.map_or(&[][..], |shape| &shape.groups);
    let seconds = |at: usize| -> Option<f64> {
        let micros = details.get(at)?.micros.iter();
        Some(micros.map(|micros| *micros as f64).sum::<f64>() / 1e6)
    };
    let (cost, of): (Cost, Vec<f64>) = match time {
        Some(time) => {
            let of = (0..groups.len()).map(|at| seconds(at).unwrap_or_default());
            (time, of.collect())
        }
        None => {
            let of = groups.iter().map(|group| group.credits.unwrap_or_default());
            (credits?, of.collect())
        }
    };
    let most =
        (0..groups.len()).reduce(|most, next| if of[next] > of[most] { next } else { most })?;
    (of[most] >= MOST * cost.lost).then(|| Dearest {
        group: &groups[most],
        seconds: time.and_then(|_| seconds(most)),
    })
}

/// " Without “timed out”, the failure rate would be 2.0%, with 40 min 00 s less processing."
fn what_if(figures: Figures<'_>, most: &Dearest<'_>) -> Option<String> {
    let rate = &figures.sections.rates.failure;
    let left = rate.numerator.checked_sub(most.group.count)?;
    let of = rate.denominator.checked_sub(most.group.count)?;
    let seconds = most.seconds;
    let seconds = seconds.map(|seconds| format!("{} less processing", duration(seconds)));
    let credits = most.group.credits.filter(|credits| *credits > 0.0);
    let credits = credits.map(|credits| format!("{} fewer credits", amount(credits)));
    let less: Vec<String> = seconds.into_iter().chain(credits).collect();
    // If all failures are of one kind, nothing else is left to say.
    (of > 0 && left > 0 && !less.is_empty()).then(|| {
        format!(
            " Without {}, the failure rate would be {}, with {}.",
            kind_of(most.group),
            percent(left as f64 / of as f64),
            less.join(" and "),
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{SECOND, messages, sections, shape};
    use super::*;
    use crate::metrics::GroupDetails;

    #[test]
    fn failures_that_took_most_of_the_time_are_told_with_what_would_be_without() {
        let groups = json!([{ "pattern": "timed out", "count": 8, "share": 0.8 }]);
        let mut shape = shape(Vec::new());
        shape.groups = vec![GroupDetails {
            count: 8,
            micros: vec![300 * SECOND; 8],
            ..GroupDetails::default()
        }];
        let of = |failed, seconds| {
            let mut sections = sections(10, &groups);
            sections.durations.failed.count = failed;
            sections.durations.failed.total_seconds = Some(seconds);
            sections.durations.completed.count = 100;
            sections.durations.completed.total_seconds = Some(3_600.0);
            messages(find, &sections, &shape)
        };
        assert_eq!(
            of(10, 2_400.0),
            [
                "Failures took 40 min 00 s of processing time, 40.0% of all. Without “timed out”, the \
                 failure rate would be 2.0%, with 40 min 00 s less processing."
            ]
        );
        assert_eq!(of(10, 700.0), [""; 0]);
        assert_eq!(of(9, 2_400.0), [""; 0]);
        assert_eq!(of(50, 2_400.0), [""; 0]);
    }

    #[test]
    fn credits_are_told_with_the_time_and_without_it() {
        let groups = json!([
            { "pattern": "timed out", "count": 8, "share": 0.8, "credits": 30.5 },
            { "pattern": "no", "count": 2, "share": 0.2, "credits": 1.5 },
        ]);
        let mut shape = shape(Vec::new());
        let details = |count: u64| GroupDetails {
            count,
            micros: vec![300 * SECOND; count as usize],
            ..GroupDetails::default()
        };
        shape.groups = vec![details(8), details(2)];
        let mut sections = sections(10, &groups);
        sections.credits = serde_json::from_value(json!({
            "total": 128.0, "by_status": {}, "failed": 32.0, "items": 110,
        }))
        .expect("credits");
        assert_eq!(
            messages(find, &sections, &shape),
            [
                "Failures took 32 credits, 25.0% of all. Without “timed out”, the failure rate would be 2.0%, with \
                 30.5 fewer credits."
            ]
        );
        sections.durations.failed.count = 10;
        sections.durations.failed.total_seconds = Some(3_000.0);
        sections.durations.completed.count = 100;
        sections.durations.completed.total_seconds = Some(3_600.0);
        assert_eq!(
            messages(find, &sections, &shape),
            [
                "Failures took 50 min 00 s of processing time, 45.5% of all, and 32 credits, 25.0% of all. \
                 Without “timed out”, the failure rate would be 2.0%, with 40 min 00 s less processing and 30.5 \
                 fewer credits."
            ]
        );
        sections.credits = None;
        sections.durations.failed.total_seconds = None;
        assert_eq!(messages(find, &sections, &shape), [""; 0]);
    }
}
