//! The history of a report: a folder that keeps the summary of every run, and the trend over them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use crate::gates::values;
use crate::output::{self, WriteError};
use crate::report::model::{
    ItemRows, ItemSelection, SCHEMA_VERSION, Trend, TrendGroup, TrendMetric, TrendRun,
};
use crate::report::{Report, write_summary};
use crate::say;

/// Maximum number of runs in a trend.
const MOST_RUNS: usize = 50;
/// Maximum number of error groups in a trend.
const MOST_GROUPS: usize = 20;
/// Maximum size of a kept summary that is read, in bytes.
const MOST_BYTES: u64 = 200_000_000;

/// A history that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The folder cannot be made or listed.
    #[error("cannot use the history in `{}`", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// The summary cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A history whose earlier runs were read.
pub struct History {
    folder: PathBuf,
    /// Earlier runs, oldest first.
    runs: Vec<Report>,
    /// Number of still older runs.
    left_out: u64,
    /// Files that are no summaries of this version.
    pub unreadable: Vec<PathBuf>,
}

impl History {
    /// Reads the earlier runs in a folder, which is made if it does not exist.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made or listed.
    pub fn open(folder: &Path) -> Result<Self, HistoryError> {
        let failed = |source| HistoryError::Folder {
            path: folder.to_owned(),
            source,
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|ending| ending == "json") && path.is_file() {
                files.push(path);
            }
        }
        // Their names begin with their times.
        files.sort();
        let mut history = Self {
            folder: folder.to_owned(),
            runs: Vec::new(),
            left_out: 0,
            unreadable: Vec::new(),
        };
        for path in files.into_iter().rev() {
            if history.runs.len() >= MOST_RUNS {
                history.left_out += 1;
                continue;
            }
            match read(&path) {
                Some(report) => history.runs.push(report),
                None => history.unreadable.push(path),
            }
        }
        history.runs.reverse();
        history.runs.sort_by_key(|run| run.generated_at);
        Ok(history)
    }

    /// Tells if a file lies in the folder.
    pub fn holds(&self, file: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().ok();
        let parent = file.parent().and_then(real);
        parent.is_some() && parent == real(&self.folder)
    }

    /// Adds the trend to a report, and keeps its summary for the next run. If messages are redacted, the
    /// trend has the error groups of this run only: earlier ones may have been kept as they were.
    ///
    /// # Errors
    ///
    /// If the summary cannot be written.
    pub fn keep(mut self, report: &mut Report, redacted: bool) -> Result<(), HistoryError> {
        let kept = kept(report);
        let mut text = Vec::new();
        write_summary(&kept, &mut text, false).map_err(|source| HistoryError::Folder {
            path: self.folder.clone(),
            source,
        })?;
        let hash = xxh3_64(&text) >> 32;
        let time = kept.generated_at.to_string().replace(':', "");
        let path = self.folder.join(format!("{time}-{hash:08x}.json"));
        // The same run again replaces itself.
        self.runs.retain(|run| !is_same(run, &kept));
        output::write_file_with(&path, |out: &mut dyn io::Write| out.write_all(&text))?;
        self.runs.push(kept);
        let mut trend = self.trend();
        if redacted {
            let own = &report.overall.error_groups;
            let is_own = |group: &TrendGroup| own.iter().any(|own| own.id == group.id);
            trend.error_groups.retain(is_own);
        }
        report.trend = Some(Box::new(trend));
        Ok(())
    }

    fn trend(mut self) -> Trend {
        let surplus = self.runs.len().saturating_sub(MOST_RUNS);
        self.left_out += surplus as u64;
        self.runs.drain(..surplus);
        let runs = &self.runs;
        let (error_groups, error_groups_left_out) = groups(runs);
        let mut trend = Trend {
            verdict: String::new(),
            runs: runs.iter().map(run).collect(),
            runs_left_out: self.left_out,
            metrics: metrics(runs),
            error_groups,
            error_groups_left_out,
        };
        trend.verdict = say::trend::verdict(&trend);
        trend
    }
}

