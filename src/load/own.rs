//! Files that this program wrote, recognised by their structure and never by words that a message may
//! hold: reading leaves them alone, and only they are overwritten among the inputs.

use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::formats::csv::Table;
use super::found;

const NAME: &str = env!("CARGO_PKG_NAME");

/// A kind of file that this program writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    /// A page, a Markdown or a text report, or the style or the script beside a page.
    Report,
    /// A summary as JSON.
    Summary,
    /// The manifest of a snapshot.
    Manifest,
}

impl Own {
    /// Recognises the whole text of a file.
    pub(super) fn of(text: &str) -> Option<Self> {
        if text.trim_start().starts_with('{') {
            return Self::of_object(text);
        }
        (is_page(text) || is_signed(text) && Table::of(text).is_none()).then_some(Self::Report)
    }

    /// Recognises an object: by its generator, its version, and for a summary the list of its jobs.
    fn of_object(text: &str) -> Option<Self> {
        /// Both the order in which this program writes the fields and the alphabet put the generator
        /// among the first; so other documents are not parsed for it.
        const HEAD: usize = 4_096;
        #[derive(Deserialize)]
        struct Object<'a> {
            #[serde(borrow)]
            generator: &'a RawValue,
            schema_version: Option<u64>,
            snapshot_version: Option<u64>,
            #[serde(borrow)]
            jobs: Option<&'a RawValue>,
        }
        #[derive(Deserialize)]
        struct Generator<'a> {
            #[serde(borrow)]
            name: &'a RawValue,
        }
        let head = &text[..text.floor_char_boundary(HEAD)];
        if is_test_report(text, head) || is_message(text, head) {
            return Some(Self::Report);
        }
        if !head.contains("\"generator\"") || !head.contains(NAME) {
            return None;
        }
        let object: Object<'_> = serde_json::from_str(text).ok()?;
        let generator: Generator<'_> = serde_json::from_str(object.generator.get()).ok()?;
        if generator.name.get().trim_matches('"') != NAME {
            return None;
        }
        let has_jobs = object.jobs.is_some_and(|jobs| jobs.get().starts_with('['));
        match (object.schema_version, object.snapshot_version) {
            (Some(_), None) if has_jobs => Some(Self::Summary),
            (None, Some(_)) => Some(Self::Manifest),
            _ => None,
        }
    }
}

/// Tells if a file is a report or a summary that this program wrote, in whatever format.
pub fn is_own_report(path: &Path) -> bool {
    use std::io::Read as _;
    let mut text = String::new();
    let read = found::open(path).and_then(|mut file| file.read_to_string(&mut text));
    read.is_ok() && matches!(Own::of(&text), Some(Own::Report | Own::Summary))
}

/// Tells if a text is a CTRF report of this program.
fn is_test_report(text: &str, head: &str) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Ctrf<'a> {
        #[serde(borrow)]
        report_format: &'a RawValue,
        #[serde(borrow)]
        generated_by: &'a RawValue,
    }
    let may_be = head.contains("\"CTRF\"") && head.contains("\"generatedBy\"");
    let Some(ctrf) = may_be
        .then(|| serde_json::from_str::<Ctrf<'_>>(text).ok())
        .flatten()
    else {
        return false;
    };
    let maker = ctrf.generated_by.get().trim_matches('"');
    let version = maker
        .strip_prefix(NAME)
        .and_then(|rest| rest.strip_prefix(' '));
    ctrf.report_format.get() == "\"CTRF\""
        && version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
}

/// Tells if a text is a message for Slack of this program, by the id of its first block.
fn is_message(text: &str, head: &str) -> bool {
    #[derive(Deserialize)]
    struct Message {
        blocks: Vec<Block>,
    }
    #[derive(Deserialize)]
    struct Block {
        block_id: Option<String>,
    }
    const FIRST: &str = concat!(env!("CARGO_PKG_NAME"), "-0");
    let message = head
        .contains(FIRST)
        .then(|| serde_json::from_str::<Message>(text).ok());
    message.flatten().is_some_and(|message| {
        let first = message.blocks.first();
        first.is_some_and(|block| block.block_id.as_deref() == Some(FIRST))
    })
}

/// Tells if a text is a page: an HTML document whose head names this program before its title.
fn is_page(text: &str) -> bool {
    const DOCTYPE: &str = "<!doctype html>";
    const HEAD: usize = 4_096;
    let head = &text[..text.floor_char_boundary(HEAD)];
    let Some(head) = head.strip_prefix(DOCTYPE) else {
        return false;
    };
    let head = head.split("<title").next().unwrap_or(head);
    head.contains(&format!("<meta name=\"generator\" content=\"{NAME} "))
}

