//! Templates of masked messages: their words as a person reads them, without what makes no difference.
//!
//! Case, quotes and other signs, one page or several, the frames of a traceback, and what a last bracket says
//! about the attempt make no difference. Joined words like `acme-prod` name things and vary, unless they stand
//! in quotes, which the mask leaves around words that tell.

use std::ops::Range;

use super::mask::{Slot, is_exception, is_of_failure};

/// What a token of a template is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Token {
    /// A word that is the same in all messages.
    Word(String),
    /// A number or quantity.
    Number,
    /// A time.
    Time,
    /// Anything else that varies.
    Thing,
}

impl Token {
    /// Text by which templates are compared and named.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Word(word) => word,
            Self::Number => "<n>",
            Self::Time => "<time>",
            Self::Thing => "<x>",
        }
    }
}

/// Token of a template, and its place in the masked text.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// What is compared.
    pub(super) token: Token,
    /// Place in the masked text.
    pub(super) place: Range<usize>,
    /// Number of the mark; absent for words.
    pub(super) mark: Option<usize>,
    /// Several things in a row are one part.
    pub(super) is_list: bool,
    /// A name in the middle of a sentence, by its capital.
    pub(super) is_name: bool,
}

/// Fewest words that a template keeps if joined words are masked in it.
const FEWEST_WORDS: usize = 3;

/// Returns the template of a masked text.
pub(super) fn template(text: &str) -> Vec<Part> {
    let lines = telling_lines(text);
    let mut words = Vec::new();
    // Marks are numbered in the whole text.
    let mut marks = 0;
    let mut at = 0;
    for line in lines {
        marks += marks_in(&text[at..line.start]);
        marks = tokens(text, line.clone(), marks, &mut words);
        at = line.end;
    }
    without_attempt(text, &mut words);
    if words
        .first()
        .is_some_and(|word| word.part.token == Token::Time)
        && words.len() > 1
    {
        words.remove(0);
    }
    let plain = words.iter().filter(|word| word.is_plain()).count();
    let joined = words.iter().filter(|word| word.is_joined).count();
    if plain >= FEWEST_WORDS.max(joined) {
        for word in words.iter_mut().filter(|word| word.is_joined) {
            word.part.token = Token::Thing;
        }
    }
    let mut parts: Vec<Part> = Vec::with_capacity(words.len());
    for Word { part, .. } in words {
        match parts.last_mut() {
            Some(last) if part.token == last.token && !matches!(part.token, Token::Word(_)) => {
                last.place.end = part.place.end;
                last.is_list = true;
            }
            _ => parts.push(part),
        }
    }
    parts
}

/// Returns the key of a template: its tokens as one text.
pub(super) fn key<'t>(tokens: impl Iterator<Item = &'t Token>) -> String {
    let mut key = String::new();
    for token in tokens {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(token.text());
    }
    key
}

/// Token before things in a row are one.
struct Word {
    part: Part,
    is_joined: bool,
}

impl Word {
    fn leads_to_id(&self) -> bool {
        let Token::Word(word) = &self.part.token else {
            return false;
        };
        word == "id" || word.ends_with("_id") || word.ends_with("-id")
    }

    fn is_plain(&self) -> bool {
        matches!(&self.part.token, Token::Word(word) if word.len() > 1) && !self.is_joined
    }
}

fn marks_in(text: &str) -> usize {
    text.chars().filter(|c| Slot::of_mark(*c).is_some()).count()
}

/// Lines of a text that tell what went wrong: all but the frames of a stack, and of a traceback of Python only
/// what stands behind the last frame.
fn telling_lines(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        lines.push(at..at + line.len());
        at += line.len();
    }
    if text.contains("Traceback (most recent call last)") {
        let is_frame = |line: &Range<usize>| text[line.clone()].starts_with([' ', '\t']);
        let behind = lines
            .iter()
            .rposition(is_frame)
            .map_or(0, |frame| frame + 1);
        if behind < lines.len() {
            lines.drain(..behind);
        }
        return lines;
    }
    let is_frame = |line: &Range<usize>| {
        let line = &text[line.clone()];
        let inner = line.trim_start();
        line.len() > inner.len() && (inner.starts_with("at ") || inner.starts_with("... "))
    };
    if !lines.iter().all(is_frame) {
        lines.retain(|line| !is_frame(line));
    }
    lines
}

