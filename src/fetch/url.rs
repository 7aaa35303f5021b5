//! The server, and the URLs of requests to it.

use std::fmt;

use ureq::http::Uri;

pub use crate::api::id::{is_safe_id, looks_like_a_key};

/// Default server.
pub const DEFAULT_BASE_URL: &str = "https://api.cloud.llamaindex.ai";
/// Server in the EU.
pub const EU_BASE_URL: &str = "https://api.cloud.eu.llamaindex.ai";

/// Server, with the path that a gateway may put before that of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// Reason why a text is not a base URL.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BaseUrlError {
    /// The text cannot be understood.
    #[error("`{0}` is not the URL of a server; write it like {DEFAULT_BASE_URL}")]
    Invalid(String),
    /// The URL holds a user or a password. Neither is shown.
    #[error(
        "a base URL must not contain a user, password or API key; the key comes from \
         LLAMA_CLOUD_API_KEY or --api-key-file"
    )]
    Credentials,
}

impl BaseUrl {
    /// Reads a base URL. A bare host means `https://`.
    ///
    /// # Errors
    ///
    /// If the text is not an `http` or `https` URL, or holds more than a host, a port and a path.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.trim();
        if text.contains('@') || looks_like_a_key(text) {
            return Err(BaseUrlError::Credentials);
        }
        let invalid = || BaseUrlError::Invalid(text.to_owned());
        let with_scheme = if text.contains("://") {
            text.to_owned()
        } else {
            format!("https://{text}")
        };
        let uri: Uri = with_scheme.parse().map_err(|_| invalid())?;
        let scheme = uri.scheme_str().unwrap_or_default().to_lowercase();
        let authority = uri.authority().ok_or_else(invalid)?.as_str().to_lowercase();
        let plain = matches!(scheme.as_str(), "http" | "https")
            && has_usable_port(&uri)
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.query().is_none()
            && !text.contains('#');
        if !plain {
            return Err(invalid());
        }
        let path = uri.path().trim_end_matches('/');
        // Some set the variable to a URL as the API's pages show it.
        let path = path.strip_suffix("/api/v1").unwrap_or(path);
        let path = path.strip_suffix("/api/v2").unwrap_or(path);
        Ok(Self(format!("{scheme}://{authority}{path}")))
    }

    /// The URL as text, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns true if a key would cross a network unencrypted.
    pub fn is_exposed(&self) -> bool {
        let Ok(uri) = self.0.parse::<Uri>() else {
            return false;
        };
        let host = uri.host().unwrap_or_default();
        uri.scheme_str() == Some("http")
            && host != "localhost"
            && !host
                .trim_matches(['[', ']'])
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }

    /// URL of a path with parameters.
    pub(super) fn join(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        let mut url = format!("{}{path}", self.0);
        for (at, (name, value)) in parameters.iter().enumerate() {
            url.push(if at == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            url.push_str(&encoded(value));
        }
        url
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Percent-encodes what has a meaning of its own in a query.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Prefixes of the IDs of batch jobs.
const JOB_PREFIXES: [&str; 2] = ["bjb-", "bat-"];

/// Finds the job ID in what a user pasted: an ID with quotes, commas or a line ending around it, or
/// a URL with the ID in it. `None` if a URL has no job ID.
pub fn pasted_id(text: &str) -> Option<&str> {
    let around = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '"' | '\'' | ',' | '`');
    let text = text.trim_matches(around);
    if !text.contains("://") {
        return Some(text);
    }
    let mut parts = text.split(['/', '?', '&', '=', '#']);
    parts.find(|part| JOB_PREFIXES.iter().any(|prefix| part.starts_with(prefix)))
}

/// Returns the target of a redirect.
pub(super) fn redirected(from: &Uri, location: &str) -> Option<Uri> {
    let location = location.trim().split('#').next()?;
    let scheme = from.scheme_str()?;
    let authority = from.authority()?;
    let absolute = if location.contains("://") {
        location.to_owned()
    } else if let Some(rest) = location.strip_prefix("//") {
        format!("{scheme}://{rest}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else if location.starts_with('?') {
        format!("{scheme}://{authority}{}{location}", from.path())
    } else {
        let folder = from
            .path()
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{location}")
    };
    let uri: Uri = absolute.parse().ok()?;
    let followed = matches!(uri.scheme_str(), Some("http" | "https"))
        && uri.host().is_some()
        && has_usable_port(&uri);
    followed.then_some(uri)
}

/// Returns false if a URL names a port that does not exist, which would be taken for the default.
fn has_usable_port(uri: &Uri) -> bool {
    let Some(authority) = uri.authority() else {
        return true;
    };
    let authority = authority.as_str();
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, rest)| rest);
    // Colons in brackets belong to an IPv6 address.
    let after_host = authority
        .rsplit_once(']')
        .map_or(authority, |(_, rest)| rest);
    match after_host.split_once(':') {
        Some((_, port)) => port.parse::<u16>().is_ok_and(|port| port > 0),
        None => true,
    }
}

