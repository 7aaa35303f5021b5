//! Items that are missing from the dump.

use super::{Figures, Found};
use crate::say::code::Code;
use crate::text::{counted, number, percent};

/// Share of missing items from which on nothing matters more.
const MUCH: f64 = 0.05;
const RANK: u8 = 0;
const RANK_OF_FEW: u8 = 30;

pub(super) fn find(figures: Figures<'_>) -> Vec<Found> {
    let counts = &figures.sections.counts;
    let (Some(missing @ 1..), Some(total)) = (counts.missing, counts.stated_total) else {
        return Vec::new();
    };
    if !counts.listed || counts.status_filter.is_some() {
        return Vec::new();
    }
    let share = missing as f64 / total as f64;
    let message = format!(
        "{} of {} ({}) {} missing. The figures cover the other {}.",
        number(missing),
        counted(total, figures.item(), figures.items()),
        percent(share),
        if missing == 1 { "is" } else { "are" },
        number(counts.distinct),
    );
    vec![Found {
        rank: if share >= MUCH { RANK } else { RANK_OF_FEW },
        code: Code::Incomplete,
        message,
        evidence: vec![("missing", missing as f64), ("stated_total", total as f64)],
        filter: None,
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{messages, sections, shape};
    use super::*;

    #[test]
    fn missing_items_are_told_and_those_of_a_filtered_list_are_not() {
        let mut sections = sections(0, &json!([]));
        let shape = shape(Vec::new());
        assert_eq!(messages(find, &sections, &shape), [""; 0]);
        sections.counts.stated_total = Some(250);
        sections.counts.missing = Some(150);
        assert_eq!(
            messages(find, &sections, &shape),
            ["150 of 250 items (60.0%) are missing. The figures cover the other 100."]
        );
        sections.counts.status_filter = Some("failed".to_owned());
        assert_eq!(messages(find, &sections, &shape), [""; 0]);
    }
}
