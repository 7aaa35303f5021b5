//! Numbers, times, lists and foreign text, as the program writes them.

mod clip;
mod list;
mod nearest;
mod number;
mod quote;
pub(crate) mod secret;
mod shell;
mod time;
mod visible;

pub(crate) use self::clip::clip;
pub(crate) use self::list::joined;
pub(crate) use self::nearest::did_you_mean;
pub(crate) use self::number::{amount, are, bytes, counted, number, percent, points, range, were};
pub(crate) use self::quote::quote;
pub(crate) use self::secret::{mask, mask_name};
pub(crate) use self::shell::shell_word;
pub(crate) use self::time::{clock, duration, round_duration};
pub(crate) use self::visible::{Newlines, is_unseen, one_line, visible};
