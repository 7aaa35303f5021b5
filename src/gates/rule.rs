//! The grammar of gates:
//!
//! ```text
//! rule   = [ "any:" | "each:" ] metric operator value
//! metric = name [ "(" text in quotes ")" ]
//! value  = decimal [ unit ]          several units of time may follow each other: 1h30m
//! ```

use std::cmp::Ordering;
use std::fmt;

use super::exact::Exact;
use super::limit::limit_of;
use super::metric::{METRICS, Metric, by_name};
use crate::report::model::GateScope;
use crate::say::code::{Code, Kind};
use crate::text::{did_you_mean, quote};

/// Longest rule, in bytes.
const MOST_BYTES: usize = 1_000;
/// Longest quote of a part of a rule, in characters.
const QUOTED: usize = 60;

/// A rule that was read and is sound.
#[derive(Clone)]
pub struct Rule {
    pub(super) scope: GateScope,
    pub(super) metric: &'static Metric,
    pub(super) argument: Option<String>,
    pub(super) operator: Operator,
    pub(super) limit: Exact,
    /// The limit as it was written.
    written: String,
}

/// Comparison of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `==`
    Equal,
}

/// A rule that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// It is no rule at all.
    #[error(
        "write it as METRIC OP VALUE, for example 'failure_rate > 2%'; `batch-report help gates` lists the metrics"
    )]
    Form,
    /// There is no such metric.
    #[error("unknown metric `{name}`{meant}{}", if meant.is_empty() { "; `batch-report help gates` lists them" } else { "" })]
    Metric {
        /// Name in the rule.
        name: String,
        /// Names that may be meant.
        meant: String,
    },
    /// The prefix is neither `any:` nor `each:`.
    #[error("unknown prefix `{0}:`; use `any:` or `each:`, or none for all jobs together")]
    Prefix(String),
    /// The metric takes an argument in quotes.
    #[error("`{name}` takes an argument in quotes: {name}(\"{argument}\")")]
    Argument {
        /// Name of the metric.
        name: &'static str,
        /// The argument as help shows it.
        argument: &'static str,
    },
    /// The metric takes no argument.
    #[error("`{0}` takes no argument")]
    NoArgument(&'static str),
    /// There is no such finding.
    #[error("unknown finding `{code}`{meant}{}", if meant.is_empty() { "; docs/codes.md lists them" } else { "" })]
    Finding {
        /// Code in the rule.
        code: String,
        /// Codes that may be meant.
        meant: String,
    },
    /// There is no such operator.
    #[error("`{0}` is not followed by one of the operators > >= < <= ==")]
    Operator(String),
    /// The value does not fit the metric.
    #[error("`{value}` is no value for `{metric}`: {wanted}")]
    Value {
        /// Value in the rule.
        value: String,
        /// Name of the metric.
        metric: &'static str,
        /// What fits.
        wanted: &'static str,
    },
    /// The rule compares single jobs with a baseline of all.
    #[error("`{0}` compares all jobs together with the baseline and takes no prefix")]
    OneForAll(&'static str),
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    ///
    /// If it does not follow the grammar, or names something that does not exist.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        if text.len() > MOST_BYTES {
            return Err(RuleError::Form);
        }
        let (scope, rest) = scope_of(text.trim())?;
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
            .unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        if name.is_empty() {
            return Err(RuleError::Form);
        }
        let metric = by_name(name).ok_or_else(|| RuleError::Metric {
            name: quote(name, QUOTED),
            meant: did_you_mean(name, METRICS.iter().map(|metric| metric.name)),
        })?;
        let (argument, rest) = argument_of(metric, rest.trim_start())?;
        let (operator, rest) = Operator::at_start_of(rest.trim_start()).ok_or_else(|| {
            RuleError::Operator(quote(text[..text.len() - rest.len()].trim(), QUOTED))
        })?;
        let written = rest.trim();
        let limit = limit_of(metric.unit, written).map_err(|wanted| RuleError::Value {
            value: quote(written, QUOTED),
            metric: metric.name,
            wanted,
        })?;
        if metric.needs_baseline && scope != GateScope::All {
            return Err(RuleError::OneForAll(metric.name));
        }
        Ok(Self {
            scope,
            metric,
            argument,
            operator,
            limit,
            written: written.to_owned(),
        })
    }

    /// Tells if the rule compares the report with a baseline.
    pub fn needs_baseline(&self) -> bool {
        self.metric.needs_baseline
    }

    /// Name of the metric.
    pub fn metric(&self) -> &'static str {
        self.metric.name
    }

    /// Tells if two rules are about the same metric of the same figures, so that one replaces the other.
    pub fn is_about_the_same(&self, other: &Self) -> bool {
        (self.scope, self.metric.name, &self.argument)
            == (other.scope, other.metric.name, &other.argument)
    }

    /// The condition without the prefix and the metric, as in `> 2%`.
    pub(super) fn condition(&self) -> String {
        format!("{} {}", self.operator.sign(), self.written)
    }

    /// The metric with its argument.
    pub(super) fn subject(&self) -> String {
        match &self.argument {
            Some(argument) => format!("{}(\"{argument}\")", self.metric.name),
            None => self.metric.name.to_owned(),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self.scope {
            GateScope::All => "",
            GateScope::Any => "any:",
            GateScope::Each => "each:",
        };
        write!(out, "{prefix}{} {}", self.subject(), self.condition())
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Rule({self})")
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Operator {
    const ALL: [Self; 5] = [
        // The longer signs come first.
        Self::AtLeast,
        Self::AtMost,
        Self::Equal,
        Self::Greater,
        Self::Less,
    ];

    /// The sign of the comparison.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Equal => "==",
        }
    }

    fn at_start_of(text: &str) -> Option<(Self, &str)> {
        let mut all = Self::ALL.into_iter();
        all.find_map(|operator| Some((operator, text.strip_prefix(operator.sign())?)))
    }

    /// Tells if the comparison holds for a value that stands so to the limit.
    pub(super) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Equal => order.is_eq(),
        }
    }
}

