//! Compares a report with a baseline: what fails now, what does not any more, what got slower.

pub mod model;
mod side;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::model::{
    Ambiguous, BaseFacts, ChangedGroup, ChangedItem, Comparison, GroupChanges, ItemChanges,
    RateChange, RateChanges, Slower, StillFailing,
};
pub use self::side::Side;
use self::side::{Items, Lookup, Record};
use super::limits::{message, name};
use super::model::{ErrorGroup, Report};
use crate::metrics::difference::{median, median_interval, rate_difference};
use crate::metrics::{Rate, Rates};
use crate::text::clip;

/// Maximum number of items, and of groups, in each list.
const MOST_LISTED: usize = 100;
/// Maximum number of slower items that are listed.
const MOST_SLOWER: usize = 20;
/// Maximum length of a message, in characters.
const MESSAGE_CHARS: usize = 300;
/// Least ratio of the durations of an item that is called slower.
const SLOWER_RATIO: f64 = 1.5;
/// Least increase of its duration.
const SLOWER_MICROS: i64 = 1_000_000;

/// Compares two reports, without words. The items of a side are absent if it does not hold all of them.
pub fn compare(
    (base, base_side): (&Report, Option<&Side<'_>>),
    (new, new_side): (&Report, Option<&Side<'_>>),
) -> Comparison {
    let facts = |base_items: (u64, u64), new_items: (u64, u64)| BaseFacts {
        title: base.title.clone(),
        jobs: base.jobs.len() as u64 + base.jobs_left_out,
        items: base_items.0,
        failed: base_items.1,
        complete: base.is_whole(),
        new_items: new_items.0,
        new_failed: new_items.1,
    };
    if let Some((base_side, new_side)) = base_side.zip(new_side) {
        let (base, new) = (Items::of(base_side), Items::of(new_side));
        let mut comparison = of_items(&base, &new);
        let counts = |items: &Items<'_, '_>| {
            let rate = items.rates().failed_of_all;
            (rate.denominator, rate.numerator)
        };
        comparison.base = facts(counts(&base), counts(&new));
        return comparison;
    }
    let counts = |report: &Report| {
        let rate = &report.overall.rates.failed_of_all;
        (rate.denominator, rate.numerator)
    };
    let are_all = |report: &Report| report.overall.left_out.error_groups == 0;
    let groups = |report: &Report| {
        let groups = report.overall.error_groups.iter();
        let entry = |group: &ErrorGroup| {
            let facts = (group.pattern.clone(), group.count);
            (group.id.clone(), facts)
        };
        groups.map(entry).collect::<Groups>()
    };
    let (base_groups, new_groups) = (groups(base), groups(new));
    let comparable = are_all(base) && are_all(new);
    Comparison {
        rates: rates(&base.overall.rates, &new.overall.rates),
        new_errors: comparable.then(|| only_in(&new_groups, &base_groups)),
        gone_errors: comparable.then(|| only_in(&base_groups, &new_groups)),
        ..empty(facts(counts(base), counts(new)))
    }
}

/// Error groups by id: pattern and number of failed items.
type Groups = BTreeMap<String, (Option<String>, u64)>;

/// A comparison that says nothing yet.
fn empty(base: BaseFacts) -> Comparison {
    let none = || Rates {
        failure: Rate::of(0, 0),
        failed_of_all: Rate::of(0, 0),
        skipped_of_all: Rate::of(0, 0),
    };
    Comparison {
        verdict: String::new(),
        base,
        not_compared: None,
        matched: None,
        matched_by_name: None,
        newly_failing: None,
        fixed: None,
        still_failing: None,
        unsettled: None,
        new_items: None,
        gone_items: None,
        ambiguous: None,
        slower: None,
        rates: rates(&none(), &none()),
        new_errors: None,
        gone_errors: None,
    }
}

/// Items of both sides that are the same, and those that are not.
#[derive(Default)]
struct Matching {
    pairs: Vec<(u32, u32)>,
    by_name: u64,
    gone: Vec<u32>,
    new: Vec<u32>,
    ambiguous_base: Vec<u32>,
    ambiguous_new: Vec<u32>,
}

impl Matching {
    /// Matches items by id, else by a name that stands once on each side.
    fn of(base: &Items<'_, '_>, new: &Items<'_, '_>) -> Self {
        let mut matching = Self::default();
        let mut is_taken = vec![false; new.newest.len()];
        let mut left = Vec::new();
        for item in 0..base.newest.len() as u32 {
            let mut ids = base.ids(item);
            let same = ids.find_map(|id| {
                let same = *new.of_id.get(id)?;
                (!is_taken[same as usize]).then_some(same)
            });
            match same {
                Some(same) => {
                    is_taken[same as usize] = true;
                    matching.pairs.push((item, same));
                }
                None => left.push(item),
            }
        }
        let free: Vec<u32> = (0..new.newest.len() as u32)
            .filter(|item| !is_taken[*item as usize])
            .collect();
        if left.is_empty() || free.is_empty() {
            matching.gone = left;
            matching.new = free;
            return matching;
        }
        let (base_names, new_names) = (names(base), names(new));
        // Candidates on both sides, by name.
        let mut free_of: Lookup<'_, Vec<u32>> = Lookup::default();
        for item in &free {
            if let Some(name) = new.record(*item).name.as_deref() {
                free_of.entry(name).or_default().push(*item);
            }
        }
        let mut is_ambiguous = vec![false; new.newest.len()];
        for item in left {
            let name = base.record(item).name.as_deref();
            let found = name.and_then(|name| Some((name, free_of.get(name)?)));
            match found {
                Some((name, same)) if base_names[name] == 1 && new_names[name] == 1 => {
                    is_taken[same[0] as usize] = true;
                    matching.by_name += 1;
                    matching.pairs.push((item, same[0]));
                }
                Some((_, same)) => {
                    matching.ambiguous_base.push(item);
                    same.iter()
                        .for_each(|item| is_ambiguous[*item as usize] = true);
                }
                None => matching.gone.push(item),
            }
        }
        for item in free {
            match (is_taken[item as usize], is_ambiguous[item as usize]) {
                (true, _) => {}
                (false, true) => matching.ambiguous_new.push(item),
                (false, false) => matching.new.push(item),
            }
        }
        matching.pairs.sort_unstable_by_key(|(_, new)| *new);
        matching
    }
}

/// Number of items of each name.
fn names<'s>(items: &Items<'s, '_>) -> Lookup<'s, u32> {
    let mut names = Lookup::default();
    for item in 0..items.newest.len() as u32 {
        if let Some(name) = items.record(item).name.as_deref() {
            *names.entry(name).or_insert(0) += 1;
        }
    }
    names
}

fn of_items(base: &Items<'_, '_>, new: &Items<'_, '_>) -> Comparison {
    let matching = Matching::of(base, new);
    let describe = |pair: (Option<u32>, Option<u32>)| changed(base, new, pair);
    let mut newly_failing = ItemChanges::default();
    let (mut fixed, mut unsettled) = (ItemChanges::default(), ItemChanges::default());
    let mut still_failing = StillFailing::default();
    let mut spans = Vec::new();
    for (was, is) in &matching.pairs {
        let (before, now) = (base.record(*was), new.record(*is));
        let item = || describe((Some(*was), Some(*is)));
        match (before.has_failed(), now.has_failed()) {
            (false, true) => newly_failing.add(true, item),
            (true, false) if now.has_completed() => fixed.add(false, item),
            (true, false) => unsettled.add(false, item),
            (true, true) => {
                still_failing.count += 1;
                let group = |items: &Items<'_, '_>, record: &Record<'_>| {
                    record
                        .group
                        .map(|group| items.side.groups[group as usize].id.clone())
                };
                match group(base, before) == group(new, now) {
                    true => still_failing.same_error += 1,
                    false => still_failing.other_error += 1,
                }
                if still_failing.items.len() < MOST_LISTED {
                    still_failing.items.push(item());
                }
            }
            (false, false) if before.has_completed() && now.has_completed() => {
                spans.extend(
                    before
                        .micros
                        .zip(now.micros)
                        .map(|span| (span, (*was, *is))),
                );
            }
            (false, false) => {}
        }
    }
    let (mut new_items, mut gone_items) = (ItemChanges::default(), ItemChanges::default());
    for item in &matching.new {
        let failed = new.record(*item).has_failed();
        new_items.add(failed, || describe((None, Some(*item))));
    }
    for item in &matching.gone {
        let failed = base.record(*item).has_failed();
        gone_items.add(failed, || describe((Some(*item), None)));
    }
    let listed = matching.ambiguous_new.iter().take(MOST_LISTED);
    let ambiguous = Ambiguous {
        count: matching.ambiguous_new.len() as u64,
        base_count: matching.ambiguous_base.len() as u64,
        items: listed.map(|item| describe((None, Some(*item)))).collect(),
    };
    let (base_groups, new_groups) = (groups(base), groups(new));
    Comparison {
        matched: Some(matching.pairs.len() as u64),
        matched_by_name: Some(matching.by_name),
        newly_failing: Some(newly_failing),
        fixed: Some(fixed),
        still_failing: Some(still_failing),
        unsettled: Some(unsettled),
        new_items: Some(new_items),
        gone_items: Some(gone_items),
        ambiguous: Some(ambiguous),
        slower: slower(spans, describe),
        rates: rates(&base.rates(), &new.rates()),
        new_errors: Some(only_in(&new_groups, &base_groups)),
        gone_errors: Some(only_in(&base_groups, &new_groups)),
        ..empty(BaseFacts {
            title: String::new(),
            jobs: 0,
            items: 0,
            failed: 0,
            complete: false,
            new_items: 0,
            new_failed: 0,
        })
    }
}

impl ItemChanges {
    fn add(&mut self, failed: bool, item: impl FnOnce() -> ChangedItem) {
        self.count += 1;
        self.failed += u64::from(failed);
        if self.items.len() < MOST_LISTED {
            self.items.push(item());
        }
    }
}

/// An item as both sides record it.
fn changed(
    base: &Items<'_, '_>,
    new: &Items<'_, '_>,
    (was, is): (Option<u32>, Option<u32>),
) -> ChangedItem {
    let (before, now) = (
        was.map(|item| base.record(item)),
        is.map(|item| new.record(item)),
    );
    let side = if now.is_some() { new.side } else { base.side };
    let Some(shown) = now.or(before) else {
        return ChangedItem::default();
    };
    let job = side.jobs.get(shown.job as usize);
    let group = |items: &Items<'_, '_>, record: &Record<'_>| {
        record
            .group
            .map(|group| items.side.groups[group as usize].id.clone())
    };
    let failed = now.filter(|now| now.has_failed()).or(before);
    let error = failed
        .filter(|record| record.has_failed())
        .and_then(|record| record.message);
    let seconds = |record: &Record<'_>| record.micros.map(|micros| micros as f64 / 1e6);
    ChangedItem {
        item_id: name(&shown.id),
        item_name: shown.name.as_deref().map(name),
        job: job.map(|label| name(label)).unwrap_or_default(),
        base_status: before.map(|record| name(record.status)),
        status: now.map(|record| name(record.status)),
        base_error_group: before.and_then(|record| group(base, record)),
        error_group: now.and_then(|record| group(new, record)),
        error_message: error.map(|text| {
            let mut text = message(text);
            clip(&mut text, MESSAGE_CHARS);
            text
        }),
        base_duration_seconds: before.and_then(seconds),
        duration_seconds: now.and_then(seconds),
    }
}

