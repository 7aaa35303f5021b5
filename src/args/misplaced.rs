//! Command lines that lack the name of a command.

use std::ffi::OsString;
use std::path::Path;

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::Cli;

/// Returns what to type instead, if the arguments are those of `report` without its name.
pub(super) fn report_without_its_name(error: &clap::Error, args: &[OsString]) -> Option<String> {
    let unknown = matches!(
        error.kind(),
        ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument
    );
    let first = args.first()?.to_string_lossy();
    let is_command = Cli::command().find_subcommand(first.as_ref()).is_some();
    // A misspelt command is clap's to answer.
    let begins_like_report = first.starts_with('-') || is_path(&first);
    let has_path = args.iter().any(|arg| is_path(&arg.to_string_lossy()));
    if !unknown || is_command || !begins_like_report || !has_path {
        return None;
    }
    let typed: Vec<String> = args
        .iter()
        .map(|arg| quoted(&arg.to_string_lossy()))
        .collect();
    let words = match is_path(&first) {
        true => format!("`{}` is not a command", crate::render::visible(&first)),
        false => "no command given".to_owned(),
    };
    let typed = typed.join(" ");
    Some(format!(
        "{words}\n\n  To report on saved responses, type:\n    batch-report report {typed}"
    ))
}

/// Tells if an argument exists as a file or folder, or is written like one.
fn is_path(arg: &str) -> bool {
    let is_written_like_one = arg.contains(['/', '\\', '.']) && !arg.starts_with('-');
    arg == "-" || is_written_like_one || Path::new(arg).exists()
}

/// Quotes an argument for a shell, if it needs that.
fn quoted(arg: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./\\:=,+@%".contains(c);
    match !arg.is_empty() && arg.chars().all(plain) {
        true => arg.to_owned(),
        false => crate::render::visible(&format!("'{}'", arg.replace('\'', r"'\''"))),
    }
}
