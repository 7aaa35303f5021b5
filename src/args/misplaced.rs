//! Command lines that lack the name of a command.

use std::ffi::OsString;
use std::path::Path;

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::Cli;

/// The command to type instead, if the arguments are those of `report` without its name.
pub(super) fn report_without_its_name(error: &clap::Error, args: &[OsString]) -> Option<String> {
    let unknown = matches!(
        error.kind(),
        ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument
    );
    let first = args.first()?.to_string_lossy();
    let named = |name: &str| Cli::command().find_subcommand(name).is_some();
    let path = args.iter().map(|arg| arg.to_string_lossy()).find(|arg| {
        let is_written_like_one = arg.contains(['/', '\\', '.']) && !arg.starts_with('-');
        arg == "-" || is_written_like_one || Path::new(arg.as_ref()).exists()
    })?;
    if !unknown || named(&first) {
        return None;
    }
    let typed: Vec<String> = args
        .iter()
        .map(|arg| quoted(&arg.to_string_lossy()))
        .collect();
    let words = match path == first {
        true => format!("`{}` is not a command", crate::render::visible(&path)),
        false => "no command given".to_owned(),
    };
    let typed = typed.join(" ");
    Some(format!(
        "{words}\n\n  To report on saved responses, type:\n    batch-report report {typed}"
    ))
}

/// An argument as a shell takes it.
fn quoted(arg: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./\\:=,+@%".contains(c);
    match !arg.is_empty() && arg.chars().all(plain) {
        true => arg.to_owned(),
        false => crate::render::visible(&format!("'{}'", arg.replace('\'', r"'\''"))),
    }
}
