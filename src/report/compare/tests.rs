//! Comparisons of small sides, and of generated ones whose truth is known.

use super::side::{Group, Record};
use super::*;

/// A record: job, id, name, status, error group, instant and duration in seconds.
type Line = (u32, String, String, &'static str, u32, i64, i64);

/// Records of a side.
#[derive(Default)]
struct Sketch {
    records: Vec<Line>,
}

impl Sketch {
    fn add(&mut self, job: u32, id: &str, name: &str, status: &'static str) -> &mut Self {
        self.with(job, id, name, status, 0, i64::from(job))
    }

    fn with(
        &mut self,
        job: u32,
        id: &str,
        name: &str,
        status: &'static str,
        group: u32,
        at: i64,
    ) -> &mut Self {
        let seconds = 10 + self.records.len() as i64 % 5;
        let record = (
            job,
            id.to_owned(),
            name.to_owned(),
            status,
            group,
            at,
            seconds,
        );
        self.records.push(record);
        self
    }

    fn side(&self) -> Side<'_> {
        let records = self.records.iter();
        let record = |line: &Line| {
            let (job, id, name, status, group, at, seconds) = line.clone();
            Record {
                id: id.into(),
                name: Some(name.into()),
                status,
                job,
                at: Some(at),
                micros: (status == "completed").then_some(seconds * 1_000_000),
                group: (status == "failed").then_some(group),
                message: None,
            }
        };
        let group = |id: u32| Group {
            id: format!("g{id}"),
            pattern: Some(format!("error {id}")),
        };
        Side {
            records: records.map(record).collect(),
            groups: (0..5).map(group).collect(),
            jobs: vec!["job-0".into(), "job-1".into(), "job-2".into()],
        }
    }
}

fn compared(base: &Sketch, new: &Sketch) -> Comparison {
    let (base, new) = (base.side(), new.side());
    of_items(&Items::of(&base), &Items::of(&new))
}

fn ids(changes: &Option<ItemChanges>) -> Vec<&str> {
    let items = changes.as_ref().expect("compared").items.iter();
    items.map(|item| item.item_id.as_str()).collect()
}

#[test]
fn items_are_matched_by_id_before_name() {
    let (mut base, mut new) = (Sketch::default(), Sketch::default());
    base.add(0, "1", "a.pdf", "failed")
        .add(0, "2", "b.pdf", "completed");
    // Names were swapped; ids tell.
    new.add(0, "1", "b.pdf", "completed")
        .add(0, "2", "a.pdf", "failed");
    let comparison = compared(&base, &new);
    assert_eq!(
        (comparison.matched, comparison.matched_by_name),
        (Some(2), Some(0))
    );
    assert_eq!(ids(&comparison.fixed), ["1"]);
    assert_eq!(ids(&comparison.newly_failing), ["2"]);
}

#[test]
fn a_name_that_stands_twice_on_a_side_is_not_guessed() {
    let (mut base, mut new) = (Sketch::default(), Sketch::default());
    base.add(0, "1", "a.pdf", "failed")
        .add(0, "2", "a.pdf", "completed");
    new.add(0, "8", "a.pdf", "failed")
        .add(0, "9", "b.pdf", "failed");
    let comparison = compared(&base, &new);
    let ambiguous = comparison.ambiguous.as_ref().expect("compared");
    assert_eq!((ambiguous.count, ambiguous.base_count), (1, 2));
    assert_eq!(comparison.matched, Some(0));
    assert_eq!(ids(&comparison.new_items), ["9"]);
    assert_eq!(comparison.gone_items.expect("compared").count, 0);
    // Matched by id, the other of that name is no candidate any more.
    let mut new = Sketch::default();
    new.add(0, "1", "a.pdf", "failed")
        .add(0, "2", "a.pdf", "failed")
        .add(0, "3", "a.pdf", "failed");
    let comparison = compared(&base, &new);
    assert_eq!(ids(&comparison.new_items), ["3"]);
    assert_eq!(comparison.ambiguous.expect("compared").count, 0);
}

#[test]
fn the_newest_record_over_all_jobs_counts() {
    let (mut base, mut both) = (Sketch::default(), Sketch::default());
    for sketch in [&mut base, &mut both] {
        sketch
            .add(0, "1", "a.pdf", "failed")
            .add(0, "2", "b.pdf", "failed");
        sketch
            .add(0, "3", "c.pdf", "failed")
            .add(0, "4", "d.pdf", "completed");
    }
    // Cured under its id, cured under its name, failed again; and one that had completed is left alone.
    both.add(1, "1", "a.pdf", "completed")
        .add(1, "22", "b.pdf", "completed");
    both.with(1, "3", "c.pdf", "failed", 2, 1)
        .add(1, "44", "d.pdf", "failed");
    let comparison = compared(&base, &both);
    assert_eq!(ids(&comparison.fixed), ["1", "22"]);
    let still = comparison.still_failing.expect("compared");
    assert_eq!(
        (still.count, still.same_error, still.other_error),
        (1, 0, 1)
    );
    assert_eq!(comparison.new_items.expect("compared").failed, 1);
    assert_eq!(comparison.rates.failure.new.numerator, 2);
    assert_eq!(comparison.rates.failure.new.denominator, 5);
    assert_eq!(comparison.new_errors.expect("compared").groups[0].id, "g2");
}

