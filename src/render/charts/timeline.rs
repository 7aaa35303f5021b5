//! The timeline of a job.

use std::fmt::Write;

use serde::Serialize;

use super::scale::{Plot, Scale, Tick, add_bar, count_axis, days, position, time_ticks, written};
use crate::api::UtcTime;
use crate::api::status::{COMPLETED, FAILED, SKIPPED};
use crate::metrics::{Gap, Interval, Timeline};
use crate::text::{clock, counted, duration, number, round_duration};

const PLOT: Plot = Plot {
    width: 960.0,
    height: 310.0,
    left: 48.0,
    right: 912.0,
    top: 30.0,
    bottom: 250.0,
};

/// Ended items per interval, stacked by how they ended, with the concurrency and the failures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct TimelineChart {
    /// Description in words, with the main numbers.
    pub description: String,
    /// Position of the axes.
    pub plot: Plot,
    /// The day or days of the axis of time, in UTC.
    pub days: String,
    /// The length of an interval in words: "15 s".
    pub interval_label: String,
    /// Ticks of the axis of time.
    pub x_ticks: Vec<Tick>,
    /// Ticks of ended items per interval.
    pub y_ticks: Vec<Tick>,
    /// Ticks of the concurrency, on the right; empty if it is unknown.
    pub concurrency_ticks: Vec<Tick>,
    /// The bars, the lowest first, without those of no item.
    pub series: Vec<Series>,
    /// Mean concurrency of each interval, as a line of steps; absent if no item has the times it is
    /// made from.
    pub concurrency_path: Option<String>,
    /// Triangle below each interval with failures; absent if there are none.
    pub failures_path: Option<String>,
    /// Long times in which no item ended.
    pub gaps: Vec<DrawnGap>,
    /// Intervals with their positions.
    pub intervals: Vec<DrawnInterval>,
}

/// The bars of one status.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Series {
    /// completed, failed, skipped, or other.
    pub status: String,
    /// Items in them.
    pub count: u64,
    /// All bars.
    pub path: String,
}

/// A time in which no item ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct DrawnGap {
    /// The end of the last item before it.
    pub from: UtcTime,
    /// The end of the first item after it.
    pub to: UtcTime,
    /// Length.
    pub seconds: f64,
    /// Left edge.
    pub x: f64,
    /// Width.
    pub width: f64,
    /// Middle.
    pub middle: f64,
}

/// An interval with its position.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct DrawnInterval {
    /// The interval itself.
    #[serde(flatten)]
    pub interval: Interval,
    /// Left edge.
    pub x: f64,
    /// Width.
    pub width: f64,
}

pub(super) fn chart(line: &Timeline) -> TimelineChart {
    let count = line.intervals.len();
    let x = time_scale(line, &PLOT);
    let edge = |index: usize| x.at(line.begin_of(index) as f64);
    let step = edge(1) - edge(0);
    let bins = |of: fn(&Interval) -> u64| -> Vec<u64> { line.intervals.iter().map(of).collect() };
    let failed = bins(|interval| interval.failed);
    let stacks = [
        (FAILED, failed.clone()),
        (COMPLETED, bins(|interval| interval.completed)),
        (SKIPPED, bins(|interval| interval.skipped)),
        ("other", bins(|interval| interval.other)),
    ];
    let most = line.intervals.iter().map(Interval::ended).max();
    let most = most.unwrap_or_default();
    let concurrency: Vec<f64> = line
        .intervals
        .iter()
        .filter_map(|at| at.concurrency)
        .collect();
    let (y, y_ticks) = count_axis(most as f64, PLOT.bottom, PLOT.top);
    let mut below = vec![0_u64; count];
    let mut series = Vec::new();
    for (status, bins) in stacks {
        let mut path = String::new();
        for (index, in_bin) in bins.iter().enumerate().filter(|(_, n)| **n > 0) {
            let (low, high) = (below[index], below[index].saturating_add(*in_bin));
            let (bottom, top) = (y.at(low as f64), y.at(high as f64));
            add_bar(&mut path, edge(index) + 0.5, top, step - 1.0, bottom - top);
            below[index] = high;
        }
        if !path.is_empty() {
            series.push(Series {
                status: status.to_owned(),
                count: bins.iter().copied().fold(0, u64::saturating_add),
                path,
            });
        }
    }
    let known = concurrency.iter().any(|mean| *mean > 0.0);
    let peak = concurrency.iter().copied().fold(0.0, f64::max);
    let (c, concurrency_ticks) = count_axis(peak, PLOT.bottom, PLOT.top);
    let gaps: Vec<DrawnGap> = line
        .gaps
        .iter()
        .map(|Gap { from, to, seconds }| {
            let (from, to) = (*from, *to);
            let at = |instant: UtcTime| x.at(instant.micros() as f64);
            DrawnGap {
                from,
                to,
                seconds: *seconds,
                x: position(at(from)),
                width: position(at(to) - at(from)),
                middle: position((at(from) + at(to)) / 2.0),
            }
        })
        .collect();
    TimelineChart {
        description: description(line, &gaps, most, known.then_some(peak)),
        plot: PLOT,
        days: days(line.from.micros(), line.to.micros()),
        interval_label: round_duration(line.interval_micros()),
        x_ticks: time_ticks(line.begin_of(0), line.begin_of(count), &x),
        y_ticks,
        concurrency_ticks: if known { concurrency_ticks } else { Vec::new() },
        series,
        concurrency_path: known.then(|| steps(&concurrency, &c, edge)),
        failures_path: marks(&failed, |index| edge(index) + step / 2.0),
        gaps,
        intervals: line
            .intervals
            .iter()
            .enumerate()
            .map(|(index, interval)| DrawnInterval {
                interval: interval.clone(),
                x: position(edge(index)),
                width: position(step),
            })
            .collect(),
    }
}

