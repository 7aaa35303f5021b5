//! One request after another: the key in a header, redirects, retries, the pace.

use std::io::Read as _;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use ureq::http::{HeaderValue, Response, StatusCode, Uri, header};
use ureq::{Agent, Body};

use super::agent::agent;
use super::body::BadBody;
use super::error::{FetchError, hint};
use super::inflate::{decoder, encoding, read_up_to};
use super::key::ApiKey;
use super::quote::{LOOKED_AT, description, error_words, quote};
use super::retry::{self, Retry, TransportError};
use super::url::{redirected, same_server};
use crate::api::UtcTime;
use crate::snapshot::MAX_BODY;

/// Most redirects that are followed.
const MAX_REDIRECTS: usize = 5;
/// Shortest time that a request is given, however little of the time for a first success is left.
const SHORTEST_TIMEOUT: Duration = Duration::from_secs(1);

/// Options of all requests.
#[derive(Debug, Clone)]
pub(super) struct RequestOptions {
    /// The key.
    pub key: ApiKey,
    /// Most retries per request.
    pub max_retries: u32,
    /// Longest time without data from the server.
    pub timeout: Duration,
    /// Time after which a run without a single success is given up; `None` to go on retrying.
    pub first_success_within: Option<Duration>,
    /// Most requests per minute.
    pub rate: Option<u32>,
    /// First pause between attempts.
    pub backoff: Duration,
}

/// An event on the way to a response.
#[derive(Debug, Clone)]
pub(super) enum Event {
    /// A response was received.
    Received {
        /// URL of the request.
        url: String,
        /// HTTP status.
        status: u16,
        /// Size of the body.
        bytes: usize,
        /// Time between request and response.
        took: Duration,
    },
    /// The request will be repeated.
    Waiting {
        /// Reason of the failure.
        why: String,
        /// Pause before the next attempt.
        pause: Duration,
        /// True if the server asked for that pause.
        asked: bool,
    },
}

/// Receives events, on the thread that makes the requests.
pub(super) type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

/// A response that is what was asked for.
#[derive(Debug, Clone)]
pub(super) struct Received {
    /// URL of the request.
    pub url: String,
    /// Time of the request.
    pub asked_at: UtcTime,
    /// HTTP status.
    pub http_status: u16,
    /// Body, after transport decoding.
    pub body: Vec<u8>,
}

/// Makes requests to a server.
pub(super) struct Client {
    agent: Agent,
    authorization: HeaderValue,
    options: RequestOptions,
    listener: Listener,
    last_request: Option<Instant>,
    /// Time at which a run without a success ends; `None` before the first request, after the first
    /// success, and without such a limit.
    give_up_at: Option<Instant>,
    has_begun: bool,
}

/// A failed attempt.
struct Failed {
    error: FetchError,
    retry: Retry,
}

impl Failed {
    fn for_good(error: FetchError) -> Self {
        let retry = Retry::No;
        Self { error, retry }
    }
}

impl Client {
    /// Makes a client for a server. Proxies and certificates are those of the system.
    pub(super) fn new(
        base: &str,
        options: RequestOptions,
        listener: Listener,
    ) -> Result<Self, FetchError> {
        let authorization = options.key.header().ok_or(FetchError::Key)?;
        Ok(Self {
            agent: agent(base, options.timeout)?,
            authorization,
            options,
            listener,
            last_request: None,
            give_up_at: None,
            has_begun: false,
        })
    }

    /// Gets a response that `read` accepts. Retries what may succeed later, at most as often as this
    /// and the options allow.
    pub(super) fn get<T>(
        &mut self,
        url: &str,
        max_retries: u32,
        read: impl Fn(&[u8]) -> Result<T, BadBody>,
    ) -> Result<(Received, T), FetchError> {
        let max_retries = max_retries.min(self.options.max_retries);
        if self.options.key.is_in(url) {
            return Err(FetchError::KeyInUrl);
        }
        if !self.has_begun {
            self.has_begun = true;
            let limit = self.options.first_success_within;
            self.give_up_at = limit.and_then(|limit| Instant::now().checked_add(limit));
        }
        let mut pauses = retry::pauses(self.options.backoff, max_retries);
        loop {
            let failed = match self.try_once(url, &read) {
                Ok(received) => {
                    self.give_up_at = None;
                    return Ok(received);
                }
                Err(failed) => failed,
            };
            let asked = match failed.retry {
                Retry::No => return Err(failed.error),
                Retry::Yes { after } => after,
            };
            let Some(pause) = pauses.next() else {
                return Err(failed.error.after_attempts(max_retries + 1));
            };
            if let Some(wait) = asked.filter(|wait| *wait > retry::LONGEST_PAUSE) {
                return Err(FetchError::TooLong {
                    wait,
                    source: Box::new(failed.error),
                });
            }
            let pause = asked.unwrap_or(pause);
            let error = self.unless_given_up(pause, asked.is_some(), failed.error)?;
            (self.listener)(&Event::Waiting {
                why: error.short(),
                pause,
                asked: asked.is_some(),
            });
            std::thread::sleep(pause);
        }
    }

