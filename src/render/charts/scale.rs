//! From values to positions, and the round values that an axis names.

use std::fmt::Write;

use serde::Serialize;

use crate::api::UtcTime;
use crate::report::model::ROUND_INTERVALS;

const MINUTE: i64 = 60 * 1_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// Size of a chart and position of its axes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Plot {
    /// The width of the whole chart.
    pub width: f64,
    /// The height of the whole chart.
    pub height: f64,
    /// Left end of the horizontal axis.
    pub left: f64,
    /// Right end of the horizontal axis.
    pub right: f64,
    /// Upper end of the vertical axis.
    pub top: f64,
    /// Lower end of the vertical axis.
    pub bottom: f64,
}

/// A value that an axis names.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Tick {
    /// Position: from the left on a horizontal axis, from the top on a vertical one.
    pub at: f64,
    /// Label.
    pub label: String,
    /// Date below it, on an axis of time that spans days, if it differs from the one before.
    pub date: Option<String>,
}

/// A position, rounded to a tenth of a unit: no eye needs more, and no machine tells otherwise.
pub(super) fn position(value: f64) -> f64 {
    // The sum turns a negative zero into a positive one.
    (value * 10.0).round() / 10.0 + 0.0
}

/// A position as it stands in a path.
pub(super) fn written(value: f64) -> String {
    position(value).to_string()
}

/// Adds a bar to a path.
pub(super) fn add_bar(path: &mut String, x: f64, y: f64, width: f64, height: f64) {
    let (x, y, w, h) = (written(x), written(y), written(width), written(height));
    // Writing to a string cannot fail.
    let _ = write!(path, "M{x} {y}h{w}v{h}h-{w}z");
}

/// A straight scale between values and positions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) begin: f64,
    pub(super) end: f64,
}

impl Scale {
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = if self.to > self.from {
            (value - self.from) / (self.to - self.from)
        } else {
            0.0
        };
        self.begin + share * (self.end - self.begin)
    }
}

/// The scale of an axis of counts from 0 to at least `most`, upwards from `bottom` to `top`, with
/// its ticks: whole numbers, at most six.
pub(super) fn count_axis(most: f64, bottom: f64, top: f64) -> (Scale, Vec<Tick>) {
    let step = count_step(most);
    let last = ((most / step as f64).ceil() as u64).max(1) * step;
    let scale = Scale {
        from: 0.0,
        to: last as f64,
        begin: bottom,
        end: top,
    };
    let ticks = (0..=last / step)
        .map(|nth| Tick {
            at: position(scale.at((nth * step) as f64)),
            label: short(nth * step, last),
            date: None,
        })
        .collect();
    (scale, ticks)
}

/// A count on an axis that goes up to `last`, and has room for five characters before it: from ten
/// thousand on in thousands, whose multiples all its ticks are then, and so on.
fn short(count: u64, last: u64) -> String {
    let (unit, sign) = match last {
        0..10_000 => (1, ""),
        10_000..10_000_000 => (1_000, "k"),
        _ => (1_000_000, "M"),
    };
    match count {
        0 => "0".to_owned(),
        _ => crate::text::number(count / unit) + sign,
    }
}

fn count_step(most: f64) -> u64 {
    let mut decade = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            let step = factor * decade;
            if most <= 5.0 * step as f64 {
                return step;
            }
        }
        decade = match decade.checked_mul(10) {
            Some(next) if next < u64::MAX / 100 => next,
            _ => return decade,
        };
    }
}

