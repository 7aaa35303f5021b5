//! Markups of places: how each writes text so that nothing in it acts, and its blocks.

use minijinja::HtmlEscape;
use serde_json::{Value, json};

use crate::render::escape::{ABSENT, markdown_code, markdown_prose};
use crate::text::{Newlines, visible};

/// Maximum length of a section of Slack's, in UTF-16 units.
const SLACK_SECTION: usize = 3_000;
/// Mark of a message of this program, by which a later run knows it.
pub(crate) const SLACK_MARK: &str = "batch-report-0";

/// A language of markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    GitHub,
    GitLab,
    Jira,
    Slack,
    Email,
    Plain,
}

/// A block whose texts are in the markup already.
pub(super) enum Block {
    Title(String),
    Verdict(String),
    Text(String),
    List {
        heading: Option<&'static str>,
        lines: Vec<String>,
        is_folded: bool,
    },
    MadeBy(String),
}

impl Markup {
    /// Writes a sentence.
    pub(super) fn words(self, text: &str) -> String {
        match self {
            Self::GitHub => markdown_prose(text, usize::MAX),
            Self::GitLab => gitlab(&markdown_prose(text, usize::MAX)),
            Self::Jira => jira(text),
            Self::Slack => slack(&one_line(text)),
            Self::Email => HtmlEscape(&one_line(text)).to_string(),
            Self::Plain => one_line(text),
        }
    }

    /// Writes a text of others.
    pub(super) fn foreign(self, text: &str) -> String {
        match self {
            Self::GitHub | Self::GitLab => markdown_code(text, usize::MAX),
            Self::Jira => format!("{{{{{}}}}}", jira(text)),
            Self::Email => format!("<code>{}</code>", HtmlEscape(&one_line(text))),
            Self::Slack | Self::Plain => self.words(text),
        }
    }

    /// Writes blocks one after another. `room` is what a repeated verdict may take.
    pub(super) fn write(self, blocks: &[Block], room: usize) -> String {
        match self {
            Self::GitHub | Self::GitLab => markdown(blocks),
            Self::Jira => wiki(blocks),
            Self::Slack => block_kit(blocks, room),
            Self::Email => html(blocks),
            Self::Plain => plain(blocks),
        }
    }
}

fn one_line(text: &str) -> String {
    let text = visible(text, Newlines::Space);
    match text.trim() {
        "" => ABSENT.to_owned(),
        text => text.to_owned(),
    }
}

fn markdown(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Title(title) => out += &format!("### {title}\n\n"),
            Block::Verdict(verdict) => out += &format!("**{verdict}**\n\n"),
            Block::Text(text) => out += &format!("{text}\n\n"),
            Block::MadeBy(text) => out += &format!("{text}\n"),
            Block::List {
                heading,
                lines,
                is_folded,
            } => {
                match (heading, is_folded) {
                    (Some(heading), true) => {
                        out += &format!("<details>\n<summary>{heading}</summary>\n\n");
                    }
                    (Some(heading), false) => out += &format!("#### {heading}\n\n"),
                    (None, _) => {}
                }
                lines.iter().for_each(|line| out += &format!("- {line}\n"));
                out += "\n";
                if heading.is_some() && *is_folded {
                    out += "</details>\n\n";
                }
            }
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// Parts what GitLab alone turns into links: `!12`, `%12`, `^alert#12`.
fn gitlab(prose: &str) -> String {
    let mut out = String::with_capacity(prose.len());
    let mut chars = prose.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        out.push(c);
        let next = chars.peek().copied().unwrap_or(' ');
        // Comments have their `!` behind a `<`.
        if matches!(c, '!' | '%' | '^') && before != '<' && (next.is_alphanumeric() || next == '"')
        {
            out.push_str("<!-- -->");
        }
        before = c;
    }
    out
}

/// Escapes text for Jira's wiki markup.
fn jira(text: &str) -> String {
    let text = one_line(text);
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 16);
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map_or(' ', |at| chars[at]);
        let next = chars.get(at + 1).copied().unwrap_or(' ');
        let is_inside = before.is_alphanumeric() && next.is_alphanumeric();
        let closes = || chars[at + 1..].iter().take(4).any(|c| *c == ')');
        match c {
            '\\' | '{' | '}' | '[' | ']' | '*' | '_' | '^' | '~' | '!' | '|' | '+' | '@' => {
                out.push('\\');
                out.push(c);
            }
            // A leading one makes a list, a rule, a quote or a heading; pairs make marks.
            '-' if !is_inside => out.push_str("\\-"),
            '#' => out.push_str("\\#"),
            '?' if before == '?' || next == '?' => out.push_str("\\?"),
            '(' if closes() => out.push_str("\\("),
            ':' | ';' if next == '/' || matches!(next, ')' | '(' | 'P' | 'D' | '-') => {
                out.push_str(if c == ':' { "&#58;" } else { "&#59;" });
            }
            // Jira decodes entities, and shows tags as they are.
            '&' if next.is_alphanumeric() || next == '#' => out.push_str("&amp;"),
            '.' if next == ' ' && at == 2 && chars[0] == 'h' => out.push_str("&#46;"),
            _ => out.push(c),
        }
    }
    out
}

