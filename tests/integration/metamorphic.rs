//! The same documents written in another manner give the same figures.

use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::{Map, Value, json};

use crate::harness::Folder;

/// Random numbers from a seed (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn shuffle<T>(&mut self, values: &mut [T]) {
        for at in (1..values.len()).rev() {
            values.swap(at, self.below(at + 1));
        }
    }
}

/// "2026-05-14T08:30:33Z", so many seconds after eight.
fn at(seconds: usize) -> String {
    let (minutes, second) = (seconds / 60, seconds % 60);
    format!(
        "2026-05-14T{:02}:{:02}:{second:02}Z",
        8 + minutes / 60,
        minutes % 60
    )
}

/// A job and its items.
fn documents(random: &mut Random) -> (Value, Vec<Value>) {
    const MESSAGES: [&str; 4] = [
        "Job timed out after 300 seconds",
        "Der Schlüssel «x» fehlt",
        "page 3 of 9: \"bad\" \\ path",
        "HTTP 502: Bad Gateway",
    ];
    let count = 20 + random.below(60);
    let items: Vec<Value> = (0..count)
        .map(|n| {
            let status =
                ["completed", "completed", "failed", "skipped", "processing"][random.below(5)];
            let start = random.below(7_000);
            let end = start + 1 + random.below(900);
            let has_ended = status != "processing";
            let message = (status == "failed").then(|| MESSAGES[random.below(4)]);
            json!({
                "item_id": format!("item-{n}"),
                "item_name": format!("Bericht {n} (ü).pdf"),
                "status": status,
                "started_at": (status != "skipped").then(|| at(start)),
                "completed_at": has_ended.then(|| at(end)),
                "effective_at": at(end),
                "error_message": message,
                "skip_reason": (status == "skipped").then_some("already_processed"),
                "job_id": format!("pjb-{n}"),
            })
        })
        .collect();
    let job = json!({
        "id": "bjb-1", "job_type": "parse", "project_id": "p", "status": "running",
        "total_items": count, "started_at": at(0), "updated_at": at(8_000),
    });
    (job, items)
}

/// The manner in which one client writes.
struct Manner<'r> {
    random: &'r mut Random,
    shuffles: bool,
    drops_nulls: bool,
    indents: bool,
}

impl Manner<'_> {
    fn object(&mut self, value: &Value) -> Value {
        let Value::Object(members) = value else {
            return value.clone();
        };
        let mut members: Vec<(String, Value)> = members
            .iter()
            .filter(|(_, value)| !(self.drops_nulls && value.is_null()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        if self.shuffles {
            self.random.shuffle(&mut members);
        }
        Value::Object(Map::from_iter(members))
    }

    fn text(&self, value: &Value) -> String {
        match self.indents {
            true => serde_json::to_string_pretty(value).expect("JSON"),
            false => value.to_string(),
        }
    }

    /// Items as the content of one file.
    fn content(&mut self, items: &[Value], total: usize) -> String {
        let items: Vec<Value> = items.iter().map(|item| self.object(item)).collect();
        match self.random.below(5) {
            0 => self.text(&json!({ "items": items, "total_size": total })),
            1 => {
                self.text(&json!({ "next_page_token": null, "total_size": total, "items": items }))
            }
            2 => self.text(&Value::Array(items)),
            3 => items.iter().fold(String::new(), |mut lines, item| {
                let _ = writeln!(lines, "{item}");
                lines
            }),
            _ => {
                let texts: Vec<String> = items.iter().map(|item| self.text(item)).collect();
                texts.join("\n\n")
            }
        }
    }

    /// A text as it lies on the disk.
    fn bytes(&mut self, text: &str) -> Vec<u8> {
        match self.random.below(6) {
            0 => {
                let mut packed = flate2::write::GzEncoder::new(Vec::new(), Default::default());
                packed.write_all(text.as_bytes()).expect("packed");
                packed.finish().expect("packed")
            }
            1 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            2 => [0xfeff]
                .into_iter()
                .chain(text.encode_utf16())
                .flat_map(u16::to_le_bytes)
                .collect(),
            3 => text.replace('\n', "\r\n").into_bytes(),
            _ => text.as_bytes().to_vec(),
        }
    }
}

/// The figures of a summary: without what tells of files and of the order of rows.
fn figures(mut summary: Value) -> Value {
    fn clean(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.remove("examples");
                members.values_mut().for_each(clean);
            }
            Value::Array(values) => values.iter_mut().for_each(clean),
            _ => {}
        }
    }
    let mut items = summary["items"].take();
    let rows = items.as_array_mut().expect("rows");
    for row in rows.iter_mut() {
        row["source"].take();
    }
    rows.sort_by_key(|row| row["item_id"].to_string());
    for part in ["inputs", "notes"] {
        summary[part].take();
    }
    clean(&mut summary);
    json!([summary, items])
}

#[test]
fn the_same_documents_in_another_manner_give_the_same_figures() {
    for seed in 0..6 {
        let mut random = Random(seed);
        let (job, items) = documents(&mut random);
        let mut expected = None;
        for turn in 0..8 {
            let folder = Folder::new();
            let mut items = items.clone();
            if turn > 0 {
                random.shuffle(&mut items);
            }
            let mut manner = Manner {
                shuffles: random.below(2) == 0,
                drops_nulls: random.below(2) == 0,
                indents: random.below(2) == 0,
                random: &mut random,
            };
            let status = json!({ "job": manner.object(&job) });
            let text = manner.text(&status);
            folder.write("status.json", manner.bytes(&text));
            let size = 1 + manner.random.below(items.len());
            let mut shown = String::new();
            for (n, page) in items.chunks(size).enumerate() {
                let text = manner.content(page, items.len());
                let _ = writeln!(shown, "{text}");
                let place = manner.random.below(1_000);
                folder.write(&format!("{place:03}-{n}.json"), manner.bytes(&text));
            }
            let summary = folder.summary(&["--items", "all"]).summary();
            let found = figures(summary);
            let expected = expected.get_or_insert_with(|| found.clone());
            assert!(
                *expected == found,
                "seed {seed}, turn {turn}: {expected:#}\n{found:#}\n{shown}"
            );
        }
    }
}
