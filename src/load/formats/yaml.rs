//! YAML as the official CLI writes it: a list is mappings one after another with no `---` between them, so
//! the keys repeat. The text is cut into mappings first. Each is then read by a YAML parser and handed on
//! as JSON, so the kind of a document is decided in one place.

use std::collections::HashSet;

use granit_parser::{Event, Parser, ScalarStyle};

use super::json::read_document;
use super::scan::Skeleton;
use crate::load::note::{NoteKind, Place};
use crate::load::sink::{Origin, Sink};
use crate::text::quote;

/// Tells if a text begins like YAML of ours.
pub(super) fn looks_like_yaml(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_end).filter(|line| {
        !line.is_empty() && !line.starts_with('#') && *line != "---" && !line.starts_with("%YAML")
    });
    lines.next().is_some_and(|line| {
        key_of(line).is_some()
            || line
                .strip_prefix("- ")
                .is_some_and(|rest| key_of(rest.trim_start()).is_some())
    })
}

/// Reads all mappings of a text.
pub(super) fn read(reader: &mut Sink<'_, '_>) {
    let text = reader.text();
    let mut stray = None;
    let mut broken = 0_u64;
    let mut skeleton = Skeleton::default();
    let mut first_broken = None;
    let mut keys_before: HashSet<&str> = HashSet::new();
    let mut chunks = Chunks::new(text).peekable();
    while let Some(chunk) = chunks.next() {
        if chunk.kind == ChunkKind::Stray {
            stray.get_or_insert_with(|| (chunk.line, quote(chunk.text, 80)));
            continue;
        }
        let place = Place {
            line: chunk.line,
            byte: Some(chunk.text.as_ptr() as usize - text.as_ptr() as usize),
        };
        // The last item of a list breaks off if it has fewer keys than the one before it, in a text that
        // does not end with a line end.
        let of_a_list = !chunk.separated && keys_before.contains("item_id");
        let fewer = chunk.keys.is_subset(&keys_before) && chunk.keys != keys_before;
        let cut = chunks.peek().is_none() && of_a_list && fewer && !text.ends_with('\n');
        keys_before.clone_from(&chunk.keys);
        let (json, error) = if cut {
            (String::new(), Some(None))
        } else if chunk.keys.len() == MOST_KEYS {
            // It is none of ours, and parsing it takes many times its room.
            (String::new(), None)
        } else {
            let (json, error) = to_json(chunk.text);
            (json, error.map(Some))
        };
        // The JSON breaks where the YAML does, and what is complete before that is kept.
        reader.within(Origin::Place(place), |reader| {
            let _ = read_document(&json, 0, reader, &mut skeleton);
        });
        if let Some(reason) = error {
            broken += 1;
            first_broken.get_or_insert((place, reason));
        }
    }
    if !reader.has_content() {
        return;
    }
    if let Some((place, reason)) = first_broken {
        reader.note(NoteKind::BrokenYaml {
            count: broken,
            first: place,
            error: reason,
        });
    } else if !text.ends_with('\n') {
        reader.note(NoteKind::NoFinalNewline);
    }
    if let Some((line, words)) = stray {
        reader.note(NoteKind::StrayText {
            at: Place { line, byte: None },
            line: words,
            more: 0,
        });
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ChunkKind {
    Mapping,
    Stray,
}

struct Chunk<'t> {
    kind: ChunkKind,
    /// Counted from 1.
    line: usize,
    text: &'t str,
    /// A line that separates documents stands before it.
    separated: bool,
    /// The keys in the first column.
    keys: HashSet<&'t str>,
}

/// Keys of a mapping that are remembered to tell where the next one begins; mappings of ours have fewer.
const MOST_KEYS: usize = 256;

/// Top-level mappings of a text, which is cut at `---`, and before a key in the first column that the
/// mapping has already. Only keys, `- ` and comments can stand there: everything that belongs to a value
/// is indented.
struct Chunks<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl<'t> Chunks<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
        }
    }
}

impl<'t> Iterator for Chunks<'t> {
    type Item = Chunk<'t>;

    fn next(&mut self) -> Option<Chunk<'t>> {
        let mut keys = HashSet::new();
        let mut start = None;
        let mut separated = false;
        let mut end = self.at;
        for line in self.text[self.at..].split_inclusive('\n') {
            let bare = line.trim_end_matches(['\n', '\r']);
            let separator = bare == "---" || bare == "..." || bare.starts_with("--- ");
            let key = key_of(bare);
            let part = bare.is_empty()
                || bare.starts_with([' ', '\t', '#', '%'])
                || bare == "-"
                || bare.starts_with("- ");
            let (begins_new, stray) = match key {
                Some(key) if keys.len() < MOST_KEYS => (!keys.insert(key), false),
                Some(key) => (keys.contains(key), false),
                None => (false, !part && !separator),
            };
            if start.is_some() && (separator || begins_new || stray) {
                break;
            }
            let line_number = self.line;
            self.line += 1;
            end += line.len();
            if stray {
                self.at = end;
                let text = &self.text[end - line.len()..end];
                return Some(Chunk {
                    kind: ChunkKind::Stray,
                    line: line_number,
                    text,
                    separated,
                    keys: HashSet::new(),
                });
            }
            separated |= separator && start.is_none();
            if !separator && !bare.trim().is_empty() && !bare.starts_with(['#', '%']) {
                start.get_or_insert((end - line.len(), line_number));
            }
        }
        let (from, line) = start?;
        self.at = end;
        Some(Chunk {
            kind: ChunkKind::Mapping,
            line,
            text: &self.text[from..end],
            separated,
            keys,
        })
    }
}

