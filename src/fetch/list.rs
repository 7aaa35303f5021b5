//! The item list of a job: page after page by offset, and pass after pass while items are missing.
//!
//! The list can be reordered, or grow, between two requests, and its `total_size` may be an estimate.
//! A pass ends at a page without rows or without an item that is new to the pass; the reading ends
//! when there are as many distinct items as the job states.

use std::collections::HashSet;

use super::body::{self, ItemHash, JobFacts};
use super::error::FetchError;
use super::record::Record;
use crate::snapshot::{Page, Store, StoreError};
use crate::text::{counted, number};

/// A list that is short is read again until this many passes in a row have brought nothing.
const IDLE_PASSES: u32 = 3;
/// Most passes of a reading.
const MAX_PASSES: u32 = 20;
/// Most items of a job, if the server states no total.
const MAX_ITEMS: u64 = 2_000_000;
/// Items that are read whatever total the server states.
const MIN_LIMIT: u64 = 100_000;
/// A list may have this many times the items that the server states.
const LIMIT_PER_STATED: u64 = 10;
/// Most bytes of one reading of a list.
const MAX_BYTES: u64 = 4 << 30;

/// Progress of a reading.
pub(super) struct Reading {
    number: u32,
    pass: u32,
    offset: u64,
    bytes: u64,
    /// Items of the reading.
    pub(super) items: HashSet<ItemHash>,
    /// Items of the current pass.
    in_pass: HashSet<ItemHash>,
    /// Total that the list states; the largest if its pages differ.
    pub(super) total_size: Option<u64>,
}

impl Record<'_> {
    /// Reads the list, from where an earlier run stopped.
    pub(super) fn read_list(&mut self, facts: &JobFacts) -> Result<(), FetchError> {
        let mut reading = recorded(&self.store)?;
        let context = self.context;
        let mut idle = 0;
        loop {
            let before = reading.items.len();
            self.pass(&mut reading, facts)?;
            let found = reading.items.len() as u64;
            let total = facts.total_items.or(reading.total_size);
            self.store.update(|manifest| {
                manifest.distinct_items = found;
                manifest.stated_total = total;
            })?;
            let Some(total) = total.filter(|total| found < *total) else {
                break;
            };
            let is_idle = reading.items.len() == before;
            idle = if is_idle { idle + 1 } else { 0 };
            if idle >= IDLE_PASSES || reading.pass >= MAX_PASSES {
                break;
            }
            self.say(&format!(
                "{} of {} after pass {}; reading the list again",
                number(found),
                counted(total, "item", "items"),
                reading.pass
            ));
            context.worker.pause(context.options.backoff)?;
            reading.pass += 1;
            reading.offset = 0;
            reading.in_pass.clear();
        }
        context.reporter.end_list();
        Ok(())
    }

    /// Reads the list once, from the current offset.
    fn pass(&mut self, reading: &mut Reading, facts: &JobFacts) -> Result<(), FetchError> {
        let worker = self.context.worker;
        let mut pending = worker.start_get(self.page_url(reading.offset), body::items_page);
        loop {
            let (received, page) = worker.wait(&pending)?;
            reading.total_size = reading.total_size.max(page.total_size);
            if page.rows == 0 {
                return Ok(());
            }
            let offset = reading.offset;
            reading.offset = reading.offset.saturating_add(page.rows);
            reading.bytes = reading.bytes.saturating_add(received.body.len() as u64);
            let before = reading.in_pass.len();
            reading.in_pass.extend(&page.items);
            let brings_nothing = reading.in_pass.len() == before;
            reading.items.extend(page.items);
            let total = facts.total_items.or(reading.total_size);
            let is_within_limits = reading.check_limits(total);
            // Asked for before this page is written, so that the server works meanwhile.
            let next = (!brings_nothing && is_within_limits.is_ok())
                .then(|| worker.start_get(self.page_url(reading.offset), body::items_page));
            let found = reading.items.len() as u64;
            self.store.keep_page(
                &received.response(),
                Page {
                    reading: reading.number,
                    pass: reading.pass,
                    offset,
                    rows: page.rows,
                    distinct_items_so_far: found,
                },
            )?;
            is_within_limits?;
            let reporter = self.context.reporter;
            reporter.items(&self.id, found, total);
            match next {
                Some(next) => pending = next,
                None => return Ok(()),
            }
        }
    }

    fn page_url(&self, offset: u64) -> String {
        let Record { id, context, .. } = self;
        context.options.v1_url(
            &format!("/{id}/items"),
            &[
                ("limit", &context.options.page_size.to_string()),
                ("offset", &offset.to_string()),
            ],
        )
    }
}

impl Reading {
    /// Ends a list that goes on far beyond what the server states, before it fills the disk.
    fn check_limits(&self, total: Option<u64>) -> Result<(), FetchError> {
        let most = total.map_or(MAX_ITEMS, |total| {
            let most = total.saturating_mul(LIMIT_PER_STATED);
            most.clamp(MIN_LIMIT, MAX_ITEMS)
        });
        let items = self.items.len() as u64;
        let limit = if items > most {
            counted(items, "item", "items")
        } else if self.bytes > MAX_BYTES {
            format!("{} GiB", MAX_BYTES >> 30)
        } else {
            return Ok(());
        };
        Err(FetchError::Endless {
            what: "items",
            limit,
            stated: total.map(number),
        })
    }
}

/// Progress of the newest reading, from the pages in a snapshot.
pub(super) fn recorded(store: &Store) -> Result<Reading, StoreError> {
    let mut reading = Reading {
        number: 1,
        pass: 1,
        offset: 0,
        bytes: 0,
        items: HashSet::new(),
        in_pass: HashSet::new(),
        total_size: None,
    };
    let Some(manifest) = store.manifest() else {
        return Ok(reading);
    };
    reading.number = manifest.reading;
    let mut pages: Vec<_> = manifest.newest_reading().collect();
    reading.pass = pages.iter().map(|(_, page)| page.pass).max().unwrap_or(1);
    pages.sort_by_key(|(_, page)| (page.pass, page.offset));
    for (entry, page) in pages {
        let Ok(facts) = body::items_page(&store.body(&entry.name)?) else {
            continue;
        };
        reading.total_size = reading.total_size.max(facts.total_size);
        reading.bytes = reading.bytes.saturating_add(entry.bytes);
        // Not every page of a later pass was kept, so such a pass begins anew.
        if reading.pass == 1 && page.offset == reading.offset {
            reading.offset = reading.offset.saturating_add(facts.rows);
            reading.in_pass.extend(&facts.items);
        }
        reading.items.extend(facts.items);
    }
    Ok(reading)
}
