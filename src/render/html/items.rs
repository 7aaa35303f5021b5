//! The rows of items as a page holds them: columns, as JSON, deflated, in base64.
//!
//! Each column is a list with an entry per row, null if absent. `job`, `status`, `group`, `reason` and `file`
//! are indices into the lists `jobs`, `statuses`, `groups`, `reasons` and `files`. Times are in microseconds:
//! `base` since 1970, `started` since `base`, `ended` since the item's start or else `base`, `effective` since
//! its end, else its start, else `base`; small numbers take few bytes. `groups` are in the order of
//! `overall.error_groups`, behind which stand those that only single jobs list, `group_ids` are their ids, and
//! `job_ranks` holds those of each job in the order of its own.

use std::collections::HashMap;
use std::io::{self, Write};

use base64::engine::general_purpose::STANDARD as BASE64;
use base64::write::EncoderStringWriter;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use indexmap::IndexSet;
use serde::Serialize;

use crate::api::UtcTime;
use crate::report::Report;
use crate::report::model::ErrorGroup;

/// Level of compression: two thirds of the time of the default level, and a hundredth more bytes.
const LEVEL: u32 = 4;

/// Packs the rows of a report.
pub(super) fn pack(report: &Report) -> io::Result<String> {
    let text = EncoderStringWriter::new(&BASE64);
    let mut out = DeflateEncoder::new(text, Compression::new(LEVEL));
    serde_json::to_writer(&mut out, &Table::of(report))?;
    out.flush()?;
    Ok(out.finish()?.into_inner())
}

#[derive(Default, Serialize)]
struct Table<'r> {
    base: Option<i64>,
    id: Vec<&'r str>,
    name: Vec<Option<&'r str>>,
    message: Vec<Option<&'r str>>,
    work: Vec<Option<&'r str>>,
    started: Vec<Option<i64>>,
    ended: Vec<Option<i64>>,
    effective: Vec<Option<i64>>,
    job: Vec<usize>,
    jobs: Vec<&'r str>,
    status: Vec<usize>,
    statuses: IndexSet<&'r str>,
    reason: Vec<Option<usize>>,
    reasons: IndexSet<&'r str>,
    file: Vec<Option<usize>>,
    files: IndexSet<&'r str>,
    group: Vec<Option<usize>>,
    groups: Vec<Option<&'r str>>,
    group_ids: Vec<&'r str>,
    job_ranks: Vec<Vec<usize>>,
}

impl<'r> Table<'r> {
    fn of(report: &'r Report) -> Self {
        let of_jobs = report.jobs.iter().map(|job| &job.sections);
        let mut ranks = HashMap::new();
        let mut groups: Vec<&ErrorGroup> = Vec::new();
        for group in [&report.overall]
            .into_iter()
            .chain(of_jobs)
            .flat_map(|part| &part.error_groups)
        {
            ranks.entry(group.id.as_str()).or_insert_with(|| {
                groups.push(group);
                groups.len() - 1
            });
        }
        let jobs = report.jobs.iter().map(|job| job.label.as_str());
        let mut job_places = places(jobs.clone());
        let micros = |time: Option<UtcTime>| time.map(UtcTime::micros);
        let times = report.items.iter().flat_map(|item| {
            let times = [item.started_at, item.completed_at, item.effective_at];
            times.into_iter().flatten()
        });
        let base = times.min().map(UtcTime::micros);
        let zero = base.unwrap_or_default();
        let mut table = Self {
            base,
            jobs: jobs.collect(),
            groups: groups
                .iter()
                .map(|group| group.pattern.as_deref())
                .collect(),
            group_ids: groups.iter().map(|group| group.id.as_str()).collect(),
            ..Self::default()
        };
        let of_job = |groups: &[ErrorGroup]| {
            let ranked = groups.iter().filter_map(|group| ranks.get(&*group.id));
            ranked.copied().collect()
        };
        let jobs = report.jobs.iter();
        table.job_ranks = jobs.map(|job| of_job(&job.sections.error_groups)).collect();
        for item in &report.items {
            let start = micros(item.started_at);
            let end = micros(item.completed_at);
            table.id.push(&item.item_id);
            table.name.push(item.item_name.as_deref());
            table.message.push(item.error_message.as_deref());
            table.work.push(item.processing_job_id.as_deref());
            table.started.push(start.map(|start| start - zero));
            table.ended.push(end.map(|end| end - start.unwrap_or(zero)));
            let effective = micros(item.effective_at);
            let before = end.or(start).unwrap_or(zero);
            table.effective.push(effective.map(|at| at - before));
            // A job that the report leaves out is found by its name alone.
            let job = job_places.entry(&item.job).or_insert_with(|| {
                table.jobs.push(&item.job);
                table.jobs.len() - 1
            });
            table.job.push(*job);
            table
                .status
                .push(table.statuses.insert_full(&item.status).0);
            table
                .reason
                .push(index(&mut table.reasons, &item.skip_reason));
            table.file.push(index(&mut table.files, &item.source));
            let group = item.error_group.as_deref();
            table
                .group
                .push(group.and_then(|id| ranks.get(id).copied()));
        }
        table
    }
}

