//! The report as JSON: indented, or dense within a page; with many jobs several of them at once.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::escape::json_in_html;
use crate::api::UtcTime;
use crate::parallel;
use crate::report::Report;
use crate::report::model::{
    Generator, Input, ItemRow, ItemRows, ItemTable, JobReport, Note, Sections,
};

/// With fewer jobs, waking another thread takes longer.
const MANY_JOBS: usize = 32;
/// Where the jobs stand in a report that has none. In a text its quotes would be escaped.
const NO_JOBS: &str = "\"jobs\": []";
const NO_JOBS_DENSE: &str = "\"jobs\":[]";
/// How deep a job stands in the report.
const DEPTH: usize = 2;

/// Writes the report.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.jobs.len() < MANY_JOBS {
        out.write_all(serde_json::to_string_pretty(report)?.as_bytes())?;
    } else {
        with_jobs(report, out)?;
    }
    out.write_all(b"\n")
}

/// Writes as many jobs at a time as give all cores something to do, so that the whole is never held.
fn with_jobs(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    const AT_A_TIME: usize = 64;
    let others = serde_json::to_string_pretty(&WithoutJobs::of(report))?;
    let Some((before, behind)) = others.split_once(NO_JOBS) else {
        return out.write_all(serde_json::to_string_pretty(report)?.as_bytes());
    };
    out.write_all(before.as_bytes())?;
    out.write_all(b"\"jobs\": [")?;
    let mut separator: &[u8] = b"\n    ";
    let mut chunks = report.jobs.chunks(AT_A_TIME);
    let mut render = || {
        let jobs = chunks.next()?;
        Some(parallel::each(true, jobs.len(), |index| job(&jobs[index])))
    };
    let mut rendered = render();
    while let Some(jobs) = rendered {
        // While some are written, others are rendered.
        let write = || {
            jobs.into_iter().try_for_each(|job| {
                out.write_all(separator)?;
                out.write_all(&job?)?;
                separator = b",\n    ";
                Ok(())
            })
        };
        let (written, next): (io::Result<()>, _) = parallel::meanwhile(write, &mut render);
        written?;
        rendered = next;
    }
    out.write_all(b"\n  ]")?;
    out.write_all(behind.as_bytes())
}

/// The digest of a report, as it may stand in a page.
pub(super) fn digest(report: &Report) -> serde_json::Result<String> {
    let others = json_in_html(&serde_json::to_string(&report.digest_without_jobs())?);
    let Some((before, behind)) = others.split_once(NO_JOBS_DENSE) else {
        return Ok(json_in_html(&serde_json::to_string(&report.digest())?));
    };
    let jobs = parallel::each(report.jobs.len() >= MANY_JOBS, report.jobs.len(), |index| {
        let job = serde_json::to_string(&report.digest_of_job(index))?;
        Ok(json_in_html(&job))
    });
    let jobs: Vec<String> = jobs.into_iter().collect::<serde_json::Result<_>>()?;
    let jobs = jobs.join(",");
    Ok([before, "\"jobs\":[", &jobs, "]", behind].concat())
}

/// The fields of a [`Report`], with no jobs.
#[derive(Serialize)]
pub(super) struct WithoutJobs<'r> {
    schema_version: u32,
    generator: &'r Generator,
    generated_at: UtcTime,
    title: &'r str,
    verdict: &'r str,
    jobs: [(); 0],
    overall: &'r Sections,
    items: &'r [ItemRow],
    item_rows: &'r ItemRows,
    item_table: &'r Option<ItemTable>,
    inputs: &'r [Input],
    notes: &'r [Note],
}

impl<'r> WithoutJobs<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        // So that a field that is added is not forgotten here.
        let Report {
            schema_version,
            generator,
            generated_at,
            title,
            verdict,
            jobs: _,
            overall,
            items,
            item_rows,
            item_table,
            inputs,
            notes,
        } = report;
        Self {
            schema_version: *schema_version,
            generator,
            generated_at: *generated_at,
            title,
            verdict,
            jobs: [],
            overall,
            items,
            item_rows,
            item_table,
            inputs,
            notes,
        }
    }
}

/// A job, indented as it is within the report.
fn job(job: &JobReport) -> serde_json::Result<Vec<u8>> {
    let mut json = Vec::with_capacity(1 << 15);
    let formatter = Indented {
        depth: DEPTH,
        is_filled: false,
    };
    job.serialize(&mut Serializer::with_formatter(&mut json, formatter))?;
    Ok(json)
}

/// What serde_json's `PrettyFormatter` writes, from any depth on, and a line's begin in one go instead
/// of space by space.
struct Indented {
    depth: usize,
    /// Whether there is anything in the array or object at hand.
    is_filled: bool,
}

impl Indented {
    fn begin<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.is_filled = false;
        out.write_all(bracket)
    }

    fn end<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.is_filled {
            self.line(out, true)?;
        }
        out.write_all(bracket)
    }

    /// Begins a line; behind a comma, unless it holds what is first in the array or object, or its end.
    fn line<W: ?Sized + Write>(&self, out: &mut W, no_comma: bool) -> io::Result<()> {
        const LINE: &[u8] = b",\n                                        ";
        const DEEPEST: usize = (LINE.len() - 2) / 2;
        let depth = self.depth.min(DEEPEST);
        out.write_all(&LINE[usize::from(no_comma)..2 + 2 * depth])?;
        (depth..self.depth).try_for_each(|_| out.write_all(b"  "))
    }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.line(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.line(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_filled = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples;

    #[test]
    fn lines_are_indented_as_the_library_indents_them() {
        let mut deep = serde_json::json!([1, [], {}, [[]], {"a": {"b": [null, "c"]}, "d": {}}]);
        for _ in 0..30 {
            deep = serde_json::json!([deep, {"e": 5}]);
        }
        let mut json = Vec::new();
        let formatter = Indented {
            depth: 0,
            is_filled: false,
        };
        deep.serialize(&mut Serializer::with_formatter(&mut json, formatter))
            .expect("written");
        assert_eq!(String::from_utf8(json).expect("UTF-8"), format!("{deep:#}"));
    }

    #[test]
    fn many_jobs_are_written_as_few_are() {
        let mut report = samples::typical();
        assert!(!report.jobs.is_empty());
        report.title = "\"jobs\": []".to_owned();
        let job = report.jobs[0].clone();
        for count in [1, 2, MANY_JOBS, 3 * MANY_JOBS + 9] {
            report.jobs = vec![job.clone(); count];
            let expected = serde_json::to_string_pretty(&report).expect("JSON");
            let mut written = Vec::new();
            with_jobs(&report, &mut written).expect("written");
            assert_eq!(String::from_utf8(written).expect("UTF-8"), expected);
        }
    }
}
