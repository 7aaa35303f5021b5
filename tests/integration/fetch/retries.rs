//! Transient failures: the same request again brings the response.

use std::io::Write as _;
use std::time::{Duration, Instant, SystemTime};

use super::server::{Fault, Reply, Request, Server};
use super::{Job, fail, options, succeed};
use crate::harness::Folder;

/// A server of 25 items that answers the first requests for their second page so, one after
/// another, and well then.
fn troubled(replies: Vec<Reply>) -> Server {
    let replies = std::sync::Mutex::new(replies.into_iter());
    Server::start(move |request| {
        let trouble = (request.is_items() && request.offset() == 10)
            .then(|| replies.lock().expect("replies").next())
            .flatten();
        trouble.unwrap_or_else(|| Job::of(25).answer(request))
    })
}

/// Fetches from it, and expects that nothing is missing.
fn survives(replies: Vec<Reply>) {
    let tries = replies.len() + 1;
    let (server, folder) = (troubled(replies), Folder::new());
    let snapshot = succeed(&options(&server, &folder));
    assert_eq!((snapshot.distinct(), snapshot.whole()), (25, Some(true)));
    let asked = server.offsets();
    assert_eq!(asked.iter().filter(|offset| **offset == 10).count(), tries);
    assert_eq!(snapshot.names().len(), 4, "{:?}", snapshot.names());
}

fn good() -> Reply {
    let request = Request {
        number: 0,
        path: "/items".to_owned(),
        query: [("offset", "10"), ("limit", "10")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        pairs: Vec::new(),
        headers: Default::default(),
    };
    Job::of(25).answer(&request)
}

fn limited() -> Reply {
    Reply::of(
        429,
        "application/json",
        r#"{"detail":"Rate limit exceeded"}"#,
    )
}

/// Asserts that a run waits as long as the server asks. Our own pauses would take an hour.
fn waits_as_asked(reply: Reply, least: Duration) {
    let (server, folder) = (troubled(vec![reply]), Folder::new());
    let mut options = options(&server, &folder);
    options.backoff = Duration::from_secs(3_600);
    let began = Instant::now();
    assert_eq!(succeed(&options).distinct(), 25);
    assert!(began.elapsed() >= least, "{:?}", began.elapsed());
}

#[test]
fn a_429_with_seconds() {
    waits_as_asked(limited().header("Retry-After", "1"), Duration::from_secs(1));
}

#[test]
fn a_429_with_a_date() {
    // A date has whole seconds, so that up to one of the two is lost.
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(2));
    waits_as_asked(limited().header("Retry-After", &date), Duration::ZERO);
}

#[test]
fn a_429_with_milliseconds() {
    waits_as_asked(
        limited()
            .header("retry-after-ms", "150")
            .header("Retry-After", "3600"),
        Duration::from_millis(150),
    );
}

#[test]
fn a_429_with_nothing() {
    let (server, folder) = (troubled(vec![limited(), limited()]), Folder::new());
    let mut options = options(&server, &folder);
    options.backoff = Duration::from_millis(50);
    let began = Instant::now();
    assert_eq!(succeed(&options).distinct(), 25);
    assert!(began.elapsed() >= Duration::from_millis(150));
}

#[test]
fn a_pause_nobody_waits_for_is_an_error_that_says_so() {
    let (server, folder) = (
        troubled(vec![limited().header("Retry-After", "7200")]),
        Folder::new(),
    );
    let words = fail(&options(&server, &folder));
    assert!(words.contains("a pause of 120 min"), "{words}");
}

#[test]
fn errors_of_the_server_whatever_their_bodies() {
    for (status, kind, body) in [
        (
            500,
            "application/json",
            r#"{"detail":"Internal Server Error"}"#,
        ),
        (502, "text/plain", "Bad Gateway"),
        (
            503,
            "text/html",
            "<html><head><title>503 Busy</title></head></html>",
        ),
        (408, "text/plain", ""),
        (409, "application/json", "{"),
    ] {
        survives(vec![Reply::of(status, kind, body); 2]);
    }
}

#[test]
fn errors_that_last_are_shown_in_the_servers_words() {
    for (kind, body, words) in [
        (
            "application/json",
            r#"{"detail":"Database down"}"#,
            "HTTP 503 Service Unavailable: “Database down”",
        ),
        ("text/plain", "upstream\u{1b}[31m gone", "upstream"),
        (
            "text/html",
            "<html><title>Busy</title>",
            "an HTML page “Busy”",
        ),
    ] {
        let (server, folder) = (troubled(vec![Reply::of(503, kind, body); 9]), Folder::new());
        let error = fail(&options(&server, &folder));
        assert!(
            error.contains(words) && error.contains("gave up after 4 attempts"),
            "{error}"
        );
        assert!(!error.contains('\u{1b}'), "{error:?}");
    }
}

