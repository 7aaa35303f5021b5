//! Pairing of items with their batch job. An item does not name its batch: the document, the user, the
//! names of files and folders and the jobs found beside them tell it, in this order. If two jobs could
//! claim items, neither gets them.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::accumulator::{FoundJob, ItemGroup};
use super::found::is_pipe;
use super::note::{Ids, Note, NoteKind};
use crate::parallel;

/// Job that a group of items belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// The batch job of that id.
    Job(String),
    /// A job without an id, labelled by the folder or file of its items.
    Nameless(String),
}

/// Facts that pairing looks at beside the items.
pub(super) struct Pairing<'a> {
    /// The path of each file.
    pub paths: &'a [String],
    /// Its folder.
    pub folders: &'a [Folder],
    /// The status records.
    pub jobs: &'a [FoundJob],
    /// `--job-id`.
    pub job_id: Option<&'a str>,
}

impl Pairing<'_> {
    /// The owner of each group.
    pub(super) fn owners(&self, groups: &[ItemGroup], notes: &mut Vec<Note>) -> Vec<Owner> {
        let places = LazyCell::new(|| self.places(groups));
        let mut by_file: BTreeMap<u32, Owner> = BTreeMap::new();
        groups
            .iter()
            .map(|group| {
                if let Some(id) = group.batch_job_id.as_deref().or(self.job_id) {
                    return Owner::Job(id.to_owned());
                }
                by_file
                    .entry(group.file)
                    .or_insert_with(|| self.owner_of_file(group.file, &places, notes))
                    .clone()
            })
            .collect()
    }

    /// The jobs by their places, in which items that do not name theirs look for it.
    fn places<'p>(&'p self, groups: &'p [ItemGroup]) -> Places<'p> {
        // Ids of the usual form are found in names without knowing them.
        let unusual = self
            .jobs
            .iter()
            .map(|job| job.record.id.as_str())
            .chain(
                groups
                    .iter()
                    .filter_map(|group| group.batch_job_id.as_deref()),
            )
            .filter(|id| batch_ids(id).next() != Some(id));
        Places {
            unusual: UnusualIds::of(unusual),
            files: self.jobs_by_file(),
            folders: self.jobs_by_folder(groups),
            lone: self
                .folders
                .iter()
                .filter(|folder| folder.named.is_empty())
                .count()
                == 1,
        }
    }

    /// A job without an id for the items of a file, whichever jobs lie beside it.
    pub(super) fn nameless(&self, file: u32) -> Owner {
        let lone = self.folders.len() == 1;
        let file = file as usize;
        Owner::Nameless(self.label(&self.paths[file], &self.folders[file], lone))
    }

    fn owner_of_file(&self, file: u32, places: &Places<'_>, notes: &mut Vec<Note>) -> Owner {
        let path = &self.paths[file as usize];
        let folder = &self.folders[file as usize];
        let nameless = || Owner::Nameless(self.label(path, folder, places.lone));
        match named_job(path, folder, &places.unusual) {
            Named::One(id) => return Owner::Job(id),
            Named::Several(ids) => {
                notes.push(Note {
                    path: Some(path.clone()),
                    kind: NoteKind::AmbiguousName(Ids::of(ids.iter().map(String::as_str))),
                });
                return nameless();
            }
            Named::None => {}
        }
        let beside = folder
            .real
            .iter()
            .flat_map(|real| real.ancestors())
            .filter_map(|above| places.folders.get(&Place::Folder(above.as_os_str())));
        let in_file = places.files.get(&file);
        let piped = match &folder.real {
            Some(_) => &Place::Pipe,
            None => &Place::Anywhere,
        };
        let nearest = in_file
            .into_iter()
            .chain(beside)
            .chain(places.folders.get(piped))
            .next();
        match nearest {
            Some(ids) if ids.len() == 1 => {
                Owner::Job(ids.first().copied().unwrap_or_default().to_owned())
            }
            Some(ids) => {
                notes.push(Note {
                    path: Some(path.clone()),
                    kind: NoteKind::AmbiguousJob(Ids::of(ids.iter().copied())),
                });
                nameless()
            }
            None => nameless(),
        }
    }

    /// The ids of the jobs found in each file.
    fn jobs_by_file(&self) -> BTreeMap<u32, BTreeSet<&str>> {
        let mut files: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
        for job in self.jobs {
            files.entry(job.file).or_default().insert(&job.record.id);
        }
        files
    }

    /// The ids of the jobs found in each folder. A pipe lies in none: its items get the only job of all
    /// inputs, and files without a job in their folders get the only job of a pipe.
    fn jobs_by_folder<'p>(
        &'p self,
        groups: &'p [ItemGroup],
    ) -> BTreeMap<Place<'p>, BTreeSet<&'p str>> {
        let mut folders: BTreeMap<Place<'_>, BTreeSet<&str>> = BTreeMap::new();
        let records = self
            .jobs
            .iter()
            .map(|job| (job.file, job.record.id.as_str()));
        let named = groups
            .iter()
            .filter_map(|group| Some((group.file, group.batch_job_id.as_deref()?)));
        for (file, id) in records.chain(named) {
            let place = match &self.folders[file as usize].real {
                Some(folder) => Place::Folder(folder.as_os_str()),
                None => Place::Pipe,
            };
            for place in [place, Place::Anywhere] {
                folders.entry(place).or_default().insert(id);
            }
        }
        folders
    }

    /// Label of a job without an id: the folder of its items as it was named; for a file that was named
    /// without a folder the file, or together with others "files without a folder".
    fn label(&self, path: &str, folder: &Folder, lone: bool) -> String {
        match &folder.real {
            None => "standard input".to_owned(),
            Some(_) if !folder.named.is_empty() => folder.named.clone(),
            Some(_) if lone => path.to_owned(),
            Some(_) => "files without a folder".to_owned(),
        }
    }
}

