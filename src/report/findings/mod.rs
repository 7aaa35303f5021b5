//! What is remarkable about the figures, in words with their numbers.
//!
//! Each finding is a statement that the figures bear out, and stands only where there are enough
//! items to say it. Where nothing is remarkable there is none.

mod jobs;

use super::model::{Finding, JobFacts, JobReport, Sections, Severity};
use crate::api::status::{FAILED, PENDING, PROCESSING, SKIPPED, is_open_job};
use crate::metrics::patterns::FEW_FAILURES;
use crate::metrics::{GroupDetails, Shape, SlowestTwentieth};
use crate::text::quote;
use crate::text::{clock, counted, duration, number, percent};

/// How long an error pattern may be in a finding.
const PATTERN_CHARS: usize = 90;

/// A finding and how much it matters among others: the least comes first.
struct Ranked(u8, Finding);

struct Findings(Vec<Ranked>);

impl Findings {
    fn add(&mut self, rank: u8, code: &str, severity: Severity, message: String) {
        self.0.push(Ranked(
            rank,
            Finding {
                code: code.to_owned(),
                severity,
                message,
                evidence: indexmap::IndexMap::new(),
            },
        ));
    }

    fn warn(&mut self, rank: u8, code: &str, message: String) {
        self.add(rank, code, Severity::Warning, message);
    }

    fn info(&mut self, rank: u8, code: &str, message: String) {
        self.add(rank, code, Severity::Info, message);
    }

    fn ranked(mut self) -> Vec<Finding> {
        self.0.sort_by_key(|Ranked(rank, _)| *rank);
        self.0
            .into_iter()
            .map(|Ranked(_, finding)| finding)
            .collect()
    }
}

/// What is remarkable about one job.
pub(super) fn of_job(sections: &Sections, job: Option<&JobFacts>, shape: &Shape) -> Vec<Finding> {
    let mut findings = Findings(Vec::new());
    findings.incomplete(sections);
    findings.errors(sections, shape);
    findings.skips(sections);
    findings.crowd(shape);
    findings.last_completed(shape);
    findings.quiet(shape);
    if is_over(sections, job) {
        findings.tail(sections);
    }
    findings.heavy(shape);
    findings.ranked()
}

/// What is remarkable about several jobs together. Their times may lie anywhere, so that nothing is
/// said about when things happened.
pub(super) fn of_jobs(overall: &Sections, jobs: &[JobReport], shape: &Shape) -> Vec<Finding> {
    let mut findings = Findings(Vec::new());
    findings.incomplete(overall);
    findings.unfinished(jobs);
    findings.errors(overall, shape);
    findings.worst_jobs(jobs);
    findings.high_rates(overall, jobs);
    findings.skips(overall);
    findings.ranked()
}

/// Whether no more items will end.
fn is_over(sections: &Sections, job: Option<&JobFacts>) -> bool {
    let running = job.is_some_and(|job| is_open_job(job.status.as_deref()));
    let open = [PENDING, PROCESSING]
        .iter()
        .any(|word| sections.counts.by_status.get(*word).is_some_and(|n| *n > 0));
    !running && !open
}

fn kind(pattern: Option<&str>) -> String {
    match pattern {
        Some(pattern) => format!("“{}”", quote(pattern, PATTERN_CHARS)),
        None => "failures without a message".to_owned(),
    }
}

impl Findings {
    fn incomplete(&mut self, sections: &Sections) {
        let items = &sections.counts;
        let (Some(missing @ 1..), Some(total)) = (items.missing, items.stated_total) else {
            return;
        };
        if !items.listed || items.status_filter.is_some() {
            return;
        }
        let share = missing as f64 / total as f64;
        self.warn(
            if share >= 0.05 { 0 } else { 30 },
            "incomplete",
            format!(
                "{} of {} ({}) {} not in the record, so that the figures speak of the other {}.",
                number(missing),
                counted(total, "stated item", "stated items"),
                percent(share),
                if missing == 1 { "is" } else { "are" },
                number(items.distinct),
            ),
        );
    }

