//! Columns of Parquet and Arrow files, read by polars and bounded before polars sees them: files are
//! hostile until they are read, and what they claim about sizes is checked first.

use std::cell::Cell;
use std::io::Cursor;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use polars::polars_compute::cast::{CastOptionsImpl, cast};
use polars::prelude::{PolarsError, polars_bail, polars_err};
use polars_arrow::array::{Array, PrimitiveArray, StaticArray, Utf8ViewArray, new_empty_array};
use polars_arrow::datatypes::{ArrowDataType, Field, TimeUnit};
use polars_arrow::io::ipc::format::ipc as flat;
use polars_arrow::io::ipc::format::ipc::planus::ReadAsRoot;
use polars_arrow::io::ipc::read as ipc;
use polars_buffer::Buffer;
use polars_parquet::read::{
    BasicDecompressor, RowGroupMetadata, column_iter_to_arrays, get_page_iterator, read_metadata,
    schema::parquet_to_arrow_schema,
};
use polars_parquet_format::thrift::protocol::TCompactInputProtocol;
use polars_parquet_format::{Encoding, PageHeader};

use crate::api::UtcTime;

/// A binary format of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryFormat {
    /// Apache Parquet.
    Parquet,
    /// An Arrow IPC file.
    Arrow,
}

impl BinaryFormat {
    /// Recognises a file by its first bytes.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'P', b'A', b'R', b'1', ..] => Some(Self::Parquet),
            [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Some(Self::Arrow),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Parquet => "Parquet",
            Self::Arrow => "Arrow",
        }
    }
}

/// Consecutive rows of a file.
pub struct Batch {
    /// Number of rows.
    pub rows: usize,
    columns: Vec<(String, Cells)>,
}

/// Values of a column.
enum Cells {
    /// Anything but times, as text.
    Texts(Utf8ViewArray),
    /// Times in microseconds since the epoch.
    Times(PrimitiveArray<i64>),
}

/// A value of a column.
pub enum Value<'a> {
    /// Text, or a number as text.
    Text(&'a str),
    /// A time of a column of times; absent if it lies outside of the years 0 to 9999.
    Time(Option<UtcTime>),
}

impl Batch {
    /// Names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| &**name)
    }

    /// Value of a row; `None` if it is null.
    pub fn get(&self, column: usize, row: usize) -> Option<Value<'_>> {
        match &self.columns.get(column)?.1 {
            Cells::Texts(texts) => texts.get(row).map(Value::Text),
            Cells::Times(times) => times.get(row).map(UtcTime::from_micros).map(Value::Time),
        }
    }

    fn of_no_rows<'f>(fields: impl Iterator<Item = &'f Field>) -> Result<Self, PolarsError> {
        let mut batch = Self {
            rows: 0,
            columns: Vec::new(),
        };
        for field in fields {
            let array = new_empty_array(field.dtype().clone());
            batch.add(field, &*array, &mut Budget(0))?;
        }
        Ok(batch)
    }

    /// Adds a column.
    fn add(
        &mut self,
        field: &Field,
        array: &dyn Array,
        budget: &mut Budget,
    ) -> Result<(), PolarsError> {
        let time = ArrowDataType::Timestamp(TimeUnit::Microsecond, None);
        let cells = match field.dtype() {
            ArrowDataType::Timestamp(..) | ArrowDataType::Date32 | ArrowDataType::Date64 => {
                let array = cast(array, &time, CastOptionsImpl::default())?;
                array.as_any().downcast_ref().cloned().map(Cells::Times)
            }
            _ => {
                let array = cast(array, &ArrowDataType::Utf8View, CastOptionsImpl::default())?;
                array.as_any().downcast_ref().cloned().map(Cells::Texts)
            }
        };
        if let Some(Cells::Texts(texts)) = &cells {
            budget.take(
                texts
                    .views()
                    .iter()
                    .map(|view| u64::from(view.length))
                    .sum(),
            )?;
        }
        self.columns
            .extend(cells.map(|cells| (field.name.to_string(), cells)));
        Ok(())
    }
}

