//! The command: what it prints where, its options, its exit codes.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};

use super::server::{Reply, Server};
use super::{JOB, Job, KEY, Snapshot, command};
use crate::harness::{Folder, finish, run};

fn server() -> Server {
    Server::start(|request| Job::of(25).answer(request))
}

fn fetch(server: &Server, folder: &Folder, args: &[&str]) -> crate::harness::Run {
    let mut command = command(server, folder);
    command.args(args);
    finish(command, b"")
}

#[test]
fn the_folder_is_printed_and_everything_else_is_said_on_standard_error() {
    let (server, folder) = (server(), Folder::new());
    let run = fetch(&server, &folder, &[JOB, "-o", "dumps"]);
    assert_eq!((run.code, run.stdout), (0, format!("dumps/{JOB}\n")));
    assert!(
        run.stderr.contains("25 of 25 items, job completed"),
        "{}",
        run.stderr
    );
    let again = fetch(&server, &folder, &[JOB, JOB, "-o", "dumps", "-q"]);
    assert_eq!(
        (again.code, again.stdout, again.stderr.as_str()),
        (0, format!("dumps/{JOB}\n"), "")
    );
    assert_eq!(server.offsets(), [0, 25]);
    let report = folder.run(&["report", "dumps", "--strict"]);
    assert_eq!(report.code, 0, "{}{}", report.stdout, report.stderr);
}

#[test]
fn verbose_names_each_request_and_never_the_key() {
    let (server, folder) = (server(), Folder::new());
    let run = fetch(
        &server,
        &folder,
        &[
            JOB,
            "-o",
            ".",
            "-v",
            "--page-size",
            "10",
            "--rate",
            "100000",
        ],
    );
    assert_eq!(run.code, 0);
    assert_eq!(run.stderr.matches("GET http").count(), 6, "{}", run.stderr);
    assert!(
        run.stderr.contains("items?limit=10&offset=20: HTTP 200"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains(KEY));
    for entry in std::fs::read_dir(folder.path().join(JOB)).expect("there") {
        let bytes = std::fs::read(entry.expect("readable").path()).expect("read");
        assert!(!String::from_utf8_lossy(&bytes).contains(KEY));
    }
}

#[test]
fn the_key_comes_from_a_variable_or_a_file() {
    let (server, folder) = (server(), Folder::new());
    folder.write("key", "llx-from-the-file\n");
    let mut other = command(&server, &folder);
    other
        .args([JOB, "-o", "a"])
        .env_remove("LLAMA_CLOUD_API_KEY")
        .env("LLAMA_PARSE_API_KEY", "llx-of-the-sdk");
    assert_eq!(finish(other, b"").code, 0);
    assert_eq!(
        fetch(&server, &folder, &[JOB, "-o", "b", "--api-key-file", "key"]).code,
        0
    );
    let keys: Vec<String> = server
        .requests()
        .iter()
        .map(|request| request.headers["authorization"].clone())
        .collect();
    assert_eq!(
        (keys[0].as_str(), keys[4].as_str()),
        ("Bearer llx-of-the-sdk", "Bearer llx-from-the-file")
    );
}

#[test]
fn wrong_usage_is_2_says_why_and_repeats_no_key() {
    let (server, folder) = (server(), Folder::new());
    folder.write("empty", " \n");
    for (args, words) in [
        (vec!["-o", "x"], "required"),
        (vec![JOB], "--output"),
        (vec![JOB, "--all", "-o", "x"], "cannot be used with"),
        (vec![JOB, "-o", "x", "--status", "failed"], "--all"),
        (vec![JOB, "-o", "x", "--page-size", "1001"], "1001"),
        (vec![JOB, "-o", "x", "--watch", "soon"], "30s"),
        (
            vec![JOB, "-o", "x", "--report", "r.pdf"],
            "does not tell a format",
        ),
        (vec!["../x", "-o", "x"], "letters, digits"),
        (vec!["llx-secret", "-o", "x"], "looks like an API key"),
        (
            vec![JOB, "-o", "x", "--base-url", "https://me:secret@host"],
            "no user and no password",
        ),
        (
            vec![JOB, "-o", "x", "--base-url", "ftp://host"],
            "no URL of a server",
        ),
        (
            vec![JOB, "-o", "x", "--api-key-file", "empty"],
            "it is empty",
        ),
        (
            vec![JOB, "-o", "x", "--api-key-file", "none"],
            "could not be read from none",
        ),
        (
            vec!["--all", "-o", "x", "--since", "yesterday"],
            "2026-11-01",
        ),
    ] {
        let run = fetch(&server, &folder, &args);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (2, ""),
            "{args:?}: {}",
            run.stderr
        );
        assert!(run.stderr.contains(words), "{args:?}: {}", run.stderr);
        assert!(!run.stderr.contains("secret"), "{args:?}: {}", run.stderr);
    }
    let mut keyless = command(&server, &folder);
    keyless
        .args([JOB, "-o", "x"])
        .env_remove("LLAMA_CLOUD_API_KEY");
    let run = finish(keyless, b"");
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("set LLAMA_CLOUD_API_KEY"),
        "{}",
        run.stderr
    );
    assert!(server.requests().is_empty());
}

