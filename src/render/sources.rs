//! Sources of templates: a folder of the user, then the program itself.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use minijinja::{Error, ErrorKind};

macro_rules! built_in {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/", $name)))),+]
    };
}

/// Every template and asset that the program brings along, by name.
pub(super) const BUILT_IN: &[(&str, &str)] = built_in![
    "answer.html.j2",
    "compare.html.j2",
    "gates.html.j2",
    "howlong.html.j2",
    "items.css",
    "items.html.j2",
    "jobs.html.j2",
    "junit.xml.j2",
    "open.html.j2",
    "report.html.j2",
    "report.js",
    "report.md.j2",
    "report.txt.j2",
    "style.css",
    "trend.html.j2",
    "trust.html.j2",
    "when.html.j2",
    "why.html.j2",
    "words.html.j2",
];

/// Finds templates by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Sources {
    /// The user's folder; a file in it stands in for ours of the same name.
    pub(super) folder: Option<PathBuf>,
}

impl Sources {
    /// Returns the text of a template, if there is one of that name.
    pub(super) fn get(&self, name: &str) -> Result<Option<Cow<'static, str>>, Error> {
        if let Some(path) = self.file(name) {
            match fs::read_to_string(&path) {
                Ok(text) if self.holds(&path) => return Ok(Some(Cow::Owned(text))),
                Ok(_) => {
                    let what = format!("{} is a link out of the template's folder", path.display());
                    return Err(Error::new(ErrorKind::InvalidOperation, what));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    let what = format!("cannot read {}", path.display());
                    return Err(Error::new(ErrorKind::InvalidOperation, what).with_source(error));
                }
            }
        }
        Ok(built_in(name).map(Cow::Borrowed))
    }

    /// Returns whether a file is really in the user's folder, wherever links lead.
    fn holds(&self, path: &Path) -> bool {
        let folder = self.folder.as_ref().map(fs::canonicalize);
        match (folder, fs::canonicalize(path)) {
            (Some(Ok(folder)), Ok(path)) => path.starts_with(folder),
            _ => false,
        }
    }

    pub(super) fn required(&self, name: &str) -> Result<Cow<'static, str>, Error> {
        self.get(name)?
            .ok_or_else(|| Error::new(ErrorKind::TemplateNotFound, name.to_owned()))
    }

    /// Returns the path of the user's file of that name. A name that leads out of the folder has none.
    pub(super) fn file(&self, name: &str) -> Option<PathBuf> {
        let inside = Path::new(name)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        let folder = self.folder.as_ref().filter(|_| inside)?;
        Some(folder.join(name))
    }
}

/// Refuses a template with a tag that is longer than anybody writes: the engine works through the
/// operators in it one within another, and would run out of stack.
pub(super) fn check_tags(text: &str) -> Result<(), Error> {
    /// Maximum length of a tag, in bytes.
    const LONGEST_TAG: usize = 4_000;
    let mut rest = text;
    while let Some(begin) = rest.find('{') {
        rest = &rest[begin..];
        let end = match rest.as_bytes().get(1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                rest = &rest[1..];
                continue;
            }
        };
        let length = rest.find(end).unwrap_or(rest.len());
        if end != "#}" && length > LONGEST_TAG {
            let what = format!("a tag is longer than {LONGEST_TAG} bytes: split it");
            return Err(Error::new(ErrorKind::SyntaxError, what));
        }
        rest = &rest[length.max(2)..];
    }
    Ok(())
}

fn built_in(name: &str) -> Option<&'static str> {
    let at = BUILT_IN
        .binary_search_by_key(&name, |(name, _)| name)
        .ok()?;
    Some(BUILT_IN[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_of_the_folder_is_brought_along_and_found() {
        let mut names: Vec<String> = fs::read_dir("templates")
            .expect("there")
            .map(|entry| {
                entry
                    .expect("readable")
                    .file_name()
                    .into_string()
                    .expect("UTF-8")
            })
            .collect();
        names.sort();
        let known: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
        assert_eq!(known, names);
        assert!(known.iter().all(|name| built_in(name).is_some()));
    }

    #[test]
    fn a_tag_has_a_longest_length_and_comments_and_text_have_none() {
        let long = "x".repeat(5_000);
        let fine = [
            format!("{{# {{{{ {long} #}} {{{{ a }}}}"),
            format!("{{ {long} }} {{% if a %}}{long}{{% endif %}}"),
            "{{".to_owned(),
            "{".to_owned(),
        ];
        for text in fine {
            assert!(check_tags(&text).is_ok(), "{text}");
        }
        for text in [
            format!("{{{{ a{} }}}}", "|e".repeat(3_000)),
            format!("{{% set {long}"),
        ] {
            let error = check_tags(&text).expect_err("too long");
            let what = "a tag is longer than 4000 bytes: split it";
            assert_eq!(error.detail(), Some(what));
        }
    }

    #[test]
    fn a_name_does_not_lead_out_of_the_folder() {
        let sources = Sources {
            folder: Some("templates".into()),
        };
        assert!(sources.file("style.css").is_some());
        assert!(sources.file("../Cargo.toml").is_none());
        assert!(sources.file("/etc/passwd").is_none());
    }
}
