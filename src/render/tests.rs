use super::*;

const PLAIN: Look = Look::PLAIN;

fn samples() -> [(&'static str, Report); 5] {
    [
        ("typical", samples::typical()),
        ("bare", samples::bare()),
        ("many", samples::many()),
        ("hostile", samples::hostile()),
        ("hostile-jobs", samples::hostile_jobs()),
    ]
}

fn rendered(report: &Report, format: Format) -> String {
    match render(&Model::of(report.clone()), format, PLAIN) {
        Ok(text) => text,
        Err(error) => panic!("{error}: {:?}", std::error::Error::source(&error)),
    }
}

/// Tells if no character of the text acts instead of being seen.
fn all_seen(text: &str) -> bool {
    crate::text::visible(text, crate::text::Newlines::Keep) == text
}

#[test]
fn every_report_renders_in_every_format_to_the_same_bytes_again() {
    for (name, report) in samples() {
        for format in [Format::Html, Format::Markdown, Format::Json, Format::Text] {
            let text = rendered(&report, format);
            assert_eq!(text, rendered(&report, format), "{name} {format:?}");
            assert!(text.ends_with('\n'), "{name} {format:?}");
            if let Some(folder) = std::env::var_os("RENDERINGS") {
                let path = std::path::Path::new(&folder).join(format!("{name}.{format:?}"));
                std::fs::write(path, text).expect("a file");
            }
        }
    }
}

#[test]
fn json_reads_back_into_the_same_report() {
    for (name, report) in samples() {
        let read: Report = serde_json::from_str(&rendered(&report, Format::Json)).expect("JSON");
        assert_eq!(read, report, "{name}");
    }
}

#[test]
fn the_verdict_comes_first() {
    let report = samples::bare();
    let text = rendered(&report, Format::Text);
    assert_eq!(text.lines().next(), Some("No item was recorded."));
    let markdown = rendered(&report, Format::Markdown);
    assert_eq!(markdown.lines().nth(2), Some("**No item was recorded.**"));
    let html = rendered(&report, Format::Html);
    assert!(html.contains("</h1>\n<p class=\"verdict\">No item was recorded.</p>"));
}

#[test]
fn the_first_screen_of_markdown_has_25_lines_and_says_what_to_do_next() {
    for (name, report) in samples() {
        let markdown = rendered(&report, Format::Markdown);
        let first: Vec<&str> = markdown.lines().take(25).collect();
        let next = first.iter().position(|line| *line == "**What to do next**");
        let next = next.unwrap_or_else(|| panic!("{name}: {markdown}"));
        assert!(first[next + 2].starts_with("- "), "{name}");
    }
}

#[test]
fn what_is_absent_is_never_written_as_none_or_as_zero() {
    let report = samples::bare();
    for format in [Format::Html, Format::Markdown, Format::Text] {
        let text = rendered(&report, format);
        for wrong in ["none", "None", "null", "NaN", "0 %", "0 s", "0.0"] {
            // A colour of the style sheet and words of the definitions are no figures.
            let body = text.split("</style>").last().unwrap_or_default();
            let body = body.split("Definitions").next().unwrap_or_default();
            let body = body.replace("'none'", "").replace("fill=\"none\"", "");
            assert!(!body.contains(wrong), "{wrong} in {format:?}:\n{body}");
        }
    }
}

#[test]
fn a_page_loads_nothing_and_runs_nothing_but_its_own_script() {
    for (name, report) in samples() {
        let html = rendered(&report, Format::Html);
        for tag in ["<link", "<img", "<iframe", "<base", "<form", "<object"] {
            assert!(!html.contains(tag), "{tag} in {name}");
        }
        // Our own, and blocks of data, which are not run.
        let data = html
            .matches("<script type=\"application/octet-stream\" id=\"items-data\">")
            .count()
            + html
                .matches("<script type=\"application/json\" id=\"batch-report-summary\">")
                .count();
        assert_eq!(html.matches("<script").count(), data + 1, "{name}");
        assert_eq!(html.matches("<script>'use strict'").count(), 1, "{name}");
        // Patterns are parts of the page itself.
        let html = html.replace("url(#", "");
        for attribute in [
            " src=",
            " onload=",
            " onclick=",
            "url(",
            "@import",
            "javascript:x\"",
        ] {
            assert!(!html.contains(attribute), "{attribute} in {name}");
        }
        let (head, _) = html.split_once("</head>").expect("a head");
        for tag in ["<title>", "</title>", "<style>", "</style>"] {
            assert_eq!(head.matches(tag).count(), 1, "{tag} in {name}");
        }
    }
}

#[test]
fn the_summary_in_a_page_is_the_report_without_its_rows() {
    for (name, report) in samples() {
        let html = rendered(&report, Format::Html);
        let (_, json) = html
            .split_once("<script type=\"application/json\" id=\"batch-report-summary\">")
            .expect("a summary");
        let (json, _) = json.split_once("</script>").expect("its end");
        assert!(!json.contains(['<', '>', '&']), "{name}");
        let read: Report = serde_json::from_str(json).expect("JSON");
        let without_rows = Report {
            items: Vec::new(),
            ..report
        };
        assert_eq!(read, without_rows, "{name}");
    }
}

#[test]
fn no_format_holds_characters_that_act_instead_of_being_seen() {
    for report in [samples::hostile(), samples::hostile_jobs()] {
        for format in [Format::Html, Format::Markdown, Format::Text] {
            assert!(all_seen(&rendered(&report, format)), "{format:?}");
        }
    }
}

#[test]
fn in_colour_only_our_own_colours_reach_the_terminal() {
    let look = Look {
        color: true,
        ..PLAIN
    };
    for (name, report) in samples() {
        let text = render(&Model::of(report.clone()), Format::Text, look).expect("text");
        let mut rest = text.as_str();
        let mut switched_on = false;
        while let Some(at) = rest.find('\x1b') {
            let code = &rest[at + 1..];
            let end = code.find('m').expect("the end of a colour code");
            assert!(["[0m", "[1m", "[2m", "[31m", "[32m", "[33m"].contains(&&code[..=end]));
            switched_on = &code[..=end] != "[0m";
            rest = &code[end..];
        }
        assert!(!switched_on, "{name}");
        assert!(all_seen(rest));
    }
}

#[test]
fn without_colour_the_text_is_the_same_but_for_the_colours() {
    let look = Look {
        color: true,
        ..PLAIN
    };
    for (_, report) in samples() {
        let mut plain = render(&Model::of(report.clone()), Format::Text, look).expect("text");
        for code in ["[0m", "[1m", "[2m", "[31m", "[32m", "[33m"] {
            plain = plain.replace(&format!("\x1b{code}"), "");
        }
        assert_eq!(plain, rendered(&report, Format::Text));
    }
}

#[test]
fn text_keeps_to_the_width_of_the_terminal() {
    for (name, report) in samples() {
        for width in [60, 80, 120] {
            let look = Look { width, ..PLAIN };
            let text = render(&Model::of(report.clone()), Format::Text, look).expect("text");
            for line in text.lines() {
                let wide = unicode_width::UnicodeWidthStr::width(line);
                assert!(wide <= width, "{name}, {wide} > {width}: {line}");
            }
        }
    }
}

#[test]
fn an_ordinary_job_fits_on_a_screen() {
    let text = rendered(&samples::typical(), Format::Text);
    assert!(text.lines().count() <= 42, "{text}");
}

#[test]
fn a_ticket_fits_into_a_comment() {
    for (name, report) in samples() {
        let length = rendered(&report, Format::Markdown).chars().count();
        assert!(length < 65_536, "{name}: {length}");
    }
}

#[test]
fn markdown_never_leaves_more_than_one_blank_line() {
    for (name, report) in samples() {
        let markdown = rendered(&report, Format::Markdown);
        assert!(!markdown.contains("\n\n\n"), "{name}");
    }
}

#[test]
fn every_row_of_a_markdown_table_has_as_many_cells_as_its_head() {
    for (name, report) in samples() {
        let markdown = rendered(&report, Format::Markdown);
        let mut head = None;
        for line in markdown.lines() {
            if !line.starts_with('|') {
                head = None;
                continue;
            }
            let cells = line.matches('|').count() - line.matches("\\|").count();
            assert_eq!(cells, *head.get_or_insert(cells), "{name}: {line}");
        }
    }
}

#[test]
fn jobs_beyond_those_shown_are_counted() {
    let markdown = rendered(&samples::many(), Format::Markdown);
    assert!(markdown.contains("… and 10 more jobs in the JSON."));
}

#[test]
fn a_single_job_is_not_repeated_as_the_whole() {
    let html = rendered(&samples::typical(), Format::Html);
    assert_eq!(html.matches("Slowest items</h").count(), 1);
    assert!(!html.contains("All jobs together"));
}

#[test]
fn a_field_that_does_not_exist_is_an_error_and_not_a_blank() {
    for template in [
        "{{ report.verdikt }}",
        "{{ report.verdikt|cut(9) }}",
        "{{ report.verdikt|thousands }}",
        "{{ report.verdikt|time }}",
        "{{ report.verdikt|interval }}",
        "{{ report.verdikt|code(9) }}",
        "{{ report.verdikt|wrap }}",
    ] {
        let extra = Some(("t.txt.j2", template));
        let sources = Sources::default();
        let report = samples::typical();
        let text = from_sources(
            &Model::of(report.clone()),
            &sources,
            extra,
            "t.txt.j2",
            PLAIN,
            Delivery::Inline,
        );
        assert!(text.is_err(), "{template}: {text:?}");
    }
}
