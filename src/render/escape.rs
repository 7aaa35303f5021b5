//! Making text that others wrote harmless, for each format in its own way.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

use crate::text::{Newlines, is_unseen, visible};

/// Placeholder of an absent value.
pub(super) const ABSENT: &str = "–";

/// JSON that may stand in a script element: no markup begins in it, and no character of it acts instead
/// of being seen.
pub(super) fn json_in_html(json: &str) -> String {
    let mut safe = String::with_capacity(json.len() + json.len() / 64);
    let mut copied = 0;
    let bytes = json.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        // All characters that are more than one byte long are looked at as a whole.
        if !matches!(byte, b'<' | b'>' | b'&' | ..0x20 | 0x7f..) {
            at += 1;
            continue;
        }
        let Some(c) = json[at..].chars().next() else {
            break;
        };
        // None of these has a meaning of its own in JSON: they stand inside of texts.
        if matches!(c, '<' | '>' | '&') || c.is_control() || is_unseen(c) {
            safe.push_str(&json[copied..at]);
            for unit in c.encode_utf16(&mut [0; 2]) {
                push(&mut safe, format_args!("\\u{unit:04x}"));
            }
            copied = at + c.len_utf8();
        }
        at += c.len_utf8();
    }
    safe.push_str(&json[copied..]);
    safe
}

/// Text of XML 1.0, in attributes and between tags. Characters that XML forbids become U+FFFD.
pub(super) fn xml(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + text.len() / 32);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\t' | '\n' => safe.push(c),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            _ => safe.push(c),
        }
    }
    safe
}

/// Appends formatted text; writing to a `String` cannot fail.
fn push(to: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = to.write_fmt(text);
}

/// The text, or as much of it as fits into `max` columns with a "…" at its end.
///
/// A character without width counts as one column, so that no number of them gets through.
pub(super) fn cut(text: &str, max: usize) -> Cow<'_, str> {
    let cost = |c: char| c.width().unwrap_or(0).max(1);
    let mut used = 0;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        used += cost(c);
        if used > max {
            return Cow::Owned(format!("{}…", &text[..end]));
        }
        if used < max {
            end = at + c.len_utf8();
        }
    }
    Cow::Borrowed(text)
}

/// Text as code in Markdown, where neither mentions nor links nor HTML are interpreted; fit for
/// prose, lists, table cells and HTML blocks alike.
pub(super) fn markdown_code(text: &str, max: usize) -> String {
    let text = visible(text, Newlines::Mark);
    let text = cut(&text, max);
    if text.trim().is_empty() {
        return format!("`\"{text}\"`");
    }
    // Inside a table a pipe would need a backslash, outside it must have none, and GitHub's table
    // parser does not agree with itself about backslashes before pipes.
    if text.contains('|') {
        return html_code(&text);
    }
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    let touches_fence = text.starts_with('`') || text.ends_with('`');
    // One space at each end is taken away by the parser where both are there.
    let loses_spaces = text.starts_with(' ') && text.ends_with(' ');
    let pad = if touches_fence || loses_spaces {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Text as a `<code>` element in which Markdown finds nothing to interpret.
fn html_code(text: &str) -> String {
    let mut code = String::from("<code>");
    let chars: Vec<char> = text.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        let acts = match c {
            '&' | '<' | '>' | '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '$' | ':' | '@' => {
                true
            }
            '.' => ends_with_word(&chars[..at], "www"),
            _ => false,
        };
        if acts {
            push(&mut code, format_args!("&#{};", c as u32));
        } else {
            code.push(c);
        }
        // An address is recognised after entities are decoded; a comment parts it.
        if c == '@' {
            code.push_str(APART);
        }
    }
    code.push_str("</code>");
    code
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of)
        .map(|run| run.chars().count())
        .max()
        .unwrap_or(0)
}

/// Parts what GitHub would otherwise turn into a link.
const APART: &str = "<!-- -->";

/// Text as prose in Markdown, on one line: nothing in it is markup, and no mention, issue number
/// or address becomes a link.
pub(super) fn markdown_prose(text: &str, max: usize) -> String {
    let text = visible(text, Newlines::Space);
    let text = cut(&text, max);
    let text = text.trim();
    if text.is_empty() {
        return ABSENT.into();
    }
    let chars: Vec<char> = text.chars().collect();
    let mut prose = String::with_capacity(text.len() + 16);
    for (at, &c) in chars.iter().enumerate() {
        let before = &chars[..at];
        let next = chars.get(at + 1).copied().unwrap_or(' ');
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' => {
                prose.push('\\');
                prose.push(c);
            }
            '#' => {
                prose.push_str("\\#");
                prose.push_str(APART);
            }
            // What GitHub's own guide says against formulas.
            '$' => prose.push_str("<span>$</span>"),
            '@' => {
                prose.push(c);
                prose.push_str(APART);
            }
            ':' if next == '/' || starts_emoji(before, next) => {
                prose.push(c);
                prose.push_str(APART);
            }
            '.' if ends_with_word(before, "www") => {
                prose.push_str(APART);
                prose.push(c);
            }
            '-' if ends_with_word(before, "gh") && next.is_ascii_digit() => {
                prose.push(c);
                prose.push_str(APART);
            }
            // At the start of a line these open a list or a heading.
            '-' | '+' | '=' if before.is_empty() => {
                prose.push('\\');
                prose.push(c);
            }
            '.' | ')' if next == ' ' && before.iter().all(char::is_ascii_digit) => {
                prose.push('\\');
                prose.push(c);
            }
            _ => prose.push(c),
        }
    }
    prose
}

