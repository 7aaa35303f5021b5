use super::plain::days_from_civil;
use super::*;

fn micros(text: &str) -> Option<i64> {
    UtcTime::parse(text).map(UtcTime::micros)
}

#[test]
fn every_written_form_of_one_instant_is_the_same_instant() {
    for form in [
        "2026-05-14T08:30:33.233758Z",
        "2026-05-14T08:30:33.233758+00:00",
        "2026-05-14T08:30:33.233758+0000",
        "2026-05-14T10:30:33.233758+02:00",
        "2026-05-14T03:00:33.233758-05:30",
        "2026-05-14T08:30:33.233758",
        "2026-05-14 08:30:33.233758",
        "2026-05-14 08:30:33.233758+00:00",
        "2026-05-14t08:30:33.233758z",
        "2026-05-14T08:30:33.233758999Z",
        "1778747433233758",
        "1778747433233758000",
        " 2026-05-14T08:30:33.233758Z ",
        "2026-05-14 08:30:33.233758 +00:00",
        "2026-05-14 08:30:33.233758 +0000",
        "2026-05-14 10:30:33.233758 +02:00",
        "2026-05-14 08:30:33.233758 +0000 UTC",
        "2026-05-14 08:30:33.233758UTC",
        "2026-05-14 08:30:33.233758 Z",
        "2026-05-14 08:30:33.233758+00",
        "2026/05/14 8:30:33.233758",
        "2026-05-14T08:30:33,233758Z",
        "2026-05-14T10:30:33.233758+02:00[Europe/Berlin]",
    ] {
        assert_eq!(micros(form), Some(1_778_747_433_233_758), "{form}");
    }
}

#[test]
fn the_short_way_reads_what_the_library_reads_and_nothing_else() {
    let mut forms = Vec::new();
    for date in [
        "2026-05-14",
        "2024-02-29",
        "2023-02-29",
        "1900-02-29",
        "2000-02-29",
        "1970-01-01",
        "1969-12-31",
        "0000-01-01",
        "0000-02-29",
        "0001-03-01",
        "9999-12-31",
        "2026-13-01",
        "2026-00-10",
        "2026-04-31",
        "2026-04-00",
        "20x6-04-01",
        "2026/04/01",
    ] {
        for time in [
            "T00:00:00",
            "T23:59:59",
            " 23:59:59",
            "T24:00:00",
            "T12:60:00",
            "T12:00:60",
            "t01:02:03",
            "T1:02:03",
        ] {
            for fraction in [
                "", ".5", ".123", ".123456", ".1234567", ".12a456", ".12a", ".",
            ] {
                for zone in ["Z", "+00:00", "", "-00:00", "+01:00", "z", "ZZ"] {
                    forms.push(format!("{date}{time}{fraction}{zone}"));
                }
            }
        }
    }
    let mut times = PlainTimes::default();
    let mut short = 0;
    for form in &forms {
        if let Some(time) = times.read(form.as_bytes()) {
            assert_eq!(UtcTime::parse_any(form), Some(time), "{form}");
            short += 1;
        }
    }
    assert_eq!(short, 144);
    let epoch = jiff::civil::Date::constant(1970, 1, 1);
    for day in (-719_528..2_932_897_i64).step_by(7) {
        let (year, month, date) = civil_from_days(day);
        let expected = epoch
            .checked_add(jiff::SignedDuration::from_hours(day * 24))
            .expect("a date");
        assert_eq!(
            (year, month, date),
            (
                i64::from(expected.year()),
                expected.month().unsigned_abs(),
                expected.day().unsigned_abs(),
            )
        );
        let found = days_from_civil(year, i64::from(month), i64::from(date));
        assert_eq!(found, Some(day));
    }
}

