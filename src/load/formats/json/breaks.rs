//! Documents that break: all of them counted, the first few described.

use crate::load::note::{Break, NoteKind, Place};
use crate::load::sink::Sink;

/// Documents of a text that break.
#[derive(Default)]
pub(super) struct Breaks {
    count: u64,
    described: Vec<NoteKind>,
}

/// Maximum number of broken documents that are described; each costs a count of the lines before it.
const DESCRIBED: usize = 3;

impl Breaks {
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds a document that began at `start` and broke at `end`, after `kept` of its items.
    pub(super) fn add(&mut self, text: &str, start: usize, end: usize, kept: u64, cut: bool) {
        self.count += 1;
        if self.described.len() == DESCRIBED {
            return;
        }
        let found = Break {
            begin: (start > 0).then(|| Place::of(text, start)),
            at: Place::of(text, end),
            kept,
        };
        self.described.push(match cut {
            true => NoteKind::CutDocument(found),
            false => NoteKind::BrokenDocument(found),
        });
    }

    /// Notes all of them.
    pub(super) fn note(self, sink: &mut Sink<'_, '_>) {
        let more = self.count - self.described.len() as u64;
        for kind in self.described {
            sink.note(kind);
        }
        if more > 0 {
            sink.note(NoteKind::MoreBrokenDocuments(more));
        }
    }
}
