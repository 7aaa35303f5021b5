//! Parts of a page that templates do not make: its style, its script, the policy under which a browser
//! runs these two and nothing else, and its data.

mod items;

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use minijinja::value::Serde;
use minijinja::{Error, Value};
use sha2::{Digest, Sha256};

use super::escape::json_in_html;
use super::sources::Sources;
use crate::api::status::FAILED;
use crate::report::model::ItemRow;
use crate::report::{Report, write_summary};

/// The style sheets of the page, joined in this order.
const STYLES: [&str; 2] = ["style.css", "items.css"];
const SCRIPT: &str = "report.js";

/// Delivery of the style and the script of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery<'a> {
    /// Both are in the page, which is one file then.
    Inline,
    /// They are files beside it, of this name with `.css` and `.js`.
    Beside(&'a str),
}

/// The style and the script of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    /// The style sheet.
    pub style: String,
    /// The script.
    pub script: String,
}

impl Assets {
    pub(super) fn of(sources: &Sources) -> Result<Self, Error> {
        let mut style = String::new();
        for name in STYLES {
            style.push_str(&bare(&sources.required(name)?));
        }
        Ok(Self {
            style,
            script: bare(&sources.required(SCRIPT)?),
        })
    }

    /// Adds a comment that says who made the files.
    pub(super) fn signed(mut self) -> Self {
        let mark = concat!(
            "/* Made by ",
            env!("CARGO_PKG_NAME"),
            " ",
            env!("CARGO_PKG_VERSION"),
            " */\n"
        );
        self.style.push_str(mark);
        self.script.push_str(mark);
        self
    }
}

/// The text without indentation and without comments that stand on lines of their own: a third of
/// its bytes, which every page would carry. Nothing is taken out of a line.
fn bare(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut in_comment = false;
    for line in text.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            bare.push_str(line);
            bare.push('\n');
        }
        // A cast in the script is a comment with code behind it, and begins no line.
        in_comment &= !line.ends_with("*/");
    }
    bare
}

/// Makes the value that templates know as `page`.
pub(super) fn page(assets: &Assets, delivery: Delivery<'_>) -> Value {
    let absent = || Value::from(());
    match delivery {
        Delivery::Inline => Value::from_pairs([
            (
                "policy",
                Value::from(policy(&hash(&assets.style), &hash(&assets.script))),
            ),
            ("style", Value::from_safe_string(assets.style.clone())),
            ("script", Value::from_safe_string(assets.script.clone())),
            ("style_file", absent()),
            ("script_file", absent()),
        ]),
        Delivery::Beside(stem) => Value::from_pairs([
            ("policy", Value::from(policy("'self'", "'self'"))),
            ("style", absent()),
            ("script", absent()),
            ("style_file", Value::from(url_of(&format!("{stem}.css")))),
            ("script_file", Value::from(url_of(&format!("{stem}.js")))),
        ]),
    }
}

/// Nothing is loaded, nothing is sent, and only our own style and script are obeyed: what slips
/// into the page as markup in spite of all escaping does nothing.
fn policy(style: &str, script: &str) -> String {
    format!(
        "default-src 'none'; style-src {style}; script-src {script}; img-src data:; \
         base-uri 'none'; form-action 'none'"
    )
}

fn hash(content: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(Sha256::digest(content)))
}

/// A file name as a relative address.
fn url_of(name: &str) -> String {
    let mut url = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                url.push(char::from(byte));
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

/// Maximum number of jobs whose figures a page holds as data too.
const JOBS_AS_DATA: usize = 50;
/// Maximum number of rows of the plain table.
const FIRST_ITEMS: usize = 50;

/// Maximum number of files and of notes in those data.
const MOST_AS_DATA: usize = 1_000;

/// Makes the summary that a page holds for machines: the report without its rows, without its jobs if they
/// are many, and with its first files and notes.
pub(super) fn summary(report: &Report) -> io::Result<String> {
    let few = report.jobs.len() <= JOBS_AS_DATA;
    let summary = Report {
        schema_version: report.schema_version,
        generator: report.generator.clone(),
        generated_at: report.generated_at,
        title: report.title.clone(),
        verdict: report.verdict.clone(),
        next_steps: report.next_steps.clone(),
        jobs: if few { report.jobs.clone() } else { Vec::new() },
        jobs_left_out: if few { 0 } else { report.jobs.len() as u64 } + report.jobs_left_out,
        overall: report.overall.clone(),
        items: Vec::new(),
        item_rows: report.item_rows,
        inputs: report.inputs.iter().take(MOST_AS_DATA).cloned().collect(),
        notes: report.notes.iter().take(MOST_AS_DATA).cloned().collect(),
        comparison: report.comparison.clone(),
        trend: report.trend.clone(),
        gates: report.gates.iter().take(MOST_AS_DATA).cloned().collect(),
        named_groups: report.named_groups.clone(),
    };
    let mut json = Vec::new();
    write_summary(&summary, &mut json, false)?;
    // What serde_json writes is UTF-8.
    let json = String::from_utf8(json).unwrap_or_default();
    Ok(json_in_html(json.trim_end()))
}

/// Packs the rows of a report for the script of a page. Base64 holds no markup.
pub(super) fn rows(report: &Report) -> io::Result<Value> {
    Ok(match report.items.is_empty() {
        true => Value::from(()),
        false => Value::from_safe_string(items::pack(report)?),
    })
}

/// Chooses the rows that a reader without scripts sees: the first failed ones, else the first ones.
pub(super) fn first_items(report: &Report) -> Value {
    let failed = |item: &&ItemRow| item.status == FAILED;
    let mut first: Vec<&ItemRow> = report
        .items
        .iter()
        .filter(failed)
        .take(FIRST_ITEMS)
        .collect();
    if first.is_empty() {
        first.extend(report.items.iter().take(FIRST_ITEMS));
    }
    Value::from(Serde(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_exactly_what_is_in_the_page() {
        let assets = Assets {
            style: "a{}".into(),
            script: String::new(),
        };
        let page = page(&assets, Delivery::Inline);
        // printf '' | openssl dgst -sha256 -binary | base64
        let policy = page.get_attr("policy").expect("a policy").to_string();
        assert!(
            policy.contains("script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='")
        );
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(!policy.contains("unsafe"));
    }

    #[test]
    fn comments_and_indentation_stay_at_home() {
        let text =
            "'use strict';\n\n/**\n * Why.\n */\nf(\n  // so\n  a, /* b */ c,\n);\n/* d */\ng();\n";
        assert_eq!(bare(text), "'use strict';\nf(\na, /* b */ c,\n);\ng();\n");
    }

    #[test]
    fn our_own_style_and_script_lose_no_code_and_stay_small() {
        let assets = Assets::of(&Sources::default()).expect("ours");
        let style = Sources::default().required("items.css").expect("ours");
        let size = bare(&style).len() + assets.script.len();
        assert!(size < 32_500, "{size}");
        // A line that began with a comment and went on with code would be lost.
        for name in ["style.css", "items.css", "report.js"] {
            let text = Sources::default().required(name).expect("ours");
            for line in text
                .lines()
                .map(str::trim)
                .filter(|line| line.starts_with("/*"))
            {
                assert!(
                    line.ends_with("*/") || !line.contains("*/"),
                    "{name}: {line}"
                );
            }
        }
    }

    #[test]
    fn the_name_of_a_file_survives_in_an_address() {
        assert_eq!(url_of("r 1#?%.css"), "r%201%23%3F%25.css");
        assert_eq!(url_of("é.js"), "%C3%A9.js");
    }
}
