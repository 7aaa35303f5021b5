//! Writing a snapshot, so that a stop at any moment leaves one that is finished or can be resumed:
//! a response is on disk under its name before the manifest lists it, and a file is removed only
//! after the manifest has ceased to list it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::aside::put_aside;
use super::error::StoreError;
use super::lock::{LOCK, lock};
use super::{
    Entry, Generator, MANIFEST, MAX_BODY, MAX_MANIFEST, Manifest, Page, Part, Problem,
    SNAPSHOT_VERSION, is_body_name, number_in, regular, sha256, verify,
};
use crate::api::UtcTime;
use crate::output::{self, TEMPORARY_PREFIX};

/// The manifest is written again when one page in this many is not in it yet, so that the work for a
/// long list grows with its length. A killed run loses at most these pages.
const PAGES_PER_UNSAVED: usize = 16;
/// The manifest is written at least this often while pages arrive.
const LONGEST_UNSAVED: Duration = Duration::from_secs(5);

/// Returns a copy with secrets masked, of the same length, if there is a secret.
pub type Mask = Arc<dyn Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync>;

/// A snapshot that is being written.
pub struct Store {
    folder: PathBuf,
    /// The open file keeps the lock.
    _lock: Option<File>,
    /// True if this run made the folder.
    made: bool,
    mask: Mask,
    manifest: Option<Manifest>,
    /// Checksums of the pages of the newest reading.
    page_checksums: HashSet<String>,
    /// Highest number of a page in use.
    last_page: u32,
    /// Pages that the manifest on disk does not list yet.
    unsaved: usize,
    saved_at: Instant,
    /// Differences between the files and the manifest when the snapshot was opened.
    problems: Vec<(String, Problem)>,
    /// True if there are files that no manifest describes.
    undescribed: bool,
}

/// A response to be stored.
#[derive(Debug, Clone, Copy)]
pub struct Response<'a> {
    /// URL of the request.
    pub url: &'a str,
    /// Time of the request.
    pub asked_at: UtcTime,
    /// HTTP status.
    pub http_status: u16,
    /// Body, after transport decoding.
    pub body: &'a [u8],
}

/// A body as it is stored.
struct Stored<'a> {
    bytes: Cow<'a, [u8]>,
    sha256: String,
}

impl Store {
    /// Opens the snapshot in a folder, or makes the folder. With `force`, whatever is there will be
    /// moved aside. Everything that is written passes through `mask`.
    ///
    /// # Errors
    ///
    /// If the folder cannot be used, another fetch holds it, or its content is not understood.
    pub fn open(folder: &Path, force: bool, mask: Mask) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Folder {
            path: folder.to_owned(),
            source,
        };
        let made = match fs::symlink_metadata(folder) {
            Ok(metadata) if metadata.is_dir() => false,
            Ok(_) => return Err(StoreError::Irregular(folder.to_owned())),
            Err(_) => true,
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let mut store = Self {
            folder: folder.to_owned(),
            _lock: lock(folder)?,
            made,
            mask,
            manifest: None,
            page_checksums: HashSet::new(),
            last_page: 0,
            unsaved: 0,
            saved_at: Instant::now(),
            problems: Vec::new(),
            undescribed: false,
        };
        store.read(force)?;
        store.index_pages();
        store.sweep()?;
        Ok(store)
    }

    /// Brings the index of pages up to date with the manifest.
    fn index_pages(&mut self) {
        let Some(manifest) = &self.manifest else {
            return;
        };
        let newest = manifest.newest_reading();
        self.page_checksums = newest.map(|(entry, _)| entry.sha256.clone()).collect();
        self.last_page = highest(&manifest.files, "items-");
    }

