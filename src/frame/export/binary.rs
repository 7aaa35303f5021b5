//! Parquet and Arrow IPC, by the writers of polars.

use std::io::Write;
use std::sync::Arc;

use polars::prelude::{CompatLevel, PolarsError, SchemaExt};
use polars_arrow::datatypes::ArrowSchema;
use polars_arrow::io::ipc::write as ipc;
use polars_parquet::write::{
    CompressionOptions, Encoding, FileWriter, RowGroupIterator, StatisticsOptions, Version,
    WriteOptions, ZstdLevel,
};

use super::ExportError;
use crate::frame::{ItemFrame, Labels};

/// Strings of Arrow 1.0: many readers do not know those with views yet.
const COMPAT: CompatLevel = CompatLevel::oldest();

/// Level of zstd: a higher one takes longer and writes hardly fewer bytes.
const ZSTD_LEVEL: i32 = 3;

/// Writes a Parquet file, with a group of rows for each part of the frame.
///
/// # Errors
///
/// Fails if the output fails.
pub fn parquet(items: &ItemFrame, labels: &Labels<'_>, out: impl Write) -> Result<(), ExportError> {
    let options = WriteOptions {
        statistics: StatisticsOptions::default(),
        version: Version::V1,
        compression: CompressionOptions::Zstd(Some(ZstdLevel::try_new(ZSTD_LEVEL)?)),
        data_page_size: None,
    };
    let schema = schema(items, labels)?;
    let columns = schema.len();
    let encodings = || vec![vec![Encoding::RleDictionary]; columns].into();
    let mut writer = FileWriter::try_new(out, schema.clone(), options)?;
    for part in items.part_frames(labels) {
        let part = part?;
        let batches = part.iter_chunks(COMPAT, false).map(Ok);
        for group in RowGroupIterator::try_new(batches, &schema, options, encodings())? {
            writer.write(part.height() as u64, group?)?;
        }
    }
    writer.end(None)?;
    Ok(writer.into_inner().flush()?)
}

/// Writes an Arrow IPC file, with a record batch for each part of the frame. It is not compressed, so
/// that readers can map it.
///
/// # Errors
///
/// Fails if the output fails.
pub fn arrow(items: &ItemFrame, labels: &Labels<'_>, out: impl Write) -> Result<(), ExportError> {
    let schema = Arc::new(schema(items, labels)?);
    let options = ipc::WriteOptions { compression: None };
    let mut writer = ipc::FileWriter::try_new(out, schema, None, options)?;
    for part in items.part_frames(labels) {
        for batch in part?.iter_chunks(COMPAT, false) {
            writer.write(&batch, None)?;
        }
    }
    Ok(writer.finish()?)
}

fn schema(items: &ItemFrame, labels: &Labels<'_>) -> Result<ArrowSchema, PolarsError> {
    Ok(items.part_frame(labels, 0..0)?.schema().to_arrow(COMPAT))
}
