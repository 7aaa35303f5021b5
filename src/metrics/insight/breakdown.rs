//! Breakdowns of items by what their names tell: the numbers of each value, and the values of which far more
//! items failed, or took far longer, than of all others.
//!
//! Failures: the hypergeometric tail (Fisher's exact test, one-sided) of each value. Durations: the rank sum of
//! each value (Wilcoxon). Both are corrected for all values tried by Holm's procedure. Over several jobs
//! the failures are also tested within each job (Mantel–Haenszel), and ranks are those within a job, so
//! that jobs that differ are no reason.
//!
//! Source: N. Mantel and W. Haenszel, "Statistical aspects of the analysis of data from retrospective studies of
//! disease", Journal of the National Cancer Institute 22 (1959); P. H. van Elteren, "On the combination of
//! independent two sample tests of Wilcoxon", Bulletin of the International Statistical Institute 37 (1960).

mod merged;

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::merged::{Facts, Merged};
use super::super::Class;
use super::super::durations::median;
use super::dimensions::{Dimensions, Kind, NamedDimension, Values};
use super::tails::{
    holm, hypergeometric_at_least, hypergeometric_moments, normal_at_least, rank_sum_moments,
};
use crate::api::status::code::{COMPLETED, FAILED};
use crate::frame::ItemFrame;

/// Values that each breakdown lists.
const LISTED: usize = 20;
/// Items of a value that is listed.
const LEAST_LISTED: u64 = 2;
/// Findings about values, at most, of failures and of durations.
const MOST_FOUND: usize = 3;
/// Values of fewer items than this are not tried.
const LEAST_ITEMS: u64 = 5;
/// Fewer failures than this are no reason.
const LEAST_FAILURES: u64 = 5;
/// Probability below which a value is no chance, after correction for all values tried.
const LEVEL: f64 = 0.01;
/// The failure rate of the value is that of all others times this, at least.
const LIFT: f64 = 2.0;
/// The median duration of the value is that of all others times this, at least.
const SLOWER: f64 = 1.5;

/// Items by one dimension of their names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Breakdown {
    /// `extension`, `folder`, `stem` (the letters that the file name begins with), `error_class`, or the name of a
    /// `--by`.
    pub dimension: String,
    /// True for a `--by`.
    #[serde(default)]
    pub named: bool,
    /// Values of at least two items: most items first, then by value; up to 20.
    pub values: Vec<BreakdownValue>,
    /// Number of values left out.
    pub left_out: u64,
}

/// Items with one value of a dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BreakdownValue {
    /// The value; absent for items without one.
    pub value: Option<String>,
    /// Items with it.
    pub items: u64,
    /// Failed items with it.
    pub failed: u64,
    /// failed / (completed + failed), 0–1; absent if none of both, and of a class of errors, which only failures have.
    pub failure_rate: Option<f64>,
    /// Median duration of the completed ones; of a class of errors, of its failures.
    pub median_seconds: Option<f64>,
}

/// Numbers of the failures of each class of errors, with their number and durations; absent if nothing failed.
pub fn by_class(classes: Vec<(Class, u64, Vec<i64>)>) -> Option<Breakdown> {
    let values = classes
        .into_iter()
        .filter_map(|(class, failed, mut micros)| {
            (failed > 0).then(|| BreakdownValue {
                value: Some(class.word().to_owned()),
                items: failed,
                failed,
                failure_rate: None,
                median_seconds: median(&mut micros).map(|micros| micros / 1e6),
            })
        });
    let mut values: Vec<BreakdownValue> = values.collect();
    values.sort_by_key(|value| std::cmp::Reverse(value.failed));
    (!values.is_empty()).then(|| Breakdown {
        dimension: "error_class".to_owned(),
        named: false,
        values,
        left_out: 0,
    })
}

/// Value of a dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Dimension.
    pub kind: Kind,
    /// Name of the dimension, if the user named it.
    pub dimension: Option<String>,
    /// The value.
    pub word: String,
}

/// Value of which far more items failed than of all others.
#[derive(Debug, Clone, PartialEq)]
pub struct Failing {
    /// The value.
    pub value: Value,
    /// Failed items with it, and all completed or failed ones.
    pub with: (u64, u64),
    /// The same without it.
    pub others: (u64, u64),
}

/// Value whose completed items took far longer than all others.
#[derive(Debug, Clone, PartialEq)]
pub struct Slow {
    /// The value.
    pub value: Value,
    /// Completed items with it.
    pub items: u64,
    /// Their median duration, in microseconds.
    pub median: f64,
    /// Median duration of the others.
    pub others: f64,
}

