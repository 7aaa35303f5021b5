//! Layout of the charts: scales, ticks, paths and positions, so that a template only draws.
//!
//! A chart has a width and a height in units of its own, which a page may scale. Positions are in these
//! units, from the upper left corner, rounded to a tenth. A `path` is the `d` of an SVG path. Every
//! number comes from the model; nothing is counted here but what an axis has to hold.

mod durations;
mod scale;
mod slowest;
mod small;
mod timeline;

use serde::Serialize;

use self::durations::DurationChart;
use self::slowest::SlowestChart;
use self::small::{GroupStrip, Segment, Sparkline};
use self::timeline::TimelineChart;
use crate::report::model::{Sections, Timeline};

/// Charts of a set of items.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Charts {
    /// Parts of a bar of all items, in the order of `by_status`, without those of no item; what is
    /// missing comes last.
    pub status_bar: Vec<Segment>,
    /// Ended items over time, small; absent if no end is known.
    pub sparkline: Option<Sparkline>,
    /// Ended items, concurrency and failures over time; absent if the model has no timeline.
    pub timeline: Option<TimelineChart>,
    /// Distribution of durations; absent if the model has no histogram.
    pub durations: Option<DurationChart>,
    /// When the slowest items ran; absent without a timeline.
    pub slowest: Option<SlowestChart>,
    /// When the failures of each group were, in the order of `error_groups`.
    pub error_groups: Vec<GroupStrip>,
}

impl Charts {
    /// Lays out the charts of these figures.
    pub(super) fn of(sections: &Sections) -> Self {
        let line = sections.timeline.as_deref();
        let row = Self {
            status_bar: small::status_bar(&sections.counts),
            sparkline: line.and_then(small::sparkline),
            ..Self::default()
        };
        // A report of many jobs has no concurrency and no histograms, and its page no room for more.
        let is_drawn = |line: &&Timeline| line.intervals.first()?.concurrency;
        let Some(line) = line.filter(|line| is_drawn(line).is_some()) else {
            return row;
        };
        Self {
            timeline: Some(timeline::chart(line)),
            durations: sections
                .histogram
                .as_deref()
                .filter(|histogram| !histogram.bins.is_empty())
                .map(|histogram| durations::chart(histogram, &sections.durations)),
            slowest: slowest::chart(&sections.slowest, line),
            error_groups: small::group_strips(&sections.error_groups, line),
            ..row
        }
    }
}
