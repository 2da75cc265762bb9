//! Annotated calls with a random fate, run in the ordinary ways of running.

#![allow(unreachable_pub, reason = "a module of several test files")]

use std::time::Duration;

use agentscope::{InCurrentAgent as _, agent, inference, tool};
use agentscope_runtime as agentscope;

/// What a call is told to do, and so what outcome is right.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Returns,
    Fails,
    Panics,
    /// Waits for ever: whoever made it drops it.
    Hangs,
}

impl Fate {
    fn outcome(self) -> &'static str {
        match self {
            Self::Returns => "ok",
            Self::Fails => "error",
            Self::Panics => "panicked",
            Self::Hangs => "cancelled",
        }
    }
}

/// A generator with a seed, so that a failure can be run again.
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn fate(&mut self) -> Fate {
        match self.roll(8) {
            0 => Fate::Fails,
            1 => Fate::Panics,
            2 => Fate::Hangs,
            _ => Fate::Returns,
        }
    }
}

async fn meet(fate: Fate) -> Result<u32, std::fmt::Error> {
    tokio::task::yield_now().await;
    match fate {
        Fate::Returns => Ok(1),
        Fate::Fails => Err(std::fmt::Error),
        Fate::Panics => panic!("on purpose"),
        Fate::Hangs => std::future::pending().await,
    }
}

// `reason` carries the outcome that is right to where the spans are checked.
#[tool(default = internal, reason = agentscope::internal(fate.outcome()))]
async fn async_tool(fate: Fate) -> Result<u32, std::fmt::Error> {
    meet(fate).await
}

#[tool(default = internal, reason = agentscope::internal(fate.outcome()))]
fn sync_tool(fate: Fate) -> Result<u32, std::fmt::Error> {
    match fate {
        Fate::Fails => Err(std::fmt::Error),
        Fate::Panics => panic!("on purpose"),
        Fate::Returns | Fate::Hangs => Ok(1),
    }
}

#[tool(default = internal, reason = agentscope::internal(fate.outcome()))]
async fn nesting_tool(fate: Fate) -> Result<u32, std::fmt::Error> {
    // Sync: a timeout may strike at any await, and what it strikes is rightly cancelled.
    let _ = sync_tool(Fate::Returns);
    meet(fate).await
}

#[inference(provider = "test", model = "m", default = internal)]
async fn think() {
    tokio::task::yield_now().await;
}

/// Runs one call by one of the ordinary ways of running, and survives whatever it does.
async fn call(dice: &mut Dice) {
    let fate = dice.fate();
    let limit = Duration::from_millis(1);
    match dice.roll(5) {
        0 => drop(std::panic::catch_unwind(|| match fate {
            Fate::Hangs => sync_tool(Fate::Returns),
            fate => sync_tool(fate),
        })),
        1 => {
            let spawned = tokio::spawn(async_tool(fate).in_current_agent());
            if let Fate::Hangs = fate {
                let abort = spawned.abort_handle();
                tokio::task::yield_now().await;
                abort.abort();
            }
            drop(spawned.await);
        }
        2 => {
            let tool = futures_util::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(
                nesting_tool(fate),
            ));
            drop(
                tokio::time::timeout(
                    if let Fate::Hangs = fate {
                        limit
                    } else {
                        Duration::MAX
                    },
                    tool,
                )
                .await,
            );
        }
        3 if matches!(fate, Fate::Hangs) => tokio::select! {
            biased;
            _ = async_tool(fate) => unreachable!("it hangs"),
            () = tokio::time::sleep(limit) => {}
        },
        3 => {
            let tool = async_tool(fate);
            drop(futures_util::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(tool)).await);
        }
        _ => think().await,
    }
}

#[agent(task = task, tenant = tenant, default = internal)]
pub async fn worker(task: &str, tenant: &str, mut dice: Dice, calls: u32) {
    for _ in 0..calls {
        call(&mut dice).await;
    }
}

/// Panics on purpose are many; all others must be seen.
pub fn silence_panics_on_purpose() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload().downcast_ref() != Some(&"on purpose") {
            hook(info);
        }
    }));
}
