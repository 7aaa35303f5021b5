//! The fields of a JSON object, as they stand in the text: nothing is decoded before it is known
//! what the object is.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::api::{Field, ItemRecord, Value, WrongType};

/// The values of an object's fields, as they stand in the text.
pub(in crate::load) struct Fields<'de>([Option<&'de str>; Field::COUNT]);

impl<'de> Fields<'de> {
    pub(in crate::load) fn new() -> Self {
        Self([None; Field::COUNT])
    }

    pub(in crate::load) fn set(&mut self, field: Field, raw: &'de RawValue) {
        // Of a key that stands there twice the last counts, as in every JSON library.
        self.0[field as usize] = Some(raw.get());
    }

    pub(in crate::load) fn raw(&self, field: Field) -> Option<&'de str> {
        self.0[field as usize]
    }

    pub(in crate::load) fn has(&self, field: Field) -> bool {
        self.raw(field).is_some()
    }

    pub(in crate::load) fn value(&self, field: Field) -> Value<'de> {
        self.raw(field).map_or(Value::Absent, Value::from_json)
    }

    pub(in crate::load) fn text(&self, field: Field) -> Option<String> {
        match self.value(field) {
            Value::Text(text) if !text.is_empty() => Some(text.into_owned()),
            _ => None,
        }
    }

    pub(in crate::load) fn object(&self, field: Field) -> Option<Fields<'de>> {
        self.raw(field)
            .filter(|raw| raw.starts_with('{'))
            .and_then(fields_of)
    }

    /// Something that stands where the object stands.
    pub(in crate::load) fn part(&self) -> Option<&'de str> {
        self.raw(Field::ItemId).or_else(|| {
            self.0
                .iter()
                .flatten()
                .min_by_key(|raw| raw.as_ptr() as usize)
                .copied()
        })
    }

    /// Whether there is a field, and none but these.
    pub(in crate::load) fn are_only(&self, fields: &[Field]) -> bool {
        let there = |field: &&Field| self.has(**field);
        let of_all = self.0.iter().flatten().count();
        of_all > 0 && of_all == fields.iter().filter(there).count()
    }

    pub(in crate::load) fn is_item(&self) -> bool {
        self.has(Field::ItemId)
    }

    pub(in crate::load) fn is_job(&self) -> bool {
        !self.is_item()
            && self.has(Field::Id)
            && ([
                Field::JobType,
                Field::TotalItems,
                Field::ProjectId,
                Field::ProcessedItems,
            ]
            .into_iter()
            .any(|field| self.has(field))
                || self
                    .text(Field::Id)
                    .is_some_and(|id| id.starts_with("bjb-")))
    }

    pub(in crate::load) fn item(&self) -> Result<ItemRecord<'de>, WrongType> {
        ItemRecord::read(|field| self.value(field))
    }
}

/// The fields of a small object.
fn fields_of(raw: &str) -> Option<Fields<'_>> {
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
                    Some(field) => fields.set(field, map.next_value()?),
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

/// The name of a field, looked up without copying it.
pub(in crate::load) struct Name;

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
