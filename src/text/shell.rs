//! Words of a command line, quoted for a shell.

/// Quotes a word for a POSIX shell, if it needs quotes.
pub(crate) fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,@%+".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_if_a_shell_would_change_it() {
        for plain in ["dumps/", "./a-b_c.json", "bjb-1:2"] {
            assert_eq!(shell_word(plain), plain);
        }
        assert_eq!(shell_word("last night/"), "'last night/'");
        assert_eq!(shell_word("it's $(x)"), r"'it'\''s $(x)'");
        assert_eq!(shell_word("~/dumps"), "'~/dumps'");
        assert_eq!(shell_word(""), "''");
    }
}
