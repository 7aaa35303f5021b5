//! Signals that end the process: temporary files are removed before.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::output;

static IS_PREPARED: AtomicBool = AtomicBool::new(false);

/// Prepares for signals that end the process, unless that is done.
pub(super) fn prepare_once() -> io::Result<()> {
    match IS_PREPARED.load(Ordering::Relaxed) {
        true => Ok(()),
        false => prepare(None),
    }
}

/// Prepares for signals that end the process. If there is an `orderly` flag, the first signal sets it,
/// and only the second one ends the process.
#[cfg(unix)]
pub(super) fn prepare(orderly: Option<Arc<AtomicBool>>) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    IS_PREPARED.store(true, Ordering::Relaxed);
    let ignored = ignored();
    let ending = [SIGHUP, SIGINT, SIGTERM];
    // `nohup` and shells ignore signals for those they start, and mean it.
    let ending = ending
        .into_iter()
        .filter(|signal| ignored & (1 << (signal - 1)) == 0);
    let mut signals = Signals::new(ending)?;
    let wait = move || {
        for signal in &mut signals {
            if !is_first(orderly.as_deref()) {
                let _held = output::remove_temporaries();
                // Whoever started the process sees which signal it was.
                let _ = emulate_default_handler(signal);
            }
        }
    };
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(wait)?;
    Ok(())
}

/// Signals that are ignored, as bits; those that end a session if the system does not tell.
#[cfg(unix)]
fn ignored() -> u64 {
    const SIGHUP_BIT: u64 = 1;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.unwrap_or(SIGHUP_BIT)
}

/// Makes a file that grows beyond the limit of the shell an error of the write, and not the end.
#[cfg(unix)]
pub(super) fn survive_large_files() -> io::Result<()> {
    let ignored = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, ignored)?;
    Ok(())
}

/// Prepares for Ctrl-C. If there is an `orderly` flag, the first one sets it, and only the second one
/// ends the process.
#[cfg(not(unix))]
pub(super) fn prepare(orderly: Option<Arc<AtomicBool>>) -> io::Result<()> {
    /// Exit code of a process that Ctrl-C ended.
    const INTERRUPTED: i32 = 130;
    IS_PREPARED.store(true, Ordering::Relaxed);
    let handler = move || {
        if !is_first(orderly.as_deref()) {
            let _held = output::remove_temporaries();
            std::process::exit(INTERRUPTED);
        }
    };
    ctrlc::set_handler(handler).map_err(io::Error::other)
}

/// Other systems have no such signal.
#[cfg(not(unix))]
pub(super) fn survive_large_files() -> io::Result<()> {
    Ok(())
}

fn is_first(orderly: Option<&AtomicBool>) -> bool {
    orderly.is_some_and(|orderly| !orderly.swap(true, Ordering::Relaxed))
}
