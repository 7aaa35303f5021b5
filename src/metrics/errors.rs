//! Groups of failures whose messages are equal once what varies in them is masked.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attempts::{Attempt, Attempts};
use super::class::Class;
use super::kinds::{Kinds, Message, id_of};
use super::mask::holds_name;
use super::named::NamedGroup;
use super::reruns::Replaced;
use super::slots::SlotValues;
use super::times::PLAUSIBLE_MICROS;
use crate::api::UtcTime;
use crate::api::status::code::FAILED;
use crate::frame::{ItemFrame, Piece};
use crate::parallel::{self, MANY_ROWS};

/// Failures whose messages say the same and differ in names, numbers and the like, or that the user named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorGroup {
    /// Stable id: a hash of the words that all messages share, or of the name that the user gave, in 12
    /// hexadecimal digits.
    pub id: String,
    /// Message with masks for what varies, such as `<n>`, `<name>`, `<path>` and `<id>`. What is the same in
    /// all messages stands as it is. The name of a group that the user named; absent for failures without a
    /// message.
    pub pattern: Option<String>,
    /// Class: what to do about the failures.
    #[serde(default)]
    pub class: Class,
    /// Values of the masks in the pattern, in its order, up to 10; empty for single jobs if there are several,
    /// for groups that the user named, and for summaries of older
    /// versions.
    #[serde(default)]
    pub slots: Vec<SlotValues>,
    /// Regular expression of a group that the user named, as it was given; absent for all others.
    #[serde(default)]
    pub regex: Option<String>,
    /// Failed items in the group.
    pub count: u64,
    /// count / failed items, 0–1.
    pub share: f64,
    /// Credits that these items cost (v2); absent if none of them states any.
    #[serde(default)]
    pub credits: Option<f64>,
    /// Earliest failure: `completed_at`, else `effective_at`.
    pub first_at: Option<UtcTime>,
    /// Latest failure.
    pub last_at: Option<UtcTime>,
    /// Failures per interval of the timeline, of the first 20 groups; empty for others, without a timeline,
    /// and if the report holds more than 50 jobs.
    pub per_interval: Vec<u64>,
    /// Failures that no interval holds, because their time is missing or does not count.
    pub undated: u64,
    /// Some of the failures, in the order of the inputs.
    pub examples: Vec<Example>,
}

/// Failed item as an example of its group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Example {
    /// Id of the item.
    pub item_id: String,
    /// Name of the item.
    pub item_name: Option<String>,
    /// Message as the server gave it, cut if it is very long.
    pub error_message: Option<String>,
    /// `label` of its job.
    pub job: String,
}

/// Failed items of a frame, each with its group. Made once, and asked for each job and for all.
pub struct Failures {
    /// Failed items in ascending order of their rows.
    failed: Vec<Failed>,
    /// Pattern of each group.
    patterns: Vec<Option<String>>,
    /// The rest of each group.
    groups: Vec<Group>,
}

/// What is known about a group without its items.
#[derive(Clone)]
struct Group {
    id: String,
    class: Class,
    /// Regular expression, if the user named the group.
    regex: Option<String>,
    slots: Vec<SlotValues>,
}

impl Group {
    fn named(group: &NamedGroup) -> Self {
        let regex = group.regex.as_str();
        let words = || Class::of(&format!("{} {regex}", group.name));
        Self {
            id: id_of(Some(&group.name)),
            class: group.class.unwrap_or_else(words),
            regex: Some(regex.to_owned()),
            slots: Vec::new(),
        }
    }

    /// Group of failures without a message.
    fn without_message() -> Self {
        Self {
            id: id_of(None),
            class: Class::Unknown,
            regex: None,
            slots: Vec::new(),
        }
    }
}

/// A failed item.
#[derive(Debug, Clone, Copy)]
struct Failed {
    row: u32,
    group: u32,
    attempt: Attempt,
    /// Instant of the failure, in microseconds since the epoch.
    at: Option<i64>,
    /// Duration of the item.
    micros: Option<i64>,
}

