//! Addresses in a page: of the items of a finding, and of the section of a job. They name jobs and groups by
//! their ids, so a link that was copied leads to the same thing in a later report.

use std::collections::HashSet;
use std::fmt::Write as _;

use minijinja::{Environment, Error, Value};
use xxhash_rust::xxh3::xxh3_64;

use super::filters::present;

pub(super) fn add_to(env: &mut Environment<'_>) {
    env.add_filter("address", address_filter);
    env.add_filter("anchors", anchors_filter);
}

/// Address of the items that a filter of the model is about, as the page's script reads it: behind `#`. `groups` are
/// the error groups that the page counts by, `job` is the label of the job if there are several. Absent without a
/// filter, and if the page has no choice for it.
fn address_filter(filter: &Value, groups: &Value, job: &Value) -> Result<Option<String>, Error> {
    let Some(filter) = present(filter)? else {
        return Ok(None);
    };
    let text = |name: &str| -> Result<Option<String>, Error> {
        Ok(present(&filter.get_attr(name)?)?.map(ToString::to_string))
    };
    let group = text("error_group")?;
    if let Some(group) = &group {
        let mut groups = groups.try_iter()?;
        let is_it = |known: Value| Ok::<_, Error>(known.get_attr("id")?.as_str() == Some(group));
        if !groups.try_fold(false, |found, known| Ok::<_, Error>(found || is_it(known)?))? {
            return Ok(None);
        }
    }
    let job = match present(job)? {
        Some(job) => Some(job.to_string()),
        None => text("job")?,
    };
    let parts: Vec<String> = [
        ("job", job),
        ("group", group),
        ("status", text("status")?),
        ("q", text("text")?),
        ("from", text("ended_from")?),
        ("to", text("ended_to")?),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some(format!("{key}={}", encoded(&value?))))
    .collect();
    Ok((!parts.is_empty()).then(|| parts.join("&")))
}

/// Anchors of the sections of jobs, one for each: their labels as addresses hold them. A label that stands twice is
/// numbered, a long one is cut and ends in its hash.
fn anchors_filter(jobs: &Value) -> Result<Vec<String>, Error> {
    let mut known = HashSet::new();
    let mut anchors = Vec::new();
    for job in jobs.try_iter()? {
        let label = job.get_attr("label")?.to_string();
        let anchor = anchor(&label);
        let mut unique = anchor.clone();
        let mut number = 1;
        while !known.insert(unique.clone()) {
            number += 1;
            unique = format!("{anchor}~{number}");
        }
        anchors.push(unique);
    }
    Ok(anchors)
}

/// Anchor of a section about the job of this label.
fn anchor(label: &str) -> String {
    /// Longest anchor without its hash, in bytes.
    const LONGEST: usize = 100;
    let mut anchor = format!("job-{}", encoded(label));
    if anchor.len() > LONGEST {
        anchor.truncate(LONGEST);
        let _ = write!(anchor, "~{:016x}", xxh3_64(label.as_bytes()));
    }
    anchor
}

/// The text with percent escapes.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b':' => {
                encoded.push(char::from(byte));
            }
            other => {
                let _ = write!(encoded, "%{other:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use minijinja::value::Serde;

    use super::*;
    use crate::api::UtcTime;
    use crate::report::model::ItemFilter;

    #[test]
    fn the_address_of_items_is_what_the_script_reads() {
        let of = |filter: &ItemFilter, job: Option<&str>| {
            let groups = serde_json::json!([{ "id": "a" }, { "id": "b" }]);
            let (filter, groups) = (Value::from(Serde(filter)), Value::from(Serde(groups)));
            address_filter(&filter, &groups, &Value::from(job)).expect("an address")
        };
        let some = |text: &str| Some(text.to_owned());
        let filter = ItemFilter {
            status: some("failed"),
            error_group: some("b"),
            text: some(".docx & <b>"),
            ended_from: UtcTime::parse("2026-05-14T09:00:00Z"),
            ..ItemFilter::default()
        };
        assert_eq!(
            of(&filter, Some("j&1")).as_deref(),
            Some(
                "job=j%261&group=b&status=failed&q=.docx%20%26%20%3Cb%3E&from=2026-05-14T09:00:00Z"
            )
        );
        let gone = ItemFilter {
            error_group: some("gone"),
            ..ItemFilter::default()
        };
        assert_eq!(of(&gone, None), None);
        let of_job = ItemFilter {
            job: some("x"),
            status: some("failed"),
            ..ItemFilter::default()
        };
        assert_eq!(of(&of_job, None).as_deref(), Some("job=x&status=failed"));
        assert_eq!(of(&ItemFilter::default(), None), None);
        let none = Value::from(());
        assert_eq!(address_filter(&none, &none, &none).expect("nothing"), None);
    }

    #[test]
    fn anchors_of_jobs_are_unique_and_short_whatever_their_labels_are() {
        let long = "é ".repeat(300);
        let labels = ["bjb-1", "a b\"<&", "bjb-1", "bjb-1~2", "bjb-1", &long];
        let jobs = labels.map(|label| serde_json::json!({ "label": label }));
        let anchors = anchors_filter(&Value::from(Serde(jobs))).expect("anchors");
        assert_eq!(
            anchors[..5],
            [
                "job-bjb-1",
                "job-a%20b%22%3C%26",
                "job-bjb-1~2",
                "job-bjb-1%7E2",
                "job-bjb-1~3"
            ]
        );
        assert!(anchors[5].len() < 120, "{}", anchors[5]);
    }
}
