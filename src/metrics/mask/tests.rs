use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

thread_local! {
    /// Bytes that forms were looked for in.
    pub(super) static LOOKED_AT: Cell<usize> = const { Cell::new(0) };
}

fn masks(cases: &[(&str, &str)]) {
    for (message, masked) in cases {
        assert_eq!(mask(message, None), *masked, "{message}");
    }
}

/// Messages that say what they said before.
fn keeps(messages: &[&str]) {
    for message in messages {
        assert_eq!(mask(message, None), *message);
    }
}

#[test]
fn ids_of_all_kinds_are_one() {
    masks(&[
        (
            "Job id: 61f97930-2b9f-4573-8003-4b423e464ae3",
            "Job id: <id>",
        ),
        (
            "Parse job pjb-4d62da95-ebd1-4313-9261-10ae3a5e1096 failed",
            "Parse job <id> failed",
        ),
        (
            "(job_id=6eb893b0-d33f-4dce-a695-9537a2f6e1a9, attempt 2/3)",
            "(job_id=<id>, attempt <n>/<n>)",
        ),
        ("(request_id: req_edbaecd01fb7)", "(request_id: <id>)"),
        ("at 0x7ffe12ab in deadbeef01", "at <id> in <id>"),
        ("trace 01HZX3K5QW9V8T7R6P5N4M3K2J", "trace <id>"),
    ]);
}

#[test]
fn words_and_names_of_exceptions_are_kept() {
    keeps(&[
        "PDF_CONVERSION_ERROR: unsupported utf8 in E1001",
        "internationalizationsupport",
        "it can't be read, the files' owner isn't known",
        "read and/or write",
        "S3ObjectNotAccessibleException, BotoCoreClient2Error",
    ]);
}

#[test]
fn quoted_names_are_one_whatever_they_hold() {
    masks(&[
        (
            "The document 'Bob's 3rd \"draft\".pdf' is protected",
            "The document '<name>' is protected",
        ),
        ("(file 'tab\there.pdf')", "(file '<name>')"),
        (
            "\"a\" and 'b' and `c` and “d” and „e“ and »f« and «g» and 「h」",
            "\"<name>\" and '<name>' and `<name>` and “<name>” and „<name>“ and »<name>« and «<name>» and 「<name>」",
        ),
        (
            "an “open quote, and «one» in it",
            "an “open quote, and «<name>» in it",
        ),
        ("\"Timeout\"", "\"Timeout\""),
    ]);
}

#[test]
fn numbers_paths_urls_and_times_are_masked() {
    masks(&[
        (
            "1,263 of 1000 pages, 2.5 s, 15ms",
            "<n> of <n> pages, <duration>",
        ),
        (
            "GET https://api.example.com/v1/x?y=1 failed",
            "GET <url> failed",
        ),
        ("in /app/worker/parse.py, line 12", "in <path>, line <n>"),
        ("in C:\\data\\in.pdf", "in <path>"),
        (
            "cannot open contracts/2026/MSA-1.pdf now",
            "cannot open <path> now",
        ),
        (
            "since 2026-05-14T08:30:33.233758Z or 2026-05-14 08:30 or 08:30:33",
            "since <time> or <time> or <time>",
        ),
    ]);
}

#[test]
fn statuses_of_http_are_kept() {
    keeps(&[
        "HTTP 429",
        "HTTP Error 404: Not Found",
        "status code: 502",
        "status=500, status_code=504, statusCode: 403",
        "(code 429)",
        "429 Too Many Requests",
        "[503] upstream said no",
        "503",
        "upstream answered 502 Bad Gateway",
        "upstream answered 429 (too many requests)",
    ]);
    masks(&[
        ("HTTP/1.1 503 from upstream", "HTTP/<n> 503 from upstream"),
        (
            r#"{"code": 503, "page": 450}"#,
            r#"{"code": 503, "page": <n>}"#,
        ),
        ("HTTP 200 after 429 s", "HTTP <n> after <duration>"),
        (
            "450 pages, 500ms, barcode 450",
            "<n> pages, <duration>, barcode <n>",
        ),
        ("answered 502 not found", "answered <n> not found"),
    ]);
}

#[test]
fn codes_of_errors_are_kept() {
    keeps(&[
        "exit code 137",
        "process exited with 139 (signal 11)",
        "exit status: -9",
        "[Errno 28] No space left on device",
        "error code 1205",
        "ORA-01555: snapshot too old",
        "rolled back by ORA-00060",
        "KB-1234: unsupported",
        "E1234 in stage E77",
    ]);
    masks(&[
        ("invoice INV-2024 is empty", "invoice INV-<n> is empty"),
        ("exit code 13.5", "exit code <n>"),
        ("PRE-ORA-01555", "PRE-ORA-<n>"),
    ]);
}

