//! The table of output formats. Options, help, errors and file endings derive from it.

use std::borrow::Cow;
use std::path::Path;

use minijinja::AutoEscape;

use super::place::Place;
use crate::frame::export::{Formulas, TableFormat};

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Plain text for a terminal.
    Text,
    /// GitHub-flavored Markdown for a ticket.
    Markdown,
    /// One page that holds everything it needs.
    Html,
    /// The summary model itself.
    Json,
    /// All items as Apache Parquet.
    #[cfg(feature = "tables")]
    Parquet,
    /// All items as an Arrow file.
    #[cfg(feature = "tables")]
    Arrow,
    /// All items as CSV.
    Csv,
    /// All items as JSON Lines.
    JsonLines,
    /// Items as test cases, for CI servers.
    Junit,
    /// Items as test cases, in the common test report format.
    Ctrf,
    /// IDs of the items to run again.
    Retry,
    /// A text for a ticket or a chat.
    Ticket(Place),
}

/// Everything that is particular about a format.
#[derive(Debug)]
pub struct Row {
    /// The format.
    pub format: Format,
    /// Name, as in `--format NAME` and `-o NAME:FILE`.
    pub name: &'static str,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// File endings, without the dot; the first one is the usual one.
    pub endings: &'static [&'static str],
    /// Media type.
    pub media_type: &'static str,
    /// Purpose in a few words, for the help.
    pub purpose: &'static str,
    /// Source of the content.
    pub content: Content,
    /// Escaping of what templates print.
    pub escaping: AutoEscape,
    /// The content shows rows of the report's items.
    pub shows_items: bool,
}

/// Source of a format's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A built-in template of this name.
    Template(&'static str),
    /// The summary model, serialized.
    Summary,
    /// Items as test cases, serialized.
    Tests,
    /// A text in the markup and within the limits of a place.
    Ticket(Place),
    /// All items, written from the frame.
    Items(TableFormat),
    /// Items to run again, listed from the frame.
    Retry,
}

pub(super) const MARKDOWN: AutoEscape = AutoEscape::Custom(Cow::Borrowed("markdown"));
pub(super) const XML: AutoEscape = AutoEscape::Custom(Cow::Borrowed("xml"));
pub(super) const TEXT: AutoEscape = AutoEscape::Custom(Cow::Borrowed("text"));

/// All formats, in the order in which help lists them.
pub const FORMATS: &[Row] = &[
    Row {
        format: Format::Text,
        name: "text",
        aliases: &["txt"],
        endings: &["txt"],
        media_type: "text/plain",
        purpose: "Short summary for a terminal",
        content: Content::Template("report.txt.j2"),
        escaping: TEXT,
        shows_items: false,
    },
    Row {
        format: Format::Markdown,
        name: "markdown",
        aliases: &["md"],
        endings: &["md", "markdown"],
        media_type: "text/markdown",
        purpose: "Summary for a ticket",
        content: Content::Template("report.md.j2"),
        escaping: MARKDOWN,
        shows_items: true,
    },
    Row {
        format: Format::Html,
        name: "html",
        aliases: &["htm"],
        endings: &["html", "htm"],
        media_type: "text/html",
        purpose: "Self-contained page with charts and a table of items",
        content: Content::Template("report.html.j2"),
        escaping: AutoEscape::Html,
        shows_items: true,
    },
    Row {
        format: Format::Json,
        name: "json",
        aliases: &[],
        endings: &["json"],
        media_type: "application/json",
        purpose: "Summary model, for scripts and for rendering later",
        content: Content::Summary,
        escaping: AutoEscape::Json,
        shows_items: true,
    },
    #[cfg(feature = "tables")]
    Row {
        format: Format::Parquet,
        name: "parquet",
        aliases: &[],
        endings: &["parquet", "pq"],
        media_type: "application/vnd.apache.parquet",
        purpose: "All items, for DuckDB, pandas and Polars",
        content: Content::Items(TableFormat::Parquet),
        escaping: AutoEscape::None,
        shows_items: false,
    },
    #[cfg(feature = "tables")]
    Row {
        format: Format::Arrow,
        name: "arrow",
        aliases: &["feather", "ipc"],
        endings: &["arrow", "feather", "ipc"],
        media_type: "application/vnd.apache.arrow.file",
        purpose: "All items as an Arrow file",
        content: Content::Items(TableFormat::Arrow),
        escaping: AutoEscape::None,
        shows_items: false,
    },
    Row {
        format: Format::Csv,
        name: "csv",
        aliases: &[],
        endings: &["csv"],
        media_type: "text/csv",
        purpose: "All items, for spreadsheets",
        content: Content::Items(TableFormat::Csv(Formulas::Escaped)),
        escaping: AutoEscape::None,
        shows_items: false,
    },
    Row {
        format: Format::JsonLines,
        name: "jsonl",
        aliases: &["ndjson"],
        endings: &["jsonl", "ndjson"],
        media_type: "application/jsonl",
        purpose: "All items, one JSON object per line",
        content: Content::Items(TableFormat::JsonLines),
        escaping: AutoEscape::None,
        shows_items: false,
    },
    Row {
        format: Format::Junit,
        name: "junit",
        aliases: &[],
        endings: &["xml"],
        media_type: "application/xml",
        purpose: "JUnit XML for CI servers: a suite per job, a case per item",
        content: Content::Template("junit.xml.j2"),
        escaping: XML,
        shows_items: true,
    },
    Row {
        format: Format::Ctrf,
        name: "ctrf",
        aliases: &[],
        endings: &["ctrf"],
        media_type: "application/json",
        purpose: "CTRF JSON (common test report format)",
        content: Content::Tests,
        escaping: AutoEscape::Json,
        shows_items: true,
    },
    Row {
        format: Format::Retry,
        name: "retry",
        aliases: &[],
        endings: &[],
        media_type: "text/plain",
        purpose: "IDs of the items to run again, one a line",
        content: Content::Retry,
        escaping: AutoEscape::None,
        shows_items: false,
    },
    ticket(
        Place::GitHubComment,
        "github-comment",
        "Comment or issue on GitHub",
    ),
    ticket(
        Place::GitHubSummary,
        "github-summary",
        "Job summary of GitHub Actions",
    ),
    ticket(Place::GitLab, "gitlab", "GitLab note"),
    ticket(Place::Jira, "jira", "Jira comment, in wiki markup"),
    ticket(Place::Slack, "slack", "Slack message, as Block Kit JSON"),
    ticket(Place::Email, "email", "E-mail, as HTML with inline styles"),
    ticket(Place::Plain, "plain", "Plain text"),
    ticket(Place::Brief, "brief", "Ten lines of plain text"),
];

