//! Help on subjects that are no commands: `--help gates`, `help gates`.

use std::ffi::OsString;
use std::fmt::Write as _;

use crate::gates::METRICS;
use crate::report::model::GateUnit;

/// Name of the topic about gates.
const GATES: &str = "gates";
/// Width that help is wrapped to.
const WIDTH: usize = 80;

const GATES_BEGIN: &str = "\
Gates fail a run, so that a pipeline stops

Usage: batch-report report <PATH>... --fail-on '[any:|each:]METRIC OP VALUE'

If a gate fails, the exit code is 3. Reports are written all the same. All
gates are judged, and each is printed with its numbers.

  METRIC OP VALUE        about all jobs together
  any:METRIC OP VALUE    fails if at least one job meets the condition
  each:METRIC OP VALUE   fails if every job meets the condition

Operators: > >= < <= ==
Values: 5% or 0.05, 90s, 2m, 1h30m, 10/min, 12

Examples:
  --fail-on 'failure_rate > 2%'
  --fail-on 'any:p95 > 90s'
  --fail-on 'error_group(\"quota\") >= 10'
  --fail-on 'findings(\"gap\") > 0'

Values are compared exactly: 12 of 240 is not > 5%. Times and speeds are compared
to a billionth of their unit.

If there is no value (no items to divide by, no times), the gate fails because it
cannot be judged; --absent pass lets it pass. If data is missing from the dump,
gates on items fail as well; --allow-incomplete judges what is there.

Metrics:
";

/// Returns the topic that a command line asks for.
pub(super) fn asked_for(args: &[OsString]) -> Option<String> {
    let words: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
    let follows = |first: &str| {
        words
            .windows(2)
            .any(|pair| pair[0] == first && pair[1] == GATES)
    };
    let is_help = words.first() == Some(&"help") && words.last() == Some(&GATES);
    let is_asked = is_help
        || follows("--help")
        || words.windows(2).any(|pair| pair == ["--fail-on", "help"])
        || words.contains(&"--fail-on=help");
    is_asked.then(gates)
}

/// The help on gates.
fn gates() -> String {
    const INDENT: usize = 6;
    let mut text = GATES_BEGIN.to_owned();
    for metric in METRICS {
        let argument = metric.argument.map(|argument| format!("(\"{argument}\")"));
        let argument = argument.unwrap_or_default();
        let baseline = match metric.needs_baseline {
            true => "; needs a baseline",
            false => "",
        };
        let _ = writeln!(
            text,
            "  {}{argument}  [{}{baseline}]",
            metric.name,
            unit(metric.unit)
        );
        let definition = metric.definition.split_whitespace();
        let mut line = " ".repeat(INDENT - 1);
        for word in definition {
            if line.len() + 1 + word.len() > WIDTH {
                let _ = writeln!(text, "{line}");
                line = " ".repeat(INDENT - 1);
            }
            line.push(' ');
            line.push_str(word);
        }
        let _ = writeln!(text, "{line}");
    }
    text
}

/// Unit as help names it.
pub(super) fn unit(unit: GateUnit) -> &'static str {
    match unit {
        GateUnit::Count => "count",
        GateUnit::Ratio => "rate",
        GateUnit::Seconds => "time",
        GateUnit::PerMinute => "per minute",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(args: &[&str]) -> bool {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        asked_for(&args).is_some()
    }

    #[test]
    fn help_on_gates_is_found_in_every_way_to_ask_for_it() {
        for args in [
            &["--help", "gates"][..],
            &["help", "gates"],
            &["report", "--help", "gates"],
            &["help", "report", "gates"],
            &["report", "--fail-on", "help"],
            &["report", "x", "--fail-on=help"],
        ] {
            assert!(asked(args), "{args:?}");
        }
        for args in [
            &["report", "gates"][..],
            &["help", "report"],
            &["report", "--help"],
        ] {
            assert!(!asked(args), "{args:?}");
        }
    }

    #[test]
    fn help_on_gates_fits_into_80_columns() {
        for line in gates().lines() {
            assert!(line.chars().count() <= WIDTH + 2, "{line}");
        }
    }

    #[test]
    fn the_published_table_of_metrics_is_true() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/gates.md");
        let mut table = "| metric | unit | definition |\n| :-- | :-- | :-- |\n".to_owned();
        for metric in METRICS {
            let argument = metric.argument.map(|argument| format!("(\"{argument}\")"));
            let baseline = match metric.needs_baseline {
                true => " Needs a baseline.",
                false => "",
            };
            let (name, argument) = (metric.name, argument.unwrap_or_default());
            let (unit, definition) = (unit(metric.unit), metric.definition);
            let _ = writeln!(
                table,
                "| `{name}{argument}` | {unit} | {definition}{baseline} |"
            );
        }
        let page = std::fs::read_to_string(path).expect("there");
        const BEGIN: &str = "## Metrics\n\n";
        let (before, rest) = page.split_once(BEGIN).expect("the table");
        let (published, after) = rest.split_once("\n\n").unwrap_or((rest.trim_end(), ""));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            let gap = if after.is_empty() { "" } else { "\n" };
            let page = format!("{before}{BEGIN}{table}{gap}{after}");
            std::fs::write(path, page).expect("written");
        } else {
            assert_eq!(
                format!("{published}\n"),
                table,
                "run again with UPDATE_DOCS=1"
            );
        }
    }
}
