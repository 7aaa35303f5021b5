use super::*;
use crate::render::samples;
use crate::report::Report;

const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

fn all() -> Kinds {
    Kinds {
        names: true,
        messages: true,
        ids: true,
    }
}

fn redacted(report: &Report, kinds: Kinds) -> Report {
    let mut redactor = Redactor::new(kinds, Key::of(KEY));
    redactor.report(report).expect("redacted")
}

#[test]
fn a_pseudonym_tells_the_kind_and_the_ending_and_nothing_else() {
    let redactor = Redactor::new(all(), Key::of(KEY));
    let name = redactor.pseudonym(Kind::Name, "Q1 statement.pdf");
    assert!(
        name.starts_with("name-") && name.ends_with(".pdf"),
        "{name}"
    );
    assert_eq!(name.len(), "name-".len() + 16 + ".pdf".len());
    let id = redactor.pseudonym(Kind::Id, "bjb-5eaf9ad5-8702-4c03-8bfd-9f390195055d");
    assert!(
        id.starts_with("bjb-") && pseudonym::is_uuid(&id[4..]),
        "{id}"
    );
    let id = redactor.pseudonym(Kind::Id, "acme-17");
    assert!(id.starts_with("id-"), "{id}");
    let path = redactor.pseudonym(Kind::Path, "/data/acme/items.json");
    assert_eq!(path.matches('/').count(), 3);
    assert!(
        path.starts_with("/path-") && path.ends_with(".json"),
        "{path}"
    );
    let other = Redactor::new(all(), Key::of(b"another key, another name"));
    assert_ne!(other.pseudonym(Kind::Name, "Q1 statement.pdf"), name);
}

#[test]
fn no_kinds_change_nothing() {
    let report = samples::typical();
    assert_eq!(redacted(&report, Kinds::default()), report);
}

#[test]
fn the_same_text_has_the_same_pseudonym_everywhere() {
    let report = samples::typical();
    let redacted = redacted(&report, all());
    let label = &redacted.jobs[0].label;
    assert_eq!(redacted.jobs[0].batch_job_id.as_ref(), Some(label));
    assert_eq!(redacted.title, format!("Batch job {label}"));
    assert_eq!(redacted.items[0].job, *label);
    let groups = &redacted.overall.error_groups;
    assert_eq!(groups.len(), 3);
    assert_ne!(groups[0].pattern, groups[1].pattern);
    assert_eq!(groups[0].pattern, groups[0].examples[0].error_message);
    assert!(groups[2].pattern.is_none());
}

#[test]
fn names_are_found_within_messages_and_in_quotes_that_are_cut() {
    let mut report = samples::typical();
    let name = "invoices/2026/Q1 statement.pdf";
    report.verdict =
        "1 of 2 failed with “cannot open Q1 statement.pdf”, “no invoices/2026/Q1 st…”.".to_owned();
    let kinds = Kinds {
        names: true,
        ..Kinds::default()
    };
    let redacted = redacted(&report, kinds);
    let json = serde_json::to_string(&redacted).expect("JSON");
    for part in [name, "Q1 statement", "Q1 st"] {
        assert!(!json.contains(part), "{part}: {}", redacted.verdict);
    }
    assert!(
        redacted
            .verdict
            .starts_with("1 of 2 failed with “cannot open name-"),
        "{}",
        redacted.verdict
    );
    // Ids and the words of messages stay.
    assert!(json.contains("dfl-0b6f5d3e-12aa-4f0e-9d5a-7f1c2b3a4d5e"));
    assert!(json.contains("PDF_CONVERSION_ERROR"));
}

#[test]
fn a_word_of_a_sentence_is_no_name_and_a_figure_is_no_id() {
    let mut dictionary = Dictionary::default();
    for (original, pseudonym) in [("items", "A"), ("item", "B"), ("250", "C"), ("a.pdf", "D")] {
        dictionary.add(original.to_owned(), pseudonym);
    }
    dictionary.sort();
    let text = "250 items, item aa.pdf, a.pdf, multiitems";
    let expected = "250 A, B aa.pdf, D, multiitems";
    assert_eq!(dictionary.replace(text, false).as_deref(), Some(expected));
    assert_eq!(dictionary.replace("nothing", false), None);
}

#[test]
fn a_hostile_dictionary_takes_no_longer_than_its_texts() {
    let mut dictionary = Dictionary::default();
    for n in 3..2_000 {
        dictionary.add("a".repeat(n), "x");
    }
    dictionary.sort();
    let begin = std::time::Instant::now();
    let text = "a".repeat(100_000);
    let _ = dictionary.replace(&text, true);
    let _ = dictionary.replace(&"a ".repeat(50_000), false);
    assert!(begin.elapsed().as_secs() < 5);
}

#[test]
fn parts_of_names_in_breakdowns_and_findings_are_redacted() {
    use crate::report::model::{Breakdown, BreakdownValue, Finding, ItemFilter, Severity};
    let value = |word: &str| BreakdownValue {
        value: Some(word.to_owned()),
        items: 2,
        failed: 0,
        failure_rate: None,
        median_seconds: None,
    };
    let breakdown = |dimension: &str, word: &str| Breakdown {
        named: false,
        dimension: dimension.to_owned(),
        values: vec![value(word)],
        left_out: 0,
    };
    let mut report = samples::typical();
    report.overall.breakdowns = vec![
        breakdown("extension", "pdf"),
        breakdown("folder", "acme"),
        breakdown("error_class", "transient"),
        Breakdown {
            named: true,
            ..breakdown("extension", "acme")
        },
    ];
    report.overall.findings = vec![Finding {
        code: "where-it-fails".to_owned(),
        severity: Severity::Warning,
        message: "5 of 6 items in the folder “acme” failed (83.3%); none of the others did."
            .to_owned(),
        evidence: [].into(),
        filter: Some(Box::new(ItemFilter {
            text: Some("acme".to_owned()),
            ..ItemFilter::default()
        })),
    }];
    let redacted = redacted(&report, all()).overall;
    let values: Vec<_> = redacted
        .breakdowns
        .iter()
        .map(|breakdown| breakdown.values[0].value.as_deref().unwrap_or_default())
        .collect();
    assert_eq!(values[0], "pdf");
    assert!(values[1].starts_with("name-"), "{values:?}");
    assert_eq!(values[2], "transient");
    // One that the user named may hold anything.
    assert_eq!(values[3], values[1]);
    let finding = &redacted.findings[0];
    assert!(!finding.message.contains("acme"), "{}", finding.message);
    assert_eq!(finding.filter, None);
}
