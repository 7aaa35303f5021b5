//! A snapshot that somebody else prepared: its manifest is input like any other.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::server::Server;
use super::{JOB, Job, Snapshot, fail, options, succeed};
use crate::harness::Folder;

const PAGE: &str = r#"{"items":[{"item_id":"item-0","status":"completed"}],"total_size":3}"#;

fn entry(name: &str, body: &str) -> Value {
    json!({
        "name": name, "url": "u", "asked_at": "2026-05-14T09:00:00Z", "http_status": 200,
        "bytes": body.len(), "sha256": batch_report::snapshot::sha256(body.as_bytes()),
        "page": {"reading": 1, "pass": 1, "offset": 0, "rows": 1, "distinct_items_so_far": 1},
    })
}

fn manifest(server: &Server, files: &[Value]) -> Value {
    json!({
        "snapshot_version": 1, "generator": {"name": "batch-report", "version": "0.1.0"},
        "batch_job_id": JOB, "base_url": server.url(), "project_id": null,
        "organization_id": null, "began_at": "2026-05-14T09:00:00Z",
        "asked_until": "2026-05-14T09:00:00Z", "finished": false, "whole": null,
        "job_status": "completed", "stated_total": 3, "distinct_items": 1, "reading": 1,
        "list_read_under": null, "files": files,
    })
}

fn server() -> Server {
    Server::start(|request| Job::of(3).answer(request))
}

fn write(folder: &Folder, name: &str, content: impl AsRef<[u8]>) {
    folder.write(&format!("{JOB}/{name}"), content);
}

#[test]
fn the_largest_number_of_a_page_does_not_wrap() {
    let (server, folder) = (server(), Folder::new());
    for name in ["items-18446744073709551615.json", "items-999999999.json"] {
        write(&folder, name, PAGE);
        let forged = manifest(&server, &[entry(name, PAGE)]);
        write(&folder, "snapshot.json", forged.to_string());
        let mut options = options(&server, &folder);
        options.page_size = 1;
        if name.contains("999999999") {
            let error = fail(&options);
            assert!(error.contains("no file names left"), "{error}");
            options.force = true;
        }
        let snapshot = succeed(&options);
        let items: Vec<&str> = snapshot.names().split_off(1);
        assert_eq!(
            items,
            [
                "items-000001.json",
                "items-000002.json",
                "items-000003.json"
            ]
        );
        assert_eq!((snapshot.distinct(), snapshot.whole()), (3, Some(true)));
    }
}

#[test]
fn a_manifest_that_claims_to_be_whole_is_not_believed_without_files() {
    for (files, claims) in [(false, 3), (false, 1), (true, 3)] {
        let (server, folder) = (server(), Folder::new());
        let mut forged = manifest(&server, &[]);
        let status = Job::of(3).status_document();
        if files {
            let mut entry = entry("status.json", &status);
            entry["page"] = Value::Null;
            forged["files"] = json!([entry]);
            write(&folder, "status.json", &status);
        }
        forged["finished"] = true.into();
        forged["whole"] = true.into();
        forged["distinct_items"] = claims.into();
        forged["list_read_under"] = "status.json".into();
        write(&folder, "snapshot.json", forged.to_string());
        let snapshot = succeed(&options(&server, &folder));
        assert_eq!((snapshot.distinct(), snapshot.whole()), (3, Some(true)));
        assert!(!server.offsets().is_empty());
    }
}

#[test]
fn counters_out_of_range_are_refused() {
    let page = |changes: Value| {
        let mut entry = entry("items-000001.json", PAGE);
        for (name, value) in changes.as_object().expect("an object") {
            entry["page"][name] = value.clone();
        }
        entry
    };
    let (server, folder) = (server(), Folder::new());
    write(&folder, "items-000001.json", PAGE);
    for (files, reading) in [
        (vec![page(json!({"pass": u32::MAX}))], 1),
        (vec![page(json!({"reading": 7}))], 1),
        (Vec::new(), u32::MAX),
        (vec![page(json!({})), page(json!({}))], 1),
    ] {
        let mut forged = manifest(&server, &files);
        forged["reading"] = reading.into();
        write(&folder, "snapshot.json", forged.to_string());
        let error = fail(&options(&server, &folder));
        assert!(error.contains("--force moves it aside"), "{error}");
    }
    let far = manifest(
        &server,
        &[page(json!({"offset": u64::MAX, "rows": u64::MAX}))],
    );
    write(&folder, "snapshot.json", far.to_string());
    assert_eq!(succeed(&options(&server, &folder)).distinct(), 3);
}

