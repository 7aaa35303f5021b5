//! Items and jobs, read from the values of their fields.

use std::borrow::Cow;

use super::field::{Field, Value};
use super::time::UtcTime;
use super::{Api, status};

/// A field with a value it cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongType {
    /// The field.
    pub field: Field,
    /// Name of what it holds: "absent", "an object", "no time".
    pub found: &'static str,
    /// The value, if it is text or a number that could not be read.
    pub text: Option<String>,
}

impl WrongType {
    /// A field that holds a value of another type.
    fn of(field: Field, value: &Value<'_>) -> Self {
        let found = match value {
            Value::Absent => "absent",
            other => other.kind(),
        };
        Self {
            field,
            found,
            text: None,
        }
    }

    /// A field that is absent.
    fn absent(field: Field) -> Self {
        Self::of(field, &Value::Absent)
    }
}

/// A field with a text that is no time.
#[derive(Debug, Clone, PartialEq)]
pub struct UnreadableTime<'a> {
    /// The field.
    pub field: Field,
    /// The text.
    pub text: Cow<'a, str>,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemRecord<'a> {
    /// Id of the item.
    pub item_id: Cow<'a, str>,
    /// Name of the item.
    pub item_name: Option<Cow<'a, str>>,
    /// Status word.
    pub status: Cow<'a, str>,
    /// Start of the work on it.
    pub started_at: Option<UtcTime>,
    /// End of the work on it.
    pub completed_at: Option<UtcTime>,
    /// Instant the record describes.
    pub effective_at: Option<UtcTime>,
    /// Reason it failed.
    pub error_message: Option<Cow<'a, str>>,
    /// Reason it was skipped.
    pub skip_reason: Option<Cow<'a, str>>,
    /// Its own `job_id`: the parse or extract job behind it.
    pub processing_job_id: Option<Cow<'a, str>>,
    /// When it began to wait (v2).
    pub pending_at: Option<UtcTime>,
    /// Credits that it cost (v2).
    pub credits: Option<f64>,
    /// Pages that failed of a completed item (v2).
    pub failed_pages: Option<u32>,
    /// First field that holds something which is no time; the time is absent.
    pub unreadable_time: Option<UnreadableTime<'a>>,
    /// First other field that holds a value of a wrong type; the field is absent.
    pub wrong_field: Option<WrongType>,
}

/// The fields of an item, borrowed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ItemFields<'a> {
    /// Id of the item.
    pub item_id: &'a str,
    /// Name of the item.
    pub item_name: Option<&'a str>,
    /// Status word.
    pub status: &'a str,
    /// Start of the work on it.
    pub started_at: Option<UtcTime>,
    /// End of the work on it.
    pub completed_at: Option<UtcTime>,
    /// Instant the record describes.
    pub effective_at: Option<UtcTime>,
    /// Reason it failed.
    pub error_message: Option<&'a str>,
    /// Reason it was skipped.
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
    /// The fields, borrowed.
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
            pending_at: self.pending_at,
            credits: self.credits,
            failed_pages: self.failed_pages,
        }
    }

    /// Reads an item; `value` returns what a field holds. A field of a wrong type is absent in the
    /// result and named there.
    ///
    /// # Errors
    ///
    /// Fails if `item_id` or `status` is absent or no text: such a row cannot be counted as an item.
    #[inline]
    pub fn read(value: impl Fn(Field) -> Value<'a>) -> Result<Self, WrongType> {
        let required = |field, value: Value<'a>| {
            let text = match value {
                Value::Text(text) if !text.trim().is_empty() => text,
                Value::Number(number) if field == Field::ItemId => number.into(),
                Value::Absent | Value::Text(_) => return Err(WrongType::absent(field)),
                other => return Err(WrongType::of(field, &other)),
            };
            Ok(text)
        };
        let item_id = required(Field::ItemId, value(Field::ItemId))?;
        let status = required(Field::Status, value(Field::Status))?;
        let mut unreadable_time = None;
        let mut time = |field| match Time::read(value(field)) {
            Time::Absent => None,
            Time::At(time) => Some(time),
            Time::Unreadable(text) => {
                unreadable_time.get_or_insert(UnreadableTime { field, text });
                None
            }
        };
        let started_at = time(Field::StartedAt);
        let completed_at = time(Field::CompletedAt);
        let effective_at = time(Field::EffectiveAt);
        let pending_at = time(Field::PendingAt);
        let mut wrong_field = None;
        let mut text = |field| {
            value(field).into_text().unwrap_or_else(|value| {
                wrong_field.get_or_insert(WrongType::of(field, &value));
                None
            })
        };
        Ok(Self {
            item_id,
            item_name: text(Field::ItemName),
            status: match status {
                Cow::Borrowed(word) => Cow::Borrowed(status::canonical(word)),
                Cow::Owned(word) => Cow::Owned(status::canonical(&word).to_owned()),
            },
            started_at,
            completed_at,
            effective_at,
            error_message: value(Field::ErrorMessage).into_words(),
            skip_reason: value(Field::SkipReason).into_words(),
            processing_job_id: text(Field::JobId),
            pending_at,
            credits: number(value(Field::Credits)).filter(|credits| credits.is_finite()),
            failed_pages: number(value(Field::FailedPages)).map(|pages| pages as u32),
            unreadable_time,
            wrong_field,
        })
    }
}

