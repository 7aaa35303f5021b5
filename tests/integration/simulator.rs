//! Simulated jobs, without and with a planted cause: `tests/oracle/simulator` counts false alarms and what is
//! found. The whole round, whose tables are in `docs/findings.md`, takes minutes; this is a small one.

use crate::oracle::{PROGRAM, check_plain};

#[test]
fn findings_are_made_of_planted_causes_and_not_of_chance() {
    const SIZES: &str = "--sizes 50–199;200–999 --planted-sizes 200–999 --strengths medium";
    const COUNTS: &str = "--null 60 --groups 6 --small --planted 5";
    const LIMITS: &str = "--most-alarms 0.03 --least-recall 0.8";
    let mut arguments = vec!["tests/oracle/simulator", "--binary", PROGRAM];
    arguments.extend(
        [SIZES, COUNTS, LIMITS]
            .iter()
            .flat_map(|words| words.split(' ')),
    );
    check_plain(&arguments);
}
