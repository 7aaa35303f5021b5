//! Recognises files that hold nothing of the API, and tells those that may have been meant as data from
//! those that only lie beside it.

use std::path::Path;

use crate::text::quote;

/// Appearance of a file that holds nothing of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looks {
    /// Its kind.
    pub like: Like,
    /// Name of the compression it was packed in.
    pub packed: Option<&'static str>,
}

/// A kind of file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Like {
    /// No content, or white space only.
    Empty,
    /// A Parquet file.
    Parquet,
    /// A zip archive.
    Zip,
    /// A PDF.
    Pdf,
    /// An SQLite database.
    Sqlite,
    /// Other binary data.
    Binary,
    /// An HTML page, with its title.
    Html(Option<String>),
    /// XML, with its begin.
    Xml(String),
    /// Node's `console.log` of an object.
    JavaScriptInspect,
    /// Python's `repr`.
    PythonRepr,
    /// HTTP headers without a body, with the first line.
    HttpHeaders(String),
    /// A JSON object, with its first keys.
    JsonObject {
        /// The first keys.
        keys: Vec<String>,
        /// More keys than these.
        more: bool,
    },
    /// A JSON array.
    JsonArray,
    /// Text, with the first line.
    Text(String),
}

impl Looks {
    /// The kind in a word, for the report's list of inputs.
    pub fn kind(&self) -> &'static str {
        match self.like {
            Like::Empty => "empty",
            Like::Parquet | Like::Zip | Like::Pdf | Like::Sqlite | Like::Binary => "binary",
            Like::Html(_) => "html",
            Like::Xml(_) => "xml",
            Like::JavaScriptInspect => "javascript-inspect",
            Like::PythonRepr => "python-repr",
            Like::HttpHeaders(_) => "http-headers",
            Like::JsonObject { .. } | Like::JsonArray => "json",
            Like::Text(_) => "text",
        }
    }
}

impl Looks {
    /// Tells if the file may be a damaged dump or an API error, so that something is lost. `text` and
    /// `path` are those of the file.
    pub(super) fn is_loss(&self, text: &str, path: &Path) -> bool {
        match self.like {
            Like::Html(_)
            | Like::HttpHeaders(_)
            | Like::JavaScriptInspect
            | Like::PythonRepr
            | Like::Parquet
            | Like::Zip => true,
            // Some other document, whole.
            Like::JsonObject { .. } | Like::JsonArray | Like::Pdf | Like::Sqlite => false,
            Like::Empty | Like::Binary => has_data_ending(path),
            Like::Xml(_) | Like::Text(_) => has_data_ending(path) || is_error(text),
        }
    }
}

/// Tells if a file is called like data.
fn has_data_ending(path: &Path) -> bool {
    const ENDINGS: [&str; 10] = [
        "json", "jsonl", "ndjson", "csv", "tsv", "parquet", "arrow", "feather", "gz", "zst",
    ];
    path.as_os_str() == "-"
        || path.extension().is_some_and(|ending| {
            ENDINGS
                .iter()
                .any(|known| ending.eq_ignore_ascii_case(known))
        })
}

/// Tells if a text is short and speaks of nothing but an error, as servers and proxies answer.
fn is_error(text: &str) -> bool {
    const LONGEST: usize = 300;
    const WORDS: [&str; 14] = [
        "internal server error",
        "bad gateway",
        "gateway timeout",
        "gateway time-out",
        "service unavailable",
        "upstream connect error",
        "upstream request timeout",
        "no healthy upstream",
        "too many requests",
        "rate limit",
        "unauthorized",
        "forbidden",
        "not found",
        "invalid api key",
    ];
    let text = text.trim();
    if text.len() > LONGEST || text.lines().count() > 3 {
        return false;
    }
    let lower = text.to_lowercase();
    WORDS.iter().any(|words| lower.contains(words))
}

/// Recognises a file. `packed` is the compression that the text was packed in.
pub(super) fn looks_like(text: &str, packed: Option<&'static str>) -> Looks {
    Looks {
        like: recognise(text),
        packed,
    }
}

fn recognise(text: &str) -> Like {
    let start = text.trim_start();
    if start.is_empty() {
        return Like::Empty;
    }
    let head: String = start.chars().take(4_000).collect();
    let lower = head.to_lowercase();
    if let Some(binary) = binary(&head) {
        return binary;
    }
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") || lower.contains("<head")
    {
        let title = between(&head, &lower, "<title>", "</title>")
            .or_else(|| between(&head, &lower, "<h1>", "</h1>"));
        return Like::Html(title.map(|title| quote(title, 80)));
    }
    if lower.starts_with("<?xml") || lower.starts_with('<') {
        return Like::Xml(quote(&head, 60));
    }
    if is_javascript_inspect(&head) {
        return Like::JavaScriptInspect;
    }
    if is_python_repr(&head) {
        return Like::PythonRepr;
    }
    if head.starts_with("#!") || head.starts_with("# ") || head.starts_with("- ") {
        return Like::Text(first_line(&head));
    }
    if head.starts_with('{') || head.starts_with('[') {
        return json(text);
    }
    if head.starts_with("HTTP/") {
        return Like::HttpHeaders(first_line(&head));
    }
    Like::Text(first_line(&head))
}

