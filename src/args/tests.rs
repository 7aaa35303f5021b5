use super::*;
use crate::render::Format;
use crate::render::format::FORMATS;

fn report_args(args: &[&str]) -> Result<ReportArgs, String> {
    let args = ["batch-report", "report"]
        .iter()
        .chain(args)
        .map(OsString::from);
    match parse(args) {
        Ok(Command::Report(report)) => Ok(*report),
        Ok(other) => Err(format!("{other:?}")),
        Err(refusal) => Err(refusal.text.to_string()),
    }
}

/// The error of a command line, without the usage below it.
fn refused(args: &[&str]) -> String {
    let words = report_args(args).expect_err("refused");
    let (words, _) = words.split_once("\n\n").expect("an empty line");
    let words = words.strip_prefix("error: ").expect("an error");
    words.to_owned()
}

fn written(args: &[&str]) -> Vec<(String, Rendering)> {
    let outputs = report_args(args).expect("fine").outputs;
    let shown = |path: PathBuf| path.to_string_lossy().replace('\\', "/");
    outputs
        .into_iter()
        .map(|(path, rendering)| (shown(path), rendering))
        .collect()
}

fn ours(path: &str, format: Format) -> (String, Rendering) {
    (path.to_owned(), Rendering::BuiltIn(format))
}

#[test]
fn the_definition_of_the_command_line_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_ending_gives_its_format_in_any_case() {
    for row in FORMATS {
        for ending in row.endings {
            for file in [
                format!("a.{ending}"),
                format!("a.{}", ending.to_uppercase()),
            ] {
                assert_eq!(written(&["d", "-o", &file]), [ours(&file, row.format)]);
            }
        }
    }
}

#[test]
fn every_format_can_be_named_in_any_case_before_a_file_and_for_standard_output() {
    for row in FORMATS {
        for name in row.aliases.iter().chain([&row.name]) {
            let name = name.to_uppercase();
            let output = format!("{name}:a.out");
            assert_eq!(written(&["d", "-o", &output]), [ours("a.out", row.format)]);
            let print = report_args(&["d", "--format", &name]).expect("fine").print;
            assert_eq!(print, Some(Rendering::BuiltIn(row.format)));
        }
    }
    // What is named wins over what the ending says.
    assert_eq!(
        written(&["d", "-o", "json:a.txt"]),
        [ours("a.txt", Format::Json)]
    );
}

#[test]
fn a_path_of_windows_is_no_format_and_file() {
    for path in ["C:/x.json", "md/a:b.json", "./json:x.json", "x:y.json"] {
        assert_eq!(
            written(&["d", "-o", path]),
            [ours(path, Format::Json)],
            "{path}"
        );
    }
}

#[test]
fn a_folder_gets_a_report_of_the_usual_name() {
    assert_eq!(
        written(&["d", "-o", "out/", "-o", "md:out/"]),
        [
            ours("out/report.html", Format::Html),
            ours("out/report.md", Format::Markdown)
        ]
    );
    // A folder that is there need not be written as one.
    assert_eq!(
        written(&["d", "-o", "src"]),
        [ours("src/report.html", Format::Html)]
    );
}

#[test]
fn a_dash_is_standard_output() {
    let print = |args: &[&str]| report_args(args).expect("fine").print;
    let text = Some(Rendering::BuiltIn(Format::Text));
    let json = Some(Rendering::BuiltIn(Format::Json));
    assert_eq!(print(&["d", "-o", "-"]), text);
    assert_eq!(print(&["d", "-o", "-", "-q", "-o", "a.html"]), text);
    assert_eq!(print(&["d", "-o", "json:-"]), json);
    assert_eq!(print(&["d", "-o", "-", "--format", "json"]), json);
    assert_eq!(print(&["d", "-o", "json:-", "-f", "json"]), json);
    assert_eq!(
        refused(&["d", "-o", "json:-", "-f", "md"]),
        "standard output holds one report; asked for are markdown and json"
    );
}

#[test]
fn an_output_of_no_format_of_ours_is_refused_with_what_to_do() {
    assert_eq!(
        refused(&["d", "-o", "out.pdf"]),
        "cannot write PDF (`out.pdf`): write a page with -o report.html and print it to PDF in a \
         browser"
    );
    assert_eq!(
        refused(&["d", "-o", "a/report.html.gz"]),
        "cannot write compressed reports (`a/report.html.gz`): write `a/report.html` and compress \
         it to .gz yourself"
    );
    assert_eq!(
        refused(&["d", "-o", "out"]),
        format!(
            "cannot tell the format of `out` from its extension: use {}, or name the format, as \
             in json:out",
            crate::render::format::endings()
        )
    );
    assert_eq!(refused(&["d", "-o", "json:"]), "`json:` names no file");
    assert_eq!(
        refused(&["d", "-o", "a.md", "-o", "md:a.md"]),
        "`a.md` is given twice as an output"
    );
}

