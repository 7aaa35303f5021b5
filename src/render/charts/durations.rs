//! How durations are spread.

use std::fmt::Write;

use serde::Serialize;

use super::scale::{Plot, Scale, Tick, add_bar, count_axis, position, written};
use crate::metrics::{Bin, Durations, Histogram};
use crate::text::{counted, duration, round_duration};

const WIDTH: f64 = 960.0;
const LEFT: f64 = 48.0;
/// Right of it there is room for the name of a percentile.
const RIGHT: f64 = 848.0;
/// Each row of names of percentiles above the first panel.
const LABEL_ROW: f64 = 16.0;
const TOP: f64 = 22.0;
const HIGH: f64 = 170.0;
const BETWEEN: f64 = 34.0;
const LOW: f64 = 80.0;
/// Between two names on the axis.
const TICK_ROOM: f64 = 64.0;
/// About what a character of a label takes.
const CHARACTER: f64 = 7.2;

/// A histogram of durations: completed items above, failed ones below, on the same axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct DurationChart {
    /// Description in words, with the main numbers.
    pub description: String,
    /// The width of the whole chart.
    pub width: f64,
    /// The height of the whole chart.
    pub height: f64,
    /// True for a logarithmic axis.
    pub log: bool,
    /// Ticks of the axis of durations.
    pub x_ticks: Vec<Tick>,
    /// Completed items; absent if none has a duration.
    pub completed: Option<DurationPanel>,
    /// Failed items; absent if none has a duration.
    pub failed: Option<DurationPanel>,
    /// p50, p90, p95 and p99 of the completed items, else of the failed ones; of fewer than ten
    /// items only p50.
    pub percentiles: Vec<Percentile>,
}

/// The bars of one status.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct DurationPanel {
    /// Position of its axes.
    pub plot: Plot,
    /// The base line of its name.
    pub label_y: f64,
    /// Items in the bars.
    pub count: u64,
    /// Ticks of items per bin.
    pub y_ticks: Vec<Tick>,
    /// All bars.
    pub path: String,
    /// Share of its items that took at most this long, from 0 at the foot to 1 at the top.
    pub cumulative_path: String,
}

/// A percentile and the position of its name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Percentile {
    /// p50, p90, p95 or p99.
    pub name: String,
    /// Its value.
    pub seconds: f64,
    /// Position of its line.
    pub x: f64,
    /// Upper end of its line.
    pub y: f64,
    /// Label.
    pub label: String,
    /// Left end of the label.
    pub label_x: f64,
    /// Its base line.
    pub label_y: f64,
}

pub(super) fn chart(histogram: &Histogram, stats: &Durations) -> DurationChart {
    let axis = Axis::of(histogram);
    let bins = &histogram.bins[..];
    let (of_completed, of_failed) = (stats.completed.count, stats.failed.count);
    let marked = if of_completed > 0 {
        &stats.completed
    } else {
        &stats.failed
    };
    let enough = |value: Option<f64>| value.filter(|_| marked.count >= 10);
    let percentiles = percentiles(
        &axis,
        [
            ("p50", marked.p50_seconds),
            ("p90", enough(marked.p90_seconds)),
            ("p95", enough(marked.p95_seconds)),
            ("p99", enough(marked.p99_seconds)),
        ],
    );
    // The names of the percentiles stand above the first panel, and its own above them.
    let rows = percentiles.iter().map(|mark| mark.label_y);
    let first = rows.fold(TOP, f64::max) + 10.0;
    let mut bottom = first;
    let mut panel = |of: OfBin, count: u64, high: f64| {
        (count > 0).then(|| {
            let top = if bottom == first {
                first
            } else {
                bottom + BETWEEN
            };
            bottom = top + high;
            drawn(
                &axis,
                bins.iter().map(of),
                count,
                (top, bottom),
                if top == first { 14.0 } else { top - 10.0 },
            )
        })
    };
    let completed = panel(
        |bin| (bin.completed, bin.completed_below),
        of_completed,
        HIGH,
    );
    let alone = completed.is_none();
    let failed = panel(
        |bin| (bin.failed, bin.failed_below),
        of_failed,
        if alone { HIGH } else { LOW },
    );
    DurationChart {
        description: description(stats, histogram.log),
        width: WIDTH,
        height: position(bottom + 44.0),
        log: histogram.log,
        x_ticks: axis.ticks(),
        completed,
        failed,
        percentiles,
    }
}

