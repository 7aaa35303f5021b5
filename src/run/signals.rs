//! Signals that end the process: temporary files are removed before.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::output;

static IS_PREPARED: AtomicBool = AtomicBool::new(false);

/// Prepares for Ctrl-C and termination, unless that is done.
pub(super) fn prepare_once() -> io::Result<()> {
    match IS_PREPARED.load(Ordering::Relaxed) {
        true => Ok(()),
        false => prepare(None),
    }
}

/// Prepares for Ctrl-C and termination. If there is an `orderly` flag, the first signal sets it, and only
/// the second one ends the process.
#[cfg(unix)]
pub(super) fn prepare(orderly: Option<Arc<AtomicBool>>) -> io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    IS_PREPARED.store(true, Ordering::Relaxed);
    // Once there is a handler for it, a file that grows too large is an error of the write.
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGXFSZ])?;
    let wait = move || {
        for signal in &mut signals {
            if signal != SIGXFSZ && !is_first(orderly.as_deref()) {
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

fn is_first(orderly: Option<&AtomicBool>) -> bool {
    orderly.is_some_and(|orderly| !orderly.swap(true, Ordering::Relaxed))
}