#[test]
fn a_file_that_is_listed_a_thousand_times_is_not_read_a_thousand_times() {
    let (server, folder) = (server(), Folder::new());
    let body = "0".repeat(1 << 20);
    write(&folder, "items-000001.json", &body);
    let files = vec![entry("items-000001.json", &body); 3_000];
    write(
        &folder,
        "snapshot.json",
        manifest(&server, &files).to_string(),
    );
    write(&folder, "status.json", Job::of(3).status_document());
    let began = std::time::Instant::now();
    let run = folder.run(&["report", ".", "--format", "json"]);
    assert!(run.stdout.contains("lists a file twice"), "{}", run.stdout);
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[cfg(unix)]
fn link(target: impl AsRef<Path>, folder: &Folder, name: &str) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::os::unix::fs::symlink(target, path).expect("linked");
}

#[cfg(unix)]
#[test]
fn force_does_not_follow_a_link_out_of_the_folder() {
    let (server, folder) = (server(), Folder::new());
    folder.write("elsewhere/items-000001.json", "precious");
    link(
        "../elsewhere",
        &folder,
        &format!("{JOB}/2026-05-14T09-00-00Z"),
    );
    write(&folder, "items-000001.json", PAGE);
    let forged = manifest(&server, &[entry("items-000001.json", PAGE)]);
    write(&folder, "snapshot.json", forged.to_string());
    let mut options = options(&server, &folder);
    options.force = true;
    assert_eq!(succeed(&options).distinct(), 3);
    assert_eq!(folder.read("elsewhere/items-000001.json"), "precious");
    let aside = Snapshot::of(&folder.path().join(JOB).join("2026-05-14T09-00-00Z-2"));
    assert_eq!(aside.body("items-000001.json"), PAGE);
}

#[cfg(unix)]
#[test]
fn neither_the_lock_nor_the_folder_nor_a_page_may_be_a_link() {
    let (server, folder) = (server(), Folder::new());
    link(
        "../made-by-the-lock",
        &folder,
        &format!("{JOB}/.batch-report.lock"),
    );
    let error = fail(&options(&server, &folder));
    assert!(error.contains("is not a regular file or folder"), "{error}");
    assert!(!folder.path().join("made-by-the-lock").exists());
    let folder = Folder::new();
    folder.write("elsewhere/x", "");
    link("elsewhere", &folder, JOB);
    let error = fail(&options(&server, &folder));
    assert!(error.contains("is not a regular file or folder"), "{error}");
    let folder = Folder::new();
    folder.write("elsewhere.json", PAGE);
    link(
        "../elsewhere.json",
        &folder,
        &format!("{JOB}/items-000001.json"),
    );
    let forged = manifest(&server, &[entry("items-000001.json", PAGE)]);
    write(&folder, "snapshot.json", forged.to_string());
    assert_eq!(succeed(&options(&server, &folder)).distinct(), 3);
    assert_eq!(folder.read("elsewhere.json"), PAGE);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    for name in [
        "snapshot.json",
        ".batch-report.lock",
        "2026-05-14T09-00-00Z/snapshot.json",
    ] {
        let (server, folder) = (server(), Folder::new());
        let path = folder.path().join(JOB).join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.expect("it runs").success());
        let mut options = options(&server, &folder);
        if name.starts_with("2026") {
            write(&folder, "items-000001.json", PAGE);
            let forged = manifest(&server, &[entry("items-000001.json", PAGE)]);
            write(&folder, "snapshot.json", forged.to_string());
            options.force = true;
            assert_eq!(succeed(&options).distinct(), 3);
        } else {
            let error = fail(&options);
            assert!(error.contains("not a regular file"), "{error}");
        }
    }
}
