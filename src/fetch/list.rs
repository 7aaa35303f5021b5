//! The list of a job: page after page by offset, and pass after pass while items are missing.
//!
//! The list can be reordered, or grow, between two requests, and its `total_size` may be an
//! estimate: what ends a pass is a page without rows or without an item that is new to the pass,
//! and what ends the reading is the number of distinct items.

use std::collections::HashSet;

use super::body;
use super::body::JobFacts;
use super::error::FetchError;
use super::job::{JobFetch, answered};
use crate::snapshot::Page;
use crate::words::{counted, number};

/// A list that is short is passed over again until so many passes in a row have brought nothing.
const IDLE_PASSES: u32 = 3;

/// How far a reading is.
struct Reading {
    number: u32,
    pass: u32,
    offset: u64,
    /// The items of the reading.
    items: HashSet<String>,
    /// The items of the pass.
    in_pass: HashSet<String>,
    /// The total the list states; the largest, where its pages differ.
    total_size: Option<u64>,
}

impl JobFetch<'_> {
    /// Reads the list, from where an earlier run stopped.
    pub(super) fn read_list(&mut self, facts: &JobFacts) -> Result<(), FetchError> {
        let mut reading = self.resume()?;
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
            idle = if reading.items.len() == before {
                idle + 1
            } else {
                0
            };
            if idle >= IDLE_PASSES {
                break;
            }
            self.reporter.say(&format!(
                "{}: {} of {} after pass {}; reading the list again",
                self.id,
                number(found),
                counted(total, "item", "items"),
                reading.pass
            ));
            self.worker.pause(self.options.backoff)?;
            reading.pass += 1;
            reading.offset = 0;
            reading.in_pass.clear();
        }
        self.reporter.end_list();
        Ok(())
    }

    /// Where the reading stands, by the pages that are there.
    fn resume(&self) -> Result<Reading, FetchError> {
        let mut reading = Reading {
            number: 1,
            pass: 1,
            offset: 0,
            items: HashSet::new(),
            in_pass: HashSet::new(),
            total_size: None,
        };
        let Some(manifest) = self.store.manifest() else {
            return Ok(reading);
        };
        reading.number = manifest.reading;
        let mut pages: Vec<_> = manifest.newest_reading().collect();
        reading.pass = pages.iter().map(|(_, page)| page.pass).max().unwrap_or(1);
        pages.sort_by_key(|(_, page)| (page.pass, page.offset));
        for (entry, page) in pages {
            let Ok(facts) = body::page(&self.store.body(&entry.name)?) else {
                continue;
            };
            reading.total_size = reading.total_size.max(facts.total_size);
            // Of a later pass not every page was kept; it begins anew.
            if reading.pass == 1 && page.offset == reading.offset {
                reading.offset = reading.offset.saturating_add(page.rows);
                reading.in_pass.extend(facts.ids.iter().cloned());
            }
            reading.items.extend(facts.ids);
        }
        Ok(reading)
    }

    /// Passes over the list once, from the offset the reading is at.
    fn pass(&mut self, reading: &mut Reading, facts: &JobFacts) -> Result<(), FetchError> {
        let mut ticket = self.worker.ask(self.page_url(reading.offset), body::page);
        loop {
            let (answer, page) = self.worker.wait(&ticket)?;
            reading.total_size = reading.total_size.max(page.total_size);
            if page.rows == 0 {
                return Ok(());
            }
            let offset = reading.offset;
            reading.offset = reading.offset.saturating_add(page.rows);
            let before = reading.in_pass.len();
            reading.in_pass.extend(page.ids.iter().cloned());
            let brings_nothing = reading.in_pass.len() == before;
            // Asked for before this page is written, so that the server works meanwhile.
            let next = (!brings_nothing)
                .then(|| self.worker.ask(self.page_url(reading.offset), body::page));
            reading.items.extend(page.ids);
            let found = reading.items.len() as u64;
            self.store.keep_page(
                &answered(&answer),
                Page {
                    reading: reading.number,
                    pass: reading.pass,
                    offset,
                    rows: page.rows,
                    distinct_items_so_far: found,
                },
            )?;
            let total = facts.total_items.or(reading.total_size);
            self.reporter.items(&self.id, found, total);
            match next {
                Some(next) => ticket = next,
                None => return Ok(()),
            }
        }
    }

    fn page_url(&self, offset: u64) -> String {
        self.options.url(
            &format!("/{}/items", self.id),
            &[
                ("limit", self.options.page_size.to_string()),
                ("offset", offset.to_string()),
            ],
        )
    }
}
