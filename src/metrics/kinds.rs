//! Kinds of messages: those that users name, and those whose templates are equal once they are merged.

use std::collections::BTreeMap;

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::attempts::Attempt;
use super::class::Class;
use super::mask::{Masked, Slot, is_of_failure};
use super::named::NamedGroup;
use super::slots::{SlotValues, Values};
use super::template::{Part, Token, key, template};
use crate::parallel;

/// Message of failed items, the item's own name if the message holds it, and the number of items.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message<'a> {
    pub(super) text: &'a str,
    pub(super) own_name: Option<&'a str>,
    pub(super) items: u64,
}

/// Kinds of messages.
pub(super) struct Kinds {
    /// Kind and attempt of each message. The kinds that users name come first, as they named them.
    pub(super) of: Vec<(u32, Attempt)>,
    /// Kinds of all other messages.
    pub(super) found: Vec<Kind>,
}

/// Messages of one template.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kind {
    /// Stable id.
    pub(super) id: String,
    /// Message with masks for what varies.
    pub(super) pattern: String,
    /// What varies, with its values.
    pub(super) slots: Vec<SlotValues>,
    /// Class of the error.
    pub(super) class: Class,
}

/// Returns the stable id of what has this key; of failures without a message if there is none.
pub(crate) fn id_of(key: Option<&str>) -> String {
    let (seed, key) = match key {
        Some(key) => (0, key),
        None => (1, ""),
    };
    let hash = xxh3_64_with_seed(key.as_bytes(), seed);
    format!("{:012x}", hash >> 16)
}