/// Returns true if two URLs name the same server, so that what may be sent to one may be sent to the
/// other.
pub(super) fn same_server(one: &Uri, other: &Uri) -> bool {
    let port = |uri: &Uri| {
        let default = if uri.scheme_str() == Some("https") {
            443
        } else {
            80
        };
        uri.port_u16().unwrap_or(default)
    };
    let host = |uri: &Uri| uri.host().map(str::to_ascii_lowercase);
    one.scheme_str() == other.scheme_str() && host(one) == host(other) && port(one) == port(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_host_means_https() {
        for (text, url) in [
            ("api.cloud.eu.llamaindex.ai", EU_BASE_URL),
            ("https://API.cloud.llamaindex.ai/", DEFAULT_BASE_URL),
            ("https://api.cloud.llamaindex.ai/api/v1/", DEFAULT_BASE_URL),
            ("localhost:8000", "https://localhost:8000"),
            ("http://[::1]:8000/llama/", "http://[::1]:8000/llama"),
        ] {
            let base = BaseUrl::parse(text).expect(text);
            assert_eq!(base.as_str(), url);
        }
    }

    #[test]
    fn what_is_more_than_a_server_is_refused() {
        for text in [
            "",
            "https://",
            "ftp://x",
            "https://x?key=1",
            "https://x#y",
            "a b",
            "http://127.0.0.1:99999",
            "http://127.0.0.1:0",
            "http://127.0.0.1:",
            "http://[::1]:99999/x",
            "host:http",
        ] {
            assert!(
                matches!(BaseUrl::parse(text), Err(BaseUrlError::Invalid(_))),
                "{text}"
            );
        }
        let error = BaseUrl::parse("https://me:secret@x").expect_err("credentials");
        assert!(!error.to_string().contains("secret"));
        let error = BaseUrl::parse("https://x/llx-secret").expect_err("a key");
        assert!(!error.to_string().contains("secret"));
    }

    #[test]
    fn only_a_plain_connection_over_a_network_is_exposed() {
        for (text, exposed) in [
            ("http://127.0.0.1:8000", false),
            ("http://[::1]:8000", false),
            ("http://localhost", false),
            ("https://example.com", false),
            ("http://example.com", true),
        ] {
            let base = BaseUrl::parse(text).expect(text);
            assert_eq!(base.is_exposed(), exposed, "{text}");
        }
    }

    #[test]
    fn ids_that_would_leave_the_folder_or_hold_a_key_are_refused() {
        for id in ["bjb-5134723d-e8be-427d-bacb-03b251e538a5", "job_7.a"] {
            assert!(is_safe_id(id), "{id}");
        }
        for id in [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "a b",
            "a?b",
            "-o",
            "llx-abc",
            "x-LLX-abc",
            "é",
        ] {
            assert!(!is_safe_id(id), "{id}");
        }
    }

    #[test]
    fn an_id_is_found_in_what_was_pasted() {
        for (text, id) in [
            ("bjb-1", Some("bjb-1")),
            ("\u{feff}bjb-1\r\n", Some("bjb-1")),
            ("\"bjb-1\",", Some("bjb-1")),
            (
                "https://cloud.example/project/p/batch/bjb-1?tab=items",
                Some("bjb-1"),
            ),
            (
                "https://api.example/api/v2/batches/bat-2?expand=results",
                Some("bat-2"),
            ),
            ("https://cloud.example/?job=bjb-1#x", Some("bjb-1")),
            ("https://cloud.example/project/p", None),
        ] {
            assert_eq!(pasted_id(text), id, "{text}");
        }
    }

    #[test]
    fn parameters_are_encoded() {
        let base = BaseUrl::parse("http://localhost").expect("a URL");
        let url = base.join(
            "/x",
            &[
                ("page_token", "a+b/c=&d"),
                ("since", "2026-11-01T00:00:00Z"),
            ],
        );
        assert_eq!(
            url,
            "http://localhost/x?page_token=a%2Bb%2Fc%3D%26d&since=2026-11-01T00:00:00Z"
        );
    }

    #[test]
    fn redirects_are_resolved_and_servers_compared() {
        let from: Uri = "https://a.example/x/y?z=1".parse().expect("a URL");
        for (location, to, same) in [
            ("/q", "https://a.example/q", true),
            ("q", "https://a.example/x/q", true),
            ("https://A.example:443/q", "https://A.example:443/q", true),
            ("//b.example/q", "https://b.example/q", false),
            ("http://a.example/q", "http://a.example/q", false),
            (
                "https://a.example:8443/q",
                "https://a.example:8443/q",
                false,
            ),
        ] {
            let uri = redirected(&from, location).expect(location);
            assert_eq!(
                (uri.to_string().to_lowercase(), same_server(&from, &uri)),
                (to.to_lowercase(), same)
            );
        }
        assert_eq!(redirected(&from, "ftp://a.example/"), None);
        assert_eq!(redirected(&from, "https://a.example:99999/"), None);
    }
}
