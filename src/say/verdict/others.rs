//! Items that neither completed nor failed, and what is missing.

use super::{STATUS_CHARS, Subject};
use crate::api::status::{self, CANCELLED, COMPLETED, FAILED, PENDING, PROCESSING, SKIPPED};
use crate::text::{are, counted, duration, joined, number, quote, were};

/// Status words of items that are named; the others are counted.
const NAMED_STATUSES: usize = 5;

impl Subject<'_> {
    /// Items that neither completed nor failed.
    pub(super) fn others(&self) -> Option<String> {
        let by_status = || {
            let by_status = self.sections.counts.by_status.iter();
            by_status.filter(|(_, count)| **count > 0)
        };
        let is_known = |word: &str| status::KNOWN.contains(&word);
        let all_skipped = self.sections.rates.failure.denominator == 0;
        let mut parts = Vec::new();
        for (word, count) in by_status().filter(|(word, _)| is_known(word)) {
            let n = number(*count);
            parts.push(match word.as_str() {
                COMPLETED | FAILED => continue,
                SKIPPED if all_skipped && *count == self.sections.counts.distinct => continue,
                SKIPPED | CANCELLED => format!("{n} {} {word}", were(*count)),
                PENDING => format!("{n} {} pending", are(*count)),
                PROCESSING => format!("{n} {} being processed{}", are(*count), self.oldest(*count)),
                _ => continue,
            });
        }
        let mut unknown: Vec<(&String, &u64)> =
            by_status().filter(|(word, _)| !is_known(word)).collect();
        unknown.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let more = unknown.split_off(unknown.len().min(NAMED_STATUSES));
        let have = |count: u64| if count == 1 { "has" } else { "have" };
        for (word, count) in unknown {
            let n = number(*count);
            parts.push(match word.as_str() {
                "not_started" => format!("{n} {} not started", have(*count)),
                "throttled" => format!("{n} {} throttled", are(*count)),
                other => format!(
                    "{n} {} status “{}”",
                    have(*count),
                    quote(other, STATUS_CHARS)
                ),
            });
        }
        if !more.is_empty() {
            let items = more.iter().map(|(_, count)| **count).sum::<u64>();
            let words = counted(more.len() as u64, "other status", "other statuses");
            parts.push(format!("{} {} {words}", number(items), have(items)));
        }
        (!parts.is_empty()).then(|| format!("{}.", joined(&parts)))
    }

    /// " (the oldest for 2 d 3 h)": the age of the oldest open item.
    fn oldest(&self, count: u64) -> String {
        let oldest = self.sections.open.first().and_then(|item| item.age_seconds);
        match oldest.filter(|age| *age > 0.0) {
            Some(age) if count == 1 => format!(" for {}", duration(age)),
            Some(age) => format!(" (the oldest for {})", duration(age)),
            None => String::new(),
        }
    }

    pub(super) fn completeness(&self) -> Option<String> {
        let counts = &self.sections.counts;
        // A list that was filtered is incomplete by intention.
        if !counts.listed || counts.status_filter.is_some() {
            return None;
        }
        let (is, misses, it) = match self.jobs.len() {
            1 => ("The list is", "The list is missing", "The list"),
            _ => ("The lists are", "The lists are missing", "The lists"),
        };
        match (counts.complete, counts.missing, counts.stated_total) {
            (_, Some(missing @ 1..), Some(total)) if self.is_v2() => Some(format!(
                "The dump is missing the jobs of {} of {}.",
                number(missing),
                self.count(total)
            )),
            (_, Some(missing @ 1..), Some(total)) => Some(format!(
                "{misses} {} of {}.",
                number(missing),
                counted(total, "item", "items")
            )),
            (Some(true), ..) => None,
            _ if self.is_v2() => Some("Some files may be missing from the dump.".to_owned()),
            (Some(false), ..) => Some(format!("{is} incomplete.")),
            (None, ..) => Some(format!("{it} may be incomplete (no total given).")),
        }
    }
}