/// Returns the ticks of an axis of time between two instants in UTC: at most ten, and no more dates than
/// there is room for. If the axis reaches into another day, the first tick of each day has its date.
pub(super) fn time_ticks(from: i64, to: i64, scale: &Scale) -> Vec<Tick> {
    const DATE_WIDTH: f64 = 84.0;
    let dates = ((scale.end - scale.begin) / DATE_WIDTH) as i64;
    let fits = |step: &i64| {
        let count = to.div_euclid(*step) - (from - 1).div_euclid(*step);
        count <= if *step < DAY { 10 } else { dates.clamp(2, 10) }
    };
    let step = ROUND_INTERVALS.into_iter().find(fits).unwrap_or(i64::MAX);
    let days = from.div_euclid(DAY) != to.div_euclid(DAY);
    let first = (from - 1).div_euclid(step) + 1;
    let mut last_date = None;
    (first..=to.div_euclid(step))
        .filter_map(|nth| {
            let at = nth * step;
            let text = UtcTime::from_micros(at)?.to_string();
            let date = text.get(..10)?.to_owned();
            let date = (days && step < DAY && last_date.as_ref() != Some(&date)).then(|| {
                last_date = Some(date.clone());
                date.clone()
            });
            let label = if step >= DAY {
                text.get(..10)?
            } else if step >= MINUTE {
                text.get(11..16)?
            } else {
                text.get(11..19)?
            };
            Some(Tick {
                at: position(scale.at(at as f64)),
                label: label.to_owned(),
                date,
            })
        })
        .collect()
}

/// The day of two instants, "2026-05-14", or the first and the last one.
pub(super) fn days(from: i64, to: i64) -> String {
    let day = |at: i64| {
        UtcTime::from_micros(at)
            .and_then(|time| time.to_string().get(..10).map(str::to_owned))
            .unwrap_or_default()
    };
    let (first, last) = (day(from), day(to));
    if first == last {
        first
    } else {
        format!("{first} to {last}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;
    const HOUR: i64 = 60 * MINUTE;

    /// 2026-05-14T09:00:00Z.
    const NINE: i64 = 1_778_749_200 * SECOND;

    fn ticks(from: i64, to: i64) -> Vec<(String, Option<String>)> {
        let scale = Scale {
            from: from as f64,
            to: to as f64,
            begin: 0.0,
            end: 800.0,
        };
        time_ticks(from, to, &scale)
            .into_iter()
            .map(|tick| (tick.label, tick.date))
            .collect()
    }

    #[test]
    fn an_axis_of_time_names_round_instants() {
        let labels: Vec<String> = ticks(NINE + SECOND, NINE + 18 * MINUTE)
            .into_iter()
            .map(|(label, _)| label)
            .collect();
        assert_eq!(
            labels,
            [
                "09:02", "09:04", "09:06", "09:08", "09:10", "09:12", "09:14", "09:16", "09:18"
            ]
        );
    }

    #[test]
    fn the_date_stands_where_the_day_begins() {
        let dated = ticks(NINE, NINE + 20 * HOUR);
        assert_eq!(dated[0], ("10:00".into(), Some("2026-05-14".into())));
        assert_eq!(dated[1].1, None);
        let midnight = dated.iter().position(|(label, _)| label == "00:00");
        assert_eq!(
            midnight.and_then(|at| dated[at].1.as_deref()),
            Some("2026-05-15")
        );
        let long = ticks(NINE, NINE + 400 * DAY);
        assert!((5..=10).contains(&long.len()));
        assert!(long[0].0.starts_with("2026-"));
    }

    #[test]
    fn counts_are_named_by_whole_numbers() {
        for (most, step) in [
            (0.0, 1),
            (1.0, 1),
            (5.0, 1),
            (6.0, 2),
            (17.0, 5),
            (1e6, 200_000),
        ] {
            assert_eq!(count_step(most), step, "{most}");
        }
        let labels = |most| {
            count_axis(most, 100.0, 0.0)
                .1
                .into_iter()
                .map(|tick| tick.label)
        };
        assert!(labels(9_000.0).eq(["0", "2k", "4k", "6k", "8k", "10k"]));
        assert!(labels(120_000.0).eq(["0", "50k", "100k", "150k"]));
        assert!(labels(3e7).eq(["0", "10M", "20M", "30M"]));
        let (scale, ticks) = count_axis(7.0, 100.0, 0.0);
        assert_eq!(scale.to, 8.0);
        assert_eq!(ticks.len(), 5);
        assert_eq!((ticks[4].at, ticks[4].label.as_str()), (0.0, "8"));
    }

    #[test]
    fn positions_are_written_short() {
        assert_eq!(written(12.0), "12");
        assert_eq!(written(-0.01), "0");
        assert_eq!(written(12.349), "12.3");
    }
}