#[test]
fn the_server_may_say_that_another_try_helps() {
    survives(vec![
        Reply::of(404, "text/plain", "not yet").header("x-should-retry", "true"),
    ]);
}

#[test]
fn the_server_may_say_that_no_other_try_helps() {
    let reply = Reply::of(503, "text/plain", "never").header("x-should-retry", "false");
    let (server, folder) = (troubled(vec![reply]), Folder::new());
    let error = fail(&options(&server, &folder));
    assert!(error.contains("never"), "{error}");
    assert_eq!(server.offsets(), [0, 10]);
}

#[test]
fn a_connection_that_is_refused() {
    let folder = Folder::new();
    let mut options = options(
        &Server::start(|request| Job::of(1).answer(request)),
        &folder,
    );
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    options.base_url =
        batch_report::fetch::BaseUrl::parse(&format!("http://{address}")).expect("a URL");
    let error = fail(&options);
    assert!(error.contains("gave up after 4 attempts"), "{error}");
    assert!(error.to_lowercase().contains("refused"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("there").count(), 0);
}

#[test]
fn a_connection_that_is_reset_before_the_answer() {
    survives(vec![good().fault(Fault::Reset(None)); 2]);
}

#[test]
fn a_connection_that_is_reset_in_the_middle_of_the_body() {
    survives(vec![good().fault(Fault::Reset(Some(100))); 2]);
}

#[test]
fn a_body_that_ends_before_its_length() {
    survives(vec![good().fault(Fault::Close(100))]);
}

#[test]
fn a_body_that_is_cut_but_valid_http() {
    let whole = good().body;
    survives(vec![
        Reply::json(&whole[..whole.len() / 2]),
        Reply::json(&whole[..whole.len() - 1]),
        Reply::json(""),
    ]);
}

#[test]
fn an_error_that_came_as_a_page() {
    survives(vec![
        Reply::json(r#"{"detail":"Rate limit exceeded"}"#),
        Reply::of(200, "text/html", "<!doctype html><title>Sign in</title>"),
        Reply::json("[]"),
    ]);
}

#[test]
fn a_slow_drip_is_no_stall() {
    let drip = good().fault(Fault::Drip(20, Duration::from_millis(75)));
    let (server, folder) = (troubled(vec![drip]), Folder::new());
    let mut options = options(&server, &folder);
    // The answer takes longer than that as a whole, and none of its pieces does.
    options.timeout = Duration::from_secs(1);
    options.max_retries = 0;
    assert_eq!(succeed(&options).distinct(), 25);
}

#[test]
fn a_stall_beyond_the_timeout() {
    let (server, folder) = (
        troubled(vec![
            good().fault(Fault::Stall(None)),
            good().fault(Fault::Stall(Some(100))),
        ]),
        Folder::new(),
    );
    let mut options = options(&server, &folder);
    options.timeout = Duration::from_millis(400);
    options.max_retries = 20;
    assert_eq!(succeed(&options).distinct(), 25);
}

#[test]
fn a_stall_that_lasts_says_how_long_was_waited() {
    let server = Server::start(|request| Job::of(25).answer(request).fault(Fault::Stall(None)));
    let folder = Folder::new();
    let mut options = options(&server, &folder);
    options.timeout = Duration::from_millis(50);
    options.max_retries = 1;
    let error = fail(&options);
    assert!(error.contains("no data for 0.05 s"), "{error}");
}

#[test]
fn a_body_in_gzip_is_kept_as_it_was_before() {
    let server = Server::start(|request| {
        assert_eq!(request.headers["accept-encoding"], "gzip");
        let mut reply = Job::of(25)
            .answer(request)
            .header("Content-Encoding", "gzip");
        reply.body = gzip(&reply.body);
        reply
    });
    let folder = Folder::new();
    let snapshot = succeed(&options(&server, &folder));
    assert_eq!(snapshot.distinct(), 25);
    assert_eq!(snapshot.body("items-000002.json").as_bytes(), good().body);
}

#[test]
fn a_body_in_gzip_that_is_cut() {
    let packed = gzip(&good().body);
    let cut = Reply::json(&packed[..packed.len() / 2]).header("Content-Encoding", "gzip");
    survives(vec![cut]);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("written");
    encoder.finish().expect("written")
}
