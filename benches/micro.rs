//! Single steps of a report, measured by themselves: `cargo bench --bench micro`.
//!
//! What a user waits for is measured by `bench.py`; these tell where it went.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use batch_report::api::UtcTime;
use batch_report::load::{self, Dump, LoadOptions};
use batch_report::metrics::durations::percentile;
use batch_report::metrics::mask::mask;
use batch_report::render::{self, Format, Look, Model};
use batch_report::report::{ItemSelection, Report, ReportOptions};
use batch_report::say;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

fn main() {
    divan::main();
}

const ITEMS: usize = 10_000;

/// A page of items as the server writes them, or with a key that has an escape, which only the
/// long way through a document reads.
fn page(long_way: bool) -> String {
    let mut text = String::from("{\"items\":[");
    for n in 0..ITEMS {
        let comma = if n > 0 { "," } else { "" };
        let (status, message) = match n % 16 {
            0 => (
                "failed",
                format!("\"Job timed out after {n} seconds (job_id=pjb-{n:08x})\""),
            ),
            _ => ("completed", "null".to_owned()),
        };
        let (minute, second) = (n / 60 % 60, n % 60);
        let _ = write!(
            text,
            "{comma}{{\"status\":\"{status}\",\"effective_at\":\"2026-05-14T09:{minute:02}:{second:02}.123456Z\",\
             \"error_message\":{message},\"item_id\":\"dfl-511c1376-2e64-4a08-b9b4-{n:012x}\",\
             \"item_name\":\"invoices/2026/scan-{n}.pdf\",\"skip_reason\":null,\
             \"started_at\":\"2026-05-14T08:{second:02}:{minute:02}.5Z\",\
             \"completed_at\":\"2026-05-14T09:{minute:02}:{second:02}.123456Z\"}}"
        );
    }
    text.push_str("],\"total_size\":10000");
    text.push_str(if long_way { ",\"\\u0078\":1}" } else { "}" });
    text
}

fn load_file(path: &PathBuf) -> Dump {
    let (files, notes) =
        load::find(std::slice::from_ref(path), &load::Ignore::default()).expect("no output");
    load::load(&files, notes, LoadOptions::default(), &|_| {}).expect("a dump")
}

fn saved(long_way: bool) -> (tempfile::TempDir, PathBuf, usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("page.json");
    let text = page(long_way);
    std::fs::write(&path, &text).expect("written");
    (folder, path, text.len())
}

fn built(dump: &Dump, items: ItemSelection) -> Report {
    let options = ReportOptions {
        named_groups: Vec::new(),
        dimensions: Vec::new(),
        slowest: 10,
        examples: Some(3),
        items,
    };
    let now = UtcTime::parse("2026-05-14T12:00:00Z").expect("a time");
    say::report(dump, &options, None, now)
}

/// From a file to the frame.
#[divan::bench(args = [false, true])]
fn load_a_page(bencher: Bencher<'_, '_>, long_way: bool) {
    let (_folder, path, bytes) = saved(long_way);
    bencher
        .counter(BytesCount::new(bytes))
        .counter(ItemsCount::new(ITEMS))
        .bench_local(|| load_file(&path));
}

/// From the frame to the summary, without and with all rows of items.
#[divan::bench(args = [false, true])]
fn build_a_report(bencher: Bencher<'_, '_>, all: bool) {
    let items = if all {
        ItemSelection::All
    } else {
        ItemSelection::None
    };
    let (_folder, path, _) = saved(false);
    let dump = load_file(&path);
    bencher
        .counter(ItemsCount::new(ITEMS))
        .bench_local(|| built(&dump, items));
}

#[divan::bench(args = ["json", "md", "html", "text"])]
fn render_a_report(bencher: Bencher<'_, '_>, format: &str) {
    let (_folder, path, _) = saved(false);
    let report = Arc::new(built(&load_file(&path), ItemSelection::All));
    let format = match format {
        "json" => Format::Json,
        "md" => Format::Markdown,
        "html" => Format::Html,
        _ => Format::Text,
    };
    bencher.bench_local(|| {
        render::render(&Model::of(Arc::clone(&report)), format, Look::PLAIN).expect("rendered")
    });
}

#[divan::bench]
fn mask_a_message(bencher: Bencher<'_, '_>) {
    let message = "Parse job pjb-d665aa61-0c0d-4edb-9730-63889b9f1dd0 failed with PDF_CONVERSION_ERROR: \
                   page 59 of 119 could not be rendered (file 'invoices/2026/scan-722756.pdf')";
    bencher
        .counter(BytesCount::of_str(message))
        .bench_local(|| mask(divan::black_box(message), None));
}

#[divan::bench]
fn read_a_time(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| UtcTime::parse(divan::black_box("2026-05-14T08:30:33.233758Z")));
}

#[divan::bench]
fn a_percentile_of_sorted_values(bencher: Bencher<'_, '_>) {
    let sorted: Vec<i64> = (0..1_000_000).collect();
    bencher.bench_local(|| percentile(divan::black_box(&sorted), 0.95));
}
