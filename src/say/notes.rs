//! Notes: what a reader has to know about files and jobs to trust the numbers.

use indexmap::IndexMap;

use super::code::Code;
use super::{batches, loading};
use crate::api::{Api, UtcTime, status};
use crate::load::{Dump, Job, Milestone};
use crate::report::model::{JobReport, Note, Sections};
use crate::text::{counted, joined, mask_name, number};

/// Notes of one code in a report; further ones are counted.
const NOTES_PER_CODE: usize = 200;

/// Notes about files.
pub(super) fn of_loading(dump: &Dump) -> impl Iterator<Item = Note> {
    dump.notes.iter().map(|note| {
        let code = loading::code(&note.kind);
        Note {
            path: note
                .path
                .as_deref()
                .map(|path| mask_name(path).into_owned()),
            ..Note::new(code, None, loading::message(&note.kind))
        }
    })
}

/// Note about items that several jobs record.
pub(super) fn of_reruns(overall: &Sections) -> Option<Note> {
    let again = overall.reruns.as_ref()?.tried_again;
    (again > 0).then(|| {
        let message = format!(
            "{} in a newer job; the figures count what each job recorded",
            counted(
                again,
                "item that failed is recorded again",
                "items that failed are recorded again"
            )
        );
        Note::new(Code::RetriedItems, None, message)
    })
}

impl Note {
    /// A note about a job, or about no single one.
    pub(super) fn new(code: Code, job: Option<&str>, message: String) -> Self {
        Self {
            severity: code.severity(),
            code: code.name().to_owned(),
            path: None,
            job: job.map(str::to_owned),
            loss: code.is_loss(),
            message,
        }
    }
}

/// Notes while they are collected: the first ones of each code are kept, and the others counted. 100,000 broken
/// files are no reason to print 100,000 lines.
#[derive(Default)]
pub(super) struct Gathered {
    kept: Vec<Note>,
    /// Number of the notes of each code, and the first of them.
    codes: IndexMap<String, (usize, Note)>,
}

impl Gathered {
    /// Adds notes.
    pub(super) fn extend(&mut self, notes: impl IntoIterator<Item = Note>) {
        for note in notes {
            match self.codes.get_mut(&note.code) {
                Some((count, _)) => {
                    *count += 1;
                    if *count > NOTES_PER_CODE {
                        continue;
                    }
                }
                None => {
                    self.codes.insert(note.code.clone(), (1, note.clone()));
                }
            }
            self.kept.push(note);
        }
    }

    /// Adds notes that were collected.
    pub(super) fn append(&mut self, other: Self) {
        self.extend(other.kept);
        for (code, (count, _)) in other.codes {
            if let Some((all, _)) = self.codes.get_mut(&code) {
                *all += count.saturating_sub(NOTES_PER_CODE);
            }
        }
    }

    /// Returns the notes, worst first, those about files before those about jobs, with one for all that are left
    /// out of a code.
    pub(super) fn limited(self) -> Vec<Note> {
        let mut notes = self.kept;
        for (count, first) in self.codes.into_values() {
            let Some(more @ 1..) = count.checked_sub(NOTES_PER_CODE) else {
                continue;
            };
            let what = match first.path {
                Some(_) => counted(more as u64, "more file", "more files"),
                None => counted(more as u64, "more job", "more jobs"),
            };
            // It names the first of them, because it stands behind notes of other codes.
            notes.push(Note {
                message: format!("the same applies to {what}"),
                ..first
            });
        }
        notes.sort_by_key(|note| note.severity);
        notes
    }
}

/// Notes about a job.
pub(super) fn of_job(job: &Job, report: &JobReport) -> Vec<Note> {
    let mut notes = Notes {
        label: &report.label,
        notes: Vec::new(),
    };
    notes.pairing(job);
    notes.filter(report);
    if job.api == Api::V1 {
        // The notes about a v2 batch name the jobs that are missing.
        notes.completeness(job, report);
    }
    notes.counts(job, report);
    notes.repeated(job, report);
    notes.statuses(report);
    notes.times(report);
    if let Some(batch) = &job.batch {
        notes.notes.extend(batches::of_batch(batch, report));
    }
    notes.notes
}

