//! Items and jobs, read from the values of their fields.

use std::borrow::Cow;

use super::field::{Field, Value};
use super::status;
use super::time::UtcTime;

/// A field that holds what it cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongType {
    /// The field.
    pub field: Field,
    /// What it holds, in words.
    pub found: &'static str,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemRecord<'a> {
    /// The item's id.
    pub item_id: Cow<'a, str>,
    /// Its name.
    pub item_name: Option<Cow<'a, str>>,
    /// Its status word.
    pub status: Cow<'a, str>,
    /// When work on it began.
    pub started_at: Option<UtcTime>,
    /// When work on it ended.
    pub completed_at: Option<UtcTime>,
    /// The instant the record speaks of.
    pub effective_at: Option<UtcTime>,
    /// Why it failed.
    pub error_message: Option<Cow<'a, str>>,
    /// Why it was skipped.
    pub skip_reason: Option<Cow<'a, str>>,
    /// Its own `job_id`: the parse or extract job behind it.
    pub processing_job_id: Option<Cow<'a, str>>,
    /// The first field that holds text which is no time; the time is absent then.
    pub unreadable_time: Option<Field>,
}

/// What an item holds, borrowed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ItemFields<'a> {
    /// The item's id.
    pub item_id: &'a str,
    /// Its name.
    pub item_name: Option<&'a str>,
    /// Its status word.
    pub status: &'a str,
    /// When work on it began.
    pub started_at: Option<UtcTime>,
    /// When work on it ended.
    pub completed_at: Option<UtcTime>,
    /// The instant the record speaks of.
    pub effective_at: Option<UtcTime>,
    /// Why it failed.
    pub error_message: Option<&'a str>,
    /// Why it was skipped.
    pub skip_reason: Option<&'a str>,
    /// Its own `job_id`: the parse or extract job behind it.
    pub processing_job_id: Option<&'a str>,
    /// When it began to wait (v2).
    pub pending_at: Option<UtcTime>,
    /// Credits that it cost (v2).
    pub credits: Option<f64>,
    /// Pages that failed of a completed item (v2).
    pub failed_pages: Option<u32>,
}

impl<'a> ItemRecord<'a> {
    /// What it holds.
    pub fn fields(&self) -> ItemFields<'_> {
        ItemFields {
            item_id: &self.item_id,
            item_name: self.item_name.as_deref(),
            status: &self.status,
            started_at: self.started_at,
            completed_at: self.completed_at,
            effective_at: self.effective_at,
            error_message: self.error_message.as_deref(),
            skip_reason: self.skip_reason.as_deref(),
            processing_job_id: self.processing_job_id.as_deref(),
            ..ItemFields::default()
        }
    }

    /// Reads an item; `value` gives what a field holds.
    ///
    /// # Errors
    ///
    /// Where a field holds another type than it should, and where `item_id` or `status` is absent:
    /// such a row cannot be counted as an item.
    #[inline]
    pub fn read(value: impl Fn(Field) -> Value<'a>) -> Result<Self, WrongType> {
        let text = |field| match value(field) {
            Value::Absent => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            other => Err(WrongType {
                field,
                found: other.kind(),
            }),
        };
        let required = |field| {
            text(field)?
                .filter(|text| !text.is_empty())
                .ok_or(WrongType {
                    field,
                    found: "absent",
                })
        };
        let filled = |field| -> Result<_, WrongType> {
            Ok(text(field)?.filter(|text| !text.trim().is_empty()))
        };
        let mut unreadable_time = None;
        let mut time = |field| match value(field) {
            Value::Absent => Ok(None),
            Value::Text(text) => {
                let time = UtcTime::parse(&text);
                if time.is_none() && unreadable_time.is_none() && !is_absent_time(&text) {
                    unreadable_time = Some(field);
                }
                Ok(time)
            }
            Value::Number(number) => {
                let time = UtcTime::from_epoch(number);
                if time.is_none() && unreadable_time.is_none() {
                    unreadable_time = Some(field);
                }
                Ok(time)
            }
            other => Err(WrongType {
                field,
                found: other.kind(),
            }),
        };
        let started_at = time(Field::StartedAt)?;
        let completed_at = time(Field::CompletedAt)?;
        let effective_at = time(Field::EffectiveAt)?;
        text(Field::JobRecordId)?;
        Ok(Self {
            item_id: required(Field::ItemId)?,
            item_name: text(Field::ItemName)?,
            status: required(Field::Status)?,
            started_at,
            completed_at,
            effective_at,
            error_message: filled(Field::ErrorMessage)?,
            skip_reason: filled(Field::SkipReason)?,
            processing_job_id: text(Field::JobId)?,
            unreadable_time,
        })
    }
}