/// Place of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place<'p> {
    Folder(&'p OsStr),
    Pipe,
    Anywhere,
}

/// The jobs by their places.
struct Places<'p> {
    unusual: UnusualIds<'p>,
    files: BTreeMap<u32, BTreeSet<&'p str>>,
    folders: BTreeMap<Place<'p>, BTreeSet<&'p str>>,
    /// True if only one file was named without a folder.
    lone: bool,
}

/// The folder of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    /// Name as it was given; empty for a file named without one.
    pub named: String,
    /// Canonical path, whichever way it was named; absent for a pipe.
    pub real: Option<PathBuf>,
}

impl Folder {
    /// The folders of files that were found. The canonical path is looked up once for all files that
    /// name a folder alike.
    pub(super) fn of_all(paths: &[String]) -> Vec<Self> {
        /// For fewer folders another thread need not wake up.
        const MANY_FOLDERS: usize = 64;
        let named: Vec<Option<String>> = paths.iter().map(|path| Self::named(path)).collect();
        let all: BTreeSet<&str> = named.iter().flatten().map(String::as_str).collect();
        let real = |named| (named, Self::really(named));
        let many = all.len() > MANY_FOLDERS;
        let known = parallel::map(many, all.into_iter().collect(), real);
        let known: BTreeMap<&str, PathBuf> = known.into_iter().collect();
        let folder = |named: &Option<String>| Self {
            real: named.as_deref().and_then(|named| known.get(named)).cloned(),
            named: named.clone().unwrap_or_default(),
        };
        named.iter().map(folder).collect()
    }

    /// The folder of a file as it is named; absent for a pipe.
    fn named(path: &str) -> Option<String> {
        if is_pipe(path) {
            return None;
        }
        let path = Path::new(path);
        let parent = path.strip_prefix(".").unwrap_or(path).parent();
        let named = parent.map(|folder| folder.to_string_lossy().into_owned());
        Some(named.unwrap_or_default())
    }

