//! Numbers and names as they stand in sentences.

/// 1,203.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "1 item", "1,203 items".
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// "is" or "are".
pub(super) fn are(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// "was" or "were".
pub(super) fn were(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

/// A fraction as a percentage with one decimal, without the sign; what is not quite nothing or not
/// quite everything does not look as if it were.
pub(super) fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    match format!("{percent:.1}").as_str() {
        "0.0" if fraction > 0.0 => "<0.1".to_owned(),
        "0.0" => "0".to_owned(),
        "100.0" if fraction < 1.0 => ">99.9".to_owned(),
        "100.0" => "100".to_owned(),
        text => text.to_owned(),
    }
}

/// "a", "a and b", "a, b and c".
pub(crate) fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// At most `max` characters; says how many are left out.
pub(super) fn clip(text: &mut String, max: usize) {
    // The length in bytes is a cheap bound that nearly every text stays under.
    if text.len() <= max {
        return;
    }
    let Some((cut, _)) = text.char_indices().nth(max) else {
        return;
    };
    let more = text[cut..].chars().count() as u64;
    text.truncate(cut);
    text.push_str(&format!(
        "… ({} cut)",
        counted(more, "more character", "more characters")
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        assert_eq!(
            [0, 999, 1_203, 1_000_000].map(number),
            ["0", "999", "1,203", "1,000,000"]
        );
    }

    #[test]
    fn nearly_nothing_and_nearly_all_do_not_look_like_it() {
        let values = [0.0, 0.000_1, 0.049_79, 0.999_9, 1.0];
        assert_eq!(values.map(percent), ["0", "<0.1", "5.0", ">99.9", "100"]);
    }

    #[test]
    fn long_text_says_how_much_is_left_out() {
        let mut text = "é".repeat(12);
        clip(&mut text, 10);
        assert_eq!(text, format!("{}… (2 more characters cut)", "é".repeat(10)));
    }
}