/// What data-frame libraries write into a column of times for "none".
fn is_absent_time(text: &str) -> bool {
    matches!(
        text.trim(),
        "" | "NaT" | "NaN" | "nan" | "None" | "null" | "NULL" | "NA" | "<NA>"
    )
}

/// A job as one status record tells it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobRecord {
    /// The id of the batch job.
    pub id: String,
    /// parse, extract, classify, or another word.
    pub job_type: Option<String>,
    /// The project.
    pub project_id: Option<String>,
    /// The status word.
    pub status: Option<String>,
    /// The number of items the job states.
    pub total_items: Option<u64>,
    /// When it ended.
    pub completed_at: Option<UtcTime>,
    /// When it was created.
    pub created_at: Option<UtcTime>,
    /// The directory it works on.
    pub directory_id: Option<String>,
    /// The instant this record speaks of.
    pub effective_at: Option<UtcTime>,
    /// The error of the latest attempt.
    pub error_message: Option<String>,
    /// Items that failed.
    pub failed_items: Option<u64>,
    /// The id of this record.
    pub job_record_id: Option<String>,
    /// Items processed, whatever that includes.
    pub processed_items: Option<u64>,
    /// Items skipped.
    pub skipped_items: Option<u64>,
    /// When it began.
    pub started_at: Option<UtcTime>,
    /// When the record was changed last.
    pub updated_at: Option<UtcTime>,
    /// The workflow behind it.
    pub workflow_id: Option<String>,
    /// 0–100.
    pub progress_percentage: Option<f64>,
}

impl JobRecord {
    /// Reads a job; `value` gives what a field holds. A field of a wrong type is absent in the
    /// result and named in `wrong`.
    ///
    /// # Errors
    ///
    /// Where there is no id: such a record cannot be told from another.
    pub fn read<'a>(
        value: impl Fn(Field) -> Value<'a>,
        wrong: &mut Vec<WrongType>,
    ) -> Result<Self, WrongType> {
        let id = match value(Field::Id) {
            Value::Text(id) if !id.is_empty() => id.into_owned(),
            Value::Absent | Value::Text(_) => {
                return Err(WrongType {
                    field: Field::Id,
                    found: "absent",
                });
            }
            other => {
                return Err(WrongType {
                    field: Field::Id,
                    found: other.kind(),
                });
            }
        };
        let mut reader = FieldReader { value, wrong };
        Ok(Self {
            id,
            job_type: reader.text(Field::JobType),
            project_id: reader.text(Field::ProjectId),
            status: reader.text(Field::Status),
            total_items: reader.count(Field::TotalItems),
            completed_at: reader.time(Field::CompletedAt),
            created_at: reader.time(Field::CreatedAt),
            directory_id: reader.text(Field::DirectoryId),
            effective_at: reader.time(Field::EffectiveAt),
            error_message: reader.text(Field::ErrorMessage),
            failed_items: reader.count(Field::FailedItems),
            job_record_id: reader.text(Field::JobRecordId),
            processed_items: reader.count(Field::ProcessedItems),
            skipped_items: reader.count(Field::SkippedItems),
            started_at: reader.time(Field::StartedAt),
            updated_at: reader.time(Field::UpdatedAt),
            workflow_id: reader.text(Field::WorkflowId),
            progress_percentage: reader.percentage(Field::ProgressPercentage),
        })
    }

    /// When the job ended; absent while it runs, for what it states then is the end of an earlier attempt.
    pub fn ended_at(&self) -> Option<UtcTime> {
        let is_open = status::is_open_job(self.status.as_deref());
        self.completed_at.filter(|_| !is_open)
    }

    /// Whether this record of a job is newer than `other`, which was read before it: the later
    /// `effective_at`, then the later `updated_at`, then this one, which is later in path order. A record
    /// without a time is older than one that has it: so the newest of several is the same in whatever
    /// order they are compared.
    pub fn supersedes(&self, other: &Self) -> bool {
        let age = |record: &Self| (record.effective_at, record.updated_at);
        age(self) >= age(other)
    }
}

struct FieldReader<'w, V> {
    value: V,
    wrong: &'w mut Vec<WrongType>,
}

