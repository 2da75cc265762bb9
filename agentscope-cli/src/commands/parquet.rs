//! Spans as a Parquet table: one row a span, in groups of as many rows as fit into memory well.

use std::fs::File;
use std::sync::Arc;

use agentscope_analysis::Node;
use agentscope_collector::store::Store;
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::args::Common;
use crate::error::Error;

/// Times are nanoseconds since the Unix epoch.
const SCHEMA: &str = "message span {
    REQUIRED BYTE_ARRAY session (UTF8);
    REQUIRED BYTE_ARRAY trace_id (UTF8);
    REQUIRED BYTE_ARRAY span_id (UTF8);
    REQUIRED BYTE_ARRAY layer (UTF8);
    REQUIRED BYTE_ARRAY name (UTF8);
    REQUIRED INT64 begin;
    REQUIRED INT64 duration;
    OPTIONAL INT64 step;
    OPTIONAL BYTE_ARRAY outcome (UTF8);
    OPTIONAL BYTE_ARRAY error_type (UTF8);
    OPTIONAL BYTE_ARRAY level (UTF8);
    OPTIONAL BYTE_ARRAY status (UTF8);
    OPTIONAL BYTE_ARRAY reason (UTF8);
    OPTIONAL BYTE_ARRAY schema_hash (UTF8);
    OPTIONAL INT64 input_tokens;
    OPTIONAL INT64 output_tokens;
    OPTIONAL INT64 cost_microusd;
}";

/// Rows that are held until a group of them is written.
const GROUP: usize = 50_000;

/// Writes the spans of sessions; gives the numbers of spans and log records in the file.
pub(super) fn write(
    store: &dyn Store,
    common: &Common,
    ids: &[String],
    file: File,
) -> Result<(usize, usize), Error> {
    let schema = parse_message_type(SCHEMA).map_err(failed)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let mut writer =
        SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).map_err(failed)?;
    let mut rows: Vec<(Arc<str>, Node)> = Vec::new();
    let mut spans = 0;
    for id in ids {
        let Some(session) = store.session(&common.tenant, id)? else {
            continue;
        };
        let id: Arc<str> = id.as_str().into();
        let nodes = session.model().nodes.into_iter();
        // What stands for a span that is not there is no span.
        rows.extend(
            nodes
                .filter(|node| node.span_id != 0)
                .map(|node| (id.clone(), node)),
        );
        if rows.len() >= GROUP {
            spans += rows.len();
            group(&mut writer, &std::mem::take(&mut rows)).map_err(failed)?;
        }
    }
    spans += rows.len();
    group(&mut writer, &rows).map_err(failed)?;
    let file = writer.into_inner().map_err(failed)?;
    file.sync_all()?;
    Ok((spans, 0))
}

fn failed(error: parquet::errors::ParquetError) -> Error {
    Error::Said(format!("the Parquet file cannot be written: {error}"))
}

type Writer = SerializedFileWriter<File>;

fn group(writer: &mut Writer, rows: &[(Arc<str>, Node)]) -> parquet::errors::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut group = writer.next_row_group()?;
    let mut columns = Columns {
        group: &mut group,
        rows,
    };
    columns.text(true, |(id, _)| Some(id.to_string()))?;
    columns.text(true, |(_, node)| Some(format!("{:032x}", node.trace_id)))?;
    columns.text(true, |(_, node)| Some(format!("{:016x}", node.span_id)))?;
    columns.text(true, |(_, node)| Some(node.layer.as_str().to_owned()))?;
    columns.text(true, |(_, node)| Some(node.name.clone()))?;
    columns.number(true, |node| i64::try_from(node.start).ok())?;
    columns.number(true, |node| i64::try_from(node.duration).ok())?;
    columns.number(false, |node| node.step_index)?;
    columns.text(false, |(_, node)| {
        node.outcome.map(|outcome| outcome.as_str().to_owned())
    })?;
    columns.text(false, |(_, node)| node.error_type.clone())?;
    columns.text(false, |(_, node)| {
        node.level.map(|level| level.as_str().to_owned())
    })?;
    columns.text(false, |(_, node)| node.tool_status.clone())?;
    columns.text(false, |(_, node)| node.reason.clone())?;
    columns.text(false, |(_, node)| node.schema_hash.clone())?;
    columns.number(false, |node| node.input_tokens)?;
    columns.number(false, |node| node.output_tokens)?;
    columns.number(false, |node| {
        node.cost_usd.map(|cost| (cost * 1e6).round() as i64)
    })?;
    group.close()?;
    Ok(())
}

struct Columns<'a, 'w> {
    group: &'a mut parquet::file::writer::SerializedRowGroupWriter<'w, File>,
    rows: &'a [(Arc<str>, Node)],
}

impl Columns<'_, '_> {
    fn text(
        &mut self,
        required: bool,
        of: impl Fn(&(Arc<str>, Node)) -> Option<String>,
    ) -> parquet::errors::Result<()> {
        let cells: Vec<_> = self.rows.iter().map(of).collect();
        let there = presence(&cells);
        let values: Vec<_> = cells
            .into_iter()
            .flatten()
            .map(|text| ByteArray::from(text.into_bytes()))
            .collect();
        self.column::<ByteArrayType>(required, &there, &values)
    }

    fn number(
        &mut self,
        required: bool,
        of: impl Fn(&Node) -> Option<i64>,
    ) -> parquet::errors::Result<()> {
        let of = |(_, node): &(Arc<str>, Node)| of(node);
        // A time beyond what the type holds is its end.
        let cells: Vec<_> = self
            .rows
            .iter()
            .map(|row| of(row).or(required.then_some(i64::MAX)))
            .collect();
        let there = presence(&cells);
        let values: Vec<_> = cells.into_iter().flatten().collect();
        self.column::<Int64Type>(required, &there, &values)
    }

    fn column<T: parquet::data_type::DataType>(
        &mut self,
        required: bool,
        there: &[i16],
        values: &[T::T],
    ) -> parquet::errors::Result<()> {
        let Some(mut column) = self.group.next_column()? else {
            return Err(parquet::errors::ParquetError::General(
                "more columns than the schema has".to_owned(),
            ));
        };
        let there = (!required).then_some(there);
        column.typed::<T>().write_batch(values, there, None)?;
        column.close()
    }
}

/// For every row, 1 where it has a value.
fn presence<T>(cells: &[Option<T>]) -> Vec<i16> {
    cells.iter().map(|cell| i16::from(cell.is_some())).collect()
}
