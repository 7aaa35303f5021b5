//! Characters that act instead of being seen, made visible.

use std::borrow::Cow;
use std::fmt::Write;

/// Treatment of line breaks and tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Newlines {
    /// Keep both.
    Keep,
    /// Write a line break as ` ⏎ `, a tab as `\t`.
    Mark,
    /// Write both as a space.
    Space,
}

/// Escapes control characters, which a terminal obeys, marks that reorder the text around them, and
/// characters without width.
pub(crate) fn visible(text: &str, newlines: Newlines) -> Cow<'_, str> {
    if !text.chars().any(|c| c.is_control() || is_unseen(c)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        match (c, newlines) {
            ('\r', _) if rest.peek() == Some(&'\n') => {}
            ('\n' | '\t', Newlines::Keep) => shown.push(c),
            ('\n' | '\t', Newlines::Space) => shown.push(' '),
            ('\n', Newlines::Mark) => shown.push_str(" ⏎ "),
            ('\t', Newlines::Mark) => shown.push_str("\\t"),
            ('\r', _) => shown.push_str("\\r"),
            _ => push_visible(&mut shown, before, c),
        }
        before = c;
    }
    Cow::Owned(shown)
}

/// Escapes a text for one line, with line breaks marked.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    visible(text, Newlines::Mark)
}

/// Appends a character that is no line break, escaped if it acts; `before` is the one before it.
pub(super) fn push_visible(shown: &mut String, before: char, c: char) {
    // Writing to a `String` cannot fail.
    let _ = match c {
        '\0'..='\x1f' | '\x7f' => write!(shown, "\\x{:02x}", c as u32),
        // One selector after a symbol chooses between an emoji and a plain sign.
        '\u{fe0e}' | '\u{fe0f}' if !before.is_ascii() && !is_unseen(before) => {
            shown.push(c);
            Ok(())
        }
        _ if c.is_control() || is_unseen(c) => write!(shown, "\\u{{{:x}}}", c as u32),
        _ => {
            shown.push(c);
            Ok(())
        }
    };
}

/// Returns true for a character that changes what is seen without being seen itself.
pub(crate) fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_codes_are_shown() {
        assert_eq!(
            visible("a\x1b[31mb\x07\u{9b}c\x7f", Newlines::Keep),
            "a\\x1b[31mb\\x07\\u{9b}c\\x7f"
        );
    }

    #[test]
    fn characters_that_reorder_or_hide_are_shown() {
        assert_eq!(
            visible(
                "a\u{202e}b\u{200b}c\u{feff}d\u{2066}e\u{61c}",
                Newlines::Keep
            ),
            "a\\u{202e}b\\u{200b}c\\u{feff}d\\u{2066}e\\u{61c}"
        );
    }

    #[test]
    fn bytes_hidden_in_variation_selectors_are_shown() {
        assert_eq!(one_line("a\u{fe01}\u{e0101}"), "a\\u{fe01}\\u{e0101}");
        assert_eq!(one_line("x\u{fe0f}"), "x\\u{fe0f}");
        assert_eq!(one_line("❤\u{fe0f}\u{fe0f}"), "❤\u{fe0f}\\u{fe0f}");
    }

    #[test]
    fn line_breaks_are_kept_marked_or_flattened() {
        let text = "a\r\nb\tc\rd";
        assert_eq!(visible(text, Newlines::Keep), "a\nb\tc\\rd");
        assert_eq!(visible(text, Newlines::Mark), "a ⏎ b\\tc\\rd");
        assert_eq!(visible(text, Newlines::Space), "a b c\\rd");
    }

    #[test]
    fn ordinary_text_of_any_script_is_left_alone() {
        for text in ["rapport été.pdf", "報告書.pdf", "تقرير.pdf", "Ω ≈ 3,14 €"] {
            assert_eq!(one_line(text), text);
        }
    }
}