#[test]
fn what_got_slower_is_measured_on_the_items_of_both_sides() {
    let (mut base, mut new) = (Sketch::default(), Sketch::default());
    for n in 0..20 {
        let id = n.to_string();
        base.add(0, &id, &id, "completed");
        new.add(0, &id, &id, "completed");
        let micros = if n < 3 { 20 } else { 2 };
        new.records[n as usize].6 += micros;
    }
    let slower = compared(&base, &new).slower.expect("durations");
    assert_eq!((slower.compared, slower.shift_seconds), (20, 2.0));
    assert_eq!(slower.ci95_seconds, Some([2.0, 2.0]));
    assert_eq!((slower.base_p50_seconds, slower.p50_seconds), (12.0, 15.0));
    let named: Vec<&str> = slower
        .items
        .iter()
        .map(|item| item.item_id.as_str())
        .collect();
    assert_eq!((slower.count, named), (3, vec!["0", "1", "2"]));
}

#[test]
fn lists_are_bounded_and_counted() {
    let (mut base, mut new) = (Sketch::default(), Sketch::default());
    for n in 0..500 {
        let id = n.to_string();
        base.add(0, &id, &id, "completed");
        new.add(0, &id, &id, "failed");
    }
    let failing = compared(&base, &new).newly_failing.expect("compared");
    assert_eq!((failing.count, failing.items.len()), (500, MOST_LISTED));
}

/// Numbers that look random and are the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn status(&mut self) -> &'static str {
        ["completed", "completed", "failed", "skipped", "pending"][self.below(5) as usize]
    }
}

/// Counts of a generated pair, as they were planned.
#[derive(Debug, Default, PartialEq)]
struct Truth {
    matched: u64,
    by_name: u64,
    newly_failing: u64,
    fixed: u64,
    same_error: u64,
    other_error: u64,
    unsettled: u64,
    new_items: u64,
    gone_items: u64,
    ambiguous: (u64, u64),
}

impl Truth {
    fn see(&mut self, (before, was): (&str, u32), (now, is): (&str, u32)) {
        self.matched += 1;
        match (before, now) {
            ("failed", "failed") if was == is => self.same_error += 1,
            ("failed", "failed") => self.other_error += 1,
            ("failed", "completed") => self.fixed += 1,
            ("failed", _) => self.unsettled += 1,
            (_, "failed") => self.newly_failing += 1,
            _ => {}
        }
    }
}

/// Makes a pair of sides, and what is true of it.
fn pair(seed: u64) -> (Sketch, Sketch, Truth) {
    let mut random = Random(seed * 7_919 + 1);
    let (mut base, mut new, mut truth) = (Sketch::default(), Sketch::default(), Truth::default());
    for n in 0..60_u64 {
        let (id, name) = (format!("i{n}"), format!("{n}.pdf"));
        let (before, now) = (random.status(), random.status());
        let (was, is) = (random.below(3) as u32, random.below(3) as u32);
        let others = ["failed", "pending", "cancelled"][random.below(3) as usize];
        match random.below(8) {
            0 | 1 => {
                base.with(0, &id, &name, before, was, 1);
                new.with(0, &id, &name, now, is, 5);
                truth.see((before, was), (now, is));
            }
            2 => {
                base.with(0, &id, &name, before, was, 1);
                new.with(1, &format!("x{n}"), &name, now, is, 5);
                truth.by_name += 1;
                truth.see((before, was), (now, is));
            }
            // Recorded twice on the new side, in any order: the later instant counts.
            3 => {
                base.with(0, &id, &name, before, was, 1);
                let records = [(0, others, 4, 1), (1, now, is, 6)];
                let first = random.below(2) as usize;
                for (job, status, group, at) in [records[first], records[1 - first]] {
                    new.with(job, &id, &name, status, group, at);
                }
                truth.see((before, was), (now, is));
            }
            // Run again under another id.
            4 => {
                base.with(0, &id, &name, before, was, 1);
                new.with(0, &id, &name, others, 4, 1);
                new.with(2, &format!("y{n}"), &name, now, is, 6);
                truth.see((before, was), (now, is));
            }
            5 => {
                base.with(0, &id, &name, before, was, 1);
                truth.gone_items += 1;
            }
            6 => {
                new.with(0, &id, &name, now, is, 1);
                truth.new_items += 1;
            }
            _ => {
                let copies = 1 + random.below(2);
                for copy in 0..2 {
                    base.with(0, &format!("{id}-{copy}"), &name, before, was, 1);
                }
                for copy in 0..copies {
                    new.with(0, &format!("{id}+{copy}"), &name, now, is, 1);
                }
                truth.ambiguous.0 += copies;
                truth.ambiguous.1 += 2;
            }
        }
    }
    (base, new, truth)
}

#[test]
fn two_hundred_generated_pairs_are_compared_as_they_were_planned() {
    for seed in 0..200 {
        let (base, new, truth) = pair(seed);
        let comparison = compared(&base, &new);
        let count = |changes: &Option<ItemChanges>| changes.as_ref().expect("compared").count;
        let still = comparison.still_failing.as_ref().expect("compared");
        let ambiguous = comparison.ambiguous.as_ref().expect("compared");
        let found = Truth {
            matched: comparison.matched.expect("compared"),
            by_name: comparison.matched_by_name.expect("compared"),
            newly_failing: count(&comparison.newly_failing),
            fixed: count(&comparison.fixed),
            same_error: still.same_error,
            other_error: still.other_error,
            unsettled: count(&comparison.unsettled),
            new_items: count(&comparison.new_items),
            gone_items: count(&comparison.gone_items),
            ambiguous: (ambiguous.count, ambiguous.base_count),
        };
        assert_eq!(found, truth, "seed {seed}");
    }
}
