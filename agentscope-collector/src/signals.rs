//! Flush on SIGINT and SIGTERM.

use std::sync::OnceLock;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::error::InitError;
use crate::guard;

/// Whoever sent the signal may send a harder one soon.
const DEADLINE: Duration = Duration::from_secs(2);

static INSTALLED: OnceLock<()> = OnceLock::new();

/// Starts the thread that waits for a signal, flushes, and lets the signal do what it does without
/// a handler. It stays for the rest of the program: a handler that goes away would leave the
/// signals ignored.
pub(crate) fn install() -> Result<(), InitError> {
    if INSTALLED.get().is_some() {
        return Ok(());
    }
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(InitError::Signals)?;
    std::thread::Builder::new()
        .name("agentscope-signals".to_owned())
        .spawn(move || {
            for signal in signals.forever() {
                // The process is ending: nobody is left to hear of an error.
                let _ = guard::shutdown_current(Some(DEADLINE), agentscope_runtime::disable);
                let _ = emulate_default_handler(signal);
            }
        })
        .map_err(InitError::Thread)?;
    let _ = INSTALLED.set(());
    Ok(())
}
