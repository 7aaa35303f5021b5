//! One JSON document in, rows in the column builders out.
//!
//! A document is recognised while it streams by, so that nothing of it is held but the fields of
//! the object at hand: the elements of its `items` go into the columns one by one, and what the
//! document is (a page, a status, both, an SDK's page object, an item by itself …) is decided at
//! its end, or where it breaks off.

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

use super::error_answer;
use super::object::{Fields, Name};
use super::reader::{FileReader, Shape};
use crate::api::{Field, JobRecord, Value};

/// The methods of a visitor that refuses what is neither null, nor an array, nor an object.
macro_rules! refuse_scalars {
    () => {
        fn visit_bool<E>(self, _: bool) -> Result<(), E> {
            self.refuse("a boolean");
            Ok(())
        }

        fn visit_i64<E>(self, _: i64) -> Result<(), E> {
            self.refuse("a number");
            Ok(())
        }

        fn visit_u64<E>(self, _: u64) -> Result<(), E> {
            self.refuse("a number");
            Ok(())
        }

        fn visit_f64<E>(self, _: f64) -> Result<(), E> {
            self.refuse("a number");
            Ok(())
        }

        fn visit_str<E>(self, _: &str) -> Result<(), E> {
            self.refuse("text");
            Ok(())
        }
    };
}

/// Reads the document a text begins with; gives its length.
///
/// # Errors
///
/// Where the text is no JSON or breaks off; everything complete before that has been taken.
pub(super) fn read_document(
    text: &str,
    reader: &mut FileReader<'_, '_>,
) -> Result<usize, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut shape_found = false;
    let result = Node {
        reader,
        level: Level::Top,
        found: &mut shape_found,
    }
    .deserialize(&mut deserializer);
    if shape_found {
        reader.documents(1);
    }
    result?;
    Ok(deserializer.into_iter::<IgnoredAny>().byte_offset())
}

/// What stands at a place of a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// The document itself.
    Top,
    /// An element of an array that is the document.
    Element,
    /// An element of an array in that array, as pages that were put side by side are.
    Nested,
    /// An element of a list's `items`.
    Listed,
}

/// Something that may be a document, or an element of one.
struct Node<'r, 'b, 't> {
    reader: &'r mut FileReader<'b, 't>,
    level: Level,
    /// Set where it is something of the API.
    found: &'r mut bool,
}

impl<'de> DeserializeSeed<'de> for Node<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Node<'_, '_, '_> {
    fn refuse(self, what: &str) {
        let words = format!("{what} where an item should be");
        if self.level == Level::Listed {
            *self.found = true;
            self.reader.unreadable(&words, None);
        } else {
            self.reader.foreign(&words, None);
        }
    }
}

impl<'de> Visitor<'de> for Node<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document of the batch-processing API")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        Object {
            reader: self.reader,
            level: self.level,
            fields: Fields::new(),
            list: None,
            empty_list: false,
        }
        .read(map, self.found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let level = match self.level {
            Level::Top => Level::Element,
            Level::Element => Level::Nested,
            Level::Nested | Level::Listed => {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                self.refuse("an array");
                return Ok(());
            }
        };
        let start = self.reader.next_row();
        let mut empty = true;
        while seq
            .next_element_seed(Node {
                reader: self.reader,
                level,
                found: self.found,
            })?
            .is_some()
        {
            empty = false;
        }
        if empty {
            *self.found = true;
            self.reader.count(Shape::Page);
            self.reader.list(start, None, None, None);
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.refuse("null");
        Ok(())
    }

    refuse_scalars!();
}

/// The `items` of a list, while the rest of its object is read.
#[derive(Clone, Copy)]
struct List {
    first_row: usize,
    /// Whether it came from the `body` of an SDK's page object, which holds the same items again
    /// beside it.
    in_body: bool,
    /// What `total_size` the body states.
    total_size: Option<u64>,
    jobs: u64,
}

/// An object while it is read.
struct Object<'r, 'b, 't, 'de> {
    reader: &'r mut FileReader<'b, 't>,
    level: Level,
    fields: Fields<'de>,
    list: Option<List>,
    /// Whether there is an `items` that is null.
    empty_list: bool,
}

