//! Time and memory in proportion to the input, whatever is repeated in it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use batch_report::load::{self, Ignore, LoadOptions};
use batch_report::metrics::Failures;

use crate::harness::Folder;

/// Texts that begin something, end something or nearly do.
const TOKENS: [&str; 40] = [
    "[true,\n",
    "[\"{'\",\n",
    "[1,",
    "[",
    "[\n",
    "{",
    "{\n",
    "{\"",
    "{\"a\":",
    "{\"a\":\n",
    "{\"a\":[\n",
    "{\"items\"",
    "{\"job\":",
    "[{\"a\":",
    "[[\"a\",\n",
    "x {\"a\":[",
    "x{\"a\":",
    "\"{",
    "\"\\\"{\n",
    "\"[\\\"",
    "]",
    "}",
    "{}",
    "[]",
    "[],",
    "a: ",
    "a:\n",
    "- ",
    "- - ",
    "a: [",
    "a: {",
    "a: |\n",
    "? ",
    "&a ",
    "a,b\n",
    "\"a\",",
    "HTTP/1 ",
    "NaN,",
    "{\"a\":NaN",
    "\\ud800",
];

/// Texts before them, which decide the format.
const HEADS: [&str; 5] = [
    "",
    "{\"items\":[{\"item_id\":\"a\",\"status\":\"failed\"},",
    "item_id: a\nstatus: failed\n",
    "item_id,status,error_message\n",
    "HTTP/1.1 500 x\n\n",
];

/// Time on the processor of this thread.
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = stat.split_ascii_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// Time that it takes to load a text.
fn time(folder: &Folder, text: &str) -> Duration {
    folder.write("x", text);
    let paths = [PathBuf::from(folder.path())];
    let (files, notes) = load::find(&paths, &Ignore::default()).expect("found");
    let (before, began) = (processor_time(), Instant::now());
    let dump = load::load(&files, notes, LoadOptions::default(), &|_| {}).expect("loaded");
    let _ = Failures::of(&dump.items, &[]);
    let took = match (before, processor_time()) {
        (Some(before), Some(after)) => after - before,
        _ => began.elapsed(),
    };
    drop(dump);
    took
}

#[test]
fn twice_the_text_takes_about_twice_the_time() {
    /// Small texts take no time that tells.
    const SLACK: Duration = Duration::from_millis(30);
    const BYTES: usize = 5_000;
    let folder = Folder::new();
    for head in HEADS {
        for token in TOKENS {
            let text = |bytes: usize| head.to_owned() + &token.repeat(bytes / token.len());
            let (once, twice) = (text(BYTES), text(2 * BYTES));
            // The machine may have done something else meanwhile.
            let is_linear = (0..3).any(|_| {
                let (once, twice) = (time(&folder, &once), time(&folder, &twice));
                twice <= once.mul_f64(2.5) + SLACK
            });
            assert!(is_linear, "{head:?} {token:?}");
        }
    }
}

/// Parts of tokens that the search puts together.
const PARTS: [&str; 56] = [
    "{", "}", "[", "]", "\"", "\\", ":", ",", "\n", " ", "a", "1", "-", "'", "=", "&", "*", "|",
    "<", ">", "#", "%", "/", ".", "@", "«", "“", "\t", "true", "null", "item_id", "items", "NaN",
    "HTTP/1 ", "---", "key", "job", "\r", "\u{feff}", "e", "+", "_", "(", ")", "!", "?", "~", "`",
    "$", "^", ";", "\u{1b}[", "://", "a-", "\\\"", "id:",
];

/// The longest token.
const TOKEN: usize = 8;

/// A token of up to eight bytes.
fn token(seed: &mut u64) -> String {
    let mut below = |limit: usize| {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 33) as usize % limit
    };
    let mut token = String::new();
    for _ in 0..=below(4) {
        let part = PARTS[below(PARTS.len())];
        if token.len() + part.len() <= TOKEN {
            token.push_str(part);
        }
    }
    token
}

