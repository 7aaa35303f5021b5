//! Tickets and chats: the report in a place's markup, and within its limits.

mod fit;
mod markup;

use crate::report::Report;
use crate::say::ticket::Ticket;

use self::fit::Limit;
use self::markup::Markup;

/// Bytes of the summary of a step that GitHub shows for sure, and a little less.
pub(super) const GITHUB_SUMMARY: usize = 999_000;

/// A place that a report goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A comment or issue on GitHub.
    GitHubComment,
    /// The summary of a job of GitHub Actions.
    GitHubSummary,
    /// A note on GitLab.
    GitLab,
    /// A comment or issue of Jira, in its wiki markup.
    Jira,
    /// A message of Slack, as Block Kit JSON.
    Slack,
    /// An e-mail, as HTML with inline styles.
    Email,
    /// Plain text of any length.
    Plain,
    /// Ten lines of plain text.
    Brief,
}

impl Place {
    /// The limit that the place has, or a little less.
    fn limit(self) -> Limit {
        match self {
            Self::GitHubComment => Limit::characters(65_000),
            Self::GitHubSummary => Limit::bytes(GITHUB_SUMMARY),
            Self::GitLab => Limit::characters(999_000),
            Self::Jira => Limit::characters(32_700),
            Self::Slack => Limit::characters(12_900),
            Self::Email => Limit::bytes(100_000),
            Self::Plain => Limit::bytes(999_000),
            Self::Brief => Limit::bytes(4_000).and_lines(10),
        }
    }

    fn markup(self) -> Markup {
        match self {
            Self::GitHubComment | Self::GitHubSummary => Markup::GitHub,
            Self::GitLab => Markup::GitLab,
            Self::Jira => Markup::Jira,
            Self::Slack => Markup::Slack,
            Self::Email => Markup::Email,
            Self::Plain | Self::Brief => Markup::Plain,
        }
    }

    /// Media type of the text.
    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::GitHubComment | Self::GitHubSummary | Self::GitLab => "text/markdown",
            Self::Jira | Self::Plain | Self::Brief => "text/plain",
            Self::Slack => "application/json",
            Self::Email => "text/html",
        }
    }

    /// Usual ending of a file.
    pub(super) fn ending(self) -> &'static str {
        match self.markup() {
            Markup::GitHub | Markup::GitLab => "md",
            Markup::Jira | Markup::Plain => "txt",
            Markup::Slack => "json",
            Markup::Email => "html",
        }
    }
}

/// Writes a report for a place in at most so many units of its limit.
pub(super) fn shorter(report: &Report, place: Place, most: usize, whole: Option<&str>) -> String {
    let limit = place.limit().shorter(most);
    fit::fit(&Ticket::of(report), place.markup(), limit, whole)
}

/// Writes a report for a place. `whole` names the file that holds the full report.
pub(super) fn text(report: &Report, place: Place, whole: Option<&str>) -> String {
    let ticket = Ticket::of(report);
    fit::fit(&ticket, place.markup(), place.limit(), whole)
}

#[cfg(test)]
mod tests;
