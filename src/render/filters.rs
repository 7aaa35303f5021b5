//! Template filters that write numbers, times and user text. An absent value is shown as "–".

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, HtmlEscape, State, Value};

use super::escape;
use super::escape::ABSENT;
use crate::text::{
    bytes, clip, counted, duration, number as thousands, one_line, percent, points, range,
};

pub(super) fn add_to(env: &mut Environment<'_>) {
    env.add_filter("thousands", |state: &State<'_, '_>, value: &Value| {
        number(state, value, |n| thousands(n as u64))
    });
    env.add_filter("percent", |state: &State<'_, '_>, value: &Value| {
        number(state, value, percent)
    });
    env.add_filter("points", |state: &State<'_, '_>, value: &Value| {
        number(state, value, points)
    });
    env.add_filter("progress", |state: &State<'_, '_>, value: &Value| {
        number(state, value, |n| percent(n / 100.0))
    });
    env.add_filter("duration", |state: &State<'_, '_>, value: &Value| {
        number(state, value, duration)
    });
    env.add_filter("decimal", |state: &State<'_, '_>, value: &Value| {
        number(state, value, decimal)
    });
    env.add_filter("amount", |state: &State<'_, '_>, value: &Value| {
        number(state, value, amount)
    });
    env.add_filter("bytes", |state: &State<'_, '_>, value: &Value| {
        number(state, value, |n| bytes(n as u64))
    });
    env.add_filter("seconds", |value: f64| format!("{value:.3}"));
    env.add_filter("interval", interval_filter);
    env.add_filter("time", |state: &State<'_, '_>, value: &Value| {
        time_filter(state, value, time)
    });
    env.add_filter("date", |state: &State<'_, '_>, value: &Value| {
        time_filter(state, value, date)
    });
    env.add_filter("clock", |state: &State<'_, '_>, value: &Value| {
        time_filter(state, value, clock)
    });
    env.add_filter(
        "code",
        |state: &State<'_, '_>, value: &Value, max: usize| {
            for_markdown(state, value, max, escape::markdown_code)
        },
    );
    env.add_filter(
        "prose",
        |state: &State<'_, '_>, value: &Value, max: usize| {
            for_markdown(state, value, max, escape::markdown_prose)
        },
    );
    env.add_filter("cut", cut_filter);
    // Whatever is printed is escaped anyway: for its format, and with invisible characters shown.
    env.add_filter("e", |value: Value| value);
    env.add_filter("escape", |value: Value| value);
    env.add_filter("status_class", |status: &Value| {
        Ok::<_, Error>(
            present(status)?
                .and_then(Value::as_str)
                .map_or("other", status_class),
        )
    });
    env.add_filter("bar", |share: &Value| {
        let share = present(share)?.map_or(Ok(0.0), |share| f64::try_from(share.clone()))?;
        Ok::<_, Error>(format!("{:.2}", share.clamp(0.0, 1.0) * 100.0))
    });
    env.add_filter("bars", bars_filter);
    env.add_filter("beyond", beyond_filter);
    env.add_filter("more", more_filter);
    env.add_filter("counted", |value: &Value, one: &str, many: &str| {
        let count = present(value)?
            .map(|count| u64::try_from(count.clone()))
            .transpose()?;
        // Lines may break before the word.
        Ok::<_, Error>(count.map_or(ABSENT.to_owned(), |count| counted(count, one, many)))
    });
    env.add_filter("sentence", sentence_filter);
    env.add_filter("slot_values", slot_values_filter);
}

/// Draws the last values of a list as bars from none to the highest; what is absent is a dot.
fn bars_filter(values: &Value, most: Option<usize>) -> Result<Value, Error> {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let mut numbers = Vec::with_capacity(length(values)?);
    for value in values.try_iter()? {
        let number = present(&value)?.map(|value| f64::try_from(value.clone()));
        numbers.push(number.transpose()?.filter(|number| number.is_finite()));
    }
    let highest = numbers.iter().flatten().copied().fold(0.0, f64::max);
    let shown = numbers.len().saturating_sub(most.unwrap_or(usize::MAX));
    let bar = |number: &Option<f64>| match number {
        Some(number) if highest > 0.0 => {
            let height = (number / highest * (BARS.len() - 1) as f64).round();
            BARS[(height.max(0.0) as usize).min(BARS.len() - 1)]
        }
        Some(_) => BARS[0],
        None => '·',
    };
    let bars: String = numbers[shown..].iter().map(bar).collect();
    Ok(Value::from_safe_string(bars))
}

/// Number of entries beyond the first `shown`, those that the model leaves out included; of what is absent
/// there is none.
fn beyond_filter(list: &Value, shown: usize, left_out: Option<u64>) -> Result<u64, Error> {
    let listed = match present(list)? {
        Some(list) => length(list)?.saturating_sub(shown) as u64,
        None => 0,
    };
    Ok(listed.saturating_add(left_out.unwrap_or_default()))
}