    fn errors(&mut self, sections: &Sections, shape: &Shape) {
        let failed = sections.counts.by_status.get(FAILED).copied().unwrap_or(0);
        if failed < FEW_FAILURES as u64 {
            return;
        }
        let groups = &sections.error_groups;
        let kinds = groups.len() as u64 + sections.left_out.error_groups;
        if let Some(group) = groups.first().filter(|group| group.share >= 0.5) {
            let of = if group.count == failed {
                format!("All {} failures are", number(failed))
            } else {
                format!(
                    "{} of {} failures ({}) are",
                    number(group.count),
                    number(failed),
                    percent(group.share)
                )
            };
            let message = match &group.pattern {
                Some(pattern) => format!(
                    "{of} one kind of error: “{}”.",
                    quote(pattern, PATTERN_CHARS)
                ),
                None => format!("{of} without a message."),
            };
            self.warn(10, "one-error", message);
        } else if kinds * 10 >= failed * 8 && failed >= 10 {
            self.info(
                25,
                "many-errors",
                format!(
                    "{} failures are of {} kinds: no single error explains them.",
                    number(failed),
                    number(kinds)
                ),
            );
        }
        for (group, details) in groups.iter().zip(&shape.groups).take(3) {
            self.limit(group.pattern.as_deref(), details);
        }
        let attempts = shape.attempts;
        if attempts.named >= FEW_FAILURES as u64 && attempts.last * 2 >= attempts.named {
            self.info(
                35,
                "attempts",
                format!(
                    "{} of {} failures that name their attempt were at the last one there is: \
                     trying again had not helped.",
                    number(attempts.last),
                    number(attempts.named),
                ),
            );
        }
    }

    /// Failures of one kind that all took as long as each other.
    fn limit(&mut self, pattern: Option<&str>, details: &GroupDetails) {
        const LEAST_MICROS: i64 = 10_000_000;
        let micros = &details.micros;
        let (Some(shortest), Some(longest)) = (micros.first(), micros.last()) else {
            return;
        };
        if micros.len() < 4 || *shortest < LEAST_MICROS || longest - shortest > *shortest / 50 {
            return;
        }
        let seconds = |micros: i64| duration(micros as f64 / 1e6);
        let (from, to) = (seconds(*shortest), seconds(*longest));
        let took = if from == to {
            from
        } else {
            format!("between {from} and {to}")
        };
        let whose = if details.count == micros.len() as u64 {
            String::new()
        } else {
            " with a known duration".to_owned()
        };
        self.warn(
            20,
            "time-limit",
            format!(
                "All {} failures{whose} of the kind {} took {took}, as if they had met a time limit.",
                number(micros.len() as u64),
                kind(pattern),
            ),
        );
    }

    fn skips(&mut self, sections: &Sections) {
        let rate = &sections.rates.skipped_of_all;
        let skipped = sections.counts.by_status.get(SKIPPED).copied().unwrap_or(0);
        if sections.counts.status_filter.is_some() || skipped < FEW_FAILURES as u64 {
            return;
        }
        if rate.value.is_none_or(|share| share < 0.2) {
            return;
        }
        let why = match sections.skip_reasons.first() {
            // None stands out where each is another.
            Some(reason) if reason.count == 1 && skipped > 1 => {
                ", each for another reason".to_owned()
            }
            Some(reason) => {
                let many = if reason.count == skipped {
                    "all of them".to_owned()
                } else {
                    format!("{} of them", number(reason.count))
                };
                let name = match &reason.reason {
                    Some(name) => format!(" as “{}”", quote(name, 60)),
                    None => " without a reason".to_owned(),
                };
                let benign = match reason.benign {
                    Some(true) => ", which is benign",
                    Some(false) => ", which is not benign",
                    None => "",
                };
                format!(", {many}{name}{benign}")
            }
            None => String::new(),
        };
        self.info(
            15,
            "many-skipped",
            format!(
                "{} of {} ({}) were skipped{why}.",
                number(skipped),
                counted(rate.denominator, "item", "items"),
                percent(rate.value.unwrap_or_default()),
            ),
        );
    }