/// Tells if the last line of a text is the one that Markdown and text reports end with, or a comment, as
/// at the end of a page's style and script, and of markup.
fn is_signed(text: &str) -> bool {
    let last = text.trim_end().rsplit('\n').next().unwrap_or_default();
    let comments = [
        ("/* ", " */"),
        ("<!-- ", " -->"),
        ("// ", ""),
        ("# ", ""),
        ("-- ", ""),
        ("% ", ""),
    ];
    let comment = comments.into_iter().find_map(|(begin, end)| {
        let comment = last.strip_prefix(begin)?;
        comment.strip_suffix(end)
    });
    if let Some(comment) = comment {
        return made_by(comment).is_some_and(str::is_empty);
    }
    let Some(rest) = made_by(last).and_then(|rest| rest.strip_prefix(" on ")) else {
        return false;
    };
    let (time, rest) = rest.split_once(". ").unwrap_or((rest, ""));
    let is_time =
        |c: char| c.is_ascii_digit() || matches!(c, '-' | ':' | ' ' | 'T' | 'Z' | 'U' | 'C');
    time.starts_with(|c: char| c.is_ascii_digit())
        && time.chars().all(is_time)
        && (rest.is_empty() || rest.starts_with('“'))
}

/// Returns the text behind "Made by" with the name and a version of this program.
fn made_by(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("Made by ")?.strip_prefix(NAME)?;
    let rest = rest.strip_prefix(' ')?;
    let version = rest.split(' ').next()?;
    let is_version = version.starts_with(|c: char| c.is_ascii_digit());
    is_version.then(|| &rest[version.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_recognised_by_their_structure() {
        for (text, own) in [
            (
                "<!doctype html>\n<html><head>\n<meta name=\"generator\" content=\"batch-report 1.2.3\">\n<title>x</title>",
                Own::Report,
            ),
            (
                "**x**\n\nMade by batch-report 1.2.3 on 2026-05-28 20:26:40 UTC. “–” stands for …\n",
                Own::Report,
            ),
            (
                "x\n\nMade by batch-report 1.2.3 on 2026-05-28 20:26:40 UTC\n",
                Own::Report,
            ),
            ("a { }\n/* Made by batch-report 1.2.3 */\n", Own::Report),
            ("<a/>\n<!-- Made by batch-report 1.2.3 -->\n", Own::Report),
            ("= x\n\n// Made by batch-report 1.2.3\n", Own::Report),
            ("x: 1\n# Made by batch-report 1.2.3\n", Own::Report),
            (
                "{\"schema_version\":2,\"generator\":{\"name\":\"batch-report\",\"version\":\"1\"},\"jobs\":[],\"items\":[]}",
                Own::Summary,
            ),
            (
                "{\"generator\":{\"name\":\"batch-report\"},\"items\":[],\"jobs\":[],\"schema_version\":2}\n",
                Own::Summary,
            ),
            (
                "{\"snapshot_version\":1,\"generator\":{\"name\":\"batch-report\"},\"files\":[]}",
                Own::Manifest,
            ),
        ] {
            assert_eq!(Own::of(text), Some(own), "{text}");
        }
    }

    #[test]
    fn data_that_holds_our_marks_is_data() {
        for text in [
            "item_id: a\nstatus: failed\nerror_message: name=\"generator\" content=\"batch-report 1\"\n",
            "item_id,status,error_message\na,failed,\"x\nMade by batch-report y\"\n",
            "item_id,status\na,failed\nMade by batch-report 1.2.3 on 2026-05-28 20:26:40 UTC\n",
            "{\"items\":[],\"schema_version\":1,\"generator\":\"the script that saved this\"}",
            "{\"items\":[],\"schema_version\":1,\"generator\":\"batch-report\",\"jobs\":[]}",
            "{\"generator\":{\"name\":\"batch-report\"},\"items\":[],\"schema_version\":2}",
            "{\"error_message\":\"\\\"generator\\\": batch-report\",\"jobs\":[],\"schema_version\":2}",
            "<html><!-- Made by batch-report 1.2.3 --></html>",
            "Made by batch-report 1.2.3 on a rainy day",
            "",
        ] {
            assert_eq!(Own::of(text), None, "{text}");
        }
    }
}
