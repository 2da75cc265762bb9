//! The on/off switch. The OpenTelemetry API cannot tell whether a provider is installed, so the
//! runtime keeps a switch of its own.
//!
//! Untouched it is *automatic*: calls outside any session try to open a real span. A valid one
//! means that a provider is there. While there is none they try ever more rarely, so that an idle
//! program pays a nanosecond a call and a provider that is installed late is still noticed.

use std::cell::Cell;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

const AUTOMATIC: u8 = 0;
const ON: u8 = 1;
const OFF: u8 = 2;

static SWITCH: AtomicU8 = AtomicU8::new(AUTOMATIC);

thread_local! {
    /// Calls to let through before the next probe.
    static UNTIL_PROBE: Cell<u32> = const { Cell::new(0) };
    static PROBES: Cell<u32> = const { Cell::new(0) };
}

/// Whether a call should try to record itself.
#[inline]
pub(crate) fn should_try() -> bool {
    match SWITCH.load(Relaxed) {
        ON => true,
        OFF => false,
        _ => is_probe(),
    }
}

/// Every call up to 256, then one in 64 up to 4,096, then one in 1,024.
#[inline]
fn is_probe() -> bool {
    let left = UNTIL_PROBE.get();
    if left > 0 {
        UNTIL_PROBE.set(left - 1);
        return false;
    }
    probe();
    true
}

#[cold]
fn probe() {
    const EVERY_CALL: u32 = 256;
    const ONE_IN_64: u32 = EVERY_CALL + (4096 - 256) / 64;
    let probes = PROBES.get();
    PROBES.set(probes.saturating_add(1));
    UNTIL_PROBE.set(match probes {
        0..EVERY_CALL => 0,
        EVERY_CALL..ONE_IN_64 => 63,
        _ => 1023,
    });
}

/// A real span was opened: a provider is there.
pub(crate) fn provider_seen() {
    // Only from automatic to on: `disable()` stays.
    let _ = SWITCH.compare_exchange(AUTOMATIC, ON, Relaxed, Relaxed);
}

/// Turns recording on: every annotated call records itself from now on.
///
/// `agentscope_collector::init()` does this. Call it yourself after you have installed a tracer
/// provider of your own, so that not one call is missed.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// // opentelemetry::global::set_tracer_provider(provider);
/// agentscope::enable();
/// ```
pub fn enable() {
    SWITCH.store(ON, Relaxed);
}

/// Turns recording off: an annotated call then costs one relaxed atomic load.
///
/// Calls that are running go on recording until they end.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// agentscope::disable();
/// # agentscope::enable();
/// ```
pub fn disable() {
    SWITCH.store(OFF, Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_calls_probe_ever_more_rarely_but_within_a_thousand() {
        let probes: Vec<_> = std::thread::spawn(|| (0..20_000).filter(|_| is_probe()).collect())
            .join()
            .expect("no panic");
        let longest = probes
            .windows(2)
            .map(|pair: &[u32]| pair[1] - pair[0])
            .max();
        assert_eq!(longest, Some(1024));
        assert!(probes.len() < 340, "{}", probes.len());
    }
}
