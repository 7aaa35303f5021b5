//! The summary: the report model as JSON.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::Report;

/// Writes a report as JSON: on one line, or indented.
///
/// # Errors
///
/// If `out` cannot be written to.
pub fn write_summary(report: &Report, out: &mut dyn Write, indented: bool) -> io::Result<()> {
    // Of a known type: a call of `dyn Write` for each key and value takes a quarter of the time.
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let layout = match indented {
        true => Layout::Indented(PrettyFormatter::new()),
        false => Layout::OneLine(CompactFormatter),
    };
    report.serialize(&mut Serializer::with_formatter(&mut out, layout))?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Both layouts as one type: the code that writes the whole model is made once for each type of formatter.
enum Layout {
    OneLine(CompactFormatter),
    Indented(PrettyFormatter<'static>),
}

macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty)?);)*) => {
        impl Formatter for Layout {
            $(
                #[inline]
                fn $method<W: ?Sized + Write>(&mut self, out: &mut W $(, $argument: $type)?) -> io::Result<()> {
                    match self {
                        Self::OneLine(layout) => layout.$method(out $(, $argument)?),
                        Self::Indented(layout) => layout.$method(out $(, $argument)?),
                    }
                }
            )*
        }
    };
}

forward! {
    begin_array();
    end_array();
    begin_array_value(first: bool);
    end_array_value();
    begin_object();
    end_object();
    begin_object_key(first: bool);
    end_object_key();
    begin_object_value();
    end_object_value();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::typical;

    #[test]
    fn both_layouts_are_those_of_serde_json() {
        let report = typical();
        let written = |indented| {
            let mut out = Vec::new();
            write_summary(&report, &mut out, indented).expect("memory");
            String::from_utf8(out).expect("text")
        };
        let compact = serde_json::to_string(&report).expect("JSON");
        let pretty = serde_json::to_string_pretty(&report).expect("JSON");
        assert_eq!(written(false), compact + "\n");
        assert_eq!(written(true), pretty + "\n");
    }
}
