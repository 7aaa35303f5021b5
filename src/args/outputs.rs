//! What is written and printed, and in which format.

use std::path::{Path, PathBuf};

use super::{Refusal, Rendering, wrong};
use crate::render::Format;
use crate::render::custom::ending_of_template;

/// What to print: what was asked for; else the user's template, where no output is made by it; else
/// the summary.
pub(super) fn printed(
    format: Option<Format>,
    quiet: bool,
    template: Option<&TemplateKind>,
    outputs: &[(PathBuf, Rendering)],
) -> Result<Option<Rendering>, Refusal> {
    let written = outputs
        .iter()
        .any(|(_, rendering)| matches!(rendering, Rendering::Template(_)));
    let print = match (format, template) {
        (Some(format), Some(template)) if template.format == Some(format) => {
            Some(Rendering::Template(template.format))
        }
        (Some(format), _) => Some(Rendering::BuiltIn(format)),
        (None, _) if quiet && !outputs.is_empty() => None,
        (None, Some(template)) if !written => Some(Rendering::Template(template.format)),
        (None, _) => Some(Rendering::BuiltIn(Format::Text)),
    };
    if let (Some(template), false, None | Some(Rendering::BuiltIn(_))) = (template, written, print)
    {
        return Err(wrong(
            "report",
            format!(
                "the template makes .{0}, and nothing of that kind is asked for; add -o NAME.{0}",
                template.ending
            ),
        ));
    }
    Ok(print)
}

/// What the user's template makes.
pub(super) struct TemplateKind {
    ending: String,
    pub(super) format: Option<Format>,
}

impl TemplateKind {
    pub(super) fn of(path: &Path) -> Result<Self, Refusal> {
        let ending = ending_of_template(path).ok_or_else(|| {
            wrong("report", format!(
                "the name of the template `{}` does not tell what it makes; call it something like \
                 report.html.j2",
                path.display()
            ))
        })?;
        Ok(Self {
            format: known_format(&ending),
            ending,
        })
    }

    pub(super) fn makes(&self, output: &Path) -> bool {
        let ending = ending_of(output);
        match self.format {
            None => ending.as_ref() == Some(&self.ending),
            format => ending.is_some_and(|ending| known_format(&ending) == format),
        }
    }
}

fn ending_of(path: &Path) -> Option<String> {
    let ending = path.extension()?;
    Some(ending.to_string_lossy().to_lowercase())
}

fn known_format(ending: &str) -> Option<Format> {
    match ending {
        "html" | "htm" => Some(Format::Html),
        "md" | "markdown" => Some(Format::Markdown),
        "json" => Some(Format::Json),
        "txt" => Some(Format::Text),
        _ => None,
    }
}

pub(super) fn named_twice(command: &str, path: &Path) -> Refusal {
    wrong(
        command,
        format!("`{}` is named twice as an output", path.display()),
    )
}

/// The files to write, with the formats their endings give.
#[cfg(feature = "fetch")]
pub(super) fn outputs_of(
    command: &str,
    paths: Vec<PathBuf>,
) -> Result<Vec<(PathBuf, Rendering)>, Refusal> {
    let mut outputs: Vec<(PathBuf, Rendering)> = Vec::new();
    for path in paths {
        let format = format_of(command, &path)?;
        if outputs.iter().any(|(other, _)| *other == path) {
            return Err(named_twice(command, &path));
        }
        outputs.push((path, Rendering::BuiltIn(format)));
    }
    Ok(outputs)
}

pub(super) fn format_of(command: &str, path: &Path) -> Result<Format, Refusal> {
    match ending_of(path).and_then(|ending| known_format(&ending)) {
        Some(format) => Ok(format),
        None => Err(wrong(
            command,
            format!(
                "the ending of `{}` does not tell a format; use .html, .md, .json or .txt{}",
                path.display(),
                match command {
                    "report" => ", or --format for standard output",
                    _ => "",
                }
            ),
        )),
    }
}
