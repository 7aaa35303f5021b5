use std::collections::BTreeMap;
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::read::DeflateDecoder;
use serde_json::{Value, json};

use super::*;
use crate::load;

const LONGEST: Longest = Longest {
    message: 40,
    name: 20,
};

/// A dump of items lists, each in a file.
fn dump(files: &[(&str, Value)]) -> Dump {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, content.to_string()).expect("written");
    }
    let (found, notes) = load::find(&[folder.path().to_owned()]);
    load::load(&found, notes, load::LoadOptions::default(), &|_| {}).expect("loaded")
}

fn made(dump: &Dump, limit: usize) -> ItemTable {
    let labels: Vec<String> = dump.jobs.iter().map(|job| job.label.clone()).collect();
    let failures = Failures::of(&dump.items, &[]);
    table(dump, &failures, &labels, limit, LONGEST).expect("a table")
}

fn unpacked(table: &ItemTable) -> Value {
    let packed = BASE64.decode(&table.data).expect("base64");
    let mut text = String::new();
    DeflateDecoder::new(&packed[..])
        .read_to_string(&mut text)
        .expect("deflated UTF-8");
    serde_json::from_str(&text).expect("JSON")
}

fn item(id: &str, status: &str, seconds: Option<u32>) -> Value {
    json!({
        "item_id": id, "item_name": null, "status": status,
        "started_at": seconds.map(|_| "2026-05-14T08:30:00Z"),
        "completed_at": seconds.map(|s| format!("2026-05-14T08:30:{s:02}Z")),
    })
}

#[test]
fn what_is_packed_is_what_was_read() {
    let dump = dump(&[
        (
            "bjb-2850355c-6264-417d-b928-007a11ca6b56.json",
            json!({"items": [
                {"item_id": "a", "item_name": "a.pdf", "status": "failed", "job_id": "pjb-9",
                 "started_at": "2026-05-14T08:30:00.000001Z", "completed_at": "2026-05-14T08:30:09Z",
                 "effective_at": "2026-05-14T08:30:10Z", "error_message": "page 3 is bad"},
                {"item_id": "b", "item_name": "b.pdf", "status": "failed", "error_message": null},
                {"item_id": "c", "item_name": "c.pdf", "status": "skipped", "skip_reason": "already_processed",
                 "effective_at": "2026-05-14T08:30:00Z"},
                {"item_id": "d", "item_name": "d.pdf", "status": "failed", "error_message": "page 4 is bad"},
            ]}),
        ),
        (
            "bjb-67b8763a-23f8-43a9-9161-429da6aaae7b.json",
            json!({"items": [item("a", "zombie", None), item("e", "failed", Some(5))]}),
        ),
    ]);
    let table = made(&dump, 100);
    assert_eq!((table.items, table.rows), (6, 6));
    assert_eq!(table.selection, Selection::All);
    assert_eq!(table.sentence, "The table holds all 6 items.");
    let packed = unpacked(&table);
    for column in &table.columns {
        assert_eq!(packed[column].as_array().map(Vec::len), Some(6), "{column}");
    }
    assert_eq!(packed["id"], json!(["a", "b", "c", "d", "a", "e"]));
    assert_eq!(packed["name"][0], "a.pdf");
    assert_eq!(packed["job"], json!([0, 0, 0, 0, 1, 1]));
    assert_eq!(packed["jobs"].as_array().map(Vec::len), Some(2));
    let word = |column: &str, list: &str, row: usize| {
        let index = packed[column][row].as_u64()? as usize;
        packed[list][index].as_str().map(str::to_owned)
    };
    let statuses: Vec<_> = (0..6)
        .filter_map(|row| word("status", "statuses", row))
        .collect();
    assert_eq!(
        statuses,
        ["failed", "failed", "skipped", "failed", "zombie", "failed"]
    );
    assert_eq!(
        word("reason", "reasons", 2).as_deref(),
        Some("already_processed")
    );
    assert_eq!(word("reason", "reasons", 0), None);
    assert_eq!(
        word("group", "groups", 0).as_deref(),
        Some("page <n> is bad")
    );
    assert_eq!(
        word("group", "groups", 1),
        None,
        "a group without a pattern"
    );
    assert!(packed["group"][1].is_u64() && packed["group"][2].is_null());
    assert_eq!(packed["base"], 1_778_747_400_000_000_i64);
    assert_eq!(packed["started"], json!([1, null, null, null, null, 0]));
    assert_eq!(
        packed["ended"],
        json!([8_999_999, null, null, null, null, 5_000_000])
    );
    assert_eq!(
        packed["effective"],
        json!([1_000_000, null, 0, null, null, null])
    );
    assert_eq!(packed["message"][3], "page 4 is bad");
    assert_eq!(
        packed["work"],
        json!(["pjb-9", null, null, null, null, null])
    );
}

