//! A server that wants more than an answer: memory, the disk, or all the time in the world.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::server::{Fault, Reply, Request, Server};
use super::{JOB, Job, Snapshot, command, fail, fetch, options, run};
use crate::harness::Folder;

/// Runs a command and returns what it wrote to standard error, and the most memory it had, in MB.
#[cfg(target_os = "linux")]
fn peak_of(mut command: Command) -> (String, u64) {
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().expect("it starts");
    let path = format!("/proc/{}/status", child.id());
    let watched = std::thread::spawn(move || {
        let mut peak = 0;
        while let Ok(status) = std::fs::read_to_string(&path) {
            let line = status.lines().find(|line| line.starts_with("VmHWM:"));
            let Some(kb) = line.and_then(|line| line.split_whitespace().nth(1)) else {
                break;
            };
            peak = peak.max(kb.parse::<u64>().expect("a number") / 1_024);
            std::thread::sleep(Duration::from_millis(5));
        }
        peak
    });
    let output = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (stderr, watched.join().expect("it ends"))
}

#[cfg(target_os = "linux")]
#[test]
fn memory_stays_in_proportion_to_the_response() {
    const MB: usize = 1 << 20;
    let repeated = |begin: &str, part: &str, end: &str| {
        Reply::json(format!("{begin}{}{end}", part.repeat(8 * MB / part.len())))
    };
    let job = format!(r#"{{"job":{{"id":"{JOB}","status":"completed","total_items":0,"x":["#);
    let statuses = [
        repeated(&job, "0,", "0]}}"),
        repeated(r#"{"detail":["#, "[],", "0]}"),
        repeated("[", "[", ""),
        Job::of(3).answer(&status_request()),
    ];
    for status in statuses {
        let server = Server::start(move |request| match request.is_items() {
            true => Reply::json(format!("{{\"items\":[{}0]}}", "0,".repeat(4 * MB))),
            false => status.clone(),
        });
        let folder = Folder::new();
        let mut command = command(&server, &folder);
        command.args([JOB, "-o", ".", "--max-retries", "0"]);
        let (stderr, peak) = peak_of(command);
        // Documents of JSON values take 32 bytes and more for each of the 4 million.
        assert!(peak < 100, "{peak} MB: {stderr}");
    }
}

fn status_request() -> Request {
    Request {
        number: 0,
        path: String::new(),
        query: Default::default(),
        pairs: Vec::new(),
        headers: Default::default(),
    }
}

#[test]
fn a_response_that_is_too_large_after_decompression_is_refused() {
    // Not compressed, because a debug build takes a minute to decompress as much.
    let reply = Reply::json(vec![b'0'; 65 << 20]);
    let server = Server::start(move |_| reply.clone());
    let folder = Folder::new();
    let error = fail(&options(&server, &folder));
    assert!(
        error.contains("larger than 64 MiB after decompression"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_list_that_always_brings_new_items_ends_at_a_limit() {
    let server = Server::start(|request| {
        let job = Job::of(3);
        if !request.is_items() {
            return job.answer(request);
        }
        let from = request.offset();
        let rows: Vec<String> = (from..from + 20_000)
            .map(|number| format!(r#"{{"item_id":"{number}"}}"#))
            .collect();
        Reply::json(format!(
            r#"{{"items":[{}],"total_size":3}}"#,
            rows.join(",")
        ))
    });
    let folder = Folder::new();
    let error = fail(&options(&server, &folder));
    let words = "the list of items does not end: 120,000 items read, 3 stated";
    assert!(error.contains(words), "{error}");
    let snapshot = Snapshot::of(&folder.path().join(JOB));
    assert!(!snapshot.is_finished());
    assert_eq!(snapshot.names().len(), 7);
}

#[test]
fn a_list_of_jobs_without_end_is_given_up() {
    let server = Server::start(|request| {
        let from = request.offset();
        let rows: Vec<String> = (from..from + 50_000)
            .map(|number| format!(r#"{{"id":"bjb-{number}"}}"#))
            .collect();
        Reply::json(format!(
            r#"{{"items":[{}],"total_size":3}}"#,
            rows.join(",")
        ))
    });
    let folder = Folder::new();
    let mut options = options(&server, &folder);
    options.jobs = batch_report::fetch::Selection::All(Default::default());
    let error = run(&options).expect_err("no end").to_string();
    assert!(error.contains("the list of jobs does not end"), "{error}");
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn listed_jobs_without_an_id_are_counted_and_the_others_fetched() {
    let server = Server::start(|request| {
        if request.path.starts_with("/api/v2/") {
            return Reply::of(404, "application/json", r#"{"detail":"Not Found"}"#);
        }
        if request.path.ends_with("/batch-processing") {
            let rows = match request.offset() {
                0 => r#"{"id":"ok-1"},{"id":null},{"id":{"a":1}},7,{"id":"ok-1"},{"id":5}"#,
                _ => "",
            };
            return Reply::json(format!("{{\"items\":[{rows}]}}"));
        }
        let id = request.path.split('/').nth(5).expect("an ID").to_owned();
        let reply = Job::of(2).answer(request);
        Reply::json(
            String::from_utf8(reply.body)
                .expect("UTF-8")
                .replace(JOB, &id),
        )
    });
    let folder = Folder::new();
    let run = fetch(&server, &folder, &["--all", "-o", "."]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (1, "./ok-1\n./5\n"),
        "{}",
        run.stderr
    );
    let words = "3 jobs could not be fetched\n";
    assert!(run.stderr.contains(words), "{}", run.stderr);
    assert!(run.stderr.contains("without a usable ID"), "{}", run.stderr);
}

#[test]
fn a_run_without_a_single_success_is_given_up_in_time() {
    for reply in [
        Reply::of(500, "application/json", r#"{"detail":"Database down"}"#),
        Reply::of(200, "text/html", "<html><title>Sign in</title>"),
        Reply::json("{}").fault(Fault::Stall(None)),
        Reply::of(503, "text/plain", "busy").header("Retry-After", "2"),
    ] {
        let server = Server::start(move |_| reply.clone());
        let folder = Folder::new();
        let mut options = options(&server, &folder);
        options.jobs = batch_report::fetch::Selection::Ids(vec![JOB.into(), "bjb-2".into()]);
        options.first_success_within = Some(Duration::from_millis(1_200));
        options.backoff = Duration::from_millis(200);
        options.max_retries = 50;
        let began = Instant::now();
        let fetched = run(&options).expect("it runs");
        assert!(
            began.elapsed() < Duration::from_secs(3),
            "{:?}",
            began.elapsed()
        );
        let words: Vec<String> = fetched
            .failures
            .iter()
            .map(|(_, e)| super::chain(e))
            .collect();
        assert!(words[0].contains("without a single success"), "{words:?}");
        assert!(words[1].contains("not asked for"), "{words:?}");
        assert_eq!(std::fs::read_dir(folder.path()).expect("there").count(), 0);
    }
}

#[test]
fn a_server_that_answered_once_is_retried_as_often_as_allowed() {
    let server = Server::start(|request| match request.is_items() {
        true => Reply::of(500, "text/plain", "down"),
        false => Job::of(3).answer(request),
    });
    let folder = Folder::new();
    let mut options = options(&server, &folder);
    options.first_success_within = Some(Duration::from_millis(10));
    options.backoff = Duration::from_millis(20);
    let error = fail(&options);
    assert!(error.contains("gave up after 4 attempts"), "{error}");
}

#[test]
fn a_rate_limit_before_the_first_success_is_waited_for() {
    let server = Server::start(|request| match request.number {
        0 => Reply::of(429, "text/plain", "slowly").header("retry-after-ms", "600"),
        _ => Job::of(3).answer(request),
    });
    let folder = Folder::new();
    let mut options = options(&server, &folder);
    options.first_success_within = Some(Duration::from_millis(500));
    assert_eq!(super::succeed(&options).distinct(), 3);
}

#[test]
fn the_manifest_is_not_written_for_each_page_of_a_long_list() {
    let written = std::sync::Arc::new(std::sync::Mutex::new(std::collections::BTreeSet::new()));
    let (seen, folder) = (std::sync::Arc::clone(&written), Folder::new());
    let manifest = folder.path().join(JOB).join("snapshot.json");
    let server = Server::start(move |request| {
        if let Ok(metadata) = std::fs::metadata(&manifest) {
            seen.lock().expect("sizes").insert(metadata.len());
        }
        Job::of(400).answer(request)
    });
    let mut options = options(&server, &folder);
    options.page_size = 1;
    let snapshot = super::succeed(&options);
    assert_eq!(snapshot.names().len(), 401);
    let sizes: Vec<u64> = written.lock().expect("sizes").iter().copied().collect();
    let total: u64 = sizes.iter().sum();
    let largest = sizes.last().expect("a size");
    assert!(
        total < 30 * largest,
        "{} writes, {total} bytes",
        sizes.len()
    );
}