/// Items of one status in a bin, and the share of them below its upper edge.
type OfBin = fn(&Bin) -> (u64, Option<f64>);

/// The axis of durations, in microseconds.
struct Axis {
    edges: Vec<i64>,
    log: bool,
    scale: Scale,
}

impl Axis {
    fn of(histogram: &Histogram) -> Self {
        // A summary may hold anything.
        let mut edges = histogram.edges_micros();
        edges.iter_mut().for_each(|edge| *edge = (*edge).max(0));
        let last = edges[edges.len() - 1];
        let (from, to) = if histogram.log {
            let first = edges[usize::from(edges[0] == 0)];
            (lg(first), lg(last))
        } else {
            (edges[0] as f64, last as f64)
        };
        // What is shorter than the axis begins has a bin as wide as the others before it.
        let under = if histogram.log && edges[0] == 0 {
            (RIGHT - LEFT) / (edges.len() - 1) as f64
        } else {
            0.0
        };
        Self {
            log: histogram.log,
            scale: Scale {
                from,
                to,
                begin: LEFT + under,
                end: RIGHT,
            },
            edges,
        }
    }

    fn at(&self, micros: f64) -> f64 {
        if !self.log {
            return self.scale.at(micros).clamp(LEFT, RIGHT);
        }
        if micros <= 0.0 {
            return LEFT;
        }
        self.scale.at(micros.log10()).clamp(LEFT, RIGHT)
    }

    /// Round durations that are far enough from each other to be written.
    fn ticks(&self) -> Vec<Tick> {
        let mut ticks: Vec<Tick> = Vec::new();
        let mut add = |micros: i64| {
            let at = position(self.at(micros as f64));
            if ticks.last().is_none_or(|last| at - last.at >= TICK_ROOM) {
                ticks.push(Tick {
                    at,
                    label: round_duration(micros),
                    date: None,
                });
            }
        };
        let (first, last) = (self.edges[0], self.edges[self.edges.len() - 1]);
        if self.log {
            ROUND
                .into_iter()
                .filter(|micros| {
                    (first.max(self.edges[usize::from(first == 0)])..=last).contains(micros)
                })
                .for_each(&mut add);
        } else {
            let step = ROUND
                .into_iter()
                .find(|step| last / step - first / step <= 10)
                .unwrap_or(last.max(1));
            for nth in first.div_euclid(step)..=last / step {
                if (first..=last).contains(&(nth * step)) {
                    add(nth * step);
                }
            }
        }
        ticks
    }
}

fn lg(micros: i64) -> f64 {
    (micros as f64).log10()
}

const MS: i64 = 1_000;
const S: i64 = 1_000 * MS;
const MIN: i64 = 60 * S;
const H: i64 = 60 * MIN;
const D: i64 = 24 * H;

/// Durations that people call round.
const ROUND: [i64; 36] = [
    MS,
    2 * MS,
    5 * MS,
    10 * MS,
    20 * MS,
    50 * MS,
    100 * MS,
    200 * MS,
    500 * MS,
    S,
    2 * S,
    5 * S,
    10 * S,
    15 * S,
    30 * S,
    MIN,
    2 * MIN,
    5 * MIN,
    10 * MIN,
    15 * MIN,
    30 * MIN,
    H,
    2 * H,
    3 * H,
    6 * H,
    12 * H,
    D,
    2 * D,
    5 * D,
    10 * D,
    30 * D,
    100 * D,
    365 * D,
    1_000 * D,
    3_650 * D,
    36_500 * D,
];

fn drawn(
    axis: &Axis,
    bins: impl Iterator<Item = (u64, Option<f64>)> + Clone,
    count: u64,
    (top, bottom): (f64, f64),
    label_y: f64,
) -> DurationPanel {
    let most = bins.clone().map(|(count, _)| count).max();
    let (y, y_ticks) = count_axis(most.unwrap_or_default() as f64, bottom, top);
    let mut path = String::new();
    let mut line = format!(
        "M{} {}",
        written(axis.at(axis.edges[0] as f64)),
        written(bottom)
    );
    for (at, (in_bin, below)) in bins.enumerate() {
        let begin = axis.at(axis.edges[at] as f64);
        let end = axis.at(axis.edges[at + 1] as f64);
        if in_bin > 0 {
            let high = y.at(in_bin as f64);
            add_bar(
                &mut path,
                begin + 0.5,
                high,
                end - begin - 1.0,
                bottom - high,
            );
        }
        let share = below.unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = write!(
            line,
            "L{} {}",
            written(end),
            written(bottom - share * (bottom - top))
        );
    }
    DurationPanel {
        plot: Plot {
            width: WIDTH,
            height: position(bottom),
            left: LEFT,
            right: RIGHT,
            top: position(top),
            bottom: position(bottom),
        },
        label_y: position(label_y),
        count,
        y_ticks,
        path,
        cumulative_path: line,
    }
}

