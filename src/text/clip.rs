//! Long texts, cut for a page.

use super::number::counted;

/// Cuts a text to `max` characters and says how many are missing. Long texts keep their end as well,
/// because a traceback says there what went wrong.
pub(crate) fn clip(text: &mut String, max: usize) {
    // The length in bytes is a cheap bound; nearly every text is shorter.
    if text.len() <= max {
        return;
    }
    let Some((cut, _)) = text.char_indices().nth(max) else {
        return;
    };
    /// Texts of this many characters keep their end.
    const LONG: usize = 1_000;
    let more = text[cut..].chars().count() as u64;
    let words = format!(
        "({} cut)",
        counted(more, "more character", "more characters")
    );
    if max < LONG {
        text.truncate(cut);
        text.push_str(&format!("… {words}"));
        return;
    }
    let of_the_end = max / 4;
    let at = |characters: usize| {
        text.char_indices()
            .nth(characters)
            .map_or(text.len(), |(at, _)| at)
    };
    let begin = at(max - of_the_end);
    let end = text
        .char_indices()
        .rev()
        .nth(of_the_end - 1)
        .map_or(text.len(), |(at, _)| at);
    text.replace_range(begin..end, &format!("… {words} …"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_keeps_its_end() {
        let mut text = "é".repeat(3_000) + &"x".repeat(499) + "!";
        clip(&mut text, 2_000);
        let expected =
            "é".repeat(1_500) + "… (1,500 more characters cut) …" + &"x".repeat(499) + "!";
        assert_eq!(text, expected);
        let mut short = "é".repeat(10);
        clip(&mut short, 9);
        assert_eq!(short, "é".repeat(9) + "… (1 more character cut)");
    }

    #[test]
    fn long_text_says_how_much_is_left_out() {
        let mut text = "é".repeat(12);
        clip(&mut text, 10);
        assert_eq!(text, format!("{}… (2 more characters cut)", "é".repeat(10)));
    }
}
