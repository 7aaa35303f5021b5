use super::*;
use crate::api::{ItemFields, UtcTime};
use crate::frame::{ItemColumns, Runs};

/// Columns of items of v1.
const COLUMNS: [&str; 13] = [
    "batch_job_id",
    "item_id",
    "item_name",
    "status",
    "started_at",
    "completed_at",
    "effective_at",
    "duration_seconds",
    "error_message",
    "error_group",
    "skip_reason",
    "processing_job_id",
    "source",
];

/// Two jobs: a failed item whose texts are hostile to every format, and one of nulls.
fn items() -> ItemFrame {
    let time = |text| UtcTime::parse(text);
    let mut columns = ItemColumns::default();
    columns.push(&ItemFields {
        item_id: "=cmd|' /C calc'!A1",
        item_name: Some("\"naïve\", größe\r\n😀\u{202e}.pdf"),
        status: "failed",
        started_at: time("2026-01-02T03:04:05Z"),
        completed_at: time("2026-01-02T03:04:06.500001Z"),
        effective_at: None,
        error_message: Some("-1\t</script>\\"),
        skip_reason: None,
        processing_job_id: Some("pjb-1"),
        ..ItemFields::default()
    });
    columns.push(&ItemFields {
        item_id: "b",
        status: "quarantined",
        ..ItemFields::default()
    });
    let mut runs = Runs::default();
    runs.add(1, 1, 0);
    runs.add(2, 0, 1);
    ItemFrame::build(vec![columns], runs, 2).expect("a frame").0
}

fn labels() -> Labels<'static> {
    Labels {
        jobs: vec!["bjb-0", "bjb-1"],
        sources: vec!["a.json", "b/c.json"],
        groups: vec!["boom"],
        group_of: &|row| (row == 1).then_some(0),
    }
}

fn written(format: TableFormat, items: &ItemFrame) -> Vec<u8> {
    let mut out = Vec::new();
    write(format, items, &labels(), &mut out).expect("a table");
    out
}

fn text(format: TableFormat) -> String {
    String::from_utf8(written(format, &items())).expect("UTF-8")
}

#[test]
fn the_frame_has_all_columns_with_their_types_and_nulls() {
    for (items, height) in [(items(), 2), (ItemFrame::default(), 0)] {
        let frame = items.data_frame(&labels()).expect("a frame");
        assert_eq!((frame.height(), frame.width()), (height, COLUMNS.len()));
        let types: Vec<String> = frame.dtypes().iter().map(ToString::to_string).collect();
        let time = "datetime[μs, UTC]";
        assert_eq!(
            types,
            [
                "str", "str", "str", "str", time, time, time, "f64", "str", "str", "str", "str",
                "str"
            ]
        );
    }
    let items = items();
    let frame = items.data_frame(&labels()).expect("a frame");
    let nulls: Vec<usize> = frame
        .columns()
        .iter()
        .map(|column| column.null_count())
        .collect();
    assert_eq!(nulls, [0, 0, 1, 0, 1, 1, 2, 1, 1, 1, 2, 1, 0]);
}

#[test]
fn rare_columns_are_there_if_any_item_has_a_value() {
    let mut columns = ItemColumns::default();
    let pages = |row: u32| (row == 70_001 || row == 3).then_some(row);
    for row in 0..70_003 {
        columns.push(&ItemFields {
            item_id: &row.to_string(),
            status: "completed",
            failed_pages: pages(row),
            credits: (row == 5).then_some(0.5),
            ..ItemFields::default()
        });
    }
    let mut runs = Runs::default();
    // Sorting by job moves the rows.
    runs.add(1, 1, 0);
    runs.add(70_003, 0, 0);
    let (items, _) = ItemFrame::build(vec![columns], runs, 2).expect("a frame");
    assert_eq!(items.row(2).failed_pages, Some(3));
    assert_eq!(items.row(4).credits, Some(0.5));
    items.rows(0..items.len()).each(|row, item| {
        let number: u32 = items
            .item_id(row)
            .expect("an id")
            .parse()
            .expect("a number");
        assert_eq!(item.failed_pages, pages(number));
        assert_eq!(item.pending_at, None);
    });
    let frame = items.data_frame(&labels()).expect("a frame");
    assert!(frame.column("pending_at").is_err());
    let nulls = |name| frame.column(name).map(|column| column.null_count()).ok();
    assert_eq!(nulls("failed_pages"), Some(70_001));
    assert_eq!(nulls("credits"), Some(70_002));
    let lines = written(TableFormat::JsonLines, &items);
    let line = String::from_utf8_lossy(&lines)
        .lines()
        .nth(2)
        .map(str::to_owned);
    assert!(line.is_some_and(|line| line.contains(r#","credits":null,"failed_pages":3,"#)));
}

#[test]
fn csv_escapes_formulas_and_leaves_them_when_asked() {
    let header = COLUMNS.join(",");
    let rows = |id: &str, message: &str| {
        format!(
            "{header}\n\
             bjb-0,b,,quarantined,,,,,,,,,b/c.json\n\
             bjb-1,{id},\"\"\"naïve\"\", größe\r\n😀\u{202e}.pdf\",failed,2026-01-02T03:04:05Z,\
             2026-01-02T03:04:06.500001Z,,1.500001,{message},boom,,pjb-1,a.json\n"
        )
    };
    assert_eq!(
        text(TableFormat::Csv(Formulas::Escaped)),
        rows("'=cmd|' /C calc'!A1", "'-1\t</script>\\")
    );
    assert_eq!(
        text(TableFormat::Csv(Formulas::Raw)),
        rows("=cmd|' /C calc'!A1", "-1\t</script>\\")
    );
}

#[test]
fn json_lines_hold_all_columns_of_each_item() {
    let lines = text(TableFormat::JsonLines);
    let lines: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(
        lines[1],
        serde_json::json!({
            "batch_job_id": "bjb-1",
            "item_id": "=cmd|' /C calc'!A1",
            "item_name": "\"naïve\", größe\r\n😀\u{202e}.pdf",
            "status": "failed",
            "started_at": "2026-01-02T03:04:05Z",
            "completed_at": "2026-01-02T03:04:06.500001Z",
            "effective_at": null,
            "duration_seconds": 1.500001,
            "error_message": "-1\t</script>\\",
            "error_group": "boom",
            "skip_reason": null,
            "processing_job_id": "pjb-1",
            "source": "a.json"
        })
    );
    assert_eq!(lines[0]["item_name"], serde_json::Value::Null);
    assert_eq!(lines.len(), 2);
}

#[test]
fn a_table_of_no_items_has_its_columns() {
    let empty = ItemFrame::default();
    let csv = written(TableFormat::Csv(Formulas::Escaped), &empty);
    assert_eq!(csv, format!("{}\n", COLUMNS.join(",")).as_bytes());
    assert_eq!(written(TableFormat::JsonLines, &empty), b"");
    #[cfg(feature = "tables")]
    for (format, magic) in [
        (TableFormat::Parquet, "PAR1"),
        (TableFormat::Arrow, "ARROW1"),
    ] {
        let bytes = written(format, &empty);
        assert!(bytes.starts_with(magic.as_bytes()) && bytes.ends_with(magic.as_bytes()));
    }
}
