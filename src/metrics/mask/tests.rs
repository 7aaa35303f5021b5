use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use regex::{Captures, Regex};

use super::*;

/// The same by one regular expression.
fn mask_by_pattern(message: &str) -> String {
    let message = message.trim();
    let part = |text| VARYING_PARTS.replace_all(text, replacement).into_owned();
    if message.len() > TELLING + TELLING_END {
        return format!("{} … {}", part(begin_of(message)), part(end_of(message)));
    }
    if is_one_quoted_word(message) {
        return message.to_owned();
    }
    part(message)
}

/// What varies, in the order in which it is looked for at each place. A group's name says what is
/// left of it.
const VARYING: &str = r#"(?x)
    # Quoted text: names, mostly. An apostrophe inside a word neither opens nor closes it.
    (?P<before> ^ | [\s(\[{<=:,;] ) '(?P<single> (?: [^'\n] | '[\pL\d] )* )'
  | "(?P<double> [^"\n]* )"
  | `(?P<back> [^`\n]* )`
  | “(?P<curly> [^”\n]* )” | „(?P<low> [^“”\n]* )[“”] | »(?P<inward> [^«\n]* )« | «(?P<outward> [^»\n]* )»
  | 「(?P<corner> [^」\n]* )」
  | (?P<url> \b[A-Za-z][A-Za-z0-9+.-]*://[^\s'"<>)\]}]+ )
  | (?P<time> \b\d{4}-\d{2}-\d{2} (?: [T\x20]\d{2}:\d{2}(?: :\d{2}(?:[.,]\d+)? )? (?: \x20?(?:Z|UTC|[+-]\d{2}:?\d{2}) )? )? \b
    | \b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b )
  | (?P<uuid> \b(?: [A-Za-z][A-Za-z0-9]*[-_] )*
      [0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\b )
  | (?P<path_before> ^ | [\s(\[{<=,;:] ) (?P<path> (?: ~ | \.{1,2} )? (?: /[^\s/:,;)\]}>'"]+ )+ /? )
  | (?P<drive> \b[A-Za-z]:\\[^\s'"<>|]+ )
  | (?P<file> \b[\w.@-]+ (?: [/\\][\w.@-]+ )*
      \.(?i: pdf|docx?|pptx?|xlsx?|odt|ods|odp|rtf|txt|csv|tsv|md|html?|xml|json|eml|msg|epub
            |png|jpe?g|gif|tiff?|webp|bmp|heic|zip|gz ) \b )
  | (?P<hex> \b 0[xX][0-9A-Fa-f]+ \b )
  | (?P<id> \b (?: [A-Za-z]+[-_] )+ [0-9a-f]{8,} \b | \b[0-9A-Fa-f]{8,}\b | \b[A-Za-z0-9]{20,}\b )
  | (?P<number> \b\d+ (?: [.,]\d+ )* )
"#;

static VARYING_PARTS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(VARYING).expect("the pattern above is a regular expression"));

fn replacement(found: &Captures<'_>) -> String {
    let group = |name| found.name(name).map(|part| part.as_str());
    if group("single").is_some() {
        return format!("{}'<name>'", group("before").unwrap_or_default());
    }
    if group("path").is_some() {
        return format!("{}<path>", group("path_before").unwrap_or_default());
    }
    for (name, mask) in [
        ("double", "\"<name>\""),
        ("back", "`<name>`"),
        ("curly", "“<name>”"),
        ("low", "„<name>“"),
        ("inward", "»<name>«"),
        ("outward", "«<name>»"),
        ("corner", "「<name>」"),
        ("url", "<url>"),
        ("time", "<time>"),
        ("uuid", "<id>"),
        ("drive", "<path>"),
        ("file", "<path>"),
        ("hex", "<id>"),
        ("number", "<n>"),
    ] {
        if group(name).is_some() {
            return mask.to_owned();
        }
    }
    let id = found.get(0).map_or("", |part| part.as_str());
    match id.bytes().filter(u8::is_ascii_digit).count() {
        // A long word of letters alone is a word.
        0 => id.to_owned(),
        digits if digits == id.len() => "<n>".to_owned(),
        _ => "<id>".to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn masking_agrees_with_one_regular_expression(parts in vec(select(PARTS.to_vec()), 1..14)) {
        let message = parts.concat();
        prop_assert_eq!(mask(&message), mask_by_pattern(&message), "{}", message);
    }
}

/// What messages are put together from.
const PARTS: &[&str] = &[
    " ",
    " ",
    " ",
    "\n",
    "\t",
    "'",
    "'",
    "\"",
    "`",
    "“",
    "”",
    "„",
    "«",
    "»",
    "「",
    "」",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "=",
    ":",
    ",",
    ";",
    ".",
    "..",
    "/",
    "//",
    "://",
    "\\",
    "~",
    "abcdefab-abcd-abcd-abcd-abcdefabcdef",
    "deadbeefcafe",
    "-",
    "_",
    "@",
    "|",
    "+",
    "0",
    "1",
    "7",
    "12",
    "404",
    "2026",
    "-05-14",
    "2026-05-14",
    "T08:30",
    "08:30",
    ":33",
    ".123",
    "Z",
    "UTC",
    " UTC",
    "+02:00",
    "-0530",
    "8:30:33",
    "0x",
    "0X",
    "1f",
    "xyz",
    "a",
    "e",
    "é",
    "ß",
    "日本",
    "it's",
    "C:\\",
    "x1",
    "abcdefab",
    "deadbeef",
    "cafebabe01",
    "3fa85f64",
    "-5717-4562-b3fc-2c963f66afa6",
    "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "ABCDEFAB-5717-4562-B3FC-2C963F66AFA6",
    "pjb-",
    "req_",
    "job1-",
    "PDF_CONVERSION_ERROR",
    "internationalizationsupport",
    "01HZX3K5QW9V8T7R6P5N4M3K2J",
    ".pdf",
    ".PDF",
    ".docx",
    ".doc",
    "scan",
    "page",
    "file.tar.gz",
    "/tmp",
    "/data/a",
    "../x",
    "https",
    "https://h.example/a?b=1",
    "s3://b/k.pdf",
    "a.b.c",
    "name@host",
    "1.5",
    "1,234",
    "12.",
];

