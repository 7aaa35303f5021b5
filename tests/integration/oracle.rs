//! Other people's readers, in Python: they have to understand what the program writes.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Python with the packages of `tests/oracle/requirements.txt`; `None` if they cannot be had.
fn python() -> Option<PathBuf> {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oracle-venv");
    let python = venv.join("bin/python");
    let is_done =
        |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    let has_all = || {
        is_done(Command::new(&python).args([
            "-c",
            "import duckdb, jsonschema, junitparser, lxml, markdown_it, pandas, pyarrow",
        ]))
    };
    let install = || {
        is_done(Command::new("python3").args(["-m", "venv"]).arg(&venv))
            && is_done(Command::new(&python).args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--requirement",
                "tests/oracle/requirements.txt",
            ]))
    };
    (has_all() || install()).then_some(python)
}

/// Runs a script with the program as the argument after `before`. Without its packages it is skipped, but
/// not in CI.
pub(crate) fn check(script: &str, before: &[&str], after: &[&str]) {
    let Some(python) = python() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "the packages of tests/oracle/requirements.txt cannot be installed"
        );
        std::io::stderr()
            .write_all(b"skipped: tests/oracle/requirements.txt cannot be installed\n")
            .expect("stderr is there");
        return;
    };
    let output = Command::new(python)
        .args(["-B", script])
        .args(before)
        .arg(env!("CARGO_BIN_EXE_batch-report"))
        .args(after)
        .output()
        .expect("python starts");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
