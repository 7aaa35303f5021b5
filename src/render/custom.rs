//! Templates that users bring along: the same model, filters and escaping, their own words.

use std::borrow::Cow;
use std::error::Error as _;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use minijinja::{Error, ErrorKind};

use super::html::{Assets, Delivery};
use super::sources::{BUILT_IN, Sources};
use super::{Look, Model, escape, from_sources, output_ending};
use crate::output;

/// A template of the user's.
#[derive(Debug, Clone)]
pub struct Custom {
    path: PathBuf,
    name: String,
    text: String,
    sources: Sources,
}

/// A template of the user's that could not be read, or does not fit.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It could not be read.
    #[error("cannot read the template `{path}`")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// There is a mistake in it.
    #[error("{0}")]
    Mistake(Mistake),
    /// A built-in template is not to be written over another file.
    #[error("`{}` exists: --force overwrites it", .0.display())]
    Exists(PathBuf),
    /// A built-in template could not be written.
    #[error("cannot create the folder `{path}`")]
    Folder {
        /// The folder.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A built-in template could not be written.
    #[error(transparent)]
    Write(#[from] output::WriteError),
}

/// A mistake in a template, with its place.
#[derive(Debug)]
pub struct Mistake {
    file: String,
    line: Option<usize>,
    what: String,
    excerpt: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}{}", self.what, self.excerpt)
    }
}

impl Custom {
    /// Reads a template. What it includes or imports is looked for beside it, then among ours.
    ///
    /// # Errors
    ///
    /// If it cannot be read; it is checked when it is rendered.
    pub fn read(path: &Path) -> Result<Self, TemplateError> {
        let text = fs::read_to_string(path).map_err(|source| TemplateError::Read {
            path: path.display().to_string(),
            source,
        })?;
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        Ok(Self {
            path: path.to_owned(),
            name: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            text,
            sources: Sources {
                folder: Some(folder.to_owned()),
            },
        })
    }

    /// Renders a report.
    ///
    /// # Errors
    ///
    /// If there is a mistake in the template.
    pub fn render(
        &self,
        model: &Model,
        look: Look,
        delivery: Delivery<'_>,
    ) -> Result<String, TemplateError> {
        let main = (self.name.as_str(), self.text.as_str());
        from_sources(model, &self.sources, Some(main), &self.name, look, delivery)
            .map_err(|error| TemplateError::Mistake(self.mistake(&error)))
    }

    /// The style and script beside its pages.
    ///
    /// # Errors
    ///
    /// If the user's own cannot be read.
    pub fn assets(&self) -> Result<Assets, TemplateError> {
        match Assets::of(&self.sources) {
            Ok(assets) => Ok(assets.signed()),
            Err(error) => Err(TemplateError::Mistake(self.mistake(&error))),
        }
    }

    /// The innermost error is the one with the place; those around it tell how one came there.
    fn mistake(&self, error: &Error) -> Mistake {
        let mut innermost = error;
        let mut next = error.source();
        let mut cause = None;
        while let Some(inner) = next {
            match inner.downcast_ref::<Error>() {
                Some(inner) => innermost = inner,
                None => cause = Some(inner.to_string()),
            }
            next = inner.source();
        }
        let mut what = match innermost.kind() {
            // The engine's own words say what it looked up, but not in what.
            ErrorKind::UndefinedError => {
                "unknown name (`batch-report --print-schema` lists what a report holds)".to_owned()
            }
            ErrorKind::OutOfFuel => {
                "the template takes too many steps; does a loop run over too much?".to_owned()
            }
            kind => kind.to_string(),
        };
        if let Some(detail) = innermost.detail() {
            what.push_str(&format!(": {detail}"));
        }
        if let Some(cause) = cause {
            what.push_str(&format!(": {cause}"));
        }
        let (file, text) = match innermost.name() {
            Some(name) if name != self.name => {
                let file = self.sources.file(name).filter(|file| file.exists());
                let shown = file.map_or_else(
                    || format!("{name} (built in)"),
                    |file| file.display().to_string(),
                );
                let text = self.sources.get(name).ok().flatten();
                (shown, text.unwrap_or_default())
            }
            _ => (
                self.path.display().to_string(),
                Cow::Borrowed(self.text.as_str()),
            ),
        };
        Mistake {
            file,
            line: innermost.line(),
            what,
            excerpt: innermost
                .line()
                .map(|line| excerpt(&text, line))
                .unwrap_or_default(),
        }
    }
}

/// The line, marked, with two around it on either side.
fn excerpt(text: &str, wrong: usize) -> String {
    let from = wrong.saturating_sub(2).max(1);
    let mut out = String::new();
    for (at, line) in (1..)
        .zip(text.lines())
        .skip(from - 1)
        .take(wrong + 3 - from)
    {
        let mark = if at == wrong { '>' } else { ' ' };
        let line = crate::text::visible(line, crate::text::Newlines::Keep);
        out.push_str(&format!("\n  {mark}{at:>4} | {}", escape::cut(&line, 120)));
    }
    out
}

/// Returns the extension of a template's output, in lower case: that of its name without `.j2`, `.jinja` or
/// `.jinja2`.
pub fn ending_of_template(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    output_ending(name).map(str::to_lowercase)
}

/// Writes every built-in template into a folder, as a start for the user's own.
///
/// # Errors
///
/// If a file exists and is not to be overwritten, or cannot be written.
pub fn export(folder: &Path, force: bool) -> Result<Vec<PathBuf>, TemplateError> {
    fs::create_dir_all(folder).map_err(|source| TemplateError::Folder {
        path: folder.display().to_string(),
        source,
    })?;
    let files: Vec<PathBuf> = BUILT_IN.iter().map(|(name, _)| folder.join(name)).collect();
    // Nothing is written before it is known that all of it may be.
    if let (false, Some(there)) = (force, files.iter().find(|file| file.exists())) {
        return Err(TemplateError::Exists(there.clone()));
    }
    for (file, (_, text)) in files.iter().zip(BUILT_IN) {
        output::write_file(file, text)?;
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_template_makes_is_told_by_its_name() {
        for (name, ending) in [
            ("report.html.j2", Some("html")),
            ("a/b.c.MD.jinja", Some("md")),
            ("x.csv", Some("csv")),
            ("x.tex.jinja2", Some("tex")),
            ("x.j2", None),
            ("x", None),
        ] {
            let told = ending_of_template(Path::new(name));
            assert_eq!(told.as_deref(), ending, "{name}");
        }
    }

    #[test]
    fn an_excerpt_marks_the_line_and_stays_in_the_text() {
        assert_eq!(
            excerpt("a\nb\nc\nd\ne\n", 3),
            "\n      1 | a\n      2 | b\n  >   3 | c\n      4 | d\n      5 | e"
        );
        assert_eq!(excerpt("a", 1), "\n  >   1 | a");
        assert_eq!(excerpt("a", 9), "");
    }
}
