//! Watching a job until it ends, or until somebody has seen enough.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};

use super::server::{Reply, Server};
use super::{JOB, Job, Snapshot, command, fetch};
use crate::harness::Folder;

/// A job that runs until so many status documents were asked for.
fn running_until(looks: usize) -> impl Fn(&super::Request) -> Reply + Send + Sync + 'static {
    let asked = AtomicUsize::new(0);
    move |request| {
        let look = match request.is_items() {
            true => asked.load(Ordering::SeqCst),
            false => asked.fetch_add(1, Ordering::SeqCst) + 1,
        };
        let job = Job {
            status: if look >= looks {
                "completed"
            } else {
                "running"
            },
            ..Job::of(25)
        };
        if request.is_items() {
            return job.answer(request);
        }
        let document = job.status_document();
        Reply::json(document.replace(
            "\"processed_items\":25",
            &format!("\"processed_items\":{}", look.min(looks)),
        ))
    }
}

#[test]
fn watching_ends_with_the_job() {
    let (server, folder) = (Server::start(running_until(6)), Folder::new());
    let run = fetch(&server, &folder, &[JOB, "-o", ".", "--watch", "10ms"]);
    assert_eq!(
        (run.code, run.stdout),
        (0, format!("./{JOB}\n")),
        "{}",
        run.stderr
    );
    let snapshot = Snapshot::of(&folder.path().join(JOB));
    assert_eq!((snapshot.distinct(), snapshot.whole()), (25, Some(true)));
    assert_eq!(snapshot.manifest["job_status"], "completed");
    // The list was read at first, and after the end; what the job said is kept each time.
    assert_eq!(server.offsets(), [0, 25, 0, 25]);
    assert!(
        snapshot.names().contains(&"status_000006.json"),
        "{:?}",
        snapshot.names()
    );
}

#[test]
fn watching_with_a_report_writes_it_after_each_look() {
    let (reported, reports) = mpsc::channel::<bool>();
    let reported = Mutex::new(reported);
    let folder = Folder::new();
    let path = folder.path().join("r.json");
    let job = running_until(5);
    let server = Server::start(move |request| {
        if !request.is_items() {
            let _ = reported.lock().expect("the sender").send(path.exists());
        }
        job(request)
    });
    let run = fetch(
        &server,
        &folder,
        &[
            JOB, "-o", ".", "--watch", "10ms", "--report", "r.json", "-q",
        ],
    );
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let there: Vec<bool> = reports.try_iter().collect();
    assert_eq!(
        there[..3],
        [false, false, true],
        "after the first look, before the second"
    );
    let summary: serde_json::Value = serde_json::from_str(&folder.read("r.json")).expect("JSON");
    assert_eq!(summary["jobs"][0]["job"]["status"], "completed");
}

#[test]
fn watching_outlives_a_server_that_is_away_for_a_while() {
    let asked = AtomicUsize::new(0);
    let job = running_until(4);
    let server = Server::start(move |request| match asked.fetch_add(1, Ordering::SeqCst) {
        5..8 => Reply::of(503, "text/plain", "away"),
        _ => job(request),
    });
    let folder = Folder::new();
    let run = fetch(
        &server,
        &folder,
        &[JOB, "-o", ".", "--watch", "10ms", "--max-retries", "0"],
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("looking again later"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_signal_keeps_the_snapshot_and_is_130() {
    for (stop_at, signal) in [(2, "-INT"), (9, "-INT"), (4, "-TERM"), (3, "-HUP")] {
        let (reached, reaching) = mpsc::channel::<()>();
        let reached = Mutex::new(reached);
        let job = running_until(usize::MAX);
        let server = Server::start(move |request| {
            if request.number == stop_at {
                let _ = reached.lock().expect("the sender").send(());
            }
            job(request)
        });
        let folder = Folder::new();
        let mut command = command(&server, &folder);
        command
            .args([JOB, "-o", ".", "--watch", "20ms", "--page-size", "10"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command.spawn().expect("it starts");
        reaching.recv().expect("reached");
        let killed = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        assert!(killed.expect("it runs").success());
        let output = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{stderr}");
        assert!(
            stderr.contains("interrupted; run the same command again"),
            "{stderr}"
        );
        assert_eq!(output.stdout, b"");
        let snapshot = Snapshot::of(&folder.path().join(JOB));
        assert!(snapshot.names().contains(&"status.json"));
        for entry in std::fs::read_dir(&snapshot.folder).expect("there") {
            let name = entry.expect("readable").file_name();
            assert!(!name.to_string_lossy().starts_with(".batch-report-"));
        }
        assert_eq!(folder.run(&["report", "."]).code, 0);
    }
}
