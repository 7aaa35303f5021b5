//! Lists that are not what they say, or do not stay what they were.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::server::{Reply, Server};
use super::{JOB, Job, options, succeed};
use crate::harness::{Folder, summary_of};

/// Number of missing items in the report on what was fetched.
fn missing(folder: &Folder) -> serde_json::Value {
    let summary = summary_of(folder.path()).summary();
    assert_eq!(summary["jobs"][0]["batch_job_id"], JOB);
    summary["jobs"][0]["counts"]["missing"].clone()
}

#[test]
fn pages_are_kept_byte_for_byte() {
    let (server, folder) = (
        Server::start(|request| Job::of(25).answer(request)),
        Folder::new(),
    );
    let snapshot = succeed(&options(&server, &folder));
    assert_eq!(
        snapshot.names(),
        [
            "status.json",
            "items-000001.json",
            "items-000002.json",
            "items-000003.json"
        ]
    );
    let job = Job::of(25);
    assert_eq!(snapshot.body("status.json"), job.status_document());
    assert_eq!(snapshot.body("items-000003.json"), job.page_of(20..25));
    assert!(snapshot.is_finished());
    assert_eq!(snapshot.whole(), Some(true));
    assert_eq!(server.offsets(), [0, 10, 20, 25]);
    for request in server.requests() {
        assert_eq!(
            request.headers["authorization"],
            format!("Bearer {}", super::KEY)
        );
        assert_eq!(request.headers["accept"], "application/json");
    }
    assert_eq!(missing(&folder), 0);
}

#[test]
fn the_manifest_says_when_each_page_was_asked_for_and_what_it_was() {
    let (server, folder) = (
        Server::start(|request| Job::of(25).answer(request)),
        Folder::new(),
    );
    let mut options = options(&server, &folder);
    options.project_id = Some("proj-1".to_owned());
    options.organization_id = Some("org-1".to_owned());
    let snapshot = succeed(&options);
    let page = &snapshot.manifest["files"][2];
    let body = snapshot.body("items-000002.json");
    assert_eq!(
        page["url"],
        format!(
            "{}/api/v1/beta/batch-processing/{JOB}/items?limit=10&offset=10&project_id=proj-1&organization_id=org-1",
            server.url()
        )
    );
    assert_eq!(
        (&page["http_status"], &page["bytes"]),
        (&200.into(), &body.len().into())
    );
    assert_eq!(
        page["sha256"],
        batch_report::snapshot::sha256(body.as_bytes())
    );
    assert_eq!(page["page"]["distinct_items_so_far"], 20);
    let asked = page["asked_at"].as_str().expect("a time");
    assert!(asked.starts_with("20") && asked.ends_with('Z'), "{asked}");
    assert_eq!(snapshot.manifest["snapshot_version"], 1);
    assert_eq!(snapshot.manifest["batch_job_id"], JOB);
    assert_eq!(snapshot.manifest["base_url"], server.url());
    assert_eq!(snapshot.manifest["stated_total"], 25);
    assert_eq!(snapshot.manifest["generator"]["name"], "batch-report");
}

#[test]
fn a_total_size_that_is_null_too_low_or_too_high_neither_ends_the_list_nor_loops() {
    for total_size in [None, Some(0), Some(3), Some(9_999)] {
        let job = Job {
            total_size,
            ..Job::of(25)
        };
        let (server, folder) = (
            Server::start(move |request| job.answer(request)),
            Folder::new(),
        );
        let snapshot = succeed(&options(&server, &folder));
        assert_eq!(
            (snapshot.distinct(), snapshot.whole()),
            (25, Some(true)),
            "{total_size:?}"
        );
        assert_eq!(server.offsets(), [0, 10, 20, 25], "{total_size:?}");
    }
}

#[test]
fn without_a_total_in_the_status_the_list_states_it_or_nobody_does() {
    for (total_size, whole, passes) in [
        (None, None, 1),
        (Some(25), Some(true), 1),
        (Some(28), Some(false), 4),
    ] {
        let job = Job {
            total_items: None,
            total_size,
            ..Job::of(25)
        };
        let (server, folder) = (
            Server::start(move |request| job.answer(request)),
            Folder::new(),
        );
        let snapshot = succeed(&options(&server, &folder));
        assert_eq!((snapshot.distinct(), snapshot.whole()), (25, whole));
        assert_eq!(server.offsets().len(), passes * 4);
    }
}

#[test]
fn what_the_server_does_not_give_is_missing_after_three_passes_that_brought_nothing() {
    let job = Job {
        total_items: Some(28),
        ..Job::of(25)
    };
    let (server, folder) = (
        Server::start(move |request| job.answer(request)),
        Folder::new(),
    );
    let snapshot = succeed(&options(&server, &folder));
    assert_eq!((snapshot.distinct(), snapshot.whole()), (25, Some(false)));
    assert_eq!(server.offsets(), [0, 10, 20, 25].repeat(4));
    // The pages were the same each time, and are there once.
    assert_eq!(snapshot.names().len(), 4);
    assert_eq!(missing(&folder), 3);
    let codes = summary_of(folder.path()).codes();
    assert!(codes.contains(&"partial-snapshot".to_owned()), "{codes:?}");
}

