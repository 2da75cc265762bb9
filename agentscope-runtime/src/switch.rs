//! The on/off switch. The OpenTelemetry API cannot tell whether a provider is installed, so the
//! runtime keeps a switch of its own.
//!
//! Untouched it is *automatic*: calls outside any session try to open a real span. A valid one
//! means that a provider is there. While there is none they try ever more rarely, so that an idle
//! program pays a nanosecond a call and a provider that is installed late is still noticed.
//!
//! Budgets hold whatever the switch says. So that a call without one goes on costing one load, the
//! limited ledgers that are open are counted in the same word.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use once_cell::sync::OnceCell;

const AUTOMATIC: usize = 0;
const ON: usize = 1;
const OFF: usize = 2;
/// Off, and the next call says why.
const LEFT: usize = 3;
/// The bits of these; those above count ledgers.
const STATE: usize = 3;
const LEDGER: usize = 4;

static SWITCH: AtomicUsize = AtomicUsize::new(AUTOMATIC);

/// What the first call says that comes too late.
static TOO_LATE: OnceCell<fn()> = OnceCell::new();

/// What a call has to do beside its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Nothing,
    /// To be charged to the budgets that it runs under.
    Charge,
    /// To try and record itself, and to be charged.
    Record,
}

thread_local! {
    /// Calls to let through before the next probe.
    static UNTIL_PROBE: Cell<u32> = const { Cell::new(0) };
    static PROBES: Cell<u32> = const { Cell::new(0) };
}

#[inline]
pub(crate) fn need() -> Need {
    match SWITCH.load(Relaxed) {
        ON => Need::Record,
        OFF => Need::Nothing,
        AUTOMATIC if is_probe() => Need::Record,
        AUTOMATIC => Need::Nothing,
        word => need_otherwise(word),
    }
}

/// The same of a call that has a budget of its own.
pub(crate) fn need_with_budget() -> Need {
    match need() {
        Need::Nothing => Need::Charge,
        need => need,
    }
}

/// Under ledgers, or too late.
#[cold]
fn need_otherwise(word: usize) -> Need {
    match word & STATE {
        ON => return Need::Record,
        AUTOMATIC if is_probe() => return Need::Record,
        // Of several threads one says so.
        LEFT if set(OFF, Some(LEFT)) => {
            if let Some(say) = TOO_LATE.get() {
                say();
            }
        }
        _ => {}
    }
    match word / LEDGER {
        0 => Need::Nothing,
        _ => Need::Charge,
    }
}

/// A ledger with a limit was opened.
pub(crate) fn ledger_opened() {
    SWITCH.fetch_add(LEDGER, Relaxed);
}

/// Nothing refers to it any more.
pub(crate) fn ledger_closed() {
    SWITCH.fetch_sub(LEDGER, Relaxed);
}

/// Whether it applied.
fn set(state: usize, only_from: Option<usize>) -> bool {
    let change = |word: usize| {
        let applies = only_from.is_none_or(|from| word & STATE == from);
        applies.then_some(word & !STATE | state)
    };
    SWITCH.fetch_update(Relaxed, Relaxed, change).is_ok()
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
    set(ON, Some(AUTOMATIC));
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
    set(ON, None);
}

/// Turns recording off: an annotated call then costs one relaxed atomic load.
///
/// Calls that are running go on recording until they end. [Budgets](crate::budget) hold all the
/// same: while one is open, calls under it are charged to it.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// agentscope::disable();
/// # agentscope::enable();
/// ```
pub fn disable() {
    set(OFF, None);
}

/// The same before anything was recorded: should a call come after all, the first one says that it
/// came too late. A program that makes none hears nothing.
pub fn disable_unused(say: fn()) {
    // Who sets up twice says the same.
    let _ = TOO_LATE.set(say);
    set(LEFT, None);
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
