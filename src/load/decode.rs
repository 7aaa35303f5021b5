//! Decompression and decoding of files, by content and not by name.

use std::borrow::Cow;
use std::io::{self, Read};

use encoding_rs::{UTF_16BE, UTF_16LE};
use flate2::read::MultiGzDecoder;

use super::note::NoteKind;

/// Text of a file, and how it was got.
#[derive(Debug, PartialEq)]
pub(super) struct Decoded<'b> {
    /// The text, without a byte order mark.
    pub text: Cow<'b, str>,
    /// Name of the compression.
    pub packed: Option<&'static str>,
    /// Notes about bytes that could not be read.
    pub notes: Vec<NoteKind>,
}

/// A compressed file may grow to this many times its size, and to at least [`ALWAYS_ALLOWED`];
/// recorded dumps compress 10 to 30 times, a bomb a thousand times.
const MAX_RATIO: u64 = 200;
const ALWAYS_ALLOWED: u64 = 64 << 20;

/// Number of bytes that a file may still unpack to.
pub(super) struct Allowance(u64);

impl Allowance {
    /// The allowance of a file of that size.
    pub(super) fn of(packed: u64) -> Self {
        Self(packed.saturating_mul(MAX_RATIO).max(ALWAYS_ALLOWED))
    }

    /// Unpacks all that a reader gives; `None` if it is too much.
    ///
    /// # Errors
    ///
    /// Fails if the reader does.
    pub(super) fn read(&mut self, reader: impl Read) -> io::Result<Option<Vec<u8>>> {
        let unpacked = unpack(reader, self.0);
        self.0 -= unpacked.bytes.len() as u64;
        match unpacked.end {
            End::Whole => Ok(Some(unpacked.bytes)),
            End::Limit => {
                // What was unpacked is thrown away; only its time is spent.
                self.0 += unpacked.bytes.len() as u64 / 2;
                Ok(None)
            }
            End::Broken(error) => Err(error),
        }
    }
}

/// The bytes of a file within an archive.
pub(super) enum Whole {
    /// Unpacked, as often as it was packed.
    Unpacked(Vec<u8>),
    /// Not packed, or broken.
    Left,
    /// Packed, and too much.
    TooMuch,
}

/// Unpacks a file within an archive that is packed itself.
pub(super) fn unpack_whole(bytes: &[u8], allowance: &mut Allowance) -> Whole {
    let mut unpacked: Option<Vec<u8>> = None;
    for _ in 0..MOST_LAYERS {
        let bytes = unpacked.as_deref().unwrap_or(bytes);
        let Some(packing) = Packing::of(bytes) else {
            break;
        };
        let result = match packing {
            Packing::Gzip => allowance.read(MultiGzDecoder::new(bytes)),
            Packing::Zstd => allowance.read(ZstdFrames::new(bytes)),
        };
        match result {
            Ok(Some(more)) => unpacked = Some(more),
            Ok(None) => return Whole::TooMuch,
            Err(_) => return Whole::Left,
        }
    }
    unpacked.map_or(Whole::Left, Whole::Unpacked)
}

/// Twice, because a proxy may have compressed what was compressed before.
const MOST_LAYERS: usize = 2;

/// A kind of compression.
#[derive(Clone, Copy)]
enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    /// Recognises compressed bytes.
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0x1f, 0x8b]) {
            Some(Self::Gzip)
        } else if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            Some(Self::Zstd)
        } else {
            None
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    fn unpack(self, bytes: &[u8], limit: u64) -> Unpacked {
        match self {
            Self::Gzip => unpack(MultiGzDecoder::new(bytes), limit),
            Self::Zstd => unpack(ZstdFrames::new(bytes), limit),
        }
    }
}

/// Decompresses and decodes. A compressed file that breaks off gives the text up to there.
pub(super) fn decode(bytes: &[u8]) -> Decoded<'_> {
    decode_within(bytes, ALWAYS_ALLOWED)
}

fn decode_within(bytes: &[u8], always_allowed: u64) -> Decoded<'_> {
    let mut notes = Vec::new();
    let mut packed = None;
    let mut bytes = Cow::Borrowed(bytes);
    let limit = (bytes.len() as u64)
        .saturating_mul(MAX_RATIO)
        .max(always_allowed);
    for _ in 0..MOST_LAYERS {
        let Some(packing) = Packing::of(&bytes) else {
            break;
        };
        let unpacked = packing.unpack(&bytes, limit);
        let name = packing.name();
        packed = Some(name);
        let compressed = bytes.len();
        bytes = Cow::Owned(unpacked.bytes);
        match unpacked.end {
            End::Whole => {}
            End::Limit => notes.push(NoteKind::CompressionLimit {
                packed: name,
                compressed,
                unpacked: bytes.len(),
            }),
            End::Broken(error) => notes.push(NoteKind::BrokenCompression {
                packed: name,
                unpacked: bytes.len(),
                // The errors of libraries are for their developers.
                error: match error.kind() {
                    io::ErrorKind::Other | io::ErrorKind::InvalidData => None,
                    _ => Some(error.to_string()),
                },
            }),
        }
    }
    let text = match bytes {
        Cow::Borrowed(bytes) => to_text(bytes, &mut notes),
        Cow::Owned(bytes) => Cow::Owned(match String::from_utf8(bytes) {
            Ok(text) if !text.starts_with('\u{feff}') => text,
            Ok(text) => to_text(text.as_bytes(), &mut notes).into_owned(),
            Err(error) => to_text(error.as_bytes(), &mut notes).into_owned(),
        }),
    };
    Decoded {
        text,
        packed,
        notes,
    }
}

