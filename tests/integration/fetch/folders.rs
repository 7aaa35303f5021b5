//! Files on disk, at any moment and over several runs.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use super::server::{Fault, Reply, Server};
use super::{JOB, Job, Snapshot, chain, command, fail, options, run, succeed};
use crate::harness::{Folder, finish, program, summary_of};

/// The names in a folder, without hidden ones.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("there")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

#[test]
fn a_finished_job_is_not_asked_for_again_unless_forced() {
    let (server, folder) = (
        Server::start(|request| Job::of(25).answer(request)),
        Folder::new(),
    );
    let mut options = options(&server, &folder);
    succeed(&options);
    let asked = server.requests().len();
    succeed(&options);
    assert_eq!(server.requests().len(), asked);
    options.force = true;
    let snapshot = succeed(&options);
    assert_eq!(server.requests().len(), 2 * asked);
    // What was there is kept beside it, complete.
    let time = names(&snapshot.folder).swap_remove(0);
    assert!(time.starts_with("20") && time.ends_with('Z'), "{time}");
    let earlier = Snapshot::of(&snapshot.folder.join(time));
    assert_eq!(
        (earlier.distinct(), earlier.names()),
        (25, snapshot.names())
    );
    let summary = summary_of(folder.path()).summary();
    assert_eq!(summary["jobs"].as_array().map(Vec::len), Some(1));
    assert_eq!(summary["jobs"][0]["counts"]["distinct"], 25);
}

#[test]
fn an_earlier_snapshot_of_a_job_that_went_on_is_kept_beside_the_new_one() {
    let processed = Arc::new(Mutex::new(751_usize));
    let served = Arc::clone(&processed);
    let server = Server::start(move |request| {
        let done = *served.lock().expect("a number");
        let job = Job {
            status: if done == 1_203 {
                "completed"
            } else {
                "running"
            },
            ..Job::of(1_203)
        };
        if request.is_items() {
            let page = job.page(request);
            return Reply::json(if done == 1_203 {
                page.replace("08:30:10", "11:00:00")
            } else {
                page.replace("completed\"", "processing\"")
            });
        }
        let hour = if done == 1_203 { 11 } else { 10 };
        Reply::json(job.status_document().replace(
            "\"processed_items\":1203",
            &format!("\"processed_items\":{done},\"effective_at\":\"2026-11-01T{hour}:00:00Z\""),
        ))
    });
    let folder = Folder::new();
    let mut options = options(&server, &folder);
    options.page_size = 1_000;
    let first = succeed(&options);
    assert_eq!((first.distinct(), first.whole()), (1_203, Some(true)));
    *processed.lock().expect("a number") = 1_203;
    let second = succeed(&options);
    let there = names(&second.folder);
    assert_eq!(
        there[1..],
        [
            "items-000001.json",
            "items-000002.json",
            "snapshot.json",
            "status.json"
        ]
    );
    assert_eq!(
        Snapshot::of(&second.folder.join(&there[0])).manifest,
        first.manifest
    );
    let summary = summary_of(folder.path()).summary();
    let job = &summary["jobs"][0];
    assert_eq!(job["job"]["status"], "completed");
    assert_eq!(job["counts"]["by_status"]["completed"], 1_203);
    let notes = summary["notes"].to_string();
    assert!(
        notes.contains(
            "751 of 1,203 processed at 2026-11-01 10:00:00 UTC, 1,203 of 1,203 processed at \
             2026-11-01 11:00:00 UTC"
        ),
        "{notes}"
    );
    assert!(!notes.contains("page"), "{notes}");
}

#[test]
fn a_snapshot_of_a_job_that_did_not_go_on_is_brought_up_to_date_in_its_place() {
    let server = Server::start(|request| {
        let job = Job {
            status: "running",
            ..Job::of(25)
        };
        job.answer(request)
    });
    let folder = Folder::new();
    let options = options(&server, &folder);
    succeed(&options);
    let snapshot = succeed(&options);
    assert_eq!((snapshot.distinct(), snapshot.whole()), (25, Some(true)));
    assert_eq!(server.offsets(), [0, 10, 20, 25].repeat(2));
    assert_eq!(names(&snapshot.folder).len(), 5, "nothing is put aside");
}