/// Number of a field; absent if it holds something else.
fn number(value: Value<'_>) -> Option<f64> {
    match value {
        Value::Text(text) => text.parse().ok(),
        Value::Number(number) => number.parse().ok(),
        Value::Absent | Value::Json(_) => None,
    }
}

/// Value of a field that holds a time.
enum Time<'a> {
    /// No time was set.
    Absent,
    /// A time.
    At(UtcTime),
    /// Something that is no time.
    Unreadable(Cow<'a, str>),
}

impl<'a> Time<'a> {
    fn read(value: Value<'a>) -> Self {
        let (time, text) = match value {
            Value::Absent => return Self::Absent,
            Value::Text(text) if is_absent_time(&text) => return Self::Absent,
            Value::Text(text) => (UtcTime::parse(&text), text),
            Value::Number(number) => (UtcTime::from_epoch(number), number.into()),
            Value::Json(raw) => (UtcTime::from_object(raw), raw.into()),
        };
        match time {
            Some(time) if time.is_zero() => Self::Absent,
            Some(time) => Self::At(time),
            None => Self::Unreadable(text),
        }
    }
}

/// Tells if a text is what tools write into a column of times for "none".
fn is_absent_time(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || is_word_for_nothing(text) || text.starts_with("0000-00-00")
}

/// Tells if a text is what data frames, spreadsheets and databases write for "none".
pub fn is_word_for_nothing(text: &str) -> bool {
    const WORDS: [&str; 13] = [
        "nan", "nat", "none", "null", "<na>", "n/a", "#n/a", "na", "nil", "\\N", "(null)",
        "[null]", "<null>",
    ];
    text.len() <= 6 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// A job as one status record describes it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobRecord {
    /// Generation of the API that the record comes from.
    pub api: Api,
    /// Id of the batch job.
    pub id: String,
    /// parse, extract, classify, or another word.
    pub job_type: Option<Box<str>>,
    /// Project.
    pub project_id: Option<Box<str>>,
    /// Status word.
    pub status: Option<Box<str>>,
    /// Number of items the job states.
    pub total_items: Option<u64>,
    /// End of the job.
    pub completed_at: Option<UtcTime>,
    /// Creation of the job.
    pub created_at: Option<UtcTime>,
    /// Directory it works on.
    pub directory_id: Option<Box<str>>,
    /// Instant this record describes.
    pub effective_at: Option<UtcTime>,
    /// Error of the latest attempt.
    pub error_message: Option<Box<str>>,
    /// Number of failed items.
    pub failed_items: Option<u64>,
    /// Id of this record.
    pub job_record_id: Option<Box<str>>,
    /// Number of processed items, whatever that includes.
    pub processed_items: Option<u64>,
    /// Number of skipped items.
    pub skipped_items: Option<u64>,
    /// Start of the job.
    pub started_at: Option<UtcTime>,
    /// Last change of the record.
    pub updated_at: Option<UtcTime>,
    /// Workflow behind it.
    pub workflow_id: Option<Box<str>>,
    /// Progress, 0–100.
    pub progress_percentage: Option<f64>,
}

