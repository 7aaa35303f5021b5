//! From a report to text: HTML, Markdown, JSON and plain text.
//!
//! Nothing is counted, divided or sorted here: the report holds every figure. Each format escapes
//! on its own whatever a template prints, so a template that forgets to is still safe.

mod address;
mod cases;
mod charts;
mod ctrf;
pub mod custom;
mod escape;
mod filters;
pub mod format;
pub(crate) mod github;
mod glossary;
pub mod html;
mod model;
pub mod place;
pub(crate) mod retry;
#[cfg(test)]
pub(crate) mod samples;
mod sources;
mod terminal;

use std::borrow::Cow;
use std::io;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, ValueKind};
use minijinja::{
    AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value, escape_formatter,
};

use crate::metrics::durations::{LEAST_FOR_P95, LEAST_FOR_P99};
use crate::report::model::{Api, Report};
use crate::report::write_summary;
use crate::text::{self, Newlines};
pub use format::Format;
use format::{Content, MARKDOWN, XML};
use html::{Assets, Delivery};
pub use model::Model;
pub use retry::Form as RetryForm;
use sources::Sources;

/// Look of plain text and JSON; the other formats do not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Terminal colors are written.
    pub color: bool,
    /// Number of columns that lines are wrapped to; at least 60.
    pub width: usize,
    /// JSON is indented, for people.
    pub indented: bool,
}

impl Look {
    /// Look of files, and of standard output that is no terminal.
    pub const PLAIN: Self = Self {
        color: false,
        width: 80,
        indented: false,
    };
}

/// The columns of the terminal, at most what reads well.
pub fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0).min(110))
}

/// Text that comes from an input, harmless on a terminal and in one line.
pub fn visible(text: &str) -> String {
    text::one_line(text).into_owned()
}

/// A report could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template does not fit the report.
    #[error("cannot render the template {template}")]
    Template {
        /// The template's file name.
        template: &'static str,
        /// The fault of it.
        #[source]
        source: Error,
    },
    /// The format holds all items, which a report does not.
    #[error("an item table is not made from a report")]
    ItemTable,
    /// The report cannot be written as JSON.
    #[error("cannot write the summary as JSON")]
    Json(#[source] io::Error),
}

/// Renders a report.
///
/// The first line of text, and the first sentence after the heading of Markdown and HTML, is the report's
/// verdict.
///
/// # Errors
///
/// If a template does not fit the report model, which is a bug of the program.
pub fn render(model: &Model, format: Format, look: Look) -> Result<String, RenderError> {
    match format.row().content {
        Content::Template(template) => built_in(model, template, look, Delivery::Inline),
        Content::Summary => {
            let mut json = Vec::new();
            write_summary(model.report(), &mut json, look.indented).map_err(RenderError::Json)?;
            // What serde_json writes is UTF-8.
            Ok(String::from_utf8(json).unwrap_or_default())
        }
        Content::Tests => {
            ctrf::ctrf(model.report()).map_err(|error| RenderError::Json(io::Error::other(error)))
        }
        Content::Ticket(place) => Ok(place::text(model.report(), place, model.whole())),
        Content::Items(_) | Content::Retry => Err(RenderError::ItemTable),
    }
}

/// Renders a report as a page.
///
/// # Errors
///
/// As for [`render`].
pub fn page(model: &Model, delivery: Delivery<'_>) -> Result<String, RenderError> {
    built_in(model, "report.html.j2", Look::PLAIN, delivery)
}

/// The style and script that stand beside a page which does not hold them.
///
/// # Errors
///
/// As for [`render`].
pub fn assets() -> Result<Assets, RenderError> {
    match Assets::of(&Sources::default()) {
        Ok(assets) => Ok(assets.signed()),
        Err(source) => Err(RenderError::Template {
            template: "report.html.j2",
            source,
        }),
    }
}

fn built_in(
    model: &Model,
    template: &'static str,
    look: Look,
    delivery: Delivery<'_>,
) -> Result<String, RenderError> {
    from_sources(model, &Sources::default(), None, template, look, delivery)
        .map_err(|source| RenderError::Template { template, source })
}

/// Steps that a template of the user's may take: loops of loops end within a second.
const MOST_STEPS: u64 = 10_000_000;
/// Further steps for each item row and job of the report.
const MOST_STEPS_PER_ROW: u64 = 2_000;

