use super::*;

/// Families of messages that belong together, as a person grouped them. A name of the item stands before a tab.
struct Family {
    messages: Vec<(Option<String>, String)>,
}

fn families(text: &str) -> Vec<Family> {
    let mut families = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if line.starts_with("# ") {
            families.push(Family {
                messages: Vec::new(),
            });
            continue;
        }
        let (name, message) = match line.split_once('\t') {
            Some((name, message)) => (Some(name.to_owned()), message),
            None => (None, line),
        };
        let escapes = [
            ("\\n", "\n"),
            ("\\t", "\t"),
            ("\\u001b", "\u{1b}"),
            ("\\u0308", "\u{308}"),
        ];
        let mut message = message.to_owned();
        for (escape, sign) in escapes {
            message = message.replace(escape, sign);
        }
        let family = families.last_mut().expect("a family");
        family.messages.push((name, message));
    }
    families
}

fn kinds_of(messages: &[(Option<String>, String)]) -> Kinds {
    let messages: Vec<Message<'_>> = messages
        .iter()
        .map(|(name, text)| Message {
            text,
            own_name: name.as_deref(),
            items: 1,
        })
        .collect();
    Kinds::of(&messages, &[])
}

/// F1 over all pairs of messages: whether they are in one family, and in one kind.
fn pairwise_f1(families: &[Family]) -> f64 {
    let messages: Vec<_> = families
        .iter()
        .flat_map(|family| family.messages.clone())
        .collect();
    let family_of: Vec<usize> = families
        .iter()
        .enumerate()
        .flat_map(|(n, family)| family.messages.iter().map(move |_| n))
        .collect();
    let kinds = kinds_of(&messages);
    let (mut both, mut one) = (0, 0);
    for a in 0..messages.len() {
        for b in 0..a {
            let alike = [family_of[a] == family_of[b], kinds.of[a].0 == kinds.of[b].0];
            both += u32::from(alike == [true, true]);
            one += u32::from(alike[0] != alike[1]);
        }
    }
    f64::from(2 * both) / f64::from(2 * both + one)
}

#[test]
fn groups_are_those_that_a_person_makes() {
    for (name, text, least) in [
        (
            "tune",
            include_str!("../../../tests/oracle/messages/tune.txt"),
            0.95,
        ),
        (
            "unseen",
            include_str!("../../../tests/oracle/messages/unseen.txt"),
            0.90,
        ),
        (
            "field",
            include_str!("../../../tests/oracle/messages/field.txt"),
            0.85,
        ),
    ] {
        let f1 = pairwise_f1(&families(text));
        println!("{name}: pairwise F1 {f1:.3}");
        assert!(f1 >= least, "{name}: {f1}");
    }
}

fn patterns(messages: &[&str]) -> Vec<String> {
    let messages: Vec<_> = messages
        .iter()
        .map(|text| (None, (*text).to_owned()))
        .collect();
    kinds_of(&messages)
        .found
        .into_iter()
        .map(|kind| kind.pattern)
        .collect()
}

#[test]
fn what_is_the_same_in_all_messages_stands_as_it_is() {
    assert_eq!(
        patterns(&[
            "page 3 timed out after 300 s",
            "page 7 timed out after 300 s"
        ]),
        ["page <n> timed out after 300 s"]
    );
    assert_eq!(
        patterns(&["Only 'a b.pdf' of 7 is bad"]),
        ["Only 'a b.pdf' of 7 is bad"]
    );
}

#[test]
fn few_values_are_counted() {
    let messages: Vec<_> = ["500", "503", "500"]
        .iter()
        .enumerate()
        .map(|(n, status)| (None, format!("upstream {status} for page {n}")))
        .collect();
    let kinds = kinds_of(&messages);
    assert_eq!(kinds.found.len(), 1);
    let slot = &kinds.found[0].slots[0];
    let values: Vec<_> = slot
        .values
        .iter()
        .map(|of| (&*of.value, of.count))
        .collect();
    assert_eq!((&*slot.mask, values), ("<n>", vec![("500", 2), ("503", 1)]));
}

#[test]
fn names_in_one_place_are_merged_and_reasons_are_not() {
    assert_eq!(
        patterns(&[
            "The user may not read project Apollo today",
            "The user may not read project Zeus today",
        ]),
        ["The user may not read project <name> today"]
    );
    let reasons = ["encrypted", "corrupted", "empty", "truncated", "damaged"];
    let messages = reasons.map(|reason| format!("Could not parse it: file is {reason}"));
    assert_eq!(
        patterns(&messages.each_ref().map(String::as_str)).len(),
        reasons.len()
    );
}

#[test]
fn groups_and_ids_do_not_depend_on_the_order() {
    let text = include_str!("../../../tests/oracle/messages/tune.txt");
    let mut messages: Vec<_> = families(text)
        .into_iter()
        .flat_map(|family| family.messages)
        .collect();
    let kinds = |messages: &[_]| {
        let mut kinds: Vec<_> = kinds_of(messages)
            .found
            .into_iter()
            .map(|kind| (kind.id, kind.pattern, kind.slots))
            .collect();
        kinds.sort_by(|a, b| a.0.cmp(&b.0));
        kinds
    };
    let before = kinds(&messages);
    messages.reverse();
    assert_eq!(kinds(&messages), before);
    messages.sort();
    assert_eq!(kinds(&messages), before);
}

#[test]
fn the_id_of_a_group_stays_when_other_values_and_groups_come() {
    let id = |messages: &[&str]| {
        let messages: Vec<_> = messages
            .iter()
            .map(|text| (None, (*text).to_owned()))
            .collect();
        kinds_of(&messages).found[0].id.clone()
    };
    let alone = id(&["Bucket acme-prod: page 3 of 'a.pdf' timed out"]);
    assert_eq!(
        id(&[
            "Bucket globex: page 4, 5 of \"b.pdf\" timed out",
            "HTTP 503",
            "no"
        ]),
        id(&["Bucket globex: page 9 of c.pdf timed out"])
    );
    assert_eq!(
        alone,
        id(&[
            "bucket initech-eu: pages 4, 5 of \"b.pdf\" timed out",
            "HTTP 503"
        ])
    );
}
