//! The small drawings: the status bar, the sparkline of a job, the strip of an error group.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scale::{add_bar, position};
use super::timeline::instant;
use crate::api::UtcTime;
use crate::metrics::{GroupDetails, Interval, Timeline};
use crate::words::round_duration;

/// A part of the status bar, in percent of its width.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Segment {
    /// The status word.
    pub status: String,
    /// Items of that status.
    pub count: u64,
    /// count / all items, 0–1.
    pub share: f64,
    /// Where it begins, 0–100.
    pub x: f64,
    /// How wide it is, 0–100; a part is never too narrow to be seen.
    pub width: f64,
}

pub(super) fn status_bar(by_status: &IndexMap<String, u64>) -> Vec<Segment> {
    const NARROWEST: f64 = 0.8;
    let total = by_status.values().sum::<u64>() as f64;
    let drawn = |count: u64| (count as f64 / total * 100.0).max(NARROWEST);
    let there = || by_status.iter().filter(|(_, count)| **count > 0);
    let all: f64 = there().map(|(_, count)| drawn(*count)).sum();
    let mut x = 0.0;
    there()
        .map(|(status, count)| {
            let begin = x;
            x += drawn(*count) / all * 100.0;
            Segment {
                status: status.clone(),
                count: *count,
                share: *count as f64 / total,
                x: position(begin),
                width: position(position(x) - position(begin)),
            }
        })
        .collect()
}

/// Ended items over the time of a job, in as many units as it has intervals and 20 units high.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sparkline {
    /// How wide it is: one unit an interval.
    pub width: f64,
    /// How high it is.
    pub height: f64,
    /// The length of an interval.
    pub interval_seconds: f64,
    /// The same in words: "15 s".
    pub interval_label: String,
    /// The most items that ended in one of them.
    pub most: u64,
    /// Items that ended in each interval.
    #[serde(default)]
    pub ended: Vec<u64>,
    /// Failed items among them; empty where none has a known end.
    #[serde(default)]
    pub failed: Vec<u64>,
    /// The area below the line.
    pub path: String,
    /// Failed items alone, on the same scale; absent where none has a known end.
    pub failed_path: Option<String>,
}

const SPARK_HEIGHT: u64 = 20;

pub(super) fn sparkline(line: &Timeline) -> Option<Sparkline> {
    let all: Vec<u64> = line.intervals.iter().map(Interval::ended).collect();
    let in_failed: Vec<u64> = line.intervals.iter().map(|at| at.failed).collect();
    let most = all.iter().copied().max().filter(|most| *most > 0)?;
    let failed = in_failed.iter().any(|count| *count > 0);
    Some(Sparkline {
        width: all.len() as f64,
        height: SPARK_HEIGHT as f64,
        interval_seconds: line.interval_seconds,
        interval_label: round_duration(line.interval_micros()),
        most,
        path: area(&all, most),
        failed_path: failed.then(|| area(&in_failed, most)),
        failed: if failed { in_failed } else { Vec::new() },
        ended: all,
    })
}

/// Steps in whole units, which are few characters; what is there is at least one unit high.
fn area(bins: &[u64], most: u64) -> String {
    let mut path = String::with_capacity(256);
    let mut digits = itoa::Buffer::new();
    let mut step = |command: &str, units: u64| {
        path.push_str(command);
        path.push_str(digits.format(units));
    };
    step("M0 ", SPARK_HEIGHT);
    let mut last = SPARK_HEIGHT;
    let mut wide = 0;
    for count in bins {
        let share = *count as f64 / most as f64;
        let high = ((share * SPARK_HEIGHT as f64).round() as u64).max(u64::from(*count > 0));
        let y = SPARK_HEIGHT - high;
        if y != last {
            if wide > 0 {
                step("h", wide);
                wide = 0;
            }
            step("V", y);
            last = y;
        }
        wide += 1;
    }
    step("h", wide);
    step("V", SPARK_HEIGHT);
    path.push('z');
    path
}

/// When the failures of an error group were, on the time of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupStrip {
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
    /// The length of an interval: that of the timeline.
    pub interval_seconds: f64,
    /// The same in words: "15 s".
    pub interval_label: String,
    /// All bars, scaled to the greatest of this group.
    pub path: String,
    /// The intervals with failures.
    pub bars: Vec<StripBar>,
    /// Failures of the group that are left out, because no plausible instant of theirs is known.
    pub undated: u64,
}

/// Failures of a group in one interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StripBar {
    /// When the interval begins.
    pub from: UtcTime,
    /// Failures in it.
    pub count: u64,
}

/// Groups that have a strip.
const MOST_STRIPS: usize = 20;

pub(super) fn group_strips(groups: &[GroupDetails], line: &Timeline) -> Vec<GroupStrip> {
    const WIDTH: f64 = 480.0;
    const HEIGHT: f64 = 24.0;
    let intervals = line.intervals.len();
    let step = WIDTH / intervals as f64;
    groups
        .iter()
        .take(MOST_STRIPS)
        .map(|group| {
            let bins = line.count(&group.at);
            let most = bins.iter().copied().max().unwrap_or_default().max(1) as f64;
            let mut path = String::new();
            let mut bars = Vec::new();
            for (index, count) in bins.iter().enumerate().filter(|(_, count)| **count > 0) {
                let high = (*count as f64 / most * (HEIGHT - 2.0)).max(2.0);
                let x = index as f64 * step;
                add_bar(&mut path, x, HEIGHT - high, (step - 0.5).max(3.0), high);
                bars.push(StripBar {
                    from: instant(line.begin_of(index)),
                    count: *count,
                });
            }
            GroupStrip {
                width: WIDTH,
                height: HEIGHT,
                interval_seconds: line.interval_seconds,
                interval_label: round_duration(line.interval_micros()),
                path,
                bars,
                undated: group.undated,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_part_of_a_bar_is_still_seen_and_the_bar_is_full() {
        let counts = [("completed", 1_000_000), ("failed", 1), ("x", 0)];
        let counts = counts.map(|(word, count)| (word.to_owned(), count)).into();
        let parts = status_bar(&counts);
        assert_eq!(parts.len(), 2);
        assert!(parts.iter().all(|part| part.width > 0.7));
        let last = &parts[1];
        assert_eq!(
            (last.share, last.x + last.width),
            (1.0 / 1_000_001.0, 100.0)
        );
    }

    #[test]
    fn a_bar_of_nothing_has_no_parts() {
        assert!(status_bar(&[("completed".to_owned(), 0)].into()).is_empty());
    }

    #[test]
    fn an_area_returns_to_the_ground_and_shows_the_least() {
        assert_eq!(area(&[0, 10, 10, 5, 0], 10), "M0 20h1V0h2V10h1V20h1V20z");
        assert_eq!(area(&[1, 1_000], 1_000), "M0 20V19h1V0h1V20z");
    }
}
