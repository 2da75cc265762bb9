//! What guardrails say, what is tried again or given up, and results that do not fit their schema.

use agentscope::testing::{Recorded, SnapshotView, record, record_async};
use agentscope::{Level, Verdict, agent, confidential, guardrail, inference, names, pii, tool};
use agentscope_runtime as agentscope;
use opentelemetry::logs::AnyValue;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "no value is ever used")]
struct Order {
    id: u64,
    lines: Vec<Line>,
}

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "no value is ever used")]
struct Line {
    count: u32,
}

/// The pointers of what does not fit, on either side.
fn misfits<T>(recorded: &Recorded<T>) -> Vec<(String, Option<String>)> {
    let snapshots = recorded.snapshots().iter();
    let misfits = snapshots.filter(|it| it.warning == Some("schema_violation"));
    misfits
        .map(|it| {
            assert_eq!((it.event, it.level), (names::EVENT_WARNING, Level::Error));
            assert_eq!(text(it, names::SCHEMA_VIOLATION).as_deref(), Some("data"));
            let side = text(it, names::SCHEMA_SIDE).expect("it is of a side");
            (side, text(it, names::SCHEMA_POINTER))
        })
        .collect()
}

#[test]
fn a_result_that_does_not_fit_is_an_error_with_its_place_and_no_value() {
    #[tool(default = internal, result_schema = Order, output = secret)]
    fn order(lines: &str) -> Result<serde_json::Value, std::fmt::Error> {
        let text = format!(r#"{{"id":7,"lines":{lines}}}"#);
        serde_json::from_str(&text).map_err(|_| std::fmt::Error)
    }
    let run = |lines: &'static str| record(move || order(lines));

    let fits = run(r#"[{"count":1}]"#);
    assert_eq!(misfits(&fits), []);
    let recorded = run(r#"[{"count":1},{"count":"alice@example.com"}]"#);
    let side = "result".to_owned();
    let pointer = |pointer: &str| Some(pointer.to_owned());
    assert_eq!(
        misfits(&recorded),
        [(side.clone(), pointer("/lines/1/count"))]
    );
    let misfit = &recorded.snapshots()[1];
    assert_eq!(misfit.tool.as_deref(), Some("order"));
    let hash = |key| text(misfit, key).expect("a hash");
    let of_result = hash(names::RESULT_SCHEMA_HASH);
    assert!(of_result.starts_with("sha256:") && of_result != hash(names::TOOL_SCHEMA_HASH));

    // The caller gets what the tool returned, and the call is no failure.
    assert_eq!(recorded.result.as_ref().expect("it is `Ok`")["id"], 7);
    let span = recorded.span("order");
    assert_eq!(span.tool_status.as_deref(), Some("success"));
    let level = span.attribute(names::LEVEL).map(ToString::to_string);
    assert_eq!(level.as_deref(), Some("ERROR"));

    // Not a list at all; and the key of a map is data.
    assert_eq!(misfits(&run("7")), [(side.clone(), pointer("/lines"))]);
    for all in [&recorded, &run(r#"{"alice@example.com":1}"#)] {
        assert!(!format!("{:?}", all.snapshots()).contains("alice"));
    }
    assert_eq!(misfits(&run("nothing")), [], "an error has no schema");
}

#[test]
fn a_result_of_any_type_is_checked_by_its_json() {
    #[derive(Serialize)]
    struct Other {
        id: u64,
    }
    #[tool(default = secret, result_schema = Vec<Option<u8>>)]
    fn numbers() -> (u32, Option<u32>) {
        (300, None)
    }
    #[tool(default = secret, result_schema = Order)]
    async fn other() -> Other {
        Other { id: 7 }
    }
    let whole = ("result".to_owned(), None);
    let item = ("result".to_owned(), Some("/0".to_owned()));
    assert_eq!(misfits(&record(numbers)), [item]);
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let recorded = runtime.expect("a runtime").block_on(record_async(other()));
    assert_eq!(misfits(&recorded), [whole], "`lines` is missing");
    assert_eq!(recorded.result.id, 7);
}

/// Whatever the form of the function.
#[test]
fn results_of_generic_functions_methods_and_boxed_futures_are_checked() {
    #[tool(default = secret, result_schema = T)]
    fn generic<T, R>(_schema: Option<T>, result: R) -> R
    where
        T: serde::de::DeserializeOwned + JsonSchema + Serialize,
        R: Serialize,
    {
        result
    }
    struct Shop<'a>(&'a str);
    impl Shop<'_> {
        #[tool(default = secret, result_schema = u32)]
        fn name(&mut self) -> &str {
            self.0
        }
    }
    #[tool(default = secret, result_schema = u32)]
    fn boxed(name: String) -> std::pin::Pin<Box<dyn Future<Output = String> + Send>> {
        Box::pin(async { name })
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    let count = [
        misfits(&record(|| generic(None::<u32>, "seven"))),
        misfits(&record(|| generic(None::<String>, "seven"))),
        misfits(&record(|| Shop("a").name().len())),
        misfits(&runtime.block_on(record_async(async { boxed("a".into()).await }))),
    ]
    .map(|misfits| misfits.len());
    assert_eq!(count, [1, 0, 1, 1]);
}

#[test]
fn a_result_too_large_for_the_thread_of_the_agent_is_not_checked() {
    #[tool(default = secret, result_schema = u32)]
    fn text(length: usize) -> String {
        "x".repeat(length)
    }
    assert_eq!(misfits(&record(|| text(1000))).len(), 1);
    assert_eq!(misfits(&record(|| text(300 * 1024))).len(), 0);
}

/// Its `Deserialize` is the user's: whatever it does, the call goes through.
#[test]
fn a_schema_that_panics_disturbs_nobody() {
    #[derive(JsonSchema)]
    struct Panics;
    impl<'de> Deserialize<'de> for Panics {
        fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            panic!("on purpose")
        }
    }
    #[tool(default = internal, result_schema = Panics)]
    fn number() -> u32 {
        7
    }
    let recorded = record(number);
    assert_eq!(recorded.result, 7);
    let span = recorded.span("number");
    assert_eq!(span.tool_status.as_deref(), Some("success"));
    let shown = span.attribute("output.value").map(ToString::to_string);
    assert_eq!(shown.as_deref(), Some("7"));
}

#[test]
fn what_does_not_fit_among_arguments_says_that_it_is_of_them() {
    #[agent]
    fn parses() {
        let text = r#"{"id":7,"lines":[{"count":"alice"}]}"#;
        assert!(agentscope::args::parse::<Order>(text).is_err());
    }
    let expected = ("arguments".to_owned(), Some("/lines/0/count".to_owned()));
    assert_eq!(misfits(&record(parses)), [expected]);
}
