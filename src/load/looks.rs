//! What a file looks like that is nothing of the API, in words that help its owner.

use super::note::excerpt;

/// The kind in a word, and in words. `packed` is what the text was packed in.
pub(super) fn looks_like(text: &str, packed: Option<&str>) -> (&'static str, String) {
    let (kind, words) = recognise(text);
    match packed {
        Some(packed) => (kind, format!("{words}, packed with {packed}")),
        None => (kind, words),
    }
}

fn recognise(text: &str) -> (&'static str, String) {
    let start = text.trim_start();
    if start.is_empty() {
        return ("empty", "an empty file".to_owned());
    }
    let head: String = start.chars().take(4_000).collect();
    let lower = head.to_lowercase();
    if is_own_report(text) {
        let words = "a report that this program wrote";
        return ("own-report", words.to_owned());
    }
    if let Some(binary) = binary(&head) {
        return ("binary", binary);
    }
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") || lower.contains("<head")
    {
        let title = between(&head, &lower, "<title>", "</title>")
            .or_else(|| between(&head, &lower, "<h1>", "</h1>"));
        let words = match title {
            Some(title) => format!("an HTML page titled \"{}\"", excerpt(title, 80)),
            None => "an HTML page".to_owned(),
        };
        return (
            "html",
            format!("{words}, as a proxy or a login page answers"),
        );
    }
    if lower.starts_with("<?xml") || lower.starts_with('<') {
        return ("xml", format!("XML: \"{}\"", excerpt(&head, 60)));
    }
    if is_javascript_inspect(&head) {
        return (
            "javascript-inspect",
            "JavaScript's console.log of an object, which is not JSON and leaves items out; write \
             JSON.stringify(…) instead"
                .to_owned(),
        );
    }
    if is_python_repr(&head) {
        return (
            "python-repr",
            "a Python repr, which is not JSON; write .to_json() or json.dump(…, default=str) instead"
                .to_owned(),
        );
    }
    if head.starts_with("#!") || head.starts_with("# ") || head.starts_with("- ") {
        return ("text", format!("text: \"{}\"", first_line(&head)));
    }
    if head.starts_with('{') || head.starts_with('[') {
        return ("json", json(text));
    }
    if head.starts_with("HTTP/") {
        return (
            "http-headers",
            format!("HTTP headers without a body: \"{}\"", first_line(&head)),
        );
    }
    ("text", format!("text: \"{}\"", first_line(&head)))
}

/// Whether a text is a report that this program wrote, as HTML, Markdown or plain text.
pub(super) fn is_own_report(text: &str) -> bool {
    let mark = concat!(env!("CARGO_PKG_NAME"), " ");
    let head = &text[..text.floor_char_boundary(2_000)];
    let tail = &text[text.floor_char_boundary(text.len().saturating_sub(400))..];
    // The style and the script that stand beside a page say it in a comment.
    let signed = |line: &str| {
        let line = line.strip_prefix("/* ").unwrap_or(line);
        line.strip_prefix("Made by ")
            .is_some_and(|rest| rest.starts_with(mark))
    };
    head.contains(&format!("name=\"generator\" content=\"{mark}")) || tail.lines().any(signed)
}

fn first_line(text: &str) -> String {
    excerpt(text.lines().next().unwrap_or_default(), 80)
}

fn binary(head: &str) -> Option<String> {
    for (magic, name) in [
        ("PAR1", "a Parquet file"),
        ("PK\u{3}\u{4}", "a zip archive; unpack it first"),
        ("%PDF", "a PDF"),
        ("SQLite format", "an SQLite database"),
    ] {
        if head.starts_with(magic) {
            return Some(name.to_owned());
        }
    }
    let odd = head
        .chars()
        .filter(|c| matches!(c, '\0' | '\u{fffd}'))
        .count();
    (odd * 10 > head.chars().count()).then(|| "binary data".to_owned())
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

fn json(text: &str) -> String {
    let rest = text.trim_start();
    let mut keys = Vec::new();
    if rest.starts_with('{') {
        let mut deserializer = serde_json::Deserializer::from_str(rest);
        let _ = serde::de::DeserializeSeed::deserialize(Keys(&mut keys), &mut deserializer);
        return match keys.len() {
            0 => "a JSON object that is nothing of the batch-processing API".to_owned(),
            _ => format!(
                "a JSON object that is nothing of the batch-processing API, with the keys {}",
                keys.join(", ")
            ),
        };
    }
    "a JSON array that holds nothing of the batch-processing API".to_owned()
}

/// The first keys of an object.
struct Keys<'k>(&'k mut Vec<String>);

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
            if self.0.len() == 6 {
                self.0.push("…".to_owned());
            } else if self.0.len() < 6 {
                self.0.push(excerpt(&key, 40));
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
            assert_eq!(looks_like(text, None).0, kind, "{text}");
        }
    }

    #[test]
    fn a_page_is_named_by_its_title() {
        let (_, words) = looks_like("<html><title>502 Bad Gateway</title>", None);
        assert!(words.contains("\"502 Bad Gateway\""), "{words}");
    }
}
