//! How fast items ended, and how many were in progress at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::durations::closest_ranks;
use super::times::Times;
use crate::api::UtcTime;

/// How fast items ended, and how many were in progress at once. Times outside of their job's run (with a
/// day's grace), before 2000 or after 2100 do not count here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Throughput {
    /// `ended_items` without `early_items` per minute of `busy_seconds`.
    pub items_per_minute: Option<f64>,
    /// Most items in progress at one instant (`started_at <= t < completed_at`; an item that has not ended, up to
    /// the newest instant known of its job); absent if no item has both times or is open with a start.
    pub peak_concurrency: Option<u64>,
    /// Time-weighted mean of the items in progress over `observed_seconds`.
    pub mean_concurrency: Option<f64>,
    /// Earliest `started_at`.
    pub first_start: Option<UtcTime>,
    /// Latest `completed_at`.
    pub last_end: Option<UtcTime>,
    /// `last_end - first_start`; absent unless that is a positive span.
    #[serde(default)]
    pub span_seconds: Option<f64>,
    /// Time in which a job ran, from its first start to its last end: for one job `span_seconds`, for
    /// several without the idle time between them.
    #[serde(default)]
    pub busy_seconds: Option<f64>,
    /// `busy_seconds`, and the time from the last end to the newest instant known of a job of which items are
    /// in progress; absent unless that is a positive span.
    #[serde(default)]
    pub observed_seconds: Option<f64>,
    /// Time from the 95th percentile of the ends (type 7) to the last end, without the idle time between
    /// jobs. Ends before the first start are not counted.
    pub tail_seconds: Option<f64>,
    /// Items with a `completed_at`.
    pub ended_items: u64,
    /// Items that ended before the first start of their job: when they were worked on is not known.
    #[serde(default)]
    pub early_items: u64,
    /// Items with both times in order, from which the concurrency is made.
    pub timed_items: u64,
    /// Items that have started and not ended, which count in the concurrency as well.
    #[serde(default)]
    pub open_items: u64,
    /// Other items that started or ended: a time is missing or does not count, or the end lies before the start.
    pub untimed_items: u64,
    /// Starts and ends that do not count.
    #[serde(default)]
    pub excluded_times: u64,
}

impl Throughput {
    /// Throughput, concurrency and tail of items of whatever status.
    pub fn of(times: &Times) -> Self {
        let first_start = times.starts.map(|(first, _)| first);
        let last_end = times.ends.all.last().copied();
        let early = first_start.map_or(0, |first| {
            times.ends.all.partition_point(|end| *end < first)
        });
        let ends = &times.ends.all[early..];
        let span_micros = first_start
            .zip(last_end)
            .map(|(first, last)| last - first)
            .filter(|span| *span > 0);
        let busy = times.busy.iter().map(|(from, to)| to - from).sum::<i64>();
        let busy_micros = Some(busy).filter(|busy| *busy > 0);
        let observed = times
            .observed
            .iter()
            .map(|(from, to)| to - from)
            .sum::<i64>();
        let observed_micros = Some(observed).filter(|observed| *observed > 0);
        let is_timed = times.timed > 0 || !times.open_starts.is_empty();
        let worked = times.worked_micros + times.open_micros;
        Self {
            items_per_minute: busy_micros.map(|busy| times.busy_ends as f64 * 60e6 / busy as f64),
            peak_concurrency: is_timed.then(|| peak_of(times)),
            mean_concurrency: observed_micros
                .filter(|_| is_timed)
                .map(|observed| worked as f64 / observed as f64),
            first_start: first_start.and_then(UtcTime::from_micros),
            last_end: last_end.and_then(UtcTime::from_micros),
            span_seconds: span_micros.map(|span| span as f64 / 1e6),
            busy_seconds: busy_micros.map(|busy| busy as f64 / 1e6),
            observed_seconds: observed_micros.map(|observed| observed as f64 / 1e6),
            tail_seconds: tail_micros(ends, &times.busy).map(|micros| micros / 1e6),
            ended_items: times.ends.all.len() as u64,
            early_items: times.early,
            timed_items: times.timed,
            open_items: times.open_starts.len() as u64,
            untimed_items: times.untimed,
            excluded_times: times.excluded,
        }
    }
}

/// Most items in progress at one instant. An item that is open still is at the newest instant known.
fn peak_of(times: &Times) -> u64 {
    if times.open_starts.is_empty() {
        return peak(&times.ended_starts, &times.ends.all);
    }
    let untils = times
        .open_untils
        .iter()
        .map(|until| until.saturating_add(1));
    let merged = |one: &[i64], other: Vec<i64>| {
        let mut all = [one, &other].concat();
        // A stable sort merges lists that are sorted already.
        all.sort();
        all
    };
    let starts = merged(&times.ended_starts, times.open_starts.clone());
    peak(&starts, &merged(&times.ends.all, untils.collect()))
}

