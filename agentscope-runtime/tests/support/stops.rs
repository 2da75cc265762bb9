//! Every way of looping is stopped, whether something is recorded or not: the test that has this says
//! which, in its `begin`.

use std::time::Duration;

use agentscope::budget::{self, Amount};
use agentscope::model::MicroDollars;
use agentscope::{Layer, Session};
use agentscope_runtime as agentscope;

use crate::begin;
use crate::looping::*;

#[test]
fn by_each_kind_of_budget_within_one_step() {
    begin();
    let stopped = |tokens, usd, loops, time| {
        let mut amount = None;
        let calls = asked(|| {
            let error = exhausted(forever(tokens, usd, loops, time));
            assert_eq!(
                (error.layer, error.owner.as_str()),
                (Layer::Agent, "forever")
            );
            amount = Some(error.amount);
        });
        (calls, amount)
    };
    let (calls, amount) = stopped(Some(100), None, None, None);
    assert_eq!(
        (calls, amount),
        (
            3,
            Some(Amount::Tokens {
                limit: 100,
                spent: 120
            })
        )
    );
    let (calls, amount) = stopped(None, Some(0.0003), None, None);
    let cost = |micro| MicroDollars::new(micro);
    let spent = Amount::Cost {
        limit: cost(300),
        spent: cost(350),
    };
    assert_eq!((calls, amount), (2, Some(spent)));
    let (calls, amount) = stopped(None, None, Some(4), None);
    assert_eq!(
        (calls, amount),
        (4, Some(Amount::Iterations { limit: 4, spent: 4 }))
    );
    let (calls, amount) = stopped(None, None, None, Some(Duration::ZERO));
    assert!(
        calls == 0 && matches!(amount, Some(Amount::Time { .. })),
        "{amount:?}"
    );
    let (_, amount) = stopped(None, None, Some(900), Some(Duration::from_nanos(1)));
    assert!(matches!(amount, Some(Amount::Time { .. })), "{amount:?}");
}

#[tokio::test]
async fn in_whatever_way_its_model_is_asked() {
    begin();
    let calls = asked(|| drop(exhausted(forever_asking())));
    assert_eq!(calls, 3, "it asks by itself");
    let calls = asked(|| drop(exhausted(forever_in_place())));
    assert_eq!(calls, 3, "by a function with its body in place");
    asked(|| ());
    exhausted(forever_later().await);
    assert_eq!(asked_since(), 3, "later");
    asked(|| ());
    exhausted(forever_in_parts().await);
    assert_eq!(asked_since(), 3, "in parts");
    asked(|| ());
    let error = exhausted(forever_delegating().await);
    assert_eq!(asked_since(), 3, "by an agent in a task of its own");
    assert_eq!(error.owner.as_str(), "forever_delegating");
}

#[tokio::test]
async fn by_the_budget_of_its_session() {
    begin();
    asked(|| ());
    let session = Session::builder().name("shop").cost_budget(0.0003);
    let error = exhausted(
        session
            .run(async {
                loop {
                    helper().await?;
                }
            })
            .await,
    );
    assert_eq!(
        (error.layer, error.owner.as_str()),
        (Layer::Session, "shop")
    );
    assert_eq!(asked_since(), 2);
    let calls = asked(|| {
        let session = Session::builder().iteration_limit(5);
        let unlimited = || forever(None, None, None, None);
        let error = exhausted(session.run_sync(unlimited));
        assert_eq!(error.amount, Amount::Iterations { limit: 5, spent: 5 });
    });
    assert_eq!(calls, 5);
}

#[tokio::test]
async fn and_loops_are_counted_for_the_agent_that_takes_them() {
    begin();
    asked(|| ());
    let error = exhausted(outer_loops().await);
    assert_eq!(asked_since(), 7, "five of the inner agent, two of its own");
    assert_eq!(error.amount, Amount::Iterations { limit: 2, spent: 2 });
}

#[test]
fn and_what_is_left_is_the_least_of_all_budgets_around() {
    begin();
    let (left, below) = remaining_after_one();
    assert_eq!((left.tokens, left.iterations), (Some(60), Some(2)));
    assert_eq!(left.cost, Some(0.999825));
    assert_eq!(left.time, None);
    // Its own budget is larger; its loops are its own.
    assert_eq!((below.tokens, below.cost), (Some(60), left.cost));
    assert_eq!(below.iterations, None);
    assert_eq!(
        budget::remaining(),
        budget::Remaining::default(),
        "it has ended"
    );
}

#[test]
fn and_a_count_of_loops_that_is_stated_holds() {
    begin();
    #[agentscope::agent(iteration_limit = 3, default = internal)]
    fn states() -> Option<i64> {
        agentscope::iteration(2);
        budget::remaining().iterations
    }
    assert_eq!(states(), Some(1));
}
