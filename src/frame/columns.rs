//! The columns of items, declared once: what memory, the exports and their readers call them.
//!
//! A `stored` column is an array in each chunk, a `text` stands in the arena of texts, and a `derived`
//! column is made when the logical frame is asked for ([`super::logical`]).

use std::borrow::Cow;
use std::ops::Range;

use polars_arrow::array::PrimitiveArray;

use super::kinds::{self, Count, Kind, Message, Number, Rare, Status, Time, Values, Word};
use super::texts::{Place, Stored, TextArena};
use crate::api::ItemFields;

/// Calls a macro with the columns of the logical frame, in its order.
macro_rules! item_columns {
    ($make:ident) => {
        $make! {
            /// Batch job of the item: its id, else its label.
            batch_job_id: derived(job_labels),
            /// Id of the item.
            item_id: text(id),
            /// Name of the item.
            item_name: text(name),
            /// Status word; those of [`crate::api::status::KNOWN`] have the codes of their places there.
            status: stored(Status),
            /// When the item began to wait (v2).
            pending_at: stored(Rare<Time>),
            /// When work on the item began.
            started_at: stored(Time),
            /// When it ended.
            completed_at: stored(Time),
            /// Instant that the record speaks of.
            effective_at: stored(Time),
            /// `completed_at - started_at`, negative if they are swapped.
            duration_seconds: derived(durations),
            /// Error message of the latest attempt.
            error_message: stored(Message),
            /// Error group of a failed item.
            error_group: derived(group_labels),
            /// Why the item was skipped.
            skip_reason: stored(Word),
            /// Credits that the item cost (v2).
            credits: stored(Rare<Number>),
            /// Pages that failed of a completed item (v2).
            failed_pages: stored(Rare<Count>),
            /// Id of the parse or extract job behind the item.
            processing_job_id: text(work),
            /// File that the record was read from.
            source: derived(source_labels),
        }
    };
}
pub(super) use item_columns;