/// Key at the begin of a line.
fn key_of(line: &str) -> Option<&str> {
    let (key, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once("\":")?,
        None => line.split_once(':')?,
    };
    // The API writes its keys in lower case; "Error: 500" is a message, and no key.
    let plain = !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    (plain && (rest.is_empty() || rest.starts_with([' ', '\t', '\r']))).then_some(key)
}

/// Depth of a mapping; what is deeper is not ours.
const MAX_DEPTH: usize = 64;

/// Writes one YAML document as JSON, up to where it breaks; returns the error as well.
fn to_json(yaml: &str) -> (String, Option<String>) {
    let mut json = String::with_capacity(yaml.len() + yaml.len() / 4);
    let error = write_json(yaml, &mut json).err();
    (json, error)
}

fn write_json(yaml: &str, json: &mut String) -> Result<(), String> {
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(yaml) {
        let (event, _) = event.map_err(|error| error.to_string())?;
        match event {
            Event::Scalar(text, style, ..) => {
                let key = begin_value(json, &mut open);
                let plain = matches!(style, ScalarStyle::Plain) && !key;
                if plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL") {
                    json.push_str("null");
                } else if plain && (matches!(&*text, "true" | "false") || is_number(&text)) {
                    json.push_str(&text);
                } else {
                    push_string(json, &text);
                }
                end_value(json, &mut open, key);
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if begin_value(json, &mut open) {
                    return Err("a key that is no text".to_owned());
                }
                if open.len() == MAX_DEPTH {
                    return Err(format!("nested more than {MAX_DEPTH} deep"));
                }
                let mapping = matches!(event, Event::MappingStart(..));
                json.push(if mapping { '{' } else { '[' });
                open.push(Open {
                    mapping,
                    values: 0,
                    key_next: mapping,
                });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                json.push(if open.pop().is_some_and(|open| open.mapping) {
                    '}'
                } else {
                    ']'
                });
                end_value(json, &mut open, false);
            }
            Event::Alias(..) => return Err("an alias, which is not followed".to_owned()),
            _ => {}
        }
    }
    Ok(())
}

/// A mapping or sequence that is being written.
struct Open {
    mapping: bool,
    values: usize,
    key_next: bool,
}

/// Writes the comma before a value; returns true if it is a key.
fn begin_value(json: &mut String, open: &mut [Open]) -> bool {
    let Some(open) = open.last_mut() else {
        return false;
    };
    let key = open.mapping && open.key_next;
    if open.values > 0 && (key || !open.mapping) {
        json.push(',');
    }
    key
}

fn end_value(json: &mut String, open: &mut [Open], key: bool) {
    let Some(open) = open.last_mut() else {
        return;
    };
    if key {
        json.push(':');
        open.key_next = false;
    } else {
        open.values += 1;
        open.key_next = open.mapping;
    }
}

/// Tells if a plain scalar is a number as JSON writes it.
fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok()
}

fn push_string(json: &mut String, text: &str) {
    match serde_json::to_string(text) {
        Ok(quoted) => json.push_str(&quoted),
        Err(_) => json.push_str("\"\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(text: &str) -> Vec<(usize, &str)> {
        Chunks::new(text)
            .map(|chunk| (chunk.line, chunk.text))
            .collect()
    }

    #[test]
    fn a_repeated_key_begins_the_next_mapping() {
        let text = "a: 1\nb: |-\n  a: x\n\n  b: y\na: 2\nb: null\n";
        assert_eq!(
            chunks(text),
            [
                (1, "a: 1\nb: |-\n  a: x\n\n  b: y\n"),
                (6, "a: 2\nb: null\n")
            ]
        );
    }

    #[test]
    fn separators_comments_and_sequences_are_understood() {
        let text = "# made by hand\n---\na: 1\n---\nitems:\n- a: 1\n- a: 2\n...\n";
        assert_eq!(
            chunks(text),
            [(3, "a: 1\n"), (5, "items:\n- a: 1\n- a: 2\n")]
        );
    }

    #[test]
    fn a_line_that_is_no_yaml_costs_that_line_only() {
        let text = "a: 1\nInternal\na: 2\n";
        assert_eq!(
            chunks(text),
            [(1, "a: 1\n"), (2, "Internal\n"), (3, "a: 2\n")]
        );
    }

    #[test]
    fn block_scalars_keep_their_lines() {
        let (json, error) =
            to_json("m: |-\n  Traceback:\n    line 3\n\n  End\nn: 'it''s'\nk: 012\n");
        assert_eq!(
            json,
            r#"{"m":"Traceback:\n  line 3\n\nEnd","n":"it's","k":"012"}"#
        );
        assert_eq!(error, None);
    }

    #[test]
    fn aliases_and_deep_nesting_are_refused_and_not_followed() {
        assert!(to_json("a: &x [1]\nb: *x\n").1.is_some());
        assert!(to_json(&format!("a: {}", "[".repeat(2_000))).1.is_some());
    }
}
