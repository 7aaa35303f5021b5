use super::*;

fn report_args(args: &[&str]) -> Result<ReportArgs, String> {
    let args = ["batch-report", "report"]
        .iter()
        .chain(args)
        .map(OsString::from);
    match parse(args) {
        Ok(Command::Report(report)) => Ok(report),
        Ok(other) => Err(format!("{other:?}")),
        Err(refusal) => Err(refusal.text.to_string()),
    }
}

#[test]
fn the_definition_of_the_command_line_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn the_ending_of_an_output_gives_its_format() {
    let args = report_args(&["d", "-o", "a.HTML", "-o", "b.md", "-o", "c.txt"]).expect("fine");
    let formats: Vec<_> = args.outputs.iter().map(|(_, made)| *made).collect();
    let expected = [Format::Html, Format::Markdown, Format::Text];
    assert_eq!(formats, expected.map(Rendering::BuiltIn));
    assert!(report_args(&["d", "-o", "report.pdf"]).is_err());
}

#[test]
fn quiet_silences_the_summary_only_where_something_else_is_written() {
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
        let args = report_args(args).ok()?;
        let outputs = args.outputs.into_iter().map(|(_, made)| made).collect();
        Some((outputs, args.print))
    };
    let ours = Rendering::BuiltIn;
    let page = Rendering::Template(Some(Format::Html));
    let csv = Rendering::Template(None);
    let html = ["d", "--template", "t.html.j2"];
    assert_eq!(made(&html), Some((vec![], Some(page))));
    assert_eq!(
        made(&[&html[..], &["-o", "a.htm", "-o", "a.md"]].concat()),
        Some((vec![page, ours(Format::Markdown)], Some(ours(Format::Text))))
    );
    assert_eq!(
        made(&[&html[..], &["-o", "a.md", "--format", "html", "-q"]].concat()),
        Some((vec![ours(Format::Markdown)], Some(page)))
    );
    assert_eq!(
        made(&["d", "--template", "t.csv", "-o", "a.csv", "-q"]),
        Some((vec![csv], None))
    );
    for unused in [
        &["d", "--template", "t.html.j2", "--format", "md"][..],
        &["d", "--template", "t.html.j2", "-q", "-o", "a.md"],
        &["d", "--template", "t.j2"],
        &["d", "--template", "t.csv", "-o", "a.tex"],
    ] {
        assert_eq!(made(unused), None, "{unused:?}");
    }
}

#[test]
fn assets_stand_beside_a_page() {
    assert!(report_args(&["d", "--assets", "-o", "a.html"]).is_ok());
    assert!(report_args(&["d", "--assets", "-o", "a.md"]).is_err());
    assert!(report_args(&["d", "--assets", "--format", "html"]).is_err());
}

#[test]
fn standard_input_is_read_once() {
    assert!(report_args(&["-", "-"]).is_err());
}
