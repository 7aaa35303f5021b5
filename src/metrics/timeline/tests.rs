use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::api::{ItemFields, UtcTime};
use crate::frame::{ItemColumns, ItemFrame, Runs};

/// 2026-05-14T09:00:00Z.
const NINE: i64 = 1_778_749_200 * SECOND;

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

/// Status, start, end and instant of the record.
type Row = (&'static str, Option<i64>, Option<i64>, Option<i64>);

fn items(rows: &[Row]) -> ItemFrame {
    let mut columns = ItemColumns::default();
    for (status, started, completed, effective) in rows {
        let time = |at: &Option<i64>| at.and_then(UtcTime::from_micros);
        columns.push(&ItemFields {
            item_id: &columns.len().to_string(),
            status,
            started_at: time(started),
            completed_at: time(completed),
            effective_at: time(effective),
            ..ItemFields::default()
        });
    }
    let mut runs = Runs::default();
    runs.add(rows.len(), 0, 0);
    let (frame, _) = ItemFrame::build(vec![columns], runs, 1).expect("a frame");
    frame
}

#[test]
fn what_ended_has_an_instant_and_what_runs_counts_up_to_the_record() {
    let at = |seconds: i64| Some(NINE + seconds * SECOND);
    let frame = items(&[
        ("completed", at(0), at(10), at(10)),
        ("failed", at(0), None, at(20)),
        ("skipped", None, None, None),
        ("processing", at(30), None, at(30)),
        ("pending", None, None, at(0)),
        ("quarantined", at(0), at(5), None),
        ("completed", at(0), Some(0), None),
    ]);
    let rows = frame.rows(0..frame.len());
    let ends = Ends::of(&rows);
    assert_eq!((ends.completed, ends.last_completed), (1, at(10)));
    assert_eq!(ends.failed, [NINE + 20 * SECOND]);
    assert_eq!(ends.span, at(5).zip(at(20)));
    assert_eq!(ends.starts, at(0).zip(at(30)));
    // The skipped item has no time at all, and the last one ended in 1970.
    assert_eq!((ends.count, ends.by_record, ends.undated), (3, 1, 2));
    let job = JobSpan {
        start: at(0),
        end: at(40),
    };
    let line = timeline(&rows, &ends, job, &|_| None, Drawn::Whole).expect("a timeline");
    assert_eq!(
        (line.from.micros(), line.to.micros(), line.interval_seconds),
        (NINE, NINE + 40 * SECOND, 1.0)
    );
    assert_eq!(line.still_worked_on, 1);
    let intervals = &line.intervals;
    assert_eq!(intervals[10].completed, 1);
    assert_eq!((intervals[20].failed, intervals[5].other), (1, 1));
    let concurrency = |index: usize| intervals[index].concurrency;
    assert_eq!(concurrency(0), Some(2.0));
    assert_eq!(concurrency(7), Some(1.0));
    assert_eq!((concurrency(29), concurrency(35)), (Some(0.0), Some(1.0)));
}

#[test]
fn failures_that_lie_close_together_are_found_with_what_completed_meanwhile() {
    let at = |seconds: i64| Some(NINE + seconds * SECOND);
    let ended = |status, seconds| (status, None, at(seconds), None);
    let crowd_of = |failed: &[i64]| {
        let completed = (0..1_000).map(|second| ended("completed", second));
        let failed = failed.iter().map(|second| ended("failed", *second));
        let frame = items(&completed.chain(failed).collect::<Vec<Row>>());
        let rows = frame.rows(0..frame.len());
        let ends = Ends::of(&rows);
        let line = timeline(&rows, &ends, JobSpan::default(), &|_| None, Drawn::Small)?;
        patterns::failure_crowd(&rows, &ends, &line)
    };
    let found = crowd_of(&[0, 600, 601, 603, 607, 608, 900]).expect("a crowd");
    let (from, to) = at(600).zip(at(608)).expect("instants");
    assert_eq!((found.crowd.from, found.crowd.to), (from, to));
    // Both edges are within: 600, 601, … 608.
    assert_eq!((found.crowd.count, found.completed), (5, 9));
    // Few failures, and failures all over the time, are none.
    assert_eq!(crowd_of(&[600, 601, 602, 603, 604]), None);
    assert_eq!(crowd_of(&[0, 150, 300, 450, 600, 750]), None);
}

#[test]
fn an_instant_on_an_edge_belongs_to_the_interval_it_begins() {
    assert_eq!(Axis::new(0, 10, 3).bin(&[0, 9, 10, 20, 21]), [2, 1, 2]);
    assert_eq!(Axis::new(0, 10, 3).bin(&[-1, 30]), [0, 0, 0]);
}

#[test]
fn an_interval_is_found_without_a_division_as_with_one() {
    for interval in [1, 3, 7, SECOND, 15 * SECOND, DAY, 3_000 * DAY] {
        let axis = Axis::new(NINE, interval, 80);
        for step in -40..100_i64 {
            for off in [-1, 0, 1, interval / 2] {
                let at = NINE + step * interval + off;
                let expected = (at - NINE).div_euclid(interval);
                assert_eq!(axis.index(at), expected, "{interval} {step} {off}");
            }
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it reads like a sentence")]
fn means(axis: Axis, spans: &[(i64, i64)], known: Range<i64>) -> Vec<f64> {
    let mut concurrency = Concurrency::of(&axis);
    for (begin, end) in spans {
        concurrency.add(*begin, axis.place(*begin), *end, axis.place(*end));
    }
    concurrency.means(known)
}

#[test]
fn concurrency_is_the_mean_over_what_is_known_of_an_interval() {
    // 5..10 holds one; 10..20 one throughout and one for half of it; 20..22 one for all of it.
    let spans = [(5, 22), (10, 15)];
    let means = means(Axis::new(0, 10, 3), &spans, 5..22);
    assert_eq!(means, [1.0, 1.5, 1.0]);
}

#[test]
fn concurrency_agrees_with_counting_at_every_instant() {
    let spans: Vec<(i64, i64)> = (0..200)
        .map(|n| (n * 37 % 101, n * 37 % 101 + n * 53 % 29))
        .collect();
    let means = means(Axis::new(0, 10, 13), &spans, 0..130);
    for (index, mean) in means.iter().enumerate() {
        let begin = index as i64 * 10;
        let counted: usize = (begin..begin + 10)
            .map(|t| spans.iter().filter(|(a, b)| (*a..*b).contains(&t)).count())
            .sum();
        assert!((mean - counted as f64 / 10.0).abs() < 1e-9, "{index}");
    }
}

proptest! {
    #[test]
    fn the_quiet_spell_of_a_timeline_is_the_one_of_all_ends(
        near in vec(0..2_000_i64, 0..80),
        far in vec(0..2_000_i64, 0..60),
        distance in 0..30_000_i64,
        scale in prop_oneof![Just(SECOND / 50), Just(SECOND), Just(MINUTE)],
        before in prop_oneof![Just(0), Just(HOUR), Just(DAY)],
    ) {
        let far = far.iter().map(|at| at + distance);
        let ends: Vec<i64> = near.iter().copied().chain(far).collect();
        let ends: Vec<i64> = ends.iter().map(|at| NINE + at * scale).collect();
        let rows: Vec<Row> = ends.iter().map(|at| ("completed", None, Some(*at), None)).collect();
        let items = items(&rows);
        let rows = items.rows(0..items.len());
        let job = JobSpan { start: Some(NINE - before), end: None };
        let line = timeline(&rows, &Ends::of(&rows), job, &|_| None, Drawn::Whole);
        let found = line.and_then(|line| line.gaps.first().cloned());
        let found = found.map(|gap| (gap.from.micros(), gap.to.micros()));
        prop_assert_eq!(found, patterns::quiet_spell(&ends));
    }
}
