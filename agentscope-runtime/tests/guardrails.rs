//! What guardrails say, and what is tried again or given up.

use agentscope::testing::{Recorded, SnapshotView, record};
use agentscope::{Level, Verdict, agent, confidential, guardrail, inference, names, pii, tool};
use agentscope_runtime as agentscope;
use opentelemetry::logs::AnyValue;

fn text(snapshot: &SnapshotView, key: &str) -> Option<String> {
    match snapshot.attribute(key)? {
        AnyValue::String(text) => Some(text.as_str().to_owned()),
        other => Some(format!("{other:?}")),
    }
}

fn warnings<T>(recorded: &Recorded<T>) -> Vec<(&'static str, &'static str)> {
    let snapshots = recorded.snapshots().iter();
    snapshots
        .filter_map(|it| Some((it.event, it.warning?)))
        .collect()
}

#[test]
fn a_failed_guardrail_is_critical_an_evaluation_and_a_failed_session() {
    #[agent]
    fn answers() {
        agentscope::goal("answer");
        guardrail::passed("no_insults");
        guardrail::failed("no_medical_advice", confidential("take 7 pills"));
    }
    let recorded = record(answers);
    let [passed, failed] = recorded.snapshots() else {
        panic!("two verdicts");
    };
    for (verdict, policy, level, warning, label, score) in [
        (passed, "no_insults", Level::Info, None, "pass", 1.0),
        (
            failed,
            "no_medical_advice",
            Level::Critical,
            Some("guardrail"),
            "fail",
            0.0,
        ),
    ] {
        assert_eq!(verdict.event, "gen_ai.evaluation.result");
        assert_eq!((verdict.level, verdict.warning), (level, warning));
        assert_eq!(
            text(verdict, names::EVALUATION_NAME).as_deref(),
            Some(policy)
        );
        assert_eq!(
            text(verdict, names::EVALUATION_LABEL).as_deref(),
            Some(label)
        );
        let value = verdict.attribute(names::EVALUATION_SCORE);
        assert_eq!(value, Some(&AnyValue::Double(score)));
        assert_eq!(
            verdict.goal.as_deref(),
            Some("answer"),
            "the state is there"
        );
    }
    let why = text(failed, names::EVALUATION_EXPLANATION);
    assert_eq!(why.as_deref(), Some("[confidential]"));
    assert!(text(passed, names::EVALUATION_EXPLANATION).is_none());
    recorded.assert_verdict(Verdict::Failure);
    let session = &recorded.spans()[0];
    assert_eq!(session.verdict_source.as_deref(), Some("guardrail"));
}

#[test]
fn a_guardrail_that_passed_says_nothing_of_the_verdict() {
    #[agent]
    fn answers() {
        guardrail::passed("no_insults");
    }
    record(answers).assert_verdict(Verdict::Unknown);
}

#[test]
fn nothing_happens_outside_a_session() {
    guardrail::failed("policy", "reason");
    guardrail::passed("policy");
    agentscope::retry("reason");
    agentscope::fallback("one", "other");
    agentscope::sub_goal("goal");
    agentscope::confidence(0.5);
}

#[tool(default = internal)]
fn fails(_what: u32) -> Result<u32, std::fmt::Error> {
    Err(std::fmt::Error)
}

#[inference(provider = "test")]
fn complete() {}

const CALLED: &str = names::EVENT_TOOL_CALLED;
const RETURNED: (&str, &str) = (names::EVENT_TOOL_RETURNED, "tool_error");
const SAID: (&str, &str) = (names::EVENT_WARNING, "retry");

#[test]
fn a_retry_that_the_code_states_is_not_noticed_too() {
    #[agent]
    fn tries() {
        let _ = fails(1);
        agentscope::retry("the index timed out");
        let _ = fails(1);
        let _ = fails(1); // not stated
    }
    let recorded = record(tries);
    let expected = [RETURNED, SAID, RETURNED, (CALLED, "retry"), RETURNED];
    assert_eq!(warnings(&recorded), expected);
    let said = recorded.snapshots().iter().find(|it| it.event == SAID.0);
    let said = said.expect("it was said");
    assert_eq!(said.level, Level::Warn);
    assert_eq!(
        text(said, names::NOTE).as_deref(),
        Some("the index timed out")
    );
}

#[test]
fn what_is_stated_holds_for_the_next_call_only() {
    #[tool]
    fn tries_inside() {
        agentscope::retry("the connection was closed");
    }
    #[agent]
    fn tries() {
        let _ = fails(1);
        agentscope::retry("the model was overloaded");
        complete();
        let _ = fails(1);
        tries_inside();
        let _ = fails(1);
    }
    let expected = [
        RETURNED,
        SAID,
        (CALLED, "retry"),
        RETURNED,
        SAID,
        (CALLED, "retry"),
        RETURNED,
    ];
    assert_eq!(warnings(&record(tries)), expected);
}

#[test]
fn a_fallback_names_both_by_class() {
    #[agent]
    fn falls_back() {
        agentscope::fallback("gpt-4o", pii("alice's model"));
    }
    let recorded = record(falls_back);
    let [said] = recorded.snapshots() else {
        panic!("one warning");
    };
    assert_eq!((said.level, said.warning), (Level::Warn, Some("fallback")));
    assert_eq!(text(said, names::FALLBACK_FROM).as_deref(), Some("gpt-4o"));
    assert!(text(said, names::FALLBACK_TO).is_some_and(|to| to.starts_with('h')));
}
