use super::*;
use crate::api::{Field, ItemFields, ItemRecord, Value};

/// Item id, status and `effective_at` in seconds; -1 for none.
fn columns(rows: &[(&'static str, &'static str, i64)]) -> ItemColumns {
    let mut columns = ItemColumns::default();
    for (id, status, effective) in rows {
        let item = ItemRecord::read(|field| match field {
            Field::ItemId => Value::Text((*id).into()),
            Field::Status => Value::Text((*status).into()),
            Field::EffectiveAt if *effective >= 0 => {
                Value::Text(format!("1970-01-01T00:00:{effective:02}Z").into())
            }
            _ => Value::Absent,
        });
        columns.push(&item.expect("an item").fields());
    }
    columns
}

/// Ends of runs, and the job of each.
fn runs(ends: &[(usize, u32)]) -> Runs {
    let mut runs = Runs::default();
    for (end, job) in ends {
        runs.add(*end, *job, 0);
    }
    runs
}

fn kept(rows: &[(&'static str, &'static str, i64)]) -> (Vec<String>, Recorded) {
    let (frame, recorded) =
        ItemFrame::build(vec![columns(rows)], runs(&[(rows.len(), 0)]), 1).expect("a frame");
    let rows = 0..frame.len();
    let words = rows.map(|row| frame.status_word(row).to_owned()).collect();
    (words, recorded[0].clone())
}

#[test]
fn the_later_effective_at_wins_wherever_it_stands() {
    let (words, recorded) = kept(&[("a", "failed", 9), ("a", "completed", 5)]);
    assert_eq!(
        (words, recorded.conflicting),
        (vec!["failed".to_owned()], 1)
    );
}

#[test]
fn without_effective_at_an_end_goes_before_what_goes_on_then_the_later() {
    assert_eq!(
        kept(&[("a", "failed", -1), ("a", "processing", 5)]).0,
        ["failed"]
    );
    assert_eq!(
        kept(&[("a", "processing", 5), ("a", "failed", -1)]).0,
        ["failed"]
    );
    assert_eq!(
        kept(&[("a", "failed", 5), ("a", "completed", 5)]).0,
        ["completed"]
    );
    assert_eq!(
        kept(&[("a", "pending", -1), ("a", "processing", -1)]).0,
        ["processing"]
    );
}

#[test]
fn records_that_are_alike_are_no_conflict() {
    let (words, recorded) = kept(&[("a", "failed", 5), ("a", "failed", 5), ("b", "failed", 5)]);
    assert_eq!(
        (words.len(), recorded.rows, recorded.conflicting),
        (2, 3, 0)
    );
}

/// An item without anything but what every item has.
fn item(status: &'static str) -> ItemFields<'static> {
    ItemFields {
        item_id: "a",
        status,
        ..ItemFields::default()
    }
}

#[test]
fn records_that_differ_in_one_text_are_a_conflict() {
    let records = [
        item("completed"),
        ItemFields {
            item_name: Some("x"),
            ..item("completed")
        },
        ItemFields {
            processing_job_id: Some("x"),
            ..item("completed")
        },
        ItemFields {
            error_message: Some("x"),
            ..item("completed")
        },
        ItemFields {
            error_message: Some("y"),
            ..item("completed")
        },
    ];
    for (a, first) in records.iter().enumerate() {
        for (b, second) in records.iter().enumerate() {
            let readers = [first, second].map(|record| {
                let mut columns = ItemColumns::default();
                columns.push(record);
                columns
            });
            let (_, recorded) =
                ItemFrame::build(readers.into(), runs(&[(2, 0)]), 1).expect("a frame");
            assert_eq!(recorded[0].conflicting, u64::from(a != b), "{a} and {b}");
        }
    }
}

#[test]
fn rows_are_sorted_by_job_and_keep_their_order_within() {
    let parts = vec![
        columns(&[("a", "failed", 1), ("b", "failed", 1)]),
        columns(&[("a", "skipped", 1), ("c", "failed", 1)]),
    ];
    let runs = runs(&[(1, 1), (3, 0), (4, 1)]);
    let (frame, recorded) = ItemFrame::build(parts, runs, 2).expect("a frame");
    let ids: Vec<_> = (0..4).filter_map(|row| frame.item_id(row)).collect();
    assert_eq!(ids, ["b", "a", "a", "c"]);
    assert_eq!(frame.rows_by_job(2), [0..2, 2..4]);
    assert_eq!([recorded[0].rows, recorded[1].rows], [2, 2]);
}
