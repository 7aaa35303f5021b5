//! A document that is one long list of items, read in parts.
//!
//! A part begins where an item seems to begin and ends where one does that stands in the next part. Each
//! part is read item by item and has to come to its end behind the comma after an item: so the next
//! one begins with an item of the same list indeed, if this one does. The first does, for all that stands
//! before it has been read; so all do, if each comes to its end.

use super::{Fields, Habit, Items, Members, Scan, finish_page};
use crate::load::reader::FileReader;

/// How such a document begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::load) struct Head {
    /// What stands before its first item.
    pub(in crate::load) before: String,
    /// What the first item begins with: its first key, up to the value. A quote that is not escaped
    /// cannot stand in a text, so that this stands nowhere but where an object begins.
    pub(in crate::load) item: String,
}

impl Head {
    /// The head of a document of which a text holds the beginning, with an item at least; `None` where it
    /// is of another kind.
    pub(in crate::load) fn of(text: &str) -> Option<Self> {
        let scan = Scan::of(text);
        let begin = scan.space(0);
        let first = match scan.bytes.get(begin)? {
            b'[' => scan.space(begin + 1),
            b'{' => {
                let members = scan.space(begin + 1);
                match scan.until_list(members, &mut Fields::new())? {
                    Members::List(first) => first,
                    Members::End(_) => return None,
                }
            }
            _ => return None,
        };
        if !scan.is_item(first, &mut Habit::default()) {
            return None;
        }
        let (_, value) = scan.key(scan.space(first + 1))?;
        Some(Self {
            before: text[..first].to_owned(),
            item: text[first..value].to_owned(),
        })
    }

    /// Whether its items stand by themselves, in an array that is the document.
    fn is_array(&self) -> bool {
        self.before.trim_start().starts_with('[')
    }

    /// Reads a part; tells whether it was one. The last part goes on to the end of the file.
    pub(in crate::load) fn read(
        &self,
        reader: &mut FileReader<'_, '_>,
        habit: &mut Habit,
        is_last: bool,
    ) -> bool {
        let first_row = reader.next_row();
        let scan = Scan::of(reader.text());
        let items = if self.is_array() {
            scan.loose_elements(0, reader, habit)
        } else {
            scan.items(0, habit, |item| scan.take(item, reader))
        };
        match items {
            Items::Open if !is_last => {
                if !self.is_array() {
                    reader.list_goes_on(first_row);
                }
                true
            }
            Items::Closed(end) if is_last => {
                let end = match self.is_array() {
                    true => Some(end),
                    false => self.finish(scan, end, reader, first_row),
                };
                reader.documents(1);
                end.is_some_and(|end| scan.space(end) == scan.bytes.len())
            }
            _ => false,
        }
    }

    /// Ends the object that holds the list; gives where it ends.
    fn finish(
        &self,
        scan: Scan<'_>,
        list_end: usize,
        reader: &mut FileReader<'_, '_>,
        first_row: usize,
    ) -> Option<usize> {
        let mut fields = Fields::new();
        let before = Scan::of(&self.before);
        before.until_list(before.space(before.space(0) + 1), &mut fields)?;
        let end = scan.behind_list(list_end, &mut fields)?;
        finish_page(reader, fields, first_row).then_some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::batch::Batch;

    const ITEM: &str = r#"{"item_id":"a","status":"failed"}"#;

    #[test]
    fn the_head_is_what_stands_before_the_first_item() {
        let head = |text: &str| Head::of(text).map(|head| (head.before, head.item));
        let of = |before: &str, item: &str| Some((before.to_owned(), item.to_owned()));
        assert_eq!(head(&format!("[{ITEM}")), of("[", "{\"item_id\":"));
        assert_eq!(
            head(&format!(" {{ \"total_size\": 5, \"items\": [\n{ITEM}, {{")),
            of(" { \"total_size\": 5, \"items\": [\n", "{\"item_id\":")
        );
        assert_eq!(
            head(r#"[ { "status" : "x", "item_id": "a" }"#),
            of("[ ", "{ \"status\" : ")
        );
        for other in [
            "",
            "[",
            "[]",
            "[7]",
            "{}",
            "{\"items\":[]}",
            "{\"items\":null}",
            "{\"total_size\":1}",
            "{\"body\":{},\"items\":[{\"item_id\":\"a\",\"status\":\"failed\"}]}",
            "[{\"items\":[]}]",
            ITEM,
        ] {
            assert_eq!(head(other), None, "{other}");
        }
    }

    #[test]
    fn a_part_ends_where_the_next_one_begins() {
        let read = |head: &str, text: &str, is_last| {
            let head = Head::of(&format!("{head}{ITEM}")).expect("a list");
            let mut batch = Batch::default();
            let mut reader = FileReader::new(&mut batch, 0, "a.json".to_owned(), text);
            let read = head.read(&mut reader, &mut Habit::default(), is_last);
            (read, reader.next_row())
        };
        let two = format!("{ITEM} , {ITEM}");
        for head in ["[", "{\"items\":["] {
            assert_eq!(read(head, &format!("{two},\n"), false), (true, 2));
            for broken in ["", "]", ",[", "}", ",{", ", 7,"] {
                assert!(!read(head, &format!("{two}{broken}"), false).0, "{broken}");
            }
            // What goes on is no end.
            assert!(!read(head, &format!("{two},"), true).0);
        }
        assert_eq!(read("[", &format!("{two} ]\n"), true), (true, 2));
        assert!(!read("[", &format!("{two}]}}"), true).0);
        let page = "{\"items\":[";
        assert_eq!(read(page, &format!("{two}] }} "), true), (true, 2));
        let total = "],\"total_size\":2}\n";
        assert_eq!(read(page, &format!("{two}{total}"), true), (true, 2));
        for broken in ["]", "],}", "]}{}", "],\"items\":[]}", "],\"body\":{}}"] {
            assert!(!read(page, &format!("{two}{broken}"), true).0, "{broken}");
        }
    }
}