/// What the names of items tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ByName {
    /// Values that fail, least probable first.
    pub failing: Vec<Failing>,
    /// Values that are slow.
    pub slow: Vec<Slow>,
    /// The numbers of each value, if they are asked for.
    pub breakdowns: Vec<Breakdown>,
}

/// Looks at the items of these jobs by their names. `is_listed` asks for the numbers of each value.
pub fn by_name(
    items: &ItemFrame,
    rows: &[Range<usize>],
    jobs: Range<usize>,
    dimensions: &Dimensions,
    named: &[NamedDimension],
    is_listed: bool,
) -> ByName {
    let values: Vec<&[Values]> = jobs.map(|job| dimensions.job(job)).collect();
    // Of two that hold the same items, the one that the user asks for is named.
    let built_in = [Kind::Extension, Kind::Folder, Kind::Stem];
    let kinds = (0..named.len()).map(Kind::Named).chain(built_in);
    let sizes: Vec<usize> = rows.iter().map(ExactSizeIterator::len).collect();
    let merged: Vec<Merged<'_>> = kinds
        .filter_map(|kind| Merged::of(kind, &values, &sizes))
        .collect();
    if merged.is_empty() {
        return ByName::default();
    }
    let facts: Vec<Facts> = rows.iter().map(|rows| Facts::of(items, rows)).collect();
    let names = Names {
        merged: &merged,
        facts: &facts,
        named,
    };
    ByName {
        failing: names.failing(),
        slow: names.slow(),
        breakdowns: match is_listed {
            true => merged
                .iter()
                .map(|dimension| names.breakdown(dimension))
                .filter(|breakdown| breakdown.values.len() > 1)
                .collect(),
            false => Vec::new(),
        },
    }
}

struct Names<'a> {
    merged: &'a [Merged<'a>],
    facts: &'a [Facts],
    named: &'a [NamedDimension],
}

/// Values that were found already: dimension and code.
type Found = Vec<(usize, usize)>;

/// Counts and tests of one value.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    some: u64,
    all: u64,
    /// What the test expects, and how much it varies, summed over jobs.
    sum: f64,
    expected: f64,
    variance: f64,
}

