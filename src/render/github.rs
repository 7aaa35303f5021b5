//! Texts in the forms that the runner of GitHub Actions reads.

use super::Model;
use super::place::{self, Place};
use crate::say::github::{Annotation, Level};
use crate::text::one_line;

/// Least room for a summary, in bytes.
const LEAST: u64 = 500;

/// Writes the summary of a step whose file holds `used` bytes; absent if it is full.
pub(crate) fn summary(model: &Model, used: u64) -> Option<String> {
    let most = place::GITHUB_SUMMARY as u64;
    let room = most.checked_sub(used).filter(|room| *room >= LEAST)?;
    let text = place::shorter(
        model.report(),
        Place::GitHubSummary,
        room as usize,
        model.whole(),
    );
    Some(text)
}

/// Writes annotations as workflow commands, one a line.
pub(crate) fn commands(annotations: &[Annotation]) -> String {
    let command = |annotation: &Annotation| {
        let level = match annotation.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        let title = property(&annotation.title);
        format!("::{level} title={title}::{}\n", data(&annotation.message))
    };
    annotations.iter().map(command).collect()
}

/// Escapes the message of a command.
fn data(text: &str) -> String {
    one_line(text).replace('%', "%25")
}

/// Escapes a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text for the log of a step, in which no line is a command.
pub(crate) fn log(text: &str) -> String {
    text.replace("::", ": :").replace("##[", "## [")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_one_line_that_nothing_of_others_ends() {
        let annotation = Annotation {
            level: Level::Error,
            title: "a: 5%, b::c".to_owned(),
            message: "100%0A::set-env\nname=x::y\r\n".to_owned(),
        };
        assert_eq!(
            commands(&[annotation]),
            "::error title=a%3A 5%25%2C b%3A%3Ac::100%250A::set-env ⏎ name=x::y ⏎ \n"
        );
    }

    #[test]
    fn no_line_of_a_log_is_a_command() {
        assert_eq!(
            log("  ::error::x\n##[group]y"),
            "  : :error: :x\n## [group]y"
        );
    }
}