/// The place of each entry, the first of equal ones.
fn places<'r>(list: impl Iterator<Item = &'r str>) -> HashMap<&'r str, usize> {
    let mut places = HashMap::new();
    for (place, entry) in list.enumerate() {
        places.entry(entry).or_insert(place);
    }
    places
}

/// The place of a word in a list, to which it is added if it is new.
fn index<'r>(words: &mut IndexSet<&'r str>, word: &'r Option<String>) -> Option<usize> {
    word.as_deref().map(|word| words.insert_full(word).0)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use base64::Engine;
    use flate2::read::DeflateDecoder;
    use serde_json::{Value, json};

    use super::*;
    use crate::render::samples;

    fn unpacked(report: &Report) -> Value {
        let packed = BASE64
            .decode(pack(report).expect("packed"))
            .expect("base64");
        let mut text = String::new();
        DeflateDecoder::new(&packed[..])
            .read_to_string(&mut text)
            .expect("deflated UTF-8");
        serde_json::from_str(&text).expect("JSON")
    }

    #[test]
    fn what_is_packed_is_what_the_rows_hold() {
        let mut report = samples::typical();
        let time = |text| UtcTime::parse(text);
        let mut failed = report.items[0].clone();
        failed.error_group = Some(report.overall.error_groups[1].id.clone());
        failed.started_at = time("2026-05-14T08:30:00.000001Z");
        failed.completed_at = time("2026-05-14T08:30:09Z");
        failed.effective_at = time("2026-05-14T08:30:10Z");
        let mut skipped = failed.clone();
        skipped.status = "skipped".into();
        skipped.error_group = None;
        skipped.error_message = None;
        skipped.skip_reason = Some("already_processed".into());
        skipped.started_at = None;
        skipped.completed_at = None;
        skipped.effective_at = time("2026-05-14T08:30:00Z");
        report.items = vec![failed.clone(), skipped, failed];
        let packed = unpacked(&report);
        assert_eq!(packed["id"], json!(["dfl-1", "dfl-1", "dfl-1"]));
        assert_eq!(packed["base"], 1_778_747_400_000_000_i64);
        assert_eq!(packed["started"], json!([1, null, 1]));
        assert_eq!(packed["ended"], json!([8_999_999, null, 8_999_999]));
        assert_eq!(packed["effective"], json!([1_000_000, 0, 1_000_000]));
        assert_eq!(packed["status"], json!([0, 1, 0]));
        assert_eq!(packed["statuses"], json!(["failed", "skipped"]));
        assert_eq!(packed["reason"], json!([null, 0, null]));
        assert_eq!(packed["group"], json!([1, null, 1]));
        assert_eq!(packed["job"], json!([0, 0, 0]));
        assert_eq!(packed["job_ranks"], json!([[0, 1, 2]]));
        let ids = report.overall.error_groups.iter().map(|group| &group.id);
        assert_eq!(packed["group_ids"], json!(ids.collect::<Vec<_>>()));
        assert_eq!(packed["message"], json!(["no", null, "no"]));
        assert_eq!(packed["files"], json!(["dumps/items_0.json"]));
    }

    #[test]
    fn no_rows_are_packed_as_well() {
        let mut report = samples::typical();
        report.items.clear();
        assert_eq!(unpacked(&report)["base"], Value::Null);
    }
}