impl Names<'_> {
    fn is_left_out(&self, found: &Found, job: usize, at: usize) -> bool {
        found
            .iter()
            .any(|(dimension, code)| self.merged[*dimension].code(job, at) == Some(*code))
    }

    /// Finds values that fail. What is found is left out before the next one is looked for: a folder is not named
    /// because of the file type that fills it.
    fn failing(&self) -> Vec<Failing> {
        let mut found: Found = Vec::new();
        let mut told = Vec::new();
        while told.len() < MOST_FOUND {
            let Some((place, failing)) = self.most_failing(&found) else {
                break;
            };
            found.push(place);
            told.push(failing);
        }
        told
    }

    fn most_failing(&self, found: &Found) -> Option<((usize, usize), Failing)> {
        let (mut failed, mut all) = (0, 0);
        let mut tallies: Vec<Vec<Tally>> = self
            .merged
            .iter()
            .map(|merged| vec![Tally::default(); merged.words.len()])
            .collect();
        for (job, facts) in self.facts.iter().enumerate() {
            let is_counted: Vec<u32> = (0..)
                .zip(&facts.statuses)
                .filter(|(_, status)| matches!(**status, COMPLETED | FAILED))
                .map(|(at, _)| at)
                .filter(|at| found.is_empty() || !self.is_left_out(found, job, *at as usize))
                .collect();
            let has_failed = |at: u32| facts.statuses[at as usize] == FAILED;
            let of_job = is_counted.len() as u64;
            let failed_of_job = is_counted.iter().filter(|at| has_failed(**at)).count() as u64;
            failed += failed_of_job;
            all += of_job;
            for (merged, tallies) in self.merged.iter().zip(&mut tallies) {
                let Some((_, own)) = &merged.jobs[job] else {
                    continue;
                };
                let before: Vec<u64> = own.iter().map(|code| tallies[*code as usize].all).collect();
                for at in &is_counted {
                    if let Some(code) = merged.code(job, *at as usize) {
                        tallies[code].all += 1;
                        tallies[code].some += u64::from(has_failed(*at));
                    }
                }
                for (code, before) in own.iter().zip(before) {
                    let tally = &mut tallies[*code as usize];
                    let with = tally.all - before;
                    let (mean, variance) = hypergeometric_moments(of_job, failed_of_job, with);
                    tally.expected += mean;
                    tally.variance += variance;
                }
            }
        }
        if failed < LEAST_FAILURES || failed == all {
            return None;
        }
        let test = |tally: &Tally| {
            let (with, others) = (
                (tally.some, tally.all),
                (failed - tally.some, all - tally.all),
            );
            let is_high = tally.some >= LEAST_FAILURES
                && others.1 >= LEAST_ITEMS
                && share(with) >= LIFT * share(others);
            let within = (tally.some as f64 - tally.expected - 0.5) / tally.variance.sqrt();
            let is_high = is_high && (self.facts.len() == 1 || normal_at_least(within) < LEVEL);
            match is_high {
                true => hypergeometric_at_least(tally.some, all, failed, tally.all),
                false => 1.0,
            }
        };
        let (place, tally) = best(&tallies, test)?;
        let failing = Failing {
            value: self.merged[place.0].value(place.1, self.named),
            with: (tally.some, tally.all),
            others: (failed - tally.some, all - tally.all),
        };
        Some((place, failing))
    }

    fn slow(&self) -> Vec<Slow> {
        let mut found: Found = Vec::new();
        let mut told = Vec::new();
        while told.len() < MOST_FOUND {
            let Some((place, slow)) = self.slowest(&found) else {
                break;
            };
            found.push(place);
            told.push(slow);
        }
        told
    }

    fn slowest(&self, found: &Found) -> Option<((usize, usize), Slow)> {
        let mut all = 0;
        let mut tallies: Vec<Vec<Tally>> = self
            .merged
            .iter()
            .map(|merged| vec![Tally::default(); merged.words.len()])
            .collect();
        for job in 0..self.facts.len() {
            let (ranks, ties) = self.ranks(found, job);
            let of_job = ranks.len() as u64;
            all += of_job;
            for (merged, tallies) in self.merged.iter().zip(&mut tallies) {
                let Some((_, own)) = &merged.jobs[job] else {
                    continue;
                };
                let before: Vec<u64> = own.iter().map(|code| tallies[*code as usize].all).collect();
                for (at, rank) in &ranks {
                    if let Some(code) = merged.code(job, *at as usize) {
                        tallies[code].all += 1;
                        tallies[code].sum += rank;
                    }
                }
                for (code, before) in own.iter().zip(before) {
                    let tally = &mut tallies[*code as usize];
                    let (mean, variance) = rank_sum_moments(tally.all - before, of_job, ties);
                    tally.expected += mean;
                    tally.variance += variance;
                }
            }
        }
        let test = |tally: &Tally| {
            if tally.variance <= 0.0 || all - tally.all < LEAST_ITEMS {
                return 1.0;
            }
            normal_at_least((tally.sum - tally.expected) / tally.variance.sqrt())
        };
        // Of several that are no chance the first one counts whose median is as much longer.
        let significant = significant(&tallies, test);
        significant.into_iter().find_map(|(place, tally)| {
            let (median, others) = self.medians(found, place)?;
            let slow = Slow {
                value: self.merged[place.0].value(place.1, self.named),
                items: tally.all,
                median,
                others,
            };
            (others > 0.0 && median >= SLOWER * others).then_some((place, slow))
        })
    }

    /// Ranks of the durations of a job's completed items, and the correction for equal ones.
    fn ranks(&self, found: &Found, job: usize) -> (Vec<(u32, f64)>, f64) {
        let mut order: Vec<(i64, u32)> = (0..)
            .zip(&self.facts[job].micros)
            .filter(|(_, micros)| **micros >= 0)
            .map(|(at, micros)| (*micros, at))
            .filter(|(_, at)| found.is_empty() || !self.is_left_out(found, job, *at as usize))
            .collect();
        order.sort_unstable();
        let mut ranks = Vec::with_capacity(order.len());
        let mut ties = 0.0;
        for equal in order.chunk_by(|a, b| a.0 == b.0) {
            let count = equal.len() as f64;
            let rank = ranks.len() as f64 + (count + 1.0) / 2.0;
            ranks.extend(equal.iter().map(|(_, at)| (*at, rank)));
            ties += count * count * count - count;
        }
        (ranks, ties)
    }

    /// Median duration of the items with a value, and of all others.
    fn medians(&self, found: &Found, place: (usize, usize)) -> Option<(f64, f64)> {
        let (mut with, mut others) = (Vec::new(), Vec::new());
        for (job, facts) in self.facts.iter().enumerate() {
            for (at, micros) in facts.micros.iter().enumerate() {
                if *micros < 0 || self.is_left_out(found, job, at) {
                    continue;
                }
                match self.merged[place.0].code(job, at) == Some(place.1) {
                    true => with.push(*micros),
                    false => others.push(*micros),
                }
            }
        }
        Some((median(&mut with)?, median(&mut others)?))
    }

    fn breakdown(&self, dimension: &Merged<'_>) -> Breakdown {
        /// Numbers of a value.
        #[derive(Clone, Copy, Default)]
        struct Numbers {
            items: u64,
            failed: u64,
            ended: u64,
        }
        // The last one is for items without a value.
        let none = dimension.words.len();
        let mut numbers = vec![Numbers::default(); none + 1];
        for (job, facts) in self.facts.iter().enumerate() {
            for (at, status) in facts.statuses.iter().enumerate() {
                let of = &mut numbers[dimension.code(job, at).unwrap_or(none)];
                of.items += 1;
                of.failed += u64::from(*status == FAILED);
                of.ended += u64::from(matches!(*status, COMPLETED | FAILED));
            }
        }
        let word = |code: usize| dimension.words.get(code).copied();
        let mut order: Vec<usize> = (0..=none).filter(|code| numbers[*code].items > 0).collect();
        order.sort_by(|a, b| {
            let by_items = numbers[*b].items.cmp(&numbers[*a].items);
            by_items
                .then_with(|| word(*a).is_none().cmp(&word(*b).is_none()))
                .then_with(|| word(*a).cmp(&word(*b)))
        });
        let all = order.len();
        order.retain(|code| numbers[*code].items >= LEAST_LISTED);
        order.truncate(LISTED);
        let left_out = all - order.len();
        let mut place_of = vec![None; none + 1];
        for (place, code) in order.iter().enumerate() {
            place_of[*code] = Some(place);
        }
        let mut durations: Vec<Vec<i64>> = vec![Vec::new(); order.len()];
        for (job, facts) in self.facts.iter().enumerate() {
            for (at, micros) in facts
                .micros
                .iter()
                .enumerate()
                .filter(|(_, micros)| **micros >= 0)
            {
                if let Some(place) = place_of[dimension.code(job, at).unwrap_or(none)] {
                    durations[place].push(*micros);
                }
            }
        }
        let values = order.iter().zip(&mut durations).map(|(code, durations)| {
            let median = median(durations);
            let Numbers {
                items,
                failed,
                ended,
            } = numbers[*code];
            BreakdownValue {
                value: word(*code).map(str::to_owned),
                items,
                failed,
                failure_rate: (ended > 0).then(|| failed as f64 / ended as f64),
                median_seconds: median.map(|micros| micros / 1e6),
            }
        });
        Breakdown {
            dimension: match dimension.kind {
                Kind::Extension => "extension".to_owned(),
                Kind::Folder => "folder".to_owned(),
                Kind::Stem => "stem".to_owned(),
                Kind::Named(at) => self.named[at].name.clone(),
            },
            named: matches!(dimension.kind, Kind::Named(_)),
            values: values.collect(),
            left_out: left_out as u64,
        }
    }
}

fn share((some, all): (u64, u64)) -> f64 {
    some as f64 / all.max(1) as f64
}

/// The values that are no chance, least probable first, with dimension and code.
fn significant(
    tallies: &[Vec<Tally>],
    test: impl Fn(&Tally) -> f64,
) -> Vec<((usize, usize), Tally)> {
    let places = || {
        tallies.iter().enumerate().flat_map(|(dimension, tallies)| {
            tallies
                .iter()
                .enumerate()
                .map(move |(code, tally)| ((dimension, code), *tally))
        })
    };
    // How many items have a value does not depend on how they ended, so that it may decide what is tried.
    let tried: Vec<_> = places()
        .filter(|(_, tally)| tally.all >= LEAST_ITEMS)
        .collect();
    let probabilities: Vec<f64> = tried.iter().map(|(_, tally)| test(tally)).collect();
    let order = holm(&probabilities, tried.len(), LEVEL);
    order.into_iter().map(|at| tried[at]).collect()
}

fn best(tallies: &[Vec<Tally>], test: impl Fn(&Tally) -> f64) -> Option<((usize, usize), Tally)> {
    significant(tallies, test).first().copied()
}

#[cfg(test)]
mod tests;
