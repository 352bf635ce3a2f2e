//! Parquet: a table as columns with types, for pandas, R and databases. Whole numbers, decimals, days and yes or
//! no keep their types where every cell of a column is one; where somebody answered UNKNOWN, or a date stops at the
//! year, the column is text, so that the answer stays. The manifest stands in the file, under `innograph`.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use serde_json::Value;

use super::{Unfit, told};
use crate::domain::Manifest;
use crate::domain::table::{Cell, Table, Wording};

/// Digits of a decimal that fits into 64 bits.
const PRECISION: i32 = 18;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Whole,
    Decimal(u32),
    Day,
    Answer,
    Text,
}

/// The bytes of the file.
pub fn columnar(table: &Table, manifest: &Manifest) -> std::result::Result<Vec<u8>, Unfit> {
    written(table, manifest).map_err(|cause| Unfit::Columnar(cause.to_string()))
}

fn written(table: &Table, manifest: &Manifest) -> Result<Vec<u8>> {
    let sorts: Vec<Sort> = (0..table.columns().len()).map(|place| sort(table, place)).collect();
    let fields = table.columns().iter().zip(&sorts).map(|(column, sort)| field(&column.name, *sort));
    let schema = Type::group_type_builder("table").with_fields(fields.collect::<Result<_>>()?).build()?;
    let about = KeyValue::new("innograph".to_owned(), Value::Object(told::fields(manifest)).to_string());
    let properties = WriterProperties::builder();
    let properties = properties.set_created_by("innograph".to_owned()).set_key_value_metadata(Some(vec![about]));
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties.build()))?;
    let mut group = writer.next_row_group()?;
    for (place, sort) in sorts.into_iter().enumerate() {
        let Some(mut column) = group.next_column()? else { break };
        fill(column.untyped(), table, (place, sort))?;
        column.close()?;
    }
    group.close()?;
    writer.into_inner()
}

/// The narrowest that every cell of a column is.
fn sort(table: &Table, place: usize) -> Sort {
    let cells = table.rows().iter().filter_map(|row| row.get(place)).filter(|cell| !cell.is_empty());
    let sorts = cells.map(|cell| match cell {
        Cell::Whole(_) => Sort::Whole,
        Cell::Decimal { places, .. } => Sort::Decimal(*places),
        Cell::Date(date) if date.day != 0 => Sort::Day,
        Cell::Answer(_) => Sort::Answer,
        _ => Sort::Text,
    });
    sorts.reduce(|one, other| if one == other { one } else { Sort::Text }).unwrap_or(Sort::Text)
}

