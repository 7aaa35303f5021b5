//! Writes recorded dumps of any size for the benchmarks: the same bytes for the same arguments, on
//! every machine and with any number of threads.
//!
//! ```sh
//! cargo bench --bench generate -- <shape> <folder> [options]
//! rustc -O --edition 2024 benches/generate.rs -o generate   # it is one file, and needs no crate
//! ```
//!
//! | Shape | What is written below the folder |
//! | :-- | :-- |
//! | `pages` | a folder for each job: `status.json`, `items-0001.json`, … of up to 1,000 items |
//! | `jsonl` | one job: `status.json`, and `items.jsonl` with an item on each line |
//! | `one-document` | one job: `status.json`, and `items.json`, one page that holds all items |
//! | `folders` | as `pages`, by default 10,000 jobs of 10 items |
//! | `T`, `S`, `L`, `X` | 100 items; 100,000 items in pages; 1,000 jobs of 1,000; 5,000,000 lines |
//!
//! | Option | Default | |
//! | :-- | --: | :-- |
//! | `--items N` | 1000 | items of each job |
//! | `--jobs N` | 1 | jobs, where the shape has several |
//! | `--per-page N` | 1000 | items of a page |
//! | `--seed N` | 1 | other numbers, other items |
//! | `--duplicates PERCENT` | 0 | so many items of a page stand at the start of the next one again |
//! | `--message-bytes N` | 0 | every item that was worked on has an error message of this size |
//!
//! An item takes about 400 bytes. Nine of ten are completed, 6 % failed, 3 % skipped; the rest is
//! pending, processing or cancelled. Durations are log-normal; so many items at a time are worked on
//! as the job has workers; and the list is not in the order of the starts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// 1 May 2026 in microseconds since 1970.
const EPOCH: i64 = 20_574 * DAY;
/// Items that are made at once where the shape has no pages.
const BLOCK: u64 = 10_000;
const MEDIAN_SECONDS: f64 = 12.0;
const SIGMA: f64 = 0.9;
/// The mean of that log-normal: what an item takes.
const MEAN_MICROS: u64 = 18_000_000;

