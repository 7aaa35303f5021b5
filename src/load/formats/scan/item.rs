//! The fields of an item by their places in a text.

use crate::api::{Field, ItemFields, ItemRecord, PlainTimes, UtcTime, Value, WrongType};

/// The place of one of an item's fields in [`Item`]: those come first in [`Field`].
pub(super) type ItemField = u8;
pub(super) const ITEM_FIELDS: usize = 10;
const _: () = assert!(Field::StartedAt as usize == ITEM_FIELDS - 1);

/// Kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// null.
    Absent,
    /// The inside of a string without escapes.
    Text,
    /// Anything else, whole.
    Raw,
}

/// A value as it stands in the text, and where it ends there.
///
/// Its numbers are of one size, and it is only returned by functions that are inlined: to read a structure
/// from memory that has just been written in pieces takes longer than to find the value.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) begin: usize,
    pub(super) end: usize,
    pub(super) behind: usize,
}

/// The fields of an item, by their places in the text.
pub(in super::super) struct Item {
    pub(super) kinds: [Kind; ITEM_FIELDS],
    pub(super) begins: [usize; ITEM_FIELDS],
    pub(super) ends: [usize; ITEM_FIELDS],
    /// Times of the server's form; absent if a time has another form, or is none.
    times: [Option<UtcTime>; ITEM_FIELDS],
    pub(super) has_id: bool,
}

/// Tells if a field is a time.
pub(super) fn is_time(field: ItemField) -> bool {
    const TIMES: [Field; 3] = [Field::StartedAt, Field::CompletedAt, Field::EffectiveAt];
    TIMES.into_iter().any(|time| time as ItemField == field)
}

impl Item {
    pub(in super::super) fn new() -> Self {
        Self {
            kinds: [Kind::Absent; ITEM_FIELDS],
            begins: [0; ITEM_FIELDS],
            ends: [0; ITEM_FIELDS],
            times: [None; ITEM_FIELDS],
            has_id: false,
        }
    }

    /// Takes the value of a field, and reads it if it is a time: the begin of the next value is known by
    /// then, and the processor looks for its end meanwhile.
    #[inline(always)]
    pub(super) fn set(
        &mut self,
        field: ItemField,
        found: Found,
        bytes: &[u8],
        times: &mut PlainTimes,
    ) {
        // Of a key that stands there twice the last counts.
        let place = usize::from(field);
        self.kinds[place] = found.kind;
        self.begins[place] = found.begin;
        self.ends[place] = found.end;
        if found.kind == Kind::Text && is_time(field) {
            let text = bytes.get(found.begin..found.end);
            self.times[place] = text.and_then(|text| times.read(text));
        }
    }

    /// Takes a time of the server's form, which begins there without its quote.
    #[inline(always)]
    pub(super) fn set_time(&mut self, field: ItemField, begin: usize, time: UtcTime) {
        let place = usize::from(field);
        self.kinds[place] = Kind::Text;
        self.begins[place] = begin;
        self.ends[place] = begin + PlainTimes::WHOLE;
        self.times[place] = Some(time);
    }

    /// A field as it stands in the text, without quotes.
    #[inline(always)]
    fn raw<'t>(&self, field: Field, text: &'t str) -> &'t str {
        let field = field as usize;
        &text[self.begins[field]..self.ends[field]]
    }

    /// The text of a field; `None` if it is neither text nor null.
    #[inline(always)]
    fn text<'t>(&self, field: Field, text: &'t str) -> Option<Option<&'t str>> {
        match self.kinds[field as usize] {
            Kind::Absent => Some(None),
            Kind::Text => Some(Some(self.raw(field, text))),
            Kind::Raw => None,
        }
    }

    /// The fields of an item whose values are as in nearly all items: text or null, the times in the
    /// server's form. [`ItemRecord::read`] would make the same of them.
    #[inline(always)]
    pub(in super::super) fn plain<'t>(&self, text: &'t str) -> Option<ItemFields<'t>> {
        let filled = |field: Field| match self.text(field, text)? {
            // What begins with white space may be nothing else.
            Some(text)
                if text
                    .as_bytes()
                    .first()
                    .is_none_or(|byte| *byte <= b' ' || *byte > b'~') =>
            {
                None
            }
            text => Some(text),
        };
        let time = |field: Field| match self.kinds[field as usize] {
            Kind::Absent => Some(None),
            Kind::Text => self.times[field as usize].map(Some),
            Kind::Raw => None,
        };
        Some(ItemFields {
            item_id: filled(Field::ItemId)??,
            item_name: self.text(Field::ItemName, text)?,
            status: filled(Field::Status)??,
            started_at: time(Field::StartedAt)?,
            completed_at: time(Field::CompletedAt)?,
            effective_at: time(Field::EffectiveAt)?,
            error_message: filled(Field::ErrorMessage)?,
            skip_reason: filled(Field::SkipReason)?,
            processing_job_id: self.text(Field::JobId, text)?,
            ..ItemFields::default()
        })
    }

    /// The record of any item.
    #[cold]
    pub(in super::super) fn record<'t>(&self, text: &'t str) -> Result<ItemRecord<'t>, WrongType> {
        ItemRecord::read(|field| match self.kinds.get(field as usize) {
            None | Some(Kind::Absent) => Value::Absent,
            Some(Kind::Text) => Value::Text(self.raw(field, text).into()),
            Some(Kind::Raw) => Value::from_json(self.raw(field, text)),
        })
    }

    /// Tells if this is an item beyond doubt: with an id, and with a status that is no document.
    #[inline(always)]
    pub(super) fn is_plain(&self, text: &str) -> bool {
        let is_document = || self.raw(Field::Status, text).starts_with('{');
        self.has_id && !(self.kinds[Field::Status as usize] == Kind::Raw && is_document())
    }
}
