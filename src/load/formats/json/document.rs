//! One JSON document in, rows out.
//!
//! A document is recognised while it streams by, so nothing of it is held but the fields of the object at
//! hand: the elements of its `items` go into the sink one by one, and the kind of the document (a page, a
//! status, both, an SDK's page object, an item by itself …) is decided at its end, or where it breaks off.

use super::finish::{self, Level, List, Object, Outcome};
use crate::api::{Field, Value};
use crate::load::fields::Fields;
use crate::load::formats::scan::{Broken, Item, Next, Scan, Skeleton};
use crate::load::note::Fault;
use crate::load::sink::{Origin, Sink};

/// Reads the document that begins at `at`, and any items that follow an item; returns where it ends, and
/// whether it is of the API.
///
/// # Errors
///
/// Fails if the text is no JSON or breaks off; everything complete before that has been taken.
pub(in crate::load::formats) fn read_document(
    text: &str,
    at: usize,
    sink: &mut Sink<'_, '_>,
    skeleton: &mut Skeleton,
) -> Result<(usize, bool), Broken> {
    let mut reader = Reader {
        scan: Scan::of(text),
        sink,
        skeleton,
        item: Item::new(),
        depth: 0,
        lists: 0,
    };
    if let Some(end) = reader.loose_items(at) {
        return Ok((end, true));
    }
    let mut found = false;
    let result = reader.node(at, Level::Top, &mut found);
    if found {
        reader.sink.documents(1);
    }
    result.map(|end| (end, found))
}

/// Levels of wrappers around a document that are looked into, strings that hold JSON among them.
const DEEPEST_WRAPPER: usize = 8;
/// Lists in lists that are read, as of pages that were put into one list.
const DEEPEST_LIST: usize = 4;

/// Reader of one document.
struct Reader<'r, 'b, 't, 's> {
    scan: Scan<'s>,
    sink: &'r mut Sink<'b, 't>,
    skeleton: &'r mut Skeleton,
    item: Item,
    /// Wrappers around the value at hand.
    depth: usize,
    /// Lists around it.
    lists: usize,
}

