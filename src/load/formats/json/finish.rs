//! The end of an object: its kind is decided, and what it holds is written into the sink.

use super::document::{Level, List, Reader};
use crate::api::{Field, JobRecord, Value, WrongType};
use crate::load::classify::{DocumentKind, Job};
use crate::load::error_answer;
use crate::load::fields::Fields;
use crate::load::note::Fault;
use crate::load::sink::Sink;
use crate::load::tally::Shape;

/// An object that has been read, or that breaks off.
pub(super) struct Object<'s> {
    pub(super) at: usize,
    pub(super) level: Level,
    pub(super) fields: Fields<'s>,
    pub(super) list: Option<List>,
    /// There is an `items` that is null.
    pub(super) empty_list: bool,
    /// It has keys that no document of v1 has.
    pub(super) others: bool,
}

/// Writes an object into the sink; `raw` is its text if it is complete, because an item or a job that
/// breaks off is none. Returns true if it is of the API.
pub(super) fn finish(
    reader: &mut Reader<'_, '_, '_, '_>,
    object: &Object<'_>,
    raw: Option<&str>,
) -> bool {
    let kind = DocumentKind::of(&object.fields, raw);
    if object.level == Level::Listed {
        if let Some(raw) = raw
            && object.list.is_none()
        {
            finish_listed(reader, object, kind, raw);
        }
        // A page where an item should be belongs to the list around it.
        return true;
    }
    let sink = &mut *reader.sink;
    match kind {
        DocumentKind::Summary if object.list.is_none() => {
            sink.count(Shape::Summary);
            return true;
        }
        DocumentKind::Manifest => {
            sink.count(Shape::Manifest);
            return true;
        }
        DocumentKind::V2(document) => {
            if let Some(list) = object.list {
                sink.forget_strangers(list.mark);
            }
            sink.count(Shape::V2);
            sink.v2(*document);
            return true;
        }
        _ => {}
    }
    let (job, shape) = match &kind {
        DocumentKind::Status(job) => (Some(take_job(sink, job, object.at)), Shape::Status),
        DocumentKind::Job(job) => (Some(take_job(sink, job, object.at)), Shape::Job),
        _ => (None, Shape::Page),
    };
    if let Some(list) = list_of(sink, object, job.is_some(), raw.is_some()) {
        if job.is_some() {
            sink.count(shape);
        }
        // A list of jobs has a total of its own, which is no count of items.
        if list.others > 0 && sink.next_row() == list.first_row {
            sink.resolve_strangers(list.mark, true);
            sink.count(match list.are_v2 {
                true => Shape::V2,
                false => Shape::Job,
            });
        } else {
            finish_list(sink, object, list, job);
        }
        return true;
    }
    match kind {
        _ if job.is_some() => {
            sink.count(shape);
            true
        }
        DocumentKind::Item => {
            if raw.is_some() {
                name_job(sink, &object.fields);
                sink.loose_item(object.fields.item(), Some(object.at));
            }
            raw.is_some()
        }
        _ => raw.is_some_and(|raw| finish_unknown(reader, object, raw)),
    }
}

/// The list that an object is, or holds; an empty one may be left out, but not beside keys that no list
/// of ours has.
fn list_of(
    sink: &mut Sink<'_, '_>,
    object: &Object<'_>,
    has_job: bool,
    is_complete: bool,
) -> Option<List> {
    const OF_A_PAGE: [Field; 2] = [Field::TotalSize, Field::NextPageToken];
    let fields = &object.fields;
    let is_page = OF_A_PAGE.iter().any(|field| fields.has(*field));
    let Some(list) = object.list else {
        let is_bare = !object.others && fields.are_only(&OF_A_PAGE);
        let is_empty = is_complete && (is_bare || is_page && object.empty_list);
        return is_empty.then(|| List::new(sink));
    };
    let is_ours = is_page
        || has_job
        || fields.has(Field::Options)
        || list.in_body
        || list.others > 0
        || sink.next_row() > list.first_row
        || sink.has_unreadable_rows();
    let is_empty = !object.others && !sink.has_strangers_since(list.mark);
    if is_ours || is_empty {
        return Some(list);
    }
    sink.forget_strangers(list.mark);
    None
}