/// Reads a file batch by batch, the first of no rows. Only columns whose name is `wanted` are read; nested ones never.
///
/// # Errors
///
/// Fails if the file is broken, or would take memory out of proportion to its size; batches before the
/// break have been taken then.
pub fn read(
    format: BinaryFormat,
    bytes: &[u8],
    wanted: impl Fn(&str) -> bool,
    mut take: impl FnMut(&Batch),
) -> Result<(), PolarsError> {
    let mut budget = Budget::of(bytes.len());
    let is_wanted = |field: &Field| wanted(&field.name) && !field.dtype().is_nested();
    match format {
        BinaryFormat::Parquet => {
            let bytes: Buffer<u8> = bytes.to_vec().into();
            let metadata = quietly(|| read_metadata(&mut Cursor::new(&bytes[..])))?;
            let schema = quietly(|| Ok(parquet_to_arrow_schema(metadata.schema().fields())))?;
            let fields: Vec<&Field> = schema
                .iter_values()
                .filter(|field| is_wanted(field))
                .collect();
            take(&quietly(|| Batch::of_no_rows(fields.iter().copied()))?);
            for group in &metadata.row_groups {
                take(&quietly(|| row_group(&bytes, group, &fields, &mut budget))?);
            }
        }
        BinaryFormat::Arrow => {
            let metadata = quietly(|| ipc::read_file_metadata(&mut Cursor::new(bytes)))?;
            if metadata
                .dictionaries
                .as_ref()
                .is_some_and(|blocks| !blocks.is_empty())
            {
                polars_bail!(ComputeError: "dictionary-encoded columns are not supported");
            }
            for block in &metadata.blocks {
                quietly(|| check_block(bytes, block, &mut budget))?;
            }
            let fields = metadata.schema.iter_values().enumerate();
            let fields: Vec<(usize, Field)> = fields
                .filter(|(_, field)| is_wanted(field))
                .map(|(at, field)| (at, field.clone()))
                .collect();
            take(&quietly(|| {
                Batch::of_no_rows(fields.iter().map(|(_, field)| field))
            })?);
            if fields.is_empty() {
                return Ok(());
            }
            let projection = fields.iter().map(|(at, _)| *at).collect();
            let reader = Cursor::new(bytes);
            let mut batches = ipc::FileReader::new(reader, metadata, Some(projection), None);
            while let Some(arrays) = quietly(|| batches.next().transpose())? {
                let mut batch = Batch {
                    rows: arrays.len(),
                    columns: Vec::new(),
                };
                for ((_, field), array) in fields.iter().zip(arrays.arrays()) {
                    quietly(|| batch.add(field, &**array, &mut budget))?;
                }
                take(&batch);
            }
        }
    }
    Ok(())
}

/// Memory that a file may still take.
struct Budget(u64);

impl Budget {
    /// A file may always take this much, and else so many times its size, as compressed dumps may.
    const ALWAYS_BYTES: u64 = 256 << 20;
    const RATIO: u64 = 200;
    /// Least memory of a row that was read.
    const ROW_BYTES: u64 = 64;

    fn of(bytes: usize) -> Self {
        Self(Self::ALWAYS_BYTES.saturating_add(Self::RATIO.saturating_mul(bytes as u64)))
    }

    fn take(&mut self, bytes: u64) -> Result<(), PolarsError> {
        let left = self.0.checked_sub(bytes);
        self.0 = left.ok_or_else(
            || polars_err!(ComputeError: "it would take memory out of proportion to its size"),
        )?;
        Ok(())
    }

    fn take_rows(&mut self, rows: u64) -> Result<(), PolarsError> {
        self.take(rows.saturating_mul(Self::ROW_BYTES))
    }
}

/// Columns of a row group of a Parquet file.
fn row_group(
    bytes: &Buffer<u8>,
    group: &RowGroupMetadata,
    fields: &[&Field],
    budget: &mut Budget,
) -> Result<Batch, PolarsError> {
    let rows = group.num_rows();
    budget.take_rows(rows as u64)?;
    let mut batch = Batch {
        rows,
        columns: Vec::new(),
    };
    for field in fields {
        let mut chunks = group
            .columns_under_root_iter(&field.name)
            .into_iter()
            .flatten();
        let (Some(chunk), None) = (chunks.next(), chunks.next()) else {
            polars_bail!(ComputeError: "column `{}` is not there once", field.name);
        };
        let descriptor = &chunk.descriptor().descriptor;
        if chunk.num_values() != rows as i64 || descriptor.max_rep_level != 0 {
            polars_bail!(ComputeError: "column `{}` has not one value per row", field.name);
        }
        check_pages(bytes, chunk.byte_range().start, rows, budget)?;
        let reader = Cursor::new(bytes.clone());
        let pages = get_page_iterator(chunk, reader, Vec::new(), bytes.len())?;
        let pages = vec![BasicDecompressor::new(pages, Vec::new())];
        let types = vec![&descriptor.primitive_type];
        let (arrays, _) = column_iter_to_arrays(pages, types, (*field).clone(), None)?;
        let [array] = &arrays[..] else {
            polars_bail!(ComputeError: "column `{}` is in several pieces", field.name);
        };
        if array.len() != rows {
            polars_bail!(ComputeError: "column `{}` is too short", field.name);
        }
        batch.add(field, &**array, budget)?;
    }
    Ok(batch)
}

