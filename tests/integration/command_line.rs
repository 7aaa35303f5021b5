//! Options, exit codes, and what is said on standard error.

use std::fs;
use std::process::Stdio;

use batch_report::render::format::FORMATS;

use crate::harness::{Folder, fixture, program, run, summary_of};

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn help_says_what_there_is() {
    let mut helps = vec![("help-templates", vec!["templates", "export", "--help"])];
    // The help of `report` lists the formats of the build.
    if cfg!(feature = "tables") {
        helps.push(("help-report", vec!["report", "--help"]));
        helps.push(("help-report-short", vec!["report", "-h"]));
    }
    if cfg!(feature = "fetch") {
        helps.push(("help", vec!["--help"]));
        helps.push(("help-fetch", vec!["fetch", "--help"]));
        helps.push(("help-fetch-short", vec!["fetch", "-h"]));
    }
    for (name, args) in helps {
        let run = run(args);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        snapshot(name, &run.stdout);
    }
}

#[test]
fn wrong_usage_is_2_and_says_what_is_wrong() {
    for (args, words) in [
        (vec!["report"], "required arguments were not provided"),
        (
            vec!["report", "x", "--format", "pdf"],
            "invalid value 'pdf'",
        ),
        (vec!["report", "x", "-o", "report.pdf"], "cannot write PDF"),
        (
            vec!["report", "x", "-o", "a.md", "-o", "a.md"],
            "`a.md` is given twice as an output",
        ),
        (vec!["report", "-", "-"], "can be read only once"),
        (vec!["report", "x", "-q", "-v"], "cannot be used with"),
        (
            vec!["report", "x", "--assets", "-o", "r.md"],
            "add -o report.html",
        ),
        (
            vec!["report", "x", "--template", "t.j2"],
            "cannot tell what the template `t.j2` makes",
        ),
        (
            vec!["report", "x", "--template", "t.html.j2", "--format", "md"],
            "the template makes .html files",
        ),
        (
            vec!["report", "x", "--items", "some"],
            "[possible values: failed, all, none]",
        ),
        (vec!["report", "x", "-e", "a=("], "unclosed group"),
        (vec!["report", "x", "--ignore", "[a"], "`[a` is not a glob"),
        (vec!["templates", "export"], "<DIR>"),
        (vec!["fetsch"], "unrecognized subcommand 'fetsch'"),
    ] {
        let run = run(&args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(
            run.stderr.starts_with("error: "),
            "{args:?}: {}",
            run.stderr
        );
        assert!(run.stderr.contains(words), "{args:?}: {}", run.stderr);
    }
    let nothing = run::<&str>([]);
    assert_eq!(nothing.code, 2);
    assert!(nothing.stderr.contains("Usage: batch-report"));
}

#[test]
fn a_path_in_place_of_a_command_is_answered_with_what_to_type() {
    let run = run(["fixtures/typical", "-o", "r.html"]);
    assert_eq!(run.code, 2);
    let (words, _) = run.stderr.split_once("\n\nUsage").expect("the usage");
    assert_eq!(
        words,
        "error: `fixtures/typical` is not a command\n\n  To report on saved responses, type:\n    \
         batch-report report fixtures/typical -o r.html"
    );
}

#[test]
fn a_path_that_does_not_exist_is_named_in_one_line() {
    let one = run(["report", "dumsp/"]);
    assert_eq!((one.code, one.stdout.as_str()), (1, ""));
    assert_eq!(
        one.stderr,
        "batch-report: error: no such file or folder: `dumsp/`\n"
    );
    let several = run(["report", "a", "b", "c", "d", "e", "f", "g"]);
    assert_eq!(
        several.stderr,
        "batch-report: error: no such file or folder: `a`, `b`, `c`, `d`, `e` and 2 more\n"
    );
}

#[test]
fn help_fits_into_80_columns() {
    let mut commands = vec![
        vec!["report"],
        vec!["templates"],
        vec!["templates", "export"],
    ];
    if cfg!(feature = "fetch") {
        commands.push(vec!["fetch"]);
    }
    commands.push(Vec::new());
    for command in commands {
        for help in ["-h", "--help"] {
            let mut args = command.clone();
            args.push(help);
            let text = run(&args).stdout;
            let longest = text.lines().max_by_key(|line| line.chars().count());
            let longest = longest.expect("a line");
            assert!(longest.chars().count() <= 80, "{args:?}: {longest}");
        }
    }
}

#[test]
fn help_groups_its_options_and_calls_the_program_by_its_name() {
    let help = run(["report", "-h"]).stdout;
    for heading in [
        "Input:",
        "Output:",
        "Grouping:",
        "Page:",
        "Checks:",
        "Messages:",
    ] {
        assert!(help.contains(&format!("\n{heading}\n")), "{heading}");
    }
    assert!(!help.contains("\nOptions:\n"), "{help}");
    assert!(!help.contains("cargo run"));
}

#[test]
fn the_version_names_the_target() {
    let version = run(["--version"]).stdout;
    let expected = concat!("batch-report ", env!("CARGO_PKG_VERSION"), " (");
    assert!(version.starts_with(expected), "{version}");
    assert!(version.contains(std::env::consts::ARCH), "{version}");
}

#[test]
fn items_are_named_that_are_among_the_slowest_only_because_slower_ones_were_superseded() {
    let item = |id: usize, seconds: usize, day: usize| {
        let (minute, second) = (seconds / 60, seconds % 60);
        format!(
            r#"{{"item_id":"dfl-{id:02}","item_name":"{id:02}.pdf","status":"completed",
               "started_at":"2026-05-14T09:00:00Z","effective_at":"2026-05-{day}T10:00:00Z",
               "completed_at":"2026-05-14T09:{minute:02}:{second:02}Z"}}"#
        )
    };
    let page = |items: Vec<String>| format!(r#"{{"items":[{}]}}"#, items.join(","));
    let folder = Folder::new();
    // Of the first list, the slowest first, only ten can be among the slowest while it is read.
    folder.write(
        "1.json",
        page((0..20).map(|id| item(id, 300 - id, 14)).collect()),
    );
    folder.write("2.json", page((0..10).map(|id| item(id, 1, 15)).collect()));
    let text = folder.run(&["report", "."]).stdout;
    let slowest = text.split_once("Slowest items").expect("a list").1;
    for id in 10..20 {
        assert!(
            slowest.contains(&format!("dfl-{id}  {id}.pdf")),
            "{id}: {slowest}"
        );
    }
    assert!(!slowest.contains("dfl-09"), "{slowest}");
}

