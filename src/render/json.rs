//! The report as JSON: indented, and with many jobs several of them at once.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::parallel;
use crate::report::Report;
use crate::report::model::JobReport;

/// With fewer jobs, waking another thread takes longer.
const MANY_JOBS: usize = 32;
/// Where the jobs stand in a report that has none. In a text its quotes would be escaped.
const NO_JOBS: &str = "\"jobs\": []";
/// How deep a job stands in the report.
const DEPTH: usize = 2;

pub(super) fn render(report: &Report) -> serde_json::Result<String> {
    let mut json = if report.jobs.len() < MANY_JOBS {
        serde_json::to_string_pretty(report)?
    } else {
        with_jobs(report)?
    };
    json.push('\n');
    Ok(json)
}

fn with_jobs(report: &Report) -> serde_json::Result<String> {
    let others = serde_json::to_string_pretty(&report.without_jobs())?;
    let jobs = parallel::each(true, report.jobs.len(), |index| job(&report.jobs[index]));
    let jobs = jobs.into_iter().collect::<Result<Vec<_>, _>>()?;
    let Some((before, behind)) = others.split_once(NO_JOBS) else {
        return serde_json::to_string_pretty(report);
    };
    let length: usize = jobs.iter().map(|job| job.len() + 8).sum();
    let mut json = String::with_capacity(others.len() + length + 64);
    json.push_str(before);
    json.push_str("\"jobs\": [");
    for (index, job) in jobs.iter().enumerate() {
        json.push_str(if index > 0 { ",\n    " } else { "\n    " });
        json.push_str(job);
    }
    json.push_str("\n  ]");
    json.push_str(behind);
    Ok(json)
}

/// A job, indented as it is within the report.
fn job(job: &JobReport) -> serde_json::Result<String> {
    let mut formatter = PrettyFormatter::new();
    for _ in 0..DEPTH {
        // To nowhere: only the depth is taken from it.
        formatter
            .begin_array(&mut io::sink())
            .map_err(serde_json::Error::io)?;
    }
    let mut json = Vec::with_capacity(1 << 14);
    job.serialize(&mut Serializer::with_formatter(&mut json, formatter))?;
    // What serde_json writes is UTF-8.
    Ok(String::from_utf8(json).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples;

    #[test]
    fn many_jobs_are_written_as_few_are() {
        let mut report = samples::typical();
        assert!(!report.jobs.is_empty());
        report.title = "\"jobs\": []".to_owned();
        let job = report.jobs[0].clone();
        for count in [1, 2, MANY_JOBS, MANY_JOBS + 9] {
            report.jobs = vec![job.clone(); count];
            let expected = serde_json::to_string_pretty(&report).expect("JSON");
            assert_eq!(with_jobs(&report).expect("JSON"), expected);
        }
    }
}
