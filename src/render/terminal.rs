//! Laying out plain text: wrapping, aligned columns and colours.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};
use minijinja::{Environment, Error, ErrorKind, State, Value};
use unicode_width::UnicodeWidthChar;

use super::Look;
use super::escape::ABSENT;
use super::filters::present;
use super::format::TEXT;
use crate::text::one_line;

/// Below this the numbers of a table would have to be cut.
const NARROWEST: usize = 60;
/// No column of text is cut below this many columns.
const NARROWEST_CELL: usize = 6;
/// Nor a wrapping one below this many.
const NARROWEST_WRAPPED: usize = 20;

pub(super) fn add_to(env: &mut Environment<'_>, look: Look) {
    let width = look.width.max(NARROWEST);
    env.add_filter("wrap", move |state: &State<'_, '_>, text: &Value| {
        let text = present(text)?.map_or(ABSENT.to_owned(), Value::to_string);
        let text = one_line(&text);
        Ok::<_, Error>(laid_out(state, &wrap(&text, width).join("\n")))
    });
    env.add_filter(
        "columns",
        move |state: &State<'_, '_>, rows: &Value, spec: &str| {
            Ok::<_, Error>(laid_out(state, &columns(&shown(rows)?, spec, width)))
        },
    );
    env.add_filter(
        "style",
        move |state: &State<'_, '_>, text: &Value, role: &str| {
            let style = style_of(role)?;
            let text = shown(text)?;
            let text = match look.color && *state.auto_escape() == TEXT {
                true => format!("{}{text}{}", style.render(), style.render_reset()),
                false => text.into_owned(),
            };
            Ok::<_, Error>(made_for_text(state, text))
        },
    );
}

/// The text, harmless. What is marked as safe was made so before, and may hold colours.
fn shown(text: &Value) -> Result<Cow<'_, str>, Error> {
    Ok(match present(text)? {
        None => Cow::Borrowed(ABSENT),
        Some(text) => match text.as_str() {
            Some(safe) if text.is_safe() => Cow::Borrowed(safe),
            Some(text) => one_line(text),
            None => Cow::Owned(one_line(&text.to_string()).into_owned()),
        },
    })
}

fn laid_out(state: &State<'_, '_>, text: &str) -> Value {
    made_for_text(state, breakable(text))
}

/// Text fit for a terminal. In any other format it is escaped like any text.
fn made_for_text(state: &State<'_, '_>, text: String) -> Value {
    match *state.auto_escape() == TEXT {
        true => Value::from_safe_string(text),
        false => Value::from(text),
    }
}

/// Text that is laid out needs no no-break spaces any more, and is easier to search without.
fn breakable(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

fn style_of(role: &str) -> Result<Style, Error> {
    Ok(match role {
        "heading" => Style::new().bold(),
        "secondary" => Style::new().dimmed(),
        "failed" | "error" => AnsiColor::Red.on_default(),
        "warning" | "skipped" | "cancelled" => AnsiColor::Yellow.on_default(),
        "completed" => AnsiColor::Green.on_default(),
        "info" | "pending" | "processing" | "other" => Style::new(),
        _ => {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                format!("no style is named {role}"),
            ));
        }
    })
}

/// A piece of a line: a character that is seen, or a colour code that takes no room.
enum Piece<'a> {
    Seen(&'a str, usize),
    Code(&'a str),
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let (piece, after) = if first == '\x1b' {
            let end = rest.find('m').map_or(rest.len(), |at| at + 1);
            (Piece::Code(&rest[..end]), &rest[end..])
        } else {
            let (seen, after) = rest.split_at(first.len_utf8());
            (Piece::Seen(seen, first.width().unwrap_or(0)), after)
        };
        rest = after;
        Some(piece)
    })
}

fn width_of(text: &str) -> usize {
    pieces(text)
        .map(|piece| match piece {
            Piece::Seen(_, width) => width,
            Piece::Code(_) => 0,
        })
        .sum()
}

/// Splits before the first character that does not fit any more.
fn split_at_width(text: &str, max: usize) -> (&str, &str) {
    let mut used = 0;
    let mut end = 0;
    for piece in pieces(text) {
        match piece {
            Piece::Code(code) => end += code.len(),
            Piece::Seen(seen, width) => {
                used += width;
                if used > max {
                    break;
                }
                end += seen.len();
            }
        }
    }
    text.split_at(end)
}

/// The text, or what of it fits with a "…" after it; its colour codes all stay, so that what was
/// switched on is switched off again.
fn fit(text: &str, max: usize) -> String {
    if width_of(text) <= max {
        return text.to_owned();
    }
    let (kept, lost) = split_at_width(text, max.saturating_sub(1));
    let mut fitted = format!("{kept}…");
    for piece in pieces(lost) {
        if let Piece::Code(code) = piece {
            fitted.push_str(code);
        }
    }
    fitted
}

