//! Which places of a message are worth a look.

use super::forms::{Class, class};

/// Where to go on looking, from `at` on, where no word has begun: whatever is masked holds a byte that
/// tells (see [`Telling`]), and begins with what that is joined to. Most of a message is words that
/// nothing can be made of, and is skipped.
pub(super) fn skip_what_tells_nothing(text: &[u8], at: usize) -> usize {
    let mut telling = at;
    loop {
        // Most bytes are told by themselves to say nothing.
        let may_tell = |byte: &u8| telling_of(*byte) > Telling::Joining;
        match text[telling..].iter().position(may_tell) {
            Some(before) => telling += before,
            None => return text.len(),
        }
        if tells(text, telling) {
            break;
        }
        telling += 1;
    }
    let joined = text[at..telling].iter().rev();
    let joined = joined.take_while(|byte| telling_of(**byte) != Telling::Parting);
    let begin = telling - joined.count();
    // A name in apostrophes or a path begins behind what separates it.
    begin.saturating_sub(1).max(at)
}

/// What a byte says about whether something is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Telling {
    /// Nothing, and nothing that is masked goes over it unless it began with a byte that tells.
    Parting,
    /// Nothing, but what is masked may begin with it or before it.
    Joining,
    /// There may be something to be masked: a digit, a quote, a slash, what is no ASCII.
    Always,
    /// There may be a file: where a letter follows.
    Dot,
    /// There may be a UUID of letters alone: behind four hexadecimal digits.
    Hyphen,
    /// There may be a name: behind what separates it.
    Apostrophe,
}

fn telling_of(byte: u8) -> Telling {
    const TELLING: [Telling; 256] = {
        let mut telling = [Telling::Always; 256];
        let mut byte = 0;
        while byte < 128 {
            telling[byte] = match byte as u8 {
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'+' | b':' | b'@' | b'~' => Telling::Joining,
                b'0'..=b'9' | b'"' | b'`' | b'/' | b'\\' => Telling::Always,
                b'.' => Telling::Dot,
                b'-' => Telling::Hyphen,
                b'\'' => Telling::Apostrophe,
                _ => Telling::Parting,
            };
            byte += 1;
        }
        telling
    };
    TELLING[usize::from(byte)]
}

#[inline(always)]
fn tells(text: &[u8], place: usize) -> bool {
    let before = || place.checked_sub(1).map(|place| text[place]);
    match telling_of(text[place]) {
        Telling::Parting | Telling::Joining => false,
        Telling::Always => true,
        Telling::Dot => text.get(place + 1).is_some_and(u8::is_ascii_alphabetic),
        Telling::Hyphen => {
            let before = text[..place].last_chunk::<4>();
            before.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        }
        // White space beyond ASCII separates it as well.
        Telling::Apostrophe => {
            before().is_none_or(|before| !before.is_ascii() || class(before) == Class::Separating)
        }
    }
}
