//! What is said about items to run again.

use crate::report::retry::{Kind, Plan};
use crate::text::{counted, number};

/// Says how many items are listed, and how many of each kind are left out.
pub(crate) fn summary(plan: &Plan<'_>, chosen: &[Kind]) -> String {
    let left_out = plan.left_out(chosen);
    let all = plan.items.len() as u64;
    let listed = all - left_out.iter().map(|(_, count)| count).sum::<u64>();
    let mut words = match listed {
        0 => "nothing to retry".to_owned(),
        listed => format!("{} to retry", counted(listed, "item", "items")),
    };
    let kinds = left_out
        .iter()
        .map(|(kind, count)| format!("{} {}", number(*count), kind.word()));
    let mut kinds: Vec<String> = kinds.collect();
    if plan.cured > 0 {
        kinds.push(format!("{} completed in another run", number(plan.cured)));
    }
    if !kinds.is_empty() {
        words.push_str("; left out: ");
        words.push_str(&kinds.join(", "));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Class;
    use crate::report::retry::Record;

    #[test]
    fn what_is_left_out_is_counted_by_kind() {
        let record = |status: &'static str, class| Record {
            id: status.into(),
            status: status.into(),
            class,
            ..Record::default()
        };
        let records = vec![
            record("failed", Some(Class::Transient)),
            record("cancelled", None),
            record("processing", None),
        ];
        let plan = Plan::of(records, vec![String::new()], &[]);
        let transient = [Kind::Failed(Class::Transient)];
        assert_eq!(
            summary(&plan, &transient),
            "1 item to retry; left out: 1 open, 1 cancelled"
        );
        assert_eq!(
            summary(&plan, &[Kind::Failed(Class::Input)]),
            "nothing to retry; left out: 1 transient, 1 open, 1 cancelled"
        );
    }
}
