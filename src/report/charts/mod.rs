//! The geometry of the charts: scales, ticks, bins and positions, so that a template only draws.
//!
//! A chart has a width and a height in units of its own, which a page may scale; every position is
//! in these units, from the upper left corner, rounded to a tenth. A `path` is the `d` of an SVG
//! path. Beside what is drawn stands what it was drawn from, for the table below a chart.

mod durations;
mod scale;
mod slowest;
mod small;
mod timeline;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::durations::{DurationChart, Percentile};
pub use self::scale::{Plot, Tick};
pub use self::slowest::{SlowBar, SlowestChart};
pub use self::small::{GroupStrip, Segment, Sparkline, StripBar};
pub use self::timeline::{DrawnGap, DrawnInterval, Series, TimelineChart};
use super::model::Sections;
use crate::metrics::Shape;

/// Up to this many jobs, each has all charts; beyond it, a status bar and a sparkline.
pub const FULL_JOBS: usize = 50;

/// How much is drawn of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Every chart, of one job.
    Job,
    /// Every chart, of several jobs together.
    Overall,
    /// What stands in a row of the overview.
    Row,
}

/// What is drawn about a set of items.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Charts {
    /// The parts of a bar of all items, in the order of `by_status`, without those of no item.
    pub status_bar: Vec<Segment>,
    /// Ended items over time, small; absent where no end is known.
    pub sparkline: Option<Sparkline>,
    /// Ended items, concurrency and failures over time; absent where nothing is known to have begun
    /// or ended, and where the report holds more than 50 jobs.
    pub timeline: Option<TimelineChart>,
    /// How durations are spread; absent where no item has one, and with more than 50 jobs.
    pub durations: Option<DurationChart>,
    /// When the slowest items ran; absent where there are none, and with more than 50 jobs.
    pub slowest: Option<SlowestChart>,
    /// When the failures of each group were, in the order of `error_groups`, of its first 20;
    /// empty with more than 50 jobs.
    pub error_groups: Vec<GroupStrip>,
}

/// Draws what is known about a set of items.
pub(super) fn charts(sections: &Sections, shape: &Shape, detail: Detail) -> Charts {
    let row = Charts {
        status_bar: small::status_bar(&sections.counts.by_status),
        sparkline: shape.timeline.as_ref().and_then(small::sparkline),
        ..Charts::default()
    };
    if detail == Detail::Row {
        return row;
    }
    let line = shape.timeline.as_ref();
    Charts {
        timeline: line.map(|line| timeline::chart(line, detail == Detail::Job)),
        durations: shape
            .histogram
            .as_ref()
            .map(|histogram| durations::chart(histogram, &sections.durations)),
        slowest: line.and_then(|line| slowest::chart(&sections.slowest, line)),
        error_groups: line
            .map(|line| small::group_strips(&shape.groups, line))
            .unwrap_or_default(),
        ..row
    }
}