/// Adds the tokens of a line; `marks` is the number of marks before it. Returns their number behind it.
fn tokens(text: &str, line: Range<usize>, mut marks: usize, words: &mut Vec<Word>) -> usize {
    let mut at = line.start;
    while let Some(first) = text[at..line.end].chars().next() {
        if let Some(slot) = Slot::of_mark(first) {
            let token = match slot {
                // Ids may be numbers.
                Slot::Number if words.last().is_some_and(Word::leads_to_id) => Token::Thing,
                Slot::Number | Slot::Duration | Slot::Size => Token::Number,
                Slot::Time => Token::Time,
                _ => Token::Thing,
            };
            let end = at + first.len_utf8();
            words.push(Word::of(token, at..end, Some(marks)));
            marks += 1;
            at = end;
            continue;
        }
        if !(first == '_' || first.is_alphanumeric()) {
            at += first.len_utf8();
            continue;
        }
        let in_word = |c: char| c == '_' || c.is_alphanumeric();
        let rest = &text[at..line.end];
        let length = rest
            .find(|c: char| !(in_word(c) || matches!(c, '-' | '.' | '/')))
            .unwrap_or(rest.len());
        let word = rest[..length].trim_end_matches(['-', '.', '/']);
        let end = at + word.len();
        words.push(Word::of_text(text, word, at..end));
        at = end;
    }
    marks
}

impl Word {
    fn of(token: Token, place: Range<usize>, mark: Option<usize>) -> Self {
        let part = Part {
            token,
            place,
            mark,
            is_list: false,
            is_name: false,
        };
        Self {
            part,
            is_joined: false,
        }
    }

    fn of_text(text: &str, word: &str, place: Range<usize>) -> Self {
        let (before, behind) = (&text[..place.start], &text[place.end..]);
        // The mask leaves quotes around what tells, and around keys.
        let is_quoted = before.ends_with(QUOTES) && behind.starts_with(QUOTES);
        let is_label = behind.starts_with('=') || (behind.starts_with(':') && word.contains('_'));
        let follows_code = ["type=", "code=", "status="]
            .iter()
            .any(|label| before.ends_with(label));
        let begins =
            before.trim_end().is_empty() || before.trim_end().ends_with(['.', ':', '\n', '>']);
        let capitals = word.bytes().filter(u8::is_ascii_uppercase).count();
        let mut out = Self::of(Token::Word(normal(word)), place, None);
        let is_fixed = is_quoted || is_label || follows_code;
        out.is_joined = !is_fixed && is_joined(word, capitals);
        out.part.is_name = !is_fixed
            && !begins
            && capitals == 1
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && !is_of_failure(word);
        out
    }
}

const QUOTES: [char; 5] = ['\'', '"', '`', '“', '”'];

/// Tells if a word names a thing by the signs or digits in it.
fn is_joined(word: &str, capitals: usize) -> bool {
    let parts = || {
        word.split(['-', '_', '.', '/'])
            .filter(|part| !part.is_empty())
    };
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_numbered = digits > 0
        && capitals == 0
        && word.len() > digits + 2
        && word.bytes().take_while(u8::is_ascii_lowercase).count() + digits == word.len();
    let is_of_several = parts().count() > 1 && word.bytes().any(|byte| byte.is_ascii_lowercase());
    (is_numbered || is_of_several)
        && !parts().any(is_of_failure)
        && !parts().next_back().is_some_and(is_exception)
}

