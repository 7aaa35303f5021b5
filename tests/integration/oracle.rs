//! Other people's readers, in Python: they have to understand what the program writes.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_batch-report");

/// Python with the packages of `tests/oracle/requirements.txt`; `None` if they cannot be had. Whoever asks
/// first installs them, once for all.
fn python() -> Option<PathBuf> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    PYTHON.get_or_init(with_packages).clone()
}

fn with_packages() -> Option<PathBuf> {
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
    match python() {
        Some(python) => run(
            Command::new(python),
            &[&[script], before, &[PROGRAM], after].concat(),
        ),
        None => skip("the packages of tests/oracle/requirements.txt cannot be installed"),
    }
}

/// Runs a script that needs no packages, with these arguments.
pub(crate) fn check_plain(arguments: &[&str]) {
    let recent = "import sys; sys.exit(sys.version_info < (3, 11))";
    let output = Command::new("python3").args(["-c", recent]).output();
    if output.is_ok_and(|output| output.status.success()) {
        run(Command::new("python3"), arguments);
    } else {
        skip("python3 (3.11 or later) not found");
    }
}

fn skip(reason: &str) {
    assert!(std::env::var_os("CI").is_none(), "CI: {reason}");
    // Past the harness, which keeps to itself what a test prints that passes.
    std::io::stderr()
        .write_all(format!("skipped: {reason}\n").as_bytes())
        .expect("stderr is there");
}

fn run(mut python: Command, arguments: &[&str]) {
    let output = python
        .env("BATCH_REPORT_CONFIG", "")
        .arg("-B")
        .args(arguments)
        .output()
        .expect("python starts");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
