//! The command: what it prints where, its options, its exit codes.

use super::server::{Reply, Server};
use super::{JOB, Job, KEY, command, fetch};
use crate::harness::{Folder, finish, run};

fn server() -> Server {
    Server::start(|request| Job::of(25).answer(request))
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
            "cannot write PDF (`r.pdf`)",
        ),
        (vec!["../x", "-o", "x"], "letters, digits"),
        (
            vec!["https://cloud.example/project/p", "-o", "x"],
            "a URL without a job ID",
        ),
        (
            vec![JOB, "-o", "x", "--base-url", "http://127.0.0.1:99999"],
            "is not the URL of a server",
        ),
        (
            vec!["llx-secret", "-o", "x"],
            "an API key was given instead of an ID",
        ),
        (
            vec![JOB, "-o", "x", "--base-url", "https://me:secret@host"],
            "must not contain a user, password or API key",
        ),
        (
            vec![JOB, "-o", "x", "--base-url", "ftp://host"],
            "is not the URL of a server",
        ),
        (
            vec![JOB, "-o", "x", "--api-key-file", "empty"],
            "it is empty",
        ),
        (
            vec![JOB, "-o", "x", "--api-key-file", "none"],
            "cannot read the API key from none",
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
        run.stderr
            .contains(&format!("error: cannot fetch {JOB}\n  because: GET ")),
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
        run.stderr.contains("cannot fetch bjb-gone"),
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
fn what_is_missing_is_said_and_is_no_failure() {
    let job = Job {
        total_items: Some(1_203),
        ..Job::of(1_200)
    };
    let server = Server::start(move |request| job.answer(request));
    let folder = Folder::new();
    let run = fetch(&server, &folder, &[JOB, "-o", "."]);
    assert_eq!((run.code, run.stdout), (0, format!("./{JOB}\n")));
    let words = "1,200 of 1,203 items, job completed; the server did not list the other 3";
    assert!(run.stderr.contains(words), "{}", run.stderr);
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
    for name in ["r.html", "r.json"] {
        assert!(
            run.stderr.contains(&format!("Wrote {name} (")),
            "{}",
            run.stderr
        );
    }
    let summary: serde_json::Value = serde_json::from_str(&folder.read("r.json")).expect("JSON");
    assert_eq!(summary["jobs"][0]["counts"]["distinct"], 25);
    assert!(folder.read("r.html").starts_with("<!doctype html>"));
    let failed = fetch(
        &server,
        &folder,
        &[JOB, "-o", "dumps", "--report", "no/folder/r.md"],
    );
    assert_eq!(failed.code, 1);
    assert!(
        failed.stderr.contains("cannot write `no/folder/r.md`"),
        "{}",
        failed.stderr
    );
}

#[test]
fn all_chooses_from_the_list_by_status_and_time() {
    let server = Server::start(|request| {
        if request.path.starts_with("/api/v2/") {
            return Reply::of(404, "application/json", r#"{"detail":"Not Found"}"#);
        }
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
        run.stderr.contains("`../../evil` cannot be a job ID"),
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
        run.stderr.contains("HTTPS_PROXY is not the URL of a proxy"),
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
