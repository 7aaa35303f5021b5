//! Judges the gates of a report.

use super::metric::{Asked, METRICS, Measured};
use super::rule::Rule;
use crate::report::Report;
use crate::report::model::{
    Gate, GateJob, GateOutcome, GateReason, GateScope, GateUnit, JobReport,
};
use crate::say;

/// Maximum number of jobs that a gate names.
const MOST_JOBS: usize = 20;

/// What a gate without a value does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AbsentGates {
    /// It fails the run.
    #[default]
    Fail,
    /// It passes.
    Pass,
}

/// How gates are judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Judging {
    /// What a gate without a value does.
    pub absent: AbsentGates,
    /// Gates pass although data is missing.
    pub allow_incomplete: bool,
}

impl Report {
    /// Judges all rules, and keeps their outcomes in their order.
    pub fn judge(&mut self, rules: &[Rule], judging: Judging) {
        let is_whole = self.is_whole();
        let gates = rules.iter().map(|rule| {
            let mut gate = self.outcome(rule);
            let base = self
                .comparison
                .as_deref()
                .map(|comparison| comparison.base.complete);
            let is_base_whole = !rule.needs_baseline() || base.unwrap_or(true);
            let is_missing_data = !(is_whole && is_base_whole)
                && rule.metric.needs_whole
                && !judging.allow_incomplete;
            if is_missing_data && gate.outcome != GateOutcome::Failed {
                gate.outcome = GateOutcome::Incomplete;
                gate.reason = Some(GateReason::IncompleteDump);
            }
            gate.fails = match gate.outcome {
                GateOutcome::Passed => false,
                GateOutcome::Failed | GateOutcome::Incomplete => true,
                GateOutcome::Absent => judging.absent == AbsentGates::Fail,
            };
            gate.message = say::gates::outcome(&gate, &rule.subject(), &rule.condition());
            gate
        });
        self.gates = gates.collect();
    }

    fn outcome(&self, rule: &Rule) -> Gate {
        let gate = Gate {
            rule: rule.to_string(),
            scope: rule.scope,
            metric: rule.metric.name.to_owned(),
            argument: rule.argument.clone(),
            operator: rule.operator.sign().to_owned(),
            limit: rule.limit.as_f64(),
            unit: rule.metric.unit,
            outcome: GateOutcome::Passed,
            fails: false,
            reason: None,
            value: None,
            numerator: None,
            denominator: None,
            jobs_met: None,
            jobs_of: None,
            jobs: Vec::new(),
            message: String::new(),
        };
        match rule.scope {
            GateScope::All => self.of_all(rule, gate),
            GateScope::Any | GateScope::Each => self.of_jobs(rule, gate),
        }
    }

    fn of_all(&self, rule: &Rule, mut gate: Gate) -> Gate {
        match self.measure(rule, None) {
            Ok(measured) => {
                gate.value = Some(measured.value);
                (gate.numerator, gate.denominator) = measured.of.unzip();
                if rule.is_met(measured) {
                    gate.outcome = GateOutcome::Failed;
                }
            }
            Err(reason) => {
                gate.outcome = GateOutcome::Absent;
                gate.reason = Some(reason);
            }
        }
        gate
    }

    fn of_jobs(&self, rule: &Rule, mut gate: Gate) -> Gate {
        let mut reason = (self.jobs_left_out > 0).then_some(GateReason::JobsLeftOut);
        let (mut met, mut not_met) = (0, 0_u64);
        for job in &self.jobs {
            match self.measure(rule, Some(job)) {
                Ok(measured) if rule.is_met(measured) => {
                    met += 1;
                    if gate.jobs.len() < MOST_JOBS {
                        let (numerator, denominator) = measured.of.unzip();
                        gate.jobs.push(GateJob {
                            job: job.label.clone(),
                            value: measured.value,
                            numerator,
                            denominator,
                        });
                    }
                }
                Ok(_) => not_met += 1,
                Err(absent) => reason = reason.or(Some(absent)),
            }
        }
        if self.jobs.is_empty() {
            reason = Some(GateReason::NoJobs);
        }
        gate.jobs_met = Some(met);
        gate.jobs_of = Some(self.jobs.len() as u64 + self.jobs_left_out);
        gate.outcome = match (rule.scope, reason) {
            (GateScope::Any, _) if met > 0 => GateOutcome::Failed,
            (GateScope::Each, _) if not_met > 0 => GateOutcome::Passed,
            (_, Some(_)) => GateOutcome::Absent,
            (GateScope::Each, None) => GateOutcome::Failed,
            (_, None) => GateOutcome::Passed,
        };
        if gate.outcome == GateOutcome::Absent {
            gate.reason = reason;
        }
        gate
    }

    fn measure(&self, rule: &Rule, job: Option<&JobReport>) -> Result<Measured, GateReason> {
        let asked = Asked {
            report: self,
            job,
            argument: rule.argument.as_deref(),
        };
        (rule.metric.value)(&asked)
    }
}

/// Value of each metric without argument and baseline, over all jobs together.
pub fn values(report: &Report) -> Vec<(&'static str, GateUnit, Option<f64>)> {
    let metrics = METRICS.iter();
    let plain = metrics.filter(|metric| metric.argument.is_none() && !metric.needs_baseline);
    let asked = Asked {
        report,
        job: None,
        argument: None,
    };
    plain
        .map(|metric| {
            let measured = (metric.value)(&asked).ok();
            (
                metric.name,
                metric.unit,
                measured.map(|measured| measured.value),
            )
        })
        .collect()
}

impl Rule {
    fn is_met(&self, measured: Measured) -> bool {
        let order = measured.exact.partial_cmp(&self.limit);
        order.is_some_and(|order| self.operator.holds(order))
    }
}
