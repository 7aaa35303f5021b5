//! Numbers and names as they stand in sentences.

use crate::api::UtcTime;

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
pub(crate) fn are(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// "was" or "were".
pub(crate) fn were(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

/// A fraction as a percentage with one decimal, without the sign; what is not quite nothing or not
/// quite everything does not look as if it were.
pub(crate) fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    match format!("{percent:.1}").as_str() {
        "0.0" if fraction > 0.0 => "<0.1".to_owned(),
        "0.0" => "0".to_owned(),
        "100.0" if fraction < 1.0 => ">99.9".to_owned(),
        "100.0" => "100".to_owned(),
        text => text.to_owned(),
    }
}

/// Two fractions as a range of percentages, with the sign. The ends of the intervals of 0 of n and n of n
/// are missed by a rounding error only.
pub(crate) fn range(low: f64, high: f64) -> String {
    const ROUNDING_ERROR: f64 = 1e-9;
    let end = |fraction: f64| match fraction {
        low if low.abs() < ROUNDING_ERROR => percent(0.0),
        high if (1.0 - high).abs() < ROUNDING_ERROR => percent(1.0),
        other => percent(other),
    };
    let (low, high) = (end(low), end(high));
    match low == high {
        true => format!("{low} %"),
        false => format!("{low}–{high} %"),
    }
}

/// Seconds in the two largest units that say something.
pub(crate) fn duration(seconds: f64) -> String {
    if seconds < 0.0 {
        return format!("-{}", duration(-seconds));
    }
    if seconds == 0.0 {
        return "0 s".into();
    }
    if seconds < 0.005 {
        return "<0.01 s".into();
    }
    // Each unit is chosen by the rounded value: 59.97 s is a minute.
    if (seconds * 100.0).round() < 100.0 {
        return format!("{seconds:.2} s");
    }
    if (seconds * 10.0).round() < 600.0 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    if whole < 3_600 {
        return format!("{} min {:02} s", whole / 60, whole % 60);
    }
    let minutes = (seconds / 60.0).round() as u64;
    if minutes < 24 * 60 {
        return format!("{} h {:02} min", minutes / 60, minutes % 60);
    }
    let hours = (seconds / 3_600.0).round() as u64;
    format!("{} d {} h", number(hours / 24), hours % 24)
}

/// A duration in microseconds that people call round, in all of its units: "15 s", "1 h 30 min".
pub(crate) fn round_duration(micros: i64) -> String {
    const UNITS: [(i64, &str); 5] = [
        (86_400_000_000, "d"),
        (3_600_000_000, "h"),
        (60_000_000, "min"),
        (1_000_000, "s"),
        (1_000, "ms"),
    ];
    let mut left = micros;
    let mut words = Vec::new();
    for (unit, name) in UNITS {
        if left >= unit {
            words.push(format!("{} {name}", left / unit));
            left %= unit;
        }
    }
    if words.is_empty() {
        return "0 s".to_owned();
    }
    words.join(" ")
}

/// An instant in microseconds since the epoch as its clock in UTC, with its date where `from` and
/// `to` lie on different days.
pub(crate) fn clock(at: i64, from: i64, to: i64) -> String {
    const DAY: i64 = 86_400_000_000;
    let text = UtcTime::from_micros(at)
        .map(|time| time.to_string())
        .unwrap_or_default();
    let time = text.get(11..19).unwrap_or_default();
    if from.div_euclid(DAY) == to.div_euclid(DAY) {
        time.to_owned()
    } else {
        format!("{} {time}", text.get(..10).unwrap_or_default())
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

/// At most `max` characters; says how many are left out. Of long texts the end is kept as well: there a
/// traceback says what went wrong.
pub(crate) fn clip(text: &mut String, max: usize) {
    // The length in bytes is a cheap bound that nearly every text stays under.
    if text.len() <= max {
        return;
    }
    let Some((cut, _)) = text.char_indices().nth(max) else {
        return;
    };
    /// Of so many characters on.
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
    fn the_ends_of_a_range_are_round_where_they_are_exact() {
        assert_eq!(range(0.029, 0.085), "2.9–8.5 %");
        assert_eq!(range(1e-17, 0.04), "0–4.0 %");
        assert_eq!(range(0.96, 1.0), "96.0–100 %");
        assert_eq!(range(0.997, 0.9999), "99.7–>99.9 %");
        assert_eq!(range(0.000_01, 0.000_04), "<0.1 %");
    }

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
    fn round_durations_are_written_in_whole_units() {
        assert_eq!(
            [500_000, 30_000_000, 300_000_000, 5_400_000_000, 0].map(round_duration),
            ["500 ms", "30 s", "5 min", "1 h 30 min", "0 s"]
        );
    }

    #[test]
    fn an_instant_has_a_date_where_days_differ() {
        let at = UtcTime::parse("2026-05-14T09:10:43.8Z")
            .expect("a time")
            .micros();
        assert_eq!(clock(at, at - 1, at), "09:10:43");
        let yesterday = at - 86_400_000_000;
        assert_eq!(clock(at, yesterday, at), "2026-05-14 09:10:43");
    }

    #[test]
    fn long_text_says_how_much_is_left_out() {
        let mut text = "é".repeat(12);
        clip(&mut text, 10);
        assert_eq!(text, format!("{}… (2 more characters cut)", "é".repeat(10)));
    }
}
