//! Redaction of a whole report, by the names of its fields.

use std::io;

use serde_json::{Map, Value};

use super::{Kind, Redactor};
use crate::api::UtcTime;
use crate::report::{Report, write_summary};
use crate::say::LABEL_CHARS;
use crate::text::quote;

/// A report that could not be redacted.
#[derive(Debug, thiserror::Error)]
#[error("cannot redact the report")]
pub struct RedactError(#[from] io::Error);

/// Fields whose texts are words of ours, of the API or of the command line.
const OURS: [&str; 24] = [
    "api",
    "base_status",
    "class",
    "code",
    "completed_at",
    "created_at",
    "field",
    "generated_at",
    "generator",
    "job_type",
    "kind",
    "mask",
    "metric",
    "named_groups",
    "operator",
    "outcome",
    "reason_code",
    "regex",
    "scope",
    "selection",
    "severity",
    "stated_total_source",
    "status",
    "unit",
];

/// Kind of the text in a field; absent if only a search can tell.
fn kind(field: &str, parent: &str) -> Option<Kind> {
    Some(match field {
        field if field.ends_with("_id") => Kind::Id,
        "id" if parent == "job" => Kind::Id,
        "item_name" => Kind::Name,
        "path" | "source" => Kind::Path,
        "error_message" | "pattern" => Kind::Message,
        "value" if parent == "values" => Kind::Message,
        "skip_reason" => Kind::Reason,
        "reason" if parent == "skip_reasons" => Kind::Reason,
        _ => return None,
    })
}

impl Redactor {
    /// Redacts a report, and takes in all texts of it before.
    ///
    /// # Errors
    ///
    /// If the report cannot be read back, which is a bug of the program.
    pub fn report(&mut self, report: &Report) -> Result<Report, RedactError> {
        // Through text, as summaries are written and read: each other way would be one more copy of all the code
        // that does it.
        let mut text = Vec::new();
        write_summary(report, &mut text, false)?;
        let mut value = serde_json::from_slice(&text).map_err(io::Error::from)?;
        self.take_in(&value, "", None);
        self.ready();
        self.redact(&mut value, "", None, None);
        let redacted = serde_json::from_str(&value.to_string()).map_err(io::Error::from)?;
        Ok(redacted)
    }

    fn take_in(&mut self, value: &Value, field: &str, parent: Option<&str>) {
        match value {
            // A breakdown holds ordinary words, which cannot be looked for everywhere.
            Value::Object(map) if map.contains_key("dimension") => {}
            Value::Object(map) => {
                for (name, inner) in map {
                    self.take_in(inner, name, Some(field));
                }
            }
            Value::Array(list) => list
                .iter()
                .for_each(|inner| self.take_in(inner, field, parent)),
            Value::String(text) => match kind(field, parent.unwrap_or_default()) {
                // Messages are known by their groups, and are too many to look for.
                Some(Kind::Message) if field == "error_message" => {}
                Some(kind) => self.know(kind, text),
                None if matches!(field, "job" | "label") => self.know(kind_of_label(text), text),
                None => {}
            },
            _ => {}
        }
    }

    /// `group` is the id of the error group that the value belongs to.
    fn redact(&self, value: &mut Value, field: &str, parent: Option<&str>, group: Option<&str>) {
        match value {
            Value::Object(map) => self.redact_object(map, field, group),
            Value::Array(list) => {
                for inner in list {
                    self.redact(inner, field, parent, group);
                }
            }
            Value::String(text) => {
                if let Some(redacted) =
                    self.redact_text(text, field, parent.unwrap_or_default(), group)
                {
                    *text = redacted;
                }
            }
            _ => {}
        }
    }

    /// Redacts what a breakdown or a finding tells of names: a folder, or the word that names begin with. They are
    /// ordinary words, which cannot be looked for in all sentences. A file extension and a class of errors stay.
    fn redact_values(&self, map: &mut Map<String, Value>) {
        let is_named = map.get("named").and_then(Value::as_bool) == Some(true);
        let is_of_names = |name: &str| is_named || !matches!(name, "extension" | "error_class");
        if map
            .get("dimension")
            .and_then(Value::as_str)
            .is_some_and(is_of_names)
        {
            for value in map
                .get_mut("values")
                .and_then(Value::as_array_mut)
                .into_iter()
                .flatten()
            {
                if let Some(Value::String(word)) = value.get_mut("value") {
                    *word = self.pseudonym(Kind::Name, word);
                }
            }
        }
        let word = map
            .get("filter")
            .and_then(|filter| filter.get("text"))
            .and_then(Value::as_str);
        let Some(word) = word
            .filter(|word| !word.starts_with('.'))
            .map(str::to_owned)
        else {
            return;
        };
        // The table holds pseudonyms of whole names, in which nobody can search for a part.
        map.insert("filter".to_owned(), Value::Null);
        if let Some(Value::String(message)) = map.get_mut("message") {
            let shown = quote(&word, LABEL_CHARS);
            *message = message.replace(&shown, &self.pseudonym(Kind::Name, &word));
        }
    }

    fn redact_object(&self, map: &mut Map<String, Value>, field: &str, group: Option<&str>) {
        if self.kinds.names {
            self.redact_values(map);
        }
        if map.contains_key("dimension") {
            return;
        }
        let text = |name: &str| map.get(name).and_then(Value::as_str).map(str::to_owned);
        let is_group = map.contains_key("pattern");
        let own = match is_group {
            true => text("id"),
            false => text("error_group"),
        };
        let is_named = is_group && map.get("regex").is_some_and(Value::is_string);
        let group = own.as_deref().or(group);
        for (name, inner) in map.iter_mut() {
            let is_id_of_group =
                matches!(&**name, "error_group" | "base_error_group") || name == "id" && is_group;
            match inner {
                // It is the hash of a message, which could be guessed.
                Value::String(id) if is_id_of_group && self.kinds.messages && !is_named => {
                    *id = self.id_of_group(id);
                }
                Value::String(_) if is_id_of_group || name == "pattern" && is_named => {}
                // What varies in messages is as private as they are.
                Value::Array(slots) if name == "slots" && self.kinds.messages => slots.clear(),
                // The words of a status become keys, and stay.
                Value::Object(_) if name == "by_status" => {}
                _ => self.redact(inner, name, Some(field), group),
            }
        }
    }

    fn redact_text(
        &self,
        text: &str,
        field: &str,
        parent: &str,
        group: Option<&str>,
    ) -> Option<String> {
        let kind = kind(field, parent).or_else(|| {
            let is_label = matches!(field, "job" | "label");
            is_label.then(|| kind_of_label(text))
        });
        match kind {
            _ if text.is_empty() || super::is_word_of_the_api(text) => None,
            Some(Kind::Message) if self.kinds.messages => Some(match group {
                Some(group) => self.pseudonym(Kind::Message, group),
                None => self.pseudonym(Kind::Message, text),
            }),
            Some(Kind::Message | Kind::Reason) if !self.kinds.messages => Some(self.message(text)),
            Some(kind) if self.redacts(kind) => Some(self.pseudonym(kind, text)),
            // An id may be a part of a name or a path.
            Some(_) => Some(self.message(text)),
            None if OURS.contains(&field) || parent == "generator" => None,
            None if UtcTime::parse(text).is_some() => None,
            None => Some(self.sentence(text)),
        }
    }
}

/// A label is the id of a job, else a path.
pub(super) fn kind_of_label(label: &str) -> Kind {
    let prefix = label.split_once('-').map(|(prefix, _)| prefix);
    let is_id = prefix.is_some_and(|prefix| matches!(prefix, "bjb" | "bat"));
    match is_id || super::pseudonym::is_uuid(label) {
        true => Kind::Id,
        false => Kind::Path,
    }
}
