//! The texts of a report: rendered, and written or printed.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::RunError;
use crate::args::Rendering;
use crate::output;
use crate::parallel;
use crate::render::custom::Custom;
use crate::render::html::Delivery;
use crate::render::{self, Format, Look, Model};

/// From so many jobs on, the texts are made at once.
const MANY_JOBS: usize = 16;

/// What all texts of a report are made from.
pub(super) struct Texts<'t> {
    pub(super) model: Model,
    pub(super) template: Option<&'t Custom>,
    /// Whether the style and script of a page are files beside it.
    pub(super) assets: bool,
}

impl Texts<'_> {
    /// Writes a file each. Where several cannot be written, the first one is told of.
    pub(super) fn write(&self, files: &[(PathBuf, Rendering)]) -> Result<(), RunError> {
        let many = files.len() > 1 && self.model.report().jobs.len() >= MANY_JOBS;
        let all = files.iter().collect();
        let written = parallel::map(many, all, |(path, rendering)| self.file(path, *rendering));
        written.into_iter().collect()
    }

    fn file(&self, path: &Path, rendering: Rendering) -> Result<(), RunError> {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let delivery = match is_page(rendering) && self.assets {
            true => Delivery::Beside(&stem),
            false => Delivery::Inline,
        };
        let text = self.text(rendering, Look::PLAIN, delivery)?;
        if delivery != Delivery::Inline {
            let assets = match (self.template, rendering) {
                (Some(template), Rendering::Template(_)) => template.assets()?,
                _ => render::assets()?,
            };
            // Before the page that needs them.
            output::write_file(&path.with_extension("css"), &assets.style)?;
            output::write_file(&path.with_extension("js"), &assets.script)?;
        }
        output::write_file_with(path, |out| self.put(&text, out))?;
        Ok(())
    }

    /// Prints one.
    pub(super) fn print(&self, rendering: Rendering, look: Look) -> Result<(), RunError> {
        let text = self.text(rendering, look, Delivery::Inline)?;
        output::print_with(|out| self.put(&text, out)).map_err(RunError::Print)
    }

    fn put(&self, text: &Text, out: &mut dyn Write) -> io::Result<()> {
        match text {
            Text::Rendered(text) => out.write_all(text.as_bytes()),
            Text::Summary => render::write_summary(self.model.report(), out, true),
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
            (Rendering::Template(_), Some(template)) => template.render(model, look, delivery)?,
            (Rendering::BuiltIn(Format::Html), _) => render::page(model, delivery)?,
            (Rendering::BuiltIn(Format::Json), _) => return Ok(Text::Summary),
            (rendering, _) => {
                render::render(model, rendering.format().unwrap_or(Format::Text), look)?
            }
        }))
    }
}

/// What is to be put out.
enum Text {
    Rendered(String),
    /// The report as JSON, which is written bit by bit.
    Summary,
}

pub(super) fn is_page(rendering: Rendering) -> bool {
    rendering.format() == Some(Format::Html)
}
