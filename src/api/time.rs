//! Times as the API and the tools between it and us write them.

mod plain;

use std::fmt;
use std::ops::Range;

use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

pub use self::plain::PlainTimes;

/// An instant in UTC, in microseconds since 1970-01-01T00:00:00Z, of the years 0 to 9999.
///
/// Serialises as RFC 3339 with `Z` and with six fraction digits, or none if the fraction is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcTime(i64);

/// 0000-01-01T00:00:00Z.
const MIN_MICROS: i64 = -62_167_219_200_000_000;
/// 9999-12-31T23:59:59.999999Z.
const MAX_MICROS: i64 = 253_402_300_799_999_999;
const DAY_MICROS: i64 = 86_400 * 1_000_000;
const EPOCH_CIVIL: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
/// Longest text that is looked at as a time.
const MOST_BYTES: usize = 100;

/// A time as databases, spreadsheets and languages print it, in the form that the library reads:
/// `2026-11-03 9:00`, `2026/11/03 09:00:00`, `2026-11-03 09:00:00.5 +0000 UTC`. A form in which the
/// day and the month cannot be told apart is none.
fn usual_form(text: &str) -> Option<String> {
    let (date, rest) = text.split_at_checked(10)?;
    let year_first = date.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => matches!(byte, b'-' | b'/'),
        _ => byte.is_ascii_digit(),
    });
    let clock = rest.strip_prefix([' ', 'T', 't'])?.trim_start();
    if !year_first {
        return None;
    }
    let end = clock
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ','))
        .unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(end);
    let zone = zone.trim();
    // Go prints the offset and the name of the zone.
    let zone = match zone.strip_suffix("UTC").or(zone.strip_suffix("GMT")) {
        Some(offset) if offset.trim().is_empty() => "Z",
        Some(offset) => offset.trim(),
        None => zone,
    };
    let zero = if clock.find(':') == Some(1) { "0" } else { "" };
    Some(format!("{}T{zero}{clock}{zone}", date.replace('/', "-")))
}

impl UtcTime {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// Makes a time from microseconds since the epoch; `None` outside the years 0 to 9999.
    pub fn from_micros(micros: i64) -> Option<Self> {
        (MIN_MICROS..=MAX_MICROS)
            .contains(&micros)
            .then_some(Self(micros))
    }

    /// Microseconds since the epoch.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// Seconds from `earlier` to this instant; negative if it lies before.
    pub fn seconds_since(self, earlier: Self) -> f64 {
        (self.0 - earlier.0) as f64 / 1e6
    }

    /// Tells if this is the zero of a type, which stands for a time that was never set: an instant of
    /// 0001-01-01 in any zone, or the epoch itself.
    pub fn is_zero(self) -> bool {
        /// 0000-12-31T00:00:00Z to 0001-01-02T00:00:00Z.
        const FIRST_DAY: Range<i64> = MIN_MICROS + 365 * DAY_MICROS..MIN_MICROS + 367 * DAY_MICROS;
        FIRST_DAY.contains(&self.0) || self == Self::EPOCH
    }

    /// Reads every form that recorded dumps hold: RFC 3339 with `Z` or an offset, a space instead of
    /// the `T` or before the offset, hours of one digit, no seconds, any number of fraction digits (cut
    /// to microseconds), no zone (UTC then), and digits alone, which are an epoch (see
    /// [`UtcTime::from_epoch`]).
    ///
    /// `None` if the text is no time, or lies outside the years 0 to 9999.
    pub fn parse(text: &str) -> Option<Self> {
        PlainTimes::default()
            .read(text.as_bytes())
            .or_else(|| Self::parse_any(text))
    }

    fn parse_any(text: &str) -> Option<Self> {
        let text = text.trim();
        let number = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
        // A date has two dashes and a number at most two signs, of which one follows an exponent.
        if text.bytes().all(number) && text.matches('-').count() <= 1 {
            return Self::from_epoch(text);
        }
        if text.len() > MOST_BYTES {
            return None;
        }
        let pieces = match Pieces::parse(text) {
            Ok(pieces) => pieces,
            Err(_) => match usual_form(text) {
                Some(usual) => return Self::of_pieces(&Pieces::parse(&usual).ok()?),
                None => return Self::parse_mail(text),
            },
        };
        Self::of_pieces(&pieces)
    }

    /// Reads a time as mails and HTTP headers have them: `Tue, 03 Nov 2026 09:00:00 GMT`.
    fn parse_mail(text: &str) -> Option<Self> {
        let time = jiff::fmt::rfc2822::parse(text).ok()?;
        Self::from_micros(time.timestamp().as_microsecond())
    }

    fn of_pieces(pieces: &Pieces<'_>) -> Option<Self> {
        let civil = pieces.date().to_datetime(pieces.time()?);
        let offset_seconds = match pieces.to_numeric_offset() {
            Some(offset) => offset.seconds(),
            // The offset of a zone by name is not known here.
            None if pieces.time_zone_annotation().is_some() => return None,
            None => 0,
        };
        // The zero of a type, in whatever zone it was written.
        if civil == EPOCH_CIVIL {
            return Some(Self::EPOCH);
        }
        let micros = micros_of(civil)? - i64::from(offset_seconds) * 1_000_000;
        Self::from_micros(micros)
    }

