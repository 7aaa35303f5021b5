//! The time a report is made at: the only thing in it that does not come from its inputs.

use std::time::SystemTime;

use crate::api::UtcTime;

/// Variable that fixes it.
const FIXED: &str = "SOURCE_DATE_EPOCH";

/// `SOURCE_DATE_EPOCH` holds no time.
#[derive(Debug, thiserror::Error)]
#[error("`{FIXED}` is `{0}`: set it to a number of seconds since 1970, or unset it")]
pub struct WrongClock(String);

/// Returns the time, or that of `SOURCE_DATE_EPOCH`, in whole seconds.
///
/// See <https://reproducible-builds.org/specs/source-date-epoch/>, which wants a wrong value to be an
/// error.
///
/// # Errors
///
/// If `SOURCE_DATE_EPOCH` is set and holds no time.
pub fn now() -> Result<UtcTime, WrongClock> {
    let time = |seconds: i64| UtcTime::from_micros(seconds.checked_mul(1_000_000)?);
    match std::env::var_os(FIXED).filter(|fixed| !fixed.is_empty()) {
        Some(fixed) => {
            let fixed = fixed.to_string_lossy();
            let seconds = fixed.trim().parse().ok();
            seconds
                .and_then(time)
                .ok_or_else(|| WrongClock(fixed.into_owned()))
        }
        None => {
            let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            let seconds = since.map_or(0, |since| since.as_secs() as i64);
            Ok(time(seconds).unwrap_or(UtcTime::EPOCH))
        }
    }
}
