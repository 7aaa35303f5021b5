//! Bodies of responses, decompressed up to a limit.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use ureq::http::{HeaderMap, header};

/// Returns a reader that decompresses a body; `None` if the encoding was not asked for.
pub(super) fn decoder<'r>(
    encoding: Option<&str>,
    body: impl Read + 'r,
) -> Option<Box<dyn Read + 'r>> {
    let is = |name: &str| encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case(name));
    if encoding.is_none() || is("identity") || is("") {
        Some(Box::new(body))
    } else if is("gzip") || is("x-gzip") {
        Some(Box::new(MultiGzDecoder::new(body)))
    } else {
        None
    }
}

/// Reads a body; `None` if it has more bytes than that. No more than one of them is read.
pub(super) fn read_up_to(limit: u64, decoder: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    decoder.take(limit + 1).read_to_end(&mut body)?;
    Ok((body.len() as u64 <= limit).then_some(body))
}

/// Encoding of a body, if its headers name one.
pub(super) fn encoding(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_ENCODING)?;
    Some(String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("in memory");
        encoder.finish().expect("in memory")
    }

    #[test]
    fn a_compressed_body_counts_by_what_it_inflates_to() {
        const LIMIT: u64 = 64 << 10;
        let read = |bytes: &[u8]| {
            let body = gzip(bytes);
            let decoder = decoder(Some("gzip"), &body[..]).expect("known");
            read_up_to(LIMIT, decoder).expect("whole")
        };
        let largest = vec![b' '; LIMIT as usize];
        assert_eq!(read(&largest).as_deref(), Some(&largest[..]));
        assert_eq!(read(&[largest, vec![b' ']].concat()), None);
    }

    #[test]
    fn a_body_without_end_is_left_at_the_limit() {
        /// Counts the bytes that are read.
        struct Counted<'c, R>(R, &'c mut u64);
        impl<R: Read> Read for Counted<'_, R> {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                let read = self.0.read(into)?;
                *self.1 += read as u64;
                Ok(read)
            }
        }
        // Members of a gzip stream that follow each other are one body.
        let member = gzip(&[b' '; 100_000]);
        let endless = std::iter::repeat_n(&member[..], 1_000)
            .collect::<Vec<_>>()
            .concat();
        let mut inflated = 0;
        let decoder = decoder(Some("gzip"), &endless[..]).expect("known");
        let body = read_up_to(300_000, Counted(decoder, &mut inflated)).expect("readable");
        assert_eq!(body, None);
        assert_eq!(inflated, 300_001);
        assert!(read_up_to(10, io::repeat(0)).expect("readable").is_none());
    }
}