/// "<n>: 500 ×76, 503 ×64": the values of the slots of an error group that several messages share, or nothing.
fn slot_values_filter(slots: &Value) -> Result<String, Error> {
    /// Slots and characters of a value that are shown.
    const MOST_SLOTS: usize = 3;
    const MOST_CHARS: usize = 60;
    let mut shown = Vec::new();
    let Some(slots) = present(slots)? else {
        return Ok(String::new());
    };
    for slot in slots.try_iter()? {
        let values: Vec<Value> = slot.get_attr("values")?.try_iter()?.collect();
        let count = |value: &Value| u64::try_from(value.get_attr("count")?);
        // Values that stand once each tell nothing.
        if shown.len() == MOST_SLOTS
            || values
                .first()
                .map(count)
                .transpose()?
                .is_none_or(|most| most < 2)
        {
            continue;
        }
        let mut words = Vec::with_capacity(values.len() + 1);
        for value in &values {
            let mut text = value.get_attr("value")?.to_string();
            clip(&mut text, MOST_CHARS);
            words.push(format!("{text} ×{}", thousands(count(value)?)));
        }
        let distinct = slot.get_attr("distinct")?;
        let distinct = u64::try_from(distinct).unwrap_or_default();
        let others = distinct.saturating_sub(values.len() as u64);
        if others > 0 {
            words.push(format!("{} others", thousands(others)));
        }
        shown.push(format!("{}: {}", slot.get_attr("mask")?, words.join(", ")));
    }
    Ok(shown.join("; "))
}

/// "12 more groups": [`beyond_filter`] in words.
fn more_filter(
    list: &Value,
    shown: usize,
    one: &str,
    many: &str,
    left_out: Option<u64>,
) -> Result<String, Error> {
    let more = beyond_filter(list, shown, left_out)?;
    let word = if more == 1 { one } else { many };
    Ok(format!("{} more {word}", thousands(more)))
}

/// Number of entries of a list.
pub(super) fn length(list: &Value) -> Result<usize, Error> {
    let no_list = || {
        let words = format!("{} is no list", list.kind());
        Error::new(ErrorKind::InvalidOperation, words)
    };
    let list = present(list)?.ok_or_else(no_list)?;
    match (list.kind(), list.len()) {
        (ValueKind::Seq | ValueKind::Iterable, Some(length)) => Ok(length),
        (ValueKind::Iterable, None) => Ok(list.try_iter()?.count()),
        _ => Err(no_list()),
    }
}

/// Returns the value, if there is one. A field that does not exist is a fault of the template, not
/// something absent.
pub(super) fn present(value: &Value) -> Result<Option<&Value>, Error> {
    if value.is_undefined() {
        return Err(ErrorKind::UndefinedError.into());
    }
    Ok((!value.is_none()).then_some(value))
}

fn number(
    state: &State<'_, '_>,
    value: &Value,
    format: impl FnOnce(f64) -> String,
) -> Result<Value, Error> {
    let number = match present(value)? {
        Some(value) => f64::try_from(value.clone())?,
        None => f64::NAN,
    };
    Ok(if number.is_finite() {
        finished(state, format(number))
    } else {
        Value::from(ABSENT)
    })
}

/// Keeps a number and its unit on one line where lines are broken. In Markdown, digits and units
/// need no escaping, and would only be harder to read with it.
fn finished(state: &State<'_, '_>, text: String) -> Value {
    if *state.auto_escape() == super::MARKDOWN {
        Value::from_safe_string(text)
    } else {
        Value::from(text.replace(' ', "\u{a0}"))
    }
}

/// Text of at most `max` columns, in Markdown as `format` makes it.
fn for_markdown(
    state: &State<'_, '_>,
    value: &Value,
    max: usize,
    format: fn(&str, usize) -> String,
) -> Result<Value, Error> {
    let Some(text) = present(value)? else {
        return Ok(Value::from(ABSENT));
    };
    let text = text.to_string();
    Ok(match *state.auto_escape() == super::MARKDOWN {
        true => Value::from_safe_string(format(&text, max)),
        false => Value::from(escape::cut(&text, max)),
    })
}

/// A sentence of ours, of at most `max` columns. In HTML what it quotes cannot turn round the text beside
/// it, and no number is parted from its unit.
fn sentence_filter(state: &State<'_, '_>, value: &Value, max: usize) -> Result<Value, Error> {
    let sentence = cut_filter(value, max)?;
    if *state.auto_escape() != AutoEscape::Html {
        return Ok(sentence);
    }
    let escaped = HtmlEscape(sentence.as_str().unwrap_or_default()).to_string();
    Ok(Value::from_safe_string(held_together(&escaped)))
}

