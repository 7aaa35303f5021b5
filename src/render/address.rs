//! Addresses of items on the page.

use std::fmt::Write as _;

use minijinja::{Environment, Error, Value};

use super::filters::present;

pub(super) fn add_to(env: &mut Environment<'_>) {
    env.add_filter("address", address_filter);
}

/// Address of the items that a filter of the model is about, as the page's script reads it: behind `#`. `groups` are
/// the error groups that the page counts by, `job` is the place of the job, from 1, and `jobs` are those that the
/// filter may name if there is none. Absent without a filter, and if the page has no choice for it.
fn address_filter(
    filter: &Value,
    groups: &Value,
    job: &Value,
    jobs: &Value,
) -> Result<Option<String>, Error> {
    let Some(filter) = present(filter)? else {
        return Ok(None);
    };
    let mut parts = Vec::new();
    match (present(job)?, present(&filter.get_attr("job")?)?) {
        (Some(job), _) => parts.push(format!("job={job}")),
        (None, Some(label)) => {
            let Some(jobs) = present(jobs)? else {
                return Ok(None);
            };
            let mut place = None;
            for (at, job) in (1..).zip(jobs.try_iter()?) {
                if job.get_attr("label")? == *label {
                    place = Some(at);
                    break;
                }
            }
            let Some(place) = place else {
                return Ok(None);
            };
            parts.push(format!("job={place}"));
        }
        (None, None) => {}
    }
    let text = |name: &str| -> Result<Option<String>, Error> {
        Ok(present(&filter.get_attr(name)?)?.map(ToString::to_string))
    };
    if let Some(group) = text("error_group")? {
        let mut place = None;
        for (at, known) in (1..).zip(groups.try_iter()?) {
            if known.get_attr("id")?.as_str() == Some(&group) {
                place = Some(at);
                break;
            }
        }
        let Some(place) = place else {
            return Ok(None);
        };
        parts.push(format!("group={place}"));
    }
    for (name, key) in [
        ("status", "status"),
        ("text", "q"),
        ("ended_from", "from"),
        ("ended_to", "to"),
    ] {
        if let Some(value) = text(name)? {
            parts.push(format!("{key}={}", encoded(&value)));
        }
    }
    Ok((!parts.is_empty()).then(|| parts.join("&")))
}

/// The text with percent escapes.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b':' => {
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
        let of = |filter: &ItemFilter, job: Option<u64>| {
            let groups = serde_json::json!([{ "id": "a" }, { "id": "b" }]);
            let (filter, groups) = (Value::from(Serde(filter)), Value::from(Serde(groups)));
            let jobs = Value::from(Serde(
                serde_json::json!([{ "label": "w" }, { "label": "x" }]),
            ));
            address_filter(&filter, &groups, &Value::from(job), &jobs).expect("an address")
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
            of(&filter, Some(3)).as_deref(),
            Some("job=3&group=2&status=failed&q=.docx%20%26%20%3Cb%3E&from=2026-05-14T09:00:00Z")
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
        assert_eq!(of(&of_job, None).as_deref(), Some("job=2&status=failed"));
        let of_another = ItemFilter {
            job: some("y"),
            ..ItemFilter::default()
        };
        assert_eq!(of(&of_another, None), None);
        assert_eq!(of(&ItemFilter::default(), None), None);
        let none = Value::from(());
        assert_eq!(
            address_filter(&none, &none, &none, &none).expect("nothing"),
            None
        );
    }
}