/// Returns a word in small letters, of one and not of several, and of a class only its own name.
fn normal(word: &str) -> String {
    let last = word.rsplit('.').next().unwrap_or(word);
    let is_class = last.len() < word.len()
        && last.starts_with(|c: char| c.is_ascii_uppercase())
        && last.bytes().any(|byte| byte.is_ascii_lowercase());
    let mut normal = if is_class { last } else { word }.to_lowercase();
    match &*normal {
        "are" => "is",
        "were" => "was",
        "have" => "has",
        "none" => "null",
        word => {
            if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") {
                normal.pop();
            }
            return normal;
        }
    }
    .to_owned()
}

/// Words of a last bracket that says which attempt it was, or which request.
const OF_ATTEMPTS: [&str; 16] = [
    "attempt",
    "client-request-id",
    "id",
    "job",
    "job_id",
    "of",
    "request",
    "request-id",
    "request_id",
    "requestid",
    "retry",
    "trace",
    "trace_id",
    "traceid",
    "try",
    "job-id",
];

/// Takes the words of a last bracket away if they say nothing but which attempt or request it was.
fn without_attempt(text: &str, words: &mut Vec<Word>) {
    let Some(open) = text
        .strip_suffix([')', ']'])
        .and_then(|inside| inside.rfind(['(', '[']))
    else {
        return;
    };
    let is_inside = |word: &Word| word.part.place.start > open;
    let tells_nothing = |word: &Word| match &word.part.token {
        Token::Word(word) => OF_ATTEMPTS.contains(&&**word),
        _ => true,
    };
    let inside = words.iter().rev().take_while(|word| is_inside(word));
    let (count, named) = inside.clone().fold((0, 0), |(count, named), word| {
        (
            count + 1,
            named + usize::from(matches!(word.part.token, Token::Word(_))),
        )
    });
    if named > 0 && named < count && count < words.len() && inside.clone().all(tells_nothing) {
        words.truncate(words.len() - count);
    }
}

#[cfg(test)]
mod tests {
    use super::super::mask::Masked;
    use super::*;

    fn key_of(message: &str) -> String {
        let mut masked = Masked::default();
        masked.mask(message, None);
        key(template(masked.text()).iter().map(|part| &part.token))
    }

    #[test]
    fn case_quotes_and_plurals_make_no_difference() {
        assert_eq!(
            key_of("Page 3 of 'a.pdf' is blank."),
            key_of("pages 3, 4 of \"b.pdf\" are blank")
        );
        assert_eq!(
            key_of("Bucket acme-prod is not readable"),
            key_of("bucket 'globex' is not readable")
        );
        assert_eq!(
            key_of("json.decoder.JSONDecodeError: Expecting value"),
            key_of("JSONDecodeError: Expecting value")
        );
    }

    #[test]
    fn what_tells_makes_a_difference() {
        for (a, b) in [
            ("KeyError: 'a_b'", "KeyError: 'b_c'"),
            ("exit code 1", "exit code 137"),
            ("file is encrypted", "file is corrupted"),
            (
                "RuntimeError('killed by SIGKILL')",
                "RuntimeError('killed by SIGSEGV')",
            ),
            (
                "request was rate-limited by it",
                "request was timed-out by it",
            ),
        ] {
            assert_ne!(key_of(a), key_of(b));
        }
    }

    #[test]
    fn a_last_bracket_about_the_attempt_makes_no_difference() {
        assert_eq!(
            key_of("upstream closed it (attempt 2/3)"),
            "upstream closed it"
        );
        assert_eq!(
            key_of("upstream closed it (request_id: req_1a2b3c4d)"),
            "upstream closed it"
        );
        assert_eq!(
            key_of("upstream closed it (page 3)"),
            "upstream closed it page <n>"
        );
        assert_eq!(key_of("(attempt 2/3)"), "attempt <n>");
    }

    #[test]
    fn frames_of_a_stack_make_no_difference() {
        let error = "IndexError: page 3 not in document";
        let traceback = format!(
            "Traceback (most recent call last):\n  File \"/app/x.py\", line 3, in run\n    doc[3]\n{error}"
        );
        assert_eq!(key_of(&traceback), key_of(error));
        assert_eq!(
            key_of("Error: no page\n    at run (/app/x.js:3:1)\n    at async main (y.js:9:2)"),
            key_of("Error: no page")
        );
    }
}
