//! Runs the program and gives what it said.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a run gave.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The summary that `--format json` printed.
    pub(crate) fn summary(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.stderr);
        serde_json::from_str(&self.stdout).expect("the summary is JSON")
    }

    /// The codes of the summary's notes.
    pub(crate) fn codes(&self) -> Vec<String> {
        codes(&self.summary())
    }
}

pub(crate) fn codes(summary: &Value) -> Vec<String> {
    let notes = summary["notes"].as_array().expect("notes are a list");
    notes
        .iter()
        .map(|note| note["code"].as_str().expect("a code").to_owned())
        .collect()
}

/// The folder of a fixture.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new("fixtures").join(name)
}

/// The program, in the project's folder, at a fixed time, with nothing of the caller's taste.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_batch-report"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("SOURCE_DATE_EPOCH", "1780000000")
        // A settings file above the folder of a test is somebody else's.
        .env("BATCH_REPORT_CONFIG", "")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("RUST_BACKTRACE");
    command
}

pub(crate) fn finish(mut command: Command, stdin: &[u8]) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("a pipe");
    let bytes = stdin.to_vec();
    let writer = std::thread::spawn(move || {
        // The program may not want to read all of it.
        let _ = input.write_all(&bytes);
    });
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the writer ends");
    let stderr = String::from_utf8(output.stderr).expect("errors are UTF-8");
    assert!(!stderr.contains("panicked"), "{stderr}");
    Run {
        code: output.status.code().expect("an exit code"),
        stdout: String::from_utf8(output.stdout).expect("the output is UTF-8"),
        stderr,
    }
}

/// `batch-report …`
pub(crate) fn run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Run {
    let mut command = program();
    command.args(args);
    finish(command, b"")
}

/// `batch-report report PATH --format json`
pub(crate) fn summary_of(path: impl AsRef<Path>) -> Run {
    let mut command = program();
    command
        .arg("report")
        .arg(path.as_ref())
        .args(["--format", "json"]);
    finish(command, b"")
}

/// The same for a file of that name and content, in a folder of its own.
pub(crate) fn summary_of_file(name: &str, content: &[u8]) -> Run {
    let folder = Folder::new();
    folder.write(name, content);
    folder.summary(&[])
}

/// A folder that goes away.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, content).expect("written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).expect("there")
    }

    /// `batch-report report dump --format json …` in this folder, so that no path of the machine
    /// is in what it says.
    pub(crate) fn summary(&self, more: &[&str]) -> Run {
        let mut args = vec!["report", ".", "--format", "json"];
        args.extend(more);
        self.run(&args)
    }

    /// Runs a command that prints bytes.
    pub(crate) fn run_bytes(&self, args: &[&str]) -> Vec<u8> {
        let mut command = program();
        command.current_dir(self.path()).args(args);
        command.output().expect("the program runs").stdout
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        let mut command = program();
        command.current_dir(self.path()).args(args);
        finish(command, b"")
    }
}

/// An item of a list, as JSON.
pub(crate) fn item(id: &str, status: &str) -> String {
    format!(
        r#"{{"item_id":"{id}","item_name":"{id}.pdf","status":"{status}","started_at":"2026-05-14T08:30:00Z","completed_at":"2026-05-14T08:30:10Z","effective_at":"2026-05-14T08:30:10Z"}}"#
    )
}

/// A status document.
pub(crate) fn status(id: &str, total: u64) -> String {
    format!(
        r#"{{"job":{{"id":"{id}","job_type":"parse","project_id":"p","status":"completed","total_items":{total}}},"progress_percentage":100}}"#
    )
}
