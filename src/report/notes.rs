//! What the reader has to know about a job to trust its numbers.

use super::model::{JobReport, Note, Severity};
use crate::api::{UtcTime, status};
use crate::load::{Dump, Job, Milestone};
use crate::say::{batches, loading};
use crate::text::{are, counted, joined, number};

/// The notes of loading, as they stand in a report.
pub(super) fn of_loading(dump: &Dump) -> impl Iterator<Item = Note> {
    dump.notes.iter().map(|note| {
        let code = loading::code(&note.kind);
        Note {
            severity: code.severity(),
            code: code.name().to_owned(),
            path: note.path.clone(),
            job: None,
            loss: code.is_loss(),
            message: loading::message(&note.kind),
        }
    })
}

/// What is to be said about one job.
pub(super) fn of_job(job: &Job, report: &JobReport) -> Vec<Note> {
    let mut notes = Notes {
        label: &report.label,
        notes: Vec::new(),
    };
    notes.pairing(job);
    notes.filter(report);
    notes.completeness(job, report);
    notes.counts(job, report);
    notes.repeated(job, report);
    notes.statuses(report);
    notes.times(report);
    let batch = job
        .batch
        .as_ref()
        .map(|batch| batches::of_batch(batch, report));
    notes.notes.extend(batch.into_iter().flatten());
    notes.notes
}

/// How a job went on between its records: the first, and the last few.
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

/// A time to the second, as a reader says it.
fn at_second(time: UtcTime) -> String {
    let text = time.to_string();
    let (date, clock) = text.split_once('T').unwrap_or((&text, ""));
    format!("{date} {} UTC", clock.get(..8).unwrap_or(clock))
}

struct Notes<'a> {
    label: &'a str,
    notes: Vec<Note>,
}

