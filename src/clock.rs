//! The time a report is made at: the one thing in it that does not come from its inputs.

use std::time::SystemTime;

use crate::api::UtcTime;

/// Now, or what `SOURCE_DATE_EPOCH` says, in whole seconds.
///
/// See <https://reproducible-builds.org/specs/source-date-epoch/>.
pub fn now() -> UtcTime {
    let fixed = std::env::var("SOURCE_DATE_EPOCH")
        .ok()
        .and_then(|text| text.trim().parse().ok());
    let seconds: i64 = fixed.unwrap_or_else(|| {
        SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs() as i64)
    });
    seconds
        .checked_mul(1_000_000)
        .and_then(UtcTime::from_micros)
        .or_else(|| UtcTime::from_micros(0))
        .unwrap_or_else(|| unreachable!("1970 is a year"))
}
