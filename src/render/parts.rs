//! Long lists, rendered part by part on all cores.

use minijinja::value::Kwargs;
use minijinja::{Environment, Error, State, Value, context};

use super::filters;
use crate::parallel;

/// So many entries are a part: few enough that all cores have something to do, and so many that what a
/// template imports does not take longer than what it makes of them.
const PART: usize = 16;

pub(super) fn add_to(env: &mut Environment<'_>) {
    env.add_filter("part_by_part", part_by_part);
}

/// Renders each part of a list by a template, and joins what it makes. The template sees the entries of
/// its part as `part`, how many there were before them as `before`, and the arguments that have names.
fn part_by_part(
    state: &State<'_, '_>,
    list: &Value,
    template: &str,
    arguments: Kwargs,
) -> Result<Value, Error> {
    let env = state.env();
    let count = filters::length(list)?;
    let arguments = Value::from(arguments);
    let parts = parallel::each(count > PART, count.div_ceil(PART), |at| {
        let before = at * PART;
        let part = (before..count.min(before + PART)).map(|index| list.get_item_by_index(index));
        let part: Vec<Value> = part.collect::<Result<_, _>>()?;
        env.get_template(template)?
            .render(context! { part, before, ..arguments.clone() })
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
        assert!(rendered("", Value::from(1)).is_err());
    }
}
