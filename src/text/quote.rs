//! Quotes of text that others wrote.

use super::secret::mask;
use super::visible::push_visible;

/// Quotes the begin of a foreign text: secrets masked, then cut to `max` characters, then made
/// visible on one line. White space becomes single spaces, terminal colours are dropped, "…" marks a
/// cut. Looks at no more of the text than it needs.
pub(crate) fn quote(foreign: &str, max: usize) -> String {
    let window = &foreign[..foreign.floor_char_boundary(4 * max + 2_000)];
    let masked = mask(window);
    let mut quoted = String::new();
    let (mut count, mut space, mut before) = (0, true, ' ');
    let mut rest = masked.chars();
    while let Some(c) = rest.next() {
        if c == '\x1b' {
            skip_escape(&mut rest);
            continue;
        }
        let c = if c.is_whitespace() || matches!(c, '\0') {
            ' '
        } else {
            c
        };
        if c == ' ' && space {
            continue;
        }
        if count >= max {
            quoted.truncate(quoted.trim_end().len());
            quoted.push('…');
            return quoted;
        }
        let length = quoted.len();
        push_visible(&mut quoted, before, c);
        // An escape counts as all of its characters.
        count += if quoted.len() - length == c.len_utf8() {
            1
        } else {
            quoted.len() - length
        };
        space = c == ' ';
        before = c;
    }
    quoted.truncate(quoted.trim_end().len());
    if window.len() < foreign.len() {
        // The window may end within a secret, which then does not look like one.
        let word = |c: char| c.is_ascii_graphic() && c != '*';
        quoted.truncate(quoted.trim_end_matches(word).len());
        quoted.push('…');
    }
    quoted
}

/// Skips the rest of a terminal's escape sequence: parameters and a final letter.
fn skip_escape(rest: &mut std::str::Chars<'_>) {
    let mut ahead = rest.clone();
    if ahead.next() != Some('[') {
        return;
    }
    for c in ahead.by_ref() {
        match c {
            '0'..='9' | ';' | ':' | '?' => {}
            '@'..='~' => {
                *rest = ahead;
                return;
            }
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_colours_and_controls_fit_one_line() {
        assert_eq!(quote(" a\n\tb  c ", 80), "a b c");
        assert_eq!(quote("\x1b[1;31mred\x1b[0m \x07", 80), "red \\x07");
        assert_eq!(quote("a\u{202e}b", 80), "a\\u{202e}b");
    }

    #[test]
    fn a_cut_is_marked() {
        assert_eq!(quote("abcdef", 6), "abcdef");
        assert_eq!(quote("abcdefg", 6), "abcdef…");
        assert_eq!(quote("é é é", 3), "é é…");
    }

    #[test]
    fn a_secret_is_masked_before_the_cut() {
        let line = "authorization: Bearer llx-0123456789abcdef";
        for max in 0..60 {
            assert!(!quote(line, max).contains("0123"), "{max}");
        }
        // Even if most of the window is one secret, and the next one is cut.
        let text = format!("{} llx-{} llx-{}", "x", "a".repeat(2_300), "b".repeat(500));
        assert!(!quote(&text, 80).contains("bb"));
    }
}
