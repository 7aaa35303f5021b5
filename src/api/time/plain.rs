//! Times of the form that the server writes, read a block of bytes at a time.

use super::{DAY_MICROS, UtcTime};

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
pub(super) fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
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
