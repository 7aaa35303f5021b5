//! Fits a ticket into a limit: first lines are left out in a fixed order, then texts are shortened.

use super::markup::{Block, Markup};
use crate::render::escape::cut;
use crate::say::ticket::{Kind, LEFT_OUT_FIRST, Line, Part, Span, Ticket, left_out, more};

/// Limit of a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    /// Maximum length.
    length: usize,
    /// Unit of the length.
    unit: Unit,
    /// Maximum number of lines.
    lines: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
enum Unit {
    Bytes,
    /// UTF-16 units: never fewer than characters.
    Characters,
}

impl Limit {
    pub(super) const fn bytes(length: usize) -> Self {
        Self {
            length,
            unit: Unit::Bytes,
            lines: None,
        }
    }

    pub(super) const fn characters(length: usize) -> Self {
        Self {
            unit: Unit::Characters,
            ..Self::bytes(length)
        }
    }

    /// The same limit, with a number of lines beside it.
    pub(super) const fn and_lines(self, lines: usize) -> Self {
        Self {
            lines: Some(lines),
            ..self
        }
    }

    /// The same limit, or `most` if that is less.
    pub(super) fn shorter(self, most: usize) -> Self {
        Self {
            length: self.length.min(most),
            ..self
        }
    }

    pub(super) fn measure(self, text: &str) -> usize {
        match self.unit {
            Unit::Bytes => text.len(),
            Unit::Characters => text.encode_utf16().count(),
        }
    }

    pub(super) fn holds(self, text: &str) -> bool {
        self.measure(text) <= self.length
            && self.lines.is_none_or(|most| text.lines().count() <= most)
    }
}

/// Maximum lengths of texts in the output, in bytes of its markup.
#[derive(Debug, Clone, Copy)]
struct Widths {
    sentence: usize,
    quote: usize,
    /// Nothing but the verdict, counts, the first error group and what to do next.
    is_bare: bool,
}

impl Widths {
    const fn of(sentence: usize, quote: usize, is_bare: bool) -> Self {
        Self {
            sentence,
            quote,
            is_bare,
        }
    }
}

/// Widths that are tried one after another.
const WIDTHS: [Widths; 6] = [
    Widths::of(1_200, 400, false),
    Widths::of(600, 200, false),
    Widths::of(300, 100, false),
    Widths::of(150, 60, false),
    Widths::of(80, 40, true),
    Widths::of(45, 20, true),
];

/// Writes as much of a ticket as fits.
pub(super) fn fit(ticket: &Ticket, markup: Markup, limit: Limit, whole: Option<&str>) -> String {
    let order = order(&ticket.parts);
    let write = |dropped: usize, widths: Widths| {
        let writer = Writer {
            ticket,
            markup,
            widths,
            is_brief: limit.lines.is_some(),
            whole,
        };
        writer.write(&order[..dropped])
    };
    for widths in WIDTHS {
        let mut best = write(order.len(), widths);
        if !limit.holds(&best) {
            continue;
        }
        // The fewest lines that have to go.
        let (mut low, mut high) = (0, order.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let text = write(middle, widths);
            match limit.holds(&text) {
                true => (best, high) = (text, middle),
                false => low = middle + 1,
            }
        }
        return best;
    }
    write(order.len(), WIDTHS[WIDTHS.len() - 1])
}

/// Parts of the lines that may be left out, in the order in which they go.
fn order(parts: &[Part]) -> Vec<usize> {
    let mut order = Vec::new();
    for kind in LEFT_OUT_FIRST {
        for (at, part) in parts.iter().enumerate() {
            if part.kind == kind {
                let lines = part.lines.len().saturating_sub(kind.least());
                order.extend(std::iter::repeat_n(at, lines));
            }
        }
    }
    order
}

struct Writer<'a> {
    ticket: &'a Ticket,
    markup: Markup,
    widths: Widths,
    /// Without headings.
    is_brief: bool,
    whole: Option<&'a str>,
}

impl Writer<'_> {
    fn write(&self, dropped: &[usize]) -> String {
        let is_bare = self.widths.is_bare;
        let mut blocks = Vec::new();
        if !is_bare {
            blocks.push(Block::Title(self.title()));
        }
        blocks.push(Block::Verdict(self.sentence(&self.ticket.verdict)));
        if !is_bare {
            blocks.push(Block::Text(self.sentence(&self.ticket.trust)));
        }
        let mut gone: Vec<(Kind, u64)> = Vec::new();
        for (at, part) in self.ticket.parts.iter().enumerate() {
            let fewer = dropped.iter().filter(|other| **other == at).count();
            let kept = &part.lines[..part.lines.len() - fewer];
            if fewer > 0 {
                gone.push((part.kind, fewer as u64 + part.more));
            }
            if kept.is_empty() {
                continue;
            }
            // Without room, one line of each has to do.
            let is_first_enough = matches!(part.kind, Kind::Counts | Kind::Next) && self.is_brief;
            let kept = match is_bare || is_first_enough {
                true => &kept[..1],
                false => kept,
            };
            let mut lines: Vec<String> = kept.iter().map(|line| self.line(line)).collect();
            if fewer == 0 && part.more > 0 && !self.is_brief && !is_bare {
                lines.push(self.sentence(&more(part.more)));
            }
            let needs_heading = !is_bare && !self.is_brief;
            blocks.push(Block::List {
                heading: part.kind.heading().filter(|_| needs_heading),
                lines,
                is_folded: part.kind == Kind::Failed || part.kind == Kind::Slowest,
            });
        }
        if !is_bare {
            if !gone.is_empty() || self.whole.is_some() {
                blocks.push(Block::Text(self.sentence(&left_out(&gone, self.whole))));
            }
            blocks.push(Block::MadeBy(self.sentence(&self.ticket.made_by)));
        }
        self.markup.write(&blocks, self.widths.sentence)
    }

    fn title(&self) -> String {
        let most = 140.min(self.widths.sentence);
        let title = self.markup.within(&self.ticket.title, most, Markup::words);
        format!("{} {title}", self.ticket.symbol)
    }

    fn sentence(&self, text: &str) -> String {
        self.markup
            .within(text, self.widths.sentence, Markup::words)
    }

    fn line(&self, line: &Line) -> String {
        let spans = line.iter().map(|span| match span {
            Span::Words(words) => self.sentence(words),
            Span::Foreign(text) => self.markup.within(text, self.widths.quote, Markup::foreign),
            Span::Command(line) => self.markup.foreign(line),
        });
        spans.collect::<Vec<_>>().join(" ")
    }
}

impl Markup {
    /// Writes a text in at most so many bytes, cut if need be.
    fn within(self, text: &str, most: usize, write: fn(Self, &str) -> String) -> String {
        let mut columns = most;
        loop {
            let written = write(self, &cut(text, columns));
            if written.len() <= most || columns <= 1 {
                return written;
            }
            columns = (columns * most / written.len()).min(columns - 1).max(1);
        }
    }
}
