use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::render::samples::{self, HOSTILE};
use crate::report::model::ItemRow;

const PLACES: [Place; 8] = [
    Place::GitHubComment,
    Place::GitHubSummary,
    Place::GitLab,
    Place::Jira,
    Place::Slack,
    Place::Email,
    Place::Plain,
    Place::Brief,
];

fn samples() -> [Report; 5] {
    [
        samples::typical(),
        samples::bare(),
        samples::many(),
        samples::hostile(),
        samples::hostile_jobs(),
    ]
}

/// Checks what holds for every text of a place.
fn check(text: &str, markup: Markup, verdict: &str) {
    // The begin of the verdict, as the markup writes it. What is cut ends in "…".
    let begin: String = verdict.trim().chars().take(2).collect();
    let begin = markup.words(&begin);
    let begin = begin.trim_end_matches('…');
    match markup {
        Markup::Slack => {
            let message: Value = serde_json::from_str(text).expect("JSON");
            let blocks = message["blocks"].as_array().expect("blocks");
            assert!((1..=50).contains(&blocks.len()));
            for block in blocks {
                let text = &block["text"];
                assert_eq!(text["type"], "plain_text");
                let length = text["text"].as_str().expect("text").encode_utf16().count();
                let most = if block["type"] == "header" {
                    150
                } else {
                    3_000
                };
                assert!((1..=most).contains(&length), "{length}");
            }
        }
        Markup::Email => {
            assert!(text.starts_with("<!doctype html>"));
            for forbidden in ["<script", "<style", "<link", "<img", "href"] {
                assert!(!text.contains(forbidden), "{forbidden}: {text}");
            }
        }
        _ => {}
    }
    assert!(text.contains(begin), "{begin} in {text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_report_fits_any_limit_with_its_verdict(
        limit in 500_usize..20_000,
        sample in 0_usize..5,
        title in "\\PC{0,80}",
        verdict in "[A-Z]\\PC{0,400}|[$@#]{300}|[A-Z][|`\\\\<>\"&]{300}|[A-Z]\u{200b}{300}",
        name in "\\PC{0,300}",
    ) {
        let mut report = samples()[sample].clone();
        report.title = title;
        report.verdict = verdict;
        for part in report.jobs.iter_mut().map(|job| &mut job.sections).chain([&mut report.overall]) {
            for group in &mut part.error_groups {
                group.pattern = Some(name.clone());
            }
        }
        let ticket = Ticket::of(&report);
        for place in PLACES {
            for limit in [Limit::bytes(limit), Limit::characters(limit)] {
                let text = fit::fit(&ticket, place.markup(), limit, None);
                prop_assert!(limit.holds(&text), "{place:?}: {} of {limit:?}\n{text}", text.len());
                check(&text, place.markup(), &report.verdict);
            }
        }
    }
}

/// A typical report with 2,000 failed items and long messages.
fn large() -> Report {
    let mut report = samples::many();
    let groups = &mut report.overall.error_groups;
    *groups = (0..300)
        .map(|n| {
            let mut group = groups[0].clone();
            group.pattern = Some(format!("{n} {}", "word ".repeat(300)));
            group
        })
        .collect();
    let row = report.items[0].clone();
    report.items = (0..2_000)
        .map(|n| ItemRow {
            item_id: format!("dfl-{n}"),
            item_name: Some("n".repeat(400)),
            ..row.clone()
        })
        .collect();
    report
}

#[test]
fn a_large_report_is_cut_to_the_limit_of_its_place_and_says_what_is_left_out() {
    let report = large();
    for (place, most) in [
        (Place::GitHubComment, 65_536),
        (Place::GitHubSummary, 1_000_000),
        (Place::GitLab, 1_000_000),
        (Place::Jira, 32_767),
        (Place::Slack, 13_000),
        (Place::Brief, 4_000),
    ] {
        let text = super::text(&report, place, Some("report.html"));
        assert!(text.encode_utf16().count() < most, "{place:?}");
        check(&text, place.markup(), &report.verdict);
        assert!(text.contains("report.html"), "{place:?}");
    }
    let slack = super::text(&report, Place::Slack, None);
    let left_out = "Left out to fit: 30 jobs, ";
    assert!(
        slack.contains("Left out to fit: ") || slack.contains(left_out),
        "{slack}"
    );
    assert!(slack.contains("What to do next"));
}

#[test]
fn lines_are_left_out_in_the_documented_order() {
    let ticket = Ticket::of(&large());
    let headings = |limit: usize| -> BTreeSet<&str> {
        let text = fit::fit(&ticket, Markup::Plain, Limit::bytes(limit), None);
        let all = [
            "Slowest items",
            "Failed items",
            "Jobs, worst first",
            "Errors",
            "What to do next",
        ];
        all.into_iter()
            .filter(|heading| text.contains(heading))
            .collect()
    };
    let mut before = headings(200_000);
    assert_eq!(before.len(), 5);
    for limit in (1..200).rev().map(|limit| limit * 1_000) {
        let now = headings(limit);
        assert!(now.is_subset(&before), "{limit}");
        assert!(
            now.contains("Errors") && now.contains("What to do next"),
            "{limit}"
        );
        before = now;
    }
    assert!(before.len() < 4);
}

#[test]
fn ten_lines_are_enough_for_a_chat() {
    for report in samples() {
        let text = super::text(&report, Place::Brief, None);
        let lines = text.lines().count();
        assert!((4..=10).contains(&lines), "{lines}: {text}");
    }
}

#[test]
fn nothing_of_others_acts_in_any_place() {
    let report = samples::hostile();
    for place in PLACES {
        let text = super::text(&report, place, None);
        assert_eq!(
            crate::text::visible(&text, crate::text::Newlines::Keep),
            text,
            "{place:?}"
        );
        match place.markup() {
            Markup::GitHub | Markup::GitLab => {
                for line in text.lines() {
                    assert!(!line.starts_with("# ") && !line.starts_with('/'), "{line}");
                }
            }
            Markup::Jira => {
                let without = text.replace("\\[", "").replace("\\{", "");
                assert!(!without.contains('['), "{without}");
                assert!(!text.contains("://"), "{text}");
            }
            Markup::Email => assert!(!text.contains("<script>alert"), "{text}"),
            Markup::Slack | Markup::Plain => {}
        }
    }
    assert!(HOSTILE.contains("@everyone"));
}

#[test]
fn a_jira_comment_shows_text_as_it_is() {
    for (text, written) in [
        ("bjb-5134-b: 5.0%", "bjb-5134-b: 5.0%"),
        (
            "{code} [~bob] *x* !i.png!",
            "\\{code\\} \\[\\~bob\\] \\*x\\* \\!i.png\\!",
        ),
        ("(x) https://e.x :)", "\\(x) https&#58;//e.x &#58;)"),
        ("a - b -- c", "a \\- b \\-\\- c"),
        ("h1. x", "h1&#46; x"),
    ] {
        assert_eq!(Markup::Jira.words(text), written);
    }
}

#[test]
fn gitlab_makes_no_references_of_text() {
    assert_eq!(
        Markup::GitLab.words("see !12 and %3, 5.0% of"),
        "see !<!-- -->12 and %<!-- -->3, 5.0% of"
    );
}
