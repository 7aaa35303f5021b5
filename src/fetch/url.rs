//! Which server is asked, and the URLs of its answers.

use std::fmt;

use ureq::http::Uri;

/// The server that is asked where nothing else is said.
pub const DEFAULT_BASE_URL: &str = "https://api.cloud.llamaindex.ai";
/// The server in the EU.
pub const EU_BASE_URL: &str = "https://api.cloud.eu.llamaindex.ai";

/// The server, with the path that a gateway may put before the API's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// Why a text is no base URL.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BaseUrlError {
    /// It cannot be understood.
    #[error("`{0}` is no URL of a server; write it as {DEFAULT_BASE_URL}")]
    Invalid(String),
    /// It holds a user or a password. Neither is shown.
    #[error(
        "a base URL must hold no user and no password; the API key comes from LLAMA_CLOUD_API_KEY \
         or --api-key-file"
    )]
    Credentials,
}

impl BaseUrl {
    /// Reads a base URL; a bare host means `https://`.
    ///
    /// # Errors
    ///
    /// Where it is no `http` or `https` URL, or holds more than a host, a port and a path.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.trim();
        if text.contains('@') {
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
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.query().is_none()
            && !text.contains('#');
        if !plain {
            return Err(invalid());
        }
        let path = uri.path().trim_end_matches('/');
        // Some set the variable as the API's pages show their URLs.
        let path = path.strip_suffix("/api/v1").unwrap_or(path);
        Ok(Self(format!("{scheme}://{authority}{path}")))
    }

    /// The URL as text, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a key would cross a network in the clear.
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

    /// The URL of something of the batch-processing API: what follows `batch-processing`, and the
    /// parameters.
    pub(super) fn join(&self, path: &str, parameters: &[(&str, String)]) -> String {
        let mut url = format!("{}/api/v1/beta/batch-processing{path}", self.0);
        for (at, (name, value)) in parameters.iter().enumerate() {
            url.push(if at == 0 { '?' } else { '&' });
            url.push_str(&format!("{name}={value}"));
        }
        url
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text can be an id: safe in a URL and as the name of a folder, whatever server or user
/// it came from.
pub fn is_safe_id(text: &str) -> bool {
    (1..=200).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !text.starts_with(['.', '-'])
        && !looks_like_a_key(text)
}

/// Whether a text begins as the keys of this service do, so that it must not get into a URL.
pub fn looks_like_a_key(text: &str) -> bool {
    text.to_ascii_lowercase().starts_with("llx-")
}

/// Where a redirect leads to.
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
    let followed = matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
    followed.then_some(uri)
}

/// Whether two URLs are of one server, so that what may be sent to one may be sent to the other.
pub(super) fn same_server(one: &Uri, other: &Uri) -> bool {
    let port = |uri: &Uri| {
        uri.port_u16()
            .unwrap_or(if uri.scheme_str() == Some("https") {
                443
            } else {
                80
            })
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
        ] {
            assert!(
                matches!(BaseUrl::parse(text), Err(BaseUrlError::Invalid(_))),
                "{text}"
            );
        }
        let error = BaseUrl::parse("https://me:secret@x").expect_err("credentials");
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
            "", ".", "..", "../x", "a/b", "a b", "a?b", "-o", "llx-abc", "é",
        ] {
            assert!(!is_safe_id(id), "{id}");
        }
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
    }
}
