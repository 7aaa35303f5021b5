//! Lines about counts, completeness, jobs and durations.

use super::{JOBS, Kind, Line, Lines, STATUSES, Span, listed};
use crate::report::Report;
use crate::report::model::{Api, Sections};
use crate::text::{are, counted, duration, number, percent, range};

/// Words for items and jobs, which v2 calls files and batches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    is_v2: bool,
}

impl Words {
    pub(super) fn of(report: &Report) -> Self {
        let mut jobs = report.jobs.iter();
        Self {
            is_v2: !report.jobs.is_empty() && jobs.all(|job| job.api == Api::V2),
        }
    }

    pub(super) fn items(self, count: u64) -> &'static str {
        match (self.is_v2, count) {
            (false, 1) => "item",
            (false, _) => "items",
            (true, 1) => "file",
            (true, _) => "files",
        }
    }

    /// "1 item", "1,203 items".
    pub(super) fn count(self, count: u64) -> String {
        format!("{} {}", number(count), self.items(count))
    }

    fn job(self) -> &'static str {
        if self.is_v2 { "batch" } else { "job" }
    }

    pub(super) fn counts(self, whole: &Sections, jobs: usize) -> Vec<Line> {
        let counts = &whole.counts;
        let of = match counts.stated_total {
            Some(stated) => format!("{} of {}", number(counts.distinct), self.count(stated)),
            None => self.count(counts.distinct),
        };
        if !counts.listed {
            let who = match (jobs, self.is_v2) {
                (1, false) => "the job states",
                (1, true) => "the batch states",
                (_, false) => "the jobs state",
                (_, true) => "the batches state",
            };
            let stated = counts.stated_total;
            let stated = stated.map(|stated| format!("; {who} {}", number(stated)));
            let words = format!("No {} listed{}.", self.items(0), stated.unwrap_or_default());
            return vec![vec![Span::Words(words)]];
        }
        let statuses = || counts.by_status.iter().filter(|(_, count)| **count > 0);
        let mut by_status: Vec<String> = statuses()
            .take(STATUSES)
            .map(|(word, count)| format!("{} {word}", number(*count)))
            .collect();
        let rest = statuses().skip(STATUSES).map(|(_, count)| count);
        let rest: u64 = rest.sum();
        if rest > 0 {
            by_status.push(format!("{} with other statuses", number(rest)));
        }
        let words = match by_status.is_empty() {
            true => format!("{of}."),
            false => format!("{of}: {}.", by_status.join(", ")),
        };
        let rate = &whole.rates.failure;
        let bounds = whole.failure_bounds.zip(counts.missing);
        let bounds = bounds.map(|([low, high], missing)| {
            let missing = number(missing);
            format!("; {} depending on the {missing} missing", range(low, high))
        });
        let rate = rate.value.filter(|_| counts.status_filter.is_none());
        let rate = rate.map(|value| {
            let failure = &whole.rates.failure;
            format!(
                "Failure rate {} ({} of {}{}).",
                percent(value),
                number(failure.numerator),
                number(failure.denominator),
                bounds.unwrap_or_default()
            )
        });
        let lines = [Some(words), rate].into_iter().flatten();
        lines.map(|words| vec![Span::Words(words)]).collect()
    }

    /// Says how far the numbers can be trusted.
    pub(super) fn trust(self, report: &Report, whole: &Sections) -> String {
        let counts = &whole.counts;
        let mut sentences = Vec::new();
        if let Some(filter) = &counts.status_filter {
            sentences.push(format!(
                "The list holds only {} with status “{filter}”; its rates are not the {}'s.",
                self.items(0),
                self.job()
            ));
        } else if counts.filtered_jobs > 0 {
            let jobs = counted(counts.filtered_jobs, "list is", "lists are");
            sentences.push(format!("{jobs} filtered by status."));
        }
        let stated = counts.stated_total.unwrap_or_default();
        sentences.push(match (counts.missing, counts.complete) {
            _ if !counts.listed => format!("The dump has no list of {}.", self.items(0)),
            (Some(missing @ 1..), _) => format!(
                "Incomplete: {} of {} {} not in the dump.",
                number(missing),
                self.count(stated),
                are(missing)
            ),
            (_, Some(true)) => match stated {
                0 | 1 => "Complete.".to_owned(),
                2 => format!("Complete: both {} are in the dump.", self.items(2)),
                all => format!("Complete: all {} are in the dump.", self.count(all)),
            },
            (_, Some(false)) => "Incomplete.".to_owned(),
            (_, None) => format!(
                "{} may be missing: the dump states no total.",
                match self.is_v2 {
                    true => "Files",
                    false => "Items",
                }
            ),
        });
        let losses = report.notes.iter().filter(|note| note.loss).count();
        if losses > 0 {
            let notes = counted(losses as u64, "note reports", "notes report");
            sentences.push(format!("{notes} lost or missing data."));
        }
        sentences.join(" ")
    }

    pub(super) fn jobs(self, report: &Report) -> Lines {
        let many = report.jobs.len() > 1;
        let jobs = report.jobs.iter().filter(|_| many);
        let of = report.jobs.len() as u64 + report.jobs_left_out;
        let lines = jobs.map(|job| {
            let verdict = Span::Words(format!("– {}", job.verdict));
            vec![Span::Foreign(job.label.clone()), verdict]
        });
        let (kind, lines, more) = listed(Kind::Jobs, JOBS, of, lines);
        (kind, lines, if many { more } else { 0 })
    }

    pub(super) fn figures(self, whole: &Sections) -> Vec<Line> {
        let mut lines = Vec::new();
        let durations = &whole.durations;
        for (word, stats) in [
            ("completed", &durations.completed),
            ("failed", &durations.failed),
        ] {
            let (Some(p50), Some(max)) = (stats.p50_seconds, stats.max_seconds) else {
                continue;
            };
            lines.push(format!(
                "{} {word}: p50 {}, {}max {}",
                number(stats.count),
                duration(p50),
                stats
                    .p95_seconds
                    .map(|p95| format!("p95 {}, ", duration(p95)))
                    .unwrap_or_default(),
                duration(max)
            ));
        }
        if let Some(speed) = whole.throughput.items_per_minute {
            lines.push(format!("{speed:.1} {} per minute", self.items(0)));
        }
        let lines = lines.into_iter();
        lines.map(|words| vec![Span::Words(words)]).collect()
    }
}