/// Makes what holds the stored columns and the texts.
macro_rules! storage {
    ($(
        #[$doc:meta]
        $name:ident: $(stored($kind:ty))? $(text($text:ident))? $(derived($derived:ident))?,
    )+) => {
        /// Names of all columns of the logical frame, in its order.
        pub const COLUMNS: &[&str] = &[$(stringify!($name)),+];

        /// Rows while they are added.
        #[derive(Debug, Default)]
        pub(super) struct Block {
            pub(super) id_hash: Vec<u64>,
            pub(super) place: Vec<Place>,
            $($($name: Vec<<$kind as Kind>::Raw>,)?)+
        }

        impl Block {
            pub(super) fn with_room(rows: usize) -> Self {
                Self {
                    id_hash: Vec::with_capacity(rows),
                    place: Vec::with_capacity(rows),
                    $($($name: kinds::room::<$kind>(rows),)?)+
                }
            }

            pub(super) fn len(&self) -> usize {
                self.place.len()
            }

            #[inline(always)]
            pub(super) fn push(
                &mut self,
                item: &ItemFields<'_>,
                id_hash: u64,
                place: Place,
                words: &mut Words,
            ) {
                let row = self.len();
                self.id_hash.push(id_hash);
                self.place.push(place);
                $($(
                    let raw = <$kind as Kind>::raw(item.$name, &mut words.$name);
                    kinds::push::<$kind>(&mut self.$name, row, raw);
                )?)+
            }

            /// Adds a row of a chunk.
            pub(super) fn push_row(&mut self, chunk: &Chunk, at: usize) {
                let row = self.len();
                self.id_hash.push(chunk.id_hash[at]);
                self.place.push(chunk.place[at]);
                $($(
                    let raw = Values::<$kind>(chunk.$name.values()).raw(at);
                    kinds::push::<$kind>(&mut self.$name, row, raw);
                )?)+
            }

            /// Keeps the first so many rows.
            pub(super) fn truncate(&mut self, rows: usize) {
                self.id_hash.truncate(rows);
                self.place.truncate(rows);
                $($(Vec::<<$kind as Kind>::Raw>::truncate(&mut self.$name, rows);)?)+
            }

            /// Replaces the words of one reader by the same words of all readers.
            pub(super) fn recode(&mut self, by: &Recodes) {
                $($(<$kind as Kind>::recode(&mut self.$name, &by.$name);)?)+
            }
        }

        /// Consecutive rows, which do not change any more.
        #[derive(Debug)]
        pub(super) struct Chunk {
            pub(super) id_hash: Vec<u64>,
            pub(super) place: Vec<Place>,
            $($(pub(super) $name: PrimitiveArray<<$kind as Kind>::Raw>,)?)+
        }

        impl From<Block> for Chunk {
            fn from(block: Block) -> Self {
                Self {
                    id_hash: block.id_hash,
                    place: block.place,
                    $($($name: PrimitiveArray::<<$kind as Kind>::Raw>::from_vec(block.$name),)?)+
                }
            }
        }

        impl Chunk {
            /// View of some rows, the first of which is row `first` of the frame.
            pub(super) fn piece(&self, rows: Range<usize>, first: usize) -> Piece<'_> {
                Piece {
                    first,
                    $($($name: Values::<$kind>::of(self.$name.values(), rows.clone()),)?)+
                }
            }
        }

        /// Words of the columns that hold some.
        #[derive(Debug)]
        pub struct Words {
            $($(#[$doc] pub $name: <$kind as Kind>::Words,)?)+
        }

        impl Default for Words {
            fn default() -> Self {
                Self { $($($name: <$kind as Kind>::words(),)?)+ }
            }
        }

        impl Words {
            /// Takes the words of a reader.
            pub(super) fn join(&mut self, reader: Words) -> Recodes {
                Recodes { $($($name: <$kind as Kind>::join(&mut self.$name, reader.$name),)?)+ }
            }
        }

        /// New codes of the words of one reader.
        #[derive(Debug, Clone)]
        pub(super) struct Recodes {
            $($($name: <$kind as Kind>::Recode,)?)+
        }

        /// Consecutive rows that lie in one piece of memory. Their index counts from the first of them.
        #[derive(Clone, Copy)]
        pub struct Piece<'a> {
            /// The first row's place in the frame.
            pub first: usize,
            $($(#[$doc] pub $name: Values<'a, $kind>,)?)+
        }

        impl Piece<'_> {
            /// The first `rows` rows. All columns are then known to have that length, and no index is
            /// checked against each of them.
            #[inline(always)]
            pub(super) fn cut(&self, rows: usize) -> Self {
                Self {
                    first: self.first,
                    $($($name: Values::<$kind>::of(self.$name.0, 0..rows),)?)+
                }
            }

            /// Values of a row.
            #[inline(always)]
            pub fn row(&self, at: usize) -> Row {
                Row { $($($name: Values::<$kind>::get(self.$name, at),)?)+ }
            }
        }

        /// Stored values of one item: times in microseconds since the epoch, words by their codes.
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct Row {
            $($(#[$doc] pub $name: <$kind as Kind>::Value,)?)+
        }

        /// Texts of one item.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct ItemTexts<'a> {
            $($(#[$doc] pub $text: Option<Cow<'a, str>>,)?)+
        }

        impl<'a> ItemTexts<'a> {
            /// Adds the texts of an item to an arena.
            #[inline(always)]
            pub(super) fn keep(item: &ItemFields<'_>, arena: &mut TextArena) -> Place {
                arena.push([$($({
                    let $text: Option<&str> = item.$name.into();
                    $text
                },)?)+])
            }

            /// Reads the texts at a place of an arena.
            pub(super) fn at(arena: &'a TextArena, place: Place) -> Self {
                let stored = StoredTexts::at(arena, place);
                Self { $($($text: stored.$text.and_then(Stored::read),)?)+ }
            }
        }

        /// Texts of one item as they stand in the arena.
        pub(super) struct StoredTexts<'a> {
            $($(pub(super) $text: Option<Stored<'a>>,)?)+
        }

        impl<'a> StoredTexts<'a> {
            /// Finds the texts at a place of an arena.
            pub(super) fn at(arena: &'a TextArena, place: Place) -> Self {
                let [$($($text,)?)+] = arena.get(place);
                Self { $($($text,)?)+ }
            }
        }
    };
}

item_columns!(storage);

impl Piece<'_> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.status.len()
    }

    /// Tells if there is no row.
    pub fn is_empty(&self) -> bool {
        self.status.is_empty()
    }
}

impl Row {
    /// `completed_at - started_at` in microseconds, negative if they are swapped.
    #[inline(always)]
    pub fn micros(&self) -> Option<i64> {
        Some(self.completed_at? - self.started_at?)
    }
}