    /// Gives a failure back, or gives up if no request has succeeded and the next attempt would come
    /// too late. A server that limits the rate and names a pause is at work: such a pause does not
    /// count.
    fn unless_given_up(
        &mut self,
        pause: Duration,
        asked: bool,
        error: FetchError,
    ) -> Result<FetchError, FetchError> {
        let Some(at) = self.give_up_at else {
            return Ok(error);
        };
        if asked && matches!(error, FetchError::Refused { status: 429, .. }) {
            self.give_up_at = at.checked_add(pause);
            return Ok(error);
        }
        let left = at.saturating_duration_since(Instant::now());
        if pause < left {
            return Ok(error);
        }
        Err(FetchError::NoSuccess {
            after: self.options.first_success_within.unwrap_or_default() - left,
            source: Box::new(error),
        })
    }

    fn try_once<T>(
        &mut self,
        url: &str,
        read: impl Fn(&[u8]) -> Result<T, BadBody>,
    ) -> Result<(Received, T), Failed> {
        self.keep_pace();
        let began = Instant::now();
        let asked_at = now();
        let (status, body) = self.follow(url)?;
        (self.listener)(&Event::Received {
            url: url.to_owned(),
            status,
            bytes: body.len(),
            took: began.elapsed(),
        });
        let facts = read(&body).map_err(|bad| Failed {
            error: FetchError::Body {
                url: url.to_owned(),
                words: self.words_of_body(bad, &body),
            },
            retry: match bad {
                BadBody::TooManyRows(_) => Retry::No,
                _ => Retry::Yes { after: None },
            },
        })?;
        let received = Received {
            url: url.to_owned(),
            asked_at,
            http_status: status,
            body,
        };
        Ok((received, facts))
    }

    fn words_of_body(&self, bad: BadBody, body: &[u8]) -> String {
        match bad {
            BadBody::NotUtf8 => "the response is not UTF-8".to_owned(),
            BadBody::Cut(0) => "the response is empty".to_owned(),
            BadBody::Cut(bytes) => {
                format!("the response ends after {bytes} bytes, in the middle of its JSON")
            }
            BadBody::TooManyRows(limit) => {
                format!("the page has more than {limit} rows, far more than were asked for")
            }
            BadBody::Not(wanted) => {
                let found = description(body, &self.options.key);
                format!("the response is not {wanted} but {found}")
            }
        }
    }

    /// Waits until the next request is due.
    fn keep_pace(&mut self) {
        if let (Some(rate), Some(last)) = (self.options.rate, self.last_request) {
            let due = Duration::from_secs(60) / rate.max(1);
            std::thread::sleep(due.saturating_sub(last.elapsed()));
        }
        self.last_request = Some(Instant::now());
    }

    /// Makes a request and follows redirects. Returns status and body of a successful response.
    fn follow(&self, url: &str) -> Result<(u16, Vec<u8>), Failed> {
        let refuse = |why| {
            Failed::for_good(FetchError::Redirect {
                url: url.to_owned(),
                why,
            })
        };
        let first: Uri = url
            .parse()
            .map_err(|_| Failed::for_good(FetchError::Url(url.to_owned())))?;
        let mut uri = first.clone();
        for _ in 0..=MAX_REDIRECTS {
            let at_home = same_server(&first, &uri);
            let timeout = self.timeout();
            let response = self.request(&uri, at_home, timeout).map_err(|source| {
                let retry = retry::after_failure(&source);
                Failed {
                    error: FetchError::Transport {
                        url: self.shown_url(url, &uri, at_home),
                        source: self.words_of(source, timeout),
                    },
                    retry,
                }
            })?;
            let status = response.status();
            if status.is_success() {
                let body = self.body(url, response, timeout)?;
                return Ok((status.as_u16(), body));
            }
            if !is_redirect(status) {
                return Err(self.refused(url, &uri, at_home, response));
            }
            let location = response.headers().get(header::LOCATION);
            let location = location.and_then(|value| value.to_str().ok());
            if location.is_some_and(|location| self.options.key.is_in(location)) {
                return Err(refuse("its target contains the API key"));
            }
            let to = location.and_then(|location| redirected(&uri, location));
            let to = to.ok_or_else(|| refuse("it does not name a usable target"))?;
            if uri.scheme_str() == Some("https") && to.scheme_str() == Some("http") {
                return Err(refuse(
                    "it leads from https to http, where anybody can answer",
                ));
            }
            uri = to;
        }
        Err(refuse("it leads from one redirect to the next"))
    }

