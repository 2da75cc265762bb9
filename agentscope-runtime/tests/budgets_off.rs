//! Budgets where nothing is recorded: the same programs stop where they do with telemetry on.

#[path = "support/looping.rs"]
mod looping;
#[path = "support/stops.rs"]
mod stops;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use agentscope_runtime as agentscope;

fn begin() {
    // The program has no provider either.
    agentscope::disable();
}

// What a value is must not matter where it goes nowhere.
#[test]
fn no_value_is_looked_at() {
    // To panic would not do: that would be caught.
    static SEEN: AtomicBool = AtomicBool::new(false);

    struct Loud;

    impl serde::Serialize for Loud {
        fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
            SEEN.store(true, Relaxed);
            out.serialize_unit()
        }
    }

    #[agentscope::agent(token_budget = 100, user = "alice", tenant = "acme", default = secret)]
    fn shown(#[sensitivity(internal, reason = "a test")] _value: &Loud) -> Option<i64> {
        #[agentscope::inference(
            provider = "openai", model = "m", usage = |_| agentscope::Usage { input_tokens: 7, ..Default::default() },
            output(internal, reason = "a test")
        )]
        fn complete(#[sensitivity(internal, reason = "a test")] _value: &Loud) -> Loud {
            Loud
        }
        complete(&Loud);
        agentscope::budget::remaining().tokens
    }
    begin();
    assert_eq!(shown(&Loud), Some(93));
    assert!(!SEEN.load(Relaxed));
    let stats = agentscope::stats();
    assert_eq!((stats.opened, stats.snapshots), (0, 0));
}
