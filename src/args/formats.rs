//! Formats and places as clap knows them.

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::render::Format;
use crate::render::format::FORMATS;
use crate::render::place::Place;

/// A format as clap knows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawFormat(pub(super) Format);

impl ValueEnum for RawFormat {
    fn value_variants<'a>() -> &'a [Self] {
        const VARIANTS: [RawFormat; FORMATS.len()] = {
            let mut variants = [RawFormat(Format::Text); FORMATS.len()];
            let mut at = 0;
            while at < FORMATS.len() {
                variants[at] = RawFormat(FORMATS[at].format);
                at += 1;
            }
            variants
        };
        &VARIANTS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let row = self.0.row();
        let aliases = row.aliases.iter().copied();
        Some(
            PossibleValue::new(row.name)
                .help(row.purpose)
                .aliases(aliases)
                .hide(matches!(row.format, Format::Ticket(_))),
        )
    }
}

/// Places that texts are made for, by their names.
pub(super) fn places() -> impl TypedValueParser<Value = Format> {
    let rows = FORMATS.iter();
    let places =
        rows.filter(|row| matches!(row.format, Format::Ticket(place) if place != Place::Brief));
    let values = places.map(|row| PossibleValue::new(row.name).help(row.purpose));
    PossibleValuesParser::new(values)
        .map(|name| Format::by_name(&name).unwrap_or(Format::Ticket(Place::Plain)))
}
