//! A snapshot of a job: a folder with the answers of the server byte for byte, and a manifest that
//! says what they are.
//!
//! ```text
//! bjb-…/snapshot.json                    the manifest
//! bjb-…/status.json, status_000002.json  what the server said about the job, when that changed
//! bjb-…/items-000001.json …              the pages of its list
//! bjb-…/2026-11-01T10-00-00Z/…           an earlier snapshot, whole, in the same form
//! ```

#[cfg(feature = "fetch")]
mod store;
mod verify;

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

#[cfg(feature = "fetch")]
pub use self::store::{Answered, Store, StoreError};
pub use self::verify::{Difference, Gone, Problem, verify};
use crate::api::UtcTime;
use crate::words::{counted, number};

/// The version of the manifest this program writes and reads.
pub const SNAPSHOT_VERSION: u32 = 1;
/// The name of the manifest.
pub const MANIFEST: &str = "snapshot.json";

/// What a snapshot holds; the content of `snapshot.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this form.
    pub snapshot_version: u32,
    /// The program that wrote it.
    pub generator: Generator,
    /// The batch job.
    pub batch_job_id: String,
    /// The server that was asked.
    pub base_url: String,
    /// The project that was asked for.
    pub project_id: Option<String>,
    /// The organization that was asked for.
    pub organization_id: Option<String>,
    /// When the first answer was asked for.
    pub began_at: UtcTime,
    /// When the last answer was asked for.
    pub asked_until: UtcTime,
    /// Whether the list was read to its end; a snapshot that is not finished is resumed.
    pub finished: bool,
    /// Whether every item is there that the server states; absent where it states no number, or
    /// before the list was read to its end.
    pub whole: Option<bool>,
    /// The status word of the job in the newest status document.
    pub job_status: Option<String>,
    /// How many items there are, as the job states it, or else its list.
    pub stated_total: Option<u64>,
    /// Distinct items in the newest reading of the list.
    pub distinct_items: u64,
    /// The newest reading of the list, counted from 1. A job that goes on is read again.
    pub reading: u32,
    /// The status document that was the newest when that reading began.
    pub list_read_under: Option<String>,
    /// The files, in the order in which they were asked for.
    pub files: Vec<Entry>,
}

/// Who wrote a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generator {
    /// The program.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// One answer of the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The file, beside the manifest.
    pub name: String,
    /// The URL; no secret is ever part of one.
    pub url: String,
    /// When it was asked for.
    pub asked_at: UtcTime,
    /// The status of the answer.
    pub http_status: u16,
    /// The size of its body, after transport decoding.
    pub bytes: u64,
    /// The SHA-256 of its body, in lower-case hexadecimal.
    pub sha256: String,
    /// For a page of the list: which one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Page>,
}

/// Where a page stands in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The reading of the list it belongs to; a later reading replaces the earlier ones.
    pub reading: u32,
    /// The pass over the list, within the reading.
    pub pass: u32,
    /// The offset it was asked for.
    pub offset: u64,
    /// How many rows it holds.
    pub rows: u64,
    /// The distinct items of the reading up to here.
    pub distinct_items_so_far: u64,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    ///
    /// Where the text is none, or one of a version this program does not know.
    pub fn read(text: &str) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Version {
            snapshot_version: u64,
        }
        let version: Version = serde_json::from_str(text)?;
        if version.snapshot_version != u64::from(SNAPSHOT_VERSION) {
            return Err(ManifestError::Version(version.snapshot_version));
        }
        Ok(serde_json::from_str(text)?)
    }

    /// The pages of the newest reading of the list, with their place in it.
    pub fn newest_reading(&self) -> impl Iterator<Item = (&Entry, Page)> {
        self.files
            .iter()
            .filter_map(|entry| Some((entry, entry.page?)))
            .filter(|(_, page)| page.reading == self.reading)
    }

    /// The name of the newest status document.
    pub fn newest_status(&self) -> Option<&str> {
        let mut statuses = self.files.iter().filter(|entry| entry.page.is_none());
        statuses.next_back().map(|entry| entry.name.as_str())
    }

    /// Number of items in the newest reading, and in all.
    pub fn progress(&self) -> Progress {
        Progress {
            distinct_items: self.distinct_items,
            stated_total: self.stated_total,
        }
    }
}

/// Progress of a reading: "1,200 of 1,203 items", "1,200 items".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Distinct items so far.
    pub distinct_items: u64,
    /// Number of all items, if stated.
    pub stated_total: Option<u64>,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.stated_total {
            Some(total) => {
                let total = counted(total, "item", "items");
                write!(f, "{} of {total}", number(self.distinct_items))
            }
            None => f.write_str(&counted(self.distinct_items, "item", "items")),
        }
    }
}

/// Why a manifest could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is of a version this program does not know.
    #[error("it has snapshot version {0}; this program reads version {SNAPSHOT_VERSION}")]
    Version(u64),
    /// It is broken.
    #[error("it is broken")]
    Broken(#[from] serde_json::Error),
}

/// Whether a name is one that a snapshot gives to a body.
pub fn is_body_name(name: &str) -> bool {
    let numbered = |prefix: &str| {
        name.strip_prefix(prefix)
            .and_then(|rest| rest.strip_suffix(".json"))
            .is_some_and(|number| {
                number.len() >= 6 && number.bytes().all(|byte| byte.is_ascii_digit())
            })
    };
    name == "status.json" || numbered("status_") || numbered("items-")
}

/// The folder of a manifest; the current one for a manifest that was named without a folder.
pub fn folder_of(manifest: &Path) -> &Path {
    match manifest.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    use std::fmt::Write as _;
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_ours_are_bodies() {
        for name in [
            "status.json",
            "status_000002.json",
            "items-000001.json",
            "items-1000000.json",
        ] {
            assert!(is_body_name(name), "{name}");
        }
        for name in [
            "items.json",
            "items-1.json",
            "snapshot.json",
            "../items-000001.json",
            "items-00000a.json",
        ] {
            assert!(!is_body_name(name), "{name}");
        }
    }

    #[test]
    fn the_checksum_is_the_one_sha256sum_prints() {
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_manifest_of_another_version_is_named_before_anything_else_of_it_is_read() {
        let error = Manifest::read(r#"{"snapshot_version": 2, "new": {}}"#).expect_err("newer");
        assert!(error.to_string().contains("version 2"), "{error}");
        assert!(Manifest::read("{}").is_err());
    }
}
