//! Rows of a CSV text.

use std::borrow::Cow;

use super::MOST_COLUMNS;

/// Rows of a text, one after another.
pub(super) struct Rows<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) delimiter: u8,
    pub(super) has_quotes: bool,
    /// True if blanks around cells are part of them.
    pub(super) keeps_blanks: bool,
    /// Offset of a quoted cell that goes on to the end of the text.
    pub(super) open: Option<usize>,
}

impl<'t> Rows<'t> {
    /// Reads the next row that is no empty line, and returns its offset.
    pub(super) fn next(&mut self, cells: &mut Vec<Cow<'t, str>>) -> Option<usize> {
        cells.clear();
        let bytes = self.text.as_bytes();
        while let Some(b'\n' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        let begin = self.at;
        bytes.get(begin)?;
        let mut cells_len = 0;
        loop {
            let (cell, end) = self.cell();
            // One cell stands for all beyond.
            match cells.last_mut() {
                Some(last) if cells_len > MOST_COLUMNS => {
                    if !cell.is_empty() {
                        *last = cell;
                    }
                }
                _ => {
                    cells.push(cell);
                    cells_len += 1;
                }
            }
            self.at = end;
            if bytes.get(end) != Some(&self.delimiter) {
                return Some(begin);
            }
            self.at += 1;
        }
    }

    /// Reads a cell, without the blanks around it; returns it and the offset behind it.
    fn cell(&mut self) -> (Cow<'t, str>, usize) {
        let bytes = self.text.as_bytes();
        if self.has_quotes {
            let is_blank = |byte: &&u8| {
                matches!(byte, b' ' | b'\t') && **byte != self.delimiter && !self.keeps_blanks
            };
            let begin = self.at + bytes[self.at..].iter().take_while(is_blank).count();
            if bytes.get(begin) == Some(&b'"') {
                return self.quoted(begin);
            }
        }
        let end = self.end(self.at);
        (self.trimmed(&self.text[self.at..end]).into(), end)
    }

    /// Reads the cell whose quote stands at `quote`.
    fn quoted(&mut self, quote: usize) -> (Cow<'t, str>, usize) {
        let bytes = self.text.as_bytes();
        let begin = quote + 1;
        let mut at = begin;
        let mut has_quotes = false;
        let close = loop {
            let Some(next) = memchr::memchr(b'"', &bytes[at..]) else {
                self.open = Some(quote);
                return (self.text[begin..].into(), bytes.len());
            };
            at += next + 1;
            // Two quotes within a cell are one that is meant.
            if bytes.get(at) != Some(&b'"') {
                break at - 1;
            }
            has_quotes = true;
            at += 1;
        };
        let end = self.end(at);
        let inner = self.trimmed(&self.text[begin..close]);
        let behind = self.text[at..end].trim();
        let cell = match (has_quotes, behind) {
            (false, "") => inner.into(),
            (_, behind) => (inner.replace("\"\"", "\"") + behind).into(),
        };
        (cell, end)
    }

    fn trimmed(&self, cell: &'t str) -> &'t str {
        if self.keeps_blanks {
            cell
        } else {
            trimmed(cell)
        }
    }

    /// Offset of the delimiter or the line end at `at` or behind it.
    fn end(&self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        memchr::memchr3(self.delimiter, b'\n', b'\r', &bytes[at..])
            .map_or(bytes.len(), |next| at + next)
    }
}

/// A cell without the blanks around it, or the byte order mark of a file in the middle of others.
fn trimmed(cell: &str) -> &str {
    cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, delimiter: u8) -> (Vec<(usize, Vec<String>)>, Option<usize>) {
        let mut rows = Rows {
            text,
            at: 0,
            delimiter,
            has_quotes: true,
            keeps_blanks: false,
            open: None,
        };
        let (mut all, mut cells) = (Vec::new(), Vec::new());
        while let Some(begin) = rows.next(&mut cells) {
            all.push((begin, cells.iter().map(|cell| cell.to_string()).collect()));
        }
        (all, rows.open)
    }

    #[test]
    fn only_a_quote_that_begins_a_cell_can_leave_it_open() {
        for (text, open) in [
            ("a,b\n1,2\n", None),
            ("a\tb\n5\" disk.pdf\t2\n", None),
            ("a,b\n\"x\ny\",\"\"\"\"\n", None),
            ("a,b\n\"x,2\n", Some(4)),
            ("a,b\n1,\"x\"\"\n", Some(6)),
        ] {
            let delimiter = if text.contains('\t') { b'\t' } else { b',' };
            assert_eq!(rows(text, delimiter).1, open, "{text:?}");
        }
    }

    #[test]
    fn rows_begin_behind_line_ends_of_any_kind() {
        let text = "a , \"b, c\" \r\n\r\n\"d\r\ne\",\"say \"\"f\"\"\"g\rh,\n";
        let (rows, _) = rows(text, b',');
        let row = |at: usize, cells: [&str; 2]| (at, cells.map(str::to_owned).to_vec());
        assert_eq!(
            rows,
            [
                row(0, ["a", "b, c"]),
                row(text.find("\"d").expect("there"), ["d\r\ne", "say \"f\"g"]),
                row(text.find('h').expect("there"), ["h", ""]),
            ]
        );
    }

    #[test]
    fn a_row_of_many_cells_takes_no_more_room_than_a_header_may() {
        let text = format!("{}x,,\n", ",".repeat(100_000));
        let (rows, _) = rows(&text, b',');
        assert_eq!(rows[0].1.len(), MOST_COLUMNS + 1);
        assert_eq!(rows[0].1.last().map(String::as_str), Some("x"));
    }
}
