//! Error responses of the API that were saved as if they were data.

use serde_json::value::RawValue;

use crate::api::Value;
use crate::text::quote;

/// An error response of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorResponse {
    /// The HTTP status it came with.
    pub status: Option<u16>,
    /// The status it usually comes with, if its own is not recorded.
    pub usual_status: Option<u16>,
    /// Its message.
    pub detail: Option<String>,
}

impl ErrorResponse {
    /// A response with a text.
    pub(super) fn new(detail: &str, status: Option<u16>) -> Self {
        let detail = quote(detail, 300);
        Self {
            status,
            usual_status: match status {
                Some(_) => None,
                None => usual_status(&detail),
            },
            detail: Some(detail).filter(|detail| !detail.is_empty()),
        }
    }
}

/// Reads `{"detail": …}`; `raw` is the detail as JSON.
pub(super) fn of_detail(raw: &str, status: Option<u16>) -> ErrorResponse {
    match Value::from_json(raw) {
        Value::Text(text) => ErrorResponse::new(&text, status),
        Value::Json(raw) if raw.starts_with('[') => match validation_detail(raw) {
            Some(detail) => ErrorResponse::new(&detail, Some(status.unwrap_or(422))),
            None => ErrorResponse::new(&quote(raw, 200), status),
        },
        _ => ErrorResponse::new(&quote(raw, 200), status),
    }
}

/// `loc` and `msg` of each of the server's validation errors.
fn validation_detail(raw: &str) -> Option<String> {
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
            let message = error.msg.as_deref().unwrap_or("invalid");
            format!("{}: {message}", place.join("."))
        })
        .collect();
    (!words.is_empty()).then(|| words.join("; "))
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

    fn parts(raw: &str, status: Option<u16>) -> (Option<u16>, Option<u16>, Option<String>) {
        let response = of_detail(raw, status);
        (response.status, response.usual_status, response.detail)
    }

    #[test]
    fn a_detail_keeps_its_status_or_gets_the_usual_one() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            parts("\"Invalid API Key\"", None),
            (None, Some(401), text("Invalid API Key"))
        );
        assert_eq!(
            parts("\"Nope\"", Some(403)),
            (Some(403), None, text("Nope"))
        );
        assert_eq!(parts("\"Nope\"", None), (None, None, text("Nope")));
    }

    #[test]
    fn validation_errors_keep_place_and_message() {
        let raw =
            r#"[{"type":"x","loc":["query","limit"],"msg":"too large","input":"9","ctx":{}}]"#;
        let detail = Some("query.limit: too large".to_owned());
        assert_eq!(parts(raw, None), (Some(422), None, detail));
        assert_eq!(parts("[1]", None), (None, None, Some("[1]".to_owned())));
    }
}