/// Lines of at most `width` columns, broken at spaces, and inside a word only where it is longer
/// than a line.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for mut word in text.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            if width_of(&line) + 1 + width_of(word) <= width {
                line.push(' ');
            } else {
                lines.push(std::mem::take(&mut line));
            }
        }
        while width_of(word) > width {
            let (fits, rest) = split_at_width(word, width);
            if fits.is_empty() {
                break;
            }
            lines.push(fits.to_owned());
            word = rest;
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Aligns lines whose cells are parted by tabs, which harmless text never holds.
///
/// `spec` has a letter a column: `r` for numbers, which are never cut; `l` for text; `c` for text
/// that is cut before other text is; and for the last column `w` for text that wraps. Two spaces
/// stand before each cell.
fn columns(rows: &str, spec: &str, width: usize) -> String {
    let rows: Vec<Vec<&str>> = rows
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.split('\t').map(str::trim).collect())
        .collect();
    let spec: Vec<char> = spec.chars().collect();
    let mut widths = vec![0; spec.len()];
    for row in &rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = width_of(cell).max(*widest);
        }
    }
    shrink(&mut widths, &spec, width.saturating_sub(2 * spec.len()));
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for ((cell, align), width) in row.iter().zip(&spec).zip(&widths) {
            line.push_str("  ");
            if *align == 'w' {
                let indent = " ".repeat(width_of(&line));
                line.push_str(&wrap(cell, *width).join(&format!("\n{indent}")));
                continue;
            }
            let cell = fit(cell, *width);
            let padding = " ".repeat(width.saturating_sub(width_of(&cell)));
            if *align == 'r' {
                line.push_str(&padding);
                line.push_str(&cell);
            } else {
                line.push_str(&cell);
                line.push_str(&padding);
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Narrows columns of text until all fit into `room`: first the one that wraps, then those that
/// may be cut, the widest first.
fn shrink(widths: &mut [usize], spec: &[char], room: usize) {
    let stages = [
        ('w', NARROWEST_WRAPPED),
        ('c', NARROWEST_CELL),
        ('l', NARROWEST_CELL),
        ('w', NARROWEST_CELL),
    ];
    for (kind, least) in stages {
        loop {
            let used: usize = widths.iter().sum();
            let widest = (0..widths.len())
                .filter(|&at| spec[at] == kind && widths[at] > least)
                .max_by_key(|&at| widths[at]);
            match widest {
                Some(at) if used > room => widths[at] -= 1,
                _ => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_fit_and_lose_nothing() {
        let lines = wrap("one two three four", 9);
        assert_eq!(lines, ["one two", "three", "four"]);
    }

    #[test]
    fn a_word_longer_than_a_line_is_broken() {
        assert_eq!(wrap("ab cdefghijkl m", 5), ["ab", "cdefg", "hijkl", "m"]);
        assert_eq!(wrap("報告書", 5), ["報告", "書"]);
    }

    #[test]
    fn nothing_wraps_to_one_empty_line() {
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn columns_are_aligned_by_what_is_seen() {
        assert_eq!(
            columns("a\t1\n報告\t\x1b[31m200\x1b[0m\n", "lr", 40),
            "  a       1\n  報告  \x1b[31m200\x1b[0m\n"
        );
    }

    #[test]
    fn the_last_column_wraps_below_itself() {
        let text = columns(&format!("12\t{}", "word ".repeat(10)), "rw", 40);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[1].starts_with("      word"));
        assert!(lines.iter().all(|line| width_of(line) <= 40));
    }

    #[test]
    fn no_row_is_wider_than_the_terminal() {
        let long = "x".repeat(300);
        let text = columns(&format!("{long}\t1\t{long}\t{long}"), "lrcw", 60);
        assert!(text.lines().all(|line| width_of(line) <= 60), "{text}");
    }

    #[test]
    fn numbers_are_never_cut_and_some_text_is_cut_first() {
        let (number, id, name) = ("1,234,567,890", "i".repeat(30), "n".repeat(30));
        let text = columns(&format!("{number}\t{id}\t{name}"), "rlc", 60);
        assert!(text.contains(number) && text.contains(&id) && text.contains("nn…"));
    }

    #[test]
    fn a_number_stays_on_one_line_with_its_unit() {
        assert_eq!(wrap("took 10\u{a0}min", 9), ["took", "10\u{a0}min"]);
    }

    #[test]
    fn a_cut_colour_is_switched_off_again() {
        assert_eq!(fit("\x1b[31mabcdef\x1b[0m", 4), "\x1b[31mabc…\x1b[0m");
    }
}
