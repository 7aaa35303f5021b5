//! One request after another: the key in a header, redirects, retries, the pace.

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use flate2::read::MultiGzDecoder;
use ureq::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body, Proxy};

use super::body::{BadBody, error_words};
use super::error::{FetchError, hint};
use super::key::ApiKey;
use super::retry::{self, Verdict};
use super::url::{redirected, same_server};
use crate::api::UtcTime;
use crate::render::visible;

/// The largest body that is taken: some hundred times the largest page that was ever seen.
const MAX_BODY: u64 = 256 << 20;
/// How much of an error answer is read.
const MAX_ERROR: u64 = 64 << 10;
/// How many redirects are followed.
const MAX_REDIRECTS: usize = 5;
/// An answer may drip in, as long as it does not take this many times the timeout as a whole.
const DRIP: u32 = 10;

/// How requests are made.
#[derive(Debug, Clone)]
pub(super) struct Manners {
    /// The key.
    pub key: ApiKey,
    /// How often a request is tried again.
    pub max_retries: u32,
    /// How long the server may say nothing.
    pub timeout: Duration,
    /// How many requests a minute there may be.
    pub rate: Option<u32>,
    /// The first pause between tries.
    pub backoff: Duration,
}

/// What happens on the way to an answer.
#[derive(Debug, Clone)]
pub(super) enum Event {
    /// There is an answer.
    Answered {
        /// To what.
        url: String,
        /// How.
        status: u16,
        /// With how much.
        bytes: usize,
        /// How long it took.
        took: Duration,
    },
    /// It will be tried again.
    Waiting {
        /// Why.
        why: String,
        /// After how long.
        pause: Duration,
        /// Whether the server asked for that pause.
        asked: bool,
    },
}

/// Told what happens, on the thread that asks.
pub(super) type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

/// An answer that is what was asked for.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// What was asked for.
    pub url: String,
    /// When.
    pub asked_at: UtcTime,
    /// Its status.
    pub http_status: u16,
    /// Its body, after transport decoding.
    pub body: Vec<u8>,
}

/// Asks a server.
pub(super) struct Client {
    agent: Agent,
    authorization: HeaderValue,
    manners: Manners,
    listener: Listener,
    last_request: Option<Instant>,
}

/// A try that failed.
struct Failed {
    error: FetchError,
    verdict: Verdict,
}

impl Client {
    /// For a server; the proxies and certificates are those of the system.
    pub(super) fn new(
        base: &str,
        manners: Manners,
        listener: Listener,
    ) -> Result<Self, FetchError> {
        let authorization = manners.key.header().ok_or(FetchError::Key)?;
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // Followed here, so that the key does not go to another server.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("batch-report/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            .proxy(proxy_for(base)?)
            .tls_config(TlsConfig::builder().root_certs(root_certificates()).build())
            .timeout_resolve(Some(manners.timeout))
            .timeout_connect(Some(manners.timeout))
            .timeout_per_read(Some(manners.timeout))
            .timeout_per_write(Some(manners.timeout))
            .timeout_per_call(Some(manners.timeout.saturating_mul(DRIP)))
            .build()
            .new_agent();
        Ok(Self {
            agent,
            authorization,
            manners,
            listener,
            last_request: None,
        })
    }

