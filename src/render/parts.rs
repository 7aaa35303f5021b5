//! Long lists, rendered part by part on all cores.

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, Value, context};

use super::filters;
use crate::parallel;

/// So many entries are a part: few enough that all cores have something to do, and so many that what a
/// template imports does not take longer than what it makes of them.
const PART: usize = 16;

pub(super) fn add_to(env: &mut Environment<'_>) {
    env.add_filter("part_by_part", part_by_part);
}

/// How deep templates of parts may go through lists within lists, lest one that calls itself takes the
/// whole stack.
const DEEPEST: usize = 8;
/// What a template of a part knows its depth by.
const DEPTH: &str = "depth_of_parts";

/// Renders each part of a list by a template, and joins what it makes. The template sees the entries of
/// its part as `part`, how many there were before them as `before`, and the arguments that have names.
fn part_by_part(
    state: &State<'_, '_>,
    list: &Value,
    template: &str,
    arguments: Kwargs,
) -> Result<Value, Error> {
    let depth = state.lookup(DEPTH).and_then(|depth| depth.as_usize());
    let depth = depth.map_or(0, |depth| depth + 1);
    if depth > DEEPEST {
        let words = format!("{template} is a part of a part of a part … more than {DEEPEST} deep");
        return Err(Error::new(ErrorKind::InvalidOperation, words));
    }
    let count = filters::length(list)?;
    // To find an entry of what is no sequence may mean to go through all those before it.
    let entries = match list.kind() {
        ValueKind::Seq => None,
        _ => Some(list.try_iter()?.collect::<Vec<_>>()),
    };
    let entry = |index: usize| match &entries {
        Some(entries) => Ok(entries[index].clone()),
        None => list.get_item_by_index(index),
    };
    let env = state.env();
    let arguments = Value::from(arguments);
    let parts = parallel::each(count > PART, count.div_ceil(PART), |at| {
        let before = at * PART;
        let part = (before..count.min(before + PART)).map(entry);
        let part: Vec<Value> = part.collect::<Result<_, _>>()?;
        let own = Value::from_pairs([
            ("part", Value::from(part)),
            ("before", Value::from(before)),
            (DEPTH, Value::from(depth)),
        ]);
        env.get_template(template)?
            .render(context! { ..own, ..arguments.clone() })
    });
    let parts: Vec<String> = parts.into_iter().collect::<Result<_, _>>()?;
    Ok(Value::from_safe_string(parts.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Look, environment};

    fn rendered(part: &'static str, list: Value) -> Result<String, Error> {
        let mut env = environment(Look::PLAIN)?;
        env.add_template("part.txt", part)?;
        env.add_template(
            "main.txt",
            "{{ list|part_by_part(\"part.txt\", mark=\"!\") }}",
        )?;
        env.get_template("main.txt")?.render(context! { list })
    }

    #[test]
    fn each_part_knows_its_entries_how_many_came_before_and_what_was_passed_on() {
        let part = "{% for n in part %}{{ before + loop.index0 }}={{ n }}{{ mark }} {% endfor %}";
        for count in [0, 1, PART, PART + 1, 5 * PART + 3] {
            let list: Vec<usize> = (0..count).map(|n| n * n).collect();
            let expected: String = (0..count).map(|n| format!("{n}={}! ", n * n)).collect();
            let text = rendered(part, Value::from(list)).expect("a text");
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn a_mistake_in_the_template_of_a_part_is_named_with_its_place() {
        let list = Value::from(vec![1; 2 * PART]);
        let error = rendered("\n{{ nothing }}", list).expect_err("a mistake");
        assert_eq!((error.name(), error.line()), (Some("part.txt"), Some(2)));
    }

    #[test]
    fn only_lists_have_parts() {
        let map = Value::from_pairs([("a", 1)]);
        for value in [Value::from(1), Value::from("text"), map, Value::from(())] {
            assert!(rendered("", value.clone()).is_err(), "{value}");
        }
        let numbers = Value::make_iterable(|| (0..3).filter(|n| *n != 1));
        assert_eq!(
            rendered("{{ part }}", numbers).ok().as_deref(),
            Some("[0, 2]")
        );
    }

    #[test]
    fn a_template_that_is_a_part_of_itself_is_a_mistake() {
        let part = "{{ part|part_by_part(\"part.txt\", mark=mark) }}";
        let error = rendered(part, Value::from(vec![1])).expect_err("a mistake");
        assert!(error.to_string().contains("deep"), "{error}");
        let twice = "{{ [part]|part_by_part(\"part.txt\", mark=\"\") if mark else part }}";
        assert_eq!(
            rendered(twice, Value::from(vec![1, 2])).ok().as_deref(),
            Some("[[1, 2]]")
        );
    }
}