/// Items whose messages are made of a token.
fn messages(token: &str, bytes: usize) -> String {
    const MESSAGE: usize = 4_900;
    let message = token.repeat(MESSAGE / token.len());
    let row = |n: usize| {
        let message = serde_json::to_string(&format!("{n} {message}")).expect("JSON");
        format!("{{\"item_id\":\"{n}\",\"status\":\"failed\",\"error_message\":{message}}}\n")
    };
    (0..bytes.div_ceil(MESSAGE)).map(row).collect()
}

/// `BATCH_REPORT_TOKENS=20000` searches longer than the suite has time for.
#[test]
fn no_repeated_token_takes_time_out_of_proportion() {
    /// Time that no text of this length takes if all work is linear, on a slow machine.
    const USUAL: Duration = Duration::from_millis(250);
    const BYTES: usize = 40_000;
    let tokens = std::env::var("BATCH_REPORT_TOKENS").ok();
    let tokens: usize = tokens.and_then(|tokens| tokens.parse().ok()).unwrap_or(60);
    let folder = Folder::new();
    let mut seed = 7;
    let mut worst: Vec<(Duration, String)> = Vec::new();
    for n in 0..tokens {
        let token = token(&mut seed);
        if token.is_empty() {
            continue;
        }
        let text = |bytes: usize| match n % (HEADS.len() + 1) {
            0 => messages(&token, bytes),
            head => HEADS[head - 1].to_owned() + &token.repeat(bytes / token.len()),
        };
        let took = time(&folder, &text(BYTES));
        worst.push((took, format!("{} {token:?}", n % (HEADS.len() + 1))));
        let is_linear = took < USUAL
            || (0..3).any(|_| {
                time(&folder, &text(2 * BYTES)) <= time(&folder, &text(BYTES)).mul_f64(2.5)
            });
        assert!(is_linear, "{token:?} took {took:?}");
    }
    worst.sort();
    for (took, token) in worst.iter().rev().take(10) {
        println!("{took:?} {token}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn peaks_of_memory_stay_in_proportion() {
    use std::process::Stdio;

    use crate::harness::program;

    // Peak of a run, as far as it was seen.
    let peak = |text: &[u8]| {
        let folder = Folder::new();
        folder.write("x.json", text);
        let mut child = program()
            .current_dir(folder.path())
            .args(["report", ".", "-o", "out.json"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let mut peak = 0;
        while let Ok(None) = child.try_wait() {
            let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
            let kilobytes = status.unwrap_or_default().lines().find_map(|line| {
                let peak = line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?;
                peak.parse::<usize>().ok()
            });
            peak = kilobytes.unwrap_or_default().max(peak);
            std::thread::sleep(Duration::from_millis(5));
        }
        peak << 10
    };
    let list = |rows: &mut dyn Iterator<Item = String>| {
        let rows: Vec<String> = rows.collect();
        format!("{{\"items\":[{}]}}", rows.join(","))
    };
    let jobs = list(&mut (0..30_000).map(|n| {
        format!(
            r#"{{"id":"bjb-{n}","job_type":"parse","project_id":"p","status":"completed","total_items":0}}"#
        )
    }));
    // Numbers are masked, words of letters are not.
    let letters = |n: i32| -> String {
        let digits = n.to_string().into_bytes();
        digits
            .into_iter()
            .map(|digit| (digit + 49) as char)
            .collect()
    };
    let errors = list(&mut (0..40_000).map(|n| {
        format!(
            r#"{{"item_id":"{n}","status":"failed","error_message":"e {}"}}"#,
            letters(n)
        )
    }));
    let tokens = [
        "[]",
        "[]\n",
        "{\"items\":[]}",
        "{}",
        "{\"items\":[],\"total_size\":7}\n",
        "a:\n",
    ]
    .map(|token| (token, token.repeat((1 << 20) / token.len()), 60));
    let made = [("jobs", jobs, 100), ("kinds of errors", errors, 100)];
    for (what, text, megabytes) in tokens.into_iter().chain(made) {
        let peak = peak(text.as_bytes());
        let most = (megabytes << 20) + 3 * text.len();
        println!("{what:?}: {} of {} MB", peak >> 20, most >> 20);
        assert!(peak < most, "{what:?}: {} MB", peak >> 20);
    }
}