/// Tells if a colon may open `:name:`; between digits it is part of a time.
fn starts_emoji(before: &[char], next: char) -> bool {
    let after_digit = before.last().is_some_and(char::is_ascii_digit);
    next.is_ascii_alphabetic()
        || matches!(next, '+' | '-' | '_')
        || (next.is_ascii_digit() && !after_digit)
}

fn ends_with_word(before: &[char], word: &str) -> bool {
    before.len() >= word.len()
        && before[before.len() - word.len()..]
            .iter()
            .zip(word.chars())
            .all(|(c, w)| c.eq_ignore_ascii_case(&w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_fits_and_says_that_it_is_cut() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("報告書報告書", 6), "報告…");
        assert_eq!(cut("", 6), "");
    }

    #[test]
    fn characters_without_width_cannot_pass_a_cut() {
        let text = format!("e{}", "\u{301}".repeat(10_000));
        assert!(cut(&text, 20).chars().count() <= 20);
    }

    #[test]
    fn a_code_span_outlasts_every_backtick_inside() {
        assert_eq!(markdown_code("plain", 80), "`plain`");
        assert_eq!(markdown_code("a`b", 80), "``a`b``");
        assert_eq!(markdown_code("``a", 80), "``` ``a ```");
        assert_eq!(markdown_code(" a ", 80), "`  a  `");
    }

    #[test]
    fn empty_text_is_still_something_to_see() {
        assert_eq!(markdown_code("", 80), "`\"\"`");
        assert_eq!(markdown_code("  ", 80), "`\"  \"`");
    }

    #[test]
    fn a_pipe_never_ends_a_table_cell() {
        for text in ["a|b", "a\\|b", "a\\\\|b", "|"] {
            let code = markdown_code(text, 80);
            assert!(!code.contains('|'), "{code}");
        }
        assert_eq!(markdown_code("a\\|b", 80), "<code>a&#92;&#124;b</code>");
    }

    #[test]
    fn code_stays_on_one_line() {
        assert_eq!(markdown_code("a\n\nb", 80), "`a ⏎  ⏎ b`");
    }

    #[test]
    fn prose_holds_no_markup() {
        assert_eq!(
            markdown_prose("*a* _b_ `c` [d](e) <f> ~g~ &amp; \\ |", 80),
            "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\<f\\> \\~g\\~ \\&amp; \\\\ \\|"
        );
        assert_eq!(markdown_prose("# h", 80), "\\#<!-- --> h");
        assert_eq!(markdown_prose("- a", 80), "\\- a");
        assert_eq!(markdown_prose("1. a", 80), "1\\. a");
        assert_eq!(markdown_prose("a\n\n> b", 80), "a  \\> b");
    }

    #[test]
    fn prose_notifies_and_links_nothing() {
        assert_eq!(markdown_prose("@everyone", 80), "@<!-- -->everyone");
        assert_eq!(markdown_prose("see #123", 80), "see \\#<!-- -->123");
        assert_eq!(markdown_prose("GH-7", 80), "GH-<!-- -->7");
        assert_eq!(markdown_prose("https://x.y", 80), "https:<!-- -->//x.y");
        assert_eq!(markdown_prose("www.x.y", 80), "www<!-- -->.x.y");
        assert_eq!(markdown_prose(":tada:", 80), ":<!-- -->tada:");
    }

    #[test]
    fn xml_holds_no_markup_and_no_forbidden_character() {
        assert_eq!(
            xml("<a b='\"'>]]>&\u{0}\u{8}\u{ffff}\n\t\u{10ffff}"),
            "&lt;a b=&apos;&quot;&apos;&gt;]]&gt;&amp;\u{fffd}\u{fffd}\u{fffd}\n\t\u{10ffff}"
        );
    }

    #[test]
    fn an_ordinary_sentence_keeps_its_shape() {
        let sentence = "13 of 241 finished items failed (5.4%), at 08:30:03; see below.";
        assert_eq!(markdown_prose(sentence, 80), sentence);
    }
}