fn main() -> ExitCode {
    // `cargo bench` adds `--bench` to whatever the user gave; without arguments it is a run of all
    // benchmarks, which this is none of.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    if arguments.is_empty() {
        return ExitCode::SUCCESS;
    }
    let written = Plan::parse(&arguments).and_then(|plan| {
        plan.write()
            .map_err(|error| format!("cannot write below {}: {error}", plan.folder.display()))
    });
    match written {
        Ok(summary) => {
            let _ = writeln!(io::stdout(), "{summary}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            let _ = writeln!(io::stderr(), "generate: {message}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Pages,
    Lines,
    OneDocument,
}

struct Plan {
    shape: Shape,
    folder: PathBuf,
    items: u64,
    jobs: u64,
    per_page: u64,
    seed: u64,
    duplicates: f64,
    message_bytes: usize,
}

impl Plan {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        const USAGE: &str = "usage: generate pages|jsonl|one-document|folders|T|S|L|X FOLDER \
            [--items N] [--jobs N] [--per-page N] [--seed N] [--duplicates PERCENT] [--message-bytes N]";
        let [shape, folder, options @ ..] = arguments else {
            return Err(USAGE.into());
        };
        let (shape, jobs, items) = match shape.as_str() {
            "pages" => (Shape::Pages, 1, 1000),
            "folders" => (Shape::Pages, 10_000, 10),
            "jsonl" => (Shape::Lines, 1, 1000),
            "one-document" => (Shape::OneDocument, 1, 1000),
            "T" => (Shape::Pages, 1, 100),
            "S" => (Shape::Pages, 1, 100_000),
            "L" => (Shape::Pages, 1000, 1000),
            "X" => (Shape::Lines, 1, 5_000_000),
            _ => return Err(USAGE.into()),
        };
        let mut plan = Self {
            shape,
            folder: PathBuf::from(folder),
            items,
            jobs,
            per_page: 1000,
            seed: 1,
            duplicates: 0.0,
            message_bytes: 0,
        };
        for pair in options.chunks(2) {
            let [name, value] = pair else {
                return Err(format!("{} needs a value", pair[0]));
            };
            let number = || {
                value
                    .replace('_', "")
                    .parse::<u64>()
                    .map_err(|_| format!("{name} needs a whole number, not {value:?}"))
            };
            match name.as_str() {
                "--items" => plan.items = number()?,
                "--jobs" => plan.jobs = number()?,
                "--per-page" => plan.per_page = number()?.max(1),
                "--seed" => plan.seed = number()?,
                "--message-bytes" => plan.message_bytes = number()? as usize,
                "--duplicates" => {
                    plan.duplicates = value
                        .parse()
                        .ok()
                        .filter(|p| (0.0..=100.0).contains(p))
                        .ok_or_else(|| format!("{name} needs 0 to 100, not {value:?}"))?;
                }
                _ => return Err(format!("unknown option {name}; {USAGE}")),
            }
        }
        if plan.shape != Shape::Pages {
            if plan.jobs != 1 {
                return Err("only folders of pages have several jobs".into());
            }
            plan.per_page = BLOCK;
        }
        Ok(plan)
    }

    fn write(&self) -> io::Result<String> {
        fs::create_dir_all(&self.folder)?;
        if fs::read_dir(&self.folder)?.next().is_some() {
            return Err(io::Error::other("the folder is not empty"));
        }
        let jobs: Vec<Job> = (0..self.jobs).map(|n| Job::new(self, n)).collect();
        let threads = thread::available_parallelism().map_or(1, |n| n.get().min(8) as u64);
        if self.shape == Shape::Pages {
            self.write_pages(&jobs, threads)?;
        } else {
            self.write_stream(&jobs[0], threads)?;
        }
        let rows: u64 = jobs
            .iter()
            .map(|j| j.tally.rows.load(Ordering::Relaxed))
            .sum();
        let bytes: u64 = jobs
            .iter()
            .map(|j| j.tally.bytes.load(Ordering::Relaxed))
            .sum();
        Ok(format!(
            "{}: {rows} items of {} jobs, {bytes} bytes",
            self.folder.display(),
            jobs.len()
        ))
    }

    /// Pages are independent of each other, so whichever thread is free takes the next.
    fn write_pages(&self, jobs: &[Job], threads: u64) -> io::Result<()> {
        for job in jobs {
            fs::create_dir(self.folder.join(&job.id))?;
        }
        let pages = jobs[0].units;
        let next = AtomicU64::new(0);
        let work = || -> io::Result<()> {
            let mut text = Vec::new();
            loop {
                let task = next.fetch_add(1, Ordering::Relaxed);
                let Some(job) = jobs.get((task / pages) as usize) else {
                    return Ok(());
                };
                let page = task % pages;
                text.clear();
                text.extend_from_slice(b"{\"items\":[");
                job.write_unit(self, page, b",", &mut text);
                let token = if page + 1 < pages {
                    let mut random = Random::new(&[self.seed, job.number, page, 3]);
                    let (high, low) = (random.next(), random.next());
                    format!("\"{high:016x}{low:016x}\"")
                } else {
                    "null".into()
                };
                text.extend_from_slice(self.page_end(&token).as_bytes());
                let name = format!("items-{:04}.json", page + 1);
                fs::write(self.folder.join(&job.id).join(name), &text)?;
                job.tally
                    .bytes
                    .fetch_add(text.len() as u64, Ordering::Relaxed);
            }
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().try_for_each(joined)
        })?;
        jobs.iter()
            .try_for_each(|job| job.write_status(&self.folder.join(&job.id)))
    }

    /// One file: some threads make blocks of items in turn, this one writes them in order.
    fn write_stream(&self, job: &Job, threads: u64) -> io::Result<()> {
        let (name, separator, end): (_, &[u8], _) = match self.shape {
            Shape::OneDocument => ("items.json", b",", self.page_end("null")),
            _ => ("items.jsonl", b"\n", "\n".into()),
        };
        let mut file = File::create(self.folder.join(name))?;
        if self.shape == Shape::OneDocument {
            file.write_all(b"{\"items\":[")?;
        }
        thread::scope(|scope| -> io::Result<()> {
            let mut blocks = Vec::new();
            for first in 0..threads {
                let (send, receive) = sync_channel(2);
                blocks.push(receive);
                scope.spawn(move || {
                    for block in (first..job.units).step_by(threads as usize) {
                        let mut text = Vec::new();
                        if block > 0 {
                            text.extend_from_slice(separator);
                        }
                        job.write_unit(self, block, separator, &mut text);
                        // Nobody listens any more where writing failed.
                        if send.send(text).is_err() {
                            return;
                        }
                    }
                });
            }
            for block in 0..job.units {
                let text = blocks[(block % threads) as usize]
                    .recv()
                    .map_err(io::Error::other)?;
                job.tally
                    .bytes
                    .fetch_add(text.len() as u64, Ordering::Relaxed);
                file.write_all(&text)?;
            }
            Ok(())
        })?;
        file.write_all(end.as_bytes())?;
        job.write_status(&self.folder)
    }

    fn page_end(&self, token: &str) -> String {
        format!(
            "],\"next_page_token\":{token},\"total_size\":{}}}",
            self.items
        )
    }
}