/// The row of a text for a place. It has no file ending of its own.
const fn ticket(place: Place, name: &'static str, purpose: &'static str) -> Row {
    Row {
        format: Format::Ticket(place),
        name,
        aliases: &[],
        endings: &[],
        media_type: place.media_type(),
        purpose,
        content: Content::Ticket(place),
        escaping: AutoEscape::None,
        shows_items: true,
    }
}

/// Endings of templates whose output is markup, besides those of [`FORMATS`].
const OTHER_MARKUP: [&str; 2] = ["xhtml", "svg"];

impl Format {
    /// The format's row in the table.
    pub fn row(self) -> &'static Row {
        let row = FORMATS.iter().find(|row| row.format == self);
        row.expect("every format has a row")
    }

    /// Finds a format by its name or alias, in any case.
    pub fn by_name(name: &str) -> Option<Self> {
        let matches = |other: &str| other.eq_ignore_ascii_case(name);
        let row = FORMATS
            .iter()
            .find(|row| matches(row.name) || row.aliases.iter().any(|alias| matches(alias)))?;
        Some(row.format)
    }

    /// Finds a format by a file ending without its dot, in any case.
    pub fn by_ending(ending: &str) -> Option<Self> {
        let row = FORMATS.iter().find(|row| {
            let mut endings = row.endings.iter();
            endings.any(|other| other.eq_ignore_ascii_case(ending))
        })?;
        Some(row.format)
    }

    /// Finds a format by the ending of a file's name.
    pub fn of_file(path: &Path) -> Option<Self> {
        Self::by_ending(path.extension()?.to_str()?)
    }

    /// The writer of an item table; absent if the format is made from the report.
    pub fn table(self) -> Option<TableFormat> {
        match self.row().content {
            Content::Items(table) => Some(table),
            _ => None,
        }
    }

    /// Returns true if the content is made from the items of a dump, not from the report.
    pub fn is_from_items(self) -> bool {
        matches!(self.row().content, Content::Items(_) | Content::Retry)
    }

    /// The usual ending, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Ticket(place) => place.ending(),
            _ => self
                .row()
                .endings
                .first()
                .copied()
                .unwrap_or(self.row().name),
        }
    }
}

/// The usual endings of all formats, as in ".txt, .md or .html".
pub fn endings() -> String {
    let endings = FORMATS.iter().filter_map(|row| row.endings.first());
    let mut endings: Vec<String> = endings.map(|ending| format!(".{ending}")).collect();
    let last = endings.pop().unwrap_or_default();
    format!("{} or {last}", endings.join(", "))
}

/// Escaping of a template's output, by the ending of what it makes.
pub(super) fn escaping(ending: &str) -> AutoEscape {
    match Format::by_ending(ending) {
        Some(format) => format.row().escaping.clone(),
        None if OTHER_MARKUP.contains(&ending.to_ascii_lowercase().as_str()) => AutoEscape::Html,
        None => AutoEscape::None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_and_endings_belong_to_one_format_each() {
        let mut names = BTreeSet::new();
        let mut endings = BTreeSet::new();
        for row in FORMATS {
            assert_eq!(row.format.row().name, row.name);
            for name in row.aliases.iter().chain([&row.name]) {
                assert!(names.insert(*name), "{name}");
                assert_eq!(Format::by_name(&name.to_uppercase()), Some(row.format));
            }
            for ending in row.endings {
                assert!(endings.insert(*ending), "{ending}");
                let file = format!("a.b.{}", ending.to_uppercase());
                assert_eq!(Format::of_file(Path::new(&file)), Some(row.format));
            }
        }
        assert_eq!(Format::by_name("pdf"), None);
        assert_eq!(Format::of_file(Path::new("report")), None);
    }

    #[test]
    fn a_name_of_one_letter_would_be_taken_for_a_drive() {
        // `C:\x.json` is a path of Windows.
        for row in FORMATS {
            let mut names = row.aliases.iter().chain([&row.name]);
            assert!(names.all(|name| name.len() > 1), "{}", row.name);
        }
    }

    #[test]
    fn the_ending_of_its_output_decides_how_a_template_escapes() {
        for (ending, escaping_of_it) in [
            ("HTM", AutoEscape::Html),
            ("svg", AutoEscape::Html),
            ("md", MARKDOWN),
            ("txt", TEXT),
            ("json", AutoEscape::Json),
            ("tex", AutoEscape::None),
        ] {
            assert_eq!(escaping(ending), escaping_of_it, "{ending}");
        }
    }
}
