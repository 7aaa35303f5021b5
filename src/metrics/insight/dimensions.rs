//! Dimensions by which items are broken down: what their names tell, and what the user asks for.

use std::borrow::Cow;
use std::ops::Range;

use foldhash::fast::RandomState;
use indexmap::IndexSet;
use regex::Regex;

use crate::frame::ItemFrame;
use crate::parallel;

/// More values than this are no breakdown: the dimension is left out.
pub const MOST_VALUES: usize = 2_000;
/// Maximum length of a value, in bytes.
const LONGEST: usize = 200;
/// Longest file extension, in bytes.
const LONGEST_EXTENSION: usize = 8;

/// Dimension that the user names: what a regular expression captures of an item's name.
#[derive(Debug, Clone)]
pub struct NamedDimension {
    /// Name of the dimension.
    pub name: String,
    /// Regular expression whose first group, else whose whole match, is the value.
    pub regex: Regex,
}

impl PartialEq for NamedDimension {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.regex.as_str()) == (&other.name, other.regex.as_str())
    }
}

impl Eq for NamedDimension {}

/// Kind of a dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Extension of the file name, in lower case, without the dot.
    Extension,
    /// First folder of the path.
    Folder,
    /// Letters that the file name begins with, in lower case.
    Stem,
    /// Dimension of this place among those that the user names.
    Named(usize),
}

/// Values of one dimension over the rows of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// Kind of the dimension.
    pub kind: Kind,
    /// Distinct values, by their codes.
    pub words: Vec<Box<str>>,
    /// Code of each row; [`NONE`] without a value.
    pub codes: Vec<u16>,
}

/// No value.
pub const NONE: u16 = u16::MAX;

/// Values of all dimensions over the rows of each job. A dimension is left out if no item has a value, or if
/// there are more than 2,000 different ones.
#[derive(Debug, Default)]
pub struct Dimensions {
    jobs: Vec<Vec<Values>>,
}

impl Dimensions {
    /// Reads the name of each item, once.
    pub fn of(
        items: &ItemFrame,
        jobs: &[Range<usize>],
        named: &[NamedDimension],
        much: bool,
    ) -> Self {
        Self {
            jobs: parallel::each(much, jobs.len(), |job| of_job(items, &jobs[job], named)),
        }
    }

    /// Dimensions of a job.
    pub fn job(&self, job: usize) -> &[Values] {
        self.jobs.get(job).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Values of a dimension while names are read.
struct Reading {
    kind: Kind,
    words: IndexSet<Box<str>, RandomState>,
    codes: Vec<u16>,
    /// Last value and its code: items of one kind often follow each other.
    last: (String, u16),
    has_too_many: bool,
}

impl Reading {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            words: IndexSet::default(),
            codes: Vec::new(),
            last: (String::new(), NONE),
            has_too_many: false,
        }
    }

    fn add(&mut self, value: Option<Cow<'_, str>>) {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            self.codes.push(NONE);
            return;
        };
        if value != self.last.0 {
            let code = match self.words.get_index_of(&*value) {
                Some(code) => code,
                None => self.words.insert_full(Box::from(&*value)).0,
            };
            self.has_too_many = self.words.len() > MOST_VALUES;
            self.last.0.clear();
            self.last.0.push_str(&value);
            self.last.1 = code as u16;
        }
        self.codes.push(self.last.1);
    }

    fn finish(self) -> Option<Values> {
        (!self.has_too_many && !self.words.is_empty()).then(|| Values {
            kind: self.kind,
            words: self.words.into_iter().collect(),
            codes: self.codes.into_boxed_slice().into_vec(),
        })
    }
}

fn of_job(items: &ItemFrame, rows: &Range<usize>, named: &[NamedDimension]) -> Vec<Values> {
    if rows.is_empty() {
        return Vec::new();
    }
    let built_in = [Kind::Extension, Kind::Folder, Kind::Stem];
    let kinds = built_in
        .into_iter()
        .chain((0..named.len()).map(Kind::Named));
    let mut readings: Vec<Reading> = kinds.map(Reading::new).collect();
    for (row, name) in items.item_names(rows.clone()) {
        let id = (name.is_none() && !named.is_empty())
            .then(|| items.item_id(row))
            .flatten();
        let (name, id) = (name.as_deref().unwrap_or_default(), id.as_deref());
        let file = file_name(name);
        for reading in readings.iter_mut().filter(|reading| !reading.has_too_many) {
            reading.add(match reading.kind {
                Kind::Extension => extension(file),
                Kind::Folder => folder(name, file).map(Cow::Borrowed),
                Kind::Stem => stem(file),
                Kind::Named(at) => {
                    captured(&named[at].regex, id.unwrap_or(name)).map(Cow::Borrowed)
                }
            });
        }
    }
    // There may be as many jobs as items, and collected in place they would keep the room of their readings.
    let mut values = Vec::new();
    values.extend(readings.into_iter().filter_map(Reading::finish));
    values.shrink_to_fit();
    values
}

