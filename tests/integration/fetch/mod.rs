//! `fetch`, against a server on the loopback.

mod batches;
mod command;
mod folders;
mod hostile;
mod lists;
mod refusals;
mod retries;
mod secrets;
mod server;
mod service;
mod strangers;
mod watch;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use batch_report::args::Verbosity;
use batch_report::fetch::{ApiKey, BaseUrl, FetchError, FetchOptions, Fetched, Hooks, Selection};
use serde_json::Value;

use self::server::{Reply, Request, Server};
use crate::harness::{Folder, program};

const JOB: &str = "bjb-5134723d-e8be-427d-bacb-03b251e538a5";
const KEY: &str = "llx-key-of-the-tests";

/// A job as a server tells it.
#[derive(Debug, Clone)]
struct Job {
    status: &'static str,
    /// Total in the status document.
    total_items: Option<usize>,
    /// Total in the list.
    total_size: Option<usize>,
    items: usize,
}

impl Job {
    fn of(items: usize) -> Self {
        Self {
            status: "completed",
            total_items: Some(items),
            total_size: Some(items),
            items,
        }
    }

    fn status_document(&self) -> String {
        let total = self
            .total_items
            .map_or("null".to_owned(), |total| total.to_string());
        format!(
            r#"{{"job":{{"id":"{JOB}","job_type":"parse","project_id":"p","status":"{}","total_items":{total},"processed_items":{}}},"progress_percentage":50}}"#,
            self.status, self.items
        )
    }

    /// The page that a request asks for.
    fn page(&self, request: &Request) -> String {
        let to = (request.offset() + request.limit()).min(self.items);
        self.page_of(request.offset()..to)
    }

    fn page_of(&self, items: impl IntoIterator<Item = usize>) -> String {
        let total = self
            .total_size
            .map_or("null".to_owned(), |total| total.to_string());
        let rows: Vec<String> = items
            .into_iter()
            .map(|number| crate::harness::item(&format!("item-{number}"), "completed"))
            .collect();
        format!(
            "{{\"items\":[{}],\n \"next_page_token\":\"nobody-can-use-it\",\"total_size\":{total}}}",
            rows.join(",")
        )
    }

    /// Response of a good server.
    fn answer(&self, request: &Request) -> Reply {
        Reply::json(if request.is_items() {
            self.page(request)
        } else {
            self.status_document()
        })
    }
}

/// Options with which nothing takes long.
fn options(server: &Server, folder: &Folder) -> FetchOptions {
    FetchOptions {
        jobs: Selection::Ids(vec![JOB.to_owned()]),
        folder: folder.path().to_owned(),
        base_url: BaseUrl::parse(&server.url()).expect("a URL"),
        key: ApiKey::new(KEY).expect("a key"),
        project_id: None,
        organization_id: None,
        page_size: 10,
        max_retries: 3,
        timeout: Duration::from_secs(20),
        first_success_within: None,
        rate: None,
        force: false,
        watch: None,
        every_change: false,
        backoff: Duration::from_millis(1),
        verbosity: Verbosity::Quiet,
    }
}

/// Fetches through the library.
fn run(options: &FetchOptions) -> Result<Fetched, FetchError> {
    batch_report::fetch::fetch(
        options,
        &mut Hooks {
            interrupted: &AtomicBool::new(false),
            done: &mut |_| {},
            looked: &mut |_| {},
        },
    )
}

/// Fetches, and expects that the job could be.
fn succeed(options: &FetchOptions) -> Snapshot {
    let fetched = run(options).expect("it runs");
    assert!(
        fetched.failures.is_empty(),
        "{}",
        chain(&fetched.failures[0].1)
    );
    Snapshot::of(&fetched.snapshots[0])
}

/// Fetches, expects that the job could not be, and gives the error with its causes.
fn fail(options: &FetchOptions) -> String {
    let fetched = run(options).expect("it runs");
    assert!(fetched.snapshots.is_empty());
    chain(&fetched.failures[0].1)
}

fn chain(error: &FetchError) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        words.push_str(&format!(" / {error}"));
        cause = error.source();
    }
    words
}

/// Content of the folder of a job.
struct Snapshot {
    folder: PathBuf,
    manifest: Value,
}

impl Snapshot {
    fn of(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join("snapshot.json")).expect("a manifest");
        Self {
            folder: folder.to_owned(),
            manifest: serde_json::from_str(&text).expect("JSON"),
        }
    }

    fn distinct(&self) -> u64 {
        self.manifest["distinct_items"].as_u64().expect("a number")
    }

    fn whole(&self) -> Option<bool> {
        self.manifest["whole"].as_bool()
    }

    fn is_finished(&self) -> bool {
        self.manifest["finished"] == true
    }

    /// The names of the files the manifest lists.
    fn names(&self) -> Vec<&str> {
        let files = self.manifest["files"].as_array().expect("a list");
        files
            .iter()
            .map(|file| file["name"].as_str().expect("a name"))
            .collect()
    }

    fn body(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).expect("there")
    }
}

/// `batch-report fetch …`, with nothing of the caller's network.
fn command(server: &Server, folder: &Folder) -> Command {
    let mut command = program();
    command
        .current_dir(folder.path())
        .arg("fetch")
        .env("LLAMA_CLOUD_API_KEY", KEY)
        .env("LLAMA_CLOUD_BASE_URL", server.url());
    for name in [
        "LLAMA_PARSE_API_KEY",
        "HTTPS_PROXY",
        "https_proxy",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs it with these arguments.
fn fetch(server: &Server, folder: &Folder, args: &[&str]) -> crate::harness::Run {
    let mut command = command(server, folder);
    command.args(args);
    crate::harness::finish(command, b"")
}
