//! The fields of a JSON object, as they stand in the text: nothing is decoded before the kind of the object
//! is known.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::api::{Field, ItemRecord, Value, WrongType};

/// The values of an object's fields, as they stand in the text.
#[derive(Clone)]
pub(super) struct Fields<'de>([Option<&'de str>; Field::COUNT]);

impl<'de> Fields<'de> {
    pub(super) fn new() -> Self {
        Self([None; Field::COUNT])
    }

    pub(super) fn set(&mut self, field: Field, raw: &'de str) {
        // Of a key that stands there twice the last counts, as in every JSON library.
        self.0[field as usize] = Some(raw);
    }

    pub(super) fn raw(&self, field: Field) -> Option<&'de str> {
        self.0[field as usize]
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.raw(field).is_some()
    }

    pub(super) fn value(&self, field: Field) -> Value<'de> {
        self.raw(field).map_or(Value::Absent, Value::from_json)
    }

    pub(super) fn text(&self, field: Field) -> Option<String> {
        match self.value(field) {
            Value::Text(text) if !text.is_empty() => Some(text.into_owned()),
            _ => None,
        }
    }

    pub(super) fn object(&self, field: Field) -> Option<Fields<'de>> {
        self.raw(field)
            .filter(|raw| raw.starts_with('{'))
            .and_then(Fields::of)
    }

    /// Tells if there is a field, and none but these.
    pub(super) fn are_only(&self, fields: &[Field]) -> bool {
        let there = |field: &&Field| self.has(**field);
        let of_all = self.0.iter().flatten().count();
        of_all > 0 && of_all == fields.iter().filter(there).count()
    }

    /// Tells if this is an item of v1.
    pub(super) fn is_item(&self) -> bool {
        self.has(Field::ItemId)
    }

    /// Tells if this is the record of an item that lacks its id.
    pub(super) fn is_like_an_item(&self) -> bool {
        const OF_ITEMS: [Field; 2] = [Field::ItemName, Field::SkipReason];
        OF_ITEMS.into_iter().any(|field| self.has(field))
    }

    /// Tells if this is a batch job of v1: by its id beside another field, or by two of the fields that other objects with an
    /// id do not have together.
    pub(super) fn is_job(&self) -> bool {
        const OF_JOBS: [Field; 6] = [
            Field::JobType,
            Field::Status,
            Field::TotalItems,
            Field::ProcessedItems,
            Field::FailedItems,
            Field::SkippedItems,
        ];
        if self.is_item() || !self.has(Field::Id) {
            return false;
        }
        let there = OF_JOBS.into_iter().filter(|field| self.has(*field));
        let is_named = || {
            let id = self.text(Field::Id);
            id.is_some_and(|id| id.starts_with("bjb-"))
        };
        there.count() > 1 || !self.are_only(&[Field::Id]) && is_named()
    }

    /// Tells if these are the fields of a v2 job's envelope, in which `items` are parsed content.
    pub(super) fn is_v2_envelope(&self) -> bool {
        const OF_JOBS: [&str; 3] = ["pjb-", "ext-", "cls-"];
        let id = self.object(Field::Job).and_then(|job| job.text(Field::Id));
        id.is_some_and(|id| OF_JOBS.iter().any(|prefix| id.starts_with(prefix)))
    }

    pub(super) fn item(&self) -> Result<ItemRecord<'de>, WrongType> {
        ItemRecord::read(|field| self.value(field))
    }

    /// The fields of a small object.
    pub(super) fn of(raw: &'de str) -> Option<Self> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Fields::new();
                while let Some(field) = map.next_key_seed(Name)? {
                    match field {
                        Some(field) => fields.set(field, map.next_value::<&RawValue>()?.get()),
                        None => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(fields)
            }
        }
        serde_json::Deserializer::from_str(raw)
            .deserialize_map(Object)
            .ok()
    }
}

/// The name of a field, looked up without copying it.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<Field>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Field::from_name(name))
    }
}
