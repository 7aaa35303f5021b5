//! The accumulators of all threads become one dump: rows, paired with their jobs.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use super::accumulator::{Accumulator, FoundJob, PartRead, TotalSizes};
use super::dump::{Dump, FileRead, Job, KnownFilter, LoadError, OlderList};
use super::note::Note;
use super::pair::{Folder, Owner, Pairing};
use super::tally::Tally;
use super::v2;
use crate::api::status::code;
use crate::api::{Api, JobRecord, UtcTime, status};
use crate::frame::{ItemFrame, Recorded, Runs};

/// Sums up the parts of each file that was read in parts.
fn join_parts(inputs: &mut [FileRead], parts: Vec<PartRead>) {
    let mut tallies: BTreeMap<u32, Tally> = BTreeMap::new();
    for part in parts {
        let tally = tallies.entry(part.file).or_default();
        *tally = tally.plus(part.tally);
        let input = &mut inputs[part.file as usize];
        input.documents += part.documents;
        input.items += part.items;
        input.kind = tally.kind().unwrap_or_default();
    }
}

/// Joins the accumulators, in path order, and pairs items with jobs.
pub(super) fn join(
    accumulators: Vec<Accumulator>,
    notes: &mut Vec<Note>,
    job_id: Option<&str>,
) -> Result<Dump, LoadError> {
    let mut columns = Vec::with_capacity(accumulators.len());
    let (mut groups, mut found_jobs) = (Vec::new(), Vec::new());
    let (mut inputs, mut parts) = (Vec::new(), Vec::new());
    let mut documents = v2::Documents::new();
    let mut rows = 0;
    for read in accumulators {
        groups.extend(read.groups.into_iter().map(|mut group| {
            group.rows = group.rows.start + rows..group.rows.end + rows;
            group
        }));
        rows += read.columns.len();
        columns.push(read.columns);
        found_jobs.extend(read.jobs);
        documents.extend(read.v2);
        inputs.extend(read.files);
        parts.extend(read.parts);
        notes.extend(read.notes);
    }
    join_parts(&mut inputs, parts);
    let paths: Vec<String> = inputs.iter().map(|file| file.path.clone()).collect();
    let folders = Folder::of_all(&paths);
    let pairing = Pairing {
        paths: &paths,
        folders: &folders,
        jobs: &found_jobs,
        job_id,
    };
    let mut owners = pairing.owners(&groups, notes);
    let first_of_v2 = groups.len();
    let folder_of = |file: u32| Path::new(&paths[file as usize]).parent();
    let mut files_of_v2: Vec<u32> = documents.iter().map(|(file, _)| *file).collect();
    files_of_v2.dedup();
    let folders_of_v2: BTreeSet<_> = files_of_v2.into_iter().map(folder_of).collect();
    let mut batches = v2::join(&documents, notes);
    drop(documents);
    for mut group in batches.groups {
        owners.push(match &group.batch_job_id {
            Some(id) => Owner::Job(id.clone()),
            None => pairing.nameless(group.file),
        });
        inputs[group.file as usize].items += group.rows.len() as u64;
        group.rows = group.rows.start + rows..group.rows.end + rows;
        groups.push(group);
    }
    if !batches.columns.is_empty() {
        columns.push(batches.columns);
    }
    found_jobs.extend(batches.jobs);
    let mut jobs = Jobs::default();
    jobs.jobs.reserve_exact(found_jobs.len());
    // In the order of the files, records before items.
    let mut next_job = found_jobs.into_iter().peekable();
    let mut runs = Runs::default();
    for (place, (group, owner)) in groups.iter().zip(owners).enumerate() {
        while let Some(found) = next_job.next_if(|found| found.file <= group.file) {
            jobs.add_records(found);
        }
        // The last page of a list of v2 is often empty, and looks like one of v1.
        let is_empty = group.rows.is_empty() && group.unreadable == 0;
        if is_empty
            && place < first_of_v2
            && matches!(owner, Owner::Nameless(_))
            && folders_of_v2.contains(&folder_of(group.file))
        {
            continue;
        }
        let job = jobs.of(owner);
        if place >= first_of_v2 {
            jobs.jobs[job as usize].api = Api::V2;
        }
        let list = &mut jobs.lists[job as usize];
        list.unreadable += group.unreadable;
        list.of.push(List {
            file: group.file,
            is_empty: group.rows.is_empty(),
            asked: group.status_filter.clone(),
            total_size: group.total_size,
        });
        runs.add(group.rows.end, job, group.file);
    }
    for found in next_job {
        jobs.add_records(found);
    }
    let (items, recorded) = {
        let Jobs { jobs: list, .. } = &jobs;
        ItemFrame::build(columns, runs, list.len())?
    };
    let ranges = items.rows_by_job(jobs.jobs.len());
    let mut finished = jobs.finish(recorded, &ranges, &items, &paths);
    for job in &mut finished {
        job.batch = job
            .id
            .as_ref()
            .and_then(|id| batches.facts.remove(id))
            .map(Box::new);
    }
    Ok(Dump {
        jobs: finished,
        items,
        rows: ranges,
        inputs,
        notes: std::mem::take(notes),
    })
}