/// Durations of an item on both sides, and the item.
type Span = ((i64, i64), (u32, u32));

fn slower(
    spans: Vec<Span>,
    describe: impl Fn((Option<u32>, Option<u32>)) -> ChangedItem,
) -> Option<Slower> {
    let sorted = |of: fn(&Span) -> i64| {
        let mut values: Vec<i64> = spans.iter().map(of).collect();
        values.sort_unstable();
        values
    };
    let shifts = sorted(|((before, now), _)| now - before);
    let seconds = |micros: f64| micros / 1e6;
    let shift = median(&shifts)?;
    let base_p50 = median(&sorted(|((before, _), _)| *before))?;
    let p50 = median(&sorted(|((_, now), _)| *now))?;
    let mut slow: Vec<Span> = spans;
    slow.retain(|((before, now), _)| {
        now - before >= SLOWER_MICROS && *now as f64 >= SLOWER_RATIO * *before as f64
    });
    let count = slow.len() as u64;
    slow.sort_unstable_by_key(|((before, now), item)| (before - now, *item));
    let items = slow.iter().take(MOST_SLOWER);
    Some(Slower {
        compared: shifts.len() as u64,
        base_p50_seconds: seconds(base_p50),
        p50_seconds: seconds(p50),
        shift_seconds: seconds(shift),
        ci95_seconds: median_interval(&shifts).map(|bounds| bounds.map(seconds)),
        count,
        items: items
            .map(|(_, (was, is))| describe((Some(*was), Some(*is))))
            .collect(),
    })
}

