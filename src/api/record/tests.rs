use super::*;

fn item<'a>(fields: &'a [(Field, &'a str)]) -> Result<ItemRecord<'a>, WrongType> {
    ItemRecord::read(|field| {
        fields
            .iter()
            .find(|(name, _)| *name == field)
            .map_or(Value::Absent, |(_, raw)| Value::from_json(raw))
    })
}

#[test]
fn an_item_needs_its_id_and_its_status_and_nothing_else() {
    let read = item(&[(Field::ItemId, "\"a\""), (Field::Status, "\"quarantined\"")]);
    assert_eq!(read.expect("an item").status, "quarantined");
    for (id, status, field, found) in [
        ("\"a\"", "null", Field::Status, "absent"),
        ("\" \"", "\"failed\"", Field::ItemId, "absent"),
        ("\"a\"", "5", Field::Status, "a number"),
        ("{}", "\"failed\"", Field::ItemId, "an object"),
    ] {
        let wrong = item(&[(Field::ItemId, id), (Field::Status, status)]).expect_err("no item");
        assert_eq!((wrong.field, wrong.found), (field, found));
    }
}

#[test]
fn a_wrong_type_costs_the_field_and_is_named() {
    for (field, raw, found) in [
        (Field::ItemName, "true", "a boolean"),
        (Field::ItemName, "{\"a\":1}", "an object"),
        (Field::JobId, "[]", "an array"),
    ] {
        let fields = [
            (Field::ItemId, "7"),
            (Field::Status, "\"Status.FAILED\""),
            (field, raw),
        ];
        let read = item(&fields).expect("an item");
        let wrong = read.wrong_field.expect("it is named");
        assert_eq!((wrong.field, wrong.found), (field, found));
        assert_eq!((read.item_name, read.processing_job_id), (None, None));
        assert_eq!((&*read.item_id, &*read.status), ("7", "failed"));
    }
}

#[test]
fn numbers_are_text_and_anything_may_be_a_message() {
    let read = item(&[
        (Field::ItemId, "\"a\""),
        (Field::Status, "\"failed\""),
        (Field::ItemName, "1e3"),
        (Field::ErrorMessage, "{\"code\": 1}"),
        (Field::SkipReason, "[1, 2]"),
        (Field::JobRecordId, "{}"),
    ])
    .expect("an item");
    assert_eq!(read.item_name.as_deref(), Some("1e3"));
    assert_eq!(read.error_message.as_deref(), Some("{\"code\":1}"));
    assert_eq!(read.skip_reason.as_deref(), Some("[1,2]"));
    assert_eq!(read.wrong_field, None);
}

#[test]
fn zeros_and_words_for_nothing_are_absent_times() {
    for raw in [
        "0",
        "0.0",
        "\"0\"",
        "\"NaT\"",
        "\"0000-00-00 00:00:00\"",
        "\"0001-01-01T00:00:00Z\"",
        "\"0001-01-01T00:00:00+01:00\"",
        "\"1970-01-01T00:00:00.000000Z\"",
        "\"1970-01-01 01:00:00+01:00\"",
        "-62135596800000",
        "{\"$date\": 0}",
    ] {
        let fields = [
            (Field::ItemId, "\"a\""),
            (Field::Status, "\"failed\""),
            (Field::StartedAt, raw),
        ];
        let read = item(&fields).expect("an item");
        assert_eq!(
            (read.started_at, read.unreadable_time),
            (None, None),
            "{raw}"
        );
    }
}

#[test]
fn text_that_is_no_time_costs_the_time_and_not_the_item() {
    let read = item(&[
        (Field::ItemId, "\"a\""),
        (Field::Status, "\"completed\""),
        (Field::StartedAt, "\"yesterday\""),
    ])
    .expect("an item");
    let unreadable = read.unreadable_time.expect("it is named");
    assert_eq!(unreadable.field, Field::StartedAt);
    assert_eq!(unreadable.text, "yesterday");
    assert_eq!(read.started_at, None);
}

#[test]
fn a_job_keeps_what_it_can_and_names_the_rest() {
    let mut wrong = Vec::new();
    let job = JobRecord::read(
        |field| match field {
            Field::Id => Value::from_json("\"bjb-1\""),
            Field::TotalItems => Value::from_json("\"250.0\""),
            Field::Status => Value::from_json("\"JobStatus.RUNNING\""),
            Field::ErrorMessage => Value::from_json("{\"code\": 1}"),
            Field::JobType => Value::from_json("[]"),
            Field::FailedItems => Value::from_json("-1"),
            Field::ProgressPercentage => Value::from_json("1e999"),
            _ => Value::Absent,
        },
        &mut wrong,
    )
    .expect("a job");
    assert_eq!(job.total_items, Some(250));
    assert_eq!(job.status.as_deref(), Some("running"));
    assert_eq!(job.error_message.as_deref(), Some("{\"code\":1}"));
    assert_eq!((job.failed_items, job.progress_percentage), (None, None));
    let fields: Vec<_> = wrong.iter().map(|wrong| wrong.field).collect();
    assert_eq!(
        fields,
        [
            Field::JobType,
            Field::FailedItems,
            Field::ProgressPercentage
        ]
    );
}
