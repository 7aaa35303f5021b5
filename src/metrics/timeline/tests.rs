use super::*;
use crate::metrics::examples::{Item, NINE, SECOND, at, frame};
use crate::metrics::times::{ByOutcome, JobRows, JobRun, PLAUSIBLE_MICROS};

#[test]
fn an_interval_is_round_and_gives_30_to_80_of_them() {
    for (span, length) in [
        (18 * MINUTE, 15 * SECOND),
        (HOUR, MINUTE),
        (33 * MINUTE, 30 * SECOND),
        (26 * HOUR, 30 * MINUTE),
        (40 * DAY, DAY),
        (0, SECOND),
    ] {
        assert_eq!(interval_for(NINE, NINE + span), length, "{span}");
    }
    for minutes in 1..200_000 {
        let to = NINE + minutes * MINUTE;
        let length = interval_for(NINE, to);
        let count = to.div_euclid(length) - NINE.div_euclid(length) + 1;
        assert!((30..=80).contains(&count), "{minutes} min: {count}");
    }
}

#[test]
fn the_longest_interval_suffices_for_every_plausible_time() {
    let (from, to) = (PLAUSIBLE_MICROS.start, PLAUSIBLE_MICROS.end);
    assert!((to - from) / interval_for(from, to) < MOST_INTERVALS);
}

fn times(items: &[Item], run: JobRun) -> Times {
    let frame = frame(items);
    let rows = 0..frame.len();
    Times::of(&frame, &[JobRows { rows, run }], false)
}

#[test]
fn ended_items_have_an_instant_and_open_items_count_up_to_the_record() {
    let run = JobRun {
        start: at(0),
        end: at(40),
        has_ended: false,
    };
    let times = times(
        &[
            ("completed", at(0), at(10), at(10)),
            ("failed", at(0), None, at(20)),
            ("skipped", None, None, None),
            ("processing", at(30), None, at(30)),
            ("pending", None, None, at(0)),
            ("quarantined", at(0), at(5), None),
            ("completed", at(0), Some(0), None),
        ],
        run,
    );
    let line = timeline(&times, Drawn::Whole).expect("a timeline");
    assert_eq!(
        (line.from.micros(), line.to.micros(), line.interval_seconds),
        (NINE, NINE + 40 * SECOND, 1.0)
    );
    assert_eq!((line.still_worked_on, line.dated_by_record), (1, 1));
    // The skipped item has no time at all, and the last one ended in 1970.
    assert_eq!(line.undated, 2);
    let intervals = &line.intervals;
    assert_eq!(intervals.len(), 41);
    assert_eq!(intervals[10].completed, 1);
    assert_eq!((intervals[20].failed, intervals[5].other), (1, 1));
    assert_eq!(intervals[5].ended(), 1);
    let concurrency = |index: usize| intervals[index].concurrency;
    assert_eq!(concurrency(0), Some(2.0));
    assert_eq!(concurrency(7), Some(1.0));
    assert_eq!((concurrency(29), concurrency(35)), (Some(0.0), Some(1.0)));
    let small = timeline(&times, Drawn::Small).expect("a timeline");
    assert_eq!(small.intervals[10].completed, 1);
    assert_eq!(small.intervals[0].concurrency, None);
}

#[test]
fn a_short_time_still_fills_an_axis_and_no_time_has_none() {
    let short = times(&[("completed", at(0), at(1), None)], JobRun::default());
    let line = timeline(&short, Drawn::Whole).expect("a timeline");
    assert_eq!(line.intervals.len(), FEWEST_INTERVALS);
    assert_eq!(line.begin_of(12), NINE + 12 * SECOND);
    let run = JobRun {
        start: at(0),
        end: at(40),
        has_ended: true,
    };
    assert_eq!(
        timeline(&times(&[("pending", None, None, None)], run), Drawn::Whole),
        None
    );
}

#[test]
fn instants_are_counted_per_interval() {
    let times = times(&[("completed", at(0), at(12), None)], JobRun::default());
    let line = timeline(&times, Drawn::Whole).expect("a timeline");
    let instants = [
        NINE - 1,
        NINE,
        NINE + 1,
        NINE + 12 * SECOND,
        NINE + 99 * SECOND,
    ];
    let counts = line.count(&instants);
    assert_eq!((counts[0], counts[12]), (2, 1));
    assert_eq!(counts.iter().sum::<u64>(), 3);
}

/// Concurrency of spans from a start to an end between the edges 0, 10, 20 and 30.
fn means(spans: &[(i64, i64)], known: Range<i64>) -> Vec<f64> {
    let (mut ended_starts, mut all): (Vec<i64>, Vec<i64>) = spans.iter().copied().unzip();
    ended_starts.sort_unstable();
    all.sort_unstable();
    let times = Times {
        ended_starts,
        ends: ByOutcome {
            all,
            ..ByOutcome::default()
        },
        ..Times::default()
    };
    concurrency(&times, &[0, 10, 20, 30], known)
}

#[test]
fn concurrency_is_the_mean_over_the_known_part_of_an_interval() {
    // 5..10 holds one; 10..20 one throughout and one for half of it; 20..22 one for all of it.
    assert_eq!(means(&[(5, 22), (10, 15)], 5..22), [1.0, 1.5, 1.0]);
    assert_eq!(means(&[(0, 30), (3, 4), (9, 11)], 0..30), [1.2, 1.1, 1.0]);
    assert_eq!(means(&[(12, 14), (14, 14)], 12..14), [0.0, 1.0, 0.0]);
}

#[test]
fn helpers_survive_a_summary_that_was_tampered_with() {
    let line: Timeline = serde_json::from_str(
        r#"{"from": "2026-05-14T09:00:00Z", "to": "2026-05-14T09:00:00Z", "interval_seconds": 1e300,
            "intervals": [], "gaps": [], "still_worked_on": 0, "dated_by_record": 0, "undated": 0}"#,
    )
    .expect("a timeline");
    assert_eq!(line.begin_of(1), i64::MAX);
    assert!(line.count(&[NINE]).is_empty());
}
