use super::*;

fn record(job: u32, id: &str, name: &str, status: &str, at: Option<i64>) -> Record<'static> {
    Record {
        id: id.to_owned().into(),
        name: Some(name.to_owned().into()),
        status: status.to_owned().into(),
        job,
        at,
        class: (status == FAILED).then_some(Class::Transient),
        message: None,
        started: None,
        ended: None,
    }
}

fn ids(records: Vec<Record<'static>>, jobs: usize) -> Vec<String> {
    let plan = Plan::of(records, vec![String::new(); jobs], &[]);
    plan.items
        .into_iter()
        .map(|(_, record)| record.id.into_owned())
        .collect()
}

#[test]
fn an_item_that_completed_anywhere_is_not_run_again() {
    let same_id = vec![
        record(0, "a", "x", FAILED, Some(5)),
        record(1, "a", "x", COMPLETED, Some(3)),
    ];
    assert!(ids(same_id, 2).is_empty());
    let other_id = vec![
        record(0, "a", "x", FAILED, Some(5)),
        record(1, "b", "x", COMPLETED, Some(7)),
    ];
    assert!(ids(other_id, 2).is_empty());
    let no_times = vec![
        record(0, "a", "x", COMPLETED, None),
        record(1, "b", "x", FAILED, None),
    ];
    assert!(ids(no_times, 2).is_empty());
}

#[test]
fn a_job_that_ran_beside_the_failure_cures_nothing_by_name() {
    let of = |second_job_starts: i64| {
        let timed = |record: Record<'static>, started, ended| Record {
            started: Some(started),
            ended: Some(ended),
            ..record
        };
        let records = vec![
            timed(record(0, "a", "x", FAILED, Some(10)), 0, 10),
            timed(
                record(1, "b", "y", COMPLETED, Some(20)),
                second_job_starts,
                20,
            ),
            timed(record(1, "c", "x", COMPLETED, Some(40)), 30, 40),
        ];
        ids(records, 2)
    };
    assert_eq!(of(10), [""; 0]);
    assert_eq!(of(9), ["a"]);
}

#[test]
fn a_name_that_stands_twice_in_a_job_is_not_settled_by_a_guess() {
    let records = vec![
        record(0, "a", "x", FAILED, Some(5)),
        record(0, "b", "x", FAILED, Some(5)),
        record(1, "c", "x", COMPLETED, Some(7)),
    ];
    assert_eq!(ids(records, 2), ["a", "b"]);
}

#[test]
fn of_several_runs_that_failed_the_newest_is_run_again() {
    let records = vec![
        record(1, "b", "x", FAILED, Some(9)),
        record(0, "a", "x", FAILED, Some(5)),
    ];
    assert_eq!(ids(records, 2), ["b"]);
}

#[test]
fn every_status_has_its_word() {
    let statuses = [
        FAILED,
        "processing",
        CANCELLED,
        "not_started",
        SKIPPED,
        COMPLETED,
        "paused",
    ];
    let records = statuses.iter().enumerate();
    let records =
        records.map(|(n, status)| record(0, &n.to_string(), &n.to_string(), status, None));
    let plan = Plan::of(records.collect(), vec![String::new()], &[]);
    let words: Vec<_> = plan.items.iter().map(|(kind, _)| kind.word()).collect();
    assert_eq!(
        words,
        ["transient", "open", "cancelled", "not_started", "open"]
    );
    let left_out = plan.left_out(&[Kind::Failed(Class::Transient), Kind::Open]);
    assert_eq!(left_out, [(Kind::Cancelled, 1), (Kind::NotStarted, 1)]);
}

/// Numbers that look random, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Two hundred jobs with a rerun of some of their files; what is to be run again is known from how they were
/// made.
#[test]
fn the_plan_of_generated_reruns_is_what_is_known() {
    for seed in 0..200 {
        let mut dice = Dice(seed);
        let (mut first, mut second, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
        for n in 0..dice.roll(60) {
            let (id, name) = (format!("i{n}"), format!("f{n}.pdf"));
            let failed = dice.roll(3) > 0;
            let timed = dice.roll(4) > 0;
            let at = |seconds: i64| timed.then_some(seconds);
            let status = if failed { FAILED } else { COMPLETED };
            first.push(record(0, &id, &name, status, at(10)));
            if !failed {
                continue;
            }
            // Run again under its id, under a new one, under a name that stands twice, or not at all.
            let way = dice.roll(4);
            let cured = dice.roll(2) == 0;
            let status = if cured { COMPLETED } else { FAILED };
            match way {
                0 => {
                    second.push(record(1, &id, &name, status, at(20)));
                    wanted.extend((!cured).then_some(id));
                }
                1 => {
                    let new = format!("new-{n}");
                    second.push(record(1, &new, &name, status, at(20)));
                    wanted.extend((!cured).then_some(new));
                }
                2 => {
                    let (one, two) = (format!("one-{n}"), format!("two-{n}"));
                    second.push(record(1, &one, &name, status, at(20)));
                    second.push(record(1, &two, &name, COMPLETED, at(20)));
                    wanted.push(id);
                    wanted.extend((!cured).then_some(one));
                }
                _ => wanted.push(id),
            }
        }
        first.extend(second);
        let mut found = ids(first, 2);
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "seed {seed}");
    }
}
