//! Numbers and percentages.

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

/// "12", "1,203.5": a number that need not be whole, to one decimal.
pub(crate) fn amount(value: f64) -> String {
    if value > 0.0 && value < 0.05 {
        return "<0.1".to_owned();
    }
    let tenths = (value * 10.0).round().max(0.0) as u64;
    match tenths % 10 {
        0 => number(tenths / 10),
        rest => format!("{}.{rest}", number(tenths / 10)),
    }
}

/// "1 item", "1,203 items".
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// A size as people read it: "159 kB", "1.2 MB"; a kilobyte is 1,000 bytes.
pub(crate) fn bytes(count: u64) -> String {
    if count < 1_000 {
        return counted(count, "byte", "bytes");
    }
    let mut size = count as f64 / 1_000.0;
    let mut units = ["kB", "MB", "GB"].into_iter().peekable();
    // Each unit is chosen by the rounded value: 999.6 kB is a megabyte.
    while let Some(unit) = units.next() {
        if size < 9.95 {
            return format!("{size:.1} {unit}");
        }
        if size < 999.5 || units.peek().is_none() {
            return format!("{size:.0} {unit}");
        }
        size /= 1_000.0;
    }
    counted(count, "byte", "bytes")
}

/// "is" or "are".
pub(crate) fn are(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// "was" or "were".
pub(crate) fn were(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

/// A ratio as a percentage: "5.0%", "0%", "100%". A ratio that only rounds to 0 or 1 is written
/// "<0.1%" or ">99.9%".
pub(crate) fn percent(ratio: f64) -> String {
    format!("{}%", bare_percent(ratio))
}

fn bare_percent(ratio: f64) -> String {
    let percent = ratio * 100.0;
    match format!("{percent:.1}").as_str() {
        "0.0" if ratio > 0.0 => "<0.1".to_owned(),
        "0.0" | "-0.0" => "0".to_owned(),
        "100.0" if ratio < 1.0 => ">99.9".to_owned(),
        "100.0" => "100".to_owned(),
        text => text.to_owned(),
    }
}

/// A difference of ratios in percentage points, with its sign: "-3.2", "+0.4", "0".
pub(crate) fn points(difference: f64) -> String {
    match format!("{:+.1}", difference * 100.0) {
        zero if zero == "+0.0" || zero == "-0.0" => "0".to_owned(),
        text => text,
    }
}

/// Two ratios as a range of percentages: "2.9–8.5%". Intervals of 0 of n and n of n miss 0 and 1 by a
/// rounding error.
pub(crate) fn range(low: f64, high: f64) -> String {
    const ROUNDING_ERROR: f64 = 1e-9;
    let end = |ratio: f64| match ratio {
        low if low.abs() < ROUNDING_ERROR => bare_percent(0.0),
        high if (1.0 - high).abs() < ROUNDING_ERROR => bare_percent(1.0),
        other => bare_percent(other),
    };
    let (low, high) = (end(low), end(high));
    match low == high {
        true => format!("{low}%"),
        false => format!("{low}–{high}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_range_are_round_where_they_are_exact() {
        assert_eq!(range(0.029, 0.085), "2.9–8.5%");
        assert_eq!(range(1e-17, 0.04), "0–4.0%");
        assert_eq!(range(0.96, 1.0), "96.0–100%");
        assert_eq!(range(0.997, 0.9999), "99.7–>99.9%");
        assert_eq!(range(0.000_01, 0.000_04), "<0.1%");
    }

    #[test]
    fn differences_have_a_sign_and_nothing_has_none() {
        assert_eq!([0.004, -0.032, -0.0001].map(points), ["+0.4", "-3.2", "0"]);
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
        let values = [-0.0, 0.000_1, 0.049_79, 0.999_9, 1.0];
        assert_eq!(
            values.map(percent),
            ["0%", "<0.1%", "5.0%", ">99.9%", "100%"]
        );
    }

    #[test]
    fn sizes_have_the_unit_of_their_rounded_value() {
        for (count, text) in [
            (1, "1 byte"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (9_949, "9.9 kB"),
            (9_950, "10 kB"),
            (158_700, "159 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (12_000_000_000, "12 GB"),
            (5_000_000_000_000, "5000 GB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }
}
