//! Templates of the user's own.

use std::fs;

use crate::harness::{Folder, fixture, run, summary_of};

fn typical() -> String {
    let path = fs::canonicalize(fixture("typical")).expect("there");
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn what_is_exported_makes_the_same_report() {
    let folder = Folder::new();
    let export = folder.run(&["templates", "export", "a/b"]);
    assert_eq!((export.code, export.stderr.as_str()), (0, ""));
    let names: Vec<&str> = export.stdout.lines().collect();
    assert!(names.contains(&"a/b/report.html.j2") && names.contains(&"a/b/style.css"));
    for (template, format) in [
        ("a/b/report.html.j2", "html"),
        ("a/b/report.md.j2", "markdown"),
        ("a/b/report.txt.j2", "text"),
    ] {
        let typical = typical();
        let ours = folder.run(&["report", &typical, "-q", "--format", format]);
        let theirs = folder.run(&["report", &typical, "-q", "--template", template]);
        assert_eq!(theirs.code, 0, "{}", theirs.stderr);
        assert!(theirs.stdout == ours.stdout, "{template}");
    }
}

#[test]
fn an_export_writes_over_nothing_unless_it_is_told_to() {
    let folder = Folder::new();
    folder.write("t/style.css", "mine");
    let run = folder.run(&["templates", "export", "t"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr
            .contains("`t/style.css` exists: --force overwrites it"),
        "{}",
        run.stderr
    );
    assert_eq!(
        fs::read_dir(folder.path().join("t"))
            .expect("there")
            .count(),
        1
    );
    assert_eq!(folder.run(&["templates", "export", "t", "--force"]).code, 0);
    assert_ne!(folder.read("t/style.css"), "mine");
}

#[test]
fn a_partial_of_ones_own_knows_the_report_wherever_it_is_used() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["templates", "export", "t"]).code, 0);
    let words = folder.read("t/trust.html.j2").replace(
        "{% macro completeness(part) %}",
        "{% macro completeness(part) %}of {{ report.jobs|length }} jobs, {{ 'yes' if definitions }}",
    );
    folder.write("t/trust.html.j2", &words);
    for job in ["a", "b"] {
        let page = format!(
            "{{\"items\":[{{\"item_id\":\"i\",\"status\":\"failed\"}}],\"batch_job_id\":\"bjb-{job}\"}}"
        );
        folder.write(&format!("dumps/{job}/items.json"), &page);
    }
    let template = ["report", "dumps", "-q", "--template", "t/report.html.j2"];
    let run = folder.run(&template);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let seen = run.stdout.matches("of 2 jobs, yes").count();
    assert_eq!(seen, 3, "by each job, and by all together");
}

#[test]
fn a_style_and_a_partial_beside_the_template_stand_in_for_ours() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["templates", "export", "t"]).code, 0);
    for name in ["report.js", "report.md.j2", "report.txt.j2"] {
        fs::remove_file(folder.path().join("t").join(name)).expect("there");
    }
    folder.write("t/style.css", "main { color: teal }\n");
    folder.write("t/items.html.j2", "<p>no table</p>\n");
    let typical = typical();
    let args = [
        "report",
        &typical,
        "-q",
        "--template",
        "t/report.html.j2",
        "-o",
        "r.html",
    ];
    let run = folder.run(&args);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let page = folder.read("r.html");
    assert!(page.contains("<style>main { color: teal }\n"));
    assert!(page.contains("<p>no table</p>") && !page.contains("id=\"items-data\""));
    assert!(page.contains("Error groups"), "what is not there is ours");
}

#[test]
fn a_template_makes_the_outputs_of_its_ending_and_ours_the_others() {
    let folder = Folder::new();
    folder.write("groups.csv.j2", "{% for g in report.overall.error_groups %}{{ g.count }};{{ g.pattern|cut(20) }}\n{% endfor %}");
    let typical = typical();
    let args = [
        "report",
        &typical,
        "--template",
        "groups.csv.j2",
        "-o",
        "g.csv",
        "-o",
        "r.md",
    ];
    let run = folder.run(&args);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(folder.read("g.csv").starts_with("7;Job timed out after"));
    assert!(folder.read("r.md").contains("\n\n**12 of 241"));
    assert!(
        run.stdout.starts_with("12 of 241"),
        "the summary is printed as ever"
    );
    let printed = folder.run(&["report", &typical, "--template", "groups.csv.j2"]);
    assert_eq!(printed.stdout, folder.read("g.csv"));
}

