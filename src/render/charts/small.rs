//! The small drawings: the status bar, the sparkline of a job, the strip of an error group.

use serde::Serialize;

use super::scale::{add_bar, position};
use crate::api::UtcTime;
use crate::report::model::{ErrorGroup, Interval, ItemCounts, Timeline};
use crate::text::round_duration;

/// The word for stated items that were not recorded.
const MISSING: &str = "missing";

/// A part of the status bar, in percent of its width.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Segment {
    /// The status word, or `missing`.
    pub status: String,
    /// Items of that status.
    pub count: u64,
    /// count / all items, those that are missing included, 0–1.
    pub share: f64,
    /// Left edge, 0–100.
    pub x: f64,
    /// Width, 0–100; never too narrow to be seen.
    pub width: f64,
}

/// Lays out the bar of all items: those that were recorded, and what is missing. A list that is filtered
/// by status has a bar only if the job states how many items it leaves out.
pub(super) fn status_bar(counts: &ItemCounts) -> Vec<Segment> {
    const NARROWEST: f64 = 0.8;
    let missing = counts.missing.unwrap_or_default();
    if counts.status_filter.is_some() && missing == 0 {
        return Vec::new();
    }
    let recorded = counts.by_status.iter();
    let recorded = recorded.map(|(status, count)| (status.as_str(), *count));
    let parts: Vec<(&str, f64)> = recorded
        .chain([(MISSING, missing)])
        .filter(|(_, count)| *count > 0)
        .map(|(status, count)| (status, count as f64))
        .collect();
    let total: f64 = parts.iter().map(|(_, count)| count).sum();
    let drawn = |count: f64| (count / total * 100.0).max(NARROWEST);
    let all: f64 = parts.iter().map(|(_, count)| drawn(*count)).sum();
    let mut end = 0.0;
    let segment = |(status, count): (&str, f64)| {
        let begin = position(end);
        end += drawn(count) / all * 100.0;
        Segment {
            status: status.to_owned(),
            count: count as u64,
            share: count / total,
            x: begin,
            width: position(position(end) - begin),
        }
    };
    parts.into_iter().map(segment).collect()
}

/// Ended items over the time of a job, in as many units as it has intervals and 20 units high.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Sparkline {
    /// Width: one unit per interval.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// The length of an interval in words: "15 s".
    pub interval_label: String,
    /// The most items that ended in one of them.
    pub most: u64,
    /// Items that ended in each interval.
    pub ended: Vec<u64>,
    /// Failed items among them; empty if none has an end time.
    pub failed: Vec<u64>,
    /// The area below the line.
    pub path: String,
    /// Failed items alone, on the same scale; absent if none has an end time.
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
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct GroupStrip {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// The length of an interval in words: "15 s".
    pub interval_label: String,
    /// All bars, scaled to the greatest of this group.
    pub path: String,
    /// The intervals with failures.
    pub bars: Vec<StripBar>,
}

/// Failures of a group in one interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct StripBar {
    /// Begin of the interval.
    pub from: UtcTime,
    /// Failures in it.
    pub count: u64,
}

/// Lays out the strip of each group whose failures the model tells by interval.
pub(super) fn group_strips(groups: &[ErrorGroup], line: &Timeline) -> Vec<GroupStrip> {
    let told = groups
        .iter()
        .take_while(|group| !group.per_interval.is_empty());
    told.map(|group| strip(group, line)).collect()
}

fn strip(group: &ErrorGroup, line: &Timeline) -> GroupStrip {
    const WIDTH: f64 = 480.0;
    const HEIGHT: f64 = 24.0;
    let step = WIDTH / line.intervals.len() as f64;
    let most = group.per_interval.iter().copied().max().unwrap_or_default();
    let mut path = String::new();
    let mut bars = Vec::new();
    let counts = line.intervals.iter().zip(&group.per_interval).enumerate();
    for (index, (interval, count)) in counts.filter(|(_, (_, count))| **count > 0) {
        let high = (*count as f64 / most as f64 * (HEIGHT - 2.0)).max(2.0);
        let x = index as f64 * step;
        add_bar(&mut path, x, HEIGHT - high, (step - 0.5).max(3.0), high);
        bars.push(StripBar {
            from: interval.from,
            count: *count,
        });
    }
    GroupStrip {
        width: WIDTH,
        height: HEIGHT,
        interval_label: round_duration(line.interval_micros()),
        path,
        bars,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(by_status: &[(&str, u64)], missing: Option<u64>) -> ItemCounts {
        let by_status = by_status
            .iter()
            .map(|(word, count)| ((*word).to_owned(), *count));
        ItemCounts {
            missing,
            by_status: by_status.collect(),
            ..ItemCounts::default()
        }
    }

    #[test]
    fn the_smallest_part_of_a_bar_is_still_seen_and_the_bar_is_full() {
        let by_status = [("completed", 1_000_000), ("failed", 1), ("x", 0)];
        let parts = status_bar(&counts(&by_status, None));
        assert_eq!(parts.len(), 2);
        assert!(parts.iter().all(|part| part.width > 0.7));
        let last = &parts[1];
        assert_eq!(
            (last.share, last.x + last.width),
            (1.0 / 1_000_001.0, 100.0)
        );
    }

    #[test]
    fn a_bar_shows_what_is_missing() {
        let parts = status_bar(&counts(&[("failed", 13)], Some(237)));
        let shares: Vec<_> = parts
            .iter()
            .map(|part| (part.status.as_str(), part.share))
            .collect();
        assert_eq!(shares, [("failed", 0.052), ("missing", 0.948)]);
    }

    #[test]
    fn a_filtered_list_of_a_job_without_a_total_has_no_bar() {
        let filtered = ItemCounts {
            status_filter: Some("failed".to_owned()),
            ..counts(&[("failed", 13)], None)
        };
        assert!(status_bar(&filtered).is_empty());
    }

    #[test]
    fn a_bar_of_nothing_has_no_parts() {
        assert!(status_bar(&counts(&[("completed", 0)], Some(0))).is_empty());
    }

    #[test]
    fn an_area_returns_to_the_ground_and_shows_the_least() {
        assert_eq!(area(&[0, 10, 10, 5, 0], 10), "M0 20h1V0h2V10h1V20h1V20z");
        assert_eq!(area(&[1, 1_000], 1_000), "M0 20V19h1V0h1V20z");
    }
}
