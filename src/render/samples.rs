//! Reports for the tests of the renderers: saved summaries, and what is made of them.

use crate::api::UtcTime;
use crate::report::Report;

/// Reads a summary. All jobs together say what its first job says.
fn saved(json: &str) -> Report {
    let mut summary: serde_json::Value = serde_json::from_str(json).expect("JSON");
    summary["overall"] = summary["jobs"][0].clone();
    serde_json::from_value(summary).expect("a report")
}

/// An ordinary job with a comparison, a trend and gates, every field present that can be.
fn full() -> Report {
    saved(include_str!("samples/typical.json"))
}

/// An ordinary job.
pub(crate) fn typical() -> Report {
    Report {
        comparison: None,
        trend: None,
        gates: Vec::new(),
        ..full()
    }
}

/// A job of which nothing is known but that it was named.
pub(crate) fn bare() -> Report {
    saved(include_str!("samples/bare.json"))
}

/// Thirty jobs, some of them without a status record.
pub(crate) fn many() -> Report {
    let mut report = typical();
    let job = report.jobs[0].clone();
    report.title = "30 batch jobs".into();
    report.jobs = (0..30)
        .map(|number| {
            let mut job = job.clone();
            job.label = format!("bjb-{number:08x}-8702-4c03-8bfd-9f390195055d");
            if number % 7 == 3 {
                job.job = None;
                job.sections.counts.stated_total = None;
                job.sections.counts.stated_total_source = None;
                job.sections.counts.missing = None;
                job.sections.counts.complete = None;
            }
            job
        })
        .collect();
    report
}

/// Characters that people and servers may put into any text.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script></title></style>]]>--> `code` ``` | a\\| \
    @everyone #123 GH-9 org/repo#4 https://evil.example www.evil.example a@b.example :tada: $x$ \
    [l](javascript:x) ![i](https://evil.example/i.png) **b** {{ 7*7 }} {% raw %}\r\n\n# h\n- l\t\
    \x1b[31mred\x1b[0m\x1b]8;;https://evil.example\x07link\u{9b}2J\u{202e}txt.exe\u{200b}\u{feff}";

/// A job in which every text is hostile, and some are very long words.
pub(crate) fn hostile() -> Report {
    let mut report = full();
    let part = &mut report.jobs[0].sections;
    part.counts.by_status.insert(HOSTILE.into(), 4);
    part.counts.status_filter = Some(HOSTILE.into());
    part.error_groups[1].pattern = Some("W".repeat(10_000));
    part.error_groups[1].examples[0].error_message = Some("|`".repeat(5_000));
    part.slowest[1].item_name = Some("W".repeat(10_000));
    let mut json = serde_json::to_value(&report).expect("JSON");
    poison(&mut json);
    serde_json::from_value(json).expect("a report")
}

/// The hostile report with a second job, so that what is said of several jobs is hostile too.
pub(crate) fn hostile_jobs() -> Report {
    let mut report = hostile();
    report.overall = report.jobs[0].sections.clone();
    report.jobs.push(report.jobs[0].clone());
    report
}

/// Replaces every text that is not a time, a word of the model or a test's own long word.
fn poison(json: &mut serde_json::Value) {
    match json {
        serde_json::Value::String(text) => {
            let words = [
                "warning",
                "info",
                "v1",
                "job.total_items",
                "all",
                "failed",
                "any",
                "ratio",
                "absent",
                "no-total",
                "failure_rate",
                "unknown",
            ];
            let of_the_model = words.contains(&text.as_str());
            if !of_the_model && text.len() < 1_000 && UtcTime::parse(text).is_none() {
                *text = HOSTILE.into();
            }
        }
        serde_json::Value::Array(list) => list.iter_mut().for_each(poison),
        serde_json::Value::Object(map) => map.values_mut().for_each(poison),
        _ => {}
    }
}