#[test]
fn a_snapshot_that_is_not_whole_is_asked_for_again() {
    let items = Arc::new(Mutex::new(20));
    let served = Arc::clone(&items);
    let server = Server::start(move |request| {
        let job = Job {
            total_items: Some(25),
            ..Job::of(*served.lock().expect("a number"))
        };
        job.answer(request)
    });
    let folder = Folder::new();
    let options = options(&server, &folder);
    assert_eq!(succeed(&options).whole(), Some(false));
    *items.lock().expect("a number") = 25;
    let snapshot = succeed(&options);
    assert_eq!((snapshot.distinct(), snapshot.whole()), (25, Some(true)));
}

#[test]
fn a_page_that_was_changed_or_is_gone_is_named_and_fetched_again() {
    let (server, folder) = (
        Server::start(|request| Job::of(35).answer(request)),
        Folder::new(),
    );
    let options = options(&server, &folder);
    let snapshot = succeed(&options);
    let original = snapshot.body("items-000002.json");
    let changed = original.replace("item-12", "item-99");
    fs::write(snapshot.folder.join("items-000002.json"), &changed).expect("written");
    fs::remove_file(snapshot.folder.join("items-000003.json")).expect("removed");
    fs::write(snapshot.folder.join("items-000009.json"), "{\"items\":[]}").expect("written");
    let summary = summary_of(folder.path()).summary();
    let notes = summary["notes"].as_array().expect("a list");
    for (code, name, words) in [
        ("changed-page", "items-000002.json", "its SHA-256 differs"),
        ("missing-page", "items-000003.json", "is missing"),
        ("unlisted-page", "items-000009.json", "not listed by"),
    ] {
        let note = notes.iter().find(|note| note["code"] == code).expect(code);
        assert!(
            note["path"].as_str().expect("a path").ends_with(name),
            "{note}"
        );
        assert!(
            note["message"].as_str().expect("words").contains(words),
            "{note}"
        );
    }
    let strict = crate::harness::run([
        "report",
        folder.path().to_str().expect("UTF-8"),
        "--strict",
        "-q",
    ]);
    assert_eq!(strict.code, 4);
    let again = succeed(&options);
    assert_eq!((again.distinct(), again.whole()), (35, Some(true)));
    let summary = summary_of(folder.path()).summary();
    assert_eq!(summary["jobs"][0]["counts"]["distinct"], 35);
    assert_eq!(
        summary["notes"].to_string().matches("-page").count(),
        0,
        "{}",
        summary["notes"]
    );
}

#[test]
fn a_whole_snapshot_is_no_loss_and_is_among_the_inputs() {
    let (server, folder) = (
        Server::start(|request| Job::of(25).answer(request)),
        Folder::new(),
    );
    let snapshot = succeed(&options(&server, &folder));
    let path = folder.path().to_str().expect("UTF-8");
    let strict = crate::harness::run(["report", path, "--strict", "--format", "json"]);
    assert_eq!(strict.code, 0, "{}", strict.stdout);
    let inputs = strict.summary()["inputs"].clone();
    let kinds: Vec<_> = inputs
        .as_array()
        .expect("a list")
        .iter()
        .map(|input| input["kind"].clone())
        .collect();
    assert_eq!(kinds, ["items", "items", "items", "snapshot", "status"]);
    assert_eq!(strict.summary()["jobs"][0]["counts"]["complete"], true);
    // By content, and not by name.
    fs::rename(
        snapshot.folder.join("snapshot.json"),
        snapshot.folder.join("x"),
    )
    .expect("renamed");
    let summary = summary_of(folder.path()).summary();
    assert_eq!(summary["inputs"][4]["kind"], "snapshot");
}