fn joined(worker: thread::ScopedJoinHandle<'_, io::Result<()>>) -> io::Result<()> {
    worker
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("a thread panicked")))
}

/// What is known of a job only when all of its items are made.
#[derive(Default)]
struct Tally {
    statuses: [AtomicU64; STATUSES.len()],
    last_end: AtomicI64,
    rows: AtomicU64,
    bytes: AtomicU64,
}

struct Job {
    number: u64,
    id: String,
    begin: i64,
    workers: u64,
    /// Pages, or blocks where there are none.
    units: u64,
    /// Which part of the job's time a page has is a permutation of the pages: times this number.
    stride: u64,
    running: bool,
    tally: Tally,
}

impl Job {
    fn new(plan: &Plan, number: u64) -> Self {
        let mut random = Random::new(&[plan.seed, number, 1]);
        let units = plan.items.div_ceil(plan.per_page).max(1);
        let mut stride = (units * 5 / 8).max(1);
        while common_divisor(stride, units) != 1 {
            stride += 1;
        }
        let mut id = b"bjb-".to_vec();
        random.uuid(&mut id);
        let begin = EPOCH + random.below(plan.jobs * 300_000_000) as i64;
        Self {
            number,
            id: String::from_utf8_lossy(&id).into_owned(),
            begin,
            workers: (plan.items / 100).clamp(8, 400),
            units,
            stride,
            running: number.is_multiple_of(4),
            tally: Tally {
                last_end: AtomicI64::new(begin),
                ..Tally::default()
            },
        }
    }

    /// The items of one page, joined by the separator.
    fn write_unit(&self, plan: &Plan, unit: u64, separator: &[u8], text: &mut Vec<u8>) {
        let mut join = Vec::new();
        if unit > 0 && plan.duplicates > 0.0 {
            let before = self.items_of(plan, unit - 1);
            let again = (before.len() as f64 * plan.duplicates / 100.0).round() as usize;
            for item in &before[before.len() - again..] {
                text.extend_from_slice(&join);
                text.extend_from_slice(item);
                join = separator.to_vec();
            }
            self.tally.rows.fetch_add(again as u64, Ordering::Relaxed);
        }
        let mut made = Maker::new(self, plan, unit);
        while made.left > 0 {
            text.extend_from_slice(&join);
            made.item(text);
            if join.is_empty() {
                join = separator.to_vec();
            }
        }
        for (sum, count) in self.tally.statuses.iter().zip(made.statuses) {
            sum.fetch_add(count, Ordering::Relaxed);
        }
        self.tally
            .rows
            .fetch_add(made.statuses.iter().sum(), Ordering::Relaxed);
        self.tally
            .last_end
            .fetch_max(made.last_end, Ordering::Relaxed);
    }

