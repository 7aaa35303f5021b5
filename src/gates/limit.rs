//! Values of gates with their units: `2%`, `1h30m`, `10/min`.

use super::exact::Exact;
use crate::report::model::GateUnit;

/// Reads a value of a unit; the error says what fits.
pub(super) fn limit_of(unit: GateUnit, text: &str) -> Result<Exact, &'static str> {
    match unit {
        GateUnit::Count => {
            let is_whole = !text.contains('.');
            let count = Exact::decimal(text).filter(|_| is_whole);
            count.ok_or("write a whole number, as in 10")
        }
        GateUnit::Ratio => {
            const WANTED: &str = "write a percentage or a ratio, as in 5% or 0.05";
            let one = Exact::whole(1);
            let ratio = match text.strip_suffix('%') {
                Some(percent) => {
                    let percent = Exact::decimal(percent.trim_end());
                    percent.and_then(|percent| percent.times(1, 100))
                }
                None => Exact::decimal(text),
            };
            let ratio = ratio.ok_or(WANTED)?;
            match ratio <= one {
                true => Ok(ratio),
                false => Err("a rate is at most 100%; write 5% or 0.05"),
            }
        }
        GateUnit::Seconds => {
            seconds(text).ok_or("write a time with its unit (ms, s, m, h or d), as in 90s or 1h30m")
        }
        GateUnit::PerMinute => per_minute(text).ok_or("write a speed, as in 10/min (or /s, /h)"),
    }
}

/// Units of time, with the seconds of each as a fraction.
const TIMES: [(&str, i128, i128); 11] = [
    ("ms", 1, 1_000),
    ("s", 1, 1),
    ("sec", 1, 1),
    ("second", 1, 1),
    ("seconds", 1, 1),
    ("m", 60, 1),
    ("min", 60, 1),
    ("minutes", 60, 1),
    ("h", 3_600, 1),
    ("hours", 3_600, 1),
    ("d", 86_400, 1),
];

fn time_unit(word: &str) -> Option<(i128, i128)> {
    let mut units = TIMES.iter();
    let (_, numerator, denominator) = units.find(|(name, ..)| *name == word)?;
    Some((*numerator, *denominator))
}

fn seconds(text: &str) -> Option<Exact> {
    let mut sum: Option<Exact> = None;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (number, after) = rest.split_at(end);
        let after = after.trim_start();
        let end = after
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let (numerator, denominator) = time_unit(&after[..end])?;
        let part = Exact::decimal(number)?.times(numerator, denominator)?;
        sum = Some(match sum {
            Some(sum) => sum.plus(part)?,
            None => part,
        });
        rest = after[end..].trim_start();
    }
    sum
}

fn per_minute(text: &str) -> Option<Exact> {
    let (number, unit) = text.split_once('/')?;
    let (numerator, denominator) = match unit.trim() {
        "minute" => (60, 1),
        "second" => (1, 1),
        "hour" => (3_600, 1),
        word => time_unit(word)?,
    };
    Exact::decimal(number.trim())?.times(60 * denominator, numerator)
}

#[cfg(test)]
mod tests {
    use crate::gates::Rule;

    fn limit(text: &str) -> f64 {
        Rule::parse(text)
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .limit
            .as_f64()
    }

    #[test]
    fn values_have_the_units_of_their_metric() {
        for (rule, expected) in [
            ("failed > 10", 10.0),
            ("failure_rate>2%", 0.02),
            ("failure_rate >= 0.5 %", 0.005),
            ("failure_rate == 0", 0.0),
            ("failure_rate < 0.05", 0.05),
            ("p95 > 90s", 90.0),
            ("p95 > 2m", 120.0),
            ("p95 > 1.5 min", 90.0),
            ("wall_time > 1h30m", 5_400.0),
            ("wall_time > 1h 30m 5s", 5_405.0),
            ("max > 250ms", 0.25),
            ("queue_p95 > 1d", 86_400.0),
            ("throughput < 10/min", 10.0),
            ("throughput < 1/s", 60.0),
            ("throughput < 90 / h", 1.5),
        ] {
            assert_eq!(limit(rule), expected, "{rule}");
        }
    }
}
