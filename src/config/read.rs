//! Reads the settings from TOML. Every mistake is named with its line.

use std::collections::BTreeSet;
use std::ops::Range;

use regex::Regex;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{At, Config, unknown};
use crate::gates::{AbsentGates, Rule};
use crate::load::Ignore;
use crate::metrics::{Class, NamedGroup};
use crate::redact::Kinds;
use crate::text::quote;

/// Keys of the file.
pub(super) const KEYS: [&str; 8] = [
    "title",
    "ignore",
    "gates",
    "absent",
    "allow_incomplete",
    "redact",
    "redact_key_file",
    "error_groups",
];
/// Keys of an error group.
const GROUP_KEYS: [&str; 3] = ["name", "regex", "class"];

/// A mistake: its line, and what is wrong.
type Mistake = (usize, String);

/// The text of a file, by which lines are counted.
struct Text<'t>(&'t str);

/// Reads settings.
pub(super) fn read(text: &str) -> Result<Config, Mistake> {
    let lines = Text(text);
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| lines.line(&span));
        (line, quote(error.message(), 200))
    })?;
    let mut config = Config::default();
    for (key, value) in table.get_ref() {
        let line = lines.line(&key.span());
        let wrong = |words: String| (line, format!("`{}`: {words}", key.get_ref()));
        match key.get_ref().as_ref() {
            "title" => {
                let value = text_of(value).filter(|title| !title.trim().is_empty());
                let value = value.ok_or_else(|| wrong("write a text in quotes".to_owned()))?;
                config.title = Some(At { value, line });
            }
            "ignore" => {
                let globs = lines.texts(value).ok_or_else(|| wrong(LIST.to_owned()))?;
                for glob in &globs {
                    let read = Ignore::new(std::slice::from_ref(&glob.value));
                    read.map_err(|error| (glob.line, format!("`ignore`: {error}")))?;
                }
                let value = globs.into_iter().map(|glob| glob.value).collect();
                config.ignore = Some(At { value, line });
            }
            "gates" => {
                let rules = lines.texts(value).ok_or_else(|| wrong(LIST.to_owned()))?;
                let rules = rules.into_iter().map(|rule| {
                    let read = Rule::parse(&rule.value);
                    read.map_err(|error| (rule.line, format!("`gates`: {error}")))
                });
                let value = rules.collect::<Result<_, _>>()?;
                config.gates = Some(At { value, line });
            }
            "absent" => {
                let value = match text_of(value).as_deref() {
                    Some("fail") => AbsentGates::Fail,
                    Some("pass") => AbsentGates::Pass,
                    _ => return Err(wrong("write \"fail\" or \"pass\"".to_owned())),
                };
                config.absent = Some(At { value, line });
            }
            "allow_incomplete" => {
                let DeValue::Boolean(value) = *value.get_ref() else {
                    return Err(wrong("write true or false".to_owned()));
                };
                config.allow_incomplete = Some(At { value, line });
            }
            "redact" => {
                let value = lines.kinds(value).ok_or_else(|| wrong(KINDS.to_owned()))?;
                config.redact = Some(At { value, line });
            }
            "redact_key_file" => {
                let value = text_of(value).filter(|path| !path.is_empty());
                let value = value.ok_or_else(|| wrong("write a path in quotes".to_owned()))?;
                config.redact_key_file = Some(At { value, line });
            }
            "error_groups" => {
                config.error_groups = lines
                    .groups(value)
                    .map_err(|(at, words)| (at.unwrap_or(line), words))?;
            }
            other => return Err((line, unknown(other, &KEYS))),
        }
    }
    Ok(config)
}

const KINDS: &str = "write a list of \"names\", \"messages\" and \"ids\", or \"all\"";
const LIST: &str = "write a list of texts, as in [\"one\", \"two\"]";

/// A mistake in an error group, with its line if it is known.
type GroupMistake = (Option<usize>, String);