/// A name stands right of its line, above the lines that it would cross otherwise.
fn percentiles(axis: &Axis, values: [(&str, Option<f64>); 4]) -> Vec<Percentile> {
    let mut marks: Vec<Percentile> = Vec::new();
    let mut rows = Vec::new();
    // Where each line further right stands, and the row it reaches up to.
    let mut lines: Vec<(f64, usize)> = Vec::new();
    for (name, seconds) in values.into_iter().rev() {
        let Some(seconds) = seconds else { continue };
        let x = position(axis.at(seconds * 1e6));
        let label = format!("{name} {}", duration(seconds));
        let end = x + 8.0 + label.chars().count() as f64 * CHARACTER;
        let row = lines
            .iter()
            .filter(|(line, _)| *line <= end)
            .map(|(_, row)| row + 1)
            .max()
            .unwrap_or_default();
        lines.push((x, row));
        rows.push(row);
        marks.push(Percentile {
            name: name.to_owned(),
            seconds,
            x,
            y: 0.0,
            label,
            label_x: position(x + 4.0),
            label_y: 0.0,
        });
    }
    let highest = rows.iter().copied().max().unwrap_or_default();
    for (mark, row) in marks.iter_mut().zip(rows) {
        mark.label_y = position(TOP + (highest - row + 1) as f64 * LABEL_ROW - 6.0);
        mark.y = position(mark.label_y - 10.0);
    }
    marks.reverse();
    marks
}

fn description(stats: &Durations, log: bool) -> String {
    let mut parts = Vec::new();
    for (name, stats) in [("completed", &stats.completed), ("failed", &stats.failed)] {
        let (Some(min), Some(p50), Some(p95), Some(max)) = (
            stats.min_seconds,
            stats.p50_seconds,
            stats.p95_seconds,
            stats.max_seconds,
        ) else {
            continue;
        };
        parts.push(format!(
            "{} took {} to {}, p50 {}, p95 {}",
            counted(
                stats.count,
                &format!("{name} item"),
                &format!("{name} items")
            ),
            duration(min),
            duration(max),
            duration(p50),
            duration(p95),
        ));
    }
    let axis = if log {
        " The axis of durations is logarithmic."
    } else {
        ""
    };
    format!("{}.{axis}", parts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::histogram::histogram;

    #[test]
    fn a_decade_is_as_wide_as_every_other() {
        let histogram = histogram(&[1_000_000, 999_000_000], &[]).expect("durations");
        let axis = Axis::of(&histogram);
        let wide = |from: f64, to: f64| axis.at(to) - axis.at(from);
        assert!((wide(1e6, 1e7) - wide(1e7, 1e8)).abs() < 1e-9);
        assert!(
            axis.ticks()
                .windows(2)
                .all(|pair| pair[1].at - pair[0].at >= TICK_ROOM)
        );
    }

    #[test]
    fn names_of_percentiles_that_lie_close_stand_above_each_other() {
        let histogram = histogram(&[1_000_000, 300_000_000], &[]).expect("durations");
        let axis = Axis::of(&histogram);
        let marks = percentiles(
            &axis,
            [
                ("p50", Some(2.0)),
                ("p90", Some(299.0)),
                ("p95", Some(299.5)),
                ("p99", Some(300.0)),
            ],
        );
        let rows: Vec<f64> = marks.iter().map(|mark| mark.label_y).collect();
        assert_eq!(rows[0], rows[3]);
        assert!(rows[1] < rows[2] && rows[2] < rows[3]);
        assert!(marks[3].label_x + 90.0 < WIDTH);
    }

    #[test]
    fn the_cumulative_curve_ends_at_the_top() {
        let histogram = histogram(&[1_000_000, 300_000_000], &[]).expect("durations");
        let axis = Axis::of(&histogram);
        let bins = histogram.bins.iter();
        let bins = bins.map(|bin| (bin.completed, bin.completed_below));
        let panel = drawn(&axis, bins, 2, (10.0, 110.0), 0.0);
        assert!(panel.cumulative_path.starts_with("M48 110"));
        assert!(panel.cumulative_path.ends_with(" 10"));
    }
}