    fn items_of(&self, plan: &Plan, unit: u64) -> Vec<Vec<u8>> {
        let mut made = Maker::new(self, plan, unit);
        let mut items = Vec::new();
        while made.left > 0 {
            let mut item = Vec::new();
            made.item(&mut item);
            items.push(item);
        }
        items
    }

    fn write_status(&self, folder: &Path) -> io::Result<()> {
        let count = |status: Status| self.tally.statuses[status as usize].load(Ordering::Relaxed);
        let total: u64 = self
            .tally
            .statuses
            .iter()
            .map(|s| s.load(Ordering::Relaxed))
            .sum();
        let (failed, skipped) = (count(Status::Failed), count(Status::Skipped));
        let processed = count(Status::Completed) + failed + skipped;
        let now = time(self.tally.last_end.load(Ordering::Relaxed) + 412_907);
        let (status, completed_at, progress) = if self.running {
            let share = 100.0 * processed as f64 / total.max(1) as f64;
            ("running", "null".into(), format!("{share:.4}"))
        } else {
            ("completed", format!("\"{now}\""), "100.0".into())
        };
        let mut random = Random::new(&[self.number, 2]);
        let mut uuid = || {
            let mut text = Vec::new();
            random.uuid(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        };
        let document = format!(
            "{{\"job\":{{\"status\":\"{status}\",\"effective_at\":\"{now}\",\"job_record_id\":\"{}\",\
             \"error_message\":null,\"id\":\"{}\",\"created_at\":\"{}\",\"updated_at\":\"{now}\",\
             \"project_id\":\"proj-{}\",\"directory_id\":\"dir-{}\",\"job_type\":\"parse\",\
             \"total_items\":{total},\"processed_items\":{processed},\"failed_items\":{failed},\
             \"skipped_items\":{skipped},\"workflow_id\":\"batch-parse-{}\",\"started_at\":\"{}\",\
             \"completed_at\":{completed_at}}},\"progress_percentage\":{progress}}}",
            uuid(),
            self.id,
            time(self.begin - 4_705_545),
            uuid(),
            uuid(),
            uuid(),
            time(self.begin - 118_452),
        );
        fs::write(folder.join("status.json"), document)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Status {
    Completed,
    Failed,
    Skipped,
    Pending,
    Processing,
    Cancelled,
}

const STATUSES: [&str; 6] = [
    "completed",
    "failed",
    "skipped",
    "pending",
    "processing",
    "cancelled",
];

/// The items of one page, one after another.
struct Maker<'a> {
    job: &'a Job,
    plan: &'a Plan,
    random: Random,
    left: u64,
    /// When items of this page are worked on, in no order.
    spans: Vec<(i64, i64)>,
    statuses: [u64; STATUSES.len()],
    last_end: i64,
    name: Vec<u8>,
}

impl<'a> Maker<'a> {
    fn new(job: &'a Job, plan: &'a Plan, unit: u64) -> Self {
        let mut random = Random::new(&[plan.seed, job.number, unit, 4]);
        let left = plan.per_page.min(plan.items - unit * plan.per_page);
        let slot = plan.per_page * MEAN_MICROS / job.workers;
        let begin = job.begin + (unit * job.stride % job.units * slot) as i64;
        let spans = spans(&mut random, begin, left, job.workers);
        Self {
            job,
            plan,
            random,
            left,
            spans,
            statuses: [0; STATUSES.len()],
            last_end: job.begin,
            name: Vec::new(),
        }
    }

    /// Adds an item as the server writes it.
    fn item(&mut self, text: &mut Vec<u8>) {
        self.left -= 1;
        let (started, ended) = self.spans[self.left as usize];
        let random = &mut self.random;
        let status = match random.below(1000) {
            0..900 => Status::Completed,
            900..960 => Status::Failed,
            960..990 => Status::Skipped,
            _ if !self.job.running => Status::Cancelled,
            990..995 => Status::Pending,
            _ => Status::Processing,
        };
        self.statuses[status as usize] += 1;
        let worked = matches!(status, Status::Completed | Status::Failed);
        let begun = worked || status == Status::Processing;
        let odd = random.below(1000);
        let started_at = (begun && odd >= 3).then_some(started);
        let completed_at = (worked && !(status == Status::Failed && odd > 990)).then_some(ended);
        let effective_at = match status {
            Status::Processing | Status::Skipped => started,
            Status::Pending | Status::Cancelled => self.job.begin - 3_430_545,
            Status::Completed | Status::Failed => ended,
        };
        if worked {
            self.last_end = self.last_end.max(ended);
        }
        self.name.clear();
        name(random, &mut self.name);

        text.extend_from_slice(b"{\"status\":\"");
        text.extend_from_slice(STATUSES[status as usize].as_bytes());
        text.extend_from_slice(b"\",\"effective_at\":");
        moment(Some(effective_at), text);
        text.extend_from_slice(b",\"job_record_id\":");
        quoted_uuid(random, b"", begun, text);
        text.extend_from_slice(b",\"error_message\":");
        if self.plan.message_bytes > 0 && worked {
            long_message(random, self.plan.message_bytes, text);
        } else if status == Status::Failed {
            message(random, &self.name, text);
        } else {
            text.extend_from_slice(b"null");
        }
        text.extend_from_slice(b",\"item_id\":");
        quoted_uuid(random, b"dfl-", true, text);
        text.extend_from_slice(b",\"item_name\":\"");
        text.extend_from_slice(&self.name);
        text.extend_from_slice(b"\",\"job_id\":");
        quoted_uuid(random, b"pjb-", begun, text);
        text.extend_from_slice(b",\"skip_reason\":");
        text.extend_from_slice(match status {
            Status::Skipped => match random.below(100) {
                0..60 => b"\"already_processed\"".as_slice(),
                60..85 => b"\"size_limit_exceeded\"",
                85..95 => b"\"unsupported_file_type\"",
                _ => b"null",
            },
            _ => b"null",
        });
        text.extend_from_slice(b",\"started_at\":");
        moment(started_at, text);
        text.extend_from_slice(b",\"completed_at\":");
        moment(completed_at, text);
        text.push(b'}');
    }
}

/// So many spans of time, as workers take one item after another, and then shuffled.
fn spans(random: &mut Random, begin: i64, count: u64, workers: u64) -> Vec<(i64, i64)> {
    let mut free: BinaryHeap<Reverse<i64>> = (0..workers)
        .map(|_| Reverse(begin + random.below(MEAN_MICROS) as i64))
        .collect();
    let mut spans: Vec<(i64, i64)> = (0..count)
        .map(|_| {
            let at = free.pop().map_or(begin, |Reverse(at)| at);
            let started = at + random.below(400_000) as i64;
            let ended = started + random.duration();
            free.push(Reverse(ended));
            // Some clocks write whole seconds. Starts are rounded down and ends up, so that nothing
            // ends before it starts.
            let whole = random.below(1000);
            (
                if whole < 20 {
                    started - started % SECOND
                } else {
                    started
                },
                if whole.is_multiple_of(50) {
                    ended + SECOND - ended % SECOND
                } else {
                    ended
                },
            )
        })
        .collect();
    for n in (1..spans.len()).rev() {
        spans.swap(n, random.below(n as u64 + 1) as usize);
    }
    spans
}

/// The text of a file name, escaped as JSON has it.
fn name(random: &mut Random, text: &mut Vec<u8>) {
    let n = random.below(1_000_000);
    let written = match random.below(200) {
        0..80 => write!(text, "invoices/2026/scan-{n:06}.pdf"),
        80..120 => write!(text, "contracts/2026/MSA-{}.pdf", n % 90_000 + 10_000),
        120..150 => write!(text, "ACME-INV-{n:06}.pdf"),
        150..170 => write!(text, "Scan {n}.pdf"),
        170..180 => write!(text, "statement-{}-{:02}.pdf", 2022 + n % 5, n % 12 + 1),
        180..188 => write!(
            text,
            "Q{} {} board deck (final) v{n}.pptx",
            n % 4 + 1,
            2023 + n % 4
        ),
        188..191 => write!(text, "Kündigung Ärztehaus Straße {n}.pdf"),
        191..193 => write!(text, "契約書_2026年5月_{n}.pdf"),
        193..195 => write!(text, "請求書 No. {n}.pdf"),
        195..197 => write!(text, "notes, draft \\\"{n}\\\".pdf"),
        197..199 => write!(text, "r\\u00e9sum\\u00e9-{n}.pdf"),
        _ => write!(text, "C:\\\\scans\\\\batch 7\\\\page{n:06}.tif"),
    };
    debug_assert!(written.is_ok(), "memory takes what is written");
}

/// A message of one of a dozen kinds, in which only ids, numbers, quoted names, paths, URLs and times vary.
fn message(random: &mut Random, name: &[u8], text: &mut Vec<u8>) {
    let mut uuid = Vec::new();
    random.uuid(&mut uuid);
    let uuid = String::from_utf8_lossy(&uuid);
    let name = String::from_utf8_lossy(name);
    let n = random.below(1_000_000);
    let pages = 20 + random.below(380);
    let page = 1 + n % pages;
    let written = match random.below(100) {
        0..30 => write!(
            text,
            "\"Job timed out after 300 seconds (job_id={uuid}, attempt {}/3)\"",
            n % 3 + 1
        ),
        30..45 => write!(
            text,
            "\"Parse job pjb-{uuid} failed with PDF_CONVERSION_ERROR: page {page} of {pages} could not \
             be rendered (file '{name}')\""
        ),
        45..57 => write!(
            text,
            "\"ERROR_DURING_PROCESSING: An unknown error occurred during processing. Job id: {uuid}\""
        ),
        57..66 => write!(
            text,
            "\"Error while parsing the file '{name}': Failed to parse the file: [{uuid}], status: ERROR.\""
        ),
        66..73 => write!(
            text,
            "\"The document '{name}' is password-protected or DRM-encrypted and cannot be processed.\""
        ),
        73..79 => write!(
            text,
            "\"Rate limit exceeded for project {uuid}: {} of 900 pages per minute used. Retry after {} \
             seconds (request_id: req_{n:08})\"",
            900 + n % 400,
            n % 59 + 1
        ),
        79..84 => write!(
            text,
            "\"Traceback (most recent call last):\\n  File \\\"/app/worker/parse.py\\\", line {}, in run\\n    \
             page = doc[{}]\\nIndexError: page {} not in document of {pages} pages\"",
            n % 900 + 20,
            pages + 1,
            pages + 1
        ),
        84..88 => write!(
            text,
            "\"Could not download https://files.example.com/{uuid}/original?expires={} (HTTP 403)\"",
            1_780_000_000 + n
        ),
        88..91 => write!(
            text,
            "\"Upload link expired at 2026-05-{:02}T{:02}:{:02}:{:02}Z, please upload the file again\"",
            n % 28 + 1,
            n % 24,
            n % 60,
            n / 60 % 60
        ),
        91..94 => write!(
            text,
            "\"Extraction does not match the schema: '{}' is missing on page {page}\"",
            ["net_total", "due_date", "iban"][(n % 3) as usize]
        ),
        94..96 => write!(
            text,
            "\"Cannot open /data/work/{uuid}/input.pdf: invalid cross-reference table at byte {n}\""
        ),
        96..98 => write!(text, "\"Unsupported file type\""),
        _ => write!(text, "null"),
    };
    debug_assert!(written.is_ok(), "memory takes what is written");
}

/// A traceback of so many bytes.
fn long_message(random: &mut Random, bytes: usize, text: &mut Vec<u8>) {
    text.extend_from_slice(b"\"Traceback (most recent call last):");
    let end = text.len() + bytes.saturating_sub(34);
    while text.len() < end {
        let n = random.below(1_000_000);
        let written = write!(
            text,
            "\\n  File \\\"/app/worker/stage_{}.py\\\", line {}, in step_{n}",
            n % 7,
            n % 900
        );
        debug_assert!(written.is_ok(), "memory takes what is written");
    }
    text.push(b'"');
}

fn quoted_uuid(random: &mut Random, prefix: &[u8], present: bool, text: &mut Vec<u8>) {
    if !present {
        text.extend_from_slice(b"null");
        return;
    }
    text.push(b'"');
    text.extend_from_slice(prefix);
    random.uuid(text);
    text.push(b'"');
}

fn moment(micros: Option<i64>, text: &mut Vec<u8>) {
    let Some(micros) = micros else {
        text.extend_from_slice(b"null");
        return;
    };
    text.push(b'"');
    push_time(micros, text);
    text.push(b'"');
}

fn time(micros: i64) -> String {
    let mut text = Vec::new();
    push_time(micros, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// RFC 3339; a zero fraction is dropped, as the server does.
fn push_time(micros: i64, text: &mut Vec<u8>) {
    let digits = |text: &mut Vec<u8>, value: i64, width: u32| {
        for place in (0..width).rev() {
            text.push(b'0' + (value / 10_i64.pow(place) % 10) as u8);
        }
    };
    let (days, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
    // From days to a date: years that begin in March, in eras of 400 years.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    digits(text, year, 4);
    text.push(b'-');
    digits(text, month, 2);
    text.push(b'-');
    digits(text, day, 2);
    text.push(b'T');
    let seconds = rest / SECOND;
    digits(text, seconds / 3600, 2);
    text.push(b':');
    digits(text, seconds / 60 % 60, 2);
    text.push(b':');
    digits(text, seconds % 60, 2);
    let fraction = rest % SECOND;
    if fraction != 0 {
        text.push(b'.');
        digits(text, fraction, 6);
    }
    text.push(b'Z');
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

/// SplitMix64: small, fast, and good enough for names and ids.
struct Random(u64);

impl Random {
    /// A stream of its own for each list of numbers.
    fn new(path: &[u64]) -> Self {
        let mut random = Self(0);
        for step in path {
            random.0 ^= *step;
            random.0 = random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number below the limit.
    fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }

    /// Log-normal, from half a second up, in microseconds. It takes only such operations as give the
    /// same result on every machine, which a library's `exp` does not promise.
    fn duration(&mut self) -> i64 {
        let mut sum = 0;
        for _ in 0..3 {
            let bits = self.next();
            sum += (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
        }
        // Twelve even numbers of 0 to 1 have the variance 1 together, and nearly a normal shape.
        let normal = sum as f64 / 65_536.0 - 6.0;
        let mut power = 1.0 + normal * SIGMA / 1024.0;
        for _ in 0..10 {
            power *= power;
        }
        ((MEDIAN_SECONDS * power).max(0.5) * SECOND as f64) as i64
    }

    /// Adds a version 4 UUID.
    fn uuid(&mut self, text: &mut Vec<u8>) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let high = self.next() & !0xf000 | 0x4000;
        let low = self.next() >> 2 | 1 << 63;
        let bytes = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
        for (n, byte) in bytes.iter().enumerate() {
            if matches!(n, 4 | 6 | 8 | 10) {
                text.push(b'-');
            }
            text.push(HEX[usize::from(byte >> 4)]);
            text.push(HEX[usize::from(byte & 0xf)]);
        }
    }
}
