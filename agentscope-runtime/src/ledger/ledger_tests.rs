use proptest::prelude::*;

use super::*;

fn limits(tokens: Option<i64>, cost: Option<f64>, iterations: Option<i64>) -> Limits {
    let mut limits = Limits::default();
    limits.tokens(tokens);
    limits.cost(cost);
    limits.iterations(iterations);
    limits
}

fn ledger(layer: Layer, limits: Limits, above: Option<&Arc<Ledger>>) -> Arc<Ledger> {
    Ledger::new(layer, "a".into(), limits, above.cloned())
}

fn said(news: &[News]) -> Vec<(Kind, bool, &'static str)> {
    let said = news.iter().map(|it| (it.kind, it.exhausted, it.owner));
    said.collect()
}

#[test]
fn each_limit_is_said_to_be_low_and_to_be_used_up_once() {
    let agent = ledger(Layer::Agent, limits(Some(100), None, None), None);
    let news: Vec<_> = [79, 1, 19, 1, 1]
        .into_iter()
        .map(|tokens| said(&agent.spend(tokens, None)))
        .collect();
    let tokens = |exhausted| vec![(Kind::Tokens, exhausted, "agent")];
    assert_eq!(news, [vec![], tokens(false), vec![], tokens(true), vec![]]);
}

#[test]
fn what_is_used_up_at_once_is_not_said_to_be_low() {
    let cost = limits(None, Some(0.5), None);
    let agent = ledger(Layer::Agent, cost, None);
    let dollar = Some(MicroDollars::new(1_000_000));
    assert_eq!(said(&agent.spend(0, dollar)), [(Kind::Cost, true, "agent")]);
    assert_eq!(agent.remaining().cost, Some(-0.5));
}

#[test]
fn what_is_left_is_told_as_a_part_of_each_own_limit() {
    let session = ledger(Layer::Session, limits(Some(1_000), None, None), None);
    let agent = limits(Some(100), Some(0.5), Some(0));
    let agent = ledger(Layer::Agent, agent, Some(&session));
    agent.spend(25, Some(MicroDollars::new(1_000_000)));
    let left: Vec<_> = agent.parts_left().collect();
    let of_agent = [
        (Kind::Tokens, 0.75),
        (Kind::Cost, 0.0),
        (Kind::Iterations, 0.0),
    ];
    assert_eq!(left, of_agent);
    let left: Vec<_> = session.parts_left().collect();
    assert_eq!(left, [(Kind::Tokens, 0.975)]);
}

#[test]
fn news_tell_whose_limit_it_is() {
    let session = ledger(Layer::Session, limits(Some(30), None, None), None);
    let outer = ledger(Layer::Agent, limits(Some(20), None, None), Some(&session));
    let inner = ledger(Layer::Agent, limits(Some(10), None, None), Some(&outer));
    let whose: Vec<_> = inner.spend(30, None).iter().map(|it| it.owner).collect();
    assert_eq!(whose, ["agent", "outer_agent", "session"]);
}

#[test]
fn amounts_saturate_and_a_budget_of_nothing_refuses_the_first_call() {
    let agent = ledger(
        Layer::Agent,
        limits(Some(-5), Some(f64::NAN), Some(7)),
        None,
    );
    assert!(agent.check().is_err());
    agent.spend(u64::MAX, Some(MicroDollars::new(u64::MAX)));
    agent.spend(u64::MAX, Some(MicroDollars::new(u64::MAX)));
    assert_eq!(agent.remaining().tokens, Some(-i64::MAX));
    assert_eq!(agent.remaining().iterations, Some(7));
}

#[test]
fn the_last_loop_that_is_allowed_is_no_fault_and_a_further_one_is_refused() {
    let agent = ledger(Layer::Agent, limits(None, None, Some(10)), None);
    let passed: Vec<_> = (0..12).map(|_| said(&agent.iterate())).collect();
    assert_eq!(passed[7], [(Kind::Iterations, false, "agent")]);
    assert_eq!(passed[10], [(Kind::Iterations, true, "agent")]);
    assert_eq!(passed.concat().len(), 2);

    let agent = ledger(Layer::Agent, limits(None, None, Some(1)), None);
    agent.iterate();
    let refusal = agent.check().expect_err("one was made");
    assert_eq!(
        said(refusal.news.as_slice()),
        [(Kind::Iterations, true, "agent")]
    );
    let again = agent.check().expect_err("one was made");
    assert_eq!(again.news, None, "said once");
}

#[test]
fn loops_are_an_agents_own_and_a_session_counts_all() {
    let session = ledger(Layer::Session, limits(None, None, Some(9)), None);
    let outer = ledger(Layer::Agent, limits(None, None, Some(5)), Some(&session));
    let inner = ledger(Layer::Agent, limits(None, None, None), Some(&outer));
    outer.iterate();
    inner.iterate();
    inner.iterate();
    let left = |it: &Ledger| it.remaining().iterations;
    assert_eq!((left(&outer), left(&inner)), (Some(4), Some(6)));
    inner.set_iterations(7);
    assert_eq!((outer.iterations(), inner.iterations()), (1, 7));
    assert_eq!(
        left(&inner),
        Some(1),
        "the session has counted the correction"
    );
}

