//! Simulated jobs, without and with a planted cause: `tests/oracle/simulator.py` counts false alarms and
//! what is found. The whole round, whose table is in `docs/findings.md`, takes minutes; this is a small one.

use crate::oracle::{PROGRAM, check_plain};

#[test]
fn findings_are_made_of_planted_causes_and_not_of_chance() {
    const SIZE: &str = "--null 100 --groups 6 --planted 5 --most-items 600 --strengths medium";
    const LIMITS: &str = "--most-alarms 0.03 --least-recall 0.8 --examples 3";
    let mut arguments = vec!["tests/oracle/simulator.py", "--binary", PROGRAM];
    arguments.extend(SIZE.split(' ').chain(LIMITS.split(' ')));
    check_plain(&arguments);
}
