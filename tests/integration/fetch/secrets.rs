//! A server that repeats the key: it gets into no file, no message and no URL.

use std::fs;
use std::path::Path;

use super::server::{Reply, Request, Server};
use super::{JOB, Job, KEY, Snapshot, command, fetch, options, succeed};
use crate::harness::{Folder, Run, finish};

/// Asserts that no file below a folder contains the key.
fn assert_no_key_in(folder: &Path) {
    for entry in fs::read_dir(folder).expect("there") {
        let path = entry.expect("readable").path();
        assert!(!path.to_string_lossy().contains(KEY), "{}", path.display());
        if path.is_dir() {
            assert_no_key_in(&path);
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(&path).expect("read")).into_owned();
        assert!(!text.to_lowercase().contains(KEY), "{}", path.display());
    }
}

/// Fetches from a server, and asserts that nothing shows the key.
fn fetched_without_key(reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> (Run, Folder) {
    let server = Server::start(reply);
    let folder = Folder::new();
    let run = fetch(
        &server,
        &folder,
        &[JOB, "-o", ".", "-v", "--max-retries", "0"],
    );
    assert!(!run.stdout.contains(KEY), "{}", run.stdout);
    assert!(!run.stderr.to_lowercase().contains(KEY), "{}", run.stderr);
    // Neither does a part of it remain that a cut has left.
    assert!(!run.stderr.contains(&KEY[..12]), "{}", run.stderr);
    assert_no_key_in(folder.path());
    (run, folder)
}

#[test]
fn an_error_that_is_cut_within_the_key() {
    for length in 270..300 {
        let body = format!(r#"{{"detail":"{}{KEY}"}}"#, "A".repeat(length));
        let reply = Reply::of(403, "application/json", body);
        let (run, _) = fetched_without_key(move |_| reply.clone());
        assert_eq!(run.code, 1);
    }
}

#[test]
fn a_redirect_that_carries_the_key_is_not_followed() {
    for location in [
        format!("http://{KEY}.invalid/"),
        format!("/moved?key={KEY}"),
        format!("/moved?key=%6C{}", &KEY[1..]),
    ] {
        let (run, _) = fetched_without_key(move |request| {
            assert!(!request.path.starts_with("/moved"), "followed");
            Reply::of(302, "text/plain", "").header("Location", &location)
        });
        assert!(
            run.stderr.contains("contains the API key"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn the_id_of_another_job() {
    let (run, _) =
        fetched_without_key(|_| Reply::json(Job::of(25).status_document().replace(JOB, KEY)));
    assert!(run.stderr.contains("about the job `***`"), "{}", run.stderr);
}

#[test]
fn a_header_that_is_quoted_in_an_error() {
    let (run, _) =
        fetched_without_key(|_| Reply::json("{}").header("Content-Encoding", &KEY.to_uppercase()));
    assert!(run.stderr.contains("encoding `***`"), "{}", run.stderr);
}

#[test]
fn a_body_is_stored_with_asterisks_for_the_key() {
    let (run, folder) = fetched_without_key(|request| {
        let body = Job::of(25).answer(request).body;
        let body = String::from_utf8(body).expect("UTF-8");
        // Once byte for byte, and once written so that only a parser finds it.
        let escaped = format!("\\u006c{}", &KEY[1..]);
        let status = format!("\"status\":\"x {escaped}\"");
        Reply::json(if request.is_items() {
            body.replace("item-3.pdf", KEY)
        } else {
            body.replace("\"status\":\"completed\"", &status)
        })
    });
    assert_eq!(run.code, 0, "{}", run.stderr);
    let snapshot = Snapshot::of(&folder.path().join(JOB));
    let page = &snapshot.manifest["files"][1];
    assert_eq!(page["masked"], true);
    let body = snapshot.body("items-000001.json");
    assert!(body.contains(&"*".repeat(KEY.len())), "{body}");
    assert_eq!(
        page["sha256"],
        batch_report::snapshot::sha256(body.as_bytes())
    );
    assert_eq!(page["bytes"], body.len());
    assert_eq!(snapshot.manifest["files"][0]["masked"], true);
    let report = folder.run(&["report", ".", "--format", "json"]);
    assert!(!report.stdout.contains(KEY) && !report.stderr.contains(KEY));
}

#[test]
fn a_listed_job_that_is_called_like_the_key_is_not_asked_for() {
    let server = Server::start(|request| {
        assert!(!request.path.contains(KEY), "in a URL");
        assert!(request.query.values().all(|value| value != KEY), "in a URL");
        let rows = match request.offset() {
            0 => format!(r#"{{"id":"x-{KEY}","status":"failed"}}"#),
            _ => String::new(),
        };
        Reply::json(format!("{{\"items\":[{rows}]}}"))
    });
    let folder = Folder::new();
    let run = fetch(&server, &folder, &["--all", "-o", "."]);
    assert_eq!(run.code, 1);
    assert!(!run.stderr.contains(KEY), "{}", run.stderr);
    assert_no_key_in(folder.path());
}

#[test]
fn a_key_that_occurs_in_ordinary_words_changes_nothing() {
    let server = Server::start(|request| Job::of(25).answer(request));
    let folder = Folder::new();
    let mut short = command(&server, &folder);
    short
        .args([JOB, "-o", "."])
        .env("LLAMA_CLOUD_API_KEY", "item");
    assert_eq!(finish(short, b"").code, 0);
    let expected = Folder::new();
    let expected = succeed(&options(&server, &expected));
    let snapshot = Snapshot::of(&folder.path().join(JOB));
    assert_eq!(snapshot.distinct(), expected.distinct());
    assert_eq!(snapshot.body("status.json"), expected.body("status.json"));
}
