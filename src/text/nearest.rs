//! Names that somebody may have meant.

/// Names that are named.
const MOST: usize = 3;
/// Least similarity, 0–1.
const SIMILAR: f64 = 0.72;

/// Returns the names most like a word, most like it first, up to three; none if nothing is like it.
pub(crate) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let word: String = word.chars().take(100).collect::<String>().to_lowercase();
    let word = word.replace('-', "_");
    let mut near: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| {
            let plain = name.to_lowercase().replace('-', "_");
            let contains = !word.is_empty() && (plain.contains(&word) || word.contains(&plain));
            let similar = strsim::jaro_winkler(&word, &plain);
            (if contains { similar.max(0.9) } else { similar }, name)
        })
        .filter(|(similar, _)| *similar >= SIMILAR)
        .collect();
    near.sort_by(|(a, a_name), (b, b_name)| b.total_cmp(a).then_with(|| a_name.cmp(b_name)));
    near.truncate(MOST);
    near.into_iter().map(|(_, name)| name).collect()
}

/// "; did you mean `a`, `b` or `c`?", or nothing.
pub(crate) fn did_you_mean<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = nearest(word, names)
        .into_iter()
        .map(|name| format!("`{name}`"))
        .collect();
    match &names[..] {
        [] => String::new(),
        [one] => format!("; did you mean {one}?"),
        [before @ .., last] => format!("; did you mean {} or {last}?", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_like_the_word_are_named_and_the_likest_first() {
        let names = ["failed", "failure_rate", "skipped", "throughput", "p95"];
        assert_eq!(nearest("failure-rates", names)[0], "failure_rate");
        assert_eq!(nearest("troughput", names), ["throughput"]);
        assert!(nearest("zzz", names).is_empty());
        assert_eq!(did_you_mean("skiped", names), "; did you mean `skipped`?");
        assert_eq!(did_you_mean("zzz", names), "");
    }
}
