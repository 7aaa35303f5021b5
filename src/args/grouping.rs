//! The options of groups and dimensions.

use std::collections::BTreeSet;

use clap::Args;
use regex::Regex;

use crate::metrics::insight::dimensions::NamedDimension;
use crate::metrics::{Class, NamedGroup};

#[derive(Debug, Args)]
pub(super) struct RawGrouping {
    /// Name the errors that match a regular expression; the first match wins, and
    /// all other errors are grouped by what their messages have in common. The
    /// class may be transient, input, permanent or unknown: 'quota[permanent]=429'
    #[arg(short = 'e', long = "error-group", value_name = "NAME[CLASS]=REGEX", value_parser = named_group)]
    pub(super) named_groups: Vec<NamedGroup>,

    /// Break items down by what a regular expression captures of their names, to
    /// find where they fail or are slow; may be repeated
    #[arg(long, value_name = "NAME=REGEX", value_parser = dimension)]
    pub(super) by: Vec<NamedDimension>,

    /// Number of examples per error group [default: 3, or 1 if there are more than 50 jobs]
    #[arg(long, value_name = "N")]
    pub(super) examples: Option<usize>,

    /// Number of slowest items to list [default: 10]
    #[arg(long, value_name = "N")]
    pub(super) slowest: Option<usize>,
}

/// Reads `NAME=REGEX` or `NAME[CLASS]=REGEX`.
pub(super) fn named_group(text: &str) -> Result<NamedGroup, String> {
    let (name, regex) = named_regex(text, "'quota=429|quota'")?;
    let (name, class) = match name
        .strip_suffix(']')
        .and_then(|name| name.rsplit_once('['))
    {
        Some((name, word)) if !name.trim().is_empty() => {
            let class = Class::of_word(word).ok_or_else(|| {
                let words = Class::ALL.map(Class::word).join(", ");
                format!("`{word}` is no class of errors; the classes are {words}")
            })?;
            (name.trim(), Some(class))
        }
        _ => (name, None),
    };
    Ok(NamedGroup {
        name: name.to_owned(),
        // The library's words show the expression, with a mark below the place.
        regex: Regex::new(regex).map_err(|error| error.to_string())?,
        class,
    })
}

/// Reads a dimension.
fn dimension(text: &str) -> Result<NamedDimension, String> {
    let (name, regex) = named_regex(text, "'customer=^([^_]+)_'")?;
    Ok(NamedDimension {
        name: name.to_owned(),
        regex: Regex::new(regex).map_err(|error| error.to_string())?,
    })
}

/// Splits `NAME=REGEX`. The name ends at the first equals sign.
fn named_regex<'t>(text: &'t str, example: &str) -> Result<(&'t str, &'t str), String> {
    text.split_once('=')
        .map(|(name, regex)| (name.trim(), regex))
        .filter(|(name, regex)| !name.is_empty() && !regex.is_empty())
        .ok_or_else(|| format!("write it as NAME=REGEX, for example {example}"))
}

/// Returns the first name that is used twice.
pub(super) fn twice<'n>(mut names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let mut seen = BTreeSet::new();
    names.find(|name| !seen.insert(*name))
}
