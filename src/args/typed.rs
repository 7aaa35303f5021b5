//! Options that tell how inputs are read, as words of a command line.

use std::path::Path;

use crate::metrics::NamedGroup;

/// Returns the options that `report` and `retry` share. A word that begins with `-` is an option: a value that
/// does so follows its name and `=`.
pub(super) fn typed(
    job_id: Option<&str>,
    ignore: &[String],
    named_groups: &[NamedGroup],
    config: Option<&Path>,
    no_config: bool,
) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut option = |name: &str, value: &str| match value.starts_with('-') {
        true => words.push(format!("{name}={value}")),
        false => words.extend([name.to_owned(), value.to_owned()]),
    };
    if let Some(id) = job_id {
        option("--job-id", id);
    }
    ignore.iter().for_each(|glob| option("--ignore", glob));
    for group in named_groups {
        let class = group.class.map(|class| format!("[{}]", class.word()));
        let class = class.unwrap_or_default();
        let value = format!("{}{class}={}", group.name, group.regex.as_str());
        option("--error-group", &value);
    }
    if let Some(file) = config {
        option("--config", &file.to_string_lossy());
    }
    if no_config {
        words.push("--no-config".to_owned());
    }
    words
}