#[test]
fn the_own_name_of_an_item_is_masked_as_it_stands() {
    for name in [
        "Board deck (final) v3.pdf",
        "north wing",
        "Übersicht März 2026.docx",
    ] {
        let message = format!("Failed to parse {name}: file is encrypted");
        let masked = mask(&message, Some(name));
        assert_eq!(masked, "Failed to parse <name>: file is encrypted");
    }
    assert_eq!(
        mask("'my plan' is empty", Some("my plan")),
        "'<name>' is empty"
    );
    assert_eq!(mask("in /data/my plan/1", Some("my plan")), "in <path>");
    assert_eq!(
        mask("plan of explain 7", Some("plan")),
        "<name> of explain <n>"
    );
}

#[test]
fn colours_and_the_composition_of_letters_make_no_difference() {
    let plain = "ParseError: page <n> of <n> für alle unreadable";
    for message in [
        "\u{1b}[31mParseError\u{1b}[0m: page 3 of 9 für alle unreadable",
        "[2mParseError[22m: page 5 of 7 fu\u{308}r alle unreadable",
        "ParseError: page 4 of 8 für alle unreadable",
    ] {
        assert_eq!(mask(message, None), plain);
    }
}

#[test]
fn long_messages_are_told_by_their_end_as_well() {
    let traceback = |error: &str| {
        let frame =
            "  File \"/app/w/stage.py\", line 3, in run_stage\n    return self.next(context)\n";
        format!(
            "Traceback (most recent call last):\n{}{error}\n",
            frame.repeat(100)
        )
    };
    let masked = mask(&traceback("MemoryError: 7 GB"), None);
    assert!(masked.ends_with("\nMemoryError: <size>"), "{masked}");
    assert_eq!(mask(&traceback("MemoryError: 12 GB"), None), masked);
    assert_ne!(mask(&traceback("ConnectionResetError: peer"), None), masked);
}

#[test]
fn a_message_that_is_json_is_told_by_its_words() {
    masks(&[
        (
            r#"{"error": "Invalid API key", "job": "pjb-3d15afe2-96c3-43aa-86b2-91992f4626dc"}"#,
            r#"{"error": "Invalid API key", "job": "<id>"}"#,
        ),
        (
            r#"{"detail":{"size":7,"msg":"could not open 'a b.pdf' of /x/y"}}"#,
            r#"{"detail":{"size":<n>,"msg":"could not open '<name>' of <path>"}}"#,
        ),
        (
            r#"{"error": "Invalid API key""#,
            r#"{"error": "Invalid API key""#,
        ),
    ]);
}

#[test]
fn tracebacks_keep_their_lines() {
    let message = "Traceback (most recent call last):\n  File \"/app/worker/parse.py\", line 88, in run\nIndexError: page 3 not in document of 2 pages\n";
    assert_eq!(
        mask(message, None),
        "Traceback (most recent call last):\n  File \"<path>\", line <n>, in run\nIndexError: page <n> not in document of <n> pages"
    );
}

#[test]
fn what_quotes_tell_is_kept() {
    keeps(&[
        "KeyError: 'total_amount'",
        "KeyError('pages')",
        "No module named 'cv2'",
        "RuntimeError('killed by SIGSEGV')",
        "Unexpected status '502' from it",
        "Error code: 429 - {'error': {'message': 'Overloaded', 'type': 'overloaded_error', 'param': None}}",
        "('Connection aborted.', RemoteDisconnected('Remote end closed connection'))",
        "Expecting ',' delimiter",
        r#"{"code": -32601, "message": "Method not found"}"#,
        "failed with 'ECONNRESET' and 'PDF_ERROR'",
    ]);
    masks(&[
        (
            "{'error': {'message': 'limit of 3 for gpt-4o reached', 'type': 'tokens'}}",
            "{'error': {'message': 'limit of <n> for <name> reached', 'type': 'tokens'}}",
        ),
        (
            "fields 'a', 'b' and 'c' of \"d\"",
            "fields '<name>' of \"<name>\"",
        ),
        ("‘x’ and 『x』", "‘<name>’ and 『<name>』"),
    ]);
}

