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