impl<'s> Reader<'_, '_, '_, 's> {
    /// Reads plain items from `at` on that follow each other with nothing but white space between them;
    /// returns where the last of them ends.
    fn loose_items(&mut self, mut at: usize) -> Option<usize> {
        let start = self.sink.next_row();
        let mut end = None;
        let mut count = 0;
        while let Some(behind) = self.scan.item(at, self.skeleton, &mut self.item) {
            self.take_item(at);
            count += 1;
            end = Some(behind);
            at = self.scan.space(behind);
        }
        self.sink.documents(count);
        self.sink.were_loose(start, count);
        end
    }

    /// Takes the item that was just read, which begins at `at`.
    #[inline(always)]
    fn take_item(&mut self, at: usize) {
        let text = self.scan.text;
        match self.item.plain(text) {
            Some(fields) => self.sink.plain_item(&fields, at),
            None => self.sink.item(self.item.record(text), Some(at)),
        }
    }

    /// Reads any value; `found` is set if it is of the API. Returns where it ends.
    fn node(&mut self, at: usize, level: Level, found: &mut bool) -> Result<usize, Broken> {
        match self.scan.bytes.get(at) {
            Some(b'{') => self.object(at, level, found),
            Some(b'[') => self.array(at, level, found),
            _ => {
                let (raw, end) = self.scan.raw(at)?;
                if !self.wrapped(raw, at, level, found) {
                    let kind = Value::from_json(raw).kind();
                    self.sink.stranger(|| Fault::NotAnItem(kind), at);
                }
                Ok(end)
            }
        }
    }

    fn array(&mut self, at: usize, level: Level, found: &mut bool) -> Result<usize, Broken> {
        let inner = match level {
            Level::Top => Level::Element,
            Level::Element => Level::Nested,
            Level::Nested | Level::Listed => {
                let (_, end) = self.scan.raw(at)?;
                self.sink.stranger(|| Fault::NotAnItem("an array"), at);
                return Ok(end);
            }
        };
        if self.depth == 0 && matches!(self.scan.first(at, b']'), Next::End(_)) {
            self.sink.empty_array();
        }
        let (start, mark) = (self.sink.next_row(), self.sink.mark());
        let result = self.elements(at, inner, found);
        if self.sink.next_row() > start {
            self.sink.resolve_strangers(mark, true);
            self.sink.were_loose(self.sink.next_row(), 0);
        } else if self.depth == 0 && result.is_ok() {
            self.sink.resolve_strangers(mark, false);
        }
        result
    }

    /// Reads the elements of the array at `at`; returns where it ends.
    fn elements(&mut self, at: usize, level: Level, found: &mut bool) -> Result<usize, Broken> {
        let mut next = self.scan.first(at, b']');
        while let Next::At(element) = next {
            let item = self.scan.item(element, self.skeleton, &mut self.item);
            let end = match item {
                Some(end) if level == Level::Listed => {
                    self.take_item(element);
                    end
                }
                Some(end) => {
                    *found = true;
                    let start = self.sink.next_row();
                    self.take_item(element);
                    self.sink.were_loose(start, 1);
                    end
                }
                None => self.node(element, level, found)?,
            };
            next = self.scan.next(end, b']')?;
        }
        match next {
            Next::End(end) => Ok(end),
            Next::At(at) => Err(self.scan.unexpected(at)),
        }
    }

    fn object(&mut self, at: usize, level: Level, found: &mut bool) -> Result<usize, Broken> {
        let mut object = Object {
            at,
            level,
            fields: Fields::new(),
            list: None,
            empty_list: false,
            others: false,
        };
        let result = self.members(at, &mut object);
        let raw = result.as_ref().ok().map(|end| &self.scan.text[at..*end]);
        let is_ours = match finish::finish(self.sink, &object, raw) {
            Outcome::Ours(is_ours) => Some(is_ours),
            Outcome::MayWrap if self.wrapped_members(at, level) => Some(true),
            Outcome::MayWrap | Outcome::Foreign => None,
        };
        *found |= is_ours.unwrap_or_else(|| {
            finish::finish_foreign(self.sink, &object, self.depth > 0);
            // Whatever stands in a list belongs to the list.
            level == Level::Listed
        });
        result
    }

    fn members(&mut self, at: usize, object: &mut Object<'s>) -> Result<usize, Broken> {
        let mut next = self.scan.first(at, b'}');
        loop {
            let member = match next {
                Next::At(member) => member,
                Next::End(end) => return Ok(end),
            };
            let (name, value) = self.scan.key(member)?;
            let end = match Field::from_name(&name) {
                // Parsed content, which is the user's.
                Some(Field::Items) if object.fields.is_v2_envelope() => self.scan.raw(value)?.1,
                Some(Field::Items) => self.list(value, object, false)?,
                Some(Field::Body) => self.list(value, object, true)?,
                field => {
                    let (raw, end) = self.scan.raw(value)?;
                    match field {
                        Some(field) => object.fields.set(field, raw),
                        None => object.others = true,
                    }
                    end
                }
            };
            next = self.scan.next(end, b'}')?;
        }
    }

    /// Reads the value of `items` or of `body`.
    fn list(&mut self, at: usize, object: &mut Object<'_>, in_body: bool) -> Result<usize, Broken> {
        // The body of an SDK's page object and the object itself hold the same items: those that come
        // first are taken, whichever that is.
        let is_taken = object.list.is_some_and(|list| {
            let is_filled = list.others > 0
                || self.sink.next_row() > list.first_row
                || self.sink.has_unreadable_rows()
                || self.sink.has_strangers_since(list.mark);
            list.in_body != in_body && is_filled
        });
        let mut listed = None;
        let result = self.listed(at, &mut listed, in_body, is_taken, false);
        object.empty_list |= listed.is_none() && !in_body;
        if let Some(listed) = listed {
            object.list = Some(match object.list {
                Some(before) => List {
                    first_row: before.first_row,
                    mark: before.mark,
                    in_body: before.in_body || listed.in_body,
                    total_size: before.total_size.or(listed.total_size),
                    others: before.others + listed.others,
                    are_v2: before.are_v2 || listed.are_v2,
                    before: before.before,
                },
                None => listed,
            });
        }
        result
    }

    /// Reads a list, or the page that stands in its place (one level of pages is enough); `list` is set
    /// to what was read, also if it breaks off.
    fn listed(
        &mut self,
        at: usize,
        list: &mut Option<List>,
        in_body: bool,
        is_taken: bool,
        in_page: bool,
    ) -> Result<usize, Broken> {
        match self.scan.bytes.get(at) {
            Some(b'[') => {
                let (jobs, v2) = (self.sink.jobs(), self.sink.v2_documents());
                let list = list.insert(List {
                    in_body,
                    ..List::new(self.sink)
                });
                if is_taken || self.lists == DEEPEST_LIST {
                    return Ok(self.scan.raw(at)?.1);
                }
                self.lists += 1;
                let result = self.elements(at, Level::Listed, &mut false);
                self.lists -= 1;
                list.are_v2 = self.sink.v2_documents() > v2;
                list.others = self.sink.jobs() - jobs + self.sink.v2_documents() - v2;
                result
            }
            Some(b'{') => {
                let mut total_size = None;
                let mut next = self.scan.first(at, b'}');
                let end = loop {
                    let member = match next {
                        Next::At(member) => member,
                        Next::End(end) => break end,
                    };
                    let (name, value) = self.scan.key(member)?;
                    let end = match Field::from_name(&name) {
                        Some(Field::Items) if list.is_none() && !in_page => {
                            self.listed(value, list, in_body, is_taken, true)?
                        }
                        Some(Field::TotalSize) => {
                            let (raw, end) = self.scan.raw(value)?;
                            total_size = finish::count(&Value::from_json(raw));
                            end
                        }
                        _ => self.scan.raw(value)?.1,
                    };
                    next = self.scan.next(end, b'}')?;
                };
                if let Some(list) = list {
                    list.total_size = total_size;
                }
                Ok(end)
            }
            _ => {
                let (raw, end) = self.scan.raw(at)?;
                if raw != "null" && !in_body {
                    let kind = Value::from_json(raw).kind();
                    self.sink.foreign(|| Fault::NotAList(kind), Some(at));
                }
                Ok(end)
            }
        }
    }

    /// Reads the documents in the members of an object that is none by itself, as tools wrap them: in
    /// arrays, objects and strings. Returns true if there was any.
    fn wrapped_members(&mut self, at: usize, level: Level) -> bool {
        let mut found = false;
        let mut next = self.scan.first(at, b'}');
        // The object has been read before: no error is to be expected.
        while let Next::At(member) = next {
            let Ok((_, value)) = self.scan.key(member) else {
                return found;
            };
            let Ok((raw, end)) = self.scan.raw(value) else {
                return found;
            };
            self.wrapped(raw, value, level, &mut found);
            match self.scan.next(end, b'}') {
                Ok(behind) => next = behind,
                Err(_) => return found,
            }
        }
        found
    }

    /// Reads the documents in a value of a wrapper, or in a string that holds JSON; returns true if
    /// there were any.
    fn wrapped(&mut self, raw: &str, at: usize, level: Level, found: &mut bool) -> bool {
        if self.depth == DEEPEST_WRAPPER {
            return false;
        }
        let level = match level {
            Level::Listed => Level::Listed,
            _ => Level::Top,
        };
        let mut is_found = false;
        self.depth += 1;
        match raw.as_bytes().first() {
            Some(b'{' | b'[') => {
                let mark = self.sink.mark();
                let result = self.node(at, level, &mut is_found);
                debug_assert!(result.is_ok(), "it has been read before");
                if !is_found {
                    self.sink.forget_strangers(mark);
                }
            }
            Some(b'"') if may_hold_json(raw) => is_found = self.wrapped_text(raw, at, level),
            _ => {}
        }
        self.depth -= 1;
        *found |= is_found;
        is_found
    }

    /// Reads the documents in a string; what they hold is placed where the string begins.
    fn wrapped_text(&mut self, raw: &str, at: usize, level: Level) -> bool {
        let Value::Text(text) = Value::from_json(raw) else {
            return false;
        };
        let begin = text.len() - text.trim_start().len();
        let depth = self.depth;
        let mut is_found = false;
        let mark = self.sink.mark();
        self.sink.within(Origin::Offset(at), |sink| {
            let mut reader = Reader {
                scan: Scan::of(&text),
                sink,
                skeleton: &mut Skeleton::default(),
                item: Item::new(),
                depth,
                lists: 0,
            };
            if reader.node(begin, level, &mut is_found).is_err() && is_found {
                reader.sink.broken_inside();
            }
        });
        if !is_found {
            self.sink.forget_strangers(mark);
        }
        is_found
    }
}

/// Tells if a string may hold a JSON object, array or string.
fn may_hold_json(raw: &str) -> bool {
    let inside = raw[1..].trim_start_matches([' ', '\\', 'n', 'r', 't']);
    inside.starts_with(['{', '[', '"'])
}