#[test]
fn names_of_machines_users_and_tokens_are_masked() {
    masks(&[
        ("pod parse-worker-7d9f8b6c5d-x2x9k died", "pod <id> died"),
        (
            "in eu-west-1 on ip-10-0-3-7.ec2.internal",
            "in <name> on <name>",
        ),
        (
            "request req_011CPjbRhNXbVdKRnhnGqZ4s of jane.roe+x@acme.co.uk",
            "request <name> of <email>",
        ),
        (
            "to 10.0.3.7:5432 or [2001:db8::7]:443 or fe80::1%eth0",
            "to <address> or <address> or <address>",
        ),
        (
            "at revision a1b2c3d or fadedcab",
            "at revision <id> or <id>",
        ),
        (
            "token eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.abcDEF here",
            "token <id> here",
        ),
    ]);
    keeps(&[
        "a password-protected, read-only file",
        "time-out of rate-limit",
        "TLS-verify and and/or",
    ]);
}

#[test]
fn quantities_lists_and_dates_are_one() {
    masks(&[
        (
            "after 5m0s, after 300 seconds",
            "after <duration>, after <duration>",
        ),
        ("1 hour 30 minutes of 2 GiB", "<duration> of <size>"),
        ("pages 3, 4 and 7 or 1-5", "pages <n> or <n>"),
        ("on May 14, 2026 at 08:30, please", "on <time>, please"),
        (
            "on Tue, 02 Jun 2026 10:00:00 GMT, please",
            "on <time>, please",
        ),
        (
            "on 3 June 2026: it may march on",
            "on <time>: it may march on",
        ),
        ("第3页解析失败", "第<n>页解析失败"),
    ]);
}

#[test]
fn names_of_files_with_blanks_are_found_without_quotes() {
    masks(&[
        (
            "Failed to parse Board deck (final) v3.pdf: encrypted",
            "Failed to parse <path>: encrypted",
        ),
        (
            "Could not read Jane's résumé (2).docx now",
            "Could not read <path> now",
        ),
        (
            "page 3 of Q3 2025 report.xlsx is bad",
            "page <n> of <path> is bad",
        ),
        ("lease agreement signed.pdf is bad", "<path> is bad"),
        (
            "Sorry but nobody here could ever open Offer.pdf",
            "Sorry but nobody here could ever open <path>",
        ),
    ]);
}

#[test]
fn tags_of_html_are_no_paths() {
    keeps(&["<h1>502 Bad Gateway</h1></center>"]);
}

#[test]
fn masking_what_is_masked_changes_nothing() {
    let once = mask("file 'a.pdf' of /x/y at 2026-05-14 took 3.5 s", None);
    assert_eq!(mask(&once, None), once);
}

#[test]
fn very_long_messages_cost_no_more_than_their_first_kilobytes() {
    for part in ["a-1-", "“1 ", "0123abcd-", "'a ", "x/1."] {
        let masked = mask(&part.repeat(200_000), None).len();
        assert!(masked <= 5 * LONGEST_BEGIN, "{part}: {masked}");
    }
}

/// Bytes that are looked at in a message made of one token.
fn cost(token: &str, times: usize) -> usize {
    LOOKED_AT.set(0);
    Masked::default().part(&token.repeat(times), None);
    LOOKED_AT.get()
}

/// Twice the message may take twice the work, and a little.
fn is_linear(token: &str) -> bool {
    let (once, twice) = (cost(token, 100), cost(token, 200));
    twice <= 2 * once + 40 * token.len() + 100
}

/// Signs and short words that forms are made of.
const SIGNS: [&str; 40] = [
    " ", "'", "\"", "`", "“", "”", "„", "«", "»", "「", "(", "[", "{", "<", "=", ":", ",", ";",
    ".", "/", "\\", "~", "-", "_", "@", "+", "|", "0", "7", "a", "e", "z", "A", "é", "\n",
    "\u{1b}", "pdf", "://", "ab12", "X",
];

#[test]
fn the_work_grows_with_the_length_of_a_message_and_no_faster() {
    for a in SIGNS {
        assert!(is_linear(a), "{a:?}");
        for b in SIGNS {
            assert!(is_linear(&[a, b].concat()), "{a:?} {b:?}");
        }
    }
    for token in [
        "a.pdf-a-", "'a\n", "«a 1 ", "x_ab12_", "deadbeef", "http://", "2026-05-", "00:00:00",
    ] {
        assert!(is_linear(token), "{token:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_token_of_several_signs_makes_it_grow_faster(signs in vec(select(SIGNS.to_vec()), 3..9)) {
        prop_assert!(is_linear(&signs.concat()));
    }

    #[test]
    fn no_message_and_no_name_breaks_the_scanner(
        signs in vec(select(SIGNS.to_vec()), 0..40),
        name in vec(select(SIGNS.to_vec()), 0..4),
    ) {
        let message = signs.concat();
        let masked = mask(&message, Some(&name.concat()));
        prop_assert!(masked.len() <= 8 * message.len() + 8);
    }
}