    fn read(&mut self, force: bool) -> Result<(), StoreError> {
        let path = self.folder.join(MANIFEST);
        let bytes = match regular::read(&path, MAX_MANIFEST) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return match self.bodies()?.pop() {
                    Some(name) if !force => Err(StoreError::Foreign {
                        folder: self.folder.clone(),
                        name,
                    }),
                    found => {
                        self.undescribed = found.is_some();
                        Ok(())
                    }
                };
            }
            Err(_) if force => {
                self.undescribed = true;
                return Ok(());
            }
            Err(source) => return Err(StoreError::Read { path, source }),
        };
        match Manifest::read(&String::from_utf8_lossy(&bytes)) {
            Ok(manifest) => {
                self.problems = verify(&self.folder, &manifest);
                self.manifest = Some(manifest);
            }
            Err(_) if force => self.undescribed = true,
            Err(source) => return Err(StoreError::Manifest { path, source }),
        }
        Ok(())
    }

    /// Removes what a killed run left: temporary files, and pages that the manifest does not list.
    fn sweep(&self) -> Result<(), StoreError> {
        if let Some(manifest) = &self.manifest {
            let listed: HashSet<&str> = manifest.files.iter().map(|e| e.name.as_str()).collect();
            for name in self.bodies()? {
                if !listed.contains(name.as_str()) {
                    let _ = fs::remove_file(self.folder.join(name));
                }
            }
        }
        for name in self.names()? {
            if name.starts_with(TEMPORARY_PREFIX) {
                let _ = fs::remove_file(self.folder.join(name));
            }
        }
        Ok(())
    }

    fn names(&self) -> Result<Vec<String>, StoreError> {
        let failed = |source| StoreError::Folder {
            path: self.folder.clone(),
            source,
        };
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            names.extend(name.to_str().map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    fn bodies(&self) -> Result<Vec<String>, StoreError> {
        let mut names = self.names()?;
        names.retain(|name| is_body_name(name));
        Ok(names)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The manifest; absent before the first response.
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// Differences between the files and the manifest when the snapshot was opened.
    pub fn problems(&self) -> &[(String, Problem)] {
        &self.problems
    }

    /// Begins a snapshot. An existing one is moved aside; returns the folder it was moved to.
    ///
    /// # Errors
    ///
    /// If files cannot be written.
    pub fn begin(&mut self, manifest: Manifest) -> Result<Option<PathBuf>, StoreError> {
        let aside = if self.manifest.is_some() || self.undescribed {
            let earlier = self.manifest.as_ref().unwrap_or(&manifest);
            Some(put_aside(&self.folder, self.bodies()?, earlier.began_at)?)
        } else {
            None
        };
        self.manifest = Some(manifest);
        self.index_pages();
        self.problems.clear();
        self.save()?;
        self.undescribed = false;
        // Only now, because the new manifest no longer lists them.
        for name in self.bodies()? {
            let _ = fs::remove_file(self.folder.join(name));
        }
        Ok(aside)
    }

    /// Drops the files that differ from the manifest, so that they are fetched again.
    ///
    /// # Errors
    ///
    /// If the manifest cannot be written.
    pub fn forget_problems(&mut self) -> Result<(), StoreError> {
        let problems = std::mem::take(&mut self.problems);
        if problems.is_empty() {
            return Ok(());
        }
        let names: HashSet<String> = problems.into_iter().map(|(name, _)| name).collect();
        self.update(|manifest| {
            manifest.files.retain(|entry| !names.contains(&entry.name));
            manifest.finished = false;
            manifest.whole = None;
        })?;
        self.sweep()
    }

    /// Returns true if a status document is the same as the newest one.
    pub fn is_newest_status(&self, body: &[u8]) -> bool {
        let newest = self.manifest.as_ref().and_then(Manifest::newest_status);
        newest.is_some_and(|newest| newest.sha256 == self.stored(body).sha256)
    }

    /// Stores a status document, unless it is the same as the newest one. `stem` is `status` or
    /// `batch`. Returns its name.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn keep_status(
        &mut self,
        stem: &str,
        response: &Response<'_>,
    ) -> Result<String, StoreError> {
        let newest = self.manifest.as_ref().and_then(Manifest::newest_status);
        let prefix = format!("{stem}_");
        let name = match newest {
            Some(newest) if self.is_newest_status(response.body) => return Ok(newest.name.clone()),
            // The first has the plain name. `_` sorts behind `.`, and the later file in path order
            // counts among records without times.
            None => format!("{stem}.json"),
            Some(_) => {
                let number = highest(self.entries(), &prefix).max(1) + 1;
                self.numbered(&prefix, number)?
            }
        };
        let body = self.stored(response.body);
        self.write(response, body, name.clone(), None)?;
        self.save()?;
        Ok(name)
    }

    /// Stores a page of the list, unless the newest reading holds the same page already.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn keep_page(&mut self, response: &Response<'_>, page: Page) -> Result<(), StoreError> {
        let body = self.stored(response.body);
        if !self.page_checksums.insert(body.sha256.clone()) {
            return Ok(());
        }
        let name = self.numbered("items-", self.last_page + 1)?;
        self.write(response, body, name, Some(page))?;
        self.last_page += 1;
        self.save_when_due()
    }

    /// Stores a part of a batch, unless the snapshot holds the same already. Returns its name.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn keep_part(&mut self, part: Part, response: &Response<'_>) -> Result<String, StoreError> {
        let body = self.stored(response.body);
        let known = self.manifest.as_ref().and_then(|manifest| {
            let mut entries = manifest.part(part);
            entries.find(|entry| entry.sha256 == body.sha256)
        });
        if let Some(known) = known {
            return Ok(known.name.clone());
        }
        let number = highest(self.entries(), part.prefix()) + 1;
        let name = self.numbered(part.prefix(), number)?;
        self.write(response, body, name.clone(), None)?;
        self.save_when_due()?;
        Ok(name)
    }

    fn entries(&self) -> &[Entry] {
        self.manifest
            .as_ref()
            .map_or(&[], |manifest| &manifest.files)
    }

    fn numbered(&self, prefix: &str, number: u32) -> Result<String, StoreError> {
        let name = format!("{prefix}{number:06}.json");
        match number_in(&name, prefix) {
            Some(_) => Ok(name),
            None => Err(StoreError::Full(self.folder.clone())),
        }
    }

    /// Returns the body to store: a masked copy if it holds a secret.
    fn stored<'r>(&self, body: &'r [u8]) -> Stored<'r> {
        let bytes = (self.mask)(body).map_or(Cow::Borrowed(body), Cow::Owned);
        let sha256 = sha256(&bytes);
        Stored { bytes, sha256 }
    }

    fn write(
        &mut self,
        response: &Response<'_>,
        body: Stored<'_>,
        name: String,
        page: Option<Page>,
    ) -> Result<(), StoreError> {
        output::write_durably(&self.folder.join(&name), &body.bytes)?;
        if let Some(manifest) = &mut self.manifest {
            if let Some(page) = page {
                manifest.distinct_items = page.distinct_items_so_far;
            }
            manifest.asked_until = response.asked_at;
            manifest.files.push(Entry {
                name,
                url: response.url.to_owned(),
                asked_at: response.asked_at,
                http_status: response.http_status,
                bytes: body.bytes.len() as u64,
                sha256: body.sha256,
                masked: matches!(body.bytes, Cow::Owned(_)),
                page,
            });
            self.unsaved += 1;
        }
        Ok(())
    }

    /// Changes the manifest and writes it.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn update(&mut self, change: impl FnOnce(&mut Manifest)) -> Result<(), StoreError> {
        if let Some(manifest) = &mut self.manifest {
            change(manifest);
            self.index_pages();
            self.save()?;
        }
        Ok(())
    }

    /// Ends a reading of the list and removes the pages of earlier readings, which it replaces.
    ///
    /// # Errors
    ///
    /// If the manifest cannot be written.
    pub fn finish_reading(&mut self, change: impl FnOnce(&mut Manifest)) -> Result<(), StoreError> {
        self.update(|manifest| {
            let reading = manifest.reading;
            manifest
                .files
                .retain(|entry| entry.page.is_none_or(|page| page.reading == reading));
            change(manifest);
        })?;
        self.sweep()?;
        // Once is enough: after a power failure before this, the manifest may be an older one or
        // name a page that is missing. Both are noticed and fetched again.
        output::sync_folder(&self.folder).map_err(|source| StoreError::Folder {
            path: self.folder.clone(),
            source,
        })
    }

    /// Writes the manifest if it does not list every page yet.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn flush(&mut self) -> Result<(), StoreError> {
        if self.unsaved == 0 {
            return Ok(());
        }
        self.save()
    }

    fn save_when_due(&mut self) -> Result<(), StoreError> {
        let listed = self.entries().len();
        if self.unsaved * PAGES_PER_UNSAVED >= listed || self.saved_at.elapsed() > LONGEST_UNSAVED {
            self.save()?;
        }
        Ok(())
    }

    fn save(&mut self) -> Result<(), StoreError> {
        let path = self.folder.join(MANIFEST);
        let Some(manifest) = &self.manifest else {
            return Ok(());
        };
        let mut text =
            serde_json::to_vec_pretty(manifest).map_err(|source| StoreError::Manifest {
                path: path.clone(),
                source: source.into(),
            })?;
        text.push(b'\n');
        let text = (self.mask)(&text).unwrap_or(text);
        output::write_durably(&path, &text)?;
        self.unsaved = 0;
        self.saved_at = Instant::now();
        Ok(())
    }

    /// Reads a response back.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn body(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        let path = self.folder.join(name);
        regular::read(&path, MAX_BODY).map_err(|source| StoreError::Read { path, source })
    }

    /// Removes the folder if this run made it and stored nothing, so that a job that does not exist
    /// leaves no trace.
    pub fn discard_if_empty(self) {
        if self.made && self.entries().is_empty() {
            let _ = fs::remove_file(self.folder.join(MANIFEST));
            let _ = fs::remove_file(self.folder.join(LOCK));
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

/// Highest number of the files with this prefix; 0 if there is none.
fn highest(files: &[Entry], prefix: &str) -> u32 {
    let numbers = files.iter().filter_map(|e| number_in(&e.name, prefix));
    numbers.max().unwrap_or_default()
}

impl Manifest {
    /// The manifest of a snapshot that begins.
    pub fn new(batch_job_id: &str, base_url: &str, now: UtcTime) -> Self {
        Self {
            snapshot_version: SNAPSHOT_VERSION,
            generator: Generator {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            batch_job_id: batch_job_id.to_owned(),
            base_url: base_url.to_owned(),
            project_id: None,
            organization_id: None,
            began_at: now,
            asked_until: now,
            finished: false,
            whole: None,
            job_status: None,
            stated_total: None,
            distinct_items: 0,
            reading: 1,
            list_read_under: None,
            gaps: Vec::new(),
            files: Vec::new(),
        }
    }
}
