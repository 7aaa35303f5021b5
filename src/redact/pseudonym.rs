//! Pseudonyms: a keyed hash of the original, in a form that tells what it stands for.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Kind, Redactor};

/// Fewest bytes of a key in a file.
const LEAST: usize = 16;
/// Prefixes of ids that tell nothing but their kind.
const PREFIXES: [&str; 12] = [
    "bat", "bjb", "cfg", "cjb", "dfl", "dir", "ejb", "fil", "org", "pjb", "prj", "wfl",
];
/// Longest ending that a pseudonym of a name keeps, in bytes.
const ENDING: usize = 5;

/// Key of the pseudonyms.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(***)")
    }
}

/// A key that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("cannot read the key file `{path}`")]
    Read {
        /// The file.
        path: String,
        /// Cause.
        source: io::Error,
    },
    /// It holds too little.
    #[error(
        "the key file `{path}` holds {bytes} bytes; it needs at least {LEAST} that nobody can guess: \
         head -c 32 /dev/urandom | base64 > {path}"
    )]
    Short {
        /// The file.
        path: String,
        /// Its size, without white space at its ends.
        bytes: usize,
    },
}

impl Key {
    /// Reads the key from a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or holds too little.
    pub fn read(file: &Path) -> Result<Self, KeyError> {
        let path = file.display().to_string();
        let bytes = match fs::read(file) {
            Ok(bytes) => bytes,
            Err(source) => return Err(KeyError::Read { path, source }),
        };
        let key = bytes.trim_ascii();
        match key.len() {
            0..LEAST => Err(KeyError::Short {
                path,
                bytes: key.len(),
            }),
            _ => Ok(Self::of(key)),
        }
    }

    /// Makes a key that lasts as long as this run.
    pub fn random() -> Self {
        let mut key = [0; 32];
        for eight in key.chunks_exact_mut(8) {
            // Each has seeds of its own, from the operating system.
            let mut hasher = RandomState::new().build_hasher();
            hasher.write_usize(eight.len());
            eight.copy_from_slice(&hasher.finish().to_le_bytes());
        }
        Self::of(&key)
    }

    pub(super) fn of(key: &[u8]) -> Self {
        Self(Hmac::new_from_slice(key).expect("any length is a key"))
    }

    fn hash(&self, text: &str) -> [u8; 16] {
        let mut hmac = self.0.clone();
        hmac.update(text.as_bytes());
        let hash = hmac.finalize().into_bytes();
        hash.first_chunk().copied().unwrap_or_default()
    }
}

/// Sixteen letters of a hash. No mask of error groups takes them for a number or an id.
fn letters(hash: [u8; 16]) -> String {
    let letter = |half: u8| char::from(b"abcdefghjkmnpqrs"[usize::from(half)]);
    hash[..8]
        .iter()
        .flat_map(|byte| [letter(byte >> 4), letter(byte & 15)])
        .collect()
}

/// A hash in the form of a UUID.
fn uuid(hash: [u8; 16]) -> String {
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}

impl Redactor {
    /// Returns what stands for the id of an error group: twelve hexadecimal digits as well.
    pub fn id_of_group(&self, id: &str) -> String {
        let hash = self.key.hash(&format!("group {id}"));
        hash[..6].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns the pseudonym of a text.
    pub(super) fn pseudonym(&self, kind: Kind, original: &str) -> String {
        let hash = || self.key.hash(original);
        match kind {
            Kind::Message => format!("message-{}", letters(hash())),
            Kind::Reason => format!("reason-{}", letters(hash())),
            Kind::Name => format!("name-{}{}", letters(hash()), ending(original)),
            Kind::Path => {
                let parts = original.split('/').map(|part| match part {
                    "" | "." | ".." | "-" => part.to_owned(),
                    part => format!("path-{}{}", letters(self.key.hash(part)), ending(part)),
                });
                parts.collect::<Vec<_>>().join("/")
            }
            Kind::Id => {
                let prefix = original.split_once('-').map(|(prefix, _)| prefix);
                let prefix = prefix.filter(|prefix| PREFIXES.contains(prefix));
                let bare = &original[prefix.map_or(0, |prefix| prefix.len() + 1)..];
                let body = match is_uuid(bare) {
                    true => uuid(hash()),
                    false => letters(hash()),
                };
                match prefix {
                    Some(prefix) => format!("{prefix}-{body}"),
                    None if is_uuid(bare) => body,
                    None => format!("id-{body}"),
                }
            }
        }
    }
}

/// Returns whether a text has the form of a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Ending of a name with its dot, if it is an ordinary one.
fn ending(name: &str) -> &str {
    let Some((stem, ending)) = name.rsplit_once('.') else {
        return "";
    };
    let is_ordinary = !stem.is_empty()
        && (1..=ENDING).contains(&ending.len())
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && ending.bytes().any(|byte| byte.is_ascii_alphabetic());
    match is_ordinary {
        true => &name[stem.len()..],
        false => "",
    }
}