#[test]
fn what_a_template_prints_is_escaped_for_what_it_makes() {
    let folder = Folder::new();
    let title = "<b>*x*\u{1b}[31m";
    for (name, expected) in [
        ("t.html", "&lt;b&gt;*x*\\x1b[31m"),
        ("t.md.j2", "\\<b>\\*x\\*\\\\x1b\\[31m"),
        ("t.txt", "<b>*x*\\x1b[31m"),
        ("t.tex", "<b>*x*\\x1b[31m"),
        ("t.json.jinja", "\"<b>*x*\\u001b[31m\""),
    ] {
        folder.write(name, "{{ report.title }}");
        let typical = typical();
        let run = folder.run(&[
            "report",
            &typical,
            "-q",
            "--title",
            title,
            "--template",
            name,
        ]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(run.stdout.replace("\\>", ">"), expected, "{name}");
    }
}

#[test]
fn a_mistake_shows_file_line_and_excerpt() {
    let folder = Folder::new();
    let typical = typical();
    for (name, template, partial, place, what, excerpt) in [
        (
            "a.html.j2",
            "<p>\n{% if x %}\n{% fi %}\n",
            "",
            "a.html.j2:3: ",
            "syntax error",
            ">   3 | {% fi %}",
        ),
        (
            "b.md",
            "one\ntwo {{ report.verdikt }}\n",
            "",
            "b.md:2: ",
            "unknown name",
            ">   2 | two {{ report.verdikt }}",
        ),
        (
            "c.txt",
            "{{ report.title|shout }}\n",
            "",
            "c.txt:1: ",
            "unknown filter",
            ">   1 | {{ report.title|shout }}",
        ),
        (
            "d.txt",
            "x\n{% include 'part.txt' %}\n",
            "1\n{{ 1 + 'a' }}",
            "part.txt:2: ",
            "",
            ">   2 | {{ 1 + 'a' }}",
        ),
        (
            "e.txt",
            "{% include 'nowhere.txt' %}",
            "",
            "e.txt:1: ",
            "template not found",
            ">   1 | {% include",
        ),
    ] {
        folder.write(name, template);
        folder.write("part.txt", partial);
        let run = folder.run(&[
            "report",
            &typical,
            "-q",
            "--template",
            name,
            "-o",
            &format!("o.{}", name.split('.').nth(1).expect("an ending")),
        ]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{name}");
        for part in [place, what, excerpt] {
            assert!(run.stderr.contains(part), "{part:?} in {}", run.stderr);
        }
    }
    let run = folder.run(&["report", &typical, "--template", "none.html"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("cannot read the template `none.html`"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_template_is_never_written_over() {
    let folder = Folder::new();
    folder.write("t.html", "{{ report.title }}");
    let typical = typical();
    let run = folder.run(&[
        "report",
        &typical,
        "-q",
        "--template",
        "t.html",
        "-o",
        "./t.html",
    ]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert_eq!(folder.read("t.html"), "{{ report.title }}");
}

#[test]
fn every_filter_and_name_is_documented() {
    let text = fs::read_to_string("docs/templates.md").expect("there");
    for file in ["src/render/filters.rs", "src/render/terminal.rs"] {
        let source = fs::read_to_string(file).expect("there");
        let filters = source.split("add_filter(").skip(1);
        let mut found = 0;
        for filter in filters {
            let name = filter.split('"').nth(1).expect("a name");
            assert!(text.contains(&format!("`{name}")), "{name}");
            found += 1;
        }
        assert!(found > 2, "{file}");
    }
    for name in [
        "`report`",
        "`definitions`",
        "`page.policy`",
        "`page.style`",
        "`page.script`",
        "`page.style_file`",
        "`page.script_file`",
    ] {
        assert!(text.contains(name), "{name}");
    }
}

#[test]
fn which_items_a_report_holds_is_the_users_choice() {
    let summary = |more: &[&str]| {
        let mut args = vec!["report", "fixtures/typical", "-q", "--format", "json"];
        args.extend(more);
        run(args).summary()
    };
    let held = |more: &[&str]| summary(more)["items"].as_array().map(Vec::len);
    assert_eq!(held(&["--items", "all"]), Some(250));
    assert_eq!(held(&["-i", "none"]), Some(0));
    // Of few items, all are held.
    assert_eq!(held(&[]), held(&["--items", "failed"]));
    assert_eq!(held(&[]), Some(250));
    let folder = Folder::new();
    folder.write("saved.json", summary_of(fixture("typical")).stdout);
    let without = folder.run(&[
        "report",
        "saved.json",
        "-q",
        "-f",
        "html",
        "--items",
        "none",
    ]);
    assert_eq!(without.code, 0, "{}", without.stderr);
    assert!(!without.stdout.contains("id=\"items-data\""));
}

#[test]
fn text_of_any_type_and_from_any_filter_is_escaped_for_the_format() {
    let folder = Folder::new();
    let page = r#"{"items":[{"item_id":"a","status":"failed","error_message":"<img src=x onerror=alert(1)> \u202e"},{"item_id":"b","status":"<b>odd</b> \u202e"}]}"#;
    folder.write("items.json", page);
    let template = r#"{% set found = namespace(group=report.overall.error_groups[0]) %}
{% set message = found.group.examples[0].error_message %}
{{ message|code(80) }} {{ message|prose(80) }} {{ message|style("failed") }}
{{ message|wrap }} {{ message|columns("l") }} {{ message|e }}
{{ report.overall.counts.by_status }} {{ report.overall.error_groups }} {{ [message] }}
{{ {"key": message} }} {{ found }} {{ found.group }}
"#;
    for ending in ["html", "md", "txt", "tex"] {
        let name = format!("list.{ending}.j2");
        folder.write(&name, template);
        let run = folder.run(&["report", "items.json", "-q", "--template", &name]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stdout.contains("onerror"), "{ending}: {}", run.stdout);
        assert!(!run.stdout.contains('\u{202e}'), "{ending}: {}", run.stdout);
        if ending == "html" {
            assert!(!run.stdout.contains(['<', '>']), "{}", run.stdout);
        }
    }
}

#[test]
fn a_tag_without_end_or_measure_is_a_mistake_and_no_crash() {
    let folder = Folder::new();
    folder.write(
        "items.json",
        r#"{"items":[{"item_id":"a","status":"failed"}]}"#,
    );
    folder.write(
        "t.txt",
        format!("{{{{ report.title{} }}}}", "|cut(9)".repeat(200_000)),
    );
    let run = folder.run(&["report", "items.json", "--template", "t.txt"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr.contains("a tag is longer than 4000 bytes"),
        "{}",
        run.stderr
    );
}

#[cfg(unix)]
#[test]
fn an_included_link_does_not_lead_out_of_the_folder() {
    let folder = Folder::new();
    folder.write(
        "items.json",
        r#"{"items":[{"item_id":"a","status":"failed"}]}"#,
    );
    folder.write("secret.txt", "a secret");
    folder.write("t/t.txt", "{% include 'part.txt' %}");
    let link = folder.path().join("t/part.txt");
    std::os::unix::fs::symlink("../secret.txt", link).expect("linked");
    let run = folder.run(&["report", "items.json", "--template", "t/t.txt"]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(
        run.stderr
            .contains("is a link out of the template's folder"),
        "{}",
        run.stderr
    );
}

#[test]
fn loops_over_too_much_come_to_an_end() {
    let folder = Folder::new();
    folder.write(
        "items.json",
        r#"{"items":[{"item_id":"a","status":"failed"}]}"#,
    );
    let (loops, ends) = ("{% for n in range(9999) %}", "{% endfor %}");
    folder.write("t.txt", loops.repeat(3) + &ends.repeat(3));
    let run = folder.run(&["report", "items.json", "--template", "t.txt"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr.contains("the template takes too many steps"),
        "{}",
        run.stderr
    );
}

#[cfg(target_os = "linux")]
#[test]
fn texts_that_double_themselves_come_to_an_end() {
    let folder = Folder::new();
    folder.write(
        "items.json",
        r#"{"items":[{"item_id":"a","status":"failed"}]}"#,
    );
    let doubled = "{% set a = a ~ a %}".repeat(40);
    folder.write("t.txt", "{% set a = 'xx' %}".to_owned() + &doubled);
    let run = folder.run(&["report", "items.json", "--template", "t.txt"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("of memory"), "{}", run.stderr);
}