/// Jobs while they are collected.
#[derive(Default)]
struct Jobs {
    by_owner: BTreeMap<Owner, u32>,
    jobs: Vec<Job>,
    lists: Vec<Lists>,
}

/// Lists of a job.
#[derive(Default)]
struct Lists {
    unreadable: u64,
    of: Vec<List>,
}

/// A list, a page of one, or several that say the same.
struct List {
    file: u32,
    is_empty: bool,
    /// Status it was filtered by, if the document tells.
    asked: Option<String>,
    total_size: Option<TotalSizes>,
}

impl Jobs {
    fn of(&mut self, owner: Owner) -> u32 {
        let next = self.jobs.len() as u32;
        let index = *self.by_owner.entry(owner.clone()).or_insert(next);
        if index == next {
            let (id, label) = match owner {
                Owner::Job(id) => (Some(id.clone()), id),
                Owner::Nameless(label) => (None, label),
            };
            self.jobs.push(Job {
                id,
                label,
                api: Api::default(),
                record: None,
                records: 0,
                history: Vec::new(),
                recorded: Recorded::default(),
                unreadable: 0,
                total_size: None,
                total_sizes_differ: false,
                known_filter: None,
                has_list: false,
                batch: None,
                older_list: None,
            });
            self.lists.push(Lists::default());
        }
        index
    }

    fn add_records(&mut self, found: FoundJob) {
        let index = self.of(Owner::Job(found.record.id.clone()));
        let job = &mut self.jobs[index as usize];
        job.api = found.record.api;
        job.records += found.records;
        job.history.extend(found.history);
        if job
            .record
            .as_ref()
            .is_none_or(|before| found.record.supersedes(before))
        {
            job.record = Some(found.record);
        }
    }

    fn finish(
        mut self,
        recorded: Vec<Recorded>,
        ranges: &[Range<usize>],
        items: &ItemFrame,
        paths: &[String],
    ) -> Vec<Job> {
        for (index, (job, recorded)) in self.jobs.iter_mut().zip(recorded).enumerate() {
            let lists = &mut self.lists[index];
            let superseded = &recorded.superseded;
            job.history.sort_unstable();
            job.history.dedup();
            job.unreadable = lists.unreadable;
            job.has_list = !lists.of.is_empty();
            let known = known_filter(&lists.of, items, &ranges[index], superseded, paths);
            let sizes = total_sizes(&lists.of, known.as_ref());
            job.known_filter = known.map(Box::new);
            job.total_size = sizes.map(|sizes| sizes.most);
            job.total_sizes_differ = sizes.is_some_and(|sizes| sizes.least < sizes.most);
            job.older_list = older_list(job.record.as_deref(), items, &ranges[index]).map(Box::new);
            job.recorded = recorded;
        }
        self.jobs
    }
}

/// Open items in the list of a job that has ended.
fn older_list(
    record: Option<&JobRecord>,
    items: &ItemFrame,
    rows: &Range<usize>,
) -> Option<OlderList> {
    let record = record.filter(|record| status::is_ended_job(record.status.as_deref()))?;
    let pieces = items.rows(rows.clone());
    let is_open = |code: &&u32| [code::PENDING, code::PROCESSING].contains(code);
    let statuses = pieces.pieces().iter().flat_map(|piece| piece.status);
    let open = statuses.filter(is_open).count() as u64;
    let newest = || {
        rows.clone()
            .filter_map(|row| items.row(row).effective_at)
            .max()
    };
    (open > 0).then(|| OlderList {
        open,
        newest_record: newest().and_then(UtcTime::from_micros),
        ended_at: record.ended_at(),
    })
}