#[test]
fn time_runs_by_itself() {
    let mut limits = Limits::default();
    limits.time(Duration::ZERO);
    let agent = ledger(Layer::Agent, limits, None);
    let news = agent.look_at_clock();
    assert_eq!(said(&news), [(Kind::Time, true, "agent")]);
    assert_eq!(agent.remaining().time, Some(Duration::ZERO));
    assert!(agent.check().is_err());
    let mut limits = Limits::default();
    limits.time(Duration::from_secs(3600));
    let agent = ledger(Layer::Agent, limits, None);
    assert!(agent.check().is_ok() && agent.look_at_clock().is_empty());
}

#[test]
fn of_several_that_are_used_up_the_nearest_says_so() {
    let outer = ledger(Layer::Session, limits(Some(0), None, None), None);
    let inner = ledger(Layer::Agent, limits(None, Some(0.0), None), Some(&outer));
    let refusal = inner.check().expect_err("nothing may be used");
    assert_eq!(refusal.exhausted.layer, Layer::Agent);
}

// Some charge while others ask: no charge may be lost, and nothing be said twice.
#[test]
fn many_threads_are_charged_exactly_and_each_limit_is_said_once() {
    const EACH: u64 = 2_000;
    let session = ledger(
        Layer::Session,
        limits(Some(40_000), None, Some(10_000)),
        None,
    );
    let agents: Vec<_> = (0..8)
        .map(|_| ledger(Layer::Agent, Limits::default(), Some(&session)))
        .collect();
    let news: Vec<News> = std::thread::scope(|scope| {
        let threads: Vec<_> = agents
            .iter()
            .map(|agent| {
                scope.spawn(|| {
                    let charge = |_| [agent.iterate(), agent.spend(3, None)].concat();
                    (0..EACH).flat_map(charge).collect::<Vec<_>>()
                })
            })
            .collect();
        let joined = threads.into_iter().map(|it| it.join().expect("no panic"));
        joined.flatten().collect()
    });
    assert_eq!(
        session.remaining().tokens,
        Some(40_000 - 3 * 8 * EACH as i64)
    );
    assert_eq!(
        session.remaining().iterations,
        Some(10_000 - 8 * EACH as i64)
    );
    for kind in [Kind::Tokens, Kind::Iterations] {
        let used_up = news.iter().filter(|it| it.kind == kind && it.exhausted);
        assert_eq!(used_up.count(), 1, "{kind:?}");
        let low = news.iter().filter(|it| it.kind == kind && !it.exhausted);
        assert!(low.count() <= 1, "{kind:?}");
    }
}

// Agents that hand over to one another keep those above them.
#[test]
fn a_long_chain_of_ledgers_is_dropped_without_a_recursion() {
    let limited = || limits(Some(1), None, None);
    let first = ledger(Layer::Agent, limited(), None);
    let chain = (0..200_000).fold(first, |above, _| {
        ledger(Layer::Agent, limited(), Some(&above))
    });
    drop(chain);
}

proptest! {
    /// Whoever is charged, what is left of a limit is the limit less all that was charged there and
    /// below, and what is left for an agent is the least of that along its chain.
    #[test]
    fn a_charge_reaches_everybody_above_and_nobody_else(
        tree in prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(0..500_i64)), 1..12),
        charges in prop::collection::vec((any::<prop::sample::Index>(), 0..200_u64), 0..40),
    ) {
        let mut ledgers: Vec<(Arc<Ledger>, Option<usize>, Option<i64>)> = Vec::new();
        for (parent, limit) in &tree {
            let parent = (!ledgers.is_empty()).then(|| parent.index(ledgers.len()));
            let above = parent.map(|parent| ledgers[parent].0.clone());
            let layer = if parent.is_none() { Layer::Session } else { Layer::Agent };
            ledgers.push((ledger(layer, limits(*limit, None, None), above.as_ref()), parent, *limit));
        }
        let chain = |from: usize| std::iter::successors(Some(from), |at| ledgers[*at].1);
        let mut spent = vec![0_i64; ledgers.len()];
        let mut said_of = Vec::new();
        for (at, tokens) in &charges {
            let at = at.index(ledgers.len());
            said_of.extend(ledgers[at].0.spend(*tokens, None));
            chain(at).for_each(|it| spent[it] += *tokens as i64);
        }
        for at in 0..ledgers.len() {
            let left = |it: usize| Some(ledgers[it].2? - spent[it]);
            let least = chain(at).filter_map(left).min();
            prop_assert_eq!(ledgers[at].0.remaining().tokens, least);
            prop_assert_eq!(ledgers[at].0.check().is_err(), least.is_some_and(|left| left <= 0));
        }
        let overspent = |(ledger, spent): (&(_, _, Option<i64>), &i64)| {
            ledger.2.is_some_and(|limit| *spent > 0 && *spent >= limit)
        };
        let expected = ledgers.iter().zip(&spent).filter(|it| overspent(*it)).count();
        prop_assert_eq!(said_of.iter().filter(|it| it.exhausted).count(), expected);
    }
}