/// HTML in which what stands in quotation marks is isolated, and a unit stands in the line of its number.
fn held_together(html: &str) -> String {
    const UNITS: [&str; 5] = ["%", "s", "min", "h", "d"];
    let mut out = String::with_capacity(html.len() + 64);
    let (mut open, mut before) = (0, ' ');
    for (at, c) in html.char_indices() {
        match c {
            '“' => {
                open += 1;
                out.push_str("“<bdi>");
            }
            '”' if open > 0 => {
                open -= 1;
                out.push_str("</bdi>”");
            }
            ' ' if before.is_ascii_digit() => {
                let mut words = html[at + 1..].split(|c: char| !c.is_alphanumeric() && c != '%');
                let is_unit = UNITS.contains(&words.next().unwrap_or_default());
                out.push(if is_unit { '\u{a0}' } else { ' ' });
            }
            _ => out.push(c),
        }
        before = c;
    }
    // What was cut may not end what it quotes.
    out.push_str(&"</bdi>".repeat(open));
    out
}

fn cut_filter(value: &Value, max: usize) -> Result<Value, Error> {
    let Some(text) = present(value)?.map(Value::to_string) else {
        return Ok(Value::from(ABSENT));
    };
    let text = one_line(&text);
    Ok(Value::from(escape::cut(&text, max).as_ref()))
}

/// A number with one decimal.
fn decimal(number: f64) -> String {
    if number > 0.0 && number < 0.05 {
        return "<0.1".into();
    }
    let tenths = (number * 10.0).round();
    let sign = if tenths < 0.0 { "-" } else { "" };
    let tenths = tenths.abs() as u64;
    format!("{sign}{}.{}", thousands(tenths / 10), tenths % 10)
}

/// A number that is whole as a rule; else with one decimal.
fn amount(number: f64) -> String {
    match number.fract() == 0.0 && number >= 0.0 {
        true => thousands(number as u64),
        false => decimal(number),
    }
}

fn interval_filter(state: &State<'_, '_>, bounds: &Value) -> Result<Value, Error> {
    let Some(bounds) = present(bounds)? else {
        return Ok(Value::from(ABSENT));
    };
    let low = f64::try_from(bounds.get_item_by_index(0)?)?;
    let high = f64::try_from(bounds.get_item_by_index(1)?)?;
    Ok(finished(state, range(low, high)))
}

fn time_filter(
    state: &State<'_, '_>,
    value: &Value,
    format: fn(&str) -> String,
) -> Result<Value, Error> {
    Ok(match present(value)? {
        Some(time) => finished(state, format(&time.to_string())),
        None => Value::from(ABSENT),
    })
}

/// An RFC 3339 time of the model without the fraction of its second.
fn time(rfc3339: &str) -> String {
    format!("{} {}", date(rfc3339), clock(rfc3339))
}

fn date(rfc3339: &str) -> String {
    rfc3339.get(..10).unwrap_or(ABSENT).to_owned()
}

fn clock(rfc3339: &str) -> String {
    format!("{} UTC", rfc3339.get(11..19).unwrap_or(ABSENT))
}

/// The name under which a status has a colour; a word we do not know gets the neutral one.
fn status_class(status: &str) -> &'static str {
    match status {
        "completed" => "completed",
        "failed" => "failed",
        "skipped" => "skipped",
        "cancelled" => "cancelled",
        "pending" => "pending",
        "missing" => "missing",
        "processing" | "running" | "dispatched" => "processing",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_keeps_one_place() {
        assert_eq!(decimal(7.46), "7.5");
        assert_eq!(decimal(1_203.44), "1,203.4");
        assert_eq!(decimal(0.01), "<0.1");
        assert_eq!(decimal(0.0), "0.0");
    }

    #[test]
    fn a_sentence_isolates_what_it_quotes_and_keeps_units_with_their_numbers() {
        assert_eq!(
            held_together("9 of 12 (75.0%, 5–9%) took 5 min 01 s with “&lt;n&gt; 7 s”; 3 skipped."),
            "9 of 12 (75.0%, 5–9%) took 5\u{a0}min 01\u{a0}s with \
             “<bdi>&lt;n&gt; 7\u{a0}s</bdi>”; 3 skipped."
        );
        assert_eq!(
            held_together("a ” b “c “d…"),
            "a ” b “<bdi>c “<bdi>d…</bdi></bdi>"
        );
    }

    #[test]
    fn a_time_loses_its_fraction_and_keeps_its_zone() {
        assert_eq!(
            time("2026-05-14T08:30:03.233758Z"),
            "2026-05-14 08:30:03 UTC"
        );
    }
}