#[test]
fn a_hostile_manifest_reads_no_other_folder() {
    let folder = Folder::new();
    folder.write("secret.json", "{}");
    let entry = r#"{"name":"../secret.json","url":"u","asked_at":"2026-11-01T10:00:00Z","http_status":200,"bytes":2,"sha256":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}"#;
    folder.write(
        "d/snapshot.json",
        format!(
            r#"{{"snapshot_version":1,"generator":{{"name":"x","version":"1"}},"batch_job_id":"{JOB}","base_url":"u","project_id":null,"organization_id":null,"began_at":"2026-11-01T10:00:00Z","asked_until":"2026-11-01T10:00:00Z","finished":true,"whole":true,"job_status":null,"stated_total":null,"distinct_items":0,"reading":1,"list_read_under":null,"files":[{entry}]}}"#
        ),
    );
    folder.write("d/items.json", crate::harness::item("a", "failed"));
    folder.write(
        "e/snapshot.json",
        r#"{"snapshot_version":7,"generator":{}}"#,
    );
    let run = folder.run(&["report", "d", "e", "--format", "json"]);
    let summary = run.summary();
    let notes = summary["notes"].to_string();
    assert!(notes.contains("a file that no snapshot has"), "{notes}");
    assert!(notes.contains("snapshot version 7"), "{notes}");
}

#[test]
fn two_fetches_into_the_same_folder_at_once() {
    let (release, held) = mpsc::channel::<()>();
    let (reached, reaching) = mpsc::channel::<()>();
    let (held, reached) = (Mutex::new(held), Mutex::new(reached));
    let server = Server::start(move |request| {
        if request.is_items() && request.offset() == 10 {
            reached.lock().expect("the sender").send(()).expect("heard");
            held.lock().expect("the receiver").recv().expect("released");
        }
        Job::of(25).answer(request)
    });
    let folder = Folder::new();
    let options = options(&server, &folder);
    let first = std::thread::spawn({
        let options = options.clone();
        move || run(&options).expect("it runs")
    });
    reaching.recv().expect("reached");
    let error = fail(&options);
    assert!(error.contains("another fetch is writing to"), "{error}");
    release.send(()).expect("heard");
    let fetched = first.join().expect("it ends");
    assert_eq!(Snapshot::of(&fetched.snapshots[0]).distinct(), 25);
}

#[test]
fn a_kill_between_any_two_pages_leaves_what_can_be_resumed() {
    let job = || Job::of(45);
    let (server, whole) = (
        Server::start(move |request| job().answer(request)),
        Folder::new(),
    );
    let expected = succeed(&options(&server, &whole));
    // Requests: the status, five pages, the empty one, the status.
    for kill_at in 0..8 {
        let (reached, reaching) = mpsc::channel::<()>();
        let reached = Mutex::new(reached);
        let server = Server::start(move |request| {
            if request.number == kill_at {
                let _ = reached.lock().expect("the sender").send(());
                return job().answer(request).fault(Fault::Stall(None));
            }
            job().answer(request)
        });
        let folder = Folder::new();
        let mut command = command(&server, &folder);
        command.args([JOB, "-o", ".", "--page-size", "10", "-q"]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        reaching.recv().expect("reached");
        child.kill().expect("killed");
        child.wait().expect("ended");
        let kept = folder.path().join(JOB);
        if kept.join("snapshot.json").exists() {
            assert!(!Snapshot::of(&kept).is_finished(), "{kill_at}");
        }
        let before = server.offsets().len();
        let snapshot = succeed(&options(&server, &folder));
        assert_eq!(snapshot.names(), expected.names(), "{kill_at}");
        for name in expected.names() {
            assert_eq!(snapshot.body(name), expected.body(name), "{kill_at}");
        }
        assert_eq!((snapshot.distinct(), snapshot.whole()), (45, Some(true)));
        assert_eq!(names(&snapshot.folder).len(), 7, "{kill_at}");
        // What the manifest listed was not asked for again; the page before the one that was
        // never answered may have been cut off from it.
        let again = server.offsets().len() - before;
        let most = 6 - before.saturating_sub(2).min(5);
        assert!(again <= most, "{kill_at}: {again} of {most}");
    }
}

#[test]
fn what_a_killed_run_left_behind_is_taken_away() {
    let (server, folder) = (
        Server::start(|request| Job::of(25).answer(request)),
        Folder::new(),
    );
    let mut options = options(&server, &folder);
    let snapshot = succeed(&options);
    let path = snapshot.folder.join("snapshot.json");
    let text = fs::read_to_string(&path).expect("there");
    // As if the kill had come between the last page and the manifest, and in the middle of another.
    let mut manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    manifest["files"].as_array_mut().expect("a list").pop();
    manifest["finished"] = false.into();
    fs::write(&path, manifest.to_string()).expect("written");
    folder.write(&format!("{JOB}/.batch-report-x1"), "half");
    options.page_size = 5;
    let snapshot = succeed(&options);
    assert_eq!(snapshot.distinct(), 25);
    assert_eq!(names(&snapshot.folder).len(), 5);
    assert!(!snapshot.folder.join(".batch-report-x1").exists());
}

/// A disk that is full, as a limit to the size of files shows it without a disk of our own.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full() {
    let (server, folder) = (
        Server::start(|request| Job::of(5_000).answer(request)),
        Folder::new(),
    );
    let shell = command(&server, &folder);
    let mut limited = program();
    let mut limited_by_shell = std::process::Command::new("sh");
    limited_by_shell
        .current_dir(folder.path())
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 100; exec \"$0\" fetch \"$1\" -o . --page-size 1000",
        ])
        .arg(limited.get_program())
        .arg(JOB);
    for (name, value) in shell.get_envs() {
        match value {
            Some(value) => limited_by_shell.env(name, value),
            None => limited_by_shell.env_remove(name),
        };
    }
    let run = finish(limited_by_shell, b"");
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    assert!(
        run.stderr.contains("cannot write `./bjb-"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("because: "), "{}", run.stderr);
    let snapshot = Snapshot::of(&folder.path().join(JOB));
    assert!(!snapshot.is_finished());
    assert_eq!(snapshot.names(), ["status.json"]);
    // Nothing half is left, and with space again it goes on.
    assert_eq!(names(&snapshot.folder), ["snapshot.json", "status.json"]);
    let mut options = options(&server, &folder);
    options.page_size = 1_000;
    assert_eq!(succeed(&options).distinct(), 5_000);
    limited.env_clear();
}