fn first_line(text: &str) -> String {
    quote(text.lines().next().unwrap_or_default(), 80)
}

fn binary(head: &str) -> Option<Like> {
    for (magic, like) in [
        ("PAR1", Like::Parquet),
        ("PK\u{3}\u{4}", Like::Zip),
        ("%PDF", Like::Pdf),
        ("SQLite format", Like::Sqlite),
    ] {
        if head.starts_with(magic) {
            return Some(like);
        }
    }
    let odd = head
        .chars()
        .filter(|c| matches!(c, '\0' | '\u{fffd}'))
        .count();
    (odd * 10 > head.chars().count()).then_some(Like::Binary)
}

fn between<'a>(text: &'a str, lower: &str, open: &str, close: &str) -> Option<&'a str> {
    let from = lower.find(open)? + open.len();
    let to = from + lower.get(from..)?.find(close)?;
    text.get(from..to)
}

fn is_javascript_inspect(head: &str) -> bool {
    let named_object = head
        .split_once(" {")
        .is_some_and(|(name, _)| name.len() < 60 && name.chars().all(char::is_alphanumeric));
    head.contains("[Object]")
        || head.contains("ReadableStream {")
        || named_object
        || (head.starts_with('{') && head.contains(": '") && !head.contains("': "))
}

fn is_python_repr(head: &str) -> bool {
    let call = head
        .trim_start_matches('[')
        .split_once('(')
        .is_some_and(|(name, rest)| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']'))
                && rest.split_once('=').is_some_and(|(key, _)| {
                    key.chars().all(|c| c.is_alphanumeric() || c == '_') && !key.is_empty()
                })
        });
    let dict = head.trim_start_matches('[').starts_with("{'")
        || (head.starts_with(['{', '[']) && head.contains(": None"));
    call || dict
}

fn json(text: &str) -> Like {
    let rest = text.trim_start();
    if !rest.starts_with('{') {
        return Like::JsonArray;
    }
    let mut keys = Vec::new();
    let mut more = false;
    let mut deserializer = serde_json::Deserializer::from_str(rest);
    let seed = Keys(&mut keys, &mut more);
    let _ = serde::de::DeserializeSeed::deserialize(seed, &mut deserializer);
    Like::JsonObject { keys, more }
}

/// Collects the first keys of an object; sets the flag if there are more.
struct Keys<'k>(&'k mut Vec<String>, &'k mut bool);

impl<'de> serde::de::DeserializeSeed<'de> for Keys<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> serde::de::Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if self.0.len() < 6 {
                self.0.push(quote(&key, 40));
            } else {
                *self.1 = true;
            }
            map.next_value::<serde::de::IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_mistakes_are_recognised() {
        for (text, kind) in [
            ("", "empty"),
            (" \n", "empty"),
            ("<!DOCTYPE html><title>502 Bad Gateway</title>", "html"),
            ("PaginatedBatchItems {\n  options: {", "javascript-inspect"),
            (
                "[BatchItem(item_id='dfl-1', status='failed')]",
                "python-repr",
            ),
            ("[{'item_id': 'dfl-1', 'status': 'failed'}]", "python-repr"),
            ("{\"a\": 1}", "json"),
            ("hello", "text"),
            ("PAR1\u{15}", "binary"),
        ] {
            assert_eq!(looks_like(text, None).kind(), kind, "{text}");
        }
    }

    #[test]
    fn a_file_beside_the_dumps_is_no_loss_unless_it_may_have_been_one() {
        for (name, text, is_loss) in [
            ("README.md", "# The nightly batch\n", false),
            ("stderr.log", "", false),
            ("notes.txt", "the second run\n", false),
            ("package.json", "{\"name\": \"x\"}", false),
            ("plot.png", "\u{fffd}PNG\0\0\0\u{fffd}", false),
            ("items.json", "", true),
            ("items.json", "Internal Server Error", true),
            ("items.txt", "Internal Server Error\n", true),
            ("items.json", "hello", true),
            ("items.html", "<html><title>502</title>", true),
            ("items.parquet", "PAR1\u{15}", true),
        ] {
            let looks = looks_like(text, None);
            assert_eq!(
                looks.is_loss(text, Path::new(name)),
                is_loss,
                "{name}: {looks:?}"
            );
        }
    }

    #[test]
    fn a_page_is_named_by_its_title() {
        let looks = looks_like("<html><title>502 Bad Gateway</title>", None);
        assert_eq!(looks.like, Like::Html(Some("502 Bad Gateway".to_owned())));
    }
}