impl Text<'_> {
    fn line(&self, span: &Range<usize>) -> usize {
        let before = self.0.as_bytes().get(..span.start).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// The texts of a list.
    fn texts(&self, value: &Spanned<DeValue<'_>>) -> Option<Vec<At<String>>> {
        let list = value.get_ref().as_array()?;
        let texts = list.iter().map(|entry| {
            Some(At {
                value: text_of(entry)?,
                line: self.line(&entry.span()),
            })
        });
        texts.collect()
    }

    /// Kinds of texts to redact: a word, or a list of words.
    fn kinds(&self, value: &Spanned<DeValue<'_>>) -> Option<Kinds> {
        let words = match text_of(value) {
            Some(word) => vec![word],
            None => self.texts(value)?.into_iter().map(|at| at.value).collect(),
        };
        let mut kinds = Kinds::default();
        for word in words {
            let all = word == "all";
            kinds.names |= all || word == "names";
            kinds.messages |= all || word == "messages";
            kinds.ids |= all || word == "ids";
            if !all && !matches!(word.as_str(), "names" | "messages" | "ids") {
                return None;
            }
        }
        Some(kinds)
    }

    fn groups(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<At<NamedGroup>>, GroupMistake> {
        const FORM: &str = "`error_groups`: write [[error_groups]], then name and regex";
        let form = || (None, FORM.to_owned());
        let list = value.get_ref().as_array().ok_or_else(form)?;
        let mut names = BTreeSet::new();
        let mut groups = Vec::new();
        for entry in list.iter() {
            let table = entry.get_ref().as_table().ok_or_else(form)?;
            let line = self.line(&entry.span());
            let mut fields = [None, None, None];
            for (key, value) in table {
                let at = self.line(&key.span());
                let word = key.get_ref().as_ref();
                let Some(place) = GROUP_KEYS.iter().position(|known| *known == word) else {
                    return Err((Some(at), unknown(word, &GROUP_KEYS)));
                };
                let text = text_of(value).filter(|text| !text.is_empty());
                let wrong = || (Some(at), format!("`{word}`: write a text in quotes"));
                fields[place] = Some((at, text.ok_or_else(wrong)?));
            }
            let [name, regex, class] = fields;
            let lacks = |key: &str| (Some(line), format!("this error group has no `{key}`"));
            let (at, name) = name.ok_or_else(|| lacks("name"))?;
            if !names.insert(name.clone()) {
                let name = quote(&name, 60);
                return Err((Some(at), format!("`error_groups` names `{name}` twice")));
            }
            let (at, regex) = regex.ok_or_else(|| lacks("regex"))?;
            let regex = Regex::new(&regex).map_err(|error| (Some(at), error.to_string()))?;
            let class = class.map(|(at, word)| self.class(at, &word)).transpose()?;
            let value = NamedGroup { name, regex, class };
            groups.push(At { value, line });
        }
        Ok(groups)
    }

    /// Reads the class of an error group.
    fn class(&self, at: usize, word: &str) -> Result<Class, GroupMistake> {
        Class::of_word(word).ok_or_else(|| {
            let classes = Class::ALL.map(Class::word).join(", ");
            let words = format!("`{}` is no class; use {classes}", quote(word, 60));
            (Some(at), words)
        })
    }
}

fn text_of(value: &Spanned<DeValue<'_>>) -> Option<String> {
    value.get_ref().as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_read_with_its_line() {
        let config = read(
            "title = \"Nightly\"\nignore = [\"*.bak\", \"old/\"]\n\ngates = [\n  \"failure_rate > 2%\",\n  \
             \"any:p95 > 90s\",\n]\nabsent = \"pass\"\nallow_incomplete = true\n\n[[error_groups]]\n\
             name = \"quota\"\nregex = '429|quota'\nclass = \"transient\"\n",
        )
        .expect("sound");
        assert_eq!(
            config.title.as_ref().map(|at| (at.value.as_str(), at.line)),
            Some(("Nightly", 1))
        );
        assert_eq!(config.ignore.expect("there").value, ["*.bak", "old/"]);
        let gates = config.gates.expect("there");
        assert_eq!((gates.value.len(), gates.line), (2, 4));
        assert_eq!(config.absent.map(|at| at.value), Some(AbsentGates::Pass));
        assert_eq!(
            config.allow_incomplete.map(|at| (at.value, at.line)),
            Some((true, 9))
        );
        let group = &config.error_groups[0];
        assert_eq!((group.value.name.as_str(), group.line), ("quota", 11));
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        for (text, line, words) in [
            (
                "titel = \"x\"",
                1,
                "unknown key `titel`; did you mean `title`?",
            ),
            (
                "title = \"a\"\nzzz = 1",
                2,
                "unknown key `zzz`; known are title, ignore",
            ),
            ("title = 5", 1, "`title`: write a text in quotes"),
            ("title = ", 1, ""),
            ("ignore = \"x\"", 1, "`ignore`: write a list of texts"),
            ("ignore = [\n\"a\",\n\"[\"]", 3, "`[` is not a glob"),
            (
                "gates = [\n\"failrate > 2%\"]",
                2,
                "did you mean `failure_rate`",
            ),
            ("gates = [1]", 1, "`gates`: write a list of texts"),
            ("absent = \"ignore\"", 1, "write \"fail\" or \"pass\""),
            ("allow_incomplete = \"yes\"", 1, "write true or false"),
            ("redact = [\"names\", \"mails\"]", 1, "write a list of"),
            ("redact_key_file = 1", 1, "write a path in quotes"),
            ("error_groups = 1", 1, "write [[error_groups]]"),
            (
                "[[error_groups]]\nname = \"a\"",
                1,
                "this error group has no `regex`",
            ),
            (
                "[[error_groups]]\nname = \"a\"\nregexp = \"x\"",
                3,
                "unknown key `regexp`; did you mean `regex`?",
            ),
            (
                "[[error_groups]]\nname = \"a\"\nregex = \"(\"",
                3,
                "unclosed group",
            ),
            (
                "[[error_groups]]\nname = \"a\"\nregex = \"x\"\nclass = \"soft\"",
                4,
                "`soft` is no class; use transient",
            ),
            (
                "[[error_groups]]\nname = \"a\"\nregex = \"x\"\n[[error_groups]]\nname = \"a\"\nregex = \"y\"",
                5,
                "names `a` twice",
            ),
        ] {
            let (at, found) = read(text).expect_err(text);
            assert_eq!(at, line, "{text}: {found}");
            assert!(found.contains(words), "{text}: {found}");
        }
    }
}
