//! v2 batches: the batch, its jobs, their data points and the names of the files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Stdio;
use std::sync::{Mutex, mpsc};

use batch_report::fetch::{FetchOptions, Filter, Selection};
use serde_json::{Value, json};

use super::server::{Fault, Reply, Server};
use super::service::{BATCH, Service, refusal};
use super::{JOB, Job, KEY, Snapshot, chain, command, fail, options, run, succeed};
use crate::harness::{Folder, finish};

fn of_batch(server: &Server, folder: &Folder) -> FetchOptions {
    let mut options = options(server, folder);
    options.jobs = Selection::Ids(vec![BATCH.to_owned()]);
    options
}

/// Paths that were asked for, with how often.
fn paths(server: &Server) -> BTreeMap<String, usize> {
    let mut paths = BTreeMap::new();
    for request in server.requests() {
        *paths.entry(request.path).or_default() += 1;
    }
    paths
}

fn gaps(snapshot: &Snapshot) -> Vec<(String, String)> {
    let gaps = snapshot.manifest["gaps"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    gaps.iter()
        .map(|gap| (text(&gap["part"]), text(&gap["message"])))
        .collect()
}

#[test]
fn a_batch_is_stored_byte_for_byte_with_jobs_times_and_names() {
    let service = Service {
        without_job: 2,
        ..Service::of(120)
    };
    let expected = service.batch();
    let (server, _) = service.share();
    let folder = Folder::new();
    let mut options = of_batch(&server, &folder);
    options.project_id = Some("prj-1".to_owned());
    let snapshot = succeed(&options);
    let names: BTreeSet<&str> = snapshot.names().into_iter().collect();
    // 50, 50 and 20 jobs by 30 a page; 121 data points and 122 files by 30 a page.
    let mut files: BTreeSet<String> = (1..=5).map(|n| format!("jobs-{n:06}.json")).collect();
    files.extend((1..=5).map(|n| format!("data-points-{n:06}.json")));
    files.extend((1..=5).map(|n| format!("files-{n:06}.json")));
    files.insert("batch.json".to_owned());
    assert_eq!(names, files.iter().map(String::as_str).collect());
    assert_eq!(snapshot.body("batch.json"), expected);
    for entry in snapshot.manifest["files"].as_array().expect("a list") {
        let body = snapshot.body(entry["name"].as_str().expect("a name"));
        assert_eq!(
            entry["sha256"],
            batch_report::snapshot::sha256(body.as_bytes())
        );
        let url = entry["url"].as_str().expect("a URL");
        assert!(
            url.starts_with(&server.url()) && url.contains("project_id=prj-1"),
            "{url}"
        );
    }
    assert_eq!((snapshot.distinct(), snapshot.whole()), (122, Some(true)));
    assert!(snapshot.is_finished() && gaps(&snapshot).is_empty());
    assert_eq!(snapshot.manifest["job_status"], "COMPLETED");
    for request in server.requests() {
        assert_eq!(request.headers["authorization"], format!("Bearer {KEY}"));
    }
    let point = server
        .requests()
        .into_iter()
        .find(|r| r.path.ends_with("data-points"));
    let query = point.expect("asked").query;
    assert_eq!(query["created_at_on_or_after"], "2026-11-01T09:50:00Z");
    assert_eq!(query["created_at_on_or_before"], "2026-11-01T10:10:00Z");
    assert!(query["hours"].parse::<u64>().expect("a number") >= 1);
}

#[test]
fn the_folder_is_an_ordinary_input() {
    let mut service = Service::of(12);
    service.jobs.insert("pjb-007".to_owned(), "FAILED");
    let (server, _) = service.share();
    let folder = Folder::new();
    succeed(&of_batch(&server, &folder));
    let run = folder.run(&["report", ".", "--strict", "--format", "json"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let job = &run.summary()["jobs"][0];
    assert_eq!(
        (&job["batch_job_id"], &job["api"]),
        (&json!(BATCH), &json!("v2"))
    );
    assert_eq!(job["counts"]["distinct"], 12);
    assert_eq!(job["counts"]["by_status"]["failed"], 1);
    assert_eq!(job["counts"]["complete"], true);
    let kinds: BTreeSet<String> = run.summary()["inputs"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|input| input["kind"].as_str().expect("a kind").to_owned())
        .collect();
    assert!(kinds.contains("snapshot"), "{kinds:?}");
}

#[test]
fn a_complete_batch_is_not_asked_for_again_unless_forced() {
    let (server, _) = Service::of(3).share();
    let folder = Folder::new();
    let mut options = of_batch(&server, &folder);
    succeed(&options);
    let asked = server.requests().len();
    succeed(&options);
    assert_eq!(server.requests().len(), asked);
    options.force = true;
    let snapshot = succeed(&options);
    assert_eq!(server.requests().len(), 2 * asked);
    let aside = fs::read_dir(&snapshot.folder)
        .expect("there")
        .filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().is_dir()));
    assert_eq!(aside.count(), 1);
}

#[test]
fn a_job_that_the_server_has_forgotten_is_a_gap_and_no_failure() {
    let service = Service {
        forgotten: ["pjb-001".to_owned()].into(),
        ..Service::of(3)
    };
    let (server, shared) = service.share();
    let folder = Folder::new();
    let mut command = command(&server, &folder);
    command.args([BATCH, "-o", "."]);
    let run = finish(command, b"");
    assert_eq!(
        (run.code, run.stdout),
        (0, format!("./{BATCH}\n")),
        "{}",
        run.stderr
    );
    let words = "2 of 3 files, batch completed; the server no longer has 1 job";
    assert!(run.stderr.contains(words), "{}", run.stderr);
    let snapshot = Snapshot::of(&folder.path().join(BATCH));
    assert_eq!((snapshot.distinct(), snapshot.whole()), (2, Some(false)));
    assert_eq!(snapshot.manifest["gaps"][0]["id"], "pjb-001");
    assert_eq!(gaps(&snapshot)[0].0, "jobs");
    assert!(
        gaps(&snapshot)[0].1.contains("“Job not found”"),
        "{:?}",
        gaps(&snapshot)
    );
    // The next run asks for that job only.
    shared.lock().expect("the service").forgotten.clear();
    let before = server.requests().len();
    let snapshot = succeed(&of_batch(&server, &folder));
    assert_eq!((snapshot.distinct(), snapshot.whole()), (3, Some(true)));
    assert!(gaps(&snapshot).is_empty());
    let again: Vec<_> = server.requests()[before..]
        .iter()
        .map(|r| r.values("job_ids"))
        .collect();
    assert_eq!(again[1], ["pjb-001"]);
}

#[test]
fn a_directory_that_is_gone_and_data_points_that_are_not_given_are_gaps() {
    for (files_status, points_status) in [(404, 200), (200, 404), (410, 403), (422, 422)] {
        let service = Service {
            files_status,
            points_status,
            ..Service::of(3)
        };
        let (server, _) = service.share();
        let folder = Folder::new();
        let options = of_batch(&server, &folder);
        let snapshot = succeed(&options);
        assert_eq!((snapshot.distinct(), snapshot.whole()), (3, Some(true)));
        let found: BTreeSet<String> = gaps(&snapshot).into_iter().map(|(part, _)| part).collect();
        let mut expected = BTreeSet::new();
        expected.extend((files_status != 200).then(|| "files".to_owned()));
        expected.extend((points_status != 200).then(|| "data_points".to_owned()));
        assert_eq!(found, expected);
        let asked = server.requests().len();
        succeed(&options);
        assert_eq!(
            server.requests().len(),
            asked,
            "a gap is not asked for again"
        );
    }
}

#[test]
fn a_parameter_that_the_server_does_not_know_is_left_out() {
    for refused in ["hours", "created_at_on_or_after"] {
        let service = Service {
            refused_parameter: Some(refused),
            ..Service::of(3)
        };
        let (server, _) = service.share();
        let folder = Folder::new();
        let snapshot = succeed(&of_batch(&server, &folder));
        assert!(gaps(&snapshot).is_empty(), "{refused}");
        assert!(snapshot.names().contains(&"data-points-000001.json"));
    }
}

#[test]
fn jobs_that_still_run_are_asked_for_again_and_the_others_not() {
    let mut service = Service::of(60);
    service.jobs.insert("pjb-007".to_owned(), "RUNNING");
    let (server, shared) = service.share();
    let folder = Folder::new();
    let options = of_batch(&server, &folder);
    let snapshot = succeed(&options);
    assert_eq!((snapshot.distinct(), snapshot.whole()), (60, Some(true)));
    shared
        .lock()
        .expect("the service")
        .jobs
        .insert("pjb-007".to_owned(), "FAILED");
    let before = server.requests().len();
    let snapshot = succeed(&options);
    let again = &server.requests()[before..];
    assert_eq!(again[1].values("job_ids"), ["pjb-007"]);
    assert!(
        again.len() <= 5,
        "the batch, the job, its data point: {again:?}"
    );
    let asked = server.requests().len();
    succeed(&options);
    assert_eq!(server.requests().len(), asked, "now everything has ended");
    let last = snapshot.names().pop().expect("a name").to_owned();
    assert!(last.starts_with("data-points-"), "{:?}", snapshot.names());
}

#[test]
fn a_running_batch_has_no_results_yet() {
    let service = Service {
        status: "RUNNING",
        has_results: false,
        ..Service::of(3)
    };
    let (server, shared) = service.share();
    let folder = Folder::new();
    let options = of_batch(&server, &folder);
    let snapshot = succeed(&options);
    assert_eq!(snapshot.names(), ["batch.json"]);
    assert_eq!((snapshot.distinct(), snapshot.whole()), (0, None));
    *shared.lock().expect("the service") = Service::of(3);
    let snapshot = succeed(&options);
    assert_eq!((snapshot.distinct(), snapshot.whole()), (3, Some(true)));
    assert!(snapshot.names().contains(&"batch_000002.json"));
}

#[test]
fn watching_ends_when_the_jobs_have_ended() {
    let asked = Mutex::new(0);
    let server = Server::start(move |request| {
        let mut looks = asked.lock().expect("a number");
        *looks += usize::from(request.path.starts_with("/api/v2/batches/"));
        let mut service = Service::of(3);
        if *looks < 3 {
            service.status = "THROTTLED";
            service.has_results = false;
        }
        if *looks < 5 {
            service.jobs.insert("pjb-001".to_owned(), "RUNNING");
        }
        service.answer(request)
    });
    let folder = Folder::new();
    let mut command = command(&server, &folder);
    command.args([BATCH, "-o", ".", "--watch", "10ms"]);
    let run = finish(command, b"");
    assert_eq!(
        (run.code, run.stdout),
        (0, format!("./{BATCH}\n")),
        "{}",
        run.stderr
    );
    let snapshot = Snapshot::of(&folder.path().join(BATCH));
    assert_eq!((snapshot.distinct(), snapshot.whole()), (3, Some(true)));
    assert!(gaps(&snapshot).is_empty());
    let paths = paths(&server);
    assert_eq!(paths[&format!("/api/v2/batches/{BATCH}")], 5);
    assert_eq!(
        (paths["/api/v2/parse"], paths["/api/v1/job-data-points"]),
        (3, 1)
    );
}

#[test]
fn watching_a_failed_batch_without_results_ends() {
    for (status, has_results) in [("FAILED", false), ("CANCELLED", true), ("COMPLETED", false)] {
        let mut service = Service::of(3);
        service.jobs.insert("pjb-001".to_owned(), "PENDING");
        (service.status, service.has_results) = (status, has_results);
        let (server, _) = service.share();
        let folder = Folder::new();
        let mut command = command(&server, &folder);
        command.args([BATCH, "-o", ".", "--watch", "10ms", "-q"]);
        assert_eq!(finish(command, b"").code, 0, "{status}");
        let batches = paths(&server)[&format!("/api/v2/batches/{BATCH}")];
        assert_eq!(batches, 3, "{status}");
    }
}

#[test]
fn an_extract_batch_asks_for_extract_jobs() {
    let mut service = Service::of(3);
    service.kind = "extract";
    service.forgotten = ["pjb-002".to_owned()].into();
    let (server, _) = service.share();
    let folder = Folder::new();
    let snapshot = succeed(&of_batch(&server, &folder));
    assert_eq!((snapshot.distinct(), snapshot.whole()), (2, Some(false)));
    assert!(paths(&server).contains_key("/api/v2/extract/pjb-002"));
}

#[test]
fn a_server_that_ignores_job_ids_is_asked_for_each_job() {
    let service = Service {
        knows_job_ids: false,
        page_size: 200,
        ..Service::of(120)
    };
    let (server, _) = service.share();
    let folder = Folder::new();
    let snapshot = succeed(&of_batch(&server, &folder));
    assert_eq!((snapshot.distinct(), snapshot.whole()), (120, Some(true)));
    // The first fifty are those that were asked for.
    assert_eq!(paths(&server)["/api/v2/parse"], 2);
}

#[test]
fn lists_without_end_are_given_up() {
    let service = Service::of(3);
    let server = Server::start(move |request| {
        let path = &request.path;
        let is_list = path.ends_with("data-points") || path.ends_with("/files");
        if !is_list && path != "/api/v2/parse" {
            return service.answer(request);
        }
        let from = request.number * 60_000;
        let rows: Vec<String> = (from..from + 60_000)
            .map(|n| format!(r#"{{"id":"x-{n}"}}"#))
            .collect();
        Reply::json(format!(
            r#"{{"items":[{}],"next_page_token":"t"}}"#,
            rows.join(",")
        ))
    });
    let folder = Folder::new();
    let snapshot = succeed(&of_batch(&server, &folder));
    assert_eq!(gaps(&snapshot).len(), 2);
    let paths = paths(&server);
    assert_eq!(paths["/api/v1/job-data-points"], 4);
    assert_eq!(paths["/api/v2/parse"], 1);
    let forever = Service::of(3);
    let server = Server::start(move |request| match request.path.as_str() {
        "/api/v1/job-data-points" => {
            Reply::json(r#"{"items":[{"id":"pjb-000","status":"running"}],"next_page_token":"t"}"#)
        }
        _ => forever.answer(request),
    });
    let folder = Folder::new();
    let snapshot = succeed(&of_batch(&server, &folder));
    assert!(gaps(&snapshot)[0].1.contains("does not list 3 of 3 jobs"));
}

#[test]
fn both_kinds_of_ids_in_one_command() {
    let service = Service::of(3);
    let server = Server::start(
        move |request| match request.path.contains("batch-processing") {
            true => Job::of(25).answer(request),
            false => service.answer(request),
        },
    );
    let folder = Folder::new();
    let mut command = command(&server, &folder);
    let url = format!("https://cloud.example/batches/{BATCH}?tab=1");
    command.args([JOB, &url, "-o", "dumps", "--rate", "100000"]);
    let run = finish(command, b"");
    let folders = format!("dumps/{JOB}\ndumps/{BATCH}\n");
    assert_eq!((run.code, run.stdout), (0, folders), "{}", run.stderr);
}

#[test]
fn all_reads_both_lists() {
    let since = batch_report::api::UtcTime::parse("2026-01-01T00:00:00Z");
    for has_v1 in [true, false] {
        let service = Service::of(3);
        let server = Server::start(move |request| {
            if has_v1 && request.path.ends_with("/batch-processing") {
                let row = match request.offset() {
                    0 => format!(r#"{{"id":"{JOB}","status":"completed"}}"#),
                    _ => String::new(),
                };
                return Reply::json(format!("{{\"items\":[{row}]}}"));
            }
            match request.path.contains("batch-processing") && has_v1 {
                true => Job::of(25).answer(request),
                false => service.answer(request),
            }
        });
        let folder = Folder::new();
        let mut options = options(&server, &folder);
        options.jobs = Selection::All(Filter {
            statuses: vec!["completed".to_owned()],
            since,
        });
        let fetched = run(&options).expect("it runs");
        assert!(
            fetched.failures.is_empty(),
            "{}",
            chain(&fetched.failures[0].1)
        );
        assert_eq!(fetched.snapshots.len(), 1 + usize::from(has_v1));
        assert!(fetched.snapshots.last().expect("one").ends_with(BATCH));
    }
    let server = Server::start(|_| refusal(404, "Not Found"));
    let folder = Folder::new();
    let mut options = options(&server, &folder);
    options.jobs = Selection::All(Filter::default());
    let error = run(&options).expect_err("neither list");
    assert!(error.to_string().contains("404"), "{error}");
}

#[test]
fn a_batch_that_is_not_there_leaves_nothing() {
    for (status, words) in [
        (404, "check the job ID"),
        (401, "check the API key"),
        (403, "no access"),
    ] {
        let server = Server::start(move |_| refusal(status, "no"));
        let folder = Folder::new();
        let error = fail(&of_batch(&server, &folder));
        assert!(error.contains(words), "{error}");
        assert_eq!(server.requests().len(), 1);
        assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0);
    }
}

/// Everything that may go wrong with one response.
fn troubles(good: &Reply) -> Vec<Reply> {
    let half = good.body.len() / 2;
    vec![
        refusal(429, "slowly").header("retry-after-ms", "5"),
        refusal(500, "down"),
        refusal(409, "busy"),
        Reply::of(200, "text/html", "<!doctype html><title>Sign in</title>"),
        Reply::json(&good.body[..half]),
        Reply::json(r#"{"detail":"Rate limit exceeded"}"#),
        Reply::json(""),
        good.clone().fault(Fault::Reset(None)),
        good.clone().fault(Fault::Reset(Some(half))),
        good.clone().fault(Fault::Close(half)),
    ]
}

#[test]
fn every_request_survives_every_trouble() {
    let (server, _) = Service::of(60).share();
    let whole = Folder::new();
    let expected = succeed(&of_batch(&server, &whole));
    let requests = server.requests().len();
    for at in 0..requests {
        let service = Service::of(60);
        let pending: Mutex<Option<std::vec::IntoIter<Reply>>> = Mutex::new(None);
        let (answered, target) = (Mutex::new(0), at);
        let server = Server::start(move |request| {
            let good = service.answer(request);
            let mut answered = answered.lock().expect("a number");
            if *answered == target {
                let mut pending = pending.lock().expect("replies");
                let replies = pending.get_or_insert_with(|| troubles(&good).into_iter());
                if let Some(trouble) = replies.next() {
                    return trouble;
                }
            }
            *answered += 1;
            good
        });
        let folder = Folder::new();
        let mut options = of_batch(&server, &folder);
        options.max_retries = 12;
        let snapshot = succeed(&options);
        assert_eq!(snapshot.names(), expected.names(), "{at}");
        assert_eq!(
            (snapshot.distinct(), snapshot.whole()),
            (60, Some(true)),
            "{at}"
        );
    }
}

#[test]
fn a_kill_at_any_request_leaves_what_can_be_resumed() {
    let (server, _) = Service::of(60).share();
    let whole = Folder::new();
    let expected = succeed(&of_batch(&server, &whole));
    for kill_at in 0..server.requests().len() {
        let (reached, reaching) = mpsc::channel::<()>();
        let reached = Mutex::new(reached);
        let service = Service::of(60);
        let server = Server::start(move |request| {
            let reply = service.answer(request);
            if request.number == kill_at {
                let _ = reached.lock().expect("the sender").send(());
                return reply.fault(Fault::Stall(None));
            }
            reply
        });
        let folder = Folder::new();
        let mut command = command(&server, &folder);
        command.args([BATCH, "-o", ".", "-q"]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        reaching.recv().expect("reached");
        child.kill().expect("killed");
        child.wait().expect("ended");
        let kept = folder.path().join(BATCH);
        let before = match kept.join("snapshot.json").exists() {
            true => {
                assert!(!Snapshot::of(&kept).is_finished(), "{kill_at}");
                Snapshot::of(&kept)
                    .names()
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect()
            }
            false => Vec::new(),
        };
        let asked = server.requests().len();
        let snapshot = succeed(&of_batch(&server, &folder));
        assert_eq!(
            (snapshot.distinct(), snapshot.whole()),
            (60, Some(true)),
            "{kill_at}"
        );
        assert!(gaps(&snapshot).is_empty(), "{kill_at}");
        let is_job = |name: &&String| name.starts_with("jobs-");
        for name in before.iter().filter(is_job) {
            assert_eq!(snapshot.body(name), expected.body(name), "{kill_at}");
        }
        // Jobs that the killed run has stored are not asked for again.
        let again: usize = server.requests()[asked..]
            .iter()
            .map(|request| request.values("job_ids").len())
            .sum();
        assert!(
            again == 0 || before.iter().filter(is_job).count() < 3,
            "{kill_at}: {again}"
        );
    }
}

#[test]
fn a_page_that_was_changed_or_is_gone_is_fetched_again() {
    let (server, _) = Service::of(60).share();
    let folder = Folder::new();
    let options = of_batch(&server, &folder);
    let snapshot = succeed(&options);
    fs::remove_file(snapshot.folder.join("jobs-000001.json")).expect("removed");
    fs::write(snapshot.folder.join("files-000002.json"), "{}").expect("written");
    let snapshot = succeed(&options);
    assert_eq!((snapshot.distinct(), snapshot.whole()), (60, Some(true)));
    assert!(gaps(&snapshot).is_empty());
    let stored: String = snapshot
        .names()
        .iter()
        .map(|name| snapshot.body(name))
        .collect();
    for id in Service::of(60).jobs.keys() {
        assert!(stored.contains(&format!("dfl-{id}.pdf")), "{id}");
    }
}

#[test]
fn a_forged_manifest_of_a_batch_is_not_believed() {
    let (server, _) = Service::of(3).share();
    let folder = Folder::new();
    let options = of_batch(&server, &folder);
    let snapshot = succeed(&options);
    let mut forged = snapshot.manifest.clone();
    let files = forged["files"].as_array_mut().expect("a list");
    files.retain(|entry| entry["name"] == "batch.json");
    fs::write(snapshot.folder.join("snapshot.json"), forged.to_string()).expect("written");
    let snapshot = succeed(&options);
    assert_eq!(snapshot.names().len(), 4, "{:?}", snapshot.names());
}

#[test]
fn the_key_in_a_batch_reaches_no_file_and_no_url() {
    for field in ["dir-1", "pjb-001", "t+=", "COMPLETED", "pdf"] {
        let service = Service {
            page_size: 2,
            ..Service::of(3)
        };
        let server = Server::start(move |request| {
            assert!(!request.path.contains(KEY), "{}", request.path);
            assert!(request.pairs.iter().all(|(_, value)| !value.contains(KEY)));
            let mut reply = service.answer(request);
            let body = String::from_utf8(reply.body).expect("UTF-8");
            reply.body = body.replace(field, KEY).into();
            reply
        });
        let folder = Folder::new();
        let mut command = command(&server, &folder);
        command.args([BATCH, "-o", ".", "-v", "--max-retries", "0"]);
        let run = finish(command, b"");
        assert!(!run.stderr.contains(KEY), "{field}: {}", run.stderr);
        for entry in fs::read_dir(folder.path().join(BATCH))
            .into_iter()
            .flatten()
        {
            let bytes = fs::read(entry.expect("readable").path()).expect("read");
            assert!(!String::from_utf8_lossy(&bytes).contains(KEY), "{field}");
        }
    }
}
