//! The API key: it is sent in one header and goes nowhere else.

use std::fmt;

use memchr::memchr2_iter;

/// An API key. Nothing that prints it shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

/// Length from which a key is masked. The keys of the service have more than 50 characters; a
/// shorter text, as in a test of a server, occurs in ordinary text as well.
const SHORTEST_SECRET: usize = 8;

/// Reason why a text is not an API key. Does not quote the text.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    /// The text is empty or white space.
    #[error("it is empty")]
    Empty,
    /// The text cannot be sent in a header.
    #[error("it contains white space, control characters, or characters that are not ASCII")]
    Characters,
}

impl ApiKey {
    /// Takes a key. Ignores white space around it, and the byte order mark that some editors put at
    /// the start of a file.
    ///
    /// # Errors
    ///
    /// If the text is empty or cannot be sent in a header.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(KeyError::Characters);
        }
        Ok(Self(text.to_owned()))
    }

    /// Takes the content of a key file, which may be UTF-16 if PowerShell wrote it.
    ///
    /// # Errors
    ///
    /// As for [`ApiKey::new`].
    pub fn from_file_content(bytes: &[u8]) -> Result<Self, KeyError> {
        let (encoding, marked) =
            encoding_rs::Encoding::for_bom(bytes).unwrap_or((encoding_rs::UTF_8, 0));
        let (text, _) = encoding.decode_without_bom_handling(&bytes[marked..]);
        Self::new(&text)
    }

    /// Value of the `Authorization` header, marked so that the HTTP client does not log it.
    pub(super) fn header(&self) -> Option<ureq::http::HeaderValue> {
        let mut value = ureq::http::HeaderValue::from_str(&format!("Bearer {}", self.0)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Length of the key in bytes.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Replaces the key in a text, in capitals or not: host names come in lower case.
    pub(super) fn mask(&self, text: &str) -> String {
        let (mut rest, mut masked) = (text, String::new());
        while let Some(at) = self.find(rest) {
            masked.push_str(&rest[..at]);
            masked.push_str("***");
            rest = &rest[at + self.0.len()..];
        }
        masked.push_str(rest);
        masked
    }

    /// Returns a copy of a body with asterisks for the key, if it holds the key, with or without JSON
    /// escapes.
    pub(super) fn mask_body(&self, body: &[u8]) -> Option<Vec<u8>> {
        let key = self.0.as_bytes();
        if key.len() < SHORTEST_SECRET {
            return None;
        }
        let mut masked: Option<Vec<u8>> = None;
        for at in memchr2_iter(key[0], b'\\', body) {
            if let Some(length) = json_prefix(&body[at..], key) {
                let masked = masked.get_or_insert_with(|| body.to_vec());
                masked[at..at + length].fill(b'*');
            }
        }
        masked
    }

    /// Returns true if a URL, ID or name contains the key, percent-encoded or not.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.find(text).is_some() || self.find(&percent_decoded(text)).is_some()
    }

    fn find(&self, text: &str) -> Option<usize> {
        if self.0.len() < SHORTEST_SECRET {
            return None;
        }
        text.to_ascii_lowercase().find(&self.0.to_ascii_lowercase())
    }
}

/// Length of the beginning of a JSON text that stands for `key`, if it begins so.
fn json_prefix(json: &[u8], key: &[u8]) -> Option<usize> {
    let mut rest = json;
    for expected in key {
        let (found, length) = match rest {
            [b'\\', b'u', digits @ ..] => {
                let digits = std::str::from_utf8(digits.get(..4)?).ok()?;
                (u8::try_from(u16::from_str_radix(digits, 16).ok()?).ok()?, 6)
            }
            [b'\\', escaped, ..] => (*escaped, 2),
            [plain, ..] => (*plain, 1),
            [] => return None,
        };
        (found == *expected).then_some(())?;
        rest = &rest[length..];
    }
    Some(json.len() - rest.len())
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = (*first == b'%')
            .then(|| std::str::from_utf8(after.get(..2)?).ok())
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
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
        let key = ApiKey::new("\u{feff} llx-Secret\r\n").expect("a key");
        assert_eq!(format!("{key:?}"), "ApiKey([redacted])");
        assert!(!format!("{:?}", key.header()).contains("Secret"));
        assert_eq!(key.mask("bad key llx-Secret!"), "bad key ***!");
        assert_eq!(
            key.mask("é llx-secret.invalid LLX-SECRET"),
            "é ***.invalid ***"
        );
    }

    #[test]
    fn a_key_file_may_come_from_windows() {
        let key = ApiKey::new("llx-secret");
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let contents: [Vec<u8>; 3] = [
            b"llx-secret\r\n".to_vec(),
            b"\xef\xbb\xbfllx-secret\r\n".to_vec(),
            utf16("\u{feff}llx-secret\r\n"),
        ];
        for content in contents {
            assert_eq!(ApiKey::from_file_content(&content), key);
        }
    }

    #[test]
    fn the_key_is_found_in_urls_and_bodies() {
        let key = ApiKey::new("llx-secret").expect("a key");
        for url in [
            "http://h/?k=llx-secret",
            "http://h/%6Clx-%73ecret%",
            "http://LLX-SECRET",
        ] {
            assert!(key.is_in(url), "{url}");
        }
        assert!(!key.is_in("http://h/?k=llx-other%"));
        let body = key.mask_body(br#"{"a":"llx-secret","b":"llx-secretllx-secre"}"#);
        assert_eq!(
            body.as_deref(),
            Some(br#"{"a":"**********","b":"**********llx-secre"}"#.as_slice())
        );
        let escaped = br#"{"a":"\u006Clx\u002dsecre\t","b":"\u006clx-secre"}"#;
        let masked = key.mask_body(escaped).expect("masked");
        let text = String::from_utf8(masked).expect("UTF-8");
        assert_eq!(
            text,
            format!(r#"{{"a":"{}","b":"\u006clx-secre"}}"#, "*".repeat(21))
        );
        assert_eq!(key.mask_body(b"llx-"), None);
    }

    #[test]
    fn a_key_that_occurs_in_ordinary_text_is_not_masked() {
        let key = ApiKey::new("k").expect("a key");
        assert_eq!(key.mask("kind"), "kind");
        assert_eq!(key.mask_body(b"kind"), None);
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
