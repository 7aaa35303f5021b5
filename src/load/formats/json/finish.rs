//! The end of an object: its kind is decided, and what it holds is written into the sink.

use crate::api::{Field, JobRecord, Value, WrongType};
use crate::load::classify::{DocumentKind, Job};
use crate::load::error_answer;
use crate::load::fields::Fields;
use crate::load::note::Fault;
use crate::load::sink::{Checkpoint, Mark, Sink};
use crate::load::tally::Shape;

/// Place of a value in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// The document itself.
    Top,
    /// An element of an array that is the document.
    Element,
    /// An element of an array in that array, as of pages that were put side by side.
    Nested,
    /// An element of a list's `items`.
    Listed,
}

/// The `items` of a list, while the rest of its object is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    pub(super) first_row: usize,
    /// Strangers before it.
    pub(super) mark: Mark,
    /// It came from the `body` of an SDK's page object, which holds the same items again beside it.
    pub(super) in_body: bool,
    /// `total_size` of the body.
    pub(super) total_size: Option<u64>,
    /// Jobs and documents of v2 in it.
    pub(super) others: u64,
    /// There are documents of v2 in it.
    pub(super) are_v2: bool,
    /// State of the sink before it.
    pub(super) before: Checkpoint,
}

impl List {
    /// A list that begins with the next row.
    pub(super) fn new(sink: &Sink<'_, '_>) -> Self {
        Self {
            first_row: sink.next_row(),
            mark: sink.mark(),
            in_body: false,
            total_size: None,
            others: 0,
            are_v2: false,
            before: sink.checkpoint(),
        }
    }
}

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

/// Outcome of an object.
pub(super) enum Outcome {
    /// It is of the API or not, and has been written.
    Ours(bool),
    /// It is no document by itself, but may wrap some; if it does not, it is foreign.
    MayWrap,
    /// It neither is a document nor wraps any: [`finish_foreign`] has to be told.
    Foreign,
}

/// Writes an object into the sink; `raw` is its text if it is complete, because an item or a job that
/// breaks off is none.
pub(super) fn finish(sink: &mut Sink<'_, '_>, object: &Object<'_>, raw: Option<&str>) -> Outcome {
    let kind = DocumentKind::of(&object.fields, raw);
    if object.level == Level::Listed {
        if let Some(raw) = raw
            && object.list.is_none()
        {
            return finish_listed(sink, object, kind, raw);
        }
        // A page where an item should be belongs to the list around it.
        return Outcome::Ours(true);
    }
    match kind {
        DocumentKind::Summary if object.list.is_none() => {
            sink.count(Shape::Summary);
            return Outcome::Ours(true);
        }
        DocumentKind::Manifest => {
            sink.count(Shape::Manifest);
            return Outcome::Ours(true);
        }
        DocumentKind::V2(document) => {
            // The items beside a job of v2 are parsed content.
            if let Some(list) = object.list {
                sink.take_back(list.before);
            }
            sink.count(Shape::V2);
            sink.v2(*document);
            return Outcome::Ours(true);
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
        return Outcome::Ours(true);
    }
    match kind {
        _ if job.is_some() => {
            sink.count(shape);
            Outcome::Ours(true)
        }
        DocumentKind::Item => {
            if raw.is_some() {
                name_job(sink, &object.fields);
                sink.loose_item(object.fields.item(), Some(object.at));
            }
            Outcome::Ours(raw.is_some())
        }
        _ => match raw {
            Some(raw) if may_wrap(raw) && !is_error_response(object) => Outcome::MayWrap,
            Some(_) => Outcome::Foreign,
            None => Outcome::Ours(false),
        },
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
    sink: &mut Sink<'_, '_>,
    object: &Object<'_>,
    kind: DocumentKind<'_>,
    raw: &str,
) -> Outcome {
    match kind {
        DocumentKind::Job(job) | DocumentKind::Status(job) => {
            take_job(sink, &job, object.at);
        }
        DocumentKind::Item => {
            name_job(sink, &object.fields);
            sink.item(object.fields.item(), Some(object.at));
        }
        DocumentKind::V2(document) => sink.v2(*document),
        _ if may_wrap(raw) && !object.fields.is_like_an_item() => return Outcome::MayWrap,
        _ => return Outcome::Foreign,
    }
    Outcome::Ours(true)
}

/// Writes an object that neither is a document nor wraps any: a row without an id, an error response, or
/// nothing of the API. In a wrapper (`is_inside`) it is not counted.
pub(super) fn finish_foreign(sink: &mut Sink<'_, '_>, object: &Object<'_>, is_inside: bool) {
    let fields = &object.fields;
    let raw = |field| fields.raw(field).filter(|raw| *raw != "null");
    let at = object.at;
    if fields.is_like_an_item() {
        return sink.unreadable(|| NO_ITEM_ID, Some(at));
    }
    if object.level == Level::Listed {
        return sink.stranger(|| NO_ITEM_ID, at);
    }
    if is_inside {
        return;
    }
    let detail = [Field::Detail, Field::Error, Field::Message]
        .into_iter()
        .find_map(raw);
    let status = sink.current_http_status();
    match detail {
        Some(raw) => sink.error_response(error_answer::of_detail(raw, status)),
        None if object.level == Level::Top => sink.foreign(|| Fault::ForeignObject, Some(at)),
        None => sink.stranger(|| Fault::ForeignObject, at),
    }
}

/// Tells if an object is the server's error response, whose details may repeat what was sent.
fn is_error_response(object: &Object<'_>) -> bool {
    let detail = object.fields.raw(Field::Detail);
    detail.is_some_and(|raw| raw != "null")
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
