//! The table of items: which rows a page holds, and their columns in few bytes.
//!
//! The rows are packed here and unpacked by the page's script; nothing between the two looks into
//! them.

mod pack;

use std::cmp::Reverse;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::UtcTime;
use crate::api::status::code::{FAILED, SKIPPED};
use crate::frame::{ItemFrame, Row};
use crate::load::Dump;
use crate::metrics::Failures;
use crate::words::{clip, counted, number};

/// Rows in the table, where nothing else is asked for.
pub const DEFAULT_ROWS: usize = 100_000;
/// A summary that is written by itself holds the table of all items where no more rows were recorded
/// than this, so that a page made from it is the same page; of more it holds none unless it is asked
/// for.
pub const MOST_SAVED_UNASKED: usize = 10_000;
/// Failed and skipped items are in the table beyond the number asked for, up to this many.
const MOST_FAILED_AND_SKIPPED: usize = 1_000_000;
/// Failed items in the preview.
const PREVIEW_FAILED: usize = 200;
/// The slowest of the others fill the preview up to this many rows.
const PREVIEW_FILLED: usize = 50;
/// The longest message in the preview; the packed rows hold more of it.
const PREVIEW_MESSAGE: usize = 300;

/// What the packed rows hold, by the names they have there.
const COLUMNS: [&str; 12] = [
    "job",
    "status",
    "id",
    "name",
    "started",
    "ended",
    "effective",
    "group",
    "reason",
    "message",
    "work",
    "file",
];

/// The table of items: packed rows for the page's script, and some plain ones for readers without.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemTable {
    /// Items there are.
    pub items: u64,
    /// Items that are in the table.
    pub rows: u64,
    /// Which they are.
    pub selection: Selection,
    /// The number of rows up to which a table holds all items (`--table-items`).
    pub limit: u64,
    /// The same in a sentence: what is in the table and how to get the rest.
    pub sentence: String,
    /// The columns in `data`.
    pub columns: Vec<String>,
    /// The rows: an object, as JSON, deflated (RFC 1951, no header), in base64. Each of `columns`
    /// is a list with an entry per row, null where absent, in the order of the inputs. `id`,
    /// `name`, `message` and `work` (the processing job's id) are texts. `job`, `status`, `group`,
    /// `reason` and `file` are indices from 0 into the lists of texts `jobs`, `statuses`,
    /// `groups`, `reasons` and `files`. Times are in microseconds: `base` since 1970-01-01T00:00:00Z,
    /// `started` since `base`, `ended` since the item's start, else since `base`, `effective` since
    /// its end, else its start, else `base`. `ranks` holds the groups of all jobs together as they
    /// are ranked in `overall.error_groups`, and `job_ranks` those of each job as in its own.
    pub data: String,
    /// Failed items, then the slowest of the others: for readers without scripts.
    pub preview: Vec<PreviewRow>,
    /// What the preview holds, in a sentence.
    pub preview_sentence: String,
}

/// Which items a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// Every item.
    All,
    /// The failed items, the skipped ones, and the slowest of the others.
    FailedSkippedSlowest,
}

/// An item as it stands in a page without scripts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PreviewRow {
    /// The item.
    pub item_id: String,
    /// Its name.
    pub item_name: Option<String>,
    /// Its status.
    pub status: String,
    /// When work on it began.
    pub started_at: Option<UtcTime>,
    /// `completed_at - started_at`; negative where they are swapped.
    pub duration_seconds: Option<f64>,
    /// Why it failed, cut where it is long.
    pub error_message: Option<String>,
    /// Why it was skipped.
    pub skip_reason: Option<String>,
    /// The `label` of the job it belongs to.
    pub job: String,
}

/// How long the texts may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Longest {
    /// A message or pattern.
    pub(super) message: usize,
    /// Any other.
    pub(super) name: usize,
}

/// Makes the table of up to `limit` rows; none for 0.
pub(super) fn table(
    dump: &Dump,
    failures: &Failures,
    labels: &[String],
    limit: usize,
    longest: Longest,
) -> Option<ItemTable> {
    if limit == 0 {
        return None;
    }
    let interest = Interest::of(&dump.items);
    let preview = interest.preview(&dump.items);
    let chosen = interest.choose(dump.items.len(), limit);
    Some(ItemTable {
        items: dump.items.len() as u64,
        rows: chosen.rows.len() as u64,
        selection: if chosen.rows.len() == dump.items.len() {
            Selection::All
        } else {
            Selection::FailedSkippedSlowest
        },
        limit: limit as u64,
        sentence: chosen.sentence(dump.items.len()),
        columns: COLUMNS.map(str::to_owned).to_vec(),
        data: pack::pack(dump, failures, labels, &chosen.rows, longest)
            .expect("a string can be written to"),
        preview_sentence: preview.preview_sentence(dump.items.len()),
        preview: preview
            .rows
            .iter()
            .map(|row| preview_row(&dump.items, *row as usize, labels, longest))
            .collect(),
    })
}

/// Which rows of a frame are shown, in the order they are shown in.
struct Chosen {
    rows: Vec<u32>,
    failed: usize,
    skipped: usize,
    /// How many failed and skipped items there are.
    all_failed: usize,
    all_skipped: usize,
}