/// Most intervals `start <= t < end` that hold one instant. Both lists are ascending, and an interval may
/// have no length.
fn peak(starts: &[i64], ends: &[i64]) -> u64 {
    let (mut peak, mut ended) = (0, 0);
    for (started, start) in (1..).zip(starts) {
        while ends.get(ended).is_some_and(|end| end <= start) {
            ended += 1;
        }
        // Of several that start at one instant, the last one sees all of them.
        peak = peak.max(started - ended.min(started));
    }
    peak as u64
}

/// Time from the 95th percentile of ascending ends to the last one, without the time between the busy
/// intervals. Microseconds since 1970 leave a float no digits for what is interpolated between them, so it
/// is reckoned back from the last end.
fn tail_micros(ends: &[i64], busy: &[(i64, i64)]) -> Option<f64> {
    let last = *ends.last()?;
    let ([low, high], above) = closest_ranks(ends.len(), 0.95)?;
    let tail = (last - ends[low]) as f64 - above * (ends[high] - ends[low]) as f64;
    let idle = busy.windows(2).map(|pair| {
        let [from, to] = [pair[0].1, pair[1].0].map(|at| ((last - at) as f64).clamp(0.0, tail));
        from - to
    });
    Some(tail - idle.sum::<f64>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::examples::{Item, NINE, SECOND, at, frame};
    use crate::metrics::times::{JobRows, JobRun};

    fn throughput(items: &[Item]) -> Throughput {
        let frame = frame(items);
        let job = JobRows {
            rows: 0..frame.len(),
            run: JobRun::default(),
        };
        Throughput::of(&Times::of(&frame, &[job], false))
    }

    #[test]
    fn throughput_is_what_ended_between_the_first_start_and_the_last_end() {
        // 09:00:00 to 09:00:40: 3 items in 40 s; 10 + 20 + 20 s of work.
        let found = throughput(&[
            ("completed", at(0), at(10), None),
            ("failed", at(5), at(25), None),
            ("completed", at(20), at(40), None),
            ("pending", None, None, None),
        ]);
        assert_eq!(found.span_seconds, Some(40.0));
        assert_eq!(found.items_per_minute, Some(4.5));
        assert_eq!(found.mean_concurrency, Some(1.25));
        assert_eq!(found.peak_concurrency, Some(2));
        assert_eq!((found.ended_items, found.timed_items), (3, 3));
    }

    #[test]
    fn open_items_are_in_progress_up_to_the_newest_instant() {
        // 0–40 s with what ended; the job is known up to 100 s: 10 + 30 s of work, and 90 + 60 + 0 s so far.
        let items = [
            ("completed", at(0), at(10), None),
            ("failed", at(10), at(40), None),
            ("processing", at(10), None, None),
            ("processing", at(40), None, None),
            ("processing", at(100), None, None),
            ("pending", None, None, None),
        ];
        let of = |end| {
            let frame = frame(&items);
            let run = JobRun {
                end,
                ..JobRun::default()
            };
            let rows = 0..frame.len();
            Throughput::of(&Times::of(&frame, &[JobRows { rows, run }], false))
        };
        let found = of(at(90));
        assert_eq!(found.busy_seconds, Some(40.0));
        assert_eq!(found.observed_seconds, Some(100.0));
        assert_eq!(found.items_per_minute, Some(3.0));
        assert_eq!(found.mean_concurrency, Some((40.0 + 90.0 + 60.0) / 100.0));
        // All three at the newest instant, of which one starts there.
        assert_eq!(found.peak_concurrency, Some(3));
        assert_eq!((found.open_items, found.timed_items), (3, 2));
        // A job that is known for longer, and one that has no record.
        assert_eq!(of(at(200)).observed_seconds, Some(200.0));
        assert_eq!(of(None), found);
        let only_open = throughput(&items[2..3]);
        assert_eq!(only_open.peak_concurrency, Some(1));
        assert_eq!(only_open.mean_concurrency, None);
    }

    #[test]
    fn idle_days_between_jobs_are_no_time_of_several() {
        const DAY: i64 = 86_400;
        let frame = frame(&[
            ("completed", at(0), at(60), None),
            ("completed", at(30), at(60), None),
            ("completed", at(7 * DAY), at(7 * DAY + 30), None),
            ("skipped", None, at(7 * DAY - 5), None),
        ]);
        let job = |rows| JobRows {
            rows,
            run: JobRun::default(),
        };
        let found = Throughput::of(&Times::of(&frame, &[job(0..2), job(2..4)], false));
        assert_eq!(found.busy_seconds, Some(90.0));
        assert_eq!(found.span_seconds, Some((7 * DAY + 30) as f64));
        assert_eq!(found.items_per_minute, Some(2.0));
        assert_eq!(found.mean_concurrency, Some(120.0 / 90.0));
        assert_eq!((found.ended_items, found.early_items), (4, 1));
        // The 95th percentile lies between the last two ends, in the second job.
        assert!(found.tail_seconds.expect("ends") < 30.0);
    }

    #[test]
    fn the_tail_leaves_out_the_time_between_jobs() {
        let ends = [10, 20, 1_000];
        let tail = tail_micros(&ends, &[]).expect("ends");
        assert!((tail - 98.0).abs() < 1e-9, "{tail}");
        let ends = [10, 1_000];
        let tail = tail_micros(&ends, &[(0, 10), (980, 1_000)]).expect("ends");
        assert!((tail - 20.0).abs() < 1e-9, "{tail}");
    }

    #[test]
    fn an_item_that_ends_as_another_starts_is_not_in_progress_with_it() {
        assert_eq!(peak(&[0, 10], &[10, 20]), 1);
        assert_eq!(peak(&[0, 10], &[11, 20]), 2);
        assert_eq!(peak(&[0, 10, 10], &[12, 13, 14]), 3);
    }

    #[test]
    fn an_interval_without_length_holds_no_instant() {
        assert_eq!(peak(&[5, 5], &[5, 5]), 0);
        assert_eq!(peak(&[0, 5], &[5, 10]), 1);
        assert_eq!(peak(&[], &[]), 0);
    }

    #[test]
    fn the_tail_is_exact_to_the_fraction_of_a_microsecond() {
        let base = 1_778_747_433_233_758;
        // The 95th percentile of 0, 1, 2 and 4 is 2 + 0.85 × 2.
        let tail = tail_micros(&[base, base + 1, base + 2, base + 4], &[]).expect("there are ends");
        assert!((tail - 0.3).abs() < 1e-9, "{tail}");
        assert_eq!(tail_micros(&[], &[]), None);
    }

    #[test]
    fn a_tail_of_nothing_is_a_positive_zero() {
        for ends in [&[NINE][..], &[NINE, NINE, NINE]] {
            let tail = tail_micros(ends, &[]).expect("there are ends");
            assert!(tail == 0.0 && tail.is_sign_positive());
        }
    }

    #[test]
    fn an_item_that_was_skipped_long_before_the_first_start_makes_no_tail() {
        let mut items: Vec<Item> = (0..10)
            .map(|second| ("completed", at(second), at(second + 1), None))
            .collect();
        items.push(("skipped", None, at(-8_640), None));
        let found = throughput(&items);
        assert_eq!((found.ended_items, found.early_items), (11, 1));
        assert_eq!(found.span_seconds, Some(10.0));
        assert_eq!(found.items_per_minute, Some(60.0));
        let tail = found.tail_seconds.expect("there are ends");
        assert!((tail - 0.45).abs() < 1e-9, "{tail}");
    }

    #[test]
    fn one_item_of_another_time_changes_nothing_but_its_count() {
        let usual = [
            ("completed", at(0), at(10), None),
            ("completed", at(5), at(20), None),
        ];
        let frame = frame(&[
            usual[0],
            usual[1],
            ("completed", at(-9_000_000), at(5), None),
        ]);
        let run = JobRun {
            start: Some(NINE),
            end: Some(NINE + 20 * SECOND),
            has_ended: true,
        };
        let rows = 0..frame.len();
        let found = Throughput::of(&Times::of(&frame, &[JobRows { rows, run }], false));
        assert_eq!(found.excluded_times, 1);
        assert_eq!(found.first_start, UtcTime::from_micros(NINE));
        assert_eq!(
            (found.span_seconds, found.peak_concurrency),
            (Some(20.0), Some(2))
        );
    }

    #[test]
    fn items_without_both_times_in_order_are_counted_apart() {
        let found = throughput(&[
            ("completed", at(10), at(20), None),
            ("processing", at(5), None, None),
            ("completed", None, at(30), None),
            ("completed", at(40), at(25), None),
            ("pending", None, None, None),
        ]);
        assert_eq!(
            (found.timed_items, found.untimed_items, found.ended_items),
            (1, 3, 3)
        );
        // With the one that is processed still.
        assert_eq!(found.peak_concurrency, Some(2));
        assert_eq!(found.first_start.map(UtcTime::micros), at(5));
        assert_eq!(found.last_end.map(UtcTime::micros), at(30));
        assert_eq!(
            throughput(&[("processing", at(5), None, None)]).last_end,
            None
        );
    }
}
