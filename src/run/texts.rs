//! The texts of a report: rendered, and written or printed.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{RunError, memory, signals};
use crate::args::{Rendering, Verbosity};
use crate::output;
use crate::parallel;
use crate::render::custom::Custom;
use crate::render::html::Delivery;
use crate::render::{self, Format, Look, Model};
use crate::say::stderr::say_it_takes_too_much;
use crate::text;

/// Least number of jobs for which the texts are made in parallel.
const MANY_JOBS: usize = 16;
/// Maximum size of a text on standard output, in bytes.
const MOST_TEXT: usize = 20_000;

/// Everything that the texts of a report are made from.
pub(super) struct Texts<'t> {
    pub(super) model: Model,
    pub(super) template: Option<&'t Custom>,
    /// Style and script of a page are files beside it.
    pub(super) assets: bool,
    /// Standard output is the log of a step of GitHub Actions.
    pub(super) is_log: bool,
}

impl Texts<'_> {
    /// Writes each file, and says so if asked to. If several cannot be written, the first error counts.
    pub(super) fn write(&self, files: &[(PathBuf, Rendering)], say: bool) -> Result<(), RunError> {
        // Lists of items have been written from the frame.
        let all: Vec<_> = files
            .iter()
            .filter(|(_, made)| !made.is_from_items())
            .collect();
        if all.is_empty() {
            return Ok(());
        }
        signals::prepare_once().map_err(RunError::Signal)?;
        let many = all.len() > 1 && self.model.report().jobs.len() >= MANY_JOBS;
        let written = parallel::map(many, all, |(path, rendering)| self.file(path, *rendering));
        let mut outcome = Ok(());
        for result in written {
            match result {
                Ok(files) if say => files.iter().for_each(say_written),
                Ok(_) => {}
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome
    }

    /// Writes a file, and what belongs beside it.
    fn file(&self, path: &Path, rendering: Rendering) -> Result<Vec<Written>, RunError> {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let delivery = match is_page(rendering) && self.assets {
            true => Delivery::Beside(&stem),
            false => Delivery::Inline,
        };
        let text = self.text(rendering, Look::PLAIN, delivery)?;
        let mut written = Vec::new();
        if delivery != Delivery::Inline {
            let assets = match (self.template, rendering) {
                (Some(template), Rendering::Template(_)) => template.assets()?,
                _ => render::assets()?,
            };
            // Before the page that needs them.
            for (ending, text) in [("css", &assets.style), ("js", &assets.script)] {
                let path = path.with_extension(ending);
                let bytes = output::write_file(&path, text)?;
                written.push(Written::of(&path, bytes));
            }
        }
        let bytes = output::write_file_with(path, |out| self.put(&text, out))?;
        written.insert(0, Written::of(path, bytes));
        Ok(written)
    }

    /// Prints one. Text for a terminal is cut, unless everything is asked for.
    pub(super) fn print(
        &self,
        rendering: Rendering,
        look: Look,
        verbosity: Verbosity,
    ) -> Result<(), RunError> {
        let mut text = self.text(rendering, look, Delivery::Inline)?;
        let short = rendering == Rendering::BuiltIn(Format::Text) && verbosity < Verbosity::Verbose;
        if let (true, Text::Rendered(text)) = (short, &mut text)
            && let Cow::Owned(cut) = cut(text, MOST_TEXT)
        {
            *text = cut;
        }
        if let (true, Text::Rendered(text)) = (self.is_log, &mut text)
            && rendering == Rendering::BuiltIn(Format::Text)
        {
            *text = render::github::log(text);
        }
        output::print_with(|out| self.put(&text, out)).map_err(RunError::Print)
    }

    fn put(&self, text: &Text, out: &mut dyn Write) -> io::Result<()> {
        match text {
            Text::Rendered(text) => out.write_all(text.as_bytes()),
            Text::Summary { indented } => {
                crate::report::write_summary(self.model.report(), out, *indented)
            }
        }
    }

    fn text(
        &self,
        rendering: Rendering,
        look: Look,
        delivery: Delivery<'_>,
    ) -> Result<Text, RunError> {
        let model = &self.model;
        Ok(Text::Rendered(match (rendering, self.template) {
            (Rendering::Template(_), Some(template)) => {
                let render = || template.render(model, look, delivery);
                memory::limited(render, || say_it_takes_too_much(memory::MOST))?
            }
            (Rendering::BuiltIn(Format::Html), _) => render::page(model, delivery)?,
            (Rendering::BuiltIn(Format::Json), _) => {
                let indented = look.indented;
                return Ok(Text::Summary { indented });
            }
            (rendering, _) => {
                render::render(model, rendering.format().unwrap_or(Format::Text), look)?
            }
        }))
    }
}

/// Content of an output.
enum Text {
    Rendered(String),
    /// The report as JSON, which is written piece by piece.
    Summary {
        indented: bool,
    },
}

/// A file that was written.
pub(super) struct Written {
    path: PathBuf,
    bytes: u64,
}

impl Written {
    pub(super) fn of(path: &Path, bytes: u64) -> Self {
        let path = path.to_owned();
        Self { path, bytes }
    }
}

pub(super) fn say_written(file: &Written) {
    let path = render::visible(&file.path.to_string_lossy());
    // There is nobody to tell if it cannot be said.
    let _ = writeln!(
        io::stderr().lock(),
        "Wrote {path} ({})",
        text::bytes(file.bytes)
    );
}

/// Cuts a text of many lines to a number of bytes and says how many lines are missing.
fn cut(text: &str, most: usize) -> Cow<'_, str> {
    /// Room for the line that says so.
    const ROOM: usize = 200;
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let end = text.floor_char_boundary(most - ROOM);
    let kept = text[..end].rfind('\n').map_or(0, |line| line + 1);
    let missing = text[kept..].lines().count() as u64;
    let missing = text::counted(missing, "more line", "more lines");
    Cow::Owned(format!(
        "{}… and {missing}: -v prints everything, -o report.html writes a page\n",
        &text[..kept]
    ))
}

pub(super) fn is_page(rendering: Rendering) -> bool {
    rendering.format() == Some(Format::Html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_ends_with_the_number_of_lines_it_lacks() {
        let text = "12345678\n".repeat(100);
        assert!(matches!(cut(&text, 900), Cow::Borrowed(_)));
        let cut = cut(&text, 890);
        assert!(cut.len() <= 890);
        let lines = cut.matches("12345678\n").count();
        let missing = 100 - lines;
        let last = format!(
            "… and {missing} more lines: -v prints everything, -o report.html writes a page"
        );
        assert_eq!(cut.lines().last(), Some(last.as_str()));
        assert_eq!(cut.lines().count(), lines + 1);
    }
}