fn masks(cases: &[(&str, &str)]) {
    for (message, masked) in cases {
        assert_eq!(mask(message), *masked, "{message}");
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
fn words_and_codes_are_kept() {
    masks(&[
        (
            "PDF_CONVERSION_ERROR: unsupported utf8 in E1001",
            "PDF_CONVERSION_ERROR: unsupported utf8 in E1001",
        ),
        (
            "internationalizationsupport and deadbeef",
            "internationalizationsupport and deadbeef",
        ),
        (
            "it can't be read, the files' owner isn't known",
            "it can't be read, the files' owner isn't known",
        ),
        ("read and/or write", "read and/or write"),
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
        ("\"Timeout\"", "\"Timeout\""),
    ]);
}

#[test]
fn numbers_paths_urls_and_times_are_masked() {
    masks(&[
        (
            "1,263 of 1000 pages, 2.5 s, 15ms",
            "<n> of <n> pages, <n> s, <n>ms",
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
fn long_messages_are_told_by_their_end_as_well() {
    let traceback = |error: &str| {
        let frame =
            "  File \"/app/w/stage.py\", line 3, in run_stage\n    return self.next(context)\n";
        format!(
            "Traceback (most recent call last):\n{}{error}\n",
            frame.repeat(100)
        )
    };
    let masked = mask(&traceback("MemoryError: 7 GB")).into_owned();
    assert!(masked.ends_with("\nMemoryError: <n> GB"), "{masked}");
    assert_eq!(mask(&traceback("MemoryError: 12 GB")), masked);
    assert_ne!(mask(&traceback("ConnectionResetError: peer")), masked);
}

#[test]
fn a_message_that_is_json_is_told_by_its_words() {
    masks(&[
        (
            r#"{"error": "Invalid API key", "job": "pjb-3d15afe2-96c3-43aa-86b2-91992f4626dc"}"#,
            r#"{"error": "Invalid API key", "job": "<id>"}"#,
        ),
        (
            r#"{"detail":{"code":503,"msg":"could not open 'a b.pdf' of /x/y"}}"#,
            r#"{"detail":{"code":<n>,"msg":"could not open '<name>' of <path>"}}"#,
        ),
        (r#"{"error": "Invalid API key""#, r#"{"<name>": "<name>""#),
    ]);
}

#[test]
fn hostile_messages_cost_no_more_than_their_first_kilobytes() {
    for part in ["a-1-", "“1 ", "0123abcd-", "'a ", "x/1."] {
        let masked = mask(&part.repeat(200_000)).len();
        assert!(masked <= 5 * TELLING, "{part}: {masked}");
    }
}

#[test]
fn tracebacks_keep_their_lines() {
    let message = "Traceback (most recent call last):\n  File \"/app/worker/parse.py\", line 88, in run\nIndexError: page 3 not in document of 2 pages\n";
    assert_eq!(
        mask(message),
        "Traceback (most recent call last):\n  File \"<name>\", line <n>, in run\nIndexError: page <n> not in document of <n> pages"
    );
}

#[test]
fn masking_what_is_masked_changes_nothing() {
    let once = mask("file 'a.pdf' of /x/y at 2026-05-14 took 3.5 s");
    assert_eq!(mask(&once), once);
}
