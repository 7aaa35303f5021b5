//! Data that breakdowns are made from: status and duration of each item, and dimensions over several jobs.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;

use super::super::dimensions::{Kind, MOST_VALUES, NONE, NamedDimension, Values};
use super::Value;
use crate::api::status::code::COMPLETED;
use crate::frame::ItemFrame;

/// Status and duration of each item of a job.
pub(super) struct Facts {
    pub(super) statuses: Vec<u32>,
    /// Durations of completed items in microseconds; negative if unknown.
    pub(super) micros: Vec<i64>,
}

impl Facts {
    pub(super) fn of(items: &ItemFrame, rows: &Range<usize>) -> Self {
        let mut facts = Self {
            statuses: Vec::with_capacity(rows.len()),
            micros: Vec::with_capacity(rows.len()),
        };
        items.rows(rows.clone()).each(|_, row| {
            facts.statuses.push(row.status);
            let micros = row.micros().filter(|_| row.status == COMPLETED);
            facts.micros.push(micros.unwrap_or(-1));
        });
        facts
    }
}

/// A dimension over several jobs, each with its own codes.
pub(super) struct Merged<'a> {
    pub(super) kind: Kind,
    pub(super) words: Vec<&'a str>,
    /// Codes of the rows of each job, and what they are among those of all.
    pub(super) jobs: Vec<Option<(&'a [u16], Vec<u16>)>>,
}

impl<'a> Merged<'a> {
    /// Merges the values of the dimension of this kind; absent if it is left out, or has one value only.
    pub(super) fn of(kind: Kind, jobs: &[&'a [Values]], sizes: &[usize]) -> Option<Self> {
        let mut merged = Self {
            kind,
            words: Vec::new(),
            jobs: Vec::new(),
        };
        let mut codes: HashMap<&str, u16, RandomState> = HashMap::default();
        let (mut any_none, mut any_left_out) = (false, false);
        for (values, size) in jobs.iter().zip(sizes) {
            let Some(values) = values.iter().find(|values| values.kind == kind) else {
                any_left_out |= *size > MOST_VALUES;
                any_none |= *size > 0;
                merged.jobs.push(None);
                continue;
            };
            let mut code = |word: &'a str| {
                *codes.entry(word).or_insert_with(|| {
                    merged.words.push(word);
                    merged.words.len() as u16 - 1
                })
            };
            let own: Vec<u16> = values.words.iter().map(|word| code(word)).collect();
            if merged.words.len() > MOST_VALUES {
                return None;
            }
            any_none |= values.codes.contains(&NONE);
            merged.jobs.push(Some((&values.codes, own)));
        }
        let is_one = merged.words.len() < 2 && !any_none;
        (!any_left_out && !merged.words.is_empty() && !is_one).then_some(merged)
    }

    /// Code of a row of a job.
    #[inline]
    pub(super) fn code(&self, job: usize, at: usize) -> Option<usize> {
        let (codes, own) = self.jobs[job].as_ref()?;
        own.get(codes[at] as usize).map(|code| *code as usize)
    }

    pub(super) fn value(&self, code: usize, named: &[NamedDimension]) -> Value {
        let dimension = match self.kind {
            Kind::Named(at) => named.get(at).map(|dimension| dimension.name.clone()),
            _ => None,
        };
        Value {
            kind: self.kind,
            dimension,
            word: self.words[code].to_owned(),
        }
    }
}
