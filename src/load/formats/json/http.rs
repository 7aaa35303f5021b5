//! HTTP headers before documents, as `curl -i` writes them.

use crate::load::error_answer::ErrorResponse;
use crate::load::sink::Sink;

/// Reads the headers at `at`, with the body if it is that of an error and no JSON; returns where to go on,
/// or `None` if there are no headers.
pub(super) fn read(text: &str, at: usize, sink: &mut Sink<'_, '_>) -> Option<usize> {
    let headers = Headers::read(&text[at..])?;
    let begin = at + headers.length;
    sink.http_status(Some(headers.status));
    if headers.status < 400 {
        return Some(begin);
    }
    let rest = &text[begin..];
    let length = memchr::memmem::find(rest.as_bytes(), b"HTTP/").unwrap_or(rest.len());
    let body = rest[..length].trim();
    if body.starts_with(['{', '[']) {
        return Some(begin);
    }
    let detail = without_tags(body);
    sink.error_response(ErrorResponse::new(detail.trim(), Some(headers.status)));
    sink.http_status(None);
    Some(begin + length)
}

/// A status line and headers up to the empty line.
struct Headers {
    status: u16,
    length: usize,
}

impl Headers {
    fn read(text: &str) -> Option<Self> {
        let version = text.strip_prefix("HTTP/")?;
        if !version.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let status = version.split_ascii_whitespace().nth(1)?.parse().ok()?;
        let mut length = 0;
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let end = line.trim_end().is_empty();
            // Where the empty line is missing, the first line that is no header begins the body.
            if at > 0 && !end && !is_header(line) {
                break;
            }
            length += line.len();
            if end {
                break;
            }
        }
        Some(Self { status, length })
    }
}

fn is_header(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    })
}

/// The text of a small HTML page, for an error message.
fn without_tags(text: &str) -> String {
    let mut out = String::new();
    let mut in_tag = false;
    for c in text.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                out.push(' ');
            }
            c if !in_tag => out.push(c),
            _ => {}
        }
    }
    out
}
