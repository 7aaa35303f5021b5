//! Sentences about gates.

use std::cmp::Ordering;

use super::stderr::say;
use crate::report::Report;
use crate::report::model::{Gate, GateOutcome, GateReason, GateScope, GateUnit};
use crate::text::{counted, duration, joined, number, percent, quote};

/// Jobs that a sentence names.
const JOBS: usize = 3;
/// Longest label of a job, in characters.
const LABEL_CHARS: usize = 60;

/// The outcome of a gate: `failure_rate 5.0% > 2% (12 of 241)`.
pub(crate) fn outcome(gate: &Gate, subject: &str, condition: &str) -> String {
    let subject = quote(subject, 200);
    let condition = quote(condition, 60);
    match gate.outcome {
        GateOutcome::Absent | GateOutcome::Incomplete => {
            let prefix = prefix(gate.scope);
            let why = gate.reason.map_or("there is no value", why);
            let seen = match (gate.outcome, gate.value) {
                (GateOutcome::Incomplete, Some(value)) => {
                    format!(
                        " ({} so far)",
                        shown(gate, value, gate.numerator.zip(gate.denominator))
                    )
                }
                _ => String::new(),
            };
            format!("{prefix}{subject} {condition} cannot be judged: {why}{seen}")
        }
        GateOutcome::Passed | GateOutcome::Failed if gate.scope != GateScope::All => {
            of_jobs(gate, &subject, &condition)
        }
        GateOutcome::Passed | GateOutcome::Failed => {
            let of = gate.numerator.zip(gate.denominator);
            let value = gate.value.unwrap_or_default();
            let not = match gate.outcome {
                GateOutcome::Passed => ", not",
                _ => "",
            };
            let of = of.map(|(numerator, denominator)| {
                format!(" ({} of {})", number(numerator), number(denominator))
            });
            let of = of.unwrap_or_default();
            format!(
                "{subject} {}{not} {condition}{of}",
                shown(gate, value, None)
            )
        }
    }
}

fn of_jobs(gate: &Gate, subject: &str, condition: &str) -> String {
    let (met, of) = (
        gate.jobs_met.unwrap_or_default(),
        gate.jobs_of.unwrap_or_default(),
    );
    let count = match met {
        0 => format!("none of {}", counted(of, "job", "jobs")),
        met => format!("{} of {}", number(met), counted(of, "job", "jobs")),
    };
    let mut named: Vec<String> = gate
        .jobs
        .iter()
        .take(JOBS)
        .map(|job| {
            let of = job.numerator.zip(job.denominator);
            let label = quote(&job.job, LABEL_CHARS);
            format!("{label} at {}", shown(gate, job.value, of))
        })
        .collect();
    let more = met.saturating_sub(named.len() as u64);
    if more > 0 && !named.is_empty() {
        named.push(format!("{} more", number(more)));
    }
    let named = match named.is_empty() {
        true => String::new(),
        false => format!(": {}", joined(&named)),
    };
    format!(
        "{}{subject} {condition} in {count}{named}",
        prefix(gate.scope)
    )
}

fn prefix(scope: GateScope) -> &'static str {
    match scope {
        GateScope::All => "",
        GateScope::Any => "any:",
        GateScope::Each => "each:",
    }
}

/// A value with its unit, written so that it does not look like the other side of the limit.
fn shown(gate: &Gate, value: f64, of: Option<(u64, u64)>) -> String {
    let order = value.partial_cmp(&gate.limit);
    let is_clear = |rounded: f64| rounded.partial_cmp(&gate.limit) == order;
    let least = |scale: f64, from: usize| {
        let rounds = |digits: &usize| {
            let unit = 10_f64.powi(*digits as i32);
            is_clear((value * scale * unit).round() / unit / scale)
        };
        (from..=6).find(rounds).unwrap_or(6)
    };
    let text = match gate.unit {
        GateUnit::Count => number(value as u64),
        GateUnit::Ratio => match least(100.0, 1) {
            // As everywhere else in the report.
            1 => percent(value),
            digits => format!("{:.digits$}%", value * 100.0),
        },
        GateUnit::Seconds => {
            let is_near = order != Some(Ordering::Equal) && (value - gate.limit).abs() < 1.0;
            match is_near || value < 60.0 {
                true => format!("{:.*} s", least(1.0, 1), value),
                false => duration(value),
            }
        }
        GateUnit::PerMinute => format!("{:.*}/min", least(1.0, 1), value),
    };
    match of {
        Some((numerator, denominator)) => {
            format!("{text} ({} of {})", number(numerator), number(denominator))
        }
        None => text,
    }
}

fn why(reason: GateReason) -> &'static str {
    match reason {
        GateReason::NoDenominator => "there are no items to divide by",
        GateReason::NoTimes => "the times are missing",
        GateReason::NoTotal => "no total is stated",
        GateReason::NoList => "no list of items was recorded",
        GateReason::FilteredList => "a list is filtered by status, so its rates are not the job's",
        GateReason::NoSuchGroup => "no error group has this name or id",
        GateReason::GroupsLeftOut => "the report leaves some error groups out",
        GateReason::JobsLeftOut => "the report leaves some jobs out",
        GateReason::NoJobs => "there are no jobs",
        GateReason::NotCompared => "the items of the baseline cannot be compared",
        GateReason::IncompleteDump => {
            "the dump is incomplete; --allow-incomplete judges what is there"
        }
    }
}

/// Prints the outcome of every gate, or of those that fail.
pub(crate) fn speak(report: &Report, quiet: bool) {
    for gate in &report.gates {
        match gate.fails {
            true => say(&format!("gate failed: {}", gate.message)),
            false if quiet => {}
            false => say(&format!("gate passed: {}", gate.message)),
        }
    }
}
