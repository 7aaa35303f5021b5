//! Error answers that were saved as if they were data, in words.

use serde_json::value::RawValue;

use super::note::excerpt;
use crate::api::Value;

/// An error answer of the server, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ErrorAnswer(pub String);

/// What `{"detail": …}` says; `raw` is the detail as JSON.
pub(super) fn of_detail(raw: &str, http_status: Option<u16>) -> ErrorAnswer {
    let words = match Value::from_json(raw) {
        Value::Text(text) => error_words(&text, http_status),
        Value::Other("an array") => validation_words(raw, http_status),
        _ => error_words(&excerpt(raw, 200), http_status),
    };
    ErrorAnswer(words)
}

/// What the server's list of validation errors says: `loc` and `msg` of each.
fn validation_words(raw: &str, http_status: Option<u16>) -> String {
    #[derive(serde::Deserialize)]
    struct Invalid<'a> {
        #[serde(borrow)]
        loc: Option<Vec<&'a RawValue>>,
        msg: Option<String>,
    }
    let errors: Vec<Invalid<'_>> = serde_json::from_str(raw).unwrap_or_default();
    let words: Vec<String> = errors
        .iter()
        .map(|error| {
            let place: Vec<&str> = error
                .loc
                .iter()
                .flatten()
                .map(|part| part.get().trim_matches('"'))
                .collect();
            format!(
                "{}: {}",
                place.join("."),
                error.msg.as_deref().unwrap_or("invalid")
            )
        })
        .collect();
    if words.is_empty() {
        return error_words(&excerpt(raw, 200), http_status);
    }
    let detail = excerpt(&words.join("; "), 300);
    format!("HTTP {} \"{detail}\"", http_status.unwrap_or(422))
}

/// What the fields of an error answer say.
pub(super) fn error_words(detail: &str, http_status: Option<u16>) -> String {
    let detail = excerpt(detail, 300);
    match http_status
        .map(|status| (status, true))
        .or_else(|| usual_status(&detail).map(|s| (s, false)))
    {
        Some((status, true)) => format!("HTTP {status} \"{detail}\""),
        Some((status, false)) => format!("\"{detail}\" (usually HTTP {status})"),
        None => format!("\"{detail}\""),
    }
}

/// The HTTP status under which the server is known to give this detail.
fn usual_status(detail: &str) -> Option<u16> {
    let lower = detail.to_lowercase();
    [
        ("invalid api key", 401),
        ("not authenticated", 401),
        ("unauthorized", 401),
        ("invalid authentication", 401),
        ("forbidden", 403),
        ("not found", 404),
        ("rate limit", 429),
        ("too many requests", 429),
        ("internal server error", 500),
        ("bad gateway", 502),
        ("service unavailable", 503),
    ]
    .into_iter()
    .find_map(|(words, status)| lower.contains(words).then_some(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_quoted_with_the_status_it_came_with_or_usually_comes_with() {
        let words = |raw, status| of_detail(raw, status).0;
        assert_eq!(
            words("\"Invalid API Key\"", None),
            "\"Invalid API Key\" (usually HTTP 401)"
        );
        assert_eq!(words("\"Nope\"", Some(403)), "HTTP 403 \"Nope\"");
        assert_eq!(words("\"Nope\"", None), "\"Nope\"");
    }

    #[test]
    fn validation_errors_say_where_and_what() {
        let raw =
            r#"[{"type":"x","loc":["query","limit"],"msg":"too large","input":"9","ctx":{}}]"#;
        assert_eq!(
            of_detail(raw, None).0,
            "HTTP 422 \"query.limit: too large\""
        );
        assert_eq!(of_detail("[1]", None).0, "\"[1]\"");
    }
}
