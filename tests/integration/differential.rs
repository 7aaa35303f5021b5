//! Generated dumps of random shape, against an engine that shares nothing with the program:
//! `tests/oracle/differential.py` makes them, works out every number, and compares.

use std::io::Write as _;
use std::process::Command;

/// Whether there is a Python that can run it.
fn python() -> bool {
    let recent = "import sys; sys.exit(sys.version_info < (3, 11))";
    let output = Command::new("python3").args(["-c", recent]).output();
    output.is_ok_and(|output| output.status.success())
}

#[test]
fn every_number_agrees_with_an_independent_engine_on_generated_dumps() {
    compare(&[]);
}

#[test]
fn every_number_of_a_v2_batch_agrees_with_an_independent_engine() {
    compare(&["--batches", "--dumps", "60"]);
}

/// Runs the engine with these options.
fn compare(options: &[&str]) {
    if !python() {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI has to have python3 (3.11 or later)"
        );
        // Past the harness, which keeps to itself what a test prints that passes.
        std::io::stderr()
            .write_all(b"skipped the differential test: python3 (3.11 or later) not found\n")
            .expect("stderr is there");
        return;
    }
    let output = Command::new("python3")
        .env("BATCH_REPORT_CONFIG", "")
        .args(["-B", "tests/oracle/differential.py", "--binary"])
        .arg(env!("CARGO_BIN_EXE_batch-report"))
        .args(options)
        .output()
        .expect("python3 starts");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
