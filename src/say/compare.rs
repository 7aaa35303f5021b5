//! Sentences about a comparison with a baseline.

use crate::report::model::{Comparison, RateChange, Slower};
use crate::text::{are, counted, duration, number, percent, points, were};

/// Least shift of the median that is worth a sentence, as a part of the median.
const SHIFT: f64 = 0.05;

/// Words for what is compared.
#[derive(Clone, Copy)]
struct Words {
    is_v2: bool,
}

impl Words {
    fn one(self) -> &'static str {
        if self.is_v2 { "file" } else { "item" }
    }

    /// "1 item", "1,203 items".
    fn count(self, count: u64) -> String {
        match self.is_v2 {
            true => counted(count, "file", "files"),
            false => counted(count, "item", "items"),
        }
    }
}

/// Reason why single items are not compared: a summary that holds only some of them.
pub(crate) fn not_compared(whose: &str, held: u64, of: u64) -> String {
    format!(
        "{whose} is a summary with {} of {}, so single items are not compared; save it with --items all",
        number(held),
        counted(of, "item", "items")
    )
}

/// The outcome of a comparison; both sides may hold batches of v2 only, which have files instead of items.
pub(crate) fn verdict(comparison: &Comparison, is_v2: bool) -> String {
    let words = Words { is_v2 };
    let mut sentences: Vec<String> = Vec::new();
    sentences.extend(changes(comparison, words));
    sentences.extend(others(comparison, words));
    // A rerun of what failed has a rate of its own.
    let is_part = comparison
        .gone_items
        .as_ref()
        .is_some_and(|gone| gone.count > comparison.base.items / 2);
    if !is_part {
        sentences.extend(rate(&comparison.rates.failure));
    }
    let slower = comparison.slower.as_ref();
    sentences.extend(slower.and_then(|slower| shift(slower, words)));
    if let Some(reason) = &comparison.not_compared {
        sentences.push(format!("{reason}."));
    }
    if !comparison.base.complete {
        sentences.push("The baseline is incomplete.".to_owned());
    }
    sentences.join(" ")
}

/// What fails now and what does not any more.
fn changes(comparison: &Comparison, words: Words) -> Option<String> {
    let matched = comparison.matched?;
    let newly = comparison.newly_failing.as_ref()?.count;
    let fixed = comparison.fixed.as_ref()?.count;
    let still = comparison.still_failing.as_ref()?;
    let unsettled = comparison.unsettled.as_ref()?.count;
    if matched == 0 {
        return Some(format!("No {} is in both.", words.one()));
    }
    if newly + fixed + still.count + unsettled == 0 {
        let items = words.count(matched);
        return Some(format!(
            "Of {items} in both, none failed before or fails now."
        ));
    }
    let other = match (still.count, still.other_error) {
        (_, 0) => String::new(),
        (1, _) => " with another error".to_owned(),
        (count, other) if count == other => " (all with another error)".to_owned(),
        (_, other) => format!(" ({} with another error)", number(other)),
    };
    let mut parts = vec![
        format!("{} newly failing", number(newly)),
        format!("{} fixed", number(fixed)),
        format!("{} still failing{other}", number(still.count)),
    ];
    if unsettled > 0 {
        parts.push(format!(
            "{} failed before and not settled yet",
            number(unsettled)
        ));
    }
    let items = words.count(matched);
    Some(format!("Of {items} in both: {}.", parts.join(", ")))
}

/// Items that only one side has, or that could not be matched.
fn others(comparison: &Comparison, words: Words) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(new) = comparison.new_items.as_ref().filter(|new| new.count > 0) {
        let failed = match new.failed {
            0 => String::new(),
            failed => format!(", {} of them failed", number(failed)),
        };
        let (items, verb) = (words.count(new.count), are(new.count));
        sentences.push(format!("{items} {verb} new{failed}."));
    }
    if let Some(gone) = comparison.gone_items.as_ref().filter(|gone| gone.count > 0) {
        let (items, verb) = (words.count(gone.count), are(gone.count));
        sentences.push(format!("{items} {verb} gone."));
    }
    let ambiguous = comparison.ambiguous.as_ref();
    if let Some(ambiguous) = ambiguous.filter(|ambiguous| ambiguous.count > 0) {
        let items = words.count(ambiguous.count);
        let verb = were(ambiguous.count);
        sentences.push(format!(
            "{items} {verb} not matched, because the name is not unique."
        ));
    }
    sentences
}

fn rate(change: &RateChange) -> Option<String> {
    let (before, now) = (change.base.value?, change.new.value?);
    let [low, high] = change.ci95?;
    let (before_text, now_text) = (percent(before), percent(now));
    if change.difference? == 0.0 {
        return Some(format!("The failure rate is {now_text} as before."));
    }
    let verb = if now > before { "rose" } else { "fell" };
    let chance = match low <= 0.0 && high >= 0.0 {
        true => ", so it may be chance",
        false => "",
    };
    Some(format!(
        "The failure rate {verb} from {before_text} to {now_text} (95% CI of the change {} to {} \
         points{chance}).",
        points(low),
        points(high)
    ))
}

/// The shift of durations, if it is clear and noticeable.
fn shift(slower: &Slower, words: Words) -> Option<String> {
    let [low, high] = slower.ci95_seconds?;
    let is_clear = low > 0.0 || high < 0.0;
    let is_noticeable = slower.shift_seconds.abs() >= SHIFT * slower.base_p50_seconds;
    if !is_clear || !is_noticeable {
        return None;
    }
    let word = if low > 0.0 { "longer" } else { "less" };
    let (near, far) = match low > 0.0 {
        true => (low, high),
        false => (-high, -low),
    };
    Some(format!(
        "{} that completed in both took {} {word} (median; 95% CI {} to {}).",
        if words.is_v2 { "Files" } else { "Items" },
        duration(slower.shift_seconds.abs()),
        duration(near),
        duration(far)
    ))
}