#[test]
fn groups_are_ranked_as_in_the_report() {
    let failed = |id: &str, message: &str| json!({"item_id": id, "status": "failed", "item_name": null, "error_message": message});
    let dump = dump(&[
        (
            "bjb-2850355c-6264-417d-b928-007a11ca6b56.json",
            json!({"items": [failed("a", "x"), failed("b", "y"), item("n", "failed", None)]}),
        ),
        (
            "bjb-67b8763a-23f8-43a9-9161-429da6aaae7b.json",
            json!({"items": [failed("a", "y"), failed("b", "w"), failed("c", "w")]}),
        ),
    ]);
    let packed = unpacked(&made(&dump, 100));
    let failures = Failures::of(&dump.items, &[]);
    let named = |ranks: &Value| -> Vec<Value> {
        let ranks = ranks.as_array().expect("a list").iter();
        ranks
            .map(|group| packed["groups"][group.as_u64().expect("an index") as usize].clone())
            .collect()
    };
    let labels = vec![String::new(); 2];
    let patterns = |rows| -> Vec<Value> {
        let groups = failures.groups(&dump.items, rows, &labels, 0).into_iter();
        groups.map(|group| json!(group.pattern)).collect()
    };
    assert_eq!(named(&packed["ranks"]), patterns(&(0..6)));
    assert_eq!(
        patterns(&(0..6)),
        [json!("w"), json!("y"), json!("x"), json!(null)]
    );
    for (ranks, rows) in packed["job_ranks"]
        .as_array()
        .expect("a list")
        .iter()
        .zip(&dump.rows)
    {
        assert_eq!(named(ranks), patterns(rows));
    }
}

#[test]
fn beyond_the_limit_failed_and_skipped_items_stay_and_the_slowest_of_the_others() {
    let mut items: Vec<Value> = (1..20)
        .map(|n| item(&format!("c{n}"), "completed", Some(n)))
        .collect();
    items.insert(3, item("f", "failed", Some(1)));
    items.insert(9, item("s", "skipped", None));
    items.push(item("p", "pending", None));
    let dump = dump(&[(
        "bjb-2850355c-6264-417d-b928-007a11ca6b56.json",
        json!({ "items": items }),
    )]);
    let table = made(&dump, 5);
    assert_eq!(
        unpacked(&table)["id"],
        json!(["f", "s", "c17", "c18", "c19"])
    );
    assert_eq!(table.selection, Selection::FailedSkippedSlowest);
    assert!(
        table.sentence.starts_with(
            "The table holds 5 of 22 items: all 1 failed, all 1 skipped and the 3 slowest of the \
             others. To have all of them in the page, make the report with --table-items 22;"
        ),
        "{}",
        table.sentence
    );
    // Never less than all that failed or was skipped.
    assert_eq!(unpacked(&made(&dump, 1))["id"], json!(["f", "s"]));
    let names = table.preview.iter().map(|row| row.item_id.as_str());
    let names: Vec<&str> = names.collect();
    assert_eq!(names[..4], ["f", "c19", "c18", "c17"]);
    assert_eq!(names.len(), 22);
}

#[test]
fn the_same_items_give_the_same_bytes() {
    let items: Vec<Value> = (0..500)
        .map(|n| item(&format!("id-{n}"), "completed", Some(n % 60)))
        .collect();
    let dump = dump(&[(
        "bjb-2850355c-6264-417d-b928-007a11ca6b56.json",
        json!({ "items": items }),
    )]);
    assert_eq!(made(&dump, 1_000), made(&dump, 1_000));
}

#[test]
fn long_texts_are_cut_and_say_so() {
    let long = "x".repeat(1_000);
    let dump = dump(&[(
        "bjb-2850355c-6264-417d-b928-007a11ca6b56.json",
        json!({"items": [{"item_id": long, "item_name": long, "status": "failed", "error_message": long}]}),
    )]);
    let packed = unpacked(&made(&dump, 10));
    let lengths: BTreeMap<&str, usize> = ["id", "name", "message"]
        .map(|column| (column, packed[column][0].as_str().map_or(0, str::len)))
        .into();
    assert!(lengths["id"] < 60 && lengths["message"] < 80, "{lengths:?}");
    assert!(
        packed["id"][0]
            .as_str()
            .is_some_and(|id| id.contains("more characters cut"))
    );
}

#[test]
fn a_table_of_nothing_is_a_table() {
    let dump = dump(&[(
        "bjb-2850355c-6264-417d-b928-007a11ca6b56.json",
        json!({"items": [], "total_size": 0}),
    )]);
    let table = made(&dump, 10);
    assert_eq!(unpacked(&table)["base"], json!(null));
    assert_eq!((table.rows, table.preview.len()), (0, 0));
    assert_eq!(table.sentence, "No item was recorded.");
}

#[test]
fn many_rows_are_packed_in_pieces_that_are_one_stream() {
    // In pieces by columns, and by rows as well.
    for rows in [3_000, 40_000] {
        packed_in_pieces(rows);
    }
}

fn packed_in_pieces(count: usize) {
    let items: Vec<Value> = (0..count)
        .map(|index| {
            let status = ["completed", "failed", "skipped"][index % 3];
            item(&format!("i{index}"), status, Some(index as u32 % 60))
        })
        .collect();
    let dump = dump(&[("items.json", json!({ "items": items }))]);
    let packed = unpacked(&made(&dump, count));
    let column = |name: &str| packed[name].as_array().expect("a list").clone();
    let expected = |of: &dyn Fn(usize) -> Value| (0..count).map(of).collect::<Vec<_>>();
    assert_eq!(column("id"), expected(&|row| json!(format!("i{row}"))));
    assert_eq!(
        column("ended"),
        expected(&|row| json!(row % 60 * 1_000_000))
    );
    assert_eq!(column("status"), expected(&|row| json!(row % 3)));
    assert_eq!(column("statuses"), ["completed", "failed", "skipped"]);
    for name in ["name", "message", "work", "effective", "reason"] {
        assert_eq!(column(name), vec![Value::Null; count], "{name}");
    }
}