#[test]
fn a_folder_that_cannot_be_written() {
    let (server, folder) = (
        Server::start(|request| Job::of(5).answer(request)),
        Folder::new(),
    );
    folder.write("file", "");
    let mut options = options(&server, &folder);
    options.folder = folder.path().join("file/dumps");
    let error = fail(&options);
    assert!(
        error.contains("could not use the folder") && error.contains("file/dumps"),
        "{error}"
    );
    assert!(error.contains(" / "), "the cause is said: {error}");
    assert!(server.requests().is_empty());
}

#[test]
fn files_of_somebody_else_are_not_written_over() {
    let (server, folder) = (
        Server::start(|request| Job::of(5).answer(request)),
        Folder::new(),
    );
    folder.write(&format!("{JOB}/items-000001.json"), "mine");
    let mut options = options(&server, &folder);
    let error = fail(&options);
    assert!(error.contains("holds items-000001.json"), "{error}");
    options.force = true;
    let snapshot = succeed(&options);
    let aside = names(&snapshot.folder).swap_remove(0);
    assert_eq!(
        folder.read(&format!("{JOB}/{aside}/items-000001.json")),
        "mine"
    );
}

#[test]
fn a_manifest_that_cannot_be_read_or_is_of_another_server_is_not_gone_on_with() {
    let (server, folder) = (
        Server::start(|request| Job::of(5).answer(request)),
        Folder::new(),
    );
    let mut options = options(&server, &folder);
    succeed(&options);
    let other = Server::start(|request| Job::of(5).answer(request));
    options.base_url = batch_report::fetch::BaseUrl::parse(&other.url()).expect("a URL");
    let error = fail(&options);
    assert!(
        error.contains(&server.url()) && error.contains(&other.url()),
        "{error}"
    );
    assert!(other.requests().is_empty());
    folder.write(&format!("{JOB}/snapshot.json"), "{");
    let error = fail(&options);
    assert!(
        error.contains("could not read") && error.contains("it is broken"),
        "{error}"
    );
    options.force = true;
    assert_eq!(succeed(&options).distinct(), 5);
}

#[test]
fn an_id_that_would_leave_the_folder_is_refused() {
    let (server, folder) = (
        Server::start(|request| Job::of(5).answer(request)),
        Folder::new(),
    );
    let mut options = options(&server, &folder);
    options.jobs = batch_report::fetch::Selection::Ids(vec!["../x".to_owned(), JOB.to_owned()]);
    let fetched = run(&options).expect("it runs");
    assert!(chain(&fetched.failures[0].1).contains("cannot be a job ID"));
    assert_eq!(
        fetched.snapshots.len(),
        1,
        "the others are fetched all the same"
    );
}
