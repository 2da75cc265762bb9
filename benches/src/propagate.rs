//! What it costs to send a task with its context, and to take it: everything but the transport.

use std::hint::black_box;

use agentscope::propagation::{Envelope, SigningKey};
use agentscope::{Session, agent};
use serde::{Deserialize, Serialize};

use crate::measure::{Budget, Outcome, Sample, Timing, here, interleaved};

/// Round trips of one round.
const CALLS: u32 = 20_000;

/// A small task, so that what is measured is the envelope.
#[derive(Serialize, Deserialize)]
struct Task {
    order: u64,
    reason: String,
}

fn task() -> Task {
    Task {
        order: 7,
        reason: "a refund needs the current balance".to_owned(),
    }
}

#[agent(tier = "planner", default = secret)]
fn planner<R>(run: impl FnOnce() -> R) -> R {
    run()
}

/// In a session and an agent that have everything to tell.
fn within<R>(run: impl FnOnce() -> R) -> R {
    let session = Session::builder()
        .id("conversation-7")
        .task("T-1")
        .user("alice@example.com")
        .tenant("acme");
    session.run_sync(|| planner(run))
}

fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("it serialises")
}

fn opened<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> T {
    serde_json::from_slice(bytes).expect("as it was written")
}

fn bare() {
    let sent = json(black_box(&task()));
    black_box(opened::<Task>(&sent));
}

fn unsigned() {
    let sent = json(&Envelope::new(black_box(task())));
    let envelope: Envelope<Task> = opened(&sent);
    black_box(envelope.context());
    black_box(envelope.into_task());
}

fn signed(keys: &[SigningKey]) {
    let sent = json(&Envelope::new(black_box(task())).signed(&keys[0]));
    let envelope: Envelope<Task> = opened(&sent);
    black_box(envelope.context_signed_by(keys).expect("signed"));
    black_box(envelope.into_task());
}

fn repeat(mut once: impl FnMut()) -> Sample {
    here(CALLS, &mut |calls| (0..calls).for_each(|_| once()))
}

pub(crate) fn run() -> Vec<Outcome> {
    within(|| {
        let keys = [SigningKey::from_environment()];
        // Before anything is measured: all of it is really there.
        let envelope = Envelope::new(task()).signed(&keys[0]);
        let remote = envelope.context_signed_by(&keys).expect("signed");
        assert!(remote.span_context().is_valid() && remote.user_hash().is_some());
        assert_eq!(
            (remote.agent_tier(), remote.tenant()),
            (Some("planner"), Some("acme"))
        );
        let timings =
            interleaved(
                &mut [&mut || repeat(bare), &mut || repeat(unsigned), &mut || {
                    repeat(|| signed(&keys))
                }],
            );
        let row = |case, timing: Timing| {
            let reference = ("the task as JSON, out and in", timings[0][0]);
            let budget = Budget::AtMost(3_000.0);
            Outcome::new("propagate", "ns", (case, timing), reference, budget)
        };
        vec![
            row("envelope: make, JSON out, JSON in, accept", timings[1][0]),
            row("the same, signed and verified", timings[2][0]),
        ]
    })
}