/// Tells if two summaries are of one run. Names and ids may be redacted with other keys.
fn is_same(one: &Report, other: &Report) -> bool {
    let facts = |report: &Report| {
        let all = &report.overall;
        (
            report.generated_at,
            all.counts.clone(),
            all.durations.clone(),
        )
    };
    facts(one) == facts(other)
}

/// Reads a kept summary; `None` if it is none of this version.
fn read(path: &Path) -> Option<Report> {
    if fs::metadata(path).ok()?.len() > MOST_BYTES {
        return None;
    }
    let text = fs::read_to_string(path).ok()?;
    let report: Report = serde_json::from_str(&text).ok()?;
    (report.schema_version == SCHEMA_VERSION).then_some(report)
}

/// The summary that is kept of a report: without item rows, the charts of jobs, and what compares it.
fn kept(report: &Report) -> Report {
    let mut jobs = report.jobs.clone();
    for job in &mut jobs {
        job.sections.timeline = None;
        job.sections.histogram = None;
    }
    let mut overall = report.overall.clone();
    overall.timeline = None;
    overall.histogram = None;
    Report {
        schema_version: report.schema_version,
        generator: report.generator.clone(),
        generated_at: report.generated_at,
        title: report.title.clone(),
        verdict: report.verdict.clone(),
        next_steps: Vec::new(),
        jobs,
        jobs_left_out: report.jobs_left_out,
        overall,
        items: Vec::new(),
        item_rows: ItemRows {
            selection: ItemSelection::None,
            of: report.item_rows.of,
            ..ItemRows::default()
        },
        inputs: report.inputs.clone(),
        notes: report.notes.clone(),
        comparison: None,
        trend: None,
        gates: Vec::new(),
        named_groups: report.named_groups.clone(),
    }
}

fn run(report: &Report) -> TrendRun {
    TrendRun {
        at: report.generated_at,
        jobs: report.jobs.len() as u64 + report.jobs_left_out,
        items: report.overall.counts.distinct,
    }
}

fn metrics(runs: &[Report]) -> Vec<TrendMetric> {
    let of_runs: Vec<_> = runs.iter().map(values).collect();
    let Some(first) = of_runs.first() else {
        return Vec::new();
    };
    let metrics = first.iter().enumerate().map(|(at, (name, unit, _))| {
        let values: Vec<Option<f64>> = of_runs.iter().map(|values| values[at].2).collect();
        TrendMetric {
            name: (*name).to_owned(),
            unit: *unit,
            is_constant: values.windows(2).all(|pair| pair[0] == pair[1]),
            values,
        }
    });
    metrics
        .filter(|metric| metric.values.iter().any(Option::is_some))
        .collect()
}

fn groups(runs: &[Report]) -> (Vec<TrendGroup>, u64) {
    let mut groups: BTreeMap<&str, TrendGroup> = BTreeMap::new();
    for (at, run) in runs.iter().enumerate() {
        for group in &run.overall.error_groups {
            let entry = groups.entry(&group.id).or_insert_with(|| TrendGroup {
                id: group.id.clone(),
                pattern: group.pattern.clone(),
                values: vec![None; runs.len()],
            });
            entry.values[at] = Some(group.count);
        }
    }
    let mut groups: Vec<TrendGroup> = groups.into_values().collect();
    for group in &mut groups {
        for (value, run) in group.values.iter_mut().zip(runs) {
            if run.overall.left_out.error_groups == 0 {
                value.get_or_insert(0);
            }
        }
    }
    let rank = |group: &TrendGroup| {
        let newest = group.values.last().copied().flatten().unwrap_or_default();
        (newest, group.values.iter().flatten().sum::<u64>())
    };
    groups.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a.id.cmp(&b.id)));
    let left_out = groups.len().saturating_sub(MOST_GROUPS) as u64;
    groups.truncate(MOST_GROUPS);
    (groups, left_out)
}