impl<'a, V: Fn(Field) -> Value<'a>> FieldReader<'_, V> {
    fn refuse<T>(&mut self, field: Field, found: &'static str) -> Option<T> {
        self.wrong.push(WrongType { field, found });
        None
    }

    fn text(&mut self, field: Field) -> Option<String> {
        match (self.value)(field) {
            Value::Absent => None,
            Value::Text(text) => Some(text.into_owned()),
            other => self.refuse(field, other.kind()),
        }
    }

    fn count(&mut self, field: Field) -> Option<u64> {
        match (self.value)(field) {
            Value::Absent => None,
            Value::Number(number) => match count(number) {
                Some(count) => Some(count),
                None => self.refuse(field, "a number that is no count"),
            },
            other => self.refuse(field, other.kind()),
        }
    }

    fn percentage(&mut self, field: Field) -> Option<f64> {
        match (self.value)(field) {
            Value::Absent => None,
            Value::Number(number) => match number.parse::<f64>() {
                Ok(value) if (0.0..=100.0).contains(&value) => Some(value),
                _ => self.refuse(field, "a number that is no percentage"),
            },
            other => self.refuse(field, other.kind()),
        }
    }

    fn time(&mut self, field: Field) -> Option<UtcTime> {
        let time = match (self.value)(field) {
            Value::Absent => return None,
            Value::Text(text) if is_absent_time(&text) => return None,
            Value::Text(text) => UtcTime::parse(&text),
            Value::Number(number) => UtcTime::from_epoch(number),
            other => return self.refuse(field, other.kind()),
        };
        time.or_else(|| self.refuse(field, "no time"))
    }
}

/// Reads a count, also one that was written as a float.
pub fn count(number: &str) -> Option<u64> {
    number.parse().ok().or_else(|| whole(number))
}

/// A count that was written as a float, as data-frame libraries do where a column has gaps.
fn whole(number: &str) -> Option<u64> {
    let value = number.parse::<f64>().ok()?;
    (value.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&value))
        .then_some(value as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item<'a>(fields: &'a [(Field, &'a str)]) -> Result<ItemRecord<'a>, WrongType> {
        ItemRecord::read(|field| {
            fields
                .iter()
                .find(|(name, _)| *name == field)
                .map_or(Value::Absent, |(_, raw)| Value::from_json(raw))
        })
    }

    #[test]
    fn an_item_needs_its_id_and_its_status_and_nothing_else() {
        let read = item(&[(Field::ItemId, "\"a\""), (Field::Status, "\"quarantined\"")]);
        assert_eq!(read.expect("an item").status, "quarantined");
        let read = item(&[(Field::ItemId, "\"a\"")]);
        assert_eq!(
            read,
            Err(WrongType {
                field: Field::Status,
                found: "absent"
            })
        );
    }

    #[test]
    fn a_wrong_type_in_any_field_is_named() {
        for (field, raw, found) in [
            (Field::ItemName, "5", "a number"),
            (Field::ErrorMessage, "{\"code\":1}", "an object"),
            (Field::StartedAt, "true", "a boolean"),
            (Field::JobRecordId, "[]", "an array"),
        ] {
            let fields = [
                (Field::ItemId, "\"a\""),
                (Field::Status, "\"failed\""),
                (field, raw),
            ];
            let read = item(&fields);
            assert_eq!(read, Err(WrongType { field, found }));
        }
    }

    #[test]
    fn text_that_is_no_time_costs_the_time_and_not_the_item() {
        let read = item(&[
            (Field::ItemId, "\"a\""),
            (Field::Status, "\"completed\""),
            (Field::StartedAt, "\"yesterday\""),
        ])
        .expect("an item");
        assert_eq!(read.unreadable_time, Some(Field::StartedAt));
        assert_eq!(read.started_at, None);
    }

    #[test]
    fn a_job_keeps_what_it_can_and_names_the_rest() {
        let mut wrong = Vec::new();
        let job = JobRecord::read(
            |field| match field {
                Field::Id => Value::from_json("\"bjb-1\""),
                Field::TotalItems => Value::from_json("250.0"),
                Field::FailedItems => Value::from_json("-1"),
                Field::ProgressPercentage => Value::from_json("1e999"),
                _ => Value::Absent,
            },
            &mut wrong,
        )
        .expect("a job");
        assert_eq!(job.total_items, Some(250));
        assert_eq!((job.failed_items, job.progress_percentage), (None, None));
        let fields: Vec<_> = wrong.iter().map(|wrong| wrong.field).collect();
        assert_eq!(fields, [Field::FailedItems, Field::ProgressPercentage]);
    }
}
