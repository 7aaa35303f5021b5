//! When the slowest items ran.

use serde::Serialize;

use super::scale::{Plot, Tick, days, position, time_ticks};
use super::timeline::time_scale;
use crate::metrics::{SlowItem, Timeline};
use crate::text::{counted, duration};

/// Items that are drawn; the list may be longer.
const MOST_BARS: usize = 15;
const ROW: f64 = 22.0;
const TOP: f64 = 8.0;
const BELOW: f64 = 56.0;

/// The slowest items as bars over the job's time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct SlowestChart {
    /// Description in words, with the main numbers.
    pub description: String,
    /// Position of the axes; names are left of them.
    pub plot: Plot,
    /// The day or days of the axis of time, in UTC.
    pub days: String,
    /// The room for names, from the left.
    pub name_width: f64,
    /// Ticks of the axis of time.
    pub x_ticks: Vec<Tick>,
    /// One bar an item, longest first, of the first 15 that have a start.
    pub bars: Vec<SlowBar>,
}

/// When a slow item ran.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct SlowBar {
    /// Its name, else its id.
    pub name: String,
    /// Its status.
    pub status: String,
    /// How long it took.
    pub duration_seconds: f64,
    /// Left end of the bar.
    pub x: f64,
    /// The upper end of the bar.
    pub y: f64,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
    /// Position of its duration.
    pub label_x: f64,
    /// True if the duration ends there because there is no room after the bar.
    pub label_before: bool,
}

pub(super) fn chart(slowest: &[SlowItem], line: &Timeline) -> Option<SlowestChart> {
    let begins = |item: &SlowItem| {
        let start = item.started_at?;
        (line.from..=line.to)
            .contains(&start)
            .then_some(start.micros())
    };
    let items: Vec<(&SlowItem, i64)> = slowest
        .iter()
        .filter_map(|item| Some((item, begins(item)?)))
        .take(MOST_BARS)
        .collect();
    let (longest, shortest) = (items.first()?.0, items.last()?.0);
    let bottom = TOP + items.len() as f64 * ROW;
    let plot = Plot {
        width: 960.0,
        height: bottom + BELOW,
        left: 236.0,
        right: 912.0,
        top: TOP,
        bottom,
    };
    let x = time_scale(line, &plot);
    let bars = items
        .iter()
        .enumerate()
        .map(|(row, (item, start))| {
            let begin = x.at(*start as f64);
            let end = x
                .at(*start as f64 + item.duration_seconds * 1e6)
                .min(plot.right);
            let width = (end - begin).max(2.0);
            let room = plot.width - 90.0;
            let before = begin + width > room;
            SlowBar {
                name: item
                    .item_name
                    .clone()
                    .unwrap_or_else(|| item.item_id.clone()),
                status: item.status.clone(),
                duration_seconds: item.duration_seconds,
                x: position(begin),
                y: position(plot.top + row as f64 * ROW + 2.0),
                width: position(width),
                height: ROW - 4.0,
                label_x: position(if before {
                    begin - 6.0
                } else {
                    begin + width + 6.0
                }),
                label_before: before,
            }
        })
        .collect();
    let description = format!(
        "When the slowest {} ran: from {} down to {}.",
        counted(items.len() as u64, "item", "items"),
        duration(longest.duration_seconds),
        duration(shortest.duration_seconds)
    );
    let end = line.begin_of(line.intervals.len());
    Some(SlowestChart {
        description,
        plot,
        days: days(line.from.micros(), line.to.micros()),
        name_width: plot.left - 10.0,
        x_ticks: time_ticks(line.begin_of(0), end, &x),
        bars,
    })
}
