//! Permanent failures: shown in the server's words, and nothing is left that looks whole.

use std::sync::{Arc, Mutex};

use super::server::{Reply, Request, Server};
use super::{JOB, Job, KEY, fail, options, succeed};
use crate::harness::Folder;

fn is_empty(folder: &Folder) -> bool {
    std::fs::read_dir(folder.path()).expect("there").count() == 0
}

#[test]
fn refusals_are_shown_in_the_servers_words_and_not_asked_for_again() {
    for (status, body, words) in [
        (
            401,
            r#"{"detail":"Invalid API Key"}"#,
            "HTTP 401 Unauthorized: “Invalid API Key”; check the API key",
        ),
        (
            403,
            r#"{"detail":"Not your project"}"#,
            "HTTP 403 Forbidden: “Not your project”",
        ),
        (
            404,
            r#"{"detail":"Batch job not found"}"#,
            "HTTP 404 Not Found: “Batch job not found”; check the job ID",
        ),
        (
            422,
            r#"{"detail":[{"loc":["query","limit"],"msg":"too large"}]}"#,
            "“query.limit: too large”",
        ),
    ] {
        let server = Server::start(move |_| Reply::of(status, "application/json", body));
        let folder = Folder::new();
        let error = fail(&options(&server, &folder));
        assert!(error.contains(words), "{error}");
        assert_eq!(server.requests().len(), 1);
        assert!(is_empty(&folder), "nothing is left");
    }
}

#[test]
fn a_refusal_in_the_middle_leaves_a_snapshot_that_says_it_is_not_whole() {
    let server = Server::start(|request| {
        if request.is_items() && request.offset() == 10 {
            return Reply::of(422, "application/json", r#"{"detail":"no offset today"}"#);
        }
        Job::of(25).answer(request)
    });
    let folder = Folder::new();
    let error = fail(&options(&server, &folder));
    assert!(error.contains("“no offset today”"), "{error}");
    let snapshot = super::Snapshot::of(&folder.path().join(JOB));
    assert!(!snapshot.is_finished());
    assert_eq!((snapshot.distinct(), snapshot.whole()), (10, None));
    let summary = crate::harness::summary_of(folder.path()).summary();
    assert_eq!(summary["jobs"][0]["counts"]["complete"], false);
    let codes = crate::harness::codes(&summary);
    assert!(codes.contains(&"partial-snapshot".to_owned()), "{codes:?}");
}

#[test]
fn the_key_is_shown_nowhere_even_where_the_server_quotes_it() {
    let server = Server::start(|request| {
        let key = &request.headers["authorization"];
        Reply::of(
            401,
            "application/json",
            format!("{{\"detail\":\"bad key {key}\"}}"),
        )
    });
    let folder = Folder::new();
    let options = options(&server, &folder);
    let error = fail(&options);
    assert!(error.contains("bad key Bearer ***"), "{error}");
    assert!(!format!("{options:?}").contains(KEY));
}

#[test]
fn a_page_in_html_with_200_is_an_error_and_no_empty_list() {
    for path in ["status", "items"] {
        let server = Server::start(move |request| {
            if request.is_items() == (path == "items") {
                return Reply::of(
                    200,
                    "text/html",
                    "<!DOCTYPE html><html><title>Sign in</title>",
                );
            }
            Job::of(25).answer(request)
        });
        let folder = Folder::new();
        let error = fail(&options(&server, &folder));
        assert!(error.contains("an HTML page “Sign in”"), "{error}");
        assert_eq!(is_empty(&folder), path == "status");
    }
}

#[test]
fn the_answer_about_another_job_is_not_kept() {
    let server =
        Server::start(|_| Reply::json(Job::of(25).status_document().replace(JOB, "bjb-another")));
    let folder = Folder::new();
    let error = fail(&options(&server, &folder));
    assert!(error.contains("about the job `bjb-another`"), "{error}");
    assert!(is_empty(&folder));
}

#[test]
fn a_body_without_end_is_not_taken() {
    let server = Server::start(|_| {
        Reply::of(200, "application/json", "{}").header("Content-Encoding", "br")
    });
    let folder = Folder::new();
    let error = fail(&options(&server, &folder));
    assert!(error.contains("the encoding `br`"), "{error}");
}

fn redirecting(to: impl Fn(&Request) -> String + Send + Sync + 'static) -> Server {
    Server::start(move |request| {
        if request.path.starts_with("/moved") {
            return Job::of(25).answer(request);
        }
        Reply::of(307, "text/plain", "").header("Location", &to(request))
    })
}

fn query(request: &Request) -> String {
    let pairs = request
        .query
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("&")
}

#[test]
fn a_redirect_on_the_same_server_is_followed_with_the_key() {
    let server = redirecting(|request| format!("/moved{}?{}", request.path, query(request)));
    let folder = Folder::new();
    assert_eq!(succeed(&options(&server, &folder)).distinct(), 25);
    for request in server.requests() {
        assert_eq!(request.headers["authorization"], format!("Bearer {KEY}"));
    }
}

#[test]
fn a_redirect_to_another_server_is_followed_without_the_key() {
    let other = Server::start(|request| Job::of(25).answer(request));
    let url = other.url();
    let server = redirecting(move |request| {
        format!(
            "{url}{}?secret=of-the-other&{}",
            request.path,
            query(request)
        )
    });
    let folder = Folder::new();
    let snapshot = succeed(&options(&server, &folder));
    assert_eq!(snapshot.distinct(), 25);
    let there = other.requests();
    assert_eq!(there.len(), 6);
    for request in there {
        assert!(
            !request.headers.contains_key("authorization"),
            "{request:?}"
        );
    }
    assert!(!snapshot.body("snapshot.json").contains("secret"));
}

#[test]
fn another_server_that_wants_a_key_gets_none_and_the_error_says_so() {
    let other = Server::start(|_| Reply::of(401, "application/json", r#"{"detail":"No key"}"#));
    let url = other.url();
    let server = redirecting(move |request| format!("{url}{}", request.path));
    let folder = Folder::new();
    let error = fail(&options(&server, &folder));
    assert!(
        error.contains("redirected to 127.0.0.1, where the API key is not sent"),
        "{error}"
    );
    assert!(error.contains("--base-url"), "{error}");
}

#[test]
fn redirects_without_end_or_aim_are_not_followed() {
    for (location, words) in [
        ("/again", "it leads from one redirect to the next"),
        ("", "it does not name a usable target"),
        ("ftp://127.0.0.1/", "it does not name a usable target"),
    ] {
        let asked: Arc<Mutex<usize>> = Arc::default();
        let count = Arc::clone(&asked);
        let server = Server::start(move |_| {
            *count.lock().expect("a number") += 1;
            let reply = Reply::of(302, "text/plain", "");
            if location.is_empty() {
                reply
            } else {
                reply.header("Location", location)
            }
        });
        let folder = Folder::new();
        let error = fail(&options(&server, &folder));
        assert!(error.contains(words), "{error}");
        assert!(*asked.lock().expect("a number") <= 6);
    }
}
