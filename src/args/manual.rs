//! The manual, made from the definition of the command line.

use std::io;

/// Makes the pages of a command and of all below it, one after another.
pub(super) fn of(mut command: clap::Command) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    command.build();
    let inner = |command: &clap::Command| -> Vec<clap::Command> {
        let inner = command.get_subcommands();
        inner
            .filter(|sub| sub.get_name() != "help")
            .cloned()
            .collect()
    };
    let below = inner(&command);
    let pages = std::iter::once(command).chain(below.into_iter().flat_map(|sub| {
        let below = inner(&sub);
        std::iter::once(sub).chain(below)
    }));
    for page in pages {
        write_page(&page, &mut text)?;
    }
    Ok(text)
}

/// Writes the page of a command; its examples and tables keep their lines.
fn write_page(command: &clap::Command, out: &mut Vec<u8>) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or("batch-report");
    let man = clap_mangen::Man::new(command.clone())
        .title(name.to_uppercase())
        .source(concat!("batch-report ", env!("CARGO_PKG_VERSION")))
        .manual("Manual of batch-report");
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    if command.has_subcommands() {
        man.render_subcommands_section(out)?;
    }
    let more = command.get_after_long_help().or(command.get_after_help());
    if let Some(more) = more {
        out.extend_from_slice(b".SH MORE\n.nf\n");
        for line in more.to_string().lines() {
            // A line that begins with a full stop or an apostrophe would be a request.
            let guard = if line.starts_with(['.', '\'']) {
                "\\&"
            } else {
                ""
            };
            let line = line.replace('\\', "\\e").replace('-', "\\-");
            out.extend_from_slice(format!("{guard}{line}\n").as_bytes());
        }
        out.extend_from_slice(b".fi\n");
    }
    Ok(())
}