#[test]
fn a_page_of_fewer_items_than_were_asked_for_is_not_the_last() {
    let server = Server::start(|request| {
        if request.is_items() {
            let to = (request.offset() + 7).min(25);
            return Reply::json(Job::of(25).page_of(request.offset()..to));
        }
        Job::of(25).answer(request)
    });
    let folder = Folder::new();
    assert_eq!(succeed(&options(&server, &folder)).distinct(), 25);
    assert_eq!(server.offsets(), [0, 7, 14, 21, 25]);
}

#[test]
fn a_page_that_is_empty_too_early_is_passed_in_the_next_pass() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |request| {
        if request.is_items() && request.offset() == 10 && asked.fetch_add(1, Ordering::SeqCst) == 0
        {
            return Reply::json(Job::of(25).page_of(0..0));
        }
        Job::of(25).answer(request)
    });
    let folder = Folder::new();
    let snapshot = succeed(&options(&server, &folder));
    assert_eq!((snapshot.distinct(), snapshot.whole()), (25, Some(true)));
    assert_eq!(server.offsets(), [0, 10, 0, 10, 20, 25]);
    assert_eq!(missing(&folder), 0);
}

#[test]
fn a_server_that_knows_no_offset_does_not_keep_us_for_ever() {
    let server = Server::start(|request| {
        if request.is_items() {
            assert!(!request.query.contains_key("page_token"));
            return Reply::json(Job::of(25).page_of(0..10));
        }
        Job::of(25).answer(request)
    });
    let folder = Folder::new();
    let snapshot = succeed(&options(&server, &folder));
    assert_eq!((snapshot.distinct(), snapshot.whole()), (10, Some(false)));
    assert_eq!(server.offsets().len(), 8);
}

#[test]
fn a_list_that_is_reordered_between_requests_is_passed_over_until_it_is_whole() {
    let passes = AtomicUsize::new(0);
    let server = Server::start(move |request| {
        if !request.is_items() {
            return Job::of(25).answer(request);
        }
        if request.offset() == 0 {
            passes.fetch_add(1, Ordering::SeqCst);
        }
        // In the first pass the list turns by 4 after each page, so that items are never seen.
        let turned = match passes.load(Ordering::SeqCst) {
            1 => request.offset() / 10 * 4,
            _ => 0,
        };
        let to = (request.offset() + 10).min(25);
        let items = (request.offset()..to).map(|at| (at + turned) % 25);
        Reply::json(Job::of(25).page_of(items))
    });
    let folder = Folder::new();
    let snapshot = succeed(&options(&server, &folder));
    assert_eq!((snapshot.distinct(), snapshot.whole()), (25, Some(true)));
    assert!(server.offsets().len() > 4);
    assert_eq!(missing(&folder), 0);
}

#[test]
fn a_list_that_grows_between_requests_is_read_until_it_holds_what_is_stated_then() {
    let served = AtomicUsize::new(0);
    let server = Server::start(move |request| {
        // Three items more with each page, up to 40.
        let pages = match request.is_items() {
            true => served.fetch_add(1, Ordering::SeqCst),
            false => served.load(Ordering::SeqCst),
        };
        let job = Job {
            status: "running",
            ..Job::of((20 + 3 * pages).min(40))
        };
        job.answer(request)
    });
    let folder = Folder::new();
    let snapshot = succeed(&options(&server, &folder));
    assert_eq!((snapshot.distinct(), snapshot.whole()), (40, Some(true)));
    assert_eq!(snapshot.manifest["stated_total"], 40);
}

#[test]
fn a_job_that_ends_while_its_list_is_read_is_read_again() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |request| {
        let ended = asked.fetch_add(1, Ordering::SeqCst) >= 3;
        let job = Job {
            status: if ended { "completed" } else { "running" },
            ..Job::of(25)
        };
        if !request.is_items() {
            return job.answer(request);
        }
        let page = job.page(request);
        Reply::json(if ended {
            page
        } else {
            page.replace("completed", "processing")
        })
    });
    let folder = Folder::new();
    let snapshot = succeed(&options(&server, &folder));
    assert_eq!(server.offsets(), [0, 10, 20, 25, 0, 10, 20, 25]);
    // Only the reading after its end is kept, and what the job said before and after.
    assert_eq!(
        snapshot.names(),
        [
            "status.json",
            "status_000002.json",
            "items-000004.json",
            "items-000005.json",
            "items-000006.json"
        ]
    );
    let summary = summary_of(folder.path()).summary();
    assert_eq!(summary["jobs"][0]["counts"]["by_status"]["completed"], 25);
    assert_eq!(summary["jobs"][0]["job"]["status"], "completed");
}

#[test]
fn a_row_that_is_no_item_is_kept_and_counted_in_the_offset() {
    let server = Server::start(|request| {
        if request.is_items() && request.offset() == 0 {
            return Reply::json(Job::of(25).page_of(0..9).replacen(
                "{\"item_id\"",
                "null,{\"item_id\"",
                1,
            ));
        }
        if request.is_items() {
            let from = request.offset() - 1;
            return Reply::json(Job::of(25).page_of(from..(from + 10).min(25)));
        }
        Job::of(25).answer(request)
    });
    let folder = Folder::new();
    assert_eq!(succeed(&options(&server, &folder)).distinct(), 25);
    assert_eq!(server.offsets(), [0, 10, 20, 26]);
}
