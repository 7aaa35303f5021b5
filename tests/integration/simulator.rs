//! Simulated jobs, without and with a planted cause: `tests/oracle/simulator.py` counts false alarms and
//! what is found. The whole round, whose table is in `docs/findings.md`, takes minutes; this is a small one.

use std::process::Command;

#[test]
fn findings_are_made_of_planted_causes_and_not_of_chance() {
    let recent = "import sys; sys.exit(sys.version_info < (3, 11))";
    let output = Command::new("python3").args(["-c", recent]).output();
    if !output.is_ok_and(|output| output.status.success()) {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI has to have python3 (3.11 or later)"
        );
        return;
    }
    let output = Command::new("python3")
        .args(["-B", "tests/oracle/simulator.py", "--binary"])
        .arg(env!("CARGO_BIN_EXE_batch-report"))
        .args(["--null", "100", "--groups", "6", "--planted", "5"])
        .args(["--most-items", "600", "--strengths", "medium"])
        .args([
            "--most-alarms",
            "0.03",
            "--least-recall",
            "0.8",
            "--examples",
            "3",
        ])
        .output()
        .expect("python3 starts");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
