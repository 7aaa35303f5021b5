use regex::Regex;

use super::*;
use crate::api::ItemFields;
use crate::metrics::examples::{NINE, SECOND, frame_of};

/// Items of these statuses with these messages; each takes 5 seconds.
fn items(rows: &[(&str, &str)]) -> ItemFrame {
    frame_of(
        (NINE..)
            .step_by(SECOND as usize)
            .zip(rows)
            .map(|(start, (status, message))| ItemFields {
                status,
                started_at: UtcTime::from_micros(start),
                completed_at: UtcTime::from_micros(start + 5 * SECOND),
                error_message: Some(message),
                ..ItemFields::default()
            }),
    )
}

fn failed(messages: &[&str]) -> ItemFrame {
    let rows: Vec<_> = messages
        .iter()
        .map(|message| ("failed", *message))
        .collect();
    items(&rows)
}

#[test]
fn the_last_attempt_is_told_from_an_earlier_one() {
    let messages = [
        "attempt 3/3",
        "Attempt 2 of 3 failed",
        "(attempt 1/3)",
        "an attempt at 4/3, attempt 1 /",
        "its reattempt 1 of3 of attempt 2/2",
        "ttempt 3/3",
        "attempt 12 3",
        "no",
    ];
    let attempts = Failures::of(&failed(&messages), &[]).attempts(&(0..messages.len()));
    assert_eq!(attempts, Attempts { named: 4, last: 1 });
}

#[test]
fn messages_of_items_that_did_not_fail_make_no_group() {
    let frame = items(&[
        ("completed", "page 1 was read again"),
        ("failed", "page 2 broke, attempt 1/3"),
        ("completed", "attempt 2/3"),
        ("failed", "no page broke, attempt 3/3"),
    ]);
    let failures = Failures::of(&frame, &[]);
    let groups: Vec<_> = (0..4).map(|row| failures.group_of(row)).collect();
    assert_eq!(groups, [None, Some(0), None, Some(1)]);
    // One value in all messages is shown as itself.
    let patterns = ["page 2 broke, attempt 1/3", "no page broke, attempt 3/3"];
    assert_eq!(
        failures.patterns(),
        patterns.map(|pattern| Some(pattern.to_owned()))
    );
    assert_eq!(failures.attempts(&(0..4)), Attempts { named: 2, last: 1 });
}

#[test]
fn the_own_name_of_each_item_is_masked_in_its_message() {
    let names = [
        "north wing",
        "Board deck (final) v3.pdf",
        "plan.pdf",
        "north wing",
    ];
    let messages = names.map(|name| format!("Failed to parse {name}: file is encrypted"));
    // The last item is another one whose message names the first.
    let names = [names[0], names[1], names[2], "south wing"];
    let fields = names
        .iter()
        .zip(&messages)
        .map(|(name, message)| ItemFields {
            item_name: Some(name),
            status: "failed",
            error_message: Some(message),
            ..ItemFields::default()
        });
    let frame = frame_of(fields);
    let failures = Failures::of(&frame, &[]);
    let groups: Vec<_> = (0..4).map(|row| failures.group_of(row)).collect();
    assert_eq!(groups, [Some(0), Some(0), Some(0), Some(1)]);
    let pattern = |name| Some(format!("Failed to parse {name}: file is encrypted"));
    assert_eq!(
        failures.patterns(),
        [pattern("<name>"), pattern("north wing")]
    );
}

#[test]
fn groups_that_the_user_named_come_first() {
    let frame = failed(&["page 7 broke", "HTTP 429", "HTTP 503", "page 9 broke"]);
    let busy = NamedGroup {
        name: "busy".to_owned(),
        regex: Regex::new("HTTP (429|503)").expect("a pattern"),
        class: None,
    };
    let failures = Failures::of(&frame, &[busy]);
    let groups: Vec<_> = (0..4).map(|row| failures.group_of(row)).collect();
    assert_eq!(groups, [Some(0), Some(1), Some(1), Some(0)]);
    let patterns = ["page <n> broke", "busy"].map(|pattern| Some(pattern.to_owned()));
    assert_eq!(failures.patterns(), patterns);
}

#[test]
fn details_stand_in_the_order_of_the_groups() {
    let frame = failed(&["one", "page 1 broke", "page 2 broke"]);
    let failures = Failures::of(&frame, &[]);
    let all = failures.groups(&frame, &(0..3), &[String::new()], (2, 0));
    let (groups, details) = (all.groups, all.details);
    let counts = |n: usize| (groups[n].count, details[n].count);
    assert_eq!((counts(0), counts(1)), ((2, 2), (1, 1)));
    assert_eq!(details[0].at, [NINE + 6 * SECOND, NINE + 7 * SECOND]);
    assert_eq!(details[0].micros, [5 * SECOND; 2]);
    assert_eq!(details[1].at, [NINE + 5 * SECOND]);
    assert_eq!(all.left_out, 0);
    let greatest = failures.groups(&frame, &(0..3), &[String::new()], (1, 0));
    assert_eq!((greatest.groups.len(), greatest.left_out), (1, 1));
    assert_eq!((greatest.groups[0].count, greatest.details.len()), (2, 1));
}