impl JobRecord {
    /// Reads a job; `value` returns what a field holds. A field of a wrong type is absent in the
    /// result and named in `wrong`.
    ///
    /// # Errors
    ///
    /// Fails if there is no id: such a record cannot be told from another.
    pub fn read<'a>(
        value: impl Fn(Field) -> Value<'a>,
        wrong: &mut Vec<WrongType>,
    ) -> Result<Self, WrongType> {
        let id = match value(Field::Id).into_text() {
            Ok(Some(id)) if !id.trim().is_empty() => id.into_owned(),
            Ok(_) => return Err(WrongType::absent(Field::Id)),
            Err(other) => return Err(WrongType::of(Field::Id, &other)),
        };
        let mut reader = FieldReader { value, wrong };
        Ok(Self {
            api: Api::V1,
            id,
            job_type: reader.text(Field::JobType),
            project_id: reader.text(Field::ProjectId),
            status: reader
                .text(Field::Status)
                .map(|word| status::canonical(&word).into()),
            total_items: reader.count(Field::TotalItems),
            completed_at: reader.time(Field::CompletedAt),
            created_at: reader.time(Field::CreatedAt),
            directory_id: reader.text(Field::DirectoryId),
            effective_at: reader.time(Field::EffectiveAt),
            error_message: reader.words(Field::ErrorMessage),
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

    /// End of the job; absent while it runs, because the record then holds the end of an earlier
    /// attempt.
    pub fn ended_at(&self) -> Option<UtcTime> {
        let is_open = status::is_open_job(self.status.as_deref());
        self.completed_at.filter(|_| !is_open)
    }

    /// Tells if this record of a job is newer than `other`, which was read before it: the later
    /// `effective_at`, then the later `updated_at`, then this one, which is later in path order. A record
    /// without a time is older than one with a time, so the newest of several does not depend on the
    /// order they are compared in.
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
    fn refuse<T>(&mut self, wrong: WrongType) -> Option<T> {
        self.wrong.push(wrong);
        None
    }

    fn refuse_text<T>(&mut self, field: Field, found: &'static str, text: &str) -> Option<T> {
        self.refuse(WrongType {
            field,
            found,
            text: Some(text.to_owned()),
        })
    }

    fn text(&mut self, field: Field) -> Option<Box<str>> {
        match (self.value)(field).into_text() {
            Ok(text) => text.map(Into::into),
            Err(other) => self.refuse(WrongType::of(field, &other)),
        }
    }

    fn words(&mut self, field: Field) -> Option<Box<str>> {
        (self.value)(field).into_words().map(Into::into)
    }

    /// The text of a number, also of one that was written as text.
    fn number(&mut self, field: Field) -> Option<Cow<'a, str>> {
        match (self.value)(field) {
            Value::Absent => None,
            Value::Number(number) => Some(number.into()),
            Value::Text(text) => {
                let text = text.trim();
                (!text.is_empty() && !is_word_for_nothing(text)).then(|| text.to_owned().into())
            }
            other => self.refuse(WrongType::of(field, &other)),
        }
    }

    fn count(&mut self, field: Field) -> Option<u64> {
        let number = self.number(field)?;
        count(&number).or_else(|| self.refuse_text(field, "no count", &number))
    }

    fn percentage(&mut self, field: Field) -> Option<f64> {
        let number = self.number(field)?;
        let digits = number.strip_suffix('%').unwrap_or(&number).trim_end();
        let value = digits.parse::<f64>().ok();
        value
            .filter(|value| (0.0..=100.0).contains(value))
            .or_else(|| self.refuse_text(field, "no percentage", &number))
    }

    fn time(&mut self, field: Field) -> Option<UtcTime> {
        match Time::read((self.value)(field)) {
            Time::Absent => None,
            Time::At(time) => Some(time),
            Time::Unreadable(text) => self.refuse_text(field, "no time", &text),
        }
    }
}

/// Reads a count, also one that was written as a float.
pub fn count(number: &str) -> Option<u64> {
    number.parse().ok().or_else(|| whole(number))
}

/// A count that was written as a float, as data-frame libraries do if a column has gaps.
fn whole(number: &str) -> Option<u64> {
    let value = number.parse::<f64>().ok()?;
    (value.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&value))
        .then_some(value as u64)
}

#[cfg(test)]
mod tests;