/// Renders a template, which is `extra` or comes from the sources.
fn from_sources(
    model: &Model,
    sources: &Sources,
    extra: Option<(&str, &str)>,
    template: &str,
    look: Look,
    delivery: Delivery<'_>,
) -> Result<String, Error> {
    let mut env = environment(look)?;
    if extra.is_some() {
        let report = model.report();
        let rows = report.items.len() + report.jobs.len();
        env.set_fuel(Some(MOST_STEPS + MOST_STEPS_PER_ROW * rows as u64));
    }
    let loaded = sources.clone();
    env.set_loader(move |name| {
        let text = loaded.get(name)?.map(Cow::into_owned);
        text.as_deref().map_or(Ok(()), sources::check_tags)?;
        Ok(text)
    });
    if let Some((name, text)) = extra {
        sources::check_tags(text)?;
        env.add_template_owned(name.to_owned(), text.to_owned())?;
    }
    let report = model.report();
    let mut globals = vec![
        ("report", model.value()),
        ("definitions", Value::from(Serde(glossary::DEFINITIONS))),
        ("page", Value::from(())),
        ("summary", Value::from("")),
        ("noun", nouns(report)),
        ("enough", enough()),
    ];
    // Other formats have neither a style nor data, and need not wait for them.
    if escape_of(template) == AutoEscape::Html {
        let summary = html::summary(report).map_err(no_data)?;
        globals.extend([
            ("page", html::page(&Assets::of(sources)?, delivery)),
            ("summary", Value::from_safe_string(summary)),
            ("packed_items", html::rows(report).map_err(no_data)?),
            ("first_items", html::first_items(report)),
        ]);
    }
    if escape_of(template) == MARKDOWN {
        let ticket = crate::say::ticket::Ticket::of(report);
        globals.push(("ticket", Value::from(Serde(&ticket))));
    }
    if escape_of(template) == XML {
        globals.push(("suites", cases::value(&model.shared())));
    }
    // Known to every template, those that only see a part of a list as well.
    for (name, value) in globals {
        env.add_global(name, value);
    }
    let mut text = Vec::new();
    env.get_template(template)?
        .render_captured_to((), &mut text)?;
    // What templates print is text.
    Ok(String::from_utf8(text).unwrap_or_default())
}

/// What items and jobs are called: those of v2 are files of batches.
fn nouns(report: &Report) -> Value {
    let are_v2 = !report.jobs.is_empty() && report.jobs.iter().all(|job| job.api == Api::V2);
    let [item, an_item, items, job, jobs] = match are_v2 {
        true => ["file", "a file", "files", "batch", "batches"],
        false => ["item", "an item", "items", "job", "jobs"],
    };
    let words = [
        ("item", item),
        ("an_item", an_item),
        ("items", items),
        ("job", job),
        ("jobs", jobs),
    ];
    Value::from_pairs(words.map(|(name, word)| (name, Value::from(word))))
}

/// Numbers of items from which on percentiles are shown.
fn enough() -> Value {
    Value::from_pairs([
        ("p95", Value::from(LEAST_FOR_P95)),
        ("p99", Value::from(LEAST_FOR_P99)),
    ])
}

fn no_data(source: io::Error) -> Error {
    let words = "cannot write the data of the page";
    Error::new(minijinja::ErrorKind::BadSerialization, words).with_source(source)
}

/// The engine with our syntax, escaping and filters.
fn environment(look: Look) -> Result<Environment<'static>, Error> {
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
    address::add_to(&mut env);
    terminal::add_to(&mut env, look);
    Ok(env)
}

/// The ending of what a template makes: that of its name, without the one that says that it is a
/// template.
fn output_ending(name: &str) -> Option<&str> {
    let name = [".j2", ".jinja", ".jinja2"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name);
    Some(name.rsplit_once('.')?.1).filter(|ending| !ending.is_empty())
}

/// Escaping of a template's output, by its name.
fn escape_of(name: &str) -> AutoEscape {
    output_ending(name).map_or(AutoEscape::None, format::escaping)
}

/// Writes what a template prints. Text of any type, such as that of a list or a map, is escaped for the
/// format unless a filter made it fit for it; what is absent is shown as absent.
fn write_escaped(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    if *state.auto_escape() == AutoEscape::Json {
        return escape_formatter(out, state, value);
    }
    if value.is_none() {
        return Ok(out.write_str(escape::ABSENT)?);
    }
    let is_plain = matches!(
        value.kind(),
        ValueKind::Undefined | ValueKind::Bool | ValueKind::Number
    );
    if value.is_safe() || is_plain {
        return Ok(write!(out, "{value}")?);
    }
    let text = match value.as_str() {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(value.to_string()),
    };
    if *state.auto_escape() == AutoEscape::Html {
        let text = text::visible(&text, Newlines::Keep);
        escape_formatter(out, state, &Value::from(text.as_ref()))
    } else if *state.auto_escape() == XML {
        Ok(out.write_str(&escape::xml(&text::visible(&text, Newlines::Keep)))?)
    } else if *state.auto_escape() == MARKDOWN {
        Ok(out.write_str(&escape::markdown_prose(&text, usize::MAX))?)
    } else {
        Ok(out.write_str(&text::visible(&text, Newlines::Mark))?)
    }
}

#[cfg(test)]
mod tests;