fn finish_list(
    sink: &mut Sink<'_, '_>,
    object: &Object<'_>,
    list: List,
    job: Option<Option<String>>,
) {
    let fields = &object.fields;
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
    let shape = match (&options, &job) {
        (_, Some(_)) => Shape::Combined,
        (Some(_), None) => Shape::SdkPage,
        (None, None) if list.in_body => Shape::SdkPage,
        (None, None) => Shape::Page,
    };
    sink.count(shape);
    let total_size = list.total_size.or_else(|| {
        count(&fields.value(Field::TotalSize)).filter(|total| *total > 0 || shape != Shape::SdkPage)
    });
    sink.resolve_strangers(list.mark, true);
    let id = job.flatten().or(path_id).or(beside);
    sink.list(list.first_row, id, total_size, filter);
}

/// The fault of an object in a list of items that has no id.
const NO_ITEM_ID: Fault = Fault::Field(WrongType {
    field: Field::ItemId,
    found: "absent",
    text: None,
});

/// Writes an element of a list.
fn finish_listed(
    reader: &mut Reader<'_, '_, '_, '_>,
    object: &Object<'_>,
    kind: DocumentKind<'_>,
    raw: &str,
) {
    let sink = &mut *reader.sink;
    let at = object.at;
    match kind {
        DocumentKind::Job(job) | DocumentKind::Status(job) => {
            take_job(sink, &job, at);
        }
        DocumentKind::Item => {
            name_job(sink, &object.fields);
            sink.item(object.fields.item(), Some(at));
        }
        DocumentKind::V2(document) => sink.v2(*document),
        _ if object.fields.is_like_an_item() => sink.unreadable(|| NO_ITEM_ID, Some(at)),
        _ if may_wrap(raw) && reader.wrapped_members(at, Level::Listed) => {}
        _ => reader.sink.stranger(|| NO_ITEM_ID, at),
    }
}

/// Writes an object that is no document by itself: it may wrap some, be an error response, or nothing of
/// the API. Returns true if it is of the API.
fn finish_unknown(reader: &mut Reader<'_, '_, '_, '_>, object: &Object<'_>, text: &str) -> bool {
    let fields = &object.fields;
    let raw = |field| fields.raw(field).filter(|raw| *raw != "null");
    let detail = raw(Field::Detail);
    if detail.is_none() && may_wrap(text) && reader.wrapped_members(object.at, object.level) {
        return true;
    }
    let is_inside = reader.is_inside();
    let sink = &mut *reader.sink;
    if fields.is_like_an_item() {
        sink.unreadable(|| NO_ITEM_ID, Some(object.at));
        return false;
    }
    if is_inside {
        return false;
    }
    let detail = detail
        .or_else(|| raw(Field::Error))
        .or_else(|| raw(Field::Message));
    let status = sink.current_http_status();
    match detail {
        Some(raw) => sink.error_response(error_answer::of_detail(raw, status)),
        None if object.level == Level::Top => {
            sink.foreign(|| Fault::ForeignObject, Some(object.at));
        }
        None => sink.stranger(|| Fault::ForeignObject, object.at),
    }
    false
}

/// Tells if an object may hold documents: objects, arrays, or strings of JSON.
fn may_wrap(raw: &str) -> bool {
    memchr::memchr2(b'{', b'[', &raw.as_bytes()[1..]).is_some()
}

/// Sets the batch job that an item names itself, if it does.
fn name_job(sink: &mut Sink<'_, '_>, item: &Fields<'_>) {
    if let Some(id) = item.text(Field::BatchJobId) {
        sink.name_job(&id);
    }
}

/// Takes a job; returns its id.
fn take_job(sink: &mut Sink<'_, '_>, job: &Job<'_>, at: usize) -> Option<String> {
    let mut wrong = Vec::new();
    let value = |field| match (field, job.progress) {
        (Field::ProgressPercentage, Some(raw)) => Value::from_json(raw),
        _ => job.fields.value(field),
    };
    let record = JobRecord::read(value, &mut wrong);
    let id = record.as_ref().ok().map(|job| job.id.clone());
    sink.job(record, wrong, Some(at));
    id
}

/// Reads a count, also one in quotes.
pub(super) fn count(value: &Value<'_>) -> Option<u64> {
    match value {
        Value::Number(number) => crate::api::record::count(number),
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