    /// Reads a time that was written as a JSON object: MongoDB's `{"$date": …}`, or seconds and
    /// nanoseconds as Protocol Buffers and Firestore have them.
    pub fn from_object(raw: &str) -> Option<Self> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Parts<'a> {
            #[serde(rename = "$date", borrow)]
            date: Option<&'a RawValue>,
            #[serde(rename = "$numberLong")]
            number_long: Option<String>,
            #[serde(alias = "_seconds")]
            seconds: Option<i64>,
            #[serde(alias = "nanos", alias = "_nanoseconds")]
            nanoseconds: Option<i64>,
        }
        fn parts(raw: &str) -> Option<Parts<'_>> {
            // A structure may be read from an array, too.
            let is_object = raw.starts_with('{');
            is_object.then(|| serde_json::from_str(raw).ok()).flatten()
        }
        let parts = parts(raw)?;
        if let Some(seconds) = parts.seconds {
            let micros = seconds.checked_mul(1_000_000)?;
            let fraction = parts.nanoseconds.unwrap_or_default() / 1_000;
            return Self::from_micros(micros.checked_add(fraction)?);
        }
        // MongoDB's numbers are milliseconds, whatever their size.
        let millis = |number: i64| number.checked_mul(1_000).and_then(Self::from_micros);
        let date = parts.date?.get();
        if let Ok(number) = date.parse() {
            return millis(number);
        }
        if let Ok(text) = serde_json::from_str::<String>(date) {
            return Self::parse(&text);
        }
        let long: Parts<'_> = serde_json::from_str(date).ok()?;
        millis(long.number_long?.parse().ok()?)
    }

    /// Reads a number as an epoch. Data-frame libraries write milliseconds; seconds, microseconds
    /// and nanoseconds are told from them by their size (each unit covers the years from 1973 on
    /// without touching the next). Days with a fraction are what spreadsheets make of the times of this
    /// century.
    pub fn from_epoch(number: &str) -> Option<Self> {
        let micros = if let Ok(whole) = number.parse::<i64>() {
            match whole.unsigned_abs() {
                0..100_000_000_000 => whole.checked_mul(1_000_000)?,
                100_000_000_000..100_000_000_000_000 => whole.checked_mul(1_000)?,
                100_000_000_000_000..100_000_000_000_000_000 => whole,
                _ => whole / 1_000,
            }
        } else if number.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            // More digits than any unit of ours has.
            return None;
        } else {
            let value = number.parse::<f64>().ok().filter(|v| v.is_finite())?;
            /// 2000-01-01 to 2099-12-31, counted from 1899-12-30.
            const DAYS: Range<f64> = 36_526.0..73_051.0;
            /// 1970-01-01.
            const EPOCH_DAY: f64 = 25_569.0;
            let micros = match value.abs() {
                days if DAYS.contains(&days) && value > 0.0 => {
                    // A double has no more than milliseconds of them.
                    ((days - EPOCH_DAY) * 86_400e3).round() * 1e3
                }
                v if v < 1e11 => value * 1e6,
                v if v < 1e14 => value * 1e3,
                v if v < 1e17 => value,
                _ => value / 1e3,
            };
            if micros.abs() > MAX_MICROS as f64 {
                return None;
            }
            micros.round() as i64
        };
        Self::from_micros(micros)
    }
}

fn micros_of(civil: DateTime) -> Option<i64> {
    let since_epoch = civil.duration_since(EPOCH_CIVIL);
    i64::try_from(since_epoch.as_nanos().div_euclid(1_000)).ok()
}

impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Written::of(*self).as_str())
    }
}

/// Text of a time. Its digits are put into place one by one: a summary holds many times, and
/// formatting each of their numbers takes ten times as long.
struct Written {
    text: [u8; PlainTimes::WHOLE],
    len: usize,
}

impl Written {
    fn of(UtcTime(micros): UtcTime) -> Self {
        let (seconds, fraction) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        put_digits(&mut text[0..4], year);
        put_digits(&mut text[5..7], i64::from(month));
        put_digits(&mut text[8..10], i64::from(day));
        put_digits(&mut text[11..13], second / 3_600);
        put_digits(&mut text[14..16], second / 60 % 60);
        put_digits(&mut text[17..19], second % 60);
        let mut len = text.len();
        if fraction == 0 {
            text[19] = b'Z';
            len = 20;
        }
        put_digits(&mut text[20..26], fraction);
        Self { text, len }
    }

    fn as_str(&self) -> &str {
        // Nothing but ASCII was put into it.
        std::str::from_utf8(&self.text[..self.len]).unwrap_or_default()
    }
}

/// Writes a number that is not negative over all of these places.
fn put_digits(places: &mut [u8], mut number: i64) {
    for place in places.iter_mut().rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Year, month and day of a day number counted from 1970-01-01.
///
/// Source: as for [`days_from_civil`], `civil_from_days`.
fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let leap_years = year_of_era / 4 - year_of_era / 100;
    let day_of_year = day_of_era - (365 * year_of_era + leap_years);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month as u8, day as u8)
}

impl Serialize for UtcTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Written::of(*self).as_str())
    }
}

impl<'de> Deserialize<'de> for UtcTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            de::Error::invalid_value(de::Unexpected::Str(&text), &"a time as in RFC 3339")
        })
    }
}

impl JsonSchema for UtcTime {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UtcTime".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests;