    /// The canonical path of a folder, or of an archive and the folder in it.
    fn really(named: &str) -> PathBuf {
        let folder = Path::new(if named.is_empty() { "." } else { named });
        for above in folder
            .ancestors()
            .filter(|above| !above.as_os_str().is_empty())
        {
            if let Ok(real) = std::fs::canonicalize(above) {
                return match folder.strip_prefix(above) {
                    Ok(inside) if !inside.as_os_str().is_empty() => real.join(inside),
                    _ => real,
                };
            }
        }
        folder.to_owned()
    }
}

enum Named {
    None,
    One(String),
    Several(Vec<String>),
}

/// The job that the name of a file holds, or else the name of the nearest folder that holds one.
fn named_job(path: &str, folder: &Folder, unusual: &UnusualIds<'_>) -> Named {
    let Some(real) = &folder.real else {
        return Named::None;
    };
    let file = Path::new(path)
        .file_name()
        .map(|name| name.to_string_lossy());
    let folders = real.components().rev().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy()),
        _ => None,
    });
    for name in file.into_iter().chain(folders) {
        let mut ids: BTreeSet<String> = batch_ids(&name).map(str::to_owned).collect();
        ids.extend(unusual.within(&name).map(str::to_owned));
        // An id within a longer one of the same name is not there by itself.
        let all = ids.clone();
        ids.retain(|id| {
            !all.iter()
                .any(|other| other != id && other.contains(id.as_str()))
        });
        match ids.len() {
            0 => {}
            1 => return Named::One(ids.pop_first().unwrap_or_default()),
            _ => return Named::Several(ids.into_iter().collect()),
        }
    }
    Named::None
}

/// Ids of jobs that do not tell by themselves that they are one.
struct UnusualIds<'p> {
    ids: BTreeSet<&'p str>,
    /// Bytes of the longest.
    longest: usize,
}

impl<'p> UnusualIds<'p> {
    /// Shorter ones are in too many names by accident.
    const SHORTEST: usize = 4;

    fn of(ids: impl Iterator<Item = &'p str>) -> Self {
        let ids: BTreeSet<&str> = ids.filter(|id| id.len() >= Self::SHORTEST).collect();
        Self {
            longest: ids.iter().map(|id| id.len()).max().unwrap_or_default(),
            ids,
        }
    }

    /// Ids that a name holds as words of their own. Each part of the name that may be one is looked up,
    /// because there may be as many ids as names.
    fn within<'n>(&self, name: &'n str) -> impl Iterator<Item = &'n str> {
        let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let places: Vec<usize> = match self.ids.is_empty() {
            true => Vec::new(),
            false => (0..=name.len())
                .filter(|at| name.is_char_boundary(*at))
                .collect(),
        };
        let begins = places
            .iter()
            .copied()
            .filter(|at| !is_part(name[..*at].chars().next_back()));
        let is_end = |at: &usize| !is_part(name[*at..].chars().next());
        let ends: Vec<usize> = places.iter().copied().filter(is_end).collect();
        let within = |begin: usize| {
            let lengths = Self::SHORTEST..=self.longest;
            let ends = ends
                .iter()
                .filter(move |end| lengths.contains(&end.saturating_sub(begin)));
            ends.map(move |end| &name[begin..*end])
        };
        let words: Vec<&str> = begins
            .flat_map(within)
            .filter(|word| self.ids.contains(word))
            .collect();
        words.into_iter()
    }
}

