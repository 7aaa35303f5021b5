//! The API key: it goes into one header and nowhere else.

use std::fmt;

/// An API key. Nothing that prints it shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

/// Why a text is no API key; says nothing of the text.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    /// There is nothing but white space.
    #[error("it is empty")]
    Empty,
    /// It cannot stand in a header.
    #[error("it holds white space, control characters or characters that are not ASCII")]
    Characters,
}

impl ApiKey {
    /// Takes a key; white space around it, as editors leave it at the end of a file, is ignored.
    ///
    /// # Errors
    ///
    /// Where it is empty or cannot stand in a header.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(KeyError::Characters);
        }
        Ok(Self(text.to_owned()))
    }

    /// The value of the `Authorization` header, marked so that the HTTP client does not log it.
    pub(super) fn header(&self) -> Option<ureq::http::HeaderValue> {
        let mut value = ureq::http::HeaderValue::from_str(&format!("Bearer {}", self.0)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// A text of the server without the key, which some servers quote in their errors.
    pub(super) fn redact(&self, text: &str) -> String {
        text.replace(&self.0, "[API key]")
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_printed_shows_the_key() {
        let key = ApiKey::new(" llx-secret\n").expect("a key");
        assert_eq!(format!("{key:?}"), "ApiKey([redacted])");
        assert!(!format!("{:?}", key.header()).contains("secret"));
        assert_eq!(key.redact("bad key llx-secret!"), "bad key [API key]!");
    }

    #[test]
    fn a_key_that_cannot_stand_in_a_header_is_refused_without_quoting_it() {
        assert_eq!(ApiKey::new(" \n"), Err(KeyError::Empty));
        for text in ["a b", "a\nb", "schlüssel"] {
            let error = ApiKey::new(text).expect_err("no key");
            assert!(!error.to_string().contains(text));
        }
    }
}
