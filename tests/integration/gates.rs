//! `--fail-on`: every outcome with its exit code, and the places that name it.

use serde_json::Value;

use crate::harness::{Folder, fixture, item, run, status};

/// A job of 240 items of which 12 failed, and one of 10 of which 5 failed; both whole.
fn two_jobs() -> Folder {
    let folder = Folder::new();
    for (job, failed, total) in [("bjb-a", 12, 240), ("bjb-b", 5, 10)] {
        let items: Vec<String> = (0..total)
            .map(|n| match n < failed {
                true => item(&format!("{job}-{n}"), "failed").replace(
                    r#""status""#,
                    r#""error_message":"quota exceeded","status""#,
                ),
                false => item(&format!("{job}-{n}"), "completed"),
            })
            .collect();
        let items = items.join(",");
        folder.write(&format!("{job}/status.json"), status(job, total));
        folder.write(
            &format!("{job}/items.json"),
            format!(r#"{{"items":[{items}],"total_size":{total}}}"#),
        );
    }
    folder
}

/// Exit code, outcome in the JSON, and what standard error says.
fn check(folder: &Folder, more: &[&str], expected: (i32, &str, &str)) {
    let mut args = vec!["report", ".", "--format", "json", "--items", "all"];
    args.extend(more);
    let run = folder.run(&args);
    assert_eq!(run.code, expected.0, "{more:?}: {}", run.stderr);
    let summary: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(summary["gates"][0]["outcome"], expected.1, "{more:?}");
    let word = if expected.0 == 3 { "failed" } else { "passed" };
    let line = format!("batch-report: gate {word}: {}\n", expected.2);
    assert!(run.stderr.contains(&line), "{more:?}: {}", run.stderr);
}

#[test]
fn every_outcome_has_its_exit_code_and_its_numbers() {
    let folder = two_jobs();
    for (more, expected) in [
        (
            &["--fail-on", "failure_rate > 2%"][..],
            (3, "failed", "failure_rate 6.8% > 2% (17 of 250)"),
        ),
        (
            &["--fail-on", "failure_rate > 6.8%"],
            (0, "passed", "failure_rate 6.8%, not > 6.8% (17 of 250)"),
        ),
        (
            &["--fail-on", "failure_rate >= 0.068"],
            (3, "failed", "failure_rate 6.8% >= 0.068 (17 of 250)"),
        ),
        (
            &["--fail-on", "failure_rate > 6.79%"],
            (3, "failed", "failure_rate 6.8% > 6.79% (17 of 250)"),
        ),
        (
            &["--fail-on", "failed == 17"],
            (3, "failed", "failed 17 == 17"),
        ),
        (
            &["--fail-on", "failed < 17"],
            (0, "passed", "failed 17, not < 17"),
        ),
        (
            &["--fail-on", "p95 > 9.999s"],
            (3, "failed", "p95 10.0 s > 9.999s"),
        ),
        (
            &["--fail-on", "p95 > 10s"],
            (0, "passed", "p95 10.0 s, not > 10s"),
        ),
        (
            &["--fail-on", "missing > 0"],
            (0, "passed", "missing 0, not > 0"),
        ),
        (
            &["--fail-on", "any:failure_rate > 5%"],
            (
                3,
                "failed",
                "any:failure_rate > 5% in 1 of 2 jobs: bjb-b at 50.0% (5 of 10)",
            ),
        ),
        (
            &["--fail-on", "any:failure_rate > 50%"],
            (0, "passed", "any:failure_rate > 50% in none of 2 jobs"),
        ),
        (
            &["--fail-on", "each:failure_rate > 5%"],
            (
                0,
                "passed",
                "each:failure_rate > 5% in 1 of 2 jobs: bjb-b at 50.0% (5 of 10)",
            ),
        ),
        (
            &["--fail-on", "each:failure_rate >= 5%"],
            (
                3,
                "failed",
                "each:failure_rate >= 5% in 2 of 2 jobs: bjb-b at 50.0% (5 of 10) and bjb-a at 5.0% (12 of 240)",
            ),
        ),
        (
            &["--fail-on", "error_group(\"quota exceeded\") > 16"],
            (3, "failed", "error_group(\"quota exceeded\") 17 > 16"),
        ),
        (
            &["--fail-on", "error_group(\"quotta\") > 16"],
            (
                3,
                "absent",
                "error_group(\"quotta\") > 16 cannot be judged: no error group has this name or id",
            ),
        ),
        (
            &[
                "--fail-on",
                "error_group(\"timeout\") > 0",
                "-e",
                "timeout=timed out",
            ],
            (0, "passed", "error_group(\"timeout\") 0, not > 0"),
        ),
        (
            &["--fail-on", "findings(\"gap\") > 0"],
            (0, "passed", "findings(\"gap\") 0, not > 0"),
        ),
        (
            &["--fail-on", "queue_p95 > 1h"],
            (
                3,
                "absent",
                "queue_p95 > 1h cannot be judged: the times are missing",
            ),
        ),
        (
            &["--fail-on", "queue_p95 > 1h", "--absent", "pass"],
            (
                0,
                "absent",
                "queue_p95 > 1h cannot be judged: the times are missing",
            ),
        ),
        (
            &["--fail-on", "any:wall_time > 1h"],
            (
                3,
                "absent",
                "any:wall_time > 1h cannot be judged: the times are missing",
            ),
        ),
    ] {
        check(&folder, more, expected);
    }
}

#[test]
fn a_gate_never_passes_because_data_is_missing() {
    let folder = two_jobs();
    folder.write("bjb-b/status.json", status("bjb-b", 12));
    for (more, expected) in [
        (
            &["--fail-on", "failure_rate > 50%"][..],
            (
                3,
                "incomplete",
                "failure_rate > 50% cannot be judged: the dump is incomplete; --allow-incomplete judges \
                 what is there (6.8% (17 of 250) so far)",
            ),
        ),
        (
            &["--fail-on", "failure_rate > 50%", "--absent", "pass"],
            (
                3,
                "incomplete",
                "failure_rate > 50% cannot be judged: the dump is incomplete; --allow-incomplete judges \
                 what is there (6.8% (17 of 250) so far)",
            ),
        ),
        (
            &["--fail-on", "failure_rate > 50%", "--allow-incomplete"],
            (0, "passed", "failure_rate 6.8%, not > 50% (17 of 250)"),
        ),
        // More data could not make it pass.
        (
            &["--fail-on", "failed > 10"],
            (3, "failed", "failed 17 > 10"),
        ),
        (
            &["--fail-on", "missing > 1"],
            (3, "failed", "missing 2 > 1"),
        ),
        (
            &["--fail-on", "missing > 2"],
            (0, "passed", "missing 2, not > 2"),
        ),
    ] {
        check(&folder, more, expected);
    }
    let both = folder.run(&["report", ".", "-q", "--strict", "--fail-on", "missing > 1"]);
    assert_eq!(both.code, 3);
    let strict = folder.run(&["report", ".", "-q", "--strict", "--fail-on", "missing > 2"]);
    assert_eq!(strict.code, 4);
}

#[test]
fn rates_of_a_filtered_list_are_not_judged() {
    let path = fixture("filtered");
    let path = path.to_str().expect("UTF-8");
    let run = run([
        "report",
        path,
        "--fail-on",
        "failure_rate > 1%",
        "--allow-incomplete",
    ]);
    assert_eq!(run.code, 3);
    let words = "cannot be judged: a list is filtered by status, so its rates are not the job's";
    assert!(run.stderr.contains(words), "{}", run.stderr);
}

#[test]
fn all_gates_are_judged_and_stand_in_every_format() {
    let folder = two_jobs();
    let run = folder.run(&[
        "report",
        ".",
        "--fail-on",
        "failed > 1",
        "--fail-on",
        "failed > 100",
        "-o",
        "r.html",
        "-o",
        "r.md",
        "-o",
        "r.json",
        "-o",
        "r.txt",
    ]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("gate failed: failed 17 > 1\n"));
    assert!(run.stderr.contains("gate passed: failed 17, not > 100\n"));
    for (file, words) in [
        ("r.txt", "failed  failed 17 > 1\n"),
        ("r.txt", "passed  failed 17, not > 100\n"),
        ("r.md", "| **failed** | failed 17 "),
        ("r.html", "<strong>failed</strong> failed 17 &gt; 1"),
    ] {
        assert!(folder.read(file).contains(words), "{file}");
    }
    // The page's own gates stay those of the run that made the summary.
    let again = folder.run(&["report", "r.json", "-f", "md"]);
    assert_eq!(
        (again.code, again.stdout.as_str()),
        (0, folder.read("r.md").as_str())
    );
    let quiet = folder.run(&[
        "report",
        ".",
        "-q",
        "--fail-on",
        "failed > 1",
        "--fail-on",
        "failed > 100",
    ]);
    assert_eq!(quiet.stderr, "batch-report: gate failed: failed 17 > 1\n");
}

#[test]
fn a_saved_summary_is_judged_like_its_dump() {
    let folder = two_jobs();
    folder.run(&[
        "report",
        ".",
        "-q",
        "-o",
        "r.json",
        "-e",
        "timeout=timed out",
    ]);
    for (rule, code) in [
        ("failure_rate > 6.8%", 0),
        ("failure_rate >= 6.8%", 3),
        ("each:failure_rate >= 5%", 3),
        ("error_group(\"timeout\") > 0", 0),
        ("error_group(\"timeouts\") > 0", 3),
    ] {
        let run = folder.run(&["report", "r.json", "--fail-on", rule]);
        assert_eq!(run.code, code, "{rule}: {}", run.stderr);
    }
}

#[test]
fn an_unknown_metric_is_wrong_usage_with_the_nearest_names() {
    for (rule, words) in [
        (
            "failrate > 2%",
            "unknown metric `failrate`; did you mean `failure_rate`",
        ),
        (
            "findings(\"gaps\") > 0",
            "unknown finding `gaps`; did you mean `gap`?",
        ),
        ("p95 > 90", "write a time with its unit"),
    ] {
        let run = run(["report", "fixtures/typical", "--fail-on", rule]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{rule}");
        assert!(run.stderr.contains(words), "{rule}: {}", run.stderr);
    }
}

#[test]
fn help_on_gates_lists_every_metric() {
    for args in [
        &["--help", "gates"][..],
        &["help", "gates"],
        &["report", "--help", "gates"],
    ] {
        let help = run(args);
        assert_eq!((help.code, help.stderr.as_str()), (0, ""));
        for metric in batch_report::gates::METRICS {
            assert!(
                help.stdout.contains(&format!("\n  {}", metric.name)),
                "{}",
                metric.name
            );
        }
    }
}