#[test]
fn reports_are_written_and_the_summary_is_printed() {
    let folder = Folder::new();
    let typical = fs::canonicalize(fixture("typical")).expect("there");
    let typical = typical.to_str().expect("UTF-8");
    let run = folder.run(&[
        "report", typical, "-o", "r.html", "-o", "r.md", "-o", "r.json", "-o", "r.txt",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let summary: serde_json::Value = serde_json::from_str(&folder.read("r.json")).expect("JSON");
    let verdict = summary["verdict"].as_str().expect("a verdict");
    let first: String = verdict.chars().take(30).collect();
    assert!(run.stdout.starts_with(&first), "{}", run.stdout);
    assert!(folder.read("r.md").contains(&format!("\n\n**{first}")));
    assert_eq!(folder.read("r.txt"), run.stdout);
    assert!(folder.read("r.html").starts_with("<!doctype html>"));
    assert!(
        folder.read("r.json").starts_with("{\"schema_version\":2,"),
        "a file is compact"
    );
    assert_eq!(
        fs::read_dir(folder.path()).expect("there").count(),
        4,
        "nothing else is left"
    );
}

#[test]
fn every_file_that_was_written_is_named_with_its_size() {
    let folder = Folder::new();
    folder.write(
        "d/items.json",
        r#"{"items":[{"item_id":"a","status":"failed"}]}"#,
    );
    let args = ["report", "d", "-o", "r.html", "-o", "json:out", "--assets"];
    let run = folder.run(&args);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut expected = String::new();
    for name in ["r.html", "r.css", "r.js", "out"] {
        let size = fs::metadata(folder.path().join(name)).expect("there").len() as f64 / 1_000.0;
        let size = match size < 9.95 {
            true => format!("{size:.1}"),
            false => format!("{size:.0}"),
        };
        expected.push_str(&format!("Wrote {name} ({size} kB)\n"));
    }
    assert!(run.stderr.ends_with(&expected), "{expected}{}", run.stderr);
}

#[test]
fn an_output_can_be_a_folder_a_format_and_file_or_standard_output() {
    let folder = Folder::new();
    folder.write(
        "d/items.json",
        r#"{"items":[{"item_id":"a","status":"failed"}]}"#,
    );
    folder.write("out/kept.txt", "kept");
    let args = [
        "report", "d", "-q", "-o", "out/", "-o", "MD:out", "-o", "json:-",
    ];
    let run = folder.run(&args);
    assert_eq!(run.summary()["overall"]["counts"]["recorded"], 1);
    assert!(
        folder
            .read("out/report.html")
            .starts_with("<!doctype html>")
    );
    assert!(folder.read("out/report.md").starts_with("## "));
    let missing = folder.run(&["report", "d", "-o", "none/"]);
    assert_eq!(missing.code, 1);
    assert!(
        missing
            .stderr
            .ends_with("because: no such folder: `none`\n"),
        "{}",
        missing.stderr
    );
}

#[test]
fn text_on_standard_output_stays_short_unless_everything_is_asked_for() {
    let folder = Folder::new();
    let items: Vec<String> = (0..5_000)
        .map(|id| format!(r#"{{"item_id":"{id}","status":"word number {id}"}}"#))
        .collect();
    folder.write(
        "items.json",
        format!(r#"{{"items":[{}]}}"#, items.join(",")),
    );
    for args in [&["report", "."][..], &["report", ".", "-o", "-"]] {
        let run = folder.run(args);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stdout.len() <= 20_000, "{}", run.stdout.len());
        assert!(run.stderr.lines().count() < 30, "{}", run.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_grows_too_large_is_an_error_and_leaves_nothing() {
    let folder = Folder::new();
    let input = fs::canonicalize(fixture("typical")).expect("there");
    let mut command = std::process::Command::new("sh");
    let script = r#"ulimit -f 8; exec "$0" report "$1" -q -o r.html"#;
    command.current_dir(folder.path()).args(["-c", script]);
    command.arg(env!("CARGO_BIN_EXE_batch-report")).arg(input);
    let run = crate::harness::finish(command, b"");
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    assert!(
        run.stderr
            .starts_with("batch-report: error: cannot write `r.html`\n  because: "),
        "{}",
        run.stderr
    );
    assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_run_as_a_signal_and_leaves_nothing() {
    use std::os::unix::process::ExitStatusExt;

    let folder = Folder::new();
    let items: Vec<String> = (0..30_000)
        .map(|id| format!(r#"{{"item_id":"{id}","status":"failed"}}"#))
        .collect();
    folder.write(
        "items.json",
        format!(r#"{{"items":[{}]}}"#, items.join(",")),
    );
    folder.write("out/kept", "");
    let names = || -> Vec<String> {
        let entries = fs::read_dir(folder.path().join("out")).expect("there");
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        entries
            .map(|entry| name(entry.expect("readable")))
            .collect()
    };
    for (signal, number) in [("TERM", 15), ("INT", 2)] {
        // A run that was faster than the signal left the whole file.
        let interrupted = (0..20).any(|_| {
            let mut child = program()
                .current_dir(folder.path())
                .args(["report", "items.json", "-q", "-o", "out/items.csv"])
                .spawn()
                .expect("starts");
            while names().len() < 2 && child.try_wait().expect("known").is_none() {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            let killed = std::process::Command::new("kill")
                .args([format!("-{signal}"), child.id().to_string()])
                .stderr(Stdio::null())
                .status();
            killed.expect("it runs");
            let status = child.wait().expect("ends");
            let whole = fs::remove_file(folder.path().join("out/items.csv")).is_ok();
            assert_eq!(names(), ["kept"], "{status}");
            !whole && status.signal() == Some(number)
        });
        assert!(interrupted, "{signal}");
    }
}

#[cfg(unix)]
#[test]
fn an_output_link_that_dangles_is_followed() {
    let folder = Folder::new();
    folder.write(
        "d/items.json",
        r#"{"items":[{"item_id":"a","status":"failed"}]}"#,
    );
    let link = folder.path().join("r.md");
    std::os::unix::fs::symlink("real.md", &link).expect("linked");
    let args = ["report", "d", "-q", "-o", "r.md"];
    assert_eq!(folder.run(&args).code, 0);
    assert!(folder.read("real.md").starts_with("## "));
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    let both = folder.run(&["report", "d", "-o", "r.md", "-o", "real.md"]);
    assert_eq!(both.code, 2);
    assert!(both.stderr.contains("are the same file"), "{}", both.stderr);
}

#[test]
fn a_reader_of_messages_that_goes_away_changes_no_exit_code() {
    for (args, code) in [
        (&["report", "fixtures/malformed", "-v"][..], 0),
        (&["report", "fixtures/malformed", "-o", "target/gone.md"], 0),
        (&["report", "none"], 1),
        (&["fetsch"], 2),
    ] {
        let mut child = program()
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        drop(child.stderr.take());
        let status = child.wait().expect("ends");
        assert_eq!(status.code(), Some(code), "{args:?}");
    }
}

#[test]
fn quiet_with_an_output_says_nothing() {
    let folder = Folder::new();
    folder.write(
        "d/items.json",
        "{\"items\":[{\"item_id\":\"a\",\"status\":\"failed\"},5]}",
    );
    let run = folder.run(&["report", "d", "-q", "-o", "r.html"]);
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (0, "", "")
    );
}

#[test]
fn verbose_says_what_each_file_was() {
    let mut command = program();
    command.args(["report", "fixtures/typical", "-v", "--format", "json"]);
    let run = crate::harness::finish(command, b"");
    assert!(
        run.stderr
            .contains("read fixtures/typical/items_0.json: items, 100 items")
    );
    assert!(
        run.stderr
            .contains("read fixtures/typical/status.json: status, 0 items")
    );
}

#[test]
fn an_output_that_is_an_input_is_refused() {
    let folder = Folder::new();
    let content = "{\"items\":[{\"item_id\":\"a\",\"status\":\"failed\"}]}";
    folder.write("items.json", content);
    for args in [
        ["report", "items.json", "-o", "items.json"],
        ["report", ".", "-o", "./items.json"],
    ] {
        let run = folder.run(&args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        assert!(
            run.stderr.contains("would be overwritten"),
            "{}",
            run.stderr
        );
        assert_eq!(folder.read("items.json"), content);
    }
}

#[test]
fn a_report_of_an_earlier_run_in_the_same_folder_is_replaced_and_not_read() {
    let folder = Folder::new();
    folder.write(
        "items.json",
        "{\"items\":[{\"item_id\":\"a\",\"status\":\"failed\"}],\"total_size\":1}",
    );
    let args = [
        "report", ".", "-o", "r.html", "-o", "r.md", "-o", "r.json", "-o", "r.txt",
    ];
    let first = folder.run(&args);
    let written = folder.read("r.json");
    let second = folder.run(&args);
    assert_eq!((second.code, second.stderr), (0, first.stderr));
    assert_eq!(
        (second.stdout, folder.read("r.json")),
        (first.stdout, written)
    );
}

#[test]
fn item_tables_hold_all_items_and_are_read_back_to_the_same_figures() {
    let folder = Folder::new();
    let typical = fs::canonicalize(fixture("typical")).expect("there");
    let direct = summary_of(&typical).summary();
    for row in FORMATS.iter().filter(|row| row.format.table().is_some()) {
        let name = format!("{0}/items.{0}", row.endings[0]);
        folder.write(&format!("{}/x", row.endings[0]), "");
        let input = typical.to_str().expect("UTF-8");
        let written = folder.run(&["report", input, "-o", &name]);
        assert_eq!(written.code, 0, "{}", written.stderr);
        assert!(written.stderr.ends_with(" kB)\n"), "{}", written.stderr);
        let printed = folder.run_bytes(&["report", input, "-q", "--format", row.name]);
        let file = fs::read(folder.path().join(&name)).expect("there");
        assert!(printed == file, "{} on standard output differs", row.name);
        let again = folder
            .run(&["report", &name, "-q", "--format", "json"])
            .summary();
        for part in ["rates", "durations", "skip_reasons"] {
            let (again, direct) = (&again["overall"][part], &direct["overall"][part]);
            assert_eq!(again, direct, "{}: {part}", row.name);
        }
    }
}

#[test]
fn cells_that_look_like_formulas_are_guarded_unless_raw_ones_are_asked_for() {
    let folder = Folder::new();
    folder.write(
        "items.json",
        r#"{"items":[{"item_id":"a","item_name":"=1+1","status":"failed"}]}"#,
    );
    let guarded = folder.run(&["report", "items.json", "-f", "csv"]).stdout;
    assert!(guarded.contains(",'=1+1,"), "{guarded}");
    let raw = folder
        .run(&["report", "items.json", "-f", "csv", "--csv-raw"])
        .stdout;
    assert!(raw.contains(",=1+1,"), "{raw}");
}

#[test]
fn item_tables_need_the_dumps() {
    let folder = Folder::new();
    folder.write("saved.json", summary_of(fixture("typical")).stdout);
    let run = folder.run(&["report", "saved.json", "-o", "items.csv"]);
    assert_eq!(run.code, 2);
    let words = "an item table applies to dumps, but `saved.json` is a saved summary";
    assert!(run.stderr.contains(words), "{}", run.stderr);
}

#[test]
fn reports_of_an_earlier_run_are_replaced_and_lists_of_items_only_if_they_are_ignored() {
    for row in FORMATS {
        let folder = Folder::new();
        folder.write(
            "items.json",
            r#"{"items":[{"item_id":"a","status":"failed"}],"total_size":1}"#,
        );
        let name = format!("out.{}", row.format.ending());
        let output = format!("{}:{name}", row.name);
        let args = ["report", ".", "--strict", "-q", "-o", &output];
        let run = folder.run(&args);
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        let first = fs::read(folder.path().join(&name)).expect("there");
        let second = folder.run(&args);
        if !row.format.is_from_items() {
            assert_eq!((second.code, second.stderr.as_str()), (0, ""), "{name}");
        } else {
            assert_eq!(second.code, 2, "{name}");
            let words = format!("`./{name}` is an input and would be overwritten");
            assert!(second.stderr.contains(&words), "{}", second.stderr);
            let third = folder.run(&[&args[..], &["--ignore", "out.*"]].concat());
            assert_eq!((third.code, third.stderr.as_str()), (0, ""), "{name}");
        }
        let last = fs::read(folder.path().join(&name)).expect("there");
        assert!(last == first, "{name}");
    }
}

#[test]
fn a_dump_that_looks_like_a_summary_is_never_overwritten() {
    let folder = Folder::new();
    let dump = r#"{"schema_version":2,"generator":{"name":"batch-report"},"items":[{"item_id":"a","status":"failed"}]}"#;
    folder.write("d/dump.json", dump);
    let run = folder.run(&["report", "d", "-q", "-o", "d/dump.json"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert_eq!(folder.read("d/dump.json"), dump);
}

#[test]
fn strict_fails_where_something_is_lost_and_writes_all_the_same() {
    let folder = Folder::new();
    let partial = fs::canonicalize(fixture("partial")).expect("there");
    let args = [
        "report",
        partial.to_str().expect("UTF-8"),
        "--strict",
        "-q",
        "-o",
        "r.md",
    ];
    assert_eq!(folder.run(&args).code, 4);
    assert!(
        folder
            .read("r.md")
            .contains("the list is missing 30 of 130 items")
    );
    for whole in [
        "typical",
        "several-jobs",
        "flat-jobs",
        "encodings",
        "formats",
        "empty",
    ] {
        let path = fixture(whole);
        let run = run(["report", path.to_str().expect("UTF-8"), "--strict", "-q"]);
        assert_eq!(run.code, 0, "{whole}: {}", run.stdout);
    }
    for lossy in ["malformed", "filtered", "partial", "ambiguous"] {
        let path = fixture(lossy);
        assert_eq!(
            run(["report", path.to_str().expect("UTF-8"), "--strict", "-q"]).code,
            4,
            "{lossy}"
        );
    }
}

#[test]
fn an_output_that_cannot_be_written_is_1_and_named_with_the_cause() {
    let run = run([
        "report",
        "fixtures/typical",
        "-q",
        "-o",
        "no/such/folder/r.md",
    ]);
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("cannot write `no/such/folder/r.md`"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("because: no such folder: `no/such/folder`"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = program()
        .args(["report", "fixtures/typical", "--format", "html"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let printed = |args: &[&str], variable: Option<&str>| {
        let mut command = program();
        command
            .args(["report", "fixtures/typical", "-q"])
            .args(args);
        if let Some(variable) = variable {
            command.env(variable, "1");
        }
        crate::harness::finish(command, b"").stdout
    };
    assert!(
        !printed(&[], None).contains('\x1b'),
        "a pipe gets no colours"
    );
    assert!(printed(&["--color", "always"], None).contains("\x1b["));
    assert!(printed(&[], Some("CLICOLOR_FORCE")).contains("\x1b["));
    assert!(!printed(&["--color", "never"], Some("CLICOLOR_FORCE")).contains('\x1b'));
    assert!(!printed(&[], Some("NO_COLOR")).contains('\x1b'));
}

#[test]
fn a_saved_summary_renders_to_the_same_bytes() {
    let folder = Folder::new();
    for case in [
        "typical",
        "several-jobs",
        "malformed",
        "hostile-text",
        "running",
    ] {
        let input = fs::canonicalize(fixture(case)).expect("there");
        let outputs = ["html", "md", "txt", "json"];
        let written = |input: &str, name: &str| {
            let files = outputs.map(|ending| format!("{name}.{ending}"));
            let mut args = vec!["report", input, "-q"];
            args.extend(files.iter().flat_map(|file| ["-o", file.as_str()]));
            let run = folder.run(&args);
            assert_eq!(run.code, 0, "{case}: {}", run.stderr);
            files.map(|file| folder.read(&file))
        };
        let direct = written(input.to_str().expect("UTF-8"), "direct");
        let again = written("direct.json", "again");
        for ((ending, direct), again) in outputs.iter().zip(&direct).zip(&again) {
            assert!(direct == again, "{case} as {ending} differs");
        }
    }
}

#[test]
fn a_saved_summary_obeys_the_options_that_concern_it() {
    let folder = Folder::new();
    folder.write("saved.json", summary_of(fixture("typical")).stdout);
    let again = folder.run(&[
        "report",
        "saved.json",
        "--format",
        "json",
        "--title",
        "Friday",
        "--slowest",
        "2",
        "--examples",
        "0",
    ]);
    let summary = again.summary();
    assert_eq!(summary["title"], "Friday");
    assert_eq!(
        summary["overall"]["slowest"].as_array().map(Vec::len),
        Some(2)
    );
    assert_eq!(
        summary["jobs"][0]["error_groups"][0]["examples"]
            .as_array()
            .map(Vec::len),
        Some(0)
    );
    for args in [["--job-id", "x"], ["--error-group", "a=b"]] {
        let refused = folder.run(&["report", "saved.json", args[0], args[1]]);
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        let words = format!(
            "{} applies to dumps, but `saved.json` is a saved summary",
            args[0]
        );
        assert!(refused.stderr.contains(&words), "{}", refused.stderr);
    }
}

#[test]
fn what_stands_beside_a_saved_summary_and_holds_nothing_is_told() {
    let folder = Folder::new();
    folder.write("saved.json", summary_of(fixture("typical")).stdout);
    folder.write("refused.json", r#"{"detail":"Invalid API Key"}"#);
    let args = [
        "report",
        "saved.json",
        "refused.json",
        "gone",
        "--strict",
        "--format",
        "json",
    ];
    let run = folder.run(&args);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(
        run.stderr.contains("refused.json") && run.stderr.contains("gone"),
        "{}",
        run.stderr
    );
    let summary: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert!(summary["inputs"].to_string().contains("refused.json"));
}

#[test]
fn a_summary_of_another_version_or_a_broken_one_is_named() {
    let folder = Folder::new();
    let saved = summary_of(fixture("single")).stdout;
    folder.write(
        "newer.json",
        saved.replace("\"schema_version\":2", "\"schema_version\":3"),
    );
    let run = folder.run(&["report", "newer.json"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("has schema version 3"),
        "{}",
        run.stderr
    );
    folder.write("broken.json", saved.replace("\"verdict\"", "\"word\""));
    let run = folder.run(&["report", "broken.json"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("missing field `verdict`"),
        "{}",
        run.stderr
    );
}

#[test]
fn how_many_are_listed_is_the_users_choice() {
    let mut command = program();
    command.args([
        "report",
        "fixtures/typical",
        "--format",
        "json",
        "--slowest",
        "3",
        "--examples",
        "5",
    ]);
    let summary = crate::harness::finish(command, b"").summary();
    assert_eq!(
        summary["overall"]["slowest"].as_array().map(Vec::len),
        Some(3)
    );
    assert_eq!(
        summary["overall"]["error_groups"][0]["examples"]
            .as_array()
            .map(Vec::len),
        Some(5)
    );
}

#[test]
fn the_schema_describes_every_summary() {
    let schema: serde_json::Value =
        serde_json::from_str(&run(["report", "--print-schema"]).stdout).expect("JSON");
    assert_eq!(
        run(["--print-schema"]).stdout,
        run(["report", "--print-schema"]).stdout
    );
    for entry in fs::read_dir("fixtures").expect("there") {
        let path = entry.expect("readable").path();
        if path.ends_with("clients") {
            continue;
        }
        described(
            &schema,
            &schema,
            &summary_of(&path).summary(),
            &path.display().to_string(),
        );
    }
    snapshot(
        "schema",
        &serde_json::to_string_pretty(&schema).expect("JSON"),
    );
}

/// Checks the parts of JSON Schema that the generated schema uses, so that no validator is needed
/// whose own dependencies outweigh this program.
fn described(
    root: &serde_json::Value,
    schema: &serde_json::Value,
    value: &serde_json::Value,
    place: &str,
) {
    use serde_json::Value;
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().expect("a name");
        return described(root, &root["$defs"][name], value, place);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let choice = choices
            .iter()
            .find(|choice| (choice["type"] == "null") == value.is_null());
        return described(root, choice.expect("a choice"), value, place);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        assert!(
            choices.iter().any(|choice| &choice["const"] == value),
            "{place}: {value}"
        );
        return;
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allowed = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => vec![kind],
    };
    let fits = allowed.contains(&kind) || kind == "integer" && allowed.contains(&"number");
    assert!(fits, "{place}: {kind} is not among {allowed:?}");
    if let Value::Object(fields) = value {
        for required in schema["required"].as_array().into_iter().flatten() {
            assert!(
                fields.contains_key(required.as_str().expect("a name")),
                "{place}: {required}"
            );
        }
        for (name, value) in fields {
            let place = format!("{place}.{name}");
            match schema["properties"].get(name) {
                Some(schema) => described(root, schema, value, &place),
                None => match schema.get("additionalProperties") {
                    Some(schema) => described(root, schema, value, &place),
                    None => panic!("{place} is not described"),
                },
            }
        }
    }
    for (at, value) in value.as_array().into_iter().flatten().enumerate() {
        described(root, &schema["items"], value, &format!("{place}[{at}]"));
    }
}

#[test]
fn completions_and_the_manual_are_printed() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = run(["completions", shell]);
        assert!(run.code == 0 && run.stdout.contains("job-id"), "{shell}");
    }
    let man = run(["man"]);
    assert!(
        man.code == 0 && man.stdout.contains(".TH"),
        "{}",
        man.stdout
    );
    assert!(
        man.stdout.contains("batch\\-report\\-report")
            || man.stdout.contains("batch\\-report report")
    );
}

#[test]
fn every_state_of_the_completions_for_bash_is_one_that_is_completed() {
    let script = run(["completions", "bash"]).stdout;
    let states: Vec<&str> = script
        .lines()
        .filter_map(|line| line.trim().strip_prefix("cmd=\"")?.strip_suffix('"'))
        .filter(|state| !state.is_empty())
        .collect();
    assert!(states.len() > 5, "{states:?}");
    for state in states {
        assert!(script.contains(&format!("\n        {state})\n")), "{state}");
    }
}

#[test]
fn a_time_that_is_fixed_and_none_is_an_error() {
    for fixed in ["abc", "99999999999999", "1.5"] {
        let mut command = program();
        command
            .args(["report", "fixtures/typical"])
            .env("SOURCE_DATE_EPOCH", fixed);
        let run = crate::harness::finish(command, b"");
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(
            run.stderr
                .contains(&format!("`SOURCE_DATE_EPOCH` is `{fixed}`")),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn the_manual_keeps_examples_and_tables_in_their_lines() {
    let manual = run(["man"]).stdout;
    let examples = "\n.SH MORE\n.nf\nExamples:\n  batch\\-report report dumps/ ";
    assert!(manual.contains(examples), "{manual}");
    assert_eq!(
        manual.matches("\n.nf\n").count(),
        manual.matches("\n.fi\n").count()
    );
}

#[test]
fn a_time_that_is_fixed_and_none_is_no_matter_where_no_report_is_made() {
    for args in [&["man"][..], &["completions", "bash"], &["--print-schema"]] {
        let mut command = program();
        command.args(args).env("SOURCE_DATE_EPOCH", "abc");
        let run = crate::harness::finish(command, b"");
        assert_eq!((run.code, &*run.stderr), (0, ""), "{args:?}");
    }
}

#[test]
fn what_strict_fails_for_is_said_however_quiet_it_is() {
    let folder = Folder::new();
    folder.write(
        "status.json",
        r#"{"job":{"id":"bjb-1","job_type":"parse","status":"failed","total_items":3}}"#,
    );
    let run = folder.run(&["report", "status.json", "--strict", "-q"]);
    assert_eq!(run.code, 4);
    assert!(
        run.stderr
            .starts_with("batch-report: --strict: the dump is incomplete: "),
        "{}",
        run.stderr
    );
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = Folder::new();
    let written = |threads: &str| {
        let page = folder.path().join("report.html");
        let mut command = program();
        command
            .args(["report", "fixtures", "--format", "json", "-q", "-o"])
            .arg(&page)
            .env("RAYON_NUM_THREADS", threads);
        let json = crate::harness::finish(command, b"").stdout;
        (json, folder.read("report.html"))
    };
    let one = written("1");
    assert!(one.0.len() > 100_000 && one.1.len() > 100_000);
    assert!(one == written("2") && one == written("8"));
}

#[test]
fn each_of_many_jobs_has_a_row_in_the_overview_and_a_section() {
    let folder = Folder::new();
    for job in 1..=40 {
        let page = format!(
            "{{\"items\":[{{\"item_id\":\"a\",\"status\":\"failed\"}}],\"batch_job_id\":\"bjb-{job:03}\"}}"
        );
        folder.write(&format!("{job:03}/items.json"), &page);
    }
    let run = folder.run(&["report", ".", "--format", "html", "-q"]);
    let jobs = (1..=40)
        .map(|job| format!("bjb-{job:03}"))
        .collect::<Vec<_>>();
    let found = |before: &str, between: &str, behind: &str| -> Vec<(String, String)> {
        let places = run.stdout.split(before).skip(1);
        let pairs = places.filter_map(|text| {
            let (first, rest) = text.split_once(between)?;
            Some((first.to_owned(), rest.split_once(behind)?.0.to_owned()))
        });
        pairs.collect()
    };
    let rows = found("<a href=\"#job-", "\"><code>", "</code>");
    assert_eq!(
        rows,
        jobs.iter().cloned().zip(jobs.clone()).collect::<Vec<_>>()
    );
    let sections = found("<summary><h3>", "</h3>", "\">\n");
    let labels: Vec<String> = sections.iter().map(|(label, _)| label.clone()).collect();
    assert_eq!(labels, jobs);
    let ids = found("<div id=\"job-", "\"", ">");
    assert!(ids.iter().map(|(id, _)| id).eq(&jobs));
}

#[test]
fn reports_of_earlier_runs_in_a_folder_are_no_loss() {
    let folder = Folder::new();
    let page = "{\"items\":[{\"item_id\":\"a\",\"status\":\"failed\"}],\"total_size\":1}";
    folder.write("items.json", page);
    for name in ["r.html", "r.md", "r.json", "r.txt"] {
        assert_eq!(
            folder
                .run(&["report", ".", "--strict", "-q", "-o", name])
                .code,
            0,
            "{name}"
        );
    }
    let run = folder.run(&["report", ".", "--strict", "--format", "json"]);
    assert_eq!(
        run.summary()["overall"]["counts"]["recorded"],
        1,
        "the page's examples are no items"
    );
}

#[test]
fn an_empty_list_beside_a_stray_file_is_an_answer() {
    let folder = Folder::new();
    folder.write("items.json", "{\"items\":[],\"total_size\":0}");
    folder.write("README.txt", "hello");
    let run = folder.run(&["report", "."]);
    assert!(
        run.code == 0 && run.stdout.starts_with("The list has no items."),
        "{}",
        run.stderr
    );
}

#[test]
fn two_outputs_that_are_the_same_file_are_refused() {
    let run = run([
        "report",
        "fixtures/single",
        "-o",
        "target/same.md",
        "-o",
        "./target/../target/same.md",
    ]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("are the same file"), "{}", run.stderr);
}
