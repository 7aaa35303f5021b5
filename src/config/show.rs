//! Shows the settings as TOML, each with where it comes from.

use std::fmt::Write as _;
use std::path::Path;

use super::{At, Config, FILE_NAME};
use crate::gates::AbsentGates;
use crate::text::one_line;

/// Column that origins begin in.
const COLUMN: usize = 40;

pub(super) fn show(config: &Config) -> String {
    let mut text = String::new();
    let path = config.path.as_deref();
    let head = match path {
        Some(path) => one_line(&path.display().to_string()).into_owned(),
        None => format!("no {FILE_NAME}"),
    };
    let _ = writeln!(text, "# {head}");
    let title = config.title.as_ref();
    match title {
        Some(set) => add(
            &mut text,
            "title",
            &quoted(&set.value),
            &origin(path, title),
        ),
        None => add(&mut text, "# title", "made from the jobs", "# default"),
    }
    let ignore = config.ignore.as_ref();
    let globs = ignore.iter().flat_map(|ignore| &ignore.value);
    let globs: Vec<String> = globs.map(|glob| quoted(glob)).collect();
    add_list(&mut text, "ignore", &globs, &origin(path, ignore));
    let gates = config.gates.as_ref();
    let rules = gates.iter().flat_map(|gates| &gates.value);
    let rules: Vec<String> = rules.map(|rule| quoted(&rule.to_string())).collect();
    add_list(&mut text, "gates", &rules, &origin(path, gates));
    let absent = config.absent.as_ref();
    let shown = match absent.map(|absent| absent.value).unwrap_or_default() {
        AbsentGates::Fail => "\"fail\"",
        AbsentGates::Pass => "\"pass\"",
    };
    add(&mut text, "absent", shown, &origin(path, absent));
    let allow = config.allow_incomplete.as_ref();
    let shown = allow.is_some_and(|allow| allow.value).to_string();
    add(&mut text, "allow_incomplete", &shown, &origin(path, allow));
    let redact = config.redact.as_ref();
    let kinds = redact.map(|redact| redact.value).unwrap_or_default();
    let kinds = [
        (kinds.names, "names"),
        (kinds.messages, "messages"),
        (kinds.ids, "ids"),
    ];
    let kinds = kinds.iter().filter(|(is_redacted, _)| *is_redacted);
    let kinds: Vec<String> = kinds.map(|(_, word)| quoted(word)).collect();
    add_list(&mut text, "redact", &kinds, &origin(path, redact));
    if let Some(file) = &config.redact_key_file {
        let origin = origin(path, Some(file));
        add(&mut text, "redact_key_file", &quoted(&file.value), &origin);
    }
    if config.error_groups.is_empty() {
        add_list(&mut text, "error_groups", &[], "# default");
    }
    for group in &config.error_groups {
        let origin = origin(path, Some(group));
        let _ = writeln!(text, "\n{:COLUMN$} {origin}", "[[error_groups]]");
        let _ = writeln!(text, "name = {}", quoted(&group.value.name));
        let _ = writeln!(text, "regex = {}", quoted(group.value.regex.as_str()));
        if let Some(class) = group.value.class {
            let _ = writeln!(text, "class = {}", quoted(class.word()));
        }
    }
    text
}

fn add(text: &mut String, key: &str, value: &str, origin: &str) {
    let line = format!("{key} = {value}");
    let _ = writeln!(text, "{line:COLUMN$} {origin}");
}

fn add_list(text: &mut String, key: &str, values: &[String], origin: &str) {
    match values {
        [] => add(text, key, "[]", origin),
        [one] if key.len() + one.len() < COLUMN => add(text, key, &format!("[{one}]"), origin),
        _ => {
            add(text, key, "[", origin);
            for value in values {
                let _ = writeln!(text, "  {value},");
            }
            text.push_str("]\n");
        }
    }
}

/// "# batch-report.toml:3", "# default".
fn origin<T>(path: Option<&Path>, value: Option<&At<T>>) -> String {
    match (path, value) {
        (Some(path), Some(value)) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            format!("# {}:{}", one_line(&name), value.line)
        }
        _ => "# default".to_owned(),
    }
}

/// A text as TOML writes it. What JSON writes is the same but for the delete character.
fn quoted(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap_or_default();
    json.replace('\u{7f}', "\\u007F")
}

#[cfg(test)]
mod tests {
    use super::super::read::read;
    use super::*;

    #[test]
    fn what_is_shown_reads_back_to_the_same_settings() {
        let text = "title = \"a \\\"b\\\" \\u007F é\"\nignore = [\"x\"]\ngates = [\"failed > 1\", 'error_group(\"q\") > 2']\n\
                    absent = \"pass\"\nredact = \"all\"\n[[error_groups]]\nname = \"q\"\nregex = '\\d+ \"x\"'\nclass = \"input\"\n";
        let config = read(text).expect("sound");
        let again = read(&show(&config)).expect("sound");
        let values = |config: &Config| {
            (
                config.title.as_ref().map(|at| at.value.clone()),
                config.ignore.as_ref().map(|at| at.value.clone()),
                config.gates.as_ref().map(|at| at.value.clone()),
                config.absent.as_ref().map(|at| at.value),
                config.redact.as_ref().map(|at| at.value),
                config
                    .error_groups
                    .iter()
                    .map(|at| at.value.clone())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(values(&config), values(&again));
        assert!(read(&show(&Config::default())).is_ok_and(|again| again.error_groups.is_empty()));
    }
}
