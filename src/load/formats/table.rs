//! Parquet and Arrow files of items: our own exports, and what data frames write.

use crate::api::{Field, ItemRecord, UnreadableTime, Value};
use crate::frame::import::{self, Batch, BinaryFormat};
use crate::load::accumulator::Accumulator;
use crate::load::looks::{Like, Looks};
use crate::load::note::NoteKind;
use crate::load::sink::Sink;
use crate::load::tally::Shape;

/// Reads a file into an accumulator.
pub(in crate::load) fn read(
    accumulator: &mut Accumulator,
    index: u32,
    path: String,
    format: BinaryFormat,
    bytes: &[u8],
) {
    let mut reader = Sink::new(accumulator, index, path, "");
    let start = reader.next_row();
    let mut is_list = false;
    let is_wanted = |name: &str| Field::from_name(name).is_some();
    let result = import::read(format, bytes, is_wanted, |batch| {
        let columns: Vec<Field> = batch.names().filter_map(Field::from_name).collect();
        is_list = columns.contains(&Field::ItemId) && columns.contains(&Field::Status);
        if is_list {
            for row in 0..batch.rows {
                take(&mut reader, batch, &columns, row);
            }
        }
    });
    if let Err(error) = result {
        reader.note(NoteKind::BrokenTable {
            format: format.name(),
            error: error.to_string(),
            kept: (reader.next_row() - start) as u64,
        });
    }
    if is_list {
        reader.documents(1);
        reader.count(Shape::Page);
        reader.list(start, None, None, None);
    }
    reader.finish(Some(bytes.len() as u64), &[], || Looks {
        like: match format {
            BinaryFormat::Parquet => Like::Parquet,
            BinaryFormat::Arrow => Like::Binary,
        },
        packed: None,
    });
}

/// Takes a row. `columns` are the fields of the batch's columns.
fn take(reader: &mut Sink<'_, '_>, batch: &Batch, columns: &[Field], row: usize) {
    let value = |field| {
        let column = columns.iter().position(|column| *column == field)?;
        batch.get(column, row)
    };
    let text = |field| match value(field) {
        Some(import::Value::Text(text)) if !text.is_empty() => Value::Text(text.into()),
        _ => Value::Absent,
    };
    let time = |field| match value(field) {
        Some(import::Value::Time(time)) => Some(time),
        _ => None,
    };
    let mut record = ItemRecord::read(text);
    if let Ok(record) = &mut record {
        for (field, place) in [
            (Field::StartedAt, &mut record.started_at),
            (Field::CompletedAt, &mut record.completed_at),
            (Field::EffectiveAt, &mut record.effective_at),
            (Field::PendingAt, &mut record.pending_at),
        ] {
            if let Some(time) = time(field) {
                *place = time.filter(|time| !time.is_zero());
                if time.is_none() {
                    let text = "beyond the year 9999".into();
                    record
                        .unreadable_time
                        .get_or_insert(UnreadableTime { field, text });
                }
            }
        }
    }
    if let Some(import::Value::Text(job)) = value(Field::BatchJobId) {
        reader.name_job(job);
    }
    reader.item(record, None);
}

#[cfg(test)]
mod tests;