impl Chosen {
    fn sentence(&self, items: usize) -> String {
        if self.rows.len() == items {
            return match items {
                0 => "No item was recorded.".to_owned(),
                1 => "The table holds the only item.".to_owned(),
                _ => format!("The table holds all {} items.", number(items as u64)),
            };
        }
        let others = self.rows.len() - self.failed - self.skipped;
        format!(
            "The table holds {} of {} items: {}, {} and the {} slowest of the others. To have all \
             of them in the page, make the report with --table-items {items}; to have fewer in \
             each page, make one per job.",
            number(self.rows.len() as u64),
            number(items as u64),
            part(self.failed, self.all_failed, "failed"),
            part(self.skipped, self.all_skipped, "skipped"),
            number(others as u64),
        )
    }

    fn preview_sentence(&self, items: usize) -> String {
        let others = self.rows.len() - self.failed;
        let failed = match self.all_failed {
            0 => "no item failed".to_owned(),
            all => part(self.failed, all, "failed"),
        };
        let rest = match others {
            0 => String::new(),
            n => format!(
                ", and the {} that took longest of the others",
                number(n as u64)
            ),
        };
        format!(
            "Without scripts, {} of {} stand here: {failed}{rest}.",
            number(self.rows.len() as u64),
            counted(items as u64, "item", "items"),
        )
    }
}

/// "all 12 failed", "200 of 1,203 failed".
fn part(shown: usize, all: usize, word: &str) -> String {
    if shown == all {
        format!("all {} {word}", number(all as u64))
    } else {
        format!("{} of {} {word}", number(shown as u64), number(all as u64))
    }
}

/// The rows of failed, of skipped and of other items, each in their order.
#[derive(Default)]
struct Interest {
    failed: Vec<u32>,
    skipped: Vec<u32>,
    others: Vec<Slowness>,
}

impl Interest {
    fn of(items: &ItemFrame) -> Self {
        let mut interest = Self::default();
        items.rows(0..items.len()).each(|row, item| {
            let row = row as u32;
            match item.status {
                FAILED => interest.failed.push(row),
                SKIPPED => interest.skipped.push(row),
                _ => interest.others.push(slowness(&item, row)),
            }
        });
        interest
    }

    /// Everything up to `limit` of so many items; beyond it all failed and skipped items, and the slowest
    /// others.
    fn choose(self, items: usize, limit: usize) -> Chosen {
        let Self {
            failed: mut rows,
            skipped,
            mut others,
        } = self;
        let (all_failed, all_skipped) = (rows.len(), skipped.len());
        let room = limit.max((all_failed + all_skipped).min(MOST_FAILED_AND_SKIPPED));
        rows.truncate(room);
        let failed = rows.len();
        rows.extend(skipped.into_iter().take(room - failed));
        let skipped = rows.len() - failed;
        if items <= room {
            rows = (0..items as u32).collect();
        } else {
            keep_slowest(&mut others, room - rows.len());
            rows.extend(others.into_iter().map(|(_, row)| row));
            rows.sort_unstable();
        }
        Chosen {
            rows,
            failed,
            skipped,
            all_failed,
            all_skipped,
        }
    }

    /// Failed items in their order, then the slowest of the others.
    fn preview(&self, items: &ItemFrame) -> Chosen {
        let mut rows = self.failed.clone();
        rows.truncate(PREVIEW_FAILED);
        let failed = rows.len();
        let room = PREVIEW_FILLED.saturating_sub(failed);
        if room > 0 {
            let skipped = self.skipped.iter();
            let skipped = skipped.map(|row| slowness(&items.row(*row as usize), *row));
            let mut others: Vec<_> = self.others.iter().copied().chain(skipped).collect();
            keep_slowest(&mut others, room);
            others.sort_unstable();
            rows.extend(others.into_iter().map(|(_, row)| row));
        }
        Chosen {
            rows,
            failed,
            skipped: 0,
            all_failed: self.failed.len(),
            all_skipped: self.skipped.len(),
        }
    }
}

/// A row, ordered such that the slowest come first, those without a duration last, equals as they were
/// read.
type Slowness = (Reverse<i64>, u32);

fn slowness(item: &Row, row: u32) -> Slowness {
    (Reverse(item.micros().unwrap_or(i64::MIN)), row)
}

fn keep_slowest(rows: &mut Vec<Slowness>, most: usize) {
    if most == 0 {
        rows.clear();
    } else if rows.len() > most {
        rows.select_nth_unstable(most - 1);
        rows.truncate(most);
    }
}

fn preview_row(items: &ItemFrame, row: usize, labels: &[String], longest: Longest) -> PreviewRow {
    let clipped = |text: Option<&str>, max| {
        text.map(|text| {
            let mut text = text.to_owned();
            clip(&mut text, max);
            text
        })
    };
    let job = items.job(row).unwrap_or_default() as usize;
    let item = items.row(row);
    PreviewRow {
        item_id: clipped(items.item_id(row), longest.name).unwrap_or_default(),
        item_name: clipped(items.item_name(row), longest.name),
        status: clipped(Some(items.status_word(row)), longest.name).unwrap_or_default(),
        started_at: item.started_at.and_then(UtcTime::from_micros),
        duration_seconds: item.micros().map(|micros| micros as f64 / 1e6),
        error_message: clipped(items.error_message(row), PREVIEW_MESSAGE),
        skip_reason: clipped(items.skip_reason(row), PREVIEW_MESSAGE),
        job: labels.get(job).cloned().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
