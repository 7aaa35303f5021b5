//! From a report to text: HTML, Markdown, JSON and plain text.
//!
//! Nothing is counted, divided or sorted here: the report holds every figure. Each format escapes
//! on its own whatever a template prints, so a template that forgets to is still safe.

mod escape;
mod filters;
mod glossary;
#[cfg(test)]
mod samples;
mod terminal;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{
    AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value, context,
    escape_formatter,
};

use crate::report::model::Report;
use escape::Newlines;

/// The formats a report can be rendered to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One page that holds everything it needs.
    Html,
    /// GitHub-flavoured Markdown, for tickets.
    Markdown,
    /// The summary model itself.
    Json,
    /// Plain text for a terminal.
    Text,
}

/// How plain text looks; the other formats do not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether terminal colours are written.
    pub color: bool,
    /// The number of columns lines are wrapped to; fewer than 60 are taken as 60.
    pub width: usize,
}

impl Look {
    /// What a file gets, and a pipe.
    pub const PLAIN: Self = Self {
        color: false,
        width: 80,
    };
}

/// The columns of the terminal, at most what reads well.
pub fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0).min(110))
}

/// Text that comes from an input, harmless on a terminal and in one line.
pub fn visible(text: &str) -> String {
    escape::visible(text, Newlines::Mark).into_owned()
}

/// A report could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template does not fit the report.
    #[error("cannot render the template {template}")]
    Template {
        /// The template's file name.
        template: &'static str,
        /// What is wrong with it.
        #[source]
        source: Error,
    },
    /// The report cannot be written as JSON.
    #[error("cannot write the summary as JSON")]
    Json(#[source] serde_json::Error),
}

/// Renders a report.
///
/// The first line of Markdown and text, and the first sentence after the heading of HTML, is the
/// report's verdict.
///
/// # Errors
///
/// Where a template does not fit the report model, which is a fault of the program.
pub fn render(report: &Report, format: Format, look: Look) -> Result<String, RenderError> {
    let templates: &[(&'static str, &'static str)] = match format {
        Format::Json => {
            let mut json = serde_json::to_string_pretty(report).map_err(RenderError::Json)?;
            json.push('\n');
            return Ok(json);
        }
        Format::Html => &[
            (
                "report.html.j2",
                include_str!("../../templates/report.html.j2"),
            ),
            (
                "words.html.j2",
                include_str!("../../templates/words.html.j2"),
            ),
            (
                "answer.html.j2",
                include_str!("../../templates/answer.html.j2"),
            ),
            ("why.html.j2", include_str!("../../templates/why.html.j2")),
            ("when.html.j2", include_str!("../../templates/when.html.j2")),
            (
                "howlong.html.j2",
                include_str!("../../templates/howlong.html.j2"),
            ),
            ("jobs.html.j2", include_str!("../../templates/jobs.html.j2")),
            (
                "trust.html.j2",
                include_str!("../../templates/trust.html.j2"),
            ),
            ("style.css", include_str!("../../templates/style.css")),
        ],
        Format::Markdown => &[("report.md.j2", include_str!("../../templates/report.md.j2"))],
        Format::Text => &[(
            "report.txt.j2",
            include_str!("../../templates/report.txt.j2"),
        )],
    };
    let (main, _) = templates[0];
    from_templates(report, templates, look).map_err(|source| RenderError::Template {
        template: main,
        source,
    })
}

/// Renders the first of the templates; it may use the others.
fn from_templates(
    report: &Report,
    templates: &[(&'static str, &'static str)],
    look: Look,
) -> Result<String, Error> {
    let mut env = Environment::new();
    env.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()?,
    );
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(escape_of);
    env.set_formatter(write_escaped);
    filters::add_to(&mut env);
    terminal::add_to(&mut env, look);
    for (name, source) in templates {
        env.add_template(name, source)?;
    }
    let (main, _) = templates[0];
    let summary = if main.ends_with(".html.j2") {
        escape::json_in_html(&report.digest())
    } else {
        String::new()
    };
    env.get_template(main)?.render(context! {
        report => Value::from(Serde(report)),
        summary => Value::from_safe_string(summary),
        definitions => Value::from(Serde(glossary::DEFINITIONS)),
    })
}

const MARKDOWN: AutoEscape = AutoEscape::Custom(std::borrow::Cow::Borrowed("markdown"));
const TEXT: AutoEscape = AutoEscape::Custom(std::borrow::Cow::Borrowed("text"));

/// How the output of a template is escaped, told by its name.
fn escape_of(name: &str) -> AutoEscape {
    if name.ends_with(".html.j2") {
        AutoEscape::Html
    } else if name.ends_with(".md.j2") {
        MARKDOWN
    } else if name.ends_with(".txt.j2") {
        TEXT
    } else {
        AutoEscape::None
    }
}

/// Writes what a template prints. What no filter has declared safe is escaped for the format, and
/// what is absent is shown as absent.
fn write_escaped(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    if value.is_none() {
        return Ok(out.write_str(filters::ABSENT)?);
    }
    let Some(text) = value.as_str().filter(|_| !value.is_safe()) else {
        return Ok(write!(out, "{value}")?);
    };
    if *state.auto_escape() == AutoEscape::Html {
        let text = escape::visible(text, Newlines::Keep);
        escape_formatter(out, state, &Value::from(text.as_ref()))
    } else if *state.auto_escape() == MARKDOWN {
        Ok(out.write_str(&escape::markdown_prose(text, usize::MAX))?)
    } else {
        Ok(out.write_str(&escape::visible(text, Newlines::Mark))?)
    }
}

#[cfg(test)]
mod tests;