/// Checks what the pages of a column claim, as polars makes room for it before it reads it.
fn check_pages(
    bytes: &[u8],
    start: u64,
    rows: usize,
    budget: &mut Budget,
) -> Result<(), PolarsError> {
    let broken = || polars_err!(ComputeError: "a page is broken");
    let mut at = usize::try_from(start).map_err(|_| broken())?;
    let mut values = 0;
    while values < rows {
        let mut rest = Cursor::new(bytes.get(at..).ok_or_else(broken)?);
        let mut protocol = TCompactInputProtocol::new(&mut rest, bytes.len());
        let header = PageHeader::read_from_in_protocol(&mut protocol).map_err(|_| broken())?;
        let size = |size: i32| usize::try_from(size).map_err(|_| broken());
        let unpacked = size(header.uncompressed_page_size)?;
        budget.take(unpacked as u64)?;
        let (v1, v2) = (&header.data_page_header, &header.data_page_header_v2);
        let data = v1.as_ref().map(|page| (page.num_values, page.encoding));
        let data = data.or(v2.as_ref().map(|page| (page.num_values, page.encoding)));
        match (data, &header.dictionary_page_header) {
            // It writes values as what they add to the one before, so that few bytes can be many texts.
            (Some((_, Encoding::DELTA_BYTE_ARRAY)), _) => {
                polars_bail!(ComputeError: "texts in the encoding DELTA_BYTE_ARRAY are not supported")
            }
            (Some((count, _)), None) => values += size(count)?,
            (None, Some(dictionary)) if size(dictionary.num_values)? <= unpacked => {
                budget.take(16 * unpacked as u64)?;
            }
            _ => return Err(broken()),
        }
        at = at
            .checked_add(rest.position() as usize)
            .and_then(|at| at.checked_add(size(header.compressed_page_size).ok()?))
            .ok_or_else(broken)?;
    }
    if values != rows {
        return Err(broken());
    }
    Ok(())
}

/// Checks what a record batch of an Arrow file claims, as polars makes room for it before it reads it.
fn check_block(bytes: &[u8], block: &flat::Block, budget: &mut Budget) -> Result<(), PolarsError> {
    let broken = || polars_err!(ComputeError: "a record batch is broken");
    let from = |at: i64| bytes.get(usize::try_from(at).ok()?..);
    let message = from(block.offset).ok_or_else(broken)?;
    let message = message.strip_prefix(&[0xff; 4]).unwrap_or(message);
    let message = message.get(4..).ok_or_else(broken)?;
    let message = flat::MessageRef::read_as_root(message)?;
    let Some(flat::MessageHeaderRef::RecordBatch(batch)) = message.header()? else {
        return Err(broken());
    };
    if batch.compression()?.is_some() {
        polars_bail!(ComputeError: "compressed Arrow files are not supported; write it uncompressed, or as Parquet");
    }
    let rows = u64::try_from(batch.length()?).map_err(|_| broken())?;
    budget.take_rows(rows)?;
    for node in batch.nodes()?.into_iter().flatten() {
        if u64::try_from(node.length()) != Ok(rows) {
            return Err(broken());
        }
    }
    let body = block.offset.checked_add(i64::from(block.meta_data_length));
    for buffer in batch.buffers()?.into_iter().flatten() {
        let begin = body.and_then(|body| body.checked_add(buffer.offset()));
        let end = begin.and_then(|begin| begin.checked_add(buffer.length()));
        if buffer.offset() < 0 || buffer.length() < 0 || end.and_then(from).is_none() {
            return Err(broken());
        }
    }
    Ok(())
}

/// Runs a reader of polars, which panics on some broken files (a size that overflows, an index beyond a
/// dictionary) instead of returning an error. What it panics about is not printed.
fn quietly<T>(read: impl FnOnce() -> Result<T, PolarsError>) -> Result<T, PolarsError> {
    thread_local!(static IS_QUIET: Cell<bool> = const { Cell::new(false) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_QUIET.get() {
                before(info);
            }
        }));
    });
    IS_QUIET.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(read));
    IS_QUIET.set(false);
    result.unwrap_or_else(|_| Err(polars_err!(ComputeError: "it is broken")))
}
