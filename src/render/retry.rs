//! Lists of items to run again.

use serde::Serialize;

use crate::frame::export::text::escaped;
use crate::report::retry::{Kind, Plan, Record};

/// Form of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Item IDs, one a line.
    Ids,
    /// A row per item, with its name, job, class and message.
    Csv,
    /// An object per item, in an array.
    Json,
    /// Request body: `{"item_ids": [...]}`.
    Body,
}

#[derive(Serialize)]
struct Row<'r> {
    item_id: &'r str,
    item_name: Option<&'r str>,
    job: &'r str,
    class: &'r str,
    reason: Option<&'r str>,
}

#[derive(Serialize)]
struct Body<'r> {
    item_ids: Vec<&'r str>,
}

/// Writes the items of these kinds; nothing if there is none.
pub(crate) fn render(plan: &Plan<'_>, kinds: &[Kind], form: Form) -> String {
    let items = plan.items.iter().filter(|(kind, _)| kinds.contains(kind));
    let items: Vec<&(Kind, Record<'_>)> = items.collect();
    if items.is_empty() {
        return String::new();
    }
    let rows = || {
        items.iter().map(|(kind, record)| Row {
            item_id: &record.id,
            item_name: record.name.as_deref(),
            job: plan
                .jobs
                .get(record.job as usize)
                .map_or("", String::as_str),
            class: kind.word(),
            reason: record.message.as_deref(),
        })
    };
    let ids = || items.iter().map(|(_, record)| &*record.id);
    let json = |text: serde_json::Result<String>| text.unwrap_or_default() + "\n";
    match form {
        // A line is one id, whatever is in it.
        Form::Ids => ids()
            .map(|id| id.replace(char::is_control, " ") + "\n")
            .collect(),
        Form::Body => json(serde_json::to_string(&Body {
            item_ids: ids().collect(),
        })),
        Form::Json => json(serde_json::to_string(&rows().collect::<Vec<_>>())),
        Form::Csv => {
            let mut table = csv::Writer::from_writer(Vec::new());
            let mut put = |cells: [&str; 5]| {
                // Writing to memory does not fail.
                let _ = table.write_record(cells.map(|cell| escaped(cell).into_owned()));
            };
            put(["item_id", "item_name", "job", "class", "reason"]);
            for row in rows() {
                let name = row.item_name.unwrap_or_default();
                put([
                    row.item_id,
                    name,
                    row.job,
                    row.class,
                    row.reason.unwrap_or_default(),
                ]);
            }
            String::from_utf8(table.into_inner().unwrap_or_default()).unwrap_or_default()
        }
    }
}
