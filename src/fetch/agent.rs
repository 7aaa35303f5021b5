//! The HTTP client of the system: its proxies, its certificates, its timeouts.

use std::time::Duration;

use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Proxy};

use super::error::FetchError;

/// A response may arrive slowly, but as a whole not take longer than this many timeouts.
const TIMEOUTS_PER_RESPONSE: u32 = 10;

/// Makes a client for a server.
///
/// # Errors
///
/// If a variable names a proxy that cannot be used.
pub(super) fn agent(base: &str, timeout: Duration) -> Result<Agent, FetchError> {
    Ok(Agent::config_builder()
        .http_status_as_error(false)
        // Followed by us, so that the key does not go to another server.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("batch-report/", env!("CARGO_PKG_VERSION")))
        .accept("application/json")
        .proxy(proxy_for(base)?)
        .tls_config(TlsConfig::builder().root_certs(root_certificates()).build())
        .timeout_per_call(Some(timeout.saturating_mul(TIMEOUTS_PER_RESPONSE)))
        .build()
        .new_agent())
}

/// Certificates that the system trusts. A system without any (a bare container) gets Mozilla's.
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

/// Proxy that the environment names for a scheme, read as curl reads it: `HTTP_PROXY` in capitals is
/// ignored, because a web server may set it from a header.
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
