//! Values of what varies in the messages of a group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most values of one slot that are told apart.
const MOST_VALUES: usize = 32;
/// Most values of one slot in a report.
const MOST_LISTED: usize = 5;

/// What stands in one place of the messages of a group, where it varies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlotValues {
    /// Mask in the pattern, such as `<n>`.
    pub mask: String,
    /// Number of different values; absent if there are more than 32.
    pub distinct: Option<u64>,
    /// The most frequent values, most first, then by value: up to 5, and none if there are more than 32 or
    /// every message has its own.
    pub values: Vec<SlotValue>,
}

/// A value of a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlotValue {
    /// Text of the value.
    pub value: String,
    /// Failed items whose messages hold it.
    pub count: u64,
}

/// Values of one place while messages are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Values {
    /// Values, each with its number of items.
    Few(Vec<(Box<str>, u64)>),
    /// More values than are told apart.
    Many,
}

impl Default for Values {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Values {
    /// Adds a value of so many items.
    pub(super) fn add(&mut self, value: &str, items: u64) {
        let Self::Few(values) = self else {
            return;
        };
        match values.iter().position(|(known, _)| **known == *value) {
            Some(place) => values[place].1 += items,
            None if values.len() == MOST_VALUES => *self = Self::Many,
            None => values.push((value.into(), items)),
        }
    }

    /// Adds the values of other messages.
    pub(super) fn merge(&mut self, others: Self) {
        match others {
            Self::Many => *self = Self::Many,
            Self::Few(others) => {
                for (value, items) in others {
                    self.add(&value, items);
                }
            }
        }
    }

    /// Returns the value if there is only one.
    pub(super) fn only(&self) -> Option<&str> {
        match self {
            Self::Few(values) if values.len() == 1 => Some(&values[0].0),
            _ => None,
        }
    }

    /// Returns the most frequent values of a slot with this mask.
    pub(super) fn summary(self, mask: &str) -> SlotValues {
        let Self::Few(mut values) = self else {
            return SlotValues {
                mask: mask.to_owned(),
                distinct: None,
                values: Vec::new(),
            };
        };
        values.sort_by(|(a, a_count), (b, b_count)| b_count.cmp(a_count).then_with(|| a.cmp(b)));
        let is_shared = values.first().is_some_and(|(_, most)| *most > 1);
        SlotValues {
            mask: mask.to_owned(),
            distinct: Some(values.len() as u64),
            values: values
                .into_iter()
                .filter(|_| is_shared)
                .take(MOST_LISTED)
                .map(|(value, count)| SlotValue {
                    value: value.into(),
                    count,
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(values: &[(&str, u64)]) -> Values {
        let mut counted = Values::default();
        for (value, items) in values {
            counted.add(value, *items);
        }
        counted
    }

    #[test]
    fn the_most_frequent_values_come_first() {
        let values = counted(&[("500", 70), ("503", 64), ("500", 6), ("x", 64)]);
        assert_eq!(values.only(), None);
        let summary = values.summary("<n>");
        let listed: Vec<_> = summary
            .values
            .iter()
            .map(|of| (&*of.value, of.count))
            .collect();
        assert_eq!(listed, [("500", 76), ("503", 64), ("x", 64)]);
        assert_eq!(summary.distinct, Some(3));
    }

    #[test]
    fn one_value_is_known_and_many_are_not() {
        assert_eq!(counted(&[("300", 2), ("300", 1)]).only(), Some("300"));
        let numbers: Vec<String> = (0..=MOST_VALUES).map(|n| n.to_string()).collect();
        let pairs: Vec<_> = numbers.iter().map(|n| (&**n, 1)).collect();
        let mut all = counted(&pairs[..MOST_VALUES]);
        assert_eq!(all.clone().summary("<n>").distinct, Some(32));
        all.merge(counted(&pairs[MOST_VALUES..]));
        assert_eq!(all.summary("<n>").distinct, None);
    }
}