    /// Failures that lie closer together than the ends of other items.
    fn crowd(&mut self, shape: &Shape) {
        let (Some(line), Some(found)) = (&shape.timeline, shape.failure_crowd) else {
            return;
        };
        let (crowd, ends) = (found.crowd, &shape.ends);
        let of_failures = crowd.count as f64 / ends.failed.len() as f64;
        let of_time = (crowd.to - crowd.from) as f64 / 1e6 / line.to.seconds_since(line.from);
        let of_completed = found.completed as f64 / ends.completed.max(1) as f64;
        if of_completed > of_failures / 2.0 {
            return;
        }
        let clock = |at| clock(at, line.from.micros(), line.to.micros());
        self.warn(
            12,
            "failures-cluster",
            format!(
                "{} of {} failures ended between {} and {} UTC, in {} of the job's time, and with \
                 them {} of {} completed items.",
                number(crowd.count as u64),
                number(ends.failed.len() as u64),
                clock(crowd.from),
                clock(crowd.to),
                percent(of_time),
                number(found.completed),
                number(ends.completed),
            ),
        );
    }

    /// Failures after which nothing completed any more.
    fn last_completed(&mut self, shape: &Shape) {
        let ends = &shape.ends;
        let (Some(last), Some(line)) = (ends.last_completed, &shape.timeline) else {
            return;
        };
        let later = ends.failed.len() - ends.failed.partition_point(|at| *at <= last);
        // By chance the last few of some failures may stand at the end.
        if later >= FEW_FAILURES && later * 4 >= ends.failed.len() {
            self.warn(
                5,
                "nothing-completed-since",
                format!(
                    "After {} UTC nothing completed any more: the {} items that ended later and \
                     were not skipped failed.",
                    clock(last, line.from.micros(), line.to.micros()),
                    number(later as u64)
                ),
            );
        }
    }

    fn quiet(&mut self, shape: &Shape) {
        let ends = &shape.ends;
        let Some(line) = &shape.timeline else {
            return;
        };
        let Some(quiet) = line.gaps.first() else {
            return;
        };
        let span = ends.span.map_or(0, |(first, last)| last - first);
        self.warn(
            18,
            "gap",
            format!(
                "No item ended for {} from {} UTC; on average one ended every {}.",
                duration(quiet.seconds),
                clock(quiet.from.micros(), line.from.micros(), line.to.micros()),
                duration(span as f64 / 1e6 / (ends.count - 1) as f64)
            ),
        );
    }

    fn tail(&mut self, sections: &Sections) {
        let speed = &sections.throughput;
        let (Some(tail), Some(span)) = (speed.tail_seconds, speed.span_seconds) else {
            return;
        };
        if speed.ended_items < 40 || tail < 0.1 * span || tail < 30.0 {
            return;
        }
        self.info(
            40,
            "long-tail",
            format!(
                "The last 5% of the items took {} of {} ({} of the time).",
                duration(tail),
                duration(span),
                percent(tail / span)
            ),
        );
    }

    /// A few items that took as much time as all others.
    fn heavy(&mut self, shape: &Shape) {
        let remarkable = |slowest: &SlowestTwentieth| slowest.count > 1 && slowest.share >= 0.3;
        let Some(slowest) = shape.slowest_twentieth.filter(remarkable) else {
            return;
        };
        self.info(
            45,
            "few-slow-items",
            format!(
                "The {} slowest of {} completed items took {} of the time worked on all of them.",
                number(slowest.count),
                number(slowest.of),
                percent(slowest.share)
            ),
        );
    }
}

#[cfg(test)]
mod tests;
