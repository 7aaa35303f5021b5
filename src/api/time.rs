//! Times as the API and the tools between it and us write them.

use std::fmt;
use std::ops::Range;

use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

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

/// Reads the forms that nearly every time has, of which there are three in every item:
/// `2026-05-14T08:30:33Z`, without a fraction or with three or six digits of one, with `Z`, `+00:00`
/// or no zone. Remembers the last day, because most times of a list share it.
#[derive(Debug, Clone, Copy)]
pub struct PlainTimes {
    date: Date,
    day_micros: i64,
}

/// The ten bytes of a date.
type Date = (u64, u16);

impl Default for PlainTimes {
    fn default() -> Self {
        Self {
            // Bytes that no text holds.
            date: (u64::MAX, u16::MAX),
            day_micros: 0,
        }
    }
}

impl PlainTimes {
    /// Length of `2026-05-14T08:30:33.233758Z`, the form the server writes.
    pub const WHOLE: usize = 27;

    /// Reads a time; `None` for every other form, which may be a time nevertheless, and for the days of
    /// zero times.
    #[inline]
    pub fn read(&mut self, text: &[u8]) -> Option<UtcTime> {
        if let Ok(whole) = text.try_into() {
            return self.read_whole(whole);
        }
        let (head, rest) = text.split_first_chunk::<19>()?;
        let fraction = fraction_and_zone(rest)?;
        Some(UtcTime(self.second(head)? + fraction))
    }

    /// Reads a time of the form that the server writes.
    #[inline(always)]
    pub fn read_whole(&mut self, text: &[u8; Self::WHOLE]) -> Option<UtcTime> {
        let (head, rest) = text.split_first_chunk::<19>()?;
        let rest = rest.first_chunk::<8>()?;
        let pairs = two_digits(const { Form::new(*b".000000Z") }.values(rest)?);
        let fraction = (byte(pairs, 1) * 100 + byte(pairs, 3)) * 100 + byte(pairs, 5);
        Some(UtcTime(self.second(head)? + fraction))
    }

    /// The microseconds of `2026-05-14T08:30:33`.
    #[inline(always)]
    fn second(&mut self, text: &[u8; 19]) -> Option<i64> {
        let (year_and_month, _) = text.split_first_chunk::<8>()?;
        let (_, clock) = text.split_last_chunk::<8>()?;
        let date = (
            u64::from_le_bytes(*year_and_month),
            u16::from_le_bytes([text[8], text[9]]),
        );
        if date != self.date {
            let day_micros = day_micros(text.first_chunk::<10>()?)?;
            // Zero times, which stand for no time, lie on these days.
            if day_micros == 0 || UtcTime(day_micros).is_zero() {
                return None;
            }
            self.day_micros = day_micros;
            self.date = date;
        }
        let clock = two_digits(const { Form::new(*b"00:00:00") }.values(clock)?);
        let (hour, minute, second) = (byte(clock, 0), byte(clock, 3), byte(clock, 6));
        if text[10] != b'T' || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let seconds = (hour * 60 + minute) * 60 + second;
        Some(self.day_micros + seconds * 1_000_000)
    }
}

/// The byte at a place of a number, counted from the lowest.
#[inline(always)]
fn byte(number: u64, at: u32) -> i64 {
    (number >> (8 * at) & 0xff) as i64
}

/// Pattern of eight bytes of a text: a digit for each zero, otherwise the same byte.
struct Form {
    bytes: u64,
    /// Numbers that leave the highest bit of a byte unset as long as the byte may stand there.
    limits: u64,
}

impl Form {
    const fn new(form: [u8; 8]) -> Self {
        let mut limits = [0x7f; 8];
        let mut at = 0;
        while at < 8 {
            if form[at] == b'0' {
                limits[at] = 0x7f - 9;
            }
            at += 1;
        }
        Self {
            bytes: u64::from_le_bytes(form),
            limits: u64::from_le_bytes(limits),
        }
    }

    /// The digits of a text of this form, 0 for other bytes. All bytes are compared in one go.
    #[inline]
    fn digits(&self, text: &[u8; 8]) -> Option<[u8; 8]> {
        self.values(text).map(u64::to_le_bytes)
    }

    /// The digits as one number, the first in the lowest byte.
    #[inline(always)]
    fn values(&self, text: &[u8; 8]) -> Option<u64> {
        const HIGHEST: u64 = 0x8080_8080_8080_8080;
        let values = u64::from_le_bytes(*text) ^ self.bytes;
        // A byte with its highest bit set must not carry into the next.
        let beyond = ((values & !HIGHEST) + self.limits) | values;
        (beyond & HIGHEST == 0).then_some(values)
    }
}

/// The two-digit number of each byte and the next one, if both are digits.
#[inline(always)]
fn two_digits(digits: u64) -> u64 {
    digits * 10 + (digits >> 8)
}

/// The microseconds of a fraction of three or six digits, or none, and a zone that is UTC.
fn fraction_and_zone(text: &[u8]) -> Option<i64> {
    let (fraction, zone) = match text.strip_prefix(b".") {
        Some(rest) => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            rest.split_at(digits)
        }
        None => (&text[..0], text),
    };
    if !matches!(zone, b"Z" | b"+00:00" | b"") || text.first() == Some(&b'.') && fraction.is_empty()
    {
        return None;
    }
    let mut digits = [0; 6];
    let places = digits
        .get_mut(..fraction.len())
        .filter(|places| places.len() % 3 == 0)?;
    for (place, byte) in places.iter_mut().zip(fraction) {
        *place = byte - b'0';
    }
    Some(number(&digits))
}

fn number(digits: &[u8]) -> i64 {
    digits
        .iter()
        .fold(0, |sum, digit| sum * 10 + i64::from(*digit))
}

fn day_micros(date: &[u8; 10]) -> Option<i64> {
    let (head, tail) = (date.first_chunk::<8>()?, date.last_chunk::<8>()?);
    let head = const { Form::new(*b"0000-00-") }.digits(head)?;
    let tail = const { Form::new(*b"00-00-00") }.digits(tail)?;
    let days = days_from_civil(number(&head[..4]), number(&head[5..7]), number(&tail[6..]))?;
    Some(days * DAY_MICROS)
}

/// The number of a day of the years 0 to 9999, counted from 1970-01-01; `None` for a day no month has.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`: a year
/// that begins in March has its leap day at its end, so the days before a month follow from its number
/// alone.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    if !(1..=longest).contains(&day) {
        return None;
    }
    let from_march = (month + 9) % 12;
    let year = year - i64::from(month <= 2);
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leap_days + day_of_year - 719_468)
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