/// The scale of the axis of time: whole intervals.
pub(super) fn time_scale(line: &Timeline, plot: &Plot) -> Scale {
    Scale {
        from: line.begin_of(0) as f64,
        to: line.begin_of(line.intervals.len()) as f64,
        begin: plot.left,
        end: plot.right,
    }
}

fn steps(means: &[f64], scale: &Scale, edge: impl Fn(usize) -> f64) -> String {
    let mut path = String::new();
    let mut last = String::new();
    for (index, mean) in means.iter().enumerate() {
        let y = written(scale.at(*mean));
        // Writing to a string cannot fail.
        let _ = match index {
            0 => write!(path, "M{} {y}", written(edge(0))),
            _ if y == last => Ok(()),
            _ => write!(path, "H{}V{y}", written(edge(index))),
        };
        last = y;
    }
    let _ = write!(path, "H{}", written(edge(means.len())));
    path
}

fn marks(failed: &[u64], middle: impl Fn(usize) -> f64) -> Option<String> {
    let mut path = String::new();
    for (index, _) in failed.iter().enumerate().filter(|(_, n)| **n > 0) {
        let _ = write!(
            path,
            "M{} {}l4 7h-8z",
            written(middle(index)),
            written(PLOT.bottom + 2.0)
        );
    }
    (!path.is_empty()).then_some(path)
}

fn description(line: &Timeline, gaps: &[DrawnGap], most: u64, peak: Option<f64>) -> String {
    // A summary may hold anything.
    let sum = |of: fn(&Interval) -> u64| {
        let counts = line.intervals.iter().map(of);
        counts.fold(0, u64::saturating_add)
    };
    let mut words = format!(
        "{} ended between {} and {} UTC, at most {} in {}: {} completed, {} failed, {} skipped",
        counted(sum(Interval::ended), "item", "items"),
        clock(line.from.micros(), line.from.micros(), line.to.micros()),
        clock(line.to.micros(), line.from.micros(), line.to.micros()),
        number(most),
        round_duration(line.interval_micros()),
        number(sum(|interval| interval.completed)),
        number(sum(|interval| interval.failed)),
        number(sum(|interval| interval.skipped)),
    );
    let other = sum(|interval| interval.other);
    if other > 0 {
        let _ = write!(words, ", {} other", number(other));
    }
    words.push('.');
    if let Some(peak) = peak {
        let _ = write!(words, " Mean concurrency per interval: up to {peak:.1}.");
    }
    for gap in gaps {
        let _ = write!(
            words,
            " No item ended for {} from {} UTC.",
            duration(gap.seconds),
            clock(gap.from.micros(), line.from.micros(), line.to.micros())
        );
    }
    words
}
