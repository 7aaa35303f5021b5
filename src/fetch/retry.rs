//! Which failures are worth another try, and when.

use std::io;
use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use ureq::http::HeaderMap;

/// The first pause, where nothing else is asked for.
pub const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// How often the pause doubles: from 0.5 s to 8 s.
const DOUBLINGS: u32 = 4;
/// A server that asks for a longer pause than this is not waited for.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// Whether to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It would not help.
    Never,
    /// It may help, after the pause the server asks for, or else after ours.
    Again {
        /// What the server asks for.
        after: Option<Duration>,
    },
}

/// The pauses between tries.
pub(super) fn pauses(first: Duration, max_retries: u32) -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(first)
        .with_factor(2.0)
        .with_max_delay(first * 2_u32.pow(DOUBLINGS))
        .with_max_times(max_retries as usize)
        .with_jitter()
        .build()
}

/// Whether a status is known to pass by itself.
pub(super) fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 409 | 429 | 500..=599)
}

/// What an error answer means.
pub(super) fn of_answer(status: u16, headers: &HeaderMap, now: SystemTime) -> Verdict {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let again = match text("x-should-retry").map(str::trim) {
        Some(word) if word.eq_ignore_ascii_case("true") => true,
        Some(word) if word.eq_ignore_ascii_case("false") => false,
        _ => is_passing(status),
    };
    if !again {
        return Verdict::Never;
    }
    let after = text("retry-after-ms")
        .and_then(|text| milliseconds(text, 1.0))
        .or_else(|| text("retry-after").and_then(|text| pause(text, now)));
    Verdict::Again { after }
}

/// `Retry-After`: seconds, or a date.
fn pause(text: &str, now: SystemTime) -> Option<Duration> {
    milliseconds(text, 1_000.0).or_else(|| {
        let date = httpdate::parse_http_date(text.trim()).ok()?;
        // One that has passed asks for no pause.
        Some(date.duration_since(now).unwrap_or_default())
    })
}

fn milliseconds(text: &str, unit: f64) -> Option<Duration> {
    let number: f64 = text.trim().parse().ok()?;
    (number >= 0.0).then_some(())?;
    Duration::try_from_secs_f64(number * unit / 1_000.0).ok()
}

/// What a failure on the way means.
pub(super) fn of_transport(error: &ureq::Error) -> Verdict {
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
        Verdict::Again { after: None }
    } else {
        Verdict::Never
    }
}

/// A failure on the way, in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TransportError(String);

impl TransportError {
    /// Puts an error of the HTTP client into words.
    pub(super) fn of(
        error: ureq::Error,
        timeout: Duration,
        shown: impl Fn(&str) -> String,
    ) -> Self {
        use ureq::Timeout;
        Self(match error {
            ureq::Error::Timeout(Timeout::PerCall | Timeout::Global) => {
                "the answer came too slowly to be waited for to its end".to_owned()
            }
            ureq::Error::Timeout(_) => format!(
                "nothing came for {} s; --timeout allows more",
                timeout.as_secs_f64()
            ),
            ureq::Error::HostNotFound => "there is no host of that name".to_owned(),
            ureq::Error::Rustls(error) => untrusted(&shown(&error.to_string())),
            // Errors of reading a body come wrapped; the cause is what tells.
            ureq::Error::Io(error) => match error.downcast::<ureq::Error>() {
                Ok(inner) => return Self::of(inner, timeout, shown),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    untrusted(&shown(&error.to_string()))
                }
                Err(error) => shown(&error.to_string()),
            },
            other => shown(&other.to_string()),
        })
    }
}

/// What went wrong with TLS, and what helps where the certificate is one the system does not know.
fn untrusted(words: &str) -> String {
    if words.contains("certificate") {
        format!("{words}; SSL_CERT_FILE names the file of another authority to trust")
    } else {
        words.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ureq::http::{HeaderName, HeaderValue};

    fn verdict(status: u16, headers: &[(&'static str, &'static str)]) -> Verdict {
        let map: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        of_answer(status, &map, SystemTime::UNIX_EPOCH)
    }

    fn after(millis: u64) -> Verdict {
        Verdict::Again {
            after: Some(Duration::from_millis(millis)),
        }
    }

    #[test]
    fn the_status_decides_unless_the_server_says_otherwise() {
        let again = Verdict::Again { after: None };
        for status in [408, 409, 429, 500, 502, 503, 504, 529] {
            assert_eq!(verdict(status, &[]), again, "{status}");
            assert_eq!(
                verdict(status, &[("x-should-retry", "false")]),
                Verdict::Never
            );
        }
        for status in [400, 401, 403, 404, 410, 422] {
            assert_eq!(verdict(status, &[]), Verdict::Never, "{status}");
            assert_eq!(verdict(status, &[("x-should-retry", "true")]), again);
        }
    }

    #[test]
    fn the_server_may_ask_for_a_pause_in_three_ways() {
        assert_eq!(verdict(429, &[("retry-after", "7")]), after(7_000));
        assert_eq!(verdict(429, &[("retry-after", "0.5")]), after(500));
        assert_eq!(
            verdict(429, &[("retry-after-ms", "250"), ("retry-after", "9")]),
            after(250)
        );
        assert_eq!(
            verdict(429, &[("retry-after", "Thu, 01 Jan 1970 00:01:00 GMT")]),
            after(60_000)
        );
        for nonsense in ["soon", "-1", "NaN", "1e999", ""] {
            let verdict = verdict(429, &[("retry-after", nonsense)]);
            assert_eq!(verdict, Verdict::Again { after: None }, "{nonsense}");
        }
    }

    #[test]
    fn a_date_that_has_passed_asks_for_no_pause() {
        let mut headers = HeaderMap::new();
        let date = HeaderValue::from_static("Thu, 01 Jan 1970 00:01:00 GMT");
        headers.insert("retry-after", date);
        assert_eq!(of_answer(503, &headers, SystemTime::now()), after(0));
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