    /// Gets what `read` accepts, and tries again where that can help.
    pub(super) fn get<T>(
        &mut self,
        url: &str,
        read: impl Fn(&[u8]) -> Result<T, BadBody>,
    ) -> Result<(Answer, T), FetchError> {
        let mut pauses = retry::pauses(self.manners.backoff, self.manners.max_retries);
        loop {
            let failed = match self.try_once(url, &read) {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let asked = match failed.verdict {
                Verdict::Never => return Err(failed.error),
                Verdict::Again { after } => after,
            };
            let Some(pause) = pauses.next() else {
                return Err(failed.error.after_tries(self.manners.max_retries + 1));
            };
            if let Some(wait) = asked.filter(|wait| *wait > retry::LONGEST_PAUSE) {
                return Err(FetchError::TooLong {
                    wait,
                    source: Box::new(failed.error),
                });
            }
            let pause = asked.unwrap_or(pause);
            (self.listener)(&Event::Waiting {
                why: failed.error.short(),
                pause,
                asked: asked.is_some(),
            });
            std::thread::sleep(pause);
        }
    }

    fn try_once<T>(
        &mut self,
        url: &str,
        read: impl Fn(&[u8]) -> Result<T, BadBody>,
    ) -> Result<(Answer, T), Failed> {
        self.keep_pace();
        let began = Instant::now();
        let asked_at = now();
        let (status, body) = self.follow(url)?;
        (self.listener)(&Event::Answered {
            url: url.to_owned(),
            status,
            bytes: body.len(),
            took: began.elapsed(),
        });
        let facts = read(&body).map_err(|bad| Failed {
            error: FetchError::Body {
                url: url.to_owned(),
                words: self.shown(&bad.to_string()),
            },
            verdict: Verdict::Again { after: None },
        })?;
        let answer = Answer {
            url: url.to_owned(),
            asked_at,
            http_status: status,
            body,
        };
        Ok((answer, facts))
    }

    /// Waits until the next request is due.
    fn keep_pace(&mut self) {
        if let (Some(rate), Some(last)) = (self.manners.rate, self.last_request) {
            let due = Duration::from_secs(60) / rate.max(1);
            std::thread::sleep(due.saturating_sub(last.elapsed()));
        }
        self.last_request = Some(Instant::now());
    }

    /// Makes a request and follows redirects; gives the status and the body of a good answer.
    fn follow(&self, url: &str) -> Result<(u16, Vec<u8>), Failed> {
        let never = |error| Failed {
            error,
            verdict: Verdict::Never,
        };
        let first: Uri = url
            .parse()
            .map_err(|_| never(FetchError::Url(url.to_owned())))?;
        let mut uri = first.clone();
        for _ in 0..=MAX_REDIRECTS {
            let at_home = same_server(&first, &uri);
            let response = self.request(&uri, at_home).map_err(|source| {
                let verdict = retry::of_transport(&source);
                Failed {
                    error: FetchError::Transport {
                        url: shown_url(url, &uri, at_home),
                        source: self.words_of(source),
                    },
                    verdict,
                }
            })?;
            let status = response.status();
            if status.is_success() {
                return self.body(url, response).map(|body| (status.as_u16(), body));
            }
            if !is_redirect(status) {
                return Err(self.refused(url, &uri, at_home, response));
            }
            let location = response
                .headers()
                .get(header::LOCATION)
                .and_then(|value| value.to_str().ok())
                .and_then(|location| redirected(&uri, location));
            let to = location.ok_or_else(|| {
                never(FetchError::Redirect {
                    url: url.to_owned(),
                    words: "it does not say where to",
                })
            })?;
            if uri.scheme_str() == Some("https") && to.scheme_str() == Some("http") {
                return Err(never(FetchError::Redirect {
                    url: url.to_owned(),
                    words: "it leads from https to http, where anybody could answer",
                }));
            }
            uri = to;
        }
        Err(never(FetchError::Redirect {
            url: url.to_owned(),
            words: "it leads on and on",
        }))
    }

    fn request(&self, uri: &Uri, with_key: bool) -> Result<Response<Body>, ureq::Error> {
        let mut request = self.agent.get(uri).header(header::ACCEPT_ENCODING, "gzip");
        if with_key {
            request = request.header(header::AUTHORIZATION, self.authorization.clone());
        }
        request.call()
    }

    /// The body of a good answer, unpacked.
    fn body(&self, url: &str, response: Response<Body>) -> Result<Vec<u8>, Failed> {
        let packed = encoding(response.headers());
        let reader = response.into_body().into_reader();
        let mut body = Vec::new();
        let result = match packed.as_deref() {
            None | Some("identity" | "") => reader.take(MAX_BODY + 1).read_to_end(&mut body),
            Some("gzip" | "x-gzip") => MultiGzDecoder::new(reader)
                .take(MAX_BODY + 1)
                .read_to_end(&mut body),
            Some(other) => {
                return Err(Failed {
                    error: FetchError::Encoding {
                        url: url.to_owned(),
                        encoding: self.shown(other),
                    },
                    verdict: Verdict::Never,
                });
            }
        };
        match result {
            Ok(_) if body.len() as u64 > MAX_BODY => Err(Failed {
                error: FetchError::TooLarge {
                    url: url.to_owned(),
                    limit: MAX_BODY,
                },
                verdict: Verdict::Never,
            }),
            Ok(_) => Ok(body),
            Err(source) => Err(Failed {
                error: FetchError::Transport {
                    url: url.to_owned(),
                    source: self.words_of(ureq::Error::from(source)),
                },
                // Whatever happened to the body, another try may bring it whole.
                verdict: Verdict::Again { after: None },
            }),
        }
    }

    /// What an answer says that is no good one.
    fn refused(&self, url: &str, uri: &Uri, at_home: bool, response: Response<Body>) -> Failed {
        let status = response.status();
        let verdict = retry::of_answer(status.as_u16(), response.headers(), SystemTime::now());
        let packed = encoding(response.headers());
        let mut reader = response.into_body().into_reader();
        let mut body = Vec::new();
        // An error answer that cannot be read whole is still an error answer.
        let _ = match packed.as_deref() {
            Some("gzip" | "x-gzip") => MultiGzDecoder::new(reader)
                .take(MAX_ERROR)
                .read_to_end(&mut body),
            _ => reader.by_ref().take(MAX_ERROR).read_to_end(&mut body),
        };
        Failed {
            error: FetchError::Refused {
                url: shown_url(url, uri, at_home),
                status: status.as_u16(),
                reason: status.canonical_reason().unwrap_or_default(),
                words: error_words(&body).map(|words| self.shown(&words)),
                hint: hint(status.as_u16(), at_home),
            },
            verdict,
        }
    }

    /// Text of the server, for a terminal.
    fn shown(&self, text: &str) -> String {
        visible(&self.manners.key.redact(text))
    }

    /// What went wrong on the way, in words; the messages of the libraries name no headers.
    fn words_of(&self, error: ureq::Error) -> retry::TransportError {
        retry::TransportError::of(error, self.manners.timeout, |text| self.shown(text))
    }
}

fn encoding(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_ENCODING)?;
    Some(value.to_str().ok()?.trim().to_ascii_lowercase())
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The URL of an answer; of another server only its name, for its URLs may hold secrets of its own.
fn shown_url(url: &str, uri: &Uri, at_home: bool) -> String {
    if at_home {
        return url.to_owned();
    }
    let host = visible(uri.host().unwrap_or_default());
    format!("{url} (redirected to {host}, where the API key is not sent)")
}

/// Now, by the clock of the machine: when something was recorded is a fact, and no matter of
/// `SOURCE_DATE_EPOCH`.
pub(super) fn now() -> UtcTime {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .and_then(|millis| UtcTime::from_micros(millis.saturating_mul(1_000)))
        .unwrap_or(UtcTime::EPOCH)
}

/// What the system trusts; a system without certificates (a bare container) gets Mozilla's.
fn root_certificates() -> RootCerts {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() && std::env::var_os("SSL_CERT_FILE").is_none() {
        return RootCerts::WebPki;
    }
    let certificates: Vec<Certificate<'static>> = found
        .certs
        .iter()
        .map(|certificate| Certificate::from_der(certificate.as_ref()).to_owned())
        .collect();
    RootCerts::new_with_certs(&certificates)
}

/// The proxy that the variables name for a scheme, as curl reads them: `HTTP_PROXY` in capitals is
/// left alone, for a web server may set it from a header.
fn proxy_for(base: &str) -> Result<Option<Proxy>, FetchError> {
    let names: &[&'static str] = if base.starts_with("https:") {
        &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    } else {
        &["http_proxy", "all_proxy", "ALL_PROXY"]
    };
    let variable = |name: &str| {
        std::env::var(name)
            .ok()
            .filter(|value| !value.trim().is_empty())
    };
    let Some((name, url)) = names.iter().find_map(|name| Some((*name, variable(name)?))) else {
        return Ok(None);
    };
    let invalid = |source: ureq::Error| FetchError::Proxy {
        name,
        source: Box::new(source),
    };
    let proxy = Proxy::new(url.trim()).map_err(invalid)?;
    let mut builder = Proxy::builder(proxy.protocol())
        .host(proxy.host())
        .port(proxy.port());
    if let Some(user) = proxy.username() {
        builder = builder.username(user);
    }
    if let Some(password) = proxy.password() {
        builder = builder.password(password);
    }
    let excepted = variable("no_proxy").or_else(|| variable("NO_PROXY"));
    for host in excepted.iter().flat_map(|hosts| hosts.split(',')) {
        builder = builder.no_proxy(host.trim());
    }
    builder.build().map(Some).map_err(invalid)
}