#[test]
fn quiet_silences_the_summary_only_if_something_else_is_written() {
    let print = |args| report_args(args).expect("fine").print;
    assert_eq!(print(&["d", "-q", "-o", "a.html"]), None);
    let text = Rendering::BuiltIn(Format::Text);
    assert_eq!(print(&["d", "-q"]), Some(text));
    assert_eq!(
        print(&["d", "-q", "-o", "a.html", "--format", "md"]),
        Some(Rendering::BuiltIn(Format::Markdown))
    );
}

#[test]
fn a_template_makes_what_its_name_says_wherever_that_is_asked_for() {
    let made = |args: &[&str]| {
        let args = report_args(args).expect("fine");
        let outputs = args.outputs.into_iter().map(|(_, made)| made);
        (outputs.collect::<Vec<_>>(), args.print)
    };
    let ours = Rendering::BuiltIn;
    let page = Rendering::Template(Some(Format::Html));
    let tex = Rendering::Template(None);
    let html = ["d", "--template", "t.html.j2"];
    assert_eq!(made(&html), (vec![], Some(page)));
    assert_eq!(
        made(&[&html[..], &["-o", "a.htm", "-o", "a.md"]].concat()),
        (vec![page, ours(Format::Markdown)], Some(ours(Format::Text)))
    );
    assert_eq!(
        made(&[&html[..], &["-o", "html:a.out"]].concat()),
        (vec![page], Some(ours(Format::Text)))
    );
    assert_eq!(
        made(&[&html[..], &["-o", "a.md", "--format", "html", "-q"]].concat()),
        (vec![ours(Format::Markdown)], Some(page))
    );
    assert_eq!(
        made(&[&html[..], &["-o", "-"]].concat()),
        (vec![], Some(page))
    );
    assert_eq!(
        made(&["d", "-T", "t.tex", "-o", "a.TEX", "-q"]),
        (vec![tex], None)
    );
}

#[test]
fn a_template_that_no_output_needs_is_refused() {
    let unused = "the template makes .html files, but no output is one: add -o report.html";
    for args in [
        &["d", "--template", "t.html.j2", "--format", "md"][..],
        &["d", "--template", "t.html.j2", "-q", "-o", "a.md"],
        &["d", "--template", "t.html.j2", "-q", "-o", "md:a.html"],
    ] {
        assert_eq!(refused(args), unused, "{args:?}");
    }
    assert_eq!(
        refused(&["d", "--template", "t.j2"]),
        "cannot tell what the template `t.j2` makes: its name has to end as in report.html.j2"
    );
}

#[test]
fn assets_stand_beside_a_page() {
    let args = report_args(&["d", "--assets", "-o", "a.html"]).expect("fine");
    assert!(args.assets);
    let words = "--assets writes files beside an HTML report: add -o report.html";
    assert_eq!(refused(&["d", "--assets", "-o", "a.md"]), words);
    assert_eq!(refused(&["d", "--assets", "--format", "html"]), words);
}

#[test]
fn standard_input_is_read_once() {
    assert_eq!(
        refused(&["-", "-"]),
        "standard input (`-`) can be read only once"
    );
}

#[test]
fn report_without_its_name_is_answered_with_what_to_type() {
    let answer = |args: &[&str]| {
        let args = ["batch-report"].iter().chain(args).map(OsString::from);
        parse(args).expect_err("refused").text.to_string()
    };
    let typed = |words: &str| format!("\n    batch-report report {words}\n");
    for (args, expected) in [
        (&["dumps/"][..], "dumps/"),
        (&["src"], "src"),
        (&["a b.json", "-o", "x.html"], "'a b.json' -o x.html"),
        (&["-o", "x.html", "it's/"], r"-o x.html 'it'\''s/'"),
    ] {
        let answer = answer(args);
        assert!(answer.contains(&typed(expected)), "{answer}");
    }
    assert!(answer(&["dumps/"]).starts_with("error: `dumps/` is not a command\n"));
    // A misspelt command is clap's to answer.
    for args in [&["fetsch"][..], &["fetsch", "src"]] {
        let misspelt = answer(args);
        let words = "unrecognized subcommand 'fetsch'";
        assert!(misspelt.contains(words), "{misspelt}");
    }
}

#[test]
fn the_version_names_the_target() {
    let asked = ["batch-report", "--version"].map(OsString::from);
    let text = parse(asked).expect_err("asked for").text.to_string();
    let of_build = text
        .strip_prefix(concat!("batch-report ", env!("CARGO_PKG_VERSION"), " ("))
        .and_then(|rest| rest.strip_suffix(")\n"))
        .expect("a build");
    assert!(of_build.contains(std::env::consts::ARCH), "{of_build}");
}

#[test]
fn a_value_that_begins_with_a_dash_follows_its_option_after_an_equals_sign() {
    let args = report_args(&[
        "d",
        "--ignore=-x",
        "-j=-y",
        "--ignore",
        "z",
        "--error-group=-w[input]=a",
    ]);
    let typed = args.expect("fine").typed;
    assert_eq!(
        typed,
        [
            "--job-id=-y",
            "--ignore=-x",
            "--ignore",
            "z",
            "--error-group=-w[input]=a"
        ]
    );
    let words = ["batch-report", "retry", "d"].map(str::to_owned);
    let words = words.into_iter().chain(typed).map(OsString::from);
    assert!(parse(words).is_ok());
}
