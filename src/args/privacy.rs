//! The options of redaction.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::redact::{Key, KeyError, Kinds};

/// Pseudonyms to put into everything that is put out.
#[derive(Debug, Clone)]
pub struct RedactArgs {
    /// Kinds of texts.
    pub kinds: Kinds,
    /// Key from a file; absent for a random one.
    pub key: Option<Key>,
}

#[derive(Debug, Args)]
pub(super) struct RawPrivacy {
    /// Put pseudonyms in place of names, messages or IDs, in every output
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    redact: Vec<RawRedact>,

    /// Key of the pseudonyms: the same key gives the same pseudonyms; without one,
    /// they change with every run
    #[arg(long, value_name = "FILE", requires = "redact")]
    redact_key_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RawRedact {
    /// Names of items, files and folders
    Names,
    /// Error messages and skip reasons
    Messages,
    /// IDs of items, jobs, projects and others
    Ids,
    /// All of these
    All,
}

impl RawPrivacy {
    /// Reads the key, if something is redacted.
    pub(super) fn args(self) -> Result<Option<RedactArgs>, KeyError> {
        let has = |what| self.redact.contains(&RawRedact::All) || self.redact.contains(&what);
        let kinds = Kinds {
            names: has(RawRedact::Names),
            messages: has(RawRedact::Messages),
            ids: has(RawRedact::Ids),
        };
        if kinds.is_empty() {
            return Ok(None);
        }
        let key = self.redact_key_file.as_deref().map(Key::read).transpose()?;
        Ok(Some(RedactArgs { kinds, key }))
    }
}
