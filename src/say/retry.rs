//! What is said about items to run again.

use crate::metrics::Class;
use crate::report::model::{Report, Sections};
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

/// Command that lists what to retry.
pub(crate) const COMMAND: &str = "batch-report retry dumps/";

/// Says what to do about the failures, and how to list them; nothing if nothing failed.
pub(crate) fn next_steps(report: &Report) -> Vec<String> {
    let whole = match &report.jobs[..] {
        [only] => &only.sections,
        _ => &report.overall,
    };
    let step = next_step(whole, report.jobs.len() > 1);
    step.map_or_else(Vec::new, |step| {
        vec![step, format!("List the items to retry: {COMMAND}")]
    })
}

fn next_step(whole: &Sections, several: bool) -> Option<String> {
    let counts = Class::ALL.map(|class| {
        let groups = whole
            .error_groups
            .iter()
            .filter(|group| group.class == class);
        groups.map(|group| group.count).sum::<u64>()
    });
    let failed = whole
        .counts
        .by_status
        .get(crate::api::status::FAILED)
        .copied()
        .unwrap_or_default();
    let [transient, input, permanent, mut unknown] = counts;
    // Of groups beyond those that are listed no class is known.
    unknown += failed.saturating_sub(counts.iter().sum());
    let retry = if several { "Retry up to" } else { "Retry" };
    let steps = [
        (
            transient,
            format!("{retry} {} (transient errors)", number(transient)),
        ),
        (
            input,
            format!("fix {} (input errors)", counted(input, "file", "files")),
        ),
        (
            permanent,
            format!("fix access, credits or settings for {}", number(permanent)),
        ),
        (unknown, format!("ask support about {}", number(unknown))),
    ];
    let steps = steps
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(_, step)| step);
    let steps = steps.collect::<Vec<_>>().join(" · ");
    let mut letters = steps.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let plan = Plan::of(records, vec![String::new()]);
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