    /// Longest time without data: less while the first success of the run is awaited.
    fn timeout(&self) -> Duration {
        let left = self.give_up_at.map(|at| {
            let left = at.saturating_duration_since(Instant::now());
            left.max(SHORTEST_TIMEOUT)
        });
        left.map_or(self.options.timeout, |left| left.min(self.options.timeout))
    }

    fn request(
        &self,
        uri: &Uri,
        with_key: bool,
        timeout: Duration,
    ) -> Result<Response<Body>, ureq::Error> {
        let mut request = self.agent.get(uri).header(header::ACCEPT_ENCODING, "gzip");
        if with_key {
            request = request.header(header::AUTHORIZATION, self.authorization.clone());
        }
        request
            .config()
            .timeout_resolve(Some(timeout))
            .timeout_connect(Some(timeout))
            .timeout_per_read(Some(timeout))
            .timeout_per_write(Some(timeout))
            .build()
            .call()
    }

    /// Reads the body of a successful response and decompresses it.
    fn body(
        &self,
        url: &str,
        response: Response<Body>,
        timeout: Duration,
    ) -> Result<Vec<u8>, Failed> {
        let encoding = encoding(response.headers());
        let reader = response.into_body().into_reader();
        let Some(decoder) = decoder(encoding.as_deref(), reader) else {
            return Err(Failed::for_good(FetchError::Encoding {
                url: url.to_owned(),
                encoding: self.quote(encoding.as_deref().unwrap_or_default()),
            }));
        };
        match read_up_to(MAX_BODY, decoder) {
            Ok(Some(body)) => Ok(body),
            Ok(None) => Err(Failed::for_good(FetchError::TooLarge {
                url: url.to_owned(),
                limit: MAX_BODY,
            })),
            Err(source) => Err(Failed {
                error: FetchError::Transport {
                    url: url.to_owned(),
                    source: self.words_of(ureq::Error::from(source), timeout),
                },
                // Whatever happened to the body, another attempt may bring all of it.
                retry: Retry::Yes { after: None },
            }),
        }
    }

    /// Makes an error of an error response.
    fn refused(&self, url: &str, uri: &Uri, at_home: bool, response: Response<Body>) -> Failed {
        let status = response.status();
        let retry = retry::after_response(status.as_u16(), response.headers(), SystemTime::now());
        let encoding = encoding(response.headers());
        let reader = response.into_body().into_reader();
        let mut body = Vec::new();
        if let Some(reader) = decoder(encoding.as_deref(), reader) {
            // An error response that cannot be read to its end is still an error response.
            let _ = reader.take(LOOKED_AT as u64 + 1).read_to_end(&mut body);
        }
        Failed {
            error: FetchError::Refused {
                url: self.shown_url(url, uri, at_home),
                status: status.as_u16(),
                reason: status.canonical_reason().unwrap_or_default(),
                words: error_words(&body, &self.options.key),
                hint: hint(status.as_u16(), at_home),
            },
            retry,
        }
    }

    /// URL for a message. Of another server only the host is named, because its URLs may hold secrets
    /// of their own.
    fn shown_url(&self, url: &str, uri: &Uri, at_home: bool) -> String {
        if at_home {
            return url.to_owned();
        }
        let host = self.quote(uri.host().unwrap_or_default());
        format!("{url} (redirected to {host}, where the API key is not sent)")
    }

    /// Quotes a short foreign text, such as a host or a header.
    fn quote(&self, text: &str) -> String {
        quote(text, 200, &self.options.key)
    }

    /// Describes a failure without a response.
    fn words_of(&self, error: ureq::Error, timeout: Duration) -> TransportError {
        TransportError::of(error, timeout, |text| self.quote(text))
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The current time by the clock of the machine. The time of a recording is a fact, so
/// `SOURCE_DATE_EPOCH` does not apply.
pub(super) fn now() -> UtcTime {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .and_then(|millis| UtcTime::from_micros(millis.saturating_mul(1_000)))
        .unwrap_or(UtcTime::EPOCH)
}