impl Notes<'_> {
    fn add(&mut self, severity: Severity, code: &str, loss: bool, message: String) {
        self.notes.push(Note {
            severity,
            code: code.to_owned(),
            path: None,
            job: Some(self.label.to_owned()),
            loss,
            message,
        });
    }

    fn info(&mut self, code: &str, message: String) {
        self.add(Severity::Info, code, false, message);
    }

    fn pairing(&mut self, job: &Job) {
        if job.id.is_none() {
            self.info(
                "unpaired-items",
                "nothing tells which batch job these items belong to: no id in the document, no \
                 single job id in a file or folder name, no status of a single job beside them; name it \
                 with --job-id"
                    .to_owned(),
            );
        } else if job.record.is_none() {
            self.info(
                "no-status",
                "no status document was recorded for this job, so that its own counts and times \
                 are absent"
                    .to_owned(),
            );
        }
    }

    fn filter(&mut self, report: &JobReport) {
        let items = &report.sections.counts;
        let Some(filter) = &items.status_filter else {
            return;
        };
        let larger = match (
            items.stated_total,
            report.job.as_ref().and_then(|job| job.total_items),
        ) {
            (_, Some(total)) if total > items.distinct => {
                format!(", while the job has {}", counted(total, "item", "items"))
            }
            _ => String::new(),
        };
        let message = if items.filtered_in_part {
            format!(
                "lists that were asked for by the status “{filter}” stand beside others, which are not \
                 whole, or do not say so{larger}; the rates are not the job's",
            )
        } else {
            format!(
                "the list looks as if it had been filtered: it holds only {} with the status \
                 “{filter}”{larger}; its rates are those of the filtered list and not the job's",
                counted(items.distinct, "item", "items"),
            )
        };
        self.add(Severity::Warning, "filtered-list", true, message);
    }

    fn completeness(&mut self, job: &Job, report: &JobReport) {
        let items = &report.sections.counts;
        if job.batch.is_some() {
            // Its own notes name the jobs that are missing.
            return;
        }
        if !job.has_list {
            let known = match report.job.as_ref().and_then(|job| job.total_items) {
                Some(total) => format!(" of its {}", counted(total, "item", "items")),
                None => String::new(),
            };
            self.add(
                Severity::Info,
                "no-items",
                items.missing.is_some_and(|missing| missing > 0),
                format!("no list{known} was recorded; what is known is what its status says"),
            );
            return;
        }
        match (items.stated_total, items.missing) {
            (Some(total), Some(missing @ 1..)) => self.add(
                Severity::Warning,
                "missing-items",
                true,
                format!(
                    "the list is missing {} of {}: {} distinct {} recorded",
                    number(missing),
                    counted(total, "item", "items"),
                    number(items.distinct),
                    if items.distinct == 1 {
                        "item was"
                    } else {
                        "items were"
                    },
                ),
            ),
            (Some(total), _) if items.distinct > total => self.add(
                Severity::Warning,
                "more-items-than-stated",
                false,
                format!(
                    "{} recorded where {} {} stated; items of another job may be among them",
                    counted(items.distinct, "distinct item was", "distinct items were"),
                    number(total),
                    are(total),
                ),
            ),
            (None, _) => self.info(
                "unknown-total",
                "nothing states how many items there should be, so that whether the list is whole \
                 is unknown"
                    .to_owned(),
            ),
            _ => {}
        }
        let job_total = report.job.as_ref().and_then(|job| job.total_items);
        if let (Some(ours), Some(theirs), None) = (job_total, job.total_size, &items.status_filter)
            && ours != theirs
        {
            self.info(
                "total-mismatch",
                format!(
                    "the job states {}, its list {}; the job's own number counts",
                    counted(ours, "item", "items"),
                    number(theirs)
                ),
            );
        }
        if let Some(list) = job.older_list {
            self.add(
                Severity::Warning,
                "list-older-than-job",
                true,
                format!(
                    "the job has ended, but its list holds {}: the list is older than the job, or the \
                     job ended without them; fetch the list again",
                    counted(list.open, "open item", "open items"),
                ),
            );
        }
        if job.total_sizes_differ {
            self.info(
                "total-mismatch",
                "pages of the list state different totals; the largest counts".to_owned(),
            );
        }
    }

    /// Whether the status document counts what the list holds.
    fn counts(&mut self, job: &Job, report: &JobReport) {
        let items = &report.sections.counts;
        let Some(facts) = report.job.as_ref().filter(|_| job.has_list) else {
            return;
        };
        if items.status_filter.is_some() {
            return;
        }
        let held = |word| items.by_status.get(word).copied().unwrap_or_default();
        let compared = [
            (facts.failed_items, held(status::FAILED), "failed"),
            (facts.skipped_items, held(status::SKIPPED), "skipped"),
        ];
        let differing: Vec<_> = compared
            .into_iter()
            .filter_map(|(says, holds, word)| Some((says?, holds, word)))
            .filter(|(says, holds, _)| says != holds)
            .collect();
        let missing = items.missing.unwrap_or_default();
        if !differing.is_empty() {
            let says: Vec<String> = differing
                .iter()
                .map(|(says, _, word)| format!("{} {word}", number(*says)))
                .collect();
            let holds: Vec<String> = differing
                .iter()
                .map(|(_, holds, _)| number(*holds))
                .collect();
            let why = match missing {
                0 => "; they may have been recorded at different moments".to_owned(),
                missing => format!(
                    "; {} missing from the list",
                    counted(missing, "item is", "items are")
                ),
            };
            self.add(
                Severity::Warning,
                "count-mismatch",
                false,
                format!(
                    "the status says {}, the list holds {}{why}",
                    joined(&says),
                    joined(&holds)
                ),
            );
        }
        self.processed(facts.processed_items, report);
    }

    /// `processed_items` may or may not include failed, skipped and cancelled items; only what no
    /// reading allows is worth a note.
    fn processed(&mut self, processed: Option<u64>, report: &JobReport) {
        let items = &report.sections.counts;
        let held = |word| items.by_status.get(word).copied().unwrap_or_default();
        let least = held(status::COMPLETED);
        let most = least + held(status::FAILED) + held(status::SKIPPED) + held(status::CANCELLED);
        let whole = items.missing == Some(0);
        if let Some(processed) =
            processed.filter(|processed| whole && !(least..=most).contains(processed))
        {
            self.info(
                "count-mismatch",
                format!(
                    "the status says {} processed, the list holds {} completed and {} ended in \
                     any way; they may have been recorded at different moments",
                    number(processed),
                    number(least),
                    number(most)
                ),
            );
        }
    }

    fn repeated(&mut self, job: &Job, report: &JobReport) {
        let items = &report.sections.counts;
        if items.duplicates > 0 {
            let differ = match items.conflicting_duplicates {
                0 => "all of them alike".to_owned(),
                n => format!("{} of these items differ between their records", number(n)),
            };
            self.info(
                "duplicate-items",
                format!(
                    "{} an item that was recorded before ({differ}); the newest record of each counts",
                    counted(items.duplicates, "row repeats", "rows repeat"),
                ),
            );
        }
        if job.records > 1 {
            self.info(
                "repeated-status",
                format!(
                    "the job's status was recorded {} times; the newest record counts{}",
                    number(job.records),
                    course(&job.history)
                ),
            );
        }
    }

    fn statuses(&mut self, report: &JobReport) {
        let unknown: Vec<String> = report
            .sections
            .counts
            .by_status
            .iter()
            .filter(|(word, _)| !status::KNOWN.contains(&word.as_str()))
            .map(|(word, count)| format!("“{word}” ({})", number(*count)))
            .collect();
        if !unknown.is_empty() {
            self.info(
                "unknown-status",
                format!(
                    "items have a status that is not documented: {}; they are counted under their \
                     own name and in no failure rate",
                    joined(&unknown)
                ),
            );
        }
    }

    fn times(&mut self, report: &JobReport) {
        let excluded = report.sections.throughput.excluded_times;
        if excluded > 0 {
            self.add(
                Severity::Warning,
                "implausible-times",
                false,
                format!(
                    "{} outside of the job's run (with a day's grace) or of the years 2000 to 2100; \
                     throughput, concurrency, tail and timeline leave them out",
                    if excluded == 1 {
                        "1 time of its items lies".to_owned()
                    } else {
                        format!("{} times of its items lie", number(excluded))
                    }
                ),
            );
        }
        let stated = report
            .job
            .as_ref()
            .filter(|job| !status::is_open_job(job.status.as_deref()))
            .and_then(|job| job.started_at.zip(job.completed_at));
        if stated.is_some_and(|(start, end)| end < start) {
            self.add(
                Severity::Warning,
                "negative-wall-time",
                false,
                "the status says that the job ended before it started; it has no wall time"
                    .to_owned(),
            );
        }
        let durations = &report.sections.durations;
        for (stats, word) in [
            (&durations.completed, "completed"),
            (&durations.failed, "failed"),
        ] {
            if stats.negative > 0 {
                self.add(
                    Severity::Warning,
                    "negative-durations",
                    false,
                    format!(
                        "{} before {} started; left out of the durations",
                        counted(
                            stats.negative,
                            &format!("{word} item ended"),
                            &format!("{word} items ended")
                        ),
                        if stats.negative == 1 { "it" } else { "they" },
                    ),
                );
            }
            if stats.missing_times > 0 {
                let all = stats.count + stats.missing_times + stats.negative;
                self.info(
                    "missing-times",
                    format!(
                        "{} of {} {} no start or no end and {} left out of the durations",
                        number(stats.missing_times),
                        counted(all, &format!("{word} item"), &format!("{word} items")),
                        if stats.missing_times == 1 {
                            "has"
                        } else {
                            "have"
                        },
                        are(stats.missing_times),
                    ),
                );
            }
        }
    }
}
