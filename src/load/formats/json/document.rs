//! One JSON document in, rows in the column builders out.
//!
//! A document is recognised while it streams by, so that nothing of it is held but the fields of
//! the object at hand: the elements of its `items` go into the columns one by one, and what the
//! document is (a page, a status, both, an SDK's page object, an item by itself …) is decided at
//! its end, or where it breaks off.

mod finish;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

use self::finish::count;
use super::object::{Fields, Name};
use crate::api::{Field, Value};
use crate::load::note::Fault;
use crate::load::sink::FileReader;
use crate::load::tally::Shape;

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
pub(in crate::load::formats) fn read_document(
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
    fn refuse(self, what: &'static str) {
        let fault = || Fault::NotAnItem(what);
        if self.level == Level::Listed {
            *self.found = true;
            self.reader.unreadable(fault, None);
        } else {
            self.reader.foreign(fault, None);
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
            others: false,
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
    /// Whether it has keys that no document of the API has.
    others: bool,
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
                Some(Field::Items) if self.is_summary() => {
                    map.next_value::<IgnoredAny>()?;
                }
                Some(Field::Items) => self.read_list(map, false)?,
                Some(Field::Body) => self.read_list(map, true)?,
                Some(field) => self.fields.set(field, map.next_value()?),
                None => {
                    self.others = true;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    /// Whether what has been read so far is the head of a summary of ours, whose items are no record.
    fn is_summary(&self) -> bool {
        let generator = self.fields.object(Field::Generator);
        self.fields.has(Field::SchemaVersion) && generator.is_some()
    }

    fn read_list<A: MapAccess<'de>>(&mut self, map: &mut A, in_body: bool) -> Result<(), A::Error> {
        // The body of an SDK's page object and the object itself hold the same items: those that
        // come first are taken, whichever that is.
        let taken = self.list.is_some_and(|list| {
            let is_filled = list.jobs > 0 || self.reader.has_rows_since(list.first_row);
            list.in_body != in_body && is_filled
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
}

/// Ends a page whose list has been read already, from `first_row` on; `fields` are the others.
pub(in crate::load::formats) fn finish_page(
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
        others: false,
    }
    .finish(true)
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
    fn refuse(self, what: &'static str) {
        if !self.in_body {
            self.reader.foreign(|| Fault::NotAList(what), None);
        }
    }
}