struct Notes<'a> {
    label: &'a str,
    notes: Vec<Note>,
}

impl Notes<'_> {
    fn add(&mut self, code: Code, message: impl Into<String>) {
        let note = Note::new(code, Some(self.label), message.into());
        self.notes.push(note);
    }

    fn pairing(&mut self, job: &Job) {
        if job.id.is_none() && job.api == Api::V2 {
            // The note about jobs that no batch is known of says what to do.
        } else if job.id.is_none() {
            self.add(
                Code::UnpairedItems,
                "no batch job ID found in these items, in file and folder names, or in a status document \
                 beside them; pass --job-id",
            );
        } else if job.record.is_none() {
            self.add(
                Code::NoStatus,
                "no status document recorded, so the job's own counts and times are absent",
            );
        }
    }

    fn filter(&mut self, report: &JobReport) {
        let counts = &report.sections.counts;
        let Some(filter) = &counts.status_filter else {
            return;
        };
        let total = report.job.as_ref().and_then(|job| job.total_items);
        let larger = match total.filter(|total| *total > counts.distinct) {
            Some(total) => format!(" of the job's {}", number(total)),
            None => String::new(),
        };
        let items = counted(counts.distinct, "item", "items");
        let message = if counts.filtered_in_part {
            format!(
                "some lists are filtered by status “{filter}” and the others are incomplete: they hold \
                 {items}{larger}; the rates here are not the job's"
            )
        } else {
            format!(
                "the list is filtered by status: it holds only {items}{larger}, all “{filter}”; the \
                 rates here are not the job's"
            )
        };
        self.add(Code::FilteredList, message);
    }

    fn completeness(&mut self, job: &Job, report: &JobReport) {
        let counts = &report.sections.counts;
        let job_total = report.job.as_ref().and_then(|job| job.total_items);
        if !job.has_list {
            let code = match counts.missing {
                Some(1..) => Code::NoItems,
                _ => Code::NoList,
            };
            let total = job_total
                .map(|total| format!(" of its {}", counted(total, "item", "items")))
                .unwrap_or_default();
            let message =
                format!("no list{total} recorded; the figures come from its status document");
            return self.add(code, message);
        }
        let distinct = number(counts.distinct);
        match (counts.stated_total, counts.missing) {
            (Some(total), Some(missing @ 1..)) => self.add(
                Code::MissingItems,
                format!(
                    "the list is missing {} of {}: {distinct} recorded",
                    number(missing),
                    counted(total, "item", "items"),
                ),
            ),
            (Some(total), _) if counts.distinct > total => self.add(
                Code::MoreItemsThanStated,
                format!(
                    "{distinct} distinct items recorded, but only {} stated; some may belong to \
                     another job",
                    number(total),
                ),
            ),
            (None, _) => self.add(
                Code::UnknownTotal,
                "the list may be incomplete (no total given)",
            ),
            _ => {}
        }
        if let (Some(ours), Some(theirs), None) = (job_total, job.total_size, &counts.status_filter)
            && ours != theirs
        {
            let items = counted(ours, "item", "items");
            let message = format!(
                "the job states {items}, its list {}; the report uses the job's number",
                number(theirs)
            );
            self.add(Code::TotalMismatch, message);
        }
        if let Some(list) = &job.older_list {
            let open = counted(list.open, "open item", "open items");
            let message = format!(
                "the job has ended, but its list holds {open}: it was recorded before the job ended; \
                 fetch the list again"
            );
            self.add(Code::ListOlderThanJob, message);
        }
        if job.total_sizes_differ {
            self.add(
                Code::TotalMismatch,
                "pages of the list state different totals; the report uses the largest",
            );
        }
    }

    /// Compares the counts of the status document with the list.
    fn counts(&mut self, job: &Job, report: &JobReport) {
        let counts = &report.sections.counts;
        let Some(facts) = report.job.as_ref().filter(|_| job.has_list) else {
            return;
        };
        if counts.status_filter.is_some() {
            return;
        }
        let held = |word| counts.by_status.get(word).copied().unwrap_or_default();
        let differing: Vec<(u64, u64, &str)> = [
            (facts.failed_items, held(status::FAILED), "failed"),
            (facts.skipped_items, held(status::SKIPPED), "skipped"),
        ]
        .into_iter()
        .filter_map(|(stated, listed, word)| Some((stated?, listed, word)))
        .filter(|(stated, listed, _)| stated != listed)
        .collect();
        if !differing.is_empty() {
            let words = |count: fn(&(u64, u64, &str)) -> u64| {
                let words = differing
                    .iter()
                    .map(|one| format!("{} {}", number(count(one)), one.2));
                joined(&words.collect::<Vec<_>>())
            };
            let why = match counts.missing.unwrap_or_default() {
                0 => "they may have been recorded at different times".to_owned(),
                missing => format!(
                    "{} missing from the list",
                    counted(missing, "item is", "items are")
                ),
            };
            let message = format!(
                "the job counts {}, the list holds {}; {why}",
                words(|one| one.0),
                words(|one| one.1)
            );
            self.add(Code::CountMismatch, message);
        }
        self.processed(facts.processed_items, report);
    }

    /// `processed_items` may or may not include failed, skipped and cancelled items; a note is worth only
    /// what neither reading allows.
    fn processed(&mut self, processed: Option<u64>, report: &JobReport) {
        let counts = &report.sections.counts;
        let held = |word| counts.by_status.get(word).copied().unwrap_or_default();
        let least = held(status::COMPLETED);
        let most = least + held(status::FAILED) + held(status::SKIPPED) + held(status::CANCELLED);
        let is_whole = counts.missing == Some(0);
        let possible = least..=most;
        if let Some(processed) = processed.filter(|count| is_whole && !possible.contains(count)) {
            let message = format!(
                "the job counts {} processed, the list holds {} completed and {} finished; they may \
                 have been recorded at different times",
                number(processed),
                number(least),
                number(most)
            );
            self.add(Code::ProcessedMismatch, message);
        }
    }

    fn repeated(&mut self, job: &Job, report: &JobReport) {
        let counts = &report.sections.counts;
        if counts.duplicates > 0 {
            let differ = match counts.conflicting_duplicates {
                0 => "all identical".to_owned(),
                1 => "1 item changed in between".to_owned(),
                n => format!("{} items changed in between", number(n)),
            };
            let rows = counted(
                counts.duplicates,
                "row repeats an item",
                "rows repeat an item",
            );
            let message = format!("{rows} recorded before ({differ}); the newest one counts");
            self.add(Code::DuplicateItems, message);
        }
        if job.records > 1 {
            let message = format!(
                "the status was recorded {} times; the newest one counts{}",
                number(job.records),
                course(&job.history)
            );
            self.add(Code::RepeatedStatus, message);
        }
    }

    fn statuses(&mut self, report: &JobReport) {
        /// Status words that are named.
        const NAMED: usize = 20;
        let by_status = report.sections.counts.by_status.iter();
        let unknown: Vec<String> = by_status
            .filter(|(word, _)| !status::KNOWN.contains(&word.as_str()))
            .filter(|(word, _)| report.api != Api::V2 || !status::OF_FILES.contains(&word.as_str()))
            .map(|(word, count)| format!("“{word}” ({})", number(*count)))
            .collect();
        if unknown.is_empty() {
            return;
        }
        let mut named: Vec<String> = unknown.iter().take(NAMED).cloned().collect();
        if unknown.len() > NAMED {
            named.push(format!("{} more", number((unknown.len() - NAMED) as u64)));
        }
        let message = format!(
            "undocumented statuses: {}; counted under their own names, not in the failure rate",
            joined(&named)
        );
        self.add(Code::UnknownStatus, message);
    }

    fn times(&mut self, report: &JobReport) {
        let excluded = report.sections.throughput.excluded_times;
        if excluded > 0 {
            let times = counted(excluded, "time is", "times are");
            let message = format!(
                "{times} outside the job's run (by more than a day) or the years 2000–2100; left out \
                 of throughput, concurrency, tail and timeline"
            );
            self.add(Code::ImplausibleTimes, message);
        }
        let ended =
            |job: &&crate::report::model::JobFacts| !status::is_open_job(job.status.as_deref());
        let run = report.job.as_ref().filter(ended);
        let run = run.and_then(|job| job.started_at.zip(job.completed_at));
        if run.is_some_and(|(start, end)| end < start) {
            self.add(
                Code::NegativeWallTime,
                "the job ends before it starts, so it has no wall time",
            );
        }
        let (item, items) = match report.api {
            Api::V1 => ("item", "items"),
            Api::V2 => ("file", "files"),
        };
        let durations = &report.sections.durations;
        for (stats, word) in [
            (&durations.completed, "completed"),
            (&durations.failed, "failed"),
        ] {
            if stats.negative > 0 {
                let message = match stats.negative {
                    1 => {
                        format!("1 {word} {item} ends before it starts; left out of the durations")
                    }
                    n => format!(
                        "{} {word} {items} end before they start; left out of the durations",
                        number(n)
                    ),
                };
                self.add(Code::NegativeDurations, message);
            }
            if stats.missing_times > 0 {
                let all = stats.count + stats.missing_times + stats.negative;
                let message = format!(
                    "{} of {} {} no start or end time; left out of the durations",
                    number(stats.missing_times),
                    counted(all, &format!("{word} {item}"), &format!("{word} {items}")),
                    if stats.missing_times == 1 {
                        "has"
                    } else {
                        "have"
                    },
                );
                self.add(Code::MissingTimes, message);
            }
        }
    }
}

