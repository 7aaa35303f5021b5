//! Decisions about another attempt after a failure, and about the pause before it.

use std::io;
use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use ureq::http::HeaderMap;

/// Default of the first pause.
pub const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Number of times the pause doubles: from 0.5 s to 8 s.
const DOUBLINGS: u32 = 4;
/// Longest pause that a server may ask for.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// Decision about another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retry {
    /// Another attempt would not help.
    No,
    /// Another attempt may help, after the pause that the server asks for, or else after ours.
    Yes {
        /// Pause that the server asks for.
        after: Option<Duration>,
    },
}

/// Returns the pauses between attempts.
pub(super) fn pauses(first: Duration, max_retries: u32) -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(first)
        .with_factor(2.0)
        .with_max_delay(first * 2_u32.pow(DOUBLINGS))
        .with_max_times(max_retries as usize)
        .with_jitter()
        .build()
}

/// Returns true if a failure with this status is usually temporary.
pub(super) fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 409 | 429 | 500..=599)
}

/// Decides about another attempt after an error response.
pub(super) fn after_response(status: u16, headers: &HeaderMap, now: SystemTime) -> Retry {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let again = match text("x-should-retry").map(str::trim) {
        Some(word) if word.eq_ignore_ascii_case("true") => true,
        Some(word) if word.eq_ignore_ascii_case("false") => false,
        _ => is_transient(status),
    };
    if !again {
        return Retry::No;
    }
    let after = text("retry-after-ms")
        .and_then(|text| milliseconds(text, 1.0))
        .or_else(|| text("retry-after").and_then(|text| pause(text, now)));
    Retry::Yes { after }
}

/// Reads `Retry-After`: seconds or a date.
fn pause(text: &str, now: SystemTime) -> Option<Duration> {
    milliseconds(text, 1_000.0).or_else(|| {
        let date = httpdate::parse_http_date(text.trim()).ok()?;
        // A date in the past asks for no pause.
        Some(date.duration_since(now).unwrap_or_default())
    })
}

fn milliseconds(text: &str, unit: f64) -> Option<Duration> {
    let number: f64 = text.trim().parse().ok()?;
    (number >= 0.0).then_some(())?;
    Duration::try_from_secs_f64(number * unit / 1_000.0).ok()
}

/// Decides about another attempt after a failure without a response.
pub(super) fn after_failure(error: &ureq::Error) -> Retry {
    let again = match error {
        // A certificate that is not trusted now will not be trusted in a second.
        ureq::Error::Io(error) => error.kind() != io::ErrorKind::InvalidData,
        ureq::Error::Timeout(_)
        | ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::ConnectProxyFailed(_)
        | ureq::Error::Protocol(_)
        | ureq::Error::BodyStalled => true,
        _ => false,
    };
    if again {
        Retry::Yes { after: None }
    } else {
        Retry::No
    }
}

/// Failure without a response, in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TransportError(String);

impl TransportError {
    /// Puts an error of the HTTP client into words. `quote` makes foreign text fit to show.
    pub(super) fn of(
        error: ureq::Error,
        timeout: Duration,
        quote: impl Fn(&str) -> String,
    ) -> Self {
        use ureq::Timeout;
        Self(match error {
            ureq::Error::Timeout(Timeout::PerCall | Timeout::Global) => {
                "the response took too long as a whole".to_owned()
            }
            ureq::Error::Timeout(_) => format!(
                "no data for {} s; --timeout allows more",
                timeout.as_secs_f64()
            ),
            ureq::Error::HostNotFound => "there is no host of that name".to_owned(),
            ureq::Error::Rustls(error) => untrusted(&quote(&error.to_string())),
            // Errors of reading a body come wrapped; the cause is what matters.
            ureq::Error::Io(error) => match error.downcast::<ureq::Error>() {
                Ok(inner) => return Self::of(inner, timeout, quote),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    untrusted(&quote(&error.to_string()))
                }
                Err(error) => quote(&error.to_string()),
            },
            other => quote(&other.to_string()),
        })
    }
}

/// Describes a TLS failure, with the way out if the system does not know the certificate.
fn untrusted(words: &str) -> String {
    if words.contains("certificate") {
        format!("{words}; to trust another authority, name its file in SSL_CERT_FILE")
    } else {
        words.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ureq::http::{HeaderName, HeaderValue};

    fn decision(status: u16, headers: &[(&'static str, &'static str)]) -> Retry {
        let map: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        after_response(status, &map, SystemTime::UNIX_EPOCH)
    }

    fn after(millis: u64) -> Retry {
        Retry::Yes {
            after: Some(Duration::from_millis(millis)),
        }
    }

    #[test]
    fn the_status_decides_unless_the_server_says_otherwise() {
        let again = Retry::Yes { after: None };
        for status in [408, 409, 429, 500, 502, 503, 504, 529] {
            assert_eq!(decision(status, &[]), again, "{status}");
            assert_eq!(decision(status, &[("x-should-retry", "false")]), Retry::No);
        }
        for status in [400, 401, 403, 404, 410, 422] {
            assert_eq!(decision(status, &[]), Retry::No, "{status}");
            assert_eq!(decision(status, &[("x-should-retry", "true")]), again);
        }
    }

    #[test]
    fn the_server_may_ask_for_a_pause_in_three_ways() {
        assert_eq!(decision(429, &[("retry-after", "7")]), after(7_000));
        assert_eq!(decision(429, &[("retry-after", "0.5")]), after(500));
        assert_eq!(
            decision(429, &[("retry-after-ms", "250"), ("retry-after", "9")]),
            after(250)
        );
        assert_eq!(
            decision(429, &[("retry-after", "Thu, 01 Jan 1970 00:01:00 GMT")]),
            after(60_000)
        );
        for nonsense in ["soon", "-1", "NaN", "1e999", ""] {
            let decision = decision(429, &[("retry-after", nonsense)]);
            assert_eq!(decision, Retry::Yes { after: None }, "{nonsense}");
        }
    }

    #[test]
    fn a_date_that_has_passed_asks_for_no_pause() {
        let mut headers = HeaderMap::new();
        let date = HeaderValue::from_static("Thu, 01 Jan 1970 00:01:00 GMT");
        headers.insert("retry-after", date);
        assert_eq!(after_response(503, &headers, SystemTime::now()), after(0));
    }

    #[test]
    fn pauses_double_up_to_sixteen_times_the_first() {
        let pauses: Vec<Duration> = pauses(FIRST_PAUSE, 7).collect();
        assert_eq!(pauses.len(), 7);
        for (pause, least) in pauses
            .iter()
            .zip([500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000])
        {
            let least = Duration::from_millis(least);
            assert!((least..=2 * least).contains(pause), "{pause:?}");
        }
    }
}
