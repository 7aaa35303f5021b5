//! The order of paths as people count: `items-9` before `items-10`.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::path::Path;

/// Compares paths part by part as people do: `items-9` before `items-10`.
pub(super) fn natural_order(a: &Path, b: &Path) -> Ordering {
    let mut parts = a.components().zip(b.components());
    let differ = parts.find_map(|(a, b)| {
        Some(natural_order_of_names(a.as_os_str(), b.as_os_str())).filter(|order| order.is_ne())
    });
    differ.unwrap_or_else(|| a.as_os_str().cmp(b.as_os_str()))
}

/// Compares the names of two files or folders.
pub(super) fn natural_order_of_names(a: &OsStr, b: &OsStr) -> Ordering {
    let (mut rest_a, mut rest_b) = (a.as_encoded_bytes(), b.as_encoded_bytes());
    loop {
        let same = rest_a
            .iter()
            .zip(rest_b)
            .take_while(|(a, b)| a == b && !a.is_ascii_digit());
        let same = same.count();
        (rest_a, rest_b) = (&rest_a[same..], &rest_b[same..]);
        let (number_a, behind_a) = leading_number(rest_a);
        let (number_b, behind_b) = leading_number(rest_b);
        if number_a.is_none() || number_b.is_none() {
            // Of names that differ in zeros alone the order of their bytes is as good as any.
            return rest_a.cmp(rest_b).then_with(|| a.cmp(b));
        }
        // Without leading zeros the longer number is the greater one.
        let order = number_a.map(|number| (number.len(), number));
        let order = order.cmp(&number_b.map(|number| (number.len(), number)));
        if order.is_ne() {
            return order;
        }
        (rest_a, rest_b) = (behind_a, behind_b);
    }
}

/// The number that a name begins with, without leading zeros, and what follows it.
fn leading_number(name: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let digits = name.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, behind) = name.split_at(digits);
    let zeros = number.iter().take_while(|byte| **byte == b'0').count();
    ((digits > 0).then_some(&number[zeros..]), behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_order_of_their_numbers() {
        let mut names = vec![
            "items-10.json",
            "items-9.json",
            "items-009.json",
            "items.json",
            "items-9/x",
            "items-9a.json",
            "10/items",
            "9/items",
            "items-99999999999999999999999.json",
        ];
        names.sort_by(|a, b| natural_order(Path::new(a), Path::new(b)));
        assert_eq!(
            names,
            [
                "9/items",
                "10/items",
                "items-9/x",
                "items-009.json",
                "items-9.json",
                "items-9a.json",
                "items-10.json",
                "items-99999999999999999999999.json",
                "items.json",
            ]
        );
    }
}