fn field(name: &str, sort: Sort) -> Result<TypePtr> {
    let (physical, logical) = match sort {
        Sort::Whole => (Physical::INT64, None),
        Sort::Decimal(places) => {
            let scale = i32::try_from(places).unwrap_or_default();
            (Physical::INT64, Some(LogicalType::decimal(scale, PRECISION)))
        }
        Sort::Day => (Physical::INT32, Some(LogicalType::Date)),
        Sort::Answer => (Physical::BOOLEAN, None),
        Sort::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let scale = if let Sort::Decimal(places) = sort { i32::try_from(places).unwrap_or_default() } else { -1 };
    let precision = if scale >= 0 { PRECISION } else { -1 };
    let builder = Type::primitive_type_builder(name, physical).with_logical_type(logical);
    let builder = builder.with_repetition(Repetition::OPTIONAL).with_scale(scale).with_precision(precision);
    builder.build().map(Arc::new)
}

/// The values of a column, and of each row whether there is one.
fn values<T>(table: &Table, place: usize, value: impl Fn(&Cell) -> Option<T>) -> (Vec<T>, Vec<i16>) {
    let cells = || table.rows().iter().map(|row| row.get(place).filter(|cell| !cell.is_empty()).and_then(&value));
    (cells().flatten().collect(), cells().map(|value| i16::from(value.is_some())).collect())
}

fn fill(column: &mut ColumnWriter<'_>, table: &Table, (place, sort): (usize, Sort)) -> Result<()> {
    match column {
        ColumnWriter::Int64ColumnWriter(writer) => {
            let (values, levels) = values(table, place, |cell| match cell {
                Cell::Whole(number) | Cell::Decimal { number, .. } => Some(*number),
                _ => None,
            });
            writer.write_batch(&values, Some(&levels), None)?;
        }
        ColumnWriter::Int32ColumnWriter(writer) => {
            let day = |cell: &Cell| if let Cell::Date(date) = cell { Some(date.first_day().0) } else { None };
            let (values, levels) = values(table, place, day);
            writer.write_batch(&values, Some(&levels), None)?;
        }
        ColumnWriter::BoolColumnWriter(writer) => {
            let answer = |cell: &Cell| if let Cell::Answer(yes) = cell { Some(*yes) } else { None };
            let (values, levels) = values(table, place, answer);
            writer.write_batch(&values, Some(&levels), None)?;
        }
        ColumnWriter::ByteArrayColumnWriter(writer) => {
            debug_assert_eq!(sort, Sort::Text);
            let text = |cell: &Cell| Some(ByteArray::from(cell.text(Wording::Names).as_str()));
            let (values, levels) = values(table, place, text);
            writer.write_batch(&values, Some(&levels), None)?;
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::manifest::Cut;
    use crate::domain::table::Column;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    #[test]
    fn a_column_has_the_type_of_its_cells_and_keeps_what_is_unknown() {
        let names = ["whole", "money", "day", "answer", "mixed", "text"];
        let mut table = Table::new("示例", names.map(|name| Column::new(name, name, name)).to_vec());
        let date = |text: &str| Cell::Date(text.parse().expect("a date"));
        let money = |number| Cell::Decimal { number, places: 2 };
        table.push(vec![
            Cell::Whole(-3),
            money(1_050),
            date("1970-01-02"),
            Cell::Answer(true),
            Cell::Unknown,
            Cell::Text("=1".into()),
        ]);
        table.push(vec![
            Cell::Empty,
            money(-1),
            date("2020-02-29"),
            Cell::Empty,
            Cell::Whole(4),
            Cell::Text("𠮷".into()),
        ]);
        let manifest = Manifest {
            store: "demo".into(),
            query: "q".into(),
            variables: Vec::new(),
            role: "PUBLIC",
            sequence: 7,
            as_of: "2022-01-01".parse().expect("a day"),
            known_at: None,
            made_at: "2022-01-01T00:00:00Z".into(),
            cut: Cut::Whole,
            definition: None,
            content_hash: "0".into(),
        };
        let bytes = columnar(&table, &manifest).expect("it is written");
        assert_eq!(bytes, columnar(&table, &manifest).expect("it is written"));
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).expect("it is read");
        let rows: Vec<_> = reader.get_row_iter(None).expect("rows").map(|row| row.expect("a row")).collect();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].get_long(0).ok(), rows[0].get_bool(3).ok()), (Some(-3), Some(true)));
        assert!(rows[1].get_long(0).is_err() && rows[1].get_bool(3).is_err());
        assert_eq!(rows[0].get_string(4).expect("text"), "UNKNOWN");
        assert_eq!(rows[1].get_string(4).expect("text"), "4");
        assert_eq!(
            (rows[0].get_string(5).expect("text").as_str(), rows[1].get_string(5).expect("text").as_str()),
            ("=1", "𠮷")
        );
        let schema = reader.metadata().file_metadata().schema();
        let logical = |place: usize| schema.get_fields()[place].get_basic_info().logical_type_ref().cloned();
        assert_eq!(logical(1), Some(LogicalType::decimal(2, PRECISION)));
        assert_eq!(logical(2), Some(LogicalType::Date));
        let about = reader.metadata().file_metadata().key_value_metadata().expect("what it is").clone();
        assert!(about.iter().any(|entry| entry.key == "innograph"
            && entry.value.as_deref().is_some_and(|text| text.contains("\"sequence\":7"))));
    }
}
