//! CTRF, the common test report format: JSON of items as test cases.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::cases::{self, Case, Outcome};
use crate::api::UtcTime;
use crate::api::status::{CANCELLED, COMPLETED, FAILED, SKIPPED, is_terminal};
use crate::report::Report;

/// Version of the format that is written.
const SPEC_VERSION: &str = "1.0.0";

/// Returns a report as CTRF. Its counts are those of all items; cases are those that the report holds.
pub(super) fn ctrf(report: &Report) -> serde_json::Result<String> {
    let suites = cases::suites(report);
    let patterns = cases::patterns(report);
    let of_jobs: Vec<Case<'_>> = suites
        .iter()
        .flat_map(|suite| suite.of_job(report))
        .collect();
    let of_items = || {
        let suites = suites.iter();
        suites.flat_map(|suite| suite.of_items(report, &patterns))
    };
    let tests = Tests(|| of_jobs.iter().cloned().chain(of_items()));
    let generator = &report.generator;
    let document = Document {
        report_format: "CTRF",
        spec_version: SPEC_VERSION,
        timestamp: report.generated_at,
        generated_by: format!("{} {}", generator.name, generator.version),
        results: Results {
            tool: json!({ "name": generator.name, "version": generator.version }),
            summary: summary(report, suites.len(), &of_jobs),
            tests,
        },
    };
    let mut text = serde_json::to_string(&document)?;
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<T: Serialize> {
    report_format: &'static str,
    spec_version: &'static str,
    timestamp: UtcTime,
    generated_by: String,
    results: Results<T>,
}

#[derive(Serialize)]
struct Results<T: Serialize> {
    tool: Value,
    summary: Value,
    tests: T,
}

/// A list of cases that is written one by one.
struct Tests<F>(F);

impl<'r, F: Fn() -> I, I: Iterator<Item = Case<'r>>> Serialize for Tests<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)().map(|case| test(&case)))
    }
}

fn status(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Skipped => "skipped",
        Outcome::Open => "pending",
        Outcome::Other => "other",
    }
}

fn millis(seconds: f64) -> u64 {
    (seconds * 1_000.0).round() as u64
}

fn instant(time: UtcTime) -> i64 {
    time.micros().div_euclid(1_000)
}

fn test(case: &Case<'_>) -> Value {
    let mut suite = vec![case.row.map_or(case.class, |row| row.job.as_str())];
    if suite[0] != case.class {
        suite.push(case.class);
    }
    let mut test = json!({
        "name": case.name,
        "status": status(case.outcome),
        "duration": case.seconds.map_or(0, millis),
        "suite": suite,
        "rawStatus": case.row.map_or(case.kind, |row| row.status.as_str()),
    });
    if let Some(message) = &case.message {
        test["message"] = json!(message);
    }
    let mut extra = json!({});
    if case.seconds.is_none() {
        // The format requires a number.
        extra["duration_unknown"] = json!(true);
    }
    if let Some(row) = case.row {
        if !row.item_id.is_empty() {
            test["testId"] = json!(row.item_id);
        }
        for (name, time) in [("start", row.started_at), ("stop", row.completed_at)] {
            if let Some(time) = time {
                test[name] = json!(instant(time));
            }
        }
        if let Some(group) = &row.error_group {
            extra["error_group"] = json!({ "id": group, "pattern": case.kind });
        }
        if let Some(job) = &row.processing_job_id {
            extra["processing_job_id"] = json!(job);
        }
    }
    test["extra"] = extra;
    test
}

fn summary(report: &Report, suites: usize, of_jobs: &[Case<'_>]) -> Value {
    let (mut passed, mut failed, mut skipped, mut pending, mut other) = (0, 0, 0, 0, 0);
    for (word, count) in &report.overall.counts.by_status {
        *match word.as_str() {
            COMPLETED => &mut passed,
            FAILED => &mut failed,
            SKIPPED | CANCELLED => &mut skipped,
            word if !is_terminal(word) && crate::api::status::code(word).is_some() => &mut pending,
            _ => &mut other,
        } += count;
    }
    for case in of_jobs {
        *match case.outcome {
            Outcome::Failed => &mut failed,
            Outcome::Passed => &mut passed,
            _ => &mut pending,
        } += 1;
    }
    let speed = &report.overall.throughput;
    let start = speed.first_start.unwrap_or(report.generated_at);
    let stop = speed.last_end.unwrap_or(start);
    let rows = &report.item_rows;
    json!({
        "tests": passed + failed + skipped + pending + other,
        "passed": passed,
        "failed": failed,
        "skipped": skipped,
        "pending": pending,
        "other": other,
        "suites": suites,
        "start": instant(start),
        "stop": instant(stop),
        "extra": {
            "title": report.title,
            "verdict": report.verdict,
            "failure_rate": report.overall.rates.failure.value,
            "missing": report.overall.counts.missing,
            "tests_left_out": rows.of - rows.held.min(rows.of),
        },
    })
}
