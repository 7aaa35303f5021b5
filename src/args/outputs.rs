//! Outputs of a run and their formats.

use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use super::{Refusal, wrong};
use crate::frame::export::TableFormat;
use crate::render::custom::ending_of_template;
use crate::render::format::{Format, endings};

/// Name of standard output.
const STDOUT: &str = "-";
/// Name of a report, without its ending, in a folder that was given as an output.
const REPORT: &str = "report";

/// Maker of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rendering {
    /// The program's own template or writer.
    BuiltIn(Format),
    /// The user's template, which makes this format; absent if it is none of ours.
    Template(Option<Format>),
}

impl Rendering {
    /// The writer, if this is an item table of ours.
    pub fn table(self) -> Option<TableFormat> {
        match self {
            Self::BuiltIn(format) => format.table(),
            Self::Template(_) => None,
        }
    }

    /// Returns true if this is made from the items of a dump, not from the report.
    pub fn is_from_items(self) -> bool {
        matches!(self, Self::BuiltIn(format) if format.is_from_items())
    }

    /// The format, if it is one of ours.
    pub fn format(self) -> Option<Format> {
        match self {
            Self::BuiltIn(format) => Some(format),
            Self::Template(format) => format,
        }
    }
}

/// Outputs of a run.
pub(super) struct Chosen {
    pub(super) files: Vec<(PathBuf, Rendering)>,
    pub(super) print: Option<Rendering>,
}

/// Decides what is written and what is printed. Standard output gets the format that was asked for;
/// else what the user's template makes, unless a file gets that; else a summary, unless `quiet`.
pub(super) fn chosen(
    outputs: &[PathBuf],
    format: Option<Format>,
    template: Option<&TemplateKind>,
    quiet: bool,
) -> Result<Chosen, Refusal> {
    let refuse = |words: String| Err(wrong("report", words));
    let mut files = Vec::new();
    let mut printed: Option<Option<Format>> = format.map(Some);
    for output in outputs {
        match Output::of("report", output)? {
            Output::Stdout(format) => match (printed, format) {
                (Some(Some(one)), Some(other)) if one != other => {
                    return refuse(format!(
                        "standard output holds one report; asked for are {} and {}",
                        one.row().name,
                        other.row().name
                    ));
                }
                _ => printed = Some(format.or(printed.flatten())),
            },
            Output::File(path, format) => {
                let rendering = match (template, format) {
                    (Some(template), _) if template.makes(&path, format) => {
                        Rendering::Template(template.format)
                    }
                    (_, Some(format)) => Rendering::BuiltIn(format),
                    (_, None) => Rendering::BuiltIn(format_of("report", &path)?),
                };
                add("report", &mut files, path, rendering)?;
            }
        }
    }
    let by_template = |(_, rendering): &(_, Rendering)| matches!(rendering, Rendering::Template(_));
    let written = files.iter().any(by_template);
    let print = match (printed, template) {
        (Some(Some(format)), Some(template)) if template.format == Some(format) => {
            Some(Rendering::Template(template.format))
        }
        (Some(Some(format)), _) => Some(Rendering::BuiltIn(format)),
        (None, _) if quiet && !files.is_empty() => None,
        (_, Some(template)) if !written => Some(Rendering::Template(template.format)),
        (_, _) => Some(Rendering::BuiltIn(Format::Text)),
    };
    if let (Some(template), false, None | Some(Rendering::BuiltIn(_))) = (template, written, print)
    {
        return refuse(format!(
            "the template makes .{0} files, but no output is one: add -o report.{0}",
            template.ending
        ));
    }
    Ok(Chosen { files, print })
}

/// Reads the outputs of a command that prints something else.
#[cfg(feature = "fetch")]
pub(super) fn files_of(
    command: &str,
    outputs: &[PathBuf],
) -> Result<Vec<(PathBuf, Rendering)>, Refusal> {
    let mut files = Vec::new();
    for output in outputs {
        match Output::of(command, output)? {
            Output::Stdout(_) => {
                let words = "standard output lists the folders; name a file for the report";
                return Err(wrong(command, words.to_owned()));
            }
            Output::File(path, format) => {
                let format = format.map_or_else(|| format_of(command, &path), Ok)?;
                add(command, &mut files, path, Rendering::BuiltIn(format))?;
            }
        }
    }
    Ok(files)
}