/// Progress of a job between its records: the first, and the last few.
fn course(history: &[Milestone]) -> String {
    const LAST: usize = 4;
    if history.len() < 2 {
        return String::new();
    }
    let words = |milestone: &Milestone| {
        let of = milestone
            .total
            .map(|total| format!(" of {}", number(total)));
        format!(
            "{}{} processed at {}",
            number(milestone.processed),
            of.unwrap_or_default(),
            at_second(milestone.at)
        )
    };
    let skipped = history.len().saturating_sub(LAST + 1);
    let mut parts = vec![words(&history[0])];
    if skipped > 0 {
        parts.push("…".to_owned());
    }
    parts.extend(history[1 + skipped..].iter().map(words));
    format!(": {}", parts.join(", "))
}

/// "2026-05-14 08:30:33 UTC".
fn at_second(time: UtcTime) -> String {
    let text = time.to_string();
    let (date, clock) = text.split_once('T').unwrap_or((&text, ""));
    format!("{date} {} UTC", clock.get(..8).unwrap_or(clock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_notes_of_a_code_are_counted() {
        let note = |code, n: usize| Note {
            path: Some(format!("{n}.json")),
            ..Note::new(code, None, "cut off".to_owned())
        };
        let mut gathered = Gathered::default();
        gathered.extend((0..1_000).map(|n| note(Code::CutDocument, n)));
        gathered.extend([note(Code::CutDocument, 1_000), note(Code::EmptyFile, 0)]);
        let mut all = Gathered::default();
        all.extend([note(Code::EmptyFile, 1)]);
        all.append(gathered);
        let notes = all.limited();
        assert_eq!(notes.len(), NOTES_PER_CODE + 3);
        let message = "the same applies to 801 more files";
        let last = notes.iter().find(|note| note.message == message);
        let last = last.expect("a note for the others");
        assert!(last.loss);
    }
}
