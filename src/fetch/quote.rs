//! Words of a server, quoted in messages: without the key, then cut, then made visible.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::body::{elements, text_of};
use super::key::ApiKey;
use crate::text;

/// Longest quote of an error, in characters.
const LONGEST: usize = 300;
/// Longest quote of a body that is not an error, in characters.
const SHORT: usize = 80;
/// Bytes of a body that are looked at.
pub(super) const LOOKED_AT: usize = 64 << 10;
/// Validation errors that are quoted.
const MAX_ERRORS: usize = 5;

/// Quotes text that a server chose.
pub(super) fn quote(text: &str, max: usize, key: &ApiKey) -> String {
    text::quote(&key.mask(text), max)
}

/// Describes a body that is not what was asked for: "an HTML page “Sign in”".
pub(super) fn description(body: &[u8], key: &ApiKey) -> String {
    let text = beginning(body, key);
    let start = text.trim_start();
    if start.is_empty() {
        return "empty".to_owned();
    }
    match (html_page(start, key), detail(start, key)) {
        (Some(page), _) => page,
        (None, Some(detail)) => format!("an error: {detail}"),
        (None, None) => format!("`{}`", quote(start, SHORT, key)),
    }
}

/// Quotes the body of an error response: its `detail`, or what it looks like. `None` if it is empty.
pub(super) fn error_words(body: &[u8], key: &ApiKey) -> Option<String> {
    let text = beginning(body, key);
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let words = detail(text, key).or_else(|| html_page(text, key));
    Some(words.unwrap_or_else(|| format!("“{}”", quote(text, LONGEST, key))))
}

/// The beginning of a body as text. It does not end within the key.
fn beginning<'a>(body: &'a [u8], key: &ApiKey) -> Cow<'a, str> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let end = match body.len() {
        0..=LOOKED_AT => body.len(),
        _ => LOOKED_AT.saturating_sub(key.len()),
    };
    String::from_utf8_lossy(&body[..end])
}

fn html_page(text: &str, key: &ApiKey) -> Option<String> {
    let lower: String = text.chars().take(15).collect::<String>().to_lowercase();
    if !lower.starts_with("<!doctype html") && !lower.starts_with("<html") {
        return None;
    }
    let head: String = text.chars().take(4_000).collect();
    let title = head.split_once("<title>").and_then(|(_, rest)| {
        let (title, _) = rest.split_once("</title>")?;
        Some(quote(title, SHORT, key)).filter(|title| !title.is_empty())
    });
    Some(match title {
        Some(title) => format!("an HTML page “{title}”"),
        None => "an HTML page".to_owned(),
    })
}

/// The server's own explanation: a text, or a list of what is invalid.
fn detail(text: &str, key: &ApiKey) -> Option<String> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow, default)]
        detail: Option<&'a RawValue>,
        #[serde(borrow, default)]
        error: Option<&'a RawValue>,
        #[serde(borrow, default)]
        message: Option<&'a RawValue>,
    }
    if !text.starts_with('{') {
        return None;
    }
    let wire: Wire<'_> = serde_json::from_str(text).ok()?;
    let detail = wire.detail.or(wire.error).or(wire.message)?;
    let words = match (text_of(Some(detail)), elements(detail, MAX_ERRORS)) {
        (Some(words), _) => words,
        (None, Some(list)) => {
            let mut words: Vec<String> = list.kept.iter().map(|error| invalid(error)).collect();
            if let more @ 1.. = list.count.saturating_sub(MAX_ERRORS) {
                words.push(format!("and {more} more"));
            }
            words.join("; ")
        }
        (None, None) => detail.get().to_owned(),
    };
    Some(format!("“{}”", quote(&words, LONGEST, key)))
}

/// Describes one of a list of validation errors: "query.limit: too large".
fn invalid(error: &RawValue) -> String {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow, default)]
        loc: Option<&'a RawValue>,
        #[serde(borrow, default)]
        msg: Option<&'a RawValue>,
    }
    let whole = error.get();
    let wire: Option<Wire<'_>> = whole
        .starts_with('{')
        .then(|| serde_json::from_str(whole).ok())
        .flatten();
    let message = wire.as_ref().and_then(|wire| text_of(wire.msg));
    let place = wire.and_then(|wire| elements(wire.loc?, MAX_ERRORS));
    let place = place.map(|parts| {
        let parts = parts.kept.iter();
        let parts = parts.map(|part| text_of(Some(part)).unwrap_or_else(|| part.get().to_owned()));
        parts.collect::<Vec<_>>().join(".")
    });
    match (place, message) {
        (Some(place), Some(message)) => format!("{place}: {message}"),
        (None, Some(message)) => message,
        _ => whole.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ApiKey {
        ApiKey::new("llx-SECRETKEY0123456789abcdef").expect("a key")
    }

    #[test]
    fn errors_are_shown_in_the_servers_words() {
        for (body, words) in [
            (r#"{"detail":"Invalid API Key"}"#, Some("“Invalid API Key”")),
            (
                r#"{"detail":[{"type":"t","loc":["query","limit"],"msg":"too large"}]}"#,
                Some("“query.limit: too large”"),
            ),
            ("upstream\ntimeout", Some("“upstream timeout”")),
            ("<html><title>Busy</title>", Some("an HTML page “Busy”")),
            (r#"{"error":{"code":7}}"#, Some("“{\"code\":7}”")),
            (" ", None),
        ] {
            assert_eq!(error_words(body.as_bytes(), &key()).as_deref(), words);
        }
        let many = format!(r#"{{"detail":[{}0]}}"#, "[],".repeat(9));
        let words = error_words(many.as_bytes(), &key());
        assert_eq!(words.as_deref(), Some("“[]; []; []; []; []; and 5 more”"));
    }

    #[test]
    fn the_key_is_masked_before_a_quote_is_cut() {
        let filler = "A".repeat(275);
        for body in [
            format!(r#"{{"detail":"{filler}llx-SECRETKEY0123456789abcdef"}}"#),
            format!(r#"{{"detail":"{filler}\u006clx-SECRETKEY0123456789abcdef"}}"#),
            format!("{filler}llx-SECRETKEY0123456789abcdef"),
            format!("<html><title>{filler}</title> llx-SECRETKEY0123456789abcdef"),
        ] {
            for words in [
                error_words(body.as_bytes(), &key()).expect("words"),
                description(body.as_bytes(), &key()),
            ] {
                assert!(!words.contains("SECRET"), "{words}");
            }
        }
    }
}