struct Unpacked {
    bytes: Vec<u8>,
    end: End,
}

enum End {
    Whole,
    Limit,
    Broken(io::Error),
}

fn unpack(reader: impl Read, limit: u64) -> Unpacked {
    let mut bytes = Vec::new();
    let end = match reader.take(limit + 1).read_to_end(&mut bytes) {
        Ok(read) if read as u64 > limit => {
            bytes.truncate(limit as usize);
            End::Limit
        }
        Ok(_) => End::Whole,
        Err(error) => End::Broken(error),
    };
    Unpacked { bytes, end }
}

/// The frames of a zstd file, one after another; the decoder itself ends with the first.
struct ZstdFrames<'a> {
    rest: &'a [u8],
    frame:
        Option<Box<ruzstd::decoding::StreamingDecoder<&'a [u8], ruzstd::decoding::FrameDecoder>>>,
}

impl<'a> ZstdFrames<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            frame: None,
        }
    }
}

impl Read for ZstdFrames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let read = frame.read(buffer)?;
                if read > 0 || buffer.is_empty() {
                    return Ok(read);
                }
                if let Some(frame) = self.frame.take() {
                    self.rest = frame.into_inner();
                }
            }
            if self.rest.is_empty() {
                return Ok(0);
            }
            let frame = ruzstd::decoding::StreamingDecoder::new(self.rest)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
            self.frame = Some(Box::new(frame));
        }
    }
}

fn to_text<'b>(bytes: &'b [u8], notes: &mut Vec<NoteKind>) -> Cow<'b, str> {
    let utf16 = match bytes.get(..2) {
        Some([0xff, 0xfe]) => Some(UTF_16LE),
        Some([0xfe, 0xff]) => Some(UTF_16BE),
        _ => None,
    };
    if let Some(encoding) = utf16 {
        let (text, had_errors) = encoding.decode_with_bom_removal(bytes);
        if had_errors {
            notes.push(NoteKind::InvalidUtf16);
        }
        return text;
    }
    let text = match simdutf8::compat::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => {
            notes.push(NoteKind::InvalidUtf8 {
                byte: error.valid_up_to(),
            });
            String::from_utf8_lossy(bytes)
        }
    };
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Cow::Owned(text) => match text.strip_prefix('\u{feff}') {
            Some(rest) => Cow::Owned(rest.to_owned()),
            None => Cow::Owned(text),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("to memory");
        encoder.finish().expect("to memory")
    }

    #[test]
    fn gzip_members_one_after_another_are_one_text() {
        let mut bytes = gzip(b"{\"a\":1}");
        bytes.extend(gzip(b"{\"b\":2}"));
        let decoded = decode(&bytes);
        assert_eq!(decoded.text, "{\"a\":1}{\"b\":2}");
        assert_eq!((decoded.packed, decoded.notes), (Some("gzip"), vec![]));
    }

    #[test]
    fn a_cut_gzip_file_gives_what_came_and_says_so() {
        let text: String = (0..5_000).map(|n| format!("line {n}\n")).collect();
        let mut bytes = gzip(text.as_bytes());
        bytes.truncate(bytes.len() / 2);
        let decoded = decode(&bytes);
        assert!(text.starts_with(&*decoded.text) && !decoded.text.is_empty());
        assert!(matches!(
            decoded.notes[..],
            [NoteKind::BrokenCompression { .. }]
        ));
    }

    #[test]
    fn a_decompression_bomb_is_cut_at_the_limit() {
        let bomb = gzip(&vec![b' '; 1_000_000]);
        let limit = bomb.len() * MAX_RATIO as usize;
        let decoded = decode_within(&bomb, 1_000);
        assert_eq!(
            decoded.notes,
            [NoteKind::CompressionLimit {
                packed: "gzip",
                compressed: bomb.len(),
                unpacked: limit,
            }]
        );
        assert_eq!(decoded.text.len(), limit);
    }

    #[test]
    fn a_bomb_in_a_bomb_is_cut_at_the_limit_of_the_file() {
        let bomb = gzip(&gzip(&vec![b' '; 20_000_000]));
        let limit = bomb.len() * MAX_RATIO as usize;
        let decoded = decode_within(&bomb, 1_000);
        assert_eq!(decoded.text.len(), limit);
    }

    #[test]
    fn utf16_and_byte_order_marks_are_read() {
        let utf16: Vec<u8> = "\u{feff}{\"é\":1}\r\n"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(decode(&utf16).text, "{\"é\":1}\r\n");
        assert_eq!(decode("\u{feff}[]".as_bytes()).text, "[]");
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced_and_told() {
        let decoded = decode(b"[\"\xff\"]");
        assert_eq!(decoded.text, "[\"\u{fffd}\"]");
        assert_eq!(decoded.notes, [NoteKind::InvalidUtf8 { byte: 2 }]);
    }
}
