//! The metrics that gates can ask for: one table, from which the grammar, the help and the documentation
//! derive.

use super::exact::Exact;
use crate::api::status::{self, NOT_STARTED};
use crate::report::Report;
use crate::report::model::{GateReason, GateUnit, ItemCounts, JobReport, Rate, Sections};

/// A metric.
#[derive(Debug)]
pub struct Metric {
    /// Name in a rule.
    pub name: &'static str,
    /// Argument as help shows it, as in `error_group("NAME or id")`.
    pub argument: Option<&'static str>,
    /// Unit of its values.
    pub unit: GateUnit,
    /// Definition, for help and documentation.
    pub definition: &'static str,
    /// The metric compares the report with a baseline.
    pub needs_baseline: bool,
    /// Missing data may change the value.
    pub needs_whole: bool,
    /// Computes the value.
    pub(super) value: fn(&Asked<'_>) -> Result<Measured, GateReason>,
}

/// Figures that a metric is asked for.
pub(super) struct Asked<'a> {
    pub(super) report: &'a Report,
    /// The job; absent for all jobs together.
    pub(super) job: Option<&'a JobReport>,
    pub(super) argument: Option<&'a str>,
}

/// Value of a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    pub(super) exact: Exact,
    pub(super) value: f64,
    /// Numerator and denominator of a rate.
    pub(super) of: Option<(u64, u64)>,
}