fn rates(base: &Rates, new: &Rates) -> RateChanges {
    let change = |base: &Rate, new: &Rate| {
        let (difference, ci95) = rate_difference(new, base).unzip();
        RateChange {
            base: base.clone(),
            new: new.clone(),
            difference,
            ci95,
        }
    };
    RateChanges {
        failure: change(&base.failure, &new.failure),
        failed_of_all: change(&base.failed_of_all, &new.failed_of_all),
        skipped_of_all: change(&base.skipped_of_all, &new.skipped_of_all),
    }
}

/// Error groups of the items that fail.
fn groups(items: &Items<'_, '_>) -> Groups {
    let mut counts = vec![0_u64; items.side.groups.len()];
    for item in 0..items.newest.len() as u32 {
        if let Some(group) = items.record(item).group {
            counts[group as usize] += 1;
        }
    }
    let groups = items
        .side
        .groups
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0);
    groups
        .map(|(group, count)| (group.id.clone(), (group.pattern.clone(), count)))
        .collect()
}

/// Groups of one side that the other does not have, most items first.
fn only_in(one: &Groups, other: &Groups) -> GroupChanges {
    let mut only: Vec<(&String, &(Option<String>, u64))> = one
        .iter()
        .filter(|(id, _)| !other.contains_key(*id))
        .collect();
    only.sort_by(|(a, a_group), (b, b_group)| b_group.1.cmp(&a_group.1).then_with(|| a.cmp(b)));
    let listed = only.iter().take(MOST_LISTED);
    GroupChanges {
        count: only.len() as u64,
        groups: listed
            .map(|(id, (pattern, count))| ChangedGroup {
                id: (*id).clone(),
                pattern: pattern.as_deref().map(message),
                count: *count,
            })
            .collect(),
    }
}