impl Kinds {
    pub(super) fn of(messages: &[Message<'_>], named: &[NamedGroup]) -> Self {
        /// Messages that are masked in one go.
        const RUN: usize = 1 << 12;
        let runs = messages.chunks(RUN).collect();
        let parts = parallel::map(messages.len() > RUN, runs, |run| Run::of(run, named));
        let mut of = Vec::with_capacity(messages.len());
        let mut texts = Texts::default();
        for part in parts {
            let places: Vec<usize> = part
                .texts
                .into_iter()
                .map(|(text, found)| texts.add(text, found))
                .collect();
            let kind = |kind: u32| match (kind as usize).checked_sub(named.len()) {
                Some(place) => (named.len() + places[place]) as u32,
                None => kind,
            };
            of.extend(part.of.into_iter().map(|(of, attempt)| (kind(of), attempt)));
        }
        let (found, kind_of) = merged(&texts.0);
        for (kind, _) in &mut of {
            if let Some(text) = (*kind as usize).checked_sub(named.len()) {
                *kind = (named.len() + kind_of[text]) as u32;
            }
        }
        Self { of, found }
    }
}

/// Masked texts, each with the items that have it.
#[derive(Default)]
struct Texts(IndexMap<String, Text, RandomState>);

/// Items with one masked text.
struct Text {
    items: u64,
    /// Values of each mark.
    values: Vec<Values>,
}

impl Texts {
    fn add(&mut self, text: String, found: Text) -> usize {
        match self.0.entry(text) {
            indexmap::map::Entry::Occupied(mut entry) => {
                let place = entry.index();
                let all = entry.get_mut();
                all.items += found.items;
                for (all, values) in all.values.iter_mut().zip(found.values) {
                    all.merge(values);
                }
                place
            }
            indexmap::map::Entry::Vacant(entry) => {
                let place = entry.index();
                entry.insert(found);
                place
            }
        }
    }
}

/// Some messages in a row.
struct Run {
    of: Vec<(u32, Attempt)>,
    texts: IndexMap<String, Text, RandomState>,
}

impl Run {
    fn of(messages: &[Message<'_>], named: &[NamedGroup]) -> Self {
        let mut texts: IndexMap<String, Text, RandomState> = IndexMap::default();
        let mut masked = Masked::default();
        let of = messages.iter().map(|message| {
            let matching = named
                .iter()
                .position(|group| group.regex.is_match(message.text));
            let kind = matching.unwrap_or_else(|| {
                masked.mask(message.text, message.own_name);
                let place = texts.get_index_of(masked.text()).unwrap_or_else(|| {
                    let empty = Text {
                        items: 0,
                        values: masked.values().map(|_| Values::default()).collect(),
                    };
                    texts.insert_full(masked.text().to_owned(), empty).0
                });
                let text = &mut texts[place];
                text.items += message.items;
                for (values, value) in text.values.iter_mut().zip(masked.values()) {
                    values.add(value, message.items);
                }
                named.len() + place
            });
            (kind as u32, Attempt::in_message(message.text))
        });
        Self {
            of: of.collect(),
            texts,
        }
    }
}

/// Merges the texts of one template. Returns the kinds, and the kind of each text.
///
/// Templates take 20 times the room of their texts, so those of all texts are never held at once.
fn merged(texts: &IndexMap<String, Text, RandomState>) -> (Vec<Kind>, Vec<usize>) {
    // Each key with its first text, which stands for all of them.
    let mut keys: IndexMap<String, usize, RandomState> = IndexMap::default();
    let mut key_of = Vec::with_capacity(texts.len());
    for (n, text) in texts.keys().enumerate() {
        let entry = keys.entry(key(template(text).iter().map(|part| &part.token)));
        key_of.push(entry.index());
        entry.or_insert(n);
    }
    let first_of = |key: usize| template(text_at(texts, keys[key]).0);
    let mut merge: Vec<usize> = (0..keys.len()).collect();
    // Templates that are merged have the same length.
    let mut wild: BTreeMap<usize, Vec<bool>> = BTreeMap::new();
    if keys.len() <= MOST_TEMPLATES {
        let firsts: Vec<Vec<Part>> = merge.iter().map(|key| first_of(*key)).collect();
        merge = similar(&firsts);
        for (a, of) in firsts.iter().zip(&merge) {
            let wild = wild.entry(*of).or_insert_with(|| vec![false; a.len()]);
            for (wild, (part, first)) in wild.iter_mut().zip(a.iter().zip(&firsts[*of])) {
                *wild |= part.token != first.token;
            }
        }
    }
    // Kinds are in the order of their first keys.
    let mut kind_of_key = vec![0; keys.len()];
    let mut roots = Vec::new();
    for (key, of) in merge.iter().enumerate() {
        if *of == key {
            roots.push(key);
            kind_of_key[key] = roots.len() - 1;
        }
        kind_of_key[key] = kind_of_key[*of];
    }
    let kind_of: Vec<usize> = key_of.iter().map(|key| kind_of_key[*key]).collect();
    let mut members: Vec<usize> = (0..texts.len()).collect();
    members.sort_unstable_by_key(|n| (kind_of[*n], key_of[*n], *n));
    let mut kinds = Vec::with_capacity(roots.len());
    for members in members.chunk_by(|a, b| kind_of[*a] == kind_of[*b]) {
        let root = roots[kinds.len()];
        let first = first_of(root);
        let wild = wild
            .remove(&root)
            .unwrap_or_else(|| vec![false; first.len()]);
        let tokens = first.iter().zip(&wild);
        let tokens =
            tokens.map(|(part, is_wild)| if *is_wild { &Token::Thing } else { &part.token });
        kinds.push(kind(id_of(Some(&key(tokens))), members, texts, &wild));
    }
    (kinds, kind_of)
}

/// Returns a text, with what is known about it.
fn text_at(texts: &IndexMap<String, Text, RandomState>, n: usize) -> (&str, Option<&Text>) {
    texts
        .get_index(n)
        .map_or(("", None), |(key, text)| (key.as_str(), Some(text)))
}

/// Most templates that are compared, and most words of one that is.
const MOST_TEMPLATES: usize = 2_000;
const MOST_WORDS: usize = 48;
/// Fewest words that templates have in common to be merged.
const FEWEST_COMMON: usize = 3;
/// Fewest plain words in one place that are taken for names.
const FEWEST_PLAIN: usize = 4;

/// Finds templates that differ in few words which name things, as Drain does: those with a capital in the middle
/// of a sentence from two on, others from four on. Returns for each template the first that it is merged with.
///
/// What is compared are hashes of templates with one word left out, so the work grows with their words and not
/// with their pairs, and does not depend on their order.
fn similar(templates: &[Vec<Part>]) -> Vec<usize> {
    let mut of: Vec<usize> = (0..templates.len()).collect();
    if templates.len() > MOST_TEMPLATES {
        return of;
    }
    let mut places: BTreeMap<(usize, u64), Vec<usize>> = BTreeMap::new();
    for (n, parts) in templates.iter().enumerate() {
        if parts.len() > MOST_WORDS || parts.len() <= FEWEST_COMMON {
            continue;
        }
        let hashes: Vec<u64> = parts
            .iter()
            .enumerate()
            .map(|(place, part)| xxh3_64_with_seed(part.token.text().as_bytes(), place as u64))
            .collect();
        let sum = hashes
            .iter()
            .fold(0_u64, |sum, hash| sum.wrapping_add(*hash));
        for (place, hash) in hashes.iter().enumerate() {
            let without = sum.wrapping_sub(*hash).wrapping_add(parts.len() as u64);
            places.entry((place, without)).or_default().push(n);
        }
    }
    for ((place, _), alike) in &places {
        if alike.len() < 2 {
            continue;
        }
        let part = |n: &usize| &templates[*n][*place];
        let common = templates[alike[0]].iter().enumerate();
        let common =
            common.filter(|(at, part)| at != place && matches!(part.token, Token::Word(_)));
        if common.count() < FEWEST_COMMON {
            continue;
        }
        let names = |n: &&usize| part(n).is_name || part(n).token == Token::Thing;
        let plain = |n: &&usize| match &part(n).token {
            Token::Word(word) => {
                word.chars()
                    .all(|c| c.is_lowercase() || c == '_' || c == '-')
                    && !is_of_failure(word)
            }
            _ => false,
        };
        let merged: Vec<usize> = match alike.iter().filter(plain).count() >= FEWEST_PLAIN {
            true => alike
                .iter()
                .filter(|n| plain(n) || names(n))
                .copied()
                .collect(),
            false => alike.iter().filter(names).copied().collect(),
        };
        if let Some((first, others)) = merged.split_first() {
            for other in others {
                join(&mut of, *first, *other);
            }
        }
    }
    for n in 0..of.len() {
        of[n] = root(&of, n);
    }
    of
}

fn root(of: &[usize], mut n: usize) -> usize {
    while of[n] != n {
        n = of[n];
    }
    n
}

fn join(of: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(of, a), root(of, b));
    of[a.max(b)] = a.min(b);
}

/// Most slots of a group.
const MOST_SLOTS: usize = 10;

/// Makes a kind of these texts, whose templates differ in the `wild` places.
fn kind(
    id: String,
    members: &[usize],
    texts: &IndexMap<String, Text, RandomState>,
    wild: &[bool],
) -> Kind {
    let text = |n: usize| text_at(texts, n);
    let items = |n: usize| text(n).1.map_or(0, |text| text.items);
    // The text that most items have stands for all.
    let shown = members
        .iter()
        .copied()
        .max_by(|a, b| (items(*a), text(*b).0).cmp(&(items(*b), text(*a).0)));
    let shown = shown.unwrap_or_default();
    let (shown_text, shown_values) = text(shown);
    let shown_template = template(shown_text);
    let is_shown = |place: usize, part: &Part| {
        let is_wild = wild.get(place) == Some(&true);
        !(part.is_list || (matches!(part.token, Token::Word(_)) && !is_wild))
    };
    // What stands in each place of the template.
    let places = shown_template.iter().enumerate();
    let mut values: Vec<Option<Values>> = places
        .map(|(place, part)| is_shown(place, part).then(Values::default))
        .collect();
    let is_any = values.iter().any(Option::is_some);
    for n in members.iter().filter(|_| is_any) {
        let (masked, found) = text(*n);
        for (all, part) in values.iter_mut().zip(template(masked)) {
            let Some(all) = all else {
                continue;
            };
            match (part.is_list, part.mark, found) {
                (false, Some(mark), Some(found)) => all.merge(found.values[mark].clone()),
                (false, None, Some(found)) => all.add(&masked[part.place], found.items),
                _ => *all = Values::Many,
            }
        }
    }
    let mut pattern = String::new();
    let mut slots = Vec::new();
    let mut put = |pattern: &mut String, mask: &'static str, values: Values| match values.only() {
        Some(value) => pattern.push_str(value),
        None => {
            pattern.push_str(mask);
            slots.push(values.summary(mask));
        }
    };
    let (mut at, mut mark) = (0, 0);
    // Marks outside of the template, and in lists, are one by one.
    let mut loose = |pattern: &mut String, text: &str| {
        for c in text.chars() {
            let Some(slot) = Slot::of_mark(c) else {
                pattern.push(c);
                continue;
            };
            let values = shown_values.and_then(|found| found.values.get(mark));
            match values.and_then(Values::only).filter(|_| members.len() == 1) {
                Some(value) => pattern.push_str(value),
                None => pattern.push_str(slot.mask()),
            }
            mark += 1;
        }
        mark
    };
    for (part, values) in shown_template.iter().zip(values) {
        let Some(values) = values else {
            continue;
        };
        loose(&mut pattern, &shown_text[at..part.place.start]);
        let masked = &shown_text[part.place.clone()];
        let slot = masked
            .chars()
            .next()
            .and_then(Slot::of_mark)
            .unwrap_or(Slot::Word);
        put(&mut pattern, slot.mask(), values);
        if part.mark.is_some() {
            // The mark of this place is behind.
            let mut behind = String::new();
            loose(&mut behind, masked);
        }
        at = part.place.end;
    }
    loose(&mut pattern, &shown_text[at..]);
    slots.truncate(MOST_SLOTS);
    Kind {
        id,
        pattern,
        slots,
        class: Class::of(shown_text),
    }
}

#[cfg(test)]
mod tests;
