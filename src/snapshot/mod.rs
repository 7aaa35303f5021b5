//! Snapshot of a batch job: a folder with the server's responses and a manifest that lists them.
//!
//! ```text
//! bjb-…/snapshot.json                    the manifest
//! bjb-…/status.json, status_000002.json  status documents of the job, one for each change
//! bjb-…/items-000001.json …              pages of its item list
//! bjb-…/2026-11-01T10-00-00Z/…           an earlier snapshot, complete, in the same form
//!
//! bat-…/snapshot.json                    the manifest
//! bat-…/batch.json, batch_000002.json    the batch with its results, one for each change
//! bat-…/jobs-000001.json …               its jobs, in pages or one by one
//! bat-…/data-points-000001.json …        pages with the times of its jobs
//! bat-…/files-000001.json …              pages with the names of its files
//! ```
//!
//! A file holds the body of a response byte for byte, after transport decoding. The one exception is
//! the API key: if a server repeats it, each of its characters is stored as `*`, and the entry in the
//! manifest says so (`"masked": true`). Size and checksum are those of the stored file.

#[cfg(feature = "fetch")]
mod aside;
#[cfg(feature = "fetch")]
mod error;
#[cfg(feature = "fetch")]
mod lock;
mod regular;
#[cfg(feature = "fetch")]
mod store;
mod verify;

use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

#[cfg(feature = "fetch")]
pub use self::error::StoreError;
#[cfg(feature = "fetch")]
pub use self::store::{Mask, Response, Store};
pub use self::verify::{Difference, Gone, Problem, verify};
use crate::api::UtcTime;
use crate::text::{counted, number};

/// Version of the manifest that this program writes and reads.
pub const SNAPSHOT_VERSION: u32 = 1;
/// Name of the manifest.
pub const MANIFEST: &str = "snapshot.json";
/// Largest manifest that is read.
#[cfg(feature = "fetch")]
const MAX_MANIFEST: u64 = 64 << 20;
/// Largest response in bytes, after decompression. A page of 1,000 items has about 1 MB.
pub const MAX_BODY: u64 = 64 << 20;
/// Most digits in the number of a page. Numbers this long are never reached.
const MAX_DIGITS: usize = 9;

/// Content of `snapshot.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this format.
    pub snapshot_version: u32,
    /// Program that wrote the snapshot.
    pub generator: Generator,
    /// ID of the batch job.
    pub batch_job_id: String,
    /// Server that was asked.
    pub base_url: String,
    /// Project that was named in the requests.
    pub project_id: Option<String>,
    /// Organization that was named in the requests.
    pub organization_id: Option<String>,
    /// Time of the first request.
    pub began_at: UtcTime,
    /// Time of the last request.
    pub asked_until: UtcTime,
    /// True once the list was read to its end. A snapshot that is not finished is resumed.
    pub finished: bool,
    /// True if the snapshot holds every item that the server states; absent if the server states no
    /// number, and before the list was read to its end.
    pub whole: Option<bool>,
    /// Status word of the job in the newest status document.
    pub job_status: Option<String>,
    /// Number of items as stated by the job, or else by its list.
    pub stated_total: Option<u64>,
    /// Distinct items in the newest reading of the list.
    pub distinct_items: u64,
    /// Number of the newest reading of the list, from 1. The list of a running job is read again.
    pub reading: u32,
    /// Status document that was the newest when that reading began.
    pub list_read_under: Option<String>,
    /// Parts of a batch that the server no longer has, or never had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// The files, in the order of the requests.
    pub files: Vec<Entry>,
}

/// A part of a batch that the server does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Kind of the part.
    pub part: Part,
    /// ID of the job or directory, if the gap is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Time of the request.
    pub asked_at: UtcTime,
    /// Explanation, with the server's own words.
    pub message: String,
}

/// Part of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Jobs that process the files.
    Jobs,
    /// Data points, which hold the times of jobs.
    DataPoints,
    /// Directory files, which hold the names.
    Files,
}

impl Part {
    /// All parts.
    const ALL: [Self; 3] = [Self::Jobs, Self::DataPoints, Self::Files];

    /// Beginning of the names of files that hold this part.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Jobs => "jobs-",
            Self::DataPoints => "data-points-",
            Self::Files => "files-",
        }
    }
}

/// Program that wrote a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generator {
    /// Name of the program.
    pub name: String,
    /// Version of the program.
    pub version: String,
}

/// A response of the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Name of the file, beside the manifest.
    pub name: String,
    /// URL of the request. It never contains a secret.
    pub url: String,
    /// Time of the request.
    pub asked_at: UtcTime,
    /// HTTP status of the response.
    pub http_status: u16,
    /// Size of the file.
    pub bytes: u64,
    /// SHA-256 of the file, in lower-case hexadecimal.
    pub sha256: String,
    /// True if the response contained the API key, which is stored as asterisks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
    /// Place of a page in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Page>,
}

/// Place of a page in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Reading of the list that the page belongs to. A later reading replaces the earlier ones.
    pub reading: u32,
    /// Pass over the list within the reading.
    pub pass: u32,
    /// Offset in the request.
    pub offset: u64,
    /// Number of rows.
    pub rows: u64,
    /// Distinct items of the reading, up to and including this page.
    pub distinct_items_so_far: u64,
}

