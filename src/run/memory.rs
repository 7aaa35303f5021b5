//! A limit on the memory of users' templates: the engine counts steps, but each step can double a text.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use crate::output;

/// Memory that a template may take beside the report, in bytes.
pub(super) const MOST: u64 = 1 << 30;
/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(10);
/// Exit code of a template with a mistake.
const FAILED: i32 = 1;

/// Does some work. If it takes more than [`MOST`] bytes, the process ends: `tell` says why, and temporary files are
/// removed before. Only Linux tells how much memory a process has; other systems have no limit.
pub(super) fn limited<T>(work: impl FnOnce() -> T, tell: impl FnOnce() + Send) -> T {
    let Some(before) = resident() else {
        return work();
    };
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watch = || {
            while !is_done.load(Ordering::Acquire) {
                if resident().is_some_and(|now| now > before + MOST) {
                    let _held = output::remove_temporaries();
                    tell();
                    std::process::exit(FAILED);
                }
                thread::park_timeout(PAUSE);
            }
        };
        let watcher = scope.spawn(watch);
        let _done = Done(&is_done, watcher.thread());
        work()
    })
}

/// Ends the watch, also if the work panics.
struct Done<'a>(&'a AtomicBool, &'a Thread);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
        self.1.unpark();
    }
}

/// Memory of this process, in bytes.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes = line.split_ascii_whitespace().next()?;
    kilobytes.parse::<u64>().ok()?.checked_mul(1 << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_within_the_limit_has_its_result() {
        assert_eq!(limited(|| 7, || unreachable!("it takes no memory")), 7);
    }

    #[test]
    fn work_that_panics_ends_the_watch() {
        let work = || limited(|| panic!("a bug"), || {});
        assert!(std::panic::catch_unwind(work).is_err());
    }
}
