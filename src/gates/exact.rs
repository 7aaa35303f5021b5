//! Numbers that are compared without rounding: ratios of counts against decimals.

use std::cmp::Ordering;

/// A fraction of whole numbers. `12 of 240` and `5%` are equal here, which floating point does not promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exact {
    numerator: i128,
    /// Greater than 0.
    denominator: i128,
}

/// Nanoseconds of a second, and as many parts of anything else that is measured.
const PARTS: i128 = 1_000_000_000;

impl Exact {
    /// A fraction; `None` if the denominator is not greater than 0.
    pub(super) fn of(numerator: i128, denominator: i128) -> Option<Self> {
        (denominator > 0).then_some(Self {
            numerator,
            denominator,
        })
    }

    pub(super) fn whole(count: u64) -> Self {
        Self {
            numerator: i128::from(count),
            denominator: 1,
        }
    }

    /// A measured value, to a billionth; `None` if it is no number or absurdly large.
    pub(super) fn measured(value: f64) -> Option<Self> {
        const MOST: f64 = 1e18;
        let is_sane = value.is_finite() && value.abs() < MOST;
        is_sane.then(|| Self {
            numerator: (value * PARTS as f64).round() as i128,
            denominator: PARTS,
        })
    }

    /// Reads a decimal like `0.05`, `.5` or `120`; `None` if it is none, or has more than 15 digits.
    pub(super) fn decimal(text: &str) -> Option<Self> {
        const MOST_DIGITS: usize = 15;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = || whole.bytes().chain(fraction.bytes());
        let count = digits().count();
        if count == 0 || count > MOST_DIGITS || !digits().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let numerator = digits().fold(0, |sum, byte| sum * 10 + i128::from(byte - b'0'));
        Self::of(numerator, 10_i128.pow(fraction.len() as u32))
    }

    /// The value times a fraction of small numbers, such as a unit; `None` if it does not fit.
    pub(super) fn times(self, numerator: i128, denominator: i128) -> Option<Self> {
        Self::of(
            self.numerator.checked_mul(numerator)?,
            self.denominator.checked_mul(denominator)?,
        )
    }

    /// The sum; `None` if it does not fit.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Self::of(
            left.checked_add(right)?,
            self.denominator.checked_mul(other.denominator)?,
        )
    }

    pub(super) fn as_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let left = self.numerator.checked_mul(other.denominator);
        let right = other.numerator.checked_mul(self.denominator);
        match (left, right) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            // Values this large differ by more than rounding.
            _ => self.as_f64().partial_cmp(&other.as_f64()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_and_its_percentage_are_equal() {
        let percent = |text| {
            let value = Exact::decimal(text).and_then(|value| value.times(1, 100));
            value.expect("a decimal")
        };
        for (numerator, denominator, text) in [
            (12, 240, "5"),
            (1, 1_000, "0.1"),
            (3, 1_000, "0.3"),
            (7, 10, "70"),
        ] {
            let ratio = Exact::of(numerator, denominator).expect("a ratio");
            let order = ratio.partial_cmp(&percent(text));
            assert_eq!(order, Some(Ordering::Equal), "{numerator}/{denominator}");
        }
        let ratio = Exact::of(1, 3).expect("a ratio");
        assert_eq!(
            ratio.partial_cmp(&percent("33.3333333333")),
            Some(Ordering::Greater)
        );
    }

    #[test]
    fn what_is_measured_is_compared_to_a_billionth() {
        let tenth = Exact::decimal("0.1").expect("a decimal");
        let sum = Exact::measured(0.3 - 0.2).expect("a number");
        assert_eq!(sum.partial_cmp(&tenth), Some(Ordering::Equal));
        assert_eq!(Exact::measured(f64::NAN), None);
    }

    #[test]
    fn only_decimals_are_read() {
        for text in [
            "",
            ".",
            "1e3",
            "-1",
            "1,000",
            "1.2.3",
            "0x1",
            "1234567890123456",
        ] {
            assert_eq!(Exact::decimal(text), None, "{text}");
        }
        assert_eq!(Exact::decimal(".5").map(Exact::as_f64), Some(0.5));
        assert_eq!(Exact::decimal("2.").map(Exact::as_f64), Some(2.0));
    }
}