fn scope_of(text: &str) -> Result<(GateScope, &str), RuleError> {
    let Some((prefix, rest)) = text.split_once(':') else {
        return Ok((GateScope::All, text));
    };
    let scope = match prefix.trim() {
        "any" => GateScope::Any,
        "each" => GateScope::Each,
        word if word.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            return Err(RuleError::Prefix(quote(word, QUOTED)));
        }
        // The colon stands in an argument.
        _ => return Ok((GateScope::All, text)),
    };
    Ok((scope, rest.trim_start()))
}

/// Reads the argument of a metric, and returns what follows it.
fn argument_of<'a>(
    metric: &'static Metric,
    text: &'a str,
) -> Result<(Option<String>, &'a str), RuleError> {
    let Some(wanted) = metric.argument else {
        return match text.starts_with('(') {
            true => Err(RuleError::NoArgument(metric.name)),
            false => Ok((None, text)),
        };
    };
    let argument = || {
        let inner = text.strip_prefix('(')?.trim_start();
        let mark = inner.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        // The last mark before the bracket: a name may hold one.
        let close = [format!("{mark})"), format!("{mark} )")];
        let end = close
            .iter()
            .filter_map(|close| inner[1..].rfind(close.as_str()))
            .max()?;
        let argument = inner[1..=end].trim();
        let rest = inner[1 + end..].split_once(')')?.1;
        (!argument.is_empty()).then(|| (argument.to_owned(), rest))
    };
    let (argument, rest) = argument().ok_or(RuleError::Argument {
        name: metric.name,
        argument: wanted,
    })?;
    if metric.name == "findings" {
        check_finding(&argument)?;
    }
    Ok((Some(argument), rest))
}

fn check_finding(code: &str) -> Result<(), RuleError> {
    let is_finding = |code: &Code| code.kind() == Kind::Finding;
    if Code::from_name(code).is_some_and(|code| is_finding(&code)) {
        return Ok(());
    }
    let all = Code::ALL.iter().copied().filter(is_finding);
    Err(RuleError::Finding {
        code: quote(code, QUOTED),
        meant: did_you_mean(code, all.map(Code::name)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_written_in_one_way() {
        for (text, written) in [
            ("any:failed>=3", "any:failed >= 3"),
            (" each: p50 <= 3s ", "each:p50 <= 3s"),
            (
                "error_group('a \"b\": (c)') > 0",
                "error_group(\"a \"b\": (c)\") > 0",
            ),
            ("findings( \"gap\" ) == 1", "findings(\"gap\") == 1"),
        ] {
            let rule = Rule::parse(text).expect("a rule");
            assert_eq!(rule.to_string(), written);
            assert_eq!(Rule::parse(written).expect("a rule"), rule);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, words) in [
            ("", "write it as METRIC OP VALUE"),
            ("> 5", "write it as METRIC OP VALUE"),
            (
                "failurerate > 5%",
                "unknown metric `failurerate`; did you mean `failure_rate`",
            ),
            ("fail_rate > 5%", "did you mean `failure_rate`"),
            (
                "zzz > 5%",
                "unknown metric `zzz`; `batch-report help gates` lists them",
            ),
            ("all:failed > 5", "unknown prefix `all:`"),
            (
                "failed",
                "`failed` is not followed by one of the operators > >= < <= ==",
            ),
            ("failed = 5", "is not followed by one of the operators"),
            ("failed != 5", "is not followed by one of the operators"),
            ("failed > 5%", "write a whole number"),
            ("failed > 1.5", "write a whole number"),
            ("failed > ", "write a whole number"),
            ("failure_rate > 5", "a rate is at most 100%"),
            ("failure_rate > -1%", "write a percentage"),
            ("p95 > 90", "write a time with its unit"),
            ("p95 > 90 parsecs", "write a time with its unit"),
            ("throughput < 10", "write a speed"),
            ("failed(\"x\") > 1", "`failed` takes no argument"),
            (
                "error_group > 1",
                "takes an argument in quotes: error_group(\"NAME or id\")",
            ),
            ("error_group(x) > 1", "takes an argument in quotes"),
            ("error_group(\"\") > 1", "takes an argument in quotes"),
            (
                "findings(\"longtail\") > 0",
                "unknown finding `longtail`; did you mean `long-tail`",
            ),
            (
                "findings(\"missing-items\") > 0",
                "unknown finding `missing-items`",
            ),
        ] {
            let error = Rule::parse(text).expect_err(text).to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn long_and_hostile_rules_are_refused_at_once() {
        for text in [
            "(".repeat(100_000),
            format!("error_group(\"{}\") > 1", "x".repeat(100_000)),
            format!("p95 > {}", "1h".repeat(450)),
            format!("failed > {}", "9".repeat(500)),
            "é:failed > 1".to_owned(),
            "failed\u{a0}>\u{202e}1".to_owned(),
        ] {
            let error = Rule::parse(&text).err().map(|error| error.to_string());
            assert!(error.is_none_or(|error| error.len() < 400));
        }
    }
}