#[test]
fn a_job_that_is_not_there_is_1_and_leaves_nothing() {
    let server = Server::start(|_| {
        Reply::of(
            404,
            "application/json",
            r#"{"detail":"Batch job not found"}"#,
        )
    });
    let folder = Folder::new();
    let run = fetch(&server, &folder, &[JOB, "-o", "."]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr.contains(&format!(
            "error: {JOB} could not be fetched\n  because: GET "
        )),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("“Batch job not found”"),
        "{}",
        run.stderr
    );
    assert_eq!(std::fs::read_dir(folder.path()).expect("there").count(), 0);
}

#[test]
fn one_job_of_several_that_fails_does_not_keep_the_others() {
    let server = Server::start(|request| {
        if request.path.contains("bjb-gone") {
            return Reply::of(404, "application/json", r#"{"detail":"no"}"#);
        }
        Job::of(25).answer(request)
    });
    let folder = Folder::new();
    let run = fetch(
        &server,
        &folder,
        &["bjb-gone", JOB, "-o", ".", "--report", "r.md", "-q"],
    );
    assert_eq!((run.code, run.stdout), (1, format!("./{JOB}\n")));
    assert!(
        run.stderr.contains("bjb-gone could not be fetched"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("1 of 2 jobs could not be fetched"),
        "{}",
        run.stderr
    );
    assert!(folder.read("r.md").contains(JOB));
}

#[test]
fn reports_are_written_at_the_end() {
    let (server, folder) = (server(), Folder::new());
    let run = fetch(
        &server,
        &folder,
        &[
            JOB, "-o", "dumps", "--report", "r.html", "--report", "r.json",
        ],
    );
    assert_eq!((run.code, run.stdout), (0, format!("dumps/{JOB}\n")));
    let summary: serde_json::Value = serde_json::from_str(&folder.read("r.json")).expect("JSON");
    assert_eq!(summary["jobs"][0]["items"]["distinct"], 25);
    assert!(folder.read("r.html").starts_with("<!doctype html>"));
    let failed = fetch(
        &server,
        &folder,
        &[JOB, "-o", "dumps", "--report", "no/folder/r.md"],
    );
    assert_eq!(failed.code, 1);
    assert!(
        failed.stderr.contains("could not write no/folder/r.md"),
        "{}",
        failed.stderr
    );
}

#[test]
fn all_chooses_from_the_list_by_status_and_time() {
    let server = Server::start(|request| {
        if !request.path.ends_with("/batch-processing") {
            let id = request.path.split('/').nth(5).expect("an id");
            let mut reply = Job::of(25).answer(request);
            reply.body = String::from_utf8(reply.body)
                .expect("UTF-8")
                .replace(JOB, id)
                .into();
            return reply;
        }
        let jobs = [
            (
                "bjb-old",
                "failed",
                "\"created_at\":\"2026-10-31T23:59:59Z\"",
            ),
            (
                "bjb-new",
                "failed",
                "\"created_at\":\"2026-11-01T00:00:00Z\"",
            ),
            (
                "bjb-good",
                "completed",
                "\"created_at\":\"2026-11-02T00:00:00Z\"",
            ),
            (
                "bjb-late",
                "failed",
                "\"created_at\":null,\"effective_at\":\"2026-11-03T00:00:00Z\"",
            ),
            (
                "../../evil",
                "failed",
                "\"created_at\":\"2026-11-04T00:00:00Z\"",
            ),
        ];
        let rows: Vec<String> = jobs
            .iter()
            .skip(request.offset())
            .take(2)
            .map(|(id, status, time)| {
                format!("{{\"id\":\"{id}\",\"job_type\":\"parse\",\"status\":\"{status}\",{time}}}")
            })
            .collect();
        Reply::json(format!(
            "{{\"items\":[{}],\"total_size\":1}}",
            rows.join(",")
        ))
    });
    let folder = Folder::new();
    let args = [
        "--all",
        "--status",
        "failed",
        "--since",
        "2026-11-01",
        "-o",
        ".",
    ];
    let run = fetch(&server, &folder, &args);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (1, "./bjb-new\n./bjb-late\n"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("3 of 5 jobs listed: 1 completed and 4 failed"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("`../../evil` cannot be the id of a job"),
        "{}",
        run.stderr
    );
    let none = fetch(
        &server,
        &folder,
        &[
            "--all",
            "--status",
            "cancelled",
            "-o",
            ".",
            "--report",
            "r.md",
        ],
    );
    assert_eq!(
        (none.code, none.stdout.as_str()),
        (0, ""),
        "{}",
        none.stderr
    );
    assert!(
        none.stderr.contains("0 of 5 jobs listed"),
        "{}",
        none.stderr
    );
}

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
fn ctrl_c_keeps_the_snapshot_and_is_130() {
    for stop_at in [2, 9] {
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
            .args(["-INT", &child.id().to_string()])
            .status();
        assert!(killed.expect("it runs").success());
        let output = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{stderr}");
        assert!(
            stderr.contains("interrupted; what was fetched is kept"),
            "{stderr}"
        );
        assert_eq!(output.stdout, b"");
        let snapshot = Snapshot::of(&folder.path().join(JOB));
        assert!(snapshot.names().contains(&"status.json"));
        assert_eq!(folder.run(&["report", "."]).code, 0);
    }
}

#[test]
fn a_proxy_is_used_where_a_variable_names_one() {
    let (server, folder) = (server(), Folder::new());
    let proxy = Server::start(|_| Reply::of(403, "text/plain", "not through here"));
    let mut through = command(&server, &folder);
    through
        .args([
            JOB,
            "-o",
            ".",
            "--base-url",
            "https://api.example",
            "--max-retries",
            "0",
        ])
        .env("HTTPS_PROXY", proxy.url());
    let run = finish(through, b"");
    assert_eq!(run.code, 1, "{}", run.stderr);
    let asked = proxy.requests();
    assert_eq!(asked[0].path, "api.example:443");
    assert!(!asked[0].headers.contains_key("authorization"), "{asked:?}");
    let mut past = command(&server, &folder);
    past.args([JOB, "-o", "."]).env("HTTPS_PROXY", proxy.url());
    assert_eq!(finish(past, b"").code, 0, "http goes by another variable");
    let mut broken = command(&server, &folder);
    broken
        .args([JOB, "-o", "x", "--base-url", "https://api.example"])
        .env("HTTPS_PROXY", "http://me:secret@ nowhere");
    let run = finish(broken, b"");
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("HTTPS_PROXY does not name a proxy"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("secret"), "{}", run.stderr);
}

#[test]
fn the_help_of_fetch_names_its_exit_codes() {
    let help = run(["fetch", "--help"]).stdout;
    for code in ["0 ", "1 ", "2 ", "130 "] {
        assert!(help.contains(&format!("\n  {code}")), "{code}");
    }
}