/// Message of a failed item, and the item's own name if the message holds it.
type Told<'a> = (&'a str, Option<Cow<'a, str>>);

/// Failed items of some rows, before their groups are known.
#[derive(Default)]
struct Found<'a> {
    failed: Vec<Failed>,
    /// Number and text of the message of each.
    messages: Vec<Option<(u32, Told<'a>)>>,
}

impl<'a> Found<'a> {
    fn of(items: &'a ItemFrame, piece: &Piece<'_>) -> Self {
        let mut found = Self::default();
        for (at, status) in piece.status.iter().enumerate() {
            if *status != FAILED {
                continue;
            }
            let (item, row) = (piece.row(at), piece.first + at);
            found.messages.push(item.error_message.map(|number| {
                let message = items.messages().get(number);
                let name = items.item_name(row);
                (
                    number,
                    (message, name.filter(|name| holds_name(message, name))),
                )
            }));
            found.failed.push(Failed {
                row: row as u32,
                group: 0,
                attempt: Attempt::NotNamed,
                // The server leaves out the end of some failures; their record says when they failed.
                at: item.completed_at.or(item.effective_at),
                micros: item.micros().filter(|micros| *micros >= 0),
            });
        }
        found
    }
}

impl Failures {
    /// Groups every failed item: by the first of the `named` that matches its message, else by its masked
    /// message.
    pub fn of(items: &ItemFrame, named: &[NamedGroup]) -> Self {
        let found = parallel::map(
            items.len() > MANY_ROWS,
            items.rows(0..items.len()).pieces().to_vec(),
            |piece| Found::of(items, &piece),
        );
        let mut failed = Vec::with_capacity(found.iter().map(|found| found.failed.len()).sum());
        // Messages without a name in them are asked for once, however many items have them.
        let mut asked: Vec<(Told<'_>, u64)> = Vec::new();
        let mut place_of = vec![None; items.messages().len()];
        let mut places = Vec::with_capacity(failed.capacity());
        for found in found {
            failed.extend(found.failed);
            places.extend(found.messages.into_iter().map(|message| {
                let (number, message) = message?;
                let holds_name = message.1.is_some();
                let ask = || {
                    asked.push((message, 0));
                    asked.len() - 1
                };
                let place = match holds_name {
                    true => ask(),
                    false => *place_of[number as usize].get_or_insert_with(ask),
                };
                asked[place].1 += 1;
                Some(place)
            }));
        }
        let asked: Vec<Message<'_>> = asked
            .iter()
            .map(|((text, own_name), items)| Message {
                text,
                own_name: own_name.as_deref(),
                items: *items,
            })
            .collect();
        let kinds = Kinds::of(&asked, named);
        let no_message = named.len() + kinds.found.len();
        // Group of each kind; the last kind is that of failures without a message.
        let mut group_of = vec![None; no_message + 1];
        let mut found: Vec<_> = kinds.found.into_iter().map(Some).collect();
        let (mut patterns, mut groups) = (Vec::new(), Vec::new());
        for (failed, place) in failed.iter_mut().zip(places) {
            let (kind, attempt) = match place {
                Some(place) => kinds.of[place],
                None => (no_message as u32, Attempt::NotNamed),
            };
            failed.attempt = attempt;
            failed.group = *group_of[kind as usize].get_or_insert_with(|| {
                let kind = kind as usize;
                let (pattern, group) = match named.get(kind) {
                    Some(group) => (Some(group.name.clone()), Group::named(group)),
                    None => match found.get_mut(kind - named.len()).and_then(Option::take) {
                        Some(kind) => {
                            let group = Group {
                                id: kind.id,
                                class: kind.class,
                                regex: None,
                                slots: kind.slots,
                            };
                            (Some(kind.pattern), group)
                        }
                        None => (None, Group::without_message()),
                    },
                };
                patterns.push(pattern);
                groups.push(group);
                patterns.len() as u32 - 1
            });
        }
        Self {
            failed,
            patterns,
            groups,
        }
    }

    /// Counts the failures that no newer record replaces, by the class of their errors.
    pub fn standing(&self, replaced: &Replaced) -> BTreeMap<Class, u64> {
        let mut classes = BTreeMap::new();
        for failed in &self.failed {
            if replaced.by(failed.row as usize).is_none() {
                let class = self.groups[failed.group as usize].class;
                *classes.entry(class).or_default() += 1;
            }
        }
        classes
    }

    /// Returns the group of a row, as an index into [`Self::patterns`]; `None` for an item that did not fail.
    pub fn group_of(&self, row: usize) -> Option<u32> {
        let at = self
            .failed
            .binary_search_by_key(&row, |failed| failed.row as usize)
            .ok()?;
        Some(self.failed[at].group)
    }

    /// Returns the pattern of each group; `None` for failures without a message.
    pub fn patterns(&self) -> &[Option<String>] {
        &self.patterns
    }

    /// Returns the id of each group.
    pub fn ids(&self) -> Vec<String> {
        self.groups.iter().map(|group| group.id.clone()).collect()
    }

    /// Returns the class of the error of a row; `None` for an item that did not fail.
    pub fn class_of(&self, row: usize) -> Option<Class> {
        self.group_of(row)
            .map(|group| self.groups[group as usize].class)
    }

    /// Returns the groups of these failures as indices into [`Self::patterns`], each with its number of failures:
    /// most first, then by pattern, those without a message last among equals.
    fn ranked(&self, failures: &[Failed]) -> Vec<(u32, usize)> {
        let mut counts = vec![0_usize; self.groups.len()];
        for failed in failures {
            counts[failed.group as usize] += 1;
        }
        let counts = (0..).zip(counts).filter(|(_, count)| *count > 0);
        let mut ranked: Vec<(u32, usize)> = counts.collect();
        let pattern = |group: u32| self.patterns[group as usize].as_deref();
        ranked.sort_unstable_by(|(a, a_count), (b, b_count)| {
            let by_count = b_count.cmp(a_count);
            by_count.then_with(|| by_pattern(pattern(*a), pattern(*b)).then(a.cmp(b)))
        });
        ranked
    }

    fn among(&self, rows: &Range<usize>) -> &[Failed] {
        let before = |end: usize| {
            self.failed
                .partition_point(|failed| (failed.row as usize) < end)
        };
        &self.failed[before(rows.start)..before(rows.end)]
    }

    /// Returns the `most` greatest groups of the failures among `rows`, greatest first, with their details, and the
    /// number of all groups. Each holds up to `examples` of its items.
    pub fn groups(
        &self,
        items: &ItemFrame,
        rows: &Range<usize>,
        labels: &[String],
        (most, examples): (usize, usize),
    ) -> Groups {
        let failures = self.among(rows);
        let ranked = self.ranked(failures);
        // Values are counted over all jobs.
        let is_all = failures.len() == self.failed.len();
        let group = |(group, count): &(u32, usize)| {
            let known = &self.groups[*group as usize];
            let slots = if is_all { &known.slots[..] } else { &[] };
            ErrorGroup {
                id: known.id.clone(),
                pattern: self.patterns[*group as usize].clone(),
                class: known.class,
                slots: slots.to_vec(),
                regex: known.regex.clone(),
                count: *count as u64,
                share: *count as f64 / failures.len() as f64,
                credits: None,
                first_at: None,
                last_at: None,
                per_interval: Vec::new(),
                undated: 0,
                examples: Vec::new(),
            }
        };
        let mut groups: Vec<ErrorGroup> = ranked.iter().take(most).map(group).collect();
        let mut details = vec![GroupDetails::default(); groups.len()];
        let places = ranked.iter().take(most).map(|(group, _)| *group).zip(0..);
        let places: BTreeMap<u32, usize> = places.collect();
        for failed in failures {
            let Some(place) = places.get(&failed.group) else {
                continue;
            };
            let (entry, details) = (&mut groups[*place], &mut details[*place]);
            details.add(failed);
            if let Some(at) = failed.at.and_then(UtcTime::from_micros) {
                entry.first_at = Some(entry.first_at.map_or(at, |first| first.min(at)));
                entry.last_at = Some(entry.last_at.map_or(at, |last| last.max(at)));
            }
            if entry.examples.len() < examples {
                let row = failed.row as usize;
                let texts = items.texts(row);
                entry.examples.push(Example {
                    item_id: texts.id.unwrap_or_default().into_owned(),
                    item_name: texts.name.map(Into::into),
                    error_message: items.error_message(row).map(str::to_owned),
                    job: super::label(items, labels, row),
                });
            }
        }
        for details in &mut details {
            details.at.sort_unstable();
            details.micros.sort_unstable();
        }
        Groups {
            left_out: (ranked.len() - groups.len()) as u64,
            groups,
            details,
        }
    }

    /// Adds up what the failures among `rows` cost, and sets it in their groups.
    pub fn count_credits(&self, items: &ItemFrame, rows: &Range<usize>, groups: &mut [ErrorGroup]) {
        let mut credits: BTreeMap<u32, f64> = BTreeMap::new();
        for failed in self.among(rows) {
            if let Some(cost) = items.row(failed.row as usize).credits {
                *credits.entry(failed.group).or_default() += cost;
            }
        }
        let by_id = credits.iter();
        let by_id: BTreeMap<&str, f64> = by_id
            .map(|(group, cost)| (&*self.groups[*group as usize].id, *cost))
            .collect();
        for group in groups {
            group.credits = by_id.get(&*group.id).copied();
        }
    }

    /// Returns the number of the failures of each class among `rows`, and their known durations in microseconds.
    pub fn of_classes(&self, rows: &Range<usize>) -> Vec<(Class, u64, Vec<i64>)> {
        let mut classes = Class::ALL.map(|class| (class, 0, Vec::new()));
        for failed in self.among(rows) {
            let class = self.groups[failed.group as usize].class;
            for (_, count, micros) in classes.iter_mut().filter(|(known, ..)| *known == class) {
                *count += 1;
                micros.extend(failed.micros);
            }
        }
        classes.into()
    }

    /// Returns the rows of the failures among `rows`, ascending.
    pub fn rows(&self, rows: &Range<usize>) -> Vec<u32> {
        self.among(rows).iter().map(|failed| failed.row).collect()
    }

    /// Counts the attempts that messages of the failures among `rows` name.
    pub fn attempts(&self, rows: &Range<usize>) -> Attempts {
        let mut attempts = Attempts::default();
        for failed in self.among(rows) {
            attempts.named += u64::from(failed.attempt != Attempt::NotNamed);
            attempts.last += u64::from(failed.attempt == Attempt::Last);
        }
        attempts
    }
}

/// The greatest groups of some failures.
#[derive(Debug, Default)]
pub struct Groups {
    /// The groups, greatest first.
    pub groups: Vec<ErrorGroup>,
    /// Instants and durations of each.
    pub details: Vec<GroupDetails>,
    /// Number of groups that are left out.
    pub left_out: u64,
}

/// Instants and durations of the failures of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupDetails {
    /// Failed items in the group.
    pub count: u64,
    /// Plausible instants of the failures, ascending, in microseconds since the epoch.
    pub at: Vec<i64>,
    /// Failures without a plausible instant.
    pub undated: u64,
    /// Known durations in microseconds, ascending.
    pub micros: Vec<i64>,
}

impl GroupDetails {
    fn add(&mut self, failed: &Failed) {
        self.count += 1;
        match failed.at {
            Some(at) if PLAUSIBLE_MICROS.contains(&at) => self.at.push(at),
            _ => self.undated += 1,
        }
        self.micros.extend(failed.micros);
    }
}

/// Order of patterns, failures without a message last.
fn by_pattern(a: Option<&str>, b: Option<&str>) -> Ordering {
    a.is_none().cmp(&b.is_none()).then_with(|| a.cmp(&b))
}

#[cfg(test)]
mod tests;
