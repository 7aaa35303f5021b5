//! Writing a snapshot, so that a stop at any moment leaves one that is finished or can be resumed:
//! a body is on disk under its name before the manifest lists it, and a file is taken away only
//! after the manifest has ceased to list it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::{
    Entry, Generator, MANIFEST, Manifest, ManifestError, Page, Problem, SNAPSHOT_VERSION,
    is_body_name, sha256, verify,
};
use crate::api::UtcTime;
use crate::output::{self, TEMPORARY_PREFIX, WriteError};

/// Held while a fetch writes to the folder; hidden, so that reports leave it alone.
const LOCK: &str = ".batch-report.lock";

/// A snapshot that is being written.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    /// The open file keeps the lock.
    _lock: Option<File>,
    /// Whether the folder was made by this run.
    made: bool,
    manifest: Option<Manifest>,
    /// What was wrong with the files when the snapshot was opened.
    problems: Vec<(String, Problem)>,
    /// Files that a broken manifest leaves without a description.
    undescribed: bool,
}

/// Why a snapshot could not be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be used.
    #[error("could not use the folder {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another fetch is at work.
    #[error(
        "another fetch is writing to {}; wait for it, or fetch to another folder",
        .0.display()
    )]
    Busy(PathBuf),
    /// Files of these names are there that no manifest describes.
    #[error(
        "{} holds {name}, and no snapshot.json that describes it; fetch to another folder, or use \
         --force to have it put aside",
        folder.display()
    )]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// One of the files.
        name: String,
    },
    /// The manifest cannot be read.
    #[error("could not read {}; use --force to have it put aside", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Why.
        source: ManifestError,
    },
    /// A file could not be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// An earlier snapshot could not be put aside.
    #[error("could not put the earlier snapshot aside in {}", path.display())]
    Aside {
        /// Where to.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Store {
    /// Opens the snapshot in a folder, or makes the folder. With `force` whatever is there will be
    /// put aside.
    ///
    /// # Errors
    ///
    /// Where the folder cannot be used, another fetch holds it, or what is there is not understood.
    pub fn open(folder: &Path, force: bool) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Folder {
            path: folder.to_owned(),
            source,
        };
        let made = !folder.exists();
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = File::options()
            .create(true)
            .append(true)
            .open(folder.join(LOCK))
            .map_err(failed)?;
        let lock = match lock.try_lock() {
            Ok(()) => Some(lock),
            Err(TryLockError::WouldBlock) => return Err(StoreError::Busy(folder.to_owned())),
            // Some network file systems have no locks; fetching there is no worse than it was.
            Err(TryLockError::Error(_)) => None,
        };
        let mut store = Self {
            folder: folder.to_owned(),
            _lock: lock,
            made,
            manifest: None,
            problems: Vec::new(),
            undescribed: false,
        };
        store.read(force)?;
        store.sweep()?;
        Ok(store)
    }

    fn read(&mut self, force: bool) -> Result<(), StoreError> {
        let path = self.folder.join(MANIFEST);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match self.bodies()?.pop() {
                    Some(_) if force => self.undescribed = true,
                    Some(name) => {
                        return Err(StoreError::Foreign {
                            folder: self.folder.clone(),
                            name,
                        });
                    }
                    None => {}
                }
                return Ok(());
            }
            Err(source) => return Err(StoreError::Read { path, source }),
        };
        match Manifest::read(&text) {
            Ok(manifest) => {
                self.problems = verify(&self.folder, &manifest);
                self.manifest = Some(manifest);
            }
            Err(_) if force => self.undescribed = true,
            Err(source) => return Err(StoreError::Manifest { path, source }),
        }
        Ok(())
    }

    /// Takes away what an earlier run left that was killed: temporary files, and bodies the
    /// manifest does not list.
    fn sweep(&self) -> Result<(), StoreError> {
        if let Some(manifest) = &self.manifest {
            for name in self.bodies()? {
                if !manifest.files.iter().any(|entry| entry.name == name) {
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

    /// The manifest; absent before the first answer.
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// The files that are not what was fetched, and why.
    pub fn problems(&self) -> &[(String, Problem)] {
        &self.problems
    }

    /// Begins a snapshot; one that is there is put aside, beside the new one. Gives the folder it
    /// was put into.
    ///
    /// # Errors
    ///
    /// Where files cannot be written.
    pub fn begin(&mut self, manifest: Manifest) -> Result<Option<PathBuf>, StoreError> {
        let aside = if self.manifest.is_some() || self.undescribed {
            Some(self.put_aside(manifest.began_at)?)
        } else {
            None
        };
        self.manifest = Some(manifest);
        self.problems.clear();
        self.save()?;
        self.undescribed = false;
        // Only now: the new manifest does not list them any more.
        for name in self.bodies()? {
            let _ = fs::remove_file(self.folder.join(name));
        }
        Ok(aside)
    }

    /// Puts a second copy of the snapshot into a folder of its own, called by the time it was
    /// begun at. Until the manifest here is replaced, the files here are still the snapshot.
    fn put_aside(&self, now: UtcTime) -> Result<PathBuf, StoreError> {
        let time = self.manifest.as_ref().map_or(now, |old| old.began_at);
        let time = UtcTime::from_micros(time.micros() / 1_000_000 * 1_000_000).unwrap_or(time);
        let stem = time.to_string().replace(':', "-");
        let mut folder = self.folder.join(&stem);
        let ours = fs::read(self.folder.join(MANIFEST)).ok();
        for number in 2.. {
            // Without a manifest, or with this one, it is what a stopped run began; it is
            // completed then.
            let theirs = fs::read(folder.join(MANIFEST)).ok();
            if theirs.is_none() || theirs == ours {
                break;
            }
            folder = self.folder.join(format!("{stem}-{number}"));
        }
        let failed = |source| StoreError::Aside {
            path: folder.clone(),
            source,
        };
        fs::create_dir_all(&folder).map_err(failed)?;
        let mut names = self.bodies()?;
        // Last, as always: what has a manifest is complete.
        names.push(MANIFEST.to_owned());
        for name in names {
            let (from, to) = (self.folder.join(&name), folder.join(&name));
            match fs::remove_file(&to) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
            let copied = fs::hard_link(&from, &to).or_else(|error| match error.kind() {
                io::ErrorKind::NotFound => Ok(()),
                _ => fs::copy(&from, &to).map(|_| ()),
            });
            copied.map_err(failed)?;
        }
        output::sync_folder(&folder).map_err(failed)?;
        Ok(folder)
    }

    /// Takes the files that are wrong out of the manifest, so that they are fetched again.
    ///
    /// # Errors
    ///
    /// Where the manifest cannot be written.
    pub fn forget_problems(&mut self) -> Result<(), StoreError> {
        let problems = std::mem::take(&mut self.problems);
        if problems.is_empty() {
            return Ok(());
        }
        self.update(|manifest| {
            manifest
                .files
                .retain(|entry| !problems.iter().any(|(name, _)| *name == entry.name));
            manifest.finished = false;
            manifest.whole = None;
        })?;
        self.sweep()
    }

    /// Whether a status document is the same as the newest one.
    pub fn is_newest_status(&self, body: &[u8]) -> bool {
        let mut statuses = self.entries().iter().filter(|entry| entry.page.is_none());
        statuses
            .next_back()
            .is_some_and(|newest| newest.sha256 == sha256(body))
    }

    /// Keeps a status document; gives its name. One that is the same as the newest is not kept
    /// twice.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn keep_status(&mut self, answer: &Answered<'_>) -> Result<String, StoreError> {
        let checksum = sha256(answer.body);
        let statuses = self.entries().iter().filter(|entry| entry.page.is_none());
        if let Some(newest) = statuses.clone().next_back()
            && newest.sha256 == checksum
        {
            return Ok(newest.name.clone());
        }
        let name = match self.next_number("status_") {
            // The first has the plain name; the names of later ones sort behind it (`_` does, `-`
            // would not), because of records without times the later in path order counts.
            1 if statuses.clone().next().is_none() => "status.json".to_owned(),
            number => format!("status_{:06}.json", number.max(2)),
        };
        self.keep(answer, name.clone(), checksum, None)?;
        Ok(name)
    }

    /// Keeps a page of the list. One that is byte for byte the same as another of this reading
    /// brings nothing and is not kept twice.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn keep_page(&mut self, answer: &Answered<'_>, page: Page) -> Result<(), StoreError> {
        let checksum = sha256(answer.body);
        let known = self.entries().iter().any(|entry| {
            entry.sha256 == checksum
                && entry
                    .page
                    .is_some_and(|other| other.reading == page.reading)
        });
        if known {
            return Ok(());
        }
        let name = format!("items-{:06}.json", self.next_number("items-"));
        self.keep(answer, name, checksum, Some(page))
    }

    fn entries(&self) -> &[Entry] {
        self.manifest
            .as_ref()
            .map_or(&[], |manifest| &manifest.files)
    }

    /// One more than the highest number in use, so that no name is ever used twice.
    fn next_number(&self, prefix: &str) -> u64 {
        let numbers = self.entries().iter().filter_map(|entry| {
            let number = entry.name.strip_prefix(prefix)?.strip_suffix(".json")?;
            number.parse::<u64>().ok()
        });
        numbers.max().unwrap_or_default() + 1
    }

    fn keep(
        &mut self,
        answer: &Answered<'_>,
        name: String,
        sha256: String,
        page: Option<Page>,
    ) -> Result<(), StoreError> {
        output::write_durably(&self.folder.join(&name), answer.body)?;
        self.update(|manifest| {
            if let Some(page) = page {
                manifest.distinct_items = page.distinct_items_so_far;
            }
            manifest.asked_until = answer.asked_at;
            manifest.files.push(Entry {
                name,
                url: answer.url.to_owned(),
                asked_at: answer.asked_at,
                http_status: answer.http_status,
                bytes: answer.body.len() as u64,
                sha256,
                page,
            });
        })
    }

    /// Changes the manifest and writes it.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn update(&mut self, change: impl FnOnce(&mut Manifest)) -> Result<(), StoreError> {
        if let Some(manifest) = &mut self.manifest {
            change(manifest);
            self.save()?;
        }
        Ok(())
    }

    /// Ends a reading of the list: the pages of earlier readings, which it replaces, go.
    ///
    /// # Errors
    ///
    /// Where the manifest cannot be written.
    pub fn finish_reading(&mut self, change: impl FnOnce(&mut Manifest)) -> Result<(), StoreError> {
        self.update(|manifest| {
            let reading = manifest.reading;
            manifest
                .files
                .retain(|entry| entry.page.is_none_or(|page| page.reading == reading));
            change(manifest);
        })?;
        self.sweep()?;
        // Once is enough: after a power failure before this the manifest that is there may be an
        // older one, or name a page that is not there, which is found out and fetched again.
        output::sync_folder(&self.folder).map_err(|source| StoreError::Folder {
            path: self.folder.clone(),
            source,
        })
    }

    fn save(&self) -> Result<(), StoreError> {
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
        output::write_durably(&path, &text)?;
        Ok(())
    }

    /// The body of a file of the snapshot.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub fn body(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        let path = self.folder.join(name);
        fs::read(&path).map_err(|source| StoreError::Read { path, source })
    }

    /// Takes the folder away again where nothing was ever kept in it, so that a job that is not
    /// there leaves no trace.
    pub fn discard_if_empty(self) {
        if self.made && self.entries().is_empty() {
            let _ = fs::remove_file(self.folder.join(MANIFEST));
            let _ = fs::remove_file(self.folder.join(LOCK));
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

/// An answer of the server, to be kept.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// The URL.
    pub url: &'a str,
    /// When it was asked for.
    pub asked_at: UtcTime,
    /// The status of the answer.
    pub http_status: u16,
    /// Its body.
    pub body: &'a [u8],
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
            files: Vec::new(),
        }
    }
}