impl Manifest {
    /// Reads a manifest, which anybody may have written.
    ///
    /// # Errors
    ///
    /// If the text is not a manifest, has an unknown version, or contradicts itself.
    pub fn read(text: &str) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Version {
            snapshot_version: u64,
        }
        let version: Version = serde_json::from_str(text)?;
        if version.snapshot_version != u64::from(SNAPSHOT_VERSION) {
            return Err(ManifestError::Version(version.snapshot_version));
        }
        let manifest: Self = serde_json::from_str(text)?;
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), ManifestError> {
        let mut names = HashSet::new();
        if !self.files.iter().all(|entry| names.insert(&entry.name)) {
            return Err(ManifestError::Invalid("it lists a file twice"));
        }
        let pages = self.files.iter().filter_map(|entry| entry.page);
        // Both are counted up from here.
        let is_endless = |count: u32| count >= u32::MAX / 2;
        if is_endless(self.reading) || pages.clone().any(|page| is_endless(page.pass)) {
            return Err(ManifestError::Invalid("its counters are out of range"));
        }
        if pages.into_iter().any(|page| page.reading > self.reading) {
            return Err(ManifestError::Invalid(
                "a page belongs to a later reading than the newest one",
            ));
        }
        Ok(())
    }

    /// Pages of the newest reading of the list, with their place in it.
    pub fn newest_reading(&self) -> impl Iterator<Item = (&Entry, Page)> {
        self.files
            .iter()
            .filter_map(|entry| Some((entry, entry.page?)))
            .filter(|(_, page)| page.reading == self.reading)
    }

    /// The newest status document.
    pub fn newest_status(&self) -> Option<&Entry> {
        let mut entries = self.files.iter().rev();
        entries.find(|entry| is_status_name(&entry.name))
    }

    /// Returns true if the server did not have something of this part.
    pub fn has_gap(&self, part: Part) -> bool {
        self.gaps.iter().any(|gap| gap.part == part)
    }

    /// Entries of the files that hold this part of a batch, in the order of the requests.
    pub fn part(&self, part: Part) -> impl Iterator<Item = &Entry> {
        let entries = self.files.iter();
        entries.filter(move |entry| number_in(&entry.name, part.prefix()).is_some())
    }

    /// Number of items in the newest reading, and in all.
    pub fn progress(&self) -> Progress {
        Progress {
            distinct_items: self.distinct_items,
            stated_total: self.stated_total,
            of_files: self.batch_job_id.starts_with("bat-"),
        }
    }
}

/// Progress of a reading: "1,200 of 1,203 items", "1,200 items", "250 of 250 files".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Distinct items so far.
    pub distinct_items: u64,
    /// Number of all items, if stated.
    pub stated_total: Option<u64>,
    /// True for a batch, whose items are files.
    pub of_files: bool,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |count| match self.of_files {
            true => counted(count, "file", "files"),
            false => counted(count, "item", "items"),
        };
        match self.stated_total {
            Some(total) => write!(f, "{} of {}", number(self.distinct_items), counted(total)),
            None => f.write_str(&counted(self.distinct_items)),
        }
    }
}

/// Reason why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The version is unknown.
    #[error("it has snapshot version {0}; this program reads version {SNAPSHOT_VERSION}")]
    Version(u64),
    /// The text is not a manifest.
    #[error("it is broken")]
    Broken(#[from] serde_json::Error),
    /// The manifest contradicts itself.
    #[error("{0}")]
    Invalid(&'static str),
}

/// Returns true if a snapshot uses this name for a response.
pub fn is_body_name(name: &str) -> bool {
    let prefixes = Part::ALL.iter().map(|part| part.prefix());
    let mut prefixes = prefixes.chain(["items-"]);
    is_status_name(name) || prefixes.any(|prefix| number_in(name, prefix).is_some())
}

fn is_status_name(name: &str) -> bool {
    let mut stems = ["status", "batch"].iter();
    stems.any(|stem| {
        let rest = name.strip_prefix(stem);
        rest.is_some_and(|rest| rest == ".json" || number_in(rest, "_").is_some())
    })
}

/// Returns the number in a name like `items-000012.json`.
fn number_in(name: &str, prefix: &str) -> Option<u32> {
    let digits = name.strip_prefix(prefix)?.strip_suffix(".json")?;
    let plausible = (6..=MAX_DIGITS).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    plausible.then(|| digits.parse().ok())?
}

/// Returns the folder of a manifest; the current folder if the manifest was named without one.
pub fn folder_of(manifest: &Path) -> &Path {
    match manifest.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Returns the SHA-256 of bytes in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    regular::hexadecimal(&Sha256::digest(bytes))
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
            "batch.json",
            "batch_000002.json",
            "jobs-000001.json",
            "data-points-000001.json",
            "files-000001.json",
        ] {
            assert!(is_body_name(name), "{name}");
        }
        for name in [
            "items.json",
            "items-1.json",
            "snapshot.json",
            "../items-000001.json",
            "items-00000a.json",
            "batch-000002.json",
            "jobs.json",
            "data-points_000001.json",
            "items-18446744073709551615.json",
        ] {
            assert!(!is_body_name(name), "{name}");
        }
    }

    #[test]
    fn the_checksum_is_the_one_sha256sum_prints() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), expected);
        assert_eq!(regular::sha256_of(&b"abc"[..]).expect("read"), expected);
    }

    #[test]
    fn a_manifest_of_another_version_is_named_before_anything_else_of_it_is_read() {
        let error = Manifest::read(r#"{"snapshot_version": 2, "new": {}}"#).expect_err("newer");
        assert!(error.to_string().contains("version 2"), "{error}");
        assert!(Manifest::read("{}").is_err());
    }
}