fn wiki(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Title(title) => out += &format!("h3. {title}\n\n"),
            Block::Verdict(verdict) => out += &format!("*{verdict}*\n\n"),
            Block::Text(text) => out += &format!("{text}\n\n"),
            Block::MadeBy(text) => out += &format!("{text}\n"),
            Block::List { heading, lines, .. } => {
                if let Some(heading) = heading {
                    out += &format!("h4. {heading}\n\n");
                }
                lines.iter().for_each(|line| out += &format!("* {line}\n"));
                out += "\n";
            }
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn plain(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut is_in_sections = false;
    for block in blocks {
        match block {
            Block::Text(text) | Block::MadeBy(text) if is_in_sections => {
                is_in_sections = false;
                out += &format!("\n{text}\n");
            }
            Block::Title(text) | Block::Verdict(text) | Block::Text(text) | Block::MadeBy(text) => {
                out += &format!("{text}\n");
            }
            Block::List { heading, lines, .. } => {
                if let Some(heading) = heading {
                    is_in_sections = true;
                    out += &format!("\n{heading}\n");
                }
                lines.iter().for_each(|line| out += &format!("- {line}\n"));
            }
        }
    }
    out
}

fn html(blocks: &[Block]) -> String {
    const FONT: &str = "font-family:sans-serif";
    let mut out = concat!(
        "<!doctype html>\n<meta charset=\"utf-8\">",
        "<meta name=\"generator\" content=\"batch-report ",
        env!("CARGO_PKG_VERSION"),
        "\">\n"
    )
    .to_owned();
    for block in blocks {
        match block {
            Block::Title(title) => {
                out += &format!("<h2 style=\"{FONT};font-size:18px\">{title}</h2>\n");
            }
            Block::Verdict(verdict) => {
                out += &format!("<p style=\"{FONT}\"><strong>{verdict}</strong></p>\n");
            }
            Block::Text(text) => out += &format!("<p style=\"{FONT}\">{text}</p>\n"),
            Block::MadeBy(text) => {
                out += &format!("<p style=\"{FONT};color:#666666;font-size:12px\">{text}</p>\n");
            }
            Block::List { heading, lines, .. } => {
                if let Some(heading) = heading {
                    out += &format!("<h3 style=\"{FONT};font-size:15px\">{heading}</h3>\n");
                }
                out += &format!("<ul style=\"{FONT}\">\n");
                for line in lines {
                    out += &format!("<li>{line}</li>\n");
                }
                out += "</ul>\n";
            }
        }
    }
    out
}

/// Escapes text for JSON, without the quotes around it.
fn slack(text: &str) -> String {
    let json = Value::from(text).to_string();
    json[1..json.len() - 1].to_owned()
}

/// Text that was escaped for JSON.
fn unescaped(text: &str) -> String {
    serde_json::from_str(&format!("\"{text}\"")).unwrap_or_default()
}

/// Blocks of Slack's Block Kit, all in plain text: nothing in it is a link, a mention or a mark.
fn block_kit(blocks: &[Block], room: usize) -> String {
    let plain = |text: String| json!({ "type": "plain_text", "text": text, "emoji": false });
    let mut kit: Vec<Value> = Vec::new();
    let mut fallback = String::new();
    for block in blocks {
        match block {
            Block::Title(title) => {
                // At most 150 characters.
                kit.push(json!({ "type": "header", "text": plain(unescaped(title)) }));
            }
            Block::Verdict(text) | Block::Text(text) | Block::MadeBy(text) => {
                let text = unescaped(text);
                if matches!(block, Block::Verdict(_)) && room > 100 {
                    let safe = text.replace('&', "&amp;").replace('<', "&lt;");
                    fallback = safe.replace('>', "&gt;");
                }
                kit.push(json!({ "type": "section", "text": plain(text) }));
            }
            Block::List { heading, lines, .. } => {
                let mut section = heading.unwrap_or_default().to_owned();
                for line in lines {
                    let line = format!("• {}", unescaped(line));
                    let length = |text: &str| text.encode_utf16().count();
                    if length(&section) + 1 + length(&line) > SLACK_SECTION {
                        kit.push(json!({ "type": "section", "text": plain(section) }));
                        section = String::new();
                    }
                    if !section.is_empty() {
                        section.push('\n');
                    }
                    section.push_str(&line);
                }
                kit.push(json!({ "type": "section", "text": plain(section) }));
            }
        }
    }
    if let Some(first) = kit.first_mut() {
        first["block_id"] = json!(SLACK_MARK);
    }
    let message = match fallback.is_empty() {
        true => json!({ "blocks": kit }),
        false => json!({ "text": fallback, "blocks": kit }),
    };
    format!("{message}\n")
}
