//! What an object was, which is decided when it has been read, or where it breaks off.

use super::{Level, List, Object};
use crate::api::{Field, JobRecord, Value, WrongType};
use crate::load::error_answer;
use crate::load::formats::json::object::Fields;
use crate::load::note::Fault;
use crate::load::sink::FileReader;
use crate::load::tally::Shape;

impl Object<'_, '_, '_, '_> {
    /// Decides what the object was. `complete` tells whether it was read to its end: an item or a
    /// job that breaks off is none.
    pub(super) fn finish(self, complete: bool) -> bool {
        let Self {
            reader,
            level,
            fields,
            list,
            empty_list,
            others,
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
        let of_page = [Field::TotalSize, Field::NextPageToken];
        let is_page = of_page.iter().any(|field| fields.has(*field));
        // None of the keys of a page is required; but what has another is no page without its items.
        let is_bare = !others && fields.are_only(&of_page);
        let is_empty = complete && (is_bare || is_page && empty_list);
        let list = list.or(is_empty.then(|| List {
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
                    name_job(reader, &fields);
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

/// The fault of an object in a list of items that has no id.
const NO_ITEM_ID: Fault = Fault::Field(WrongType {
    field: Field::ItemId,
    found: "absent",
    text: None,
});

/// An object that is none of the documents: an error answer, or nothing of ours.
fn finish_foreign(reader: &mut FileReader<'_, '_>, fields: &Fields<'_>) {
    let status = reader.current_http_status();
    let detail = [Field::Detail, Field::Error, Field::Message]
        .into_iter()
        .find_map(|field| fields.raw(field).filter(|raw| *raw != "null"));
    match detail {
        _ if fields.has(Field::ItemName) => {
            reader.unreadable(|| NO_ITEM_ID, fields.part());
        }
        Some(raw) => reader.error_answer(error_answer::of_detail(raw, status)),
        None => reader.foreign(|| Fault::ForeignObject, fields.part()),
    }
}

fn finish_listed(reader: &mut FileReader<'_, '_>, fields: &Fields<'_>) {
    if fields.is_job() {
        take_job(reader, fields, None);
    } else if fields.is_item() {
        name_job(reader, fields);
        reader.item(fields.item(), fields.part());
    } else {
        reader.unreadable(|| NO_ITEM_ID, fields.part());
    }
}

/// Says which batch job the next item names itself, if it does.
fn name_job(reader: &mut FileReader<'_, '_>, item: &Fields<'_>) {
    if let Some(id) = item.text(Field::BatchJobId) {
        reader.name_job(&id);
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

pub(super) fn count(value: &Value<'_>) -> Option<u64> {
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