fn add(
    command: &str,
    files: &mut Vec<(PathBuf, Rendering)>,
    path: PathBuf,
    rendering: Rendering,
) -> Result<(), Refusal> {
    if files.iter().any(|(other, _)| *other == path) {
        let words = format!("`{}` is given twice as an output", path.display());
        return Err(wrong(command, words));
    }
    files.push((path, rendering));
    Ok(())
}

/// Value of an output option, taken apart: `FILE`, `FORMAT:FILE`, `DIR/`, `-`.
enum Output {
    Stdout(Option<Format>),
    /// The format is absent if the ending has to tell it.
    File(PathBuf, Option<Format>),
}

impl Output {
    fn of(command: &str, value: &Path) -> Result<Self, Refusal> {
        // No format has a name of one letter, so that `C:\x.json` is a path.
        let named = value.to_str().and_then(|text| {
            let (name, file) = text.split_once(':')?;
            Some((Format::by_name(name)?, Path::new(file)))
        });
        let (format, file) = match named {
            Some((format, file)) => (Some(format), file),
            None => (None, value),
        };
        if file.as_os_str().is_empty() {
            let value = value.display();
            return Err(wrong(command, format!("`{value}` names no file")));
        }
        if file.as_os_str() == STDOUT {
            return Ok(Self::Stdout(format));
        }
        let ends_like_a_folder = file.to_string_lossy().ends_with(['/', MAIN_SEPARATOR]);
        if ends_like_a_folder || file.is_dir() {
            let format = format.unwrap_or(Format::Html);
            let name = format!("{REPORT}.{}", format.ending());
            return Ok(Self::File(file.join(name), Some(format)));
        }
        Ok(Self::File(file.to_owned(), format))
    }
}

/// The kind of output that the user's template makes.
pub(super) struct TemplateKind {
    ending: String,
    format: Option<Format>,
}

impl TemplateKind {
    pub(super) fn of(path: &Path) -> Result<Self, Refusal> {
        let ending = ending_of_template(path).ok_or_else(|| {
            let path = path.display();
            let words = format!(
                "cannot tell what the template `{path}` makes: its name has to end as in \
                 report.html.j2"
            );
            wrong("report", words)
        })?;
        Ok(Self {
            format: Format::by_ending(&ending),
            ending,
        })
    }

    /// Returns whether the template makes a file, whose format may have been named.
    fn makes(&self, file: &Path, named: Option<Format>) -> bool {
        match (self.format, named) {
            (Some(format), Some(named)) => format == named,
            (Some(format), None) => Format::of_file(file) == Some(format),
            (None, Some(_)) => false,
            (None, None) => ending_of(file).as_ref() == Some(&self.ending),
        }
    }
}

fn ending_of(path: &Path) -> Option<String> {
    Some(path.extension()?.to_string_lossy().to_lowercase())
}

/// The format that a file's ending tells.
fn format_of(command: &str, path: &Path) -> Result<Format, Refusal> {
    if let Some(format) = Format::of_file(path) {
        return Ok(format);
    }
    let file = path.display();
    let words = match ending_of(path).as_deref() {
        Some("pdf") => format!(
            "cannot write PDF (`{file}`): write a page with -o report.html and print it to PDF \
             in a browser"
        ),
        #[cfg(not(feature = "tables"))]
        Some("parquet" | "arrow") => format!(
            "cannot write `{file}`: this build has no Parquet and Arrow; use .csv or .jsonl"
        ),
        Some("xlsx" | "xls" | "ods") => {
            format!("cannot write spreadsheets (`{file}`): write .csv, which they open")
        }
        Some(packed @ ("gz" | "zst" | "bz2" | "xz" | "zip" | "br")) => {
            let bare = path.with_extension("");
            let bare = bare.display();
            format!(
                "cannot write compressed reports (`{file}`): write `{bare}` and compress it \
                 to .{packed} yourself"
            )
        }
        _ => format!(
            "cannot tell the format of `{file}` from its extension: use {}, or name the format, \
             as in json:out",
            endings()
        ),
    };
    Err(wrong(command, words))
}