/// `bjb-` with a UUID, wherever it stands in a name.
fn batch_ids(name: &str) -> impl Iterator<Item = &str> {
    const LENGTH: usize = 4 + 36;
    name.match_indices("bjb-").filter_map(|(at, _)| {
        let id = name.get(at..at + LENGTH)?;
        let uuid = id[4..].bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
        uuid.then_some(id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unusual_id_is_found_where_it_is_a_word_of_a_name() {
        let ids = UnusualIds::of(["job_0001", "b-7 é", "abc", "--x--"].into_iter());
        let found = |name| ids.within(name).collect::<Vec<_>>();
        assert_eq!(found("items-job_0001.json"), ["job_0001"]);
        assert_eq!(found("job_00012.json"), [""; 0]);
        assert_eq!(found("éjob_0001"), [""; 0]);
        assert_eq!(found("x b-7 é (job_0001)"), ["b-7 é", "job_0001"]);
        assert_eq!(found("abc"), [""; 0], "it is too short");
        assert_eq!(found("a--x--b"), [""; 0]);
        assert_eq!(found("--x--"), ["--x--"]);
    }
    use crate::api::JobRecord;

    const A: &str = "bjb-5eaf9ad5-8702-4c03-8bfd-9f390195055d";
    const B: &str = "bjb-69c17150-74bb-4db0-b4c3-0906e293e9ee";

    fn owner(paths: &[&str], jobs: &[(u32, &str)], job_id: Option<&str>) -> (Owner, usize) {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        let jobs: Vec<FoundJob> = jobs
            .iter()
            .map(|(file, id)| {
                let id = (*id).to_owned();
                let record = JobRecord {
                    id,
                    ..JobRecord::default()
                };
                FoundJob::new(*file, record)
            })
            .collect();
        let group = ItemGroup {
            file: 0,
            rows: 0..1,
            unreadable: 0,
            batch_job_id: None,
            total_size: None,
            status_filter: None,
            loose: false,
        };
        let mut notes = Vec::new();
        let folders = Folder::of_all(&paths);
        let pairing = Pairing {
            folders: &folders,
            paths: &paths,
            jobs: &jobs,
            job_id,
        };
        (pairing.owners(&[group], &mut notes).remove(0), notes.len())
    }

    fn job(id: &str) -> (Owner, usize) {
        (Owner::Job(id.to_owned()), 0)
    }

    #[test]
    fn the_users_word_goes_before_the_file_name() {
        let path = format!("d/{A}.items.json");
        assert_eq!(owner(&[&path], &[], Some(B)), job(B));
        assert_eq!(owner(&[&path], &[], None), job(A));
    }

    #[test]
    fn the_nearest_name_that_holds_an_id_tells() {
        assert_eq!(
            owner(&[&format!("{B}/pages-{A}/items.json")], &[], None),
            job(A)
        );
        assert_eq!(
            owner(
                &["run/my-job-7/items.json", "x.json"],
                &[(1, "my-job-7")],
                None
            ),
            job("my-job-7")
        );
    }

    #[test]
    fn the_only_job_in_the_folder_or_in_the_nearest_one_above_tells() {
        assert_eq!(
            owner(&["d/items.json", "d/status.json"], &[(1, A)], None),
            job(A)
        );
        assert_eq!(
            owner(
                &["d/pages/1.json", "d/s.json", "s.json"],
                &[(1, A), (2, B)],
                None
            ),
            job(A)
        );
        assert_eq!(owner(&["-", "d/s.json"], &[(1, A)], None), job(A));
        assert_eq!(owner(&["d/items.json", "-"], &[(1, A)], None), job(A));
        assert_eq!(
            owner(&["./items.json", "status.json"], &[(1, A)], None),
            job(A)
        );
    }

    #[test]
    fn two_jobs_in_the_folder_are_told_and_not_guessed() {
        let (owner, notes) = owner(
            &["d/items.json", "d/a.json", "d/b.json"],
            &[(1, A), (2, B)],
            None,
        );
        assert_eq!((owner, notes), (Owner::Nameless("d".to_owned()), 1));
    }

    #[test]
    fn a_member_of_an_archive_finds_the_job_in_the_folder_above() {
        let path = std::env::current_dir().expect("a folder").join("src");
        let path = path.to_str().expect("UTF-8");
        let member = format!("{path}/a.zip/d/items.json");
        let status = format!("{path}/status.json");
        assert_eq!(owner(&[&member, &status], &[(1, A)], None), job(A));
        let member = format!("{path}/{B}.zip/items.json");
        assert_eq!(owner(&[&member, &status], &[(1, A)], None), job(B));
    }

    #[test]
    fn a_job_in_another_folder_claims_nothing() {
        let (owner, _) = owner(&["d/items.json", "e/status.json"], &[(1, A)], None);
        assert_eq!(owner, Owner::Nameless("d".to_owned()));
    }
}