fn is_slash(letter: char) -> bool {
    matches!(letter, '/' | '\\')
}

fn file_name(name: &str) -> &str {
    let end = memchr::memrchr2(b'/', b'\\', name.as_bytes());
    end.map_or(name, |end| &name[end + 1..])
}

fn lower(text: &str) -> Cow<'_, str> {
    match text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.to_lowercase()),
    }
}

/// "pdf" of "Invoice.PDF".
fn extension(file: &str) -> Option<Cow<'_, str>> {
    let (before, extension) = file.rsplit_once('.')?;
    let is_one = !before.is_empty()
        && extension.len() <= LONGEST_EXTENSION
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && extension.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_one.then(|| lower(extension))
}

/// "contracts" of "/contracts/2024/a.pdf", and "bucket" of "s3://bucket/a.pdf".
fn folder<'n>(name: &'n str, file: &str) -> Option<&'n str> {
    if file.len() == name.len() {
        return None;
    }
    let (_, behind) = name.split_once(':').unwrap_or_default();
    let path = behind.strip_prefix("//").unwrap_or(name);
    let path = path.trim_start_matches(is_slash);
    let (first, _) = path.split_once(is_slash)?;
    let first = first.trim();
    (!first.is_empty() && first != "." && first.len() <= LONGEST).then_some(first)
}

/// "invoice" of "Invoice-0042.pdf".
fn stem(file: &str) -> Option<Cow<'_, str>> {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic();
    let mut end = file.bytes().take_while(is_letter).count();
    if file
        .as_bytes()
        .get(end)
        .is_some_and(|byte| !byte.is_ascii())
    {
        let rest = file[end..].char_indices();
        let mut behind = rest.filter(|(_, letter)| !letter.is_alphabetic());
        end = behind.next().map_or(file.len(), |(at, _)| end + at);
    }
    (file[..end].chars().nth(1).is_some() && end <= LONGEST).then(|| lower(&file[..end]))
}

fn captured<'n>(regex: &Regex, name: &'n str) -> Option<&'n str> {
    let captures = regex.captures(name)?;
    let value = captures.get(1).or_else(|| captures.get(0))?.as_str();
    (value.len() <= LONGEST).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ItemFields;
    use crate::metrics::examples::frame_of;

    #[test]
    fn a_name_tells_extension_folder_and_stem() {
        let of = |name: &str| {
            let file = file_name(name);
            let owned = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
            let texts = [
                owned(extension(file)),
                folder(name, file).map(str::to_owned),
                owned(stem(file)),
            ];
            texts.map(Option::unwrap_or_default)
        };
        assert_eq!(of("Invoice-0042.PDF"), ["pdf", "", "invoice"]);
        assert_eq!(
            of("contracts/2024/Q3 report.docx"),
            ["docx", "contracts", ""]
        );
        assert_eq!(of("s3://bucket/scan_1.tar.gz"), ["gz", "bucket", "scan"]);
        assert_eq!(of(r"C:\scans\über.tiff"), ["tiff", "C:", "über"]);
        assert_eq!(of("README"), ["", "", "readme"]);
        assert_eq!(of(".env"), ["", "", ""]);
        assert_eq!(of("v1.2"), ["", "", ""]);
        assert_eq!(of(""), ["", "", ""]);
    }

    fn of_names(names: &[&str], named: &[NamedDimension]) -> Vec<Values> {
        let frame = frame_of(names.iter().map(|name| ItemFields {
            item_name: Some(name),
            status: "completed",
            ..ItemFields::default()
        }));
        let rows = std::slice::from_ref(&(0..names.len())).to_vec();
        let dimensions = Dimensions::of(&frame, &rows, named, false);
        dimensions.job(0).to_vec()
    }

    #[test]
    fn a_dimension_without_a_value_is_left_out() {
        let values = of_names(&["1.pdf", "2.pdf", "3.docx", "4"], &[]);
        assert_eq!(values.len(), 1);
        let codes = [0, 0, 1, NONE];
        assert_eq!(
            (values[0].kind, &values[0].codes[..]),
            (Kind::Extension, &codes[..])
        );
        assert_eq!(values[0].words[..], ["pdf".into(), "docx".into()]);
    }

    #[test]
    fn a_dimension_with_too_many_values_is_left_out() {
        let names: Vec<String> = (0..=MOST_VALUES).map(|n| format!("d{n}/1")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(of_names(&names, &[]), []);
        assert_eq!(of_names(&names[1..], &[]).len(), 1);
    }

    #[test]
    fn the_first_group_of_a_named_dimension_is_the_value() {
        let customer = NamedDimension {
            name: "customer".to_owned(),
            regex: Regex::new("^(?:[a-z]+)-([A-Z]+)").expect("valid"),
        };
        let values = of_names(&["x-ACME-1", "y-ACME-2", "x-1"], &[customer]);
        let own = values.last().expect("a dimension");
        assert_eq!(
            (own.kind, &own.codes[..]),
            (Kind::Named(0), &[0, 0, NONE][..])
        );
    }
}
