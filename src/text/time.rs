//! Durations and instants.

use super::number::number;
use crate::api::UtcTime;

/// Seconds in their two largest units: "13.5 s", "2 min 39 s", "1 h 05 min".
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

/// A round duration in microseconds, in all of its units: "15 s", "1 h 30 min".
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

/// The clock time in UTC of an instant in microseconds since the epoch, with the date if `from` and
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

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_duration_is_written_in_the_units_people_speak_in() {
        for (seconds, written) in [
            (0.0, "0 s"),
            (0.001, "<0.01 s"),
            (0.377742, "0.38 s"),
            (0.999, "1.0 s"),
            (15.678935, "15.7 s"),
            (59.97, "1 min 00 s"),
            (125.0, "2 min 05 s"),
            (3599.7, "1 h 00 min"),
            (3780.0, "1 h 03 min"),
            (187_200.0, "2 d 4 h"),
            (-15.0, "-15.0 s"),
        ] {
            assert_eq!(duration(seconds), written);
        }
    }

    #[test]
    fn nothing_is_no_negative_nothing() {
        assert_eq!(duration(-0.0), "0 s");
    }
}
