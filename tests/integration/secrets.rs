//! No key of the inputs travels: whatever file, field or line it stands in, in every format and on
//! standard error.

use serde_json::{Value, json};

use crate::harness::{Folder, fixture, item, run, status};

const SECRETS: [&str; 6] = [
    "llx-EXAMPLEexample0123456789",
    "q7Xw9Lk2mZp4Rt6Vb8Nc",
    "c2VjcmV0LXBhc3N3b3Jk",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "AKIAIOSFODNN7EXAMPLE",
    "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
];

/// The parts of the secrets that must not be seen.
fn tells(text: &str) -> Option<&'static str> {
    SECRETS.into_iter().find(|secret| {
        let middle = &secret[secret.len() / 2..];
        text.contains(secret) || text.contains(middle)
    })
}

/// A failed item with a message, as JSON.
fn failed(id: &str, message: &Value) -> Value {
    let mut value: Value = serde_json::from_str(&item(id, "failed")).expect("JSON");
    value["error_message"] = message.clone();
    value
}

fn dump() -> Folder {
    let folder = Folder::new();
    let [key, token, basic, jwt, aws, signature] = SECRETS;
    let mut job: Value = serde_json::from_str(&status("bjb-1", 12)).expect("JSON");
    job["job"]["status"] = json!("failed");
    job["job"]["error_message"] = json!(format!("401 for Authorization: Bearer {key}"));
    folder.write("status.json", job.to_string());
    let messages = [
        json!(format!(
            "GET https://a/x?X-Amz-Signature={signature}&x=1 failed"
        )),
        json!(format!("postgres://user:{token}@db/x refused")),
        json!(format!("x-api-key: {token} was refused")),
        json!({ "headers": { "Authorization": format!("Basic {basic}") } }),
        json!(format!("token={jwt}")),
        json!(format!("AWS said no to {aws}")),
        json!([format!("LLAMA_CLOUD_API_KEY={key}")]),
    ];
    let mut items: Vec<Value> = (0..)
        .zip(&messages)
        .map(|(at, message)| failed(&format!("dfl-{at}"), message))
        .collect();
    let mut skipped: Value = serde_json::from_str(&item("dfl-s", "skipped")).expect("JSON");
    skipped["skip_reason"] = json!(format!("password: {token}"));
    items[0]["item_name"] = json!(format!("https://b/x.pdf?sig={signature}"));
    skipped["completed_at"] = json!(format!("secret={token}"));
    items.push(skipped);
    let page = json!({ "items": items, "total_size": 12 });
    folder.write(
        "items.json",
        format!("+ curl -H 'Authorization: Bearer {key}' https://a\n{page}\n"),
    );
    folder.write(
        "verbose.json",
        format!("> authorization: Bearer {key}\n> accept: */*\n{page}"),
    );
    folder.write(
        "detail.json",
        json!({ "detail": format!("Invalid API Key {key}") }).to_string(),
    );
    folder.write("llama.key", format!("{key}\n"));
    folder.write(
        "settings.env",
        format!("LLAMA_CLOUD_API_KEY={key}\nDB_PASSWORD={token}\n"),
    );
    folder.write("trace.log", format!("+ export MY_TOKEN={token}\n"));
    folder.write(
        "login.html",
        format!("<html><title>Signed in as {key}</title></html>"),
    );
    folder.write("keys.json", format!("{{\"{key}\": 1}}"));
    folder.write(
        "broken.json",
        format!("{{\"items\": [{{\"item_id\": \"a\", \"key\": \"{key}"),
    );
    folder
}

#[test]
fn no_secret_is_in_any_output() {
    let folder = dump();
    for format in ["text", "markdown", "html", "json", "csv", "jsonl"] {
        for more in [&[][..], &["-v"]] {
            let mut args = vec!["report", ".", "--format", format];
            args.extend(more);
            let run = folder.run(&args);
            assert_eq!(run.code, 0, "{}", run.stderr);
            assert_eq!(tells(&run.stdout), None, "{format}: {}", run.stdout);
            assert_eq!(tells(&run.stderr), None, "{format}: {}", run.stderr);
            assert!(run.stdout.contains("***"), "{format}");
        }
    }
}

#[test]
fn no_secret_is_in_the_error_about_files_that_hold_nothing() {
    let [key, token, ..] = SECRETS;
    for (name, content) in [
        ("llama.key", format!("{key}\n")),
        ("a.env", format!("DB_PASSWORD={token}\n")),
        ("a.json", format!("{{\"{key}\": 1}}")),
        ("a.html", format!("<html><title>{key}</title>")),
        (
            "a.xml",
            format!("<?xml version='1'?><a token=\"{token}\"/>"),
        ),
        (
            "a.txt",
            format!("HTTP/1.1 401 Unauthorized\r\nset-cookie: s={token}\r\n\r\nkey {key}"),
        ),
    ] {
        let folder = Folder::new();
        folder.write(name, content);
        for path in [".", name] {
            let run = folder.run(&["report", path, "-v"]);
            assert_eq!(tells(&run.stderr), None, "{name}: {}", run.stderr);
            assert_eq!(tells(&run.stdout), None, "{name}: {}", run.stdout);
        }
    }
}

#[test]
fn keys_beside_the_dumps_stay_there() {
    for folder in ["key-file", "env-file", "xtrace", "curl-v"] {
        let path = fixture("cases/keys-beside-dumps").join(folder);
        let path = path.to_str().expect("UTF-8");
        for format in ["text", "markdown", "html", "json"] {
            let run = run(["report", path, "--format", format, "-v"]);
            for output in [run.stdout, run.stderr] {
                assert!(
                    !output.contains("EXAMPLEexample"),
                    "{folder}, {format}: {output}"
                );
            }
        }
    }
}

#[test]
fn standard_error_stays_short_whatever_the_input() {
    let folder = Folder::new();
    folder.write(
        "items.json",
        format!("{{\"items\":[{}]}}", item("dfl-1", "completed")),
    );
    for n in 0..300 {
        folder.write(
            &format!("b{n}.json"),
            format!("{{\"items\": [{{\"item_id\": \"{n}"),
        );
        folder.write(&format!("f{n}.txt"), "a note\n");
    }
    let run = folder.run(&["report", "."]);
    assert!(run.stderr.lines().count() < 30, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("b0.json: the same applies to 100 more files"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("ignored 300 other files; -v lists them"),
        "{}",
        run.stderr
    );
    assert!(run.stdout.len() < 20_000, "{}", run.stdout);
}

#[test]
fn a_key_as_an_id_a_name_or_a_path_is_masked() {
    let [key, ..] = SECRETS;
    let folder = Folder::new();
    let mut job: Value = serde_json::from_str(&status(&format!("bjb-{key}"), 2)).expect("JSON");
    job["job"]["status"] = json!(format!("on {key}"));
    job["job"]["project_id"] = json!(key);
    folder.write("status.json", job.to_string());
    let mut named = failed(key, &json!("x"));
    named["item_name"] = json!("ghp_q7Xw9Lk2mZp4Rt6Vb8Nc");
    named["job_id"] = json!(key);
    let mut odd = failed("dfl-1", &json!("x"));
    odd["status"] = json!(key);
    let page = json!({ "items": [named, odd], "total_size": 2 });
    folder.write(&format!("{key}.json"), page.to_string());
    for format in ["text", "markdown", "html", "json", "csv", "jsonl"] {
        let run = folder.run(&["report", ".", "-v", "--items", "all", "--format", format]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(tells(&run.stdout), None, "{format}: {}", run.stdout);
        assert_eq!(tells(&run.stderr), None, "{format}: {}", run.stderr);
    }
}