/// Filter of the lists of a job: the status that was asked for, or, if each of them has one, a file name
/// that holds the one status of its items, as in `failed.json`.
fn known_filter(
    lists: &[List],
    items: &ItemFrame,
    rows: &Range<usize>,
    superseded: &BTreeSet<(u32, u32)>,
    paths: &[String],
) -> Option<KnownFilter> {
    let said = || {
        lists
            .iter()
            .filter(|list| !list.is_empty || list.asked.is_some())
    };
    let named = NamesOfFiles::of(said(), items, rows, superseded, paths);
    let by_name: Option<BTreeSet<String>> = said()
        .map(|list| list.asked.clone().or_else(|| named.status(list.file)))
        .collect();
    if let Some(statuses) = by_name {
        return (!statuses.is_empty()).then_some(KnownFilter {
            statuses,
            in_part: false,
        });
    }
    let statuses: BTreeSet<String> = said().filter_map(|list| list.asked.clone()).collect();
    (!statuses.is_empty()).then_some(KnownFilter {
        statuses,
        in_part: true,
    })
}

/// Totals of the rows of a job. The total of a filtered list counts the items of one status, so it is none
/// beside other lists.
fn total_sizes(lists: &[List], filter: Option<&KnownFilter>) -> Option<TotalSizes> {
    let sizes = |of: fn(&&List) -> bool| {
        let sizes = lists.iter().filter(of).map(|list| list.total_size);
        sizes.fold(None, TotalSizes::both)
    };
    match filter {
        Some(filter) if filter.in_part => sizes(|list| list.asked.is_none()),
        Some(filter) if filter.statuses.len() > 1 => None,
        _ => sizes(|_| true),
    }
}

/// Statuses in the names of the files that the items of a job come from.
struct NamesOfFiles<'f> {
    /// The only status of a file's items; absent if there are several.
    statuses: BTreeMap<u32, Option<&'f str>>,
    paths: &'f [String],
}

impl<'f> NamesOfFiles<'f> {
    fn of<'l>(
        mut lists: impl Iterator<Item = &'l List>,
        items: &'f ItemFrame,
        rows: &Range<usize>,
        superseded: &BTreeSet<(u32, u32)>,
        paths: &'f [String],
    ) -> Self {
        let mut names = Self {
            statuses: BTreeMap::new(),
            paths,
        };
        // Few names hold a status, and to look at all items takes longer.
        let all_known = items.statuses().len() == status::KNOWN.len();
        let may_tell = |list: &List| {
            let is_held = |word: &&str| names.holds(list.file, word);
            list.asked.is_none() && (!all_known || status::KNOWN.iter().any(is_held))
        };
        if lists.any(may_tell) {
            let newest = rows.clone().filter_map(|row| {
                let (_, file) = items.source(row)?;
                Some((file, items.status_word(row)))
            });
            // A list was asked for by a status only if every record of it has that one, not only those
            // that are the newest of their items.
            let older = superseded
                .iter()
                .map(|(file, code)| (*file, items.statuses().get(*code)));
            for (file, status) in newest.chain(older) {
                let of_file = names.statuses.entry(file).or_insert(Some(status));
                if *of_file != Some(status) {
                    *of_file = None;
                }
            }
        }
        names
    }

    /// Tells if the name of a file holds a word.
    fn holds(&self, file: u32, word: &str) -> bool {
        let path = self.paths.get(file as usize).map(Path::new);
        let name = path.and_then(Path::file_name);
        name.is_some_and(|name| {
            let name = name.to_string_lossy().to_lowercase();
            name.split(|c: char| !c.is_alphanumeric())
                .any(|part| part == word)
        })
    }

    /// The only status of a file's items, if the name of the file holds it.
    fn status(&self, file: u32) -> Option<String> {
        let status = (*self.statuses.get(&file)?)?;
        self.holds(file, status).then(|| status.to_owned())
    }
}
