//! Generated dumps of random shape, against an engine that shares nothing with the program:
//! `tests/oracle/differential.py` makes them, works out every number, and compares.

use crate::oracle::{PROGRAM, check_plain};

const SCRIPT: &str = "tests/oracle/differential.py";

#[test]
fn every_number_agrees_with_an_independent_engine_on_generated_dumps() {
    // `.ci/run` makes them all, and large ones in full, for the release build.
    check_plain(&[
        SCRIPT, "--binary", PROGRAM, "--dumps", "120", "--step", "2", "--scale", "4",
    ]);
}

#[test]
fn every_number_of_a_v2_batch_agrees_with_an_independent_engine() {
    check_plain(&[SCRIPT, "--binary", PROGRAM, "--batches", "--dumps", "60"]);
}