impl<'de> Object<'_, '_, '_, 'de> {
    fn read<A: MapAccess<'de>>(mut self, mut map: A, found: &mut bool) -> Result<(), A::Error> {
        let result = self.read_fields(&mut map);
        *found |= self.finish(result.is_ok());
        result
    }

    fn read_fields<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key_seed(Name)? {
            match field {
                Some(Field::Items) => self.read_list(map, false)?,
                Some(Field::Body) => self.read_list(map, true)?,
                Some(field) => self.fields.set(field, map.next_value()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn read_list<A: MapAccess<'de>>(&mut self, map: &mut A, in_body: bool) -> Result<(), A::Error> {
        // The body of an SDK's page object and the object itself hold the same items: those that
        // come first are taken, whichever that is.
        let taken = self.list.is_some_and(|list| {
            list.in_body != in_body && self.reader.has_rows_since(list.first_row)
        });
        let mut listed = None;
        let result = map.next_value_seed(Listed {
            reader: self.reader,
            list: &mut listed,
            in_body,
            in_page: false,
            skip: taken,
        });
        self.empty_list |= listed.is_none() && !in_body;
        if let Some(listed) = listed {
            self.list = Some(match self.list {
                Some(before) => List {
                    first_row: before.first_row,
                    in_body: before.in_body || listed.in_body,
                    total_size: before.total_size.or(listed.total_size),
                    jobs: before.jobs + listed.jobs,
                },
                None => listed,
            });
        }
        result
    }

    /// Decides what the object was. `complete` tells whether it was read to its end: an item or a
    /// job that breaks off is none.
    fn finish(self, complete: bool) -> bool {
        let Self {
            reader,
            level,
            fields,
            list,
            empty_list,
        } = self;
        if level == Level::Listed {
            // A page where an item should be: pages that were put into one list.
            if complete && list.is_none() {
                finish_listed(reader, &fields);
            }
            return true;
        }
        if list.is_none() && fields.has(Field::SchemaVersion) && fields.has(Field::Generator) {
            if complete {
                reader.count(Shape::Summary);
            }
            return complete;
        }
        if fields.has(Field::SnapshotVersion) && fields.has(Field::Generator) {
            reader.count(Shape::Manifest);
            return true;
        }
        let is_page = fields.has(Field::TotalSize) || fields.has(Field::NextPageToken);
        let list = list.or((empty_list && is_page && complete).then(|| List {
            first_row: reader.next_row(),
            in_body: false,
            total_size: None,
            jobs: 0,
        }));
        let job = finish_job(reader, &fields, complete);
        let has_job = job.is_some();
        match list {
            // A list of jobs has a total of its own, which is no count of items.
            Some(list) if list.jobs > 0 && reader.next_row() == list.first_row => {
                reader.count(Shape::Job);
                true
            }
            Some(list) => {
                let options = fields.object(Field::Options);
                let path_id = options
                    .as_ref()
                    .and_then(|options| batch_id_in_path(&options.text(Field::Path)?));
                let filter = options
                    .as_ref()
                    .and_then(|options| options.object(Field::Query))
                    .and_then(|query| query.text(Field::Status));
                let beside = fields.text(Field::BatchJobId).or_else(|| {
                    fields
                        .text(Field::JobId)
                        .filter(|id| id.starts_with("bjb-"))
                });
                let shape = match (&options, has_job) {
                    (_, true) => Shape::Combined,
                    (Some(_), false) => Shape::SdkPage,
                    (None, false) if list.in_body => Shape::SdkPage,
                    (None, false) => Shape::Page,
                };
                reader.count(shape);
                let total_size = list.total_size.or_else(|| {
                    count(&fields.value(Field::TotalSize))
                        .filter(|total| *total > 0 || shape != Shape::SdkPage)
                });
                reader.list(
                    list.first_row,
                    job.flatten().or(path_id).or(beside),
                    total_size,
                    filter,
                );
                true
            }
            None if has_job => true,
            None if fields.is_item() => {
                if complete {
                    reader.loose_item(fields.item(), fields.part());
                }
                complete
            }
            None if complete => {
                finish_foreign(reader, &fields);
                false
            }
            None => false,
        }
    }
}

/// Ends a page whose list has been read already, from `first_row` on; `fields` are the others.
pub(super) fn finish_page(
    reader: &mut FileReader<'_, '_>,
    fields: Fields<'_>,
    first_row: usize,
) -> bool {
    let list = List {
        first_row,
        in_body: false,
        total_size: None,
        jobs: 0,
    };
    Object {
        reader,
        level: Level::Top,
        fields,
        list: Some(list),
        empty_list: false,
    }
    .finish(true)
}

/// An object that is none of the documents: an error answer, or nothing of ours.
fn finish_foreign(reader: &mut FileReader<'_, '_>, fields: &Fields<'_>) {
    let status = reader.current_http_status();
    let detail = [Field::Detail, Field::Error, Field::Message]
        .into_iter()
        .find_map(|field| fields.raw(field).filter(|raw| *raw != "null"));
    match detail {
        _ if fields.has(Field::ItemName) => {
            reader.unreadable("`item_id` is missing", fields.part());
        }
        Some(raw) => reader.error_answer(error_answer::of_detail(raw, status)),
        None => reader.foreign("an object that is neither an item nor a job", fields.part()),
    }
}

fn finish_listed(reader: &mut FileReader<'_, '_>, fields: &Fields<'_>) {
    if fields.is_job() {
        take_job(reader, fields, None);
    } else if fields.is_item() {
        reader.item(fields.item(), fields.part());
    } else {
        reader.unreadable("`item_id` is missing", fields.part());
    }
}

/// Takes the job of a status document, of a combined object, or one that stands by itself. The
/// outer result tells whether there was one, the inner one its id.
fn finish_job(
    reader: &mut FileReader<'_, '_>,
    fields: &Fields<'_>,
    complete: bool,
) -> Option<Option<String>> {
    if let Some(job) = fields.object(Field::Job).filter(|job| job.has(Field::Id)) {
        reader.count(Shape::Status);
        return Some(take_job(
            reader,
            &job,
            fields.raw(Field::ProgressPercentage),
        ));
    }
    if let Some(status) = fields.object(Field::Status) {
        let job = status.object(Field::Job);
        let progress = status
            .raw(Field::ProgressPercentage)
            .or(fields.raw(Field::ProgressPercentage));
        let job = job.as_ref().unwrap_or(&status);
        if job.is_job() {
            reader.count(Shape::Status);
            return Some(take_job(reader, job, progress));
        }
    }
    if complete && fields.is_job() {
        reader.count(Shape::Job);
        return Some(take_job(reader, fields, None));
    }
    None
}

fn take_job(
    reader: &mut FileReader<'_, '_>,
    fields: &Fields<'_>,
    progress: Option<&str>,
) -> Option<String> {
    let mut wrong = Vec::new();
    let value = |field| match (field, progress) {
        (Field::ProgressPercentage, Some(raw)) => Value::from_json(raw),
        _ => fields.value(field),
    };
    let job = JobRecord::read(value, &mut wrong);
    let id = job.as_ref().ok().map(|job| job.id.clone());
    reader.job(job, &wrong, fields.part());
    id
}

fn count(value: &Value<'_>) -> Option<u64> {
    match value {
        Value::Number(number) => crate::api::record::count(number),
        // Some writers quote numbers.
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

/// The batch job of `/api/v1/beta/batch-processing/<id>/items`.
fn batch_id_in_path(path: &str) -> Option<String> {
    let rest = path.split("/batch-processing/").nth(1)?;
    let id = rest.split(['/', '?', '#']).next()?;
    (!id.is_empty()).then(|| id.to_owned())
}

/// The value of `items`, or of `body`; `list` is set where it is a list.
struct Listed<'r, 'b, 't> {
    reader: &'r mut FileReader<'b, 't>,
    list: &'r mut Option<List>,
    in_body: bool,
    /// Whether it is the list of a page in that place: one level of pages is enough.
    in_page: bool,
    /// Whether the same items have been read already.
    skip: bool,
}

impl<'de> DeserializeSeed<'de> for Listed<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Listed<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self {
            reader,
            list,
            in_body,
            skip,
            ..
        } = self;
        let jobs_before = reader.jobs();
        let list = list.insert(List {
            first_row: reader.next_row(),
            in_body,
            total_size: None,
            jobs: 0,
        });
        if skip {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let result = loop {
            let node = Node {
                reader,
                level: Level::Listed,
                found: &mut false,
            };
            match seq.next_element_seed(node) {
                Ok(Some(())) => {}
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        list.jobs = reader.jobs() - jobs_before;
        result
    }

    /// A page within the object: an SDK's `body`.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self {
            reader,
            list,
            in_body,
            in_page,
            skip,
        } = self;
        let mut total_size = None;
        let result = loop {
            let field = match map.next_key_seed(Name) {
                Ok(Some(field)) => field,
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            };
            let read = match field {
                Some(Field::Items) if list.is_none() && !in_page => map.next_value_seed(Listed {
                    reader,
                    list,
                    in_body,
                    in_page: true,
                    skip,
                }),
                Some(Field::TotalSize) => map.next_value().map(|raw: &RawValue| {
                    total_size = count(&Value::from_json(raw.get()));
                }),
                _ => map.next_value::<IgnoredAny>().map(|_| ()),
            };
            if let Err(error) = read {
                break Err(error);
            }
        };
        if let Some(list) = list {
            list.total_size = total_size;
        }
        result
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    refuse_scalars!();
}

impl Listed<'_, '_, '_> {
    fn refuse(self, what: &str) {
        if !self.in_body {
            self.reader
                .foreign(&format!("{what} where the list of items should be"), None);
        }
    }
}
