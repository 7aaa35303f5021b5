//! Views of the columns: plain slices, so that no statistic knows of polars.

use super::blocks::{NO_TIME, NO_WORD};

/// Rows that stand one after another in the frame, in pieces that each lie in one place of memory.
pub struct Rows<'a> {
    pieces: Vec<Piece<'a>>,
    len: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn of(pieces: impl Iterator<Item = Piece<'a>>) -> Self {
        let pieces: Vec<Piece<'a>> = pieces.collect();
        Self {
            len: pieces.iter().map(Piece::len).sum(),
            pieces,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The pieces, in order; none is empty.
    pub fn pieces(&self) -> &[Piece<'a>] {
        &self.pieces
    }

    /// Takes each row, with its place in the frame. What a figure does not ask for is not read, as long
    /// as this is inlined.
    #[inline(always)]
    pub fn each(&self, mut take: impl FnMut(usize, Row)) {
        for piece in &self.pieces {
            let piece = piece.begin(piece.len());
            for at in 0..piece.len() {
                take(piece.first + at, piece.row(at));
            }
        }
    }
}

/// Some rows, with the columns that figures are made from. Their index counts from the first of these
/// rows.
#[derive(Clone, Copy)]
pub struct Piece<'a> {
    /// The first of them in the frame.
    pub first: usize,
    /// Status words by number, those of [`crate::api::status::KNOWN`] by their place there.
    pub status: &'a [u32],
    /// Starts.
    pub started_at: Times<'a>,
    /// Ends.
    pub completed_at: Times<'a>,
    /// The instants the records speak of.
    pub effective_at: Times<'a>,
    /// Error messages.
    pub error_message: Codes<'a>,
    /// Skip reasons.
    pub skip_reason: Codes<'a>,
}

impl Piece<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.status.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.status.is_empty()
    }

    /// The first so many of them. All columns are then known to be of one length, so that it need not be
    /// looked at for each row and column whether there is one.
    #[inline(always)]
    fn begin(&self, rows: usize) -> Self {
        Self {
            first: self.first,
            status: &self.status[..rows],
            started_at: Times(&self.started_at.0[..rows]),
            completed_at: Times(&self.completed_at.0[..rows]),
            effective_at: Times(&self.effective_at.0[..rows]),
            error_message: Codes(&self.error_message.0[..rows]),
            skip_reason: Codes(&self.skip_reason.0[..rows]),
        }
    }

    /// What stands in a row.
    #[inline(always)]
    pub fn row(&self, at: usize) -> Row {
        Row {
            status: self.status[at],
            started_at: self.started_at.get(at),
            completed_at: self.completed_at.get(at),
            effective_at: self.effective_at.get(at),
            error_message: self.error_message.get(at),
            skip_reason: self.skip_reason.get(at),
        }
    }
}

/// What the columns hold of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The number of its status word.
    pub status: u32,
    /// When work on it began, in microseconds since the epoch.
    pub started_at: Option<i64>,
    /// When it ended.
    pub completed_at: Option<i64>,
    /// The instant its record speaks of.
    pub effective_at: Option<i64>,
    /// The number of its error message.
    pub error_message: Option<u32>,
    /// The number of its skip reason.
    pub skip_reason: Option<u32>,
}

impl Row {
    /// `completed_at - started_at` in microseconds, negative where they are swapped.
    #[inline(always)]
    pub fn micros(&self) -> Option<i64> {
        Some(self.completed_at? - self.started_at?)
    }
}

/// A column of instants, in microseconds since the epoch.
#[derive(Clone, Copy)]
pub struct Times<'a>(pub(super) &'a [i64]);

impl Times<'_> {
    /// The instant of a row; `None` where it is absent.
    #[inline(always)]
    pub fn get(self, row: usize) -> Option<i64> {
        Some(self.0[row]).filter(|time| *time != NO_TIME)
    }
}

/// A column of texts that repeat, by their numbers.
#[derive(Clone, Copy)]
pub struct Codes<'a>(pub(super) &'a [u32]);

impl Codes<'_> {
    /// The number of a row's text; `None` where it is absent.
    #[inline(always)]
    pub fn get(self, row: usize) -> Option<u32> {
        Some(self.0[row]).filter(|code| *code != NO_WORD)
    }
}