/// Metric that counts items or measures them.
const fn of_items(
    name: &'static str,
    unit: GateUnit,
    definition: &'static str,
    value: fn(&Asked<'_>) -> Result<Measured, GateReason>,
) -> Metric {
    Metric {
        name,
        argument: None,
        unit,
        definition,
        needs_baseline: false,
        needs_whole: true,
        value,
    }
}

/// All metrics, in the order in which help lists them.
pub const METRICS: &[Metric] = &[
    of_items("failed", GateUnit::Count, "Failed items.", |asked| {
        asked.count(|counts| of_status(counts, status::FAILED))
    }),
    of_items(
        "failure_rate",
        GateUnit::Ratio,
        "failed / (completed + failed).",
        |asked| asked.rate(&asked.sections().rates.failure),
    ),
    of_items(
        "failed_of_all",
        GateUnit::Ratio,
        "failed / all recorded items.",
        |asked| asked.rate(&asked.sections().rates.failed_of_all),
    ),
    of_items("skipped", GateUnit::Count, "Skipped items.", |asked| {
        asked.count(|counts| of_status(counts, status::SKIPPED))
    }),
    of_items(
        "skipped_of_all",
        GateUnit::Ratio,
        "skipped / all recorded items.",
        |asked| asked.rate(&asked.sections().rates.skipped_of_all),
    ),
    Metric {
        needs_whole: false,
        ..of_items(
            "missing",
            GateUnit::Count,
            "Stated items that were not recorded; absent if no total is stated.",
            |asked| {
                let missing = asked.sections().counts.missing;
                missing.map(Measured::count).ok_or(GateReason::NoTotal)
            },
        )
    },
    of_items(
        "open",
        GateUnit::Count,
        "Items that have not ended: pending, processing, or with a status that is no end.",
        |asked| {
            asked.count(|counts| {
                let open = counts.by_status.iter();
                let open = open.filter(|(word, _)| !status::is_terminal(word));
                open.map(|(_, count)| count).sum()
            })
        },
    ),
    of_items(
        "not_started",
        GateUnit::Count,
        "Files of v2 batches that have neither a job nor an error.",
        |asked| asked.count(|counts| of_status(counts, NOT_STARTED)),
    ),
    of_items(
        "p50",
        GateUnit::Seconds,
        "Median duration of completed items.",
        |asked| asked.seconds(asked.sections().durations.completed.p50_seconds),
    ),
    of_items(
        "p90",
        GateUnit::Seconds,
        "90th percentile of the durations of completed items.",
        |asked| asked.seconds(asked.sections().durations.completed.p90_seconds),
    ),
    of_items(
        "p95",
        GateUnit::Seconds,
        "95th percentile of the durations of completed items.",
        |asked| asked.seconds(asked.sections().durations.completed.p95_seconds),
    ),
    of_items(
        "p99",
        GateUnit::Seconds,
        "99th percentile of the durations of completed items.",
        |asked| asked.seconds(asked.sections().durations.completed.p99_seconds),
    ),
    of_items(
        "max",
        GateUnit::Seconds,
        "Longest duration of a completed item.",
        |asked| asked.seconds(asked.sections().durations.completed.max_seconds),
    ),
    Metric {
        needs_whole: false,
        ..of_items(
            "wall_time",
            GateUnit::Seconds,
            "From the start of a job to its end; of several jobs the longest. Absent if a job does not \
             record both times, as with v2 batches.",
            wall_time,
        )
    },
    of_items(
        "queue_p95",
        GateUnit::Seconds,
        "95th percentile of the time that completed files of v2 batches waited before they ran.",
        |asked| {
            let queue = asked.sections().queue.as_deref();
            asked.seconds(queue.and_then(|queue| queue.completed.p95_seconds))
        },
    ),
    of_items(
        "throughput",
        GateUnit::PerMinute,
        "Items ended per minute, between the first start and the last end.",
        |asked| asked.seconds(asked.sections().throughput.items_per_minute),
    ),
    Metric {
        argument: Some("NAME or id"),
        ..of_items(
            "error_group",
            GateUnit::Count,
            "Failed items of an error group: the name given with `--error-group`, the pattern, or the id \
             that the report shows.",
            error_group,
        )
    },
    Metric {
        argument: Some("code"),
        ..of_items(
            "findings",
            GateUnit::Count,
            "Findings with this code; docs/codes.md lists the codes.",
            |asked| {
                let code = asked.argument.unwrap_or_default();
                let findings = asked.sections().findings.iter();
                let count = findings.filter(|finding| finding.code == code).count();
                Ok(Measured::count(count as u64))
            },
        )
    },
    Metric {
        needs_baseline: true,
        ..of_items(
            "new_errors",
            GateUnit::Count,
            "Error groups that the baseline does not have.",
            |asked| {
                let comparison = asked.report.comparison.as_deref();
                let new = comparison.and_then(|comparison| comparison.new_errors.as_ref());
                let new = new.map(|new| Measured::count(new.count));
                new.ok_or(GateReason::NotCompared)
            },
        )
    },
    Metric {
        needs_baseline: true,
        ..of_items(
            "regressed",
            GateUnit::Count,
            "Items that fail and did not fail in the baseline. Items that the baseline does not have are not \
             among them.",
            |asked| {
                let comparison = asked.report.comparison.as_deref();
                let failing = comparison.and_then(|comparison| comparison.newly_failing.as_ref());
                let failing = failing.map(|failing| Measured::count(failing.count));
                failing.ok_or(GateReason::NotCompared)
            },
        )
    },
];

/// Finds a metric by its name.
pub(super) fn by_name(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

fn of_status(counts: &ItemCounts, word: &str) -> u64 {
    counts.by_status.get(word).copied().unwrap_or_default()
}

fn wall_time(asked: &Asked<'_>) -> Result<Measured, GateReason> {
    let wall = |job: &JobReport| job.job.as_ref().and_then(|facts| facts.wall_seconds);
    if let Some(job) = asked.job {
        return asked.seconds(wall(job));
    }
    if asked.report.jobs_left_out > 0 {
        return Err(GateReason::JobsLeftOut);
    }
    let jobs = asked.report.jobs.iter().map(wall);
    let all: Option<Vec<f64>> = jobs.collect();
    asked.seconds(all.and_then(|all| all.into_iter().max_by(f64::total_cmp)))
}

fn error_group(asked: &Asked<'_>) -> Result<Measured, GateReason> {
    /// Length of an id.
    const DIGITS: usize = 12;
    let wanted = asked.argument.unwrap_or_default();
    let sections = asked.sections();
    let mut groups = sections.error_groups.iter();
    let is_wanted = |id: &str, pattern: Option<&str>| id == wanted || pattern == Some(wanted);
    if let Some(group) = groups.find(|group| is_wanted(&group.id, group.pattern.as_deref())) {
        return Ok(Measured::count(group.count));
    }
    if sections.left_out.error_groups > 0 {
        return Err(GateReason::GroupsLeftOut);
    }
    let is_id = wanted.len() == DIGITS && wanted.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_defined = asked.report.named_groups.iter().any(|name| name == wanted);
    // Another job may have it.
    let mut elsewhere = asked.report.overall.error_groups.iter();
    if is_id || is_defined || elsewhere.any(|group| group.pattern.as_deref() == Some(wanted)) {
        return Ok(Measured::count(0));
    }
    Err(GateReason::NoSuchGroup)
}

impl<'a> Asked<'a> {
    pub(super) fn sections(&self) -> &'a Sections {
        self.job.map_or(&self.report.overall, |job| &job.sections)
    }

    fn count(&self, of: impl Fn(&ItemCounts) -> u64) -> Result<Measured, GateReason> {
        let counts = &self.sections().counts;
        match counts.listed {
            true => Ok(Measured::count(of(counts))),
            false => Err(GateReason::NoList),
        }
    }

    fn rate(&self, rate: &Rate) -> Result<Measured, GateReason> {
        let counts = &self.sections().counts;
        if !counts.listed {
            return Err(GateReason::NoList);
        }
        if counts.status_filter.is_some() || counts.filtered_jobs > 0 {
            return Err(GateReason::FilteredList);
        }
        let (numerator, denominator) = (rate.numerator, rate.denominator);
        let exact = Exact::of(i128::from(numerator), i128::from(denominator));
        let exact = exact.ok_or(GateReason::NoDenominator)?;
        Ok(Measured {
            exact,
            value: exact.as_f64(),
            of: Some((numerator, denominator)),
        })
    }

    fn seconds(&self, value: Option<f64>) -> Result<Measured, GateReason> {
        let value = value.ok_or(GateReason::NoTimes)?;
        let exact = Exact::measured(value).ok_or(GateReason::NoTimes)?;
        Ok(Measured {
            exact,
            value,
            of: None,
        })
    }
}

impl Measured {
    pub(super) fn count(count: u64) -> Self {
        Self {
            exact: Exact::whole(count),
            value: count as f64,
            of: None,
        }
    }
}