#[test]
fn an_epoch_is_told_by_its_size() {
    for form in [
        "1778747433",
        "1778747433000",
        "1778747433000.0",
        "1.778747433e12",
        "2026-05-14 08:30:33 UTC",
        "1778747433000000",
    ] {
        assert_eq!(micros(form), Some(1_778_747_433_000_000), "{form}");
    }
    assert_eq!(micros("1778747433.5"), Some(1_778_747_433_500_000));
}

#[test]
fn times_of_spreadsheets_and_mails_are_read() {
    for form in [
        "46156.3545486111",
        "46156.35454861111",
        "Thu, 14 May 2026 08:30:33 GMT",
        "14 May 2026 10:30:33 +0200",
    ] {
        let seconds = micros(form).map(|micros| (micros + 500) / 1_000_000);
        assert_eq!(seconds, Some(1_778_747_433), "{form}");
    }
}

#[test]
fn a_time_cut_to_minutes_is_read() {
    for form in ["2026-05-14 08:30", "2026-05-14 8:30", "2026-05-14T08:30Z"] {
        assert_eq!(micros(form), Some(1_778_747_400_000_000), "{form}");
    }
}

#[test]
fn times_that_are_objects_are_read() {
    for form in [
        r#"{"$date": "2026-05-14T08:30:33Z"}"#,
        r#"{"$date": 1778747433000}"#,
        r#"{"$date": {"$numberLong": "1778747433000"}}"#,
        r#"{"seconds": 1778747433, "nanos": 0}"#,
        r#"{"_seconds": 1778747433, "_nanoseconds": 0}"#,
    ] {
        let time = UtcTime::from_object(form).map(UtcTime::micros);
        assert_eq!(time, Some(1_778_747_433_000_000), "{form}");
    }
    for form in [
        "{}",
        "[]",
        "[1]",
        "true",
        r#"{"$date": {}}"#,
        r#"{"seconds": 9223372036854775807}"#,
    ] {
        assert_eq!(UtcTime::from_object(form), None, "{form}");
    }
}

#[test]
fn the_first_and_the_last_year_are_read_and_written() {
    assert_eq!(micros("0000-01-01T00:00:00Z"), Some(MIN_MICROS));
    assert_eq!(micros("9999-12-31T23:59:59.999999Z"), Some(MAX_MICROS));
    for text in ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"] {
        assert_eq!(
            UtcTime::parse(text).map(|t| t.to_string()).as_deref(),
            Some(text)
        );
    }
}

#[test]
fn what_is_no_time_or_beyond_the_last_year_is_none() {
    for text in [
        "",
        "yesterday",
        "2026-13-01T00:00:00Z",
        "2026-05-14",
        "08:30:33",
        "11/3/2026 9:00",
        "03.11.2026 09:00",
        "2026-05-14 9:00 AM",
        "2026-05-14T08:30:33[Europe/Berlin]",
        "9999-12-31T23:59:59-05:00",
        "0000-01-01T00:00:00+01:00",
        "1e400",
        "NaN",
        "-",
        ".",
        "99999999999999999999",
        "\0\0\0\0\0\0\0\0\0\0T00:00:00Z",
    ] {
        assert_eq!(micros(text), None, "{text}");
    }
}

#[test]
fn a_time_is_written_as_the_library_writes_it() {
    let mut micros = MIN_MICROS;
    // A step that is no multiple of anything a clock counts.
    while let Some(time) = UtcTime::from_micros(micros) {
        let expected = jiff::Timestamp::from_microsecond(micros).expect("a time of jiff's");
        let expected = format!("{expected:.6}").replace(".000000", "");
        assert_eq!(time.to_string(), expected);
        micros += 98_765_432_123_457;
    }
}

#[test]
fn a_zero_fraction_is_not_written() {
    let time = UtcTime::parse("2026-05-14T08:30:33.000000Z").expect("a time");
    assert_eq!(time.to_string(), "2026-05-14T08:30:33Z");
    let time = UtcTime::parse("1969-12-31T23:59:59.9Z").expect("a time");
    assert_eq!(time.to_string(), "1969-12-31T23:59:59.900000Z");
}
