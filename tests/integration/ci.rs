//! Steps of CI servers, with faked environments; and the commands of `docs/ci.md`, as they are written.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::harness::{Folder, Run, finish, fixture, item, program};

/// A folder with `dumps/`, and `batch-report` on the path.
struct Runner(Folder);

impl Runner {
    fn new() -> Self {
        let folder = Folder::new();
        for file in fs::read_dir(fixture("typical")).expect("a fixture") {
            let file = file.expect("a file").path();
            let name = file
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            folder.write(&format!("dumps/{name}"), fs::read(&file).expect("readable"));
        }
        folder.write("summary.md", "");
        folder.write("output", "");
        Self(folder)
    }

    fn prepare(&self, command: &mut Command) {
        let binary = Path::new(env!("CARGO_BIN_EXE_batch-report"));
        let path = std::env::var("PATH").unwrap_or_default();
        let folder = binary.parent().expect("a folder").display();
        command
            .current_dir(self.0.path())
            .env("PATH", format!("{folder}:{path}"))
            .env("SOURCE_DATE_EPOCH", "1780000000")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_ACTION_PATH", env!("CARGO_MANIFEST_DIR"))
            .env("GITHUB_STEP_SUMMARY", self.0.path().join("summary.md"))
            .env("GITHUB_OUTPUT", self.0.path().join("output"));
    }

    fn report(&self, args: &[&str]) -> Run {
        let mut command = program();
        self.prepare(&mut command);
        command.arg("report").args(args);
        finish(command, b"")
    }

    fn shell(&self, script: &str, variables: &[(&str, &str)]) -> Run {
        let mut command = Command::new("bash");
        self.prepare(&mut command);
        command.args(["-euo", "pipefail", "-c", script]);
        command.envs(variables.iter().copied());
        finish(command, b"")
    }
}

#[test]
fn github_gets_a_summary_outputs_and_annotations() {
    let runner = Runner::new();
    runner.0.write("summary.md", "before\n");
    runner.0.write("output", "before=1\n");
    let run = runner.report(&["dumps", "--github", "-q", "-o", "report.html"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let summary = runner.0.read("summary.md");
    assert!(
        summary.starts_with("before\n### ❌ Batch job bjb-"),
        "{summary}"
    );
    let output = runner.0.read("output");
    assert!(
        output.starts_with("before=1\nfailed=12\nfailure_rate=0.0497"),
        "{output}"
    );
    assert!(
        output.contains("\nverdict=12 of 241 processed items failed (5.0%"),
        "{output}"
    );
    assert!(output.ends_with("\nreport=report.html\n"), "{output}");
    let commands: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(commands.len(), 5);
    assert!(commands[0].starts_with("::error title=7 failures (58.3%25)::Job timed out after "));
}

#[test]
fn annotations_stay_beside_a_report_on_standard_output() {
    let runner = Runner::new();
    let run = runner.report(&["dumps", "--github", "-q", "-f", "json"]);
    assert!(run.stdout.starts_with('{'), "{}", run.stdout);
    assert_eq!(run.stderr.matches("::error ").count(), 5);
}

#[test]
fn names_and_messages_are_no_workflow_commands() {
    let runner = Runner::new();
    let hostile = "x ::error::pwned ##[error]pwned\\n::set-output name=failed::0\\nfailed=0";
    let item = item("a", "failed").replace("a.pdf", hostile);
    let item = item.replacen('{', &format!("{{\"error_message\":\"{hostile}\","), 1);
    runner.0.write("one/items.json", format!("[{item}]"));
    let run = runner.report(&["one", "--github"]);
    for line in run.stdout.lines() {
        let line = line.trim_start();
        assert!(
            !line.starts_with("::") || line.starts_with("::error title=1 failure"),
            "{line}"
        );
    }
    let output = runner.0.read("output");
    assert_eq!(output.lines().count(), 4, "{output}");
    assert!(output.starts_with("failed=1\n"), "{output}");
}

#[test]
fn the_summary_stays_below_the_limit_with_what_was_there() {
    let runner = Runner::new();
    runner.0.write("summary.md", "x".repeat(998_000));
    runner.report(&["dumps", "--github", "-q", "-o", "r.html"]);
    let summary = runner.0.read("summary.md");
    assert!(
        (998_100..999_100).contains(&summary.len()),
        "{}",
        summary.len()
    );
    assert!(summary.contains("12 of 241"));
    let run = runner.report(&["dumps", "--github", "-o", "r.html"]);
    assert_eq!(runner.0.read("summary.md"), summary);
    assert!(
        run.stderr.contains("the summary of this step is full"),
        "{}",
        run.stderr
    );
}

#[test]
fn outside_of_github_the_flag_says_so() {
    let mut command = program();
    command
        .args(["report", "fixtures/typical", "--github"])
        .env_remove("GITHUB_STEP_SUMMARY")
        .env_remove("GITHUB_OUTPUT");
    let run = finish(command, b"");
    assert_eq!(run.code, 0);
    assert!(
        run.stderr.contains("is this a step of GitHub Actions?"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_action_runs_its_script_with_its_inputs() {
    let runner = Runner::new();
    let action = fs::read_to_string("action.yml").expect("there");
    let run = action.rsplit_once("run: '").expect("a script").1;
    let script = run.trim_end().trim_end_matches('\'');
    let inputs = [
        ("BATCH_REPORT_PATH", "dumps/\n"),
        ("BATCH_REPORT_OUTPUT", "out report.html"),
        (
            "BATCH_REPORT_ARGS",
            "--quiet\n--fail-on=failure_rate > 2%\n",
        ),
        ("BATCH_REPORT_BINARY", ""),
    ];
    for (name, _) in inputs {
        assert!(action.contains(&format!("{name}: ${{{{ inputs.")), "{name}");
    }
    let run = runner.shell(script, &inputs);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(runner.0.read("out report.html").contains("12 of 241"));
    assert!(runner.0.read("output").contains("report=out report.html\n"));
    for name in ["failed", "failure_rate", "verdict", "report"] {
        assert!(
            action.contains(&format!("steps.report.outputs.{name} ")),
            "{name}"
        );
        assert!(
            runner.0.read("output").contains(&format!("{name}=")),
            "{name}"
        );
    }
}

#[test]
fn the_job_of_gitlab_writes_its_artifacts() {
    let runner = Runner::new();
    let job = fs::read_to_string("ci/gitlab.yml").expect("there");
    let script = job.split("  script:\n    - ").nth(1).expect("a script");
    let script = script.lines().next().expect("a line");
    let variables = [
        ("BATCH_REPORT_DUMPS", "dumps/"),
        ("BATCH_REPORT_ARGS", "--strict --items all"),
    ];
    let run = runner.shell(script, &variables);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for artifact in ["batch-report.html", "batch-report.md", "batch-report.xml"] {
        assert!(job.contains(artifact));
        assert!(!runner.0.read(artifact).is_empty(), "{artifact}");
    }
}

#[test]
fn the_commands_of_the_page_run_as_they_are_written() {
    let page = fs::read_to_string("docs/ci.md").expect("there");
    let blocks = page.split("```sh\n").skip(1);
    let mut count = 0;
    for block in blocks {
        let script = block.split("```").next().expect("an end");
        let runner = Runner::new();
        let run = runner.shell(script, &[]);
        assert_eq!(run.code, 0, "{script}{}", run.stderr);
        count += script.lines().count();
    }
    assert!(count >= 8);
}
